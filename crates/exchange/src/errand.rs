//! What a confirmation opens that moves no money: signing in, opening an account, a new password, an API key.
//! The same checks as for money (see `settle`); what waits lives with the browser that began it, and no other
//! browser can finish it.

use std::collections::BTreeMap;

use crate::amount::Amount;
use crate::asset::Asset;
use crate::book::{ApiKey, Book, Refused, User};
use crate::countersign::NewAction;
use crate::house::House;
use crate::moment;
use crate::secret::{Secret, hex};
use crate::sessions::{Errand, Purpose};
use crate::settle::{Asked, FINAL, Unproved};
use crate::wire::Fault;
use sha2::{Digest as _, Sha256};

/// What a new customer finds: play money.
const OPENING: [(Asset, &str); 3] = [(Asset::Btc, "0.75"), (Asset::Eth, "6"), (Asset::Usdt, "2500")];
/// API keys of one customer.
pub(crate) const KEYS_MAX: usize = 10;

/// Where an errand got to.
pub(crate) enum Reached {
    /// There is none.
    Nothing,
    Waiting,
    /// Done: where to go, and the cookie of a browser that is signed in now.
    Done {
        to: &'static str,
        cookie: Option<String>,
    },
    /// Over: where it began, and why, as a word.
    Ended {
        page: &'static str,
        reason: String,
    },
}

enum Verdict {
    Proved,
    NotYet,
    Over(String),
}

impl House {
    /// Opens the action of an errand and says where the holder confirms.
    pub(crate) async fn begin_errand(
        &self,
        cookie: &str,
        purpose: Purpose,
        account: String,
        details: BTreeMap<&'static str, String>,
        client_ip: Option<String>,
    ) -> Result<Secret, Fault> {
        let return_url = self.return_url();
        let new = NewAction {
            account: &account,
            kind: purpose.kind(),
            details: &details,
            audience: &self.public_url,
            return_url: &return_url,
            client_ip,
        };
        let action = self.countersign.open_action(&new, &self.draw("open_")).await?;
        let incomplete = || Fault::Unreachable("an action without its end or its address".to_owned());
        let confirm_url = Secret::new(action.confirm_url.ok_or_else(incomplete)?);
        let errand = Errand {
            purpose,
            account,
            action: action.id,
            details,
            fingerprint: action.fingerprint,
            confirm_url: confirm_url.clone(),
            expires_ms: moment::read(&action.expires_at).ok_or_else(incomplete)?,
            redeem_key: self.draw("redeem_"),
            checked: None,
        };
        self.sessions.change(cookie, |session| session.errand = Some(errand));
        Ok(confirm_url)
    }

    /// Moves a browser's errand as far as it can go now. It is taken out while that happens, so that two
    /// requests cannot both finish it.
    pub(crate) async fn run_errand(&self, cookie: &str) -> Reached {
        let taken = self.sessions.change(cookie, |session| session.errand.take());
        let Some(mut errand) = taken.flatten() else { return Reached::Nothing };
        match self.judge(&mut errand).await {
            Verdict::Proved => self.finish(cookie, errand.purpose, errand.account),
            Verdict::NotYet => {
                self.sessions.change(cookie, |session| session.errand.get_or_insert(errand).expires_ms);
                Reached::Waiting
            }
            Verdict::Over(reason) => Reached::Ended { page: errand.purpose.page(), reason },
        }
    }

    async fn judge(&self, errand: &mut Errand) -> Verdict {
        let (assertion, digest) = match errand.checked.clone() {
            Some(checked) => checked,
            None => match self.checked(errand).await {
                Ok(checked) => checked,
                Err(verdict) => return verdict,
            },
        };
        errand.checked = Some((assertion.clone(), digest.clone()));
        match self.countersign.redeem(&assertion, &digest, &errand.redeem_key).await {
            Ok(redeemed) if redeemed.action == errand.action && redeemed.digest == digest => Verdict::Proved,
            Ok(_) => Verdict::Over("assertion_refused".to_owned()),
            Err(Fault::Refused(refusal)) if FINAL.contains(&refusal.code.as_str()) => {
                Verdict::Over(refusal.reason.unwrap_or(refusal.code))
            }
            Err(_) => Verdict::NotYet,
        }
    }

    /// The assertion, once there is one and it is about this errand, and the digest that was recomputed.
    async fn checked(&self, errand: &Errand) -> Result<(Secret, String), Verdict> {
        let action = match self.countersign.action(&errand.action).await {
            Ok(action) => action,
            Err(Fault::Refused(refusal)) if refusal.status == 404 => {
                return Err(Verdict::Over("unknown".to_owned()));
            }
            Err(_) => return Err(Verdict::NotYet),
        };
        let assertion = match (action.status.as_str(), action.assertion) {
            ("authorised", Some(assertion)) => assertion,
            ("pending" | "authorised", _) => return Err(Verdict::NotYet),
            (status, _) => return Err(Verdict::Over(action.reason.unwrap_or_else(|| status.to_owned()))),
        };
        let asked = Asked {
            account: &errand.account,
            kind: errand.purpose.kind(),
            action: &errand.action,
            details: &errand.details,
        };
        match self.check(&asked, &assertion).await {
            Ok(digest) => Ok((assertion, digest)),
            Err(Unproved::NotYet) => Err(Verdict::NotYet),
            Err(Unproved::Never(problem)) => {
                tracing::error!(?problem, "an assertion was refused");
                Err(Verdict::Over("assertion_refused".to_owned()))
            }
        }
    }

    fn finish(&self, cookie: &str, purpose: Purpose, account: String) -> Reached {
        let page = purpose.page();
        let ended = |reason: &str| Reached::Ended { page, reason: reason.to_owned() };
        match purpose {
            Purpose::SignIn { user } => self.signed_in(cookie, user),
            Purpose::Open { email, password_hash } => {
                let id = self.draw("usr_");
                let now_ms = self.now_ms();
                let user = User {
                    id: id.clone(),
                    email,
                    password_hash,
                    account,
                    balances: BTreeMap::new(),
                    entries: Vec::new(),
                    api_keys: Vec::new(),
                };
                match self.ledger.change(|book| open_account(book, user, now_ms)) {
                    Ok(()) => self.signed_in(cookie, id),
                    Err(_) => ended("exists"),
                }
            }
            Purpose::Reset { user } => {
                self.sessions.change(cookie, |session| session.resets = Some(user));
                Reached::Done { to: "/reset/new", cookie: None }
            }
            Purpose::CreateKey { user, label, scopes } => match self.create_key(&user, label, scopes) {
                Some(secret) => {
                    self.sessions.change(cookie, |session| session.new_key = Some(secret));
                    Reached::Done { to: "/api-keys", cookie: None }
                }
                None => ended("broken"),
            },
        }
    }

    fn signed_in(&self, cookie: &str, user: String) -> Reached {
        let cookie = self.sessions.sign_in(cookie, user, self.now_ms());
        Reached::Done { to: "/", cookie: Some(cookie) }
    }

    /// The new key's secret, which is nowhere else from now on.
    fn create_key(&self, user: &str, label: String, scopes: String) -> Option<Secret> {
        let secret = self.draw("hbr_");
        let key = ApiKey {
            id: self.draw("key_"),
            label,
            scopes,
            created_ms: self.now_ms(),
            secret_hash: hex(&Sha256::digest(&secret)),
        };
        let added = self.ledger.change(|book| {
            let user = book.users.get_mut(user).ok_or(Refused::Unknown)?;
            if user.api_keys.len() >= KEYS_MAX {
                return Err(Refused::NotNow);
            }
            user.api_keys.push(key);
            Ok(())
        });
        added.ok().map(|()| Secret::new(secret))
    }
}

/// One exchange account for an address and for an account at Countersign.
fn open_account(book: &mut Book, mut user: User, now_ms: i64) -> Result<(), Refused> {
    let is_taken = book.user_by_email(&user.email).is_some()
        || book.users.values().any(|other| other.account == user.account);
    if is_taken {
        return Err(Refused::NotNow);
    }
    for (asset, amount) in OPENING {
        let amount = Amount::read(amount).ok_or(Refused::Unknown)?;
        user.credit(asset, amount, "Opening balance".to_owned(), now_ms)?;
    }
    book.users.insert(user.id.clone(), user);
    Ok(())
}
