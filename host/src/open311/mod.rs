//! Open311 GeoReport v2 (wiki.open311.org/GeoReport_v2): how other systems report problems here and
//! follow them. A view on cases: a report goes through `cases::submit` like any other and has the
//! same class, lead and clocks. Knows nothing of HTTP, JSON or XML.

pub mod filing;
pub mod requests;
pub mod services;
#[cfg(test)]
mod tests;

use crate::{
    context::Context,
    domain::Domain,
    error::{Error, Result},
};

/// What part of the grid a client speaks of: a prefix of division codes, empty for all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Jurisdiction(pub String);

impl Jurisdiction {
    /// From a `jurisdiction_id`. The specification lets an endpoint that serves one jurisdiction
    /// leave it out and suggests the name of its site, `host`; the code of a live division narrows
    /// it to that division. `NotFound` for anything else.
    pub fn find(domain: &Domain, cx: &Context, host: Option<&str>, id: &str) -> Result<Self> {
        if id.is_empty() || host.is_some_and(|it| it.eq_ignore_ascii_case(id)) {
            return Ok(Self::default());
        }
        let index = domain.grid.index();
        match index.division(id).filter(|it| it.live(cx.now)) {
            Some(it) => Ok(Self(it.code)),
            None => Err(Error::NotFound),
        }
    }

    /// Whether a division lies in it.
    pub fn has(&self, division: &str) -> bool {
        division.starts_with(&self.0)
    }
}
