// SPDX-License-Identifier: AGPL-3.0-or-later
//! Versions of forms and registries.

use std::collections::BTreeSet;

use serde_json::json;
use tramite_domain::batch::{Batch, Write};
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::form::{FormVersion, RegistryVersion};
use tramite_domain::ids::ClientId;
use tramite_domain::money::Cents;
use tramite_domain::submission::{HeldPlace, KeptSubmission};

use crate::support::{id, now};

/// A form with texts of all kinds.
pub(crate) fn form(service: &str, version: u32) -> FormVersion {
    let definition = json!({
        "code": service, "languages": ["it", "de"], "title": {"it": "Passi «carrabili»", "de": "Ausfahrten"},
        "taxonomy_code": "0101101IM", "collection_kind": 9, "account_id": "main",
        "fields": [{"name": "street", "type": "registry", "label": {"it": "Via", "de": "Straße"}, "registry": "streets"}],
        "amount": {"rule": "fixed", "amount": 1_000 + version}, "remittance_template": "Passo \"{street}\"",
        "debtor": {"tax_code": "'RSSMRA85T10A562S'", "full_name": "'Mario Rossi'"},
        "tests": [{"name": "vuoto", "at": "2026-05-01T10:00:00Z", "values": {"street": 1.5}, "expect": {"errors": []}}],
    });
    FormVersion {
        service_code: service.parse().unwrap(),
        version,
        definition: serde_json::from_value(definition).unwrap(),
        registries: BTreeSet::from(["streets".to_owned()]),
        published_by: id(),
        published_at: now(),
    }
}

/// A registry with a row for each of its versions.
pub(crate) fn registry(code: &str, version: u32) -> RegistryVersion {
    let row =
        |at: u32| json!({"code": format!("V{at}"), "label": {"it": format!("Via à {at}")}, "amount": 12_050 + at});
    let rows: Vec<_> = (0..version).map(row).collect();
    let input = json!({"columns": [{"key": "amount", "type": "money", "public": true}], "rows": rows});
    RegistryVersion {
        code: code.parse().unwrap(),
        version,
        input: serde_json::from_value(input).unwrap(),
        written_by: id(),
        written_at: now(),
    }
}

/// A submission for which that position is to be paid, with one place of ten.
pub(crate) fn submission(client: ClientId, position: &DebtPosition) -> KeptSubmission {
    let debtor = json!({"kind": "natural_person", "tax_code": "RSSMRA85T10A562S", "full_name": "Mario Rossi"});
    let entered = json!({"values": {"street": "V1"}, "debtor": debtor});
    KeptSubmission {
        id: id(),
        service_code: "TARI".parse().unwrap(),
        form_version: 1,
        amount: Cents::new(1_001).unwrap(),
        breakdown: Vec::new(),
        remittance_information: "Passo V1".to_owned(),
        entered: Some(serde_json::from_value(entered).unwrap()),
        unique_key: None,
        superseded_by: None,
        places: vec![place(10)],
        debt_position_id: Some(position.id),
        found: false,
        created_by: client,
        created_at: now(),
        cancelled_at: None,
        lapses_at: None,
    }
}

/// A place of so many, held for half an hour.
pub(crate) fn place(limit: u64) -> HeldPlace {
    let held_until = Some(now().plus_seconds(1_800));
    HeldPlace { quota: "permits".to_owned(), key: "k".to_owned(), limit, held_until }
}

/// The write of a submission that takes its places anew.
pub(crate) fn submitting(kept: &KeptSubmission) -> Write {
    Write::InsertSubmission { kept: Box::new(kept.clone()), handed: Vec::new() }
}

/// A form, what it reads, and a submission of it.
pub(crate) fn forms_of(client: ClientId, position: &DebtPosition) -> Batch {
    Batch::new()
        .with(Write::InsertFormVersion { form: Box::new(form("TARI", 1)), catalogue: 0 })
        .with(Write::InsertRegistryVersion { registry: Box::new(registry("streets", 1)), catalogue: 1 })
        .with(submitting(&submission(client, position)))
}

/// The position with something that its client wrote of its first installment.
pub(crate) fn marked(mut position: DebtPosition, key: &str, value: &str) -> DebtPosition {
    let first = position.options.first_mut().unwrap().installments.first_mut().unwrap();
    first.metadata.insert(key.to_owned(), value.to_owned());
    position
}
