//! The digest of an action's details, recomputed from what this exchange itself is about to do (R52): SHA-256
//! over the RFC 8785 text of account, action, audience, details, kind and service, as base64url without
//! padding. What Countersign says the digest is plays no part here.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// What an action is about. The fields stand in the order RFC 8785 wants them: by name.
///
/// All values are texts and all names are ASCII, so that `serde_json`'s escapes are those of RFC 8785,
/// 3.2.2.2.
#[derive(Serialize)]
pub(crate) struct Subject<'a> {
    pub(crate) account: &'a str,
    pub(crate) action: &'a str,
    pub(crate) audience: &'a str,
    pub(crate) details: &'a BTreeMap<&'static str, String>,
    pub(crate) kind: &'a str,
    pub(crate) service: &'a str,
}

impl Subject<'_> {
    /// 43 characters.
    pub(crate) fn digest(&self) -> String {
        // Texts and a map of texts always have a JSON form.
        let canonical = serde_json::to_vec(self).unwrap_or_default();
        URL_SAFE_NO_PAD.encode(Sha256::digest(canonical))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn details() -> BTreeMap<&'static str, String> {
        BTreeMap::from([
            ("amount", "0.05".to_owned()),
            ("asset", "BTC".to_owned()),
            ("network", "Bitcoin".to_owned()),
            ("address", "bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh".to_owned()),
            ("memo", "Zoë said \"hi\\there\" / 50 €".to_owned()),
        ])
    }

    fn digest(details: &BTreeMap<&'static str, String>, action: &str) -> String {
        let subject = Subject {
            account: "acc_0197cd5f4a007a6ab1c2d3e4f5061728",
            action,
            audience: "http://127.0.0.1:8085",
            details,
            kind: "withdrawal",
            service: "svc_0197cd5f4a007a6ab1c2d3e4f506172a",
        };
        subject.digest()
    }

    const ACTION: &str = "act_0197cd5f4a007a6ab1c2d3e4f5061729";

    /// Computed with Python 3, `d` being the object above with its keys in another order:
    /// `b=json.dumps(d,sort_keys=True,separators=(",",":"),ensure_ascii=False).encode();`
    /// `base64.urlsafe_b64encode(hashlib.sha256(b).digest()).decode().rstrip("=")`
    #[test]
    fn the_digest_is_what_others_compute() {
        assert_eq!(digest(&details(), ACTION), "BRBQ9DkWHHOSxZIkm4Wk0bbKzAFSqgOq6gD-VlZN0Zg");
    }

    #[test]
    fn every_detail_and_the_action_change_it() {
        let whole = digest(&details(), ACTION);
        for name in ["amount", "asset", "network", "address", "memo"] {
            let mut changed = details();
            changed.insert(name, "0.06".to_owned());
            assert_ne!(digest(&changed, ACTION), whole, "{name} changed");
            changed.remove(name);
            assert_ne!(digest(&changed, ACTION), whole, "{name} left out");
        }
        assert_ne!(digest(&details(), "act_0197cd5f4a007a6ab1c2d3e4f506172b"), whole);
    }
}
