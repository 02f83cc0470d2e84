//! What an operator may set for a relay.

use super::*;

fn config() -> SmtpConfig {
    SmtpConfig {
        name: "relay".to_owned(),
        host: "relay.example".to_owned(),
        port: 587,
        tls: Tls::StartTls,
        username: Some("acme".to_owned()),
        password: Some("hunter2".to_owned()),
        from: "Acme Security <security@acme.example>".to_owned(),
        timeout_s: 20,
        carries: Default::default(),
    }
}

#[test]
fn settings_out_of_bounds_stop_the_start() {
    type Break = fn(&mut SmtpConfig);
    let breaks: [(&str, Break); 6] = [
        ("name", |config| config.name = String::new()),
        ("timeout_s", |config| config.timeout_s = 26),
        ("timeout_s", |config| config.timeout_s = 0),
        ("from", |config| config.from = "Acme <security@acme.example>\r\nBcc: eve@x.example".to_owned()),
        ("password", |config| config.password = None),
        ("host", |config| config.host = String::new()),
    ];
    let time: Arc<dyn Fn() -> u64 + Send + Sync> = Arc::new(|| 0);
    for (setting, break_it) in breaks {
        let mut config = SmtpConfig { tls: Tls::None, ..config() };
        assert!(SmtpRoute::new(config.clone(), Arc::clone(&time)).is_ok());
        break_it(&mut config);
        let error = SmtpRoute::new(config, Arc::clone(&time)).unwrap_err().to_string();
        assert!(error.contains(setting), "{setting}: {error}");
    }
}

#[test]
fn no_debug_output_shows_the_password() {
    assert!(!format!("{:?}", config()).contains("hunter2"));
}
