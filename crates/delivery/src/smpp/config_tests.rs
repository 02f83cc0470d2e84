//! What an operator may set for a route.

use super::*;

fn config() -> SmppConfig {
    SmppConfig::new("north", "smsc.example", 2775, ("acme", "hunter2"), "Acme")
}

fn read(text: &str) -> Result<SmppConfig, serde_json::Error> {
    serde_json::from_str(text)
}

#[test]
fn an_old_configuration_says_what_it_said() {
    let old = r#"{"name": "north", "host": "smsc.example", "port": 2775, "system_id": "acme",
                  "password": "hunter2", "sender": "Acme"}"#;
    let read = read(old).unwrap();
    assert_eq!(read.check(), Ok(()));
    assert_eq!((read.binds, read.bind, read.tls), (1, BindKind::Transceiver, Tls::None));
    assert_eq!((read.window, read.interface_version, read.registered_delivery), (100, 0x34, 1));
    assert_eq!((read.enquire_link_s, read.response_timeout_s), (30, 10));
    assert_eq!((read.bind_timeout_s, read.reconnect_s_max), (5, 60));
    assert_eq!((read.validity, read.carries), (Validity::Relative, Carries::default()));
}

#[test]
fn every_setting_has_the_name_that_operators_write() {
    let all = r#"{"name": "north", "host": "smsc.example", "port": 3550, "system_id": "acme", "password": "x",
        "sender": "Acme", "tls": "tls", "tls_name": "gw.smsc.example", "binds": 4, "bind": "separate",
        "interface_version": 80, "sender_ton": 6, "sender_npi": 0, "destination_ton": 0, "destination_npi": 1,
        "service_type": "OTP", "registered_delivery": 2, "validity": "absolute", "tlvs": {"0x1400": "1101"},
        "alphabet": "latin1", "long_messages": "sar", "dlr_id": "hex_to_dec", "throughput_per_s": 30,
        "carries": {"regions": ["DE"], "price_micros": 70000}}"#;
    let read = read(all).unwrap();
    assert_eq!((read.tls, read.bind, read.validity), (Tls::Tls, BindKind::Separate, Validity::Absolute));
    assert_eq!((read.binds, read.interface_version, read.registered_delivery), (4, 0x50, 2));
    assert_eq!((read.sender_ton, read.destination_ton, &*read.service_type), (Some(6), Some(0), "OTP"));
    assert_eq!(read.carries.price_micros(Some("DE")), 70_000);
}

#[test]
fn settings_out_of_bounds_are_named_and_their_values_are_not() {
    type Break = fn(&mut SmppConfig);
    let breaks: [(&str, Break); 20] = [
        ("system_id", |config| config.system_id = "a-very-long-system-id".to_owned()),
        ("password", |config| config.password = "far-too-long-a-secret".to_owned()),
        ("sender", |config| config.sender = String::new()),
        ("source_addr", |config| config.sender = "Größe".to_owned()),
        ("source_addr", |config| config.carries.fallback_sender = Some("Größe".to_owned())),
        ("window", |config| config.window = 0),
        ("response_timeout_s", |config| config.response_timeout_s = 16),
        ("throughput_per_s", |config| config.throughput_per_s = Some(0)),
        ("enquire_link_s", |config| config.enquire_link_s = 0),
        ("binds", |config| config.binds = 0),
        ("binds", |config| config.binds = 17),
        ("interface_version", |config| config.interface_version = 0x33),
        ("registered_delivery", |config| config.registered_delivery = 3),
        ("service_type", |config| config.service_type = "SECRET".to_owned()),
        ("sender_ton", |config| config.sender_ton = Some(19)),
        ("tlvs", |config| drop(config.tlvs.insert("1400".to_owned(), "secret".to_owned()))),
        ("0x0424", |config| drop(config.tlvs.insert("0x0424".to_owned(), "secret".to_owned()))),
        ("0x0427", |config| drop(config.tlvs.insert("0x0427".to_owned(), "secret".to_owned()))),
        ("tls_ca", |config| config.tls_ca = Some(PathBuf::from("secret.pem"))),
        ("tls_ca", |config| {
            (config.tls, config.tls_ca) = (Tls::Tls, Some(PathBuf::from("no-such-secret.pem")));
        }),
    ];
    assert_eq!(config().check(), Ok(()));
    for (setting, break_it) in breaks {
        let mut config = config();
        break_it(&mut config);
        let error = config.check().unwrap_err().to_string();
        assert!(error.contains(setting), "{setting}: {error}");
        assert!(!error.to_lowercase().contains("secret") && !error.contains("Größe"), "{error}");
    }
}

#[test]
fn no_debug_output_shows_the_password() {
    assert!(!format!("{:?}", config()).contains("hunter2"));
}
