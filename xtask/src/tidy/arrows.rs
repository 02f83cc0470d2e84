//! The import arrows of docs/ARCHITECTURE.md: who may know whom.
//!
//! Decides by manifests and by the sources' own words, so that neither a dependency nor a path through a
//! re-export slips past. Refuses to look at tests: what a test needs to see is its own affair.

use super::source::words;
use super::tree::{File, Finding, Tree};

/// Each crate and the crates of this house it may import. `numbers` is plain data below the core, open to all
/// above it.
const ARROWS: [(&str, &[&str]); 11] = [
    ("numbers", &[]),
    ("smpp", &[]),
    // Bytes in, a picture out: what takes strangers' files apart knows nothing worth stealing.
    ("evidence", &[]),
    ("core", &["numbers"]),
    ("storage", &["core", "numbers"]),
    ("delivery", &["core", "numbers", "smpp"]),
    ("flows", &["core", "delivery", "evidence", "numbers", "storage"]),
    ("server", &["core", "flows", "numbers"]),
    // The simulated network shares no rule with the product, or it would share its mistakes.
    ("carriers", &["smpp"]),
    // The sample exchange knows the public API and nothing else.
    ("exchange", &[]),
    ("cli", &["carriers", "core", "delivery", "exchange", "flows", "numbers", "server", "storage"]),
];

/// All that the core may import from outside: plain data, hashing, signing and wiping. No I/O, no async, no clock.
const CORE_OUTSIDE: [&str; 10] =
    ["base64", "ed25519-dalek", "hmac", "serde", "serde_json", "sha1", "sha2", "subtle", "uuid", "zeroize"];

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &tree.files {
        if let Some(name) = manifest_of(file) {
            check_manifest(name, file, &mut findings);
        }
    }
    for (file, source) in tree.rust() {
        let Some(name) = file.crate_of_source() else { continue };
        for (at, word) in words(&source.code) {
            let Some(imported) = word.strip_prefix("countersign_") else { continue };
            if imported != name && is_crate(imported) && !may_import(name, imported) {
                findings.push(file.finding(file.line_of(&source.code, at), refused(name, imported)));
            }
        }
    }
    findings
}

fn manifest_of(file: &File) -> Option<&str> {
    file.path.strip_prefix("crates/")?.strip_suffix("/Cargo.toml")
}

fn check_manifest(name: &str, file: &File, findings: &mut Vec<Finding>) {
    if !is_crate(name) {
        findings.push(
            file.finding(1, format!("crate {name} is on no arrow: add it to ARROWS in xtask, with why")),
        );
        return;
    }
    for (line, dependency) in dependencies(&file.text) {
        match dependency.strip_prefix("countersign-") {
            Some(imported) if !may_import(name, imported) => {
                findings.push(file.finding(line, refused(name, imported)));
            }
            None if name == "core" && !CORE_OUTSIDE.contains(&dependency) => {
                findings.push(
                    file.finding(line, format!("core may not import {dependency}: it holds rules only")),
                );
            }
            _ => {}
        }
    }
}

fn is_crate(name: &str) -> bool {
    ARROWS.iter().any(|(from, _)| *from == name)
}

fn may_import(from: &str, to: &str) -> bool {
    ARROWS.iter().any(|(name, imports)| *name == from && imports.contains(&to))
}

fn refused(from: &str, to: &str) -> String {
    let may = ARROWS.iter().find(|(name, _)| *name == from).map_or(&[][..], |(_, imports)| imports);
    format!("{from} may not import {to} (only {may:?}): move the code to where the arrows allow it")
}

/// The dependencies that a manifest names for the crate itself (not for its tests), with their lines.
fn dependencies(manifest: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut inside = false;
    for (index, line) in manifest.lines().enumerate() {
        let line = line.trim();
        if let Some(table) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            let parts: Vec<&str> = table.split('.').collect();
            let is_table = |part: &str| part == "dependencies" || part == "build-dependencies";
            inside = parts.last().is_some_and(|last| is_table(last));
            if let [.., table, dependency] = parts[..]
                && is_table(table)
            {
                found.push((index + 1, dependency.trim_matches('"')));
            }
        } else if inside && !line.starts_with('#') {
            let name: &str = line.split(['=', '.']).next().unwrap_or_default().trim().trim_matches('"');
            if !name.is_empty() {
                found.push((index + 1, name));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::tests::{clean, lines};
    use super::*;

    #[test]
    fn manifests_keep_to_the_arrows() {
        let server = "[package]\nname = \"x\"\n\n[dependencies]\ncountersign-core.workspace = true\n\
                      countersign-storage = { path = \"../storage\" }\n";
        assert_eq!(lines(check, "crates/server/Cargo.toml", server), [6]);
        assert_eq!(lines(check, "crates/flows/Cargo.toml", server), [] as [usize; 0]);
        let carriers = "[target.'cfg(unix)'.dependencies.countersign-core]\nworkspace = true\n";
        assert_eq!(lines(check, "crates/carriers/Cargo.toml", carriers), [1]);
        let core = "[dependencies]\nserde.workspace = true\n\
                    # tokio = \"1\"\ntokio = \"1\"\n[dev-dependencies]\nproptest = \"1\"\n";
        assert_eq!(lines(check, "crates/core/Cargo.toml", core), [4]);
        assert_eq!(lines(check, "crates/extras/Cargo.toml", "[package]\n"), [1]);
    }

    #[test]
    fn sources_keep_to_the_arrows() {
        let text =
            "//! x\nuse countersign_core::Code;\n// countersign_storage\nuse countersign_delivery::Route;\n";
        assert_eq!(lines(check, "crates/server/src/lib.rs", text), [4]);
        assert!(clean(check, "crates/server/tests/pages.rs", text));
        assert!(clean(check, "crates/core/src/lib.rs", "//! x\nconst A: &str = \"countersign_storage\";\n"));
    }
}
