// SPDX-License-Identifier: AGPL-3.0-or-later
//! Support: an operator reads in one institution for a while, and the institution knows (api.md, Tenancy and tokens).

use crate::access::ApiScope;
use crate::audit::AuditLine;
use crate::event::{Event, EventData, EventKind};
use crate::given::Given;
use crate::ids::{ClientId, InstitutionId, SupportAccessId};
use crate::institution::{Institution, InstitutionStatus};
use crate::named::named;
use crate::personal_data::find_personal_data;
use crate::refusal::Refusal;
use crate::text::Text;
use crate::time::Instant;
use crate::violation::{Place, Violations};

/// The shortest access, in seconds.
pub const SUPPORT_SECONDS_MIN: i64 = 60;
/// The longest access, in seconds: a working day.
pub const SUPPORT_SECONDS_MAX: i64 = 28_800;
/// How long an access lasts where nobody says it, in seconds.
pub const SUPPORT_SECONDS_DEFAULT: i64 = 3_600;

/// What a token taken with an access may do at most: read, and never the messages of the Node themselves
/// (`journal:payload`), in which persons are named whole.
pub const SUPPORT_SCOPES: &[ApiScope] = &[
    ApiScope::DebtPositionsRead,
    ApiScope::PaymentsRead,
    ApiScope::ReceiptsRead,
    ApiScope::ServicesRead,
    ApiScope::ImportsRead,
    ApiScope::ExportsRead,
    ApiScope::EventsRead,
    ApiScope::SettlementsRead,
    ApiScope::JournalRead,
    ApiScope::AuditRead,
    ApiScope::DelegationsRead,
];

/// The action of the line that every read with an access leaves in the trail of the institution.
pub const SUPPORT_READ: &str = "support.read";

/// Read access of one operator to one institution, for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupportAccess {
    /// Our id.
    pub id: SupportAccessId,
    /// Whose data may be read.
    pub institution_id: InstitutionId,
    /// The operator who may read them, and no other.
    pub client_id: ClientId,
    /// Why, for the institution; no person is named in it.
    pub reason: Text<1, 140>,
    /// When it was opened.
    pub created_at: Instant,
    /// Not valid from this instant on.
    pub expires_at: Instant,
    /// When somebody ended it before that.
    pub ended_at: Option<Instant>,
}

/// Where an access stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SupportAccessStatus {
    /// Tokens may be taken and used with it.
    Active,
    /// Its time has passed.
    Expired,
    /// The operator or the institution ended it, or the institution switched support off.
    Ended,
}

named!(SupportAccessStatus { Active = "active", Expired = "expired", Ended = "ended" });

impl SupportAccess {
    /// Where it stands at that instant.
    #[must_use]
    pub fn status_at(&self, now: Instant) -> SupportAccessStatus {
        match self.ended_at {
            Some(_) => SupportAccessStatus::Ended,
            None if now < self.expires_at => SupportAccessStatus::Active,
            None => SupportAccessStatus::Expired,
        }
    }

    /// Whether it holds at that instant.
    #[must_use]
    pub fn live_at(&self, now: Instant) -> bool {
        self.status_at(now) == SupportAccessStatus::Active
    }

    /// How often it was written: it is opened, and ended at most once.
    #[must_use]
    pub fn version(&self) -> i64 {
        if self.ended_at.is_some() { 2 } else { 1 }
    }
}

/// What an operator asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupportTerms {
    /// Why.
    pub reason: String,
    /// For how long, in seconds.
    pub expires_in: i64,
}

/// An access with what the institution is told of it; all is written together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupportDecided {
    /// The access as it is now.
    pub access: SupportAccess,
    /// For the feed of the institution.
    pub event: Event,
    /// For the trail of the institution.
    pub line: AuditLine,
}

/// Opens an access of an operator to an institution.
///
/// # Errors
/// `SupportAccessOff` where the institution does not want it, `InstitutionNotActive` where it does not collect, `Invalid`
/// for a reason that names a person or is none, and for a time outside of the limits.
pub fn open_support_access(
    given: &mut Given<'_>,
    operator: ClientId,
    institution: &Institution,
    terms: &SupportTerms,
) -> Result<SupportDecided, Refusal> {
    if institution.status != InstitutionStatus::Active {
        return Err(Refusal::InstitutionNotActive);
    }
    if !institution.support_access {
        return Err(Refusal::SupportAccessOff);
    }
    let mut faults = Violations::new();
    let (at_reason, at_time) = (Place::root().at("reason"), Place::root().at("expires_in"));
    let reason = faults.take(&at_reason, "invalid_text", Text::new(terms.reason.as_str()));
    if find_personal_data(&terms.reason).is_some() {
        faults.add(&at_reason, "personal_data_in_text", "The reason names no person: it is kept in the audit trail.");
    }
    if !(SUPPORT_SECONDS_MIN..=SUPPORT_SECONDS_MAX).contains(&terms.expires_in) {
        faults.add(&at_time, "out_of_range", "An access lasts from one minute to eight hours.");
    }
    let Some(reason) = reason.filter(|_| faults.is_empty()) else { return Err(Refusal::Invalid(faults.into_vec())) };
    let access = SupportAccess {
        id: given.id(),
        institution_id: institution.id,
        client_id: operator,
        reason,
        created_at: given.now,
        expires_at: given.now.plus_seconds(terms.expires_in),
        ended_at: None,
    };
    Ok(decided(given, access, "support_access.opened"))
}

/// Ends an access before its time; nothing where it is over already.
pub fn end_support_access(given: &mut Given<'_>, access: &SupportAccess) -> Option<SupportDecided> {
    if !access.live_at(given.now) {
        return None;
    }
    let access = SupportAccess { ended_at: Some(given.now), ..access.clone() };
    Some(decided(given, access, "support_access.ended"))
}

fn decided(given: &mut Given<'_>, access: SupportAccess, action: &str) -> SupportDecided {
    let status = access.status_at(given.now);
    let event = Event {
        id: given.id(),
        kind: EventKind::SupportAccessUpdated,
        at: given.now,
        client_id: None,
        data: EventData {
            support_access_id: Some(access.id),
            status: Some(status.name().to_owned()),
            ..EventData::default()
        },
    };
    let line = AuditLine {
        reason: (status == SupportAccessStatus::Active).then(|| access.reason.to_string()),
        ..AuditLine::of(given, action, format!("support_access/{}", access.id))
    };
    SupportDecided { access, event, line }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn support_reads_and_does_nothing_else() {
        for scope in SUPPORT_SCOPES {
            assert!(scope.name().ends_with(":read") && !scope.is_platform(), "{}", scope.name());
        }
        // Everything that is kept of one person is the institution's own to tell.
        let withheld = [ApiScope::PersonsRead];
        let left_out = ApiScope::ALL
            .iter()
            .filter(|scope| !scope.is_platform() && !SUPPORT_SCOPES.contains(scope) && !withheld.contains(scope));
        let readable: Vec<&str> = left_out.map(|scope| scope.name()).filter(|name| name.ends_with(":read")).collect();
        assert!(readable.is_empty(), "a new scope to read is decided on here: {readable:?}");
    }
}
