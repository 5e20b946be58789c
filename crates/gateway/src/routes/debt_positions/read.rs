// SPDX-License-Identifier: AGPL-3.0-or-later
//! From the wire to the domain's own input: the same words, without judging them.

use tramite_domain::debt_position as domain;

use super::wire::{
    AddressInput, BeneficiaryInput, DebtPositionInput, DebtorInput, InstallmentInput, PaymentOptionInput, StampInput,
    TransferInput,
};

impl From<DebtPositionInput> for domain::PositionInput {
    fn from(wire: DebtPositionInput) -> Self {
        Self {
            external_id: wire.external_id,
            service_code: wire.service_code,
            description: wire.description,
            publish: wire.publish,
            valid_from: wire.valid_from,
            expires_after_due_date: wire.expires_after_due_date,
            debtor: wire.debtor.into(),
            amount: wire.amount,
            due_date: wire.due_date,
            payment_options: wire.payment_options.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<DebtorInput> for domain::DebtorInput {
    fn from(wire: DebtorInput) -> Self {
        Self {
            kind: wire.kind,
            tax_code: wire.tax_code,
            full_name: wire.full_name,
            email: wire.email,
            address: wire.address.map(Into::into),
        }
    }
}

impl From<AddressInput> for domain::AddressInput {
    fn from(wire: AddressInput) -> Self {
        Self {
            street: wire.street,
            number: wire.number,
            postal_code: wire.postal_code,
            city: wire.city,
            province: wire.province,
            country: wire.country,
        }
    }
}

impl From<PaymentOptionInput> for domain::OptionInput {
    fn from(wire: PaymentOptionInput) -> Self {
        Self {
            kind: wire.kind,
            available_until: wire.available_until,
            available_days: wire.available_days,
            installments: wire.installments.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<InstallmentInput> for domain::InstallmentInput {
    fn from(wire: InstallmentInput) -> Self {
        Self {
            reference: wire.reference,
            notice_number: wire.notice_number,
            iuv: wire.iuv,
            amount: wire.amount,
            due_date: wire.due_date,
            expires_at: wire.expires_at,
            description: wire.description,
            transfers: wire.transfers.into_iter().map(Into::into).collect(),
            payment_metadata: wire.payment_metadata,
            metadata: wire.metadata,
        }
    }
}

impl From<TransferInput> for domain::TransferInput {
    fn from(wire: TransferInput) -> Self {
        Self {
            amount: wire.amount,
            account_id: wire.account_id,
            beneficiary_id: wire.beneficiary_id,
            beneficiary: wire.beneficiary.map(|BeneficiaryInput { tax_code, company_name, iban }| {
                domain::BeneficiaryInput { tax_code, company_name, iban }
            }),
            stamp: wire
                .stamp
                .map(|StampInput { document_hash, province }| domain::StampInput { document_hash, province }),
            taxonomy_code: wire.taxonomy_code,
            remittance_information: wire.remittance_information,
            payment_metadata: wire.payment_metadata,
            accounting: wire.accounting.into_iter().map(Into::into).collect(),
        }
    }
}
