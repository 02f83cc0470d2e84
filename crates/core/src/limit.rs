//! Caps on sending (section E, R68): which counters a send touches, and whether one of them is over its cap.
//! Counters are rows, counted up before the decision and taken back when nothing is sent, so that two sends at once
//! cannot both be the last one allowed. Not decided here: failures of guessing (see `lock`), and whether a number
//! may be used at all.

use crate::address::{Address, AddressIndex};
use crate::id::{AccountId, OperatorId, ServiceId};
use crate::model::named;
use crate::numbers::PhoneNumber;
use crate::policy::Policy;
use crate::time::{Timestamp, days, hours};
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use std::time::Duration;

named! {
    /// What a cap is counted by.
    LimitKind {
        /// One number or email address, per day.
        Address = "address",
        /// One account, per day.
        Account = "account",
        /// One network address, per hour.
        Ip = "ip",
        /// Its /24 or /48, per hour.
        Network = "network",
        /// One known browser, per hour.
        Device = "device",
        /// The first eight digits of a number, per hour: pumping comes in blocks (R69).
        Prefix = "prefix",
        /// One country, per hour.
        Country = "country",
        /// Money spent on one country, per day, in millionths of the currency unit.
        Money = "money",
        /// Look-ups by address of one member of staff, per hour. No send adds to it.
        StaffLookUp = "staff_look_up",
    }
}

impl LimitKind {
    /// Whether many unrelated sends add to the same counter, so that storage may spread it over several rows.
    pub const fn is_shared_by_strangers(self) -> bool {
        matches!(self, LimitKind::Country | LimitKind::Money)
    }

    /// How long one window lasts.
    pub const fn window(self) -> Duration {
        match self {
            LimitKind::Address | LimitKind::Account | LimitKind::Money => days(1),
            _ => hours(1),
        }
    }
}

/// One counter: a kind, what it counts, and the window it counts in. The key is a digest, so no number stands in clear.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CounterKey {
    /// The service.
    pub service_id: ServiceId,
    /// What it counts by.
    pub kind: LimitKind,
    /// Digest of what is counted.
    pub key: [u8; 32],
    /// Start of the window.
    pub window_start: Timestamp,
}

/// A count that a send adds, and the cap it must stay within.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// The counter.
    pub key: CounterKey,
    /// What this send adds.
    pub by: i64,
    /// The most the counter may hold afterwards.
    pub cap: i64,
}

/// What is known about a send, as far as caps care.
#[derive(Clone, Debug)]
pub struct SendFacts<'a> {
    /// The service.
    pub service_id: ServiceId,
    /// Where it goes.
    pub address: &'a Address,
    /// Index of the address.
    pub address_index: AddressIndex,
    /// The account it is for, if any.
    pub account_id: Option<AccountId>,
    /// Network address of the person who asked, if known.
    pub ip: Option<IpAddr>,
    /// The known browser that asked, or what the relying party calls the device.
    pub device: Option<&'a [u8]>,
}

/// A cap that was hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitHit {
    /// Which.
    pub kind: LimitKind,
    /// When its window ends.
    pub until: Timestamp,
}

/// The counters a send adds to, each with its cap, in the one order in which every send touches them.
pub fn plan(facts: &SendFacts<'_>, policy: &Policy, now: Timestamp) -> Vec<Planned> {
    let mut planned = Vec::with_capacity(8);
    let mut add = |kind: LimitKind, what: &[u8], by: u64, cap: u64| {
        planned.push(counted(facts.service_id, kind, what, by, cap, now));
    };
    add(LimitKind::Address, &facts.address_index.0, 1, policy.sends_per_address_per_day);
    if let Some(account) = facts.account_id {
        add(LimitKind::Account, account.as_bytes(), 1, policy.sends_per_account_per_day);
    }
    if let Some(ip) = facts.ip {
        let ip = ip.to_canonical();
        add(LimitKind::Ip, ip.to_string().as_bytes(), 1, policy.sends_per_ip_per_hour);
        add(LimitKind::Network, &network(ip), 1, policy.sends_per_network_per_hour);
    }
    if let Some(device) = facts.device {
        add(LimitKind::Device, device, 1, policy.sends_per_device_per_hour);
    }
    if let Some(number) = facts.address.phone() {
        add(LimitKind::Prefix, number.prefix(8).as_bytes(), 1, policy.sends_per_prefix_per_hour);
        let country = country_of(number);
        add(LimitKind::Country, country.as_bytes(), 1, policy.sends_per_country_per_hour);
        let price = policy.sms_price_micros(&country);
        add(LimitKind::Money, country.as_bytes(), price, policy.spend_per_country_per_day_micros);
    }
    planned
}

/// The counters that a further road of a message adds to, after one had taken it: it costs another message, and the
/// money stop is before it like before the first (R68).
pub fn plan_further(
    service_id: ServiceId,
    address: &Address,
    price_micros: u64,
    policy: &Policy,
    now: Timestamp,
) -> Option<Planned> {
    let country = country_of(address.phone()?);
    let price = policy.sms_price_micros(&country).max(price_micros);
    let cap = policy.spend_per_country_per_day_micros;
    Some(counted(service_id, LimitKind::Money, country.as_bytes(), price, cap, now))
}

/// The counter that a member of staff's look-up by an address adds to: nobody reads a list of customers one by one.
pub fn plan_look_up(service_id: ServiceId, operator: OperatorId, policy: &Policy, now: Timestamp) -> Planned {
    let cap = policy.staff_look_ups_per_hour;
    counted(service_id, LimitKind::StaffLookUp, operator.as_bytes(), 1, cap, now)
}

/// What a country is counted under: its region, or its calling code where the number has none.
fn country_of(number: &PhoneNumber) -> String {
    number.region().map_or_else(|| number.calling_code().to_string(), |region| region.to_string())
}

fn counted(
    service_id: ServiceId,
    kind: LimitKind,
    what: &[u8],
    by: u64,
    cap: u64,
    now: Timestamp,
) -> Planned {
    let key = CounterKey {
        service_id,
        kind,
        key: digest(kind, what),
        window_start: now.window_start(kind.window()),
    };
    let saturated = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    Planned { key, by: saturated(by), cap: saturated(cap) }
}

/// The first cap that the counters, read after this send was counted, are over.
pub fn first_hit(planned: &[Planned], totals: &[i64]) -> Option<LimitHit> {
    planned.iter().zip(totals).find(|(plan, total)| **total > plan.cap).map(|(plan, _)| LimitHit {
        kind: plan.key.kind,
        until: plan.key.window_start.after(plan.key.kind.window()),
    })
}

/// The network a single customer of a provider usually holds: /24 of IPv4, /48 of IPv6 (R25).
fn network(ip: IpAddr) -> Vec<u8> {
    match ip {
        IpAddr::V4(v4) => v4.octets()[..3].to_vec(),
        IpAddr::V6(v6) => v6.octets()[..6].to_vec(),
    }
}

fn digest(kind: LimitKind, what: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(kind.as_str().as_bytes());
    hash.update([0]);
    hash.update(what);
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_numbers::PhoneNumber;

    fn facts(address: &Address, ip: &str) -> Vec<Planned> {
        let facts = SendFacts {
            service_id: ServiceId::from_bytes([1; 16]),
            address,
            address_index: AddressIndex([7; 32]),
            account_id: None,
            ip: Some(ip.parse().unwrap()),
            device: None,
        };
        plan(&facts, &Policy::default(), Timestamp::from_unix_ms(7_200_001))
    }

    fn key_of(planned: &[Planned], kind: LimitKind) -> CounterKey {
        planned.iter().find(|p| p.key.kind == kind).unwrap().key.clone()
    }

    #[test]
    fn neighbours_share_network_and_prefix_but_not_their_own_counters() {
        let one = facts(&Address::Phone(PhoneNumber::from_e164("+447400123456").unwrap()), "192.0.2.7");
        let two = facts(&Address::Phone(PhoneNumber::from_e164("+447400123457").unwrap()), "192.0.2.250");
        assert_eq!(key_of(&one, LimitKind::Network), key_of(&two, LimitKind::Network));
        assert_ne!(key_of(&one, LimitKind::Ip), key_of(&two, LimitKind::Ip));
        assert_eq!(key_of(&one, LimitKind::Prefix), key_of(&two, LimitKind::Prefix));
        let far = facts(&Address::Phone(PhoneNumber::from_e164("+447512345678").unwrap()), "192.0.3.7");
        assert_ne!(key_of(&one, LimitKind::Network), key_of(&far, LimitKind::Network));
        assert_ne!(key_of(&one, LimitKind::Prefix), key_of(&far, LimitKind::Prefix));
        assert_eq!(key_of(&one, LimitKind::Money), key_of(&far, LimitKind::Money));
    }

    #[test]
    fn an_address_cannot_dodge_its_cap_by_being_written_as_ipv6() {
        let address = Address::Phone(PhoneNumber::from_e164("+447400123456").unwrap());
        let plain = facts(&address, "192.0.2.7");
        let mapped = facts(&address, "::ffff:192.0.2.7");
        assert_eq!(key_of(&plain, LimitKind::Ip), key_of(&mapped, LimitKind::Ip));
    }

    #[test]
    fn each_of_staff_looks_up_so_many_addresses_in_an_hour() {
        let (policy, now) = (Policy::default(), Timestamp::from_unix_ms(7_200_001));
        let plan = |which| {
            let operator = OperatorId::from_bytes([which; 16]);
            [plan_look_up(ServiceId::from_bytes([1; 16]), operator, &policy, now)]
        };
        assert_ne!(plan(1)[0].key, plan(2)[0].key, "one's look-ups are not another's");
        assert_eq!(first_hit(&plan(1), &[100]), None);
        let hit = first_hit(&plan(1), &[101]).unwrap();
        assert_eq!((hit.kind, hit.until), (LimitKind::StaffLookUp, Timestamp::from_unix_ms(10_800_000)));
    }

    #[test]
    fn the_cap_itself_is_allowed_and_one_more_is_not() {
        let planned = facts(&Address::Phone(PhoneNumber::from_e164("+447400123456").unwrap()), "192.0.2.7");
        let at_cap: Vec<i64> = planned.iter().map(|p| p.cap).collect();
        assert_eq!(first_hit(&planned, &at_cap), None);
        for (index, plan) in planned.iter().enumerate() {
            let mut over = at_cap.clone();
            over[index] += 1;
            let hit = first_hit(&planned, &over).unwrap();
            assert_eq!(hit.kind, plan.key.kind);
            assert!(hit.until > Timestamp::from_unix_ms(7_200_001));
        }
    }
}
