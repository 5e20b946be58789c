// SPDX-License-Identifier: AGPL-3.0-or-later
//! The shapes of the responses.

use super::{
    CATEGORY, COMPANY_NAME, FISCAL_CODE, ID_TRANSFER, METADATA_FIELD, OFFICE_NAME, OUTCOME, QR_CODE, REMITTANCE,
    SUBJECT, TEXT_35, TEXT_140, TRANSFER_AMOUNT, TRANSFER_FISCAL_CODE, TRANSFERS_MAX, TRANSFERS_V1,
};
use crate::schema::{Facet, Field, leaf, many, one, optional, sequence};

const OPTIONS: Facet = Facet::OneOf(&["EQ", "LS", "GT", "ANY"], "EQ, LS, GT or ANY");
const STAMP_TYPE: Facet = Facet::OneOf(&["01"], "01");

const FAULT_FIELD: Field = optional(&[sequence(
    "fault",
    &[
        one(&[leaf("faultCode", Facet::Any)]),
        one(&[leaf("faultString", Facet::Any)]),
        one(&[leaf("id", Facet::Any)]),
        optional(&[leaf("description", Facet::Any)]),
        optional(&[leaf("serial", Facet::Int)]),
        optional(&[leaf("originalFaultCode", Facet::Any)]),
        optional(&[leaf("originalFaultString", Facet::Any)]),
        optional(&[leaf("originalDescription", Facet::Any)]),
    ],
)]);

const OUTCOME_FIELD: Field = one(&[leaf("outcome", OUTCOME)]);

/// paSendRTRes, paSendRTV2Response, and every refusal.
pub(super) const PLAIN: &[Field] = &[OUTCOME_FIELD, FAULT_FIELD];

const PAYMENT_OPTION: &[Field] = &[
    one(&[leaf("amount", Facet::AmountNotZero)]),
    one(&[leaf("options", OPTIONS)]),
    optional(&[leaf("dueDate", Facet::Date)]),
    optional(&[leaf("detailDescription", TEXT_140)]),
    one(&[leaf("allCCP", Facet::Boolean)]),
];

const PAYMENT_LIST_FIELD: Field =
    optional(&[sequence("paymentList", &[one(&[sequence("paymentOptionDescription", PAYMENT_OPTION)])])]);
const PAYMENT_DESCRIPTION: Field = optional(&[leaf("paymentDescription", TEXT_140)]);
const FISCAL_CODE_PA: Field = optional(&[leaf("fiscalCodePA", FISCAL_CODE)]);

/// paVerifyPaymentNoticeRes.
pub(super) const VERIFY: &[Field] =
    &[OUTCOME_FIELD, FAULT_FIELD, PAYMENT_LIST_FIELD, PAYMENT_DESCRIPTION, FISCAL_CODE_PA, COMPANY_NAME, OFFICE_NAME];

/// paDemandPaymentNoticeResponse.
pub(super) const DEMAND: &[Field] = &[
    OUTCOME_FIELD,
    FAULT_FIELD,
    optional(&[sequence("qrCode", QR_CODE)]),
    PAYMENT_LIST_FIELD,
    PAYMENT_DESCRIPTION,
    FISCAL_CODE_PA,
    COMPANY_NAME,
    OFFICE_NAME,
];

const STAMP_REQUEST: &[Field] = &[
    one(&[leaf("hashDocumento", Facet::Hash)]),
    one(&[leaf("tipoBollo", STAMP_TYPE)]),
    one(&[leaf("provinciaResidenza", Facet::TwoCapitals)]),
];

const TRANSFER_V2: &[Field] = &[
    ID_TRANSFER,
    TRANSFER_AMOUNT,
    TRANSFER_FISCAL_CODE,
    COMPANY_NAME,
    one(&[leaf("IBAN", TEXT_35), sequence("richiestaMarcaDaBollo", STAMP_REQUEST)]),
    REMITTANCE,
    CATEGORY,
    METADATA_FIELD,
];

const TRANSFERS_V2: Field =
    one(&[sequence("transferList", &[many(&[sequence("transfer", TRANSFER_V2)], TRANSFERS_MAX)])]);
const COMPANY_NAME_V2: Field = one(&[leaf("companyName", TEXT_140)]);

/// `ctPaymentPA` and `ctPaymentPAV2` differ in the name's obligation and in the transfers.
macro_rules! get_response {
    ($company_name:expr, $transfers:expr) => {
        &[
            OUTCOME_FIELD,
            FAULT_FIELD,
            optional(&[sequence(
                "data",
                &[
                    one(&[leaf("creditorReferenceId", TEXT_35)]),
                    one(&[leaf("paymentAmount", Facet::AmountNotZero)]),
                    one(&[leaf("dueDate", Facet::Date)]),
                    optional(&[leaf("retentionDate", Facet::DateTime)]),
                    optional(&[leaf("lastPayment", Facet::Boolean)]),
                    one(&[leaf("description", TEXT_140)]),
                    $company_name,
                    OFFICE_NAME,
                    one(&[sequence("debtor", SUBJECT)]),
                    $transfers,
                    METADATA_FIELD,
                ],
            )]),
        ]
    };
}

/// paGetPaymentRes.
pub(super) const GET_V1: &[Field] = get_response!(COMPANY_NAME, TRANSFERS_V1);

/// paGetPaymentV2Response.
pub(super) const GET_V2: &[Field] = get_response!(COMPANY_NAME_V2, TRANSFERS_V2);
