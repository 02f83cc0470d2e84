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
mod transactions;
mod wakes;

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
    keys::a_changed_or_missing_master_key_is_refused,
    keys::a_new_key_in_front_is_accepted_and_remembered,
    keys::the_anchor_stays,
    races::a_full_queue_is_busy_and_loses_nothing,
    races::increments_are_never_lost,
    races::one_of_64_guarded_updates_wins,
    races::one_of_64_inserts_of_one_key_wins,
    schema::a_changed_migration_is_refused,
    schema::a_failing_migration_leaves_nothing,
    schema::a_newer_database_is_refused,
    schema::later_migrations_are_added_once,
    schema::the_products_own_schema_is_made,
    schema::every_statement_can_be_prepared,
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
    wakes::a_commit_before_waiting_is_not_missed,
    wakes::only_a_commit_wakes,
}
