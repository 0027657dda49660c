//! What the plugin keeps of each case: how often it moved, where it stands, when that was. One
//! small value, of no person. An event counts once, however often it comes; one that comes late
//! does not take a newer state back.

use onedoor_sdk::{Event, Instant, Result, cases::State, keyvalue, log};

/// How many ids of events are remembered: redelivery follows soon or not at all.
const REMEMBERED: usize = 16;

/// What is kept of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// Events so far.
    pub count: u32,
    /// The case's version at the newest of them.
    pub version: u32,
    /// Where it stood then.
    pub state: State,
    /// When that was.
    pub at: Instant,
    ids: Vec<String>,
}

/// What is kept of a case; none if nothing has happened to it that was told.
pub fn seen(case: &str) -> Result<Option<Seen>> {
    Ok(keyvalue::shared()
        .get(&key(case))?
        .as_deref()
        .and_then(read))
}

/// Takes an event.
pub fn take(event: &Event) -> Result<()> {
    let case = &event.case;
    let before = seen(&case.id)?;
    let mut seen = before.unwrap_or(Seen {
        count: 0,
        version: case.version,
        state: case.state,
        at: event.at,
        ids: Vec::new(),
    });
    if seen.ids.contains(&event.id) {
        log::debug(format!("event {} came again", event.id));
        return Ok(());
    }
    seen.count += 1;
    if case.version >= seen.version {
        (seen.version, seen.state, seen.at) = (case.version, case.state, event.at);
    }
    seen.ids.push(event.id.clone());
    let drop = seen.ids.len().saturating_sub(REMEMBERED);
    seen.ids.drain(..drop);
    keyvalue::shared().set(&key(&case.id), &write(&seen))
}

fn key(case: &str) -> String {
    format!("case/{case}")
}

fn write(seen: &Seen) -> String {
    let (state, ids) = (seen.state.name(), seen.ids.join(" "));
    format!("{} {} {state} {} {ids}", seen.count, seen.version, seen.at)
}

fn read(text: &str) -> Option<Seen> {
    let mut parts = text.split(' ');
    Some(Seen {
        count: parts.next()?.parse().ok()?,
        version: parts.next()?.parse().ok()?,
        state: State::from_name(parts.next()?)?,
        at: parts.next()?.parse().ok()?,
        ids: parts
            .filter(|it| !it.is_empty())
            .map(str::to_owned)
            .collect(),
    })
}
