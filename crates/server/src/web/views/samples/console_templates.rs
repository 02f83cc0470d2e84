//! The console's pages of texts in every state that their fields allow. Decides nothing: made-up facts.

use countersign_flows::core::route::sender_rule;
use countersign_flows::core::template::{Placeholder, TemplateName};
use countersign_flows::{Preview, PreviewCoding, Samples as Values};

use super::{Drawn, Samples, draw};
use crate::web::views::*;

impl Samples {
    fn texts(&self, locale: Field) -> ConsoleTemplates {
        let cell = |locale: &str, changed_at_ms, segments, is_refused| TextCell {
            locale: self.text(locale),
            changed_at_ms,
            segments,
            is_refused,
        };
        let row = |name| TextRow {
            name,
            cells: vec![
                cell("en", None, 1, false),
                cell("fr", Some(self.now_ms), 2, false),
                cell("ru", Some(self.now_ms), 1, true),
            ],
        };
        let senders = ["DE", "IN", "US"].map(|code| {
            let rule = sender_rule(code).expect("in the guide");
            SenderRow {
                code: code.to_owned(),
                region: self.text("Somewhere"),
                name: rule.name,
                note: &rule.note,
                senders: vec![SenderCell::As(self.text("Acme")), SenderCell::Nobody, SenderCell::Elsewhere],
            }
        });
        ConsoleTemplates {
            layout: self.console_layout(),
            languages: ["en", "fr", "ru"].map(|tag| self.text(tag)).to_vec(),
            texts: TemplateName::all().map(row).collect(),
            locale,
            routes: ["one", "two", "three"].map(|name| self.text(name)).to_vec(),
            senders: senders.into(),
        }
    }

    fn text_page(&self, body: Field, preview: Option<Preview>) -> ConsoleTemplate {
        ConsoleTemplate {
            layout: self.console_layout(),
            name: TemplateName::Default,
            locale: "en".to_owned(),
            body,
            may_split: false,
            is_kept: preview.is_some(),
            is_ours: preview.is_some(),
            preview,
            own_words: self.text("482913 is your Acme code.\n@acme.example #482913"),
            samples: Values {
                values: Placeholder::ALL.iter().map(|place| (*place, self.text("a value"))).collect(),
                app_line: "\nFA+9qCX9VSu".to_owned(),
                origin_line: "\n@acme.example #482913".to_owned(),
            },
        }
    }

    fn counted(&self, coding: PreviewCoding, segments: usize) -> Option<Preview> {
        let is_gsm = coding == PreviewCoding::Gsm;
        Some(Preview {
            text: self.text("482913 “Acme”\n@acme.example #482913"),
            coding,
            units: 71,
            units_max: if is_gsm { 160 } else { 70 },
            segments,
            outside_gsm: if is_gsm { vec![] } else { vec!['“', '”', '<', '&'] },
            reaches_app: Some(is_gsm),
        })
    }

    pub(super) fn console_texts(&self) -> Drawn {
        let written = || self.typed("{code} for {brand} {purpose}", None);
        let plain = self.text_page(written(), self.counted(PreviewCoding::Gsm, 1));
        let split = ConsoleTemplate {
            may_split: true,
            ..self.text_page(written(), self.counted(PreviewCoding::Ucs2, 2))
        };
        let link = Problem::TextLink { link: self.text("acme.example") };
        let refused = self.text_page(self.typed("{code} acme.example", Some(link)), None);
        draw(vec![
            ("console-texts", &self.texts(Field::default())),
            ("console-texts-locale", &self.texts(self.typed("french!", Some(Problem::LocaleUnreadable)))),
            ("console-text-new", &self.text_page(Field::default(), None)),
            ("console-text", &plain),
            ("console-text-split", &split),
            ("console-text-refused", &refused),
        ])
    }

    pub(super) fn text_problems(&self) -> Vec<Problem> {
        let name = || self.text("{amount}");
        vec![
            Problem::LocaleUnreadable,
            Problem::TextMissing,
            Problem::TextLong { characters_max: 300 },
            Problem::TextControl,
            Problem::TextBrace,
            Problem::TextUnknown { name: name() },
            Problem::TextLacks { name: name() },
            Problem::TextOutOfPlace { name: name() },
            Problem::TextCodeTouched,
            Problem::TextLink { link: self.text("acme.example") },
            Problem::TextSplit,
            Problem::TextSegments { segments: 3 },
        ]
    }
}
