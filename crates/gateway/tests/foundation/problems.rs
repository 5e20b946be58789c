// SPDX-License-Identifier: AGPL-3.0-or-later
//! The catalogue, the contract and the pages are one list.

use std::collections::BTreeSet;

use serde_json::Value;
use tramite_gateway::problem::Code;
use tramite_gateway::{PLACEHOLDER_URL, contract};
use tramite_testkit::Database;

use crate::support::{Ask, TestGateway};

/// Codes that no operation answers with: a path asked with another method is no operation.
const OF_NO_OPERATION: [Code; 1] = [Code::MethodNotAllowed];

/// The codes that the answers of operations name.
fn in_contract() -> BTreeSet<String> {
    let document = contract(PLACEHOLDER_URL).unwrap();
    let mut names = BTreeSet::new();
    let responses = document.pointer("/components/responses").unwrap().as_object().unwrap().values();
    let operations =
        document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    let inline = operations.flat_map(|one| one["responses"].as_object().unwrap().values());
    for response in responses.chain(inline) {
        let examples = response.pointer("/content/application~1problem+json/examples").and_then(Value::as_object);
        names.extend(examples.into_iter().flatten().map(|(name, _)| name.clone()));
    }
    names
}

pub(crate) async fn every_problem_has_a_page_and_stands_in_the_contract(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let all: BTreeSet<String> = Code::ALL.iter().map(|code| code.name().to_owned()).collect();
    let mut told = in_contract();
    told.extend(OF_NO_OPERATION.iter().map(|code| code.name().to_owned()));
    assert_eq!(told, all);
    let list = gateway.ask(Ask::get("/errors")).await;
    list.is(200);
    for code in Code::ALL {
        let page = gateway.ask(Ask::get(format!("/errors/{}", code.name()))).await;
        page.is(200);
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        assert!(page.header("content-security-policy").unwrap().contains("default-src 'none'"));
        assert!(page.text().contains(&format!("HTTP {}", code.status())) && page.text().contains("What to do"));
        assert!(list.text().contains(&format!("/errors/{}\"", code.name())), "{}", code.name());
    }
    gateway.ask(Ask::get("/errors/nothing")).await.is_problem(404, "not_found");
    gateway.ask(Ask::get("/errors/%3Cscript%3E")).await.is_problem(404, "not_found");
}
