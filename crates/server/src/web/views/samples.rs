//! Every page in every state that its fields allow, for the tests beside this file and for a look with a
//! browser.
//!
//! Decides nothing: made-up facts only (numbers from ranges reserved for fiction).

use askama::Template;
use countersign_flows::core::model::Channel;

use super::*;
use crate::web::words::Address;

mod audit;
mod console;
mod console_templates;
mod delivery;
mod desk;
mod forgotten;
mod own_text;
mod problems;
mod recovery;
mod staff;
mod step_up;
mod tickets;

/// 21 November 2025, 14:30:00 UTC.
pub(crate) const NOW_MS: i64 = 1_763_735_400_000;
const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;

/// Draws the pages in one language and theme.
pub(crate) struct Samples {
    pub(crate) words: &'static Words,
    pub(crate) theme: Theme,
    /// Stands for every text that comes from outside, when set.
    pub(crate) outside: Option<&'static str>,
    /// The server's clock: the fixed one for tests, the real one for a look with running countdowns.
    pub(crate) now_ms: i64,
}

type Drawn = Vec<(&'static str, String)>;

fn draw(pages: Vec<(&'static str, &dyn askama::DynTemplate)>) -> Drawn {
    pages.into_iter().map(|(name, page)| (name, page.dyn_render().expect("renders"))).collect()
}

impl Samples {
    /// English, by the system's theme, with ordinary texts.
    pub(crate) fn plain() -> Samples {
        Samples { words: &Words::all()[0], theme: Theme::System, outside: None, now_ms: NOW_MS }
    }

    /// Every page, each state under its own name.
    pub(crate) fn all(&self) -> Drawn {
        let parts = [
            self.account(),
            self.code(),
            self.code_in_trouble(),
            self.code_and_its_message(),
            self.own_text(),
            self.forgotten(),
            self.overview(),
            self.phone(),
            self.sms(),
            self.devices(),
            self.activity(),
            self.faults(),
            self.confirm(),
            self.confirm_ends(),
            self.factors(),
            self.recovery_codes(),
            self.guard(),
            self.console(),
            self.delivery(),
            self.console_texts(),
            self.audit(),
            self.desk(),
            self.staff(),
            self.tickets(),
            self.recovery(),
            self.cases(),
        ];
        let mut drawn: Drawn = parts.into_iter().flatten().collect();
        drawn.extend(self.problems());
        drawn.extend(self.notices());
        drawn
    }

    fn text(&self, ordinary: &str) -> String {
        self.outside.unwrap_or(ordinary).to_owned()
    }

    fn address(&self, ordinary: &str) -> Address {
        Address::new(self.text(ordinary))
    }

    pub(crate) fn layout(&self) -> Layout {
        Layout {
            words: self.words,
            brand: self.text("Acme Exchange"),
            theme: self.theme,
            csrf: self.text("cr5f-t0ken"),
            area: Area::Holder,
            signed_in: None,
            here: LocalPath::new(&self.text("/signin")),
            now_ms: self.now_ms,
            notice: None,
            hold: None,
            frozen: false,
            roles: Vec::new(),
            voice_from_ms: None,
        }
    }

    fn inside(&self) -> Layout {
        Layout { signed_in: Some(self.text("ad•••@mail.example")), ..self.layout() }
    }

    fn noticed(&self, notice: Notice) -> Layout {
        Layout { notice: Some(notice), ..self.inside() }
    }

    fn picker(&self, chosen: Option<&str>, problem: Option<Problem>) -> RegionPicker {
        let region = |code: &str, name: &str, own: &str, dial: &str, refused| RegionOption {
            code: code.to_owned(),
            name: self.text(name),
            own_name: self.text(own),
            dial: dial.to_owned(),
            first_of_dial: code != "CA" && code != "GG",
            refused,
        };
        let regions = [
            region("CA", "Canada", "", "1", None),
            region("EG", "Egypt", "مصر", "20", None),
            region("FR", "France", "", "33", None),
            region("DE", "Germany", "Deutschland", "49", None),
            region("GG", "Guernsey", "", "44", None),
            region("JP", "Japan", "日本", "81", None),
            region("NG", "Nigeria", "", "234", Some(RegionRefusal::Paused)),
            region("KP", "North Korea", "조선민주주의인민공화국", "850", Some(RegionRefusal::NotOffered)),
            region("TH", "Thailand", "ไทย", "66", None),
            region("GB", "United Kingdom", "", "44", None),
            region("US", "United States", "", "1", None),
        ];
        RegionPicker { regions: regions.into(), chosen: chosen.map(str::to_owned), problem }
    }

    fn typed(&self, value: &str, problem: Option<Problem>) -> Field {
        Field { value: self.text(value), problem }
    }

    fn ways(&self) -> Vec<OtherWay> {
        vec![
            OtherWay { method: Method::Sms, address: Some(self.address("•••• 88")) },
            OtherWay { method: Method::Email, address: Some(self.address("ad•••@mail.example")) },
        ]
    }

    fn account(&self) -> Drawn {
        let sign_up = |identifier, region, password_problem| SignUp {
            layout: self.layout(),
            identifier,
            region,
            password_problem,
            password_characters_min: 12,
            problem: None,
        };
        let sign_in = |layout, problem: Option<Problem>, region| SignIn {
            layout,
            identifier: self.typed("ada@mail.example", None),
            region,
            password_problem: None,
            stuck: problem == Some(Problem::SecondFactorNone),
            problem,
        };
        let ended = Layout { notice: Some(Notice::Ended), ..self.layout() };
        let mut every_way = self.ways();
        every_way.extend(Method::ALL[2..].iter().map(|method| OtherWay { method: *method, address: None }));
        every_way.push(OtherWay { method: Method::Voice, address: Some(self.address("•••• 88")) });
        let every_way = SignInMethod { layout: self.layout(), methods: every_way, problem: None };
        let method = |problem| SignInMethod { layout: self.layout(), methods: self.ways(), problem };
        let lost =
            |ways| PhoneUnavailable { layout: self.layout(), ways, support: self.text("help@acme.example") };
        draw(vec![
            ("signup", &sign_up(Field::default(), self.picker(None, None), None)),
            (
                "signup-problems",
                &sign_up(
                    self.typed("ada@@mail", Some(Problem::IdentifierUnreadable)),
                    self.picker(None, Some(Problem::RegionMissing)),
                    Some(Problem::PasswordShort { characters_min: 12 }),
                ),
            ),
            ("already-registered", &AlreadyRegistered { layout: self.layout() }),
            ("signin", &sign_in(self.layout(), None, self.picker(None, None))),
            ("signin-ended", &sign_in(ended, None, self.picker(None, None))),
            (
                "signin-refused",
                &sign_in(self.layout(), Some(Problem::SignInRefused), self.picker(Some("TH"), None)),
            ),
            (
                "signin-stuck",
                &sign_in(self.layout(), Some(Problem::SecondFactorNone), self.picker(None, None)),
            ),
            ("signin-method", &method(None)),
            ("signin-method-every", &every_way),
            ("signin-method-problem", &method(Some(Problem::MethodUnknown))),
            ("phone-unavailable", &lost(self.ways())),
            ("phone-unavailable-nothing", &lost(Vec::new())),
        ])
    }

    fn code_page(&self, purpose: CodePurpose, method: Method) -> CodePage {
        let sent_to = match (purpose, method) {
            (CodePurpose::SignIn, Method::Sms) => "•••• 88",
            (_, Method::Sms) => "+66 81 234 5678",
            _ => "ada@mail.example",
        };
        let inside = matches!(purpose, CodePurpose::ProveEmail | CodePurpose::Activate);
        CodePage {
            layout: if inside { self.inside() } else { self.layout() },
            purpose,
            method,
            sent_to: self.address(sent_to),
            digits: 6,
            ends_at_ms: self.now_ms + 2 * MINUTE_MS,
            resend: Resend::From { at_ms: self.now_ms + 30_000 },
            resends: 0,
            typed: String::new(),
            problem: None,
            attempts_left: None,
            other_ways: Vec::new(),
            trouble: None,
            locked_until_ms: None,
            channels: if method == Method::Sms { vec![Channel::Voice] } else { Vec::new() },
            newest: None,
            own_text: OwnTextWay::None,
        }
    }

    fn code(&self) -> Drawn {
        draw(vec![
            ("signup-code", &self.code_page(CodePurpose::SignUp, Method::Email)),
            ("signin-code", &self.code_page(CodePurpose::SignIn, Method::Sms)),
            ("signin-code-email", &self.code_page(CodePurpose::SignIn, Method::Email)),
            ("prove-code", &self.code_page(CodePurpose::ProveEmail, Method::Email)),
            ("activate-code", &self.code_page(CodePurpose::Activate, Method::Sms)),
            ("signin-code-long", &CodePage { digits: 8, ..self.code_page(CodePurpose::SignIn, Method::Sms) }),
        ])
    }

    fn code_in_trouble(&self) -> Drawn {
        let base = || self.code_page(CodePurpose::SignIn, Method::Sms);
        let activate = || self.code_page(CodePurpose::Activate, Method::Sms);
        let wrong = CodePage {
            typed: self.text("482913"),
            problem: Some(Problem::CodeWrong),
            attempts_left: Some(2),
            channels: Vec::new(),
            trouble: Some(RegionState { region: self.text("Thailand"), delay_s: Some(70) }),
            ..activate()
        };
        let last = CodePage { attempts_left: Some(1), problem: Some(Problem::CodeWrong), ..base() };
        let resent = CodePage {
            layout: Layout { notice: Some(Notice::CodeSent), ..self.layout() },
            resends: 2,
            other_ways: self.ways(),
            ..base()
        };
        let locked_until_ms = Some(self.now_ms + 15 * MINUTE_MS);
        let locked = CodePage { locked_until_ms, other_ways: self.ways(), ..base() };
        let ended = CodePage {
            ends_at_ms: self.now_ms - 1,
            resend: Resend::From { at_ms: self.now_ms - 1 },
            problem: Some(Problem::CodeExpired),
            ..activate()
        };
        let ended_mail =
            CodePage { ends_at_ms: self.now_ms - 1, ..self.code_page(CodePurpose::SignUp, Method::Email) };
        let until_ms = self.now_ms + DAY_MS;
        draw(vec![
            ("code-wrong", &wrong),
            ("code-last-try", &last),
            ("code-resent-twice", &resent),
            ("code-locked", &locked),
            ("code-locked-activate", &CodePage { locked_until_ms, ..activate() }),
            ("code-ended", &ended),
            ("code-ended-mail", &ended_mail),
            ("code-sending-locked", &CodePage { resend: Resend::Locked { until_ms }, ..base() }),
            ("code-sends-spent", &CodePage { resend: Resend::Spent, ..base() }),
        ])
    }

    fn bound(&self, suspended: bool) -> BoundPhone {
        BoundPhone {
            number: self.address("+66 81 234 5678"),
            region: self.text("Thailand"),
            since_ms: self.now_ms - 40 * DAY_MS,
            suspended,
        }
    }

    fn overview(&self) -> Drawn {
        let page = |level, next, phone, sms| Security {
            layout: self.inside(),
            level,
            next,
            phone,
            sms,
            factors: self.held(false),
            email: Some(self.address("ad•••@mail.example")),
            password_since_ms: self.now_ms - 90 * DAY_MS,
            sessions: 2,
            last_activity_ms: Some(self.now_ms - MINUTE_MS),
            tickets_unread: 2,
            cases: vec![OwnCase {
                id: "cas_00".to_owned(),
                path: "/recover/cas_00".to_owned(),
                opened_ms: self.now_ms,
            }],
        };
        let fresh = Security {
            email: None,
            sessions: 1,
            last_activity_ms: None,
            tickets_unread: 0,
            cases: vec![],
            ..page(Level::Basic, Some(NextStep::BindPhone), None, SmsState::NoPhone)
        };
        let again = Some(NextStep::BindPhoneAgain);
        let strong = |level, next| Security {
            factors: self.held(true),
            ..page(level, next, Some(self.bound(false)), SmsState::On)
        };
        let low = Factors { recovery_codes_left: Some(3), totp: FactorState::Disabled, ..self.held(true) };
        let low = Security { factors: low, ..strong(Level::Strong, Some(NextStep::MakeRecoveryCodes)) };
        draw(vec![
            ("security-fresh", &fresh),
            (
                "security-phone",
                &page(Level::Basic, Some(NextStep::SwitchSmsOn), Some(self.bound(false)), SmsState::Off),
            ),
            ("security-fair", &page(Level::Fair, None, Some(self.bound(false)), SmsState::On)),
            ("security-suspended", &page(Level::Basic, again, Some(self.bound(true)), SmsState::Suspended)),
            ("security-strongest", &strong(Level::Strongest, None)),
            ("security-strong", &strong(Level::Strong, Some(NextStep::AddPasskey))),
            ("security-low", &low),
            ("security-next-totp", &strong(Level::Fair, Some(NextStep::AddTotp))),
            ("security-next-trading", &strong(Level::Fair, Some(NextStep::SetTradingPassword))),
            ("security-disabled", &page(Level::Basic, again, Some(self.bound(false)), SmsState::Disabled)),
        ])
    }

    fn phone(&self) -> Drawn {
        let phone = |bound| Phone { layout: self.inside(), bound, hold_hours: 24, problem: None };
        let refused = Phone { problem: Some(Problem::AccountFrozen), ..phone(Some(self.bound(false))) };
        let prove = |ways, problem| PhoneProve {
            layout: self.inside(),
            ways,
            support: self.text("help@acme.example"),
            problem,
        };
        let number = |region, number| PhoneNumber {
            layout: self.inside(),
            region,
            number,
            example: Some(self.address("081 234 5678")),
        };
        let password = |problem| PhonePassword {
            layout: self.inside(),
            number: self.address("+66 81 234 5678"),
            password_problem: problem,
        };
        let confirm = |trouble, problem| PhoneConfirm {
            layout: self.inside(),
            number: self.address("+66 81 234 5678"),
            region: self.text("Thailand"),
            hold_hours: None,
            trouble,
            problem,
        };
        let replacing = PhoneConfirm { hold_hours: Some(24), ..confirm(None, None) };
        let done =
            |sms_on| PhoneDone { layout: self.inside(), number: self.address("+66 81 234 5678"), sms_on };
        let slow = RegionState { region: self.text("Thailand"), delay_s: Some(150) };
        let landline = self.typed("02 123 4567", Some(Problem::NumberFixedLine));
        let both = self.typed("", Some(Problem::NumberMissing));
        let email_only = || self.ways().split_off(1);
        draw(vec![
            ("phone-none", &phone(None)),
            ("phone-bound", &phone(Some(self.bound(false)))),
            ("phone-suspended", &phone(Some(self.bound(true)))),
            ("phone-refused", &refused),
            ("phone-confirm-replacing", &replacing),
            ("phone-prove", &prove(email_only(), None)),
            ("phone-prove-again", &prove(email_only(), Some(Problem::StepsAgain))),
            ("phone-prove-nothing", &prove(Vec::new(), None)),
            ("phone-number", &number(self.picker(None, None), Field::default())),
            ("phone-number-landline", &number(self.picker(Some("TH"), None), landline)),
            ("phone-number-problems", &number(self.picker(None, Some(Problem::RegionMissing)), both)),
            ("phone-confirm", &confirm(None, None)),
            ("phone-confirm-slow", &confirm(Some(slow), Some(Problem::SendingUnavailable))),
            ("phone-password", &password(None)),
            ("phone-password-wrong", &password(Some(Problem::PasswordWrong))),
            ("phone-done", &done(false)),
            ("phone-done-on", &done(true)),
        ])
    }

    fn sms(&self) -> Drawn {
        let page = |layout, state, refusal, password_problem| Sms {
            layout,
            state,
            number: (state != SmsState::NoPhone).then(|| self.address("+66 81 234 5678")),
            refusal,
            password_problem,
            regions: Vec::new(),
        };
        let regions = vec![
            RegionState { region: self.text("Thailand"), delay_s: Some(70) },
            RegionState { region: self.text("Nigeria"), delay_s: None },
        ];
        let off = Sms { regions, ..page(self.inside(), SmsState::Off, None, None) };
        let wrong = Some(Problem::PasswordWrong);
        draw(vec![
            ("sms-off", &off),
            ("sms-off-wrong", &page(self.inside(), SmsState::Off, None, wrong)),
            ("sms-on", &page(self.noticed(Notice::SmsOn), SmsState::On, None, None)),
            ("sms-only-factor", &page(self.inside(), SmsState::On, Some(Problem::SmsOnlyFactor), None)),
            ("sms-identity", &page(self.inside(), SmsState::Off, Some(Problem::IdentityNeeded), None)),
            ("sms-no-phone", &page(self.inside(), SmsState::NoPhone, None, None)),
            ("sms-suspended", &page(self.inside(), SmsState::Suspended, None, None)),
            ("sms-disabled", &page(self.inside(), SmsState::Disabled, None, None)),
        ])
    }

    fn devices(&self) -> Drawn {
        let session = |id: &str, this, browser: &str, place: Option<&str>, with| SessionRow {
            id: self.text(id),
            this,
            browser: self.text(browser),
            place: place.map(|place| self.text(place)),
            signed_in_ms: self.now_ms - 3 * DAY_MS,
            seen_ms: self.now_ms - MINUTE_MS,
            with,
        };
        let here = || session("s1", true, "Firefox on Windows", Some("Lyon"), SignedInWith::PasswordAndSms);
        let sessions = vec![
            here(),
            session("s2", false, "Safari on iPhone", None, SignedInWith::PasswordAndEmail),
            session("s3", false, "Chrome on Android", Some("Bangkok"), SignedInWith::Password),
        ];
        let device = |id: &str, this| DeviceRow {
            id: self.text(id),
            this,
            browser: self.text("Firefox on Windows"),
            seen_ms: self.now_ms - MINUTE_MS,
            known_until_ms: self.now_ms + 30 * DAY_MS,
        };
        let devices = vec![device("d1", true), device("d2", false)];
        let alone =
            Devices { layout: self.inside(), sessions: vec![here()], devices: Vec::new(), problem: None };
        let problem = Some(Problem::SessionGone);
        draw(vec![
            ("devices", &Devices { layout: self.inside(), sessions, devices, problem }),
            ("devices-alone", &alone),
        ])
    }

    fn activity(&self) -> Drawn {
        let until_ms = self.now_ms + 15 * MINUTE_MS;
        let number = || self.address("+66 •• ••• ••78");
        let events = vec![
            Event::SignedUp,
            Event::SignedIn,
            Event::SignedInNewDevice,
            Event::SignInFailed,
            Event::CodeSent { to: self.address("ad•••@mail.example") },
            Event::CodeWrong,
            Event::PasswordLocked { until_ms },
            Event::CodesLocked { until_ms },
            Event::SendingLocked { until_ms },
            Event::SendLimited,
            Event::NumberRefused { number: number() },
            Event::PhoneBound { number: number() },
            Event::PhoneSuspended { number: number() },
            Event::SmsOn,
            Event::SmsOff,
            Event::SmsDisabled,
            Event::SessionEnded,
            Event::OthersEnded,
            Event::DeviceForgotten,
            Event::StatusChanged,
        ];
        let events = events.into_iter().chain(self.step_up_events());
        let row = |event| ActivityRow {
            at_ms: self.now_ms - 5 * MINUTE_MS,
            event,
            browser: Some(self.text("Firefox on Windows")),
            place: Some(self.text("Lyon")),
        };
        let rows = events.map(row).collect();
        let bare = vec![ActivityRow { browser: None, place: None, ..row(Event::SignedIn) }];
        let page = |kind, rows, next| Activity { layout: self.inside(), kind, rows, next };
        draw(vec![
            ("activity", &page(None, rows, Some("c2Vjb25k".to_owned()))),
            ("activity-codes", &page(Some(ActivityKind::Codes), bare, Some("c2Vjb25k".to_owned()))),
            ("activity-empty", &page(Some(ActivityKind::Changes), Vec::new(), None)),
        ])
    }

    fn faults(&self) -> Drawn {
        let page = |fault| FaultPage {
            layout: self.layout(),
            fault,
            back: LocalPath::new("/security"),
            kept: Vec::new(),
        };
        let number = Kept::Number(self.text("081 234 5678"));
        let kept = vec![Kept::Identifier(self.text("ada@mail.example")), number];
        let no_session = Layout { csrf: String::new(), ..self.layout() };
        draw(vec![
            ("fault-not-found", &page(Fault::NotFound)),
            ("fault-form-out-of-date", &FaultPage { kept, ..page(Fault::FormOutOfDate) }),
            ("fault-too-large", &page(Fault::TooLarge)),
            ("fault-busy", &FaultPage { layout: no_session, ..page(Fault::Busy { retry_after_s: 2 }) }),
            ("fault-internal", &page(Fault::Internal { reference: self.text("7F3K") })),
            ("fault-session-ended", &page(Fault::SessionEnded)),
            ("fault-unreadable", &page(Fault::Unreadable)),
        ])
    }

    fn notices(&self) -> Drawn {
        let page =
            |notice| Phone { layout: self.noticed(notice), bound: None, hold_hours: 24, problem: None };
        Notice::ALL.into_iter().map(|notice| ("notice", page(notice).render().expect("renders"))).collect()
    }
}
