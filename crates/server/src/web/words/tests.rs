//! Catalogues are whole and alike, no text is dead, and no value can break out of its sentence.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use super::*;

fn english() -> &'static Words {
    &Words::all()[0]
}

/// Key and names of the values of each message, read from the source text without the library under test.
fn messages(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current = String::new();
    for line in source.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        if let Some((key, _)) = line.split_once(" =").filter(|_| !line.starts_with([' ', '}'])) {
            current = key.to_owned();
            assert!(found.insert(current.clone(), BTreeSet::new()).is_none(), "{current} stands twice");
        }
        for part in line.split('$').skip(1) {
            let name =
                part.split(|character: char| !character.is_ascii_lowercase()).next().unwrap_or_default();
            found.entry(current.clone()).or_default().insert(name.to_owned());
        }
    }
    found
}

fn files_below(folder: PathBuf, extension: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(&folder).expect("folder is there");
    let mut files = Vec::new();
    for path in entries.map(|entry| entry.expect("entry").path()) {
        if path.is_dir() {
            files.extend(files_below(path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
    files
}

/// Templates, and the views without their tests and samples.
fn users_of_words() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = files_below(root.join("templates"), "html");
    files.extend(files_below(root.join("src/web/views"), "rs"));
    files.push(root.join("src/web/views.rs"));
    files.retain(|path| !path.ends_with("tests.rs") && !path.components().any(is_samples));
    files.iter().map(|path| std::fs::read_to_string(path).expect("readable")).collect()
}

fn is_samples(part: Component<'_>) -> bool {
    Path::new(part.as_os_str()).file_stem().is_some_and(|stem| stem == "samples")
}

#[test]
fn every_catalogue_parses_and_has_the_same_keys_with_the_same_values() {
    let reference = messages(CATALOGUES[0].3);
    assert!(reference.len() > 200, "the catalogue was read");
    for (tag, _, _, source) in CATALOGUES {
        assert!(FluentResource::try_new(source.to_owned()).is_ok(), "{tag} does not parse");
        assert_eq!(messages(source), reference, "{tag} differs");
        let words = Words::named(tag).expect("loaded");
        assert!(reference.keys().all(|key| words.bundle.has_message(key)), "{tag} lost a message");
    }
}

#[test]
fn every_key_that_a_template_names_exists_and_every_key_is_used() {
    let used = users_of_words();
    let known = messages(CATALOGUES[0].3);
    for opening in [".text(\"", ".say(\""] {
        for rest in used.split(opening).skip(1) {
            let key = rest.split('"').next().unwrap_or_default();
            assert!(known.contains_key(key), "{key} is in no catalogue");
        }
    }
    for key in known.keys() {
        // A word for a stored name is asked for by what its kind of words begins with: "audit-kind-".
        let begins = |(at, _): (usize, &str)| used.contains(&format!("\"{}\"", &key[..=at]));
        let by_name = key.match_indices('-').any(begins);
        assert!(by_name || used.contains(&format!("\"{key}\"")), "{key} is used nowhere");
    }
}

#[test]
fn a_value_is_escaped_and_isolated_and_never_read_as_grammar() {
    let hostile = "<script>alert(1)</script>{{7*7}} { $holder } \"'&\u{e000}\u{e001}";
    let sentence = english().say("signed-in-as").set("holder", hostile);
    let html = sentence.to_string();
    assert_eq!(
        html,
        "Signed in as <bdi>&#60;script&#62;alert(1)&#60;/script&#62;{{7*7}} { $holder } \
         &#34;&#39;&#38;\u{e000}\u{e001}</bdi>"
    );
    assert_eq!(sentence.plain(), format!("Signed in as {hostile}"));
}

#[test]
fn addresses_read_left_to_right_and_never_reach_a_log() {
    let number = Address::new("+66 81 234 5678");
    let html = english().say("sms-number").set("number", &number).to_string();
    assert_eq!(html, "Codes go to <bdi dir=\"ltr\" class=\"address\">+66 81 234 5678</bdi>.");
    assert!(!format!("{number:?}").contains('8'));
}

#[test]
fn counts_choose_the_plural_of_the_language() {
    let say =
        |words: &'static Words, left: u32| words.say("code-attempts-left").set("left", left).to_string();
    let german = Words::named("de").expect("loaded");
    assert_eq!(say(english(), 1), "One try left.");
    assert_eq!(say(english(), 2), "2 tries left.");
    assert_eq!(say(german, 1), "Noch ein Versuch.");
    assert_eq!(say(german, 2), "Noch 2 Versuche.");
}

#[test]
fn a_missing_key_or_value_shows_itself() {
    assert_eq!(english().text("no-such-key"), "⟦no-such-key⟧");
    assert!(english().say("signed-in-as").to_string().starts_with("⟦signed-in-as⟧"));
}

#[test]
fn the_language_is_the_chosen_one_then_the_accepted_one_then_the_default() {
    let tag = |chosen, accepted| Words::choose(chosen, accepted).tag();
    assert_eq!(tag(Some("de"), Some("en")), "de");
    assert_eq!(tag(Some("xx"), Some("de-AT, en;q=0.5")), "de");
    assert_eq!(tag(None, Some("en;q=0.4, de;q=0.9")), "de");
    assert_eq!(tag(None, Some("fr, de;q=0")), "en", "q=0 means not acceptable (RFC 9110, 12.4.2)");
    assert_eq!(tag(None, Some("\u{0}, ;;q=, *;q=nan")), "en");
    assert_eq!(tag(None, None), "en");
}

#[test]
fn moments_are_the_utc_clock_and_calendar() {
    // Expected values by GNU date: date -u -d @1763735400
    let at_ms = 1_763_735_400_000;
    let full = Moment::full(at_ms).to_string();
    assert_eq!(
        full,
        "<time datetime=\"2025-11-21T14:30:00Z\" data-local=\"full\">2025-11-21 14:30 UTC</time>"
    );
    assert!(Moment::clock(at_ms).to_string().ends_with(">14:30 UTC</time>"));
    assert!(Moment::exact(at_ms + 5_000).to_string().ends_with(">14:30:05 UTC</time>"));
    assert_eq!(
        Moment::precise(at_ms + 5_007).to_string(),
        "<time datetime=\"2025-11-21T14:30:05.007Z\">2025-11-21 14:30:05.007 UTC</time>"
    );
    assert!(Moment::day(at_ms).to_string().ends_with(">2025-11-21</time>"));
    assert_eq!(Moment::near(at_ms + 900_000, at_ms), Moment::clock(at_ms + 900_000));
    assert_eq!(Moment::near(at_ms + 86_400_000, at_ms), Moment::full(at_ms + 86_400_000));
    assert!(Moment::full(i64::MAX).to_string().contains("datetime=\"\""), "no calendar reaches it");
}
