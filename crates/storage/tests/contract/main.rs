// SPDX-License-Identifier: AGPL-3.0-or-later
//! The contract of the store: the same sentences on both databases.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test target without the usual harness is not seen as a test"
)]

mod brought;
mod crossing;
mod document_batches;
mod events;
mod faults;
mod feeds;
mod forms;
mod helpdesk;
mod idempotency;
mod import_bulk;
mod import_files;
mod imports;
mod journal;
mod lanes;
mod lists;
mod logos;
mod migrations;
mod numbers;
mod positions;
mod raw;
mod receipts;
mod recoveries;
mod sessions;
mod submissions;
mod support;
mod system;
mod tenancy;
mod tokens;
mod twins;
mod walls;
mod watched;
mod webhooks;

mod sentences {
    use super::*;

    pub(super) fn run() {
        main();
    }

    tramite_testkit::sentences! {
        prepare: crate::support::migrated;
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
            positions::a_position_of_a_thousand_installments_is_kept_and_changed,
            positions::of_an_attempt_the_last_time_is_kept,
            lists::the_state_filter_agrees_with_the_pure_function,
            lists::what_the_clock_moves_is_due_at_its_instant,
            lists::pages_are_stable_while_others_insert,
            lists::a_page_ends_before_it_holds_too_many_installments,
            lists::every_filter_finds_its_own,
            lists::a_list_of_changes_says_until_when_it_is_complete,
            lists::what_commits_late_between_two_pages_is_found_by_the_next_walk,
            lists::a_cursor_of_another_list_is_refused,
            positions::a_position_is_read_with_what_its_service_says_of_its_amount_now,
            lists::services_are_listed_by_their_codes,
            lists::sessions_are_found_by_their_state_at_that_instant,
            tenancy::two_institutions_with_the_same_notice_never_meet,
            tenancy::another_tenants_rows_can_be_neither_changed_nor_named,
            tenancy::objects_of_other_services_do_not_exist_for_a_restricted_token,
            tenancy::a_session_exists_for_the_client_that_made_it,
            tenancy::a_session_with_an_item_of_another_service_does_not_exist_for_a_restricted_token,
            tenancy::a_restricted_client_sees_the_events_of_its_own_sessions,
            numbers::five_hundred_who_take_numbers_at_once_get_distinct_right_ones,
            numbers::a_range_is_used_up_to_its_last_number,
            numbers::numbers_taken_ahead_are_given_next_and_are_a_small_part_of_their_range,
            numbers::the_last_numbers_of_a_range_are_kept_for_no_process,
            brought::reserved_numbers_are_known_again_and_never_given,
            brought::a_batch_is_for_the_services_of_the_token_that_reserved_it,
            brought::a_number_is_taken_once_and_for_ever_in_its_institution,
            brought::of_twenty_who_bring_one_number_one_gets_it,
            idempotency::of_fifty_twins_one_has_an_effect_and_all_get_its_answer,
            idempotency::a_key_belongs_to_its_client_institution_method_and_path,
            idempotency::an_answer_is_replayed_for_thirty_days_and_then_forgotten,
            idempotency::a_refused_batch_keeps_no_answer,
            idempotency::with_a_draft_go_the_answers_that_show_it_and_no_others,
            idempotency::with_one_debt_of_a_cart_go_the_answers_to_the_cart_under_whichever_they_are_kept,
            idempotency::an_operators_answer_belongs_to_the_platform,
            idempotency::what_is_sealed_stands_nowhere_in_the_database,
            receipts::a_receipt_comes_back_with_its_message_and_without_it_in_lists,
            receipts::of_fifty_equal_receipts_at_once_one_is_accepted,
            receipts::other_bytes_under_a_key_are_kept_once_and_flagged_until_somebody_has_dealt_with_them,
            receipts::what_an_older_process_found_strange_can_be_resolved_too,
            receipts::what_is_strange_is_found_by_its_name_and_resolved_once,
            recoveries::who_asks_much_makes_nobody_wait,
            recoveries::a_recovery_is_of_the_service_that_its_reference_has_now,
            document_batches::a_file_of_documents_comes_back_as_it_was_kept,
            document_batches::a_file_of_documents_exists_for_its_client_and_its_services_alone,
            document_batches::a_part_of_a_file_is_sealed_and_written_with_how_far_the_file_is_or_not_at_all,
            document_batches::a_file_of_documents_has_one_worker_and_goes_when_its_time_is_over,
            document_batches::the_debt_positions_of_an_import_are_found_by_their_lines_once_each,
            document_batches::what_the_first_slip_said_stays,
            document_batches::what_a_batch_alone_has_printed_goes_with_it_and_stays_once_it_is_on_paper,
            forms::versions_of_forms_come_back_as_they_were_published,
            forms::what_was_checked_with_other_forms_and_registries_is_not_written,
            forms::a_registry_keeps_its_last_versions_and_belongs_to_all_services,
            logos::a_logo_comes_back_is_replaced_and_goes,
            logos::a_logo_is_its_institutions_alone_and_of_no_service,
            imports::an_import_comes_back_as_it_was_kept,
            imports::rows_of_a_file_come_back_in_the_order_of_their_lines,
            imports::an_import_exists_for_its_client_and_its_services_alone,
            imports::a_worker_that_was_too_slow_writes_nothing_more,
            imports::who_stops_an_import_takes_it_from_the_worker_that_goes_on,
            imports::of_many_workers_each_import_has_one_and_all_have_their_turn,
            imports::what_a_killed_process_held_is_free_where_it_was_the_only_one,
            import_files::a_part_of_a_file_comes_back_and_is_sealed_in_its_place,
            import_files::a_file_goes_with_its_rows_when_its_time_is_over,
            import_files::what_came_to_nothing_is_taken_back_and_what_an_import_has_stays,
            import_files::rows_of_files_are_told_of_a_person_and_lose_the_key_with_the_position,
            import_bulk::many_positions_at_once_leave_the_rows_that_one_by_one_leave,
            import_bulk::many_positions_at_once_are_written_in_their_place_and_whole_or_not_at_all,
            import_bulk::a_receipt_and_many_updates_at_once_are_never_both_written,
            import_bulk::what_many_positions_rest_on_is_read_at_once,
            import_bulk::positions_that_are_too_large_together_are_not_read,
            import_bulk::new_keys_look_at_no_other_position_of_the_service,
            import_bulk::what_rows_are_about_is_read_as_it_is_now,
            submissions::the_last_place_is_taken_once_and_all_or_nothing,
            submissions::what_was_paid_for_is_kept_and_what_is_gone_is_told,
            submissions::two_that_are_the_same_are_one,
            submissions::a_position_is_found_by_what_its_client_wrote_of_it,
            sessions::a_session_comes_back_as_it_was_kept,
            sessions::a_session_is_found_by_each_cart_it_minted,
            sessions::all_live_sessions_and_some_that_are_over_wait_for_a_payment,
            sessions::the_sessions_of_a_person_are_walked_to_the_oldest_however_many_debts_are_in_each,
            sessions::the_platform_finds_a_sessions_home_and_its_foreign_items,
            crossing::a_mark_and_its_undoing_reach_the_sessions_of_other_clients_and_services,
            crossing::a_payment_completes_every_live_session_of_its_installment,
            events::an_event_comes_back_in_the_feed_of_its_institution,
            events::publishers_at_once_give_each_event_one_position,
            events::a_task_is_claimed_once_and_comes_back_when_its_worker_dies,
            events::a_claim_whose_time_passed_ends_nothing,
            events::a_task_that_cannot_be_read_does_not_stop_the_others,
            webhooks::an_endpoint_exists_for_its_client_in_its_institution_alone,
            webhooks::who_no_longer_holds_a_lane_writes_nothing_of_it,
            webhooks::a_redelivery_is_not_undone_by_the_attempt_under_way,
            webhooks::new_terms_leave_what_workers_decided_unless_the_address_is_new,
            webhooks::a_lane_whose_work_failed_is_free_at_once_and_due_a_little_later,
            webhooks::lanes_whose_work_fails_leave_the_others_of_their_institution_their_turn,
            webhooks::an_endpoint_whose_client_may_not_be_told_is_not_counted_as_failing,
            webhooks::what_one_lane_finds_out_the_others_of_its_endpoint_are_told,
            webhooks::an_endpoint_of_all_delegations_is_told_of_a_new_one_from_its_first_event_on,
            webhooks::deliveries_are_written_while_the_cursor_moves_and_each_event_once,
            webhooks::lanes_of_one_institution_and_of_one_endpoint_are_bounded_whoever_works_on_them,
            lanes::a_lane_whose_turn_is_over_waits_behind_those_that_waited_before,
            lanes::a_stretch_that_nobody_wants_is_gone_through_in_one_turn,
            feeds::a_feed_always_says_where_it_goes_on,
            feeds::one_feed_over_several_institutions_holds_what_each_delegation_opens,
            feeds::a_feed_begins_where_its_places_hold_though_older_events_are_kept,
            feeds::old_events_go_once_they_were_told_and_young_ones_stay,
            feeds::receipts_are_found_by_debtor_payer_reference_and_notice,
            feeds::outcomes_are_told_once_each_and_go_on_from_a_cursor,
            journal::the_journal_is_found_by_each_of_its_filters,
            journal::a_line_is_found_by_its_reference_whatever_its_notice_tells,
            journal::a_line_is_found_by_its_token_with_or_without_a_receipt,
            journal::a_restricted_token_sees_the_lines_of_its_own_notices_alone,
            journal::everything_that_happened_to_a_position_is_told_in_order,
            journal::what_the_journal_need_no_longer_keep_goes_and_nothing_else,
            system::an_institution_comes_back_with_its_histories,
            system::an_institutions_keys_are_its_own,
            helpdesk::an_access_is_its_institutions_and_ends_once_or_with_support,
            helpdesk::lines_that_no_index_leads_to_are_looked_for_a_month_at_a_time_and_all_are_found,
            helpdesk::a_trail_is_read_page_by_page_and_by_its_own_institution_alone,
            system::a_station_is_put_and_changed,
            system::a_client_comes_back_with_secrets_and_delegations,
            system::operators_count_while_a_secret_of_theirs_lives,
            tokens::a_client_comes_back_with_its_keys_and_limits,
            tokens::an_operator_with_a_live_key_can_take_a_token,
            tokens::a_token_of_one_use_is_used_once_in_whatever_process,
            tokens::of_a_quota_no_more_is_taken_than_it_says_by_however_many,
            tokens::keys_of_an_issuer_are_asked_for_by_one_and_kept_for_all,
            system::a_signing_key_is_sealed_under_the_master_key,
            system::journal_and_raw_messages_of_nobody_belong_to_the_platform,
            system::a_message_that_was_kept_is_listed_without_its_bytes_and_resolved_once,
            watched::answers_of_a_month_add_up_over_processes,
            watched::what_waits_is_told_by_its_kind_and_since_when,
            watched::a_schema_that_falls_behind_is_noticed_and_one_that_goes_ahead_is_not,
            faults::a_failing_job_does_not_harm_its_neighbours,
            faults::a_killed_writer_loses_nothing_it_acknowledged,
            faults::of_several_failures_the_cause_is_told,
            faults::of_two_transactions_over_the_same_rows_one_is_a_conflict;
        sqlite:
            faults::another_program_that_writes_makes_the_store_busy;
        postgres:
            system::of_two_operators_who_revoke_each_other_at_once_one_stays,
            crossing::a_session_and_a_payment_at_once_find_each_other,
            feeds::events_of_a_position_stand_in_the_order_of_its_versions_whatever_clocks_say,
            events::an_event_that_commits_late_is_not_skipped,
            lanes::a_lane_that_somebody_holds_keeps_no_other_from_its_turn,
            walls::without_a_tenant_there_are_no_rows,
            walls::the_roles_own_nothing_and_see_no_more_than_they_need,
            walls::the_platform_keeps_secrets_of_its_own_and_wraps_keys_anew,
            walls::a_future_dropped_half_way_leaves_no_tenant_behind,
            faults::a_full_pool_is_busy_and_a_locked_row_too,
            migrations::a_migration_lets_those_pass_who_are_in_its_way;
        empty:
            migrations::every_migration_goes_down_and_up_again,
            migrations::of_many_who_migrate_at_once_one_does_the_work,
            migrations::a_database_is_of_one_environment_for_ever,
            migrations::a_database_of_the_other_environment_is_left_as_it_is_whatever_is_pending,
            migrations::a_schema_this_program_does_not_know_is_refused,
            migrations::what_stands_below_positions_is_the_same_after_the_migration,
            migrations::what_clients_wrote_before_is_found_after_the_migration,
            migrations::what_was_strange_before_is_found_after_the_migration;
        asynchronous:
            faults::a_dead_server_is_unavailable_and_comes_back_by_itself;
        plain:
            migrations::every_migration_has_its_twin,
            twins::both_trees_make_the_same_tables;
    }
}

fn main() {
    // The sentence about a killed writer starts this program once more, as that writer.
    if !faults::child() {
        sentences::run();
    }
}
