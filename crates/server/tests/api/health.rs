//! `/livez` and `/readyz`.

use crate::house::{Ask, House};
use axum::http::StatusCode;
use countersign_storage::{Step, StorageError, Tx};

struct Ruin;

impl Step for Ruin {
    type Output = u64;

    async fn run(&self, tx: &mut Tx) -> Result<u64, StorageError> {
        tx.execute("ALTER TABLE services RENAME TO gone", &[]).await
    }
}

#[tokio::test]
async fn a_process_without_its_tables_lives_but_is_not_ready() {
    let house = House::new().await;
    let ask = async |path: &str| house.send(Ask::get(path)).await;
    assert_eq!(ask("/livez").await.status, StatusCode::OK);
    assert_eq!(ask("/readyz").await.status, StatusCode::OK);
    house.store.write(Ruin).await.unwrap();
    assert_eq!(ask("/livez").await.status, StatusCode::OK);
    let reply = ask("/readyz").await;
    assert_eq!((reply.status, reply.text.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "not ready\n"));
}
