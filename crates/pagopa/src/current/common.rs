// SPDX-License-Identifier: AGPL-3.0-or-later
//! What several messages share.

use tramite_domain::personal::Personal;

use crate::primitive::Primitive;

/// The notice number the Node asks for to see whether a station answers at all (rules.md 21).
pub const PROBE_NOTICE: &str = "000000000000000000";

/// The metadata key that carries the postal IBAN beside a bank IBAN.
pub const IBAN_APPOGGIO: &str = "IBANAPPOGGIO";

/// The version of a station's primitives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// paGetPayment, paSendRT.
    V1,
    /// paGetPaymentV2, paSendRTV2.
    V2,
}

impl Version {
    /// The operation that asks for a payment in this version.
    #[must_use]
    pub const fn get(self) -> Primitive {
        match self {
            Version::V1 => Primitive::GetPayment,
            Version::V2 => Primitive::GetPaymentV2,
        }
    }

    /// The operation that brings a receipt in this version.
    #[must_use]
    pub const fn receipt(self) -> Primitive {
        match self {
            Version::V1 => Primitive::SendRt,
            Version::V2 => Primitive::SendRtV2,
        }
    }
}

/// Whom a request is addressed to, as the sender wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Addressee {
    /// `idPA`: tax code of the creditor institution.
    pub id_pa: String,
    /// `idBrokerPA`: the broker. Empty only in a receipt that does not say.
    pub id_broker_pa: String,
    /// `idStation`: the station. Empty only in a receipt that does not say.
    pub id_station: String,
}

/// `qrCode`: a notice by its institution and number. Check digits are not checked here (rules.md 4).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Notice {
    /// Tax code of the institution on the notice, 11 digits.
    pub fiscal_code: String,
    /// Notice number, 18 digits.
    pub notice_number: String,
}

impl Notice {
    /// Whether it is the Node's probe.
    #[must_use]
    pub fn is_probe(&self) -> bool {
        self.notice_number == PROBE_NOTICE
    }
}

/// `outcome`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// `OK`.
    Ok,
    /// `KO`.
    Ko,
}

impl Outcome {
    /// As the messages write it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Outcome::Ok => "OK",
            Outcome::Ko => "KO",
        }
    }
}

/// `transferType`: which account the sender wants the money on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransferType {
    /// A postal account where there is one.
    Postal,
    /// A bank account.
    PagoPa,
}

impl TransferType {
    /// As the messages write it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            TransferType::Postal => "POSTAL",
            TransferType::PagoPa => "PAGOPA",
        }
    }
}

/// `entityUniqueIdentifierType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PartyKind {
    /// `F`: a natural person.
    Person,
    /// `G`: a legal one.
    Organisation,
}

impl PartyKind {
    /// As the messages write it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            PartyKind::Person => "F",
            PartyKind::Organisation => "G",
        }
    }
}

/// A debtor or a payer. Everything about it is personal and prints as nothing.
///
/// In answers the texts are cut to the schema's lengths when written; an e-mail address, a country or a province
/// that the schema or the Node would refuse is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Natural or legal. A receipt that says neither is read as a natural person and is irregular.
    pub kind: PartyKind,
    /// Tax code, VAT number or `ANONIMO`.
    pub code: Personal<String>,
    /// Name, at most 70 characters.
    pub full_name: Personal<String>,
    /// Street, at most 70 characters.
    pub street: Option<Personal<String>>,
    /// House number, at most 16 characters.
    pub civic_number: Option<Personal<String>>,
    /// Postal code, at most 16 characters.
    pub postal_code: Option<Personal<String>>,
    /// City, at most 35 characters.
    pub city: Option<Personal<String>>,
    /// Province, two capital letters.
    pub province: Option<Personal<String>>,
    /// Country, two capital letters.
    pub country: Option<Personal<String>>,
    /// E-mail address.
    pub email: Option<Personal<String>>,
}

/// One pair of `metadata`, in the order of the message.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MetadataEntry {
    /// At most 140 characters.
    pub key: String,
    /// At most 140 characters.
    pub value: String,
}
