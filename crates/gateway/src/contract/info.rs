// SPDX-License-Identifier: AGPL-3.0-or-later
//! Who speaks in the contract, where it is served, and how one proves oneself.

use serde_json::{Map, Value, json};
use tramite_domain::access::ApiScope;
use tramite_domain::environment::Environment;

use super::PLACEHOLDER_URL;

/// The name of the one security scheme.
pub(super) const SECURITY_SCHEME: &str = "OAuth2";

/// A sandbox on the reader's own machine.
const SANDBOX_URL: &str = "http://localhost:8080";

/// Where the terms of the program stand.
const LICENSE_URL: &str = "https://www.gnu.org/licenses/agpl-3.0.html";
/// Whom to write to.
const CONTACT_EMAIL: &str = "api@tramite.example.it";

const DESCRIPTION: &str = "Tramite is a payment intermediary for pagoPA: creditor institutions collect through it, and \
their portals and back-office systems call this API. Money is integer euro cents; instants are RFC 3339 in UTC, due \
dates are days in Rome; absence is absence, never null; unknown members are refused. Every error is a problem (RFC \
9457) whose `type` is the address of a page that says what to do. Every POST that creates or acts carries an \
Idempotency-Key and can be sent again without fear.";

/// Writes info, servers, tags and the security scheme.
pub(super) fn write(document: &mut Value, public_url: &str, environment: Option<Environment>) {
    let Some(root) = document.as_object_mut() else { return };
    root.insert("info".to_owned(), info(public_url));
    root.insert("servers".to_owned(), servers(public_url, environment));
    root.insert("tags".to_owned(), tags());
    let components = root.entry("components").or_insert_with(|| Value::Object(Map::new()));
    if let Some(components) = components.as_object_mut() {
        components.insert("securitySchemes".to_owned(), json!({(SECURITY_SCHEME): scheme(public_url)}));
    }
}

fn info(public_url: &str) -> Value {
    json!({
        "title": "Tramite",
        "version": env!("CARGO_PKG_VERSION"),
        "description": DESCRIPTION,
        "termsOfService": format!("{public_url}/docs/"),
        "contact": {"name": "The operator of this Tramite", "url": format!("{public_url}/docs/"), "email": CONTACT_EMAIL},
        "license": {"name": "AGPL-3.0-or-later", "url": LICENSE_URL},
        "x-summary": "Collect payments of creditor institutions through pagoPA.",
        "x-api-id": "tramite",
    })
}

/// Where the API is served. Whether real money moves there is told by the environment, never guessed from the address.
fn servers(public_url: &str, environment: Option<Environment>) -> Value {
    let production = |url: &str| json!({"url": url, "description": "Production: real money moves."});
    let sandbox = |url: &str| json!({"url": url, "description": "Sandbox: no real money.", "x-sandbox": true});
    match environment {
        Some(Environment::Production) => json!([production(public_url)]),
        Some(Environment::Sandbox) => json!([sandbox(public_url)]),
        None if public_url == PLACEHOLDER_URL => json!([production(public_url), sandbox(SANDBOX_URL)]),
        None => json!([{"url": public_url, "description": "This Tramite."}]),
    }
}

/// Every tag, in the order of the documentation: what portals need comes before what operators do.
const TAGS: [(&str, &str); 24] = [
    ("services", "What an institution collects: its catalogue of payment services."),
    ("registries", "Tables of an institution that its forms read."),
    ("submissions", "Values that forms took, and what they came to."),
    ("debt-positions", "What debtors owe, with the ways to pay it."),
    ("iuv-batches", "Notice numbers given to an institution beforehand, for notices that it prints by itself."),
    ("imports", "Files of debt positions: loaded in the background, with a report of each row."),
    ("document-batches", "Notices and receipts of many debt positions in one file."),
    ("checkout-sessions", "Payments started from a portal."),
    ("receipts", "Proofs of payment, as the Node sent them."),
    ("receipt-recoveries", "Receipts that never came, asked for by their settlement lines."),
    ("webhook-endpoints", "Addresses that are told of what happens, and what became of it."),
    ("events", "What happened, in an order that misses nothing."),
    ("exports", "Tables for back offices."),
    ("journal", "Every message exchanged with the Node and with Checkout."),
    ("persons", "What is kept of one person: its export and its erasure."),
    ("delegations", "Who acts for an institution, as the institution sees it."),
    ("trusted-issuers", "Others whose tokens are taken: identity providers, and PDND with its vouchers."),
    ("support-accesses", "Operators who read in an institution for a while, in support."),
    ("audit", "Who did what, and what operators read in support."),
    ("institutions", "Creditor institutions with their stations, accounts and beneficiaries."),
    ("stations", "Connection points of the broker at the Node."),
    ("raw-messages", "Messages of the Node that could not be taken, for the operators."),
    ("clients", "Programs that call this API, their secrets, keys and limits, and what institutions let them do."),
    ("status", "Whether Tramite works."),
];

fn tags() -> Value {
    TAGS.iter().map(|(name, description)| json!({"name": name, "description": description})).collect()
}

fn scheme(public_url: &str) -> Value {
    let scopes: Map<String, Value> =
        ApiScope::ALL.iter().map(|scope| (scope.name().to_owned(), json!(meaning(*scope)))).collect();
    json!({
        "type": "oauth2",
        "description": "Client credentials; the access token is a JWT (RFC 9068, typ at+jwt, ES256) made and checked after \
            the best current practices of RFC8725. A token stands for one client and one institution. Tokens of issuers that an \
            operator of this Tramite trusts are taken as well.",
        "flows": {"clientCredentials": {"tokenUrl": format!("{public_url}/oauth2/token"), "scopes": scopes}},
    })
}

fn meaning(scope: ApiScope) -> &'static str {
    match scope {
        ApiScope::DebtPositionsRead => "See debt positions.",
        ApiScope::DebtPositionsWrite => "Make and change debt positions.",
        ApiScope::DebtPositionsSettle => {
            "Mark debt positions paid outside of pagoPA, and resolve what is strange about receipts."
        }
        ApiScope::DebtPositionsFreeBeneficiary => "Write out beneficiaries in requests.",
        ApiScope::PaymentsRead => "See checkout sessions and submissions.",
        ApiScope::PaymentsWrite => "Start payments.",
        ApiScope::ReceiptsRead => "See receipts.",
        ApiScope::ServicesRead => "See services and registries.",
        ApiScope::ServicesWrite => "Define services and registries.",
        ApiScope::ImportsRead => "See imports.",
        ApiScope::ImportsWrite => "Load files.",
        ApiScope::ExportsRead => "Export outcomes.",
        ApiScope::EventsRead => "Read events.",
        ApiScope::WebhooksWrite => "Register webhook endpoints.",
        ApiScope::DocumentsWrite => "Make documents in bulk.",
        ApiScope::SettlementsRead => "See settlement flows.",
        ApiScope::SettlementsWrite => "Reconcile.",
        ApiScope::JournalRead => "See the journal.",
        ApiScope::JournalPayload => "See the messages in the journal.",
        ApiScope::AuditRead => "See the audit trail.",
        ApiScope::DelegationsRead => "See who acts for the institution.",
        ApiScope::DelegationsWrite => "End delegations.",
        ApiScope::PersonsRead => "Export everything that is kept of one person.",
        ApiScope::PersonsErase => "Erase what is kept of one person.",
        ApiScope::PlatformRead => "See the platform's registry.",
        ApiScope::PlatformWrite => "Change the platform's registry.",
        ApiScope::PlatformSupport => "Ask an institution for read access in support.",
    }
}
