//! An operator's own text for the SMS of a code: which values it may hold and must hold, which texts are refused, and
//! which of several speaks to a holder. A text never drops what a code confirms (R51) nor the warning (R12), and holds
//! nothing to tap on. Refuses to know alphabets, segments and the lines that stand below the text.

use crate::model::{Purpose, named};
use serde::Deserialize;
use std::fmt;

named! {
    /// A place in a text that a value takes, written `{code}`.
    Placeholder {
        /// The digits.
        Code = "code",
        /// The service's name.
        Brand = "brand",
        /// What the code is for, in words.
        Purpose = "purpose",
        /// The amount that it confirms.
        Amount = "amount",
        /// Who gets it.
        Payee = "payee",
        /// The network that the value travels on.
        Network = "network",
        /// The two words that the page shows as well (R55).
        Words = "words",
        /// Minutes that the code works.
        Minutes = "minutes",
        /// That nobody may ask for the code (R12).
        Warning = "warning",
    }
}

impl Placeholder {
    /// Whether a text does without it where there is no such value.
    const fn may_be_absent(self) -> bool {
        matches!(self, Placeholder::Words | Placeholder::Warning)
    }
}

/// Which codes a text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TemplateName {
    /// Every code that confirms no value and has no text of its own.
    Default,
    /// Codes of one purpose.
    For(Purpose),
}

impl TemplateName {
    /// Every name, the default first.
    pub fn all() -> impl Iterator<Item = TemplateName> {
        let purposes = Purpose::ALL.iter().map(|purpose| TemplateName::For(*purpose));
        std::iter::once(TemplateName::Default).chain(purposes)
    }

    /// The stable text: `default`, or that of the purpose.
    pub const fn as_str(self) -> &'static str {
        match self {
            TemplateName::Default => "default",
            TemplateName::For(purpose) => purpose.as_str(),
        }
    }

    /// The name with this text.
    pub fn from_text(text: &str) -> Option<TemplateName> {
        if text == "default" {
            return Some(TemplateName::Default);
        }
        Purpose::from_text(text).map(TemplateName::For)
    }

    /// Whether its codes name what they move, so that its text must.
    pub const fn moves_value(self) -> bool {
        match self {
            TemplateName::Default => false,
            TemplateName::For(purpose) => purpose.moves_value(),
        }
    }

    /// The values that its text must hold. What speaks for several purposes says which it is (R12).
    pub const fn needs(self) -> &'static [Placeholder] {
        match self {
            TemplateName::Default => &[Placeholder::Code, Placeholder::Purpose],
            TemplateName::For(purpose) if purpose.moves_value() => {
                &[Placeholder::Code, Placeholder::Amount, Placeholder::Payee]
            }
            TemplateName::For(_) => &[Placeholder::Code],
        }
    }

    /// Whether its codes ever come with this value.
    pub const fn offers(self, placeholder: Placeholder) -> bool {
        match placeholder {
            Placeholder::Amount | Placeholder::Payee | Placeholder::Network => self.moves_value(),
            _ => true,
        }
    }
}

/// Most characters of a text as written.
pub const TEMPLATE_CHARACTERS_MAX: usize = 300;

/// Why a text is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateProblem {
    /// Nothing is written.
    Empty,
    /// More than [`TEMPLATE_CHARACTERS_MAX`] characters.
    TooLong,
    /// A line break, another control character, or a mark that turns the reading direction or cannot be seen.
    Control,
    /// A brace that opens or closes nothing.
    Brace,
    /// No value has this name.
    Unknown(String),
    /// This value must stand in the text.
    Missing(Placeholder),
    /// Codes of this kind never come with this value.
    OutOfPlace(Placeholder),
    /// A digit or another value touches the code: a phone would read another code.
    CodeTouched,
    /// This would be tapped as a link or an address (R12).
    Link(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Words(String),
    Value(Placeholder),
}

/// A checked text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pieces: Vec<Piece>,
    may_split: bool,
}

/// The values of one code. Empty: it has none. Prints nothing (R10).
#[derive(Clone, Copy, Default)]
pub struct TemplateValues<'a> {
    /// The digits.
    pub code: &'a str,
    /// The service's name.
    pub brand: &'a str,
    /// What the code is for.
    pub purpose: &'a str,
    /// The amount that it confirms.
    pub amount: &'a str,
    /// Who gets it.
    pub payee: &'a str,
    /// The network.
    pub network: &'a str,
    /// The two words of the page.
    pub words: &'a str,
    /// Minutes that it works.
    pub minutes: &'a str,
    /// The warning.
    pub warning: &'a str,
}

impl fmt::Debug for TemplateValues<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TemplateValues").finish_non_exhaustive()
    }
}

impl<'a> TemplateValues<'a> {
    fn get(&self, placeholder: Placeholder) -> &'a str {
        match placeholder {
            Placeholder::Code => self.code,
            Placeholder::Brand => self.brand,
            Placeholder::Purpose => self.purpose,
            Placeholder::Amount => self.amount,
            Placeholder::Payee => self.payee,
            Placeholder::Network => self.network,
            Placeholder::Words => self.words,
            Placeholder::Minutes => self.minutes,
            Placeholder::Warning => self.warning,
        }
    }
}

impl Template {
    /// Reads a text. `may_split`: whoever wrote it agreed to pay for a second segment.
    pub fn parse(name: TemplateName, text: &str, may_split: bool) -> Result<Template, TemplateProblem> {
        let text = text.trim();
        if text.is_empty() {
            return Err(TemplateProblem::Empty);
        }
        if text.chars().count() > TEMPLATE_CHARACTERS_MAX {
            return Err(TemplateProblem::TooLong);
        }
        if text.chars().any(is_unseen) {
            return Err(TemplateProblem::Control);
        }
        let template = Template { pieces: pieces(text)?, may_split };
        for placeholder in Placeholder::ALL.iter().copied() {
            if name.needs().contains(&placeholder) && !template.holds(placeholder) {
                return Err(TemplateProblem::Missing(placeholder));
            }
            if !name.offers(placeholder) && template.holds(placeholder) {
                return Err(TemplateProblem::OutOfPlace(placeholder));
            }
        }
        if template.touches_code() {
            return Err(TemplateProblem::CodeTouched);
        }
        template.link().map_or(Ok(template), |link| Err(TemplateProblem::Link(link)))
    }

    /// Whether a second segment is agreed to.
    pub fn may_split(&self) -> bool {
        self.may_split
    }

    /// Whether this value stands in it.
    pub fn holds(&self, placeholder: Placeholder) -> bool {
        self.pieces.contains(&Piece::Value(placeholder))
    }

    /// The text with its values; the words of the page and the warning follow where it gives them no place. `None`
    /// when a value that it is built around is missing, or when it would leave out what the code confirms (R51).
    pub fn render(&self, values: &TemplateValues<'_>) -> Option<String> {
        let left_out =
            |placeholder: Placeholder| !values.get(placeholder).is_empty() && !self.holds(placeholder);
        if left_out(Placeholder::Amount) || left_out(Placeholder::Payee) {
            return None;
        }
        let mut text = String::new();
        // Set while a bracket that was opened around nothing waits for its other half.
        let mut unclosed = None;
        for piece in &self.pieces {
            match piece {
                Piece::Words(words) => {
                    match unclosed.take().and_then(|close| words.strip_prefix::<char>(close)) {
                        Some(rest) => text.push_str(rest),
                        None => text.push_str(words),
                    }
                }
                Piece::Value(placeholder) => match values.get(*placeholder) {
                    "" if placeholder.may_be_absent() => unclosed = drop_place(&mut text),
                    "" => return None,
                    value => text.push_str(value),
                },
            }
        }
        let mut text = text.trim().to_owned();
        if left_out(Placeholder::Words) {
            text = format!("{text} ({})", values.words);
        }
        if left_out(Placeholder::Warning) {
            text = format!("{text} {}", values.warning);
        }
        Some(text)
    }

    fn touches_code(&self) -> bool {
        let is_code = |piece: &Piece| *piece == Piece::Value(Placeholder::Code);
        let digit = |character: Option<char>| character.is_some_and(|character| character.is_numeric());
        self.pieces.windows(2).any(|pair| match pair {
            [Piece::Words(words), code] if is_code(code) => digit(words.chars().next_back()),
            [code, Piece::Words(words)] if is_code(code) => digit(words.chars().next()),
            [Piece::Value(_), Piece::Value(_)] => pair.iter().any(is_code),
            _ => false,
        })
    }

    /// The first thing in it that a phone makes a link of.
    fn link(&self) -> Option<String> {
        let with_values: String = self
            .pieces
            .iter()
            .map(|piece| match piece {
                Piece::Words(words) => words.as_str(),
                // Letters, so that no link is put together around a value.
                Piece::Value(_) => "xx",
            })
            .collect();
        with_values.split_whitespace().find(|word| is_link(word)).map(str::to_owned)
    }
}

/// Words and values, in order.
fn pieces(text: &str) -> Result<Vec<Piece>, TemplateProblem> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or(TemplateProblem::Brace)?;
        if before.contains('}') || name.contains('{') {
            return Err(TemplateProblem::Brace);
        }
        let value = Placeholder::from_text(name).ok_or_else(|| TemplateProblem::Unknown(name.to_owned()))?;
        if !before.is_empty() {
            pieces.push(Piece::Words(before.to_owned()));
        }
        pieces.push(Piece::Value(value));
        rest = after;
    }
    if rest.contains('}') {
        return Err(TemplateProblem::Brace);
    }
    if !rest.is_empty() {
        pieces.push(Piece::Words(rest.to_owned()));
    }
    Ok(pieces)
}

/// Takes back what only led to an absent value: a bracket, whose other half is returned, and the space before.
fn drop_place(text: &mut String) -> Option<char> {
    let (kept, close) = match text.strip_suffix('(') {
        Some(kept) => (kept, Some(')')),
        None => (text.strip_suffix('[').unwrap_or(text), text.ends_with('[').then_some(']')),
    };
    let kept = kept.trim_end().len();
    text.truncate(kept);
    close
}

/// Control characters, line and paragraph separators, and marks that turn the reading direction or cannot be seen
/// (Unicode Standard, 23.2 and 23.3, and UAX 9). The two joiners stay: Persian and Hindi are spelt with them.
fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{E000}'..='\u{F8FF}' | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFB}')
}

/// Whether a phone may make a link of a word: a scheme, a host with at least two letters behind its last point, an
/// IPv4 address. Rather too strict: a space behind a full stop is all that a sentence needs.
fn is_link(word: &str) -> bool {
    let folded: String = word
        .chars()
        .map(|character| match character {
            // Points that browsers read as one (UTS 46).
            '\u{3002}' | '\u{FF0E}' | '\u{FF61}' => '.',
            other => other,
        })
        .collect();
    let is_part = |character: char| character.is_alphanumeric() || matches!(character, '-' | '_');
    let points = folded.char_indices().filter(|(_, character)| *character == '.');
    let host = points.into_iter().any(|(at, _)| {
        let before = folded[..at].chars().next_back().is_some_and(is_part);
        let after: Vec<char> = folded[at + 1..].chars().take_while(|c| is_part(*c)).collect();
        before && after.len() >= 2 && after.iter().any(|character| character.is_alphabetic())
    });
    let address = folded.split(|character: char| !character.is_ascii_digit() && character != '.');
    host || folded.contains("://")
        || address.into_iter().any(|part| part.parse::<std::net::Ipv4Addr>().is_ok())
}

/// A language tag (BCP 47) as texts are kept under it: lower case, parts joined by `-`; `None` for what is no tag.
pub fn locale_key(tag: &str) -> Option<String> {
    let key = tag.trim().to_ascii_lowercase().replace('_', "-");
    let mut parts = key.split('-');
    let language = parts.next().unwrap_or_default();
    let is_language = (2..=8).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_lowercase());
    let is_part =
        |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    (is_language && key.len() <= 35 && parts.all(is_part)).then_some(key)
}

/// The texts that may speak for a code, best first: one for its purpose before the default one, and for each the
/// language asked for before the wider ones (RFC 4647, 3.4). Never another language.
pub fn candidates(purpose: Purpose, locale: &str) -> Vec<(TemplateName, String)> {
    let mut ranges = Vec::new();
    let mut range = locale_key(locale).unwrap_or_default();
    while !range.is_empty() {
        ranges.push(range.clone());
        range.truncate(range.rfind('-').unwrap_or(0));
        // A part of one character belongs to the part behind it.
        if range.rfind('-').is_some_and(|at| range.len() == at + 2) {
            range.truncate(range.len() - 2);
        }
    }
    let default = (!purpose.moves_value()).then_some(TemplateName::Default);
    let names = std::iter::once(TemplateName::For(purpose)).chain(default);
    names.flat_map(|name| ranges.iter().map(move |range| (name, range.clone()))).collect()
}

/// What tells an Android app that a text message is for it: the first eleven characters of a Base64 text (R14).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct AppHash(String);

/// Not eleven characters of the Base64 alphabet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnAppHash;

impl fmt::Display for NotAnAppHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an app hash has eleven characters of A-Z, a-z, 0-9, + and /")
    }
}

impl std::error::Error for NotAnAppHash {}

impl AppHash {
    /// The eleven characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AppHash {
    type Error = NotAnAppHash;

    fn try_from(text: String) -> Result<AppHash, NotAnAppHash> {
        let base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
        if text.len() == 11 && text.bytes().all(base64) { Ok(AppHash(text)) } else { Err(NotAnAppHash) }
    }
}

#[cfg(test)]
#[path = "template_tests.rs"]
mod tests;
