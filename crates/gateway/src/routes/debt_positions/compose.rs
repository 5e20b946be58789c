// SPDX-License-Identifier: AGPL-3.0-or-later
//! From a position to what a caller reads of it now.

use tramite_domain::debt_position::{
    Activity, Address, AmountDue, DebtPosition, Debtor, Installment, InstallmentStatus, PaymentChannel, PaymentOption,
    Transfer, TransferTarget, Warning, installment_status, known_due, position_status,
};
use tramite_domain::qr::NoticeQr;
use tramite_domain::tax_code::InstitutionTaxCode;
use tramite_domain::time::Instant;

use super::view::{
    AddressView, DebtPositionView, DebtorView, InlineBeneficiaryView, InstallmentView, LateChargeView,
    PaymentOptionView, StampView, TransferView, WarningView,
};

/// What a view is made with beside the position.
#[derive(Clone, Copy)]
pub(crate) struct ViewContext<'a> {
    pub(crate) creditor: InstitutionTaxCode,
    pub(crate) activity: Activity<'a>,
    pub(crate) now: Instant,
}

impl DebtPositionView {
    /// The position as it is now.
    pub(crate) fn of(position: &DebtPosition, context: ViewContext<'_>) -> Self {
        let status = position_status(position, context.now);
        Self {
            id: position.id.to_string(),
            external_id: position.external_id.as_ref().map(ToString::to_string),
            service_code: position.service_code.as_ref().map(ToString::to_string),
            description: position.description.to_string(),
            origin: position.origin.name(),
            status: status.name(),
            is_final: status.is_final(),
            published_at: position.published_at,
            valid_from: position.valid_from,
            cancelled_at: position.cancelled_at,
            expires_after_due_date: position.expires_after_due_date,
            debtor: debtor(&position.debtor),
            payment_options: position.options.iter().map(|one| option(position, one, context)).collect(),
            warnings: Vec::new(),
            created_at: position.created_at,
            updated_at: position.updated_at,
        }
    }

    /// With what the caller should look at.
    pub(crate) fn with_warnings(mut self, warnings: Vec<Warning>) -> Self {
        self.warnings = warnings.into_iter().map(|one| WarningView { pointer: one.pointer, code: one.code }).collect();
        self
    }
}

fn debtor(debtor: &Debtor) -> DebtorView {
    DebtorView {
        kind: debtor.kind.name(),
        tax_code: debtor.tax_code.expose().to_string(),
        full_name: debtor.full_name.expose().to_string(),
        email: debtor.email.as_ref().map(|email| email.expose().to_string()),
        address: debtor.address.as_ref().map(|one| address(one.expose())),
    }
}

fn address(address: &Address) -> AddressView {
    AddressView {
        street: address.street.as_ref().map(ToString::to_string),
        number: address.number.as_ref().map(ToString::to_string),
        postal_code: address.postal_code.as_ref().map(ToString::to_string),
        city: address.city.as_ref().map(ToString::to_string),
        province: address.province.as_ref().map(ToString::to_string),
        country: address.country.as_ref().map(ToString::to_string),
    }
}

fn option(position: &DebtPosition, option: &PaymentOption, context: ViewContext<'_>) -> PaymentOptionView {
    let view = |one: &Installment| {
        let status = installment_status(position, option, one, context.now);
        installment(one, status, known_due(position, option, one, context.now), context)
    };
    PaymentOptionView {
        id: option.id.to_string(),
        kind: option.kind.name(),
        available_until: option.available_until,
        available_days: option.available_days,
        notified_on: option.notified_on,
        installments: option.installments.iter().map(view).collect(),
    }
}

fn installment(
    one: &Installment,
    status: InstallmentStatus,
    due: Option<AmountDue>,
    context: ViewContext<'_>,
) -> InstallmentView {
    let amount = due.map_or(one.amount, |due| due.amount);
    let qr_code = one.notice_number.and_then(|notice_number| {
        NoticeQr::new(notice_number, context.creditor, amount).ok().map(|code| code.to_string())
    });
    InstallmentView {
        id: one.id.to_string(),
        reference: one.reference.to_string(),
        amount: one.amount.cents(),
        amount_due: due.map(|due| due.amount.cents()),
        late_charge: due.and_then(|due| due.late).map(|late| LateChargeView {
            days: late.days,
            interest: late.interest.cents(),
            surcharge: late.surcharge.cents(),
        }),
        due_date: one.due_date,
        expires_at: one.expires_at,
        description: one.description.as_ref().map(ToString::to_string),
        iuv: one.iuv.to_string(),
        notice_number: one.notice_number.map(|number| number.to_string()),
        qr_code,
        status: status.name(),
        is_final: status.is_final(),
        paid_at: one.payment.as_ref().map(|payment| payment.paid_at),
        paid_amount: one.payment.as_ref().map(|payment| payment.amount.cents()),
        channel: one.payment.as_ref().map(|payment| PaymentChannel::of(payment.receipt_id).name()),
        payment_reference: one.payment.as_ref().and_then(|payment| payment.reference.as_ref()).map(ToString::to_string),
        receipt_id: one.payment.as_ref().and_then(|payment| payment.receipt_id).map(|id| id.to_string()),
        locked_until: context.activity.locked_until_of(one.id, context.now),
        anomalies: one.anomalies.iter().map(|anomaly| anomaly.name()).collect(),
        transfers: one.transfers.iter().map(transfer).collect(),
        payment_metadata: one.payment_metadata.clone(),
        metadata: one.metadata.clone(),
    }
}

fn transfer(transfer: &Transfer) -> TransferView {
    let mut view = TransferView {
        index: transfer.index,
        amount: transfer.amount.cents(),
        account_id: None,
        beneficiary_id: None,
        beneficiary: None,
        stamp: None,
        taxonomy_code: transfer.taxonomy_code.to_string(),
        remittance_information: transfer.remittance_information.to_string(),
        payment_metadata: transfer.payment_metadata.clone(),
        accounting: transfer.accounting.iter().map(Into::into).collect(),
    };
    match &transfer.target {
        TransferTarget::Account { account_id } => view.account_id = Some(account_id.to_string()),
        TransferTarget::Beneficiary { beneficiary_id } => view.beneficiary_id = Some(beneficiary_id.to_string()),
        TransferTarget::Inline { tax_code, company_name, iban } => {
            view.beneficiary = Some(InlineBeneficiaryView {
                tax_code: tax_code.to_string(),
                company_name: company_name.to_string(),
                iban: iban.to_string(),
            });
        }
        TransferTarget::Stamp { document_hash, province } => {
            view.stamp = Some(StampView { document_hash: document_hash.to_string(), province: province.to_string() });
        }
    }
    view
}
