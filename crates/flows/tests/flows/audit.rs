//! The audit's timers: what is sealed at once, what is signed when, that several nodes may do it, and that nobody has a
//! history sealed that was changed behind the server's back.

use crate::house::House;
use countersign_core::id::{OperatorId, ServiceId};
use countersign_core::model::{Actor, Factor};
use countersign_flows::{AuditSpan, Caller, Flows, KeptProblem, SealReport};
use countersign_storage::{Step, StorageError, Tx};

fn report(entries: u64, checkpoints: u64) -> SealReport {
    SealReport { entries, checkpoints, refused: 0 }
}

const REFUSED: SealReport = SealReport { entries: 0, checkpoints: 0, refused: 1 };

async fn happen(house: &House, times: u64) {
    happen_in(house, house.service_id, times).await;
}

async fn happen_in(house: &House, service_id: ServiceId, times: u64) {
    for _ in 0..times {
        let caller = Caller::default();
        house.flows.note_audit_export(service_id, None, "kind=a", "csv", &caller).await.unwrap();
    }
}

/// One change by hand.
struct Sql(&'static str);

impl Step for Sql {
    type Output = u64;

    async fn run(&self, tx: &mut Tx) -> Result<u64, StorageError> {
        tx.execute(self.0, &[]).await
    }
}

/// What somebody with the database does; each statement must find something to change.
async fn tamper(house: &House, statements: &[&'static str]) {
    for sql in statements {
        assert!(house.store.write(Sql(sql)).await.unwrap() > 0, "{sql}");
    }
}

/// What a check names.
async fn found(flows: &Flows) -> Vec<&'static str> {
    let report = flows.verify_audit(&[], |_| ()).await.unwrap();
    let findings = report.chains.iter().flat_map(|chain| &chain.walk.findings);
    findings.map(|one| one.kind.as_str()).collect()
}

#[tokio::test]
async fn entries_are_sealed_at_once_and_signed_within_a_minute() {
    let house = House::new().await;
    let seal = || house.flows.seal_audit();
    assert_eq!(house.flows.audit_checkpoint(house.service_id).await.unwrap(), None);
    happen(&house, 2).await;
    assert_eq!(seal().await.unwrap(), report(3, 1), "the first, that of the service, are signed at once");
    assert_eq!(seal().await.unwrap(), report(0, 0));
    happen(&house, 2).await;
    house.later(59);
    assert_eq!(seal().await.unwrap(), report(2, 0));
    let report_now = house.flows.verify_audit(&[], |_| ()).await.unwrap();
    assert_eq!((report_now.found(), report_now.chains[0].walk.head), (0, 5));
    assert_eq!(report_now.chains[0].walk.signed.as_ref().unwrap().sequence, 3);
    house.later(1);
    assert_eq!(seal().await.unwrap(), report(0, 1), "a minute is over, though nothing more happened");
    house.later(3_600);
    assert_eq!(seal().await.unwrap(), report(0, 0), "there is nothing new to sign");
    happen(&house, 1_000).await;
    assert_eq!(seal().await.unwrap(), report(1_000, 1));
    assert_eq!(house.flows.verify_audit(&[], |_| ()).await.unwrap().found(), 0);
}

#[tokio::test]
async fn a_second_node_goes_on_where_the_first_one_was() {
    let house = House::new().await;
    let beside = House::beside(&house).await;
    house.person(&[Factor::Totp]).await;
    happen(&house, 600).await;
    let (one, other) = tokio::join!(house.flows.seal_audit(), beside.seal_audit());
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one.entries + other.entries, 601, "and that the service was made");
    let report = beside.verify_audit(&[], |_| ()).await.unwrap();
    assert_eq!((report.entries(), report.found()), (601, 0));
}

#[tokio::test]
async fn a_kept_checkpoint_counts_by_what_was_signed() {
    let house = House::new().await;
    happen(&house, 1).await;
    house.flows.seal_audit().await.unwrap();
    let kept = house.flows.audit_checkpoint(house.service_id).await.unwrap().unwrap();
    let read = house.flows.read_kept_checkpoint(&kept).unwrap();
    assert_eq!((read.sequence, read.number, read.service_id), (2, 1, house.service_id));
    assert_eq!(house.flows.verify_audit(&[read], |_| ()).await.unwrap().found(), 0);
    let mut altered = kept.clone();
    altered.sequence = 1;
    assert_eq!(house.flows.read_kept_checkpoint(&altered), Err(KeptProblem::Disagrees));
    let mut forged = kept;
    forged.statement.replace_range(..1, "x");
    assert_eq!(house.flows.read_kept_checkpoint(&forged), Err(KeptProblem::NotOurs));
}

/// Everything after the first checkpoint is cut off, changed, and put in line again.
const REWRITE: &[&str] = &[
    "DELETE FROM audit_links WHERE sequence > (SELECT MIN(sequence) FROM audit_checkpoints)",
    "DELETE FROM audit_checkpoints WHERE number > 1",
    "UPDATE events SET device = 'nobody' WHERE id NOT IN (SELECT event_id FROM audit_links)",
    "INSERT INTO audit_waiting (service_id, event_id)
        SELECT service_id, id FROM events WHERE id NOT IN (SELECT event_id FROM audit_links)",
];

/// A house with two checkpoints, the second over two entries.
async fn signed_twice() -> House {
    let house = House::new().await;
    happen(&house, 3).await;
    house.flows.seal_audit().await.unwrap();
    house.later(61);
    happen(&house, 2).await;
    assert_eq!(house.flows.seal_audit().await.unwrap(), report(2, 1));
    house
}

#[tokio::test]
async fn a_process_signs_no_history_that_was_made_anew_behind_it() {
    let house = signed_twice().await;
    assert!(found(&house.flows).await.is_empty());
    tamper(&house, REWRITE).await;
    assert_eq!(house.flows.seal_audit().await.unwrap(), REFUSED);
    assert_eq!(found(&house.flows).await, ["tail_cut"]);
    happen(&house, 1).await;
    house.later(3_600);
    assert_eq!(house.flows.seal_audit().await.unwrap(), REFUSED, "whatever happens then");
    assert_eq!(house.flows.close_audit().await.unwrap(), REFUSED);
    let newest = house.flows.audit_checkpoint(house.service_id).await.unwrap().unwrap();
    assert_eq!(newest.number, 1);
    // A process that has just started goes on, and what it signs shows for ever that something is missing.
    let beside = House::beside(&house).await;
    assert_eq!(beside.close_audit().await.unwrap(), REFUSED, "nor does one that only passes by");
    assert_eq!(beside.seal_audit().await.unwrap(), report(3, 1));
    assert_eq!(found(&beside).await, ["checkpoint_missing"]);
    assert_eq!(house.flows.seal_audit().await.unwrap(), REFUSED, "it still is another chain to this one");
    house.later(60);
    happen(&house, 1).await;
    assert_eq!(beside.seal_audit().await.unwrap(), report(1, 1));
    assert_eq!(found(&beside).await, ["checkpoint_missing"]);
}

#[tokio::test]
async fn a_process_goes_on_only_where_its_last_checkpoint_and_its_note_are() {
    for (sql, kind) in [
        ("DELETE FROM audit_marks", "newest_unknown"),
        ("UPDATE audit_marks SET statement = CAST(x'80' AS TEXT)", "newest_unknown"),
        ("DELETE FROM audit_checkpoints WHERE number = 2", "checkpoint_missing"),
    ] {
        let house = signed_twice().await;
        tamper(&house, &[sql]).await;
        assert_eq!(house.flows.seal_audit().await.unwrap(), REFUSED, "{sql}");
        assert_eq!(found(&house.flows).await, [kind], "{sql}");
        let beside = House::beside(&house).await;
        happen(&house, 1).await;
        assert_eq!(beside.seal_audit().await.unwrap(), report(1, 1), "{sql}");
        assert_eq!(found(&beside).await, ["checkpoint_missing"], "{sql}: the number that was left out");
    }
}

#[tokio::test]
async fn one_chain_that_cannot_be_read_keeps_no_other_from_being_sealed() {
    let house = House::new().await;
    let other = house.flows.create_service("Other", false, &Caller::default()).await.unwrap().id;
    let both = || async {
        happen(&house, 1).await;
        happen_in(&house, other, 1).await;
    };
    both().await;
    house.flows.seal_audit().await.unwrap();
    // Services are taken in the order of their identifiers.
    tamper(
        &house,
        &["UPDATE audit_checkpoints SET statement = CAST(x'80' AS TEXT)
            WHERE service_id = (SELECT MIN(id) FROM services)"],
    )
    .await;
    house.later(61);
    both().await;
    assert_eq!(house.flows.seal_audit().await.unwrap(), report(2, 2), "it is told, and gone on from");
    assert_eq!(found(&house.flows).await, ["checkpoint_altered"]);
    tamper(
        &house,
        &["UPDATE audit_links SET link = zeroblob(3) WHERE service_id = (SELECT MIN(id) FROM services)"],
    )
    .await;
    both().await;
    assert!(house.flows.seal_audit().await.is_err());
    let report = house.flows.verify_audit(&[], |_| ()).await.unwrap();
    let waiting: Vec<u64> = report.chains.iter().map(|chain| chain.waiting).collect();
    assert_eq!(waiting, [1, 0]);
}

#[tokio::test]
async fn a_process_that_ends_signs_what_is_sealed() {
    let house = House::new().await;
    happen(&house, 1).await;
    house.flows.seal_audit().await.unwrap();
    happen(&house, 1).await;
    assert_eq!(house.flows.seal_audit().await.unwrap(), report(1, 0));
    assert_eq!(house.flows.close_audit().await.unwrap(), report(0, 1));
    assert_eq!(house.flows.close_audit().await.unwrap(), report(0, 0));
    assert!(found(&house.flows).await.is_empty());
}

#[tokio::test]
async fn what_waits_for_an_hour_is_found_and_told_once_it_is_sealed() {
    let house = House::new().await;
    happen(&house, 2).await;
    assert!(found(&house.flows).await.is_empty());
    house.later(3_601);
    assert_eq!(found(&house.flows).await, ["emptied"]);
    let sealed = house.flows.seal_audit().await.unwrap().entries;
    let report = house.flows.verify_audit(&[], |_| ()).await.unwrap();
    let walk = &report.chains[0].walk;
    assert_eq!((walk.found, walk.late_at_start, walk.began_at), (0, sealed, Some(house.now())));
    let house = House::new().await;
    house.person(&[Factor::Totp]).await;
    house.flows.seal_audit().await.unwrap();
    for sql in ["DELETE FROM events", "DELETE FROM audit_links", "DELETE FROM audit_checkpoints"] {
        house.store.write(Sql(sql)).await.unwrap();
    }
    house.store.write(Sql("DELETE FROM audit_marks")).await.unwrap();
    assert_eq!(found(&house.flows).await, ["emptied"], "there is an account");
}

#[tokio::test]
async fn a_search_is_written_down_once_per_operator_filter_and_hour() {
    let house = House::new().await;
    let by = |number: u8| Caller {
        actor: Actor::Operator(OperatorId::from_bytes([number; 16])),
        ..Caller::default()
    };
    let (service_id, flows) = (house.service_id, &house.flows);
    let look = async |number: u8, filter: &str| {
        flows.note_audit_read(service_id, None, filter, &by(number)).await.unwrap();
        let span = AuditSpan { kind: "audit_read".into(), ..AuditSpan::default() };
        flows.audit_newest(service_id, &span, None, 99).await.unwrap().len()
    };
    assert_eq!((look(1, "account=a").await, look(1, "account=a").await), (1, 1));
    assert_eq!((look(1, "account=b").await, look(2, "account=a").await), (2, 3));
    house.later(3_600);
    assert_eq!((look(1, "account=a").await, look(1, "account=a").await), (4, 4));
}
