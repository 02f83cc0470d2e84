//! The house rules as a test: arrows, purity, shape, pages.
//!
//! Decides nothing itself; each rule is a check in its own file, and a rule without a bad sample in its tests
//! is no rule. Refuses to fix anything: a finding says where and what to do.

mod arrows;
mod pages;
mod purity;
mod shape;
mod source;
mod tree;

use std::path::Path;

use tree::{Finding, Tree};

/// Reads the checkout and prints what breaks a rule.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let tree = Tree::read(root).map_err(|error| format!("cannot read the checkout: {error}"))?;
    let mut findings: Vec<Finding> = [arrows::check, pages::check, purity::check, shape::check]
        .iter()
        .flat_map(|check| check(&tree))
        .collect();
    findings.sort();
    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => {
            println!("tidy: {} files, nothing to say", tree.files.len());
            Ok(())
        }
        count => Err(format!("tidy: {count} findings in {} files", tree.files.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::tree::{File, Finding, Tree};

    type Check = fn(&Tree) -> Vec<Finding>;

    /// The lines that a check finds in a checkout of one file.
    pub(crate) fn lines(check: Check, path: &str, text: &str) -> Vec<usize> {
        let tree = Tree { files: vec![File::new(path, text)] };
        check(&tree).into_iter().map(|finding| finding.line).collect()
    }

    /// Whether a check has nothing to say about a checkout of one file.
    pub(crate) fn clean(check: Check, path: &str, text: &str) -> bool {
        lines(check, path, text).is_empty()
    }
}
