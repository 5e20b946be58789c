// SPDX-License-Identifier: AGPL-3.0-or-later
//! A connection point of the broker at the Node.

use crate::ident::StationId;
use crate::tax_code::InstitutionTaxCode;
use crate::time::Instant;

/// A station (codes.md 1). It belongs to one broker; many institutions are reached through it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Station {
    /// Its id at the Node.
    pub id: StationId,
    /// The broker it belongs to: `idBrokerPA`.
    pub broker_tax_code: InstitutionTaxCode,
    /// Version of the station at the Node, 1 or 2; it decides the interface.
    pub version: u8,
    /// 1: paGetPayment and paSendRT; 2: paGetPaymentV2 and paSendRTV2.
    pub primitive_version: u8,
    /// Whether it answers at all.
    pub enabled: bool,
    /// Row version, for optimistic locking and ETags.
    pub row_version: i64,
    /// When it was made.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
}
