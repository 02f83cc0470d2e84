//! The chain over what happened: every entry gets one place, in order, whoever seals and however late it comes.

use super::fixtures::*;
use crate::engines::{Database, Engine, execute, rows, step};
use countersign_core::audit::{Seen, SeenCheckpoint, StoredCheckpoint};
use countersign_core::change::Change;
use countersign_core::event::Event;
use countersign_core::id::*;
use countersign_core::model::*;
use countersign_core::time::{Timestamp, minutes};
use countersign_storage::tables::audit::{self, AuditRow, Span};
use countersign_storage::{MIGRATIONS, Migration, StorageError};

fn entry(service_id: ServiceId, number: u16, event: Event) -> EventEntry {
    let at = NOW.after(minutes(number.into()));
    EventEntry {
        id: EventId::draw_in_order(at, number, &countersign_core::entropy::testing::Counting::new()),
        service_id,
        account_id: (number.is_multiple_of(2)).then(|| AccountId::from_bytes([2; 16])),
        at,
        actor: if number.is_multiple_of(3) {
            Actor::Operator(OperatorId::from_bytes([3; 16]))
        } else {
            Actor::Holder
        },
        event,
        device: format!("Browser {number}"),
    }
}

async fn happen(world: &World, number: u16) -> EventEntry {
    let event = if number.is_multiple_of(2) { Event::PasswordWrong } else { Event::SignedOut };
    let entry = entry(world.service_id, number, event);
    world.save([Change::InsertEvent(entry.clone())]).await.unwrap();
    entry
}

/// Seals up to `limit` entries with the place as the link's first byte, as a sealer does it: lock, look, write.
async fn seal(world: &World, limit: u32) -> Result<usize, StorageError> {
    let service_id = world.service_id;
    let sealed = world.write(move |tx, r| {
        Box::pin(async move {
            assert!(audit::lock(tx, r, service_id).await?);
            let (mut head, _) = audit::head(tx, r, service_id).await?.unwrap_or((0, [0; 32]));
            let mut sealed = Vec::new();
            for entry in audit::waiting(tx, r, service_id, limit).await? {
                head += 1;
                let mut link = [0; 32];
                link[..8].copy_from_slice(&head.to_be_bytes());
                sealed.push((head, entry.id, link));
            }
            audit::seal(tx, r, service_id, &sealed).await?;
            Ok(sealed.len())
        })
    });
    sealed.await
}

/// Places with their entries' identifiers, as a check reads them in pages of three.
async fn chain(world: &World) -> Vec<(i64, Vec<u8>)> {
    let (service_id, mut after, mut chain) = (world.service_id, i64::MIN, Vec::new());
    loop {
        let (links, _) = world.read(move |tx, r| Box::pin(audit::page(tx, r, service_id, after, 3))).await;
        let Some(last) = links.last() else { return chain };
        after = last.sequence;
        for link in &links {
            let Seen::Entry(entry) = &link.seen else { panic!("{link:?}") };
            assert_eq!((&entry.id, link.link[7]), (&link.event_id, link.sequence as u8));
        }
        chain.extend(links.into_iter().map(|link| (link.sequence, link.event_id)));
    }
}

pub(crate) async fn an_entry_that_commits_late_is_sealed_late(database: Database) {
    let world = World::new(&database).await;
    assert_eq!(seal(&world, 9).await, Ok(0));
    let (one, three) = (happen(&world, 1).await, happen(&world, 3).await);
    assert_eq!(seal(&world, 9).await, Ok(2));
    let two = happen(&world, 2).await;
    assert!(two.id < three.id, "drawn before the other was sealed");
    let four = happen(&world, 4).await;
    assert_eq!(seal(&world, 9).await, Ok(2));
    assert_eq!(seal(&world, 9).await, Ok(0), "once");
    let ids = [one, three, two, four].map(|entry| entry.id.as_bytes().to_vec());
    assert_eq!(chain(&world).await, (1..).zip(ids).collect::<Vec<_>>());
}

pub(crate) async fn of_8_sealers_each_takes_other_entries(database: Database) {
    let world = World::new(&database).await;
    for number in 1..=60 {
        happen(&world, number).await;
    }
    let sealers = (0..8).map(|_| async {
        let mut sealed = 0;
        loop {
            match seal(&world, 5).await.unwrap() {
                0 => return sealed,
                count => sealed += count,
            }
        }
    });
    let sealed: usize = futures_util::future::join_all(sealers).await.into_iter().sum();
    assert_eq!(sealed, 60);
    let chain = chain(&world).await;
    let places: Vec<i64> = chain.iter().map(|(place, _)| *place).collect();
    assert_eq!(places, (1..=60).collect::<Vec<_>>());
    assert!(chain.is_sorted_by_key(|(_, id)| id.clone()), "the oldest first");
}

pub(crate) async fn entries_of_before_wait_for_their_place(database: Database) {
    const BEFORE: &[Migration] = &[MIGRATIONS[0], MIGRATIONS[1], MIGRATIONS[2], MIGRATIONS[3]];
    let store = database.open();
    store.migrate_with(BEFORE).await.unwrap();
    let old = "INSERT INTO events (id, service_id, at, kind, event, device)
        VALUES ($1, $2, 1, 'signed_out', '{\"kind\":\"signed_out\"}', '')";
    let insert = step(move |tx| {
        Box::pin(async move { tx.execute(old, &[(&[1; 16]).into(), (&[9; 16]).into()]).await })
    });
    assert_eq!(store.write(insert).await, Ok(1));
    assert_eq!(store.migrate().await, Ok((5..).take(MIGRATIONS.len() - 4).collect()));
    let waiting = rows(&store, "SELECT service_id, event_id FROM audit_waiting").await;
    assert_eq!(waiting.len(), 1);
    assert_eq!((waiting[0].array(0), waiting[0].array(1)), (Ok([9; 16]), Ok([1; 16])));
}

pub(crate) async fn a_check_sees_what_has_no_place(database: Database) {
    let world = World::new(&database).await;
    for number in 1..=4 {
        happen(&world, number).await;
    }
    seal(&world, 2).await.unwrap();
    execute(&world.store, "DELETE FROM events WHERE device = 'Browser 1'").await.unwrap();
    execute(&world.store, "DELETE FROM events WHERE device = 'Browser 3'").await.unwrap();
    let put_in = entry(world.service_id, 7, Event::SignedOut);
    world.save([Change::InsertEvent(put_in.clone())]).await.unwrap();
    execute(
        &world.store,
        "DELETE FROM audit_waiting WHERE event_id IN (SELECT id FROM events WHERE device = 'Browser 7')",
    )
    .await
    .unwrap();
    let service_id = world.service_id;
    let (links, _) = world.read(move |tx, r| Box::pin(audit::page(tx, r, service_id, 0, 9))).await;
    assert_eq!(links[0].seen, Seen::Missing);
    let (unreadable, _) = world.read(move |tx, r| Box::pin(audit::unreadable(tx, r, service_id, 0))).await;
    assert_eq!((unreadable.len(), &unreadable[0].seen), (1, &Seen::Unreadable));
    // Windows of one entry, so that each edge is crossed.
    let (mut found, mut after) = (Vec::new(), Some(Vec::new()));
    while let Some(from) = after {
        let (some, next) = world
            .read(move |tx, r| {
                let from = from.clone();
                Box::pin(async move { audit::unsealed(tx, r, &from, 0).await })
            })
            .await;
        found.extend(some.into_iter().map(|one| (one.at, one.is_waiting)));
        after = next;
    }
    assert_eq!(found, [(NOW.after(minutes(4)), true), (put_in.at, false)]);
    let vanished = world.read(|tx, r| Box::pin(audit::vanished(tx, r, 9))).await;
    assert_eq!(vanished.len(), 1);
    assert_eq!(vanished[0].0, service_id.as_bytes());
}

pub(crate) async fn checkpoints_come_with_the_links_they_cover(database: Database) {
    let world = World::new(&database).await;
    let service_id = world.service_id;
    for number in 1..=4 {
        happen(&world, number).await;
    }
    seal(&world, 9).await.unwrap();
    for (number, sequence) in [(1, 2), (2, 4), (3, 9)] {
        let one = StoredCheckpoint { number, sequence, at: 5, statement: format!("s{number}") };
        let insert = world.write(move |tx, r| {
            let one = one.clone();
            Box::pin(
                async move { audit::insert_checkpoint(tx, r, service_id, &one, &format!("m{number}")).await },
            )
        });
        insert.await.unwrap();
    }
    let page = |after, limit| {
        let world = &world;
        async move {
            let (links, signed) =
                world.read(move |tx, r| Box::pin(audit::page(tx, r, service_id, after, limit))).await;
            (links.len(), signed.iter().filter_map(SeenCheckpoint::number).collect::<Vec<_>>())
        }
    };
    assert_eq!(page(i64::MIN, 3).await, (3, vec![1]));
    assert_eq!(page(3, 3).await, (1, vec![2]));
    assert_eq!(page(4, 3).await, (0, vec![3]), "those that cover more than there is");
    let newest = world.read(move |tx, r| Box::pin(audit::newest_checkpoint(tx, r, service_id))).await;
    let third = StoredCheckpoint { number: 3, sequence: 9, at: 5, statement: "s3".into() };
    assert_eq!(newest, Some(SeenCheckpoint::Row(third)));
    let mark = world.read(move |tx, r| Box::pin(audit::mark(tx, r, service_id))).await;
    assert_eq!(mark.as_deref(), Some("m3"), "the newest alone");
    let link = |place| world.read(move |tx, r| Box::pin(audit::link_at(tx, r, service_id, place)));
    assert_eq!((link(4).await.map(|link| link[7]), link(5).await), (Some(4), None));
    let next = |last| world.read(move |tx, r| Box::pin(audit::next_chain(tx, r, last)));
    assert_eq!(next(None).await, Some(service_id));
    assert_eq!(next(Some(service_id)).await, None);
    execute(&world.store, "DELETE FROM audit_links").await.unwrap();
    execute(&world.store, "DELETE FROM audit_checkpoints").await.unwrap();
    assert_eq!(next(None).await, Some(service_id), "the note alone tells that there was a chain");
}

pub(crate) async fn a_damaged_checkpoint_hides_no_other(database: Database) {
    // SQLite answers with what the file holds, text or not; PostgreSQL never takes such a text.
    if database.engine == Engine::Postgres {
        return;
    }
    let world = World::new(&database).await;
    let service_id = world.service_id;
    happen(&world, 1).await;
    seal(&world, 9).await.unwrap();
    for number in 1..=2 {
        let one = StoredCheckpoint { number, sequence: 1, at: 5, statement: "s".into() };
        let insert = world.write(move |tx, r| {
            let one = one.clone();
            Box::pin(async move { audit::insert_checkpoint(tx, r, service_id, &one, "m").await })
        });
        insert.await.unwrap();
    }
    let damage = "UPDATE audit_checkpoints SET statement = CAST(x'80' AS TEXT) WHERE number = 2";
    execute(&world.store, damage).await.unwrap();
    execute(&world.store, "UPDATE audit_marks SET statement = CAST(x'80' AS TEXT)").await.unwrap();
    let unreadable = SeenCheckpoint::Unreadable { number: Some(2), sequence: Some(1) };
    let (_, signed) = world.read(move |tx, r| Box::pin(audit::page(tx, r, service_id, 0, 9))).await;
    assert_eq!((signed.len(), &signed[1]), (2, &unreadable));
    let newest = world.read(move |tx, r| Box::pin(audit::newest_checkpoint(tx, r, service_id))).await;
    assert_eq!(newest, Some(unreadable));
    let mark = world.read(move |tx, r| Box::pin(audit::mark(tx, r, service_id))).await;
    assert_eq!(mark.as_deref(), Some(""));
}

pub(crate) async fn accounts_and_operators_betray_a_chain_that_was_emptied(database: Database) {
    let world = World::new(&database).await;
    let (service_id, other) = (world.service_id, world.other_service().await);
    let has = |id| world.read(move |tx, r| Box::pin(audit::has_people(tx, r, id)));
    assert!(!has(service_id).await);
    world.save([Change::InsertAccount(world.account(None))]).await.unwrap();
    assert!(has(service_id).await && !has(other).await);
    let elsewhere = Operator { service_id: other, ..world.operator() };
    world.save([Change::InsertOperator(elsewhere)]).await.unwrap();
    assert!(has(other).await);
}

pub(crate) async fn a_reading_is_known_by_operator_words_and_time(database: Database) {
    let world = World::new(&database).await;
    let (service_id, other) = (world.service_id, world.other_service().await);
    let read = |filter: &str| Event::AuditRead { filter: filter.into() };
    // The third was by an operator, three minutes after the start.
    world.save([Change::InsertEvent(entry(service_id, 3, read("account=a")))]).await.unwrap();
    let operator = OperatorId::from_bytes([3; 16]);
    let asked = |service_id, operator_id, filter: &str, since: u64| {
        let event = read(filter);
        world.read(move |tx, r| {
            let event = event.clone();
            Box::pin(async move {
                let since = NOW.after(minutes(since));
                audit::has_read(tx, r, service_id, operator_id, &event, since).await
            })
        })
    };
    assert!(asked(service_id, operator, "account=a", 3).await);
    assert!(!asked(service_id, operator, "account=a", 4).await, "before");
    assert!(!asked(service_id, operator, "account=b", 3).await);
    assert!(!asked(service_id, OperatorId::from_bytes([4; 16]), "account=a", 3).await);
    assert!(!asked(other, operator, "account=a", 3).await, "another tenant's (R77)");
}

pub(crate) async fn staff_find_entries_by_what_they_know(database: Database) {
    let world = World::new(&database).await;
    let (service_id, other) = (world.service_id, world.other_service().await);
    let mut all = Vec::new();
    for number in 1..=6 {
        all.push(happen(&world, number).await);
    }
    world.save([Change::InsertEvent(entry(other, 8, Event::AccountOpened))]).await.unwrap();
    seal(&world, 2).await.unwrap();
    let numbers = |found: Vec<AuditRow>| -> Vec<u16> {
        found.iter().map(|row| row.entry.device.strip_prefix("Browser ").unwrap().parse().unwrap()).collect()
    };
    let newest = |span: Span, before: Option<EventId>, limit| {
        world.read(move |tx, r| {
            let span = span.clone();
            Box::pin(async move { audit::newest(tx, r, service_id, &span, before, limit).await })
        })
    };
    let found = newest(Span::default(), None, 9).await;
    let places: Vec<Option<u64>> = found.iter().map(|row| row.sequence).collect();
    assert_eq!(places, [None, None, None, None, Some(2), Some(1)]);
    assert_eq!(numbers(found), [6, 5, 4, 3, 2, 1]);
    assert_eq!(numbers(newest(Span::default(), Some(all[3].id), 2).await), [3, 2]);
    let account_id = Some(AccountId::from_bytes([2; 16]));
    let operator_id = Some(OperatorId::from_bytes([3; 16]));
    let of_account = Span { account_id, ..Span::default() };
    assert_eq!(numbers(newest(of_account.clone(), None, 9).await), [6, 4, 2]);
    let by_operator = Span { operator_id, ..Span::default() };
    assert_eq!(numbers(newest(by_operator, None, 9).await), [6, 3]);
    let both = Span { operator_id, kind: "signed_out".into(), ..Span::default() };
    assert_eq!(numbers(newest(both, None, 9).await), [3]);
    let kind = Span { kind: "password_wrong".into(), actor: "holder".into(), ..Span::default() };
    assert_eq!(numbers(newest(kind, None, 9).await), [4, 2]);
    let moment = |number: u64| Some::<Timestamp>(NOW.after(minutes(number)));
    let span = Span { since: moment(2), until: moment(5), ..Span::default() };
    assert_eq!(numbers(newest(span.clone(), None, 9).await), [4, 3, 2], "from the first, before the last");
    let ascending = |span: Span, after: Option<EventId>| {
        world.read(move |tx, r| {
            let span = span.clone();
            Box::pin(async move { audit::ascending(tx, r, service_id, &span, after, 9).await })
        })
    };
    assert_eq!(numbers(ascending(span, None).await), [2, 3, 4]);
    assert_eq!(numbers(ascending(of_account, Some(all[1].id)).await), [4, 6]);
    let find = |service, id| world.read(move |tx, r| Box::pin(audit::find(tx, r, service, id)));
    assert_eq!(find(service_id, all[0].id).await.unwrap().sequence, Some(1));
    assert_eq!(find(other, all[0].id).await, None, "another tenant's (R77)");
    let kinds = world.read(move |tx, r| Box::pin(audit::kinds(tx, r, service_id))).await;
    assert_eq!(kinds, ["password_wrong", "signed_out"]);
    assert_eq!(rows(&world.store, "SELECT id FROM events").await.len(), 7);
}
