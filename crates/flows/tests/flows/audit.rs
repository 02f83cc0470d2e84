//! The audit's timers: what is sealed at once, what is signed when, and that several nodes may do it.

use crate::house::House;
use countersign_core::model::Factor;
use countersign_flows::{Caller, KeptProblem, SealReport};

fn report(entries: u64, checkpoints: u64) -> SealReport {
    SealReport { entries, checkpoints }
}

async fn happen(house: &House, times: u64) {
    for _ in 0..times {
        let caller = Caller::default();
        house.flows.note_audit_export(house.service_id, None, "kind=a", "csv", &caller).await.unwrap();
    }
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
