// SPDX-License-Identifier: AGPL-3.0-or-later
//! Another institution's notice as an item (rules.md 37): one answer and one duration for every reason that must not be
//! told apart, and not so many questions that numbers could be tried out.

use std::time::Duration;

use tokio::time::{Instant as Moment, sleep_until};
use tramite_domain::access::{ApiScope, Delegation};
use tramite_domain::debt_position::{DebtPosition, amount_due};
use tramite_domain::ids::InstitutionId;
use tramite_domain::institution::{Institution, InstitutionStatus};
use tramite_domain::node::payable;
use tramite_domain::notice::NoticeNumber;
use tramite_domain::refusal::Refusal;
use tramite_domain::session::ForeignItem;
use tramite_domain::time::Instant;
use tramite_domain::violation::Violation;
use tramite_storage::Scope;
use uuid::Uuid;

use super::wire::LineItemInput;
use crate::auth::Tenant;
use crate::gateway::Gateway;
use crate::problem::Problem;

/// How long an answer in vain takes at least, in milliseconds: longer than the look-up with everything that it may
/// find, so that the time tells no more than the answer (reliability.md 47).
const MISS_MS: u64 = 100;

/// The notice as an item, or the one answer that says nothing.
pub(super) async fn foreign(
    gateway: &Gateway,
    tenant: &Tenant,
    notice: NoticeNumber,
    creditor: &str,
    item: &LineItemInput,
    pointer: &str,
) -> Result<ForeignItem, Problem> {
    let (began, now) = (Moment::now(), gateway.now());
    let owner = gateway.store().system().served(creditor).await?;
    let delegation = owner.as_ref().and_then(|owner| delegation(tenant, owner.id, now));
    if delegation.is_none() {
        amount_is_named(item, pointer)?;
    }
    // Taken before the look and given back after a hit: however many ask at once, so many may ask in vain.
    let place = gateway.misses().take(tenant.client_id(), now)?;
    let asked = Asked { notice, expected: item.expected_amount, now };
    match find(gateway, tenant, owner.as_ref(), delegation, &asked).await {
        Ok(None) => {
            sleep_until(began + Duration::from_millis(MISS_MS)).await;
            Err(Refusal::NoticeNotFound.into())
        }
        Ok(Some(found)) => {
            gateway.misses().give_back(place);
            Ok(found)
        }
        // Nothing was learnt from a store that could not tell.
        Err(problem) => {
            gateway.misses().give_back(place);
            Err(problem)
        }
    }
}

/// What is asked.
struct Asked {
    notice: NoticeNumber,
    expected: Option<i64>,
    now: Instant,
}

/// The client's delegation there, if it may start payments under it.
fn delegation(tenant: &Tenant, owner: InstitutionId, now: Instant) -> Option<&Delegation> {
    let may = |one: &&Delegation| one.live_at(now) && one.scopes.contains(&ApiScope::PaymentsWrite);
    tenant.client.delegations.iter().filter(may).find(|one| one.institution_id == owner)
}

/// First what the client's own delegation there opens, and only that; then what everybody may pay.
async fn find(
    gateway: &Gateway,
    tenant: &Tenant,
    owner: Option<&Institution>,
    delegation: Option<&Delegation>,
    asked: &Asked,
) -> Result<Option<ForeignItem>, Problem> {
    if let (Some(owner), Some(one)) = (owner, delegation) {
        let scope = Scope::of_token(owner.id, one.service_codes.clone(), tenant.client_id());
        if let Some(position) = gateway.store().position_by_notice(&scope, &asked.notice).await?
            && let Some(found) = offered(gateway, &scope, owner, position, asked).await?
        {
            return Ok(Some(found));
        }
    }
    // The one look into another tenant: this notice, for a citizen who holds it. It is made whether or not the answer
    // could be yes, under nobody's name where the creditor is not served here.
    let scope = Scope::of_checkout_link(owner.map_or(InstitutionId::new(Uuid::nil()), |owner| owner.id));
    let position = gateway.store().position_by_notice(&scope, &asked.notice).await?;
    let Some((owner, position)) = owner.zip(position) else { return Ok(None) };
    if !owner.payable_by_notice || asked.expected.is_none() {
        return Ok(None);
    }
    offered(gateway, &scope, owner, position, asked).await
}

/// The item, where the notice can be paid now and the amount is what the caller believes.
async fn offered(
    gateway: &Gateway,
    scope: &Scope,
    owner: &Institution,
    mut position: DebtPosition,
    asked: &Asked,
) -> Result<Option<ForeignItem>, Problem> {
    let Ok(installment) = payable(&position, &asked.notice, asked.now) else { return Ok(None) };
    let (id, stands, due) = (installment.id, installment.amount, amount_due(&position, installment, asked.now).amount);
    // The amount on the notice proves as well that the caller holds it, though another one is due by now. Where that has to be
    // asked for it is the only proof: the time of an answer would tell who is asked.
    let known = |said: i64| said == stands.cents() || (said == due.cents() && !position.is_to_be_asked(id));
    if owner.status != InstitutionStatus::Active || !asked.expected.is_none_or(known) {
        return Ok(None);
    }
    let told = gateway.callbacks().tell(gateway.store(), scope, &mut position, &[id], asked.now).await;
    told.map_err(|_| Refusal::AmountUnknown)?;
    let Some((_, installment)) = position.installment(id) else { return Ok(None) };
    Ok(Some(ForeignItem {
        notice_number: asked.notice,
        creditor_tax_code: owner.tax_code,
        company_name: owner.display_name.clone(),
        description: position.description_of(installment).clone(),
        amount: amount_due(&position, installment, asked.now).amount,
    }))
}

/// Without a delegation there, the amount is what proves that the caller holds the notice.
fn amount_is_named(item: &LineItemInput, pointer: &str) -> Result<(), Problem> {
    if item.expected_amount.is_some() {
        return Ok(());
    }
    let violation = Violation {
        pointer: format!("{pointer}/expected_amount"),
        code: "required",
        detail: "The notice of another institution is paid only with the amount that stands on it.".to_owned(),
    };
    Err(Problem::invalid(vec![violation]))
}
