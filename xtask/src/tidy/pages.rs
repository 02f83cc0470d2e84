//! What the pages and the README promise in their own files.
//!
//! Decides whether a template would break the strict content security policy (no inline script or style), and
//! whether the README opens with the two commands that do all the set-up. Refuses to judge words and looks.

use super::tree::{File, Finding, Tree};

const TEMPLATES: &str = "crates/server/templates/";

/// The two commands of the README, and there is no third.
const SET_UP: [&str; 2] = ["cargo run -- demo", "cargo xtask test"];

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| file.path.starts_with(TEMPLATES)) {
        check_template(file, &mut findings);
    }
    match tree.file("README.md") {
        Some(readme) => check_readme(readme, &mut findings),
        None => findings.push(File::new("README.md", "").finding(1, "there is no README.md")),
    }
    findings
}

fn check_template(file: &File, findings: &mut Vec<Finding>) {
    let text = file.text.to_lowercase();
    let mut rest = 0;
    while let Some(open) = text[rest..].find('<') {
        let start = rest + open;
        let end = text[start..].find('>').map_or(text.len(), |end| start + end + 1);
        let tag = &text[start..end];
        if let Some(what) = inline(tag) {
            let advice = format!("{what} in a template: the policy allows files only, move it to an asset");
            findings.push(file.finding(file.line_of(&text, start), advice));
        }
        rest = start + 1;
    }
}

fn inline(tag: &str) -> Option<&'static str> {
    if tag.starts_with("<style") {
        return Some("an inline style sheet");
    }
    if tag.starts_with("<script") && !tag.contains(" src=") {
        return Some("an inline script");
    }
    if tag.contains("javascript:") {
        return Some("a javascript: address");
    }
    tag.split(char::is_whitespace).find_map(|attribute| {
        let (name, value) = attribute.split_once('=')?;
        if !value.starts_with(['"', '\'', '{']) {
            return None;
        }
        match name.strip_prefix("on") {
            Some(event) if !event.is_empty() && event.bytes().all(|byte| byte.is_ascii_lowercase()) => {
                Some("an event handler")
            }
            _ => (name == "style").then_some("an inline style"),
        }
    })
}

fn check_readme(readme: &File, findings: &mut Vec<Finding>) {
    let mut blocks: Vec<(usize, String)> = Vec::new();
    let mut inside = false;
    for (number, line) in readme.lines() {
        if line.starts_with("```") {
            inside = line == "```sh";
            if inside {
                blocks.push((number, String::new()));
            }
        } else if inside && let Some((_, text)) = blocks.last_mut() {
            text.push_str(line.trim());
            text.push('\n');
        }
    }
    for (index, command) in SET_UP.into_iter().enumerate() {
        match blocks.get(index) {
            Some((_, text)) if text.trim() == command => {}
            Some((line, _)) => {
                findings.push(readme.finding(*line, format!("this block should be just `{command}`")))
            }
            None => findings.push(readme.finding(1, format!("there is no sh block with just `{command}`"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::lines;
    use super::*;

    const README: &str =
        "# X\n```sh\ncargo run -- demo\n```\ntext\n```sh\ncargo xtask test\n```\n```sh\ncurl x\n```\n";

    fn of_template(text: &str) -> Vec<usize> {
        let files = vec![File::new("README.md", README), File::new("crates/server/templates/a.html", text)];
        check(&Tree { files }).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn templates_hold_nothing_inline() {
        for bad in [
            "<p style=\"color: red\">",
            "<p\n  class=\"a\"\n  style='x'>",
            "<style>p {}</style>",
            "<script>go()</script>",
            "<script type=\"module\">go()</script>",
            "<SCRIPT NONCE=\"x\">",
            "<button onclick=\"go()\">",
            "<body onload={{ go }}>",
            "<a href=\"javascript:go()\">",
        ] {
            assert_eq!(of_template(bad), [1], "{bad}");
        }
        assert_eq!(of_template("<p>\n<p>\n<b onClick='x'>"), [3]);
        let good = "<script src=\"/a.js\" defer></script><p data-style=\"x\" class=\"on\">\
                    one = two, on=1 {% if on == 1 %}";
        assert_eq!(of_template(good), [] as [usize; 0]);
    }

    #[test]
    fn the_readme_opens_with_the_two_commands() {
        assert_eq!(lines(check, "README.md", README), [] as [usize; 0]);
        assert_eq!(lines(check, "README.md", &README.replace("demo\n", "demo\ncargo build\n")), [2]);
        assert_eq!(lines(check, "README.md", &README.replace("xtask test", "test")), [6]);
        assert_eq!(lines(check, "README.md", "# X\n"), [1, 1]);
        assert_eq!(check(&Tree { files: Vec::new() }).len(), 1);
    }
}
