//! Steps of holders on their own pages: signing in, proving for a setting, entering its new value, freezing.

use super::Walk;
use crate::app::App;
use crate::house::{address, caller, cheap_hash};
use countersign_core::change::Change;
use countersign_core::model::*;
use countersign_core::requirement::Signal;
use countersign_core::verification::CheckOutcome;
use countersign_flows::*;
use countersign_storage::tables::authenticators;
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// A setting that was proved and whose new value is still to be entered.
pub(super) struct Trip {
    pub(super) holder: usize,
    pub(super) setting: Setting,
    pub(super) token: String,
    pub(super) cookie: String,
}

impl Walk {
    /// Something took effect after which value waits.
    pub(super) fn changed(&mut self, holder: usize) {
        self.seen.count("changes that hold value");
        self.oracle.holders[holder].changed_ms = Some(self.house.clock.truth_ms());
    }

    /// A factor was bound anew, which opens what failures had shut (section E).
    fn rebound(&mut self, holder: usize, factor: Factor) {
        self.oracle.holders[holder].locked.retain(|(locked, _)| *locked != factor);
    }

    pub(super) async fn sign_in(&mut self) {
        let at = self.some_holder();
        let is_right = self.chance.percent(92);
        let holder = &self.oracle.holders[at];
        let Some(name) = holder.person.email.clone().or(holder.person.number.clone()) else { return };
        let password = if is_right { holder.person.password.clone() } else { "not the password".to_owned() };
        let device_token = holder.device.clone().filter(|_| self.chance.percent(60));
        let knows_device = device_token.is_some();
        let caller = Caller { device_token, ..caller() };
        let service_id = self.house.service_id;
        let then = self.then(at, None, Signal::Unknown);
        match self.house.flows.start_sign_in(service_id, name, &password, caller.clone()).await.unwrap() {
            SignInStart::SignedIn(opened) => {
                assert!(is_right && knows_device, "signed in by less than a password and a known browser");
                self.oracle.holders[at].cookie = Some(opened.session_token.expose().to_owned());
            }
            SignInStart::Confirm(action, page) => {
                assert!(is_right && then.app, "a second factor was asked for without the password");
                let mut deed = self.deed(at, &action, Some((None, None)), then);
                deed.owner = Some(page.expose().to_owned());
                self.oracle.deeds.push(deed);
            }
            SignInStart::SecondFactor(token) => {
                assert!(is_right && !then.app, "a second factor was asked for without the password");
                let code = self.take_post().await.pop().map(|(_, code)| code).unwrap_or_default();
                let typed = if self.chance.percent(90) { code.clone() } else { self.chance.digits() };
                let flows = &self.house.flows;
                let check = flows.check_sign_in(service_id, token.expose(), &typed, caller).await.unwrap();
                if let SignInCheck::SignedIn(opened) = check {
                    assert_eq!(typed, code, "a wrong code signed in");
                    let holder = &mut self.oracle.holders[at];
                    holder.cookie = Some(opened.session_token.expose().to_owned());
                    holder.device = opened.device_token.as_ref().map(|token| token.expose().to_owned());
                    self.seen.count("signed in by a code");
                }
            }
            SignInStart::Wrong => assert!(!is_right, "the right password was wrong"),
            SignInStart::Locked(_) | SignInStart::NoMethod(..) => {}
        }
        self.take_post().await;
    }

    /// The session of somebody, if they have one that is live.
    async fn someone_signed_in(&mut self) -> Option<(usize, String, SignedIn)> {
        let at = self.some_holder();
        let cookie = self.oracle.holders[at].cookie.clone()?;
        let signed_in = self.house.signed_in(&cookie).await?;
        Some((at, cookie, signed_in))
    }

    pub(super) async fn step_up(&mut self) {
        let Some((at, cookie, signed_in)) = self.someone_signed_in().await else {
            return self.sign_in().await;
        };
        let holder = &self.oracle.holders[at];
        let app = if holder.person.app.is_some() { Setting::TotpRemove } else { Setting::TotpAdd };
        let (has_trading, has_codes) = (holder.person.trading.is_some(), !holder.recovery.is_empty());
        let trading = if has_trading { Setting::TradingPasswordChange } else { Setting::TradingPasswordSet };
        let phone = if holder.person.number.is_some() { Setting::Phone } else { Setting::PhoneAdd };
        let codes = if has_codes { Setting::RecoveryCodesRemove } else { Setting::RecoveryCodesMake };
        let setting = self.chance.weighted(&[
            (14, app),
            (12, trading),
            (1, codes),
            (2, Setting::TradingPasswordRemove),
            (6, Setting::Password),
            (8, phone),
            (3, Setting::Phrase),
            (2, Setting::Unfreeze),
            (4, Setting::SmsOff),
        ]);
        let setting = if holder.frozen { Setting::Unfreeze } else { setting };
        let page = self.some_browser();
        let then = self.then(at, None, Signal::Unknown);
        let flows = &self.house.flows;
        match flows.step_up(&signed_in, setting, None, &page, caller()).await.unwrap() {
            StepUp::Confirm(action) => {
                self.seen.count("steps up");
                let mut deed = self.deed(at, &action, Some((Some(setting), Some(cookie))), then);
                deed.owner = Some(page);
                self.oracle.deeds.push(deed);
            }
            StepUp::Refused(_) => self.seen.count("steps up refused"),
            StepUp::Gone => {}
        }
    }

    /// A setting that the proof itself changed.
    pub(super) fn removed(&mut self, at: usize, setting: Setting) {
        let holder = &mut self.oracle.holders[at];
        match setting {
            Setting::TotpRemove => {
                let was = holder.person.app.take();
                assert!(
                    was.is_some() && (holder.sms_on && holder.person.number.is_some()),
                    "the last second factor went"
                );
            }
            Setting::SmsOff => {
                if !std::mem::replace(&mut holder.sms_on, false) {
                    return;
                }
                assert!(holder.person.app.is_some(), "the only second factor was switched off");
                self.seen.count("SMS switched off");
            }
            Setting::TradingPasswordRemove => assert!(holder.person.trading.take().is_some()),
            Setting::RecoveryCodesRemove => holder.recovery.clear(),
            Setting::Unfreeze => {
                assert!(holder.frozen);
                holder.frozen = false;
            }
            other => panic!("{other:?} changed by itself"),
        }
        self.seen.count("settings changed by the proof");
        self.changed(at);
    }

    pub(super) async fn finish(&mut self) {
        if self.trips.is_empty() {
            return self.step_up().await;
        }
        let place = self.chance.below(self.trips.len());
        let trip = self.trips.swap_remove(place);
        // The page of another session has the token and not the journey.
        let thief = self.someone_signed_in().await.filter(|_| self.chance.percent(10));
        let (signed_in, is_owner) = match thief {
            Some((_, cookie, signed_in)) => (signed_in, cookie == trip.cookie),
            None => match self.house.signed_in(&trip.cookie).await {
                Some(signed_in) => (signed_in, true),
                None => return,
            },
        };
        let is_changed = match trip.setting {
            Setting::TotpAdd => self.finish_app(&trip, &signed_in).await,
            Setting::TradingPasswordSet | Setting::TradingPasswordChange => {
                self.finish_trading(&trip, &signed_in).await
            }
            Setting::Password => self.finish_password(&trip, &signed_in).await,
            Setting::RecoveryCodesMake => self.finish_codes(&trip, &signed_in).await,
            Setting::Phone | Setting::PhoneAdd => self.finish_phone(&trip, &signed_in).await,
            _ => {
                let flows = &self.house.flows;
                let set = flows.set_phrase(&signed_in, &trip.token, "blue heron", caller()).await.unwrap();
                set == SecretSet::Set
            }
        };
        assert!(!is_changed || is_owner, "another session finished a setting");
        if is_changed {
            self.seen.count("settings finished");
        }
        self.take_post().await;
    }

    async fn finish_app(&mut self, trip: &Trip, signed_in: &SignedIn) -> bool {
        let flows = self.house.flows.clone();
        let Some(key) = flows.totp_key(signed_in, &trip.token, "Acme").await.unwrap() else { return false };
        let app = App::scan(&key.uri);
        let off = self.chance.between(-3, 3);
        let step = self.wall_ms().div_euclid(30_000) + off;
        let typed = if self.chance.percent(85) { app.code(step) } else { self.chance.digits() };
        let enrolled = flows.enrol_totp(signed_in, &trip.token, &typed, "phone", caller()).await.unwrap();
        if enrolled != TotpEnrol::Added {
            return false;
        }
        assert!(typed == app.code(step) && off.abs() <= 2, "an app was enrolled whose clock is off");
        self.oracle.enrolled(&app.key, step);
        self.rebound(trip.holder, Factor::Totp);
        let holder = &mut self.oracle.holders[trip.holder];
        // A code of the step before is a slow hand, not a slow clock.
        holder.drift = if off < 0 { off + 1 } else { off };
        if holder.person.app.replace(app).is_some() {
            self.changed(trip.holder);
        }
        true
    }

    async fn finish_trading(&mut self, trip: &Trip, signed_in: &SignedIn) -> bool {
        let typed = ["370529", "618340", "905274", "482961"][self.chance.below(4)].to_owned();
        let flows = &self.house.flows;
        let set = flows.set_trading_password(signed_in, &trip.token, &typed, caller()).await.unwrap();
        if set != SecretSet::Set {
            return false;
        }
        self.make_cheap(trip.holder, &typed).await;
        self.rebound(trip.holder, Factor::TradingPassword);
        if self.oracle.holders[trip.holder].person.trading.replace(typed).is_some() {
            self.changed(trip.holder);
        }
        true
    }

    async fn finish_password(&mut self, trip: &Trip, signed_in: &SignedIn) -> bool {
        let typed = format!("another harbour lamp {}", self.chance.digits());
        let flows = &self.house.flows;
        let set = flows.change_password(signed_in, &trip.token, &typed, "Acme", caller()).await.unwrap();
        if set != SecretSet::Set {
            return false;
        }
        let found = flows.account(self.house.service_id, signed_in.account.id).await.unwrap().unwrap();
        let account = Account { password_hash: cheap_hash(&typed), ..found.account };
        self.house.apply(vec![Change::SaveAccount(account)]).await;
        self.oracle.holders[trip.holder].person.password = typed;
        self.changed(trip.holder);
        true
    }

    async fn finish_codes(&mut self, trip: &Trip, signed_in: &SignedIn) -> bool {
        let flows = &self.house.flows;
        let made = flows.make_recovery_codes(signed_in, &trip.token, caller()).await.unwrap();
        let RecoveryMake::Made(codes) = made else { return false };
        self.rebound(trip.holder, Factor::RecoveryCode);
        let holder = &mut self.oracle.holders[trip.holder];
        let replaced = !holder.recovery.is_empty();
        holder.recovery_spent.append(&mut holder.recovery);
        holder.recovery = codes.iter().map(|code| code.normal().to_owned()).collect();
        if replaced {
            self.changed(trip.holder);
        }
        true
    }

    async fn finish_phone(&mut self, trip: &Trip, signed_in: &SignedIn) -> bool {
        let number = format!("+447400{:06}", 200_000 + self.chance.below(700_000));
        let flows = self.house.flows.clone();
        let fit = flows.choose_number(signed_in, &trip.token, &number, None).await.unwrap();
        if fit != NumberOutcome::Fit {
            return false;
        }
        if flows.send_binding_code(signed_in, &trip.token, caller()).await.unwrap() != NumberOutcome::Sent {
            return false;
        }
        let code = self.take_post().await.pop().map(|(_, code)| code).unwrap_or_default();
        let typed = if self.chance.percent(85) { code.clone() } else { self.chance.digits() };
        let bound = flows.activate_binding(signed_in, &trip.token, &typed, caller()).await.unwrap();
        match bound {
            ActivateOutcome::Bound(_) => {
                assert_eq!(typed, code, "a wrong code bound a number");
                self.rebound(trip.holder, Factor::Sms);
                let replaced =
                    self.oracle.holders[trip.holder].person.number.replace(address(&number)).is_some();
                if replaced {
                    self.changed(trip.holder);
                }
                true
            }
            ActivateOutcome::Code(CodeAnswer::Judged(CheckOutcome::Approved)) => {
                panic!("approved and not bound")
            }
            _ => false,
        }
    }

    pub(super) async fn switch(&mut self) {
        let Some((at, _, signed_in)) = self.someone_signed_in().await else { return };
        let on = self.chance.percent(60);
        let is_right = self.chance.percent(90);
        let password =
            if is_right { self.oracle.holders[at].person.password.clone() } else { "wrong".to_owned() };
        let switched = self.house.flows.switch_sms(&signed_in, on, &password, caller()).await.unwrap();
        if let SwitchOutcome::Set { on } = switched {
            let was = std::mem::replace(&mut self.oracle.holders[at].sms_on, on);
            assert!(on, "switched off by a password alone");
            assert!(was || is_right, "switched on without the password");
        }
        self.take_post().await;
    }

    pub(super) async fn freeze(&mut self) {
        let at = self.some_holder();
        let service_id = self.house.service_id;
        let link = self.oracle.holders[at].freeze_links.pop();
        if self.chance.percent(35) {
            // The relying party, and back again: what it froze is its own to open.
            let status = self.chance.weighted(&[
                (6, AccountStatus::Active),
                (1, AccountStatus::Frozen),
                (1, AccountStatus::Restricted),
                (1, AccountStatus::Flagged),
            ]);
            let id = self.oracle.holders[at].person.id;
            let view = self.house.flows.set_account_status(service_id, id, status).await.unwrap().unwrap();
            let holder = &mut self.oracle.holders[at];
            let was_frozen = holder.frozen || holder.status == AccountStatus::Frozen;
            (holder.status, holder.frozen) = (view.account.status, false);
            if status == AccountStatus::Frozen && !was_frozen {
                self.all_over(at);
            }
            if status != AccountStatus::Frozen && was_frozen {
                self.changed(at);
            }
            self.take_post().await;
            return;
        }
        let frozen = if let Some(link) = link {
            self.house.flows.freeze_by_link(service_id, &link, caller()).await.unwrap()
        } else if let Some((_, _, signed_in)) =
            self.someone_signed_in().await.filter(|(other, ..)| *other == at)
        {
            self.house.flows.freeze(&signed_in, caller()).await.unwrap()
        } else {
            return;
        };
        if frozen == FreezeLink::Frozen {
            let holder = &mut self.oracle.holders[at];
            if holder.status != AccountStatus::Frozen && !holder.frozen {
                holder.frozen = true;
                self.seen.count("frozen");
                self.all_over(at);
            }
        }
        self.take_post().await;
    }

    /// A freeze ends every action that has not come to an end.
    fn all_over(&mut self, holder: usize) {
        for deed in self.oracle.deeds.iter_mut().filter(|deed| deed.holder == holder) {
            deed.over |= deed.redeemed_with.is_none();
        }
    }

    /// Puts the least work into the hash of a trading password that was just set; it stays that of the same
    /// digits.
    async fn make_cheap(&self, at: usize, trading: &str) {
        let account_id = self.oracle.holders[at].person.id;
        let find = Live { rows: self.house.rows.clone(), service_id: self.house.service_id, account_id };
        let live = self.house.store.read(find).await.unwrap();
        let Some(found) = live.into_iter().find(|one| one.factor == Factor::TradingPassword) else { return };
        let secret = AuthenticatorSecret::TradingPassword { password_hash: Redacted(cheap_hash(trading)) };
        self.house.apply(vec![Change::SaveAuthenticator(Authenticator { secret, ..found })]).await;
    }
}

struct Live {
    rows: Arc<countersign_storage::tables::Rows>,
    service_id: countersign_core::id::ServiceId,
    account_id: countersign_core::id::AccountId,
}

impl Step for Live {
    type Output = Vec<Authenticator>;

    async fn run(&self, tx: &mut Tx) -> Result<Vec<Authenticator>, StorageError> {
        authenticators::live_of_account(tx, &self.rows, self.service_id, self.account_id).await
    }
}
