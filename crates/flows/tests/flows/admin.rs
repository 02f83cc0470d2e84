//! What the command line sets up: each service and each key is an entry, and a key is its service's alone.

use crate::house::{House, caller};
use countersign_core::model::Actor;
use countersign_flows::{AuditEntry, AuditSpan, Caller, FlowError};

fn command_line() -> Caller {
    Caller { actor: Actor::CommandLine, ..caller() }
}

#[tokio::test]
async fn services_and_keys_are_entries_without_the_key() {
    let house = House::new().await;
    let flows = &house.flows;
    let service = flows.create_service("Bravo", false, &command_line()).await.unwrap();
    house.later(1);
    let made = flows.create_api_key(service.id, "till 7", &command_line()).await.unwrap();
    assert_eq!(flows.service_of_key(made.secret.expose()).await.unwrap(), Some(service.id));
    house.later(1);
    flows.revoke_api_key(service.id, made.key.id, &command_line()).await.unwrap();
    let told: Vec<AuditEntry> =
        flows.audit_ascending(service.id, &AuditSpan::default(), None, 9).await.unwrap();
    let kinds: Vec<_> = told.iter().map(|one| (one.kind.as_str(), one.actor.as_str())).collect();
    let by = "command_line";
    assert_eq!(kinds, [("service_added", by), ("api_key_added", by), ("api_key_revoked", by)]);
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let key = made.key.id.to_string();
    assert!(told[0].fields.is_empty());
    assert_eq!(told[1].fields, [field("key", &key), field("name", "till 7")]);
    assert_eq!(told[2].fields, [field("key", &key)]);
    assert!(!format!("{told:?}").contains(made.secret.expose()), "R10");
}

#[tokio::test]
async fn a_key_is_revoked_by_its_own_service_and_once() {
    let house = House::new().await;
    let flows = &house.flows;
    let other = flows.create_service("Bravo", false, &command_line()).await.unwrap();
    let made = flows.create_api_key(house.service_id, "till 7", &command_line()).await.unwrap();
    let revoke = |service_id| {
        let by = command_line();
        async move { flows.revoke_api_key(service_id, made.key.id, &by).await }
    };
    assert_eq!(revoke(other.id).await, Err(FlowError::Conflict), "R77");
    assert_eq!(flows.service_of_key(made.secret.expose()).await.unwrap(), Some(house.service_id));
    revoke(house.service_id).await.unwrap();
    assert_eq!(flows.service_of_key(made.secret.expose()).await.unwrap(), None);
    assert_eq!(revoke(house.service_id).await, Err(FlowError::Conflict));
    let span = AuditSpan { kind: "api_key_revoked".to_owned(), ..AuditSpan::default() };
    for (service_id, count) in [(house.service_id, 1), (other.id, 0)] {
        let told = flows.audit_newest(service_id, &span, None, 9).await.unwrap();
        assert_eq!(told.len(), count, "what did not happen is no entry");
    }
}
