//! Parameters, values and results.

use crate::engines::{Database, execute, rows, step};
use countersign_storage::{StorageError, Value};

pub(crate) async fn parameters_bind_by_number_not_by_appearance(database: Database) {
    let store = database.store().await;
    let sql = "INSERT INTO items (amount, label, id) VALUES ($3, $2, $1)";
    let write = step(move |tx| {
        Box::pin(async move { tx.execute(sql, &[Value::Int(1), Value::Text("two"), Value::Int(3)]).await })
    });
    assert_eq!(store.write(write).await, Ok(1));
    let update =
        "UPDATE items SET label = $2 WHERE id = $1 AND amount = $3 AND id = $1 RETURNING amount, label";
    let write = step(move |tx| {
        Box::pin(async move { tx.row_optional(update, &[Value::Int(1), "deux".into(), Value::Int(3)]).await })
    });
    let row = store.write(write).await.unwrap().expect("the row is found by its number");
    assert_eq!((row.int(0), row.text(1)), (Ok(3), Ok("deux")));
}

pub(crate) async fn every_kind_of_value_round_trips(database: Database) {
    let store = database.store().await;
    let text = "quotes ' \" $1 {INT} ; -- \u{0669}\u{FF18} \u{1F4F1}\r\n";
    let bytes: &[u8] = &[0, 1, 0xFF, b'\'', 0];
    let values: [(i64, Value<'static>, Value<'static>, Value<'static>); 4] = [
        (1, Value::Text(text), Value::Bytes(bytes), Value::Int(i64::MAX)),
        (2, Value::Text(""), Value::Bytes(&[]), Value::Int(i64::MIN)),
        (3, Value::Null, Value::Null, Value::Null),
        (4, Value::from(None::<&str>), Value::from(Some(b"four")), Value::from(true)),
    ];
    let write = step(move |tx| {
        Box::pin(async move {
            for (id, label, payload, amount) in values {
                let sql = "INSERT INTO items (id, label, payload, amount) VALUES ($1, $2, $3, $4)";
                assert_eq!(tx.execute(sql, &[Value::Int(id), label, payload, amount]).await?, 1);
            }
            Ok(())
        })
    });
    store.write(write).await.unwrap();
    let read = rows(&store, "SELECT label, payload, amount FROM items ORDER BY id").await;
    assert_eq!((read[0].text(0), read[0].bytes(1), read[0].int(2)), (Ok(text), Ok(bytes), Ok(i64::MAX)));
    assert_eq!((read[1].text(0), read[1].bytes(1), read[1].int(2)), (Ok(""), Ok(&[][..]), Ok(i64::MIN)));
    let nulls = (read[2].optional_text(0), read[2].optional_bytes(1), read[2].optional_int(2));
    assert_eq!(nulls, (Ok(None), Ok(None), Ok(None)));
    assert_eq!(
        (read[3].optional_text(0), read[3].array(1), read[3].flag(2)),
        (Ok(None), Ok(*b"four"), Ok(true))
    );
    // What a column does not hold is an error that names the column, never a default.
    assert_eq!(read[2].int(2), Err(StorageError::Corrupt { column: 2, expected: "an integer" }));
    assert_eq!(read[0].bytes(0), Err(StorageError::Corrupt { column: 0, expected: "bytes" }));
    assert!(matches!(read[3].array::<5>(1), Err(StorageError::Corrupt { column: 1, .. })));
    assert!(matches!(read[0].flag(2), Err(StorageError::Corrupt { column: 2, .. })));
    assert!(matches!(read[0].int(7), Err(StorageError::Corrupt { column: 7, .. })));
    assert!(!format!("{:?} {:?}", read[0], Value::Text("secret")).contains("secret"));
}

pub(crate) async fn comparisons_and_counts_are_integers(database: Database) {
    let store = database.store().await;
    execute(&store, "INSERT INTO items (id, amount) VALUES (1, 5), (2, 6)").await.unwrap();
    let sql = "SELECT count(*), EXISTS (SELECT id FROM items WHERE amount = 6), CAST(sum(amount) AS BIGINT),
                      EXISTS (SELECT id FROM items WHERE amount = 7) FROM items";
    let found = rows(&store, sql).await;
    let row = &found[0];
    assert_eq!((row.count(0), row.flag(1), row.int(2), row.flag(3)), (Ok(2), Ok(true), Ok(11), Ok(false)));
}

pub(crate) async fn values_of_another_kind_are_refused(database: Database) {
    let store = database.store().await;
    let wrong: [(&str, Value<'static>); 4] = [
        ("INSERT INTO items (id, amount) VALUES (1, $1)", Value::Text("five")),
        ("INSERT INTO items (id, payload) VALUES (2, $1)", Value::Text("text")),
        ("INSERT INTO items (id, label) VALUES (3, $1)", Value::Bytes(b"bytes")),
        ("INSERT INTO items (id, label) VALUES (4, $1)", Value::Text("nul\0")),
    ];
    for (sql, value) in wrong {
        let write = step(move |tx| Box::pin(async move { tx.execute(sql, &[value]).await }));
        let refused = store.write(write).await;
        assert!(matches!(refused, Err(StorageError::Misuse { .. })), "{sql}: {refused:?}");
    }
    assert!(rows(&store, "SELECT id FROM items").await.is_empty());
}

pub(crate) async fn wrong_statements_are_refused(database: Database) {
    let store = database.store().await;
    execute(&store, "INSERT INTO items (id) VALUES (1), (2)").await.unwrap();
    let wrong: [(&str, &[Value<'static>]); 5] = [
        ("SELECT id FROM nowhere", &[]),
        ("SELEC id FROM items", &[]),
        ("SELECT id FROM items WHERE id = $1", &[]),
        ("SELECT id FROM items WHERE id = $1", &[Value::Int(1), Value::Int(2)]),
        ("SELECT id FROM items {NO_SUCH_TOKEN}", &[]),
    ];
    for (sql, params) in wrong {
        let write = step(move |tx| Box::pin(async move { tx.rows(sql, params).await.map(|_| ()) }));
        let refused = store.write(write).await;
        assert!(matches!(refused, Err(StorageError::Misuse { .. })), "{sql}: {refused:?}");
    }
    let two = step(|tx| Box::pin(async move { tx.row_optional("SELECT id FROM items", &[]).await }));
    assert!(matches!(store.read(two).await, Err(StorageError::Misuse { .. })));
}
