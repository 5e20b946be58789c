// SPDX-License-Identifier: AGPL-3.0-or-later
//! Checkout sessions.

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Nullable, Text};
    use crate::column::sql::{Document, Key, Moment};

    checkout_sessions (institution_id, id) {
        institution_id -> Key,
        id -> Key,
        client_id -> Key,
        client_reference -> Nullable<Text>,
        payer -> Nullable<Document>,
        return_url -> Text,
        cancel_url -> Nullable<Text>,
        state -> Nullable<Text>,
        return_mode -> Text,
        on_abandon -> Text,
        if_busy -> Text,
        allow_notice -> Bool,
        language -> Text,
        metadata -> Document,
        expires_at -> Moment,
        cancelled_at -> Nullable<Moment>,
        cart -> Nullable<Document>,
        processing_since -> Nullable<Moment>,
        last_get_at -> Nullable<Moment>,
        returned -> Nullable<Document>,
        told_status -> Text,
        closed_at -> Nullable<Moment>,
        next_transition_at -> Nullable<Moment>,
        version -> BigInt,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Nullable, SmallInt, Text};
    use crate::column::sql::{Key, Moment};

    session_items (institution_id, session_id, place) {
        institution_id -> Key,
        session_id -> Key,
        place -> SmallInt,
        debt_position_id -> Nullable<Key>,
        installment_id -> Nullable<Key>,
        service_code -> Nullable<Text>,
        external_id -> Nullable<Text>,
        installment_reference -> Nullable<Text>,
        made_inline -> Bool,
        notice_number -> Nullable<Text>,
        creditor_tax_code -> Text,
        company_name -> Text,
        description -> Text,
        amount -> BigInt,
        paid_at -> Nullable<Moment>,
        paid_amount -> Nullable<BigInt>,
        paid_receipt_id -> Nullable<Key>,
    }
}
