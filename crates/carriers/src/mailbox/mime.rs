//! Reads the plain text, the subject and the sender out of a mail (RFC 5322, 2045 to 2047). What it cannot
//! read it shows as it stands; attachments are left out.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Multiparts inside multiparts.
const DEPTH_MAX: u32 = 5;

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// What people see of a mail.
pub(super) struct ReadMail {
    pub(super) from: Option<String>,
    pub(super) subject: String,
    pub(super) text: String,
}

pub(super) fn read(mail: &[u8]) -> ReadMail {
    let part = Part::split(mail);
    let text = part.text(DEPTH_MAX).map_or_else(String::new, |(_, text)| text);
    ReadMail {
        from: part.header("from").map(decode_words),
        subject: part.header("subject").map(decode_words).unwrap_or_default(),
        text: text.replace("\r\n", "\n").trim_end().to_owned(),
    }
}

/// How well a text part serves: plain text before anything else.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Worth {
    Markup,
    Plain,
}

struct Part<'a> {
    /// Name in lower case, value unfolded.
    headers: Vec<(String, String)>,
    body: &'a [u8],
}

impl<'a> Part<'a> {
    fn split(bytes: &'a [u8]) -> Self {
        let mut headers: Vec<(String, String)> = Vec::new();
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let line = String::from_utf8_lossy(&rest[..end]);
            let line = line.trim_end_matches('\r');
            rest = &rest[end + 1..];
            if line.is_empty() {
                break;
            }
            if line.starts_with([' ', '\t']) {
                if let Some((_, value)) = headers.last_mut() {
                    value.push(' ');
                    value.push_str(line.trim());
                }
            } else if let Some((name, value)) = line.split_once(':') {
                headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
            }
        }
        Self { headers, body: rest }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn text(&self, depth: u32) -> Option<(Worth, String)> {
        let content_type = self.header("content-type").unwrap_or("text/plain");
        let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if kind.starts_with("multipart/") {
            let boundary = parameter(content_type, "boundary")?;
            let texts = split_parts(self.body, &boundary)
                .into_iter()
                .filter_map(|part| Part::split(part).text(depth.checked_sub(1)?));
            // The first of the best: max_by_key alone would give the last.
            return texts.fold(None, |best: Option<(Worth, String)>, text| match best {
                Some(best) if best.0 >= text.0 => Some(best),
                _ => Some(text),
            });
        }
        let attached = self
            .header("content-disposition")
            .is_some_and(|at| at.get(..10).is_some_and(|head| head.eq_ignore_ascii_case("attachment")));
        if attached || !kind.starts_with("text/") {
            return None;
        }
        let encoding = self.header("content-transfer-encoding").unwrap_or_default().to_ascii_lowercase();
        let octets = match encoding.trim() {
            "quoted-printable" => quoted_printable(self.body),
            "base64" => base64_text(self.body).unwrap_or_else(|| self.body.to_vec()),
            _ => self.body.to_vec(),
        };
        let charset = parameter(content_type, "charset").unwrap_or_default();
        let worth = if kind == "text/plain" { Worth::Plain } else { Worth::Markup };
        Some((worth, decode_charset(&octets, &charset)))
    }
}

/// A parameter of a structured header, unquoted.
fn parameter(header: &str, name: &str) -> Option<String> {
    header.split(';').skip(1).find_map(|piece| {
        let (key, value) = piece.split_once('=')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"').to_owned())
    })
}

/// The parts between boundary lines (RFC 2046, 5.1.1).
fn split_parts<'a>(body: &'a [u8], boundary: &str) -> Vec<&'a [u8]> {
    let delimiter = format!("--{boundary}");
    let mut parts = Vec::new();
    let mut part_from: Option<usize> = None;
    let mut at = 0;
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let words = line.trim_ascii_end();
        if let Some(tail) = words.strip_prefix(delimiter.as_bytes())
            && (tail.is_empty() || tail == b"--")
        {
            if let Some(from) = part_from {
                parts.push(&body[from..at]);
            }
            part_from = tail.is_empty().then_some(at + line.len());
        }
        at += line.len();
    }
    // A mail cut off before its last boundary still shows what came.
    parts.extend(part_from.map(|from| &body[from..]));
    parts
}

/// RFC 2045, 6.7. What is not well formed stays as it is.
fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'=' {
            out.push(*byte);
        } else if let [b'\r', b'\n', after @ ..] | [b'\n', after @ ..] = rest {
            rest = after;
        } else if let Some((octet, after)) = hex_pair(rest) {
            out.push(octet);
            rest = after;
        } else {
            out.push(b'=');
        }
    }
    out
}

fn hex_pair(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let [high, low, rest @ ..] = bytes else {
        return None;
    };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    Some((u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()?, rest))
}

fn base64_text(body: &[u8]) -> Option<Vec<u8>> {
    let packed: Vec<u8> = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    LENIENT.decode(packed).ok()
}

fn decode_charset(octets: &[u8], charset: &str) -> String {
    match charset.to_ascii_lowercase().as_str() {
        "iso-8859-1" | "latin1" => octets.iter().map(|octet| char::from(*octet)).collect(),
        _ => String::from_utf8_lossy(octets).into_owned(),
    }
}

/// Encoded words (RFC 2047); white space between two of them is not shown (6.2).
fn decode_words(header: &str) -> String {
    let mut out = String::new();
    let mut rest = header;
    let mut after_word = false;
    while let Some(start) = rest.find("=?") {
        let (before, from_start) = rest.split_at(start);
        let Some((word, after)) = encoded_word(from_start) else {
            out.push_str(before);
            out.push_str("=?");
            rest = &from_start[2..];
            after_word = false;
            continue;
        };
        if !(after_word && before.trim().is_empty()) {
            out.push_str(before);
        }
        out.push_str(&word);
        rest = after;
        after_word = true;
    }
    out.push_str(rest);
    out
}

fn encoded_word(text: &str) -> Option<(String, &str)> {
    let (charset, rest) = text.strip_prefix("=?")?.split_once('?')?;
    let (encoding, rest) = rest.split_once('?')?;
    let (payload, after) = rest.split_once("?=")?;
    let octets = match encoding {
        "B" | "b" => base64_text(payload.as_bytes())?,
        "Q" | "q" => quoted_printable(payload.replace('_', " ").as_bytes()),
        _ => return None,
    };
    // RFC 2231 allows a language after the charset.
    Some((decode_charset(&octets, charset.split('*').next().unwrap_or_default()), after))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mails written by Python 3.11's `email` package: plain, quoted-printable, base64, multipart with HTML.
    const CASES: &[(&str, &str, &str)] = &[
        (
            include_str!("../../tests/fixtures/plain.eml"),
            "Your code",
            "482913 is your code.\n.starts with a dot",
        ),
        (
            include_str!("../../tests/fixtures/quoted.eml"),
            "Bestätigung für Jürgen: Ihr Code für die Anmeldung bei Acme",
            "Grüße = 482913 ist der Code. Diese Zeile ist so lang, dass sie in Quoted-Printable \
             umbrochen werden muss.",
        ),
        (include_str!("../../tests/fixtures/base64.eml"), "Код подтверждения", "Ваш код: 482913"),
        (include_str!("../../tests/fixtures/multipart.eml"), "Two ways", "Plain 482913"),
        (include_str!("../../tests/fixtures/html.eml"), "Only HTML", "<p>Code <b>482913</b></p>"),
    ];

    #[test]
    fn mails_of_a_stranger_are_read() {
        for (mail, subject, text) in CASES {
            let read = read(mail.as_bytes());
            assert_eq!((read.subject.as_str(), read.text.as_str()), (*subject, *text));
            assert_eq!(read.from.as_deref(), Some("Acme Sécurité <no-reply@acme.example>"), "{subject}");
        }
    }

    #[test]
    fn broken_mails_are_shown_as_they_stand() {
        let text = |mail: &str| read(mail.as_bytes()).text;
        assert_eq!(text("no header at all"), "no header at all");
        assert_eq!(text("A: b\n\nc=3D"), "c=3D");
        assert_eq!(text("Content-Transfer-Encoding: quoted-printable\n\n50% = x=\ny=ZZ=3D"), "50% = xy=ZZ=");
        assert_eq!(text("Content-Transfer-Encoding: base64\n\n!!"), "!!");
        assert_eq!(text("Content-Type: multipart/mixed; boundary=b\n\n--b\n\ncut off"), "cut off");
        assert_eq!(text("Content-Type: multipart/mixed\n\n--b\n\nno boundary"), "");
        let nested = "Content-Type: multipart/mixed; boundary=b\n\n--b\n".repeat(50);
        assert_eq!(text(&nested), "");
        assert_eq!(decode_words("=?x?= =?utf-8?Z?a?= =?utf-8?B?!?="), "=?x?= =?utf-8?Z?a?= =?utf-8?B?!?=");
        assert_eq!(decode_words("=?iso-8859-1?Q?a_b=E9?=  =?utf-8?B?Yw?= d"), "a béc d");
    }
}
