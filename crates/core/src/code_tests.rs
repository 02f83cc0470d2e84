//! What a code must be: uniform, bound to its context, read from what people type and from nothing else.

use super::*;
use crate::address::AddressIndex;
use crate::entropy::testing::Counting;
use crate::id::AccountId;
use proptest::prelude::*;

/// Hands out the given 64-bit words, in order.
struct Words(std::sync::Mutex<Vec<u64>>);

impl Entropy for Words {
    fn fill(&self, out: &mut [u8]) {
        let word = self.0.lock().unwrap().remove(0);
        out.copy_from_slice(&word.to_le_bytes()[..out.len()]);
    }
}

#[test]
fn a_draw_from_the_uneven_tail_is_thrown_away() {
    // 2^64 = 18446744073709551616, so words from ...709000000 up would favour the codes 000000 to 551615.
    let tail = 18_446_744_073_709_000_000u64;
    let entropy = Words(std::sync::Mutex::new(vec![tail, u64::MAX, tail - 1]));
    assert_eq!(draw(6, &entropy).expose(), "999999");
    assert_eq!(draw(6, &Words(std::sync::Mutex::new(vec![7]))).expose(), "000007");
}

/// Pearson's statistic against the uniform distribution, for `cells` equally likely cells.
fn chi_square(counts: &[u64]) -> f64 {
    let total: u64 = counts.iter().sum();
    let expected = total as f64 / counts.len() as f64;
    counts.iter().map(|count| (*count as f64 - expected).powi(2) / expected).sum()
}

#[test]
fn a_million_codes_are_uniform_by_digit_pair_and_neighbour() {
    let entropy = Counting::new();
    let mut digits = vec![0u64; 60];
    let mut pairs = vec![0u64; 100];
    let mut serial = vec![0u64; 100];
    let mut previous = 0;
    for _ in 0..1_000_000 {
        let code = draw(6, &entropy);
        let bytes = code.expose().as_bytes();
        for (position, byte) in bytes.iter().enumerate() {
            digits[position * 10 + usize::from(byte - b'0')] += 1;
        }
        pairs[usize::from(bytes[0] - b'0') * 10 + usize::from(bytes[5] - b'0')] += 1;
        serial[previous * 10 + usize::from(bytes[0] - b'0')] += 1;
        previous = usize::from(bytes[0] - b'0');
    }
    // Critical values of chi-square at p = 0.001: 27.877 for 9 degrees of freedom, 148.230 for 99 (NIST handbook
    // 1.3.6.7.4).
    for position in 0..6 {
        assert!(chi_square(&digits[position * 10..position * 10 + 10]) < 27.877, "digit {position}");
    }
    assert!(chi_square(&pairs) < 148.230);
    assert!(chi_square(&serial) < 148.230);
}

fn context(address: &Address) -> CodeContext<'_> {
    CodeContext {
        service_id: ServiceId::from_bytes([1; 16]),
        verification_id: VerificationId::from_bytes([2; 16]),
        subject: Subject::Account(AccountId::from_bytes([3; 16])),
        address,
        purpose: Purpose::Bind,
        details: DetailsDigest::default(),
    }
}

fn email(text: &str) -> Address {
    Address::from_exposed(text).unwrap()
}

#[test]
fn the_hash_is_hmac_sha256_over_length_prefixed_fields() {
    // Computed with Python's hmac and hashlib from the description of `hash`.
    let address = email("ada@example.com");
    let expected = "cb91d59f16007bcf1f85373bcb1a346b1f4e440831bce050a592755d19e80cfc";
    let hash = hash(&CodeKey::new([9; 32]), &context(&address), 1, "482913");
    let hex: String = hash.0.iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(hex, expected);
}

#[test]
fn changing_any_one_field_changes_the_hash() {
    let key = CodeKey::new([9; 32]);
    let (address, other_address) = (email("ada@example.com"), email("bob@example.com"));
    let base = context(&address);
    let reference = hash(&key, &base, 1, "482913");
    let others = [
        hash(&CodeKey::new([8; 32]), &base, 1, "482913"),
        hash(&key, &CodeContext { service_id: ServiceId::from_bytes([9; 16]), ..base }, 1, "482913"),
        hash(
            &key,
            &CodeContext { verification_id: VerificationId::from_bytes([9; 16]), ..base },
            1,
            "482913",
        ),
        hash(
            &key,
            &CodeContext { subject: Subject::Account(AccountId::from_bytes([9; 16])), ..base },
            1,
            "482913",
        ),
        hash(&key, &CodeContext { subject: Subject::Address(AddressIndex([3; 32])), ..base }, 1, "482913"),
        hash(&key, &CodeContext { address: &other_address, ..base }, 1, "482913"),
        hash(&key, &CodeContext { purpose: Purpose::SignIn, ..base }, 1, "482913"),
        hash(&key, &CodeContext { details: DetailsDigest([1; 32]), ..base }, 1, "482913"),
        hash(&key, &base, 2, "482913"),
        hash(&key, &base, 1, "482914"),
    ];
    for (index, other) in others.iter().enumerate() {
        assert!(!hashes_match(&reference, other), "field {index} is not bound");
    }
}

#[test]
fn programs_must_send_exactly_the_digits() {
    assert!(TypedCode::strict("048291", 6).is_ok());
    assert_eq!(TypedCode::strict("", 6), Err(CodeProblem::Empty));
    assert_eq!(TypedCode::strict("4829", 6), Err(CodeProblem::WrongLength { entered: 4, wanted: 6 }));
    let huge = "1".repeat(1_000_000);
    for bad in [
        " 482913",
        "482913\n",
        "٤٨٢٩١٣",
        "４８２９１３",
        "true",
        "null",
        "[4]",
        "48291a",
        "+48291",
        huge.as_str(),
    ] {
        assert_eq!(TypedCode::strict(bad, 6), Err(CodeProblem::NotDigits), "{bad:.20}");
    }
}

#[test]
fn people_may_type_or_paste_it_their_way() {
    let spellings = [
        "482913",
        "482 913",
        " 4 8 2 9 1 3 ",
        "482-913",
        "482–913",
        "٤٨٢٩١٣",
        "۴۸۲۹۱۳",
        "４８２９１３",
        "४८२९१३",
        "๔๘๒๙๑๓",
        "482913\u{200F}",
        "482913 is your Acme code. We never ask for it by phone or chat.\n@acme.example #482913",
        "Acme: 482 913 confirms withdrawing 0.25 BTC to ...x9k4. Valid 2 min.",
    ];
    for typed in spellings {
        assert_eq!(
            TypedCode::lenient(typed, 6).map(|c| c.digits().to_owned()),
            Ok("482913".to_owned()),
            "{typed}"
        );
    }
    assert_eq!(TypedCode::lenient("012345", 6).unwrap().digits(), "012345");
    assert_eq!(TypedCode::lenient(" \t", 6), Err(CodeProblem::Empty));
    assert_eq!(TypedCode::lenient("48291", 6), Err(CodeProblem::WrongLength { entered: 5, wanted: 6 }));
    assert_eq!(TypedCode::lenient("hello", 6), Err(CodeProblem::NotDigits));
    assert_eq!(TypedCode::lenient("---", 6), Err(CodeProblem::NotDigits));
    assert_eq!(TypedCode::lenient("code 482913 or code 482914", 6), Err(CodeProblem::NotDigits));
}

proptest! {
    #[test]
    fn no_input_panics_and_what_is_read_is_always_digits(text in ".{0,600}", length in 6u8..=8) {
        for read in [TypedCode::lenient(&text, length), TypedCode::strict(&text, length)].into_iter().flatten() {
            prop_assert_eq!(read.digits().len(), usize::from(length));
            prop_assert!(read.digits().bytes().all(|b| b.is_ascii_digit()));
        }
    }
}
