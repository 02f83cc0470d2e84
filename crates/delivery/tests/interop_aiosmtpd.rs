//! Our mail route against a relay that nobody here wrote, and its emails read by Python's own reader.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot set itself up stops there

mod peer;

use countersign_core::address::Address;
use countersign_core::id::MessageId;
use countersign_core::model::{Body, Notice, Purpose};
use countersign_core::outbox::{Failure, Submission};
use countersign_delivery::smtp::{SmtpConfig, SmtpRoute, Tls};
use countersign_delivery::{Channel, Letter, words};
use peer::Peer;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;

#[derive(Debug, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Saw {
    Listening { port: u16 },
    Mail(Box<Mail>),
}

#[derive(Debug, Deserialize)]
struct Mail {
    mail_from: String,
    rcpt_tos: Vec<String>,
    sender: String,
    to: String,
    subject: String,
    message_id: String,
    headers: Vec<String>,
    defects: Vec<String>,
    ascii: bool,
    text: String,
}

fn letter(to: &str, brand: &str, locale: &str, body: Body) -> Letter {
    Letter {
        reference: MessageId::from_bytes([9; 16]),
        to: Address::from_exposed(to).unwrap(),
        body,
        locale: locale.to_owned(),
        brand: brand.to_owned(),
        sender: None,
        host: "acme.example".to_owned(),
        origin: "https://acme.example".to_owned(),
        phrase: None,
        template: None,
        app_hash: None,
        valid_for: Duration::from_secs(300),
    }
}

fn code() -> Body {
    let (code, purpose) = ("482913".to_owned(), Purpose::PasswordReset);
    Body::Code { code, purpose, valid_s: 300, amount: None, payee: None, network: None, fingerprint: None }
}

async fn in_time<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), what).await.expect("within a minute")
}

#[tokio::test]
async fn another_programs_reader_reads_our_emails_as_they_were_meant() {
    let mut peer = Peer::start("COUNTERSIGN_TEST_PYTHON", "aiosmtpd_relay.py", &[]);
    let Saw::Listening { port } = in_time(peer.saw()).await else { panic!("listens first") };
    let config = SmtpConfig {
        name: "relay".to_owned(),
        host: "127.0.0.1".to_owned(),
        port,
        tls: Tls::None,
        username: None,
        password: None,
        from: "Größe & Söhne <security@acme.example>".to_owned(),
        timeout_s: 20,
        carries: Default::default(),
    };
    let route = SmtpRoute::new(config, Arc::new(|| 0)).unwrap();
    let notice = Body::Notice {
        notice: Notice::SecondFactorLocked,
        at_ms: 1_795_269_909_000,
        detail: "Firefox 🦊 auf Größe\r\nBcc: eve@evil.example".to_owned(),
        freeze_path: "/freeze/abc".to_owned(),
    };
    for letter in [
        letter("ada@example.com", "Acme", "en", code()),
        letter("o'neil+x@example.com", "Größe & Söhne 株式会社 mit einem recht langen Namen", "de", notice),
    ] {
        let written = words::render_mail(&letter);
        let submission = in_time(route.submit(letter.clone())).await;
        let Saw::Mail(mail) = in_time(peer.saw()).await else { panic!("a mail") };
        assert_eq!(submission, Submission::Accepted { provider_ids: vec![mail.message_id.clone()] });
        assert_eq!(mail.message_id, format!("<{}@acme.example>", letter.reference));
        assert_eq!(mail.mail_from, "security@acme.example");
        assert_eq!(mail.rcpt_tos, [letter.to.expose()]);
        assert_eq!(mail.to, letter.to.expose());
        assert_eq!(mail.sender, "Größe & Söhne <security@acme.example>");
        assert_eq!(mail.subject, written.subject);
        assert_eq!(mail.text.replace("\r\n", "\n").trim_end(), written.text.trim_end());
        assert!(mail.ascii && mail.defects.is_empty(), "{mail:?}");
        for header in ["date", "mime-version", "auto-submitted", "content-type"] {
            assert_eq!(mail.headers.iter().filter(|name| *name == header).count(), 1, "{header}");
        }
        assert!(!mail.headers.contains(&"bcc".to_owned()), "{mail:?}");
    }
    let nobody = letter("nobody@example.com", "Acme", "en", code());
    let expected = Submission::Refused { failure: Failure::Number, code: "550 5.1.1".to_owned() };
    assert_eq!(in_time(route.submit(nobody)).await, expected);
}
