//! What an operator may set for a bind.

use super::*;

fn config() -> SmppConfig {
    SmppConfig {
        name: "north".to_owned(),
        host: "smsc.example".to_owned(),
        port: 2775,
        system_id: "acme".to_owned(),
        password: "hunter2".to_owned(),
        system_type: String::new(),
        window: 100,
        enquire_link_s: 30,
        response_timeout_s: 10,
        bind_timeout_s: 5,
        reconnect_s_max: 60,
        sender: "Acme".to_owned(),
        alphabet: Alphabet::Gsm,
        long_messages: LongMessages::Udh,
        dlr_id: DlrId::Auto,
        throughput_per_s: None,
    }
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
        let expected = Address { ton, npi, value: value.to_owned() };
        assert!(sender_address(sender) == expected, "{sender}");
    }
}

#[test]
fn settings_out_of_bounds_are_named_and_their_values_are_not() {
    type Break = fn(&mut SmppConfig);
    let breaks: [(&str, Break); 8] = [
        ("system_id", |config| config.system_id = "a-very-long-system-id".to_owned()),
        ("password", |config| config.password = "far-too-long-a-secret".to_owned()),
        ("sender", |config| config.sender = String::new()),
        ("source_addr", |config| config.sender = "Größe".to_owned()),
        ("window", |config| config.window = 0),
        ("response_timeout_s", |config| config.response_timeout_s = 16),
        ("throughput_per_s", |config| config.throughput_per_s = Some(0)),
        ("enquire_link_s", |config| config.enquire_link_s = 0),
    ];
    assert_eq!(config().check(), Ok(()));
    for (setting, break_it) in breaks {
        let mut config = config();
        break_it(&mut config);
        let error = config.check().unwrap_err().to_string();
        assert!(error.contains(setting), "{setting}: {error}");
        assert!(!error.contains("secret") && !error.contains("Größe"), "{error}");
    }
}

#[test]
fn no_debug_output_shows_the_password() {
    assert!(!format!("{:?}", config()).contains("hunter2"));
}
