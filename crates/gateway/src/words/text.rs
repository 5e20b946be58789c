// SPDX-License-Identifier: AGPL-3.0-or-later
//! Texts. Lengths are in characters.

use std::borrow::Cow;

use utoipa::openapi::schema::{ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

macro_rules! texts {
    ($($name:ident $pattern:literal $min:literal ..= $max:literal $(as $format:literal)? = $example:literal, $doc:literal;)+) => {
        $(
            #[doc = $doc]
            #[derive(Debug)]
            pub struct $name;

            impl PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    let builder = ObjectBuilder::new()
                        .schema_type(Type::String)
                        .description(Some($doc))
                        .pattern(Some($pattern))
                        .min_length(Some($min))
                        .max_length(Some($max))
                        .examples([serde_json::json!($example)]);
                    $(let builder = builder.format(Some(SchemaFormat::Custom($format.to_owned())));)?
                    builder.into()
                }
            }

            impl ToSchema for $name {
                fn name() -> Cow<'static, str> {
                    stringify!($name).into()
                }
            }
        )+

        pub(super) fn all() -> Vec<(&'static str, RefOr<Schema>)> {
            vec![$((stringify!($name), $name::schema())),+]
        }
    };
}

// A `Line` holds no control character; what else makes a text wrong (nothing but blanks) the domain says.
texts! {
    Id r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$" 36..=36 as "uuid"
        = "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e01", "An id of ours: a UUID in its hyphenated form.";
    Timestamp r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})$" 20..=40 as "date-time"
        = "2026-09-01T08:30:00Z", "An instant, RFC 3339; answers give it in UTC with `Z`.";
    Day r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$" 10..=10 as "date"
        = "2026-10-31", "A calendar day in Rome.";
    InstitutionCode r"^[a-z0-9][a-z0-9-]{0,63}$" 1..=64
        = "comune-esempio", "The immutable slug of an institution.";
    ServiceCode r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$" 1..=64
        = "TARI", "The code of a payment service, unique in its institution.";
    QuotaCode r"^[a-z][a-z0-9_]{0,63}$" 1..=64 = "annual_permits", "The name of a quota of a form.";
    RegistryCode r"^[a-z][a-z0-9_]{0,63}$" 1..=64
        = "doctoral_courses", "The code of a registry, unique in its institution.";
    AccountCode r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$" 1..=64
        = "main", "The name of a bank account within its institution.";
    BeneficiaryCode r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$" 1..=64
        = "provincia", "The name of a beneficiary of transfers within its institution.";
    StationId r"^[!-~]{1,35}$" 1..=35
        = "99999000039_01", "The id of a station at the Node.";
    ExternalId r"^[!-~]{1,128}$" 1..=128
        = "TARI-2026-000123", "Your own key of a debt position, unique in institution and service.";
    Reference r"^[!-~]{1,128}$" 1..=128
        = "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e01", "An id or reference of something the caller may see.";
    InstallmentReference r"^[!-~]{1,35}$" 1..=35
        = "unica", "Your own name of an installment, unique in its debt position.";
    InstitutionTaxCode r"^[0-9]{11}$" 11..=11
        = "99999000013", "The tax code of an institution or company: eleven digits.";
    TwoDigits r"^[0-9]{2}$" 2..=2
        = "05", "A code of two digits.";
    Iban r"^[A-Za-z]{2}[0-9]{2}[A-Za-z0-9 ]{11,38}$" 15..=42
        = "IT60X0542811101000000123456", "An IBAN; blanks and case do not matter, answers give it compact.";
    TaxonomyCode r"^[0-9]{7}(IM|TS|SP|SA|AP)$" 9..=9
        = "0101101IM", "A bare code of the national taxonomy of payments.";
    IpaCode r"^[!-~]{1,32}$" 1..=32
        = "c_g478", "The code in the index of public administrations.";
    CbillCode r"^[A-Z0-9]{5}$" 5..=5
        = "AB123", "The CBILL code printed on notices.";
    Line35 r"^[^\x00-\x1f\x7f-\x9f]{1,35}$" 1..=35
        = "Perugia", "One line of text.";
    Line70 r"^[^\x00-\x1f\x7f-\x9f]{1,70}$" 1..=70
        = "Comune di Esempio", "One line of text.";
    Line128 r"^[^\x00-\x1f\x7f-\x9f]{1,128}$" 1..=128
        = "SUAPE-2026-000123", "One line of text.";
    Line140 r"^[^\x00-\x1f\x7f-\x9f]{1,140}$" 1..=140
        = "Comune di Esempio", "One line of text.";
    Origin r"^https?://[!-.0-~]{1,245}$" 8..=255
        = "https://portale.comune.example.it", "Scheme, host and port of a web address, without a path.";
    IuvText r"^[0-9A-Za-z]{1,35}$" 1..=35
        = "05000000001234586", "A creditor reference (IUV).";
    NoticeNumber r"^[0-9]{18}$" 18..=18
        = "305000000001234586", "A notice number: eighteen digits.";
    WebAddress r"^https?://[!-~]{1,2040}$" 8..=2048 as "uri"
        = "https://portale.comune.example.it/esito", "An absolute web address.";
    IdempotencyKeyText r"^[!-~]{1,255}$" 1..=255
        = "8e03978e-40d5-43e8-bc93-6894a57f9324", "Your key of the intention behind this request, 1 to 255 visible ASCII characters.";
    EtagText r"^[!-~]{1,1024}$" 1..=1024
        = "\"3-active\"", "One or more entity tags with commas between them, or `*`; a tag is what an ETag header said";
    Etag r#"^"[!#-~]{1,128}"$"# 3..=130
        = "\"3-active\"", "A strong entity tag: the row version and the derived status.";
    CursorText r"^[A-Za-z0-9_-]{1,512}$" 1..=512
        = "djEBmF08ehB7fo0LPx9abC4B", "Where a list goes on; opaque.";
    KeyId r"^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$" 1..=64
        = "portale-2026", "The name of a public key, the `kid` of what it signs.";
    ClaimText r"^[!-~]{1,255}$" 1..=255
        = "https://idp.comune.example.it", "What a claim of a token says.";
    TokenType r"^[A-Za-z0-9.+/-]{1,64}$" 1..=64
        = "at+jwt", "What a token calls itself.";
    KeySetAddress r"^https?://[!-~]{1,492}$" 8..=500 as "uri"
        = "https://idp.comune.example.it/jwks.json", "Where keys are published: https, to an address of the world; in a developer's sandbox also http to its own machine.";
    ClientSecret r"^tr_(test|live)_[A-Za-z0-9_-]{43}$" 51..=51
        = "tr_test_x7Yk2mQ9fLr3VbT8sWc5NdJ1hGz6PaKe0RuXoIiE4Bw", "A client secret; shown once.";
    SecretHint r"^tr_(test|live)_$" 8..=8
        = "tr_test_", "What the secrets of this environment begin with.";
    WebhookAddress r"^https?://[!-~]{1,492}$" 8..=500 as "uri"
        = "https://gestionale.example.test/tramite", "An address that is told of events: https; in a developer's sandbox also http to its own machine.";
    CallbackAddress r"^https?://[!-~]{1,492}$" 8..=500 as "uri"
        = "https://gestionale.comune.example.it/amounts", "Where a system of the institution is asked: by https, to an address of the world, port 443 or 1024 and above, without user info and fragment.";
    CallbackSecret r"^whsec_[A-Za-z0-9+/]{43}=$" 50..=50
        = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=", "A secret of Standard Webhooks.";
    ProblemType r"^(about:blank|https?://[!-~]{1,245}/errors/[a-z_]{1,64})$" 11..=330 as "uri"
        = "https://tramite.example.it/errors/validation_failed", "The kind of a problem; the last part is its stable code.";
    RequestUrn r"^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$" 45..=45 as "uri"
        = "urn:uuid:01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e01", "The request.";
    Pointer r"^(/[\s\S]*)?$" 0..=1024
        = "/accounts/0/iban", "A JSON pointer (RFC 6901).";
    FaultCode r"^[a-z0-9_]{1,64}$" 1..=64
        = "required", "A stable code of a fault.";
    AuditReason r"^[^\x00-\x1f\x7f-\x9f]{1,600}$" 1..=600
        = "Ticket 4711", "Why it was done, as whoever did it said.";
    Sentence r"^[^\x00-\x1f\x7f-\x9f]{1,500}$" 1..=500
        = "The body can be read but is wrong.", "A sentence for people.";

    Line16 r"^[^\x00-\x1f\x7f-\x9f]{1,16}$" 1..=16
        = "12/A", "One line of text.";
    ReceivedLine r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]{0,2000}$" 0..=2000
        = "Istituto di Prova S.p.A.", "A text as the Node wrote it.";
    SubjectTaxCode r"^[0-9A-Za-z]{2,16}$" 2..=16
        = "RSSMRA85T10A562S", "The tax code of a person or body, `ANONIMO` where the service allows it, or a foreign code.";
    EmailAddress r"^[a-zA-Z0-9_.+-]+@[a-zA-Z0-9-]+([.][a-zA-Z0-9-]+)*$" 3..=256
        = "mario.rossi@example.it", "An e-mail address in the form that the Node accepts.";
    TwoCapitals r"^[A-Z]{2}$" 2..=2
        = "PG", "A province or country: two upper-case letters.";
    DocumentHash r"^[A-Za-z0-9+/]{2,70}={0,2}$" 4..=72
        = "wHpFSLCGZjIvNSXxqtGbxg7275t446DRTk5ZrsdUQ6E=", "SHA-256 of a document, base64.";
    QrText r"^PAGOPA[|]002[|][0-9]{18}[|][0-9]{11}[|][0-9]{2,10}$" 41..=60
        = "PAGOPA|002|305000000001234586|99999000013|12050", "The text of the QR code on a notice.";
    ActionName r"^[a-z_]{1,40}[.][a-z_]{1,40}$" 3..=81
        = "support.read", "What was done, as a stable dotted name.";
    AuditSubject r"^[^\x00-\x1f\x7f-\x9f]{1,300}$" 1..=300
        = "GET /v1/receipts/01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e09", "On what: the kind and id of a thing, or what was read.";
    ResourcePath r"^/v1/[a-z0-9/-]{1,200}$" 5..=204
        = "/v1/receipts/01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e09", "The path of a resource of this API.";
    PaymentToken r"^[^\x00-\x1f\x7f-\x9f]{1,35}$" 1..=35
        = "c110729d258c4ab1b765fe902aae41d6", "The Node's token of a payment, which is the id of its receipt.";
    OperationName r"^[A-Za-z0-9/]{1,35}$" 1..=35
        = "paGetPaymentV2", "An operation of the Node or of Checkout, as the journal names it; `N/A` of a message that could not be read.";
    OutcomeText r"^[A-Z][A-Z_]{0,63}$" 1..=64
        = "OK", "`OK`, `KO`, `UNAVAILABLE`, or the code of the fault.";
    Sha256Hex r"^[0-9a-f]{64}$" 64..=64
        = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "SHA-256, hexadecimal.";
    Base64Text r"^[A-Za-z0-9+/]*={0,2}$" 0..=2_900_000
        = "PHNvYXBlbnY6RW52ZWxvcGUvPg==", "Bytes in base64 (RFC 4648).";
    RawBytes r"^[\s\S]*$" 0..=2_100_000 as "binary"
        = "<soapenv:Envelope/>", "The bytes as they were.";
    CsvText r"^[\s\S]*$" 0..=20_000_000
        = "dataOraEvento,identificativoDominio\r\n2026-09-01T08:30:00.123,99999000013\r\n", "Comma-separated values with a line of names (RFC 4180).";
    FieldPath r"^[a-z_]+(/[a-z_]+)?$" 1..=64
        = "due_date", "A field of a debt position or installment.";
    HappeningKind r"^[a-z_]+([.][a-z_]+)+$" 3..=64
        = "debt_position.updated", "What kind of thing happened, as a stable dotted name.";
    Note r"^[^\x00-\x1f\x7f-\x9f]{1,500}$" 1..=500
        = "Refunded on 2026-09-20, mandate 311", "What was done about it; no personal data.";
    CatalogueCode r"^[^\x00-\x1f\x7f-\x9f]{5}$" 5..=5
        = "00009", "A code of five characters in the Node's catalogue of services.";
    XmlNamespace r"^[!-~]{1,255}$" 1..=255
        = "http://PuntoAccessoPSP.spcoop.gov.it/TassaAuto", "The namespace of an XML element.";
    XmlName r"^[A-Za-z_][A-Za-z0-9._-]{0,63}$" 1..=64
        = "tassaAuto", "The local name of an XML element.";
    DocumentPath r"^[A-Za-z_][A-Za-z0-9._-]*(/[A-Za-z_][A-Za-z0-9._-]*)*$" 1..=200
        = "veicoloConTarga/veicoloTarga", "Where a field stands in a document: names of elements from below the root, without prefixes.";
    StableCode r"^[a-z0-9_]{1,64}$" 1..=64
        = "receipt_beyond_limits", "A stable code.";
    KeyFingerprint r"^[0-9a-f]{64}$" 64..=64
        = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "SHA-256 of a public key.";
    EventTypes r"^[a-z_]+[.][a-z_]+(,[a-z_]+[.][a-z_]+){0,19}$" 3..=640
        = "installment.paid,installment.reopened", "Types of events, with commas between them.";
    FileName r"^[^\x00-\x1f\x7f-\x9f/\\]{1,255}$" 1..=255
        = "tari-2026.xlsx", "The name of a file, without a path.";
    UploadBytes r"^[\s\S]*$" 0..=524_288_000 as "binary"
        = "external_id;codice_fiscale;importo;scadenza\r\n", "The bytes of a file.";
    ColumnName r"^[^\x00-\x1f\x7f-\x9f]{1,255}$" 1..=255
        = "codice_fiscale", "A column by its name in the file; in a line of JSON the pointer to the member.";
    RowKey r"^[^\x00-\x1f\x7f-\x9f]{1,255}$" 1..=255
        = "TARI-2026-000123", "The key of a debt position as a row has it, as far as it could be read.";
    TableText r"^[\s\S]*$" 0..=2_000_000_000
        = "external_id;importo;riga;esito;errori\r\n", "A table as text, in the encoding and with the commas, semicolons or tabs of the file that was sent.";
    OdsBytes r"^[\s\S]*$" 0..=50_000_000 as "binary"
        = "PK", "A spreadsheet (ISO/IEC 26300).";
    NdjsonText r"^[\s\S]*$" 0..=2_000_000_000
        = "{\"line\":1,\"outcome\":\"loaded\"}\n", "A JSON object on each line.";
    PdfBytes r"^[\s\S]*$" 0..=50_000_000 as "binary"
        = "%PDF-1.7", "A document (ISO 32000-1).";
    PngBytes r"^[\s\S]*$" 0..=10_000_000 as "binary"
        = "PNG", "A picture (ISO/IEC 15948).";
    SvgText r"^[\s\S]*$" 0..=10_000_000
        = "<svg/>", "A picture as SVG.";
    LogoBytes r"^[\s\S]*$" 0..=524_288 as "binary"
        = "PNG", "A logo as PNG (ISO/IEC 15948).";
    LogoText r"^[\s\S]*$" 0..=524_288
        = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 2 1\"><path d=\"M0 0h2v1z\"/></svg>", "A logo as SVG.";
    GatheredZip r"^[\s\S]*$" 0..=4_294_967_296 as "binary"
        = "PK", "An archive of documents.";
    GatheredPdf r"^[\s\S]*$" 0..=10_737_418_240 as "binary"
        = "%PDF-1.7", "The documents in one (ISO 32000-1).";
    SpreadsheetBytes r"^[\s\S]*$" 0..=50_000_000 as "binary"
        = "PK", "A spreadsheet (ISO/IEC 29500).";
    XmlMessage r"^[^\x00]{1,2000000}$" 1..=2_000_000
        = "<soapenv:Envelope/>", "An XML message as it was received.";
}
