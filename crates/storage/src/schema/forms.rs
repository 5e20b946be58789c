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

diesel::table! {
    use diesel::sql_types::Text;
    use crate::column::sql::Key;

    installment_keys (institution_id, service_code, key, value, installment_id) {
        institution_id -> Key,
        service_code -> Text,
        key -> Text,
        value -> Text,
        installment_id -> Key,
        debt_position_id -> Key,
    }
}

// Another entry of an installment, within queries on the table itself.
diesel::alias!(installment_keys as same_installment: SameInstallment);
// Later versions, within queries on the tables themselves.
diesel::alias!(form_versions as later_forms: LaterForms);
diesel::alias!(registry_versions as later_registries: LaterRegistries);

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use crate::column::sql::{Document, Key, Moment};

    form_submissions (institution_id, id) {
        institution_id -> Key,
        id -> Key,
        service_code -> Text,
        form_version -> Integer,
        amount -> BigInt,
        breakdown -> Document,
        remittance_information -> Text,
        entered -> Nullable<Document>,
        unique_key -> Nullable<Text>,
        superseded_by -> Nullable<Key>,
        places -> Document,
        debt_position_id -> Nullable<Key>,
        found -> Bool,
        created_by -> Key,
        created_at -> Moment,
        cancelled_at -> Nullable<Moment>,
        lapses_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::Text;
    use crate::column::sql::Key;

    submission_persons (institution_id, tax_code, submission_id) {
        institution_id -> Key,
        tax_code -> Text,
        submission_id -> Key,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::column::sql::{Key, Moment};

    form_places (institution_id, submission_id, quota) {
        institution_id -> Key,
        submission_id -> Key,
        quota -> Text,
        service_code -> Text,
        key -> Text,
        debt_position_id -> Nullable<Key>,
        held_until -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Text};
    use crate::column::sql::Key;

    form_place_counts (institution_id, service_code, quota, key) {
        institution_id -> Key,
        service_code -> Text,
        quota -> Text,
        key -> Text,
        taken -> BigInt,
        most -> BigInt,
    }
}
