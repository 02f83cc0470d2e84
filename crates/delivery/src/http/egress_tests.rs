//! Addresses at the edges of every block of the IANA registries of special-purpose addresses. The oracle is Python's
//! `ipaddress` (3.13): `is_global and not is_multicast` holds for every row of `PUBLIC`, and for none of `PRIVATE`
//! and `NEVER`. Where this door is stricter, the row stands in `STRICTER`.

use super::*;

const STRICT: EgressPolicy = EgressPolicy { allow_private: false };
const LOOSE: EgressPolicy = EgressPolicy { allow_private: true };

fn allowed(policy: EgressPolicy, address: &str, encrypted: bool) -> bool {
    policy.allows(address.parse().expect(address), encrypted)
}

/// First and last address of each block.
const PRIVATE: [(&str, &str); 6] = [
    ("10.0.0.0", "10.255.255.255"),
    ("127.0.0.0", "127.255.255.255"),
    ("172.16.0.0", "172.31.255.255"),
    ("192.168.0.0", "192.168.255.255"),
    ("::1", "::1"),
    ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
];

const NEVER: [(&str, &str); 20] = [
    ("0.0.0.0", "0.255.255.255"),
    ("100.64.0.0", "100.127.255.255"),
    ("169.254.0.0", "169.254.255.255"),
    ("169.254.169.254", "169.254.170.2"),
    ("192.0.0.0", "192.0.0.255"),
    ("192.0.2.0", "192.0.2.255"),
    ("198.18.0.0", "198.19.255.255"),
    ("198.51.100.0", "198.51.100.255"),
    ("203.0.113.0", "203.0.113.255"),
    ("224.0.0.0", "239.255.255.255"),
    ("240.0.0.0", "255.255.255.255"),
    ("::", "::"),
    ("::ffff:127.0.0.1", "::ffff:169.254.169.254"),
    ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff"),
    ("100::", "100::ffff:ffff:ffff:ffff"),
    // With Teredo to 127.0.0.1 (the address stands inverted in the last 32 bits).
    ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("2001:0:102:304::80ff:fffe", "2001:0:7f00:1::"),
    ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("2002:7f00:1::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
];

const STRICTER: [(&str, &str); 12] = [
    // Dead 6to4 relays (RFC 7526), and the endpoint of Azure's machines.
    ("192.88.99.0", "192.88.99.255"),
    ("168.63.129.16", "168.63.129.16"),
    // IPv4-compatible, IPv4-mapped (RFC 4291), IPv4-translated (RFC 2765): whatever they embed.
    ("::7f00:1", "::101:101"),
    ("::ffff:1.1.1.1", "::ffff:255.255.255.255"),
    ("::ffff:0:127.0.0.1", "::ffff:0:1.1.1.1"),
    // NAT64 (RFC 6052) of what IPv4 keeps out of reach.
    ("64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1"),
    ("64:ff9b::169.254.169.254", "64:ff9b::100.64.0.1"),
    // Documentation (RFC 9637), segment routing (RFC 9602), site-local (RFC 3879), all multicast.
    ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("fec0::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    // Nobody's.
    ("4000::", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    // Private, but where Amazon's and Google's clouds keep the credentials of a machine.
    ("fd00:ec2::254", "fd20:ce::254"),
];

/// The neighbours of those blocks, and well-known hosts.
const PUBLIC: [&str; 37] = [
    "1.0.0.0",
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "168.63.129.15",
    "168.63.129.17",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "191.255.255.255",
    "192.0.1.0",
    "192.0.3.0",
    "192.88.98.255",
    "192.88.100.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "198.51.99.255",
    "198.51.101.0",
    "203.0.112.255",
    "203.0.114.0",
    "223.255.255.255",
    "64:ff9b::8.8.8.8",
    "2000::",
    "2001:200::",
    "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
    "2001:db9::",
    "2001:4860:4860::8888",
    "2606:4700:4700::1111",
    "2a00:1450:4001:800::200e",
];

#[test]
fn public_addresses_are_reached_and_always_encrypted() {
    for address in PUBLIC {
        assert!(allowed(STRICT, address, true) && allowed(LOOSE, address, true), "{address}");
        assert!(!allowed(STRICT, address, false) && !allowed(LOOSE, address, false), "{address}");
    }
}

#[test]
fn private_addresses_are_reached_only_where_the_configuration_says_so() {
    for address in PRIVATE.iter().flat_map(|(first, last)| [first, last]) {
        for encrypted in [true, false] {
            assert!(!allowed(STRICT, address, encrypted), "{address}");
            assert!(allowed(LOOSE, address, encrypted), "{address}");
        }
    }
}

#[test]
fn everything_else_is_out_of_reach_whatever_the_configuration_says() {
    for address in NEVER.iter().chain(&STRICTER).flat_map(|(first, last)| [first, last]) {
        for encrypted in [true, false] {
            assert!(!allowed(STRICT, address, encrypted), "{address}");
            assert!(!allowed(LOOSE, address, encrypted), "{address}");
        }
    }
}

#[test]
fn an_operator_who_says_nothing_reaches_nothing_private() {
    assert_eq!(serde_json::from_str::<EgressPolicy>("{}").unwrap(), STRICT);
    assert_eq!(EgressPolicy::default(), STRICT);
    assert!(serde_json::from_str::<EgressPolicy>("{\"allow_privat\": true}").is_err());
}
