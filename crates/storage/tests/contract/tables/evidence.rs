//! Documents and photos: pieces that come in order and once, parts that open in their own place only, and an end.

use super::fixtures::*;
use crate::engines::{Database, Engine, execute, rows};
use countersign_core::change::Change;
use countersign_core::id::*;
use countersign_core::model::*;
use countersign_core::time::{Timestamp, days, seconds};
use countersign_storage::tables::evidence::{
    self, AccountLoad, PART_BYTES_MAX, SealedPart, Stage, Stored, open_parts, seal_parts,
};
use countersign_storage::{MasterKeys, StorageError, tables::Rows};
use std::sync::Arc;

const CANARY: &[u8] = b"a passport of Ada Lovelace";

/// Bytes of two parts and a bit, with something in each that must not be read.
fn pixels() -> Vec<u8> {
    CANARY.iter().copied().cycle().take(2 * PART_BYTES_MAX + 100).collect()
}

fn case(byte: u8) -> EvidenceOwner {
    EvidenceOwner::Case(CaseId::from_bytes([byte; 16]))
}

fn ticket(byte: u8) -> EvidenceOwner {
    EvidenceOwner::Ticket(TicketId::from_bytes([byte; 16]))
}

fn upload(world: &World, owner: EvidenceOwner, length_bytes: u32) -> EvidenceUpload {
    EvidenceUpload {
        id: EvidenceId::draw(NOW, world.entropy.as_ref()),
        service_id: world.service_id,
        account_id: Some(AccountId::from_bytes([0xAC; 16])),
        owner,
        slot: EvidenceSlot::NotePhoto,
        note: "heron-4471".into(),
        length_bytes,
        received_bytes: 0,
        pieces: 0,
        started_at: NOW,
        expires_at: NOW.after(days(1)),
    }
}

fn picture(upload: &EvidenceUpload, size_bytes: u32) -> Evidence {
    Evidence {
        id: upload.id,
        service_id: upload.service_id,
        account_id: upload.account_id,
        owner: upload.owner,
        slot: upload.slot,
        width: 640,
        height: 480,
        size_bytes,
        uploaded_at: NOW,
        delete_after: NOW.after(days(180)),
        note: upload.note.clone(),
    }
}

impl World {
    async fn begin(&self, upload: &EvidenceUpload) {
        let upload = upload.clone();
        let begin = self.write(move |tx, r| {
            let upload = upload.clone();
            Box::pin(async move { evidence::begin(tx, r, &upload).await })
        });
        begin.await.unwrap();
    }

    async fn receive_piece(&self, upload: &EvidenceUpload, bytes: &[u8]) -> Result<(), StorageError> {
        let parts = seal_parts(&self.rows, upload.id, Stage::Sent, upload.received_bytes, bytes).unwrap();
        let (upload, received) =
            (upload.clone(), upload.received_bytes + u32::try_from(bytes.len()).unwrap());
        self.write(move |tx, r| {
            let (upload, parts) = (upload.clone(), parts.clone());
            Box::pin(async move { evidence::receive(tx, r, &upload, received, &parts).await })
        })
        .await
    }

    async fn finish_picture(&self, picture: &Evidence, bytes: &[u8]) -> Result<(), StorageError> {
        let parts = seal_parts(&self.rows, picture.id, Stage::Made, 0, bytes).unwrap();
        let picture = picture.clone();
        self.write(move |tx, r| {
            let (picture, parts) = (picture.clone(), parts.clone());
            Box::pin(async move { evidence::finish(tx, r, &picture, &parts).await })
        })
        .await
    }

    /// A picture of these bytes, as it comes and stays.
    async fn pictured(&self, owner: EvidenceOwner, bytes: &[u8]) -> Evidence {
        let length = u32::try_from(bytes.len()).unwrap();
        let upload = upload(self, owner, length);
        self.begin(&upload).await;
        self.receive_piece(&upload, bytes).await.unwrap();
        let picture = picture(&upload, length);
        self.finish_picture(&picture, bytes).await.unwrap();
        picture
    }

    async fn stored(&self, service_id: ServiceId, id: EvidenceId) -> Option<Stored> {
        self.read(move |tx, r| Box::pin(evidence::load(tx, r, service_id, id))).await
    }

    async fn parts(&self, id: EvidenceId, stage: Stage) -> Vec<SealedPart> {
        self.read(move |tx, r| Box::pin(evidence::parts(tx, r, id, stage))).await
    }

    async fn of(&self, service_id: ServiceId, owner: EvidenceOwner) -> Vec<Evidence> {
        self.read(move |tx, r| Box::pin(evidence::of_owner(tx, r, service_id, owner))).await
    }

    async fn pictures_due(&self, now: Timestamp) -> Vec<Stored> {
        self.read(move |tx, r| Box::pin(evidence::due(tx, r, now, 10))).await
    }
}

pub(crate) async fn pictures_round_trip_and_stay_in_their_service(database: Database) {
    let world = World::new(&database).await;
    let (service_id, other) = (world.service_id, world.other_service().await);
    let bytes = pixels();
    let upload = upload(&world, case(1), u32::try_from(bytes.len()).unwrap());
    world.begin(&upload).await;
    assert_eq!(world.stored(service_id, upload.id).await, Some(Stored::Coming(upload.clone())));
    assert_eq!(world.stored(other, upload.id).await, None);
    world.receive_piece(&upload, &bytes[..300_000]).await.unwrap();
    let further = EvidenceUpload { received_bytes: 300_000, pieces: 1, ..upload.clone() };
    assert_eq!(world.stored(service_id, upload.id).await, Some(Stored::Coming(further.clone())));
    world.receive_piece(&further, &bytes[300_000..]).await.unwrap();
    let sent = world.parts(upload.id, Stage::Sent).await;
    assert_eq!(sent.len(), 3, "two of the first piece, one of the second");
    let opened = open_parts(&world.rows, upload.id, Stage::Sent, upload.length_bytes, &sent).unwrap();
    assert!(*opened == bytes);
    assert_eq!(world.of(service_id, case(1)).await, vec![], "nobody sees it before it is clean");

    let clean = b"clean".repeat(60_000);
    let picture = picture(&upload, 300_000);
    world.finish_picture(&picture, &clean).await.unwrap();
    assert_eq!(world.parts(upload.id, Stage::Sent).await, vec![], "what was sent is gone");
    let made = world.parts(upload.id, Stage::Made).await;
    assert!(*open_parts(&world.rows, upload.id, Stage::Made, 300_000, &made).unwrap() == clean);
    assert_eq!(world.of(service_id, case(1)).await, vec![picture.clone()]);
    assert_eq!(world.of(other, case(1)).await, vec![]);
    assert_eq!(world.of(service_id, case(2)).await, vec![]);
    assert_eq!(world.of(service_id, ticket(1)).await, vec![], "of the same bytes, and another kind");
    assert!(world.finish_picture(&picture, &clean).await.is_err(), "it is finished once");
    let unfinished = world.read(move |tx, r| Box::pin(evidence::unfinished(tx, r, service_id, case(1))));
    assert_eq!(unfinished.await, (0, 0));
}

pub(crate) async fn of_16_pieces_at_one_place_one_is_taken(database: Database) {
    let world = World::new(&database).await;
    let upload = upload(&world, case(1), 100);
    world.begin(&upload).await;
    let tries = futures_util::future::join_all((0..16).map(|_| world.receive_piece(&upload, &[7; 40]))).await;
    assert_eq!(tries.iter().filter(|one| one.is_ok()).count(), 1);
    assert_eq!(world.parts(upload.id, Stage::Sent).await.len(), 1);
    let service_id = world.service_id;
    let unfinished =
        |owner| world.read(move |tx, r| Box::pin(evidence::unfinished(tx, r, service_id, owner)));
    assert_eq!(unfinished(case(2)).await, (40, 1), "of all cases");
    assert_eq!(unfinished(ticket(1)).await, (0, 0), "and of no ticket");
}

pub(crate) async fn parts_can_be_neither_read_nor_moved_nor_lost(database: Database) {
    let world = World::new(&database).await;
    let bytes = pixels();
    let one = world.pictured(case(1), &bytes).await;
    let open = |parts: &[SealedPart], rows: &Rows| {
        open_parts(rows, one.id, Stage::Made, one.size_bytes, parts).map(|opened| *opened == bytes)
    };
    let parts = world.parts(one.id, Stage::Made).await;
    assert_eq!(open(&parts, &world.rows), Ok(true));
    let sealed = |answer| matches!(answer, Err(StorageError::Sealed { .. }));
    let stranger = MasterKeys::new(vec![(1, [0x5B; 32])]).unwrap();
    assert!(sealed(open(&parts, &Rows::new(stranger, Arc::clone(&world.entropy) as _))));
    assert!(sealed(open(&parts[..2], &world.rows)), "the last is missing");
    assert!(sealed(open(&parts[1..], &world.rows)), "the first is missing");
    assert!(sealed(open(&[parts[0].clone(), parts[2].clone()], &world.rows)), "one between is missing");
    let as_sent = open_parts(&world.rows, one.id, Stage::Sent, one.size_bytes, &parts);
    assert!(as_sent.is_err(), "made is not sent");
    let elsewhere =
        open_parts(&world.rows, EvidenceId::from_bytes([9; 16]), Stage::Made, one.size_bytes, &parts);
    assert!(elsewhere.is_err(), "another picture's");

    for sql in ["SELECT part_sealed FROM evidence_parts", "SELECT note_sealed FROM evidence"] {
        for row in rows(&world.store, sql).await {
            let stored = row.bytes(0).unwrap();
            let holds = |part: &[u8]| stored.windows(part.len()).any(|window| window == part);
            assert!(!holds(b"Ada") && !holds(b"heron"), "{sql}");
        }
    }
    // Each under the other's number: both open nowhere.
    for sql in [
        "UPDATE evidence_parts SET first_byte = 1 WHERE first_byte = 0",
        "UPDATE evidence_parts SET first_byte = 0 WHERE first_byte = 262144",
        "UPDATE evidence_parts SET first_byte = 262144 WHERE first_byte = 1",
    ] {
        assert_eq!(execute(&world.store, sql).await, Ok(1));
    }
    let swapped = world.parts(one.id, Stage::Made).await;
    assert_eq!(swapped.len(), 3);
    assert!(sealed(open(&swapped, &world.rows)));
    if database.engine == Engine::SqliteFile {
        drop(world);
        for entry in std::fs::read_dir(database.path().parent().unwrap()).unwrap() {
            let path = entry.unwrap().path();
            let file = std::fs::read(&path).unwrap();
            assert!(!file.windows(12).any(|window| window == &CANARY[..12]), "{path:?}");
        }
    }
}

pub(crate) async fn what_an_owner_has_is_deleted_when_it_says(database: Database) {
    let world = World::new(&database).await;
    let (one, other) = (world.pictured(case(1), b"pixels").await, world.pictured(case(2), b"pixels").await);
    let coming = upload(&world, case(1), 100);
    world.begin(&coming).await;
    world.receive_piece(&coming, &[1; 50]).await.unwrap();
    let elsewhere = upload(&world, case(2), 100);
    world.begin(&elsewhere).await;
    let until = NOW.after(days(30));
    world.save([Change::RetainEvidence { owner: case(1), until }]).await.unwrap();
    assert_eq!(world.stored(world.service_id, coming.id).await, None, "what was on the way is given up");
    assert_eq!(world.parts(coming.id, Stage::Sent).await, vec![]);
    assert_eq!(world.pictures_due(NOW.after(days(1))).await, vec![Stored::Coming(elsewhere.clone())]);
    let ending = Evidence { delete_after: until, ..one.clone() };
    assert_eq!(world.of(world.service_id, case(1)).await, vec![ending.clone()]);
    let give_up = world.write(move |tx, r| Box::pin(evidence::give_up(tx, r, elsewhere.id)));
    give_up.await.unwrap();
    assert_eq!(world.pictures_due(until.before(seconds(1))).await, vec![]);
    assert_eq!(world.pictures_due(until).await, vec![Stored::Whole(ending)]);
    let id = one.id;
    let delete = || world.write(move |tx, r| Box::pin(evidence::delete(tx, r, id, until)));
    delete().await.unwrap();
    assert!(matches!(delete().await, Err(StorageError::Conflict { .. })));
    assert_eq!(world.stored(world.service_id, one.id).await, None);
    assert_eq!(world.parts(one.id, Stage::Made).await, vec![]);
    let left = rows(&world.store, "SELECT COUNT(*) FROM evidence WHERE deleted_at IS NOT NULL").await;
    assert_eq!(left[0].int(0), Ok(1), "that there was one stays known");
    assert_eq!(world.of(world.service_id, case(2)).await, vec![other]);
    assert_eq!(world.pictures_due(NOW.after(days(180))).await.len(), 1);
}

pub(crate) async fn what_an_account_has_is_counted_by_kind(database: Database) {
    let world = World::new(&database).await;
    let (service_id, other) = (world.service_id, world.other_service().await);
    let (mine, stranger) = (AccountId::from_bytes([0xAC; 16]), AccountId::from_bytes([0xAD; 16]));
    let load = |service, account, owner| {
        world.read(move |tx, r| Box::pin(evidence::of_account(tx, r, service, account, owner)))
    };
    assert_eq!(load(service_id, mine, case(1)).await, AccountLoad::default());
    let kept = world.pictured(case(1), b"pixels").await;
    for (owner, length) in [(case(1), 100), (case(2), 30), (ticket(1), 7)] {
        world.begin(&upload(&world, owner, length)).await;
    }
    let cases = AccountLoad { uploads: 2, unfinished_bytes: 130, kept_bytes: 6 };
    assert_eq!(load(service_id, mine, case(9)).await, cases, "of all its cases");
    let tickets = AccountLoad { uploads: 1, unfinished_bytes: 7, kept_bytes: 0 };
    assert_eq!(load(service_id, mine, ticket(9)).await, tickets);
    assert_eq!(load(service_id, stranger, case(1)).await, AccountLoad::default());
    assert_eq!(load(other, mine, case(1)).await, AccountLoad::default());
    let id = kept.id;
    world.write(move |tx, r| Box::pin(evidence::delete(tx, r, id, NOW))).await.unwrap();
    assert_eq!(load(service_id, mine, case(1)).await.kept_bytes, 0, "what was deleted is room again");
}
