//! Writes receipts as SMSCs do, in the forms that a client has to cope with.

use super::MessageState;
use crate::pdu::{Octets, ShortMessage, Tlv, esm_class, tag};
use crate::time::Utc;

/// What a receipt says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptContent {
    /// The id, in whichever notation the SMSC uses in receipts. At most 64 characters.
    pub message_id: String,
    /// What became of the message.
    pub state: MessageState,
    /// The `err:` field, 0 to 999; also the `network_error_code`.
    pub error_code: u16,
    /// Unix time in milliseconds.
    pub submitted_at_ms: u64,
    /// Unix time in milliseconds.
    pub done_at_ms: u64,
}

/// Digits of the dates in a receipt text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DateForm {
    /// `YYMMDDhhmm`, as appendix B has it.
    #[default]
    Minutes,
    /// `YYMMDDhhmmss`, as some SMSCs have it.
    Seconds,
}

/// Where a receipt says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiptForm {
    /// In the short message, as text.
    pub text: bool,
    /// In `receipted_message_id`, `message_state` and `network_error_code`.
    pub tlvs: bool,
    /// Dates of the text.
    pub dates: DateForm,
    /// Whether the text has `sub:` and `dlvrd:`.
    pub counts: bool,
}

impl Default for ReceiptForm {
    fn default() -> Self {
        Self { text: true, tlvs: true, dates: DateForm::Minutes, counts: true }
    }
}

impl ReceiptForm {
    /// Writes the receipt into a message whose addresses stand already.
    pub fn apply(self, content: &ReceiptContent, message: &mut ShortMessage) {
        message.esm_class = esm_class::RECEIPT;
        message.data_coding = 0;
        if self.text {
            message.short_message = Octets(self.text(content).into_bytes());
        }
        if self.tlvs {
            let [high, low] = content.error_code.to_be_bytes();
            message.tlvs.push(Tlv::c_string(tag::RECEIPTED_MESSAGE_ID, &content.message_id));
            message.tlvs.push(Tlv::new(tag::MESSAGE_STATE, [content.state.number()]));
            // Network type 3 is GSM (SMPP 3.4, 5.3.2.31).
            message.tlvs.push(Tlv::new(tag::NETWORK_ERROR_CODE, [3, high, low]));
        }
    }

    fn text(self, content: &ReceiptContent) -> String {
        let delivered = u8::from(content.state == MessageState::Delivered);
        let counts = if self.counts { format!(" sub:001 dlvrd:{delivered:03}") } else { String::new() };
        format!(
            "id:{}{counts} submit date:{} done date:{} stat:{} err:{:03} text:",
            content.message_id,
            date(content.submitted_at_ms, self.dates),
            date(content.done_at_ms, self.dates),
            content.state.word(),
            content.error_code,
        )
    }
}

/// UTC, two-digit year.
fn date(unix_ms: u64, form: DateForm) -> String {
    let Utc { year, month, day, hour, minute, second, .. } = Utc::from_unix_ms(unix_ms);
    let short = format!("{:02}{month:02}{day:02}{hour:02}{minute:02}", year % 100);
    match form {
        DateForm::Minutes => short,
        DateForm::Seconds => format!("{short}{second:02}"),
    }
}
