//! A GSM modem behind gammu-smsd with `Service = files`: messages are files in folders (gammu-smsd-files(7)).
//!
//! Decides how a letter becomes a file, and what it means in which folder a file turns up. What the modem handed to the
//! network is not yet on the handset, and is not called delivered. Files of other programs are left alone; our own are
//! removed once read, for they hold codes.

use super::{HttpRouteConfigError, Now};
use crate::words::render_sms;
use crate::{Channel, Letter, ReceiptSink, Submitting};
use countersign_core::outbox::{Failure, Inbound, Receipt, ReceiptState, Submission};
use countersign_core::route::Carries;
use countersign_core::time::Timestamp;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{fmt, fs, io};

/// How often the folders are read.
const TICK: Duration = Duration::from_secs(1);
/// Begins the note in the names of our files.
const NOTE: &str = "countersign-";

/// What an operator sets for one modem: `[[routes.gammu]]`. The folders are those of gammu-smsdrc.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GammuConfig {
    /// What the route is called in records and logs.
    pub name: String,
    /// `OutboxPath`.
    pub outbox: PathBuf,
    /// `SentSMSPath`.
    pub sent: PathBuf,
    /// `ErrorSMSPath`.
    pub error: PathBuf,
    /// `InboxPath`; without it nothing is received.
    #[serde(default)]
    pub inbox: Option<PathBuf>,
    /// Where it may carry to, at what price; `inbound_number` is the number of its card.
    #[serde(default)]
    pub carries: Carries,
}

/// One modem.
pub struct GammuRoute {
    config: GammuConfig,
    now: Now,
    /// Sizes of received files when they were last seen: one that still grows is not read yet.
    seen: Mutex<BTreeMap<PathBuf, u64>>,
}

impl fmt::Debug for GammuRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GammuRoute({})", self.config.name)
    }
}

impl GammuRoute {
    /// Checks that the folders are there.
    pub fn new(config: GammuConfig, now: Now) -> Result<GammuRoute, HttpRouteConfigError> {
        let bad = |words: String| Err(HttpRouteConfigError(words));
        if config.name.is_empty() {
            return bad("name must not be empty".to_owned());
        }
        let folders = [("outbox", &config.outbox), ("sent", &config.sent), ("error", &config.error)];
        for (key, folder) in folders.into_iter().chain(config.inbox.iter().map(|inbox| ("inbox", inbox))) {
            if !folder.is_dir() {
                return bad(format!("{key} must be a folder that is there: {}", folder.display()));
            }
        }
        let folders = [&config.outbox, &config.sent, &config.error];
        if BTreeSet::from(folders).len() < folders.len() {
            return bad("outbox, sent and error must be different folders".to_owned());
        }
        Ok(GammuRoute { config, now, seen: Mutex::default() })
    }

    /// What the route is called.
    pub fn name(&self) -> &str {
        &self.config.name
    }

    /// Reads the folders for ever, every second.
    pub async fn run(self: Arc<Self>, sink: Arc<dyn ReceiptSink>) {
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let (route, sink) = (Arc::clone(&self), Arc::clone(&sink));
            let read = tokio::task::spawn_blocking(move || {
                let now = (route.now)();
                route.poll(&*sink, now)
            });
            if !matches!(read.await, Ok(Ok(()))) {
                tracing::warn!(route = self.config.name, "the modem's folders could not be read");
            }
        }
    }

    /// Reads the folders once, and tells what was found. Blocks on the disk.
    pub fn poll(&self, sink: &dyn ReceiptSink, now: Timestamp) -> io::Result<()> {
        for (folder, state, error) in [
            (&self.config.error, ReceiptState::Failed, "modem"),
            (&self.config.sent, ReceiptState::Pending, ""),
        ] {
            for (path, own) in own_files(folder)? {
                fs::remove_file(path)?;
                sink.receipt(self.receipt(&own, state, error));
            }
        }
        for (path, own) in own_files(&self.config.outbox)? {
            // The modem was away for too long; it must not send what is of no use any more. It may be sending it just
            // now, and then the file is gone.
            if own.expires_s <= now.unix_ms().div_euclid(1_000) && fs::remove_file(path).is_ok() {
                sink.receipt(self.receipt(&own, ReceiptState::Failed, "expired"));
            }
        }
        match &self.config.inbox {
            Some(inbox) => self.receive(inbox, sink),
            None => Ok(()),
        }
    }

    fn receipt(&self, own: &Own, state: ReceiptState, error: &str) -> Receipt {
        Receipt {
            route: self.config.name.clone(),
            provider_ids: vec![own.note.clone()],
            state,
            error: error.to_owned(),
        }
    }

    fn receive(&self, inbox: &Path, sink: &dyn ReceiptSink) -> io::Result<()> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::take(&mut *seen);
        let mut growing = BTreeSet::new();
        let mut texts: BTreeMap<String, Vec<(PathBuf, String)>> = BTreeMap::new();
        let mut sizes = BTreeMap::new();
        for (path, name) in files(inbox)? {
            let Some((message, _sender)) = received(&name) else { continue };
            let size = fs::metadata(&path)?.len();
            if before.get(&path) != Some(&size) {
                growing.insert(message.to_owned());
            }
            sizes.insert(path.clone(), size);
            // Names are sorted, and so are the parts of one message.
            texts.entry(message.to_owned()).or_default().push((path, name));
        }
        for (message, parts) in texts {
            if growing.contains(&message) {
                continue;
            }
            let mut text = String::new();
            for (path, _) in &parts {
                text.push_str(&decoded(&fs::read(path)?));
            }
            for (path, _) in &parts {
                fs::remove_file(path)?;
                sizes.remove(path);
            }
            let from =
                parts.first().and_then(|(_, name)| received(name)).map(|(_, sender)| sender.to_owned());
            sink.inbound(Inbound {
                route: self.config.name.clone(),
                from: from.unwrap_or_default(),
                to: self.config.carries.inbound_number.clone().unwrap_or_default(),
                text,
            });
        }
        *seen = sizes;
        Ok(())
    }

    fn put(&self, letter: &Letter) -> Submission {
        let Some(number) = letter.to.phone() else {
            return Submission::Refused { failure: Failure::Route, code: "not a phone number".to_owned() };
        };
        let now = (self.now)();
        let expires_s = now.after(letter.valid_for).unix_ms().div_euclid(1_000);
        let own = Own::new(&letter.reference.to_string(), expires_s, now);
        let name = own.file_name(number.e164(), now);
        let hidden = self.config.outbox.join(format!(".{}", own.note));
        // UTF-16 with its mark is read the same under every locale.
        let text: Vec<u8> = std::iter::once(0xfeff)
            .chain(render_sms(letter).encode_utf16())
            .flat_map(u16::to_be_bytes)
            .collect();
        let written =
            fs::write(&hidden, text).and_then(|()| fs::rename(&hidden, self.config.outbox.join(name)));
        if written.is_err() {
            let _ = fs::remove_file(&hidden);
            tracing::warn!(route = self.config.name, message = %letter.reference, "the outbox takes no files");
            return Submission::NotSent;
        }
        Submission::Accepted { provider_ids: vec![own.note] }
    }
}

/// What the name of a file of ours says.
#[derive(Debug, PartialEq, Eq)]
struct Own {
    /// Names this try; the identifier that records keep.
    note: String,
    expires_s: i64,
}

impl Own {
    fn new(reference: &str, expires_s: i64, now: Timestamp) -> Self {
        // Underscores part the fields of a name.
        let reference = reference.replace('_', "-");
        Self { note: format!("{NOTE}{reference}-{}-{expires_s}", now.unix_ms()), expires_s }
    }

    /// `OUTA<date>_<time>_<serial>_<recipient>_<note>.txt`: the first priority. Modems send by name, so the oldest goes
    /// first.
    fn file_name(&self, to: &str, now: Timestamp) -> String {
        let moment = now.to_rfc3339().replace(['-', ':'], "");
        let (date, time, serial) = (&moment[..8], &moment[9..15], &moment[16..19]);
        format!("OUTA{date}_{time}_{serial}_{to}_{}.txt", self.note)
    }

    fn of(file_name: &str) -> Option<Self> {
        let (_, note) = file_name.strip_prefix("OUT")?.rsplit_once('_')?;
        let note = note.split('.').next().filter(|note| note.starts_with(NOTE))?;
        let expires_s = note.rsplit_once('-')?.1.parse().ok()?;
        Some(Self { note: note.to_owned(), expires_s })
    }
}

/// Of `IN<date>_<time>_<serial>_<sender>_<sequence>.txt`: what names the message, and its sender.
fn received(file_name: &str) -> Option<(&str, &str)> {
    let (message, _sequence) = file_name.strip_prefix("IN")?.strip_suffix(".txt")?.rsplit_once('_')?;
    let sender = message.splitn(4, '_').nth(3)?;
    Some((message, sender))
}

fn files(folder: &Path) -> io::Result<Vec<(PathBuf, String)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if let Ok(name) = entry.file_name().into_string() {
            found.push((entry.path(), name));
        }
    }
    found.sort();
    Ok(found)
}

fn own_files(folder: &Path) -> io::Result<Vec<(PathBuf, Own)>> {
    let files = files(folder)?.into_iter();
    Ok(files.filter_map(|(path, name)| Some((path, Own::of(&name)?))).collect())
}

/// UTF-16 where it has its mark, else UTF-8.
fn decoded(octets: &[u8]) -> String {
    let units = |unit: fn([u8; 2]) -> u16| -> String {
        let units: Vec<u16> = octets[2..].chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match octets {
        [0xfe, 0xff, ..] => units(u16::from_be_bytes),
        [0xff, 0xfe, ..] => units(u16::from_le_bytes),
        _ => String::from_utf8_lossy(octets).into_owned(),
    }
}

impl Channel for GammuRoute {
    fn submit(&self, letter: Letter) -> Submitting<'_> {
        // One small file on a local disk: shorter than the way to another thread.
        Box::pin(async move { self.put(&letter) })
    }
}

#[cfg(test)]
#[path = "gammu_tests.rs"]
mod tests;
