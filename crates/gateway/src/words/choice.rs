// SPDX-License-Identifier: AGPL-3.0-or-later
//! Texts that are one of a few: the stable names of the domain's enumerations.

use std::borrow::Cow;

use tramite_domain::access::ApiScope;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

macro_rules! choices {
    ($($name:ident [$($value:literal)+] $doc:literal;)+) => {
        $(
            #[doc = $doc]
            #[derive(Debug)]
            pub struct $name;

            impl $name {
                /// The values, in their order.
                pub const VALUES: &'static [&'static str] = &[$($value),+];
            }

            impl PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    of($doc, Self::VALUES.iter().copied())
                }
            }

            impl ToSchema for $name {
                fn name() -> Cow<'static, str> {
                    stringify!($name).into()
                }
            }
        )+

        pub(super) fn all() -> Vec<(&'static str, RefOr<Schema>)> {
            vec![("Scope", Scope::schema()), $((stringify!($name), $name::schema())),+]
        }
    };
}

choices! {
    EnvironmentName ["sandbox" "production"] "The environment a database is sealed to.";
    InstitutionStatus ["draft" "active" "suspended" "closed"] "Where an institution stands in its life.";
    ClientKind ["application" "operator"] "A program that acts for institutions, or an operator of the platform.";
    ClientStatus ["active" "revoked"] "Whether a client may take tokens.";
    KeyAlgorithm ["ES256" "RS256" "PS256"] "What a key signs by.";
    IssuerKind ["oidc" "pdnd"] "An identity provider, or the national platform for data (PDND).";
    CallerClaim ["sub" "client_id" "azp" "purposeId"] "The claim that says who calls.";
    DelegationStatus ["active" "ended"] "Whether a delegation holds.";
    SupportAccessStatus ["active" "expired" "ended"] "Whether an operator may read in support.";
    ServiceStatus ["draft" "active" "retired"] "Where a service stands in its life.";
    ServiceKind ["spontaneous" "preloaded" "both"] "Who may start a payment of the service.";
    OnCallbackFailure ["stored_amount" "refuse"] "What holds where the institution's own system does not say what is due: the amount that stands in the debt position, or nobody pays for the moment.";
    FormLanguage ["it" "en" "de" "fr" "sl"] "A language that forms are shown in.";
    ColumnType ["text" "integer" "decimal" "money" "date" "instant" "boolean"] "What a column of a registry holds.";
    AmountRuleKind ["fixed" "free"] "Whether the amount is one, or any between two bounds.";

    SubjectKind ["natural_person" "legal_person"] "A human being, or a company or body.";
    OptionKind ["single" "installments" "reduced"] "One payment, several of them, or a smaller one for who pays early.";
    PositionStatus ["draft" "scheduled" "open" "partially_paid" "paid" "reported" "expired" "cancelled"] "Where a debt position stands now.";
    InstallmentStatus ["draft" "scheduled" "open" "paid" "reported" "expired" "cancelled" "superseded"] "Where an installment stands now.";
    PaymentChannel ["pagopa" "external"] "Through pagoPA, with a receipt, or outside of it, as the institution says.";
    Anomaly [
        "duplicate_payment" "amount_mismatch" "unknown_position" "draft_position" "cancelled_position"
        "superseded_position" "expired_position" "late_reduced" "over_capacity" "stand_in" "not_activated"
        "station_mismatch" "institution_inactive" "irregular_message" "receipt_differs"
    ] "What is strange about a payment.";
    PositionOrigin ["api" "session" "receipt" "demand" "import" "form"] "Whether a debt position was made by a client, within a checkout session, by the receipt of a notice that nobody knew, at a provider's demand, by a row of a file, or by a submission of a form.";
    IfExists ["reject" "return" "replace"] "What happens when the external id is there already.";
    SessionStatus [
        "open" "redirected" "processing" "unresolved" "completed" "partially_completed" "cancelled" "expired" "failed"
    ] "Where a checkout session stands now.";
    SessionReason [
        "waiting_for_payer" "at_checkout" "payer_gave_up" "payment_refused" "waiting_for_receipt" "no_receipt_yet" "paid"
        "partly_paid" "cancelled_by_client" "not_paid_in_time" "no_receipt"
    ] "Why a checkout session is where it is.";
    ReturnMode ["token" "bare"] "Whether the return carries a signed token.";
    OnAbandon ["keep" "cancel"] "What happens to positions made inline when nobody pays.";
    EventType [
        "debt_position.created" "debt_position.updated" "installment.paid" "installment.reopened" "receipt.received"
        "payment.anomaly" "payment.anomaly_resolved" "checkout_session.updated" "service.updated" "institution.updated"
        "delegation.updated" "support_access.updated" "import.finished" "document_batch.finished"
        "webhook_endpoint.disabled"
        "personal_data.erased"
    ] "What happened.";
    DeliveredType [
        "debt_position.created" "debt_position.updated" "installment.paid" "installment.reopened" "receipt.received"
        "payment.anomaly" "payment.anomaly_resolved" "checkout_session.updated" "service.updated" "institution.updated"
        "delegation.updated" "support_access.updated" "import.finished" "document_batch.finished"
        "webhook_endpoint.disabled"
        "webhook_endpoint.test" "personal_data.erased"
    ] "What happened, or that an endpoint is tested.";
    WebhookEndpointStatus ["pending" "active" "disabled"] "Whether an endpoint is told of events: not before a test event got its 2xx, yes, or no longer.";
    WebhookDisabledReason ["gone" "failing"] "Why an endpoint is told no longer: it answered 410, or nothing reached it for fourteen days.";
    WebhookDeliveryStatus ["pending" "delivered" "failed" "abandoned"] "Not tried yet, got its 2xx, tried in vain and to be tried again, or not to be tried again by itself.";
    WebhookFailure ["timeout" "not_allowed" "unreachable" "not_permitted" "event_gone"] "Why no answer came: ten seconds were over; the name leads to no address of the world; nobody was there; the client may not be told of it any more; the event is kept no longer.";
    PayBy ["checkout" "notice"] "How what is due is paid: at once, or later with a notice.";
    IfBusy ["reject" "join"] "What happens when somebody is paying already.";
    Language ["it" "en" "de"] "Language of the pages.";
    Direction ["request" "response"] "A message that was sent to somebody, or the answer to it.";
    MessageKind ["text/xml" "application/json" "application/octet-stream"] "What the bytes of a message look like.";
    WaitsFor [
        "publication" "opening" "payer" "payer_who_looked" "payer_of_session" "payer_at_checkout" "payer_again"
        "payment_running" "receipt" "next_installment" "later_due_date" "reopening" "review" "settlement" "nothing"
    ] "What a debt position waits for.";
    ReasonKept ["payable" "payment_may_arrive" "accounting"] "Why something stays: it may still be paid, it ended unpaid less than ten days ago, or the law of accounting asks for it.";
    PersonThings ["debt_positions" "receipts" "checkout_sessions" "submissions" "journal" "events" "kept_answers" "import_rows"] "What is kept of a person.";
    RecoveryStatus ["queued" "fetching" "recovered" "not_found" "failed"] "Where a recovery stands: it waits for its turn, is being asked, the receipt is here, the platform knows none, or nobody could use its answer.";
    ReceiptSource ["node" "recovered"] "Whether the Node sent a receipt, or it was asked for at the receipts API.";
    FileFormat ["csv" "xlsx" "xls" "ods" "ndjson"] "What a file is: a table as text, of Excel since 2007 or before, of OpenDocument, or a debt position as JSON on each line.";
    FileEncoding ["utf-8" "windows-1252"] "How the characters of a text are written.";
    FileLayout [
        "tramite" "mypay_1_0" "mypay_1_1" "mypay_1_2" "mypay_1_3" "mypay_1_4" "govpay"
    ] "How the columns of a table are called, and in which order they stand: Tramite's own by their header, or those of MyPay or GovPay.";
    NoticeLanguage ["it" "it-en" "it-de" "it-fr" "it-sl" "it-de-equal"]
        "Languages of a notice: Italian, alone or with another one in line; `it-de-equal` has Italian and German side by side.";
    TableLanguage ["it" "en"] "What the columns of a table are called in.";
    OnError ["skip" "abort"] "What a wrong row means for the others: they are loaded, or nothing is.";
    ImportStatus ["queued" "running" "completed" "aborted" "failed" "cancelled"] "Where an import stands: it waits for its turn, is being read, every row came to something, a row was wrong and nothing was loaded because of it, the file cannot be read or no further or its client may load nothing any more, or it was stopped.";
    ImportPhase ["checking" "loading"] "Whether rows are checked, with nothing written of them, or loaded.";
    RowOutcome ["loaded" "updated" "unchanged" "cancelled" "rejected" "skipped"] "What became of a row: a new debt position, new terms for one, nothing new, something cancelled, the row is wrong, or it is right beside a wrong one of the same debt position.";
    DocumentKind ["notice" "receipt"] "What is made of a debt position: the payment notice of what can be paid, or the receipts of what was paid.";
    DocumentForm ["zip" "pdf"] "What the file is: an archive with one PDF for each debt position and a list of them, or one PDF with all pages.";
    DocumentBatchStatus ["queued" "running" "completed" "failed" "cancelled"] "Where a document batch stands: it waits for its turn, documents are drawn, the file is there, there is none, or it was stopped.";
    DocumentOutcome ["waiting" "drawn" "skipped"] "What became of a debt position: nothing yet, its document is in the file, or there is no document of it.";
    ReceiptRole ["owner" "beneficiary"] "Whether the institution owns the notice, or receives a transfer of it.";
    ReceiptOutcome ["ok" "ko"] "Whether money was paid.";
}

/// A scope of access.
#[derive(Debug)]
pub struct Scope;

impl PartialSchema for Scope {
    fn schema() -> RefOr<Schema> {
        of("What a token may do.", ApiScope::ALL.iter().map(|scope| scope.name()))
    }
}

impl ToSchema for Scope {
    fn name() -> Cow<'static, str> {
        "Scope".into()
    }
}

fn of(doc: &str, values: impl Iterator<Item = &'static str>) -> RefOr<Schema> {
    let values: Vec<&'static str> = values.collect();
    // Spelt out as a bound too, for readers that know no enumerations.
    let longest = values.iter().map(|value| value.len()).max();
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(doc))
        .max_length(longest)
        .examples(values.first().map(|value| serde_json::json!(value)))
        .enum_values(Some(values))
        .into()
}

#[cfg(test)]
mod tests {
    use tramite_domain::access::{ClientKind as Kind, ClientStatus as Client, DelegationStatus as Delegation};
    use tramite_domain::document_batch;
    use tramite_domain::environment::Environment;
    use tramite_domain::import;
    use tramite_domain::institution::InstitutionStatus as Institution;
    use tramite_domain::service::{ServiceKind as Start, ServiceStatus as Service};
    use tramite_domain::support::SupportAccessStatus as Support;

    use super::*;

    #[test]
    fn every_choice_of_the_contract_is_a_name_of_the_domain() {
        let kinds = tramite_domain::event::EventKind::named;
        assert!(EventType::VALUES.iter().all(|name| kinds(name).is_some()));
        assert!(EnvironmentName::VALUES.iter().all(|name| Environment::named(name).is_some()));
        assert!(InstitutionStatus::VALUES.iter().all(|name| Institution::named(name).is_some()));
        assert!(ClientKind::VALUES.iter().all(|name| Kind::named(name).is_some()));
        assert!(ClientStatus::VALUES.iter().all(|name| Client::named(name).is_some()));
        assert!(DelegationStatus::VALUES.iter().all(|name| Delegation::named(name).is_some()));
        assert!(WaitsFor::VALUES.iter().all(|name| tramite_domain::debt_position::WaitsFor::named(name).is_some()));
        assert!(FileFormat::VALUES.iter().all(|name| import::FileFormat::named(name).is_some()));
        assert!(FileEncoding::VALUES.iter().all(|name| import::FileEncoding::named(name).is_some()));
        assert!(FileLayout::VALUES.iter().all(|name| import::FileLayout::named(name).is_some()));
        assert!(OnError::VALUES.iter().all(|name| import::OnError::named(name).is_some()));
        assert!(ImportStatus::VALUES.iter().all(|name| import::ImportStatus::named(name).is_some()));
        assert!(ImportPhase::VALUES.iter().all(|name| import::ImportPhase::named(name).is_some()));
        assert!(DocumentKind::VALUES.iter().all(|name| document_batch::BatchKind::named(name).is_some()));
        assert!(DocumentForm::VALUES.iter().all(|name| document_batch::BatchForm::named(name).is_some()));
        assert!(DocumentBatchStatus::VALUES.iter().all(|name| document_batch::BatchStatus::named(name).is_some()));
        assert!(DocumentOutcome::VALUES.iter().all(|name| document_batch::DocumentOutcome::named(name).is_some()));
        assert!(RowOutcome::VALUES.iter().all(|name| import::RowOutcome::named(name).is_some()));
        assert!(ServiceStatus::VALUES.iter().all(|name| Service::named(name).is_some()));
        assert!(SupportAccessStatus::VALUES.iter().all(|name| Support::named(name).is_some()));
        assert!(ServiceKind::VALUES.iter().all(|name| Start::named(name).is_some()));
    }
}
