//! The schema's history: once, in order, and never another one.

use crate::engines::{Database, HISTORY, execute, rows};
use countersign_storage::{MIGRATIONS, Migration, StorageError};

const SECOND: Migration = Migration {
    number: 2,
    name: "second",
    sql: "CREATE TABLE later (id {INT} NOT NULL PRIMARY KEY) {TABLE_OPTIONS};",
};

pub(crate) async fn later_migrations_are_added_once(database: Database) {
    const BOTH: &[Migration] = &[HISTORY[0], SECOND];
    let store = database.open();
    assert_eq!(store.migrate_with(HISTORY).await, Ok(vec![1]));
    assert_eq!(store.migrate_with(HISTORY).await, Ok(vec![]));
    assert_eq!(store.migrate_with(BOTH).await, Ok(vec![2]));
    assert_eq!(store.migrate_with(BOTH).await, Ok(vec![]));
    assert_eq!(execute(&store, "INSERT INTO later (id) VALUES (1)").await, Ok(1));
}

pub(crate) async fn a_changed_migration_is_refused(database: Database) {
    const CHANGED: &[Migration] =
        &[Migration { sql: "CREATE TABLE items (id {INT}) {TABLE_OPTIONS};", ..HISTORY[0] }, SECOND];
    let store = database.store().await;
    let refused = store.migrate_with(CHANGED).await;
    let Err(StorageError::SchemaRefused { reason }) = refused else { panic!("{refused:?}") };
    assert!(reason.contains("migration 1 (contract)"), "{reason}");
    assert!(execute(&store, "INSERT INTO later (id) VALUES (1)").await.is_err(), "nothing of it was run");
}

pub(crate) async fn a_newer_database_is_refused(database: Database) {
    const BOTH: &[Migration] = &[HISTORY[0], SECOND];
    let store = database.open();
    store.migrate_with(BOTH).await.unwrap();
    let refused = store.migrate_with(HISTORY).await;
    let Err(StorageError::SchemaRefused { reason }) = refused else { panic!("{refused:?}") };
    assert!(reason.contains("at migration 2") && reason.contains("knows 1"), "{reason}");
}

pub(crate) async fn a_failing_migration_leaves_nothing(database: Database) {
    const FAILS: &[Migration] = &[
        HISTORY[0],
        SECOND,
        Migration { number: 3, name: "fails", sql: "CREATE TABLE again (id {INT}); NONSENSE;" },
    ];
    const WORKS: &[Migration] = &[HISTORY[0], SECOND];
    let store = database.store().await;
    assert!(matches!(store.migrate_with(FAILS).await, Err(StorageError::Misuse { .. })));
    assert_eq!(store.migrate_with(WORKS).await, Ok(vec![2]), "the second was undone with the third");
    assert_eq!(rows(&store, "SELECT number FROM schema_migrations").await.len(), 2);
}

pub(crate) async fn the_products_own_schema_is_made(database: Database) {
    let store = database.open();
    let numbers: Vec<i64> = (1..).take(MIGRATIONS.len()).collect();
    assert_eq!(store.migrate().await, Ok(numbers));
    assert_eq!(store.migrate().await, Ok(vec![]));
}

pub(crate) async fn every_statement_can_be_prepared(database: Database) {
    let store = database.open();
    assert!(store.check_statements().await.is_err(), "without tables nothing can be prepared");
    store.migrate().await.unwrap();
    let prepared = store.check_statements().await;
    assert!(matches!(prepared, Ok(1..)), "{prepared:?}");
}
