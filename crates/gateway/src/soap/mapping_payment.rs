// SPDX-License-Identifier: AGPL-3.0-or-later
//! From the domain's answers to the messages of verify and get. Texts are cut to the schema's lengths when written.

use tramite_domain::debt_position::{Address, Debtor, Metadata, SubjectKind};
use tramite_domain::institution::Institution;
use tramite_domain::node::{Detail, ResolvedTarget, ResolvedTransfer, Verified};
use tramite_domain::personal::Personal;
use tramite_domain::text::Text;
use tramite_pagopa::current::{Destination, GetAnswer, MetadataEntry, Party, PartyKind, Transfer, VerifyAnswer};

/// The answer to a verify.
pub(crate) fn verify_answer(institution: &Institution, told: Verified) -> VerifyAnswer {
    let description = told.description.into_string();
    VerifyAnswer {
        amount: told.amount,
        due_date: told.due_date,
        detail: Some(description.clone()),
        all_ccp: told.all_postal,
        description,
        fiscal_code: institution.tax_code.to_string(),
        company_name: institution.display_name.to_string(),
        office_name: office(institution),
    }
}

/// The answer to a get.
pub(crate) fn get_answer(institution: &Institution, told: Detail) -> GetAnswer {
    GetAnswer {
        creditor_reference_id: told.iuv.to_string(),
        amount: told.amount,
        due_date: told.due_date,
        // It would bind us to today's amount, and the Node takes no notice of it (current.md 5).
        retention_date: None,
        last_payment: Some(told.last_payment),
        description: told.description.into_string(),
        company_name: institution.display_name.to_string(),
        office_name: office(institution),
        debtor: party(&told.debtor),
        transfers: told.transfers.into_iter().map(transfer).collect(),
        metadata: entries(told.metadata),
    }
}

fn office(institution: &Institution) -> Option<String> {
    institution.office_name.as_ref().map(ToString::to_string)
}

fn transfer(share: ResolvedTransfer) -> Transfer {
    let destination = match share.target {
        ResolvedTarget::Iban(iban) => Destination::Iban(iban),
        ResolvedTarget::Stamp { document_hash, province } => Destination::Stamp { document_hash, province },
    };
    Transfer {
        id: share.index,
        amount: share.amount,
        fiscal_code: share.tax_code,
        company_name: Some(share.company_name.into_string()),
        destination,
        remittance_information: share.remittance_information.into_string(),
        category: share.taxonomy_code,
        metadata: entries(share.metadata),
    }
}

fn entries(metadata: Metadata) -> Vec<MetadataEntry> {
    metadata.into_iter().map(|(key, value)| MetadataEntry { key, value }).collect()
}

fn party(debtor: &Debtor) -> Party {
    let address = debtor.address.clone().unwrap_or_default().into_exposed();
    let Address { street, number, postal_code, city, province, country } = address;
    Party {
        kind: match debtor.kind {
            SubjectKind::NaturalPerson => PartyKind::Person,
            SubjectKind::LegalPerson => PartyKind::Organisation,
        },
        code: Personal::new(debtor.tax_code.expose().to_string()),
        full_name: Personal::new(debtor.full_name.expose().to_string()),
        street: personal(street),
        civic_number: personal(number),
        postal_code: personal(postal_code),
        city: personal(city),
        province: personal(province),
        country: personal(country),
        email: debtor.email.as_ref().map(|email| Personal::new(email.expose().to_string())),
    }
}

fn personal<const MIN: usize, const MAX: usize>(text: Option<Text<MIN, MAX>>) -> Option<Personal<String>> {
    text.map(|text| Personal::new(text.into_string()))
}
