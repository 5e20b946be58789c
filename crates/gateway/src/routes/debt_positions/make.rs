// SPDX-License-Identifier: AGPL-3.0-or-later
//! A position from a request, new or found (rules.md 8): for `POST /v1/debt-positions` and for the inline items of
//! checkout sessions alike.

use std::sync::Arc;

use tramite_domain::access::ApiScope;
use tramite_domain::batch::Batch;
use tramite_domain::debt_position::{
    DebtPosition, Decided, Origin, PositionInput, TermsContext, Warning, differences, given_numbers, numbers_to_open,
    numbers_to_replace, open, replace,
};
use tramite_domain::given::Numbers;
use tramite_domain::ident::{ExternalId, ServiceCode};
use tramite_domain::institution::Institution;
use tramite_domain::iuv_rules::KnownNumbers;
use tramite_domain::notice::NoticeNumber;
use tramite_domain::refusal::Refusal;
use tramite_domain::service::Service;
use tramite_domain::time::Instant;
use tramite_domain::violation::Violation;
use tramite_storage::{Payers, Terms};

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

/// What a position's terms rest on; the service is there.
pub(crate) struct Ground {
    institution: Arc<Institution>,
    service: Service,
    existing: Option<DebtPosition>,
    numbers: KnownNumbers,
}

/// Opens the position, or finds it by its external id and does as `if_exists` says.
pub(crate) async fn make(
    gateway: &Gateway,
    tenant: &Tenant,
    input: &PositionInput,
    if_exists: IfExists,
    origin: Origin,
) -> Result<Made, Problem> {
    let now = gateway.now();
    // An external id of the wrong form is told with all other violations by the decision.
    let external_id = ExternalId::new(input.external_id.clone()).ok();
    let ground = ground(gateway, tenant, input, external_id.as_ref()).await?;
    let context = terms_context(&ground, tenant, now);
    match (&ground.existing, if_exists) {
        (None, _) => {
            let count = numbers_to_open(context, input)?;
            let mut numbers = take(gateway, tenant, &ground.institution, count, now).await?;
            let mut ids = gateway.ids();
            let mut given = gateway.given(&mut ids, Some(tenant.client_id()));
            Ok(made(open(context, &mut given, &mut numbers, input, origin)?, true))
        }
        (Some(found), IfExists::Reject) => {
            Err(Refusal::ExternalIdTaken { existing: found.id, differences: Vec::new() }.into())
        }
        (Some(found), IfExists::Return) => match differences(context, found, input)? {
            same if same.is_empty() => {
                Ok(Made { position: found.clone(), batch: Batch::new(), warnings: Vec::new(), new: false })
            }
            differences => Err(Refusal::ExternalIdTaken { existing: found.id, differences }.into()),
        },
        (Some(found), IfExists::Replace) => {
            let payers = payers(gateway, &tenant.scope, std::slice::from_ref(found)).await?;
            replace_terms(gateway, tenant, &ground, (found, &payers), input, false).await
        }
    }
}

/// New terms for a position that is there (rules.md 11), with who may be paying it.
pub(crate) async fn replace_terms(
    gateway: &Gateway,
    tenant: &Tenant,
    ground: &Ground,
    (position, payers): (&DebtPosition, &Payers),
    input: &PositionInput,
    force: bool,
) -> Result<Made, Problem> {
    let now = gateway.now();
    let context = terms_context(ground, tenant, now);
    let count = numbers_to_replace(context, position, payers.activity(), input, force)?;
    let mut numbers = take(gateway, tenant, &ground.institution, count, now).await?;
    let mut ids = gateway.ids();
    let mut given = gateway.given(&mut ids, Some(tenant.client_id()));
    let decided = replace(context, &mut given, &mut numbers, position, payers.activity(), input, force)?;
    Ok(made(decided, false))
}

fn made(decided: Decided, new: bool) -> Made {
    Made { position: decided.position, batch: decided.batch, warnings: decided.warnings, new }
}

fn terms_context<'a>(ground: &'a Ground, tenant: &Tenant, now: Instant) -> TermsContext<'a> {
    TermsContext {
        institution: &ground.institution,
        service: &ground.service,
        numbers: &ground.numbers,
        free_beneficiary: tenant.may(ApiScope::DebtPositionsFreeBeneficiary),
        now,
    }
}

/// What the terms in a request rest on. A service that the token does not open does not exist.
pub(crate) async fn ground(
    gateway: &Gateway,
    tenant: &Tenant,
    input: &PositionInput,
    external_id: Option<&ExternalId>,
) -> Result<Ground, Problem> {
    let unknown = || {
        Problem::invalid(vec![Violation {
            pointer: "/service_code".to_owned(),
            code: "unknown_service",
            detail: "The institution has no such service.".to_owned(),
        }])
    };
    let code = ServiceCode::new(input.service_code.clone()).map_err(|_| unknown())?;
    let Terms { institution, service, existing } = gateway.store().terms(&tenant.scope, &code, external_id).await?;
    let service = service.ok_or_else(unknown)?;
    let brought = given_numbers(input);
    let numbers = gateway.store().known_numbers(&tenant.scope, &institution, &code, &brought).await?;
    Ok(Ground { institution, service, existing, numbers })
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
