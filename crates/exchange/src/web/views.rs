//! What each page shows: a template and exactly the facts it needs. Decides no rule.

use askama::Template;

use crate::amount::Amount;
use crate::asset::{Asset, Rail};
use crate::moment;
use crate::order::{BUYERS, Buyer};

/// The frame of every page.
pub(crate) struct Layout {
    pub(crate) email: Option<String>,
    pub(crate) csrf: String,
    pub(crate) security_url: String,
    /// The navigation's entry that this page is.
    pub(crate) here: &'static str,
    pub(crate) now_ms: i64,
    pub(crate) notice: Option<&'static str>,
    pub(crate) banner: Option<Banner>,
}

/// What stands on every page while value cannot leave.
pub(crate) enum Banner {
    Held { cause: &'static str, until: String, until_words: String, span: String },
    Frozen,
}

impl Layout {
    /// The navigation: address and label.
    fn entries(&self) -> [(&'static str, &'static str); 5] {
        [
            ("/", "Balances"),
            ("/withdraw", "Withdraw"),
            ("/sell", "Sell"),
            ("/api-keys", "API keys"),
            ("/security", "Security"),
        ]
    }

    fn is_here(&self, address: &str) -> bool {
        self.here == address
    }
}

/// A form's problem as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Alert {
    pub(crate) text: String,
    /// Countersign's word, for programs.
    pub(crate) code: String,
    pub(crate) hold_until: Option<String>,
    pub(crate) link: Option<(String, &'static str)>,
}

impl Alert {
    pub(crate) fn plain(text: &str) -> Self {
        Self { text: text.to_owned(), code: String::new(), hold_until: None, link: None }
    }
}

/// What is wrong with which field.
#[derive(Default)]
pub(crate) struct Problems(Vec<(&'static str, String)>);

impl Problems {
    pub(crate) fn add(&mut self, field: &'static str, text: impl Into<String>) {
        self.0.push((field, text.into()));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| *name == field).map(|(_, text)| text.as_str())
    }

    /// The first field in trouble takes the focus.
    fn is_first(&self, field: &str) -> bool {
        self.0.first().is_some_and(|(name, _)| *name == field)
    }
}

/// A moment as the pages write it; their script turns it into the reader's own time.
pub(crate) struct Moment(pub(crate) i64);

impl Moment {
    fn iso(&self) -> String {
        moment::rfc_3339(self.0)
    }

    fn words(&self) -> String {
        moment::in_words(self.0)
    }
}

#[derive(Template)]
#[template(path = "fault.html")]
pub(crate) struct Fault {
    pub(crate) layout: Layout,
    pub(crate) title: &'static str,
    pub(crate) text: &'static str,
}

#[derive(Template)]
#[template(path = "welcome.html")]
pub(crate) struct Welcome {
    pub(crate) layout: Layout,
}

/// Signing in, opening an account, and the first page of a forgotten password: an email address, and mostly a
/// password.
#[derive(Template)]
#[template(path = "door.html")]
pub(crate) struct Door {
    pub(crate) layout: Layout,
    pub(crate) which: Which,
    pub(crate) email: String,
    pub(crate) problems: Problems,
    pub(crate) alert: Option<Alert>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    SignIn,
    Open,
    Reset,
}

impl Which {
    fn action(self) -> &'static str {
        match self {
            Which::SignIn => "/signin",
            Which::Open => "/open",
            Which::Reset => "/reset",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Which::SignIn => "Sign in",
            Which::Open => "Open an account",
            Which::Reset => "Forgotten password",
        }
    }
}

#[derive(Template)]
#[template(path = "new_password.html")]
pub(crate) struct NewPassword {
    pub(crate) layout: Layout,
    pub(crate) problems: Problems,
}

#[derive(Template)]
#[template(path = "waiting.html")]
pub(crate) struct Waiting {
    pub(crate) layout: Layout,
    pub(crate) what: &'static str,
    pub(crate) fingerprint: String,
    pub(crate) confirm_url: String,
    pub(crate) back: &'static str,
    pub(crate) expires_ms: i64,
}

impl Waiting {
    fn timer(&self) -> String {
        moment::timer(self.layout.now_ms, self.expires_ms)
    }
}

#[derive(Template)]
#[template(path = "wallet.html")]
pub(crate) struct Wallet {
    pub(crate) layout: Layout,
    pub(crate) balances: Vec<Balance>,
    pub(crate) total_btc: Option<Amount>,
    pub(crate) open: Vec<ExitRow>,
    pub(crate) history: Vec<HistoryRow>,
}

pub(crate) struct Balance {
    pub(crate) asset: Asset,
    pub(crate) balance: Amount,
    pub(crate) available: Amount,
    pub(crate) reserved: Amount,
}

pub(crate) struct ExitRow {
    pub(crate) id: String,
    pub(crate) path: String,
    pub(crate) what: String,
    pub(crate) status: &'static str,
}

pub(crate) struct HistoryRow {
    pub(crate) at: Moment,
    pub(crate) what: String,
    pub(crate) amount: String,
    pub(crate) is_credit: bool,
}

#[derive(Template)]
#[template(path = "withdraw.html")]
pub(crate) struct Withdraw {
    pub(crate) layout: Layout,
    pub(crate) alert: Option<Alert>,
    pub(crate) form: WithdrawForm,
}

#[derive(Template)]
#[template(path = "parts/withdraw_form.html")]
pub(crate) struct WithdrawForm {
    pub(crate) csrf: String,
    pub(crate) rail: String,
    pub(crate) address: String,
    pub(crate) memo: String,
    pub(crate) amount: String,
    /// The request that this one takes the place of.
    pub(crate) from: String,
    pub(crate) available: Vec<(Asset, Amount)>,
    pub(crate) problems: Problems,
    pub(crate) button: &'static str,
}

impl WithdrawForm {
    fn rails(&self) -> [Rail; 5] {
        Rail::ALL
    }

    fn is_chosen(&self, rail: &Rail) -> bool {
        rail.key() == self.rail
    }

    /// Told by words and not by colour alone (WCAG 1.4.1).
    fn hint(&self) -> String {
        let parts: Vec<String> =
            self.available.iter().map(|(asset, amount)| format!("{amount} {}", asset.code())).collect();
        parts.join(" · ")
    }
}

#[derive(Template)]
#[template(path = "sell.html")]
pub(crate) struct Sell {
    pub(crate) layout: Layout,
    pub(crate) alert: Option<Alert>,
    pub(crate) form: SellForm,
}

#[derive(Template)]
#[template(path = "parts/sell_form.html")]
pub(crate) struct SellForm {
    pub(crate) csrf: String,
    pub(crate) buyer: String,
    pub(crate) amount: String,
    pub(crate) from: String,
    pub(crate) available: Vec<(Asset, Amount)>,
    pub(crate) problems: Problems,
    pub(crate) button: &'static str,
}

impl SellForm {
    fn buyers(&self) -> &'static [Buyer] {
        &BUYERS
    }

    fn of(&self, asset: &Asset) -> Amount {
        let found = self.available.iter().find(|(held, _)| held == asset);
        found.map(|(_, amount)| *amount).unwrap_or_default()
    }

    fn price(&self, buyer: &Buyer) -> String {
        format!("{}.{:02}", buyer.price_cents / 100, buyer.price_cents % 100)
    }
}

/// One exit, whatever its state.
#[derive(Template)]
#[template(path = "exit.html")]
pub(crate) struct ExitPage {
    pub(crate) layout: Layout,
    pub(crate) path: String,
    pub(crate) is_withdrawal: bool,
    /// `pending`, `confirming`, `sent` or `canceled`.
    pub(crate) status: &'static str,
    pub(crate) reason: String,
    pub(crate) summary: String,
    pub(crate) ended: &'static str,
    pub(crate) facts: Vec<(&'static str, String)>,
    pub(crate) fingerprint: Option<String>,
    pub(crate) expires_ms: i64,
    pub(crate) confirm_url: Option<String>,
    pub(crate) edit: String,
    pub(crate) replaced_by: Option<String>,
    /// The form with everything that was typed, to start again.
    pub(crate) again: Option<String>,
}

impl ExitPage {
    fn timer(&self) -> String {
        moment::timer(self.layout.now_ms, self.expires_ms)
    }

    fn title(&self) -> &'static str {
        match (self.status, self.is_withdrawal) {
            ("sent", true) => "Withdrawal sent",
            ("sent", false) => "Sale done",
            ("canceled", true) => "Withdrawal not sent",
            ("canceled", false) => "Sale not made",
            ("confirming", _) => "Confirmed, being sent",
            (_, true) => "Confirm your withdrawal",
            (_, false) => "Confirm your sale",
        }
    }
}

#[derive(Template)]
#[template(path = "api_keys.html")]
pub(crate) struct ApiKeys {
    pub(crate) layout: Layout,
    pub(crate) keys: Vec<KeyRow>,
    pub(crate) new_key: Option<String>,
    pub(crate) label: String,
    pub(crate) ticked: Vec<&'static str>,
    pub(crate) problems: Problems,
    pub(crate) alert: Option<Alert>,
}

pub(crate) struct KeyRow {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) scopes: String,
    pub(crate) created: Moment,
}

impl ApiKeys {
    /// What a key may do: name, label, and what to know of it.
    fn scopes(&self) -> [(&'static str, &'static str, &'static str); 3] {
        super::api_keys::SCOPES
    }
}

#[derive(Template)]
#[template(path = "security.html")]
pub(crate) struct Security {
    pub(crate) layout: Layout,
    pub(crate) status: String,
}
