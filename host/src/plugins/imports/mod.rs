//! What plugins may call, one file per interface: convert, call the domain function with the
//! call's context, convert back. Decides nothing; every refusal is worded here once.

mod cases;
mod clock;
mod grid;
mod identity;
mod keyvalue;
mod log;
mod random;

use super::{
    bindings::onedoor::{
        types::types::{self, Denial, Error as WireError, Problem, Text},
        ui::ui,
    },
    failure::HostFault,
    journal::Entry,
    store::Call,
};
use crate::error::Error;

/// What an import answers: the contract's result, or a trap when the host itself is at fault.
type Answer<T> = wasmtime::Result<Result<T, WireError>>;

impl types::Host for Call {}
impl ui::Host for Call {}

/// The answer of a domain function, as the contract has it. The one mapping of errors.
fn answer<T>(call: &Call, result: crate::error::Result<T>) -> Answer<T> {
    let error = match result {
        Ok(value) => return Ok(Ok(value)),
        Err(error) => error,
    };
    Ok(Err(match error {
        Error::NotFound => WireError::NotFound,
        Error::Unauthenticated => denied(call, "sign-in", "(the person must sign in first)"),
        Error::Forbidden(code) => denied(call, code, "(the person's own authority)"),
        Error::NotGranted { capability, line } => denied(call, &capability, &line),
        Error::Conflict(code) => WireError::Conflict(code.to_owned()),
        Error::Invalid(problems) => {
            let problems = problems.into_iter().take(32).map(|problem| Problem {
                message: Text::Raw(crate::i18n::problem(call.cx.locale, &problem)),
                at: problem.at,
            });
            WireError::Invalid(problems.collect())
        }
        Error::TooMany(seconds) => WireError::Busy(seconds.saturating_mul(1000)),
        Error::Unavailable => WireError::Busy(1000),
        Error::Internal(_) => {
            tracing::error!(error = error.chain(), "an import failed");
            return Err(HostFault.into());
        }
    }))
}

/// A refusal for want of authority, which is put on record.
fn denied(call: &Call, capability: &str, line: &str) -> WireError {
    call.record(Entry::Denial {
        origin: call.origin(),
        capability: capability.to_owned(),
        line: line.to_owned(),
    });
    WireError::Denied(Denial {
        capability: capability.to_owned(),
        line: line.to_owned(),
    })
}

/// The paging of the contract, bounded.
fn paging(paging: types::Paging) -> crate::page::Paging {
    crate::page::Paging {
        cursor: paging.cursor,
        limit: paging.limit,
    }
}
