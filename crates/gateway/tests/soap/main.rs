// SPDX-License-Identifier: AGPL-3.0-or-later
//! What holds at the Node's door, on both databases and over HTTP.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test target without the usual harness is not seen as a test"
)]

mod anomalies;
mod demand;
mod examples;
mod faults;
mod journal;
mod listeners;
mod messages;
mod options;
mod outage;
mod past;
mod place;
#[allow(dead_code, unreachable_pub, reason = "each test target uses its own part")]
#[path = "../support/receipt.rs"]
mod receipt_of;
mod receipts;
mod registry;
mod sessions;
#[path = "../../../domain/tests/support/mod.rs"]
mod town;
mod verify_get;

use tramite_testkit::sentences;

sentences! {
    prepare: place::migrated;
    both:
        verify_get::a_payable_notice_is_told_by_verify_and_by_both_versions_of_get,
        verify_get::each_state_of_a_notice_has_its_fault,
        verify_get::the_first_failure_wins_broker_station_institution_notice,
        verify_get::the_probe_is_unknown_while_the_database_answers,
        verify_get::a_stamp_needs_the_second_version,
        verify_get::a_postal_slip_goes_to_postal_accounts_and_the_rest_names_them_on_all_or_none,
        verify_get::a_hundred_gets_at_once_are_equal_and_leave_one_attempt_and_nothing_else,
        verify_get::a_notice_of_another_institution_is_unknown_here,
        past::notices_of_every_aux_digit_are_verified_fetched_and_paid,
        past::no_eighteen_digits_are_refused_for_their_form,
        past::an_issued_notice_outlives_its_station_its_code_and_its_account,
        receipts::a_receipt_right_after_its_get_pays_and_nothing_is_strange,
        receipts::fifty_at_once_are_one_accepted_and_forty_nine_duplicates,
        receipts::the_same_receipt_with_other_bytes_is_a_duplicate_and_told_once,
        receipts::money_wins_over_every_state_and_what_is_strange_is_told,
        receipts::a_receipt_nobody_asked_for_is_not_activated_and_the_operators_are_alarmed,
        receipts::an_unknown_notice_whose_reference_is_taken_leaves_a_receipt_by_itself,
        receipts::a_copy_for_a_beneficiary_touches_nothing_although_the_number_is_the_same,
        receipts::a_ko_pays_nothing_and_the_ok_after_it_is_another_receipt,
        receipts::a_receipt_by_a_wrong_way_or_for_a_closed_institution_is_kept_and_flagged,
        receipts::only_a_stranger_and_an_unreadable_receipt_are_refused,
        receipts::a_receipt_that_breaks_the_schema_in_the_rest_is_kept_and_flagged,
        receipts::two_alternatives_paid_at_the_same_moment_are_both_kept,
        anomalies::every_anomaly_is_said_by_the_receipt_its_installment_and_an_event_of_its_own,
        anomalies::a_receipt_is_booked_as_the_shares_that_it_pays,
        demand::a_demand_makes_a_position_and_the_same_again_is_the_same_notice,
        demand::a_demand_is_refused_by_the_state_of_its_position,
        demand::wrong_data_are_refused_with_the_field_and_without_its_value,
        registry::a_station_a_link_and_an_account_are_served_the_moment_after_they_are_declared,
        registry::a_receipt_by_a_station_declared_a_moment_ago_is_not_strange,
        sessions::a_get_with_a_sessions_own_cart_says_that_its_payment_runs,
        sessions::a_receipt_completes_the_sessions_that_hold_its_notice,
        options::every_option_of_a_debt_is_told_under_each_of_its_notices,
        options::what_cannot_be_paid_has_the_fault_of_the_interface,
        faults::a_message_of_the_wrong_form_is_answered_in_the_wrapper_it_names,
        faults::the_body_decides_and_the_header_helps,
        faults::other_methods_and_the_description_of_the_service_are_not_there,
        faults::a_message_above_a_megabyte_is_413_and_a_receipt_is_kept_raw,
        journal::what_is_answered_is_counted_by_primitive_and_outcome_and_in_the_month_of_its_station,
        listeners::a_caller_that_hangs_up_leaves_a_whole_receipt_or_none,
        listeners::a_receipt_keeps_the_peer_that_the_listener_proved,
        listeners::the_public_listener_has_a_door_only_where_it_is_given_one;
    sqlite:
        listeners::a_trickling_caller_is_cut_off_and_the_others_are_served;
    postgres:
        receipts::a_receipt_that_cannot_be_committed_for_good_is_kept_raw_and_the_operators_are_alarmed,
        demand::a_demand_and_its_position_come_into_the_journal_together,
        journal::every_message_has_two_lines_and_those_of_a_receipt_come_with_it,
        outage::a_killed_database_is_a_system_error_in_time_and_afterwards_all_is_accepted_once,
        outage::a_frozen_database_is_a_system_error_in_time,
        outage::a_locked_position_holds_up_its_receipt_in_time_and_no_question;
    schemas:
        examples::every_request_of_the_reference_is_answered_as_the_schema_says,
        options::the_options_are_told_in_the_shape_of_the_official_document,
        examples::every_fault_and_every_answer_is_valid_against_the_official_schema;
}
