//! The files a page loads, built into the program, and the version that lets a browser keep them for a year.
//!
//! Decides names, content types and the version; refuses to know how they are sent.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

/// One file as it is sent.
#[derive(Debug)]
pub(crate) struct Asset {
    /// The last part of its path: `/static/{version}/{name}`.
    pub(crate) name: &'static str,
    /// For `Content-Type`.
    pub(crate) content_type: &'static str,
    /// The whole file.
    pub(crate) bytes: &'static [u8],
}

/// For `Cache-Control` of an answer under the current version: its content can never change.
pub(crate) const CACHE_FOREVER: &str = "public, max-age=31536000, immutable";

static ASSETS: [Asset; 11] = [
    Asset {
        name: "app.css",
        content_type: "text/css; charset=utf-8",
        bytes: include_bytes!("../../static/app.css"),
    },
    Asset {
        name: "console.css",
        content_type: "text/css; charset=utf-8",
        bytes: include_bytes!("../../static/console.css"),
    },
    Asset {
        name: "app.js",
        content_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../../static/app.js"),
    },
    Asset {
        name: "picker.js",
        content_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../../static/picker.js"),
    },
    Asset {
        name: "passkey.js",
        content_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../../static/passkey.js"),
    },
    Asset {
        name: "templates.js",
        content_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../../static/templates.js"),
    },
    Asset {
        name: "support.js",
        content_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../../static/support.js"),
    },
    Asset {
        name: "cases.js",
        content_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../../static/cases.js"),
    },
    Asset {
        name: "upload.js",
        content_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../../static/upload.js"),
    },
    Asset {
        name: "console.js",
        content_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../../static/console.js"),
    },
    Asset {
        name: "favicon.svg",
        content_type: "image/svg+xml",
        bytes: include_bytes!("../../static/favicon.svg"),
    },
];

static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for asset in &ASSETS {
        hash.update(asset.bytes.len().to_be_bytes());
        hash.update(asset.bytes);
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
});

/// Sixteen hex digits that change when any asset does.
pub(crate) fn version() -> &'static str {
    &VERSION
}

/// The asset at `/static/{version}/{name}`. An old version is not found rather than answered with other
/// content under an address that caches keep for a year.
pub(crate) fn find(asked_version: &str, name: &str) -> Option<&'static Asset> {
    (asked_version == version()).then(|| ASSETS.iter().find(|asset| asset.name == name)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_asset_is_found_under_the_current_version_only() {
        for name in [
            "app.css",
            "app.js",
            "picker.js",
            "passkey.js",
            "templates.js",
            "upload.js",
            "console.js",
            "favicon.svg",
        ] {
            assert_eq!(find(version(), name).map(|asset| asset.name), Some(name));
            assert!(find("0000000000000000", name).is_none());
        }
        assert!(find(version(), "../locales/en/pages.ftl").is_none());
        assert_eq!(version().len(), 16);
    }

    #[test]
    fn the_script_and_the_style_stay_small_and_ask_nobody_else() {
        for asset in &ASSETS {
            let text = std::str::from_utf8(asset.bytes).expect("assets are UTF-8");
            let outside = text.replace("http://www.w3.org/2000/svg", "");
            assert!(
                !outside.contains("//www") && !outside.contains("http"),
                "{} names another host",
                asset.name
            );
        }
        let size = |name| find(version(), name).map_or(usize::MAX, |asset| asset.bytes.len());
        assert!(size("app.js") < 12 * 1024, "app.js is {} bytes", size("app.js"));
        assert!(size("app.css") < 24 * 1024, "app.css is {} bytes", size("app.css"));
    }
}
