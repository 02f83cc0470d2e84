//! A certificate for `hooks.example` and the authority that signed it, as bytes and as files. Made with openssl for
//! these tests and used by nothing else.

#![allow(dead_code)] // no test file uses all of it

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

pub(crate) const NAME: &str = "hooks.example";
pub(crate) const AUTHORITY: &[u8] = include_bytes!("../fixtures/tls/authority.der");
pub(crate) const CERTIFICATE: &[u8] = include_bytes!("../fixtures/tls/hooks.example.der");
pub(crate) const KEY: &[u8] = include_bytes!("../fixtures/tls/hooks.example.key.der");

/// DER as PEM (RFC 7468).
pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// A file of one certificate; gone with this.
pub(crate) struct Authority {
    pub(crate) path: PathBuf,
}

impl Authority {
    pub(crate) fn written(certificate: &[u8]) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let (process, number) = (std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(format!("countersign-authority-{process}-{number}.pem"));
        std::fs::write(&path, pem("CERTIFICATE", certificate)).unwrap();
        Self { path }
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}
