//! What a letter becomes on the wire.

use super::*;
use countersign_core::address::Address as To;
use countersign_core::id::MessageId;
use countersign_core::model::{Body, Purpose};

fn config() -> SmppConfig {
    SmppConfig::new("north", "smsc.example", 2775, ("acme", "hunter2"), "Acme")
}

fn letter() -> Letter {
    Letter {
        reference: MessageId::from_bytes([9; 16]),
        to: To::from_exposed("+4915112345678").unwrap(),
        body: Body::Code {
            code: "482913".to_owned(),
            purpose: Purpose::SignUp,
            valid_s: 300,
            amount: None,
            payee: None,
            network: None,
            fingerprint: None,
        },
        locale: "en".to_owned(),
        brand: "Acme".to_owned(),
        sender: None,
        host: "acme.example".to_owned(),
        origin: "https://acme.example".to_owned(),
        phrase: None,
        template: None,
        app_hash: None,
        valid_for: Duration::from_secs(300),
    }
}

/// 2024-12-31 23:54:59.950 UTC, five minutes before the year's last second.
const UNIX_MS: u64 = 1_735_689_299_950;

fn composed(config: &SmppConfig, letter: &Letter) -> Vec<ShortMessage> {
    let number = letter.to.phone().unwrap();
    Composer::new(config).unwrap().compose(letter, number, || UNIX_MS).unwrap()
}

fn address(ton: u8, npi: u8, value: &str) -> Address {
    Address { ton, npi, value: value.to_owned() }
}

/// Types and plans of delivery.md, section 4.2.
#[test]
fn senders_get_the_type_of_number_that_carriers_expect() {
    let cases = [
        ("Acme", 5, 0, "Acme"),
        ("2FA", 5, 0, "2FA"),
        ("+4915112345678", 1, 1, "4915112345678"),
        ("4915112345678", 1, 1, "4915112345678"),
        ("72345", 3, 0, "72345"),
    ];
    for (sender, ton, npi, value) in cases {
        assert!(sender_address(sender) == address(ton, npi, value), "{sender}");
    }
}

#[test]
fn a_letter_of_another_sender_is_from_it_in_its_own_form() {
    let config = SmppConfig { sender_ton: Some(0), sender_npi: Some(9), ..config() };
    let source = |sender: Option<&str>| {
        let letter = Letter { sender: sender.map(str::to_owned), ..letter() };
        composed(&config, &letter).remove(0).source
    };
    assert!(source(None) == address(0, 9, "Acme"));
    assert!(source(Some("Bank")) == address(0, 9, "Bank"), "a name, as the route's own is");
    assert!(source(Some("+15005550006")) == address(1, 1, "15005550006"));
    assert!(source(Some("72345")) == address(3, 0, "72345"));
}

#[test]
fn settings_reach_every_part() {
    let mut config = config();
    config.service_type = "OTP".to_owned();
    config.registered_delivery = 2;
    (config.destination_ton, config.destination_npi) = (Some(0), Some(8));
    config.tlvs = [("0x1400", "1101"), ("0x1402", "a,b")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    let letter = Letter { brand: "Acme €uro [Markets] ".repeat(15), ..letter() };
    let parts = composed(&config, &letter);
    assert_eq!(parts.len(), 3);
    for part in parts {
        assert_eq!((&*part.service_type, part.registered_delivery), ("OTP", 2));
        assert!(part.destination == address(0, 8, "4915112345678"));
        let wanted = [Tlv::new(0x1400, "1101"), Tlv::new(0x1402, "a,b")];
        assert_eq!(part.tlvs.0, wanted, "without a NUL: octet strings");
    }
}

#[test]
fn a_lifetime_is_written_as_the_smsc_reads_it() {
    for (validity, expected) in [
        (Validity::Relative, "000000000500000R"),
        (Validity::Absolute, "241231235959900+"),
        (Validity::None, ""),
    ] {
        let config = SmppConfig { validity, ..config() };
        assert_eq!(composed(&config, &letter())[0].validity_period, expected);
    }
    let over = Letter { valid_for: Duration::ZERO, ..letter() };
    assert_eq!(composed(&config(), &over)[0].validity_period, "000000000001000R");
}
