// SPDX-License-Identifier: AGPL-3.0-or-later
//! One entry of an institution's catalogue.

use serde::{Deserialize, Serialize};

use crate::ident::{AccountCode, ServiceCode};
use crate::money::Cents;
use crate::named::named;
use crate::taxonomy::{CollectionKind, TaxonomyCode};
use crate::text::Text;
use crate::time::Instant;

use super::{AmountCallback, Demand, LateCharges};

/// A payment service of one institution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its code, unique in the institution.
    pub code: ServiceCode,
    /// What citizens read, by language.
    pub title: Title,
    /// What is collected, after the national taxonomy (codes.md 7).
    pub taxonomy_code: TaxonomyCode,
    /// The kind of collection of the legacy interface.
    pub collection_kind: CollectionKind,
    /// Where the money goes unless a transfer says otherwise.
    pub account_id: AccountCode,
    /// Who may start a payment.
    pub kind: ServiceKind,
    /// What may be asked.
    pub amount: AmountRule,
    /// Whether every position must say when it is due.
    pub due_date_required: bool,
    /// Whether a position stops being payable at the end of its due date (rules.md, table S).
    pub expires_after_due_date: bool,
    /// What is added after the due date; nothing where there is none.
    pub late_charges: Option<LateCharges>,
    /// Whom to ask what is due; nobody where the position says it.
    pub amount_callback: Option<AmountCallback>,
    /// Whether `ANONIMO` is accepted as debtor (rules.md 5).
    pub anonymous_debtor_allowed: bool,
    /// How a provider's customer asks for a payment of it; none where nobody can (rules.md 25).
    pub demand: Option<Demand>,
    /// Draft, active or retired.
    pub status: ServiceStatus,
    /// Row version, for optimistic locking and ETags.
    pub version: i64,
    /// When it was made.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
}

/// A title in the languages of the hosted pages; Italian is always there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Title {
    /// Italian.
    pub it: Text<1, 140>,
    /// English.
    pub en: Option<Text<1, 140>>,
    /// German.
    pub de: Option<Text<1, 140>>,
}

/// Who may start a payment of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceKind {
    /// The citizen.
    Spontaneous,
    /// The institution, by loading positions.
    Preloaded,
    /// Either.
    Both,
}

/// What amount a position of the service may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum AmountRule {
    /// This amount and no other (rules.md 7).
    Fixed {
        /// The amount.
        amount: Cents,
    },
    /// Any amount between two bounds, both included.
    Free {
        /// The least.
        least: Cents,
        /// The most.
        most: Cents,
    },
}

/// Life of a service (rules.md 16).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceStatus {
    /// Being set up: no positions.
    Draft,
    /// In use.
    Active,
    /// No new positions; the notices already issued stay payable.
    Retired,
}

named!(ServiceKind { Spontaneous = "spontaneous", Preloaded = "preloaded", Both = "both" });
named!(ServiceStatus { Draft = "draft", Active = "active", Retired = "retired" });
