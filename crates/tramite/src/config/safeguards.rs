// SPDX-License-Identifier: AGPL-3.0-or-later
//! What must not be in production, where real money moves (api.md, Environments; reliability.md 42). `serve` and
//! `worker` refuse to start, and name the setting.

use tramite_domain::access::{Client, DelegationStatus};
use tramite_domain::environment::Environment;
use tramite_gateway::returns::{Returns, citizens_may_return};
use tramite_outbound::{Reach, reach};
use tramite_storage::{PageRequest, Store, StoreError};
use url::Url;

use super::node::NodeAuth;
use super::problem::Problem;
use super::service::ServiceSettings;

/// The setting that what stands in the database is told under.
const DATABASE: &str = "TRAMITE_DATABASE_URL";

/// The shortest time that a change of an account takes in production, in seconds: an hour.
const ACCOUNT_DELAY_SECONDS_MIN: i64 = 3_600;

/// How many rows are looked at in one go.
const PAGE: u16 = 500;

/// Everything in the settings that the environment excludes.
pub(crate) fn guard(settings: &ServiceSettings, environment: Environment) -> Vec<Problem> {
    let mut problems = Vec::new();
    match environment {
        Environment::Sandbox => {}
        Environment::Production => {
            problems.extend(outside("TRAMITE_PUBLIC_URL", &settings.public_url));
            problems.extend(outside("TRAMITE_CHECKOUT_URL", &settings.checkout.url));
            if !settings.checkout.has_key {
                let text = "is not set; expected, in production, the file with the subscription key for Checkout";
                problems.push(Problem::new("TRAMITE_CHECKOUT_API_KEY_FILE", text));
            }
            if let Some(receipts) = &settings.receipts {
                problems.extend(outside("TRAMITE_RECEIPTS_URL", &receipts.url));
                if !receipts.has_key {
                    let text =
                        "is not set; expected, in production, the file with the subscription key for the receipts API";
                    problems.push(Problem::new("TRAMITE_RECEIPTS_API_KEY_FILE", text));
                }
            }
            if settings.node_auth == NodeAuth::None {
                let text = "none exists in a sandbox alone; expected, in production, mtls or proxy";
                problems.push(Problem::new("TRAMITE_NODE_AUTH", text));
            }
            if settings.loopback_return == Some(true) {
                let text = "true exists in a sandbox alone; expected, in production, false or nothing";
                problems.push(Problem::new("TRAMITE_LOOPBACK_RETURN", text));
            }
            problems.extend(hasty(settings.account_delay_seconds));
        }
    }
    problems
}

/// Money must not be led elsewhere before anybody can notice.
fn hasty(account_delay_seconds: i64) -> Option<Problem> {
    let text =
        format!("{account_delay_seconds} is too short; expected, in production, {ACCOUNT_DELAY_SECONDS_MIN} or more");
    (account_delay_seconds < ACCOUNT_DELAY_SECONDS_MIN).then(|| Problem::new("TRAMITE_ACCOUNT_DELAY", text))
}

fn outside(variable: &'static str, url: &Url) -> Option<Problem> {
    let expected = "expected, in production, an https address that the world reaches";
    let shown = url.as_str().trim_end_matches('/');
    if url.scheme() != "https" {
        return Some(Problem::new(variable, format!("{shown} is not https; {expected}")));
    }
    let kind = match reach(url) {
        Some(Reach::Public) => return None,
        Some(Reach::Loopback) => "is this machine itself",
        Some(Reach::Private) => "is in a private network",
        None => "has no host",
    };
    Some(Problem::new(variable, format!("{shown} {kind}; {expected}")))
}

/// Everything in the database that production excludes: what `demo` made, and citizens sent back to this machine or
/// into a private network.
///
/// # Errors
/// Those of the store.
pub(crate) async fn guard_store(store: &Store) -> Result<Vec<Problem>, StoreError> {
    if store.environment() == Environment::Sandbox {
        return Ok(Vec::new());
    }
    let system = store.system();
    let mut problems = Vec::new();
    let mut cursor = None;
    loop {
        let page = system.institutions(&PageRequest { limit: PAGE, cursor }).await?;
        problems.extend(page.items.iter().filter(|one| one.demo).map(|one| invented("institution", one.code.as_str())));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    loop {
        let page = system.clients(&PageRequest { limit: PAGE, cursor }).await?;
        problems.extend(page.items.iter().flat_map(of_client));
        cursor = page.next;
        if cursor.is_none() {
            return Ok(problems);
        }
    }
}

fn of_client(client: &Client) -> Vec<Problem> {
    let name = client.id.to_string();
    let mut problems: Vec<Problem> = client.demo.then(|| invented("client", &name)).into_iter().collect();
    let live = client.delegations.iter().filter(|one| one.status == DelegationStatus::Active);
    for origin in live.flat_map(|one| &one.return_origins).filter(|origin| !leads_outside(origin)) {
        let text = format!(
            "the client {name} in the database may send citizens back to {origin}; expected, in production, https addresses that the world reaches"
        );
        problems.push(Problem::new(DATABASE, text));
    }
    problems
}

fn invented(kind: &str, name: &str) -> Problem {
    let text = format!("the {kind} {name} in the database was made by demo; expected, in production, none");
    Problem::new(DATABASE, text)
}

fn leads_outside(origin: &str) -> bool {
    Url::parse(origin).is_ok_and(|url| citizens_may_return(&url, Returns::World))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_production_an_address_is_https_and_reachable_from_the_world() {
        for (text, wrong) in [
            ("http://tramite.example.it", true),
            ("https://localhost", true),
            ("https://127.0.0.1", true),
            ("https://10.1.2.3", true),
            ("https://tramite", true),
            ("https://tramite.example.it", false),
        ] {
            let problem = outside("TRAMITE_PUBLIC_URL", &Url::parse(text).unwrap());
            assert_eq!(problem.is_some(), wrong, "{text}");
            assert!(problem.is_none_or(|problem| problem.to_string().starts_with("TRAMITE_PUBLIC_URL: ")));
        }
    }
}
