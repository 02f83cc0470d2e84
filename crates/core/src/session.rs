//! Sessions, known devices and journeys: how long each lives and what ends it (section A, R44, R45). Tokens are
//! drawn here and kept as hashes; cookies are the server's affair. A known device is a signal, never proof by itself.

use crate::change::Change;
use crate::entropy::{self, Entropy};
use crate::event::Event;
use crate::id::*;
use crate::model::*;
use crate::policy::Policy;
use crate::time::{Timestamp, days, minutes, seconds};
use crate::verification::World;
use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::atomic::{AtomicU16, Ordering};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Who is asking, as far as the record of what happened cares.
#[derive(Debug, Default)]
pub struct Scene {
    /// Who.
    actor: Actor,
    /// Browser and system in words; empty for programs.
    device: String,
    /// Entries so far: those of one moment keep the order in which they happened.
    entries: AtomicU16,
}

impl Scene {
    /// The holder at a browser.
    pub fn of(device: &str) -> Self {
        Self::by(Actor::Holder, device)
    }

    /// Somebody; `device` is browser and system in words, empty for programs.
    pub fn by(actor: Actor, device: &str) -> Self {
        Self { actor, device: device.to_owned(), entries: AtomicU16::new(0) }
    }

    /// Browser and system in words; empty for programs.
    pub fn device(&self) -> &str {
        &self.device
    }

    /// An entry of what happened, at the world's now.
    pub fn event(
        &self,
        service_id: ServiceId,
        account_id: Option<AccountId>,
        event: Event,
        world: World<'_>,
    ) -> Change {
        Change::InsertEvent(EventEntry {
            id: EventId::draw_in_order(
                world.now,
                self.entries.fetch_add(1, Ordering::Relaxed),
                world.entropy,
            ),
            service_id,
            account_id,
            at: world.now,
            actor: self.actor,
            event,
            device: self.device.clone(),
        })
    }
}

/// A bearer secret of 256 random bits, shown once as lower-case hexadecimal; only its SHA-256 is kept (a keyed or
/// slow hash adds nothing at this entropy, NIST SP 800-63B-4 section 3.1.2).
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Token(String);

impl Token {
    /// Draws a new one.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        let mut text = String::with_capacity(64);
        for byte in entropy::bytes::<32>(entropy) {
            use std::fmt::Write;
            let _ = write!(text, "{byte:02x}");
        }
        Self(text)
    }

    /// The secret itself, for the cookie or the key's owner.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn hash(&self) -> TokenHash {
        hash_token(&self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// What is kept of a presented secret.
pub fn hash_token(text: &str) -> TokenHash {
    let mut hash = Sha256::new();
    hash.update(b"countersign token 1\0");
    hash.update(text.as_bytes());
    TokenHash(hash.finalize().into())
}

/// Whether a session may be used at `now`.
pub fn is_live(session: &Session, policy: &Policy, now: Timestamp) -> bool {
    session.ended_at.is_none()
        && now.since(session.created_at) < seconds(policy.session_life_s)
        && now.since(session.last_seen_at) < seconds(policy.session_idle_s)
}

/// When a session ends if it is not used again.
pub fn ends_at(session: &Session, policy: &Policy) -> Timestamp {
    let life = session.created_at.after(seconds(policy.session_life_s));
    life.min(session.last_seen_at.after(seconds(policy.session_idle_s)))
}

/// Whether a device is still known to its account at `now`.
pub fn is_known(device: &Device, account_id: AccountId, policy: &Policy, now: Timestamp) -> bool {
    device.account_id == account_id
        && device.forgotten_at.is_none()
        && now.since(device.created_at) < days(policy.device_life_days)
        && now.since(device.last_seen_at) < days(policy.device_idle_days)
}

/// Last use is written once a minute, not at every page.
pub fn worth_touching(session: &Session, now: Timestamp) -> bool {
    now.since(session.last_seen_at) >= minutes(1)
}

/// The browser in which something is done that ends whatever is signed in, or known, elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Here {
    /// Its session.
    pub session: SessionId,
    /// Itself.
    pub device: DeviceId,
}

impl Here {
    /// Where this session is.
    pub const fn of(session: &Session) -> Self {
        Self { session: session.id, device: session.device_id }
    }
}

/// A session, and the device it belongs to, opened after a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The session.
    pub session: Session,
    /// Its cookie.
    pub session_token: Token,
    /// The cookie of the device, when it is new.
    pub device_token: Option<Token>,
}

/// Opens a session: with the known device given, or with a new one.
pub fn open(
    account: &Account,
    known: Option<Device>,
    second_factor: Option<Factor>,
    ip: &str,
    world: World<'_>,
) -> (Opened, Vec<Change>) {
    let mut changes = Vec::new();
    let (device, device_token) = match known {
        Some(mut device) => {
            device.last_seen_at = world.now;
            device.label = world.scene.device().to_owned();
            changes.push(Change::SaveDevice(device.clone()));
            (device, None)
        }
        None => {
            let token = Token::draw(world.entropy);
            let device = Device {
                id: DeviceId::draw(world.now, world.entropy),
                service_id: account.service_id,
                account_id: account.id,
                token: token.hash(),
                label: world.scene.device().to_owned(),
                created_at: world.now,
                last_seen_at: world.now,
                forgotten_at: None,
            };
            changes.push(Change::InsertDevice(device.clone()));
            (device, Some(token))
        }
    };
    let session_token = Token::draw(world.entropy);
    let session = Session {
        id: SessionId::draw(world.now, world.entropy),
        service_id: account.service_id,
        account_id: account.id,
        device_id: device.id,
        token: session_token.hash(),
        second_factor,
        ip: ip.to_owned(),
        created_at: world.now,
        last_seen_at: world.now,
        ended_at: None,
    };
    changes.push(Change::InsertSession(session.clone()));
    (Opened { session, session_token, device_token }, changes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::hours;
    use std::time::Duration;

    const START: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);
    const MOMENT: Duration = Duration::from_millis(1);

    fn session() -> Session {
        Session {
            id: SessionId::from_bytes([1; 16]),
            service_id: ServiceId::from_bytes([1; 16]),
            account_id: AccountId::from_bytes([1; 16]),
            device_id: DeviceId::from_bytes([1; 16]),
            token: TokenHash([1; 32]),
            second_factor: None,
            ip: String::new(),
            created_at: START,
            last_seen_at: START,
            ended_at: None,
        }
    }

    #[test]
    fn a_session_rests_an_hour_and_lasts_a_day() {
        let policy = Policy::default();
        let mut session = session();
        assert!(is_live(&session, &policy, START.after(hours(1)).before(MOMENT)));
        assert!(!is_live(&session, &policy, START.after(hours(1))));
        session.last_seen_at = START.after(hours(24)).before(MOMENT);
        assert!(is_live(&session, &policy, START.after(hours(24)).before(MOMENT)));
        assert!(!is_live(&session, &policy, START.after(hours(24))));
        assert_eq!(ends_at(&session, &policy), START.after(hours(24)));
        session.last_seen_at = START;
        session.ended_at = Some(START);
        assert!(!is_live(&session, &policy, START));
    }

    #[test]
    fn a_device_is_known_to_its_account_only_thirty_days_idle_ninety_at_most_and_until_forgotten() {
        let policy = Policy::default();
        let owner = AccountId::from_bytes([1; 16]);
        let mut device = Device {
            id: DeviceId::from_bytes([1; 16]),
            service_id: ServiceId::from_bytes([1; 16]),
            account_id: owner,
            token: TokenHash([1; 32]),
            label: String::new(),
            created_at: START,
            last_seen_at: START,
            forgotten_at: None,
        };
        assert!(is_known(&device, owner, &policy, START.after(days(30)).before(MOMENT)));
        assert!(!is_known(&device, owner, &policy, START.after(days(30))));
        assert!(!is_known(&device, AccountId::from_bytes([2; 16]), &policy, START));
        device.last_seen_at = START.after(days(89));
        assert!(is_known(&device, owner, &policy, START.after(days(90)).before(MOMENT)));
        assert!(!is_known(&device, owner, &policy, START.after(days(90))));
        device.forgotten_at = Some(START);
        assert!(!is_known(&device, owner, &policy, START));
    }

    #[test]
    fn tokens_are_256_bits_and_never_print() {
        let token = Token::draw(&crate::entropy::testing::Counting::new());
        assert_eq!(token.expose().len(), 64);
        assert_eq!(format!("{token:?} {:?}", token.hash()), "Token(…) TokenHash(…)");
        assert_eq!(hash_token(token.expose()), token.hash());
    }
}
