// SPDX-License-Identifier: AGPL-3.0-or-later
//! The catalogue of problems as pages, written from the same table as the answers.

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use serde::Serialize;

use crate::extract::Segment;
use crate::gateway::Gateway;
use crate::problem::{Code, OrNotFound, Problem};

#[derive(Serialize)]
struct ErrorPage {
    name: &'static str,
    status: u16,
    title: &'static str,
    meaning: &'static str,
    action: &'static str,
}

#[derive(Serialize)]
struct ErrorsPage {
    errors: Vec<ErrorPage>,
    address: String,
}

fn page_of(code: Code) -> ErrorPage {
    let entry = code.entry();
    ErrorPage {
        name: entry.name,
        status: entry.status,
        title: entry.title,
        meaning: entry.meaning,
        action: entry.action,
    }
}

/// Every problem.
#[get("/errors")]
pub(super) async fn all(gateway: Data<Gateway>) -> Result<HttpResponse, Problem> {
    let errors = Code::ALL.iter().copied().map(page_of).collect();
    let address = gateway.settings().public_url().to_owned();
    gateway.pages().page("errors.html", &ErrorsPage { errors, address })
}

/// One problem: the address in its `type`.
#[get("/errors/{code}")]
pub(super) async fn one(gateway: Data<Gateway>, name: Segment<String>) -> Result<HttpResponse, Problem> {
    let code = Code::named(&name).or_not_found()?;
    gateway.pages().page("error.html", &page_of(code))
}
