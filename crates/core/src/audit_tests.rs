//! The chain against hashes that another program computed, and against everything that somebody with the rows could do
//! to it. Knows no database.

use super::*;

/// Computed with Python's hashlib and struct from the descriptions in this module's documentation.
const START: &str = "499fbf133895fec6410c4017ac6f378ab14f5b4c636035c25bd93dfc9f932278";
const ENTRY_1: &str = "f248734b70845c3f55e465afee9752b0c811a82dc4bacf583b8cb9c4c50302c4";
const LINK_1: &str = "6bd1131a1a0a24168bc87931a2011fc47dbb74937f60787a4a617e20ae97088e";
const ENTRY_2: &str = "6548d72966b67351f3379d443091826ef8b506cd78813ff8c7d97a1dd38ff283";
const LINK_2: &str = "1a9af96e73df2820a9dc6351d230d0f7dc46807f15bbae7144a862a6c5133e8b";

fn service() -> ServiceId {
    ServiceId::from_bytes([0x5A; 16])
}

fn key() -> SigningKey {
    SigningKey::new(&[9; 32])
}

fn first() -> RawEntry {
    RawEntry {
        id: vec![1; 16],
        service_id: vec![0x5A; 16],
        account_id: Some(vec![0xAC; 16]),
        at: 1_800_000_000_000,
        kind: "account_opened".into(),
        event: r#"{"kind":"account_opened"}"#.into(),
        device: "Safari on iOS".into(),
        actor: "holder".into(),
        actor_id: None,
    }
}

fn second() -> RawEntry {
    RawEntry {
        id: vec![2; 16],
        account_id: None,
        at: -1,
        kind: "password_wrong".into(),
        event: r#"{"kind":"password_wrong"}"#.into(),
        device: String::new(),
        actor: "operator".into(),
        actor_id: Some(vec![7; 16]),
        ..first()
    }
}

#[test]
fn hashes_are_those_that_another_program_computes() {
    assert_eq!(hex(&chain_start(service())), START);
    assert_eq!(hex(&entry_hash(&first())), ENTRY_1);
    assert_eq!(hex(&entry_hash(&second())), ENTRY_2);
    let one = next_link(&chain_start(service()), &entry_hash(&first()), 1);
    assert_eq!(hex(&one), LINK_1);
    assert_eq!(hex(&next_link(&one, &entry_hash(&second()), 2)), LINK_2);
}

#[test]
fn bytes_that_move_from_one_column_to_the_next_change_the_hash() {
    let moved = RawEntry { kind: "account_opened{".into(), event: first().event[1..].into(), ..first() };
    assert_ne!(entry_hash(&moved), entry_hash(&first()));
    let empty = RawEntry { actor_id: Some(Vec::new()), ..first() };
    assert_ne!(entry_hash(&empty), entry_hash(&first()), "nothing and no value are two things");
}

fn checkpoint(number: u64, sequence: u64, link: Link) -> Checkpoint {
    let at = Timestamp::from_unix_ms(1_800_000_001_000);
    Checkpoint { service_id: service(), number, sequence, link, at }
}

#[test]
fn a_checkpoint_is_read_with_the_public_key_alone() {
    let one = checkpoint(3, 7, [0xE1; 32]);
    let statement = one.sign(&key());
    let public = key().verifying_key();
    assert_eq!(Checkpoint::verify(std::slice::from_ref(&public), &statement), Ok(one));
    let other = SigningKey::new(&[8; 32]).verifying_key();
    assert_eq!(Checkpoint::verify(&[other], &statement), Err(JwsProblem::UnknownKey));
    let assertion = jws::sign(&key(), "assertion+jwt", b"{}");
    assert_eq!(Checkpoint::verify(&[public], &assertion), Err(JwsProblem::Kind), "not any statement of ours");
}

#[test]
fn a_checkpoint_is_due_after_a_thousand_entries_or_a_minute() {
    let one = checkpoint(1, 10, [0; 32]);
    let later = |s| one.at.after(seconds(s));
    assert!(!is_checkpoint_due(None, 0, one.at) && is_checkpoint_due(None, 1, one.at));
    assert!(!is_checkpoint_due(Some(&one), 10, later(3_600)), "nothing new to sign");
    assert!(!is_checkpoint_due(Some(&one), 11, later(59)) && is_checkpoint_due(Some(&one), 11, later(60)));
    assert!(!is_checkpoint_due(Some(&one), 1_009, one.at) && is_checkpoint_due(Some(&one), 1_010, one.at));
}

/// Eleven sealed entries a second apart, signed at the fifth and the ninth.
struct Chain {
    rows: Vec<LinkedEntry>,
    checkpoints: Vec<StoredCheckpoint>,
}

impl Chain {
    fn new() -> Self {
        let mut chain = Chain { rows: Vec::new(), checkpoints: Vec::new() };
        let mut previous = chain_start(service());
        for sequence in 1..=11u8 {
            let at = 1_800_000_000_000 + i64::from(sequence) * 1_000;
            let entry = RawEntry { id: vec![sequence; 16], at, ..first() };
            previous = next_link(&previous, &entry_hash(&entry), sequence.into());
            chain.rows.push(LinkedEntry {
                sequence: sequence.into(),
                event_id: entry.id.clone(),
                link: previous.to_vec(),
                seen: Seen::Entry(entry),
            });
            if sequence == 5 || sequence == 9 {
                chain.sign(&key());
            }
        }
        chain
    }

    /// Signs what there is.
    fn sign(&mut self, key: &SigningKey) {
        let last = self.rows.last().unwrap();
        let number = self.checkpoints.len() as u64 + 1;
        let link = last.link.as_slice().try_into().unwrap();
        let one = checkpoint(number, last.sequence as u64, link);
        self.checkpoints.push(StoredCheckpoint {
            number: number as i64,
            sequence: last.sequence,
            at: one.at.unix_ms(),
            statement: one.sign(key),
        });
    }

    fn entry(&mut self, sequence: usize) -> &mut RawEntry {
        match &mut self.rows[sequence - 1].seen {
            Seen::Entry(entry) => entry,
            _ => panic!("it is there"),
        }
    }

    /// The links as a forger with the database but without the key would make them.
    fn link_anew(&mut self) {
        let mut previous = chain_start(service());
        for row in &mut self.rows {
            let Seen::Entry(entry) = &row.seen else { panic!("it is there") };
            previous = next_link(&previous, &entry_hash(entry), row.sequence as u64);
            row.link = previous.to_vec();
        }
    }

    fn walk(&self, kept: &[Checkpoint]) -> WalkSummary {
        // Pages of four, so that what is looked for also lies across their edges.
        let mut walk = Walk::new(service(), vec![key().verifying_key()], kept);
        let mut from = i64::MIN;
        for page in self.rows.chunks(4) {
            let to = page.last().unwrap().sequence;
            let signed: Vec<_> =
                self.checkpoints.iter().filter(|c| c.sequence > from && c.sequence <= to).cloned().collect();
            walk.take(page, &signed);
            from = to;
        }
        let beyond: Vec<_> = self.checkpoints.iter().filter(|c| c.sequence > from).cloned().collect();
        walk.take(&[], &beyond);
        walk.finish()
    }

    /// Each finding as its name, place and count.
    fn found(&self) -> Vec<(&'static str, Option<u64>, u64)> {
        let summary = self.walk(&[]);
        assert_eq!(summary.found, summary.findings.len() as u64);
        summary.findings.iter().map(|one| (one.kind.as_str(), one.sequence, one.count)).collect()
    }
}

#[test]
fn what_nobody_touched_is_whole() {
    let summary = Chain::new().walk(&[]);
    assert_eq!((summary.findings, summary.entries, summary.head), (vec![], 11, 11));
    assert_eq!(summary.signed.unwrap().sequence, 9);
    assert_eq!(summary.newest_at, Some(Timestamp::from_unix_ms(1_800_000_011_000)));
}

#[test]
fn an_edit_of_any_column_is_named_where_it_is() {
    let edits: [fn(&mut RawEntry); 9] = [
        |e| e.id[15] ^= 1,
        |e| e.service_id[0] ^= 1,
        |e| e.account_id = None,
        |e| e.at += 1,
        |e| e.kind.push('s'),
        |e| e.event.push(' '),
        |e| e.device.clear(),
        |e| e.actor = "system".into(),
        |e| e.actor_id = Some(vec![0; 16]),
    ];
    for (column, edit) in edits.into_iter().enumerate() {
        for place in [1, 5, 8, 11] {
            let mut chain = Chain::new();
            edit(chain.entry(place));
            assert_eq!(chain.found(), [("edited", Some(place as u64), 1)], "column {column}");
        }
    }
}

#[test]
fn an_altered_link_is_told_from_an_edited_entry() {
    for place in [1, 4, 5, 8, 9, 10] {
        let mut chain = Chain::new();
        chain.rows[place - 1].link[31] ^= 1;
        assert_eq!(chain.found(), [("link_altered", Some(place as u64), 1)]);
        chain.rows[place - 1].link.pop();
        assert_eq!(chain.found(), [("link_altered", Some(place as u64), 1)]);
    }
    let mut chain = Chain::new();
    chain.rows[10].link[0] ^= 1;
    assert_eq!(
        chain.found(),
        [("edited", Some(11), 1)],
        "nothing follows that could tell which of the two it was"
    );
}

#[test]
fn removals_are_named() {
    let mut chain = Chain::new();
    chain.rows[2].seen = Seen::Missing;
    assert_eq!(chain.found(), [("removed", Some(3), 1)]);
    chain.rows[2].seen = Seen::Unreadable;
    assert_eq!(chain.found(), [("edited", Some(3), 1)]);
    chain.rows.drain(2..4);
    assert_eq!(chain.found(), [("link_missing", Some(3), 2)]);
    chain = Chain::new();
    chain.rows.drain(..2);
    assert_eq!(chain.found(), [("link_missing", Some(1), 2)], "at the start too");
}

#[test]
fn what_changed_places_is_named() {
    for (one, other) in [(3, 7), (3, 4), (1, 2)] {
        let places = [("reordered", Some(one), 1), ("reordered", Some(other), 1)];
        let (i, j) = (one as usize - 1, other as usize - 1);
        let mut chain = Chain::new();
        let (a, b) = (chain.rows[i].clone(), chain.rows[j].clone());
        chain.rows[i].seen = b.seen.clone();
        chain.rows[j].seen = a.seen.clone();
        assert_eq!(chain.found(), places, "the entries alone");
        chain.rows[i].link = b.link;
        chain.rows[j].link = a.link;
        assert_eq!(chain.found(), places, "with their links");
    }
}

#[test]
fn links_made_anew_do_not_lead_to_what_was_signed() {
    let mut chain = Chain::new();
    chain.entry(7).device = "nothing".into();
    chain.link_anew();
    assert_eq!(chain.found(), [("rewritten", Some(6), 4)]);
    chain.entry(2).device = "nothing".into();
    chain.link_anew();
    assert_eq!(chain.found(), [("rewritten", Some(1), 9)]);
}

#[test]
fn a_cut_tail_is_seen_by_the_checkpoint_that_goes_beyond() {
    let mut chain = Chain::new();
    chain.rows.truncate(6);
    assert_eq!(chain.found(), [("tail_cut", Some(7), 3)]);
    let kept = Checkpoint::verify(&[key().verifying_key()], &chain.checkpoints[1].statement).unwrap();
    chain.checkpoints.truncate(1);
    assert_eq!(chain.found(), [], "whoever takes the checkpoints too is not seen from within");
    let findings = chain.walk(std::slice::from_ref(&kept)).findings;
    assert_eq!((findings.len(), findings[0].kind, findings[0].sequence), (1, FindingKind::TailCut, Some(7)));
    let mut forged = Chain::new();
    forged.entry(9).device = "nothing".into();
    forged.link_anew();
    forged.checkpoints.truncate(1);
    let findings = forged.walk(&[kept]).findings;
    assert_eq!(
        (findings.len(), findings[0].kind, findings[0].sequence),
        (1, FindingKind::Rewritten, Some(6))
    );
}

#[test]
fn checkpoints_are_held_to_what_they_say() {
    let altered = |change: fn(&mut StoredCheckpoint)| {
        let mut chain = Chain::new();
        change(&mut chain.checkpoints[0]);
        chain.found()
    };
    assert_eq!(altered(|c| c.at += 1), [("checkpoint_altered", Some(5), 1)]);
    assert_eq!(
        altered(|c| c.statement = c.statement.replacen('e', "f", 1)),
        [("checkpoint_altered", Some(5), 1)]
    );
    assert_eq!(altered(|c| c.sequence = 6), [("checkpoint_altered", Some(6), 1)]);
    let mut chain = Chain::new();
    chain.checkpoints.remove(0);
    assert_eq!(chain.found(), [("checkpoint_missing", Some(9), 1)]);
    let mut chain = Chain::new();
    chain.sign(&SigningKey::new(&[8; 32]));
    assert_eq!(chain.found(), [("checkpoint_unknown_key", Some(11), 1)]);
}

#[test]
fn entries_that_should_have_been_signed_by_now_betray_missing_checkpoints() {
    let mut chain = Chain::new();
    chain.entry(11).at += 180_000;
    chain.link_anew();
    assert_eq!(chain.found(), [("checkpoint_missing", Some(11), 1)]);
    let mut chain = Chain::new();
    chain.checkpoints.clear();
    assert_eq!(chain.found(), [("checkpoint_missing", Some(1), 11)], "the first entries are signed at once");
}

#[test]
fn an_entry_without_a_link_waits_for_its_turn_or_was_put_in() {
    let newest = Some(Timestamp::from_unix_ms(1_000_000));
    let seen = |at, waits| Walk::unsealed(&[4; 16], Timestamp::from_unix_ms(at), waits, newest);
    assert_eq!(seen(940_000, true), None, "its transaction was slow");
    let added = seen(939_999, true).unwrap();
    assert_eq!((added.kind, added.sequence), (FindingKind::Added, None));
    assert_eq!(added.event.as_deref(), Some("evt_04040404040404040404040404040404"));
    assert!(seen(1_000_001, false).is_some(), "the program would have put it in line");
}
