// SPDX-License-Identifier: AGPL-3.0-or-later
//! The contract of the store: the same sentences on both databases.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test target without the usual harness is not seen as a test"
)]

mod positions;
mod support;

tramite_testkit::sentences! {
    both:
        positions::a_position_comes_back_as_it_was_kept,
        positions::an_update_rewrites_the_head_and_keeps_what_was_issued,
        positions::a_version_that_moved_is_a_conflict_and_nothing_is_written,
        positions::of_many_who_change_one_version_one_succeeds,
        positions::what_is_unique_is_told_by_its_rule,
        positions::a_batch_is_written_whole_or_not_at_all,
        positions::a_settled_installment_is_paid_and_its_siblings_are_untouched,
        positions::an_erased_draft_is_gone_and_its_numbers_stay_taken,
        positions::a_position_of_an_unknown_notice_needs_no_service,
        positions::a_position_of_a_thousand_installments_is_kept,
        positions::of_an_attempt_the_last_time_is_kept;
}
