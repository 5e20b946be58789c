// SPDX-License-Identifier: AGPL-3.0-or-later
//! From what a caller names to the items of a session: positions of the institution, found or made, and other
//! institutions' notices where they may be paid (rules.md 37).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use futures_util::future::join_all;
use tramite_domain::access::ApiScope;
use tramite_domain::attempt::ATTEMPT_LOCK_SECONDS;
use tramite_domain::batch::{Batch, Write};
use tramite_domain::debt_position::{DebtPosition, Origin, PositionInput, given_numbers};
use tramite_domain::ids::DebtPositionId;
use tramite_domain::institution::Institution;
use tramite_domain::notice::NoticeNumber;
use tramite_domain::refusal::Refusal;
use tramite_domain::session::{Choice, ItemInput, OwnItem, PayerInput, choose};
use tramite_domain::violation::Violation;
use tramite_storage::{Payers, PositionInUse};

use super::foreign::foreign;
use super::wire::LineItemInput;
use crate::auth::Tenant;
use crate::callback::AmountUnknown;
use crate::gateway::Gateway;
use crate::problem::{Code, OrNotFound, Problem};
use crate::routes::debt_positions::{IfExists, make, payers};
use crate::routes::submissions::owed;

/// The items of a session, with the positions that it makes.
#[derive(Debug, Default)]
pub(super) struct Items {
    pub(super) inputs: Vec<ItemInput>,
    pub(super) positions: Vec<DebtPosition>,
    pub(super) batch: Batch,
    /// Who pays, as the first of the submissions says it.
    pub(super) payer: Option<PayerInput>,
}

/// Looks all items up, and the institution with those that are named by their ids; all or nothing.
pub(super) async fn look_up(
    gateway: &Gateway,
    tenant: &Tenant,
    wire: &[LineItemInput],
) -> Result<(Arc<Institution>, Items), Problem> {
    may_replace(tenant, wire)?;
    named_once(wire)?;
    brought_once(wire)?;
    // One that cannot be read is not asked for, and is told as unknown in its turn.
    let (submitted, payer) = submitted(gateway, tenant, wire).await?;
    let ids: Vec<DebtPositionId> = wire.iter().filter_map(named_id).chain(submitted.values().copied()).collect();
    let since = gateway.now().plus_seconds(-ATTEMPT_LOCK_SECONDS);
    let terms = gateway.store().session_terms(&tenant.scope, ids.clone(), since).await?;
    let known: HashMap<DebtPositionId, Option<PositionInUse>> = ids.into_iter().zip(terms.positions).collect();
    let mut items = Items { payer, ..Items::default() };
    let mut own_at = Vec::with_capacity(wire.len());
    for (at, item) in wire.iter().enumerate() {
        let pointer = format!("/line_items/{at}");
        let plain = item.creditor_tax_code.is_none() && item.if_exists.is_none();
        let named = (&item.debt_position_id, &item.submission_id, &item.notice_number, &item.debt_position);
        let found = match named {
            (Some(_), None, None, None) if plain => by_id(&known, named_id(item), item)?,
            (None, Some(_), None, None) if plain => by_id(&known, submitted.get(&at).copied(), item)?,
            (None, None, Some(notice), None) if item.installment_reference.is_none() && item.if_exists.is_none() => {
                by_notice(gateway, tenant, notice, item, &pointer).await?
            }
            (None, None, None, Some(input)) if item.creditor_tax_code.is_none() => {
                let input = PositionInput::from(input.clone());
                inline(gateway, tenant, input, item, &pointer, &mut items.batch).await?
            }
            _ => return Err(one_kind(pointer)),
        };
        if let ItemInput::Own(own) = &found {
            own_at.push((at, own.position.id));
            items.positions.push(own.position.clone());
        }
        items.inputs.push(found);
    }
    written_once(&items.batch, &own_at)?;
    ask(gateway, tenant, &mut items).await?;
    Ok((terms.institution, items))
}

/// Asks what is due where that has to be asked, of all at once. Terms that the session itself writes are not asked about: they
/// were said a moment ago.
async fn ask(gateway: &Gateway, tenant: &Tenant, items: &mut Items) -> Result<(), Problem> {
    let (written, now) = (written(&items.batch), gateway.now());
    let own = items.inputs.iter_mut().filter_map(|input| match input {
        ItemInput::Own(own) if !written.contains(&own.position.id) => Some(own),
        _ => None,
    });
    let asked = own.filter_map(|own| {
        let id = choose(&own.position, &own.choice, now).ok()?.id;
        let position = &mut own.position;
        Some(async move { gateway.callbacks().tell(gateway.store(), &tenant.scope, position, &[id], now).await })
    });
    if join_all(asked).await.contains(&Err(AmountUnknown)) {
        return Err(Refusal::AmountUnknown.into());
    }
    // Two items may be of one position: what was said of either is shown of both.
    let Items { inputs, positions, .. } = items;
    let told = || {
        inputs.iter().filter_map(|input| match input {
            ItemInput::Own(own) => Some(&own.position),
            ItemInput::Foreign(_) => None,
        })
    };
    positions.iter_mut().for_each(|shown| shown.share_told(told()));
    Ok(())
}

/// A position that one item writes cannot be another item too: that one was decided on the terms before.
fn written_once(batch: &Batch, own_at: &[(usize, DebtPositionId)]) -> Result<(), Problem> {
    let written = written(batch);
    let mut seen = BTreeSet::new();
    let again = own_at.iter().filter(|(_, id)| !seen.insert(*id) && written.contains(id));
    let wrong: Vec<Violation> = again
        .map(|(at, _)| Violation {
            pointer: format!("/line_items/{at}"),
            code: "duplicate_item",
            detail: "Another item of this session gives its debt position new terms.".to_owned(),
        })
        .collect();
    if wrong.is_empty() { Ok(()) } else { Err(Problem::invalid(wrong)) }
}

/// The positions that a batch makes or gives new terms.
fn written(batch: &Batch) -> BTreeSet<DebtPositionId> {
    let of = |write: &Write| match write {
        Write::InsertPosition(position) | Write::UpdatePosition { position, .. } => Some(position.id),
        _ => None,
    };
    batch.writes().iter().filter_map(of).collect()
}

/// To give a position new terms is to write it, whatever the way.
fn may_replace(tenant: &Tenant, wire: &[LineItemInput]) -> Result<(), Problem> {
    let replaces = wire.iter().any(|item| item.if_exists == Some(IfExists::Replace));
    if replaces && !tenant.may(ApiScope::DebtPositionsWrite) {
        return Err(Problem::insufficient_scope(ApiScope::DebtPositionsWrite.name()));
    }
    Ok(())
}

/// Two items cannot make one position: each is decided before the other is written.
fn named_once(wire: &[LineItemInput]) -> Result<(), Problem> {
    let mut named = BTreeSet::new();
    let mut wrong = Vec::new();
    for (at, item) in wire.iter().enumerate() {
        let Some(input) = &item.debt_position else { continue };
        if !named.insert((input.service_code.as_str(), input.external_id.as_str())) {
            wrong.push(Violation {
                pointer: format!("/line_items/{at}"),
                code: "duplicate_item",
                detail: "Another item of this session makes the same debt position.".to_owned(),
            });
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(Problem::invalid(wrong)) }
}

/// Two debt positions of one session cannot bring one number: each is decided before the other is written.
fn brought_once(wire: &[LineItemInput]) -> Result<(), Problem> {
    let mut brought = BTreeSet::new();
    let mut wrong = Vec::new();
    for (at, item) in wire.iter().enumerate() {
        let Some(input) = &item.debt_position else { continue };
        let mut again = |number: &NoticeNumber| !brought.insert(number.iuv());
        if given_numbers(&PositionInput::from(input.clone())).iter().filter(|number| again(number)).count() > 0 {
            wrong.push(Violation {
                pointer: format!("/line_items/{at}/debt_position"),
                code: "duplicate_notice_number",
                detail: "Another debt position of this session brings the same notice number.".to_owned(),
            });
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(Problem::invalid(wrong)) }
}

fn one_kind(pointer: String) -> Problem {
    let detail = "An item is a debt_position_id, or a submission_id, or a notice_number with creditor_tax_code, or a debt_position.";
    Problem::invalid(vec![Violation { pointer, code: "one_item_kind", detail: detail.to_owned() }])
}

fn named_id(item: &LineItemInput) -> Option<DebtPositionId> {
    item.debt_position_id.as_ref()?.parse().ok()
}

/// The debt positions of the submissions that are named, by the places of their items, and who pays for the first of them.
async fn submitted(
    gateway: &Gateway,
    tenant: &Tenant,
    wire: &[LineItemInput],
) -> Result<(BTreeMap<usize, DebtPositionId>, Option<PayerInput>), Problem> {
    let (mut found, mut payer) = (BTreeMap::new(), None);
    for (at, item) in wire.iter().enumerate() {
        let Some(id) = &item.submission_id else { continue };
        let id = id.parse().map_err(|_| Problem::new(Code::NotFound))?;
        let (position, said) = owed(gateway, tenant, id).await?;
        payer = payer.or(said);
        found.insert(at, position);
    }
    Ok((found, payer))
}

fn by_id(
    known: &HashMap<DebtPositionId, Option<PositionInUse>>,
    id: Option<DebtPositionId>,
    item: &LineItemInput,
) -> Result<ItemInput, Problem> {
    let found = id.and_then(|id| known.get(&id).cloned().flatten());
    let PositionInUse { position, payers } = found.or_not_found()?;
    let choice = item.installment_reference.clone().map_or(Choice::Only, Choice::Reference);
    Ok(own(position, payers, choice, item, false))
}

/// A notice of this institution, or of another.
async fn by_notice(
    gateway: &Gateway,
    tenant: &Tenant,
    notice: &str,
    item: &LineItemInput,
    pointer: &str,
) -> Result<ItemInput, Problem> {
    let notice: NoticeNumber = notice.parse().map_err(|_| Problem::new(Code::NotFound))?;
    let creditor = item.creditor_tax_code.as_deref().ok_or_else(|| one_kind(pointer.to_owned()))?;
    if creditor == tenant.creditor.as_str() {
        let position = gateway.store().position_by_notice(&tenant.scope, &notice).await?.or_not_found()?;
        let payers = payers(gateway, &tenant.scope, std::slice::from_ref(&position)).await?;
        return Ok(own(position, payers, Choice::Notice(notice), item, false));
    }
    foreign(gateway, tenant, notice, creditor, item, pointer).await.map(ItemInput::Foreign)
}

async fn inline(
    gateway: &Gateway,
    tenant: &Tenant,
    input: PositionInput,
    item: &LineItemInput,
    pointer: &str,
    batch: &mut Batch,
) -> Result<ItemInput, Problem> {
    let made = make(gateway, tenant, &input, item.if_exists.unwrap_or_default(), Origin::Session)
        .await
        .map_err(|problem| problem.below(&format!("{pointer}/debt_position")))?;
    let choice = item.installment_reference.clone().map_or(Choice::Only, Choice::Reference);
    batch.append(made.batch);
    let payers = if made.new {
        Payers::default()
    } else {
        payers(gateway, &tenant.scope, std::slice::from_ref(&made.position)).await?
    };
    Ok(own(made.position, payers, choice, item, made.new))
}

fn own(position: DebtPosition, payers: Payers, choice: Choice, item: &LineItemInput, inline: bool) -> ItemInput {
    let Payers { attempts, sessions, .. } = payers;
    ItemInput::Own(Box::new(OwnItem {
        position,
        choice,
        inline,
        expected_amount: item.expected_amount,
        attempts,
        sessions,
    }))
}
