// SPDX-License-Identifier: AGPL-3.0-or-later
//! What holds for every route of the gateway: tokens, tenancy, problems, validation, versions, idempotency, limits.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test target without the usual harness is not seen as a test"
)]

mod acting;
mod assertions;
mod audited;
mod brought_numbers;
mod callbacks;
mod clients;
mod conditional;
mod contract;
mod conventions;
mod document_batches;
mod documents;
mod events;
mod foreign;
mod foreign_notices;
mod forms;
mod helpdesk;
mod hosted_ends;
mod hosted_pages;
mod hostile;
mod idempotency;
mod import_reports;
mod imports;
mod institutions;
mod issuers;
mod journal;
mod late;
mod limits;
mod links;
mod logos;
mod notifying;
mod oauth;
mod persons;
mod position_faults;
mod position_lists;
mod position_terms;
mod positions;
mod problems;
mod receipts;
mod resolving;
mod returns;
mod revocation;
mod services;
mod session_rules;
mod sessions;
mod settling;
mod submissions;
#[path = "../support/mod.rs"]
mod support;
mod texts;
mod timelines;
mod validation;
mod visits;
mod waiting;
mod walk;
mod webhooks;

use tramite_testkit::sentences;

sentences! {
    prepare: support::migrated;
    both:
        walk::nobody_opens_anything_but_what_is_public,
        walk::what_belongs_to_another_tenant_answers_like_what_does_not_exist,
        walk::what_another_client_or_service_holds_answers_like_what_does_not_exist,
        walk::every_operation_opens_to_its_own_scope_and_to_no_other,
        walk::an_operator_opens_no_tenant_and_a_tenant_opens_no_platform,
        audited::every_change_is_in_the_trail_with_its_request,
        events::a_payment_is_told_with_all_that_is_needed_to_book_it,
        events::one_token_reads_the_feeds_of_all_institutions_its_client_acts_for,
        events::who_waits_for_an_event_is_answered_when_it_comes,
        events::the_export_holds_every_payment_once_and_its_sums_are_what_is_booked,
        events::receipts_are_searched_by_a_body_and_each_search_leaves_a_line,
        persons::everything_that_is_kept_of_a_person_is_exported_in_one_call,
        persons::what_the_law_lets_go_goes_and_of_the_rest_it_is_said_why_it_stays,
        revocation::what_a_token_stood_for_ends_it_within_a_minute_in_every_process,
        revocation::who_is_revoked_while_a_file_comes_has_it_not_taken,
        revocation::who_showed_a_proof_and_is_revoked_while_a_file_comes_is_told_so_as_it_asked,
        idempotency::the_same_key_gives_the_same_answer_and_another_body_is_refused,
        idempotency::a_path_is_the_same_however_its_characters_are_escaped,
        idempotency::twenty_twins_register_one_institution,
        idempotency::a_secret_is_shown_once_and_no_replay_shows_it,
        idempotency::two_operators_may_use_the_same_key,
        conditional::a_version_that_moved_is_never_overwritten,
        conditional::of_two_changes_of_one_version_one_wins,
        institutions::an_institution_is_registered_shown_and_changed_with_its_history,
        institutions::code_and_tax_code_belong_to_one_institution,
        institutions::a_tenant_sees_its_own_institution_and_no_other,
        validation::a_refused_debt_position_takes_no_notice_number,
        services::a_service_is_defined_changed_and_retired,
        services::a_service_says_how_it_is_demanded_and_no_two_by_the_same_codes,
        services::a_token_for_some_services_knows_no_others,
        clients::a_secret_is_changed_without_a_pause,
        clients::a_delegation_is_given_changed_and_ended,
        clients::the_last_operator_stays,
        assertions::a_client_proves_itself_with_its_key_and_each_proof_once,
        assertions::no_other_assertion_proves_anything_and_all_are_refused_in_one_shape,
        assertions::only_public_keys_are_registered,
        issuers::a_token_of_a_trusted_issuer_is_its_client_within_the_delegation,
        issuers::what_is_said_of_an_issuer_is_checked,
        issuers::a_voucher_is_for_one_e_service_and_one_purpose,
        issuers::a_voucher_that_is_bound_to_a_key_is_its_owners_alone,
        issuers::a_proof_is_remembered_only_of_who_is_known_and_served,
        issuers::keys_serve_for_a_day_and_another_one_is_wanted_once_a_minute,
        limits::a_client_has_limits_of_its_own_and_a_quota_of_the_day,
        imports::a_file_is_taken_in_parts_and_waits_for_its_turn,
        imports::rights_and_room_are_asked_for_before_the_first_byte,
        imports::the_same_form_is_taken_once_and_another_under_its_key_is_refused,
        imports::of_twins_that_send_one_file_one_is_taken,
        imports::a_client_that_was_narrowed_is_told_again_of_no_import_of_all_services,
        imports::who_waits_for_an_import_is_answered_when_it_is_over,
        imports::its_client_stops_an_import_and_one_that_is_over_stays_over,
        imports::its_client_stops_an_import_while_a_worker_goes_on_with_it,
        imports::rows_are_read_page_by_page_and_those_that_are_wrong_with_their_faults,
        import_reports::a_report_is_the_file_with_what_became_of_each_row,
        import_reports::outcomes_say_what_was_paid_since,
        import_reports::a_file_that_has_gone_has_no_report,
        positions::the_short_form_makes_one_payment_with_its_own_notice,
        positions::the_long_form_keeps_every_word_and_numbers_every_installment,
        positions::an_external_id_stands_once_and_if_exists_says_what_happens,
        positions::twenty_twins_make_one_position,
        positions::a_position_goes_from_draft_through_its_states_and_no_old_version_moves_it,
        positions::a_draft_is_removed_and_its_number_never_given_again,
        brought_numbers::a_number_of_the_institutions_own_is_taken_once,
        brought_numbers::of_twelve_who_bring_one_number_one_gets_it,
        brought_numbers::reserved_numbers_come_back_once_and_are_never_given,
        brought_numbers::a_restricted_token_reserves_for_its_own_services,
        settling::what_was_paid_outside_is_paid_for_everybody_until_it_is_taken_back,
        settling::a_mark_reaches_sessions_of_other_clients_and_of_other_services_and_so_does_its_undoing,
        settling::a_mark_waits_for_whoever_is_paying_an_alternative_and_a_reopening_says_what_it_means,
        callbacks::what_the_institution_says_is_due_and_its_shares_are_its_sum,
        callbacks::without_a_usable_answer_the_institutions_word_holds,
        callbacks::what_a_cart_showed_of_an_asked_amount_is_honoured_for_half_an_hour,
        callbacks::questions_are_signed_with_the_secret_and_with_the_one_before_it,
        callbacks::no_address_is_asked_that_nobody_may_name,
        webhooks::an_endpoint_is_made_changed_tested_and_ended_by_its_client_alone,
        webhooks::a_secret_is_shown_once_and_two_of_them_live,
        webhooks::only_addresses_of_the_world_are_told_and_ten_of_them,
        webhooks::a_client_token_has_endpoints_of_its_own,
        late::interest_is_due_by_the_day_and_told_alike_everywhere,
        late::the_rule_of_a_service_holds_as_it_is_now_and_is_limited,
        late::what_a_cart_showed_is_honoured_for_half_an_hour_over_midnight,
        notifying::a_notification_ends_the_reduced_option_and_is_corrected_by_another,
        position_terms::new_terms_keep_the_numbers_of_what_stays_and_cancel_what_is_missing,
        position_terms::what_is_paid_stays_as_it_was_and_the_rest_may_change,
        position_terms::nobody_changes_what_somebody_is_paying_unless_forced,
        position_lists::a_list_finds_by_each_of_its_filters,
        position_lists::pages_neither_skip_nor_repeat_while_others_insert,
        position_lists::changes_are_walked_in_their_order_and_complete_until_leads_on,
        position_lists::a_position_opens_and_expires_by_the_clock_alone,
        position_lists::a_search_by_debtor_is_a_body_and_leaves_a_line_in_the_audit_trail,
        sessions::a_session_pays_what_it_makes_what_it_finds_and_what_a_notice_names,
        sessions::a_session_that_fails_leaves_no_position_behind,
        sessions::a_session_may_find_or_renew_the_position_it_names,
        sessions::its_client_cancels_a_session_that_nobody_is_paying,
        sessions::a_waiting_portal_is_answered_as_soon_as_the_receipt_is_there,
        sessions::a_receipt_after_the_session_is_over_completes_it_late,
        foreign_notices::a_foreign_notice_is_paid_by_whoever_knows_number_and_amount,
        links::the_first_visit_mints_a_cart_and_the_next_ones_go_on_with_it,
        links::a_session_that_is_over_or_paid_mints_nothing,
        links::a_payment_that_runs_is_not_begun_a_second_time,
        links::a_second_session_waits_or_joins_the_first_of_the_same_payer,
        returns::each_return_carries_a_signed_hint_that_the_portal_can_check,
        returns::the_hint_is_completed_only_once_the_receipt_is_there,
        receipts::a_receipt_is_shown_in_one_shape_and_given_back_byte_for_byte,
        receipts::a_list_of_receipts_finds_by_each_of_its_filters,
        receipts::a_beneficiary_sees_its_own_transfers_and_its_own_message,
        journal::a_message_of_the_journal_is_found_and_its_bytes_are_read_by_who_may,
        journal::the_journal_is_a_table_in_the_columns_of_the_giornale,
        journal::a_cart_stands_in_the_journal_with_its_session_and_without_our_keys,
        forms::a_form_is_payable_the_minute_it_is_published,
        forms::what_is_wrong_with_values_is_told_at_once_in_the_words_of_the_office,
        forms::a_definition_that_is_too_much_or_reaches_too_far_is_refused,
        forms::forms_and_registries_that_are_written_at_the_same_moment_hold_together,
        forms::a_registry_changes_prices_at_once_and_breaks_no_form,
        submissions::a_submission_is_owed_and_paid_like_any_debt,
        submissions::a_form_looks_for_what_is_owed_already,
        submissions::what_was_entered_goes_with_its_person,
        document_batches::what_is_asked_for_says_which_documents_of_which_debt_positions,
        document_batches::a_file_of_documents_says_no_more_than_its_client_may_read,
        document_batches::of_many_who_ask_at_the_same_moment_two_are_let_in,
        logos::a_logo_is_given_as_png_or_svg_shown_as_png_and_removed,
        logos::a_file_that_is_no_logo_is_refused_and_told_why,
        logos::a_logo_is_given_by_its_institution_and_by_operators_alone,
        logos::notices_have_the_logo_and_are_others_with_it,
        documents::a_notice_is_the_same_paper_until_something_on_it_changes,
        documents::who_asks_for_a_notice_that_is_none_is_told_why,
        documents::a_receipt_is_a_paper_too_of_which_equal_data_are_equal_bytes,
        timelines::the_timeline_of_a_position_tells_its_whole_life,
        timelines::a_position_says_who_cancelled_it_and_a_session_is_named_to_its_client_alone,
        resolving::an_anomaly_is_resolved_once_and_stays_visible,
        resolving::a_message_of_nobody_is_listed_and_resolved_by_an_operator,
        resolving::a_split_of_the_budget_is_shown_with_the_position_and_with_its_receipt,
        positions::a_company_whose_code_fails_its_check_digit_is_taken_with_a_warning,
        sessions::twenty_requests_of_a_client_wait_and_one_more_does_not,
        foreign_notices::a_client_of_both_institutions_pays_a_notice_of_one_in_a_session_of_the_other,
        foreign_notices::after_thirty_misses_a_client_waits_and_its_neighbour_does_not,
        foreign_notices::nothing_of_ones_own_is_found_under_a_wrong_name,
        links::nothing_is_minted_for_whoever_is_not_a_person,
        links::where_checkout_takes_no_cart_the_citizen_is_told,
        returns::a_return_token_is_worth_nothing_edited_or_here,
        returns::a_portal_that_wants_no_token_is_sent_none,
        returns::a_citizen_whose_portal_is_no_longer_allowed_ends_on_a_page_of_ours,
        receipts::what_is_strange_about_a_receipt_is_another_version_of_it,
        acting::an_institution_sees_who_acts_for_it_and_ends_a_delegation,
        acting::the_token_of_the_largest_delegation_is_read,
        acting::a_replay_tells_nothing_of_a_service_that_was_taken_away,
        acting::two_processes_that_start_on_an_empty_database_use_the_same_keys,
        foreign::a_delegation_for_some_services_opens_their_notices_and_no_others,
        foreign::every_look_up_in_vain_has_one_answer_and_no_more_than_thirty_at_once,
        foreign::what_an_item_writes_needs_its_scope_and_stands_once,
        texts::a_nul_in_a_name_or_in_a_form_is_refused,
        visits::the_address_of_an_institution_that_does_not_collect_mints_no_cart,
        visits::nobody_is_sent_back_for_a_client_that_no_longer_acts,
        visits::a_session_cancelled_while_its_cart_is_minted_stays_cancelled,
        visits::of_two_visits_at_once_both_lead_to_the_cart_that_the_session_holds,
        helpdesk::an_operator_reads_in_one_institution_and_each_read_is_in_its_trail,
        helpdesk::support_sees_neither_the_citizens_key_nor_the_messages_of_the_node,
        helpdesk::who_is_no_operator_with_the_scope_lets_nobody_in,
        helpdesk::an_access_ends_by_its_time_by_hand_or_with_support_itself,
        helpdesk::a_suspended_institution_or_a_revoked_operator_ends_reading_too,
        hosted_pages::pages_are_there_for_as_long_as_the_institution_and_its_client_want_them,
        hosted_pages::pages_end_with_the_delegation_they_act_by,
        hosted_pages::a_form_becomes_a_payment_without_a_script,
        hosted_pages::a_price_that_changed_is_read_again_before_it_is_owed,
        hosted_pages::a_look_up_tells_state_amount_and_day_and_a_miss_tells_nothing,
        hosted_ends::what_a_page_takes_has_an_end_of_which_its_citizen_reads,
        hosted_ends::who_takes_the_notice_after_all_keeps_the_place_as_long_as_a_notice_does,
        hosted_ends::the_receipt_is_given_to_whoever_paid_and_to_whoever_knows_its_id,
        walk::an_id_of_somebody_else_within_a_body_names_nothing;
    postgres:
        events::what_commits_late_is_read_over_http_too,
        helpdesk::a_read_that_cannot_be_written_down_is_not_made;
    plain:
        texts::no_text_of_a_request_may_hold_a_nul;
    sqlite:
        acting::an_action_tells_what_is_not_there_before_what_is_wrong_with_its_body,
        acting::operators_have_a_listener_of_their_own_where_they_want_one,
        hosted_pages::a_form_from_elsewhere_is_refused_and_one_that_is_too_old_is_shown_again,
        hosted_pages::a_page_runs_nothing_and_loads_nothing_but_ours,
        hosted_pages::who_looks_up_too_often_waits_and_locks_nobody_out,
        hosted_pages::who_goes_back_to_the_form_and_on_again_pays_the_same_debt,
        hosted_pages::of_a_debt_of_somebody_else_a_page_tells_nothing,
        hosted_pages::who_enters_what_somebody_else_has_submitted_is_handed_nothing_of_it,
        hosted_ends::of_a_debt_in_installments_the_next_one_is_paid,
        hosted_ends::what_is_refused_leads_back_to_what_was_entered,
        hosted_ends::whoever_finds_a_debt_does_not_join_whoever_made_it,
        hosted_ends::a_digital_stamp_is_paid_online_and_never_with_a_notice,
        hosted_ends::who_submits_too_often_waits_whoever_it_is_about,
        hosted_ends::pages_end_with_their_institution_and_with_their_client,
        visits::our_own_mistake_is_not_told_as_a_payment,
        visits::a_citizen_who_comes_too_often_reads_a_page,
        waiting::who_waits_for_a_session_is_answered_at_once_when_the_process_stops,
        waiting::a_body_that_trickles_is_not_waited_for,
        waiting::a_file_whose_sender_goes_away_takes_no_room,
        hostile::no_forged_token_opens_anything_and_all_are_refused_in_one_shape,
        hostile::clocks_may_differ_by_a_minute_and_no_more,
        oauth::a_client_proves_itself_in_two_ways_and_gets_a_token_for_its_institution,
        oauth::a_client_that_does_not_prove_itself_learns_nothing,
        oauth::scopes_are_what_was_asked_and_delegated,
        oauth::a_client_of_several_institutions_says_which,
        oauth::keys_and_endpoints_are_published_and_verify_our_tokens,
        problems::every_problem_has_a_page_and_stands_in_the_contract,
        imports::a_wrong_form_is_told_and_none_of_its_file_is_kept,
        import_reports::a_report_comes_in_the_form_of_the_file,
        import_reports::a_long_report_comes_whole_in_pieces,
        import_reports::a_service_has_a_template_in_two_forms_and_two_languages,
        validation::all_faults_come_in_one_answer_and_none_repeats_a_value,
        validation::numbers_are_whole_and_written_as_such,
        validation::a_body_that_is_no_json_is_told_where_it_stops,
        conventions::every_answer_carries_the_headers_of_all_answers,
        conventions::a_path_without_its_method_says_which_it_has,
        conventions::only_known_parameters_are_taken_and_each_once,
        conventions::media_types_are_negotiated_and_sizes_bounded,
        conventions::nothing_in_a_path_is_a_failure,
        positions::a_company_whose_code_fails_its_check_digit_is_taken_with_a_warning,
        position_faults::money_is_a_whole_number_of_cents_and_nothing_else,
        position_faults::what_a_caller_may_not_say_is_told_field_by_field,
        position_faults::what_a_position_may_not_mean_is_told_all_at_once,
        position_faults::what_a_service_or_a_token_does_not_allow_is_refused,
        session_rules::items_that_cannot_stand_together_are_refused,
        session_rules::the_amount_and_the_installment_must_be_the_ones_that_are_meant,
        session_rules::a_citizen_returns_to_an_origin_of_the_delegation_and_nowhere_else,
        session_rules::a_body_with_values_of_a_wrong_kind_is_told_field_by_field,
        sessions::twenty_requests_of_a_client_wait_and_one_more_does_not,
        foreign_notices::a_client_of_both_institutions_pays_a_notice_of_one_in_a_session_of_the_other,
        foreign_notices::after_thirty_misses_a_client_waits_and_its_neighbour_does_not,
        foreign_notices::nothing_of_ones_own_is_found_under_a_wrong_name,
        links::nothing_is_minted_for_whoever_is_not_a_person,
        links::where_checkout_takes_no_cart_the_citizen_is_told,
        returns::a_return_token_is_worth_nothing_edited_or_here,
        returns::a_portal_that_wants_no_token_is_sent_none,
        returns::a_citizen_whose_portal_is_no_longer_allowed_ends_on_a_page_of_ours,
        receipts::what_is_strange_about_a_receipt_is_another_version_of_it,
        limits::a_client_that_asks_too_much_waits_and_its_neighbour_does_not,
        limits::tokens_are_counted_by_client_and_strangers_by_source,
        contract::the_contract_is_the_same_each_time_and_says_what_it_must,
        contract::routes_outside_the_contract_are_the_reviewed_list,
        contract::the_documents_and_the_viewer_are_served_from_here;
}
