// SPDX-License-Identifier: AGPL-3.0-or-later
//! A position from a request, new or found (rules.md 8): for `POST /v1/debt-positions` and for the inline items of
//! checkout sessions alike.

use tramite_domain::access::ApiScope;
use tramite_domain::batch::Batch;
use tramite_domain::debt_position::{
    DebtPosition, Decided, Origin, PositionInput, TermsContext, Warning, differences, numbers_to_open,
    numbers_to_replace, open, replace,
};
use tramite_domain::given::Numbers;
use tramite_domain::ident::{ExternalId, ServiceCode};
use tramite_domain::institution::Institution;
use tramite_domain::notice::NoticeNumber;
use tramite_domain::refusal::Refusal;
use tramite_domain::service::Service;
use tramite_domain::time::Instant;
use tramite_domain::violation::Violation;

use super::load::payers;
use crate::auth::Tenant;
use crate::gateway::Gateway;
use crate::problem::Problem;

/// What happens when the external id is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IfExists {
    /// 409 with the id.
    #[default]
    Reject,
    /// The position that is there, where the request means the same.
    Return,
    /// New terms for it.
    Replace,
}

/// A position as the request will leave it, with what to write for that.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) position: DebtPosition,
    pub(crate) batch: Batch,
    pub(crate) warnings: Vec<Warning>,
    /// Whether it was not there before.
    pub(crate) new: bool,
}

/// Notice numbers taken from the institution's sequence beforehand; what is not used stays a gap (rules.md 1).
struct Taken(std::vec::IntoIter<NoticeNumber>);

impl Numbers for Taken {
    fn next(&mut self) -> Option<NoticeNumber> {
        self.0.next()
    }
}

/// Opens the position, or finds it by its external id and does as `if_exists` says.
pub(crate) async fn make(
    gateway: &Gateway,
    tenant: &Tenant,
    institution: &Institution,
    input: &PositionInput,
    if_exists: IfExists,
    origin: Origin,
) -> Result<Made, Problem> {
    let now = gateway.now();
    let service = service_of(gateway, tenant, input).await?;
    let context = terms_context(institution, &service, tenant, now);
    let existing = existing(gateway, tenant, &service, input).await?;
    match (existing, if_exists) {
        (None, _) => {
            let count = numbers_to_open(context, input)?;
            let mut numbers = take(gateway, tenant, institution, count, now).await?;
            let mut ids = gateway.ids();
            let mut given = gateway.given(&mut ids, Some(tenant.client_id()));
            Ok(made(open(context, &mut given, &mut numbers, input, origin)?, true))
        }
        (Some(found), IfExists::Reject) => {
            Err(Refusal::ExternalIdTaken { existing: found.id, differences: Vec::new() }.into())
        }
        (Some(found), IfExists::Return) => match differences(context, &found, input)? {
            same if same.is_empty() => {
                Ok(Made { position: found, batch: Batch::new(), warnings: Vec::new(), new: false })
            }
            differences => Err(Refusal::ExternalIdTaken { existing: found.id, differences }.into()),
        },
        (Some(found), IfExists::Replace) => replace_terms(gateway, tenant, institution, &found, input, false).await,
    }
}

/// New terms for a position that is there (rules.md 11).
pub(crate) async fn replace_terms(
    gateway: &Gateway,
    tenant: &Tenant,
    institution: &Institution,
    position: &DebtPosition,
    input: &PositionInput,
    force: bool,
) -> Result<Made, Problem> {
    let now = gateway.now();
    let service = service_of(gateway, tenant, input).await?;
    let payers = payers(gateway, &tenant.scope, std::slice::from_ref(position)).await?;
    let context = terms_context(institution, &service, tenant, now);
    let count = numbers_to_replace(context, position, payers.activity(), input, force)?;
    let mut numbers = take(gateway, tenant, institution, count, now).await?;
    let mut ids = gateway.ids();
    let mut given = gateway.given(&mut ids, Some(tenant.client_id()));
    let decided = replace(context, &mut given, &mut numbers, position, payers.activity(), input, force)?;
    Ok(made(decided, false))
}

fn made(decided: Decided, new: bool) -> Made {
    Made { position: decided.position, batch: decided.batch, warnings: decided.warnings, new }
}

fn terms_context<'a>(
    institution: &'a Institution,
    service: &'a Service,
    tenant: &Tenant,
    now: Instant,
) -> TermsContext<'a> {
    TermsContext { institution, service, free_beneficiary: tenant.may(ApiScope::DebtPositionsFreeBeneficiary), now }
}

/// The service named in the request; one that the token does not open does not exist.
async fn service_of(gateway: &Gateway, tenant: &Tenant, input: &PositionInput) -> Result<Service, Problem> {
    let found = match ServiceCode::new(input.service_code.clone()) {
        Ok(code) => gateway.store().service(&tenant.scope, &code).await?,
        Err(_) => None,
    };
    found.ok_or_else(|| {
        Problem::invalid(vec![Violation {
            pointer: "/service_code".to_owned(),
            code: "unknown_service",
            detail: "The institution has no such service.".to_owned(),
        }])
    })
}

async fn existing(
    gateway: &Gateway,
    tenant: &Tenant,
    service: &Service,
    input: &PositionInput,
) -> Result<Option<DebtPosition>, Problem> {
    // An external id of the wrong form is told with all other violations by the decision.
    let Ok(external_id) = ExternalId::new(input.external_id.clone()) else { return Ok(None) };
    Ok(gateway.store().position_by_external_id(&tenant.scope, &service.code, &external_id).await?)
}

/// Numbers for a request that was found right: a refused one takes none.
async fn take(
    gateway: &Gateway,
    tenant: &Tenant,
    institution: &Institution,
    count: usize,
    now: Instant,
) -> Result<Taken, Problem> {
    if count == 0 {
        return Ok(Taken(Vec::new().into_iter()));
    }
    let (link, _) = institution.issuing_station(now).ok_or(Refusal::NoIssuingStation)?;
    let numbers = gateway.store().take_numbers(&tenant.scope, link, count).await?;
    Ok(Taken(numbers.into_iter()))
}
