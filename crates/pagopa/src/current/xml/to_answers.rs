// SPDX-License-Identifier: AGPL-3.0-or-later
//! Answers written. Whatever is in them comes out within the schema: lengths, patterns, no empty element.

use super::answers::{
    DemandResponseXml, GetResponseXml, PaymentListXml, PaymentOptionXml, PaymentXml, PlainResponseXml, StampXml,
    TransferListXml, TransferXml, VerifyResponseXml,
};
use super::common::{FaultXml, MapEntryXml, MetadataXml, SubjectXml, UniqueIdentifierXml};
use super::to_requests::{FISCAL_CODE_CHARS, ID_CHARS, qr_code};
use crate::current::shapes::METADATA_MAX;
use crate::current::{
    DemandAnswer, Destination, Fault, GetAnswer, MetadataEntry, Outcome, Party, Transfer, VerifyAnswer, Version,
};
use crate::schema::{is_email, is_two_capitals, lexical};
use crate::xml::{fit, fit_optional, fit_or_dash};
use tramite_domain::personal::Personal;

/// `stText140`, in characters.
pub(super) const TEXT_CHARS: usize = 140;

/// `stText70`: names and streets.
pub(super) const NAME_CHARS: usize = 70;

/// `stText35`.
pub(super) const CITY_CHARS: usize = 35;

/// `stText16`: house numbers, postal codes and tax codes.
pub(super) const SHORT_CHARS: usize = 16;

/// Base64 of a document's hash.
const HASH_CHARS: usize = 72;

/// What the platform takes for the code of a debtor who is not named.
const NOBODY: &str = "ANONIMO";

/// The longest description of a refusal; the schema has no limit.
const FAULT_DESCRIPTION_CHARS: usize = 255;

impl PlainResponseXml {
    pub(crate) fn accepted() -> PlainResponseXml {
        PlainResponseXml { outcome: ok(), fault: None }
    }

    pub(crate) fn refused(fault: &Fault) -> PlainResponseXml {
        PlainResponseXml {
            outcome: Outcome::Ko.text().to_owned(),
            fault: Some(FaultXml {
                code: fit_or_dash(&fault.code, NAME_CHARS),
                text: fit_or_dash(&fault.text, FAULT_DESCRIPTION_CHARS),
                id: fit_or_dash(&fault.id, ID_CHARS),
                description: fit_optional(fault.description.as_deref(), FAULT_DESCRIPTION_CHARS),
                ..FaultXml::default()
            }),
        }
    }
}

fn ok() -> String {
    Outcome::Ok.text().to_owned()
}

impl From<&VerifyAnswer> for VerifyResponseXml {
    fn from(answer: &VerifyAnswer) -> VerifyResponseXml {
        VerifyResponseXml {
            outcome: ok(),
            payment_list: Some(payment_list(answer)),
            payment_description: Some(fit_or_dash(&answer.description, TEXT_CHARS)),
            fiscal_code: Some(fit(&answer.fiscal_code, FISCAL_CODE_CHARS)),
            company_name: Some(fit_or_dash(&answer.company_name, TEXT_CHARS)),
            office_name: fit_optional(answer.office_name.as_deref(), TEXT_CHARS),
        }
    }
}

fn payment_list(answer: &VerifyAnswer) -> PaymentListXml {
    PaymentListXml {
        option: PaymentOptionXml {
            amount: answer.amount.to_string(),
            options: "EQ".to_owned(),
            due_date: answer.due_date.map(|day| day.to_string()),
            detail: fit_optional(answer.detail.as_deref(), TEXT_CHARS),
            all_ccp: answer.all_ccp.to_string(),
        },
    }
}

impl From<&DemandAnswer> for DemandResponseXml {
    fn from(answer: &DemandAnswer) -> DemandResponseXml {
        let payment = VerifyResponseXml::from(&answer.payment);
        DemandResponseXml {
            outcome: payment.outcome,
            qr_code: Some(qr_code(&answer.notice)),
            payment_list: payment.payment_list,
            payment_description: payment.payment_description,
            fiscal_code: payment.fiscal_code,
            company_name: payment.company_name,
            office_name: payment.office_name,
        }
    }
}

impl GetResponseXml {
    pub(crate) fn new(answer: &GetAnswer, version: Version) -> GetResponseXml {
        let transfers = answer.transfers.iter().map(|share| transfer(share, version));
        GetResponseXml {
            outcome: ok(),
            data: Some(PaymentXml {
                creditor_reference_id: fit_or_dash(&answer.creditor_reference_id, ID_CHARS),
                amount: answer.amount.to_string(),
                due_date: answer.due_date.to_string(),
                retention_date: answer.retention_date.map(lexical::write_date_time),
                last_payment: answer.last_payment.map(|flag| flag.to_string()),
                description: fit_or_dash(&answer.description, TEXT_CHARS),
                company_name: Some(fit_or_dash(&answer.company_name, TEXT_CHARS)),
                office_name: fit_optional(answer.office_name.as_deref(), TEXT_CHARS),
                debtor: subject(&answer.debtor),
                transfer_list: TransferListXml { transfers: transfers.collect() },
                metadata: metadata(&answer.metadata),
            }),
        }
    }
}

fn transfer(share: &Transfer, version: Version) -> TransferXml {
    let (iban, stamp) = match &share.destination {
        Destination::Iban(iban) => (Some(fit_or_dash(iban, ID_CHARS)), None),
        Destination::Stamp { document_hash, province } => {
            let stamp = StampXml {
                document_hash: fit_or_dash(document_hash, HASH_CHARS),
                kind: "01".to_owned(),
                province: fit_or_dash(province, 2),
            };
            (None, Some(stamp))
        }
    };
    TransferXml {
        id: share.id.to_string(),
        amount: share.amount.to_string(),
        fiscal_code: fit(&share.fiscal_code, FISCAL_CODE_CHARS),
        company_name: fit_optional(share.company_name.as_deref(), TEXT_CHARS).filter(|_| version == Version::V2),
        iban,
        stamp,
        remittance_information: fit_or_dash(&share.remittance_information, TEXT_CHARS),
        category: fit_or_dash(&share.category, TEXT_CHARS),
        metadata: metadata(&share.metadata),
    }
}

pub(super) fn metadata(entries: &[MetadataEntry]) -> Option<MetadataXml> {
    let pairs = entries.iter().filter_map(|entry| {
        Some(MapEntryXml {
            key: Some(fit_optional(Some(&entry.key), TEXT_CHARS)?),
            value: Some(fit_optional(Some(&entry.value), TEXT_CHARS)?),
        })
    });
    let entries: Vec<MapEntryXml> = pairs.take(METADATA_MAX).collect();
    if entries.is_empty() { None } else { Some(MetadataXml { entries }) }
}

/// A code of two characters at least; what is shorter names nobody.
fn identifier(code: &str) -> String {
    let code = fit(code, SHORT_CHARS);
    if code.chars().count() < 2 { NOBODY.to_owned() } else { code }
}

pub(super) fn subject(party: &Party) -> SubjectXml {
    let text = |text: &Option<Personal<String>>, chars_max| {
        fit_optional(text.as_ref().map(|text| text.expose().as_str()), chars_max)
    };
    SubjectXml {
        unique_identifier: Some(UniqueIdentifierXml {
            kind: Some(party.kind.text().to_owned()),
            value: Some(identifier(party.code.expose())),
        }),
        full_name: Some(fit_or_dash(party.full_name.expose(), NAME_CHARS)),
        street_name: text(&party.street, NAME_CHARS),
        civic_number: text(&party.civic_number, SHORT_CHARS),
        postal_code: text(&party.postal_code, SHORT_CHARS),
        city: text(&party.city, CITY_CHARS),
        // The Node refuses a payment for these three, so a wrong one is worth less than none.
        state_province_region: text(&party.province, CITY_CHARS).filter(|province| is_two_capitals(province)),
        country: text(&party.country, CITY_CHARS).filter(|country| is_two_capitals(country)),
        email: party.email.as_ref().map(|email| email.expose().clone()).filter(|email| is_email(email)),
    }
}
