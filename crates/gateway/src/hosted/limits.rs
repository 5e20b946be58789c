// SPDX-License-Identifier: AGPL-3.0-or-later
//! How often citizens may submit a form and look a notice up: by source, by tax code and by institution. Of look-ups only the source itself is refused, and for
//! seconds; a code or an institution of which others ask too much is answered later, so that nobody can lock anybody out.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::Quota;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tramite_domain::ids::InstitutionId;
use tramite_domain::mac::mac;

use crate::gate::{Buckets, RateState};
use crate::settings::RateLimits;

/// How much later an answer comes of which too much is asked.
pub(super) const LATE: Duration = Duration::from_secs(3);
/// Answers that are late at a time.
const LATE_MAX: usize = 256;
/// Bytes of the name under which a tax code is counted.
const NAME_BYTES: usize = 16;

/// The buckets of one thing that citizens do.
struct Three {
    sources: Buckets<IpAddr>,
    codes: Buckets<[u8; NAME_BYTES]>,
    institutions: Buckets<InstitutionId>,
}

impl Three {
    fn new([source, code, institution]: [NonZeroU32; 3]) -> Self {
        Self {
            sources: Buckets::new(Quota::per_minute(source)),
            codes: Buckets::new(Quota::per_minute(code)),
            institutions: Buckets::new(Quota::per_minute(institution)),
        }
    }
}

/// The buckets of look-ups and of submissions.
pub(super) struct PageLimits {
    lookups: Three,
    submissions: Three,
    late: Arc<Semaphore>,
    /// Of this process and this start: a tax code is counted under a name that leads back to none.
    key: [u8; 32],
}

/// How a look-up is served.
#[derive(Debug)]
pub(super) enum Turn {
    Now,
    /// Later, with a place among those that are late.
    Late(OwnedSemaphorePermit),
    /// Not before these seconds.
    NotYet(u32),
}

impl PageLimits {
    pub(super) fn new(limits: &RateLimits) -> Self {
        Self {
            lookups: Three::new([
                limits.lookups_source_per_minute,
                limits.lookups_code_per_minute,
                limits.lookups_institution_per_minute,
            ]),
            submissions: Three::new([
                limits.submissions_source_per_minute,
                limits.submissions_code_per_minute,
                limits.submissions_institution_per_minute,
            ]),
            late: Arc::new(Semaphore::new(LATE_MAX)),
            key: std::array::from_fn(|_| rand::random()),
        }
    }

    /// A turn for a look-up, and the state of the source's bucket for the headers.
    pub(super) fn turn(
        &self,
        source: IpAddr,
        institution: InstitutionId,
        tax_code: &str,
    ) -> (Turn, Result<RateState, RateState>) {
        let state = self.lookups.sources.take(source);
        if let Err(state) = state {
            return (Turn::NotYet(state.retry_seconds), Err(state));
        }
        // Both are taken from, whichever is empty.
        let code = self.lookups.codes.take(self.name(tax_code));
        let institution = self.lookups.institutions.take(institution);
        let turn = match (code, institution) {
            (Ok(_), Ok(_)) => Turn::Now,
            (Err(state), _) | (_, Err(state)) => match Arc::clone(&self.late).try_acquire_owned() {
                Ok(place) => Turn::Late(place),
                Err(_) => Turn::NotYet(state.retry_seconds),
            },
        };
        (turn, state)
    }

    /// Whether a submission is let in: by source, by whom it is about, and by institution; all refill by the second.
    pub(super) fn submission(
        &self,
        source: IpAddr,
        institution: InstitutionId,
        tax_code: &str,
    ) -> Result<RateState, RateState> {
        let state = self.submissions.sources.take(source)?;
        self.submissions.codes.take(self.name(tax_code))?;
        self.submissions.institutions.take(institution)?;
        Ok(state)
    }

    fn name(&self, tax_code: &str) -> [u8; NAME_BYTES] {
        mac(&self.key, &[tax_code.as_bytes()]).first_chunk().copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::num::NonZeroU32;

    use super::*;

    #[test]
    fn a_source_is_refused_and_a_code_of_which_others_ask_too_much_is_answered_later() {
        let number = |value| NonZeroU32::new(value).unwrap();
        let limits = PageLimits::new(&RateLimits {
            lookups_source_per_minute: number(3),
            lookups_code_per_minute: number(2),
            ..RateLimits::default()
        });
        let institution = InstitutionId::new(uuid::Uuid::from_u128(1));
        let ask = |last, code| limits.turn(Ipv4Addr::new(192, 0, 2, last).into(), institution, code).0;
        assert!(matches!(ask(1, "A"), Turn::Now) && matches!(ask(1, "A"), Turn::Now));
        assert!(matches!(ask(1, "A"), Turn::Late(_)), "the third of a code, whoever asks");
        assert!(matches!(ask(1, "B"), Turn::NotYet(1..=20)), "the fourth of a source");
        assert!(matches!(ask(2, "A"), Turn::Late(_)), "somebody else is served all the same");
        assert!(matches!(ask(2, "B"), Turn::Now), "and of another code at once");
    }
}
