// SPDX-License-Identifier: AGPL-3.0-or-later
//! The shapes of the receipts.

use super::{
    CATEGORY, COMPANY_NAME, FISCAL_CODE, ID_BROKER, ID_PA, ID_STATION, ID_TRANSFER, METADATA_FIELD, NOTICE_NUMBER,
    OFFICE_NAME, OUTCOME, REMITTANCE, SUBJECT, TEXT_35, TEXT_70, TEXT_140, TEXT_210, TRANSFER_AMOUNT,
    TRANSFER_FISCAL_CODE, TRANSFERS_MAX,
};
use crate::schema::{Facet, Field, leaf, many, one, optional, sequence};

const TEXT_20: Facet = Facet::Text(1, 20);

const TRANSFER: &[Field] = &[
    ID_TRANSFER,
    TRANSFER_AMOUNT,
    TRANSFER_FISCAL_CODE,
    COMPANY_NAME,
    one(&[leaf("IBAN", TEXT_35), leaf("MBDAttachment", Facet::Base64)]),
    REMITTANCE,
    CATEGORY,
    METADATA_FIELD,
];

const TRANSFERS: Field = one(&[sequence("transferList", &[many(&[sequence("transfer", TRANSFER)], TRANSFERS_MAX)])]);

/// paSendRTV2Request, and paSendRTReq too: version 1 has no note, no parts of the fee and no stamp in its schema, but
/// comes with them, and a receipt is not irregular for it.
pub(super) const REQUEST: &[Field] = &[
    ID_PA,
    ID_BROKER,
    ID_STATION,
    one(&[sequence(
        "receipt",
        &[
            one(&[leaf("receiptId", Facet::Any)]),
            one(&[leaf("noticeNumber", NOTICE_NUMBER)]),
            one(&[leaf("fiscalCode", FISCAL_CODE)]),
            one(&[leaf("outcome", OUTCOME)]),
            one(&[leaf("creditorReferenceId", TEXT_35)]),
            one(&[leaf("paymentAmount", Facet::Amount)]),
            one(&[leaf("description", TEXT_140)]),
            one(&[leaf("companyName", TEXT_140)]),
            OFFICE_NAME,
            one(&[sequence("debtor", SUBJECT)]),
            TRANSFERS,
            one(&[leaf("idPSP", TEXT_35)]),
            optional(&[leaf("pspFiscalCode", TEXT_70)]),
            optional(&[leaf("pspPartitaIVA", TEXT_20)]),
            one(&[leaf("PSPCompanyName", TEXT_70)]),
            one(&[leaf("idChannel", TEXT_35)]),
            one(&[leaf("channelDescription", TEXT_35)]),
            optional(&[sequence("payer", SUBJECT)]),
            optional(&[leaf("paymentMethod", TEXT_35)]),
            optional(&[leaf("paymentNote", TEXT_210)]),
            optional(&[leaf("fee", Facet::Amount)]),
            optional(&[leaf("primaryCiIncurredFee", Facet::Amount)]),
            optional(&[leaf("idBundle", TEXT_70)]),
            optional(&[leaf("idCiBundle", TEXT_70)]),
            optional(&[leaf("paymentDateTime", Facet::DateTime)]),
            optional(&[leaf("applicationDate", Facet::Date)]),
            optional(&[leaf("transferDate", Facet::Date)]),
            METADATA_FIELD,
            optional(&[leaf("standIn", Facet::Boolean)]),
        ],
    )]),
];
