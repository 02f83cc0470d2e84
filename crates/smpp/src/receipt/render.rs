//! Writes receipts as SMSCs do, in the forms that a client has to cope with.

use super::MessageState;
use crate::pdu::{Octets, ShortMessage, Tlv, esm_class, tag};

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
    let seconds = unix_ms / 1000;
    let (year, month, day) = civil_from_days(seconds / 86_400);
    let of_day = seconds % 86_400;
    let (hour, minute) = (of_day / 3600, of_day / 60 % 60);
    let short = format!("{:02}{month:02}{day:02}{hour:02}{minute:02}", year % 100);
    match form {
        DateForm::Minutes => short,
        DateForm::Seconds => format!("{short}{:02}", of_day % 60),
    }
}

/// The Gregorian date of a day counted from 1970-01-01 (Howard Hinnant, "chrono-compatible low-level date
/// algorithms").
fn civil_from_days(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values from `date -u -d @SECONDS +%y%m%d%H%M%S` (GNU coreutils).
    #[test]
    fn dates_are_those_of_the_calendar() {
        let cases = [
            (0, "700101000000"),
            (951_782_399, "000228235959"),
            (951_782_400, "000229000000"),
            (1_735_689_599, "241231235959"),
            (1_772_323_199, "260228235959"),
            (4_107_542_400, "000301000000"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(date(seconds * 1000, DateForm::Seconds), expected);
            assert_eq!(date(seconds * 1000, DateForm::Minutes), expected[..10]);
        }
    }
}
