//! Sealed values open where they were sealed and nowhere else; look-up keys and named keys are those of RFC
//! 2104 and 5869.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot go on should stop

use countersign_core::entropy::Entropy;
use countersign_storage::tables::Rows;
use countersign_storage::{MasterKeys, Place, StorageError};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// Counts, so that no nonce comes twice.
struct Counting(AtomicU8);

impl Entropy for Counting {
    fn fill(&self, out: &mut [u8]) {
        out.fill(self.0.fetch_add(1, Ordering::Relaxed));
    }
}

fn nonces() -> Counting {
    Counting(AtomicU8::new(1))
}

fn keys(keys: &[(u8, u8)]) -> MasterKeys {
    MasterKeys::new(keys.iter().map(|(id, fill)| (*id, [*fill; 32])).collect()).unwrap()
}

const HERE: Place<'static> = Place { table: "accounts", column: "email", row: b"0123456789abcdef" };

fn is_refused(opened: Result<zeroize::Zeroizing<Vec<u8>>, StorageError>) -> bool {
    matches!(opened, Err(StorageError::Sealed { what }) if what.contains("email") || what.contains("number"))
}

#[test]
fn a_value_opens_only_in_its_own_table_column_and_row() {
    let keys = keys(&[(1, 7)]);
    let sealed = keys.seal(HERE, b"someone@example.com", &nonces()).unwrap();
    assert_eq!(keys.open(HERE, &sealed).unwrap().as_slice(), b"someone@example.com");
    let elsewhere = [
        Place { table: "operators", ..HERE },
        Place { column: "number", ..HERE },
        Place { row: b"0123456789abcdeg", ..HERE },
        Place { row: b"", ..HERE },
        // The same bytes cut elsewhere.
        Place { table: "account", column: "s\0email", ..HERE },
    ];
    for place in elsewhere {
        assert!(is_refused(keys.open(place, &sealed)), "{place:?}");
    }
}

#[test]
fn changed_or_cut_bytes_do_not_open() {
    let keys = keys(&[(1, 7)]);
    let sealed = keys.seal(HERE, b"", &nonces()).unwrap();
    assert_eq!(sealed.len(), 1 + 24 + 16, "key id, nonce, tag");
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert!(is_refused(keys.open(HERE, &changed)), "byte {at}");
        assert!(is_refused(keys.open(HERE, &sealed[..at])), "first {at} bytes");
    }
}

#[test]
fn equal_values_do_not_look_equal_and_nothing_is_readable() {
    let (keys, nonces) = (keys(&[(1, 7)]), nonces());
    let one = keys.seal(HERE, b"+41791234567", &nonces).unwrap();
    let other = keys.seal(HERE, b"+41791234567", &nonces).unwrap();
    assert_ne!(one[25..], other[25..]);
    assert!(!one.windows(4).any(|window| window == b"4179"));
}

#[test]
fn a_new_key_seals_and_the_old_one_still_opens() {
    let before = keys(&[(1, 7)]);
    let after = keys(&[(2, 9), (1, 7)]);
    let old = before.seal(HERE, b"old", &nonces()).unwrap();
    let new = after.seal(HERE, b"new", &nonces()).unwrap();
    assert_eq!((old[0], new[0]), (1, 2));
    assert_eq!(after.open(HERE, &old).unwrap().as_slice(), b"old");
    assert!(is_refused(before.open(HERE, &new)));
    assert!(is_refused(keys(&[(1, 8)]).open(HERE, &old)));
    // The oldest key stays the anchor of look-ups and named keys.
    assert_eq!(before.index("email", b"x"), after.index("email", b"x"));
    assert_eq!(before.named("code").expose(), after.named("code").expose());
}

/// The newest master key signs, and what an older one signed can still be checked.
#[test]
fn assertion_seeds_follow_the_master_keys() {
    let rows = |list: &[(u8, u8)]| Rows::new(keys(list), Arc::new(nonces()));
    let (before, after) = (rows(&[(1, 7)]), rows(&[(2, 9), (1, 7)]));
    assert_eq!(after.assertion_seeds().len(), 2);
    assert_eq!(after.assertion_seed(), after.assertion_seeds()[0]);
    assert_eq!(after.assertion_seeds()[1], before.assertion_seed());
    assert_ne!(after.assertion_seed(), before.assertion_seed());
    assert_ne!(before.assertion_seed().as_slice(), keys(&[(1, 7)]).named("code").expose());
    // HKDF-SHA256 without salt, info "countersign/1/named/assertion", computed with Python's hmac module.
    assert_eq!(
        hex(before.assertion_seed().as_slice()),
        "13df462a1815691a35c48f6a4e969c68546699880b328f7465262d4b561f59fb"
    );
}

#[test]
fn look_up_keys_differ_by_kind_value_and_master() {
    let keys_1 = keys(&[(1, 7)]);
    let index = keys_1.index("email", b"a@example.com");
    assert_eq!(index, keys_1.index("email", b"a@example.com"));
    assert_ne!(index, keys_1.index("number", b"a@example.com"));
    assert_ne!(index, keys_1.index("email", b"b@example.com"));
    assert_ne!(index, keys(&[(1, 8)]).index("email", b"a@example.com"));
    assert_ne!(keys_1.named("code").expose(), keys_1.named("other").expose());
}

/// Computed with Python's hmac module: HKDF extract with a zero salt, one expand block, then HMAC over kind,
/// NUL, value.
#[test]
fn derivations_are_those_of_the_standards() {
    let keys = keys(&[(1, 7)]);
    assert_eq!(
        hex(keys.named("code-pepper").expose()),
        "51271e2af0b79279b00a9dd744559424d34cf95f10639aa8f3ba5e03b8532f07"
    );
    assert_eq!(
        hex(&keys.index("email", b"a@example.com")),
        "6ec8fecf025da6494b4503570978dfd6f37fb994f15d09d26587158b06cba1d7"
    );
}

/// Sealed with PyNaCl's crypto_aead_xchacha20poly1305_ietf_encrypt under the derived key.
#[test]
fn sealing_is_xchacha20_poly1305() {
    let sealed = keys(&[(1, 7)]).seal(HERE, b"someone@example.com", &nonces()).unwrap();
    assert_eq!(hex(&sealed[25..]), "7f2695cc159e42a1af526c960e22b5697a59c9f3f307425a9c2c8d9f43cf15c668412c");
}

#[test]
fn keys_are_checked_and_never_printed() {
    assert!(matches!(MasterKeys::new(vec![]), Err(StorageError::Configuration { .. })));
    assert!(matches!(
        MasterKeys::new(vec![(1, [1; 32]), (1, [2; 32])]),
        Err(StorageError::Configuration { .. })
    ));
    let keys = keys(&[(3, 0xEE)]);
    assert_eq!(format!("{keys:?} {:?}", keys.named("code-pepper")), "[3] KeyBytes(…)");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
