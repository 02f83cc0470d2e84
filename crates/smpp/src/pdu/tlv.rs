//! Optional parameters (SMPP 3.4, 5.3): a list of tag and value. Unknown tags are kept. Reading is by tag
//! and forgives missing NULs and odd lengths; the lengths that we may send are checked by the encoder.

use super::Octets;

/// Tags of the optional parameters that Countersign reads or writes.
pub mod tag {
    /// SMPP 5.0: seconds the message is to live, u32.
    pub const QOS_TIME_TO_LIVE: u16 = 0x0017;
    /// The id a receipt is about, C string.
    pub const RECEIPTED_MESSAGE_ID: u16 = 0x001E;
    /// The client's own reference, u16.
    pub const USER_MESSAGE_REFERENCE: u16 = 0x0204;
    /// Reference shared by the parts of one message, u16.
    pub const SAR_MSG_REF_NUM: u16 = 0x020C;
    /// Number of parts, u8.
    pub const SAR_TOTAL_SEGMENTS: u16 = 0x020E;
    /// This part, from 1, u8.
    pub const SAR_SEGMENT_SEQNUM: u16 = 0x020F;
    /// The version the SMSC speaks, u8.
    pub const SC_INTERFACE_VERSION: u16 = 0x0210;
    /// Network type (u8) and error (u16).
    pub const NETWORK_ERROR_CODE: u16 = 0x0423;
    /// The whole message, in place of `short_message`.
    pub const MESSAGE_PAYLOAD: u16 = 0x0424;
    /// State of a receipted message, u8.
    pub const MESSAGE_STATE: u16 = 0x0427;
    /// SMPP 5.0: 0 idle to 100 congested, u8.
    pub const CONGESTION_STATE: u16 = 0x0428;
}

/// One optional parameter. The value prints as its length (R10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tlv {
    /// See [`tag`].
    pub tag: u16,
    /// At most 65535 octets.
    pub value: Octets,
}

impl Tlv {
    /// A parameter with any value.
    pub fn new(tag: u16, value: impl Into<Vec<u8>>) -> Self {
        Self { tag, value: Octets(value.into()) }
    }

    /// A parameter that is a C octet string: the NUL is added.
    pub fn c_string(tag: u16, text: &str) -> Self {
        let mut value = text.as_bytes().to_vec();
        value.push(0);
        Self::new(tag, value)
    }

    /// Length that SMPP 3.4 section 5.3.2 gives to the tags known here, as (least, most).
    pub(crate) fn length_bounds(tag: u16) -> (usize, usize) {
        match tag {
            tag::SAR_TOTAL_SEGMENTS
            | tag::SAR_SEGMENT_SEQNUM
            | tag::SC_INTERFACE_VERSION
            | tag::MESSAGE_STATE
            | tag::CONGESTION_STATE => (1, 1),
            tag::SAR_MSG_REF_NUM | tag::USER_MESSAGE_REFERENCE => (2, 2),
            tag::NETWORK_ERROR_CODE => (3, 3),
            tag::QOS_TIME_TO_LIVE => (4, 4),
            tag::RECEIPTED_MESSAGE_ID => (1, 65),
            _ => (0, usize::from(u16::MAX)),
        }
    }
}

/// Optional parameters in wire order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tlvs(pub Vec<Tlv>);

impl Tlvs {
    /// Adds one at the end.
    pub fn push(&mut self, tlv: Tlv) {
        self.0.push(tlv);
    }

    /// The value of the first parameter with this tag.
    pub fn get(&self, tag: u16) -> Option<&[u8]> {
        self.0.iter().find(|tlv| tlv.tag == tag).map(|tlv| &*tlv.value)
    }

    /// A number: big-endian, of whatever length up to four octets the peer gave it. Some SMSCs send two
    /// octets where one is due.
    pub fn number(&self, tag: u16) -> Option<u32> {
        match self.get(tag)? {
            value @ ([_] | [_, _] | [_, _, _] | [_, _, _, _]) => {
                Some(value.iter().fold(0, |number, octet| (number << 8) | u32::from(*octet)))
            }
            _ => None,
        }
    }

    /// Text up to its NUL, or all of it when the NUL is missing. Octets above 0x7F are read as Latin-1.
    pub fn text(&self, tag: u16) -> Option<String> {
        let value = self.get(tag)?;
        let end = value.iter().position(|octet| *octet == 0).unwrap_or(value.len());
        Some(value[..end].iter().map(|octet| char::from(*octet)).collect())
    }
}
