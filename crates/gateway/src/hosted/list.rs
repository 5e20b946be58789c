// SPDX-License-Identifier: AGPL-3.0-or-later
//! What citizens can pay at an institution.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use tramite_domain::ident::ServiceCode;
use tramite_domain::service::{Service, ServiceKind, ServiceStatus, Title};
use tramite_storage::{PAGE_LIMIT_MAX, PageRequest};

use super::host::{Host, host};
use super::language::{Lang, Spoken};
use super::page::{Page, Say};
use crate::gateway::Gateway;
use crate::problem::Problem;

/// Services that a page lists at most; who has more has a portal.
const SERVICES_MAX: usize = 500;
/// Parts of addresses that stand where codes of services do: a service of such a code has no page.
const RESERVED: [&str; 3] = ["receipt", "outcome", "notice"];

#[derive(Serialize)]
struct ListPage {
    services: Vec<ServiceView>,
}

#[derive(Serialize)]
struct ServiceView {
    address: String,
    title: String,
}

/// The services with a form.
pub(super) async fn list(gateway: Data<Gateway>, request: HttpRequest, code: Path<String>) -> HttpResponse {
    let spoken = Spoken::of(&request);
    let page = |host| Page::new(&gateway, &request, spoken, host);
    let host = match host(&gateway, &code).await {
        Ok(Some(host)) => host,
        Ok(None) => return page(None).say(Say::Missing).await,
        Err(problem) => return page(None).problem(&problem).await,
    };
    match services(&gateway, &host).await {
        Ok(found) => {
            let services = found.iter().map(|service| ServiceView {
                address: format!("/p/{}/{}", host.institution.code, service.code),
                title: title(&service.title, spoken.lang).to_owned(),
            });
            page(Some(&host)).show("list.html", ListPage { services: services.collect() }).await
        }
        Err(problem) => page(Some(&host)).problem(&problem).await,
    }
}

/// The title of a service in a language, else in Italian.
pub(super) fn title(title: &Title, lang: Lang) -> &str {
    match lang {
        Lang::En => title.en.as_ref().unwrap_or(&title.it).as_str(),
        Lang::It => title.it.as_str(),
    }
}

/// Whether citizens find a service on a page, given that it has a form.
fn is_offered(service: &Service) -> bool {
    service.status == ServiceStatus::Active
        && service.kind != ServiceKind::Preloaded
        && !RESERVED.contains(&service.code.as_str())
}

async fn services(gateway: &Gateway, host: &Host) -> Result<Vec<Service>, Problem> {
    let scope = &host.tenant.scope;
    let with_form = gateway.store().services_with_form(scope).await?;
    let mut found = Vec::new();
    let mut asked = PageRequest::first(PAGE_LIMIT_MAX);
    loop {
        let page = gateway.store().services(scope, &asked).await?;
        found.extend(page.items.into_iter().filter(|one| is_offered(one) && with_form.contains(&one.code)));
        match page.next {
            Some(next) if found.len() < SERVICES_MAX => asked.cursor = Some(next),
            _ => break,
        }
    }
    found.truncate(SERVICES_MAX);
    Ok(found)
}

/// The service of that code, where citizens may fill its form in.
pub(super) async fn offered(gateway: &Gateway, host: &Host, code: &str) -> Result<Option<Service>, Problem> {
    let Ok(code) = code.parse::<ServiceCode>() else { return Ok(None) };
    let found = gateway.store().service(&host.tenant.scope, &code).await?;
    Ok(found.filter(is_offered))
}
