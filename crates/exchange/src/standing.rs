//! What Countersign says of an account as a whole: holds on exits, and its status. Asked for at most every
//! few seconds, told by webhook at once. For showing only: whether value may leave is asked of Countersign
//! each time.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::countersign::Holds;
use crate::house::House;
use crate::moment;

const FRESH_MS: i64 = 3_000;

/// What is known of one account.
#[derive(Clone, Debug, Default)]
pub(crate) struct Standing {
    /// The hold that ends last.
    pub(crate) hold: Option<Hold>,
    /// Countersign's word; empty while it is not known.
    pub(crate) status: String,
    asked_ms: Option<i64>,
}

/// Exits are refused before `until_ms`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hold {
    pub(crate) cause: String,
    pub(crate) until_ms: i64,
}

/// By account.
#[derive(Default)]
pub(crate) struct Standings(Mutex<HashMap<String, Standing>>);

impl Standings {
    /// A webhook told of a hold. The next page asks for the rest.
    pub(crate) fn hold_started(&self, account: &str, hold: Hold) {
        let mut all = self.lock();
        let standing = all.entry(account.to_owned()).or_default();
        standing.asked_ms = None;
        // Overlapping holds end with the last of them (R64).
        if standing.hold.as_ref().is_none_or(|known| known.until_ms <= hold.until_ms) {
            standing.hold = Some(hold);
        }
    }

    /// A webhook told of a new status.
    pub(crate) fn became(&self, account: &str, status: &str) {
        let mut all = self.lock();
        let standing = all.entry(account.to_owned()).or_default();
        standing.asked_ms = None;
        status.clone_into(&mut standing.status);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Standing>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl House {
    /// What is known of an account, asked anew if that is more than moments old. What cannot be asked stays
    /// as it was.
    pub(crate) async fn standing(&self, account: &str) -> Standing {
        let now_ms = self.now_ms();
        let mut standing = self.standings.lock().get(account).cloned().unwrap_or_default();
        let is_fresh = standing.asked_ms.is_some_and(|at_ms| now_ms.saturating_sub(at_ms) < FRESH_MS);
        if !is_fresh {
            let (holds, known) =
                tokio::join!(self.countersign.holds(account), self.countersign.account(account));
            match (holds, known) {
                (Ok(holds), Ok(known)) => {
                    standing = Standing { hold: last(&holds), status: known.status, asked_ms: Some(now_ms) };
                    self.standings.lock().insert(account.to_owned(), standing.clone());
                }
                (Err(fault), _) | (_, Err(fault)) => tracing::warn!(%fault, "holds could not be looked up"),
            }
        }
        standing.hold = standing.hold.filter(|hold| hold.until_ms > now_ms);
        standing
    }
}

fn last(holds: &Holds) -> Option<Hold> {
    let until_ms = moment::read(holds.exits_held_until.as_deref()?)?;
    let latest = holds.data.iter().max_by_key(|hold| moment::read(&hold.ends_at));
    Some(Hold { cause: latest.map(|hold| hold.cause.clone()).unwrap_or_default(), until_ms })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hold_that_ends_last_is_shown() {
        let holds: Holds = serde_json::from_str(
            r#"{"data":[
              {"cause":"password_changed","ends_at":"2026-11-22T00:00:00Z"},
              {"cause":"recovered","ends_at":"2026-11-22T12:00:00Z"}],
              "exits_held_until":"2026-11-22T12:00:00Z"}"#,
        )
        .expect("holds");
        let hold = last(&holds).expect("a hold");
        // date -u -d 2026-11-22T12:00:00Z +%s
        assert_eq!((hold.cause.as_str(), hold.until_ms), ("recovered", 1_795_348_800_000));
        let standings = Standings::default();
        for (cause, until_ms) in [("phone_changed", 5), ("totp_changed", 9), ("phone_changed", 7)] {
            standings.hold_started("acc_1", Hold { cause: cause.to_owned(), until_ms });
        }
        let shown = standings.lock().get("acc_1").and_then(|standing| standing.hold.clone());
        assert_eq!(shown, Some(Hold { cause: "totp_changed".to_owned(), until_ms: 9 }));
    }
}
