// SPDX-License-Identifier: AGPL-3.0-or-later
//! Webhooks: endpoints, lanes, deliveries.

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Nullable, Text};
    use crate::column::sql::{Document, Key, Moment};

    webhook_endpoints (institution_id, id) {
        institution_id -> Key,
        id -> Key,
        client_id -> Key,
        url -> Text,
        description -> Nullable<Text>,
        event_types -> Nullable<Document>,
        status -> Text,
        disabled_reason -> Nullable<Text>,
        failing_since -> Nullable<Moment>,
        secret -> Nullable<Binary>,
        former_secret -> Nullable<Binary>,
        secret_created_at -> Moment,
        version -> BigInt,
        created_at -> Moment,
        updated_at -> Moment,
        ended_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Nullable};
    use crate::column::sql::{Key, Moment};

    webhook_lanes (institution_id, endpoint_id) {
        institution_id -> Key,
        endpoint_id -> Key,
        feed_position -> BigInt,
        due_at -> Nullable<Moment>,
        rests_until -> Nullable<Moment>,
        holder -> Nullable<Key>,
        holder_pid -> Nullable<Integer>,
        held_until -> Nullable<Moment>,
        claim -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{Bool, Integer, Nullable, Text};
    use crate::column::sql::{Key, Moment};

    webhook_deliveries (institution_id, endpoint_id, event_id) {
        institution_id -> Key,
        endpoint_id -> Key,
        event_id -> Key,
        wide -> Bool,
        kind -> Text,
        event_at -> Moment,
        status -> Text,
        attempts -> Integer,
        began_at -> Nullable<Moment>,
        due_at -> Nullable<Moment>,
        last_at -> Nullable<Moment>,
        last_status -> Nullable<Integer>,
        last_failure -> Nullable<Text>,
        latency_ms -> Nullable<Integer>,
        created_at -> Moment,
    }
}
