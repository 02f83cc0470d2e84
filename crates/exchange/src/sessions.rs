//! Browsers: who is signed in, the token of their forms, and the one errand that waits for a confirmation.
//! In memory: a restart signs everybody out, and an errand that was waiting is asked for again.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::secret::{Entropy, Secret, draw};

/// An hour without a request ends a session, and a day in all does (R45).
const IDLE_MAX_MS: i64 = 3_600_000;
const LIFE_MAX_MS: i64 = 86_400_000;
/// Browsers at a time; the one that was idle longest gives way.
const SESSIONS_MAX: usize = 10_000;

/// One browser.
#[derive(Clone)]
pub(crate) struct Session {
    /// Stands in every form (R45 is the cookie's part).
    pub(crate) form_token: String,
    pub(crate) user: Option<String>,
    pub(crate) errand: Option<Errand>,
    /// Whose password may be set anew, once.
    pub(crate) resets: Option<String>,
    /// Where the last errand led, for a browser whose script or second tab saw the redirect instead of the
    /// person.
    pub(crate) led_to: Option<String>,
    /// A new API key's secret, until it was shown.
    pub(crate) new_key: Option<Secret>,
    created_ms: i64,
    seen_ms: i64,
}

/// What waits for a confirmation and moves no money.
#[derive(Clone)]
pub(crate) struct Errand {
    pub(crate) purpose: Purpose,
    pub(crate) account: String,
    pub(crate) action: String,
    pub(crate) details: BTreeMap<&'static str, String>,
    pub(crate) fingerprint: String,
    pub(crate) confirm_url: Secret,
    pub(crate) expires_ms: i64,
    /// Drawn before the first try to redeem, and used for every one.
    pub(crate) redeem_key: String,
    /// The assertion and its digest once they were checked: what a redemption without an answer is tried again with.
    pub(crate) checked: Option<(Secret, String)>,
}

/// What happens once it is confirmed.
#[derive(Clone)]
pub(crate) enum Purpose {
    SignIn { user: String },
    Open { email: String, password_hash: Secret },
    Reset { user: String },
    CreateKey { user: String, label: String, scopes: String },
}

impl Purpose {
    /// The action kind at Countersign. Opening an account proves who it is for, as signing in does.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Purpose::SignIn { .. } | Purpose::Open { .. } => "sign_in",
            Purpose::Reset { .. } => "password_reset",
            Purpose::CreateKey { .. } => "api_key_create",
        }
    }

    /// Where the customer began.
    pub(crate) fn page(&self) -> &'static str {
        match self {
            Purpose::SignIn { .. } => "/signin",
            Purpose::Open { .. } => "/open",
            Purpose::Reset { .. } => "/reset",
            Purpose::CreateKey { .. } => "/api-keys",
        }
    }
}

/// All browsers, by the value of their cookie.
pub(crate) struct Sessions {
    entropy: Entropy,
    open: Mutex<HashMap<String, Session>>,
}

impl Sessions {
    pub(crate) fn new(entropy: Entropy) -> Self {
        Self { entropy, open: Mutex::new(HashMap::new()) }
    }

    /// The session of a cookie, if it lives.
    pub(crate) fn find(&self, cookie: &str, now_ms: i64) -> Option<Session> {
        let mut open = self.lock();
        let session = open.get_mut(cookie)?;
        let is_over = now_ms.saturating_sub(session.seen_ms) >= IDLE_MAX_MS
            || now_ms.saturating_sub(session.created_ms) >= LIFE_MAX_MS;
        if is_over {
            open.remove(cookie);
            return None;
        }
        session.seen_ms = now_ms;
        Some(session.clone())
    }

    /// A new browser, and the value of its cookie.
    pub(crate) fn begin(&self, user: Option<String>, now_ms: i64) -> (String, Session) {
        let session = Session {
            form_token: draw(&self.entropy),
            user,
            errand: None,
            resets: None,
            led_to: None,
            new_key: None,
            created_ms: now_ms,
            seen_ms: now_ms,
        };
        let cookie = draw(&self.entropy);
        let mut open = self.lock();
        if open.len() >= SESSIONS_MAX {
            let idlest =
                open.iter().min_by_key(|(_, session)| session.seen_ms).map(|(cookie, _)| cookie.clone());
            idlest.and_then(|cookie| open.remove(&cookie));
        }
        open.insert(cookie.clone(), session.clone());
        (cookie, session)
    }

    /// Changes a session that still lives.
    pub(crate) fn change<T>(&self, cookie: &str, change: impl FnOnce(&mut Session) -> T) -> Option<T> {
        self.lock().get_mut(cookie).map(change)
    }

    /// The same browser under a new cookie and form token, so that one planted before is worth nothing (R45).
    pub(crate) fn sign_in(&self, cookie: &str, user: String, now_ms: i64) -> String {
        self.end(cookie);
        self.begin(Some(user), now_ms).0
    }

    pub(crate) fn end(&self, cookie: &str) {
        self.lock().remove(cookie);
    }

    pub(crate) fn end_all_of(&self, user: &str) {
        self.lock().retain(|_, session| session.user.as_deref() != Some(user));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU8, Ordering};

    fn sessions() -> Sessions {
        let next = AtomicU8::new(0);
        Sessions::new(Arc::new(move |out: &mut [u8]| out.fill(next.fetch_add(1, Ordering::Relaxed))))
    }

    #[test]
    fn an_idle_hour_or_a_day_ends_a_session() {
        let sessions = sessions();
        let (cookie, _) = sessions.begin(None, 0);
        assert!(sessions.find(&cookie, IDLE_MAX_MS - 1).is_some());
        assert!(sessions.find(&cookie, 2 * IDLE_MAX_MS - 1).is_none());
        let (cookie, _) = sessions.begin(None, 0);
        for at_ms in (0..LIFE_MAX_MS).step_by(1_800_000) {
            assert!(sessions.find(&cookie, at_ms).is_some());
        }
        assert!(sessions.find(&cookie, LIFE_MAX_MS).is_none());
    }

    #[test]
    fn signing_in_changes_cookie_and_form_token() {
        let sessions = sessions();
        let (before, anonymous) = sessions.begin(None, 0);
        let after = sessions.sign_in(&before, "usr_1".into(), 0);
        assert!(sessions.find(&before, 0).is_none());
        let session = sessions.find(&after, 0).expect("signed in");
        assert_ne!(session.form_token, anonymous.form_token);
        let (other, _) = sessions.begin(Some("usr_2".into()), 0);
        sessions.end_all_of("usr_1");
        assert!(sessions.find(&after, 0).is_none() && sessions.find(&other, 0).is_some());
    }
}
