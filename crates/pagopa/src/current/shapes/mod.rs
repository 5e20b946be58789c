// SPDX-License-Identifier: AGPL-3.0-or-later
//! The official schema (paForNode.xsd, sac-common-types-1.0.xsd) as static tables.

mod answers;
mod receipts;

use crate::primitive::Primitive;
use crate::schema::{Facet, Field, leaf, many, one, optional, sequence};

const TEXT_16: Facet = Facet::Text(1, 16);
const TEXT_35: Facet = Facet::Text(1, 35);
const TEXT_70: Facet = Facet::Text(1, 70);
const TEXT_140: Facet = Facet::Text(1, 140);
const TEXT_210: Facet = Facet::Text(1, 210);
const FIVE: Facet = Facet::Text(5, 5);
const FISCAL_CODE: Facet = Facet::Digits(11);
const NOTICE_NUMBER: Facet = Facet::Digits(18);
const OUTCOME: Facet = Facet::OneOf(&["OK", "KO"], "OK or KO");
const PARTY_KIND: Facet = Facet::OneOf(&["F", "G"], "F or G");
const TRANSFER_TYPE: Facet = Facet::OneOf(&["POSTAL", "PAGOPA"], "POSTAL or PAGOPA");

/// The largest number of transfers of a payment.
pub(crate) const TRANSFERS_MAX: usize = 5;

/// The largest number of pairs in a `metadata`.
pub(crate) const METADATA_MAX: usize = 15;

/// The shape of an operation's request, as the official schema has it.
pub(crate) const fn request(primitive: Primitive) -> &'static [Field] {
    match primitive {
        Primitive::VerifyPaymentNotice => VERIFY_REQUEST,
        Primitive::GetPayment | Primitive::GetPaymentV2 => GET_REQUEST,
        Primitive::SendRt | Primitive::SendRtV2 => receipts::REQUEST,
        Primitive::DemandPaymentNotice => DEMAND_REQUEST,
    }
}

/// The shape of an operation's response, as the official schema has it.
pub(crate) const fn response(primitive: Primitive) -> &'static [Field] {
    match primitive {
        Primitive::VerifyPaymentNotice => answers::VERIFY,
        Primitive::GetPayment => answers::GET_V1,
        Primitive::GetPaymentV2 => answers::GET_V2,
        Primitive::SendRt | Primitive::SendRtV2 => answers::PLAIN,
        Primitive::DemandPaymentNotice => answers::DEMAND,
    }
}

const ID_PA: Field = one(&[leaf("idPA", TEXT_35)]);
const ID_BROKER: Field = one(&[leaf("idBrokerPA", TEXT_35)]);
const ID_STATION: Field = one(&[leaf("idStation", TEXT_35)]);

const QR_CODE: &[Field] = &[one(&[leaf("fiscalCode", FISCAL_CODE)]), one(&[leaf("noticeNumber", NOTICE_NUMBER)])];

const METADATA: &[Field] =
    &[many(&[sequence("mapEntry", &[one(&[leaf("key", TEXT_140)]), one(&[leaf("value", TEXT_140)])])], METADATA_MAX)];

const METADATA_FIELD: Field = optional(&[sequence("metadata", METADATA)]);

const SUBJECT: &[Field] = &[
    one(&[sequence(
        "uniqueIdentifier",
        &[
            one(&[leaf("entityUniqueIdentifierType", PARTY_KIND)]),
            one(&[leaf("entityUniqueIdentifierValue", Facet::Text(2, 16))]),
        ],
    )]),
    one(&[leaf("fullName", TEXT_70)]),
    optional(&[leaf("streetName", TEXT_70)]),
    optional(&[leaf("civicNumber", TEXT_16)]),
    optional(&[leaf("postalCode", TEXT_16)]),
    optional(&[leaf("city", TEXT_35)]),
    optional(&[leaf("stateProvinceRegion", TEXT_35)]),
    optional(&[leaf("country", Facet::TwoCapitals)]),
    optional(&[leaf("e-mail", Facet::Email)]),
];

const VERIFY_REQUEST: &[Field] = &[ID_PA, ID_BROKER, ID_STATION, one(&[sequence("qrCode", QR_CODE)])];

const GET_REQUEST: &[Field] = &[
    ID_PA,
    ID_BROKER,
    ID_STATION,
    one(&[sequence("qrCode", QR_CODE)]),
    optional(&[leaf("amount", Facet::Amount)]),
    optional(&[leaf("paymentNote", TEXT_210)]),
    optional(&[leaf("transferType", TRANSFER_TYPE)]),
    optional(&[leaf("dueDate", Facet::Date)]),
];

const DEMAND_REQUEST: &[Field] = &[
    ID_PA,
    ID_BROKER,
    ID_STATION,
    one(&[leaf("idServizio", FIVE)]),
    one(&[leaf("idSoggettoServizio", FIVE)]),
    one(&[leaf("datiSpecificiServizioRequest", Facet::Base64)]),
];

const COMPANY_NAME: Field = optional(&[leaf("companyName", TEXT_140)]);
const OFFICE_NAME: Field = optional(&[leaf("officeName", TEXT_140)]);

const ID_TRANSFER: Field = one(&[leaf("idTransfer", Facet::TransferId)]);
const TRANSFER_AMOUNT: Field = one(&[leaf("transferAmount", Facet::AmountNotZero)]);
const TRANSFER_FISCAL_CODE: Field = one(&[leaf("fiscalCodePA", FISCAL_CODE)]);
const REMITTANCE: Field = one(&[leaf("remittanceInformation", TEXT_140)]);
const CATEGORY: Field = one(&[leaf("transferCategory", TEXT_140)]);

const TRANSFER_V1: &[Field] = &[
    ID_TRANSFER,
    TRANSFER_AMOUNT,
    TRANSFER_FISCAL_CODE,
    one(&[leaf("IBAN", TEXT_35)]),
    REMITTANCE,
    CATEGORY,
    METADATA_FIELD,
];

const TRANSFERS_V1: Field =
    one(&[sequence("transferList", &[many(&[sequence("transfer", TRANSFER_V1)], TRANSFERS_MAX)])]);
