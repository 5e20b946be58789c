// SPDX-License-Identifier: AGPL-3.0-or-later
//! From decisions to answers (rules.md 19 and 20).

use std::sync::Arc;

use tramite_domain::institution::Institution;
use tramite_domain::service::DemandFault;
use tramite_pagopa::Primitive;
use tramite_pagopa::current::{Answer, Fault, PaaFault};

use super::denied::Denied;

/// `esito` of what was not refused.
pub(crate) const OK: &str = "OK";
/// `esito` of a refusal that has no code of the interface.
pub(crate) const KO: &str = "KO";

/// What a message is answered, and what else is known of it.
#[derive(Debug)]
pub(crate) struct Told {
    /// The answer.
    pub(crate) answer: Answer,
    /// The institution it is filed under; none is the platform.
    pub(crate) institution: Option<Arc<Institution>>,
    /// How the exchange comes into the journal.
    pub(crate) journal: InJournal,
}

/// How an exchange comes into the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InJournal {
    /// By way of the buffer.
    Buffered,
    /// It is there already, committed with its effect.
    Committed,
    /// By way of the buffer, as an exchange of its own: the work under the exchange's id goes on, and may commit another
    /// answer with its effect.
    Apart,
}

impl Told {
    /// An answer that is still to be filed.
    pub(crate) const fn new(answer: Answer, institution: Option<Arc<Institution>>) -> Self {
        Self { answer, institution, journal: InJournal::Buffered }
    }

    /// `esito` of the journal.
    pub(crate) fn outcome(&self) -> &'static str {
        match &self.answer {
            // A fault of no known code is still a refusal.
            Answer::Refused(_, fault) => fault.known().map_or(KO, PaaFault::code),
            _ => OK,
        }
    }
}

/// A refusal, emitted by the institution as the Node named it.
pub(crate) fn refused(primitive: Primitive, id_pa: &str, denied: &Denied) -> Answer {
    Answer::Refused(primitive, Fault::new(denied.fault(), id_pa).because(denied.description()))
}

/// The causes of our own failures, for the log alone.
pub(crate) fn log_cause(primitive: Primitive, denied: &Denied) {
    match denied {
        Denied::Fault(PaaFault::SystemError, why) => tracing::error!(%primitive, why, "a message cannot be answered"),
        Denied::Demand(DemandFault::Unusable) => tracing::error!(%primitive, "a service cannot make what is demanded"),
        Denied::Fault(..) | Denied::Demand(_) => {}
        Denied::Store(error) => tracing::warn!(%primitive, cause = %error, "the store failed under a message"),
        Denied::AccountMissing => tracing::error!(%primitive, "an account of a position is not declared"),
        // Who asked has written why.
        Denied::AmountUnknown => {}
        Denied::Broken => tracing::error!(%primitive, "a defect: the work on a message broke"),
        Denied::Late => tracing::warn!(%primitive, "a message was not answered in time"),
    }
}
