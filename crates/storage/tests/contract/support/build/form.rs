// SPDX-License-Identifier: AGPL-3.0-or-later
//! Versions of forms and registries.

use std::collections::BTreeSet;

use serde_json::json;
use tramite_domain::form::{FormVersion, RegistryVersion};

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
