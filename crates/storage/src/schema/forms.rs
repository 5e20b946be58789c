// SPDX-License-Identifier: AGPL-3.0-or-later
//! Forms of services, and the registries that they read.

diesel::table! {
    use diesel::sql_types::BigInt;
    use crate::column::sql::Key;

    form_catalogues (institution_id) {
        institution_id -> Key,
        version -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Text};
    use crate::column::sql::{Document, Key, Moment};

    form_versions (institution_id, service_code, version) {
        institution_id -> Key,
        service_code -> Text,
        version -> Integer,
        registries -> Document,
        published_by -> Key,
        published_at -> Moment,
        definition -> Document,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Text};
    use crate::column::sql::{Document, Key, Moment};

    registry_versions (institution_id, code, version) {
        institution_id -> Key,
        code -> Text,
        version -> Integer,
        row_count -> Integer,
        byte_count -> Integer,
        written_by -> Key,
        written_at -> Moment,
        document -> Document,
    }
}

// Later versions, within queries on the tables themselves.
diesel::alias!(form_versions as later_forms: LaterForms);
diesel::alias!(registry_versions as later_registries: LaterRegistries);
