// SPDX-License-Identifier: AGPL-3.0-or-later
//! The debt position of a submission, as a caller would write it: what is checked of any is checked of this one.

use crate::debt_position::{
    DebtorInput, InstallmentInput, Metadata, OptionInput, OptionKind, PositionInput, StampInput, TransferInput,
};
use crate::form::{Share, ShareTarget, Submission};
use crate::ident::ServiceCode;
use crate::ids::SubmissionId;

/// What the submission is owed as: one installment, its shares as the form has them.
#[must_use]
pub fn position_input(id: SubmissionId, service_code: &ServiceCode, submission: &Submission) -> PositionInput {
    let debtor = &submission.debtor;
    let installment = InstallmentInput {
        amount: Some(submission.amount.cents()),
        due_date: submission.due_date,
        expires_at: submission.expires_at,
        transfers: submission.transfers.iter().map(transfer).collect(),
        payment_metadata: submission.payment_metadata.clone(),
        metadata: found_by(service_code, submission),
        ..InstallmentInput::default()
    };
    PositionInput {
        external_id: id.to_string(),
        service_code: service_code.to_string(),
        description: Some(submission.remittance_information.clone()),
        publish: true,
        debtor: DebtorInput {
            kind: Some(debtor.kind),
            tax_code: debtor.tax_code.clone().map(|code| code.as_str().to_owned()),
            full_name: debtor.full_name.clone(),
            email: debtor.email.clone().map(|email| email.map(|email| email.as_str().to_owned())),
            address: None,
        },
        payment_options: vec![OptionInput {
            kind: OptionKind::Single,
            available_until: None,
            available_days: None,
            installments: vec![installment],
        }],
        ..PositionInput::default()
    }
}

/// What the same form finds it by when the same is entered again.
fn found_by(service_code: &ServiceCode, submission: &Submission) -> Metadata {
    let looked = submission.lookup.iter().filter(|looked| looked.service == *service_code);
    looked.flat_map(|looked| &looked.by).map(|(name, value)| (name.clone(), value.expose().clone())).collect()
}

fn transfer(share: &Share) -> TransferInput {
    let (account_id, stamp) = match &share.target {
        ShareTarget::Account(account) => (Some(account.to_string()), None),
        ShareTarget::Stamp { document_hash, province } => {
            (None, Some(StampInput { document_hash: document_hash.clone(), province: province.clone() }))
        }
    };
    TransferInput {
        amount: share.amount.cents(),
        account_id,
        stamp,
        taxonomy_code: Some(share.taxonomy_code.to_string()),
        accounting: share.accounting.clone(),
        ..TransferInput::default()
    }
}
