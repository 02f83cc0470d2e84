//! What is said in a call: who calls, what for, the code digit by digit and twice, and that nobody may ask for
//! it. Whoever listens has no page in front of them to read again, so sentences are short.

use super::catalogue::Words;
use super::plain::one_line;
use super::{joined, stem};
use crate::Letter;
use countersign_core::model::{Body, Purpose};

/// A payee longer than this, without spaces, is an address on a ledger: its ends are spelled, for nobody follows
/// all of it.
const SPOKEN_WHOLE_MAX: usize = 14;
/// Characters of each end.
const SPELLED: usize = 4;

/// The words of a letter as a call.
pub fn render_voice(letter: &Letter) -> String {
    let words = Words::of(&letter.locale);
    let brand = one_line(&letter.brand);
    let hello = words.say("voice-hello").with("brand", &*brand).text();
    match &letter.body {
        Body::Code { code, purpose, amount, payee, network, fingerprint, .. } => {
            let of = |detail: &Option<String>| one_line(detail.as_deref().unwrap_or_default());
            let details = Details { amount: of(amount), payee: of(payee), network: of(network) };
            let code = one_by_one(code);
            let mut said = vec![hello, what_for(words, *purpose, &details)];
            let fingerprint = of(fingerprint);
            if !fingerprint.is_empty() {
                said.push(words.say("voice-words").with("words", fingerprint).text());
            }
            said.push(words.say("voice-code").with("code", &*code).text());
            said.push(words.say("voice-code-again").with("code", &*code).text());
            said.push(words.say("voice-never-ask").text());
            said.join(" ")
        }
        Body::Notice { .. } => format!("{hello} {}", words.say("voice-notice").text()),
    }
}

/// The language (BCP 47) that [`render_voice`] speaks for a locale: a voice of another would not be understood.
pub fn voice_language(locale: &str) -> String {
    Words::of(locale).say("voice-language").text()
}

struct Details {
    amount: String,
    payee: String,
    network: String,
}

fn what_for(words: &Words, purpose: Purpose, details: &Details) -> String {
    let payee = spoken(words, &details.payee);
    let network = joined(words, "voice-network", "network", &details.network);
    let sentence = words.say(format!("voice-code-{}", stem(purpose, &details.amount)));
    sentence.with("amount", &*details.amount).with("payee", payee).with("network", network).text()
}

fn spoken(words: &Words, payee: &str) -> String {
    let characters: Vec<char> = payee.chars().collect();
    if characters.len() <= SPOKEN_WHOLE_MAX || payee.contains(' ') {
        return payee.to_owned();
    }
    let head: String = characters[..SPELLED].iter().collect();
    let tail: String = characters[characters.len() - SPELLED..].iter().collect();
    let ends = words.say("voice-payee-ends").with("head", one_by_one(&head));
    ends.with("tail", one_by_one(&tail)).text()
}

/// Characters with a pause after each, so that no voice makes one number of them.
fn one_by_one(text: &str) -> String {
    let characters: Vec<String> = text.chars().map(String::from).collect();
    characters.join(", ")
}

#[cfg(test)]
#[path = "voice_tests.rs"]
mod tests;
