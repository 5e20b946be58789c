// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the Node itself knows of a notice: an attempt under way, a payment made. The creditor is not asked for it.

use tramite_domain::notice::NoticeNumber;
use tramite_domain::tax_code::InstitutionTaxCode;
use tramite_domain::time::Instant;
use tramite_pagopa::current::GetAnswer;

use super::fault::{NodeFault, Ppt};
use crate::bounded::{Bounded, Forgettable};
use crate::limits::{NOTICES_MAX, TOKEN_MINUTES};

/// A notice, by its creditor and its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct NoticeKey {
    pub(crate) creditor: InstitutionTaxCode,
    pub(crate) number: NoticeNumber,
}

/// What is remembered of a notice.
#[derive(Debug, Clone, Default)]
struct Standing {
    attempt: Option<Attempt>,
    paid: bool,
    /// The creditor's last answer to get: what a stand-in receipt repeats.
    known: Option<Box<GetAnswer>>,
}

#[derive(Debug, Clone)]
struct Attempt {
    token: String,
    until: Instant,
}

impl Forgettable for Standing {
    fn is_over(&self) -> bool {
        self.attempt.is_none()
    }
}

/// The standings of all notices.
#[derive(Debug)]
pub(crate) struct Standings(Bounded<NoticeKey, Standing>);

impl Standings {
    pub(crate) fn new() -> Standings {
        Standings(Bounded::new(NOTICES_MAX))
    }

    /// Whether the Node would let a payment of this notice begin.
    pub(crate) fn check(&self, key: &NoticeKey, now: Instant) -> Result<(), NodeFault> {
        let Some(standing) = self.0.get(key) else {
            return Ok(());
        };
        if standing.paid {
            return Err(NodeFault::new(Ppt::AlreadyPaid));
        }
        match &standing.attempt {
            Some(attempt) if now < attempt.until => Err(NodeFault::new(Ppt::InProgress)),
            _ => Ok(()),
        }
    }

    /// Begins an attempt, in the same breath as the check: of two at once, one is refused.
    pub(crate) fn begin(&mut self, key: NoticeKey, token: &str, now: Instant, force: bool) -> Result<(), NodeFault> {
        if !force {
            self.check(&key, now)?;
        }
        let attempt = Attempt { token: token.to_owned(), until: now.plus_minutes(TOKEN_MINUTES) };
        self.entry(key).attempt = Some(attempt);
        Ok(())
    }

    /// Keeps what the creditor answered.
    pub(crate) fn learn(&mut self, key: NoticeKey, answer: &GetAnswer) {
        self.entry(key).known = Some(Box::new(answer.clone()));
    }

    /// What the creditor answered last.
    pub(crate) fn known(&self, key: &NoticeKey) -> Option<GetAnswer> {
        self.0.get(key)?.known.as_deref().cloned()
    }

    /// Ends an attempt: with the payment, or without.
    pub(crate) fn end(&mut self, key: NoticeKey, token: &str, paid: bool) {
        let standing = self.entry(key);
        if standing.attempt.as_ref().is_some_and(|attempt| attempt.token == token) {
            standing.attempt = None;
        }
        standing.paid |= paid;
    }

    fn entry(&mut self, key: NoticeKey) -> &mut Standing {
        self.0.get_or_put(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_holds_a_notice_for_thirty_minutes_and_a_payment_for_ever() {
        let key = NoticeKey { creditor: "99999000013".parse().unwrap(), number: "305000000001234586".parse().unwrap() };
        let start = Instant::UNIX_EPOCH;
        let mut standings = Standings::new();
        let refused = |ppt| Err(NodeFault::new(ppt));
        assert_eq!(standings.begin(key, "a", start, false), Ok(()));
        assert_eq!(standings.begin(key, "b", start.plus_minutes(29), false), refused(Ppt::InProgress));
        assert_eq!(standings.begin(key, "b", start.plus_minutes(30), false), Ok(()));
        standings.end(key, "a", false);
        assert_eq!(standings.check(&key, start.plus_minutes(31)), refused(Ppt::InProgress));
        standings.end(key, "b", false);
        assert_eq!(standings.check(&key, start.plus_minutes(31)), Ok(()));
        standings.end(key, "b", true);
        assert_eq!(standings.check(&key, start.plus_hours(999)), refused(Ppt::AlreadyPaid));
        assert_eq!(standings.begin(key, "c", start, true), Ok(()));
    }
}
