//! What a letter says, in the language of whoever gets it. All words stand in the catalogues under
//! `locales/`; this module decides which sentence, in which order, and how long. Refuses to know how texts
//! travel, but for the length of one SMS.

mod catalogue;
mod mail;
mod plain;
mod preview;
mod sms;
mod voice;

pub use mail::{Mail, render_mail};
pub use preview::{Occasion, Preview, PreviewCoding, Samples, languages, preview, samples};
pub use sms::render_sms;
pub use voice::{render_voice, voice_language};

use catalogue::Words;
use countersign_core::model::Purpose;
use countersign_smpp::time::Utc;
use std::time::Duration;

/// Minutes as people are told them: the nearest whole one, at least one.
fn minutes(valid_for: Duration) -> u64 {
    ((valid_for.as_secs() + 30) / 60).max(1)
}

/// A moment in UTC, for people far from each other who compare it.
fn moment(words: &Words, at_ms: i64) -> String {
    let Utc { year, month, day, hour, minute, .. } = Utc::from_unix_ms(u64::try_from(at_ms).unwrap_or(0));
    words
        .say("moment")
        .with("day", day.to_string())
        .with("month", month)
        .with("year", year.to_string())
        .with("hour", format!("{hour:02}"))
        .with("minute", format!("{minute:02}"))
        .text()
}

/// The end of the key of a code's sentence. What leaves without an amount is an address that is opened for later.
fn stem(purpose: Purpose, amount: &str) -> &'static str {
    match purpose {
        Purpose::Transfer if amount.is_empty() => "transfer-address",
        purpose => purpose.as_str(),
    }
}

/// A value with the words that join it to its sentence; nothing when there is none.
fn joined(words: &Words, key: &'static str, name: &'static str, value: &str) -> String {
    if value.is_empty() { String::new() } else { words.say(key).with(name, value).text() }
}

/// The address of a page of ours, as of the one that freezes the account (R67). None without a path or a place for it.
fn link_to(origin: &str, path: &str) -> Option<String> {
    (!origin.is_empty() && !path.is_empty()).then(|| format!("{origin}{path}"))
}

#[cfg(test)]
mod tests;
