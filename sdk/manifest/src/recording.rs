//! Recorded test calls: what an author's tests called, and what the host answered meanwhile. The
//! SDK's test host writes them, the build embeds them, and a host plays them back to a new revision
//! before its review. Plain data with bounds; holds nothing but what the author's tests made up.
//!
//! The host's *answers* are recorded, not the world that gave them: an answer is the same in every
//! host, so that a replay needs no second world that would have to behave like the first.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Custom section that carries the recorded test calls, as JSON.
pub const SECTION_CALLS: &str = "onedoor:calls";
/// Most calls of a recording.
pub const MAX_CALLS: usize = 64;
/// Most bytes of a recording as JSON.
pub const MAX_CALLS_BYTES: usize = 256 * 1024;
/// Most bytes of one call as JSON, so that no call takes the room of all others.
pub const MAX_CALL_BYTES: usize = 32 * 1024;
/// Where the test host keeps them, below the folder of the plugin's crate.
pub const CALLS_FOLDER: &str = "target/onedoor-calls";

/// The recorded calls of a plugin's tests.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    /// The calls.
    pub calls: Vec<RecordedCall>,
    /// How many more there were, for which there was no room.
    #[serde(default)]
    pub left_out: u32,
}

/// One call of one function that the plugin exports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedCall {
    /// The test that made it.
    pub test: String,
    /// The interface, for example `portal`.
    pub export: String,
    /// The function, for example `render`.
    pub function: String,
    /// What it was called with, each value in the form of the contract.
    pub arguments: Vec<Value>,
    /// What the host's functions answered, in order.
    pub host: Vec<HostAnswer>,
    /// Whether the plugin answered with an error of the contract.
    pub refused: bool,
}

/// What one call of a function of the host answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostAnswer {
    /// Interface and function, for example `cases.open`.
    pub function: String,
    /// What it answered.
    pub answer: Value,
}

/// Why a recording is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadRecording {
    /// More bytes or calls than there may be.
    TooLarge,
    /// It cannot be read; what is wrong, in English.
    Unreadable(String),
}

impl RecordedCall {
    /// What is called, in a form that stays the same from revision to revision: the function, and
    /// the page and the form or button where there are some.
    pub fn about(&self) -> String {
        let mut about = format!("{}.{}", self.export, self.function);
        let word = |value: &Value| {
            let named = ["page", "form", "action"].map(|name| value.get(name));
            let found = named.into_iter().flatten().next();
            found
                .or(Some(value))
                .and_then(|it| Some(it.as_str()?.to_owned()))
        };
        for word in self.arguments.iter().take(2).filter_map(word) {
            about.push(' ');
            about.extend(word.chars().take(64));
        }
        about
    }

    fn same(&self, other: &Self) -> bool {
        (&self.export, &self.function) == (&other.export, &other.function)
            && self.arguments == other.arguments
            && self.host == other.host
    }
}

impl Recording {
    /// Reads a recording within its bounds.
    pub fn parse(text: &str) -> Result<Self, BadRecording> {
        if text.len() > MAX_CALLS_BYTES {
            return Err(BadRecording::TooLarge);
        }
        let read: Self = serde_json::from_str(text)
            .map_err(|error| BadRecording::Unreadable(error.to_string()))?;
        if read.calls.len() > MAX_CALLS {
            return Err(BadRecording::TooLarge);
        }
        Ok(read)
    }

    /// As JSON.
    pub fn text(&self) -> String {
        // Strings, numbers and lists of them: nothing that JSON could not hold.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Adds a call, unless there is no room; then it counts as left out. `bytes` is the sum so far.
    pub fn push(&mut self, call: RecordedCall, bytes: &mut usize) {
        let size = serde_json::to_string(&call).map_or(usize::MAX, |it| it.len() + 1);
        let fits = size <= MAX_CALL_BYTES
            && self.calls.len() < MAX_CALLS
            // A little is left for what stands around the calls.
            && bytes.saturating_add(size) <= MAX_CALLS_BYTES - 1024;
        if fits {
            *bytes += size;
            self.calls.push(call);
        } else {
            self.left_out = self.left_out.saturating_add(1);
        }
    }

    /// The calls of several tests as one recording: each call once, and the tests taken in turn, so
    /// that where room is short every test keeps its first calls.
    pub fn merged(tests: Vec<Self>) -> Self {
        let (mut all, mut bytes) = (Self::default(), 0);
        let mut kept: Vec<RecordedCall> = Vec::new();
        let longest = tests.iter().map(|it| it.calls.len()).max().unwrap_or(0);
        for turn in 0..longest {
            for call in tests.iter().filter_map(|it| it.calls.get(turn)) {
                if !kept.iter().any(|it| it.same(call)) {
                    kept.push(call.clone());
                }
            }
        }
        for call in kept {
            all.push(call, &mut bytes);
        }
        let lost = tests.iter().map(|it| it.left_out);
        all.left_out = lost.fold(all.left_out, u32::saturating_add);
        all
    }

    /// How many tests the calls are of.
    pub fn tests(&self) -> usize {
        let tests: BTreeSet<&str> = self.calls.iter().map(|it| it.test.as_str()).collect();
        tests.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn call(test: &str, page: &str) -> RecordedCall {
        RecordedCall {
            test: test.to_owned(),
            export: "portal".to_owned(),
            function: "render".to_owned(),
            arguments: vec![json!({ "page": page, "parameters": [] })],
            host: Vec::new(),
            refused: false,
        }
    }

    #[test]
    fn a_call_is_known_by_its_page_and_form() {
        let mut it = call("t", "home");
        assert_eq!(it.about(), "portal.render home");
        it.function = "submit".to_owned();
        it.arguments
            .push(json!({ "form": "report", "answers": [] }));
        assert_eq!(it.about(), "portal.submit home report");
        it.function = "act".to_owned();
        it.arguments[1] = json!("cancel");
        assert_eq!(it.about(), "portal.act home cancel");
    }

    #[test]
    fn tests_take_turns_and_nothing_is_kept_twice() {
        let of = |test: &str, pages: &[&str]| Recording {
            calls: pages.iter().map(|page| call(test, page)).collect(),
            left_out: 0,
        };
        let merged = Recording::merged(vec![of("a", &["1", "2", "3"]), of("b", &["9", "2"])]);
        let found: Vec<_> = merged.calls.iter().map(RecordedCall::about).collect();
        assert_eq!(found.len(), 4);
        assert_eq!(found[1], "portal.render 9");
        assert_eq!((merged.tests(), merged.left_out), (2, 0));
        assert_eq!(Recording::parse(&merged.text()), Ok(merged));
    }

    #[test]
    fn what_finds_no_room_is_counted() {
        let pages: Vec<String> = (0..100).map(|n| n.to_string()).collect();
        let calls = pages.iter().map(|page| call("t", page)).collect();
        let merged = Recording::merged(vec![Recording { calls, left_out: 2 }]);
        assert_eq!((merged.calls.len(), merged.left_out), (MAX_CALLS, 38));
        let huge = "x".repeat(20_000);
        let calls = (0..40).map(|n| call("t", &format!("{n}{huge}"))).collect();
        let merged = Recording::merged(vec![Recording { calls, left_out: 0 }]);
        assert!(merged.text().len() <= MAX_CALLS_BYTES && merged.left_out > 0);
        assert!(Recording::parse(&merged.text()).is_ok());
        let longest = call("t", &"x".repeat(MAX_CALL_BYTES));
        let merged = Recording::merged(vec![Recording {
            calls: vec![longest],
            left_out: 0,
        }]);
        assert_eq!((merged.calls.len(), merged.left_out), (0, 1));
    }

    #[test]
    fn what_is_not_a_recording_is_refused() {
        assert!(matches!(
            Recording::parse("{"),
            Err(BadRecording::Unreadable(_))
        ));
        let text = " ".repeat(MAX_CALLS_BYTES + 1);
        assert_eq!(Recording::parse(&text), Err(BadRecording::TooLarge));
    }
}
