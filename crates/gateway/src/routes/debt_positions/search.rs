// SPDX-License-Identifier: AGPL-3.0-or-later
//! Debt positions of one debtor. Personal data never stands in a path or query, so the question is a body, and each
//! question leaves a line in the audit trail.

use actix_web::post;
use actix_web::web::Data;
use serde::Deserialize;
use tramite_domain::audit::AuditLine;
use tramite_domain::batch::{Batch, Write};
use tramite_domain::debt_position::PositionStatus;
use tramite_domain::ident::ServiceCode;
use tramite_domain::personal::Personal;
use tramite_domain::tax_code::SubjectTaxCode;
use tramite_domain::violation::Violation;
use tramite_storage::PositionFilter;
use utoipa::ToSchema;

use super::list::{DebtPositionPage, page};
use crate::auth::Tenant;
use crate::convention::{Answer, Reply, page_request};
use crate::extract::Body;
use crate::gateway::Gateway;
use crate::problem::Problem;
use crate::words;

/// Whose debt positions.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"debtor_tax_code": "RSSMRA85T10A562S", "status": "open"}))]
pub(crate) struct DebtPositionSearch {
    #[schema(value_type = words::SubjectTaxCode)]
    debtor_tax_code: Personal<String>,
    #[schema(value_type = Option<words::PositionStatus>)]
    status: Option<PositionStatus>,
    #[schema(value_type = Option<words::ServiceCode>)]
    service_code: Option<ServiceCode>,
    #[schema(value_type = Option<words::PageLimit>)]
    limit: Option<u16>,
    #[schema(value_type = Option<words::CursorText>)]
    cursor: Option<String>,
}

fn wrong_code() -> Problem {
    Problem::invalid(vec![Violation {
        pointer: "/debtor_tax_code".to_owned(),
        code: "invalid_tax_code",
        detail: "It is not a tax code.".to_owned(),
    }])
}

/// Searches debt positions by debtor
///
/// Each search leaves a line in the audit trail of the institution.
#[utoipa::path(
    tag = "debt-positions", operation_id = "find_debt_positions",
    request_body = DebtPositionSearch,
    responses((status = 200, description = "A page of debt positions.", body = DebtPositionPage))
)]
#[post("/v1/debt-positions/search")]
pub(crate) async fn find_debt_positions(
    gateway: Data<Gateway>,
    tenant: Tenant,
    body: Body<DebtPositionSearch>,
) -> Answer {
    let asked = body.valid()?;
    let request = page_request(asked.limit, asked.cursor.as_deref())?;
    let code: SubjectTaxCode = asked.debtor_tax_code.expose().parse().map_err(|_| wrong_code())?;
    let filter = PositionFilter {
        debtor_tax_code: Some(Personal::new(code)),
        status: asked.status,
        service_code: asked.service_code,
        ..PositionFilter::default()
    };
    let now = gateway.now();
    let line = AuditLine {
        id: gateway.world().id().into(),
        at: now,
        client_id: Some(tenant.client_id()),
        action: "debt_position.searched".to_owned(),
        subject: "debtor".to_owned(),
        reason: None,
    };
    gateway.store().commit(&tenant.scope, Batch::new().with(Write::InsertAudit(line))).await?;
    let found = gateway.store().positions(&tenant.scope, &filter, &request, now).await?;
    Ok(Reply::ok(&page(&gateway, &tenant, found).await?)?.into_response())
}
