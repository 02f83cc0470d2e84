//! Writes a [`Pdu`] as SMPP 3.4 has it, or refuses: a field that is too long, not ASCII or of the wrong
//! form never reaches the wire, so that a carrier that drops such units cannot take a session down with
//! them.

use std::fmt;

use super::{
    Address, Bind, Body, Frame, MessageResp, Outbind, PDU_OCTETS_MAX, PDU_OCTETS_MIN, Pdu, RESPONSE_BIT,
    SEQUENCE_MAX, ShortMessage, Tlv, Tlvs, decode, tag,
};
use crate::status::Status;

/// Why a unit cannot be written. Names the field, never its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EncodeError {
    /// A field is longer than SMPP 3.4 allows.
    FieldTooLong {
        /// Its name in the specification.
        field: &'static str,
        /// Most characters or octets allowed.
        length_max: usize,
    },
    /// A C octet string holds something other than printable ASCII.
    NotAscii {
        /// Its name in the specification.
        field: &'static str,
    },
    /// A time is neither empty nor 16 characters `YYMMDDhhmmsstnn` + `+`, `-` or `R` (SMPP 3.4, 7.1.1).
    BadTime {
        /// Its name in the specification.
        field: &'static str,
    },
    /// A field holds a value that SMPP 3.4 reserves.
    OutOfRange {
        /// Its name in the specification.
        field: &'static str,
    },
    /// Both `short_message` and `message_payload` carry octets (SMPP 3.4, 4.4.1: use one).
    TwoMessages,
    /// A TLV has a length that its tag does not allow.
    TlvLength {
        /// The tag.
        tag: u16,
    },
    /// The unit would be longer than 64 KiB.
    PduTooLong,
    /// A request numbered 0 or above 0x7FFFFFFF.
    Sequence,
    /// An unknown body under the id of a command that has a type here.
    KnownCommand,
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FieldTooLong { field, length_max } => write!(f, "{field} is longer than {length_max}"),
            Self::NotAscii { field } => write!(f, "{field} holds something other than printable ASCII"),
            Self::BadTime { field } => write!(f, "{field} is neither empty nor 16 characters of SMPP time"),
            Self::OutOfRange { field } => write!(f, "{field} holds a reserved value"),
            Self::TwoMessages => f.write_str("both short_message and message_payload carry octets"),
            Self::TlvLength { tag } => write!(f, "TLV {tag:#06x} has a length its tag does not allow"),
            Self::PduTooLong => write!(f, "the unit is longer than {PDU_OCTETS_MAX} octets"),
            Self::Sequence => f.write_str("the sequence number is outside 1 to 0x7FFFFFFF"),
            Self::KnownCommand => f.write_str("an unknown body under the id of a known command"),
        }
    }
}

impl std::error::Error for EncodeError {}

/// Writes one unit.
pub fn encode(pdu: &Pdu) -> Result<Vec<u8>, EncodeError> {
    let mut out = Vec::with_capacity(PDU_OCTETS_MIN + 64);
    encode_into(pdu, &mut out)?;
    Ok(out)
}

/// Appends one unit to `out`; on an error `out` is as it was.
pub fn encode_into(pdu: &Pdu, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let start = out.len();
    let written = write_pdu(pdu, out, start);
    if written.is_err() {
        out.truncate(start);
    }
    written
}

fn write_pdu(pdu: &Pdu, out: &mut Vec<u8>, start: usize) -> Result<(), EncodeError> {
    // An answer repeats whatever number its request had, even one that the peer should not have used.
    let is_answer = pdu.body.command_id() & RESPONSE_BIT != 0;
    if !is_answer && !(1..=SEQUENCE_MAX).contains(&pdu.sequence) {
        return Err(EncodeError::Sequence);
    }
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&pdu.body.command_id().to_be_bytes());
    out.extend_from_slice(&pdu.status.0.to_be_bytes());
    out.extend_from_slice(&pdu.sequence.to_be_bytes());
    write_body(pdu, out)?;
    let length = out.len() - start;
    if length > PDU_OCTETS_MAX {
        return Err(EncodeError::PduTooLong);
    }
    let length = u32::try_from(length).map_err(|_| EncodeError::PduTooLong)?;
    out[start..start + 4].copy_from_slice(&length.to_be_bytes());
    Ok(())
}

fn write_body(pdu: &Pdu, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    match &pdu.body {
        Body::GenericNack | Body::Unbind | Body::UnbindResp | Body::EnquireLink | Body::EnquireLinkResp => {
            Ok(())
        }
        Body::Bind(_, bind) => write_bind(bind, out),
        Body::BindResp(_, resp) => {
            write_response(pdu.status, "system_id", 15, &resp.system_id, &resp.tlvs, out)
        }
        Body::Outbind(Outbind { system_id, password }) => {
            c_string("system_id", system_id, 15, out)?;
            c_string("password", password, 8, out)
        }
        Body::SubmitSm(message) | Body::DeliverSm(message) => write_short_message(message, out),
        Body::SubmitSmResp(MessageResp { message_id, tlvs }) => {
            write_response(pdu.status, "message_id", 64, message_id, tlvs, out)
        }
        Body::DeliverSmResp(MessageResp { message_id, tlvs }) => {
            // SMPP 3.4, 4.6.2: the field is unused and is a single NUL, whatever the status.
            c_string("message_id", message_id, 0, out)?;
            write_tlvs(tlvs, out)
        }
        Body::Unknown { command_id, body } => {
            let probe = Frame { command_id: *command_id, status: Status::OK, sequence: 1, body: &[] };
            if !matches!(decode(&probe), Ok(Pdu { body: Body::Unknown { .. }, .. })) {
                return Err(EncodeError::KnownCommand);
            }
            out.extend_from_slice(body);
            Ok(())
        }
    }
}

/// SMPP 3.4, 4.1.2 and 4.4.2: with an error status there is no body.
fn write_response(
    status: Status,
    field: &'static str,
    length_max: usize,
    value: &str,
    tlvs: &Tlvs,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    if status != Status::OK && value.is_empty() && tlvs.0.is_empty() {
        return Ok(());
    }
    c_string(field, value, length_max, out)?;
    write_tlvs(tlvs, out)
}

fn write_bind(bind: &Bind, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    c_string("system_id", &bind.system_id, 15, out)?;
    c_string("password", &bind.password, 8, out)?;
    c_string("system_type", &bind.system_type, 12, out)?;
    out.push(bind.interface_version);
    write_address("address_range", &bind.address_range, 40, out)
}

fn write_short_message(message: &ShortMessage, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    c_string("service_type", &message.service_type, 5, out)?;
    write_address("source_addr", &message.source, 20, out)?;
    write_address("destination_addr", &message.destination, 20, out)?;
    if message.priority_flag > 3 {
        return Err(EncodeError::OutOfRange { field: "priority_flag" });
    }
    if message.replace_if_present > 1 {
        return Err(EncodeError::OutOfRange { field: "replace_if_present_flag" });
    }
    out.extend_from_slice(&[message.esm_class, message.protocol_id, message.priority_flag]);
    write_time("schedule_delivery_time", &message.schedule_delivery_time, out)?;
    write_time("validity_period", &message.validity_period, out)?;
    out.extend_from_slice(&[
        message.registered_delivery,
        message.replace_if_present,
        message.data_coding,
        message.sm_default_msg_id,
    ]);
    let octets = &message.short_message;
    if !octets.is_empty() && message.tlvs.get(tag::MESSAGE_PAYLOAD).is_some() {
        return Err(EncodeError::TwoMessages);
    }
    match u8::try_from(octets.len()) {
        Ok(length) if length <= 254 => out.push(length),
        _ => return Err(EncodeError::FieldTooLong { field: "short_message", length_max: 254 }),
    }
    out.extend_from_slice(octets);
    write_tlvs(&message.tlvs, out)
}

fn write_address(
    field: &'static str,
    address: &Address,
    length_max: usize,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    out.extend_from_slice(&[address.ton, address.npi]);
    c_string(field, &address.value, length_max, out)
}

fn write_time(field: &'static str, time: &str, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let octets = time.as_bytes();
    let well_formed = match octets {
        [] => true,
        [digits @ .., sign] => {
            digits.len() == 15 && digits.iter().all(u8::is_ascii_digit) && matches!(sign, b'+' | b'-' | b'R')
        }
    };
    if !well_formed {
        return Err(EncodeError::BadTime { field });
    }
    c_string(field, time, 16, out)
}

fn c_string(
    field: &'static str,
    text: &str,
    length_max: usize,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    if !text.bytes().all(|octet| (0x20..0x7F).contains(&octet)) {
        return Err(EncodeError::NotAscii { field });
    }
    if text.len() > length_max {
        return Err(EncodeError::FieldTooLong { field, length_max });
    }
    out.extend_from_slice(text.as_bytes());
    out.push(0);
    Ok(())
}

fn write_tlvs(tlvs: &Tlvs, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    for tlv in &tlvs.0 {
        let (least, most) = Tlv::length_bounds(tlv.tag);
        let length = tlv.value.len();
        let ends_well = tlv.tag != tag::RECEIPTED_MESSAGE_ID || tlv.value.last() == Some(&0);
        if !(least..=most).contains(&length) || !ends_well {
            return Err(EncodeError::TlvLength { tag: tlv.tag });
        }
        let length = u16::try_from(length).map_err(|_| EncodeError::TlvLength { tag: tlv.tag })?;
        out.extend_from_slice(&tlv.tag.to_be_bytes());
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(&tlv.value);
    }
    Ok(())
}
