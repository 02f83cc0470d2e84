//! Every word that a person reads on a page: looked up by key, in the language they chose.
//!
//! Decides which language answers a request and how values stand inside a sentence. A person's own text never
//! passes through the catalogue's grammar: the sentence is formatted and escaped around a place-holder, then
//! the value is set in, escaped by itself and isolated for reading direction. Refuses to know which page is
//! speaking.

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use askama::filters::{Escaper, Html, HtmlSafe};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

mod moment;
#[cfg(test)]
mod tests;

pub(crate) use moment::Moment;

/// A language's texts: one file per part of the pages.
macro_rules! catalogue {
    ($tag:literal) => {
        concat!(
            include_str!(concat!("../../locales/", $tag, "/pages.ftl")),
            include_str!(concat!("../../locales/", $tag, "/staff.ftl")),
            include_str!(concat!("../../locales/", $tag, "/desk.ftl")),
            include_str!(concat!("../../locales/", $tag, "/audit.ftl")),
            include_str!(concat!("../../locales/", $tag, "/recovery.ftl")),
            include_str!(concat!("../../locales/", $tag, "/tickets.ftl")),
        )
    };
}

/// Tag, own name, reading direction and text of each catalogue; the first answers who asks for none of them.
pub(crate) const CATALOGUES: [(&str, &str, &str, &str); 2] =
    [("en", "English", "ltr", catalogue!("en")), ("de", "Deutsch", "ltr", catalogue!("de"))];

static ALL: LazyLock<[Words; CATALOGUES.len()]> = LazyLock::new(|| CATALOGUES.map(Words::load));

/// Where the first value of a sentence stands until it is set in. A private-use character, so no catalogue
/// holds it.
const PLACE_FIRST: u32 = 0xE000;
const PLACES_MAX: u32 = 16;

/// One language's catalogue, loaded once and shared by every request.
pub(crate) struct Words {
    tag: &'static str,
    own_name: &'static str,
    direction: &'static str,
    bundle: FluentBundle<FluentResource>,
}

impl Words {
    /// Every language on offer, the default first.
    pub(crate) fn all() -> &'static [Words] {
        &*ALL
    }

    /// The language of a request: the one chosen before, else the best of `Accept-Language` (RFC 9110,
    /// 12.5.4), else the default. Regions are ignored: `de-AT` is answered in `de`.
    pub(crate) fn choose(chosen: Option<&str>, accept_language: Option<&str>) -> &'static Words {
        let by_choice = chosen.and_then(Words::named);
        by_choice.or_else(|| accept_language.and_then(Words::accepted)).unwrap_or(&ALL[0])
    }

    /// The catalogue of exactly this tag, if there is one.
    pub(crate) fn named(tag: &str) -> Option<&'static Words> {
        Words::all().iter().find(|words| words.tag.eq_ignore_ascii_case(tag))
    }

    /// Bounded: a header of any length is read for its first 32 ranges only.
    fn accepted(header: &str) -> Option<&'static Words> {
        let mut best: Option<(f32, &'static Words)> = None;
        for range in header.split(',').take(32) {
            let mut parts = range.split(';').map(str::trim);
            let primary = parts.next().unwrap_or_default().split('-').next().unwrap_or_default();
            let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Ok(1.0), str::parse::<f32>);
            let (Ok(weight), Some(words)) = (weight, Words::named(primary)) else { continue };
            if weight > best.map_or(0.0, |(heaviest, _)| heaviest) {
                best = Some((weight, words));
            }
        }
        best.map(|(_, words)| words)
    }

    fn load((tag, own_name, direction, source): (&'static str, &'static str, &'static str, &str)) -> Words {
        // A catalogue with a fault still gives its sound sentences; a test holds that none has a fault.
        let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(resource, _)| resource);
        let mut bundle =
            FluentBundle::new_concurrent(vec![tag.parse::<LanguageIdentifier>().unwrap_or_default()]);
        // Isolation is HTML's <bdi>: invisible marks would be copied along with numbers and addresses.
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(resource);
        Words { tag, own_name, direction, bundle }
    }

    /// BCP 47 tag, for `lang`.
    pub(crate) fn tag(&self) -> &'static str {
        self.tag
    }

    /// The language's name for itself.
    pub(crate) fn own_name(&self) -> &'static str {
        self.own_name
    }

    /// `ltr` or `rtl`, for `dir`.
    pub(crate) fn direction(&self) -> &'static str {
        self.direction
    }

    /// A text without values. A missing key shows itself in brackets, which a test looks for.
    pub(crate) fn text(&self, key: &str) -> Cow<'_, str> {
        self.format(key, None)
    }

    /// A text without values, if the catalogue has it: for names that come from elsewhere.
    pub(crate) fn text_if_any(&self, key: &str) -> Option<Cow<'_, str>> {
        self.bundle.has_message(key).then(|| self.format(key, None))
    }

    /// A sentence with values; `set` them in any order.
    pub(crate) fn say(&self, key: &'static str) -> Sentence<'_> {
        Sentence { words: self, key, values: Vec::new() }
    }

    fn format<'w>(&'w self, key: &str, values: Option<&FluentArgs<'_>>) -> Cow<'w, str> {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            return Cow::Owned(format!("⟦{key}⟧"));
        };
        let mut faults = Vec::new();
        let text = self.bundle.format_pattern(pattern, values, &mut faults);
        if faults.is_empty() {
            Cow::Owned(text.into_owned())
        } else {
            Cow::Owned(format!("⟦{key}⟧ {text}"))
        }
    }
}

/// What may stand inside a sentence.
pub(crate) enum Value {
    /// A count, which may choose the plural form.
    Count(i64),
    /// Anything else: the same words as safe HTML and as plain text.
    Words {
        /// Safe HTML: already escaped and isolated.
        html: String,
        /// The same for attributes and titles.
        plain: String,
    },
}

/// Something that can stand inside a sentence.
pub(crate) trait Say {
    /// How it is said.
    fn value(&self) -> Value;
}

impl<T: Say + ?Sized> Say for &T {
    fn value(&self) -> Value {
        (**self).value()
    }
}

impl Say for str {
    fn value(&self) -> Value {
        Value::Words { html: format!("<bdi>{}</bdi>", Escaped(self)), plain: self.to_owned() }
    }
}

impl Say for String {
    fn value(&self) -> Value {
        self.as_str().value()
    }
}

impl Say for Cow<'_, str> {
    fn value(&self) -> Value {
        (**self).value()
    }
}

macro_rules! say_counts {
    ($($kind:ty)*) => {$(
        impl Say for $kind {
            fn value(&self) -> Value {
                Value::Count(i64::from(*self))
            }
        }
    )*};
}
say_counts!(u8 u16 u32 i64);

/// A phone number or an email address as a page shows it, whole or masked. Both read left to right in every
/// language, and neither is ever broken over two lines by a hyphen.
#[derive(Clone)]
pub(crate) struct Address(String);

impl Address {
    /// `shown` is exactly what the person will read.
    pub(crate) fn new(shown: impl Into<String>) -> Address {
        Address(shown.into())
    }
}

impl fmt::Debug for Address {
    /// R10: an address never reaches a log by accident.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(redacted)")
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<bdi dir=\"ltr\" class=\"address\">{}</bdi>", Escaped(&self.0))
    }
}

impl HtmlSafe for Address {}

impl Say for Address {
    fn value(&self) -> Value {
        Value::Words { html: self.to_string(), plain: self.0.clone() }
    }
}

/// A sentence of the catalogue with its values. Displays as safe HTML; `plain` is for attributes and titles.
pub(crate) struct Sentence<'w> {
    words: &'w Words,
    key: &'static str,
    values: Vec<(&'static str, Value)>,
}

impl Sentence<'_> {
    /// Sets the value of `{ $name }`.
    pub(crate) fn set(mut self, name: &'static str, value: impl Say) -> Self {
        self.values.push((name, value.value()));
        self
    }

    /// The sentence without markup, for an attribute or a title (the template escapes it).
    pub(crate) fn plain(&self) -> String {
        let mut out = String::new();
        for character in self.formatted().chars() {
            match self.value_at(character) {
                Some(Value::Words { plain, .. }) => out.push_str(plain),
                _ => out.push(character),
            }
        }
        out
    }

    fn formatted(&self) -> Cow<'_, str> {
        let mut values = FluentArgs::with_capacity(self.values.len());
        for (place, (name, value)) in (PLACE_FIRST..PLACE_FIRST + PLACES_MAX).zip(&self.values) {
            match value {
                Value::Count(count) => values.set(*name, *count),
                Value::Words { .. } => values.set(*name, String::from_iter(char::from_u32(place))),
            }
        }
        self.words.format(self.key, Some(&values))
    }

    fn value_at(&self, character: char) -> Option<&Value> {
        let index = u32::from(character).checked_sub(PLACE_FIRST)?;
        self.values.get(usize::try_from(index).ok()?).map(|(_, value)| value)
    }
}

impl fmt::Display for Sentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.formatted().chars() {
            match self.value_at(character) {
                Some(Value::Words { html, .. }) => f.write_str(html)?,
                _ => Html.write_escaped_char(&mut *f, character)?,
            }
        }
        Ok(())
    }
}

impl HtmlSafe for Sentence<'_> {}

/// Displays a text with HTML's five special characters escaped.
struct Escaped<'t>(&'t str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Html.write_escaped_str(f, self.0)
    }
}
