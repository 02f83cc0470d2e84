//! The strangers that the product is tested against: packages of Python and Node.js, pinned in `tests/`.
//!
//! Decides when an installed set is still the pinned one. Refuses to choose versions: the lock files do.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::step::run;

/// A Python with exactly the pinned packages; returns its program.
pub(crate) fn python(python3: &Path, root: &Path, target: &Path) -> Result<PathBuf, String> {
    let pinned = root.join("tests/interop/requirements.txt");
    let folder = target.join("test-python");
    let program = folder.join("bin/python");
    if is_installed(&folder, &pinned)? && program.is_file() {
        return Ok(program);
    }
    run(Command::new(python3).args(["-m", "venv", "--clear"]).arg(&folder))?;
    let pip =
        ["-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--no-deps", "--requirement"];
    run(Command::new(&program).args(pip).arg(&pinned))?;
    mark_installed(&folder, &pinned)?;
    Ok(program)
}

/// The locked packages of a folder with a `package-lock.json`; returns its `node_modules`.
pub(crate) fn node(npm: &Path, folder: &Path) -> Result<PathBuf, String> {
    let lock = folder.join("package-lock.json");
    let modules = folder.join("node_modules");
    if !is_installed(&modules, &lock)? {
        // No scripts: no package of ours needs one, and a browser's download would be one.
        run(Command::new(npm)
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
            .current_dir(folder))?;
        mark_installed(&modules, &lock)?;
    }
    Ok(modules)
}

/// What was installed, word for word, kept beside it: another pin means another installation.
const INSTALLED: &str = ".countersign-installed";

fn is_installed(folder: &Path, pinned: &Path) -> Result<bool, String> {
    let wanted = fs::read(pinned).map_err(|error| format!("{}: {error}", pinned.display()))?;
    Ok(fs::read(folder.join(INSTALLED)).is_ok_and(|installed| installed == wanted))
}

fn mark_installed(folder: &Path, pinned: &Path) -> Result<(), String> {
    fs::copy(pinned, folder.join(INSTALLED)).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(())
}
