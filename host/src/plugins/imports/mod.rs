//! What a plugin may import: one file for each interface of the contract. Each function stops the
//! guest's clock, converts, and calls the domain function with the call's context. Authority is
//! checked there, and only there.

pub(super) mod cases;
mod clock;
mod grid;
mod identity;
mod keyvalue;
mod log;
pub(super) mod notify;
mod random;
mod records;
#[cfg(test)]
mod tests;

use super::{
    bindings::{types, ui},
    failure::{HostFault, OutOfBounds},
    store::Call,
};
use crate::{
    error::{Error, Problem, Result},
    i18n,
    page::Paging,
};

/// What a host function answers: a trap, or a value, or an error that the plugin can act on.
type Answer<T> = wasmtime::Result<Result<T, types::Error>>;

impl types::Host for Call {}
impl ui::Host for Call {}

impl Call {
    /// A domain function's result as the contract has it.
    pub(super) fn answer<T>(&mut self, result: Result<T>) -> Answer<T> {
        match result {
            Ok(value) => Ok(Ok(value)),
            Err(error) => {
                if let Error::NotGranted { capability, line } = &error {
                    self.notes.denied(capability, line);
                }
                refusal(self, error).map(Err)
            }
        }
    }
}

/// The one place where errors are mapped to the contract's. Our own faults trap.
fn refusal(call: &Call, error: Error) -> wasmtime::Result<types::Error> {
    Ok(match error {
        Error::NotFound => types::Error::NotFound,
        Error::Unauthenticated => denied("sign-in", ""),
        Error::Forbidden(what) => denied(what, ""),
        Error::NotGranted { capability, line } => denied(&capability, &line),
        Error::Conflict(what) => types::Error::Conflict(what.to_owned()),
        Error::Invalid(problems) => types::Error::Invalid(
            problems
                .iter()
                .take(32)
                .map(|it| problem(call, it))
                .collect(),
        ),
        Error::TooMany(seconds) | Error::Paused(seconds) => {
            types::Error::Busy(seconds.saturating_mul(1000))
        }
        Error::Unavailable => types::Error::Busy(1000),
        Error::Internal(_) => {
            tracing::error!(
                request = call.cx.request,
                plugin = call.cx.plugin.as_ref().map(|it| it.id.as_str()),
                error = error.chain(),
                "a host function failed"
            );
            return Err(wasmtime::Error::new(HostFault));
        }
    })
}

fn denied(capability: &str, line: &str) -> types::Error {
    types::Error::Denied(types::Denial {
        capability: capability.to_owned(),
        line: line.to_owned(),
    })
}

fn problem(call: &Call, problem: &Problem) -> types::Problem {
    types::Problem {
        at: problem.at.clone(),
        message: types::Text::Raw(i18n::problem(call.cx.locale, problem)),
    }
}

/// Refuses a text that is longer than the contract says, in characters.
fn bounded(text: &str, most: usize, what: &'static str) -> wasmtime::Result<()> {
    // No character is longer than four bytes: nearly always the length alone decides.
    if text.len() > most && text.chars().count() > most {
        return Err(wasmtime::Error::new(OutOfBounds(what)));
    }
    Ok(())
}

fn paging(paging: types::Paging) -> Paging {
    Paging {
        cursor: paging.cursor,
        limit: paging.limit,
    }
}

/// Texts as one string.
fn packed<'a>(texts: impl IntoIterator<Item = &'a str>) -> types::Packed {
    let mut all = types::Packed {
        text: String::new(),
        ends: Vec::new(),
    };
    for text in texts {
        all.text.push_str(text);
        // A page has at most 200 short rows: far from 4 GiB.
        all.ends
            .push(u32::try_from(all.text.len()).unwrap_or(u32::MAX));
    }
    all
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|it| (*it).to_owned()).collect()
}
