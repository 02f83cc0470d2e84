//! A world small enough to read: it keeps in memory what the changes of decisions say, the way storage
//! promises to, so that whole histories can be played against the rules. It decides nothing; a change that
//! storage would refuse is a panic.

use super::super::*;
use crate::entropy::testing::Counting;
use crate::limit::{self, CounterKey, SendFacts};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};

pub(super) const START: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);
pub(super) const PHONE: &str = "+447400123456";
pub(super) const OTHER_PHONE: &str = "+66812345678";
pub(super) const EMAIL: &str = "ada.lovelace@example.com";

pub(super) fn address(text: &str) -> Address {
    Address::from_exposed(text).unwrap()
}

/// Stands in for the keyed index of storage: one value per address.
pub(super) fn index_of(address: &Address) -> AddressIndex {
    AddressIndex(Sha256::digest(address.expose()).into())
}

pub(super) fn service(number: u8) -> ServiceId {
    ServiceId::from_bytes([number; 16])
}

pub(super) fn account(number: u8) -> Subject {
    Subject::Account(AccountId::from_bytes([number; 16]))
}

pub(super) fn page(number: u8) -> Option<TokenHash> {
    Some(TokenHash([number; 32]))
}

pub(super) fn details(amount: &str, payee: &str) -> Details {
    Details { amount: amount.to_owned(), payee: payee.to_owned(), ..Details::default() }
}

/// What a test asks a code for.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) service_id: ServiceId,
    pub(super) subject: Subject,
    pub(super) address: Address,
    /// The code is spoken instead of written.
    pub(super) by_voice: bool,
    pub(super) purpose: Purpose,
    pub(super) details: Option<Details>,
    pub(super) page: Option<TokenHash>,
}

impl Ask {
    /// A sign-in code by SMS for account 1 on page 1.
    pub(super) fn sign_in() -> Self {
        Self {
            service_id: service(1),
            subject: account(1),
            address: address(PHONE),
            by_voice: false,
            purpose: Purpose::SignIn,
            details: None,
            page: page(1),
        }
    }

    pub(super) fn for_purpose(purpose: Purpose) -> Self {
        let details = purpose.needs_details().then(|| details("0.25 BTC", "bc1q0x9k4"));
        Self { purpose, details, ..Self::sign_in() }
    }

    pub(super) fn channel(&self) -> Channel {
        if self.by_voice { Channel::Voice } else { self.address.channel() }
    }

    pub(super) fn request(&self) -> Request<'_> {
        Request {
            service_id: self.service_id,
            subject: self.subject,
            address: &self.address,
            channel: self.channel(),
            address_index: index_of(&self.address),
            purpose: self.purpose,
            details: self.details.as_ref(),
            page: self.page,
            locale: "en",
        }
    }
}

type FactorKey = (ServiceId, Subject, Factor);

/// The stored state, its clock, and the handset on which codes arrive.
pub(super) struct Play {
    pub(super) policy: Policy,
    pub(super) now: Timestamp,
    key: CodeKey,
    entropy: Counting,
    scene: Scene,
    pub(super) verifications: BTreeMap<VerificationId, Verification>,
    pub(super) details: HashMap<VerificationId, Option<Details>>,
    factors: HashMap<FactorKey, FactorState>,
    failures: HashMap<(FactorKey, i64), i64>,
    pub(super) counters: HashMap<CounterKey, i64>,
    pub(super) messages: Vec<(Message, MessageStatus)>,
    pub(super) events: Vec<EventEntry>,
    /// Every decision as a careless log line would print it, when a test asks for that.
    pub(super) printed: Option<String>,
}

impl Play {
    pub(super) fn new() -> Self {
        Self::with(Policy::default())
    }

    pub(super) fn with(policy: Policy) -> Self {
        Self {
            policy,
            now: START,
            key: CodeKey::new([9; 32]),
            entropy: Counting::new(),
            scene: Scene::of("Firefox on Linux"),
            verifications: BTreeMap::new(),
            details: HashMap::new(),
            factors: HashMap::new(),
            failures: HashMap::new(),
            counters: HashMap::new(),
            messages: Vec::new(),
            events: Vec::new(),
            printed: None,
        }
    }

    pub(super) fn world(&self) -> World<'_> {
        World {
            policy: &self.policy,
            key: &self.key,
            now: self.now,
            entropy: &self.entropy,
            scene: &self.scene,
        }
    }

    pub(super) fn wait(&mut self, span: Duration) {
        self.now = self.now.after(span);
    }

    /// The factor as a use case would load it: the row, and the sum of the last 365 days' buckets.
    pub(super) fn factor(&self, service_id: ServiceId, subject: Subject, factor: Factor) -> FactorState {
        let key = (service_id, subject, factor);
        let stored = self.factors.get(&key).cloned();
        let oldest = self.now.day() - 365;
        let buckets = self.failures.iter().filter(|((of, day), _)| *of == key && *day > oldest);
        let failures: i64 = buckets.map(|(_, count)| count).sum();
        let state = stored.unwrap_or_else(|| FactorState::fresh(service_id, subject, factor, None));
        FactorState { failures_this_year: u32::try_from(failures).unwrap(), ..state }
    }

    /// The SMS factor of account 1, which most tests are about.
    pub(super) fn sms(&self) -> FactorState {
        self.factor(service(1), account(1), Factor::Sms)
    }

    fn factor_of(&self, verification: &Verification) -> FactorState {
        self.factor(verification.service_id, verification.subject, verification.channel.factor())
    }

    /// Counts the send on its counters before anything is decided, as a use case does.
    fn count(&mut self, ask: &Ask) -> (Vec<Planned>, Option<LimitHit>) {
        let facts = SendFacts {
            service_id: ask.service_id,
            address: &ask.address,
            address_index: index_of(&ask.address),
            account_id: account_of(ask.subject),
            ip: Some("192.0.2.7".parse().unwrap()),
            device: None,
        };
        let planned = limit::plan(&facts, &self.policy, self.now);
        let totals: Vec<i64> = planned.iter().map(|plan| self.add(&plan.key, plan.by)).collect();
        let hit = limit::first_hit(&planned, &totals);
        (planned, hit)
    }

    fn add(&mut self, key: &CounterKey, by: i64) -> i64 {
        let total = self.counters.entry(key.clone()).or_default();
        *total += by;
        *total
    }

    pub(super) fn start(&mut self, ask: &Ask) -> Result<VerificationId, SendRefusal> {
        let (planned, hit) = self.count(ask);
        let factor = self.factor(ask.service_id, ask.subject, ask.channel().factor());
        let snapshot = SendSnapshot { factor, planned: &planned, hit };
        let decision = start(&ask.request(), snapshot, self.world());
        self.save(&decision);
        let id = decision.outcome?.id;
        self.details.insert(id, ask.details.clone());
        Ok(id)
    }

    pub(super) fn resend(&mut self, id: VerificationId) -> Result<(), SendRefusal> {
        let page = self.verifications[&id].page;
        self.resend_as(id, page, self.details[&id].clone().as_ref())
    }

    pub(super) fn resend_as(
        &mut self,
        id: VerificationId,
        page: Option<TokenHash>,
        details: Option<&Details>,
    ) -> Result<(), SendRefusal> {
        let verification = self.verifications[&id].clone();
        let ask = Ask {
            service_id: verification.service_id,
            subject: verification.subject,
            address: verification.address.clone(),
            by_voice: verification.channel == Channel::Voice,
            purpose: verification.purpose,
            details: details.cloned(),
            page,
        };
        let (planned, hit) = self.count(&ask);
        let snapshot = SendSnapshot { factor: self.factor_of(&verification), planned: &planned, hit };
        let decision = resend(verification, page, details, snapshot, self.world());
        self.save(&decision);
        decision.outcome.map(|_| ())
    }

    /// Enters a code on the page that asked for it.
    pub(super) fn check(&mut self, id: VerificationId, digits: &str) -> CheckOutcome {
        self.check_on(id, digits, self.verifications[&id].page)
    }

    pub(super) fn check_on(
        &mut self,
        id: VerificationId,
        digits: &str,
        page: Option<TokenHash>,
    ) -> CheckOutcome {
        let decision = self.judge(id, digits, page);
        self.save(&decision);
        decision.outcome
    }

    /// What would come of entering a code, without entering it.
    pub(super) fn judge(
        &self,
        id: VerificationId,
        digits: &str,
        page: Option<TokenHash>,
    ) -> Decision<CheckOutcome> {
        let verification = self.verifications[&id].clone();
        let typed = TypedCode::strict(digits, verification.code_length).unwrap();
        let factor = self.factor_of(&verification);
        check(verification, page, &typed, self.details[&id].as_ref(), factor, self.world())
    }

    pub(super) fn cancel(&mut self, id: VerificationId) -> VerificationStatus {
        let decision = cancel(self.verifications[&id].clone(), self.now);
        self.save(&decision);
        decision.outcome
    }

    pub(super) fn expire(&mut self, id: VerificationId) -> VerificationStatus {
        let decision = expire(self.verifications[&id].clone(), self.now);
        self.save(&decision);
        decision.outcome
    }

    pub(super) fn status(&self, id: VerificationId) -> VerificationStatus {
        self.verifications[&id].status
    }

    /// Every code that was sent for a verification, oldest first.
    pub(super) fn codes(&self, id: VerificationId) -> Vec<String> {
        let of_this = self.messages.iter().filter(|(message, _)| message.verification_id == Some(id));
        let code = |message: &Message| match &message.body {
            Body::Code { code, .. } => code.clone(),
            Body::Notice { .. } => panic!("a notice belongs to no verification"),
        };
        of_this.map(|(message, _)| code(message)).collect()
    }

    /// The newest code of a verification.
    pub(super) fn code(&self, id: VerificationId) -> String {
        self.codes(id).pop().unwrap()
    }

    /// A well-formed code that was never sent for this verification.
    pub(super) fn wrong_code(&self, id: VerificationId) -> String {
        let sent = self.codes(id);
        ["000000", "111111", "222222", "333333", "444444", "555555"]
            .map(str::to_owned)
            .into_iter()
            .chain((0..100).map(|n| format!("9{n:05}")))
            .find(|candidate| !sent.contains(candidate))
            .unwrap()
    }

    /// A run of wrong codes; what the last one came to.
    pub(super) fn guess(&mut self, id: VerificationId, times: usize) -> CheckOutcome {
        let wrong = self.wrong_code(id);
        (0..times).map(|_| self.check(id, &wrong)).last().unwrap()
    }

    pub(super) fn event_kinds(&self) -> Vec<&'static str> {
        self.events.iter().map(|entry| entry.event.kind()).collect()
    }

    fn save<O: std::fmt::Debug>(&mut self, decision: &Decision<O>) {
        if let Some(printed) = &mut self.printed {
            printed.push_str(&format!("{decision:?} {decision:#?}\n"));
        }
        for change in &decision.changes {
            self.apply(change);
        }
        for change in &decision.changes {
            if let Change::SaveFactor(saved) = change {
                let kept = self.factor(saved.service_id, saved.subject, saved.factor);
                assert_eq!(kept.failures_this_year, saved.failures_this_year, "rules and buckets disagree");
            }
        }
    }

    fn apply(&mut self, change: &Change) {
        match change {
            Change::InsertVerification(new) => {
                assert!(self.verifications.insert(new.id, new.clone()).is_none(), "inserted twice");
            }
            Change::SaveVerification(saved) => {
                let row = self.verifications.get_mut(&saved.id).expect("saved before it was inserted");
                assert_eq!(row.status, VerificationStatus::Pending, "no arrow leaves a final state");
                *row = saved.clone();
            }
            Change::SupersedeVerifications { service_id, subject, channel, purpose, except, at } => {
                for row in self.verifications.values_mut() {
                    let same = (row.service_id, row.subject, row.channel, row.purpose)
                        == (*service_id, *subject, *channel, *purpose);
                    if same && row.id != *except && row.status == VerificationStatus::Pending {
                        row.status = VerificationStatus::Superseded;
                        row.finished_at = Some(*at);
                    }
                }
            }
            Change::SaveFactor(saved) => {
                assert_eq!(saved.lane, None, "codes have no device lanes");
                self.factors.insert((saved.service_id, saved.subject, saved.factor), saved.clone());
            }
            Change::CountFailures { service_id, subject, factor, day, by } => {
                let bucket = self.failures.entry(((*service_id, *subject, *factor), *day)).or_default();
                *bucket += by;
                assert!(*bucket >= 0, "more was refunded than had been counted");
            }
            Change::Count { key, by } => {
                assert!(self.add(key, *by) >= 0, "more was taken back than had been counted");
            }
            Change::InsertMessage(message) => {
                self.messages.push((message.clone(), MessageStatus::Queued));
            }
            Change::CancelMessages(of) => {
                let queued = self.messages.iter_mut().filter(|(message, status)| {
                    message.verification_id == Some(*of) && *status == MessageStatus::Queued
                });
                queued.for_each(|(_, status)| *status = MessageStatus::Canceled);
            }
            Change::CreditRoute { verification_id, .. } => {
                let status = self.verifications[verification_id].status;
                assert_eq!(status, VerificationStatus::Approved, "only a right code credits its road");
            }
            Change::InsertEvent(entry) => self.events.push(entry.clone()),
            other => panic!("a verification has no business with {other:?}"),
        }
    }
}
