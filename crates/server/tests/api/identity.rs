//! The door at which an identity provider answers: shut to whoever cannot sign, and silent about why.

use crate::house::{Ask, House};
use axum::http::{Method, StatusCode};

#[tokio::test]
async fn nobody_answers_for_a_provider_that_is_not_asked() {
    let house = House::new().await;
    for body in ["", "{}", r#"{"type":"identity_check.finished","data":{"check":"idc_0","finding":"match"}}"#]
    {
        let reply = house.send(Ask::new(Method::POST, "/identity/answers").body(body)).await;
        assert_eq!((reply.status, reply.text.as_str()), (StatusCode::FORBIDDEN, ""), "{body}");
    }
    let looked = house.send(Ask::new(Method::GET, "/identity/answers")).await;
    assert_eq!(looked.status, StatusCode::METHOD_NOT_ALLOWED);
}
