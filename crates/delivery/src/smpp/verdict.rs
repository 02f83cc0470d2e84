//! What an SMSC's words mean for a message: a status for the try, a state for the receipt (classes: SMPP
//! 3.4 table 5-2; states: 5.2.28).

use countersign_core::outbox::{Failure, ReceiptState, Submission};
use countersign_smpp::receipt::MessageState;
use countersign_smpp::status::{Status, StatusClass};

/// A refusal with the status as its code.
pub(super) fn refused(status: Status) -> Submission {
    Submission::Refused { failure: failure(status), code: format!("0x{:02X}", status.0) }
}

fn failure(status: Status) -> Failure {
    match status.class() {
        StatusClass::Throttled => Failure::Throttled,
        // A bind that is not what we thought will be another one soon.
        StatusClass::Temporary | StatusClass::BindRefused => Failure::Temporary,
        StatusClass::NumberRefused => Failure::Number,
        StatusClass::Ok
        | StatusClass::NextRoute
        | StatusClass::SenderRefused
        | StatusClass::OurFault
        | StatusClass::Vendor => Failure::Route,
    }
}

/// Only what is final moves a message; ACCEPTD, ENROUTE and words that nobody knows may still be followed by
/// another.
pub(super) fn receipt_state(state: MessageState) -> ReceiptState {
    match state {
        MessageState::Delivered => ReceiptState::Delivered,
        state if state.is_final() => ReceiptState::Failed,
        _ => ReceiptState::Pending,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of delivery.md, section 4.4.
    #[test]
    fn statuses_become_failures_by_their_class() {
        let rows: [(Failure, &[u32]); 4] = [
            (Failure::Throttled, &[0x14, 0x58]),
            (Failure::Temporary, &[0x08, 0x64, 0xFF, 0x04]),
            (
                Failure::Route,
                &[0x45, 0x65, 0x66, 0x0A, 0x48, 0x61, 0x62, 0x01, 0x104, 0x100, 0x400, 0x4FF, 0x9999],
            ),
            (Failure::Number, &[0x0B, 0x50]),
        ];
        for (expected, codes) in rows {
            for code in codes {
                let Submission::Refused { failure, .. } = refused(Status(*code)) else { panic!("refused") };
                assert_eq!(failure, expected, "{code:#x}");
            }
        }
        let code = "0x0B".to_owned();
        assert_eq!(refused(Status(0x0B)), Submission::Refused { failure: Failure::Number, code });
    }

    #[test]
    fn only_final_states_are_final() {
        use MessageState::*;
        for state in [Scheduled, Enroute, Accepted, Unknown] {
            assert_eq!(receipt_state(state), ReceiptState::Pending, "{state:?}");
        }
        for state in [Expired, Deleted, Undeliverable, Rejected, Skipped] {
            assert_eq!(receipt_state(state), ReceiptState::Failed, "{state:?}");
        }
        assert_eq!(receipt_state(Delivered), ReceiptState::Delivered);
    }
}
