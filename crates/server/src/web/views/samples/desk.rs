//! The desk's pages in every state that their fields allow.
//!
//! Decides nothing: made-up facts only.

use countersign_flows::core::binding::NumberRefusal;
use countersign_flows::core::id::{AccountId, HoldId, OperatorId, ProposalId, ServiceId};
use countersign_flows::core::level::Level;
use countersign_flows::core::limit::LimitKind;
use countersign_flows::core::lock::Refusal;
use countersign_flows::core::look_up::{Blocked, Cap, Reach};
use countersign_flows::core::model::*;
use countersign_flows::core::numbers::LineKind;
use countersign_flows::core::proposal::DecideRefusal;
use countersign_flows::core::route::{BreakerState, RouteWish};
use countersign_flows::core::time::Timestamp;
use countersign_flows::{
    AccountFile, FactorFile, Figures, Lockout, NumberFile, NumberOwner, NumberReport, ProposalEffect,
    ProposalFile, ProposalView, Queue, QueueKind, RouteReach, SessionFile, TodayDelivery, Voice,
};

use super::{DAY_MS, Drawn, MINUTE_MS, Samples, draw};
use crate::web::views::{
    AccountForm, ActivityRow, ConsoleAccount, ConsoleAccounts, ConsoleHolds, ConsoleLockouts, ConsoleNumbers,
    ConsoleProposal, ConsoleProposals, ConsoleToday, EntryRow, Event, Field, Problem, in_trouble,
};
use crate::web::words::Moment;

pub(super) fn problems() -> Vec<Problem> {
    vec![
        Problem::AccountUnreadable,
        Problem::AccountUnknown,
        Problem::AddressNone,
        Problem::ProtectedAlready,
        Problem::ProposalNothing,
        Problem::BudgetSpent,
        Problem::ProposalWaits,
        Problem::ProposalOwn,
        Problem::ProposalNotYours,
        Problem::ProposalEnded,
        Problem::ProposalStale,
    ]
}

impl Samples {
    fn at(&self, after_ms: i64) -> Timestamp {
        Timestamp::from_unix_ms(self.now_ms + after_ms)
    }

    fn operator(&self) -> Voice {
        let actor = Actor::Operator(OperatorId::from_bytes([7; 16]));
        Voice { actor, name: self.text("be•••@acme.example") }
    }

    fn factor(&self, factor: Factor, enrolled: u32, refusal: Option<Refusal>) -> FactorFile {
        FactorFile {
            factor,
            enrolled,
            refusal,
            sends_locked_until: None,
            failures_in_a_row: 6,
            failures_this_year: 6,
            budget: (factor != Factor::Password).then_some(60),
            is_spent: false,
        }
    }

    fn proposal_view(&self, target: ProposalTarget, status: ProposalStatus) -> ProposalView {
        let kind = match target {
            ProposalTarget::Binding(_) => ProposalKind::RemoveNumber,
            ProposalTarget::Factor { .. } => ProposalKind::LiftLock,
            ProposalTarget::Status { .. } => ProposalKind::ClearStatus,
            ProposalTarget::Case(_) => ProposalKind::EndCase,
        };
        let has_ended = status != ProposalStatus::Waiting;
        ProposalView {
            proposal: Proposal {
                id: ProposalId::from_bytes([3; 16]),
                service_id: ServiceId::from_bytes([1; 16]),
                account_id: AccountId::from_bytes([2; 16]),
                kind,
                target,
                reason: self.text("the phone was stolen"),
                proposed_by: self.operator().actor,
                proposed_at: self.at(-MINUTE_MS),
                expires_at: self.at(3 * DAY_MS),
                status,
                decided_by: has_ended.then_some(Actor::CommandLine),
                decided_at: has_ended.then(|| self.at(0)),
                decision_note: if has_ended { self.text("called back") } else { String::new() },
            },
            status,
            by: self.operator(),
            decided_by: has_ended.then(|| Voice { actor: Actor::CommandLine, name: String::new() }),
        }
    }

    fn sms_lock(&self) -> ProposalTarget {
        ProposalTarget::Factor { factor: Factor::Sms, since: self.at(15 * MINUTE_MS) }
    }

    fn hold(&self, cause: HoldCause) -> Hold {
        Hold {
            id: HoldId::from_bytes([4; 16]),
            service_id: ServiceId::from_bytes([1; 16]),
            account_id: AccountId::from_bytes([2; 16]),
            cause,
            starts_at: self.at(-MINUTE_MS),
            ends_at: self.at(DAY_MS),
        }
    }

    fn account_file(&self) -> AccountFile {
        let locked = Some(Refusal::Locked { until: self.at(15 * MINUTE_MS) });
        let spent = FactorFile { is_spent: true, ..self.factor(Factor::Email, 1, Some(Refusal::Disabled)) };
        let unsent = FactorFile {
            sends_locked_until: Some(self.at(MINUTE_MS)),
            ..self.factor(Factor::RecoveryCode, 0, None)
        };
        AccountFile {
            id: AccountId::from_bytes([2; 16]),
            status: AccountStatus::Flagged,
            frozen_by_holder: false,
            email: Some(self.text("ad•••@mail.example")),
            locale: self.text("de-CH"),
            created_at: self.at(-9 * DAY_MS),
            level: Level::Fair,
            number: Some(NumberFile {
                number: self.text("+44 •••• ••3456"),
                region: "GB".to_owned(),
                line: LineKind::Mobile,
                bound_at: self.at(-DAY_MS),
                suspended_at: Some(self.at(-MINUTE_MS)),
            }),
            factors: vec![
                self.factor(Factor::Password, 1, None),
                self.factor(Factor::Sms, 1, locked),
                spent,
                self.factor(Factor::Totp, 1, Some(Refusal::Disabled)),
                self.factor(Factor::Passkey, 2, None),
                self.factor(Factor::TradingPassword, 0, None),
                unsent,
            ],
            holds: vec![self.hold(HoldCause::Recovered)],
            sessions: vec![SessionFile {
                device: self.text("Firefox on Windows"),
                created_at: self.at(-DAY_MS),
                last_seen_at: self.at(-MINUTE_MS),
                second_factor: None,
            }],
            devices: 2,
            actions: vec![
                (ActionKind::Withdrawal, ActionStatus::Pending, self.at(MINUTE_MS)),
                (ActionKind::P2pSell, ActionStatus::Authorised, self.at(MINUTE_MS)),
            ],
            entries: vec![],
            messages: vec![],
            cases: vec![],
            tickets: vec![],
            proposals: vec![self.proposal_view(self.sms_lock(), ProposalStatus::Waiting)],
        }
    }

    fn entries(&self) -> Vec<EntryRow> {
        let address = || self.address("+44 •••• ••3456");
        let voices = [Actor::System, Actor::Holder, Actor::RelyingParty, Actor::CommandLine];
        let mut by: Vec<Voice> =
            voices.map(|actor| Voice { actor, name: String::new() }).into_iter().collect();
        by.push(Voice { name: String::new(), ..self.operator() });
        by.push(self.operator());
        let events = [
            Event::NumberRemoved { number: address() },
            Event::LockLifted { factor: Factor::Totp },
            Event::SignedOutByStaff,
            Event::ProposalMade,
            Event::ProposalEnded,
            Event::AddressRevealed,
            Event::AccountSeen,
            Event::NumberLookedUp,
            Event::AddressLookedUp,
        ];
        let row = |(event, by): (Event, Voice)| EntryRow {
            row: ActivityRow {
                at_ms: self.now_ms,
                event,
                browser: Some(self.text("Firefox on Linux")),
                place: None,
            },
            by,
            reason: self.text("odd sign-ins"),
        };
        events.into_iter().zip(by.into_iter().cycle()).map(row).collect()
    }

    fn account_page(&self, file: AccountFile, trouble: Option<(AccountForm, Field)>) -> ConsoleAccount {
        ConsoleAccount {
            layout: self.console_layout(),
            entries: self.entries(),
            messages: vec![],
            file,
            revealed: None,
            trouble,
        }
    }

    fn report(&self, blocked: Option<Blocked>) -> NumberReport {
        let lock = match blocked {
            Some(Blocked::Locked { .. } | Blocked::Disabled { .. } | Blocked::SendingLocked { .. }) => {
                blocked
            }
            _ => None,
        };
        let cap = |kind| Cap { kind, next: 4, cap: 10, until: self.at(DAY_MS) };
        let has_owner = !matches!(blocked, Some(Blocked::NoRoute));
        NumberReport {
            number: self.text("+44 •••• ••3456"),
            region: "GB".to_owned(),
            line: LineKind::Mobile,
            blocked,
            line_passes: !matches!(blocked, Some(Blocked::Refused(NumberRefusal::Line(_)))),
            country_passes: true,
            lists_pass: blocked != Some(Blocked::Refused(NumberRefusal::Denied)),
            owner: has_owner.then(|| NumberOwner {
                account_id: AccountId::from_bytes([2; 16]),
                status: AccountStatus::Active,
                bound_at: self.at(-DAY_MS),
                suspended_at: None,
            }),
            had_other_owner: blocked.is_none(),
            lock,
            failures_in_a_row: 1,
            failures_this_year: 2,
            caps: LimitKind::ALL.iter().map(|kind| cap(*kind)).collect(),
            routes: if has_owner { self.reaches() } else { vec![] },
            reach: if blocked.is_none() { Reach::Unknown } else { Reach::Open },
            messages: vec![],
        }
    }

    fn reaches(&self) -> Vec<RouteReach> {
        let route = |is_up| RouteReach {
            name: self.text("simulated"),
            wish: RouteWish::Active,
            breaker: BreakerState::Closed,
            is_up,
        };
        vec![route(true), route(false)]
    }

    fn numbers_page(&self, number: Field, report: Option<NumberReport>) -> ConsoleNumbers {
        ConsoleNumbers { layout: self.console_layout(), number, report, messages: vec![] }
    }

    fn proposal_page(&self, view: ProposalView, is_own: bool) -> ConsoleProposal {
        ConsoleProposal {
            layout: self.console_layout(),
            file: ProposalFile {
                view,
                effect: ProposalEffect {
                    number: Some(self.text("+44 •••• ••3456")),
                    sessions: 2,
                    case: Some((CaseKind::PhoneLost, CaseStage::Documents)),
                    leaves_email_only: true,
                },
                hindrance: None,
            },
            is_own,
            note: Field::default(),
            problem: None,
        }
    }

    fn today_page(&self) -> ConsoleToday {
        let hours = (0u64..24).map(|hour| (hour % 7 > 0).then_some(hour * hour)).collect();
        let figures = Figures { now: Some(82), hours, last_hour: Some(40), week_before: Some(7) };
        let queue = |kind, late| Queue { kind, figures: figures.clone(), late };
        ConsoleToday {
            layout: self.console_layout(),
            delivery: Some((
                TodayDelivery { conversion: figures.clone(), p95_ms: Figures::default() },
                vec![self.route_in_trouble()],
            )),
            lockouts: Some(figures.clone()),
            queues: vec![
                queue(QueueKind::Cases, 2),
                queue(QueueKind::Tickets, 1),
                queue(QueueKind::Proposals, 3),
            ],
        }
    }

    fn lockouts_page(&self) -> ConsoleLockouts {
        let lockout = Lockout {
            account_id: Some(AccountId::from_bytes([2; 16])),
            factor: Factor::Sms,
            is_one_browser: false,
            failures: 6,
            locked_until: Some(self.at(MINUTE_MS)),
            disabled_at: None,
            sends_locked_until: None,
        };
        let disabled = Lockout { disabled_at: Some(self.at(0)), is_one_browser: true, ..lockout.clone() };
        let unsent = Lockout {
            account_id: None,
            locked_until: None,
            sends_locked_until: Some(self.at(DAY_MS)),
            ..lockout.clone()
        };
        ConsoleLockouts { layout: self.console_layout(), rows: vec![lockout, disabled, unsent] }
    }

    pub(super) fn desk(&self) -> Drawn {
        let mut drawn = self.desk_accounts();
        drawn.extend(self.desk_numbers());
        drawn.extend(self.desk_proposals());
        let quiet = ConsoleToday { delivery: None, lockouts: None, queues: vec![], ..self.today_page() };
        let holds = |rows| ConsoleHolds { layout: self.console_layout(), rows };
        drawn.extend(draw(vec![
            ("console-today", &self.today_page()),
            ("console-today-quiet", &quiet),
            ("console-holds", &holds(HoldCause::ALL.iter().map(|cause| self.hold(*cause)).collect())),
            ("console-holds-none", &holds(vec![])),
            ("console-lockouts", &self.lockouts_page()),
            ("console-lockouts-none", &ConsoleLockouts { rows: vec![], ..self.lockouts_page() }),
        ]));
        drawn
    }

    fn desk_accounts(&self) -> Drawn {
        let reason = |form, problem| in_trouble(form, self.text("x"), problem);
        let search = |what| ConsoleAccounts { layout: self.console_layout(), what };
        let bare = AccountFile {
            status: AccountStatus::Frozen,
            frozen_by_holder: true,
            email: None,
            number: None,
            holds: vec![],
            sessions: vec![],
            actions: vec![],
            cases: vec![],
            tickets: vec![],
            proposals: vec![],
            ..self.account_file()
        };
        let frozen = AccountFile { status: AccountStatus::Frozen, ..self.account_file() };
        let spent = Problem::LookUpsSpent { until: Moment::near(self.now_ms + DAY_MS, self.now_ms) };
        let revealed = ConsoleAccount {
            revealed: Some(self.address("+447400123456")),
            ..self.account_page(self.account_file(), None)
        };
        let page = |form, problem| self.account_page(self.account_file(), reason(form, problem));
        draw(vec![
            ("console-accounts", &search(Field::default())),
            ("console-accounts-unknown", &search(self.typed("ada", Some(Problem::AccountUnknown)))),
            ("console-account", &self.account_page(self.account_file(), None)),
            ("console-accounts-spent", &search(self.typed("", Some(spent)))),
            ("console-account-bare", &self.account_page(bare, None)),
            ("console-account-frozen", &self.account_page(frozen, None)),
            ("console-account-revealed", &revealed),
            ("console-account-reveal", &page(AccountForm::Reveal, Problem::ReasonMissing)),
            ("console-account-protect", &page(AccountForm::Protect, Problem::ProtectedAlready)),
            ("console-account-propose", &page(AccountForm::Propose, Problem::ProposalWaits)),
        ])
    }

    fn desk_numbers(&self) -> Drawn {
        let until = self.at(15 * MINUTE_MS);
        let lines = [
            LineKind::FixedLine,
            LineKind::FixedLineOrMobile,
            LineKind::Voip,
            LineKind::TollFree,
            LineKind::PremiumRate,
            LineKind::Pager,
            LineKind::Uan,
            LineKind::Unknown,
        ];
        let mut answers = vec![
            None,
            Some(Blocked::Refused(NumberRefusal::CountryNotAllowed)),
            Some(Blocked::Refused(NumberRefusal::Denied)),
            Some(Blocked::Frozen),
            Some(Blocked::Suspended),
            Some(Blocked::Locked { failures: 6, until }),
            Some(Blocked::Disabled { failures: 60 }),
            Some(Blocked::SendingLocked { until }),
            Some(Blocked::Capped { kind: LimitKind::Address, until }),
            Some(Blocked::RoutesShut),
            Some(Blocked::NoRoute),
        ];
        answers.extend(lines.map(|line| Some(Blocked::Refused(NumberRefusal::Line(line)))));
        let page = |blocked| self.numbers_page(Field::default(), Some(self.report(blocked)));
        let mut drawn: Drawn =
            answers.into_iter().flat_map(|one| draw(vec![("console-number", &page(one))])).collect();
        let wrong = self.typed("12", Some(Problem::NumberUnreadable));
        drawn.extend(draw(vec![
            ("console-numbers", &self.numbers_page(Field::default(), None)),
            ("console-numbers-wrong", &self.numbers_page(wrong, None)),
        ]));
        drawn
    }

    fn desk_proposals(&self) -> Drawn {
        let targets = [
            ProposalTarget::Binding(countersign_flows::core::id::BindingId::from_bytes([5; 16])),
            self.sms_lock(),
            ProposalTarget::Status { status: AccountStatus::Flagged, since: self.at(-DAY_MS) },
            ProposalTarget::Status { status: AccountStatus::Frozen, since: self.at(-DAY_MS) },
            ProposalTarget::Case(countersign_flows::core::id::CaseId::from_bytes([6; 16])),
        ];
        let waiting = |target| self.proposal_view(target, ProposalStatus::Waiting);
        let ended = ProposalStatus::ALL.iter().map(|status| self.proposal_view(targets[0], *status));
        let list = |waiting, ended| ConsoleProposals { layout: self.console_layout(), waiting, ended };
        let mut stale = self.proposal_page(waiting(targets[0]), false);
        stale.file.hindrance = Some(DecideRefusal::Stale);
        let refused = ConsoleProposal {
            problem: Some(Problem::ProposalOwn),
            ..self.proposal_page(waiting(targets[1]), true)
        };
        let unsaid = ConsoleProposal {
            note: self.typed("", Some(Problem::ReasonMissing)),
            ..self.proposal_page(waiting(targets[2]), false)
        };
        let mine = ConsoleProposal {
            problem: Some(Problem::OwnAccount),
            ..self.proposal_page(waiting(targets[3]), false)
        };
        let approved = self.proposal_view(targets[0], ProposalStatus::Approved);
        draw(vec![
            ("console-proposals", &list(targets.map(waiting).into(), ended.collect())),
            ("console-proposals-none", &list(vec![], vec![])),
            ("console-proposal", &self.proposal_page(waiting(targets[0]), false)),
            ("console-proposal-own", &self.proposal_page(waiting(targets[1]), true)),
            ("console-proposal-refused", &refused),
            ("console-proposal-unsaid", &unsaid),
            ("console-proposal-case", &self.proposal_page(waiting(targets[4]), false)),
            ("console-proposal-frozen", &mine),
            ("console-proposal-ended", &self.proposal_page(approved, false)),
        ])
    }
}
