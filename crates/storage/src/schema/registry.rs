// SPDX-License-Identifier: AGPL-3.0-or-later
//! The tenants and what they registered.

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Nullable, Text};
    use crate::column::sql::{Key, Moment};

    institutions (institution_id) {
        institution_id -> Key,
        code -> Text,
        tax_code -> Text,
        display_name -> Text,
        ipa_code -> Nullable<Text>,
        status -> Text,
        successor_id -> Nullable<Key>,
        cbill_code -> Nullable<Text>,
        office_name -> Nullable<Text>,
        payable_by_notice -> Bool,
        support_access -> Bool,
        demo -> Bool,
        version -> BigInt,
        created_at -> Moment,
        updated_at -> Moment,
        hosted_pages_client_id -> Nullable<Key>,
    }
}

diesel::table! {
    use diesel::sql_types::Binary;
    use crate::column::sql::{Key, Moment};

    institution_logos (institution_id) {
        institution_id -> Key,
        png -> Binary,
        sha256 -> Binary,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Nullable, SmallInt, Text};
    use crate::column::sql::{Key, Moment};

    institution_stations (institution_id, id) {
        institution_id -> Key,
        id -> Key,
        place -> SmallInt,
        station_id -> Text,
        aux_digit -> SmallInt,
        segregation_code -> Nullable<Text>,
        application_code -> Nullable<Text>,
        broadcast -> Bool,
        issuing -> Bool,
        local_from -> BigInt,
        local_to -> BigInt,
        valid_from -> Moment,
        valid_to -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, SmallInt, Text};
    use crate::column::sql::{Key, Moment};

    accounts (institution_id, id, valid_from) {
        institution_id -> Key,
        id -> Text,
        place -> SmallInt,
        iban -> Text,
        postal_iban -> Nullable<Text>,
        holder -> Nullable<Text>,
        postal_authorization -> Nullable<Text>,
        valid_from -> Moment,
        valid_to -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, SmallInt, Text};
    use crate::column::sql::{Key, Moment};

    beneficiaries (institution_id, id, valid_from) {
        institution_id -> Key,
        id -> Text,
        place -> SmallInt,
        tax_code -> Text,
        company_name -> Text,
        iban -> Text,
        valid_from -> Moment,
        valid_to -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Nullable, SmallInt, Text};
    use crate::column::sql::{Document, Key, Moment};

    services (institution_id, code) {
        institution_id -> Key,
        code -> Text,
        title -> Document,
        taxonomy_code -> Text,
        collection_kind -> SmallInt,
        account_id -> Text,
        kind -> Text,
        amount -> Document,
        due_date_required -> Bool,
        expires_after_due_date -> Bool,
        anonymous_debtor_allowed -> Bool,
        status -> Text,
        version -> BigInt,
        created_at -> Moment,
        updated_at -> Moment,
        late_charges -> Nullable<Document>,
        amount_callback -> Nullable<Document>,
        demand -> Nullable<Document>,
        demand_service_id -> Nullable<Text>,
        demand_subject_id -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::column::sql::{Key, Moment};

    support_accesses (institution_id, id) {
        institution_id -> Key,
        id -> Key,
        client_id -> Key,
        reason -> Text,
        created_at -> Moment,
        expires_at -> Moment,
        ended_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Text};
    use crate::column::sql::Key;

    number_sequences (institution_id, segregation_code, range_from) {
        institution_id -> Key,
        segregation_code -> Text,
        range_from -> BigInt,
        range_to -> BigInt,
        next_value -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::column::sql::{Document, Key, Moment};

    iuv_batches (institution_id, id) {
        institution_id -> Key,
        id -> Key,
        segregation_code -> Text,
        range_from -> BigInt,
        range_to -> BigInt,
        first_place -> BigInt,
        last_place -> BigInt,
        service_codes -> Nullable<Document>,
        created_by -> Nullable<Key>,
        created_at -> Moment,
    }
}
