// SPDX-License-Identifier: AGPL-3.0-or-later
//! Receipts that are asked for, and the questions that were asked.

diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Nullable, Text};
    use crate::column::sql::{Key, Moment};

    receipt_recoveries (institution_id, id) {
        institution_id -> Key,
        id -> Key,
        iur -> Text,
        iuv -> Text,
        service_code -> Nullable<Text>,
        status -> Text,
        receipt_row_id -> Nullable<Key>,
        failure -> Nullable<Text>,
        attempts -> Integer,
        due_at -> Nullable<Moment>,
        held_until -> Nullable<Moment>,
        created_by -> Nullable<Key>,
        version -> BigInt,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use crate::column::sql::{Key, Moment};

    receipt_calls (id) {
        id -> Key,
        asked_for -> Key,
        called_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, SmallInt};
    use crate::column::sql::Moment;

    receipt_call_gate (id) {
        id -> SmallInt,
        rests_until -> Nullable<Moment>,
    }
}
