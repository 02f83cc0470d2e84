//! Pages for requests that cannot be answered with the page they asked for.
//!
//! Decides status and words of each. Refuses to say anything about the inside: a reference is all a reader
//! gets.

use askama::Template;

use super::{Layout, LocalPath, Page};

/// What went wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    /// No such page.
    NotFound,
    /// The form's token was missing or from another session: nothing was changed.
    FormOutOfDate,
    /// More was sent than is taken.
    TooLarge,
    /// A picture larger than is taken.
    PictureTooLarge,
    /// Too many requests wait; nothing was lost and nothing was done.
    Busy {
        /// As in `Retry-After`, seconds.
        retry_after_s: u32,
    },
    /// Something broke.
    Internal {
        /// What support needs to find it in the log.
        reference: String,
    },
    /// The session is over: signed out elsewhere, or too old.
    SessionEnded,
    /// The request was not one this page takes (wrong type, wrong encoding).
    Unreadable,
}

impl Fault {
    /// The HTTP status of the page.
    pub(crate) fn status(&self) -> u16 {
        match self {
            Fault::NotFound => 404,
            Fault::FormOutOfDate => 403,
            Fault::TooLarge | Fault::PictureTooLarge => 413,
            Fault::Busy { .. } => 503,
            Fault::Internal { .. } => 500,
            Fault::SessionEnded => 401,
            Fault::Unreadable => 400,
        }
    }

    fn heading_key(&self) -> &'static str {
        match self {
            Fault::NotFound => "fault-not-found",
            Fault::FormOutOfDate => "fault-form-out-of-date",
            Fault::TooLarge | Fault::PictureTooLarge => "fault-too-large",
            Fault::Busy { .. } => "fault-busy",
            Fault::Internal { .. } => "fault-internal",
            Fault::SessionEnded => "fault-session-ended",
            Fault::Unreadable => "fault-unreadable",
        }
    }

    fn text_key(&self) -> &'static str {
        match self {
            Fault::NotFound => "fault-not-found-text",
            Fault::FormOutOfDate => "fault-form-out-of-date-text",
            Fault::TooLarge => "fault-too-large-text",
            Fault::PictureTooLarge => "problem-upload-too-many-bytes",
            Fault::Busy { .. } => "fault-busy-text",
            Fault::Internal { .. } => "fault-internal-text",
            Fault::SessionEnded => "fault-session-ended-text",
            Fault::Unreadable => "fault-unreadable-text",
        }
    }
}

/// Something that was typed and would be lost: shown so that it can be copied. Passwords and codes have no
/// arm.
pub(crate) enum Kept {
    /// The field `identifier`.
    Identifier(String),
    /// The field `number`.
    Number(String),
}

impl Kept {
    fn label_key(&self) -> &'static str {
        match self {
            Kept::Identifier(_) => "identifier-label",
            Kept::Number(_) => "number-label",
        }
    }

    fn value(&self) -> &str {
        match self {
            Kept::Identifier(value) | Kept::Number(value) => value,
        }
    }
}

/// The page for a fault. May be shown without a session: then `layout.csrf` is empty.
#[derive(Template)]
#[template(path = "fault.html")]
pub(crate) struct FaultPage {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// What went wrong.
    pub(crate) fault: Fault,
    /// The way back.
    pub(crate) back: LocalPath,
    /// What was typed.
    pub(crate) kept: Vec<Kept>,
}

impl Page for FaultPage {
    fn has_problem(&self) -> bool {
        true
    }
}
