// SPDX-License-Identifier: AGPL-3.0-or-later
//! A payment of which the creditor was never asked: the platform stood in for it.

use serde::{Deserialize, Serialize};
use tramite_domain::money::Cents;
use tramite_domain::personal::Personal;
use tramite_pagopa::current::{Destination, GetAnswer, Party, PartyKind, Transfer};

use super::Node;
use super::standing::NoticeKey;

/// The account where nobody knows one: for institutions that the registry gives none.
const NO_ACCOUNT: &str = "IT60X0542811101000000123456";

/// The taxonomy code of such a payment: other revenue.
const CATEGORY: &str = "0101100IM";

/// What a receipt without a get says where nothing is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Unasked {
    /// In cents; may be left out where a get was answered before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) amount: Option<Cents>,
    /// What the receipt says of stand-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) stand_in: Option<bool>,
    /// 1 to 140 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
}

impl Node {
    /// What the platform's archive holds of a notice: the creditor's last answer, or else one transfer to its first
    /// account. Nothing where no amount is known.
    pub(crate) fn archived(&self, key: &NoticeKey, unasked: &Unasked) -> Option<GetAnswer> {
        let known = self.standings().known(key);
        match (known, unasked.amount) {
            (Some(known), _) => Some(known),
            (None, Some(amount)) => Some(self.invented(key, amount, unasked)),
            (None, None) => None,
        }
    }

    fn invented(&self, key: &NoticeKey, amount: Cents, unasked: &Unasked) -> GetAnswer {
        let registry = self.registry();
        let institution = registry.institution(key.creditor.as_str());
        let iban = institution.and_then(|institution| institution.ibans.first()).map_or(NO_ACCOUNT, String::as_str);
        let iuv = key.number.iuv().to_string();
        GetAnswer {
            due_date: self.world.outside().rome_date(),
            retention_date: None,
            last_payment: None,
            amount,
            description: unasked.description.clone().unwrap_or_else(|| String::from("Pagamento in stand-in")),
            company_name: institution.map(|institution| institution.company_name.clone()).unwrap_or_default(),
            office_name: None,
            debtor: nobody(),
            transfers: vec![Transfer {
                id: 1,
                amount,
                fiscal_code: key.creditor.to_string(),
                company_name: None,
                destination: Destination::Iban(iban.to_owned()),
                remittance_information: format!("/RFB/{iuv}/{amount}"),
                category: CATEGORY.to_owned(),
                metadata: Vec::new(),
            }],
            metadata: Vec::new(),
            creditor_reference_id: iuv,
        }
    }
}

/// A debtor of whom nothing is known.
fn nobody() -> Party {
    Party {
        kind: PartyKind::Person,
        code: Personal::new(String::from("ANONIMO")),
        full_name: Personal::new(String::from("ANONIMO")),
        street: None,
        civic_number: None,
        postal_code: None,
        city: None,
        province: None,
        country: None,
        email: None,
    }
}
