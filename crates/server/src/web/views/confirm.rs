//! The page on which a holder confirms an action: what it does, word for word, what is asked for, and how long there
//! is.
//!
//! Decides what stands on it in each state and in which order details are read. Refuses to know which factors an action
//! needs and whether an answer is right: both are handed in.

use askama::Template;
use countersign_flows::core::fingerprint;
use countersign_flows::core::model::{ActionDetails, ActionKind, CancelReason, Channel, Setting};

use super::code::channel_key;
use super::{Layout, LocalPath, Method, Newest, Page, Problem, RegionState, Resend};
use crate::web::words::{Address, Moment};

/// What is confirmed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Confirmed {
    /// Something the relying party asked for.
    Action(ActionKind),
    /// A setting of the Security Center.
    Setting(Setting),
}

impl Confirmed {
    fn heading_key(self) -> &'static str {
        match self {
            Confirmed::Action(kind) => action_heading(kind),
            Confirmed::Setting(setting) => setting_heading(setting),
        }
    }

    /// Whether what leaves cannot be called back.
    fn is_final(self) -> bool {
        self == Confirmed::Action(ActionKind::Withdrawal)
    }

    /// Where a setting's own page is, when nothing else leads back.
    fn is_setting(self) -> bool {
        matches!(self, Confirmed::Setting(_))
    }
}

fn action_heading(kind: ActionKind) -> &'static str {
    match kind {
        ActionKind::SignIn => "confirm-sign-in",
        ActionKind::Withdrawal => "confirm-withdrawal",
        ActionKind::P2pSell => "confirm-p2p-sell",
        ActionKind::ApiKeyCreate => "confirm-api-key-create",
        ActionKind::PasswordReset => "confirm-password-reset",
        ActionKind::InternalTransfer => "confirm-internal-transfer",
        ActionKind::SubAccountTransfer => "confirm-sub-account-transfer",
        ActionKind::Gift => "confirm-gift",
        ActionKind::Voucher => "confirm-voucher",
        ActionKind::CardPayment => "confirm-card-payment",
        ActionKind::P2pAd => "confirm-p2p-ad",
        ActionKind::WhitelistEdit => "confirm-whitelist-edit",
        ActionKind::FactorAdd => "confirm-factor-add",
        ActionKind::FactorRemove => "confirm-factor-remove",
        ActionKind::PhoneChange => "confirm-phone-change",
        ActionKind::Unfreeze => "confirm-unfreeze",
        ActionKind::Recovery => "confirm-recovery",
    }
}

fn setting_heading(setting: Setting) -> &'static str {
    match setting {
        Setting::TotpAdd => "confirm-totp-add",
        Setting::TotpRemove => "confirm-totp-remove",
        Setting::PasskeyAdd => "confirm-passkey-add",
        Setting::PasskeyRemove => "confirm-passkey-remove",
        Setting::TradingPasswordSet => "confirm-trading-password-set",
        Setting::TradingPasswordChange => "confirm-trading-password-change",
        Setting::TradingPasswordForgotten => "confirm-trading-password-forgotten",
        Setting::TradingPasswordRemove => "confirm-trading-password-remove",
        Setting::RecoveryCodesMake => "confirm-recovery-codes-make",
        Setting::RecoveryCodesReplace => "confirm-recovery-codes-replace",
        Setting::RecoveryCodesRemove => "confirm-recovery-codes-remove",
        Setting::SmsOff => "confirm-sms-off",
        Setting::Phrase => "confirm-phrase",
        Setting::PhraseRemove => "confirm-phrase-remove",
        Setting::Password => "confirm-password",
        Setting::PhoneAdd => "confirm-phone-add",
        Setting::Phone => "confirm-phone-change",
        Setting::Unfreeze => "confirm-unfreeze",
    }
}

/// What an action is called inside a sentence of the activity list.
pub(super) fn action_name(kind: ActionKind) -> &'static str {
    match kind {
        ActionKind::SignIn => "action-sign-in",
        ActionKind::Withdrawal => "action-withdrawal",
        ActionKind::P2pSell => "action-p2p-sell",
        ActionKind::ApiKeyCreate => "action-api-key-create",
        ActionKind::PasswordReset => "action-password-reset",
        ActionKind::InternalTransfer => "action-internal-transfer",
        ActionKind::SubAccountTransfer => "action-sub-account-transfer",
        ActionKind::Gift => "action-gift",
        ActionKind::Voucher => "action-voucher",
        ActionKind::CardPayment => "action-card-payment",
        ActionKind::P2pAd => "action-p2p-ad",
        ActionKind::WhitelistEdit => "action-whitelist-edit",
        ActionKind::FactorAdd => "action-factor-add",
        ActionKind::FactorRemove => "action-factor-remove",
        ActionKind::PhoneChange => "action-phone-change",
        ActionKind::Unfreeze => "action-unfreeze",
        ActionKind::Recovery => "action-recovery",
    }
}

/// Why an action was cancelled, as the end of a sentence of the activity list.
pub(super) fn cancel_name(reason: CancelReason) -> &'static str {
    match reason {
        CancelReason::TimedOut => "canceled-timed-out",
        CancelReason::Withdrawn => "canceled-withdrawn",
        CancelReason::Declined => "canceled-declined",
        CancelReason::TooManyFailures => "canceled-too-many-failures",
        CancelReason::Frozen => "canceled-frozen",
        CancelReason::Held => "canceled-held",
    }
}

/// One detail of an action.
pub(crate) struct DetailRow {
    /// The key of its label; None: the relying party's own name stands in `name`.
    label: Option<&'static str>,
    name: String,
    value: String,
    /// For a payee or an address too long to compare at a glance: both ends, as in the text message (R55).
    head_and_tail: Option<String>,
}

impl DetailRow {
    /// The details in the order they are read: how much, over what, to whom, with what; then whatever else there is.
    pub(crate) fn of(details: &ActionDetails) -> Vec<DetailRow> {
        const KNOWN: [(&str, &str, &str); 9] = [
            ("amount", "asset", "detail-amount"),
            ("asset", "", "detail-asset"),
            ("network", "", "detail-network"),
            ("address", "", "detail-address"),
            ("payee", "", "detail-payee"),
            ("memo", "", "detail-memo"),
            ("price", "currency", "detail-price"),
            ("currency", "", "detail-currency"),
            ("fee", "", "detail-fee"),
        ];
        const KNOWN_ALONE: [(&str, &str); 2] = [("label", "detail-label"), ("scopes", "detail-scopes")];
        let alone = KNOWN_ALONE.map(|(name, label)| (name, "", label));
        // Said by the heading, or never for people.
        let mut said = vec!["setting"];
        let mut rows = Vec::new();
        for (name, unit, label) in KNOWN.into_iter().chain(alone) {
            let Some(value) = details.get(name).filter(|_| !said.contains(&name)) else { continue };
            let value = match details.get(unit) {
                Some(unit) => format!("{value} {unit}"),
                None => value.to_owned(),
            };
            said.extend([name, unit]);
            rows.push(DetailRow::new(Some(label), name, value));
        }
        for (name, value) in details.0.iter().filter(|(name, _)| !said.contains(&name.as_str())) {
            rows.push(DetailRow::new(None, name, value.clone()));
        }
        rows
    }

    fn new(label: Option<&'static str>, name: &str, value: String) -> DetailRow {
        let cut = matches!(name, "address" | "payee").then(|| fingerprint::payee_head_and_tail(&value));
        let head_and_tail = cut.filter(|cut| *cut != value);
        DetailRow { label, name: name.replace('_', " "), value, head_and_tail }
    }

    /// The whole value in pieces of four characters.
    fn groups(&self) -> Vec<String> {
        in_groups(&self.value)
    }
}

/// A long text in pieces of four characters, white space left out.
pub(super) fn in_groups(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().filter(|character| !character.is_whitespace()).collect();
    characters.chunks(4).map(|group| group.iter().collect()).collect()
}

/// How far one factor of the chosen way is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum StepState {
    /// Proved.
    Done,
    /// Asked for on this page.
    Now,
    /// Asked for after that.
    Later,
}

impl StepState {
    fn key(self) -> &'static str {
        match self {
            StepState::Done => "step-done",
            StepState::Now => "step-now",
            StepState::Later => "step-later",
        }
    }
}

/// One factor of the chosen way.
pub(crate) struct StepRow {
    /// Which.
    pub(crate) method: Method,
    /// How far.
    pub(crate) state: StepState,
}

/// A set of factors that would do instead of the chosen one.
pub(crate) struct Way {
    /// Posted as `way`: its place in the action's list.
    pub(crate) index: u32,
    /// Its factors, in the order they are asked for.
    pub(crate) methods: Vec<Method>,
}

/// One field of the form, named by its factor: `totp`, `trading_password`, `password` or `recovery_code`.
pub(crate) struct AskField {
    /// Which factor.
    pub(crate) method: Method,
    /// What was typed, shown again after a problem; empty for passwords, always.
    pub(crate) typed: String,
    /// What is wrong with it.
    pub(crate) problem: Option<Problem>,
    /// Tries left, from the third miss on.
    pub(crate) attempts_left: Option<u32>,
}

impl AskField {
    /// A field that nothing was typed into yet.
    pub(crate) fn empty(method: Method) -> AskField {
        AskField { method, typed: String::new(), problem: None, attempts_left: None }
    }

    fn label_key(&self) -> &'static str {
        match self.method {
            Method::Totp => "ask-totp",
            Method::RecoveryCode => "ask-recovery-code",
            _ => self.method.key(),
        }
    }

    fn hint_key(&self) -> &'static str {
        match self.method {
            Method::Totp => "ask-totp-hint",
            Method::TradingPassword => "ask-trading-password-hint",
            Method::RecoveryCode => "ask-recovery-code-hint",
            _ => "ask-password-hint",
        }
    }
}

/// What the page asks for now.
pub(crate) enum Ask {
    /// Everything that can be asked for at once. Posted to `/confirm/{id}`.
    Fields(Vec<AskField>),
    /// A code can be sent: the button posts to `/confirm/{id}/resend`.
    Send {
        /// Text message or email.
        method: Method,
        /// Where it would go, masked.
        sent_to: Address,
        /// Other channels to the same address: a button for each posts its name as `channel`.
        channels: Vec<Channel>,
    },
    /// A code is out. Posted as `code` to `/confirm/{id}`.
    Code(AskCode),
    /// A passkey is asked for. Posted as `passkey` to `/confirm/{id}`.
    Passkey {
        /// What WebAuthn is asked, as JSON: `{"publicKey":{…}}`.
        options_json: String,
        /// Why the last answer did not do.
        problem: Option<Problem>,
    },
    /// The factor is locked: nothing is taken before it opens, and only another way can go on.
    Locked {
        /// Which.
        method: Method,
        /// Until when, Unix milliseconds.
        until_ms: i64,
    },
}

/// A code that is out.
pub(crate) struct AskCode {
    /// How it was sent.
    pub(crate) method: Method,
    /// Where to, masked.
    pub(crate) sent_to: Address,
    /// Digits of it.
    pub(crate) digits: u32,
    /// What was typed, shown again after a problem.
    pub(crate) typed: String,
    /// What is wrong with it.
    pub(crate) problem: Option<Problem>,
    /// Tries left, from the third miss on.
    pub(crate) attempts_left: Option<u32>,
    /// When a new one can be asked for; posts to `/confirm/{id}/resend`.
    pub(crate) resend: Resend,
    /// Other channels to the same address: each posts its name as `channel` to `/confirm/{id}/resend`. Always offered:
    /// there is no time here to ask twice first.
    pub(crate) channels: Vec<Channel>,
    /// What is worth saying of the newest message.
    pub(crate) newest: Option<Newest>,
}

impl AskCode {
    fn hint_key(&self) -> &'static str {
        match self.method {
            Method::Voice => "confirm-code-hint-voice",
            _ => "confirm-code-hint",
        }
    }
}

/// `GET /confirm/{id}`, with or without a session.
#[derive(Template)]
#[template(path = "confirm.html")]
pub(crate) struct Confirm {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// The action's identifier, as in the paths of all forms.
    pub(crate) id: String,
    /// What is confirmed.
    pub(crate) what: Confirmed,
    /// Its details: [`DetailRow::of`].
    pub(crate) details: Vec<DetailRow>,
    /// Two words that the text message shows as well. Empty for none.
    pub(crate) fingerprint: String,
    /// The holder's own phrase.
    pub(crate) phrase: Option<String>,
    /// Who asks: a name or a host. None for the Security Center's own.
    pub(crate) audience: Option<String>,
    /// For how many hours withdrawals are held once it is done, if they are.
    pub(crate) hold_hours: Option<u32>,
    /// Until when it can be confirmed, Unix milliseconds.
    pub(crate) ends_at_ms: i64,
    /// Whether more time can be had: posts to `/confirm/{id}/more-time`.
    pub(crate) more_time: bool,
    /// The factors of the chosen way.
    pub(crate) steps: Vec<StepRow>,
    /// What is asked for now.
    pub(crate) ask: Ask,
    /// The other ways: each posts `way` to `/confirm/{id}/way`.
    pub(crate) ways: Vec<Way>,
    /// What was set up too lately to be offered, each with from when it is, Unix milliseconds.
    pub(crate) settling: Vec<(Method, i64)>,
    /// Set when messages to the country are slow, or do not get through.
    pub(crate) trouble: Option<RegionState>,
    /// Where "Start again" leads once the time is up. None: the page says to go back by oneself.
    pub(crate) back: Option<WayBack>,
    /// What is wrong with the form as a whole.
    pub(crate) problem: Option<Problem>,
}

impl Page for Confirm {
    fn has_problem(&self) -> bool {
        let in_field = match &self.ask {
            Ask::Fields(fields) => fields.iter().any(|field| field.problem.is_some()),
            Ask::Code(code) => code.problem.is_some(),
            Ask::Passkey { problem, .. } => problem.is_some(),
            Ask::Send { .. } => false,
            Ask::Locked { .. } => true,
        };
        in_field || self.problem.is_some()
    }
}

impl Confirm {
    /// Whether it is a sign-in to our own pages, which may be impossible for good.
    fn may_recover(&self) -> bool {
        self.what == Confirmed::Action(ActionKind::SignIn) && self.audience.is_none()
    }

    fn until(&self) -> Moment {
        Moment::exact(self.ends_at_ms)
    }

    fn near(&self, at_ms: &i64) -> Moment {
        Moment::near(*at_ms, self.layout.now_ms)
    }

    fn exact(&self, at_ms: &i64) -> Moment {
        Moment::exact(*at_ms)
    }

    fn is_early(&self, at_ms: &i64) -> bool {
        *at_ms > self.layout.now_ms
    }

    fn channel_key(&self, channel: &Channel) -> &'static str {
        channel_key(*channel)
    }

    fn is_locked(&self) -> bool {
        matches!(self.ask, Ask::Locked { .. })
    }

    /// Whether a message with the two words comes, or has come.
    fn sends_a_message(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.method, Method::Sms | Method::Email))
    }

    fn summary<'page>(&self, fields: &'page [AskField]) -> Vec<(&'static str, &'page Problem)> {
        fields.iter().filter_map(|field| Some((field.method.name(), field.problem.as_ref()?))).collect()
    }

    /// The first field in trouble. None otherwise: a field that took the focus at once would scroll past what is
    /// confirmed.
    fn takes_focus(&self, fields: &[AskField], field: &AskField) -> bool {
        let trouble = fields.iter().find(|field| field.problem.is_some());
        trouble.is_some_and(|first| first.method == field.method)
    }

    fn names(&self, methods: &[Method]) -> String {
        let words = self.layout.words;
        methods.iter().map(|method| words.text(method.key())).collect::<Vec<_>>().join(" + ")
    }
}

/// Where a page leads back to: an address of the relying party that the server allows, or a path of this host. Nothing
/// that a browser would run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct WayBack(String);

impl WayBack {
    /// None for anything but `https:`, `http:` (a loopback demo) and local paths.
    pub(crate) fn new(address: &str) -> Option<WayBack> {
        let scheme =
            |scheme: &str| address.get(..scheme.len()).is_some_and(|it| it.eq_ignore_ascii_case(scheme));
        let local = LocalPath::new(address).as_str() == address;
        (local || scheme("https://") || scheme("http://")).then(|| WayBack(address.to_owned()))
    }
}

/// How it ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ConfirmOutcome {
    /// Confirmed.
    Done,
    /// Cancelled; nothing happened.
    Canceled(CancelReason),
    /// Confirmed, but not carried out in time.
    Lapsed,
    /// Another browser has opened the link.
    Taken,
    /// The link is unknown, was cut, or is over.
    Unknown,
}

impl ConfirmOutcome {
    fn heading_key(self) -> &'static str {
        match self {
            ConfirmOutcome::Done => "end-done",
            ConfirmOutcome::Canceled(CancelReason::TimedOut) => "end-timed-out",
            ConfirmOutcome::Canceled(_) => "end-canceled",
            ConfirmOutcome::Lapsed => "end-lapsed",
            ConfirmOutcome::Taken => "end-taken",
            ConfirmOutcome::Unknown => "end-unknown",
        }
    }

    fn text_key(self) -> &'static str {
        match self {
            ConfirmOutcome::Done => "end-done-text",
            ConfirmOutcome::Canceled(CancelReason::TimedOut) => "end-timed-out-text",
            ConfirmOutcome::Canceled(CancelReason::Withdrawn) => "end-withdrawn-text",
            ConfirmOutcome::Canceled(CancelReason::Declined) => "end-declined-text",
            ConfirmOutcome::Canceled(CancelReason::TooManyFailures) => "end-too-many-failures-text",
            ConfirmOutcome::Canceled(CancelReason::Frozen) => "end-frozen-text",
            ConfirmOutcome::Canceled(CancelReason::Held) => "end-held-text",
            ConfirmOutcome::Lapsed => "end-lapsed-text",
            ConfirmOutcome::Taken => "end-taken-text",
            ConfirmOutcome::Unknown => "end-unknown-text",
        }
    }

    /// Whether the next thing to do is the same once more.
    fn starts_again(self) -> bool {
        use CancelReason::{TimedOut, TooManyFailures};
        matches!(self, ConfirmOutcome::Canceled(TimedOut | TooManyFailures) | ConfirmOutcome::Lapsed)
    }

    fn is_done(self) -> bool {
        self == ConfirmOutcome::Done
    }
}

/// What stands at the end of `/confirm/{id}`, and in the place of one that cannot be shown.
#[derive(Template)]
#[template(path = "confirm_end.html")]
pub(crate) struct ConfirmEnd {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// How it ended.
    pub(crate) outcome: ConfirmOutcome,
    /// What it was, when the reader may know.
    pub(crate) what: Option<Confirmed>,
    /// Its details, so that nothing has to be remembered. Empty when the reader may not know.
    pub(crate) details: Vec<DetailRow>,
    /// The link back, with its result in the query.
    pub(crate) back: Option<WayBack>,
    /// Who the link leads to: a name or a host.
    pub(crate) audience: Option<String>,
}

impl Page for ConfirmEnd {}

#[cfg(test)]
mod tests {
    use super::*;

    fn details(pairs: &[(&str, &str)]) -> ActionDetails {
        ActionDetails(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn details_are_read_in_order_with_units_and_none_is_lost() {
        let payee = "bc1qxyzabcdefghijklmn9k4lmn";
        let rows = DetailRow::of(&details(&[
            ("address", payee),
            ("amount", "0.05"),
            ("asset", "BTC"),
            ("network", "Bitcoin"),
            ("memo", "42"),
            ("order_number", "7"),
            ("setting", "totp_add"),
        ]));
        let read: Vec<_> =
            rows.iter().map(|row| (row.label, row.name.as_str(), row.value.as_str())).collect();
        let expected = [
            (Some("detail-amount"), "amount", "0.05 BTC"),
            (Some("detail-network"), "network", "Bitcoin"),
            (Some("detail-address"), "address", payee),
            (Some("detail-memo"), "memo", "42"),
            (None, "order number", "7"),
        ];
        assert_eq!(read, expected);
        let address = rows.iter().find(|row| row.name == "address").expect("an address");
        assert_eq!(address.head_and_tail.as_deref(), Some("bc1qxy..9k4lmn"));
        assert_eq!(address.groups(), ["bc1q", "xyza", "bcde", "fghi", "jklm", "n9k4", "lmn"]);
    }

    #[test]
    fn an_asset_or_a_currency_without_its_amount_stands_alone() {
        let rows = DetailRow::of(&details(&[("asset", "ETH"), ("currency", "EUR"), ("payee", "Ada")]));
        let read: Vec<_> = rows.iter().map(|row| (row.label, row.value.as_str())).collect();
        let expected =
            [(Some("detail-asset"), "ETH"), (Some("detail-payee"), "Ada"), (Some("detail-currency"), "EUR")];
        assert_eq!(read, expected);
        assert!(rows.iter().all(|row| row.head_and_tail.is_none()));
    }

    #[test]
    fn a_way_back_runs_nothing() {
        for bad in ["javascript:alert(1)", "data:text/html,x", " https://x.example", "//x.example", "", "é"]
        {
            assert!(WayBack::new(bad).is_none(), "{bad}");
        }
        for good in
            ["https://x.example/a?b=c", "http://127.0.0.1:8082/", "HTTPS://X.EXAMPLE", "/security/totp"]
        {
            assert!(WayBack::new(good).is_some(), "{good}");
        }
    }
}
