//! The code page with what is known of its message and its country, and the page of a text of the holder's own.
//!
//! Decides nothing: made-up facts only.

use countersign_flows::core::model::Channel;

use super::{Drawn, MINUTE_MS, Samples, draw};
use crate::web::views::*;

impl Samples {
    fn own_text_page(&self, purpose: CodePurpose, state: OwnTextState) -> OwnText {
        OwnText {
            layout: if purpose == CodePurpose::Activate { self.inside() } else { self.layout() },
            purpose,
            state,
            from: self.address("+66 81 234 5678"),
            to: self.address("+44 7400 999999"),
            to_e164: "+447400999999".to_owned(),
            ends_at_ms: self.now_ms + 10 * MINUTE_MS,
            problem: None,
        }
    }

    pub(super) fn code_and_its_message(&self) -> Drawn {
        let activate = || self.code_page(CodePurpose::Activate, Method::Sms);
        let ways = || vec![Channel::Voice, Channel::Whatsapp];
        let region = |delay_s| Some(RegionState { region: self.text("Thailand"), delay_s });
        let blocked = CodePage {
            trouble: region(None),
            channels: ways(),
            own_text: OwnTextWay::Offered,
            newest: Some(Newest::Waiting),
            ..activate()
        };
        let delivered =
            CodePage { newest: Some(Newest::Delivered), own_text: OwnTextWay::Offered, ..activate() };
        let failed = CodePage { newest: Some(Newest::Failed), channels: ways(), ..activate() };
        let by_call = CodePage {
            channels: vec![Channel::Sms, Channel::Whatsapp],
            resends: 3,
            own_text: OwnTextWay::Begun,
            ..self.code_page(CodePurpose::SignUp, Method::Voice)
        };
        let at_sign_in = CodePage {
            trouble: region(Some(70)),
            channels: ways(),
            other_ways: self.ways(),
            ..self.code_page(CodePurpose::SignIn, Method::Whatsapp)
        };
        draw(vec![
            ("code-blocked", &blocked),
            ("code-delivered", &delivered),
            ("code-failed", &failed),
            ("code-by-call", &by_call),
            ("code-slow-sign-in", &at_sign_in),
        ])
    }

    pub(super) fn own_text(&self) -> Drawn {
        let shown = || OwnTextState::Shown { code: "48219931".to_owned() };
        let early = OwnText {
            problem: Some(Problem::OwnTextAwaited),
            ..self.own_text_page(CodePurpose::Activate, shown())
        };
        draw(vec![
            ("own-text", &self.own_text_page(CodePurpose::Activate, shown())),
            ("own-text-sign-up", &self.own_text_page(CodePurpose::SignUp, shown())),
            ("own-text-early", &early),
            ("own-text-again", &self.own_text_page(CodePurpose::SignUp, OwnTextState::Awaited)),
            ("own-text-heard", &self.own_text_page(CodePurpose::Activate, OwnTextState::Heard)),
        ])
    }
}
