// SPDX-License-Identifier: AGPL-3.0-or-later
//! What holds for every route of the gateway: tokens, tenancy, problems, validation, versions, idempotency, limits.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test target without the usual harness is not seen as a test"
)]

mod clients;
mod conditional;
mod contract;
mod conventions;
mod hostile;
mod idempotency;
mod institutions;
mod limits;
mod oauth;
mod problems;
mod revocation;
mod services;
#[path = "../support/mod.rs"]
mod support;
mod validation;
mod walk;

use tramite_testkit::sentences;

sentences! {
    both:
        walk::nobody_opens_anything_but_what_is_public,
        walk::what_belongs_to_another_tenant_answers_like_what_does_not_exist,
        walk::what_another_client_or_service_holds_answers_like_what_does_not_exist,
        walk::every_operation_opens_to_its_own_scope_and_to_no_other,
        walk::an_operator_opens_no_tenant_and_a_tenant_opens_no_platform,
        revocation::what_a_token_stood_for_ends_it_within_a_minute_in_every_process,
        idempotency::the_same_key_gives_the_same_answer_and_another_body_is_refused,
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
        services::a_token_for_some_services_knows_no_others,
        clients::a_secret_is_changed_without_a_pause,
        clients::a_delegation_is_given_changed_and_ended,
        clients::the_last_operator_stays;
    sqlite:
        hostile::no_forged_token_opens_anything_and_all_are_refused_in_one_shape,
        hostile::clocks_may_differ_by_a_minute_and_no_more,
        oauth::a_client_proves_itself_in_two_ways_and_gets_a_token_for_its_institution,
        oauth::a_client_that_does_not_prove_itself_learns_nothing,
        oauth::scopes_are_what_was_asked_and_delegated,
        oauth::a_client_of_several_institutions_says_which,
        oauth::keys_and_endpoints_are_published_and_verify_our_tokens,
        problems::every_problem_has_a_page_and_stands_in_the_contract,
        validation::all_faults_come_in_one_answer_and_none_repeats_a_value,
        validation::numbers_are_whole_and_written_as_such,
        validation::a_body_that_is_no_json_is_told_where_it_stops,
        conventions::every_answer_carries_the_headers_of_all_answers,
        conventions::a_path_without_its_method_says_which_it_has,
        conventions::only_known_parameters_are_taken_and_each_once,
        conventions::media_types_are_negotiated_and_sizes_bounded,
        conventions::nothing_in_a_path_is_a_failure,
        limits::a_client_that_asks_too_much_waits_and_its_neighbour_does_not,
        limits::tokens_are_counted_by_client_and_strangers_by_source,
        contract::the_contract_is_the_same_each_time_and_says_what_it_must,
        contract::routes_outside_the_contract_are_the_reviewed_list,
        contract::the_documents_and_the_viewer_are_served_from_here;
}
