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
    let public = [public];
    assert_eq!(Checkpoint::verify(&public, &assertion), Err(JwsProblem::Kind), "not any statement of ours");
    let (one, mark) = (checkpoint(3, 7, [0xE1; 32]), checkpoint(3, 7, [0xE1; 32]).mark(&key()));
    assert_eq!(Checkpoint::verify_mark(&public, &mark), Ok(one));
    assert_eq!(Checkpoint::verify(&public, &mark), Err(JwsProblem::Kind));
    assert_eq!(Checkpoint::verify_mark(&public, &statement), Err(JwsProblem::Kind), "a row is no note");
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

/// When the first second of a chain begins.
const START_MS: i64 = 1_800_000_000_000;

/// Sealed entries, what was signed of them, and the note of the newest that was.
#[derive(Default)]
struct Chain {
    rows: Vec<LinkedEntry>,
    checkpoints: Vec<StoredCheckpoint>,
    mark: Option<String>,
}

impl Chain {
    /// Eleven sealed entries a second apart, signed at the fifth and the ninth.
    fn new() -> Self {
        let mut chain = Chain::default();
        for second in 1..=11 {
            chain.happen(second);
            if second == 5 || second == 9 {
                chain.sign(&key(), 1);
            }
        }
        chain
    }

    /// Another entry that happened in this second.
    fn happen(&mut self, second: i64) {
        let sequence = self.rows.len() as u8 + 1;
        let entry = RawEntry { id: vec![sequence; 16], at: START_MS + second * 1_000, ..first() };
        let start = chain_start(service());
        let previous = self.rows.last().map_or(start, |last| last.link.as_slice().try_into().unwrap());
        let link = next_link(&previous, &entry_hash(&entry), sequence.into()).to_vec();
        let (event_id, seen) = (entry.id.clone(), Seen::Entry(entry));
        self.rows.push(LinkedEntry { sequence: sequence.into(), event_id, link, seen });
    }

    /// Signs what there is, in this second.
    fn sign(&mut self, key: &SigningKey, second: i64) {
        let last = self.rows.last().unwrap();
        let number = self.checkpoints.len() as u64 + 1;
        let link = last.link.as_slice().try_into().unwrap();
        let at = Timestamp::from_unix_ms(START_MS + second * 1_000);
        let one = Checkpoint { at, ..checkpoint(number, last.sequence as u64, link) };
        self.mark = Some(one.mark(key));
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
        self.walk_with(kept, |row| SeenCheckpoint::Row(row.clone()))
    }

    fn walk_with(
        &self,
        kept: &[Checkpoint],
        seen: impl Fn(&StoredCheckpoint) -> SeenCheckpoint,
    ) -> WalkSummary {
        // Pages of four, so that what is looked for also lies across their edges.
        let mut walk = Walk::new(service(), vec![key().verifying_key()], kept);
        self.mark.iter().for_each(|mark| walk.expect(mark));
        let mut from = i64::MIN;
        for page in self.rows.chunks(4) {
            let to = page.last().unwrap().sequence;
            let signed = self.checkpoints.iter().filter(|c| c.sequence > from && c.sequence <= to);
            walk.take(page, &signed.map(&seen).collect::<Vec<_>>());
            from = to;
        }
        let beyond = self.checkpoints.iter().filter(|c| c.sequence > from);
        walk.take(&[], &beyond.map(&seen).collect::<Vec<_>>());
        walk.finish()
    }

    /// Each finding as its name, place and count.
    fn found(&self) -> Vec<(&'static str, Option<u64>, u64)> {
        told(&self.walk(&[]))
    }
}

fn told(summary: &WalkSummary) -> Vec<(&'static str, Option<u64>, u64)> {
    assert_eq!(summary.found, summary.findings.len() as u64);
    summary.findings.iter().map(|one| (one.kind.as_str(), one.sequence, one.count)).collect()
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
    assert_eq!(chain.found(), [("tail_cut", Some(7), 3)], "the note of the newest goes beyond too");
    let note = chain.mark.take();
    assert_eq!(chain.found(), [("newest_unknown", None, 1)]);
    let older = Checkpoint::verify(&[key().verifying_key()], &chain.checkpoints[0].statement).unwrap();
    chain.mark = Some(older.mark(&key()));
    assert_eq!(chain.found(), [], "whoever kept an older note and puts it back is not seen from within");
    assert_ne!(note, chain.mark);
    let findings = chain.walk(std::slice::from_ref(&kept)).findings;
    assert_eq!((findings.len(), findings[0].kind, findings[0].sequence), (1, FindingKind::TailCut, Some(7)));
    let mut forged = Chain::new();
    forged.entry(9).device = "nothing".into();
    forged.link_anew();
    forged.checkpoints.truncate(1);
    assert_eq!(forged.found(), [("rewritten", Some(6), 4), ("checkpoint_missing", Some(6), 4)]);
    forged.mark = chain.mark;
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
    chain.checkpoints.remove(1);
    assert_eq!(chain.found(), [("checkpoint_missing", Some(6), 4)], "the newest: the note tells of it");
    let mut chain = Chain::new();
    chain.sign(&SigningKey::new(&[8; 32]), 1);
    assert_eq!(chain.found(), [("checkpoint_unknown_key", Some(11), 1), ("newest_unknown", None, 1)]);
    let mut chain = Chain::new();
    for mark in ["", "x", &chain.checkpoints[1].statement.clone()] {
        chain.mark = Some(mark.to_owned());
        assert_eq!(chain.found(), [("newest_unknown", None, 1)], "{mark}");
    }
}

#[test]
fn a_checkpoint_that_cannot_be_read_is_named_and_hides_nothing() {
    let chain = Chain::new();
    for damaged in [1, 2] {
        for reads_number in [true, false] {
            let found = chain.walk_with(&[], |row| match row.number == damaged {
                false => SeenCheckpoint::Row(row.clone()),
                true => SeenCheckpoint::Unreadable {
                    number: reads_number.then_some(row.number),
                    sequence: Some(row.sequence),
                },
            });
            let place = if damaged == 1 { 5 } else { 9 };
            assert_eq!(told(&found), [("checkpoint_altered", Some(place), 1)]);
            assert_eq!(found.findings[0].checkpoint, Some(damaged as u64));
        }
    }
    let mut cut = Chain::new();
    cut.rows.truncate(6);
    let unreadable = |_: &StoredCheckpoint| SeenCheckpoint::Unreadable { number: None, sequence: None };
    let found = told(&cut.walk_with(&[], unreadable));
    assert!(found.contains(&("tail_cut", Some(7), 3)), "{found:?}");
}

/// A chain of entries that happened in these seconds, each run signed in the second after it.
fn signed_at(runs: &[(&[i64], i64)]) -> WalkSummary {
    let mut chain = Chain::default();
    for (entries, signed) in runs {
        entries.iter().for_each(|second| chain.happen(*second));
        chain.sign(&key(), *signed);
    }
    chain.walk(&[])
}

/// What was found, its place and how many entries it is about.
type Told = (&'static str, Option<u64>, u64);

/// How many were late at the start, how many after a stop, and what was found.
fn counted(runs: &[(&[i64], i64)]) -> (u64, u64, Vec<Told>) {
    let summary = signed_at(runs);
    (summary.late_at_start, summary.late_after_stop, told(&summary))
}

#[test]
fn what_was_signed_long_after_it_happened_is_found_or_told() {
    assert_eq!(counted(&[(&[0, 1], 2), (&[60], 3_660)]), (0, 0, vec![]), "an hour is not late");
    // Entries of before there was a chain come at its start, and only there.
    let began: &[(&[i64], i64)] =
        &[(&[0, 86_400], 1_000_000), (&[86_500], 1_000_001), (&[90_000, 1_000_002], 1_000_003)];
    assert_eq!(counted(began), (4, 0, vec![]));
    assert_eq!(signed_at(began).began_at, Some(Timestamp::from_unix_ms(START_MS + 1_000_000_000)));
    // What a server that stopped leaves behind is of three minutes at most.
    let stopped: &[(&[i64], i64)] = &[(&[0], 1), (&[100, 160, 280], 10_000), (&[10_001], 10_002)];
    assert_eq!(counted(stopped), (0, 3, vec![]));
    assert_eq!(counted(&[(&[0], 1), (&[100, 101, 9_999], 10_000)]), (0, 2, vec![]));
    assert_eq!(
        counted(&[(&[0], 1), (&[100, 281], 10_000), (&[10_001], 10_002)]),
        (0, 0, vec![("sealed_late", Some(2), 2)])
    );
    assert_eq!(
        counted(&[(&[0], 1), (&[100, 200], 10_000), (&[300, 400], 20_000), (&[20_010], 20_011)]),
        (0, 0, vec![("sealed_late", Some(2), 4)]),
        "bit by bit is no way around it"
    );
    assert_eq!(
        counted(&[(&[0], 1), (&[100, 500], 10_000)]),
        (0, 0, vec![("sealed_late", Some(2), 2)]),
        "nor is leaving it at the end"
    );
}

#[test]
fn lateness_is_not_judged_where_a_checkpoint_is_gone() {
    let mut chain = Chain::default();
    for (second, signed) in [(0, 1), (100, 101), (10_000, 10_001)] {
        chain.happen(second);
        chain.sign(&key(), signed);
    }
    chain.checkpoints.remove(1);
    assert_eq!(chain.found(), [("checkpoint_missing", Some(3), 1)], "it was signed in time, for all we know");
}

#[test]
fn a_chain_without_a_link_is_new_or_was_emptied() {
    let at = |second: i64| Timestamp::from_unix_ms(START_MS + second * 1_000);
    for (has_people, waits_since, is_found) in [
        (false, None, false),
        (true, None, true),
        (true, Some(at(0)), false),
        (false, Some(at(0)), false),
        (true, Some(at(-1)), true),
        (false, Some(at(-1)), true),
    ] {
        let found = Walk::emptied(has_people, waits_since, at(3_600));
        assert_eq!(found.is_some(), is_found, "{has_people} {waits_since:?}");
        assert!(found.is_none_or(|one| (one.kind, one.sequence) == (FindingKind::Emptied, None)));
    }
}

#[test]
fn a_chain_is_gone_on_with_only_where_it_is_what_it_was() {
    let known = Known { sequence: 10, link: [1; 32], checkpoint: 3 };
    let whole = Standing { head: 12, checkpoint: Some(4), marked: Some(4) };
    let (same, other) = (Some([1; 32]), Some([2; 32]));
    for (standing, link, broken) in [
        (whole, same, None),
        (Standing { head: 10, checkpoint: Some(3), marked: Some(3) }, same, None),
        (Standing { checkpoint: None, ..whole }, same, None),
        (Standing { head: 9, ..whole }, None, Some((ChainBreakKind::HeadWentBack, 10))),
        (
            Standing { head: 0, checkpoint: Some(0), marked: None },
            None,
            Some((ChainBreakKind::HeadWentBack, 1)),
        ),
        (whole, other, Some((ChainBreakKind::LinkChanged, 10))),
        (whole, None, Some((ChainBreakKind::LinkChanged, 10))),
        (Standing { checkpoint: Some(2), ..whole }, same, Some((ChainBreakKind::CheckpointGone, 10))),
        (Standing { marked: Some(2), ..whole }, same, Some((ChainBreakKind::MarkGone, 10))),
        (Standing { marked: None, ..whole }, same, Some((ChainBreakKind::MarkGone, 10))),
        (Standing { marked: Some(3), ..whole }, same, Some((ChainBreakKind::MarkGone, 1))),
    ] {
        let told = standing.follows(&known, link.as_ref().map(|link| link.as_slice()));
        assert_eq!(told.err().map(|one| (one.kind, one.sequence)), broken, "{standing:?} {link:?}");
    }
    let new = Standing { head: 0, checkpoint: Some(0), marked: None };
    assert_eq!(new.is_marked(), Ok(()));
    assert!(
        Standing { head: 1, ..new }.is_marked().is_err()
            && Standing { checkpoint: None, ..new }.is_marked().is_err()
    );
    // A chain that is gone on with although it broke leaves a number out.
    assert_eq!((next_number(&new, 0, true), next_number(&whole, 0, true)), (1, 5));
    assert_eq!((next_number(&whole, 7, true), next_number(&whole, 0, false)), (8, 6));
    let unreadable = Standing { checkpoint: None, ..whole };
    assert_eq!(next_number(&unreadable, 0, true), 5);
}

#[test]
fn entries_that_should_have_been_signed_by_now_betray_missing_checkpoints() {
    let mut chain = Chain::new();
    chain.entry(11).at += 180_000;
    chain.link_anew();
    assert_eq!(chain.found(), [("checkpoint_missing", Some(11), 1)]);
    let mut chain = Chain::new();
    chain.checkpoints.clear();
    assert_eq!(chain.found(), [("checkpoint_missing", Some(1), 9)], "those that the note tells of");
    chain.mark = None;
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
