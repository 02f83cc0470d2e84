//! Whether a picture reaches its own end. Decoders are lenient with a cut-off JPEG and paint the rest grey, which
//! would hide half of a document; the end mark of each format is looked for instead, part by part, so that an end
//! inside a preview or a comment does not count. What stands behind the end does not matter: it is not kept.

use crate::kind::Kind;

pub(crate) fn is_whole(kind: Kind, bytes: &[u8]) -> bool {
    match kind {
        Kind::Jpeg => jpeg_ends(bytes).is_some(),
        Kind::Png => png_ends(bytes).is_some(),
        Kind::WebP => webp_ends(bytes).is_some(),
    }
}

/// ITU-T T.81 annex B: marker segments with a length each, and behind a start of scan coded data in which a byte FF
/// that is no marker is followed by 00.
fn jpeg_ends(bytes: &[u8]) -> Option<()> {
    const END: u8 = 0xD9;
    const SCAN: u8 = 0xDA;
    let mut at = 2;
    loop {
        at = next_marker(bytes, at)?;
        let marker = *bytes.get(at + 1)?;
        if marker == END {
            return Some(());
        }
        let length = u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]);
        if length < 2 {
            return None;
        }
        at += 2 + usize::from(length);
        if marker == SCAN && at >= bytes.len() {
            return None;
        }
    }
}

/// The next FF that begins a segment: padding, escaped FFs, restart marks and stray bytes are passed over.
fn next_marker(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    let found = rest
        .windows(2)
        .position(|pair| pair[0] == 0xFF && !matches!(pair[1], 0x00 | 0x01 | 0xD0..=0xD8 | 0xFF))?;
    Some(from + found)
}

/// W3C PNG section 5.3: length, type, data and checksum, until IEND.
fn png_ends(bytes: &[u8]) -> Option<()> {
    let mut at = 8usize;
    loop {
        let head = bytes.get(at..at + 8)?;
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
        at = at.checked_add(usize::try_from(length).ok()?)?.checked_add(12)?;
        if at > bytes.len() {
            return None;
        }
        if &head[4..] == b"IEND" {
            return Some(());
        }
    }
}

/// RFC 9649 section 2.4: the container says how long it is.
fn webp_ends(bytes: &[u8]) -> Option<()> {
    let size = bytes.get(4..8)?;
    let size = u32::from_le_bytes([size[0], size[1], size[2], size[3]]);
    (usize::try_from(size).ok()?.checked_add(8)? <= bytes.len()).then_some(())
}
