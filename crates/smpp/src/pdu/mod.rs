//! The protocol data units that Countersign speaks, as types. Anything else decodes to [`Body::Unknown`]
//! and keeps its bytes. Decoding is tolerant (see [`decode`]), encoding refuses every field that SMPP 3.4
//! does not allow.
//!
//! What the fields mean for delivery is not known here.

mod decode;
mod encode;
mod frame;
mod tlv;

use std::fmt;
use std::ops::Deref;

use crate::status::Status;

pub use decode::{DecodeError, decode};
pub use encode::{EncodeError, encode, encode_into};
pub use frame::{BadLength, Frame, FrameReader, PDU_OCTETS_MAX, PDU_OCTETS_MIN};
pub use tlv::{Tlv, Tlvs, tag};

/// Highest sequence number (SMPP 3.4, 3.2: 0x00000001 to 0x7FFFFFFF).
pub const SEQUENCE_MAX: u32 = 0x7FFF_FFFF;
/// The bit that makes a command id a response.
pub const RESPONSE_BIT: u32 = 0x8000_0000;
/// `interface_version` of SMPP 3.4.
pub const INTERFACE_VERSION_3_4: u8 = 0x34;
/// `interface_version` of SMPP 5.0.
pub const INTERFACE_VERSION_5_0: u8 = 0x50;

/// Command ids (SMPP 3.4, 5.1.2.1).
pub mod command {
    /// generic_nack
    pub const GENERIC_NACK: u32 = 0x8000_0000;
    /// bind_receiver
    pub const BIND_RECEIVER: u32 = 0x0000_0001;
    /// bind_transmitter
    pub const BIND_TRANSMITTER: u32 = 0x0000_0002;
    /// submit_sm
    pub const SUBMIT_SM: u32 = 0x0000_0004;
    /// deliver_sm
    pub const DELIVER_SM: u32 = 0x0000_0005;
    /// unbind
    pub const UNBIND: u32 = 0x0000_0006;
    /// bind_transceiver
    pub const BIND_TRANSCEIVER: u32 = 0x0000_0009;
    /// outbind
    pub const OUTBIND: u32 = 0x0000_000B;
    /// enquire_link
    pub const ENQUIRE_LINK: u32 = 0x0000_0015;
}

/// Bits and values of `esm_class` (SMPP 3.4, 5.2.12).
pub mod esm_class {
    /// Message type bits: what a deliver_sm carries.
    pub const TYPE_MASK: u8 = 0x3C;
    /// An SMSC delivery receipt.
    pub const RECEIPT: u8 = 0x04;
    /// An intermediate delivery notification.
    pub const INTERMEDIATE: u8 = 0x20;
    /// The short message starts with a user data header.
    pub const UDHI: u8 = 0x40;
}

/// Bytes that may be a person's message: printed as their number only (R10).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Octets(pub Vec<u8>);

impl fmt::Debug for Octets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} octets>", self.0.len())
    }
}

impl Deref for Octets {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Octets {
    fn from(octets: Vec<u8>) -> Self {
        Self(octets)
    }
}

/// An address with its type of number and numbering plan (SMPP 3.4, 5.2.5 and 5.2.6).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// Type of number: 0 unknown, 1 international, 2 national, 3 network specific, 5 alphanumeric.
    pub ton: u8,
    /// Numbering plan: 0 unknown, 1 E.164.
    pub npi: u8,
    /// Digits without `+`, or an alphanumeric sender. At most 20 characters when sent.
    pub value: String,
}

impl Address {
    /// An international E.164 number; a leading `+` is taken off, as the wire wants it.
    pub fn international(e164: &str) -> Self {
        Self { ton: 1, npi: 1, value: e164.trim_start_matches('+').to_owned() }
    }

    /// An alphanumeric sender, for example `Acme` (carriers take at most 11 characters).
    pub fn alphanumeric(name: &str) -> Self {
        Self { ton: 5, npi: 0, value: name.to_owned() }
    }

    /// A short code.
    pub fn short_code(digits: &str) -> Self {
        Self { ton: 3, npi: 0, value: digits.to_owned() }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.value.chars().count();
        write!(f, "Address(ton {}, npi {}, <{length} characters>)", self.ton, self.npi)
    }
}

/// Which way messages may travel over a bind (SMPP 3.4, 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindMode {
    /// The client may submit.
    Transmitter,
    /// The client is delivered to.
    Receiver,
    /// Both.
    Transceiver,
}

impl BindMode {
    /// Whether a client bound so may send submit_sm.
    pub fn may_submit(self) -> bool {
        self != Self::Receiver
    }

    /// Whether a client bound so may be sent deliver_sm.
    pub fn may_receive(self) -> bool {
        self != Self::Transmitter
    }

    fn command_id(self) -> u32 {
        match self {
            Self::Transmitter => command::BIND_TRANSMITTER,
            Self::Receiver => command::BIND_RECEIVER,
            Self::Transceiver => command::BIND_TRANSCEIVER,
        }
    }
}

/// The body of a bind request (SMPP 3.4, 4.1.1).
#[derive(Clone, PartialEq, Eq)]
pub struct Bind {
    /// Account name, at most 15 characters when sent.
    pub system_id: String,
    /// At most 8 characters when sent. Never printed.
    pub password: String,
    /// At most 12 characters when sent; usually empty.
    pub system_type: String,
    /// 0x34 for SMPP 3.4, 0x50 for 5.0.
    pub interface_version: u8,
    /// The addresses the client serves; usually empty.
    pub address_range: Address,
}

impl fmt::Debug for Bind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bind")
            .field("system_id", &self.system_id)
            .field("password", &"<redacted>")
            .field("system_type", &self.system_type)
            .field("interface_version", &self.interface_version)
            .field("address_range", &self.address_range)
            .finish()
    }
}

/// The body of a bind response (SMPP 3.4, 4.1.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BindResp {
    /// The SMSC's name; empty when the answer came without a body.
    pub system_id: String,
    /// Usually `sc_interface_version`.
    pub tlvs: Tlvs,
}

/// The body of an outbind (SMPP 3.4, 4.1.7). Its password is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Outbind {
    /// The SMSC's name.
    pub system_id: String,
    /// At most 8 characters when sent.
    pub password: String,
}

impl fmt::Debug for Outbind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbind")
            .field("system_id", &self.system_id)
            .field("password", &"<redacted>")
            .finish()
    }
}

/// The body of submit_sm and deliver_sm, which share one layout (SMPP 3.4, 4.4.1 and 4.6.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShortMessage {
    /// At most 5 characters when sent; usually empty.
    pub service_type: String,
    /// Who it is from.
    pub source: Address,
    /// Who it is for.
    pub destination: Address,
    /// Message type and features, see [`esm_class`].
    pub esm_class: u8,
    /// GSM protocol identifier.
    pub protocol_id: u8,
    /// 0 to 3.
    pub priority_flag: u8,
    /// Empty, or 16 characters (SMPP 3.4, 7.1.1).
    pub schedule_delivery_time: String,
    /// Empty, or 16 characters: when the message dies, for example `000000000500000R` for five minutes.
    pub validity_period: String,
    /// 0 none, 1 success and failure, 2 failure only.
    pub registered_delivery: u8,
    /// 0 or 1.
    pub replace_if_present: u8,
    /// How the octets are to be read, see [`crate::text`].
    pub data_coding: u8,
    /// A canned message of the SMSC; 0 for none.
    pub sm_default_msg_id: u8,
    /// The message, at most 254 octets when sent; may start with a user data header. May hold NUL octets.
    pub short_message: Octets,
    /// Optional parameters.
    pub tlvs: Tlvs,
}

impl ShortMessage {
    /// The octets of the message: `message_payload` when the short message is empty (SMPP 3.4, 4.4.1).
    pub fn content(&self) -> &[u8] {
        match self.tlvs.get(tag::MESSAGE_PAYLOAD) {
            Some(payload) if self.short_message.is_empty() => payload,
            _ => &self.short_message,
        }
    }
}

/// The body of submit_sm_resp and deliver_sm_resp (SMPP 3.4, 4.4.2 and 4.6.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageResp {
    /// The SMSC's id of the message; empty in deliver_sm_resp and when an error came without a body.
    pub message_id: String,
    /// Optional parameters (SMPP 5.0 adds `congestion_state`).
    pub tlvs: Tlvs,
}

/// What a unit carries after its header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// The peer did not understand a unit of ours.
    GenericNack,
    /// bind_transmitter, bind_receiver or bind_transceiver.
    Bind(BindMode, Bind),
    /// The answer to a bind.
    BindResp(BindMode, BindResp),
    /// An SMSC asks to be bound to.
    Outbind(Outbind),
    /// The peer is leaving.
    Unbind,
    /// The answer to an unbind.
    UnbindResp,
    /// Are you there?
    EnquireLink,
    /// Yes.
    EnquireLinkResp,
    /// A message for a handset.
    SubmitSm(ShortMessage),
    /// Its answer.
    SubmitSmResp(MessageResp),
    /// A message or receipt for the client.
    DeliverSm(ShortMessage),
    /// Its answer.
    DeliverSmResp(MessageResp),
    /// Any other command, its body untouched.
    Unknown {
        /// The command id as received.
        command_id: u32,
        /// What followed the header.
        body: Octets,
    },
}

impl Body {
    /// The command id of this body.
    pub fn command_id(&self) -> u32 {
        match self {
            Self::GenericNack => command::GENERIC_NACK,
            Self::Bind(mode, _) => mode.command_id(),
            Self::BindResp(mode, _) => mode.command_id() | RESPONSE_BIT,
            Self::Outbind(_) => command::OUTBIND,
            Self::Unbind => command::UNBIND,
            Self::UnbindResp => command::UNBIND | RESPONSE_BIT,
            Self::EnquireLink => command::ENQUIRE_LINK,
            Self::EnquireLinkResp => command::ENQUIRE_LINK | RESPONSE_BIT,
            Self::SubmitSm(_) => command::SUBMIT_SM,
            Self::SubmitSmResp(_) => command::SUBMIT_SM | RESPONSE_BIT,
            Self::DeliverSm(_) => command::DELIVER_SM,
            Self::DeliverSmResp(_) => command::DELIVER_SM | RESPONSE_BIT,
            Self::Unknown { command_id, .. } => *command_id,
        }
    }
}

/// One protocol data unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pdu {
    /// `command_status`: 0 in requests.
    pub status: Status,
    /// Ties an answer to its request: 1 to [`SEQUENCE_MAX`] in requests; answers repeat what they answer.
    pub sequence: u32,
    /// The rest.
    pub body: Body,
}

impl Pdu {
    /// A request: status 0.
    pub fn request(sequence: u32, body: Body) -> Self {
        Self { status: Status::OK, sequence, body }
    }

    /// An answer with its status.
    pub fn response(sequence: u32, status: Status, body: Body) -> Self {
        Self { status, sequence, body }
    }
}
