//! Documents and photos from the first byte to their deletion: on after any cut, refused without a trace, seen only
//! with an entry.

use crate::console::EMAIL;
use crate::house::{House, caller};
use countersign_core::change::Change;
use countersign_core::id::*;
use countersign_core::model::*;
use countersign_flows::*;
use countersign_storage::{Step, StorageError, Tx};

/// A PNG of one grey, unpacked from stored blocks: no packer is needed to write it (RFC 1950, RFC 1951 section 3.2.4,
/// W3C PNG section 5).
pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    let row = vec![0u8; usize::try_from(width).unwrap() + 1];
    let raw = row.repeat(usize::try_from(height).unwrap());
    let mut packed = vec![0x78, 0x01];
    let blocks: Vec<&[u8]> = raw.chunks(65_535).collect();
    for (at, block) in blocks.iter().enumerate() {
        let length = u16::try_from(block.len()).unwrap();
        packed.push(u8::from(at + 1 == blocks.len()));
        packed.extend(length.to_le_bytes());
        packed.extend((!length).to_le_bytes());
        packed.extend(*block);
    }
    // Adler-32 of zeros: the first sum stays one, the second counts the bytes.
    let second = u32::try_from(raw.len() % 65_521).unwrap();
    packed.extend(((second << 16) | 1).to_be_bytes());
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 0, 0, 0, 0]].concat();
    [b"\x89PNG\r\n\x1A\n".to_vec(), chunk(b"IHDR", &header), chunk(b"IDAT", &packed), chunk(b"IEND", b"")]
        .concat()
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let typed = [kind.as_slice(), data].concat();
    let mut crc = u32::MAX;
    for byte in &typed {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 };
        }
    }
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    [&length[..], &typed, &(!crc).to_be_bytes()].concat()
}

fn case(byte: u8) -> EvidenceOwner {
    EvidenceOwner::Case(CaseId::from_bytes([byte; 16]))
}

fn ticket(byte: u8) -> EvidenceOwner {
    EvidenceOwner::Ticket(TicketId::from_bytes([byte; 16]))
}

impl House {
    fn new_evidence(&self, owner: EvidenceOwner, slot: EvidenceSlot) -> NewEvidence {
        NewEvidence { service_id: self.service_id, account_id: None, owner, slot, note: "heron".to_owned() }
    }

    async fn begin(&self, owner: EvidenceOwner, slot: EvidenceSlot, length: usize) -> EvidenceStart {
        let new = self.new_evidence(owner, slot);
        self.flows.evidence_start(new, u64::try_from(length).unwrap()).await.unwrap()
    }

    async fn begun(&self, owner: EvidenceOwner, slot: EvidenceSlot, length: usize) -> EvidenceId {
        match self.begin(owner, slot, length).await {
            EvidenceStart::Started(id) => id,
            EvidenceStart::Refused(refusal) => panic!("{refusal:?}"),
        }
    }

    async fn append(&self, owner: EvidenceOwner, id: EvidenceId, at: usize, bytes: &[u8]) -> EvidenceAppend {
        let at = u64::try_from(at).unwrap();
        self.flows.evidence_append(self.service_id, owner, id, at, bytes, caller()).await.unwrap()
    }

    async fn put(&self, owner: EvidenceOwner, slot: EvidenceSlot, bytes: Vec<u8>) -> EvidencePut {
        self.flows.evidence_put_whole(self.new_evidence(owner, slot), bytes, caller()).await.unwrap()
    }

    async fn taken(&self, owner: EvidenceOwner, slot: EvidenceSlot) -> Evidence {
        match self.put(owner, slot, png(500, 400)).await {
            EvidencePut::Taken(picture) => picture,
            EvidencePut::Refused(refusal) => panic!("{refusal:?}"),
        }
    }

    async fn of(&self, owner: EvidenceOwner) -> Vec<Evidence> {
        self.flows.evidence_of(self.service_id, owner).await.unwrap()
    }

    async fn image(&self, owner: EvidenceOwner, id: EvidenceId, caller: Caller) -> Option<Vec<u8>> {
        let image = self.flows.evidence_image(self.service_id, owner, id, caller).await.unwrap();
        image.map(|jpeg| jpeg.to_vec())
    }

    async fn counted(&self, sql: &'static str) -> i64 {
        self.store.read(Counted(sql)).await.unwrap()
    }

    async fn entries(&self, kind: &str) -> Vec<String> {
        let entries = self.store.read(Entries).await.unwrap();
        entries.into_iter().filter(|entry| entry.contains(&format!("\"{kind}\""))).collect()
    }
}

struct Counted(&'static str);

impl Step for Counted {
    type Output = i64;

    async fn run(&self, tx: &mut Tx) -> Result<i64, StorageError> {
        tx.rows(self.0, &[]).await?[0].int(0)
    }
}

struct Entries;

impl Step for Entries {
    type Output = Vec<String>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let found = tx.rows("SELECT event || ' ' || actor FROM events ORDER BY id", &[]).await?;
        found.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
    }
}

const PARTS: &str = "SELECT COUNT(*) FROM evidence_parts";
const ROWS: &str = "SELECT COUNT(*) FROM evidence";
const FRONT: EvidenceSlot = EvidenceSlot::DocumentFront;

#[tokio::test]
async fn an_upload_goes_on_from_wherever_it_was_cut() {
    let house = House::new().await;
    let (owner, bytes) = (case(1), png(500, 400));
    for cut in [1, 1_000, bytes.len() / 2, bytes.len() - 1] {
        let id = house.begun(owner, FRONT, bytes.len()).await;
        assert_eq!(house.append(owner, id, 0, &bytes[..cut]).await, EvidenceAppend::At(cut as u64));
        // The answer was lost: the same piece again, one too far on, and one that is too long change nothing.
        assert_eq!(house.append(owner, id, 0, &bytes[..cut]).await, EvidenceAppend::At(cut as u64));
        assert_eq!(house.append(owner, id, cut + 1, b"x").await, EvidenceAppend::At(cut as u64));
        assert_eq!(house.append(owner, id, cut, &bytes).await, EvidenceAppend::At(cut as u64));
        let asked = house.flows.evidence_offset(house.service_id, owner, id).await.unwrap();
        assert_eq!(asked, EvidenceAppend::At(cut as u64));
        let EvidenceAppend::Complete(picture) = house.append(owner, id, cut, &bytes[cut..]).await else {
            panic!("not taken after a cut at {cut}");
        };
        assert_eq!((picture.id, picture.width, picture.height), (id, 500, 400));
        assert_eq!(picture.note, "heron");
        assert_eq!(house.of(owner).await, vec![picture.clone()], "in the place of the one before");
        let again = house.append(owner, id, cut, &bytes[cut..]).await;
        assert_eq!(again, EvidenceAppend::Complete(picture), "the last answer was lost as well");
    }
    assert_eq!(house.counted(PARTS).await, 1);
    assert_eq!(house.entries("evidence_received").await.len(), 4);
    assert_eq!(house.entries("evidence_deleted").await.len(), 3, "each took the place of the one before");
}

#[tokio::test]
async fn two_that_send_the_same_piece_at_once_send_it_once() {
    let house = House::new().await;
    let (owner, bytes) = (case(1), png(500, 400));
    let id = house.begun(owner, FRONT, bytes.len()).await;
    let half = bytes.len() / 2;
    let first = (house.append(owner, id, 0, &bytes[..half]), house.append(owner, id, 0, &bytes[..half]));
    let first = futures_join(first).await;
    assert_eq!(first, (EvidenceAppend::At(half as u64), EvidenceAppend::At(half as u64)));
    let last = (house.append(owner, id, half, &bytes[half..]), house.append(owner, id, half, &bytes[half..]));
    let (one, two) = futures_join(last).await;
    let taken = |answer: &EvidenceAppend| matches!(answer, EvidenceAppend::Complete(_));
    assert!(taken(&one) || taken(&two), "{one:?} {two:?}");
    assert_eq!(house.entries("evidence_received").await.len(), 1);
}

async fn futures_join<A: Future, B: Future>((one, two): (A, B)) -> (A::Output, B::Output) {
    tokio::join!(one, two)
}

#[tokio::test]
async fn what_is_refused_leaves_nothing() {
    let house = House::new().await;
    let owner = case(1);
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec();
    for (bytes, reason) in [
        (svg, EvidenceRefusal::Svg),
        (b"PK\x03\x04 a bomb".to_vec(), EvidenceRefusal::Archive),
        (png(500, 400)[..1_000].to_vec(), EvidenceRefusal::Damaged),
        (png(100, 100), EvidenceRefusal::TooSmall),
    ] {
        let id = house.begun(owner, FRONT, bytes.len()).await;
        assert_eq!(house.append(owner, id, 0, &bytes).await, EvidenceAppend::Refused(reason));
        assert_eq!(house.append(owner, id, 0, &bytes).await, EvidenceAppend::Gone);
        assert_eq!(house.put(owner, FRONT, bytes).await, EvidencePut::Refused(reason));
        let entries = house.entries("evidence_refused").await;
        let told = entries.iter().filter(|entry| entry.contains(reason.as_str())).count();
        assert_eq!(told, 2, "{entries:?}");
    }
    assert_eq!(house.begin(owner, FRONT, 0).await, EvidenceStart::Refused(EvidenceRefusal::Empty));
    let long = EvidenceStart::Refused(EvidenceRefusal::TooManyBytes);
    assert_eq!(house.begin(owner, FRONT, 15_000_001).await, long);
    assert_eq!(house.begin(owner, FRONT, 200_000_000).await, long);
    assert_eq!((house.counted(ROWS).await, house.counted(PARTS).await), (0, 0));
}

#[tokio::test]
async fn an_owner_has_room_for_so_much() {
    let house = House::new().await;
    for _ in 0..4 {
        house.begun(ticket(1), EvidenceSlot::Attachment, 15_000_000).await;
    }
    let full = EvidenceStart::Refused(EvidenceRefusal::TooMuchUnfinished);
    assert_eq!(house.begin(ticket(1), EvidenceSlot::Attachment, 1).await, full);
    house.begun(ticket(2), EvidenceSlot::Attachment, 15_000_000).await;
    for _ in 0..20 {
        house.begun(ticket(3), EvidenceSlot::Attachment, 1).await;
    }
    let many = EvidenceStart::Refused(EvidenceRefusal::TooMany);
    assert_eq!(house.begin(ticket(3), EvidenceSlot::Attachment, 1).await, many);
    let put = house.put(ticket(3), EvidenceSlot::Attachment, png(500, 400)).await;
    assert_eq!(put, EvidencePut::Refused(EvidenceRefusal::TooMany));
    // In a slot of a case the last one counts.
    for _ in 0..30 {
        house.begun(case(1), FRONT, 15_000_000).await;
    }
    let owned = "SELECT COUNT(*) FROM evidence WHERE owner_kind = 'case'";
    assert_eq!(house.counted(owned).await, 1);
    let id = house.begun(case(2), FRONT, 2_000).await;
    for at in 0..1_024 {
        assert_eq!(house.append(case(2), id, at, b"x").await, EvidenceAppend::At(at as u64 + 1));
    }
    let pieces = EvidenceAppend::Refused(EvidenceRefusal::TooManyPieces);
    assert_eq!(house.append(case(2), id, 1_024, b"x").await, pieces);
    assert_eq!(house.append(case(2), id, 1_024, b"x").await, EvidenceAppend::Gone);
}

#[tokio::test]
async fn a_picture_is_seen_by_its_owner_alone_and_by_staff_with_an_entry() {
    let house = House::new().await;
    let picture = house.taken(case(1), FRONT).await;
    let jpeg = house.image(case(1), picture.id, caller()).await.unwrap();
    assert!(jpeg.starts_with(&[0xFF, 0xD8, 0xFF]) && jpeg.len() == picture.size_bytes as usize);
    assert_eq!(house.image(case(2), picture.id, caller()).await, None);
    assert_eq!(house.image(ticket(1), picture.id, caller()).await, None);
    let other = house.flows.create_service("Other", false, &caller()).await.unwrap().id;
    let elsewhere = house.flows.evidence_image(other, case(1), picture.id, caller()).await.unwrap();
    assert!(elsewhere.is_none() && house.flows.evidence_of(other, case(1)).await.unwrap().is_empty());
    let gone = house.append(case(2), picture.id, 0, b"x").await;
    assert_eq!(gone, EvidenceAppend::Gone);
    assert!(!house.flows.withdraw_evidence(house.service_id, case(2), picture.id, caller()).await.unwrap());
    assert_eq!(house.entries("evidence_seen").await.len(), 0, "who looks at their own leaves no entry");

    house.operator(EMAIL, false).await;
    let cookie = house.let_in().await;
    let staff = house.flows.operator(house.service_id, &cookie).await.unwrap().unwrap().operator.id;
    let staff = Caller { actor: Actor::Operator(staff), ..caller() };
    assert!(house.image(case(1), picture.id, staff.clone()).await.is_some());
    assert_eq!(house.image(case(2), picture.id, staff).await, None);
    let seen = house.entries("evidence_seen").await;
    assert_eq!(seen.len(), 1, "{seen:?}");
    assert!(seen[0].contains(&picture.id.to_string()) && seen[0].ends_with(" operator"), "{seen:?}");
    let by_hand = Caller { actor: Actor::CommandLine, ..caller() };
    assert!(house.image(case(1), picture.id, by_hand).await.is_some());
    let seen = house.entries("evidence_seen").await;
    assert!(seen.len() == 2 && seen.iter().any(|entry| entry.ends_with(" command_line")), "{seen:?}");
}

#[tokio::test]
async fn pictures_end_on_their_day_and_uploads_after_a_day() {
    let house = House::new().await;
    const DAY_S: i64 = 86_400;
    let (kept, ended) = (house.taken(case(1), FRONT).await, house.taken(case(2), FRONT).await);
    let until = house.now().after(countersign_core::time::days(30));
    house.apply(vec![Change::RetainEvidence { owner: case(2), until }]).await;
    let id = house.begun(case(3), FRONT, 100).await;
    house.append(case(3), id, 0, b"half").await;
    house.later(DAY_S);
    assert_eq!(house.append(case(3), id, 4, b"more").await, EvidenceAppend::Gone, "before any timer");
    house.flows.run_timers([1; 16]).await.unwrap();
    assert_eq!(house.counted("SELECT COUNT(*) FROM evidence WHERE uploaded_at IS NULL").await, 0);
    assert_eq!(house.counted(PARTS).await, 2);
    house.later(29 * DAY_S - 1);
    house.flows.run_timers([1; 16]).await.unwrap();
    assert_eq!(house.counted(PARTS).await, 2);
    house.later(1);
    assert_eq!(house.image(case(2), ended.id, caller()).await, None, "before any timer");
    house.later(60);
    house.flows.run_timers([1; 16]).await.unwrap();
    assert_eq!((house.counted(PARTS).await, house.counted(ROWS).await), (1, 2));
    assert!(house.of(case(2)).await.is_empty());
    assert_eq!(house.of(case(1)).await, vec![kept]);
    house.later(150 * DAY_S);
    house.flows.run_timers([1; 16]).await.unwrap();
    assert_eq!((house.counted(PARTS).await, house.counted(ROWS).await), (0, 2), "180 days at most");
    let deleted = house.entries("evidence_deleted").await;
    assert_eq!(deleted.len(), 2);
    assert!(deleted.iter().all(|entry| entry.ends_with(" system")), "{deleted:?}");
}

#[tokio::test]
async fn a_holder_takes_a_picture_back() {
    let house = House::new().await;
    let picture = house.taken(ticket(1), EvidenceSlot::Attachment).await;
    let id = house.begun(ticket(1), EvidenceSlot::Attachment, 100).await;
    for id in [picture.id, id] {
        let take_back = || house.flows.withdraw_evidence(house.service_id, ticket(1), id, caller());
        assert_eq!((take_back().await, take_back().await), (Ok(true), Ok(false)));
    }
    assert_eq!(house.image(ticket(1), picture.id, caller()).await, None);
    assert_eq!((house.counted(PARTS).await, house.counted(ROWS).await), (0, 1));
}
