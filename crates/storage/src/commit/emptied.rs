// SPDX-License-Identifier: AGPL-3.0-or-later
//! What hangs below a debt position that goes, or whose debtor goes, and what shows it, is emptied.

use std::collections::BTreeSet;

use diesel::prelude::*;
use tramite_domain::anomaly::Anomaly;
use tramite_domain::debt_position::Metadata;
use tramite_domain::ids::{DebtPositionId, InstitutionId, SessionId};
use tramite_domain::time::Instant;

use super::{import, position, submission};
use crate::column::{At, Doc, Id};
use crate::db::{Db, IDS_AT_ONCE_MAX, execute, load};
use crate::error::StoreError;
use crate::idempotency;
use crate::schema::{checkout_sessions, installments, session_items, transfers};

/// What stands in the place of a text that went.
pub(super) const ERASED_TEXT: &str = "-";

/// What becomes of the position itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Emptied {
    /// It goes, but for its numbers: it was never paid.
    Gone,
    /// What is booked stays.
    Pseudonymised,
}

/// Empties the rows below a position, what sessions show of it, and the kept answers that show it. Sessions of `written` are another
/// write's of the same batch, which moves them.
pub(super) async fn empty(
    db: &mut Db<'_>,
    institution: InstitutionId,
    id: DebtPositionId,
    emptied: Emptied,
    written: &[SessionId],
    at: Instant,
) -> Result<(), StoreError> {
    let below = || {
        installments::table
            .filter(installments::institution_id.eq(Id(institution)))
            .filter(installments::debt_position_id.eq(Id(id)))
    };
    execute!(
        db,
        diesel::update(below()).set((
            installments::description.eq(None::<String>),
            installments::paid_reference.eq(None::<String>),
            installments::payment_metadata.eq(Doc(Metadata::new())),
            installments::metadata.eq(Doc(Metadata::new())),
        ))
    )?;
    let shares = transfers::table
        .filter(transfers::institution_id.eq(Id(institution)))
        .filter(transfers::debt_position_id.eq(Id(id)));
    match emptied {
        Emptied::Gone => {
            let none = installments::anomalies.eq(Doc(BTreeSet::<Anomaly>::new()));
            execute!(db, diesel::update(below()).set(none))?;
            execute!(db, diesel::delete(shares))?;
            import::forget_key(db, institution, id).await?;
        }
        Emptied::Pseudonymised => {
            execute!(
                db,
                diesel::update(shares).set((
                    transfers::remittance_information.eq(ERASED_TEXT),
                    transfers::payment_metadata.eq(Doc(Metadata::new())),
                ))
            )?;
        }
    }
    position::forget_keys(db, institution, id).await?;
    submission::forget_of(db, institution, id).await?;
    items(db, institution, id, emptied).await?;
    shown(db, institution, id, written, at).await
}

/// What a session showed of a position is kept with the session, whoever pays in it.
async fn items(
    db: &mut Db<'_>,
    institution: InstitutionId,
    id: DebtPositionId,
    emptied: Emptied,
) -> Result<(), StoreError> {
    let items = || {
        session_items::table
            .filter(session_items::institution_id.eq(Id(institution)))
            .filter(session_items::debt_position_id.eq(Some(Id(id))).assume_not_null())
    };
    execute!(db, diesel::update(items()).set(session_items::description.eq(ERASED_TEXT)))?;
    if emptied == Emptied::Gone {
        // Readers expect a key there, so a text stands for it.
        execute!(db, diesel::update(items()).set(session_items::external_id.eq(Some(ERASED_TEXT))))?;
    }
    Ok(())
}

/// The sessions that show the position have changed: who keeps a copy finds them among the changes. The kept answer to a session is
/// kept under one of its positions, whichever that is, so that those to sessions go under all; what else is kept under the others
/// tells of other debtors.
async fn shown(
    db: &mut Db<'_>,
    institution: InstitutionId,
    id: DebtPositionId,
    written: &[SessionId],
    at: Instant,
) -> Result<(), StoreError> {
    let sessions: Vec<Id<SessionId>> = load!(
        db,
        session_items::table
            .filter(session_items::institution_id.eq(Id(institution)))
            .filter(session_items::debt_position_id.eq(Some(Id(id))).assume_not_null())
            .select(session_items::session_id)
            .distinct()
    )?;
    let mut positions = BTreeSet::from([id]);
    for some in sessions.chunks(IDS_AT_ONCE_MAX) {
        let beside: Vec<Option<Id<DebtPositionId>>> = load!(
            db,
            session_items::table
                .filter(session_items::institution_id.eq(Id(institution)))
                .filter(session_items::session_id.eq_any(some))
                .select(session_items::debt_position_id)
                .distinct()
        )?;
        positions.extend(beside.into_iter().flatten().map(|id| id.0));
        let own: Vec<Id<SessionId>> = some.iter().copied().filter(|session| !written.contains(&session.0)).collect();
        let moved = checkout_sessions::table
            .filter(checkout_sessions::institution_id.eq(Id(institution)))
            .filter(checkout_sessions::id.eq_any(&own));
        execute!(
            db,
            diesel::update(moved).set((
                checkout_sessions::version.eq(checkout_sessions::version + 1),
                checkout_sessions::updated_at.eq(At(at)),
            ))
        )?;
    }
    for position in positions {
        match position == id {
            true => idempotency::erase(db, institution, position).await?,
            false => idempotency::erase_of_sessions(db, institution, position).await?,
        }
    }
    Ok(())
}
