//! `command_status`: its names, and what a route should make of each. Sources: SMPP 3.4 table 5-2, SMPP 5.0
//! table 4-45. How long to back off or which route is next is not decided here.

use std::fmt;

/// A `command_status` as it stood on the wire.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Status(pub u32);

/// What a sender of messages should do about a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StatusClass {
    /// Taken.
    Ok,
    /// Too fast or queue full: slow this bind down; an urgent message takes the next route at once.
    Throttled,
    /// The SMSC has a passing trouble: next route, and count it against this one.
    Temporary,
    /// This route will not carry the message: next route.
    NextRoute,
    /// The sender is not allowed there: try the country's fallback sender.
    SenderRefused,
    /// The number is final on this route.
    NumberRefused,
    /// The bind itself is refused or in the wrong state: route down, reconnect slowly, tell an operator.
    BindRefused,
    /// We sent something wrong: log the shape of the unit.
    OurFault,
    /// 0x400 to 0x4FF: only the vendor knows.
    Vendor,
}

impl Status {
    /// ESME_ROK: no error.
    pub const OK: Self = Self(0x0000);
    /// ESME_RINVMSGLEN: message length is invalid.
    pub const INVALID_MESSAGE_LENGTH: Self = Self(0x0001);
    /// ESME_RINVCMDLEN: command length is invalid.
    pub const INVALID_COMMAND_LENGTH: Self = Self(0x0002);
    /// ESME_RINVCMDID: command id is invalid.
    pub const INVALID_COMMAND_ID: Self = Self(0x0003);
    /// ESME_RINVBNDSTS: the bind does not allow the command.
    pub const WRONG_BIND_STATE: Self = Self(0x0004);
    /// ESME_RALYBND: already bound.
    pub const ALREADY_BOUND: Self = Self(0x0005);
    /// ESME_RSYSERR: system error.
    pub const SYSTEM_ERROR: Self = Self(0x0008);
    /// ESME_RINVSRCADR: source address is invalid.
    pub const INVALID_SOURCE: Self = Self(0x000a);
    /// ESME_RINVDSTADR: destination address is invalid.
    pub const INVALID_DESTINATION: Self = Self(0x000b);
    /// ESME_RBINDFAIL: bind failed.
    pub const BIND_FAILED: Self = Self(0x000d);
    /// ESME_RINVPASWD: password is invalid.
    pub const INVALID_PASSWORD: Self = Self(0x000e);
    /// ESME_RINVSYSID: system id is invalid.
    pub const INVALID_SYSTEM_ID: Self = Self(0x000f);
    /// ESME_RMSGQFUL: message queue is full.
    pub const QUEUE_FULL: Self = Self(0x0014);
    /// ESME_RSUBMITFAIL: submit failed.
    pub const SUBMIT_FAILED: Self = Self(0x0045);
    /// ESME_RTHROTTLED: above the allowed message rate.
    pub const THROTTLED: Self = Self(0x0058);
    /// ESME_RUNKNOWNERR: unknown error.
    pub const UNKNOWN_ERROR: Self = Self(0x00ff);

    /// The name in the specification, `None` for reserved and vendor codes.
    pub fn name(self) -> Option<&'static str> {
        self.row().map(|row| row.1)
    }

    /// What to do about it. Codes that no table has go to the next route: nothing is known against it.
    pub fn class(self) -> StatusClass {
        match self.0 {
            0x400..=0x4FF => StatusClass::Vendor,
            _ => self.row().map_or(StatusClass::NextRoute, |row| row.3),
        }
    }

    fn row(self) -> Option<&'static (u32, &'static str, &'static str, StatusClass)> {
        let at = TABLE.binary_search_by_key(&self.0, |row| row.0).ok()?;
        TABLE.get(at)
    }
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} ({:#06x})", self.0),
            None => write!(f, "status {:#010x}", self.0),
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.row() {
            Some(row) => write!(f, "{} ({}, {:#06x})", row.2, row.1, self.0),
            None => write!(f, "status {:#010x}", self.0),
        }
    }
}

/// Code, name, meaning, class; sorted by code.
const TABLE: &[(u32, &str, &str, StatusClass)] = &[
    (0x000, "ESME_ROK", "No error", StatusClass::Ok),
    (0x001, "ESME_RINVMSGLEN", "Message length is invalid", StatusClass::OurFault),
    (0x002, "ESME_RINVCMDLEN", "Command length is invalid", StatusClass::OurFault),
    (0x003, "ESME_RINVCMDID", "Command id is invalid", StatusClass::OurFault),
    (0x004, "ESME_RINVBNDSTS", "The bind does not allow the command", StatusClass::BindRefused),
    (0x005, "ESME_RALYBND", "Already bound", StatusClass::BindRefused),
    (0x006, "ESME_RINVPRTFLG", "Priority flag is invalid", StatusClass::OurFault),
    (0x007, "ESME_RINVREGDLVFLG", "Registered delivery flag is invalid", StatusClass::OurFault),
    (0x008, "ESME_RSYSERR", "System error", StatusClass::Temporary),
    (0x00A, "ESME_RINVSRCADR", "Source address is invalid", StatusClass::SenderRefused),
    (0x00B, "ESME_RINVDSTADR", "Destination address is invalid", StatusClass::NumberRefused),
    (0x00C, "ESME_RINVMSGID", "Message id is invalid", StatusClass::OurFault),
    (0x00D, "ESME_RBINDFAIL", "Bind failed", StatusClass::BindRefused),
    (0x00E, "ESME_RINVPASWD", "Password is invalid", StatusClass::BindRefused),
    (0x00F, "ESME_RINVSYSID", "System id is invalid", StatusClass::BindRefused),
    (0x011, "ESME_RCANCELFAIL", "Cancel failed", StatusClass::OurFault),
    (0x013, "ESME_RREPLACEFAIL", "Replace failed", StatusClass::OurFault),
    (0x014, "ESME_RMSGQFUL", "Message queue is full", StatusClass::Throttled),
    (0x015, "ESME_RINVSERTYP", "Service type is invalid", StatusClass::OurFault),
    (0x033, "ESME_RINVNUMDESTS", "Number of destinations is invalid", StatusClass::OurFault),
    (0x034, "ESME_RINVDLNAME", "Distribution list name is invalid", StatusClass::OurFault),
    (0x040, "ESME_RINVDESTFLAG", "Destination flag is invalid", StatusClass::OurFault),
    (0x042, "ESME_RINVSUBREP", "Submit with replace is invalid", StatusClass::OurFault),
    (0x043, "ESME_RINVESMCLASS", "esm_class is invalid", StatusClass::OurFault),
    (0x044, "ESME_RCNTSUBDL", "Cannot submit to the distribution list", StatusClass::OurFault),
    (0x045, "ESME_RSUBMITFAIL", "Submit failed", StatusClass::NextRoute),
    (0x048, "ESME_RINVSRCTON", "Source type of number is invalid", StatusClass::SenderRefused),
    (0x049, "ESME_RINVSRCNPI", "Source numbering plan is invalid", StatusClass::SenderRefused),
    (0x050, "ESME_RINVDSTTON", "Destination type of number is invalid", StatusClass::NumberRefused),
    (0x051, "ESME_RINVDSTNPI", "Destination numbering plan is invalid", StatusClass::NumberRefused),
    (0x053, "ESME_RINVSYSTYP", "System type is invalid", StatusClass::BindRefused),
    (0x054, "ESME_RINVREPFLAG", "Replace flag is invalid", StatusClass::OurFault),
    (0x055, "ESME_RINVNUMMSGS", "Number of messages is invalid", StatusClass::OurFault),
    (0x058, "ESME_RTHROTTLED", "Above the allowed message rate", StatusClass::Throttled),
    (0x061, "ESME_RINVSCHED", "Schedule time is invalid", StatusClass::OurFault),
    (0x062, "ESME_RINVEXPIRY", "Validity period is invalid", StatusClass::OurFault),
    (0x063, "ESME_RINVDFTMSGID", "Canned message is invalid", StatusClass::OurFault),
    (0x064, "ESME_RX_T_APPN", "Receiver has a temporary error", StatusClass::Temporary),
    (0x065, "ESME_RX_P_APPN", "Receiver has a permanent error", StatusClass::NextRoute),
    (0x066, "ESME_RX_R_APPN", "Receiver rejects the message", StatusClass::NextRoute),
    (0x067, "ESME_RQUERYFAIL", "Query failed", StatusClass::OurFault),
    (0x0C0, "ESME_RINVOPTPARSTREAM", "Optional parameters are malformed", StatusClass::OurFault),
    (0x0C1, "ESME_ROPTPARNOTALLWD", "Optional parameter is not allowed", StatusClass::OurFault),
    (0x0C2, "ESME_RINVPARLEN", "Parameter length is invalid", StatusClass::OurFault),
    (0x0C3, "ESME_RMISSINGOPTPARAM", "Optional parameter is missing", StatusClass::OurFault),
    (0x0C4, "ESME_RINVOPTPARAMVAL", "Optional parameter value is invalid", StatusClass::OurFault),
    (0x0FE, "ESME_RDELIVERYFAILURE", "Delivery failed", StatusClass::NextRoute),
    (0x0FF, "ESME_RUNKNOWNERR", "Unknown error", StatusClass::Temporary),
    (0x100, "ESME_RSERTYPUNAUTH", "Service type is not authorised", StatusClass::NextRoute),
    (0x101, "ESME_RPROHIBITED", "Operation is prohibited", StatusClass::NextRoute),
    (0x102, "ESME_RSERTYPUNAVAIL", "Service type is unavailable", StatusClass::NextRoute),
    (0x103, "ESME_RSERTYPDENIED", "Service type is denied", StatusClass::NextRoute),
    (0x104, "ESME_RINVDCS", "data_coding is invalid", StatusClass::OurFault),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_so_that_every_row_is_found() {
        assert!(TABLE.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for row in TABLE {
            assert_eq!(Status(row.0).name(), Some(row.1));
        }
    }

    /// The rows of delivery.md section 4.4, which was written from npm smpp's table.
    #[test]
    fn classes_follow_the_delivery_page() {
        let expected: &[(StatusClass, &[u32])] = &[
            (StatusClass::Ok, &[0]),
            (StatusClass::Throttled, &[0x14, 0x58]),
            (StatusClass::Temporary, &[0x08, 0x64, 0xFF]),
            (StatusClass::NextRoute, &[0x45, 0x65, 0x66, 0x100, 0x101, 0x102, 0x7777_7777]),
            (StatusClass::SenderRefused, &[0x0A, 0x48]),
            (StatusClass::NumberRefused, &[0x0B, 0x50]),
            (StatusClass::BindRefused, &[0x05, 0x0D, 0x0E, 0x0F]),
            (StatusClass::OurFault, &[0x01, 0x02, 0x03, 0x61, 0x62, 0x104]),
            (StatusClass::Vendor, &[0x400, 0x4FF]),
        ];
        for (class, codes) in expected {
            for code in *codes {
                assert_eq!(Status(*code).class(), *class, "{code:#x}");
            }
        }
    }
}
