// SPDX-License-Identifier: AGPL-3.0-or-later
//! Which scope opens what (reliability.md 31): exactly what the contract says, for one scope and for all but one.

use std::collections::{BTreeMap, BTreeSet};

use tramite_testkit::{Database, Operation, workspace_root};
use tramite_tests::api::{Api, Came};
use tramite_tests::pair::{Pair, at_random, scopes};

pub(crate) async fn matrix(database: Database) {
    let pair = Pair::start(&database).await;
    let operations = pair.operations();
    is_as_published(&operations);
    nobody(&operations, &Api::of_nobody(&pair.served.url)).await;
    let (platform, tenant): (Vec<_>, Vec<_>) =
        scopes(&pair.contract).into_iter().partition(|scope| scope.starts_with("platform:"));
    let used: BTreeSet<&String> = operations.iter().flat_map(|one| &one.scopes).collect();
    assert!(used.iter().all(|scope| platform.contains(scope) || tenant.contains(scope)), "{used:?}");
    for all in [platform, tenant] {
        for one in &all {
            let others: Vec<String> = all.iter().filter(|other| *other != one).cloned().collect();
            for held in [vec![one.clone()], others] {
                let caller = with(&pair, &held).await;
                for operation in &operations {
                    is_as_told(operation, &held, &caller.ask(operation, &at_random(operation)).await);
                }
            }
        }
    }
}

/// The contract that the gateway tells is the one that is read by others.
fn is_as_published(operations: &[Operation]) {
    let text = std::fs::read_to_string(workspace_root().join("openapi/tramite.json")).unwrap();
    let published = Operation::all(&serde_json::from_str(&text).unwrap());
    let scopes = |all: &[Operation]| -> BTreeMap<String, BTreeSet<String>> {
        all.iter().map(|one| (one.id.clone(), one.scopes.clone())).collect()
    };
    assert_eq!(scopes(operations), scopes(&published));
}

/// A caller with these scopes and no others: the operator for those of the platform.
async fn with(pair: &Pair, held: &[String]) -> Api {
    let (url, wanted) = (&pair.served.url, held.join(" "));
    if held[0].starts_with("platform:") {
        let (id, secret) = (pair.town.text("/operator/client_id"), pair.town.text("/operator/client_secret"));
        let form = [("grant_type", "client_credentials"), ("scope", &wanted)];
        return Api::with_form(url, &id, &secret, &form).await;
    }
    pair.a.portal.api_with(url, &wanted).await
}

async fn nobody(operations: &[Operation], caller: &Api) {
    for operation in operations {
        let came = caller.ask(operation, &at_random(operation)).await;
        if operation.scopes.is_empty() {
            assert!(came.status.is_success(), "{}: {}", operation.id, came.body);
            continue;
        }
        assert_eq!(came.problem(), (401, "unauthenticated"), "{}: {}", operation.id, came.body);
        assert_eq!(came.header("WWW-Authenticate"), Some("Bearer"), "{}", operation.id);
    }
}

/// What needs a second scope, by what its body asks for: that of the example.
const SECOND_SCOPES: [(&str, &str); 1] = [("add_document_batch", "debt-positions:read")];

fn is_as_told(operation: &Operation, held: &[String], came: &Came) {
    let at = format!("{} with {held:?}: {} {}", operation.id, came.status, came.body);
    let opened = operation.scopes.is_empty() || held.iter().any(|scope| operation.scopes.contains(scope));
    let lacks =
        SECOND_SCOPES.iter().any(|(id, second)| *id == operation.id && !held.iter().any(|scope| scope == second));
    if opened && lacks {
        assert_eq!(came.problem(), (403, "insufficient_scope"), "{at}");
        return;
    }
    if opened {
        assert!(![401, 403].contains(&came.status.as_u16()) && !came.status.is_server_error(), "{at}");
        return;
    }
    assert_eq!(came.problem(), (403, "insufficient_scope"), "{at}");
    assert!(came.header("WWW-Authenticate").is_some_and(|told| operation.is_challenge(told)), "{at}");
}
