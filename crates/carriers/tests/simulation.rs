//! The network without sockets, on simulated time.

#![allow(clippy::expect_used)] // a test that cannot set itself up stops there

use countersign_carriers::simulation::{Handed, Happening, Simulation};
use countersign_carriers::{
    AccountBehaviour, AccountConfig, Behaviour, Ids, OperatorConfig, Refusal, demo_operators,
};

const LIFETIME_MS: u64 = 300_000;

fn operator(name: &str, prefix: &str, behaviour: Behaviour) -> OperatorConfig {
    OperatorConfig {
        name: name.to_owned(),
        note: String::new(),
        prefixes: vec![prefix.to_owned()],
        behaviour,
    }
}

fn prompt() -> Behaviour {
    Behaviour { delay_ms_min: 1_000, delay_ms_max: 1_000, ..Behaviour::default() }
}

fn simulation(behaviour: Behaviour) -> Simulation {
    let accounts = ["a", "b"].map(AccountConfig::friendly).to_vec();
    Simulation::new(7, vec![operator("one", "49", behaviour)], accounts).expect("sound")
}

fn submit(simulation: &mut Simulation, now_ms: u64, system_id: &str) -> Handed {
    simulation.submit(now_ms, system_id, "+491701234567", "Acme", "482913", LIFETIME_MS)
}

fn id(handed: Handed) -> String {
    match handed {
        Handed::Taken { message_id } => message_id,
        other => panic!("taken, not {other:?}"),
    }
}

#[test]
fn a_message_arrives_and_is_reported_at_its_own_time() {
    let mut simulation = simulation(prompt());
    assert_eq!(simulation.next_due(), None);
    let message_id = id(submit(&mut simulation, 500, "b"));
    assert_eq!(simulation.next_due(), Some(1_500));
    assert_eq!(simulation.due(1_499), []);
    let expected = [
        Happening::Arrived {
            at_ms: 1_500,
            to: "+491701234567".to_owned(),
            text: "482913".to_owned(),
            message_id: message_id.clone(),
        },
        Happening::Receipt { at_ms: 1_600, system_id: "b".to_owned(), message_id, delivered: true, error: 0 },
    ];
    // Looked at long after, each still has the moment that it came to pass.
    assert_eq!(simulation.due(60_000), expected);
    assert_eq!(simulation.next_due(), None);
}

#[test]
fn receipts_name_the_message_whatever_their_notation_and_however_early() {
    let odd = Behaviour { receipt_ids: Ids::HexThenDecimal, receipt_before_answer: true, ..prompt() };
    let mut simulation = simulation(odd);
    let message_id = id(submit(&mut simulation, 0, "a"));
    let due = simulation.due(0);
    assert!(
        matches!(&due[..], [Happening::Receipt { message_id: named, .. }] if *named == message_id),
        "{due:?}"
    );
}

#[test]
fn long_texts_and_other_alphabets_arrive_whole() {
    let mut simulation = simulation(prompt());
    for text in ["x".repeat(700), "Ваш код 482913. ".repeat(20), "€".repeat(100)] {
        id(simulation.submit(0, "a", "+491701234567", "+4930123456", &text, LIFETIME_MS));
        let arrived = simulation.due(1_000);
        assert!(matches!(&arrived[..], [Happening::Arrived { text: shown, .. }] if *shown == text));
        simulation.due(2_000);
    }
}

#[test]
fn routes_are_broken_while_it_runs() {
    let mut simulation = simulation(Behaviour { disconnect_percent: 0, ..prompt() });
    let cases = [
        (AccountBehaviour { unbound: true, ..Default::default() }, Some(0x0D)),
        (AccountBehaviour { refuses: Refusal::SystemError, ..Default::default() }, Some(0x08)),
        (AccountBehaviour { dead: true, ..Default::default() }, None),
    ];
    for (behaviour, refused) in cases {
        *simulation.account_mut("a").expect("there") = behaviour;
        match refused {
            Some(status) => assert_eq!(submit(&mut simulation, 0, "a"), Handed::Refused(status)),
            None => drop(id(submit(&mut simulation, 0, "a"))),
        }
        assert_eq!(simulation.next_due(), None);
        id(submit(&mut simulation, 0, "b"));
        assert_eq!(simulation.due(10_000).len(), 2, "the other one works");
    }
    *simulation.account_mut("a").expect("there") = AccountBehaviour { lying: true, ..Default::default() };
    id(submit(&mut simulation, 0, "a"));
    let due = simulation.due(10_000);
    assert!(matches!(due[..], [Happening::Receipt { delivered: true, .. }]), "{due:?}");
    *simulation.account_mut("a").expect("there") =
        AccountBehaviour { loss_percent: 100, ..Default::default() };
    id(submit(&mut simulation, 0, "a"));
    let due = simulation.due(10_000);
    assert!(matches!(due[..], [Happening::Receipt { delivered: false, error: 1, .. }]), "{due:?}");
    assert!(simulation.account_mut("c").is_none());
    assert_eq!(submit(&mut simulation, 0, "c"), Handed::Refused(0x0F));
    assert_eq!(simulation.submit(0, "b", "+33612345678", "Acme", "x", LIFETIME_MS), Handed::Refused(0x0B));
}

#[test]
fn an_operator_s_own_faults_are_there_too() {
    let mut hanging_up = simulation(Behaviour { disconnect_percent: 100, ..prompt() });
    assert_eq!(submit(&mut hanging_up, 0, "a"), Handed::Lost);
    let mut slow = simulation(Behaviour { delay_ms_min: 400_000, delay_ms_max: 400_000, ..prompt() });
    id(submit(&mut slow, 0, "a"));
    let due = slow.due(1_000_000);
    let expired = |due: &[Happening]| {
        matches!(due, [Happening::Receipt { at_ms: 300_100, delivered: false, error: 27, .. }])
    };
    assert!(expired(&due), "{due:?}");
}

/// What `a` does is another matter when `b` breaks: nothing that befalls its own messages changes.
#[test]
fn one_seed_gives_one_outcome_and_a_broken_route_changes_no_other() {
    let run = |seed, broken: bool| {
        let lossy = AccountBehaviour {
            loss_percent: 20,
            silent_loss_percent: 5,
            extra_delay_ms_max: 4_000,
            ..AccountBehaviour::default()
        };
        let accounts = ["a", "b"].map(|system_id| AccountConfig {
            behaviour: lossy.clone(),
            ..AccountConfig::friendly(system_id)
        });
        let rough = Behaviour { loss_percent: 10, duplicate_percent: 10, ..Behaviour::default() };
        let operators = vec![operator("one", "", rough)];
        let mut simulation = Simulation::new(seed, operators, accounts.to_vec()).expect("sound");
        let (mut ids, mut all) = (Vec::new(), Vec::new());
        for step in 0..2_000_u64 {
            if step == 500 && broken {
                simulation.account_mut("b").expect("there").refuses = Refusal::SubmitFailed;
            }
            if let Handed::Taken { message_id } = submit(&mut simulation, step * 10, "a") {
                ids.push(message_id);
            }
            submit(&mut simulation, step * 10, "b");
            all.extend(simulation.due(step * 10));
        }
        all.extend(simulation.due(u64::MAX));
        let of_a = |happening: &Happening| match happening {
            Happening::Arrived { message_id, .. } | Happening::Receipt { message_id, .. } => {
                ids.contains(message_id)
            }
        };
        let own: Vec<_> = all.iter().filter(|happening| of_a(happening)).cloned().collect();
        (all, own)
    };
    let (whole, own) = run(7, false);
    assert_eq!((&whole, &own), (&run(7, false).0, &run(7, true).1));
    assert_ne!(whole, run(8, false).0);
    let arrived = own.iter().filter(|happening| matches!(happening, Happening::Arrived { .. })).count();
    assert!((1_300..=1_700).contains(&arrived), "about 2000 * 0.8 * 0.95 * 0.9 * 1.1: {arrived}");
}

#[test]
fn what_is_wrong_is_said_in_words() {
    let twice = ["a", "a"].map(AccountConfig::friendly).to_vec();
    let error = Simulation::new(1, demo_operators(), twice).err();
    assert_eq!(error.as_deref(), Some("two accounts are named a"));
}
