// SPDX-License-Identifier: AGPL-3.0-or-later
//! The digital stamp that a receipt carries: the form of a real one, with a signature that nobody made.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use quick_xml::escape::escape;
use tramite_domain::money::Cents;
use tramite_domain::time::Instant;

use super::provider::STAMP_ISSUER;

/// Namespace of the stamp.
const STAMP: &str = "http://www.agenziaentrate.gov.it/2014/MarcaDaBollo";
/// Namespace of XML signatures.
const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";
/// The one digest the schema allows.
const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
/// What stands where a signature would be.
const UNSIGNED: &str = "sandbox: not signed";

/// `MBDAttachment`: the stamp for a document, in base64.
pub(crate) fn attachment(serial: u128, document_hash: &str, amount: Cents, at: Instant) -> String {
    STANDARD.encode(document(serial, document_hash, amount, at))
}

/// The stamp's XML.
pub(crate) fn document(serial: u128, document_hash: &str, amount: Cents, at: Instant) -> String {
    let (issuer_code, issuer_name) = STAMP_ISSUER;
    let hash = escape(document_hash);
    // Fourteen digits, as on a stamp of paper.
    let serial = serial % 100_000_000_000_000;
    let unsigned = STANDARD.encode(UNSIGNED);
    let digest = format!(r#"<ds:DigestMethod Algorithm="{SHA256}"/><ds:DigestValue>{hash}</ds:DigestValue>"#);
    let algorithm = |element: &str, name: &str| format!(r#"<ds:{element} Algorithm="{name}"/>"#);
    let signed_info = [
        algorithm("CanonicalizationMethod", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
        algorithm("SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"),
        format!(r#"<ds:Reference URI="">{digest}</ds:Reference>"#),
    ]
    .concat();
    [
        format!(r#"<?xml version="1.0" encoding="UTF-8"?><marcaDaBollo xmlns="{STAMP}" xmlns:ds="{SIGNATURE}">"#),
        format!("<PSP><CodiceFiscale>{issuer_code}</CodiceFiscale><Denominazione>{issuer_name}</Denominazione></PSP>"),
        format!("<IUBD>{serial:014}</IUBD><OraAcquisto>{at}</OraAcquisto><Importo>{amount}</Importo>"),
        String::from("<TipoBollo>01</TipoBollo>"),
        format!(r#"<ImprontaDocumento><DigestMethod Algorithm="{SHA256}"/><ds:DigestValue>{hash}</ds:DigestValue></ImprontaDocumento>"#),
        format!("<ds:Signature><ds:SignedInfo>{signed_info}</ds:SignedInfo>"),
        format!("<ds:SignatureValue>{unsigned}</ds:SignatureValue></ds:Signature></marcaDaBollo>"),
    ]
    .concat()
}
