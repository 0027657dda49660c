//! What a check found, step by step; as lines for people and as JSON for programs. Decides
//! nothing: it only counts.

use serde::Serialize;
use std::io::{self, Write};

/// How many faults of one step are told.
const TOLD: usize = 10;
/// How long a fault is, in characters; longer is cut.
const LONGEST: usize = 500;

/// Every step: its name, and what holds when it passes. docs/conformance.md says more of each.
pub const STEPS: [(&str, &str); 23] = [
    (
        "file",
        "sections, manifest, contract, imports and words are right",
    ),
    (
        "compile",
        "it compiles within the limits of time and memory",
    ),
    (
        "link",
        "what it imports and exports has the contract's shape",
    ),
    (
        "services",
        "the page of each service is shown to its audience, in both languages",
    ),
    ("links", "each page that a page leads to is there"),
    ("blocks", "no block breaks a rule, no form is malformed"),
    ("words", "each message that it names is in its bundles"),
    ("answered", "no call traps, panics or runs over a limit"),
    ("unknown-page", "a page that it does not have is not found"),
    ("unknown-form", "a form that it does not have is refused"),
    (
        "unknown-action",
        "a button that it does not have is refused",
    ),
    (
        "form-empty",
        "a form without its required answers is refused",
    ),
    (
        "form-garbage",
        "a form with answers of the wrong kind is refused",
    ),
    (
        "form-sent",
        "a form that is right is taken, or refused with a reason",
    ),
    (
        "once",
        "the same form or press, sent again, is answered alike and opens no second case",
    ),
    (
        "triage",
        "proposals name a class of the manifest, a confidence from 0 to 1 and a reason",
    ),
    ("event", "what happens to its cases is taken"),
    ("event-again", "the same event, told twice, is taken alike"),
    ("job", "each job comes to an end"),
    ("job-again", "the same run, tried twice, ends alike"),
    ("signal", "each inbox takes what its fields allow"),
    (
        "signal-again",
        "the same message, told twice, is taken alike",
    ),
    (
        "tiles",
        "figures are given for any division, within the bounds of a board",
    ),
];

/// Whether a step holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It holds.
    Passed,
    /// It does not.
    Failed,
    /// There was nothing to try it on.
    Skipped,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Its name.
    pub step: &'static str,
    /// What holds when it passes.
    pub rule: &'static str,
    /// Whether it holds.
    pub verdict: Verdict,
    /// How often it was tried.
    pub tried: u32,
    /// What was wrong; at most ten, in English.
    pub faults: Vec<String>,
    /// What else is worth knowing.
    pub note: Option<String>,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The plugin's id; empty when the file does not say.
    pub plugin: String,
    /// Its version.
    pub version: String,
    /// `sha256:` and 64 hexadecimal digits.
    pub digest: String,
    /// Whether no step failed.
    pub passed: bool,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

impl Report {
    /// Nothing tried yet.
    pub(super) fn new(digest: String) -> Self {
        let step = |(step, rule)| Step {
            step,
            rule,
            verdict: Verdict::Skipped,
            tried: 0,
            faults: Vec::new(),
            note: None,
        };
        Self {
            plugin: String::new(),
            version: String::new(),
            digest,
            passed: true,
            steps: STEPS.map(step).to_vec(),
        }
    }

    fn step(&mut self, name: &str) -> Option<&mut Step> {
        let found = self.steps.iter_mut().find(|it| it.step == name);
        debug_assert!(found.is_some(), "no such step: {name}");
        found
    }

    /// Tried once more.
    pub(super) fn tried(&mut self, name: &str) {
        if let Some(step) = self.step(name) {
            step.tried += 1;
            if step.verdict == Verdict::Skipped {
                step.verdict = Verdict::Passed;
            }
        }
    }

    /// Tried, and wrong.
    pub(super) fn fault(&mut self, name: &str, what: String) {
        self.passed = false;
        if let Some(step) = self.step(name) {
            step.verdict = Verdict::Failed;
            let what: String = what.chars().take(LONGEST).collect();
            if step.faults.len() < TOLD && !step.faults.contains(&what) {
                step.faults.push(what);
            }
        }
    }

    /// Something worth knowing of a step.
    pub(super) fn note(&mut self, name: &str, note: String) {
        if let Some(step) = self.step(name) {
            step.note = Some(note);
        }
    }

    /// Writes it as lines.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{} {} {}", self.plugin, self.version, self.digest)?;
        for step in &self.steps {
            let verdict = match step.verdict {
                Verdict::Passed => "pass",
                Verdict::Failed => "FAIL",
                Verdict::Skipped => "skip",
            };
            write!(out, "{verdict}  {:<15} {}", step.step, step.rule)?;
            match &step.note {
                Some(note) => writeln!(out, " ({note})")?,
                None => writeln!(out)?,
            }
            for fault in &step.faults {
                writeln!(out, "        {}", fault.replace('\n', "\n        "))?;
            }
        }
        let count = |verdict| self.steps.iter().filter(|it| it.verdict == verdict).count();
        writeln!(
            out,
            "{} passed, {} failed, {} with nothing to try",
            count(Verdict::Passed),
            count(Verdict::Failed),
            count(Verdict::Skipped)
        )
    }
}
