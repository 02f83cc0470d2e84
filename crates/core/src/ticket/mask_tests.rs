//! What goes and what stays, by example. Card numbers are those that networks publish for tests, IBANs those of the
//! registry's own examples, phone numbers of the range that Ofcom keeps for drama.

use super::*;

#[track_caller]
fn goes(typed: &str, kept: &str, found: &[Found]) {
    let masked = mask(typed);
    assert_eq!((masked.text.as_str(), &masked.found[..]), (kept, found), "{typed}");
    assert_eq!(mask(kept).text, kept, "masked twice is masked once");
}

#[track_caller]
fn stays(typed: &str) {
    goes(typed, typed, &[]);
}

#[test]
fn codes_go_however_they_are_typed() {
    for (typed, kept) in [
        ("123456", "•••"),
        ("my code is 123456.", "my code is •••."),
        ("it says 12345678, ok?", "it says •••, ok?"),
        ("code:123456", "code:•••"),
        ("123 456", "•••"),
        ("123-456", "•••"),
        ("123\u{a0}456", "•••"),
        ("12 34 56", "•••"),
        ("1 2 3 4 5 6", "•••"),
        ("1-2-3-4-5-6", "•••"),
        ("(123456)", "(•••)"),
        ("#123456", "#•••"),
        ("١٢٣٤٥٦", "•••"),
        ("１２３４５６", "•••"),
        ("๑๒๓๔๕๖", "•••"),
        ("รหัส 123456 ครับ", "รหัส ••• ครับ"),
        ("first 123456\nthen 654321", "first •••\nthen •••"),
        ("123456,654321", "•••"),
        ("order 1234567", "order •••"),
    ] {
        let found = if typed == "123456,654321" { Found::Document } else { Found::Code };
        goes(typed, kept, &[found]);
    }
}

#[test]
fn what_people_ask_about_stays() {
    for typed in [
        "I sent BTC 0.123456 yesterday",
        "0.12345678 BTC",
        "1234.567890",
        "it was 1,234,567.89",
        "es waren 1.234.567,89",
        "100000 USDT are missing",
        "USD 1234567",
        "€250000",
        "on 2026-11-22 at 14:32:05",
        "22.11.2026, 11/22/2026 and 2026/11/2",
        "between 2025 and 2026",
        "from 2024 2025 on",
        "I waited 45 minutes, 3 times, since 1998",
        "room 12345",
        "iPhone15 with iOS 18.1.1, Chrome/131.0.6778.86",
        "from 203.0.113.195",
        "my 2FA app",
        "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
        "0xde0B295669a9FD93d5F28D9Ec85E40f4cb697BAe",
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
        "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b",
        "acc_0199a1b2c3d4e5f60718293a4b5c6d7e",
        "that have been seen over here",
        "well-made like that",
        "incomprehensible internationalization",
        "",
        "•••",
    ] {
        stays(typed);
    }
}

#[test]
fn numbers_of_documents_and_accounts_go() {
    for (typed, kept) in [
        ("passport C01X00T47, issued here", "passport •••, issued here"),
        ("passport AB1234567", "passport •••"),
        ("ID 1101700230708", "ID •••"),
        ("SSN 078-05-1120", "SSN •••"),
        ("GB29 NWBK 6016 1331 9268 19", "•••"),
        ("DE89370400440532013000", "•••"),
        ("MT84MALT011000012345MTLCAST001S", "•••"),
    ] {
        goes(typed, kept, &[Found::Document]);
    }
}

#[test]
fn cards_go_and_are_told_by_their_check_digit() {
    for typed in ["4242424242424242", "4242 4242 4242 4242", "4242-4242-4242-4242", "378282246310005"] {
        goes(typed, MASK, &[Found::Card]);
    }
    goes("4242 4242 4242 4241", MASK, &[Found::Document]);
}

#[test]
fn recovery_codes_and_keys_of_apps_go() {
    for typed in ["0123-4567-89ab-cdef", "ghjk-mnpq-rstv-wxyz", "0123456789ABCDEF", "a1b2 c3d4 e5f6 g7h8"] {
        goes(typed, MASK, &[Found::RecoveryCode]);
    }
    // RFC 6238 appendix B in base32; the key of Google's documentation in groups.
    for typed in [
        "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        "gezdgnbvgy3tqojq",
        "JBSWYDPEHPKPXPAA",
        "otpauth://totp/Acme:ada?secret=JBSWY3DPEHPK3PXP&issuer=Acme",
    ] {
        goes(&format!("key {typed} here"), "key ••• here", &[Found::Secret]);
    }
    goes("JBSW Y3DP EHPK 3PXP JBSW Y3DP", MASK, &[Found::Secret]);
}

#[test]
fn phone_numbers_take_their_masked_form() {
    for typed in ["+447400123456", "+44 7400 123456", "+44 (7400) 123456", "00447400123456"] {
        goes(&format!("call {typed}!"), "call +44 •••• ••••56!", &[Found::Phone]);
    }
    goes("07400 123456", MASK, &[Found::Document]);
    goes("+123456", MASK, &[Found::Code]);
    stays("+5 and +100");
}

#[test]
fn each_kind_is_told_once() {
    let masked = mask("123456 654321x and 222222, AB1234567, +447400123456");
    assert_eq!(masked.found, [Found::Code, Found::Document, Found::Phone]);
    assert!(masked.is_changed() && !mask("hello").is_changed());
}

#[test]
fn reasons_lose_email_addresses_as_well() {
    for (typed, kept) in [
        ("called from +44 7400 123456, code 482913", "called from +44 •••• ••••56, code •••"),
        ("wrote from <Ada.L@Example.com>, twice", "wrote from <a•••@example.com>, twice"),
        ("123456@example.com", "1•••@example.com"),
        ("ada＠example.com\nasks again", "a•••@example.com\nasks again"),
        ("a@b.example,c@d.example", MASK),
        ("phone stolen @ the airport, see @ada", "phone stolen @ the airport, see @ada"),
        ("case cas_0199a1b2c3d4e5f60718293a4b5c6d7e", "case cas_0199a1b2c3d4e5f60718293a4b5c6d7e"),
    ] {
        assert_eq!(reason(typed), kept, "{typed}");
    }
}
