// SPDX-License-Identifier: AGPL-3.0-or-later
//! The program as those who run it meet it: its commands, its exit codes, and what it says.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test target without the usual harness is not seen as a test"
)]

mod broken_off;
mod commands;
mod configuration;
mod containers;
mod demonstration;
mod importing;
mod process;
mod safeguards;
mod services;
mod serving;

use std::time::Duration;

use tramite_testkit::Suite;

/// How long a sentence may take that starts a whole platform, on a machine that does other things too.
const WHOLE_PLATFORM: Duration = Duration::from_secs(120);

fn main() {
    let suite = Suite::new()
        .sync("every_setting_that_is_missing_is_named_in_a_line_of_its_own", configuration::missing_settings)
        .sync("every_setting_that_is_wrong_is_named_with_what_is_expected", configuration::wrong_settings)
        .sync("a_secret_is_never_repeated", configuration::secrets_stay_secret)
        .sync("listening_beyond_this_machine_needs_a_word_of_consent", configuration::consent)
        .sync("the_help_names_the_variable_of_every_option", configuration::help)
        .sync("the_contract_is_the_same_each_time_and_is_written_where_it_is_wanted", commands::contract)
        .async_on_both("a_configuration_is_checked_against_the_environment_of_its_database", configuration::check)
        .async_on_both("a_database_is_sealed_to_its_environment", commands::seal)
        .async_on_both("an_unprepared_database_is_refused_with_what_to_do", commands::unprepared)
        .async_on_both("an_operator_is_made_and_its_secret_is_shown_once", commands::operator)
        .async_on_sqlite("the_worker_is_a_part_of_serve_where_the_database_is_embedded", commands::no_worker)
        .async_on_postgres("a_worker_works_beside_serve_and_stops_when_asked", serving::worker)
        .async_on_postgres("what_the_image_and_compose_set_is_a_configuration_that_starts", |_| containers::compose())
        .async_on_both("every_safeguard_of_production_names_its_setting", safeguards::settings)
        .sync("the_listener_of_the_node_is_told_what_it_needs", safeguards::listener)
        .async_on_both("what_demo_made_is_refused_in_production", safeguards::invented)
        .async_on_both("the_api_is_served_until_a_stop_is_asked_for", serving::serve)
        .limit(WHOLE_PLATFORM)
        .sync("a_file_is_loaded_from_the_command_line_and_the_exit_code_says_how_it_ended", importing::import)
        .sync("services_are_published_from_files_as_often_as_one_likes", services::apply)
        .sync("what_breaks_off_is_asked_for_again_and_a_file_is_one_intention", broken_off::answers)
        .sync("what_was_paid_is_written_from_where_the_table_before_ended", importing::outcomes)
        .async_on_both("the_demonstration_pays_once_and_ends", demonstration::once)
        .async_on_sqlite("the_demonstration_starts_again_on_its_own_data", demonstration::again)
        .async_on_both("the_demonstration_refuses_a_production_database", demonstration::no_production);
    let suite = match std::process::Command::new("curl").arg("--version").output() {
        Ok(_) => suite.sync("the_commands_that_are_shown_work_when_pasted", demonstration::pasted),
        Err(error) => {
            assert!(!tramite_testkit::all_required(), "curl: {error}");
            suite
        }
    };
    suite.run()
}
