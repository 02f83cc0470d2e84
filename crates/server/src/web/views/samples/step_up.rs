//! The pages of confirming, of factors and of guarding an account, in every state that their fields allow.
//!
//! Decides nothing: made-up facts only.

use askama::Template;
use countersign_flows::core::model::{
    ActionDetails, ActionKind, CancelReason, Channel, Factor, HoldCause, Setting,
};
use countersign_flows::core::route::RouteWish;

use super::{DAY_MS, Drawn, MINUTE_MS, Samples, draw};
use crate::web::views::*;

/// A taproot address of BIP 350.
const PAYEE: &str = "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0";
/// Drawn by hand: a picture of one module.
const PICTURE: &str = "<?xml version=\"1.0\" standalone=\"yes\"?><svg xmlns=\"http://www.w3.org/2000/svg\" width=\"8\" \
                       height=\"8\" viewBox=\"0 0 8 8\"><path fill=\"#000\" d=\"M2 2h4v4h-4z\"/></svg>";
const OPTIONS: &str = r#"{"publicKey":{"challenge":"AAAA","rpId":"acme.example"}}"#;

impl Samples {
    pub(super) fn held(&self, everything: bool) -> Factors {
        let state = if everything { FactorState::On } else { FactorState::Off };
        Factors {
            totp: state,
            trading_password: state,
            passkeys: if everything { 2 } else { 0 },
            recovery_codes_left: everything.then_some(10),
            phrase: everything,
        }
    }

    fn details(&self) -> Vec<DetailRow> {
        let pairs = [
            ("amount", "0.05"),
            ("asset", "BTC"),
            ("network", "Bitcoin"),
            ("address", PAYEE),
            ("memo", "42"),
            ("order_number", "7"),
        ];
        let mut details = ActionDetails::default();
        for (name, value) in pairs {
            details.0.insert(name.to_owned(), self.text(value));
        }
        DetailRow::of(&details)
    }

    fn steps(&self, methods: &[Method]) -> Vec<StepRow> {
        let states = [StepState::Done, StepState::Now, StepState::Later];
        methods.iter().zip(states).map(|(method, state)| StepRow { method: *method, state }).collect()
    }

    fn confirm_page(&self, what: Confirmed, ask: Ask) -> Confirm {
        Confirm {
            layout: self.layout(),
            id: "act_01".to_owned(),
            what,
            details: self.details(),
            fingerprint: self.text("ocean tiger"),
            phrase: Some(self.text("blue heron")),
            audience: Some(self.text("exchange.example")),
            hold_hours: None,
            ends_at_ms: self.now_ms + 2 * MINUTE_MS,
            more_time: true,
            steps: self.steps(&[Method::Totp, Method::TradingPassword, Method::Sms]),
            ask,
            ways: vec![
                Way { index: 1, methods: vec![Method::Passkey, Method::TradingPassword] },
                Way { index: 2, methods: vec![Method::RecoveryCode, Method::Email] },
            ],
            settling: vec![(Method::Totp, self.now_ms + DAY_MS), (Method::Passkey, self.now_ms + DAY_MS)],
            trouble: None,
            back: WayBack::new("/security"),
            problem: None,
        }
    }

    fn code_asked(&self, method: Method) -> AskCode {
        AskCode {
            method,
            sent_to: self.address("•••• 88"),
            digits: 6,
            typed: String::new(),
            problem: None,
            attempts_left: None,
            resend: Resend::From { at_ms: self.now_ms + 30_000 },
            channels: if method == Method::Sms { vec![Channel::Voice] } else { Vec::new() },
            newest: None,
        }
    }

    pub(super) fn confirm(&self) -> Drawn {
        let withdrawal = |ask| self.confirm_page(Confirmed::Action(ActionKind::Withdrawal), ask);
        let wrong = AskField {
            typed: self.text("482913"),
            problem: Some(Problem::TotpWrong),
            attempts_left: Some(2),
            ..AskField::empty(Method::Totp)
        };
        let wrong_too = AskField {
            problem: Some(Problem::TradingPasswordWrong),
            attempts_left: Some(1),
            ..AskField::empty(Method::TradingPassword)
        };
        let every = [Method::Totp, Method::TradingPassword, Method::Password, Method::RecoveryCode];
        let code = |code| withdrawal(Ask::Code(code));
        let bad_code = AskCode {
            typed: self.text("482913"),
            problem: Some(Problem::CodeWrong),
            attempts_left: Some(2),
            resend: Resend::Spent,
            ..self.code_asked(Method::Sms)
        };
        let locked_sends = AskCode {
            resend: Resend::Locked { until_ms: self.now_ms + DAY_MS },
            ..self.code_asked(Method::Email)
        };
        let slow = Confirm {
            trouble: Some(RegionState { region: self.text("Thailand"), delay_s: Some(70) }),
            ..code(AskCode { digits: 8, ..self.code_asked(Method::Voice) })
        };
        let send = Ask::Send {
            method: Method::Sms,
            sent_to: self.address("•••• 88"),
            channels: vec![Channel::Voice],
        };
        let passkey = |problem: Option<Problem>| Ask::Passkey { options_json: self.text(OPTIONS), problem };
        let locked = Ask::Locked { method: Method::Totp, until_ms: self.now_ms + 15 * MINUTE_MS };
        let hold = HoldBanner { cause: HoldCause::PhoneChanged, ends_at_ms: self.now_ms + DAY_MS };
        let own = Confirm {
            layout: Layout { hold: Some(hold), ..self.inside() },
            details: Vec::new(),
            audience: None,
            phrase: None,
            hold_hours: Some(24),
            more_time: false,
            steps: self.steps(&[Method::Password]),
            ways: Vec::new(),
            back: None,
            problem: Some(Problem::MoreTimeSpent),
            ..self.confirm_page(
                Confirmed::Setting(Setting::TotpRemove),
                Ask::Fields(vec![AskField::empty(Method::Password)]),
            )
        };
        let mut drawn = draw(vec![
            ("confirm", &withdrawal(Ask::Fields(every.map(AskField::empty).into()))),
            ("confirm-wrong", &withdrawal(Ask::Fields(vec![wrong, wrong_too]))),
            ("confirm-send", &withdrawal(send)),
            ("confirm-code", &code(self.code_asked(Method::Sms))),
            ("confirm-code-wrong", &code(bad_code)),
            ("confirm-code-sends-locked", &code(locked_sends)),
            ("confirm-code-slow", &slow),
            ("confirm-passkey", &withdrawal(passkey(None))),
            ("confirm-passkey-refused", &withdrawal(passkey(Some(Problem::PasskeyRefused)))),
            ("confirm-locked", &withdrawal(locked)),
            ("confirm-own", &own),
        ]);
        drawn.extend(self.confirm_headings());
        drawn
    }

    /// The page for everything that can be confirmed.
    fn confirm_headings(&self) -> Drawn {
        let passkey = || Ask::Passkey { options_json: self.text(OPTIONS), problem: None };
        let heading = |what| self.confirm_page(what, passkey()).render().expect("renders");
        let actions = ActionKind::ALL.iter().map(|kind| Confirmed::Action(*kind));
        let all = actions.chain(Setting::ALL.iter().map(|setting| Confirmed::Setting(*setting)));
        all.map(|what| ("confirm-heading", heading(what))).collect()
    }

    pub(super) fn confirm_ends(&self) -> Drawn {
        let mut outcomes = vec![
            ConfirmOutcome::Done,
            ConfirmOutcome::Lapsed,
            ConfirmOutcome::Taken,
            ConfirmOutcome::Unknown,
        ];
        outcomes.extend(CancelReason::ALL.iter().map(|reason| ConfirmOutcome::Canceled(*reason)));
        let known = |outcome| ConfirmEnd {
            layout: self.layout(),
            outcome,
            what: Some(Confirmed::Action(ActionKind::Withdrawal)),
            details: self.details(),
            back: WayBack::new("/back?action=act_01&status=canceled"),
            audience: Some(self.text("exchange.example")),
        };
        let mut drawn: Drawn = outcomes
            .iter()
            .map(|outcome| ("confirm-end", known(*outcome).render().expect("renders")))
            .collect();
        let own = ConfirmEnd { audience: None, ..known(ConfirmOutcome::Done) };
        let nothing = ConfirmEnd {
            what: None,
            details: Vec::new(),
            back: None,
            audience: None,
            ..known(ConfirmOutcome::Unknown)
        };
        drawn.extend(draw(vec![
            ("confirm-done", &known(ConfirmOutcome::Done)),
            ("confirm-done-own", &own),
            ("confirm-timed-out", &known(ConfirmOutcome::Canceled(CancelReason::TimedOut))),
            ("confirm-unknown", &nothing),
        ]));
        drawn
    }

    pub(super) fn factors(&self) -> Drawn {
        let app = |disabled: bool| TotpCard {
            id: "aut_01".to_owned(),
            name: self.text("Pixel 8"),
            added_ms: self.now_ms - 40 * DAY_MS,
            used_ms: if disabled { None } else { Some(self.now_ms - DAY_MS) },
            disabled,
        };
        let totp =
            |app: Option<TotpCard>, problem| Totp { layout: self.inside(), app, hold_hours: 24, problem };
        let totp_new = |problem| TotpNew {
            layout: self.inside(),
            qr_svg: PICTURE.to_owned(),
            key: self.text("JBSW Y3DP EHPK 3PXP"),
            uri: format!("otpauth://totp/{}", self.text("Acme:ada?secret=JBSWY3DPEHPK3PXP")),
            code: Field { value: self.text("482913"), problem },
        };
        let trading = |state, problem| TradingPassword {
            layout: self.inside(),
            state,
            set_ms: (state == FactorState::On).then_some(self.now_ms - DAY_MS),
            hold_hours: 24,
            problem,
        };
        let trading_new = |replaces, new_problem, again_problem| TradingPasswordNew {
            layout: self.inside(),
            replaces,
            new_problem,
            again_problem,
        };
        let password = |password_problem| PasswordNew {
            layout: self.inside(),
            password_characters_min: 12,
            hold_hours: 24,
            password_problem,
        };
        let both =
            trading_new(true, Some(Problem::TradingPasswordDate), Some(Problem::TradingPasswordsDiffer));
        let mut drawn = draw(vec![
            ("totp-none", &totp(None, None)),
            ("totp", &totp(Some(app(false)), None)),
            ("totp-disabled", &totp(Some(app(true)), Some(Problem::FactorLastStrong))),
            ("totp-new", &totp_new(None)),
            ("totp-new-clock", &totp_new(Some(Problem::TotpClockOff))),
            ("trading-password-none", &trading(FactorState::Off, None)),
            ("trading-password", &trading(FactorState::On, None)),
            ("trading-password-disabled", &trading(FactorState::Disabled, Some(Problem::SessionGone))),
            ("trading-password-new", &trading_new(false, None, None)),
            ("trading-password-new-common", &trading_new(false, Some(Problem::TradingPasswordCommon), None)),
            ("trading-password-new-differs", &trading_new(true, None, Some(Problem::TradingPasswordsDiffer))),
            ("trading-password-new-both", &both),
            ("password-new", &password(None)),
            ("password-new-short", &password(Some(Problem::PasswordShort { characters_min: 12 }))),
        ]);
        drawn.extend(self.passkeys());
        drawn
    }

    fn passkeys(&self) -> Drawn {
        let card = |id: &str, product: Option<&str>, synced| PasskeyCard {
            id: id.to_owned(),
            name: self.text("My laptop"),
            product: product.map(|product| self.text(product)),
            synced,
            added_ms: self.now_ms - 40 * DAY_MS,
            used_ms: synced.then_some(self.now_ms - DAY_MS),
        };
        let signal = || PasskeySignal {
            rp_id: "acme.example".to_owned(),
            user_id: "dXNlcg".to_owned(),
            user_name: self.text("ad•••@mail.example"),
            credential_ids: vec!["Y3JlZDE".to_owned(), "Y3JlZDI".to_owned()],
        };
        let list = |cards: Vec<_>, signal, problem| Passkeys {
            layout: self.inside(),
            cards,
            signal,
            hold_hours: 24,
            problem,
        };
        let new = |problem, name_problem| PasskeyNew {
            layout: self.inside(),
            options_json: self.text(OPTIONS),
            name: Field { value: self.text("Firefox on Windows"), problem: name_problem },
            problem,
        };
        let cards = vec![card("aut_02", Some("Acme Password Manager"), true), card("aut_03", None, false)];
        draw(vec![
            ("passkeys-none", &list(Vec::new(), None, None)),
            ("passkeys", &list(cards, Some(signal()), None)),
            ("passkeys-last", &list(vec![card("aut_02", None, true)], None, Some(Problem::FactorLastStrong))),
            ("passkey-new", &new(None, None)),
            ("passkey-new-refused", &new(Some(Problem::PasskeyRefused), None)),
            ("passkey-new-name", &new(None, Some(Problem::NameLong { characters_max: 40 }))),
        ])
    }

    pub(super) fn recovery_codes(&self) -> Drawn {
        let page = |left: Option<u32>, problem| RecoveryCodes {
            layout: self.inside(),
            left,
            of: 10,
            made_ms: left.map(|_| self.now_ms - DAY_MS),
            hold_hours: 24,
            problem,
        };
        let new = |replaces| RecoveryCodesNew { layout: self.inside(), of: 10, replaces };
        let codes = ["abcd-efgh-jkmn-pqrs", "2345-6789-abcd-efgh"].map(|code| self.text(code)).into();
        draw(vec![
            ("recovery-codes-none", &page(None, None)),
            ("recovery-codes", &page(Some(7), None)),
            ("recovery-codes-low", &page(Some(3), Some(Problem::StepsAgain))),
            ("recovery-codes-new", &new(false)),
            ("recovery-codes-replace", &new(true)),
            ("recovery-codes-shown", &RecoveryCodesShown { layout: self.inside(), codes }),
        ])
    }

    pub(super) fn guard(&self) -> Drawn {
        let hold = |cause| HoldBanner { cause, ends_at_ms: self.now_ms + DAY_MS - 48 * MINUTE_MS };
        let held = |cause| Layout { hold: Some(hold(cause)), ..self.inside() };
        let over = HoldBanner { ends_at_ms: self.now_ms, ..hold(HoldCause::PhoneChanged) };
        let over = Freeze { layout: Layout { hold: Some(over), ..self.inside() } };
        let frozen = Layout { frozen: true, ..held(HoldCause::Unfrozen) };
        let phrase = |layout, phrase: Option<&str>, problem| Phrase {
            layout,
            phrase: phrase.map(|phrase| self.text(phrase)),
            problem,
        };
        let new = |problem| PhraseNew {
            layout: self.inside(),
            phrase: Field { value: self.text("blue heron"), problem },
            characters_max: 40,
        };
        let link = |link| FreezePage { layout: self.layout(), link };
        let mut drawn = draw(vec![
            ("freeze", &Freeze { layout: self.inside() }),
            ("freeze-hold-over", &over),
            ("freeze-link", &link(FreezeLink::Ready { path: format!("/freeze/{}", self.text("AB12")) })),
            ("freeze-link-frozen", &link(FreezeLink::Frozen)),
            ("freeze-link-unknown", &link(FreezeLink::Unknown)),
            ("phrase-none", &phrase(self.inside(), None, None)),
            ("phrase", &phrase(self.inside(), Some("blue heron"), None)),
            ("phrase-frozen", &phrase(frozen, Some("blue heron"), Some(Problem::AccountFrozen))),
            ("phrase-new", &new(None)),
            ("phrase-new-long", &new(Some(Problem::PhraseLong { characters_max: 40 }))),
        ]);
        let banner = |cause| phrase(held(cause), None, None).render().expect("renders");
        drawn.extend(HoldCause::ALL.iter().map(|cause| ("held", banner(*cause))));
        drawn
    }

    /// Every event of confirming and of factors, with every value that has words of its own.
    pub(super) fn step_up_events(&self) -> Vec<Event> {
        let until_ms = self.now_ms + 15 * MINUTE_MS;
        let name = || self.text("Pixel 8");
        let mut events = vec![
            Event::FactorRenamed { factor: Factor::Passkey, name: name() },
            Event::FactorRemoved { factor: Factor::TradingPassword, name: String::new() },
            Event::FactorWrong { factor: Factor::Totp },
            Event::FactorLocked { factor: Factor::TradingPassword, until_ms },
            Event::FactorDisabled { factor: Factor::RecoveryCode },
            Event::RecoveryCodeUsed { left: 1 },
            Event::RecoveryCodeUsed { left: 6 },
            Event::AccountFrozen { by_link: false },
            Event::AccountFrozen { by_link: true },
            Event::AccountUnfrozen,
            Event::PhoneChanged {
                from: self.address("+66 •• ••• ••78"),
                to: self.address("+66 •• ••• ••88"),
            },
            Event::PhraseChanged,
            Event::PasswordChanged,
            Event::RouteWishSet { route: self.text("simulated"), wish: RouteWish::Active },
            Event::RouteWishSet { route: self.text("simulated"), wish: RouteWish::Paused },
            Event::RouteWishSet { route: self.text("simulated"), wish: RouteWish::Drained },
            Event::TestMessageSent {
                route: self.text("simulated"), to: self.address("+44 •••• 3456")
            },
        ];
        events.extend(RecoveryEvent::ALL.iter().map(|what| Event::Recovery(*what)));
        events.extend(Factor::ALL.iter().map(|factor| Event::FactorAdded { factor: *factor, name: name() }));
        for action in ActionKind::ALL.iter().copied() {
            events.extend([
                Event::ActionOpened { action },
                Event::ActionAuthorised { action, factors: Factor::ALL.to_vec() },
                Event::ActionAuthorised { action, factors: Vec::new() },
                Event::ActionRedeemed { action },
                Event::ActionRefused { action },
            ]);
        }
        let action = ActionKind::Withdrawal;
        events
            .extend(CancelReason::ALL.iter().map(|reason| Event::ActionCanceled { action, reason: *reason }));
        events.extend(HoldCause::ALL.iter().map(|cause| Event::HoldStarted { cause: *cause, until_ms }));
        events
    }
}

/// One of each kind.
pub(super) fn problems() -> Vec<Problem> {
    vec![
        Problem::TotpMissing,
        Problem::TotpWrong,
        Problem::TotpClockOff,
        Problem::TradingPasswordMissing,
        Problem::TradingPasswordDigits,
        Problem::TradingPasswordWrong,
        Problem::TradingPasswordCommon,
        Problem::TradingPasswordDate,
        Problem::TradingPasswordOwnNumber,
        Problem::TradingPasswordsDiffer,
        Problem::RecoveryCodeMissing,
        Problem::RecoveryCodeWrong,
        Problem::PasskeyRefused,
        Problem::PasskeyKnown,
        Problem::FactorStands,
        Problem::FactorLastStrong,
        Problem::NameLong { characters_max: 40 },
        Problem::PhraseMissing,
        Problem::PhraseLong { characters_max: 40 },
        Problem::MoreTimeSpent,
        Problem::AccountFrozen,
        Problem::NothingToConfirmWith,
    ]
}
