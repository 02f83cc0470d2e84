//! The SMTP route over real TCP against a relay that says what a test tells it to.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot set itself up stops there

mod log_lines;

use countersign_core::address::Address;
use countersign_core::id::MessageId;
use countersign_core::model::{Body, Notice, Purpose};
use countersign_core::outbox::{Failure, Submission};
use countersign_delivery::smtp::{SmtpConfig, SmtpRoute, Tls};
use countersign_delivery::{Channel, Letter};
use log_lines::LogLines;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

const CODE: &str = "482913";

/// What the relay does at one step instead of saying yes. The step is a verb, or `GREETING` or `CONTENT`.
#[derive(Clone, Copy)]
enum Does {
    Says(&'static str),
    HangsUp,
    KeepsQuiet,
}

#[derive(Default)]
struct State {
    does: Mutex<HashMap<&'static str, Does>>,
    /// Every line that was said, with the number of its connection; contents as one.
    heard: Mutex<Vec<(usize, String)>>,
}

struct Relay {
    state: Arc<State>,
    port: u16,
}

impl Relay {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            for number in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, number, Arc::clone(&shared)));
            }
        });
        Self { state, port }
    }

    fn does(&self, step: &'static str, does: Does) {
        self.state.does.lock().unwrap().insert(step, does);
    }

    fn behaves(&self) {
        self.state.does.lock().unwrap().clear();
    }

    fn heard(&self) -> Vec<(usize, String)> {
        self.state.heard.lock().unwrap().clone()
    }

    fn contents(&self) -> Vec<String> {
        self.heard().into_iter().map(|(_, said)| said).filter(|said| said.contains("\r\n\r\n")).collect()
    }

    fn route(&self) -> SmtpRoute {
        self.route_with(|_| {}).0
    }

    fn route_with(&self, change: impl FnOnce(&mut SmtpConfig)) -> (SmtpRoute, Arc<AtomicU64>) {
        let mut config = SmtpConfig {
            name: "relay".to_owned(),
            host: "127.0.0.1".to_owned(),
            port: self.port,
            tls: Tls::None,
            username: None,
            password: None,
            from: "Acme Security <security@acme.example>".to_owned(),
            timeout_s: 20,
            carries: Default::default(),
        };
        change(&mut config);
        let clock = Arc::new(AtomicU64::new(0));
        let time = Arc::clone(&clock);
        (SmtpRoute::new(config, Arc::new(move || time.load(Ordering::SeqCst))).unwrap(), clock)
    }
}

/// One connection, until it ends.
async fn serve(stream: TcpStream, number: usize, state: Arc<State>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    step(&mut stream, &state, "GREETING", "220 relay.example ready").await?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_owned();
        state.heard.lock().unwrap().push((number, line.clone()));
        match line.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => step(&mut stream, &state, "EHLO", "250-relay.example\r\n250 AUTH PLAIN").await?,
            "MAIL" => step(&mut stream, &state, "MAIL", "250 2.1.0 go on").await?,
            "RCPT" => step(&mut stream, &state, "RCPT", "250 2.1.5 go on").await?,
            "AUTH" => step(&mut stream, &state, "AUTH", "235 2.7.0 welcome").await?,
            "DATA" => {
                step(&mut stream, &state, "DATA", "354 end with a dot").await?;
                let mut content = String::new();
                while !content.ends_with("\r\n.\r\n") {
                    if stream.read_line(&mut content).await.ok()? == 0 {
                        return None;
                    }
                }
                state.heard.lock().unwrap().push((number, content));
                step(&mut stream, &state, "CONTENT", "250 2.0.0 queued as 4711").await?;
            }
            _ => step(&mut stream, &state, "QUIT", "221 2.0.0 bye").await?,
        }
    }
}

/// Answers, or does what it was told; `None` when the connection is over.
async fn step(stream: &mut BufReader<TcpStream>, state: &State, name: &'static str, yes: &str) -> Option<()> {
    let does = state.does.lock().unwrap().get(name).copied().unwrap_or(Does::Says(""));
    let reply = match does {
        Does::Says("") => yes,
        Does::Says(reply) => reply,
        Does::HangsUp => return None,
        Does::KeepsQuiet => std::future::pending().await,
    };
    // "421" is a goodbye (RFC 5321, 3.8).
    stream.write_all(format!("{reply}\r\n").as_bytes()).await.ok()?;
    (!reply.starts_with("421")).then_some(())
}

fn letter() -> Letter {
    Letter {
        reference: MessageId::from_bytes([9; 16]),
        to: Address::from_exposed("ada@example.com").unwrap(),
        body: Body::Code {
            code: CODE.to_owned(),
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

const ID: &str = "<msg_09090909090909090909090909090909@acme.example>";

fn taken() -> Submission {
    Submission::Accepted { provider_ids: vec![ID.to_owned()] }
}

fn refused(failure: Failure, code: &str) -> Submission {
    Submission::Refused { failure, code: code.to_owned() }
}

/// A test that hangs has failed.
async fn submit(route: &SmtpRoute, letter: Letter) -> Submission {
    tokio::time::timeout(Duration::from_secs(60), route.submit(letter)).await.expect("within a minute")
}

#[tokio::test]
async fn an_email_is_handed_over_and_its_connection_kept() {
    let relay = Relay::start().await;
    let route = relay.route();
    for _ in 0..3 {
        assert_eq!(submit(&route, letter()).await, taken());
    }
    let heard = relay.heard();
    assert!(heard.iter().all(|(connection, _)| *connection == 0), "{heard:?}");
    let said: Vec<&str> = heard[..4].iter().map(|(_, said)| &**said).collect();
    assert_eq!(
        said,
        ["EHLO acme.example", "MAIL FROM:<security@acme.example>", "RCPT TO:<ada@example.com>", "DATA"]
    );
    let content = &relay.contents()[0];
    for header in [
        "From: \"Acme Security\" <security@acme.example>",
        "To: ada@example.com",
        "Subject: Your Acme sign-up code",
        &format!("Message-ID: {ID}"),
        "Auto-Submitted: auto-generated",
        "Content-Type: text/plain; charset=utf-8",
        "MIME-Version: 1.0",
    ] {
        assert!(content.lines().any(|line| line == header), "{header} in {content}");
    }
    assert!(content.lines().any(|line| line.starts_with("Date: ")), "{content}");
    assert!(content.contains("\r\n    482913\r\n"), "{content}");
}

#[tokio::test]
async fn what_a_no_means_depends_on_where_it_was_said() {
    let cases = [
        ("RCPT", "550 5.1.1 <ada@example.com>: no such user", refused(Failure::Number, "550 5.1.1")),
        ("RCPT", "553 mailbox name not allowed", refused(Failure::Number, "553")),
        ("RCPT", "554 5.7.1 relay access denied", refused(Failure::Route, "554 5.7.1")),
        ("RCPT", "450 4.2.0 greylisted", refused(Failure::Temporary, "450 4.2.0")),
        ("MAIL", "550 5.7.1 not from here", refused(Failure::Route, "550 5.7.1")),
        ("MAIL", "452 4.3.1 no room", refused(Failure::Temporary, "452 4.3.1")),
        ("DATA", "554 no valid recipients", refused(Failure::Route, "554")),
        ("CONTENT", "554 5.7.1 looks like spam", refused(Failure::Route, "554 5.7.1")),
        ("CONTENT", "451 4.3.0 try again", refused(Failure::Temporary, "451 4.3.0")),
        ("GREETING", "554 no service", refused(Failure::Route, "554")),
        ("GREETING", "421 4.3.2 too many", refused(Failure::Temporary, "421 4.3.2")),
    ];
    let relay = Relay::start().await;
    for (step, reply, expected) in cases {
        relay.behaves();
        relay.does(step, Does::Says(reply));
        assert_eq!(submit(&relay.route(), letter()).await, expected, "{step}: {reply}");
    }
    relay.behaves();
    assert_eq!(submit(&relay.route(), letter()).await, taken());
}

#[tokio::test]
async fn a_broken_connection_means_lost_only_once_the_content_is_out() {
    let relay = Relay::start().await;
    for (step, expected) in [
        ("GREETING", Submission::NotSent),
        ("EHLO", Submission::NotSent),
        ("MAIL", Submission::NotSent),
        ("RCPT", Submission::NotSent),
        ("DATA", Submission::NotSent),
        ("CONTENT", Submission::Lost),
    ] {
        relay.behaves();
        relay.does(step, Does::HangsUp);
        assert_eq!(submit(&relay.route(), letter()).await, expected, "{step}");
    }
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let (route, _) = relay.route_with(|config| config.port = nobody);
    assert_eq!(submit(&route, letter()).await, Submission::NotSent);
}

#[tokio::test]
async fn a_relay_that_keeps_quiet_is_given_up() {
    let relay = Relay::start().await;
    for (step, expected) in [("RCPT", Submission::NotSent), ("CONTENT", Submission::Lost)] {
        relay.behaves();
        relay.does(step, Does::KeepsQuiet);
        let (route, _) = relay.route_with(|config| config.timeout_s = 1);
        assert_eq!(submit(&route, letter()).await, expected, "{step}");
    }
}

#[tokio::test]
async fn a_relay_that_hung_up_between_two_emails_is_dialled_again_and_nothing_is_sent_twice() {
    let relay = Relay::start().await;
    for goodbye in [Does::HangsUp, Does::Says("421 4.4.2 idle for too long")] {
        let route = relay.route();
        let before = relay.contents().len();
        assert_eq!(submit(&route, letter()).await, taken());
        // Its next MAIL finds the connection gone; the one after, on a new connection, does not.
        relay.does("MAIL", goodbye);
        let second = {
            let submission = submit(&route, letter());
            tokio::pin!(submission);
            let first_mail_refused = async {
                let mails = || relay.heard().iter().filter(|(_, said)| said.starts_with("MAIL")).count();
                let seen = mails();
                while mails() == seen {
                    tokio::task::yield_now().await;
                }
                relay.behaves();
                std::future::pending::<()>().await;
            };
            tokio::select! { submission = &mut submission => submission, () = first_mail_refused => unreachable!() }
        };
        assert_eq!(second, taken());
        assert_eq!(relay.contents().len(), before + 2);
    }
}

#[tokio::test]
async fn a_connection_that_was_idle_for_long_is_not_trusted() {
    let relay = Relay::start().await;
    let (route, clock) = relay.route_with(|_| {});
    for (advance_ms, connection) in [(0, 0), (60_000, 0), (60_001, 1)] {
        clock.fetch_add(advance_ms, Ordering::SeqCst);
        assert_eq!(submit(&route, letter()).await, taken());
        assert_eq!(relay.heard().last().unwrap().0, connection);
    }
}

#[tokio::test]
async fn the_account_is_told_to_the_relay_and_a_wrong_one_is_the_routes_fault() {
    let relay = Relay::start().await;
    let with_account = |config: &mut SmtpConfig| {
        config.username = Some("acme".to_owned());
        config.password = Some("hunter2".to_owned());
    };
    assert_eq!(submit(&relay.route_with(with_account).0, letter()).await, taken());
    // RFC 4616: NUL acme NUL hunter2.
    assert!(
        relay.heard().contains(&(0, "AUTH PLAIN AGFjbWUAaHVudGVyMg==".to_owned())),
        "{:?}",
        relay.heard()
    );
    relay.does("AUTH", Does::Says("535 5.7.8 wrong"));
    assert_eq!(
        submit(&relay.route_with(with_account).0, letter()).await,
        refused(Failure::Route, "535 5.7.8")
    );
}

#[tokio::test]
async fn without_the_tls_that_was_asked_for_nothing_is_said() {
    let relay = Relay::start().await;
    let (route, _) = relay.route_with(|config| {
        config.tls = Tls::StartTls;
        config.username = Some("acme".to_owned());
        config.password = Some("hunter2".to_owned());
    });
    assert_eq!(submit(&route, letter()).await, Submission::NotSent);
    assert!(relay.heard().iter().all(|(_, said)| said.starts_with("EHLO")), "{:?}", relay.heard());
}

#[tokio::test]
async fn no_brand_and_no_device_writes_a_header_or_ends_a_mail() {
    let relay = Relay::start().await;
    let route = relay.route();
    let hostile = "Acme\r\nBcc: eve@evil.example\r\n\r\n.\r\nMAIL FROM:<x@evil.example>";
    let body = Body::Notice {
        notice: Notice::NewSignIn,
        at_ms: 0,
        detail: hostile.to_owned(),
        freeze_path: String::new(),
    };
    let letter = Letter { brand: hostile.to_owned(), body, ..letter() };
    assert_eq!(submit(&route, letter).await, taken());
    let heard = relay.heard();
    assert_eq!(heard.len(), 5, "{heard:?}");
    let content = &relay.contents()[0];
    let (headers, _) = content.split_once("\r\n\r\n").unwrap();
    let names: Vec<&str> = headers
        .split("\r\n")
        .filter(|line| !line.starts_with(' '))
        .map(|line| line.split(':').next().unwrap_or_default())
        .collect();
    assert!(!names.contains(&"Bcc") && names.contains(&"Subject"), "{headers}");
}

#[tokio::test]
async fn a_phone_number_is_no_mailbox() {
    let relay = Relay::start().await;
    let letter = Letter { to: Address::from_exposed("+4915112345678").unwrap(), ..letter() };
    assert!(matches!(
        submit(&relay.route(), letter).await,
        Submission::Refused { failure: Failure::Route, .. }
    ));
    assert!(relay.heard().is_empty());
}

/// T7, R10: whatever the relay says, no code, address or password is logged.
#[tokio::test]
async fn nothing_secret_is_logged() {
    let (lines, _listening) = LogLines::listen();
    let relay = Relay::start().await;
    for (step, does) in [
        ("RCPT", Does::Says("550 5.1.1 <ada@example.com> 482913")),
        ("CONTENT", Does::Says("554 ada@example.com 482913")),
        ("MAIL", Does::HangsUp),
        ("AUTH", Does::Says("535 hunter2")),
    ] {
        relay.behaves();
        relay.does(step, does);
        let (route, _) = relay.route_with(|config| {
            config.username = Some("acme".to_owned());
            config.password = Some("hunter2".to_owned());
        });
        submit(&route, letter()).await;
    }
    let lines = lines.text();
    assert!(lines.lines().count() >= 4 && lines.contains("550 5.1.1"), "{lines}");
    for secret in [CODE, "ada@", "hunter2", "aHVudGVyMg"] {
        assert!(!lines.contains(secret), "{secret} in {lines}");
    }
}
