// SPDX-License-Identifier: AGPL-3.0-or-later
//! The platform: the seal, stations, how they are answered, clients, keys, stored answers.

diesel::table! {
    use diesel::sql_types::{SmallInt, Text};

    deployment (id) {
        id -> SmallInt,
        environment -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Nullable, SmallInt, Text};
    use crate::column::sql::Moment;

    stations (id) {
        id -> Text,
        broker_tax_code -> Text,
        version -> SmallInt,
        primitive_version -> SmallInt,
        enabled -> Bool,
        credentials -> Nullable<Binary>,
        row_version -> BigInt,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Date, Text};

    node_answers (month, station_id, primitive) {
        month -> Date,
        station_id -> Text,
        primitive -> Text,
        answered -> BigInt,
        within_limit -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Nullable, Text};
    use crate::column::sql::{Document, Key, Moment};

    clients (id) {
        id -> Key,
        kind -> Text,
        display_name -> Text,
        status -> Text,
        demo -> Bool,
        version -> BigInt,
        created_at -> Moment,
        updated_at -> Moment,
        limits -> Nullable<Document>,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::column::sql::{Document, Key, Moment};

    client_keys (client_id, id) {
        client_id -> Key,
        id -> Text,
        public_key -> Document,
        created_at -> Moment,
        expires_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Date};
    use crate::column::sql::Key;

    client_usage (day, client_id) {
        day -> Date,
        client_id -> Key,
        requests -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::column::sql::{Document, Key, Moment};

    trusted_issuers (id) {
        id -> Key,
        issuer -> Text,
        terms -> Document,
        version -> BigInt,
        created_at -> Moment,
        updated_at -> Moment,
        key_set -> Document,
        keys_fetched_at -> Nullable<Moment>,
        keys_asked_at -> Nullable<Moment>,
        keys_wanted_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::Binary;
    use crate::column::sql::Moment;

    used_tokens (sha256) {
        sha256 -> Binary,
        ends_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Nullable};
    use crate::column::sql::{Key, Moment};

    client_secrets (client_id, id) {
        client_id -> Key,
        id -> Key,
        sha256 -> Binary,
        created_at -> Moment,
        expires_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::column::sql::{Document, Key, Moment};

    delegations (institution_id, id) {
        institution_id -> Key,
        id -> Key,
        client_id -> Key,
        scopes -> Document,
        service_codes -> Nullable<Document>,
        return_origins -> Document,
        status -> Text,
        expires_at -> Nullable<Moment>,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Nullable, Text};
    use crate::column::sql::{Key, Moment};

    signing_keys (id) {
        id -> Key,
        purpose -> Text,
        private_sealed -> Binary,
        created_at -> Moment,
        retired_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Bool};
    use crate::column::sql::{Key, Moment};

    data_keys (institution_id, id) {
        institution_id -> Key,
        id -> Key,
        wrapped -> Binary,
        active -> Bool,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Text};
    use crate::column::sql::Key;

    sealed_secrets (institution_id, name) {
        institution_id -> Key,
        name -> Text,
        sealed -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Integer, Nullable, Text};
    use crate::column::sql::{Key, Moment};

    idempotency_records (institution_id, client_id, method, path, key_sha256) {
        institution_id -> Key,
        client_id -> Key,
        method -> Text,
        path -> Text,
        key_sha256 -> Binary,
        fingerprint -> Binary,
        status -> Integer,
        etag -> Nullable<Text>,
        sealed -> Binary,
        created_at -> Moment,
        debt_position_id -> Nullable<Key>,
    }
}
