//! The catalogues, compiled in, and the way to a sentence. A value never passes through the catalogue's
//! grammar: whatever a brand or a payee is called, it stands in the sentence as it is.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::sync::LazyLock;
use unic_langid::LanguageIdentifier;

/// Tag and text of each catalogue; the first answers for every language that has none.
pub(super) const CATALOGUES: [(&str, &str); 2] = [
    ("en", include_str!("../../locales/en/messages.ftl")),
    ("de", include_str!("../../locales/de/messages.ftl")),
];

static ALL: LazyLock<[Words; CATALOGUES.len()]> = LazyLock::new(|| CATALOGUES.map(Words::load));

/// One language.
pub(super) struct Words {
    tag: &'static str,
    bundle: FluentBundle<FluentResource>,
}

impl Words {
    /// The catalogue for a BCP 47 tag: by its language, whatever the region; English when there is none.
    pub(super) fn of(locale: &str) -> &'static Words {
        let language = locale.split(['-', '_']).next().unwrap_or_default();
        ALL.iter().find(|words| words.tag.eq_ignore_ascii_case(language)).unwrap_or(&ALL[0])
    }

    fn load((tag, source): (&'static str, &'static str)) -> Words {
        // A catalogue with a fault still gives its sound sentences; a test holds that none has a fault.
        let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(resource, _)| resource);
        let mut bundle =
            FluentBundle::new_concurrent(vec![tag.parse::<LanguageIdentifier>().unwrap_or_default()]);
        // Isolation marks are outside the GSM alphabet: one would more than double the price of a message.
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(resource);
        Words { tag, bundle }
    }

    /// A sentence; its values follow.
    pub(super) fn say(&self, key: impl Into<String>) -> Sentence<'_> {
        Sentence { words: self, key: key.into(), values: FluentArgs::new() }
    }
}

/// A sentence with its values.
pub(super) struct Sentence<'a> {
    words: &'a Words,
    key: String,
    values: FluentArgs<'a>,
}

impl<'a> Sentence<'a> {
    /// Sets one value. Numbers choose plural forms; a code is text, so that its zeros stay.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<FluentValue<'a>>) -> Self {
        self.values.set(name, value);
        self
    }

    /// The words. A key that the language lacks is said in English, and nothing is said rather than a key.
    pub(super) fn text(&self) -> String {
        #[cfg(test)]
        super::tests::note_use(&self.key);
        [self.words, &ALL[0]].iter().find_map(|words| self.in_language(words)).unwrap_or_default()
    }

    fn in_language(&self, words: &Words) -> Option<String> {
        let pattern = words.bundle.get_message(&self.key)?.value()?;
        let mut faults = Vec::new();
        let text = words.bundle.format_pattern(pattern, Some(&self.values), &mut faults);
        faults.is_empty().then(|| text.into_owned())
    }
}
