// SPDX-License-Identifier: AGPL-3.0-or-later
//! From what a caller names to the items of a session: positions of the institution, found or made, and other
//! institutions' notices where they may be paid (rules.md 37).

use tramite_domain::access::ApiScope;
use tramite_domain::batch::Batch;
use tramite_domain::debt_position::{DebtPosition, Origin, PositionInput};
use tramite_domain::institution::{Institution, InstitutionStatus};
use tramite_domain::node::payable;
use tramite_domain::notice::NoticeNumber;
use tramite_domain::refusal::Refusal;
use tramite_domain::session::{Choice, ForeignItem, ItemInput, OwnItem};
use tramite_domain::violation::Violation;
use tramite_storage::Scope;

use super::wire::LineItemInput;
use crate::auth::Tenant;
use crate::gateway::Gateway;
use crate::problem::{Code, OrNotFound, Problem};
use crate::routes::debt_positions::{Payers, make, payers};

/// The items of a session, with the positions that it makes.
#[derive(Debug, Default)]
pub(super) struct Items {
    pub(super) inputs: Vec<ItemInput>,
    pub(super) positions: Vec<DebtPosition>,
    pub(super) batch: Batch,
}

/// Looks all items up; all or nothing.
pub(super) async fn look_up(
    gateway: &Gateway,
    tenant: &Tenant,
    institution: &Institution,
    wire: &[LineItemInput],
) -> Result<Items, Problem> {
    let mut items = Items::default();
    for (at, item) in wire.iter().enumerate() {
        let pointer = format!("/line_items/{at}");
        let found = match (&item.debt_position_id, &item.notice_number, &item.debt_position) {
            (Some(id), None, None) if item.creditor_tax_code.is_none() && item.if_exists.is_none() => {
                by_id(gateway, tenant, id, item).await?
            }
            (None, Some(notice), None) if item.installment_reference.is_none() && item.if_exists.is_none() => {
                by_notice(gateway, tenant, institution, notice, item, &pointer).await?
            }
            (None, None, Some(input)) if item.creditor_tax_code.is_none() => {
                let input = PositionInput::from(input.clone());
                inline(gateway, tenant, institution, input, item, &pointer, &mut items.batch).await?
            }
            _ => return Err(one_kind(pointer)),
        };
        if let ItemInput::Own(own) = &found {
            items.positions.push(own.position.clone());
        }
        items.inputs.push(found);
    }
    Ok(items)
}

fn one_kind(pointer: String) -> Problem {
    let detail = "An item is a debt_position_id, or a notice_number with creditor_tax_code, or a debt_position.";
    Problem::invalid(vec![Violation { pointer, code: "one_item_kind", detail: detail.to_owned() }])
}

async fn by_id(gateway: &Gateway, tenant: &Tenant, id: &str, item: &LineItemInput) -> Result<ItemInput, Problem> {
    let id = id.parse().map_err(|_| Problem::new(Code::NotFound))?;
    let position = gateway.store().position(&tenant.scope, id).await?.or_not_found()?;
    let choice = item.installment_reference.clone().map_or(Choice::Only, Choice::Reference);
    own(gateway, tenant, position, choice, item, false).await
}

/// A notice of this institution, or of another.
async fn by_notice(
    gateway: &Gateway,
    tenant: &Tenant,
    institution: &Institution,
    notice: &str,
    item: &LineItemInput,
    pointer: &str,
) -> Result<ItemInput, Problem> {
    let notice: NoticeNumber = notice.parse().map_err(|_| Problem::new(Code::NotFound))?;
    let creditor = item.creditor_tax_code.as_deref().ok_or_else(|| one_kind(pointer.to_owned()))?;
    if creditor == institution.tax_code.as_str() {
        let position = gateway.store().position_by_notice(&tenant.scope, &notice).await?.or_not_found()?;
        return own(gateway, tenant, position, Choice::Notice(notice), item, false).await;
    }
    gateway.misses().check(tenant.client_id(), gateway.now())?;
    match foreign(gateway, tenant, notice, creditor, item, pointer).await? {
        Some(found) => Ok(ItemInput::Foreign(found)),
        None => {
            gateway.misses().count(tenant.client_id(), gateway.now());
            Err(Refusal::NoticeNotFound.into())
        }
    }
}

/// Another institution's notice, payable for the expected amount; none for every reason that must not be told apart.
async fn foreign(
    gateway: &Gateway,
    tenant: &Tenant,
    notice: NoticeNumber,
    creditor: &str,
    item: &LineItemInput,
    pointer: &str,
) -> Result<Option<ForeignItem>, Problem> {
    let now = gateway.now();
    let Some(owner) = gateway.store().system().served(creditor).await? else {
        return missing_amount(item, pointer).map(|()| None);
    };
    let delegated =
        tenant.client.delegations.iter().any(|one| {
            one.institution_id == owner.id && one.live_at(now) && one.scopes.contains(&ApiScope::PaymentsWrite)
        });
    if !delegated {
        missing_amount(item, pointer)?;
    }
    if owner.status != InstitutionStatus::Active || !(delegated || owner.payable_by_notice) {
        return Ok(None);
    }
    // The one look into another tenant: this notice, for a citizen who holds it.
    let scope = Scope::of_checkout_link(owner.id);
    let Some(position) = gateway.store().position_by_notice(&scope, &notice).await? else { return Ok(None) };
    let Ok(installment) = payable(&position, &notice, now) else { return Ok(None) };
    if item.expected_amount.is_some_and(|expected| expected != installment.amount.cents()) {
        return Ok(None);
    }
    Ok(Some(ForeignItem {
        notice_number: notice,
        creditor_tax_code: owner.tax_code,
        company_name: owner.display_name.clone(),
        description: position.description_of(installment).clone(),
        amount: installment.amount,
    }))
}

/// Without a delegation there, the amount is what proves that the caller holds the notice.
fn missing_amount(item: &LineItemInput, pointer: &str) -> Result<(), Problem> {
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

async fn inline(
    gateway: &Gateway,
    tenant: &Tenant,
    institution: &Institution,
    input: PositionInput,
    item: &LineItemInput,
    pointer: &str,
    batch: &mut Batch,
) -> Result<ItemInput, Problem> {
    let made = make(gateway, tenant, institution, &input, item.if_exists.unwrap_or_default(), Origin::Session)
        .await
        .map_err(|problem| problem.below(&format!("{pointer}/debt_position")))?;
    let choice = item.installment_reference.clone().map_or(Choice::Only, Choice::Reference);
    batch.append(made.batch);
    own(gateway, tenant, made.position, choice, item, made.new).await
}

async fn own(
    gateway: &Gateway,
    tenant: &Tenant,
    position: DebtPosition,
    choice: Choice,
    item: &LineItemInput,
    inline: bool,
) -> Result<ItemInput, Problem> {
    let Payers { attempts, sessions } = if inline {
        Payers::default()
    } else {
        payers(gateway, &tenant.scope, std::slice::from_ref(&position)).await?
    };
    Ok(ItemInput::Own(Box::new(OwnItem {
        position,
        choice,
        inline,
        expected_amount: item.expected_amount,
        attempts,
        sessions,
    })))
}
