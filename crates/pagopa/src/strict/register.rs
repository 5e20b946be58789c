// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the Node knows of creditor institutions.

/// The Node's own register, against which an answer is held.
pub trait Register {
    /// Whether the institution is registered and enabled.
    fn is_enabled(&self, fiscal_code: &str) -> bool;

    /// Whether the account is registered and active for that institution.
    fn has_iban(&self, fiscal_code: &str, iban: &str) -> bool;
}

/// A register that knows everybody: only the message itself is judged.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoRegister;

impl Register for NoRegister {
    fn is_enabled(&self, _fiscal_code: &str) -> bool {
        true
    }

    fn has_iban(&self, _fiscal_code: &str, _iban: &str) -> bool {
        true
    }
}
