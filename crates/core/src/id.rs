//! Identifiers: time-ordered (UUID version 7, RFC 9562 section 5.7), one Rust type per thing so that an account can
//! never be passed where a verification is meant, and written with a prefix (`acc_…`) so that a person can tell them
//! apart. Drawn from the time and entropy given; this module knows neither a clock nor a generator.

use crate::entropy::Entropy;
use crate::time::Timestamp;
use uuid::Uuid;

/// Why a text is not an identifier of the wanted kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnId;

impl std::fmt::Display for NotAnId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not an identifier of this kind")
    }
}

impl std::error::Error for NotAnId {}

fn draw(now: Timestamp, entropy: &dyn Entropy) -> Uuid {
    let mut random = [0u8; 10];
    entropy.fill(&mut random);
    let millis = u64::try_from(now.unix_ms()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

fn parse(text: &str, prefix: &str) -> Result<Uuid, NotAnId> {
    let hex = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')).ok_or(NotAnId)?;
    // One spelling per identifier: 32 lower-case digits, so that ids can be compared as text by callers.
    if hex.len() != 32 || !hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
        return Err(NotAnId);
    }
    Uuid::try_parse(hex).map_err(|_| NotAnId)
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// What stands before the underscore in the written form.
            pub const PREFIX: &'static str = $prefix;

            /// A new identifier, ordered after every one drawn in an earlier millisecond.
            pub fn draw(now: Timestamp, entropy: &dyn Entropy) -> Self {
                Self(draw(now, entropy))
            }

            /// The 16 bytes that storage keeps.
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// From the 16 bytes that storage kept.
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}_{}", $prefix, self.0.simple())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                parse(text, $prefix).map(Self)
            }
        }
    )*};
}

ids! {
    /// A tenant: one brand with its own policy, keys and accounts.
    ServiceId "svc";
    /// A bearer key of a service's relying party.
    ApiKeyId "key";
    /// A member of staff of a service.
    OperatorId "opr";
    /// One holder's record in a service.
    AccountId "acc";
    /// A number that an account has proved it controls.
    BindingId "bnd";
    /// Proof of control of one address by a code.
    VerificationId "vrf";
    /// One thing to deliver.
    MessageId "msg";
    /// One try to deliver a message over one route.
    AttemptId "att";
    /// A browser that an account has signed in from.
    DeviceId "dev";
    /// One signed-in period of one browser.
    SessionId "ses";
    /// One signed-in period of a member of staff.
    OperatorSessionId "ops";
    /// A journey in progress (sign-up, sign-in, binding), owned by the page that opened it.
    JourneyId "jny";
    /// One entry of what happened on an account.
    EventId "evt";
    /// One enrolled authenticator.
    AuthenticatorId "aut";
    /// Something that must be authorised.
    ActionId "act";
    /// A time before which value does not leave.
    HoldId "hld";
    /// Where a relying party listens.
    WebhookId "whk";
    /// A recovery request with evidence, decided by two operators.
    CaseId "cas";
    /// One document or photo.
    EvidenceId "evd";
    /// One round of a case before an identity provider.
    IdentityCheckId "idc";
    /// A conversation with support.
    TicketId "tkt";
    /// One message of a ticket.
    TicketMessageId "tkm";
    /// Something that one operator proposed and another is to decide.
    ProposalId "prp";
}

impl EventId {
    /// A new identifier that sorts by `ordinal` (0 to 4095) among those drawn in the same millisecond (RFC 9562 section
    /// 6.2, method 1): what happened in one decision is told in that order.
    pub fn draw_in_order(now: Timestamp, ordinal: u16, entropy: &dyn Entropy) -> Self {
        let mut bytes = *draw(now, entropy).as_bytes();
        let [high, low] = ordinal.min(0x0FFF).to_be_bytes();
        bytes[6] = 0x70 | high;
        bytes[7] = low;
        Self(Uuid::from_bytes(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::testing::Counting;

    #[test]
    fn later_ids_sort_after_earlier_ones_and_text_round_trips() {
        let entropy = Counting::new();
        let early = AccountId::draw(Timestamp::from_unix_ms(1_000), &entropy);
        let late = AccountId::draw(Timestamp::from_unix_ms(1_001), &entropy);
        assert!(early.as_bytes() < late.as_bytes());
        assert_eq!(early.to_string().parse::<AccountId>(), Ok(early));
    }

    #[test]
    fn entries_of_one_moment_keep_their_order() {
        let entropy = Counting::new();
        let now = Timestamp::from_unix_ms(1_800_000_000_000);
        let drawn: Vec<EventId> = (0..300).map(|n| EventId::draw_in_order(now, n, &entropy)).collect();
        assert!(drawn.is_sorted());
        assert_eq!(drawn[299].to_string().parse(), Ok(drawn[299]), "still a UUID");
        assert_eq!(&drawn[0].to_string()[16..17], "7", "of version 7");
    }

    #[test]
    fn an_id_of_another_kind_or_spelling_is_refused() {
        let id = AccountId::draw(Timestamp::from_unix_ms(1_000), &Counting::new());
        assert_eq!(id.to_string().parse::<VerificationId>(), Err(NotAnId));
        assert_eq!(id.to_string().to_uppercase().parse::<AccountId>(), Err(NotAnId));
        assert_eq!("acc_".parse::<AccountId>(), Err(NotAnId));
        assert_eq!("".parse::<AccountId>(), Err(NotAnId));
    }
}
