// SPDX-License-Identifier: AGPL-3.0-or-later
//! Debt positions of one debtor. Personal data never stands in a path or query, so the question is a body, and each
//! question leaves a line in the audit trail: who asked, when, and for whom, under a name that only the institution's own
//! key makes.

use actix_web::post;
use actix_web::web::Data;
use data_encoding::HEXLOWER;
use serde::Deserialize;
use tramite_domain::batch::{Batch, Write};
use tramite_domain::debt_position::PositionStatus;
use tramite_domain::ident::ServiceCode;
use tramite_domain::mac::mac;
use tramite_domain::personal::Personal;
use tramite_domain::secret::Secret;
use tramite_domain::tax_code::SubjectTaxCode;
use tramite_domain::violation::Violation;
use tramite_storage::PositionFilter;
use utoipa::ToSchema;

use super::list::{DebtPositionPage, page};
use crate::auth::Tenant;
use crate::convention::{Answer, Reply, line, page_request};
use crate::extract::Body;
use crate::gateway::Gateway;
use crate::problem::Problem;
use crate::words;

/// What the name of a person is made for, so that the key could make no other.
const PSEUDONYM_CONTEXT: &[u8] = b"tramite audit debtor v1";

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

/// How the audit trail names a person: the same code has the same name, and the name leads back to no code.
pub(crate) fn subject(key: &Secret<[u8; 32]>, code: &SubjectTaxCode) -> String {
    let name = mac(key.expose(), &[PSEUDONYM_CONTEXT, code.to_string().to_ascii_uppercase().as_bytes()]);
    format!("debtor/{}", HEXLOWER.encode(&name))
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
    let subject = subject(&gateway.store().pseudonym_key(&tenant.scope).await?, &code);
    let filter = PositionFilter {
        debtor_tax_code: Some(Personal::new(code)),
        status: asked.status,
        service_code: asked.service_code,
        ..PositionFilter::default()
    };
    let now = gateway.now();
    let line = line(&gateway, tenant.client_id(), "debt_position.searched", subject);
    gateway.store().commit(&tenant.scope, Batch::new().with(Write::InsertAudit(line))).await?;
    let found = gateway.store().positions(&tenant.scope, &filter, &request, now).await?;
    Ok(Reply::ok(&page(&gateway, &tenant, found).await?)?.into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_has_one_name_in_the_trail_of_an_institution_and_it_is_not_the_code() {
        let name = |key: u8, code: &str| subject(&Secret::new([key; 32]), &code.parse().unwrap());
        let one = name(1, "RSSMRA85T10A562S");
        assert_eq!(one, name(1, "rssmra85t10a562s"));
        assert_ne!(one, name(2, "RSSMRA85T10A562S"), "another institution");
        assert_ne!(one, name(1, "99999000013"));
        assert!(one.starts_with("debtor/") && one.len() == 71 && !one.to_uppercase().contains("RSSMRA"));
    }
}
