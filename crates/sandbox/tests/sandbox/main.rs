// SPDX-License-Identifier: AGPL-3.0-or-later
//! The sandbox over HTTP, with a creditor that answers what it is told to.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests state what they expect")]

mod carts;
mod creditor;
mod faults;
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
        carts::a_cart_is_validated_to_the_letter,
        carts::a_cart_is_paid_and_the_citizen_comes_back,
        carts::every_outcome_has_its_address,
        carts::one_refusal_stops_the_whole_cart,
        carts::paid_and_busy_notices_make_no_cart,
        carts::a_cart_lives_ten_minutes_and_ends_once,
        carts::the_key_of_the_subscription_is_demanded,
        carts::stamps_are_sold_at_checkout_alone,
        pages::checkout_shows_what_is_due_and_escapes_it,
        pages::a_notice_can_be_paid_from_the_index,
        pages::posts_from_other_sites_are_refused,
        start::the_sandbox_refuses_production,
        start::the_registry_is_replaced_whole_or_not_at_all;
    reference: strictness::the_node_refuses_what_must_be_refused_and_takes_the_rest;
    schemas: schemas::everything_the_sandbox_writes_is_valid;
}
