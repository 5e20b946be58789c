// SPDX-License-Identifier: AGPL-3.0-or-later
//! Debt positions and who tries to pay them.

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Nullable, Text};
    use crate::column::sql::{Document, Key, Moment};

    debt_positions (institution_id, id) {
        institution_id -> Key,
        id -> Key,
        service_code -> Nullable<Text>,
        external_id -> Nullable<Text>,
        description -> Text,
        debtor_kind -> Text,
        debtor_tax_code -> Nullable<Text>,
        debtor_full_name -> Nullable<Text>,
        debtor_email -> Nullable<Text>,
        debtor_address -> Nullable<Document>,
        origin -> Text,
        created_by -> Nullable<Key>,
        published_at -> Nullable<Moment>,
        valid_from -> Nullable<Moment>,
        cancelled_at -> Nullable<Moment>,
        expires_after_due_date -> Bool,
        settled -> Nullable<Text>,
        cancelled -> Bool,
        published -> Bool,
        ends_at -> Nullable<Moment>,
        told_status -> Text,
        next_transition_at -> Nullable<Moment>,
        erased_at -> Nullable<Moment>,
        version -> BigInt,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{Date, Integer, Nullable, SmallInt, Text};
    use crate::column::sql::{Key, Moment};

    payment_options (institution_id, debt_position_id, id) {
        institution_id -> Key,
        id -> Key,
        debt_position_id -> Key,
        place -> SmallInt,
        kind -> Text,
        available_until -> Nullable<Moment>,
        available_days -> Nullable<Integer>,
        notified_on -> Nullable<Date>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Date, Nullable, SmallInt, Text};
    use crate::column::sql::{Document, Key, Moment};

    installments (institution_id, id) {
        institution_id -> Key,
        id -> Key,
        debt_position_id -> Key,
        payment_option_id -> Key,
        place -> SmallInt,
        reference -> Text,
        amount -> BigInt,
        previous_amount -> Nullable<BigInt>,
        amount_changed_at -> Nullable<Moment>,
        due_date -> Nullable<Date>,
        expires_at -> Nullable<Moment>,
        description -> Nullable<Text>,
        iuv -> Text,
        notice_number -> Nullable<Text>,
        cancelled_at -> Nullable<Moment>,
        paid_at -> Nullable<Moment>,
        paid_amount -> Nullable<BigInt>,
        paid_receipt_id -> Nullable<Key>,
        reported_at -> Nullable<Moment>,
        anomalies -> Document,
        payment_metadata -> Document,
        metadata -> Document,
        paid_reference -> Nullable<Text>,
        earlier_amounts -> Nullable<Document>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, SmallInt, Text};
    use crate::column::sql::{Document, Key};

    transfers (institution_id, debt_position_id, installment_id, transfer_index) {
        institution_id -> Key,
        installment_id -> Key,
        transfer_index -> SmallInt,
        debt_position_id -> Key,
        amount -> BigInt,
        target -> Document,
        taxonomy_code -> Text,
        remittance_information -> Text,
        payment_metadata -> Document,
        accounting -> Document,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::column::sql::{Key, Moment};

    attempts (institution_id, id) {
        institution_id -> Key,
        id -> Key,
        installment_id -> Key,
        kind -> Text,
        reference -> Text,
        session_id -> Nullable<Key>,
        amount -> BigInt,
        at -> Moment,
    }
}
