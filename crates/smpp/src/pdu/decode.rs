//! Reads a frame into a [`Pdu`], forgiving what carriers get wrong: over-long fields, missing NULs, bytes
//! above 0x7F, short or absent response bodies, trailing bytes, TLVs cut off. It refuses only what cannot
//! be guessed: a request whose mandatory fields are not all there, and a `sm_length` beyond the end.

use std::fmt;

use super::{
    Address, Bind, BindMode, BindResp, Body, Frame, MessageResp, Octets, Outbind, Pdu, RESPONSE_BIT,
    ShortMessage, Tlv, Tlvs, command,
};
use crate::status::Status;

/// A request that cannot be read. The stream stays in step; answer with generic_nack and go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// What the unit claimed to be.
    pub command_id: u32,
    /// Its sequence number, for the answer.
    pub sequence: u32,
    /// The status to answer with: ESME_RINVMSGLEN or ESME_RINVCMDLEN.
    pub status: Status,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "command {:#010x}, sequence {}: {}", self.command_id, self.sequence, self.status)
    }
}

impl std::error::Error for DecodeError {}

/// Reads one frame. Responses always succeed.
pub fn decode(frame: &Frame<'_>) -> Result<Pdu, DecodeError> {
    let mut fields = Fields(frame.body);
    let body = body(frame, &mut fields).map_err(|status| DecodeError {
        command_id: frame.command_id,
        sequence: frame.sequence,
        status,
    })?;
    Ok(Pdu { status: frame.status, sequence: frame.sequence, body })
}

fn body(frame: &Frame<'_>, fields: &mut Fields<'_>) -> Result<Body, Status> {
    const BIND_RECEIVER_RESP: u32 = command::BIND_RECEIVER | RESPONSE_BIT;
    const BIND_TRANSMITTER_RESP: u32 = command::BIND_TRANSMITTER | RESPONSE_BIT;
    const BIND_TRANSCEIVER_RESP: u32 = command::BIND_TRANSCEIVER | RESPONSE_BIT;
    const UNBIND_RESP: u32 = command::UNBIND | RESPONSE_BIT;
    const ENQUIRE_LINK_RESP: u32 = command::ENQUIRE_LINK | RESPONSE_BIT;
    const SUBMIT_SM_RESP: u32 = command::SUBMIT_SM | RESPONSE_BIT;
    const DELIVER_SM_RESP: u32 = command::DELIVER_SM | RESPONSE_BIT;
    Ok(match frame.command_id {
        command::GENERIC_NACK => Body::GenericNack,
        command::BIND_RECEIVER => Body::Bind(BindMode::Receiver, fields.bind()?),
        command::BIND_TRANSMITTER => Body::Bind(BindMode::Transmitter, fields.bind()?),
        command::BIND_TRANSCEIVER => Body::Bind(BindMode::Transceiver, fields.bind()?),
        BIND_RECEIVER_RESP => Body::BindResp(BindMode::Receiver, fields.bind_resp()),
        BIND_TRANSMITTER_RESP => Body::BindResp(BindMode::Transmitter, fields.bind_resp()),
        BIND_TRANSCEIVER_RESP => Body::BindResp(BindMode::Transceiver, fields.bind_resp()),
        command::OUTBIND => {
            Body::Outbind(Outbind { system_id: fields.c_string(), password: fields.c_string() })
        }
        command::UNBIND => Body::Unbind,
        UNBIND_RESP => Body::UnbindResp,
        command::ENQUIRE_LINK => Body::EnquireLink,
        ENQUIRE_LINK_RESP => Body::EnquireLinkResp,
        command::SUBMIT_SM => Body::SubmitSm(fields.short_message()?),
        SUBMIT_SM_RESP => Body::SubmitSmResp(fields.message_resp()),
        command::DELIVER_SM => Body::DeliverSm(fields.short_message()?),
        DELIVER_SM_RESP => Body::DeliverSmResp(fields.message_resp()),
        command_id => Body::Unknown { command_id, body: Octets(frame.body.to_vec()) },
    })
}

/// What is left of a body.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn octet(&mut self) -> Result<u8, Status> {
        let (first, rest) = self.0.split_first().ok_or(Status::INVALID_COMMAND_LENGTH)?;
        self.0 = rest;
        Ok(*first)
    }

    /// Up to the NUL, or to the end when there is none. Latin-1, so that no byte is lost.
    fn c_string(&mut self) -> String {
        let end = self.0.iter().position(|octet| *octet == 0);
        let (text, rest) = match end {
            Some(end) => (&self.0[..end], &self.0[end + 1..]),
            None => (self.0, &self.0[self.0.len()..]),
        };
        self.0 = rest;
        text.iter().map(|octet| char::from(*octet)).collect()
    }

    fn address(&mut self) -> Result<Address, Status> {
        Ok(Address { ton: self.octet()?, npi: self.octet()?, value: self.c_string() })
    }

    fn bind(&mut self) -> Result<Bind, Status> {
        Ok(Bind {
            system_id: self.c_string(),
            password: self.c_string(),
            system_type: self.c_string(),
            interface_version: self.octet()?,
            address_range: self.address()?,
        })
    }

    fn bind_resp(&mut self) -> BindResp {
        BindResp { system_id: self.c_string(), tlvs: self.tlvs() }
    }

    fn message_resp(&mut self) -> MessageResp {
        MessageResp { message_id: self.c_string(), tlvs: self.tlvs() }
    }

    fn short_message(&mut self) -> Result<ShortMessage, Status> {
        Ok(ShortMessage {
            service_type: self.c_string(),
            source: self.address()?,
            destination: self.address()?,
            esm_class: self.octet()?,
            protocol_id: self.octet()?,
            priority_flag: self.octet()?,
            schedule_delivery_time: self.c_string(),
            validity_period: self.c_string(),
            registered_delivery: self.octet()?,
            replace_if_present: self.octet()?,
            data_coding: self.octet()?,
            sm_default_msg_id: self.octet()?,
            short_message: self.counted_octets()?,
            tlvs: self.tlvs(),
        })
    }

    fn counted_octets(&mut self) -> Result<Octets, Status> {
        let length = usize::from(self.octet()?);
        let (octets, rest) = self.0.split_at_checked(length).ok_or(Status::INVALID_MESSAGE_LENGTH)?;
        self.0 = rest;
        Ok(Octets(octets.to_vec()))
    }

    /// All whole parameters; one that is cut off, or bytes too few for a header, end the list without an
    /// error.
    fn tlvs(&mut self) -> Tlvs {
        let mut tlvs = Tlvs::default();
        while let Some(([tag_high, tag_low, length_high, length_low], rest)) = self.0.split_first_chunk::<4>()
        {
            let length = usize::from(u16::from_be_bytes([*length_high, *length_low]));
            let Some((value, rest)) = rest.split_at_checked(length) else {
                break;
            };
            tlvs.push(Tlv::new(u16::from_be_bytes([*tag_high, *tag_low]), value));
            self.0 = rest;
        }
        tlvs
    }
}
