// SPDX-License-Identifier: AGPL-3.0-or-later
//! The sandbox over HTTP, with a creditor that answers what it is told to.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests state what they expect")]

mod bizevents;
mod carts;
mod cases;
mod clock;
mod creditor;
mod demands;
mod faults;
mod magic;
mod pages;
mod payments;
mod receipts;
mod schemas;
mod stage;
mod start;
mod strictness;

tramite_testkit::sentences! {
    asynchronous:
        payments::a_payment_is_verified_activated_and_receipted,
        payments::the_version_of_the_station_chooses_the_primitives,
        payments::every_script_does_what_it_says,
        payments::a_receipt_can_come_late,
        payments::an_attempt_and_a_payment_keep_others_out_without_a_call,
        payments::of_two_payments_at_once_one_is_refused,
        payments::stand_in_needs_no_creditor,
        payments::a_wrong_order_is_refused_with_reasons,
        faults::every_failure_of_the_creditor_has_its_own_name,
        faults::a_station_is_found_by_the_notice_alone,
        faults::accounts_and_institutions_must_be_registered,
        faults::the_probe_wants_one_answer_and_no_other,
        receipts::a_receipt_goes_to_the_owner_and_to_broadcast_stations,
        receipts::a_receipt_is_tried_forty_eight_times_and_then_no_more,
        receipts::an_hour_later_the_node_comes_back_by_itself,
        receipts::only_ok_and_duplicata_are_final,
        receipts::the_same_receipt_can_be_sent_fifty_times_at_once,
        receipts::a_held_receipt_goes_out_when_asked_for,
        demands::a_notice_is_demanded_and_the_answer_judged_as_strictly_as_any_other,
        demands::a_wrong_demand_is_refused_before_anybody_is_asked,
        carts::a_cart_is_validated_to_the_letter,
        carts::a_cart_is_paid_and_the_citizen_comes_back,
        carts::every_outcome_has_its_address,
        carts::one_refusal_stops_the_whole_cart,
        carts::paid_and_busy_notices_make_no_cart,
        carts::a_cart_lives_ten_minutes_and_ends_once,
        carts::the_key_of_the_subscription_is_demanded,
        carts::stamps_are_sold_at_checkout_alone,
        bizevents::a_receipt_that_stayed_at_the_node_is_told_to_the_cent,
        bizevents::ten_questions_are_taken_in_an_hour_and_only_with_the_key,
        pages::checkout_shows_what_is_due_and_escapes_it,
        pages::a_notice_can_be_paid_from_the_index,
        pages::posts_from_other_sites_are_refused,
        cases::installments_are_notices_of_their_own,
        cases::every_word_of_a_creditor_is_told_at_verify_and_at_get,
        cases::a_postal_payment_goes_to_the_postal_account,
        cases::a_lost_receipt_comes_again_within_the_hour,
        cases::the_commands_of_the_guide_run_as_they_stand,
        clock::two_days_see_forty_eight_attempts_and_no_more,
        clock::late_receipts_tokens_and_carts_go_by_the_clock,
        clock::what_is_left_of_a_wait_is_waited_in_real_time,
        clock::the_clock_goes_forward_and_within_a_month,
        magic::what_the_guide_calls_magic_happens_by_amount_and_by_word,
        magic::the_page_of_checkout_does_what_a_magic_notice_says,
        magic::a_script_that_is_said_aloud_is_stronger_than_magic,
        magic::checkout_takes_no_cart_with_the_amount_that_says_so,
        start::the_sandbox_refuses_production,
        start::the_registry_is_replaced_whole_or_not_at_all;
    reference: strictness::the_node_refuses_what_must_be_refused_and_takes_the_rest;
    schemas: schemas::everything_the_sandbox_writes_is_valid;
}
