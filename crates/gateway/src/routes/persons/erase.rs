// SPDX-License-Identifier: AGPL-3.0-or-later
//! The erasure of a person (GDPR, article 17): what the law lets go goes at once, and of the rest it is said why it stays.

use std::collections::BTreeSet;

use actix_web::post;
use actix_web::web::Data;
use serde::Deserialize;
use tramite_domain::ids::{DebtPositionId, SessionId};
use tramite_domain::mac::mac;
use tramite_domain::person::{Erasure, Occasion, Terms};
use tramite_domain::personal::Personal;
use tramite_storage::PersonSessions;
use utoipa::ToSchema;

use super::erasure_view::PersonErasureView;
use super::found::{About, may_pay_in};
use super::subject::person;
use crate::auth::Tenant;
use crate::convention::{Answer, Reply, once};
use crate::extract::{Body, IdempotencyKey};
use crate::gateway::Gateway;
use crate::problem::Problem;
use crate::routes::debt_positions::{no_person, subject};
use crate::words;

/// Pages of debt positions, of submissions, of receipts and of full pages of sessions that one request looks at, at most of each.
const PAGES_MAX: usize = 20;
/// What the digest of a request is made for, so that the key could make no other.
const FINGERPRINT_CONTEXT: &[u8] = b"tramite person erasure v1";

/// Whose data, and why.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"tax_code": "RSSMRA85T10A562S", "reason": "Request of 2026-09-20, protocol 4711"}))]
pub(crate) struct PersonErasureInput {
    #[schema(value_type = words::SubjectTaxCode)]
    tax_code: Personal<String>,
    /// Kept in the audit trail; no personal data.
    #[schema(value_type = words::Line140)]
    reason: String,
}

/// Erases what is kept of a person
///
/// Drafts, and what was withdrawn or expired unpaid more than ten days ago, go but for their notice numbers; who pays in checkout
/// sessions that are over goes; of paid debt positions e-mail and address go. What is paid stays until its accounting is over, with
/// its receipts as they came, and what may still be paid stays as it is: `kept` says why and until when. After that time amounts,
/// dates and numbers stay, and whom they were about goes, now or by itself. Where `complete` is false, send it again under a new
/// Idempotency-Key. It leaves one line in the audit trail and, where something goes, one event, both without personal data.
#[utoipa::path(
    tag = "persons", operation_id = "erase_person",
    request_body = PersonErasureInput,
    responses((status = 200, description = "What went, and what stays.", body = PersonErasureView))
)]
#[post("/v1/persons/erase")]
pub(crate) async fn erase_person(
    gateway: Data<Gateway>,
    tenant: Tenant,
    key: IdempotencyKey,
    body: Body<PersonErasureInput>,
) -> Answer {
    let pseudonyms = gateway.store().pseudonym_key(&tenant.scope).await?;
    // The plain digest of a request would say whether a guess at whom it named is right.
    let fingerprint = mac(pseudonyms.expose(), &[FINGERPRINT_CONTEXT, &body.fingerprint()]);
    once(&gateway, &tenant, &key, fingerprint, async || {
        let asked = body.valid()?;
        let code = person(&asked.tax_code)?;
        no_person(&asked.reason)?;
        let about = About { gateway: &gateway, tenant: &tenant, code: &code };
        let (mut erasure, complete) = decide(&about).await?;
        let mut ids = gateway.ids();
        let mut given = gateway.given(&mut ids, Some(tenant.client_id()));
        let now = given.now;
        let batch = erasure.finish(&mut given, Some((subject(&pseudonyms, &code), asked.reason)));
        Ok((batch, Reply::ok(&PersonErasureView::of(&erasure, complete, now))?))
    })
    .await
}

/// What becomes of everything, and whether all of it was looked at. Sessions come before the positions that they are found by.
async fn decide(about: &About<'_>) -> Result<(Erasure, bool), Problem> {
    let now = about.gateway.now();
    let years = about.gateway.settings().retention_years;
    let mut erasure = Erasure::begin(Terms { occasion: Occasion::Request, years, sessions_from: now, now });
    let mut complete = receipts(about, &mut erasure).await?;
    complete &= submissions(about, &mut erasure).await?;
    let mut sessions = Sessions { seen: BTreeSet::new(), pages_left: PAGES_MAX };
    let mut cursor = None;
    for _ in 0..PAGES_MAX {
        let page = about.positions(cursor).await?;
        let ids: Vec<DebtPositionId> = page.items.iter().map(|position| position.id).collect();
        let before = erasure.changed();
        let all = sessions.look(about, &mut erasure, &ids).await?;
        // Where some went, the next request sees those that follow them. Where none could, it would see the same again: the debts
        // have their turn, and it is not said that all was looked at.
        if !all && erasure.changed() > before {
            return Ok((erasure, false));
        }
        complete &= all;
        for position in &page.items {
            if erasure.is_full() {
                return Ok((erasure, false));
            }
            erasure.position(position);
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok((erasure, complete));
        }
    }
    Ok((erasure, false))
}

/// The submissions that name the person. Whether all were looked at.
async fn submissions(about: &About<'_>, erasure: &mut Erasure) -> Result<bool, Problem> {
    let mut before = None;
    for _ in 0..PAGES_MAX {
        let (found, next) = about.submissions(before).await?;
        for kept in &found {
            if erasure.is_full() {
                return Ok(false);
            }
            let position = match kept.debt_position_id {
                Some(id) => about.gateway.store().position(&about.tenant.scope, id).await?,
                None => None,
            };
            // One of a service that does not exist for the caller is not the caller's to judge.
            if position.is_some() || kept.debt_position_id.is_none() || about.tenant.scope.services().is_none() {
                erasure.submission(kept, position.as_ref());
            }
        }
        before = next;
        if before.is_none() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The sessions that were looked at, and how many pages of them one request may still read where one is not enough.
struct Sessions {
    seen: BTreeSet<SessionId>,
    pages_left: usize,
}

impl Sessions {
    /// Looks at those of the person, and those over these debts of theirs, until the erasure is full. Whether all were looked at.
    async fn look(
        &mut self,
        about: &About<'_>,
        erasure: &mut Erasure,
        debts: &[DebtPositionId],
    ) -> Result<bool, Problem> {
        let mut before = None;
        loop {
            let (sessions, older) = about.sessions(debts, PersonSessions::Naming, before).await?;
            for session in sessions.iter().filter(|session| may_pay_in(about.code, session)) {
                if erasure.is_full() {
                    return Ok(false);
                }
                if self.seen.insert(session.id) {
                    erasure.session(session);
                }
            }
            if older.is_none() || self.pages_left == 0 {
                return Ok(older.is_none());
            }
            before = older;
            self.pages_left = self.pages_left.saturating_sub(1);
        }
    }
}

/// Whether all receipts were looked at.
async fn receipts(about: &About<'_>, erasure: &mut Erasure) -> Result<bool, Problem> {
    let mut cursor = None;
    for _ in 0..PAGES_MAX {
        let page = about.receipts(cursor).await?;
        for receipt in &page.items {
            if erasure.is_full() {
                return Ok(false);
            }
            erasure.receipt(receipt);
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(true);
        }
    }
    Ok(false)
}
