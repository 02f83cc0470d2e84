//! Documents and photos that somebody sends to prove or to explain something (R63). Plain data; what a picture must be
//! to be taken is decided by the crate `evidence`, who may see it by whoever owns it.

use crate::id::{AccountId, CaseId, EvidenceId, ServiceId, TicketId};
use crate::time::Timestamp;
use std::fmt;

/// What a document belongs to. Whoever may see the owner may see it, and nobody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EvidenceOwner {
    /// A recovery case: each slot holds one picture, a new one takes the place of the earlier.
    Case(CaseId),
    /// A conversation: it may have many.
    Ticket(TicketId),
}

impl EvidenceOwner {
    /// Stable text of the kind and the identifier's bytes, as stored.
    pub fn as_parts(&self) -> (&'static str, [u8; 16]) {
        match self {
            EvidenceOwner::Case(id) => ("case", *id.as_bytes()),
            EvidenceOwner::Ticket(id) => ("ticket", *id.as_bytes()),
        }
    }

    /// The owner with these parts.
    pub fn from_parts(kind: &str, id: [u8; 16]) -> Option<Self> {
        match kind {
            "case" => Some(EvidenceOwner::Case(CaseId::from_bytes(id))),
            "ticket" => Some(EvidenceOwner::Ticket(TicketId::from_bytes(id))),
            _ => None,
        }
    }

    /// Whether a new picture in a slot takes the place of the earlier one.
    pub const fn replaces(&self) -> bool {
        matches!(self, EvidenceOwner::Case(_))
    }
}

named! {
    /// What a picture is of.
    EvidenceSlot {
        /// The front of an identity document.
        DocumentFront = "document_front",
        /// Its back.
        DocumentBack = "document_back",
        /// The holder with a handwritten note that bears the code in force.
        NotePhoto = "note_photo",
        /// Something sent along with a message.
        Attachment = "attachment",
    }
}

named! {
    /// Why an upload was not taken. The first eleven are about the picture itself.
    EvidenceRefusal {
        /// There is nothing in it.
        Empty = "empty",
        /// More bytes than are taken.
        TooManyBytes = "too_many_bytes",
        /// A drawing that can hold a program.
        Svg = "svg",
        /// A document rather than a picture of one.
        Pdf = "pdf",
        /// A picture in a format of some phones.
        Heic = "heic",
        /// A moving picture.
        Gif = "gif",
        /// An archive.
        Archive = "archive",
        /// Nothing that is known as a picture.
        NotAPicture = "not_a_picture",
        /// More pixels than are taken.
        TooManyPixels = "too_many_pixels",
        /// Too few for anything to be read.
        TooSmall = "too_small",
        /// Cut off, or broken.
        Damaged = "damaged",
        /// Its owner has as many as it may have.
        TooMany = "too_many",
        /// Its owner has too much on the way already: finish that, or wait a day.
        TooMuchUnfinished = "too_much_unfinished",
        /// Its account has as much as it may have, of all its tickets or of all its cases.
        AccountFull = "account_full",
        /// It came in more pieces than a sender needs.
        TooManyPieces = "too_many_pieces",
    }
}

/// A picture that was taken: a JPEG without metadata. Its pixels are kept apart, sealed.
#[derive(Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Its identifier.
    pub id: EvidenceId,
    /// The service.
    pub service_id: ServiceId,
    /// Whose account it is about, where that is known.
    pub account_id: Option<AccountId>,
    /// What it belongs to.
    pub owner: EvidenceOwner,
    /// What it is of.
    pub slot: EvidenceSlot,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Bytes of the JPEG.
    pub size_bytes: u32,
    /// When the last of it came.
    pub uploaded_at: Timestamp,
    /// When its pixels are deleted; the owner moves that when it ends.
    pub delete_after: Timestamp,
    /// What the slot's owner wants remembered, such as the note code that was in force. Sealed at rest.
    pub note: String,
}

impl fmt::Debug for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Evidence")
            .field("id", &self.id)
            .field("owner", &self.owner)
            .field("slot", &self.slot)
            .finish_non_exhaustive()
    }
}

/// A picture that is still coming, piece by piece.
#[derive(Clone, PartialEq, Eq)]
pub struct EvidenceUpload {
    /// The identifier that the picture will have.
    pub id: EvidenceId,
    /// The service.
    pub service_id: ServiceId,
    /// Whose account it is about, where that is known.
    pub account_id: Option<AccountId>,
    /// What it belongs to.
    pub owner: EvidenceOwner,
    /// What it is of.
    pub slot: EvidenceSlot,
    /// As in [`Evidence::note`].
    pub note: String,
    /// How long it is as a whole, in bytes, as said before the first.
    pub length_bytes: u32,
    /// How much of it has come, in bytes.
    pub received_bytes: u32,
    /// In how many pieces.
    pub pieces: u32,
    /// When it was begun.
    pub started_at: Timestamp,
    /// When it is given up.
    pub expires_at: Timestamp,
}

impl fmt::Debug for EvidenceUpload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EvidenceUpload")
            .field("id", &self.id)
            .field("received_bytes", &self.received_bytes)
            .field("length_bytes", &self.length_bytes)
            .finish_non_exhaustive()
    }
}
