//! The random walk of all routes (T13): whatever pages and API can be made to do, in any order and at any
//! time, no value leaves without a fresh assertion of the right strength. Seeded; a failure names the walk
//! and the step, and `COUNTERSIGN_WALK_SEED=<walk> COUNTERSIGN_WALK_STEPS=5000` walks that one again.

mod actions;
mod chance;
mod oracle;
mod proving;
mod settings;
mod surroundings;

use crate::house::House;
use chance::Chance;
use countersign_core::id::WebhookId;
use countersign_core::model::*;
use countersign_core::policy::Policy;
use countersign_delivery::http::EgressPolicy;
use countersign_flows::{Clock as _, EndpointAdd};
use oracle::{Holder, Oracle};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Steps in one house; then another one is built, with its own seed.
const STEPS_PER_WALK: u64 = 5_000;

/// Accounts in use at once.
const HOLDERS: usize = 5;

/// One house, and what is known of it.
struct Walk {
    house: House,
    chance: Chance,
    oracle: Oracle,
    /// Settings that were proved and whose new value is still to be entered.
    trips: Vec<settings::Trip>,
    rates: BTreeMap<String, surroundings::Rated>,
    seen: Seen,
    listener: WebhookId,
    secrets: Vec<String>,
    asked: u64,
}

/// How often things happened, so that the walk is known to have been everywhere.
#[derive(Default)]
struct Seen(BTreeMap<&'static str, u64>);

impl Seen {
    fn count(&mut self, what: &'static str) {
        self.count_by(what, 1);
    }

    fn count_by(&mut self, what: &'static str, by: u64) {
        *self.0.entry(what).or_default() += by;
    }

    fn add(&mut self, other: Seen) {
        for (what, times) in other.0 {
            *self.0.entry(what).or_default() += times;
        }
    }
}

/// Where a walk is, for whoever reads its failure.
struct Whereabouts {
    seed: u64,
    step: u64,
    doing: &'static str,
}

impl Drop for Whereabouts {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("walk {} failed at step {} ({})", self.seed, self.step, self.doing);
        }
    }
}

#[derive(Clone, Copy)]
enum Doing {
    Open,
    Claim,
    Prove,
    Send,
    Act,
    Cancel,
    Fetch,
    Redeem,
    SignIn,
    StepUp,
    Finish,
    Switch,
    Freeze,
    Rates,
    Clock,
    Timers,
    Newcomer,
}

const DOINGS: &[(usize, (Doing, &str))] = &[
    (90, (Doing::Open, "open")),
    (100, (Doing::Claim, "claim")),
    (330, (Doing::Prove, "prove")),
    (70, (Doing::Send, "send")),
    (20, (Doing::Act, "act on the page")),
    (6, (Doing::Cancel, "cancel")),
    (60, (Doing::Fetch, "fetch")),
    (110, (Doing::Redeem, "redeem")),
    (14, (Doing::SignIn, "sign in")),
    (14, (Doing::StepUp, "step up")),
    (30, (Doing::Finish, "finish a setting")),
    (2, (Doing::Switch, "switch SMS")),
    (3, (Doing::Freeze, "freeze")),
    (20, (Doing::Rates, "rates")),
    (55, (Doing::Clock, "clock")),
    (25, (Doing::Timers, "timers")),
    (4, (Doing::Newcomer, "newcomer")),
];

impl Walk {
    async fn new(seed: u64) -> Self {
        // The caps on sending are not what is walked here; the locks on guessing stay as they are.
        let policy = Policy {
            sends_per_address_per_day: 1_000,
            sends_per_account_per_day: 1_000,
            sends_per_prefix_per_hour: 100_000,
            sends_before_lock: 20,
            // What a factor is asked for is walked, not how long it has stood.
            factor_settle_s: 0,
            ..Policy::default()
        };
        let house = House::with(policy, seed).await;
        let url = "https://listener.example/hooks";
        let added = house.flows.add_webhook(house.service_id, url, EgressPolicy::default()).await.unwrap();
        let EndpointAdd::Added(endpoint) = added else { panic!("no listener: {added:?}") };
        let mut walk = Self {
            house,
            chance: Chance::new(seed),
            oracle: Oracle::default(),
            trips: Vec::new(),
            rates: BTreeMap::new(),
            seen: Seen::default(),
            listener: endpoint.id,
            secrets: Vec::new(),
            asked: 0,
        };
        for _ in 0..HOLDERS {
            walk.newcomer().await;
        }
        walk
    }

    /// Somebody new, with one of the sets of factors that people have.
    async fn newcomer(&mut self) {
        use Factor::*;
        let sets: [&[Factor]; 5] = [
            &[Email, Sms, Totp, TradingPassword],
            &[Email, Totp, TradingPassword],
            &[Email, Sms, TradingPassword],
            &[Email, Sms, Totp],
            &[Sms, TradingPassword],
        ];
        let factors =
            self.chance.weighted(&[(5, sets[0]), (2, sets[1]), (2, sets[2]), (1, sets[3]), (1, sets[4])]);
        let person = self.house.person(factors).await;
        self.oracle.holders.push(Holder {
            sms_on: person.number.is_some(),
            person,
            status: AccountStatus::Active,
            frozen: false,
            recovery: Vec::new(),
            recovery_spent: Vec::new(),
            drift: 0,
            changed_ms: None,
            held_until_ms: i64::MIN,
            locked: Vec::new(),
            spent: false,
            cookie: None,
            device: None,
            freeze_links: Vec::new(),
        });
    }

    async fn run(mut self, seed: u64, steps: u64) -> Seen {
        let mut whereabouts = Whereabouts { seed, step: 0, doing: "" };
        for step in 1..=steps {
            let (doing, name) = self.chance.weighted(DOINGS);
            (whereabouts.step, whereabouts.doing) = (step, name);
            self.step(doing).await;
            if step % 250 == 0 {
                whereabouts.doing = "looking around";
                self.look_around().await;
            }
        }
        whereabouts.doing = "looking back";
        self.look_around().await;
        self.nothing_was_told().await;
        self.seen.count_by("steps", steps);
        std::mem::take(&mut self.seen)
    }

    async fn step(&mut self, doing: Doing) {
        match doing {
            Doing::Open => self.open().await,
            Doing::Claim => self.claim().await,
            Doing::Prove => self.prove().await,
            Doing::Send => self.send().await,
            Doing::Act => self.act().await,
            Doing::Cancel => self.cancel().await,
            Doing::Fetch => self.fetch().await,
            Doing::Redeem => self.redeem().await,
            Doing::SignIn => self.sign_in().await,
            Doing::StepUp => self.step_up().await,
            Doing::Finish => self.finish().await,
            Doing::Switch => self.switch().await,
            Doing::Freeze => self.freeze().await,
            Doing::Rates => self.set_rates().await,
            Doing::Clock => self.turn_clock(),
            Doing::Timers => self.run_timers().await,
            Doing::Newcomer => self.newcomer().await,
        }
    }

    fn now_ms(&self) -> i64 {
        self.house.now().unix_ms()
    }

    /// What the wall clock says, which apps go by.
    fn wall_ms(&self) -> i64 {
        self.house.clock.wall().unix_ms()
    }

    /// One of the accounts in use: the newest, as far as their factors are not used up.
    fn some_holder(&mut self) -> usize {
        let usable: Vec<usize> =
            (0..self.oracle.holders.len()).filter(|at| !self.oracle.holders[*at].spent).collect();
        let newest = &usable[usable.len().saturating_sub(HOLDERS)..];
        self.chance.pick(newest).copied().unwrap_or(0)
    }
}

fn number_of(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

#[test]
fn no_value_leaves_without_a_fresh_assertion_of_the_right_strength() {
    let steps = number_of("COUNTERSIGN_WALK_STEPS").unwrap_or(100_000);
    let seed = number_of("COUNTERSIGN_WALK_SEED").unwrap_or(20_260_101);
    let walks = steps.div_ceil(STEPS_PER_WALK);
    let (next, seen) = (AtomicU64::new(0), Mutex::new(Seen::default()));
    let work = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        loop {
            let walk = next.fetch_add(1, Ordering::SeqCst);
            if walk >= walks {
                return;
            }
            let long = STEPS_PER_WALK.min(steps - walk * STEPS_PER_WALK);
            let found = runtime.block_on(async { Walk::new(seed + walk).await.run(seed + walk, long).await });
            seen.lock().unwrap().add(found);
        }
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    std::thread::scope(|scope| (0..workers).for_each(|_| drop(scope.spawn(work))));
    let seen = seen.into_inner().unwrap();
    println!("{:#?}", seen.0);
    if steps >= 100_000 {
        for (what, least) in EVERYWHERE {
            let times = seen.0.get(what).copied().unwrap_or(0);
            assert!(times >= *least, "{what}: only {times} times");
        }
    }
}

/// Where a walk of 100,000 steps must have been, and how often at least.
const EVERYWHERE: &[(&str, u64)] = &[
    ("redeemed", 400),
    ("exits redeemed", 300),
    ("large withdrawals redeemed", 40),
    ("redeemed again with the same key", 1_000),
    ("refused: used", 1_000),
    ("refused: expired", 400),
    ("refused: invalid", 200),
    ("refused: another digest", 600),
    ("refused for a hold at opening", 700),
    ("refused for a hold at the end", 5),
    ("refused for a hold at redeeming", 1),
    ("refused for a freeze at opening", 200),
    ("cancelled for a freeze", 80),
    ("timed out", 1_500),
    ("lapsed", 250),
    ("wrong answers", 4_000),
    ("locked", 150),
    ("page refused to another browser", 2_000),
    ("changes that hold value", 200),
    ("settings finished", 150),
    ("settings changed by the proof", 50),
    ("signed in on the confirm page", 200),
];
