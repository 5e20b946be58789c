// SPDX-License-Identifier: AGPL-3.0-or-later
//! Journeys with the real binary over HTTP, on both databases: what portals, citizens, the Node and faults do to it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests state what they expect"
)]

#[path = "journeys/canaries.rs"]
mod canaries;
#[path = "journeys/crash.rs"]
mod crash;
#[path = "journeys/damaged.rs"]
mod damaged;
#[path = "journeys/disk_full.rs"]
mod disk_full;
#[path = "journeys/documents.rs"]
mod documents;
#[path = "journeys/ended.rs"]
mod ended;
#[path = "journeys/guides.rs"]
mod guides;
#[path = "journeys/held.rs"]
mod held;
#[path = "journeys/hostile.rs"]
mod hostile;
#[path = "journeys/imports.rs"]
mod imports;
#[path = "journeys/keys.rs"]
mod keys;
#[path = "journeys/limits.rs"]
mod limits;
#[path = "journeys/many.rs"]
mod many;
#[path = "journeys/members.rs"]
mod members;
#[path = "journeys/node_listener.rs"]
mod node_listener;
#[path = "journeys/nowhere.rs"]
mod nowhere;
#[path = "journeys/otf.rs"]
mod otf;
#[path = "journeys/outage.rs"]
mod outage;
#[path = "journeys/outcomes.rs"]
mod outcomes;
#[path = "journeys/persons.rs"]
mod persons;
#[path = "journeys/quota.rs"]
mod quota;
#[path = "journeys/recovered.rs"]
mod recovered;
#[path = "journeys/returned.rs"]
mod returned;
#[path = "journeys/rolling.rs"]
mod rolling;
#[path = "journeys/same_notice.rs"]
mod same_notice;
#[path = "journeys/scopes.rs"]
mod scopes;
#[path = "journeys/services.rs"]
mod services;
#[path = "journeys/slow.rs"]
mod slow;
#[path = "journeys/soap_client.rs"]
mod soap_client;
#[path = "journeys/stop.rs"]
mod stop;
#[path = "journeys/tenants.rs"]
mod tenants;
#[path = "journeys/together.rs"]
mod together;
#[path = "journeys/tokens.rs"]
mod tokens;
#[path = "journeys/vouchers.rs"]
mod vouchers;
#[path = "journeys/walk.rs"]
mod walk;
#[path = "journeys/webhooks.rs"]
mod webhooks;
#[path = "journeys/webhooks_kills.rs"]
mod webhooks_kills;
#[path = "journeys/webhooks_manners.rs"]
mod webhooks_manners;
#[path = "journeys/webhooks_slow.rs"]
mod webhooks_slow;

use std::time::Duration;

use tramite_testkit::Suite;
use tramite_testkit::postgres::Options;

/// A journey starts processes and makes payments: it may take a while on a small machine.
const JOURNEY_LIMIT: Duration = Duration::from_secs(180);
/// Where somebody asks for more messages, kills or rows than usual, there is time for them.
const LONG: [&str; 3] = ["TRAMITE_MESSAGES", "TRAMITE_KILLS", "TRAMITE_KILLED_ROWS"];
const LONG_LIMIT: Duration = Duration::from_hours(3);

fn main() {
    // Built before the first journey begins: its time is not the compiler's.
    tramite_tests::binary::tramite();
    let usual = Options::default();
    let full = Options { volume_mib: Some(disk_full::TABLESPACE_MIB), ..usual };
    let suite = Suite::new()
        .per_processor(2)
        .limit(if LONG.iter().any(|name| std::env::var_os(name).is_some()) { LONG_LIMIT } else { JOURNEY_LIMIT })
        .async_on_both("a_payment_started_from_a_portal_completes_its_session", otf::completes)
        .async_on_both("every_service_that_ships_is_published_from_its_file_and_paid", services::all_paid)
        .async_on_both("a_declined_payment_leaves_the_position_payable", otf::declined)
        .async_on_both("a_receipt_after_the_session_was_cancelled_completes_it_late", otf::late)
        .async_on_both("a_notice_is_paid_anywhere_and_only_once", otf::anywhere)
        .async_on_both("a_payment_is_told_by_event_receipt_and_export_and_to_nobody_else", outcomes::told)
        .async_on_both("a_receipt_that_never_came_is_recovered_and_pays_once", recovered::once)
        .async_on_both("a_person_that_was_erased_stands_nowhere_any_more", persons::erased)
        .async_on_both("two_institutions_with_the_same_client_do_not_meet", tenants::apart)
        .async_on_both("what_belongs_to_another_institution_answers_like_what_does_not_exist", walk::stranger)
        .async_on_both("what_another_client_or_service_holds_answers_like_what_does_not_exist", walk::colleagues)
        .async_on_both("every_operation_opens_to_the_scopes_that_the_contract_says_and_to_no_other", scopes::matrix)
        .async_on_both("members_that_nobody_may_set_are_refused_in_every_body_and_change_nothing", members::refused)
        .async_on_both("two_institutions_with_the_same_notice_number_do_not_meet", same_notice::apart)
        .async_on_both("a_notice_of_another_institution_is_paid_only_where_it_may_be", tenants::foreign_notice)
        .async_on_both("the_same_receipt_fifty_times_at_once_is_accepted_once", many::receipts)
        .async_on_both("one_key_two_hundred_times_at_once_makes_one_position", many::one_key)
        .async_on_postgres("fifty_receipts_at_once_over_three_processes_are_one_payment", together::receipts)
        .async_on_postgres("alternatives_paid_at_once_are_all_kept_and_told", together::alternatives)
        .async_on_postgres("a_hundred_gets_over_three_processes_are_equal_and_leave_one_attempt", together::gets)
        .async_on_postgres("five_hundred_creations_over_four_processes_give_five_hundred_numbers", many::creations)
        .async_on_both(
            "a_receipt_whose_answer_was_lost_in_a_crash_is_a_duplicate_when_it_comes_again",
            crash::answer_lost,
        )
        .async_on_both("no_acknowledged_receipt_is_lost_in_a_crash_at_any_moment", crash::any_moment)
        .async_on_both("messages_made_to_do_harm_get_their_fault_and_change_nothing", hostile::messages)
        .async_on_both("damaged_messages_are_answered_and_change_only_what_was_accepted", damaged::messages)
        .async_on_both("keys_are_changed_without_a_pause", keys::changed)
        .async_on_both("what_a_token_stood_for_ends_it_in_every_process_within_a_minute", ended::everywhere)
        .async_on_both("in_production_a_receipt_is_taken_from_the_node_alone", node_listener::mutual_tls)
        .async_on_both("in_production_a_proxy_speaks_for_the_node_alone", node_listener::proxy)
        .async_on_sqlite("a_file_that_cannot_grow_refuses_cleanly_and_recovers", disk_full::no_growth)
        .async_on_sqlite_with_volume("a_full_volume_refuses_cleanly_and_recovers", disk_full::volume)
        .async_on_own_postgres("a_full_tablespace_refuses_cleanly_and_recovers", full, disk_full::tablespace)
        .async_on_own_postgres("a_database_that_dies_under_load_and_returns_loses_nothing", usual, outage::killed)
        .async_on_own_postgres("a_database_that_is_held_makes_nobody_wait_without_end", usual, held::held)
        .async_on_sqlite("a_database_that_is_held_makes_nobody_wait_without_end", held::file)
        .async_on_both("a_gateway_that_stops_leaves_nobody_without_an_answer", stop::under_load)
        .async_on_postgres("a_gateway_is_replaced_while_another_serves", rolling::one_of_two)
        .async_on_both("a_database_is_prepared_by_several_processes_at_once", rolling::prepared_at_once)
        .async_on_both("a_client_above_its_quota_is_told_so_and_nobody_else_notices", quota::above)
        .async_on_both("every_answer_says_how_much_is_left", limits::everywhere)
        .async_on_both("of_a_days_quota_all_processes_together_serve_no_more_than_it_says", quota::of_the_day)
        .async_on_both("no_hostile_token_opens_anything_and_nothing_is_fetched", tokens::hostile)
        .async_on_both("a_voucher_is_taken_for_what_it_says_and_from_its_owner_alone", vouchers::checked)
        .async_on_both("a_payment_is_told_and_its_signature_verifies", webhooks::told)
        .async_on_both("no_endpoint_leads_home", nowhere::at_home)
        .async_on_both("a_sandbox_that_the_world_reaches_tells_no_machine_of_its_own", nowhere::from_the_world)
        .async_on_both("a_slow_endpoint_delays_no_other_tenant", webhooks_slow::delays_nobody)
        .async_on_both("who_does_not_take_an_event_is_asked_again_by_the_schedule", webhooks_manners::refusing)
        .async_on_both("who_says_that_it_is_gone_is_told_no_more", webhooks_manners::gone)
        .async_on_both("whose_delegation_has_ended_is_told_no_more", ended::told_no_more)
        .async_on_postgres("webhooks_survive_kills", webhooks_kills::survive)
        .async_on_both("what_was_made_before_a_gateway_was_killed_is_told_under_one_id", webhooks_kills::gateway_killed)
        .async_on_both("who_was_away_for_days_is_told_everything_and_again_what_it_asks_for", returned::after_days)
        .async_on_both("an_import_that_is_killed_on_its_way_leaves_no_hole_and_no_double", imports::killed)
        .async_on_both("a_file_of_notices_whose_worker_is_killed_is_whole", documents::killed)
        .async_on_both("the_same_file_twice_at_once_has_one_effect", imports::at_once)
        .async_on_both("files_that_mean_harm_are_refused_by_a_named_limit", imports::harmful)
        .async_on_sqlite("wrong_rows_of_an_xlsx_are_told_and_the_report_is_loaded_again", |database| {
            imports::libreoffice(database, "rows.xlsx")
        })
        .async_on_sqlite("wrong_rows_of_an_xls_are_told_and_the_report_is_loaded_again", |database| {
            imports::libreoffice(database, "rows.xls")
        })
        .async_on_postgres("wrong_rows_of_an_ods_are_told_and_the_report_is_loaded_again", |database| {
            imports::libreoffice(database, "rows.ods")
        })
        .async_on_postgres("wrong_rows_of_a_csv_are_told_and_the_report_is_loaded_again", |database| {
            imports::libreoffice(database, "utf8-semicolon.csv")
        })
        .async_on_sqlite("wrong_rows_of_a_csv_with_commas_are_told_and_the_report_is_loaded_again", |database| {
            imports::libreoffice(database, "utf8-comma.csv")
        })
        .async_on_sqlite("wrong_rows_of_a_csv_of_windows_are_told_and_the_report_is_loaded_again", |database| {
            imports::libreoffice(database, "windows-1252-tab.csv")
        })
        .async_on_sqlite("wrong_rows_of_a_csv_with_a_mark_are_told_and_the_report_is_loaded_again", |database| {
            imports::libreoffice(database, "utf8-mark-semicolon.csv")
        })
        // The database has no part in these.
        .async_on_sqlite("the_node_is_told_to_let_go_of_its_connections_at_a_stop", stop::node_with_tls)
        .async_on_sqlite("slow_callers_of_the_api_are_cut_in_time_and_nobody_else_notices", slow::api)
        .async_on_sqlite("handshakes_that_never_end_keep_nobody_from_the_nodes_listener", slow::handshakes)
        .async_on_sqlite("slow_messages_at_the_nodes_listener_are_cut_in_time", slow::messages)
        .async_on_both("no_secret_and_nobodys_data_stands_where_it_should_not", canaries::in_production)
        .async_on_both("a_citizens_payment_leaves_no_secret_behind", canaries::at_checkout)
        .with_reference_and(
            soap_client::zeep_present(),
            "a_client_generated_from_the_official_wsdl_verifies_gets_and_pays",
            soap_client::generated,
        );
    let suite = suite.sync("the_guides_in_italian_hold_the_same_commands", guides::in_both_languages);
    let suite = if guides::curl_present() {
        suite
            .async_on_sqlite("the_readme_and_the_quickstart_work_as_they_are_written", guides::demo)
            .async_on_sqlite("the_guides_for_integrators_work_as_they_are_written", guides::integrators)
            .async_on_sqlite("the_first_start_and_the_first_institution_work_as_they_are_written", |_| {
                guides::first_institution()
            })
    } else {
        suite
    };
    suite.run();
}
