// SPDX-License-Identifier: AGPL-3.0-or-later
//! The behaviour rules, one test for each, on both databases: what an institution says over the API, what the Node asks
//! and sends, and what both are told. `docs/rules.md` maps rule to test.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::expect_used,
    reason = "a test target without the usual harness is not seen as a test"
)]

mod amounts;
mod asked;
mod copies;
mod forms;
mod identifiers;
mod kit;
mod lifecycle;
mod outage;
mod positions;
mod receipts;
mod refusals;
#[path = "../support/mod.rs"]
mod support;
mod terms;

use tramite_testkit::sentences;

sentences! {
    prepare: support::migrated;
    both:
        identifiers::rule_01_numbers_cannot_be_guessed_and_are_never_given_twice,
        identifiers::rule_02_a_notice_number_is_built_as_printed_and_unique_per_creditor,
        identifiers::rule_03_a_number_that_you_bring_is_taken_when_it_is_right_unused_and_not_ours,
        identifiers::rule_04_the_node_is_never_refused_for_the_look_of_a_number_or_a_code,
        identifiers::rule_05_what_our_own_users_enter_is_checked,
        positions::rule_06_what_the_node_would_refuse_later_is_refused_at_creation,
        positions::rule_07_only_positive_whole_cents_are_an_amount_and_a_fixed_one_stays,
        positions::rule_08_an_external_id_and_a_key_stand_for_one_position,
        terms::rule_09_a_position_opens_by_itself_and_is_not_born_dead,
        terms::rule_10_a_due_date_that_passed_is_still_payable_unless_it_expires,
        terms::rule_11_new_terms_change_only_what_is_unpaid_and_nobody_pays,
        lifecycle::rule_12_cancel_and_reopen_keep_the_numbers,
        lifecycle::rule_13_the_option_that_was_started_supersedes_the_others,
        lifecycle::rule_14_a_partially_paid_position_never_expires_as_a_whole,
        lifecycle::rule_15_what_was_paid_outside_is_paid_and_can_be_taken_back_until_a_receipt_comes,
        lifecycle::rule_16_the_notices_of_a_retired_service_stay_payable,
        lifecycle::rule_17_issued_notices_outlive_station_segregation_code_and_account,
        refusals::rule_18_the_first_failure_of_the_order_wins,
        refusals::rule_19_every_state_has_its_answer,
        refusals::rule_20_a_message_of_the_wrong_form_is_answered_as_what_it_names,
        refusals::rule_21_the_probe_is_unknown_while_the_database_answers,
        asked::rule_22_verify_and_get_change_nothing_and_a_shown_amount_is_honoured,
        asked::rule_23_a_stamp_needs_the_second_version,
        asked::rule_24_postal_and_bank_accounts_are_never_mixed,
        asked::rule_25_a_demand_makes_a_position_of_an_active_spontaneous_service,
        receipts::rule_26_a_receipt_is_accepted_once_whatever_comes_again,
        copies::rule_27_the_position_is_that_of_the_fiscal_code_never_of_id_pa,
        receipts::rule_28_only_a_stranger_and_an_unreadable_receipt_are_refused,
        forms::rule_46_what_is_due_is_worked_out_here_alone,
        forms::rule_46_what_comes_to_nothing_is_kept_without_a_debt_position,
        forms::rule_47_a_wrong_form_is_not_published_and_each_fault_is_told_where_it_stands,
        forms::rule_48_what_is_not_visible_is_ignored_and_all_that_is_wrong_is_told_at_once,
        forms::rule_49_the_same_is_submitted_once_for_as_long_as_it_can_be_paid,
        forms::rule_49_the_last_places_are_sold_once_however_many_ask,
        forms::rule_49_a_place_that_nobody_pays_for_goes_to_whoever_needs_it_and_a_late_payment_is_kept,
        forms::rule_49_a_form_takes_nothing_before_it_opens_and_after_it_closes,
        receipts::rule_29_a_ko_pays_nothing_and_absent_fields_are_fine,
        receipts::rule_30_money_wins_over_every_state_and_is_flagged,
        receipts::rule_31_alternatives_paid_at_once_are_all_kept_and_told,
        copies::rule_32_owner_and_beneficiary_see_each_their_own,
        amounts::amounts_agree_between_api_and_soap;
    postgres:
        outage::rule_33_while_the_database_is_away_the_node_is_told_in_time_and_afterwards_all_is_accepted_once;
}
