//! A forgotten password, in every state of its pages.
//!
//! Decides nothing: made-up facts only.

use super::{Drawn, Samples, draw};
use crate::web::views::*;

impl Samples {
    pub(super) fn forgotten(&self) -> Drawn {
        let asks =
            |identifier, region| Forgotten { layout: self.layout(), identifier, region, problem: None };
        let ends = |no_account| ForgottenEnd {
            layout: self.layout(),
            no_account,
            support: self.text("help@acme.example"),
        };
        let chooses = |password_problem| ForgottenNew {
            layout: self.layout(),
            password_characters_min: 12,
            hold_hours: 24,
            password_problem,
        };
        draw(vec![
            ("forgotten", &asks(Field::default(), self.picker(None, None))),
            (
                "forgotten-problems",
                &asks(
                    self.typed("ada@@mail", Some(Problem::IdentifierUnreadable)),
                    self.picker(None, Some(Problem::RegionMissing)),
                ),
            ),
            ("forgotten-code", &self.code_page(CodePurpose::Forgotten, Method::Email)),
            ("forgotten-no-account", &ends(true)),
            ("forgotten-not-like-this", &ends(false)),
            ("forgotten-new", &chooses(None)),
            ("forgotten-new-problem", &chooses(Some(Problem::PasswordShort { characters_min: 12 }))),
        ])
    }
}
