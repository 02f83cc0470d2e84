//! Steps of the relying party and of the confirm page, apart from answers.

use super::Walk;
use super::oracle::{Deed, Then, is_exit};
use crate::app::claims;
use crate::house::{EXCHANGE, caller};
use countersign_core::action::{Redeemed, Refusal};
use countersign_core::model::*;
use countersign_core::requirement::Signal;
use countersign_flows::{ActionOpen, ActionView, ConfirmAct, ConfirmLook, Context, NewAction};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Browsers that look at confirm pages.
const BROWSERS: [&str; 4] = ["browser one", "browser two", "browser three", "browser four"];

const KINDS: &[(usize, ActionKind)] = &[
    (12, ActionKind::Withdrawal),
    (3, ActionKind::P2pSell),
    (1, ActionKind::ApiKeyCreate),
    (1, ActionKind::InternalTransfer),
    (1, ActionKind::SubAccountTransfer),
    (1, ActionKind::Gift),
    (1, ActionKind::Voucher),
    (1, ActionKind::CardPayment),
    (1, ActionKind::P2pAd),
    (1, ActionKind::WhitelistEdit),
    (1, ActionKind::SignIn),
    (1, ActionKind::PasswordReset),
];

const AMOUNTS: &[&str] =
    &["0.05", "0.09999999", "0.1", "0.10000001", "0.2", "1", "3", "4", "40", "0.00000001"];

impl Walk {
    /// An action that is still open as far as the walk knows: mostly one of the newest.
    pub(super) fn some_open(&mut self) -> Option<usize> {
        let deeds = &self.oracle.deeds;
        let is_open = |at: &usize| !deeds[*at].over && deeds[*at].done_ms.is_none();
        let newest: Vec<usize> = (0..deeds.len()).rev().filter(is_open).take(3).collect();
        if !newest.is_empty() && self.chance.percent(92) {
            return self.chance.pick(&newest).copied();
        }
        let all: Vec<usize> = (deeds.len().saturating_sub(60)..deeds.len()).collect();
        self.chance.pick(&all).copied()
    }

    pub(super) async fn open(&mut self) {
        let holder = self.some_holder();
        let again = self.oracle.deeds.len().checked_sub(1 + self.chance.below(4));
        if let Some(deed) = again.filter(|_| self.chance.percent(8)) {
            return self.open_again(deed).await;
        }
        let kind = self.chance.weighted(KINDS);
        self.asked += 1;
        let signal = self.chance.weighted(&[(12, Signal::Unknown), (6, Signal::No), (1, Signal::Yes)]);
        let new = NewAction {
            account_id: self.oracle.holders[holder].person.id,
            kind,
            details: self.details_of(kind),
            audience: self.chance.percent(30).then(|| EXCHANGE.to_owned()),
            return_url: self.chance.percent(30).then(|| format!("{EXCHANGE}/back")),
            context: Context { new_device: None, region: None, sim_changed: signal },
            caller: caller(),
            idempotency_key: format!("open {}", self.asked),
        };
        let then = self.then(holder, Some(&new.details), signal);
        match self.house.flows.open_action(self.house.service_id, new.clone()).await.unwrap() {
            ActionOpen::Opened(view, link) => {
                self.seen.count("opened");
                let mut deed = self.deed(holder, &view.action, None, then);
                (deed.opening, deed.link) = (Some(new.clone()), Some(link.expose().to_owned()));
                deed.digest = digest_of(&view, &new);
                self.secrets.push(link.expose().to_owned());
                self.oracle.deeds.push(deed);
            }
            ActionOpen::Refused(Refusal::Held { .. }) => {
                assert!(
                    is_exit(kind) && self.oracle.holders[holder].changed_ms.is_some(),
                    "held without a change"
                );
                self.seen.count("refused for a hold at opening");
            }
            ActionOpen::Refused(Refusal::Frozen) => self.seen.count("refused for a freeze at opening"),
            ActionOpen::Refused(Refusal::Restricted | Refusal::Policy) => {
                self.seen.count("refused by policy")
            }
            ActionOpen::Refused(Refusal::FactorsMissing(_)) => self.seen.count("factors missing"),
            other => panic!("{other:?}"),
        }
    }

    /// What is so at this moment, as the walk's own account has it.
    pub(super) fn then(&self, holder: usize, details: Option<&ActionDetails>, sim: Signal) -> Then {
        let holder = &self.oracle.holders[holder];
        Then {
            app: holder.person.app.is_some(),
            number: holder.person.number.is_some(),
            email: holder.person.email.is_some(),
            large: details.is_some_and(|details| self.is_large(details)),
            sim,
            active: holder.status == AccountStatus::Active && !holder.frozen,
        }
    }

    pub(super) fn deed(
        &self,
        holder: usize,
        action: &Action,
        own: Option<(Option<Setting>, Option<String>)>,
        then: Then,
    ) -> Deed {
        Deed {
            id: action.id,
            holder,
            kind: action.kind,
            own,
            opened_ms: self.now_ms(),
            more: 0,
            then,
            digest: action.digest,
            opening: None,
            link: None,
            links_dead: Vec::new(),
            owner: None,
            any_of: action.any_of.clone(),
            way: 0,
            proved: Vec::new(),
            codes: Vec::new(),
            done_ms: None,
            assertion: None,
            redeemed_with: None,
            end: None,
            over: false,
        }
    }

    fn details_of(&mut self, kind: ActionKind) -> ActionDetails {
        let asset = self.chance.weighted(&[(6, "BTC"), (5, "ETH"), (1, "XAU")]);
        let amount = self.chance.pick(AMOUNTS).copied().unwrap_or("1");
        let number = self.chance.below(1_000_000);
        let pairs: Vec<(&str, String)> = match kind {
            ActionKind::Withdrawal => vec![
                ("amount", amount.to_owned()),
                ("asset", asset.to_owned()),
                ("network", "bitcoin".to_owned()),
                ("address", format!("bc1qexampleaddress{number}")),
            ],
            ActionKind::ApiKeyCreate => vec![("label", "bot".to_owned()), ("scopes", "trade".to_owned())],
            ActionKind::WhitelistEdit => vec![
                ("asset", asset.to_owned()),
                ("network", "bitcoin".to_owned()),
                ("address", format!("bc1qexampleaddress{number}")),
            ],
            ActionKind::SignIn | ActionKind::PasswordReset => Vec::new(),
            _ => vec![
                ("amount", amount.to_owned()),
                ("asset", asset.to_owned()),
                ("payee", format!("payee {number}")),
            ],
        };
        ActionDetails(pairs.into_iter().map(|(name, text)| (name.to_owned(), text)).collect())
    }

    /// The same request again, or another one under the same key.
    async fn open_again(&mut self, at: usize) {
        let Some(mut new) = self.oracle.deeds[at].opening.clone() else { return };
        // A key is kept for a day.
        if self.now_ms() - self.oracle.deeds[at].opened_ms >= 86_400_000 {
            return;
        }
        let other = self.chance.percent(25);
        if other {
            new.details.0.insert("memo".to_owned(), "another".to_owned());
        }
        let opened = self.house.flows.open_action(self.house.service_id, new).await.unwrap();
        let deed = &mut self.oracle.deeds[at];
        match opened {
            ActionOpen::KeyReused => assert!(other, "the same request was refused"),
            ActionOpen::Opened(view, link) => {
                assert!(!other && view.action.id == deed.id && deed.owner.is_none());
                deed.links_dead.extend(deed.link.replace(link.expose().to_owned()));
                self.seen.count("opened again");
            }
            ActionOpen::Again(view) => assert!(!other && view.action.id == deed.id),
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn some_browser(&mut self) -> String {
        self.chance.pick(&BROWSERS).copied().unwrap_or_default().to_owned()
    }

    pub(super) async fn claim(&mut self) {
        let Some(at) = self.some_open() else { return };
        let browser = self.some_browser();
        let deed = &self.oracle.deeds[at];
        let right = deed.link.clone().unwrap_or_else(|| "no link".to_owned());
        let others: Vec<String> =
            self.oracle.deeds.iter().rev().take(5).filter_map(|d| d.link.clone()).collect();
        let link = match self.chance.below(20) {
            0 => "0".repeat(64),
            1 => self.chance.pick(&others).cloned().unwrap_or_default(),
            2 => self.chance.pick(&self.oracle.deeds[at].links_dead).cloned().unwrap_or_default(),
            _ => right.clone(),
        };
        let (service_id, id) = (self.house.service_id, self.oracle.deeds[at].id);
        let look = if self.chance.percent(80) {
            self.house.flows.claim_confirm_page(service_id, id, &link, &browser).await.unwrap()
        } else {
            self.house.flows.confirm_page(service_id, id, &browser).await.unwrap()
        };
        let deed = &mut self.oracle.deeds[at];
        match look {
            ConfirmLook::Own(_) => match &deed.owner {
                Some(owner) => assert_eq!(*owner, browser, "two browsers own a page"),
                None => {
                    assert_eq!(link, right, "claimed by another link");
                    assert!(self.house.now().unix_ms() < deed.deadline_ms(), "claimed after its end");
                    deed.owner = Some(browser);
                    self.seen.count("claimed");
                }
            },
            ConfirmLook::Taken => self.seen.count("page refused to another browser"),
            ConfirmLook::Unknown => self.seen.count("link refused"),
        }
    }

    pub(super) async fn act(&mut self) {
        let Some(at) = self.some_open() else { return };
        let deed = &self.oracle.deeds[at];
        let wrong = self.chance.percent(15);
        let page = deed.owner.clone().filter(|_| !wrong);
        let page = match page {
            Some(page) => page,
            None => self.some_browser(),
        };
        let act = match self.chance.below(10) {
            0 => ConfirmAct::Decline,
            1..=4 => ConfirmAct::MoreTime,
            _ => ConfirmAct::Way(u32::try_from(self.chance.below(4)).unwrap()),
        };
        let (service_id, id, now) = (self.house.service_id, self.oracle.deeds[at].id, self.now_ms());
        let flows = &self.house.flows;
        if !flows.act_on_confirm_page(service_id, id, &page, act, caller()).await.unwrap() {
            return;
        }
        self.oracle.judged(at, now);
        let deed = &mut self.oracle.deeds[at];
        assert_eq!(deed.owner.as_ref(), Some(&page), "another browser acted");
        match act {
            ConfirmAct::Decline => deed.over = true,
            ConfirmAct::MoreTime => deed.more += 1,
            ConfirmAct::Way(way) => deed.way = way as usize,
        }
        self.seen.count("acted on a page");
    }

    pub(super) async fn cancel(&mut self) {
        let Some(at) = self.some_open() else { return };
        let id = self.oracle.deeds[at].id;
        let view = self.house.flows.cancel_action(self.house.service_id, id).await.unwrap();
        let deed = &mut self.oracle.deeds[at];
        match view {
            None => assert!(deed.is_own(), "a relying party's action was not found"),
            Some(view) => {
                assert!(!deed.is_own(), "the relying party cancelled one of our own");
                assert_ne!(view.action.status, ActionStatus::Pending);
                assert_ne!(view.action.status, ActionStatus::Authorised);
                deed.over = true;
            }
        }
    }

    pub(super) async fn fetch(&mut self) {
        let newest = self.oracle.deeds.len().saturating_sub(12);
        let done: Vec<usize> =
            (newest..self.oracle.deeds.len()).filter(|at| self.oracle.deeds[*at].done_ms.is_some()).collect();
        let Some(at) = self.chance.pick(&done).copied().or_else(|| self.some_open()) else { return };
        let view = self.house.flows.action(self.house.service_id, self.oracle.deeds[at].id).await.unwrap();
        let deed = &self.oracle.deeds[at];
        let Some(view) = view else {
            assert!(deed.is_own(), "a relying party's action was not found");
            return;
        };
        assert!(!deed.is_own(), "the relying party was shown one of our own");
        if let Some(assertion) = view.assertion {
            let claims = claims(&assertion);
            assert_eq!(claims["digest"], deed.digest.to_text());
            assert_eq!(claims["sub"], view.action.account_id.to_string());
            assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 60);
            let amr: Vec<&str> =
                claims["amr"].as_array().unwrap().iter().filter_map(|name| name.as_str()).collect();
            let proved: Vec<&str> = deed.proved.iter().map(|factor| factor.as_str()).collect();
            assert_eq!(amr, proved, "the assertion says what was proved");
            assert!(
                deed.done_ms.is_some_and(|done| self.now_ms() - done < 60_000),
                "an assertion that is not fresh"
            );
            self.secrets.push(assertion.clone());
            self.oracle.deeds[at].assertion = Some(assertion);
        }
    }

    pub(super) async fn redeem(&mut self) {
        let with: Vec<usize> = (0..self.oracle.deeds.len())
            .rev()
            .filter(|at| self.oracle.deeds[*at].assertion.is_some())
            .take(8)
            .collect();
        let Some(newest) = with.first().copied() else { return self.fetch().await };
        let at =
            if self.chance.percent(75) { newest } else { self.chance.pick(&with).copied().unwrap_or(newest) };
        let mut assertion = self.oracle.deeds[at].assertion.clone().unwrap_or_default();
        if self.chance.percent(4) {
            // A signature, or a claim, with one letter changed.
            let place = self.chance.below(assertion.len());
            let letter = if assertion.as_bytes()[place] == b'A' { "B" } else { "A" };
            assertion.replace_range(place..=place, letter);
        }
        let digest = match self.chance.below(12) {
            0 => DetailsDigest([7; 32]),
            1 => self.chance.pick(&self.oracle.deeds).map_or(DetailsDigest([7; 32]), |deed| deed.digest),
            _ => self.oracle.deeds[at].digest,
        };
        let key = match self.chance.below(8) {
            0 => "another key".to_owned(),
            1 => format!("redeem {}", self.chance.below(200)),
            _ => format!("redeem {at}"),
        };
        let flows = &self.house.flows;
        let outcome = flows.redeem_assertion(self.house.service_id, &assertion, digest, &key).await.unwrap();
        match outcome {
            Redeemed::Yes(action) => {
                assert_eq!(
                    Some(&assertion),
                    self.oracle.deeds[at].assertion.as_ref(),
                    "a changed assertion was taken"
                );
                assert_eq!(action.id, self.oracle.deeds[at].id, "another action was redeemed");
                let first = self.oracle.deeds[at].redeemed_with.is_none();
                let truth = self.house.clock.truth_ms();
                self.oracle.redeemed(at, &key, &digest, self.now_ms(), truth);
                self.seen.count(if first { "redeemed" } else { "redeemed again with the same key" });
                let deed = &self.oracle.deeds[at];
                if first && is_exit(deed.kind) {
                    self.seen.count("exits redeemed");
                }
                if first && deed.kind == ActionKind::Withdrawal && deed.then.large {
                    self.seen.count("large withdrawals redeemed");
                }
                if first && deed.kind == ActionKind::PasswordReset {
                    let holder = deed.holder;
                    self.changed(holder);
                }
            }
            Redeemed::Used => self.seen.count("refused: used"),
            Redeemed::Expired => self.seen.count("refused: expired"),
            Redeemed::Invalid => self.seen.count("refused: invalid"),
            Redeemed::DigestMismatch => self.seen.count("refused: another digest"),
            Redeemed::Refused(Refusal::Held { .. }) => self.seen.count("refused for a hold at redeeming"),
            Redeemed::Refused(_) => self.seen.count("refused for a freeze at redeeming"),
        }
    }
}

/// The digest over everything that is confirmed, by another library than the product's (RFC 8785 of texts
/// alone).
fn digest_of(view: &ActionView, new: &NewAction) -> DetailsDigest {
    let action = &view.action;
    let service = action.service_id.to_string();
    let details: BTreeMap<&String, &String> = new.details.0.iter().collect();
    let document = serde_json::json!({
        "account": new.account_id.to_string(),
        "action": action.id.to_string(),
        "audience": new.audience.as_ref().unwrap_or(&service),
        "details": details,
        "kind": new.kind.as_str(),
        "service": service,
    });
    let digest = DetailsDigest(Sha256::digest(document.to_string()).into());
    assert_eq!(action.digest, digest, "the digest is over what was asked for");
    digest
}
