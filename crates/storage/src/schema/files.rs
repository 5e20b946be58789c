// SPDX-License-Identifier: AGPL-3.0-or-later
//! Files of debt positions, and what became of their rows.

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Nullable, SmallInt, Text};
    use crate::column::sql::{Document, Key, Moment};

    imports (institution_id, id) {
        institution_id -> Key,
        id -> Key,
        file_id -> Key,
        file_name -> Nullable<Text>,
        file_format -> Text,
        file_layout -> Text,
        file_bytes -> BigInt,
        file_sha256 -> Binary,
        file_kept_until -> Nullable<Moment>,
        service_code -> Nullable<Text>,
        publish -> Bool,
        dry_run -> Bool,
        on_error -> Text,
        free_beneficiary -> Bool,
        services -> Nullable<Document>,
        status -> Text,
        phase -> Text,
        failure -> Nullable<Document>,
        rows_total -> Nullable<BigInt>,
        counts -> Document,
        groups_done -> BigInt,
        created_by -> Key,
        started_at -> Nullable<Moment>,
        finished_at -> Nullable<Moment>,
        version -> BigInt,
        created_at -> Moment,
        updated_at -> Moment,
        held_by -> Nullable<Key>,
        held_until -> Nullable<Moment>,
        claimed_at -> Nullable<Moment>,
        file_encoding -> Nullable<Text>,
        lane -> SmallInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Integer};
    use crate::column::sql::{Key, Moment};

    import_file_parts (institution_id, file_id, place) {
        institution_id -> Key,
        file_id -> Key,
        place -> Integer,
        bytes -> BigInt,
        created_at -> Moment,
        sealed -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::column::sql::{Document, Key};

    import_rows (institution_id, import_id, line) {
        institution_id -> Key,
        import_id -> Key,
        line -> BigInt,
        outcome -> Text,
        external_id -> Nullable<Text>,
        debt_position_id -> Nullable<Key>,
        installment_id -> Nullable<Key>,
        faults -> Nullable<Document>,
    }
}
