//! What a confirmation is bound to (R52): SHA-256 over the one canonical spelling (RFC 8785, "JCS") of who
//! confirms which action, with which details, for whom. Anyone who has those can compute it again. Refuses to
//! know what the details mean, and any JSON but objects and strings, for which canonical JSON has no room for
//! doubt.

use crate::model::DetailsDigest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Everything that one confirmation is for. Two that differ in any member have different digests.
#[derive(Clone, Copy)]
pub struct Confirmed<'a> {
    /// The account's identifier (`acc_…`).
    pub account: &'a str,
    /// The action's identifier (`act_…`): no two confirmations share a digest.
    pub action: &'a str,
    /// Who may redeem the assertion.
    pub audience: &'a str,
    /// What the person is shown: amount, asset, address and the like.
    pub details: &'a BTreeMap<String, String>,
    /// The kind of action.
    pub kind: &'a str,
    /// The service's identifier (`svc_…`).
    pub service: &'a str,
}

impl Confirmed<'_> {
    /// The bytes that are hashed, as text.
    pub fn canonical(&self) -> String {
        canonical_object(&[
            ("account", Member::Text(self.account)),
            ("action", Member::Text(self.action)),
            ("audience", Member::Text(self.audience)),
            ("details", Member::Texts(self.details)),
            ("kind", Member::Text(self.kind)),
            ("service", Member::Text(self.service)),
        ])
    }

    /// Their digest.
    pub fn digest(&self) -> DetailsDigest {
        DetailsDigest(Sha256::digest(self.canonical()).into())
    }
}

impl DetailsDigest {
    /// The digest as it is written everywhere: base64url without padding (RFC 4648 section 5), 43 characters.
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// Reads what [`Self::to_text`] writes, and only that: one digest has one spelling.
    pub fn from_text(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }
}

/// The value of a member of a canonical object.
#[derive(Clone, Copy)]
pub enum Member<'a> {
    /// A string.
    Text(&'a str),
    /// An object whose members are strings.
    Texts(&'a BTreeMap<String, String>),
}

/// The canonical JSON (RFC 8785) of an object: no white space, members ordered by the UTF-16 code units of
/// their names (section 3.2.3), strings with the shortest escapes (section 3.2.2.2). The names must differ
/// from each other.
pub fn canonical_object(members: &[(&str, Member<'_>)]) -> String {
    let mut members = members.to_vec();
    members.sort_by(|(left, _), (right, _)| left.encode_utf16().cmp(right.encode_utf16()));
    let mut json = String::from("{");
    for (index, (name, member)) in members.into_iter().enumerate() {
        if index > 0 {
            json.push(',');
        }
        write_string(&mut json, name);
        json.push(':');
        match member {
            Member::Text(text) => write_string(&mut json, text),
            Member::Texts(texts) => {
                let members: Vec<_> =
                    texts.iter().map(|(name, text)| (name.as_str(), Member::Text(text))).collect();
                json.push_str(&canonical_object(&members));
            }
        }
    }
    json.push('}');
    json
}

fn write_string(json: &mut String, text: &str) {
    json.push('"');
    for c in text.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\u{8}' => json.push_str("\\b"),
            '\t' => json.push_str("\\t"),
            '\n' => json.push_str("\\n"),
            '\u{c}' => json.push_str("\\f"),
            '\r' => json.push_str("\\r"),
            // Writing to a String cannot fail.
            '\0'..='\u{1f}' => drop(write!(json, "\\u{:04x}", u32::from(c))),
            c => json.push(c),
        }
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(members: &[(&str, &str)]) -> BTreeMap<String, String> {
        members.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    /// RFC 8785 section 3.2.3: the members of its sorting example, in the order of its expected output. By
    /// UTF-8 bytes, U+FB33 would come before U+1F600.
    #[test]
    fn members_are_ordered_as_rfc_8785_shows() {
        let given = texts(&[
            ("\u{20ac}", "Euro Sign"),
            ("\r", "Carriage Return"),
            ("\u{fb33}", "Hebrew Letter Dalet With Dagesh"),
            ("1", "One"),
            ("\u{1f600}", "Emoji: Grinning Face"),
            ("\u{80}", "Control"),
            ("\u{f6}", "Latin Small Letter O With Diaeresis"),
        ]);
        assert_eq!(
            canonical_object(&[("", Member::Texts(&given))]),
            "{\"\":{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\
             \"\u{f6}\":\"Latin Small Letter O With Diaeresis\",\"\u{20ac}\":\"Euro Sign\",\
             \"\u{1f600}\":\"Emoji: Grinning Face\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}}"
        );
    }

    /// RFC 8785 section 3.2.4: the string of its example, and the bytes it ends as.
    #[test]
    fn strings_are_escaped_as_rfc_8785_shows() {
        let given = "\u{20ac}$\u{f}\u{a}A'\u{42}\u{22}\u{5c}\\\"/";
        let json = canonical_object(&[("string", Member::Text(given))]);
        assert_eq!(json, "{\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
        assert_eq!(canonical_object(&[]), "{}");
    }

    #[test]
    fn every_control_character_has_its_shortest_escape() {
        let wanted = [
            "\\u0000", "\\u0001", "\\u0002", "\\u0003", "\\u0004", "\\u0005", "\\u0006", "\\u0007", "\\b",
            "\\t", "\\n", "\\u000b", "\\f", "\\r", "\\u000e", "\\u000f", "\\u0010", "\\u0011", "\\u0012",
            "\\u0013", "\\u0014", "\\u0015", "\\u0016", "\\u0017", "\\u0018", "\\u0019", "\\u001a",
            "\\u001b", "\\u001c", "\\u001d", "\\u001e", "\\u001f", " ", "!", "\\\"",
        ];
        for (point, escape) in (0u8..).zip(wanted) {
            let mut json = String::new();
            write_string(&mut json, &char::from(point).to_string());
            assert_eq!(json, format!("\"{escape}\""));
        }
        let mut delete = String::new();
        write_string(&mut delete, "\u{7f}\u{2028}");
        assert_eq!(delete, "\"\u{7f}\u{2028}\"");
    }

    proptest! {
        /// Another writer of JSON, and its reader, see the same text.
        #[test]
        fn serde_json_writes_and_reads_the_same(text in ".*", control in "[\\x00-\\x7f]*") {
            for text in [text, control] {
                let mut json = String::new();
                write_string(&mut json, &text);
                prop_assert_eq!(&json, &serde_json::to_string(&text).unwrap());
                prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
            }
        }
    }

    fn withdrawal(details: &BTreeMap<String, String>) -> Confirmed<'_> {
        Confirmed {
            account: "acc_1",
            action: "act_2",
            audience: "https://exchange.example",
            details,
            kind: "withdrawal",
            service: "svc_3",
        }
    }

    /// Both values were computed with Python: `json.dumps(…, sort_keys=True, separators=(",", ":"),
    /// ensure_ascii=False)` and `hashlib.sha256`.
    #[test]
    fn another_implementation_computes_the_same_digest() {
        let details = texts(&[
            ("network", "bitcoin"),
            ("amount", "0.5"),
            ("asset", "BTC"),
            ("address", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),
            ("memo", "Miete für \"März\"\\2027 ₿"),
        ]);
        let confirmed = withdrawal(&details);
        assert_eq!(confirmed.canonical(), PYTHON_JSON);
        assert_eq!(confirmed.digest().to_text(), PYTHON_DIGEST);
    }

    #[test]
    fn no_two_confirmations_share_a_digest() {
        let details = texts(&[("amount", "0.5"), ("asset", "BTC")]);
        let other = texts(&[("amount", "0.50"), ("asset", "BTC")]);
        let one = withdrawal(&details);
        let others = [
            Confirmed { account: "acc_9", ..one },
            Confirmed { action: "act_9", ..one },
            Confirmed { audience: "https://exchange.example/", ..one },
            Confirmed { details: &other, ..one },
            Confirmed { kind: "gift", ..one },
            Confirmed { service: "svc_9", ..one },
        ];
        for (index, other) in others.iter().enumerate() {
            assert_ne!(one.digest(), other.digest(), "member {index}");
        }
        // A value cannot pass for a member.
        let forged = texts(&[("amount", "0.5\",\"asset\":\"BTC")]);
        assert_ne!(one.digest(), withdrawal(&forged).digest());
    }

    #[test]
    fn a_digest_has_one_spelling() {
        let digest = DetailsDigest(std::array::from_fn(|i| 255 - i as u8));
        let text = digest.to_text();
        assert_eq!(text, "__79_Pv6-fj39vX08_Lx8O_u7ezr6uno5-bl5OPi4eA");
        assert_eq!(DetailsDigest::from_text(&text), Some(digest));
        for other in [
            format!("{text}="),
            text.replace('_', "/"),
            format!("{text} "),
            text.replace("eA", "eB"),
            text[..42].to_owned(),
            format!("{text}AA"),
            String::new(),
        ] {
            assert_eq!(DetailsDigest::from_text(&other), None, "{other}");
        }
    }

    const PYTHON_JSON: &str = "{\"account\":\"acc_1\",\"action\":\"act_2\",\
        \"audience\":\"https://exchange.example\",\
        \"details\":{\"address\":\"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4\",\
        \"amount\":\"0.5\",\"asset\":\"BTC\",\
        \"memo\":\"Miete für \\\"März\\\"\\\\2027 ₿\",\"network\":\"bitcoin\"},\
        \"kind\":\"withdrawal\",\"service\":\"svc_3\"}";
    const PYTHON_DIGEST: &str = "yx85SXyaXYyoAdte3NoLLbMMkxRM1lXiIBYHfqODf5U";
}
