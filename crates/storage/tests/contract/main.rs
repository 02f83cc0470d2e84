//! What both engines promise alike, run on SQLite in a file, SQLite in memory and PostgreSQL. Each test has a
//! database of its own. Expected values are written here by hand, never taken from a run.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot go on should stop

mod engines;
mod file;
mod keys;
mod races;
mod schema;
mod server;
mod statements;
mod tables;
mod transactions;
mod wakes;

use tables::{
    actions, audit, authenticators, cases, codes, desk, evidence, forgetting, identity, people, proposals,
    protections, receipts, roads, routes, secrecy, sending, staff, texts, tickets, upgrade, webhooks,
};

/// Runs each listed test on each engine.
macro_rules! on_every_engine {
    ($($module:ident::$test:ident,)*) => {
        on_every_engine! { @engine sqlite_file, crate::engines::Engine::SqliteFile, $($module::$test,)* }
        on_every_engine! { @engine sqlite_memory, crate::engines::Engine::SqliteMemory, $($module::$test,)* }
        on_every_engine! { @engine postgres, crate::engines::Engine::Postgres, $($module::$test,)* }
    };
    (@engine $name:ident, $engine:expr, $($module:ident::$test:ident,)*) => {
        mod $name {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    crate::engines::run($engine, crate::$module::$test).await;
                }
            )*
        }
    };
}

on_every_engine! {
    actions::a_key_opens_one_action,
    actions::a_page_belongs_to_the_browser_that_came_first,
    actions::actions_are_read_in_pages_newest_first,
    actions::actions_round_trip_and_stay_in_their_service,
    actions::an_action_moves_one_way_only,
    actions::of_64_that_redeem_one_counts,
    actions::open_actions_of_an_account_are_found,
    actions::overdue_actions_are_found,
    audit::a_check_sees_what_has_no_place,
    audit::an_entry_that_commits_late_is_sealed_late,
    audit::checkpoints_come_with_the_links_they_cover,
    audit::entries_of_before_wait_for_their_place,
    audit::of_8_sealers_each_takes_other_entries,
    audit::staff_find_entries_by_what_they_know,
    authenticators::a_locked_authenticator_is_judged_one_after_another,
    authenticators::a_step_only_moves_forward,
    authenticators::an_account_has_one_live_authenticator_of_a_kind,
    authenticators::authenticators_round_trip_and_stay_ended,
    authenticators::of_64_uses_of_one_step_one_counts,
    authenticators::recovery_codes_only_become_fewer,
    cases::a_voice_speaks_once_in_a_round_about_a_case,
    cases::cases_round_trip_one_open_of_a_kind,
    cases::cases_that_wait_for_their_holders_come_due,
    identity::identity_checks_are_leased_and_come_to_an_end,
    identity::identity_checks_round_trip_one_a_round_and_keep_their_answer,
    cases::of_many_that_decide_at_once_one_ends_the_case,
    codes::counters_answer_in_the_order_asked,
    codes::counters_lose_nothing_when_64_add_at_once,
    codes::factor_states_round_trip_by_lane,
    codes::failures_count_for_365_days,
    codes::of_64_wrong_guesses_five_are_compared,
    codes::overdue_verifications_are_found,
    codes::superseding_spares_other_purposes_subjects_and_the_newest,
    codes::the_right_code_64_times_is_one_success,
    codes::verifications_round_trip_and_stay_finished,
    desk::a_kept_message_is_no_dispatcher_s,
    desk::messages_are_found_by_the_index_of_their_address,
    evidence::of_16_pieces_at_one_place_one_is_taken,
    evidence::parts_can_be_neither_read_nor_moved_nor_lost,
    evidence::pictures_round_trip_and_stay_in_their_service,
    evidence::what_an_owner_has_is_deleted_when_it_says,
    forgetting::codes_are_forgotten_a_day_after_the_end,
    forgetting::counters_outlive_their_window_once,
    forgetting::actions_are_forgotten_after_thirteen_months,
    forgetting::journeys_are_forgotten_when_they_are_over,
    forgetting::rows_that_say_nothing_are_forgotten,
    forgetting::traces_are_forgotten_after_thirteen_months,
    forgetting::what_was_told_is_forgotten_after_thirty_days,
    keys::a_changed_or_missing_master_key_is_refused,
    keys::a_new_key_in_front_is_accepted_and_remembered,
    keys::the_anchor_stays,
    people::a_number_has_one_live_binding_per_service,
    people::a_timer_belongs_to_one_node_at_a_time,
    people::accounts_round_trip_and_stay_in_their_service,
    people::an_idempotency_key_is_used_once,
    people::devices_round_trip_and_stay_forgotten,
    people::every_browser_of_an_account_but_one_is_forgotten_and_nobody_elses,
    people::entries_are_read_in_pages_newest_first,
    people::journeys_round_trip,
    people::one_email_opens_one_account_per_service,
    people::racing_binds_of_one_number_have_one_winner,
    people::services_keys_and_staff_round_trip,
    people::sessions_round_trip_and_stay_ended,
    proposals::counters_can_be_read_without_counting,
    proposals::locks_are_counted_by_hour_and_looks_by_day,
    proposals::of_16_that_decide_one_proposal_one_counts,
    proposals::proposals_round_trip_and_stay_ended,
    proposals::the_same_proposal_waits_once,
    proposals::what_is_shut_and_held_now_is_listed,
    protections::a_freeze_link_works_until_it_ends,
    protections::a_rate_is_never_replaced_by_an_older_one,
    protections::holds_are_in_force_until_their_end,
    protections::policy_versions_are_added_once,
    protections::the_clocks_mark_only_rises,
    races::a_full_queue_is_busy_and_loses_nothing,
    races::increments_are_never_lost,
    races::one_of_64_guarded_updates_wins,
    races::one_of_64_inserts_of_one_key_wins,
    receipts::a_long_message_is_delivered_when_all_its_parts_are,
    receipts::a_receipt_may_come_before_the_carriers_own_answer,
    receipts::an_answer_and_its_receipt_that_cross_always_meet,
    receipts::an_early_receipt_is_taken_by_one_message_only,
    receipts::deliveries_are_measured_by_country,
    receipts::of_two_spellings_the_newest_try_is_meant,
    receipts::receipts_of_another_route_or_week_are_not_ours,
    receipts::receipts_that_waited_in_vain_are_forgotten,
    receipts::the_first_final_word_counts,
    roads::a_batch_of_receipts_is_heard_one_by_one,
    roads::a_dead_code_takes_no_other_road,
    roads::a_due_message_knows_the_roads_taken_before,
    roads::a_late_word_of_one_road_leaves_the_other_alone,
    roads::a_negative_receipt_sends_a_living_code_on_at_once,
    roads::a_try_is_recorded_once,
    roads::an_entered_code_credits_the_road_that_brought_it,
    roads::of_32_that_look_for_missing_receipts_one_finds_each,
    roads::people_can_see_what_became_of_a_message,
    roads::what_is_postponed_is_due_again_untried,
    roads::whoever_delivers_wins,
    roads::without_a_receipt_in_time_a_living_code_takes_another_road,
    routes::a_breaker_hears_every_node,
    routes::counts_are_forgotten_after_eight_days,
    routes::one_probe_leaves,
    routes::what_nodes_count_adds_up,
    routes::what_operators_want_is_kept,
    schema::a_changed_migration_is_refused,
    schema::a_failing_migration_leaves_nothing,
    schema::a_newer_database_is_refused,
    schema::every_statement_can_be_prepared,
    schema::later_migrations_are_added_once,
    schema::the_products_own_schema_is_made,
    secrecy::nothing_sealed_can_be_read_at_rest,
    secrecy::sealed_values_are_bound_to_row_and_key,
    sending::a_dead_message_loses_its_body,
    sending::a_late_word_does_not_undo_a_newer_try,
    sending::a_message_that_cannot_be_read_does_not_stop_the_others,
    sending::a_try_ends_as_it_was_judged,
    sending::dispatchers_never_share_a_message,
    sending::leases_of_a_lost_node_are_given_back,
    sending::messages_are_leased_oldest_first_and_once,
    sending::messages_too_late_to_be_of_use_expire,
    sending::what_was_canceled_is_not_sent_and_stays_canceled,
    staff::a_link_for_staff_is_used_once_and_forgotten,
    staff::an_operators_step_is_spent_once_and_one_app_is_live,
    staff::operator_sessions_are_kept_thirteen_months,
    staff::operator_sessions_round_trip_and_stay_ended,
    staff::operators_change_and_their_sessions_end_together,
    statements::comparisons_and_counts_are_integers,
    statements::every_kind_of_value_round_trips,
    statements::parameters_bind_by_number_not_by_appearance,
    statements::values_of_another_kind_are_refused,
    statements::wrong_statements_are_refused,
    transactions::a_caller_that_goes_away_does_not_stop_the_step,
    transactions::a_failing_step_leaves_nothing,
    transactions::a_hidden_failure_does_not_commit,
    transactions::a_panicking_step_leaves_nothing_and_the_store_goes_on,
    transactions::a_reading_step_cannot_write,
    transactions::a_refused_commit_is_reported,
    transactions::a_taken_key_is_a_conflict,
    transactions::an_answer_means_that_others_see_it,
    transactions::neighbours_of_failing_steps_are_committed,
    texts::a_text_is_for_whoever_waits_for_it,
    texts::templates_round_trip_and_stay_in_their_service,
    texts::wrong_texts_are_counted_for_fifteen_minutes,
    tickets::a_list_is_narrowed_and_the_first_promise_comes_first,
    tickets::canned_answers_round_trip_and_stay_in_their_service,
    tickets::messages_are_read_in_order_and_in_their_service,
    tickets::tickets_rest_and_lose_their_words,
    tickets::tickets_round_trip_and_stay_closed,
    upgrade::what_version_1_wrote_is_read_and_goes_on,
    upgrade::what_version_2_sent_is_heard_of,
    wakes::a_commit_before_waiting_is_not_missed,
    wakes::only_a_commit_wakes,
    webhooks::a_delivery_can_be_sent_again,
    webhooks::a_telling_ends_as_it_was_judged,
    webhooks::an_event_is_told_to_every_live_listener_of_its_service,
    webhooks::an_event_wakes_the_teller,
    webhooks::deliveries_are_leased_longest_due_first_and_once,
    webhooks::deliveries_are_listed_newest_first,
    webhooks::listeners_round_trip_and_stay_disabled,
    webhooks::tellers_never_share_a_delivery,
    webhooks::what_cannot_be_told_is_given_up,
}
