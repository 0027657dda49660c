//! House rules that no linter knows.

use anyhow::bail;
use std::fs;

use crate::shell::{command, output};

/// The longest source file, in lines: near 400 is meant, this is where it stops.
const LONGEST: usize = 600;
/// Names that say nothing.
const VAGUE: [&str; 5] = ["utils", "helpers", "common", "manager", "misc"];

/// Refuses a Rust file without words at its top, one that is too long, a vague module name, and a
/// folder of somebody's machine in any text.
pub fn check() -> anyhow::Result<()> {
    let mut faults = Vec::new();
    for path in output(&mut command("git", &["ls-files"]))?.lines() {
        let Ok(text) = fs::read_to_string(path) else {
            continue;
        };
        // Put together, so that this file does not find itself.
        for folder in ["/ho\u{6d}e/", "/ro\u{6f}t/", "/Us\u{65}rs/"] {
            if text.contains(folder) {
                faults.push(format!("{path}: names {folder}, a folder of one machine"));
            }
        }
        if path.ends_with(".rs") {
            rust(path, &text, &mut faults);
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    bail!("untidy:\n  {}", faults.join("\n  "))
}

fn rust(path: &str, text: &str, faults: &mut Vec<String>) {
    if !text.trim_start().starts_with("//!") {
        faults.push(format!("{path}: begins without //! words on what it is"));
    }
    let lines = text.lines().count();
    if lines > LONGEST {
        faults.push(format!("{path}: {lines} lines; split it along a seam"));
    }
    let stem = path
        .rsplit('/')
        .next()
        .unwrap_or(path)
        .trim_end_matches(".rs");
    if VAGUE.contains(&stem) {
        faults.push(format!("{path}: a name that says nothing"));
    }
}
