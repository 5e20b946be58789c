// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the worker does without being asked, on both databases.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test target without the usual harness is not seen as a test"
)]

mod consumer;
mod documents;
mod files;
mod import_parts;
mod import_rights;
mod imports;
mod lapses;
mod place;
mod positions;
mod receipts;
mod recoveries;
mod retention;
mod running;
mod sessions;
mod tasks;
#[path = "../../../domain/tests/support/mod.rs"]
mod town;
mod upkeep;
mod webhooks;

use tramite_testkit::sentences;

sentences! {
    prepare: place::migrated;
    both:
        positions::a_scheduled_position_is_told_open_at_its_instant,
        positions::a_position_past_its_date_is_told_expired_once,
        sessions::an_expired_session_withdraws_the_position_it_made,
        sessions::what_somebody_is_paying_or_another_session_offers_stays,
        sessions::a_payment_without_receipt_is_told_unresolved_and_then_failed,
        tasks::a_receipt_of_one_institution_completes_the_session_of_another,
        tasks::a_mark_settles_items_of_other_institutions_only_while_it_stands,
        tasks::a_task_left_by_a_dead_worker_is_done_when_its_lease_ends,
        tasks::an_alarm_is_raised_once_although_its_task_is_done_twice,
        receipts::a_get_written_a_moment_after_its_receipt_raises_no_alarm,
        receipts::sessions_that_were_over_are_completed_afterwards_however_many,
        recoveries::a_receipt_that_never_came_is_asked_for_and_pays_once,
        recoveries::a_receipt_of_anothers_notice_is_written_down_under_whose_it_is,
        recoveries::ten_questions_are_asked_in_an_hour_and_each_institution_has_its_turn,
        recoveries::a_platform_that_wants_to_be_left_alone_is,
        retention::persons_go_when_accounting_is_over_and_the_totals_stay,
        retention::what_was_written_freely_in_a_session_of_nobody_goes_with_its_time,
        retention::each_institution_has_its_turn_wherever_the_last_pass_ended,
        lapses::what_nobody_pays_of_a_page_goes_after_thirty_days_and_what_is_paid_stays,
        documents::notices_of_many_positions_come_in_one_archive_with_a_list,
        documents::a_file_that_workers_leave_in_the_middle_is_the_file_that_one_alone_makes,
        documents::receipts_of_many_positions_come_in_one_file_and_where_there_are_none_there_is_none,
        documents::a_cancelled_file_is_drawn_no_further_and_goes_with_the_next_upkeep,
        documents::a_slip_says_what_it_said_first_whatever_became_of_the_account,
        documents::all_notices_of_a_file_have_the_logo_of_their_institution,
        imports::a_file_of_some_hundred_rows_is_loaded,
        imports::a_wrong_row_is_told_with_its_columns,
        imports::a_wrong_row_stops_the_others_only_where_that_is_wished,
        imports::a_dry_run_tells_what_would_be_and_does_nothing,
        imports::the_same_file_again_changes_nothing,
        imports::two_imports_of_one_file_at_once_double_nothing,
        imports::what_a_worker_leaves_in_the_middle_another_one_ends,
        imports::a_cancelled_import_loads_no_more,
        imports::rows_of_one_position_may_stand_apart,
        imports::rows_change_what_is_owed_and_take_it_back,
        imports::a_row_that_loses_the_name_of_its_installment_keeps_the_number,
        imports::a_receipt_that_comes_meanwhile_is_kept,
        imports::a_file_that_cannot_be_read_says_why,
        imports::files_go_when_their_time_is_over,
        import_parts::a_part_is_decided_on_what_the_one_before_it_wrote,
        import_parts::a_check_knows_what_lines_further_up_would_do,
        import_parts::a_line_takes_back_no_installment_that_it_does_not_name,
        import_parts::a_number_that_comes_twice_is_found_before_anything_is_loaded,
        import_parts::what_a_check_saw_counts_for_the_worker_that_goes_on,
        import_parts::numbers_are_taken_for_the_rows_of_a_file_at_once_and_for_no_more,
        import_parts::positions_of_several_services_are_not_held_at_once_where_they_are_too_large,
        import_parts::a_check_goes_on_with_the_halves_of_a_part_that_is_too_large,
        import_rights::a_client_that_is_revoked_has_no_more_loaded,
        import_rights::a_service_that_is_taken_away_has_no_more_rows_loaded,
        import_rights::who_may_load_no_more_has_nothing_loaded_and_may_send_it_again,
        upkeep::the_journal_is_kept_for_two_years_and_longer_where_that_is_wished,
        webhooks::an_endpoint_is_told_once_its_test_got_an_answer,
        webhooks::a_delivery_follows_the_schedule_for_fourteen_days_and_then_the_endpoint_rests,
        webhooks::an_endpoint_that_says_it_is_gone_is_told_no_more,
        webhooks::what_ends_a_delegation_ends_its_deliveries_and_what_narrows_it_narrows_them,
        webhooks::one_endpoint_is_told_of_all_institutions_that_let_its_client_act,
        webhooks::a_name_that_leads_home_by_then_leads_nowhere,
        webhooks::one_that_never_answers_is_in_nobodys_way,
        running::the_worker_works_until_it_is_told_to_stop,
        running::committed_events_get_their_place_in_the_feed,
        running::a_job_that_breaks_off_ends_no_other_and_is_begun_again;
    postgres:
        retention::receipts_that_cannot_be_read_keep_no_session_from_its_turn,
        running::several_workers_do_nothing_twice,
        running::several_workers_tell_no_session_twice,
        running::rows_that_cannot_be_read_do_not_keep_the_rest_from_its_turn;
}
