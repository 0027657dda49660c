//! How cases are worded: states, urgencies, kinds. The words themselves are in `i18n/`.

use onedoor_sdk::{
    Cell, Status, Text, Tone,
    cases::{Info, State, Urgency},
    msg,
};

use crate::kinds::{self, Kind};

/// The message that names a kind.
pub fn kind(kind: &Kind) -> String {
    format!("kind-{}", kind.id)
}

/// The name of a class; its code, should the duty list have grown.
pub fn class(code: &str) -> Text {
    match code {
        "E0405" => msg("kind-smoke"),
        crate::PATROL => msg("kind-patrol"),
        crate::CHECK => msg("kind-check"),
        _ => kinds::by_class(code).map_or_else(|| Text::raw(code), |it| msg(&kind(it))),
    }
}

/// A state, with what it means to the reader.
pub fn state(state: State) -> Status {
    let tone = match state {
        State::Resolved | State::Closed | State::Done | State::Reviewed => Tone::Success,
        State::NeedInfo | State::Missed => Tone::Warning,
        State::Declined => Tone::Neutral,
        _ => Tone::Info,
    };
    Status {
        label: msg(&format!("state-{}", state.name())),
        tone,
    }
}

/// An urgency, with what it means to the reader.
pub fn urgency(urgency: Urgency) -> Status {
    let tone = match urgency {
        Urgency::Emergency => Tone::Danger,
        Urgency::Urgent => Tone::Warning,
        Urgency::Normal => Tone::Neutral,
    };
    Status {
        label: msg(&format!("urgency-{}", urgency.name())),
        tone,
    }
}

/// What is known of a case, as keys and values.
pub fn summary(case: &Info) -> Vec<(Text, Cell)> {
    let mut pairs: Vec<(Text, Cell)> = vec![
        (msg("column-number"), Text::raw(case.number.as_str()).into()),
        (msg("column-kind"), class(&case.class).into()),
        (msg("column-state"), state(case.state).into()),
        (msg("column-urgency"), urgency(case.urgency).into()),
        (msg("column-opened"), Cell::At(case.opened)),
    ];
    if !case.address.is_empty() {
        pairs.push((msg("column-place"), Text::raw(case.address.as_str()).into()));
    }
    if let Some(holder) = &case.holder {
        pairs.push((msg("column-holder"), Text::raw(holder.as_str()).into()));
    }
    if let Some(due) = case.due.filter(|_| !case.state.is_over()) {
        pairs.push((msg("column-due"), Cell::At(due)));
    }
    pairs
}
