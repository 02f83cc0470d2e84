//! What an operator may set for an SMPP route, and whether it can be: every setting beyond host, account and sender has
//! a value that suits most carriers.

use super::dial::Dialling;
use super::message::Composer;
use countersign_core::route::Carries;
use countersign_smpp::pdu::{
    Address, Bind, BindMode, Body, INTERFACE_VERSION_3_4, INTERFACE_VERSION_5_0, Pdu, encode,
};
use countersign_smpp::{receipt, text};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// What an operator sets for one route: an account at one SMSC.
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
    /// Whether the connection is encrypted.
    #[serde(default)]
    pub tls: Tls,
    /// The name in the SMSC's certificate, where it is not `host`.
    #[serde(default)]
    pub tls_name: Option<String>,
    /// A file of certificates (PEM) that may sign the SMSC's, in place of those that the system trusts.
    #[serde(default)]
    pub tls_ca: Option<PathBuf>,
    /// How many times the account is bound at once, 1 to 16. All binds share one queue and one throughput.
    #[serde(default = "defaults::binds")]
    pub binds: usize,
    /// How one bind is made.
    #[serde(default)]
    pub bind: BindKind,
    /// The version that the bind names: 0x34 for SMPP 3.4, 0x50 for 5.0.
    #[serde(default = "defaults::interface_version")]
    pub interface_version: u8,
    /// Most submits of one bind without an answer, at least 1.
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
    /// Type of number of the sender, in place of what its form says; holds for senders of the same form only.
    #[serde(default)]
    pub sender_ton: Option<u8>,
    /// Numbering plan of the sender, likewise.
    #[serde(default)]
    pub sender_npi: Option<u8>,
    /// Type of number of every destination; 1, international, unless it is set.
    #[serde(default)]
    pub destination_ton: Option<u8>,
    /// Numbering plan of every destination; 1, E.164, unless it is set.
    #[serde(default)]
    pub destination_npi: Option<u8>,
    /// At most 5 characters, for example `OTP` where a carrier sells such a service.
    #[serde(default)]
    pub service_type: String,
    /// Which receipts are asked for: 0 none, 1 all final ones, 2 those of failures.
    #[serde(default = "defaults::registered_delivery")]
    pub registered_delivery: u8,
    /// How the SMSC is told when a message is of no more use.
    #[serde(default)]
    pub validity: Validity,
    /// Optional parameters of every submit, by tag: `"0x1400" = "1101…"`, as India's DLT wants them.
    #[serde(default)]
    pub tlvs: BTreeMap<String, String>,
    /// What the SMSC takes `data_coding` 0 to mean.
    #[serde(default)]
    pub alphabet: Alphabet,
    /// How texts longer than one message travel.
    #[serde(default)]
    pub long_messages: LongMessages,
    /// How ids in receipts relate to ids in answers.
    #[serde(default)]
    pub dlr_id: DlrId,
    /// Most submits a second that the contract allows, over all binds; none to send as fast as the windows let.
    #[serde(default)]
    pub throughput_per_s: Option<u32>,
    /// Where it may carry to, at what price and in whose name.
    #[serde(default)]
    pub carries: Carries,
}

mod defaults {
    pub(super) fn binds() -> usize {
        1
    }
    pub(super) fn interface_version() -> u8 {
        super::INTERFACE_VERSION_3_4
    }
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
    pub(super) fn registered_delivery() -> u8 {
        1
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

/// Whether a connection is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tls {
    /// Not at all, as on most leased lines and tunnels.
    #[default]
    None,
    /// From the first octet, TLS 1.2 or 1.3; the SMSC proves its name.
    Tls,
}

/// How one bind is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BindKind {
    /// One connection for both directions.
    #[default]
    Transceiver,
    /// Two connections: a transmitter, and a receiver for receipts and texts from people.
    Separate,
}

impl BindKind {
    /// The connections of one bind.
    pub(super) fn modes(self) -> &'static [BindMode] {
        match self {
            Self::Transceiver => &[BindMode::Transceiver],
            Self::Separate => &[BindMode::Transmitter, BindMode::Receiver],
        }
    }
}

/// How an SMSC is told when a message is of no more use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Validity {
    /// So long from now: clocks need not agree.
    #[default]
    Relative,
    /// A moment in UTC, where the SMSC reads no relative times.
    Absolute,
    /// Not at all: the SMSC's own default holds, days perhaps.
    None,
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
pub struct SmppConfigError(pub(super) String);

impl fmt::Display for SmppConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SmppConfigError {}

/// Longest that a submit may wait for its answer, and a letter for its turn before that: both fit in
/// [`crate::TRY_MAX`].
const RESPONSE_S_MAX: u64 = 15;
const BINDS_MAX: usize = 16;

impl SmppConfig {
    /// An account with every other setting as it is without an operator's word.
    pub fn new(name: &str, host: &str, port: u16, account: (&str, &str), sender: &str) -> Self {
        let (system_id, password) = account;
        Self {
            name: name.to_owned(),
            host: host.to_owned(),
            port,
            system_id: system_id.to_owned(),
            password: password.to_owned(),
            system_type: String::new(),
            tls: Tls::None,
            tls_name: None,
            tls_ca: None,
            binds: defaults::binds(),
            bind: BindKind::Transceiver,
            interface_version: defaults::interface_version(),
            window: defaults::window(),
            enquire_link_s: defaults::enquire_link_s(),
            response_timeout_s: defaults::response_timeout_s(),
            bind_timeout_s: defaults::bind_timeout_s(),
            reconnect_s_max: defaults::reconnect_s_max(),
            sender: sender.to_owned(),
            sender_ton: None,
            sender_npi: None,
            destination_ton: None,
            destination_npi: None,
            service_type: String::new(),
            registered_delivery: defaults::registered_delivery(),
            validity: Validity::Relative,
            tlvs: BTreeMap::new(),
            alphabet: Alphabet::Gsm,
            long_messages: LongMessages::Udh,
            dlr_id: DlrId::Auto,
            throughput_per_s: None,
            carries: Carries::default(),
        }
    }

    /// Says what a start-up should stop at; reads the file of certificates, if one is named. A route that starts with
    /// bad settings stays down and gives the same words.
    pub fn check(&self) -> Result<(), SmppConfigError> {
        self.prepare().map(drop)
    }

    /// Everything that is made of the settings once.
    pub(super) fn prepare(&self) -> Result<(Composer, Dialling), SmppConfigError> {
        self.check_values()?;
        let composer = Composer::new(self)?;
        let senders = self.carries.senders.values().chain(&self.carries.fallback_sender);
        let mut senders = senders.chain([&self.sender]);
        senders.try_for_each(|sender| encodes(Body::SubmitSm(composer.template(sender))))?;
        encodes(Body::Bind(BindMode::Transceiver, self.account()))?;
        Ok((composer, Dialling::new(self)?))
    }

    fn check_values(&self) -> Result<(), SmppConfigError> {
        let not_empty = [("name", &self.name), ("host", &self.host), ("sender", &self.sender)];
        if let Some((setting, _)) = not_empty.iter().find(|(_, value)| value.is_empty()) {
            return bad(&format!("{setting} must not be empty"));
        }
        if self.window == 0 {
            return bad("window must be at least 1");
        }
        if !(1..=BINDS_MAX).contains(&self.binds) {
            return bad(&format!("binds must be 1 to {BINDS_MAX}"));
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
        if ![INTERFACE_VERSION_3_4, INTERFACE_VERSION_5_0].contains(&self.interface_version) {
            return bad("interface_version must be 0x34 or 0x50");
        }
        if self.registered_delivery > 2 {
            return bad("registered_delivery must be 0, 1 or 2");
        }
        let plans = [self.sender_ton, self.destination_ton, self.sender_npi, self.destination_npi];
        if plans.iter().flatten().any(|value| *value > 18) {
            return bad("types of number and numbering plans (sender_ton, sender_npi, …) are 0 to 18");
        }
        Ok(())
    }

    pub(super) fn account(&self) -> Bind {
        Bind {
            system_id: self.system_id.clone(),
            password: self.password.clone(),
            system_type: self.system_type.clone(),
            interface_version: self.interface_version,
            address_range: Address::default(),
        }
    }
}

pub(super) fn bad<T>(words: &str) -> Result<T, SmppConfigError> {
    Err(SmppConfigError(words.to_owned()))
}

fn encodes(body: Body) -> Result<(), SmppConfigError> {
    encode(&Pdu::request(1, body)).map(drop).map_err(|error| SmppConfigError(error.to_string()))
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
