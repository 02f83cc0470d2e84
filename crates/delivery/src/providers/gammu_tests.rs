//! The modem's folders as gammu-smsd fills them.

use super::*;
use countersign_core::address::Address;
use countersign_core::id::MessageId;
use countersign_core::model::{Body, Purpose};

const NOW_MS: i64 = 1_795_269_909_123;

fn now() -> Timestamp {
    Timestamp::from_unix_ms(NOW_MS)
}

fn later(seconds: u64) -> Timestamp {
    now().after(Duration::from_secs(seconds))
}

/// A folder that is gone with its test.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Folder {
    fn new(test: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("countersign-gammu-{test}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        for part in ["out", "sent", "error", "in"] {
            fs::create_dir_all(folder.join(part)).unwrap();
        }
        Self(folder)
    }

    fn route(&self) -> GammuRoute {
        let carries = Carries { inbound_number: Some("+4930123456".to_owned()), ..Carries::default() };
        let config = GammuConfig {
            name: "modem".to_owned(),
            outbox: self.0.join("out"),
            sent: self.0.join("sent"),
            error: self.0.join("error"),
            inbox: Some(self.0.join("in")),
            carries,
        };
        GammuRoute::new(config, Arc::new(now)).unwrap()
    }

    fn names(&self, part: &str) -> Vec<String> {
        files(&self.0.join(part)).unwrap().into_iter().map(|(_, name)| name).collect()
    }

    fn put(&self, path: &str, octets: &[u8]) {
        fs::write(self.0.join(path), octets).unwrap();
    }

    fn moved(&self, to: &str) {
        for name in self.names("out") {
            fs::rename(self.0.join("out").join(&name), self.0.join(to).join(&name)).unwrap();
        }
    }
}

#[derive(Default)]
struct Heard(Mutex<(Vec<Receipt>, Vec<Inbound>)>);

impl ReceiptSink for Heard {
    fn receipt(&self, receipt: Receipt) {
        self.0.lock().unwrap().0.push(receipt);
    }
    fn inbound(&self, inbound: Inbound) {
        self.0.lock().unwrap().1.push(inbound);
    }
}

impl Heard {
    fn take(&self) -> (Vec<Receipt>, Vec<Inbound>) {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

fn letter(to: &str) -> Letter {
    Letter {
        reference: MessageId::from_bytes([9; 16]),
        to: Address::from_exposed(to).unwrap(),
        body: Body::Code {
            code: "482913".to_owned(),
            purpose: Purpose::SignIn,
            valid_s: 300,
            amount: None,
            payee: None,
            network: None,
            fingerprint: None,
        },
        locale: "en".to_owned(),
        brand: "Größe".to_owned(),
        sender: None,
        host: "acme.example".to_owned(),
        origin: "https://acme.example".to_owned(),
        phrase: None,
        template: None,
        app_hash: None,
        valid_for: Duration::from_secs(300),
    }
}

/// The identifier of every letter here.
const ID: &str = "countersign-msg-09090909090909090909090909090909-1795269909123-1795270209";

#[test]
fn a_letter_becomes_one_whole_file_in_the_form_that_the_modem_reads() {
    let folder = Folder::new("letter");
    let accepted = Submission::Accepted { provider_ids: vec![ID.to_owned()] };
    assert_eq!(folder.route().put(&letter("+4915112345678")), accepted);
    let name = format!("OUTA20261121_140509_123_+4915112345678_{ID}.txt");
    assert_eq!(folder.names("out"), [&*name]);
    let octets = fs::read(folder.0.join("out").join(name)).unwrap();
    assert_eq!(octets[..4], [0xfe, 0xff, 0, b'4'], "UTF-16 with its mark");
    assert_eq!(decoded(&octets), render_sms(&letter("+4915112345678")));
    let mailbox = folder.route().put(&letter("ada@example.com"));
    assert!(matches!(mailbox, Submission::Refused { failure: Failure::Route, .. }));
    let away = Folder::new("letter-away");
    let route = away.route();
    fs::remove_dir_all(away.0.join("out")).unwrap();
    assert_eq!(route.put(&letter("+4915112345678")), Submission::NotSent);
}

#[test]
fn the_folder_in_which_a_file_turns_up_says_what_became_of_it_once() {
    for (part, state, error) in
        [("sent", ReceiptState::Pending, ""), ("error", ReceiptState::Failed, "modem")]
    {
        let (folder, heard) = (Folder::new(part), Heard::default());
        let route = folder.route();
        route.put(&letter("+4915112345678"));
        folder
            .put(&format!("{part}/OUTC20261122_090507_00_+4915112345679_sms0.smsbackup"), b"somebody else's");
        folder.moved(part);
        route.poll(&heard, later(1)).unwrap();
        let receipt = Receipt {
            route: "modem".to_owned(),
            provider_ids: vec![ID.to_owned()],
            state,
            error: error.to_owned(),
        };
        assert_eq!(heard.take().0, [receipt], "{part}");
        route.poll(&heard, later(2)).unwrap();
        assert!(heard.take().0.is_empty(), "{part}");
        assert_eq!(folder.names(part).len(), 1, "the file with the code is gone, the other is not ours");
    }
}

#[test]
fn a_modem_that_was_away_sends_no_code_that_is_dead() {
    let (folder, heard) = (Folder::new("stale"), Heard::default());
    let route = folder.route();
    route.put(&letter("+4915112345678"));
    route.poll(&heard, later(299)).unwrap();
    assert_eq!((heard.take().0.len(), folder.names("out").len()), (0, 1));
    route.poll(&heard, later(301)).unwrap();
    let (receipts, _) = heard.take();
    assert_eq!((receipts[0].state, &*receipts[0].error), (ReceiptState::Failed, "expired"));
    assert!(folder.names("out").is_empty());
}

#[test]
fn received_files_are_read_once_they_stopped_growing_and_in_one_piece() {
    let (folder, heard) = (Folder::new("inbox"), Heard::default());
    let route = folder.route();
    // As gammu-smsd 1.42 names and writes them.
    folder.put("in/IN20261122_123435_00_+4915199999999_00.txt", "654321 is my größe".as_bytes());
    folder.put("in/IN20261122_123436_00_+4915188888888_00.txt", b"\xfe\xff\x004\x008");
    folder.put("in/IN20261122_123436_00_+4915188888888_01.txt", b"\xff\xfe2\x009\x00");
    folder.put("in/IN20261122_123437_00_+49_00.bin", b"\x01");
    route.poll(&heard, later(1)).unwrap();
    assert!(heard.take().1.is_empty(), "they may still grow");
    folder.put("in/IN20261122_123436_00_+4915188888888_01.txt", b"\xff\xfe2\x009\x001\x00");
    route.poll(&heard, later(2)).unwrap();
    let inbound = |from: &str, text: &str| Inbound {
        route: "modem".to_owned(),
        from: from.to_owned(),
        to: "+4930123456".to_owned(),
        text: text.to_owned(),
    };
    assert_eq!(heard.take().1, [inbound("+4915199999999", "654321 is my größe")]);
    route.poll(&heard, later(3)).unwrap();
    assert_eq!(heard.take().1, [inbound("+4915188888888", "48291")]);
    route.poll(&heard, later(4)).unwrap();
    assert!(heard.take().1.is_empty());
    assert_eq!(folder.names("in"), ["IN20261122_123437_00_+49_00.bin"]);
}

#[test]
fn settings_that_cannot_work_are_named() {
    let folder = Folder::new("settings");
    let good = || folder.route().config;
    type Break = fn(&mut GammuConfig);
    let breaks: [(&str, Break); 4] = [
        ("name", |config| config.name.clear()),
        ("outbox", |config| config.outbox = PathBuf::from("/nowhere")),
        ("inbox", |config| config.inbox = Some(PathBuf::from("/nowhere"))),
        ("different", |config| config.sent = config.error.clone()),
    ];
    for (named, break_it) in breaks {
        let mut config = good();
        break_it(&mut config);
        let error = GammuRoute::new(config, Arc::new(now)).unwrap_err().to_string();
        assert!(error.contains(named), "{named}: {error}");
    }
}
