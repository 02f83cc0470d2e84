//! The operators of the demo. One serves the whole world and is friendly; the others misbehave, each on a
//! range of North American numbers that are set aside for fiction (555-0100 to 555-0199), so that nobody
//! meets them by accident.

use super::{Behaviour, Blocking, Congestion, Form, Honesty, Ids, OperatorConfig};

/// The network of the demo.
pub fn demo_operators() -> Vec<OperatorConfig> {
    let friendly =
        operator("meridian", "Serves every other number, quickly and honestly.", "", Behaviour::default());
    let mut operators = vec![friendly];
    operators.extend(odd_deliveries());
    operators.extend(refusals());
    operators.extend(odd_receipts());
    operators
}

fn operator(name: &str, note: &str, prefix: &str, behaviour: Behaviour) -> OperatorConfig {
    OperatorConfig {
        name: name.to_owned(),
        note: note.to_owned(),
        prefixes: vec![prefix.to_owned()],
        behaviour,
    }
}

fn odd_deliveries() -> [OperatorConfig; 5] {
    let friendly = Behaviour::default();
    [
        operator(
            "slowbell",
            "Takes 20 to 45 seconds.",
            "120155501",
            Behaviour { delay_ms_min: 20_000, delay_ms_max: 45_000, ..friendly.clone() },
        ),
        operator(
            "greyroute",
            "Loses every message and says it was delivered.",
            "120255501",
            Behaviour { loss_percent: 100, receipts: Honesty::AlwaysDelivered, ..friendly.clone() },
        ),
        operator(
            "leaky",
            "Loses half of the messages and says so.",
            "120355501",
            Behaviour { loss_percent: 50, ..friendly.clone() },
        ),
        operator(
            "echo",
            "Delivers twice, and often out of order.",
            "120555501",
            Behaviour { duplicate_percent: 100, reorder_percent: 50, reorder_ms: 10_000, ..friendly.clone() },
        ),
        operator(
            "rewriter",
            "Replaces the sender, and mixes up the notation of ids.",
            "121055501",
            Behaviour {
                sender_rewrite: "InfoSMS".to_owned(),
                receipt_form: Form::Bare,
                receipt_ids: Ids::HexThenDecimal,
                ..friendly
            },
        ),
    ]
}

fn refusals() -> [OperatorConfig; 5] {
    let friendly = Behaviour::default();
    [
        operator(
            "rushhour",
            "Takes one message per second and throttles the rest.",
            "120655501",
            Behaviour { submits_per_second_max: 1, congestion: Congestion::Throttled, ..friendly.clone() },
        ),
        operator(
            "fenced",
            "Blocks the region: refuses every submit.",
            "120755501",
            Behaviour { blocked_prefixes: vec!["1207".to_owned()], ..friendly.clone() },
        ),
        operator(
            "softfence",
            "Blocks the region: takes the message, then reports REJECTD.",
            "120855501",
            Behaviour {
                blocked_prefixes: vec!["1208".to_owned()],
                blocking: Blocking::Reject,
                ..friendly.clone()
            },
        ),
        operator(
            "novoip",
            "Refuses the range as VoIP.",
            "120955501",
            Behaviour { voip_prefixes: vec!["1209".to_owned()], ..friendly.clone() },
        ),
        operator(
            "hangup",
            "Drops the connection on every other submit.",
            "121455501",
            Behaviour { disconnect_percent: 50, ..friendly },
        ),
    ]
}

fn odd_receipts() -> [OperatorConfig; 2] {
    let friendly = Behaviour::default();
    [
        operator(
            "hasty",
            "Sends the receipt before it answers the submit.",
            "121255501",
            Behaviour {
                receipt_before_answer: true,
                receipt_form: Form::Tlv,
                receipt_ids: Ids::DecimalThenHex,
                ..friendly.clone()
            },
        ),
        operator(
            "mute",
            "Delivers, but never reports.",
            "121355501",
            Behaviour { receipts: Honesty::NoReceipts, ..friendly },
        ),
    ]
}
