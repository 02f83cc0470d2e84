//! Which network addresses a request may go to (T26, R75: URLs that strangers write must not become a
//! way into our own network). Judges addresses only; names are resolved, and what was judged is connected to,
//! in `dial`.

use serde::Deserialize;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far requests may go. The default reaches public addresses over TLS and nothing else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EgressPolicy {
    /// Also loopback and private networks (RFC 1918, RFC 4193), and there also without TLS: for the demo, and
    /// for a relying party on the same network. Link-local addresses and those where clouds keep the
    /// credentials of their machines stay out of reach.
    #[serde(default)]
    pub allow_private: bool,
}

impl EgressPolicy {
    /// Whether a request may go to an address.
    pub(super) fn allows(self, address: IpAddr, encrypted: bool) -> bool {
        match reach(address) {
            Reach::Public => encrypted,
            Reach::Private => self.allow_private,
            Reach::Never => false,
        }
    }
}

/// Who stands behind an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// Anybody on the Internet.
    Public,
    /// This machine or this network.
    Private,
    /// Nobody who listens for us.
    Never,
}

/// A block of addresses: the first of them and the length of the prefix.
type Block4 = (Ipv4Addr, u32);
type Block6 = (Ipv6Addr, u32);

const PRIVATE_4: [Block4; 4] = [
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
];

/// The IANA IPv4 Special-Purpose Address Registry but for the private blocks, multicast (RFC 5771), and one
/// address that a cloud took from the public space.
const NEVER_4: [Block4; 11] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    // Multicast, reserved and broadcast: 224.0.0.0 to the end.
    (Ipv4Addr::new(224, 0, 0, 0), 3),
    // The platform endpoint of Azure, which answers every machine there.
    (Ipv4Addr::new(168, 63, 129, 16), 32),
];

/// All that IANA has given out as global unicast; everything outside is special or unassigned.
const GLOBAL_6: Block6 = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
const PRIVATE_6: [Block6; 2] = [(Ipv6Addr::LOCALHOST, 128), (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7)];

/// Blocks inside the two above, by the IANA IPv6 Special-Purpose Address Registry: protocol assignments with
/// Teredo, documentation, 6to4, and the metadata addresses of Amazon's and Google's clouds.
const NEVER_6: [Block6; 6] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
    (Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254), 128),
    (Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254), 128),
];

/// NAT64 (RFC 6052): the last 32 bits are an IPv4 address. How a network without IPv4 reaches the rest.
const NAT64: Block6 = (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);

fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(address) => reach_4(address),
        IpAddr::V6(address) => reach_6(address),
    }
}

fn reach_4(address: Ipv4Addr) -> Reach {
    if NEVER_4.iter().any(|block| is_in_4(address, *block)) {
        Reach::Never
    } else if PRIVATE_4.iter().any(|block| is_in_4(address, *block)) {
        Reach::Private
    } else {
        Reach::Public
    }
}

fn reach_6(address: Ipv6Addr) -> Reach {
    let is_in = |block: &Block6| is_in_6(address, *block);
    if is_in(&NAT64) {
        let [.., a, b, c, d] = address.octets();
        // A translator that carries private addresses out is a way around this table.
        return match reach_4(Ipv4Addr::new(a, b, c, d)) {
            Reach::Public => Reach::Public,
            Reach::Private | Reach::Never => Reach::Never,
        };
    }
    if NEVER_6.iter().any(is_in) {
        Reach::Never
    } else if PRIVATE_6.iter().any(is_in) {
        Reach::Private
    } else if is_in(&GLOBAL_6) {
        Reach::Public
    } else {
        Reach::Never
    }
}

fn is_in_4(address: Ipv4Addr, (first, length): Block4) -> bool {
    let shift = 32 - length;
    address.to_bits() >> shift == first.to_bits() >> shift
}

fn is_in_6(address: Ipv6Addr, (first, length): Block6) -> bool {
    let shift = 128 - length;
    address.to_bits() >> shift == first.to_bits() >> shift
}

#[cfg(test)]
#[path = "egress_tests.rs"]
mod tests;
