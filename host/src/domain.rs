//! What every domain function works with: the database, the keys, the clock and what is held in
//! memory. Knows nothing of HTTP and nothing of plugins.

use jiff::tz::TimeZone;
use std::sync::Arc;

use crate::{
    attachments::Attachments, cases::duty::DutyLists, context::Context, db::Database, grid::Grid,
    ids::Ids, keys::Keys, time::Clock,
};

/// Shared by everything that acts. Cheap to clone.
#[derive(Clone)]
pub struct Domain(Arc<Parts>);

/// The parts of a [`Domain`].
pub struct Parts {
    /// Rows.
    pub database: Database,
    /// Where "now" comes from. Domain functions use [`Context::now`] instead.
    pub clock: Clock,
    /// Where identifiers and secrets come from.
    pub ids: Ids,
    /// The time zone of working hours, dates and case numbers.
    pub zone: TimeZone,
    /// Keys of this installation.
    pub keys: Keys,
    /// Divisions and cells, in memory.
    pub grid: Grid,
    /// Files that people handed in.
    pub files: Attachments,
    /// Which unit answers for what.
    pub duty: DutyLists,
    /// How people are told what they must know at once.
    pub notifier: Notifier,
}

/// How a message reaches a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notifier {
    /// Into the log: demonstrations and development only.
    Log,
    /// Not at all: no gateway is set up.
    Absent,
}

impl std::ops::Deref for Domain {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Domain {
    /// From its parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// A context for a part of the host itself.
    pub fn system(&self, part: &'static str) -> Context {
        let now = self.clock.now();
        Context::system(part, self.ids.id(now), now)
    }
}

/// Domains for tests, of this crate and of others. Never for a folder that is served.
#[doc(hidden)]
pub mod testing {
    use jiff::tz::TimeZone;

    use super::{Domain, Notifier, Parts};
    use crate::{
        attachments::Attachments,
        cases::duty::DutyLists,
        db::Database,
        error::Result,
        grid::{self, Grid},
        ids::Ids,
        keys::Keys,
        time::{Clock, Timestamp},
    };

    /// When a test's clock stands still: 2026-11-23T02:00:00Z, ten in the morning in Shanghai.
    pub const NOW: Timestamp = Timestamp::from_micros(1_795_399_200_000_000);

    /// On `database`, which is migrated: a clock that stands at [`NOW`], seeded identifiers, a
    /// known key, no divisions, and files in memory.
    pub async fn domain(database: Database) -> Result<Domain> {
        let clock = Clock::set(NOW);
        let zone = TimeZone::get("Asia/Shanghai").unwrap_or(TimeZone::UTC);
        Ok(Domain::new(Parts {
            grid: Grid::load(&database).await?,
            database,
            clock,
            ids: Ids::seeded(1),
            keys: Keys::new([7; 32]),
            files: Attachments::new(std::sync::Arc::new(object_store::memory::InMemory::new())),
            duty: DutyLists::brought(zone.clone())?,
            zone,
            notifier: Notifier::Log,
        }))
    }

    /// The same with Huangpu's divisions and cells.
    pub async fn huangpu(database: Database) -> Result<Domain> {
        let domain = domain(database).await?;
        let cx = domain.system("test");
        grid::import(&domain, &cx, grid::huangpu(NOW)?).await?;
        Ok(domain)
    }
}
