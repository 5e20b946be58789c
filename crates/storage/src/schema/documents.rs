// SPDX-License-Identifier: AGPL-3.0-or-later
//! Files of documents, and what stood on slips that were printed.

diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Nullable, SmallInt, Text};
    use crate::column::sql::{Document, Key, Moment};

    document_batches (institution_id, id) {
        institution_id -> Key,
        id -> Key,
        kind -> Text,
        form -> Text,
        language -> Text,
        import_id -> Nullable<Key>,
        services -> Nullable<Document>,
        status -> Text,
        failure -> Nullable<Document>,
        total -> Integer,
        drawn -> Integer,
        skipped -> Integer,
        parts -> Integer,
        bytes -> BigInt,
        pages -> Integer,
        mark -> Nullable<Text>,
        kept_until -> Nullable<Moment>,
        created_by -> Key,
        started_at -> Nullable<Moment>,
        finished_at -> Nullable<Moment>,
        version -> BigInt,
        created_at -> Moment,
        updated_at -> Moment,
        held_by -> Nullable<Key>,
        held_until -> Nullable<Moment>,
        claimed_at -> Nullable<Moment>,
        lane -> SmallInt,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::column::sql::Key;

    batch_documents (institution_id, batch_id, place) {
        institution_id -> Key,
        batch_id -> Key,
        place -> Integer,
        debt_position_id -> Key,
        outcome -> Text,
        code -> Nullable<Text>,
        file_name -> Nullable<Text>,
        first_page -> Nullable<Integer>,
        pages -> Nullable<Integer>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Integer};
    use crate::column::sql::{Key, Moment};

    document_parts (institution_id, batch_id, place) {
        institution_id -> Key,
        batch_id -> Key,
        place -> Integer,
        bytes -> BigInt,
        created_at -> Moment,
        sealed -> Binary,
        sealed_index -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::column::sql::{Key, Moment};

    printed_slips (institution_id, debt_position_id, account_code) {
        institution_id -> Key,
        debt_position_id -> Key,
        account_code -> Text,
        postal_account -> Text,
        holder -> Text,
        authorization_text -> Nullable<Text>,
        printed_at -> Moment,
        batch_id -> Nullable<Key>,
    }
}
