//! A route over one SMPP bind: a transceiver that binds, stays bound, and comes back when it is lost.
//!
//! Decides what an operator may set and checks it. The connection's life is `connection`, which message goes
//! when is `traffic`, how fast is `pace`, what answers and receipts mean is `verdict`.

mod backoff;
mod connection;
mod learned;
mod pace;
mod route;
mod traffic;
mod verdict;
mod wire;

pub use route::{RouteState, RouteStatus, SmppRoute, start};

use countersign_smpp::pdu::{Address, Bind, Body, INTERFACE_VERSION_3_4, Pdu, ShortMessage, encode};
use countersign_smpp::{receipt, text};
use serde::Deserialize;
use std::fmt;

/// What an operator sets for one bind.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmppConfig {
    /// What the route is called in records and logs.
    pub name: String,
    /// Host name or address of the SMSC.
    pub host: String,
    /// TCP port of the SMSC.
    pub port: u16,
    /// The account, at most 15 characters.
    pub system_id: String,
    /// Its password, at most 8 characters (SMPP 3.4, 4.1.1). Never printed.
    pub password: String,
    /// At most 12 characters; most SMSCs want it empty.
    #[serde(default)]
    pub system_type: String,
    /// Most submits without an answer, at least 1.
    #[serde(default = "defaults::window")]
    pub window: usize,
    /// Seconds of silence after which the SMSC is asked whether it lives.
    #[serde(default = "defaults::enquire_link_s")]
    pub enquire_link_s: u64,
    /// Seconds that a request waits for its answer, 1 to 15.
    #[serde(default = "defaults::response_timeout_s")]
    pub response_timeout_s: u64,
    /// Seconds for the connection, and again for the answer to the bind.
    #[serde(default = "defaults::bind_timeout_s")]
    pub bind_timeout_s: u64,
    /// Longest wait in seconds before the next attempt to connect.
    #[serde(default = "defaults::reconnect_s_max")]
    pub reconnect_s_max: u64,
    /// Who messages are from: `+4915…` or digits for a number, 3 to 6 digits for a short code, else a name of
    /// at most 11 characters.
    pub sender: String,
    /// What the SMSC takes `data_coding` 0 to mean.
    #[serde(default)]
    pub alphabet: Alphabet,
    /// How texts longer than one message travel.
    #[serde(default)]
    pub long_messages: LongMessages,
    /// How ids in receipts relate to ids in answers.
    #[serde(default)]
    pub dlr_id: DlrId,
    /// Most submits a second that the contract allows; none to send as fast as the window lets.
    #[serde(default)]
    pub throughput_per_s: Option<u32>,
}

mod defaults {
    pub(super) fn window() -> usize {
        100
    }
    pub(super) fn enquire_link_s() -> u64 {
        30
    }
    pub(super) fn response_timeout_s() -> u64 {
        10
    }
    pub(super) fn bind_timeout_s() -> u64 {
        5
    }
    pub(super) fn reconnect_s_max() -> u64 {
        60
    }
}

impl fmt::Debug for SmppConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmppConfig")
            .field("name", &self.name)
            .field("host", &self.host)
            .field("port", &self.port)
            .field("system_id", &self.system_id)
            .finish_non_exhaustive()
    }
}

/// What an SMSC takes `data_coding` 0 to mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alphabet {
    /// The GSM default alphabet, as the standard says.
    #[default]
    Gsm,
    /// ISO 8859-1.
    Latin1,
    /// ASCII.
    Ascii,
}

impl From<Alphabet> for text::Alphabet {
    fn from(alphabet: Alphabet) -> Self {
        match alphabet {
            Alphabet::Gsm => Self::Gsm,
            Alphabet::Latin1 => Self::Latin1,
            Alphabet::Ascii => Self::Ascii,
        }
    }
}

/// How texts longer than one message travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LongMessages {
    /// In parts with a user data header: works everywhere.
    #[default]
    Udh,
    /// In parts with `sar_*` parameters.
    Sar,
    /// Whole, in `message_payload`.
    Payload,
}

impl From<LongMessages> for text::LongMessage {
    fn from(long: LongMessages) -> Self {
        match long {
            LongMessages::Udh => Self::Udh,
            LongMessages::Sar => Self::Sar,
            LongMessages::Payload => Self::Payload,
        }
    }
}

/// How the ids in receipts relate to those in answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DlrId {
    /// Not known: all ways are tried, and what worked for a number is preferred.
    #[default]
    Auto,
    /// The same text, but for case and leading zeros.
    String,
    /// Hexadecimal in answers, decimal in receipts.
    HexToDec,
    /// Decimal in answers, hexadecimal in receipts.
    DecToHex,
}

impl From<DlrId> for receipt::DlrId {
    fn from(rule: DlrId) -> Self {
        match rule {
            DlrId::Auto => Self::Auto,
            DlrId::String => Self::String,
            DlrId::HexToDec => Self::HexToDec,
            DlrId::DecToHex => Self::DecToHex,
        }
    }
}

/// What is wrong with a route's settings: the setting and its bound, never its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmppConfigError(String);

impl fmt::Display for SmppConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SmppConfigError {}

/// Longest that a submit may wait for its answer, and a letter for its turn before that: both fit in
/// [`crate::TRY_MAX`].
const RESPONSE_S_MAX: u64 = 15;

impl SmppConfig {
    /// Says what a start-up should stop at. A route that starts with bad settings stays down and gives the
    /// same words.
    pub fn check(&self) -> Result<(), SmppConfigError> {
        let bad = |words: &str| Err(SmppConfigError(words.to_owned()));
        let not_empty = [("name", &self.name), ("host", &self.host), ("sender", &self.sender)];
        if let Some((setting, _)) = not_empty.iter().find(|(_, value)| value.is_empty()) {
            return bad(&format!("{setting} must not be empty"));
        }
        if self.window == 0 {
            return bad("window must be at least 1");
        }
        if self.throughput_per_s == Some(0) {
            return bad("throughput_per_s must be at least 1");
        }
        if !(1..=RESPONSE_S_MAX).contains(&self.response_timeout_s) {
            return bad(&format!("response_timeout_s must be 1 to {RESPONSE_S_MAX}"));
        }
        if self.enquire_link_s == 0 || self.bind_timeout_s == 0 || self.reconnect_s_max == 0 {
            return bad("enquire_link_s, bind_timeout_s and reconnect_s_max must be at least 1");
        }
        let bind = Body::Bind(countersign_smpp::pdu::BindMode::Transceiver, self.bind());
        let message = ShortMessage { source: sender_address(&self.sender), ..ShortMessage::default() };
        for body in [bind, Body::SubmitSm(message)] {
            encode(&Pdu::request(1, body)).map_err(|error| SmppConfigError(error.to_string()))?;
        }
        Ok(())
    }

    fn bind(&self) -> Bind {
        Bind {
            system_id: self.system_id.clone(),
            password: self.password.clone(),
            system_type: self.system_type.clone(),
            interface_version: INTERFACE_VERSION_3_4,
            address_range: Address::default(),
        }
    }
}

/// The sender with the type and plan of number that carriers expect of its form: names 5/0, numbers 1/1, short
/// codes 3/0 (SMPP 3.4, 5.2.5 and 5.2.6, and custom).
fn sender_address(sender: &str) -> Address {
    let digits = sender.strip_prefix('+').unwrap_or(sender);
    let is_number = !digits.is_empty() && digits.bytes().all(|octet| octet.is_ascii_digit());
    match (is_number, sender.starts_with('+'), digits.len()) {
        (true, false, ..=6) => Address::short_code(digits),
        (true, ..) => Address::international(digits),
        (false, ..) => Address::alphanumeric(sender),
    }
}

#[cfg(test)]
#[path = "smpp/config_tests.rs"]
mod tests;
