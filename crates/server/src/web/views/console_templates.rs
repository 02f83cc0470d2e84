//! The console's pages of a service's own texts: which there are, one being written with its count, and what becomes of
//! senders by country.
//!
//! Decides words and order; refuses to count and to judge: previews and refusals come in as they were decided.

use askama::Template;
use countersign_flows::core::route::NameUse;
use countersign_flows::core::template::{Placeholder, TemplateName};
use countersign_flows::{Preview, PreviewCoding, Samples};

use super::console::purpose_key;
use super::{Field, Layout, Page, Problem};
use crate::web::words::Moment;

/// One language of one kind of code.
pub(crate) struct TextCell {
    /// The language.
    pub(crate) locale: String,
    /// When the service's own text was written; none: our words speak.
    pub(crate) changed_at_ms: Option<i64>,
    /// Messages that the text takes with values as long as they get.
    pub(crate) segments: u32,
    /// The kept text no longer passes the rules, so that our words speak.
    pub(crate) is_refused: bool,
}

impl TextCell {
    fn changed(&self) -> Option<Moment> {
        self.changed_at_ms.map(Moment::full)
    }
}

/// One kind of code in every language.
pub(crate) struct TextRow {
    /// Which codes.
    pub(crate) name: TemplateName,
    /// By language, in the order of the table's head.
    pub(crate) cells: Vec<TextCell>,
}

/// What becomes of senders in one country.
pub(crate) struct SenderRow {
    /// ISO 3166.
    pub(crate) code: String,
    /// Its name.
    pub(crate) region: String,
    /// What becomes of a name.
    pub(crate) name: NameUse,
    /// What an operator should know, in English.
    pub(crate) note: &'static str,
    /// In the order of the routes: in whose name each sends; none where no name of its goes through.
    pub(crate) senders: Vec<SenderCell>,
}

/// In whose name one route sends to one country.
pub(crate) enum SenderCell {
    /// In this one.
    As(String),
    /// It has none that arrives.
    Nobody,
    /// It does not carry there.
    Elsewhere,
}

/// `GET /console/delivery/templates`
#[derive(Template)]
#[template(path = "console/templates.html")]
pub(crate) struct ConsoleTemplates {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// Languages that there are words in, ours or the service's own.
    pub(crate) languages: Vec<String>,
    /// Every kind of code.
    pub(crate) texts: Vec<TextRow>,
    /// The language that was asked for by its tag.
    pub(crate) locale: Field,
    /// Names of the routes that carry text messages.
    pub(crate) routes: Vec<String>,
    /// By country.
    pub(crate) senders: Vec<SenderRow>,
}

impl Page for ConsoleTemplates {
    fn has_problem(&self) -> bool {
        self.locale.problem.is_some()
    }
}

impl ConsoleTemplates {
    fn name_key(&self, name: &TemplateName) -> &'static str {
        name_key(*name)
    }

    fn use_key(&self, name: &NameUse) -> &'static str {
        match name {
            NameUse::Allowed => "console-name-allowed",
            NameUse::Refused => "console-name-refused",
            NameUse::Registered => "console-name-registered",
            NameUse::Rewritten => "console-name-rewritten",
        }
    }
}

/// `GET /console/delivery/templates/edit`; posts `name`, `locale`, `body`, `may_split` and `act` to itself.
#[derive(Template)]
#[template(path = "console/templates_edit.html")]
pub(crate) struct ConsoleTemplate {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// Which codes.
    pub(crate) name: TemplateName,
    /// The language.
    pub(crate) locale: String,
    /// The text, as it was typed.
    pub(crate) body: Field,
    /// A second message is agreed to.
    pub(crate) may_split: bool,
    /// A text is kept under this name and language.
    pub(crate) is_kept: bool,
    /// There are words of ours in this language.
    pub(crate) is_ours: bool,
    /// How the text counts; none while there is none that reads.
    pub(crate) preview: Option<Preview>,
    /// What we would say.
    pub(crate) own_words: String,
    /// What the page's own count is made of.
    pub(crate) samples: Samples,
}

impl Page for ConsoleTemplate {
    fn has_problem(&self) -> bool {
        self.body.problem.is_some()
    }
}

impl ConsoleTemplate {
    fn name_key(&self) -> &'static str {
        name_key(self.name)
    }

    /// The values that this text can hold, with whether it must.
    fn places(&self) -> impl Iterator<Item = (String, &'static str, bool, &str)> {
        let offered = self.samples.values.iter().filter(|(place, _)| self.name.offers(*place));
        offered.map(|(place, value)| {
            let must = self.name.needs().contains(place);
            (format!("{{{}}}", place.as_str()), place_key(*place), must, value.as_str())
        })
    }

    /// For the script: the values by name.
    fn values(&self) -> String {
        let pair = |(place, value): &(Placeholder, String)| {
            (place.as_str().to_owned(), serde_json::Value::String(value.clone()))
        };
        let offered = self.samples.values.iter().filter(|(place, _)| self.name.offers(*place));
        serde_json::Value::Object(offered.map(pair).collect()).to_string()
    }

    fn is_ucs2(&self) -> bool {
        self.preview.as_ref().is_some_and(|preview| preview.coding == PreviewCoding::Ucs2)
    }

    fn segments(&self) -> usize {
        self.preview.as_ref().map_or(0, |preview| preview.segments)
    }

    fn outside(&self) -> String {
        let found = self.preview.iter().flat_map(|preview| &preview.outside_gsm);
        found.map(char::to_string).collect::<Vec<_>>().join(" ")
    }

    fn misses_app(&self) -> bool {
        self.preview.as_ref().is_some_and(|preview| preview.reaches_app == Some(false))
    }
}

/// What codes are for, as a name of their text.
fn name_key(name: TemplateName) -> &'static str {
    match name {
        TemplateName::Default => "console-text-default",
        TemplateName::For(purpose) => purpose_key(purpose),
    }
}

fn place_key(place: Placeholder) -> &'static str {
    match place {
        Placeholder::Code => "console-place-code",
        Placeholder::Brand => "console-place-brand",
        Placeholder::Purpose => "console-place-purpose",
        Placeholder::Amount => "console-place-amount",
        Placeholder::Payee => "console-place-payee",
        Placeholder::Network => "console-place-network",
        Placeholder::Words => "console-place-words",
        Placeholder::Minutes => "console-place-minutes",
        Placeholder::Warning => "console-place-warning",
    }
}

/// What is wrong with a text, in the words of the page.
pub(crate) fn problem_of(refusal: &countersign_flows::TemplateRefusal) -> Problem {
    use countersign_flows::TemplateRefusal as Refusal;
    use countersign_flows::core::template::{TEMPLATE_CHARACTERS_MAX, TemplateProblem as Text};
    let place = |place: &Placeholder| format!("{{{}}}", place.as_str());
    match refusal {
        Refusal::Locale => Problem::LocaleUnreadable,
        Refusal::Split => Problem::TextSplit,
        Refusal::Segments { segments } => {
            Problem::TextSegments { segments: u32::try_from(*segments).unwrap_or(u32::MAX) }
        }
        Refusal::Text(Text::Empty) => Problem::TextMissing,
        Refusal::Text(Text::TooLong) => {
            Problem::TextLong { characters_max: u32::try_from(TEMPLATE_CHARACTERS_MAX).unwrap_or(u32::MAX) }
        }
        Refusal::Text(Text::Control) => Problem::TextControl,
        Refusal::Text(Text::Brace) => Problem::TextBrace,
        Refusal::Text(Text::Unknown(name)) => Problem::TextUnknown { name: format!("{{{name}}}") },
        Refusal::Text(Text::Missing(missing)) => Problem::TextLacks { name: place(missing) },
        Refusal::Text(Text::OutOfPlace(found)) => Problem::TextOutOfPlace { name: place(found) },
        Refusal::Text(Text::CodeTouched) => Problem::TextCodeTouched,
        Refusal::Text(Text::Link(link)) => Problem::TextLink { link: link.clone() },
    }
}
