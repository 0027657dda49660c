//! Points in time, and where "now" comes from. Only [`Clock`] may ask the system.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, SchemaFormat, Type, schema::Schema},
};

/// Microseconds since 1970-01-01T00:00:00Z.
///
/// In JSON it is RFC 3339 in UTC, without loss.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.rfc3339())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let at = jiff::Timestamp::deserialize(deserializer)?;
        Ok(Self(at.as_microsecond()))
    }
}

impl ToSchema for Timestamp {}

impl PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        let format = SchemaFormat::KnownFormat(KnownFormat::DateTime);
        let text = ObjectBuilder::new().schema_type(Type::String);
        text.format(Some(format)).into()
    }
}

impl Timestamp {
    /// From microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Milliseconds since the epoch, as the contract with plugins has it.
    pub const fn millis(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Later by `seconds` (earlier when negative); stops at the ends of time.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// Later by `time`; stops at the end of time.
    #[must_use]
    pub fn plus(self, time: std::time::Duration) -> Self {
        let micros = i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(micros))
    }

    /// In the host's time zone.
    pub fn zoned(self, zone: &TimeZone) -> jiff::Zoned {
        let timestamp = jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::MAX);
        timestamp.to_zoned(zone.clone())
    }

    /// The day it is in a time zone, `YYYY-MM-DD`.
    pub fn day(self, zone: &TimeZone) -> String {
        self.zoned(zone).date().to_string()
    }

    /// The end of a day that is written `YYYY-MM-DD`, in a time zone; none for anything else.
    pub fn end_of_day(text: &str, zone: &TimeZone) -> Option<Self> {
        let day: jiff::civil::Date = text.trim().parse().ok()?;
        let next = day.tomorrow().ok()?.to_zoned(zone.clone()).ok()?;
        Some(Self(next.timestamp().as_microsecond()))
    }

    /// RFC 3339 in UTC, as the API writes it.
    pub fn rfc3339(self) -> String {
        jiff::Timestamp::from_microsecond(self.0)
            .unwrap_or(jiff::Timestamp::MAX)
            .to_string()
    }
}

/// Where "now" comes from: the system, or a value that a test or a simulation sets.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The system's clock.
    #[default]
    System,
    /// A clock that moves only when told to; microseconds.
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `now` until it is moved.
    pub fn set(now: Timestamp) -> Self {
        Self::Set(Arc::new(AtomicI64::new(now.micros())))
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp(jiff::Timestamp::now().as_microsecond()),
            Self::Set(at) => Timestamp(at.load(Ordering::SeqCst)),
        }
    }

    /// Moves a set clock; does nothing to the system's.
    pub fn advance(&self, seconds: i64) {
        if let Self::Set(at) = self {
            at.fetch_add(seconds.saturating_mul(1_000_000), Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_every_microsecond() {
        let at = Timestamp::from_micros(1_795_399_200_000_001);
        let json = serde_json::to_string(&at).unwrap();
        assert_eq!(json, "\"2026-11-23T02:00:00.000001Z\"");
        assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), at);
    }
}
