//! What an upload is by its first bytes. Three kinds are taken; the frequent others are told apart so that their
//! sender can be told what to do instead.

use crate::refusal::Refusal;

/// A kind that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// ITU-T T.81.
    Jpeg,
    /// W3C PNG, third edition.
    Png,
    /// RFC 9649.
    WebP,
}

/// How far into a file a document's mark may stand (ISO 32000: PDF readers look that far).
const SEARCHED_BYTES: usize = 1_024;

pub(crate) fn of(bytes: &[u8]) -> Result<Kind, Refusal> {
    let starts = |mark: &[u8]| bytes.starts_with(mark);
    let at = |from: usize, mark: &[u8]| bytes.get(from..from + mark.len()) == Some(mark);
    if starts(&[0xFF, 0xD8, 0xFF]) {
        return Ok(Kind::Jpeg);
    }
    if starts(b"\x89PNG\r\n\x1A\n") {
        return Ok(Kind::Png);
    }
    if starts(b"RIFF") && at(8, b"WEBP") {
        return Ok(Kind::WebP);
    }
    let head = &bytes[..bytes.len().min(SEARCHED_BYTES)];
    let holds = |mark: &[u8]| head.windows(mark.len()).any(|window| window.eq_ignore_ascii_case(mark));
    Err(if starts(b"GIF8") {
        Refusal::Gif
    } else if at(4, b"ftyp") {
        // ISO/IEC 14496-12: HEIC, HEIF and AVIF are brands of one container, which may hold a film as well.
        Refusal::Heic
    } else if starts(b"PK\x03\x04") || starts(b"PK\x05\x06") || is_other_archive(bytes) {
        Refusal::Archive
    } else if holds(b"%PDF-") {
        Refusal::Pdf
    } else if holds(b"<svg") {
        Refusal::Svg
    } else {
        Refusal::NotAPicture
    })
}

fn is_other_archive(bytes: &[u8]) -> bool {
    const MARKS: [&[u8]; 4] = [b"\x1F\x8B", b"7z\xBC\xAF\x27\x1C", b"Rar!\x1A\x07", b"BZh"];
    MARKS.iter().any(|mark| bytes.starts_with(mark))
}
