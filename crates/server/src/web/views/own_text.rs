//! The page that shows a code for the holder to text to the service, and waits for it.
//!
//! Decides what stands on it while nothing has come and once it has. Refuses to know whether a text was right, and to
//! show a code twice that it was not handed.

use askama::Template;

use super::{CodePurpose, Layout, Page, Problem};
use crate::web::words::{Address, Moment};

/// How the holder's own text stands.
pub(crate) enum OwnTextState {
    /// The code is shown; its text is waited for.
    Shown {
        /// Eight digits.
        code: String,
    },
    /// A code was shown before and is not known any more; its text is waited for.
    Awaited,
    /// The text has come.
    Heard,
}

/// `/signup/text` and `/security/phone/text`: posts nothing to itself for a new code, and to `done` below it, with the
/// code it shows as `shown`, to go on.
#[derive(Template)]
#[template(path = "own_text.html")]
pub(crate) struct OwnText {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// What it proves: signing up, or a phone that is being set.
    pub(crate) purpose: CodePurpose,
    /// How it stands.
    pub(crate) state: OwnTextState,
    /// The holder's number, which the text must come from.
    pub(crate) from: Address,
    /// The service's number, as people read it.
    pub(crate) to: Address,
    /// The same in E.164, for the link that opens the messages.
    pub(crate) to_e164: String,
    /// Until when it counts, Unix milliseconds.
    pub(crate) ends_at_ms: i64,
    /// Why the page did not go on.
    pub(crate) problem: Option<Problem>,
}

impl Page for OwnText {
    fn has_problem(&self) -> bool {
        self.problem.is_some()
    }
}

impl OwnText {
    fn path(&self) -> &'static str {
        self.purpose.own_text().unwrap_or("/security")
    }

    fn ends_at(&self) -> Moment {
        Moment::near(self.ends_at_ms, self.layout.now_ms)
    }

    /// In two groups, as it is read and typed.
    fn groups(&self, code: &str) -> String {
        let (head, tail) = code.split_at_checked(4).unwrap_or((code, ""));
        format!("{head} {tail}")
    }

    /// Opens the messages with everything filled in (RFC 5724). The lone `&` is for phones that look for their text
    /// behind one and not behind `?`; the others skip it.
    fn link(&self, code: &str) -> String {
        let number: String = self.to_e164.chars().filter(|c| c.is_ascii_digit()).collect();
        let digits: String = code.chars().filter(char::is_ascii_digit).collect();
        format!("sms:+{number}?&body={digits}")
    }

    fn shown(&self) -> &str {
        match &self.state {
            OwnTextState::Shown { code } => code,
            OwnTextState::Awaited | OwnTextState::Heard => "",
        }
    }

    fn is_heard(&self) -> bool {
        matches!(self.state, OwnTextState::Heard)
    }
}
