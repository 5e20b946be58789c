// SPDX-License-Identifier: AGPL-3.0-or-later
//! A receipt as it comes from the Node.

use tramite_domain::debt_position::Metadata;
use tramite_domain::money::Cents;
use tramite_domain::receipt::{Arrival, Psp, ReceiptContent, ReceiptMessage, ReceiptOutcome};

use crate::support::{STATION, TAX_CODE, Town};

/// A receipt of a notice, for that amount.
pub(crate) fn arrival(town: &Town, notice: &str, cents: i64) -> Arrival {
    Arrival {
        content: ReceiptContent {
            receipt_id: "c110729d258c4ab1b765fe902aae41d6".to_owned(),
            creditor_tax_code: TAX_CODE.to_owned(),
            notice_number: notice.to_owned(),
            iuv: notice.chars().skip(1).collect(),
            outcome: ReceiptOutcome::Ok,
            amount: Cents::new(cents).unwrap(),
            fee: None,
            paid_at: Some(town.now),
            application_date: None,
            transfer_date: None,
            description: "Tassa sui rifiuti".to_owned(),
            company_name: "Comune di Esempio".to_owned(),
            psp: Psp::default(),
            payment_method: None,
            payment_note: None,
            debtor: None,
            payer: None,
            transfers: Vec::new(),
            payment_metadata: Metadata::new(),
            stand_in: false,
            irregularities: Vec::new(),
        },
        addressee_tax_code: TAX_CODE.to_owned(),
        station_id: STATION.to_owned(),
        primitive: "paSendRTV2".to_owned(),
        peer_fingerprint: None,
        message: ReceiptMessage { bytes: b"<first/>".to_vec(), sha256: [1; 32] },
    }
}
