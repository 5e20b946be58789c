// SPDX-License-Identifier: AGPL-3.0-or-later
//! Receipts, events, tasks, journal and audit.

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Nullable, Text};
    use crate::column::sql::{Document, Key, Moment};

    receipts (institution_id, id) {
        institution_id -> Key,
        id -> Key,
        receipt_id -> Text,
        outcome -> Text,
        creditor_tax_code -> Text,
        notice_number -> Nullable<Text>,
        iuv -> Text,
        amount -> BigInt,
        content -> Document,
        debtor -> Nullable<Document>,
        payer -> Nullable<Document>,
        addressee_tax_code -> Text,
        debt_position_id -> Nullable<Key>,
        installment_id -> Nullable<Key>,
        service_code -> Nullable<Text>,
        external_id -> Nullable<Text>,
        role -> Text,
        paid_at -> Moment,
        received_at -> Moment,
        station_id -> Text,
        primitive -> Text,
        peer_fingerprint -> Nullable<Text>,
        anomalies -> Document,
        version -> BigInt,
        updated_at -> Moment,
        message_sha256 -> Binary,
        message -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Nullable, SmallInt, Text};
    use crate::column::sql::{Document, Key};

    receipt_transfers (institution_id, receipt_row_id, place) {
        institution_id -> Key,
        receipt_row_id -> Key,
        place -> SmallInt,
        transfer_index -> SmallInt,
        amount -> BigInt,
        beneficiary_tax_code -> Text,
        company_name -> Nullable<Text>,
        iban -> Nullable<Text>,
        remittance_information -> Text,
        taxonomy_code -> Text,
        stamp -> Bool,
        payment_metadata -> Document,
        accounting -> Document,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::column::sql::{Key, Moment};

    receipt_anomalies (institution_id, receipt_row_id, anomaly) {
        institution_id -> Key,
        receipt_row_id -> Key,
        anomaly -> Text,
        resolved_at -> Nullable<Moment>,
        resolved_by -> Nullable<Key>,
        note -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::Text;
    use crate::column::sql::Key;

    receipt_keys (institution_id, kind, value, receipt_row_id) {
        institution_id -> Key,
        kind -> Text,
        value -> Text,
        receipt_row_id -> Key,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Nullable, Text};
    use crate::column::sql::{Key, Moment};

    receipt_variants (institution_id, id) {
        institution_id -> Key,
        id -> Key,
        receipt_row_id -> Key,
        received_at -> Moment,
        station_id -> Text,
        primitive -> Text,
        peer_fingerprint -> Nullable<Text>,
        message_sha256 -> Binary,
        message -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Nullable, Text};
    use crate::column::sql::{Key, Moment};

    raw_messages (institution_id, id) {
        institution_id -> Key,
        id -> Key,
        received_at -> Moment,
        reason -> Text,
        peer_fingerprint -> Nullable<Text>,
        message_sha256 -> Binary,
        message -> Binary,
        message_bytes -> BigInt,
        resolved_at -> Nullable<Moment>,
        resolved_by -> Nullable<Key>,
        note -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Date, Nullable, Text};
    use crate::column::sql::{Document, Key, Moment};

    events (institution_id, id, month) {
        institution_id -> Key,
        id -> Key,
        month -> Date,
        kind -> Text,
        at -> Moment,
        client_id -> Nullable<Key>,
        service_code -> Nullable<Text>,
        debt_position_id -> Nullable<Key>,
        session_id -> Nullable<Key>,
        data -> Document,
        feed_position -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, SmallInt};

    feed_counter (id) {
        id -> SmallInt,
        last_position -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::column::sql::{Document, Key, Moment};

    tasks (institution_id, id) {
        institution_id -> Key,
        id -> Key,
        work -> Document,
        due_at -> Moment,
        attempts -> Integer,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Date, Integer, Nullable, Text};
    use crate::column::sql::{Key, Moment};

    journal (institution_id, id, month) {
        institution_id -> Key,
        id -> Key,
        month -> Date,
        exchange -> Key,
        at -> Moment,
        direction -> Text,
        operation -> Text,
        caller -> Text,
        callee -> Text,
        creditor_tax_code -> Nullable<Text>,
        station_id -> Nullable<Text>,
        notice_number -> Nullable<Text>,
        iuv -> Nullable<Text>,
        payment_token -> Nullable<Text>,
        psp_id -> Nullable<Text>,
        session_id -> Nullable<Key>,
        outcome -> Nullable<Text>,
        http_status -> Nullable<Integer>,
        duration_us -> Nullable<BigInt>,
        payload -> Binary,
        receipt_row_id -> Nullable<Key>,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::column::sql::{Key, Moment};

    audit (institution_id, id) {
        institution_id -> Key,
        id -> Key,
        at -> Moment,
        client_id -> Nullable<Key>,
        action -> Text,
        subject -> Text,
        reason -> Nullable<Text>,
        request_id -> Nullable<Key>,
    }
}
