//! The shape of files: how long, how they open, what they are called, what never stands in them.
//!
//! Decides on what a reader meets first. Refuses to judge what the words say: that is for people.

use super::source::words;
use super::tree::{File, Finding, Tree};

const FILE_LINES_MAX: usize = 600;
const FUNCTION_LINES_MAX: usize = 70;
const LINE_CHARS_MAX: usize = 120;

/// Names that say nothing about what a file decides.
const EMPTY_NAMES: [&str; 8] =
    ["utils", "util", "common", "helpers", "helper", "manager", "managers", "misc"];

/// Files that people write by hand, so their length is a choice.
const WRITTEN: [&str; 8] = [".rs", ".py", ".mjs", ".js", ".css", ".html", ".sh", ".sql"];

/// Written apart so that this file does not break the rule it holds.
const UNFINISHED: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
const MACHINE_PATHS: [&str; 5] = [
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("C:\\Us", "ers"),
];
const REGISTRY_HOSTS: [&str; 7] = [
    concat!("registry.npm", "js.org"),
    concat!("registry.yarn", "pkg.com"),
    concat!("pypi", ".org"),
    concat!("pythonhosted", ".org"),
    concat!("static.crates", ".io"),
    concat!("index.crates", ".io"),
    concat!("deb.debian", ".org"),
];

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &tree.files {
        let is_lock = file.path.ends_with(".lock") || file.path.ends_with("package-lock.json");
        check_words(file, is_lock, &mut findings);
        check_name(file, &mut findings);
        if !file.is_generated() && WRITTEN.iter().any(|ending| file.path.ends_with(ending)) {
            check_length(file, &mut findings);
        }
    }
    for (file, source) in tree.rust() {
        if !file.is_generated() {
            check_widths(file, &mut findings);
        }
        check_head(file, &mut findings);
        for function in source.functions() {
            let lines = function.last_line - function.first_line + 1;
            if lines > FUNCTION_LINES_MAX {
                let advice =
                    format!("fn {} has {lines} lines, {FUNCTION_LINES_MAX} at most: split it", function.name);
                findings.push(file.finding(function.first_line, advice));
            }
        }
    }
    findings
}

fn check_length(file: &File, findings: &mut Vec<Finding>) {
    let lines = file.text.lines().count();
    if lines > FILE_LINES_MAX {
        let advice = format!("{lines} lines, {FILE_LINES_MAX} at most: split it by what its parts decide");
        findings.push(file.finding(FILE_LINES_MAX + 1, advice));
    }
}

fn check_widths(file: &File, findings: &mut Vec<Finding>) {
    for (number, line) in file.lines() {
        let width = line.chars().count();
        if width > LINE_CHARS_MAX {
            findings.push(file.finding(number, format!("{width} characters wide, {LINE_CHARS_MAX} at most")));
        }
    }
}

/// The first line that is not a plain comment (a licence, a generator's note) opens the module's own words.
fn check_head(file: &File, findings: &mut Vec<Finding>) {
    let is_note = |line: &str| line.is_empty() || (line.starts_with("//") && !line.starts_with("//!"));
    let head = file.text.lines().find(|line| !is_note(line));
    if !head.is_some_and(|line| line.starts_with("//!")) {
        findings.push(file.finding(1, "open with //! lines: what it decides, what it refuses to know"));
    }
}

fn check_name(file: &File, findings: &mut Vec<Finding>) {
    for part in file.path.split('/') {
        let stem = part.split('.').next().unwrap_or(part);
        if EMPTY_NAMES.contains(&stem) {
            findings.push(
                file.finding(1, format!("the name {stem} says nothing: name it after what it decides")),
            );
        }
    }
    let Some(source) = &file.source else { return };
    let mut previous = "";
    for (at, word) in words(&source.code) {
        if previous == "mod" && EMPTY_NAMES.contains(&word) {
            let line = file.line_of(&source.code, at);
            findings.push(
                file.finding(line, format!("the name {word} says nothing: name it after what it decides")),
            );
        }
        previous = word;
    }
}

fn check_words(file: &File, is_lock: bool, findings: &mut Vec<Finding>) {
    for (number, line) in file.lines() {
        if let Some(host) = REGISTRY_HOSTS.iter().find(|host| line.contains(**host)) {
            findings.push(
                file.finding(number, format!("names the registry host {host}: leave it to the client")),
            );
        }
        if is_lock {
            continue;
        }
        if let Some((_, word)) = words(line).find(|(_, word)| UNFINISHED.contains(word)) {
            findings.push(
                file.finding(number, format!("{word}: finish it, or file an issue and say why it is absent")),
            );
        }
        if let Some(path) = MACHINE_PATHS.iter().find(|path| starts_a_path(line, path)) {
            findings.push(
                file.finding(number, format!("{path}… is a path of one machine: write it from the root")),
            );
        }
    }
}

/// Whether the path stands at its own beginning, and is no part of a longer path or a web address.
fn starts_a_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        !line[..at]
            .chars()
            .next_back()
            .is_some_and(|before| before.is_alphanumeric() || "./_-}".contains(before))
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{clean, lines};
    use super::*;

    const NONE: [usize; 0] = [];

    #[test]
    fn long_files_and_lines_are_found() {
        let long = format!("//! x\n{}", "// y\n".repeat(FILE_LINES_MAX));
        assert_eq!(lines(check, "crates/core/src/a.rs", &long), [601]);
        assert_eq!(lines(check, "tests/browser/a.test.mjs", &long), [601]);
        assert!(clean(check, "crates/core/tests/rows.tsv", &long));
        let generated = long.replace("//! x", concat!("// @", "generated by x\n//! x"));
        assert!(clean(check, "crates/core/src/a.rs", &generated));

        let wide = format!("//! x\n// {}\n// {}\n", "é".repeat(117), "é".repeat(118));
        assert_eq!(lines(check, "crates/core/src/a.rs", &wide), [3]);
    }

    #[test]
    fn long_functions_are_found_and_strings_do_not_fool_the_count() {
        let long = format!("//! x\nfn long() {{\n{}}}\n", "    f(\"}\");\n".repeat(FUNCTION_LINES_MAX - 1));
        assert_eq!(lines(check, "crates/core/src/a.rs", &long), [2]);
        let just = format!("//! x\nfn just() {{\n{}}}\n", "    f(\"{\");\n".repeat(FUNCTION_LINES_MAX - 2));
        assert_eq!(lines(check, "crates/core/src/a.rs", &just), NONE);
    }

    #[test]
    fn modules_open_with_what_they_decide() {
        assert_eq!(lines(check, "crates/core/src/a.rs", "use std::fmt;\n//! late\n"), [1]);
        assert_eq!(lines(check, "crates/core/src/a.rs", "// a note\n"), [1]);
        assert!(clean(check, "crates/core/src/a.rs", "// a licence\n\n//! Decides.\n"));
    }

    #[test]
    fn empty_names_are_found() {
        assert_eq!(lines(check, "crates/core/src/utils.rs", "//! x\n"), [1]);
        assert_eq!(lines(check, "crates/core/tests/common/mod.rs", "//! x\n"), [1]);
        assert_eq!(lines(check, "crates/core/src/a.rs", "//! x\nmod helpers {\n}\n"), [2]);
        assert!(clean(check, "crates/core/src/commonwealth.rs", "//! x\nlet misc = 1;\n"));
    }

    #[test]
    fn unfinished_work_paths_and_hosts_are_found() {
        let text = format!(
            "# x\n{} later\nsee {}me/notes\nfrom https://{}/simple\nXXXL\npages{}me/\n",
            UNFINISHED[0], MACHINE_PATHS[0], REGISTRY_HOSTS[2], MACHINE_PATHS[2]
        );
        assert_eq!(lines(check, "docs/A.md", &text), [2, 3, 4]);
        assert_eq!(lines(check, "tests/browser/package-lock.json", &text), [4]);
    }
}
