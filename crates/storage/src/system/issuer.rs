// SPDX-License-Identifier: AGPL-3.0-or-later
//! Others whose tokens are taken, and their keys as they were last fetched. Every process reads the same keys; whoever looks
//! after them fetches them, and never because of a request that waits.

use diesel::prelude::*;
use tramite_domain::ids::TrustedIssuerId;
use tramite_domain::time::Instant;
use tramite_domain::trusted_issuer::{
    IssuerKeys, IssuerTerms, KEYS_AGAIN_SECONDS, KEYS_EVERY_SECONDS, PublishedKey, TRUSTED_ISSUERS_MAX, TrustedIssuer,
};

use super::SystemScope;
use super::change::{Change, Ready};
use crate::column::{At, Doc, Id};
use crate::commit::touched;
use crate::db::{Db, execute, load};
use crate::error::StoreError;
use crate::row::fit;
use crate::schema::trusted_issuers;
use crate::store::{Answer, Who};

/// What an operator wrote of an issuer.
#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = trusted_issuers)]
struct IssuerRow {
    id: Id<TrustedIssuerId>,
    issuer: String,
    terms: Doc<IssuerTerms>,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl IssuerRow {
    fn of(issuer: &TrustedIssuer) -> Self {
        Self {
            id: Id(issuer.id),
            issuer: issuer.issuer.clone(),
            terms: Doc(issuer.terms.clone()),
            version: issuer.version,
            created_at: At(issuer.created_at),
            updated_at: At(issuer.updated_at),
        }
    }

    fn into_issuer(self) -> TrustedIssuer {
        TrustedIssuer {
            id: self.id.0,
            issuer: self.issuer,
            terms: self.terms.0,
            version: self.version,
            created_at: self.created_at.0,
            updated_at: self.updated_at.0,
        }
    }
}

impl SystemScope {
    /// All of them, in the order of their names, each with its keys. They are few.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn trusted_issuers(&self) -> Answer<'_, Vec<(TrustedIssuer, IssuerKeys)>> {
        Box::pin(async move { self.store.read(Who::System, |db| Box::pin(all(db))).await })
    }

    /// Writes a new one.
    ///
    /// # Errors
    /// `Duplicate` where its name is there already.
    pub fn insert_trusted_issuer(&self, issuer: TrustedIssuer, change: Change) -> Answer<'_, ()> {
        Box::pin(async move {
            let ready = self.ready(change).await?;
            self.store
                .write(Who::System, (issuer, ready), |db, (issuer, ready)| Box::pin(insert(db, issuer, ready)))
                .await
        })
    }

    /// Writes a changed one. Where its keys are published elsewhere from now on, those of before are forgotten.
    ///
    /// # Errors
    /// `Conflict` when the version moved; `Duplicate` where its new name is there already.
    pub fn update_trusted_issuer(
        &self,
        issuer: TrustedIssuer,
        before: &TrustedIssuer,
        change: Change,
    ) -> Answer<'_, ()> {
        let (expected, moved) = (before.version, before.terms.jwks_url != issuer.terms.jwks_url);
        Box::pin(async move {
            let ready = self.ready(change).await?;
            let whole = (issuer, expected, moved, ready);
            self.store
                .write(Who::System, whole, |db, (issuer, expected, moved, ready)| {
                    Box::pin(update(db, issuer, *expected, *moved, ready))
                })
                .await
        })
    }

    /// Says that a token named a key that is not known: the keys are asked for again, not more often than they may be.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn want_issuer_keys(&self, id: TrustedIssuerId, now: Instant) -> Answer<'_, ()> {
        Box::pin(async move {
            self.store.write(Who::System, (id, now), |db, (id, now)| Box::pin(want(db, *id, *now))).await
        })
    }

    /// Takes over to ask for the keys that are due, each by one worker alone: the issuers, and where their keys are.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn claim_due_keys(&self, now: Instant) -> Answer<'_, Vec<(TrustedIssuerId, IssuerTerms)>> {
        Box::pin(async move { self.store.write(Who::System, now, |db, now| Box::pin(claim(db, *now))).await })
    }

    /// Keeps what was fetched from that address, if it is the issuer's still.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn keep_issuer_keys(
        &self,
        id: TrustedIssuerId,
        terms: IssuerTerms,
        keys: Vec<PublishedKey>,
        now: Instant,
    ) -> Answer<'_, ()> {
        Box::pin(async move {
            self.store
                .write(Who::System, (id, terms, keys, now), |db, (id, terms, keys, now)| {
                    Box::pin(keep(db, *id, terms, keys, *now))
                })
                .await
        })
    }
}

/// Issuers that are read: more than there may be, for two who register the last one at once pass the limit, and whatever is there
/// is shown and can be changed.
const READ_MAX: usize = 2 * TRUSTED_ISSUERS_MAX;

type WithKeys = (IssuerRow, Doc<Vec<PublishedKey>>, Option<At>);

async fn all(mut db: Db<'_>) -> Result<Vec<(TrustedIssuer, IssuerKeys)>, StoreError> {
    let limit: i64 = fit("limit", READ_MAX)?;
    let rows: Vec<WithKeys> = load!(
        &mut db,
        trusted_issuers::table.order(trusted_issuers::issuer).limit(limit).select((
            IssuerRow::as_select(),
            trusted_issuers::key_set,
            trusted_issuers::keys_fetched_at,
        ))
    )?;
    let read =
        |(row, keys, at): WithKeys| (row.into_issuer(), IssuerKeys { keys: keys.0, fetched_at: at.map(|at| at.0) });
    Ok(rows.into_iter().map(read).collect())
}

async fn insert(mut db: Db<'_>, issuer: &TrustedIssuer, ready: &Ready) -> Result<(), StoreError> {
    ready.begin(&mut db).await?;
    let none = trusted_issuers::key_set.eq(Doc(Vec::<PublishedKey>::new()));
    execute!(&mut db, diesel::insert_into(trusted_issuers::table).values((IssuerRow::of(issuer), none)))?;
    ready.finish(&mut db).await
}

async fn update(
    mut db: Db<'_>,
    issuer: &TrustedIssuer,
    expected: i64,
    moved: bool,
    ready: &Ready,
) -> Result<(), StoreError> {
    ready.begin(&mut db).await?;
    let old = trusted_issuers::table
        .filter(trusted_issuers::id.eq(Id(issuer.id)))
        .filter(trusted_issuers::version.eq(expected));
    touched(execute!(&mut db, diesel::update(old).set(&IssuerRow::of(issuer)))?)?;
    if moved {
        let forgotten = (
            trusted_issuers::key_set.eq(Doc(Vec::<PublishedKey>::new())),
            trusted_issuers::keys_fetched_at.eq(None::<At>),
            trusted_issuers::keys_asked_at.eq(None::<At>),
        );
        let same = trusted_issuers::table.filter(trusted_issuers::id.eq(Id(issuer.id)));
        execute!(&mut db, diesel::update(same).set(forgotten))?;
    }
    ready.finish(&mut db).await
}

async fn want(mut db: Db<'_>, id: TrustedIssuerId, now: Instant) -> Result<(), StoreError> {
    let same = trusted_issuers::table.filter(trusted_issuers::id.eq(Id(id)));
    execute!(&mut db, diesel::update(same).set(trusted_issuers::keys_wanted_at.eq(Some(At(now)))))?;
    Ok(())
}

/// Of an issuer that is asked: who, when last, when they came, and when somebody wanted others.
type Asked = (Id<TrustedIssuerId>, Doc<IssuerTerms>, Option<At>, Option<At>, Option<At>);

async fn claim(mut db: Db<'_>, now: Instant) -> Result<Vec<(TrustedIssuerId, IssuerTerms)>, StoreError> {
    let rows: Vec<Asked> = load!(
        &mut db,
        trusted_issuers::table.order(trusted_issuers::id).select((
            trusted_issuers::id,
            trusted_issuers::terms,
            trusted_issuers::keys_asked_at,
            trusted_issuers::keys_fetched_at,
            trusted_issuers::keys_wanted_at,
        ))
    )?;
    let mut claimed = Vec::new();
    for (id, terms, asked, fetched, wanted) in rows.into_iter().filter(|row| row.1.0.enabled) {
        if !is_due(asked.map(|at| at.0), fetched.map(|at| at.0), wanted.map(|at| at.0), now) {
            continue;
        }
        let same = trusted_issuers::table.filter(trusted_issuers::id.eq(id));
        let asking = trusted_issuers::keys_asked_at.eq(Some(At(now)));
        // Whoever read the same instant and comes second changes nothing.
        let taken = match asked {
            Some(at) => {
                execute!(&mut db, diesel::update(same.filter(trusted_issuers::keys_asked_at.eq(at))).set(asking))?
            }
            None => {
                execute!(&mut db, diesel::update(same.filter(trusted_issuers::keys_asked_at.is_null())).set(asking))?
            }
        };
        if taken == 1 {
            claimed.push((id.0, terms.0));
        }
    }
    Ok(claimed)
}

/// Whether keys are asked for: when they never were, when they are old, or, not more often than once a minute, when nobody
/// answered or somebody wants one that they do not hold.
fn is_due(asked: Option<Instant>, fetched: Option<Instant>, wanted: Option<Instant>, now: Instant) -> bool {
    let Some(asked) = asked else { return true };
    let since = now.seconds_since(asked);
    // A clock that went back makes nothing wait.
    if !(0..KEYS_EVERY_SECONDS).contains(&since) {
        return true;
    }
    let unanswered = fetched.is_none_or(|at| at < asked);
    let missed = wanted.is_some_and(|at| at > asked);
    since >= KEYS_AGAIN_SECONDS && (unanswered || missed)
}

async fn keep(
    mut db: Db<'_>,
    id: TrustedIssuerId,
    terms: &IssuerTerms,
    keys: &[PublishedKey],
    now: Instant,
) -> Result<(), StoreError> {
    let row = trusted_issuers::table.filter(trusted_issuers::id.eq(Id(id))).select(trusted_issuers::terms);
    // Whoever changes the address waits until these are written, and then forgets them.
    let rows: Vec<Doc<IssuerTerms>> = match &mut db {
        Db::Postgres(connection) => diesel_async::RunQueryDsl::load(row.for_update(), connection).await?,
        Db::Sqlite(connection) => diesel::RunQueryDsl::load(row, &mut **connection)?,
    };
    if rows.first().is_none_or(|present| present.0.jwks_url != terms.jwks_url) {
        return Ok(());
    }
    let same = trusted_issuers::table.filter(trusted_issuers::id.eq(Id(id)));
    let fetched = (trusted_issuers::key_set.eq(Doc(keys.to_vec())), trusted_issuers::keys_fetched_at.eq(Some(At(now))));
    execute!(&mut db, diesel::update(same).set(fetched))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_asked_for_each_quarter_of_an_hour_and_once_a_minute_where_there_is_a_reason() {
        let now: Instant = "2026-09-01T12:00:00Z".parse().unwrap();
        let ago = |seconds: i64| Some(now.plus_seconds(-seconds));
        assert!(is_due(None, None, None, now));
        assert!(is_due(ago(900), ago(900), None, now));
        assert!(!is_due(ago(899), ago(899), None, now));
        assert!(is_due(ago(60), ago(900), None, now), "nobody answered");
        assert!(!is_due(ago(59), ago(900), None, now));
        assert!(is_due(ago(60), ago(60), ago(1), now), "another key is wanted");
        assert!(!is_due(ago(59), ago(59), ago(1), now));
        assert!(!is_due(ago(60), ago(60), ago(61), now), "it was wanted before they came");
        assert!(is_due(ago(-1), ago(-1), None, now));
    }
}
