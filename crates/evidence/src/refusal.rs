//! Why an upload is not taken. Each has one stable text; the words for people are the caller's.

use std::fmt;

/// Why an upload is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// There is nothing in it.
    Empty,
    /// More bytes than are taken.
    TooManyBytes,
    /// A drawing that can hold a program. A photo, or a picture saved as JPEG, is taken.
    Svg,
    /// A document. A photo of it, or its page saved as JPEG, is taken.
    Pdf,
    /// A picture in a format of some phones (HEIC, AVIF). Saved as JPEG it is taken.
    Heic,
    /// A moving picture. A photo is taken.
    Gif,
    /// An archive. The picture inside it is taken by itself.
    Archive,
    /// Nothing that is known as a picture.
    NotAPicture,
    /// More pixels than are taken.
    TooManyPixels,
    /// Too few pixels for anything to be read.
    TooSmall,
    /// It begins as a picture and does not go on as one: cut off, or broken.
    Damaged,
}

impl Refusal {
    /// Every value, in order of declaration.
    pub const ALL: [Refusal; 11] = [
        Refusal::Empty,
        Refusal::TooManyBytes,
        Refusal::Svg,
        Refusal::Pdf,
        Refusal::Heic,
        Refusal::Gif,
        Refusal::Archive,
        Refusal::NotAPicture,
        Refusal::TooManyPixels,
        Refusal::TooSmall,
        Refusal::Damaged,
    ];

    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Refusal::Empty => "empty",
            Refusal::TooManyBytes => "too_many_bytes",
            Refusal::Svg => "svg",
            Refusal::Pdf => "pdf",
            Refusal::Heic => "heic",
            Refusal::Gif => "gif",
            Refusal::Archive => "archive",
            Refusal::NotAPicture => "not_a_picture",
            Refusal::TooManyPixels => "too_many_pixels",
            Refusal::TooSmall => "too_small",
            Refusal::Damaged => "damaged",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::error::Error for Refusal {}
