//! What the plugin keeps of each sensor: where it hangs, when it was last heard, its battery, and
//! the alarm that runs. Of no person. Changed by swaps, so that two messages at one moment do not
//! open two cases.

use onedoor_sdk::{
    Error, Instant, Place, Result, Value,
    cases::{Location, Urgency},
    grid::{self, Datum, Point},
    keyvalue,
};

/// Sensors are kept under so many prefixes, since a list of keys ends at 200: 12,800 sensors.
pub const SHARDS: u32 = 64;
/// How often a swap is tried before the host is asked to come again.
const TRIES: u32 = 8;
/// When the host is to come again, in milliseconds.
const AGAIN: u32 = 2_000;

/// A kind of sensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sensor {
    /// Smoke.
    Smoke,
    /// Gas.
    Gas,
    /// The level of water.
    Water,
}

impl Sensor {
    /// By its name in messages.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Smoke, Self::Gas, Self::Water]
            .into_iter()
            .find(|it| it.name() == name)
    }

    /// Its name in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Smoke => "smoke",
            Self::Gas => "gas",
            Self::Water => "water",
        }
    }

    /// The class of the duty list that its alarm is.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Smoke => "E0405",
            Self::Gas => "E0403",
            Self::Water => "E0104",
        }
    }

    /// How soon its alarm must be looked at.
    pub const fn urgency(self) -> Urgency {
        match self {
            Self::Smoke | Self::Gas => Urgency::Emergency,
            Self::Water => Urgency::Urgent,
        }
    }

    /// What a case about it is called. Cases are worded in the language of the place.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Smoke => "烟雾报警",
            Self::Gas => "燃气报警",
            Self::Water => "水位报警",
        }
    }
}

/// What is kept of a sensor.
#[derive(Clone, Debug, PartialEq)]
pub struct Device {
    /// What it senses.
    pub sensor: Sensor,
    /// Where it hangs: community or cell, empty when unknown.
    pub division: String,
    /// Where it hangs, as a point in CGCS2000.
    pub at: Option<(f64, f64)>,
    /// Where it hangs, in words.
    pub address: String,
    /// When it was last heard.
    pub heard: Instant,
    /// Percent, when it last said.
    pub battery: Option<i64>,
    /// The id of the message that began the alarm that runs; empty: none does.
    pub alarm: String,
    /// When the last message of that alarm came.
    pub alarmed: Instant,
    /// The case of that alarm, once it is open.
    pub case: String,
}

impl Device {
    /// A sensor that is heard for the first time.
    pub fn new(sensor: Sensor, place: &Place, heard: Instant) -> Result<Self> {
        let mut device = Self {
            sensor,
            division: String::new(),
            at: None,
            address: String::new(),
            heard,
            battery: None,
            alarm: String::new(),
            alarmed: 0,
            case: String::new(),
        };
        device.hangs(place)?;
        Ok(device)
    }

    /// Takes over where it says that it hangs.
    pub fn hangs(&mut self, place: &Place) -> Result<()> {
        self.at = place.at.as_ref().map(|at| (at.lon, at.lat));
        self.address = plain(&place.address);
        self.division = match (&place.division, self.at) {
            (Some(code), _) => plain(code),
            (None, Some((lon, lat))) => {
                let point = Point {
                    lon,
                    lat,
                    datum: Datum::Cgcs2000,
                };
                grid::locate(point)?.map(|it| it.code).unwrap_or_default()
            }
            (None, None) => String::new(),
        };
        Ok(())
    }

    /// The place of a case about it.
    pub fn location(&self) -> Location {
        Location {
            at: self.at.map(|(lon, lat)| Point {
                lon,
                lat,
                datum: Datum::Cgcs2000,
            }),
            division: Some(self.division.clone()).filter(|it| !it.is_empty()),
            address: self.address.clone(),
        }
    }

    fn write(&self) -> String {
        let number = |it: Option<f64>| it.map(|it| it.to_string()).unwrap_or_default();
        [
            self.sensor.name().to_owned(),
            self.division.clone(),
            number(self.at.map(|(lon, _)| lon)),
            number(self.at.map(|(_, lat)| lat)),
            self.address.clone(),
            self.heard.to_string(),
            self.battery.map(|it| it.to_string()).unwrap_or_default(),
            self.alarm.clone(),
            self.alarmed.to_string(),
            self.case.clone(),
        ]
        .join("\t")
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('\t');
        let sensor = Sensor::from_name(parts.next()?)?;
        let division = parts.next()?.to_owned();
        let (lon, lat) = (parts.next()?.parse().ok(), parts.next()?.parse().ok());
        Some(Self {
            sensor,
            division,
            at: lon.zip(lat),
            address: parts.next()?.to_owned(),
            heard: parts.next()?.parse().ok()?,
            battery: parts.next()?.parse().ok(),
            alarm: parts.next()?.to_owned(),
            alarmed: parts.next()?.parse().ok()?,
            case: parts.next()?.to_owned(),
        })
    }
}

/// Without what separates the parts of a value.
fn plain(text: &str) -> String {
    text.replace(['\t', '\n'], " ")
}

/// The prefix of a shard.
pub fn prefix(shard: u32) -> String {
    format!("device/{shard:02}/")
}

/// The key of a sensor: by FNV-1a of its name, so that shards fill evenly.
fn key(source: &str) -> String {
    let hash = source.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    format!("{}{source}", prefix(hash % SHARDS))
}

/// A sensor by its key.
pub fn by_key(key: &str) -> Result<Option<Device>> {
    Ok(keyvalue::shared()
        .get(key)?
        .as_deref()
        .and_then(Device::read))
}

/// A sensor by its name.
pub fn find(source: &str) -> Result<Option<Device>> {
    by_key(&key(source))
}

/// The name of a sensor, from its key.
pub fn source(key: &str) -> &str {
    key.splitn(3, '/').nth(2).unwrap_or(key)
}

/// Changes what is kept of a sensor, and answers it. `change` sees what is kept now, and is called
/// again when somebody else has changed it meanwhile. `Busy` when that goes on.
pub fn change(
    source: &str,
    mut change: impl FnMut(Option<Device>) -> Result<Device>,
) -> Result<Device> {
    let key = key(source);
    for _ in 0..TRIES {
        let before = keyvalue::shared().get(&key)?;
        let after = change(before.as_deref().and_then(Device::read))?;
        if keyvalue::shared().swap(&key, before.as_deref(), &after.write())? {
            return Ok(after);
        }
    }
    Err(Error::Busy(AGAIN))
}

/// The place that a message carries.
pub fn place(value: Option<&Value>) -> Option<Place> {
    match value {
        Some(Value::Place(place)) => Some(place.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_again() {
        let device = Device {
            sensor: Sensor::Gas,
            division: "310101022027".to_owned(),
            at: Some((121.47, 31.22)),
            address: "1 号楼".to_owned(),
            heard: 5,
            battery: Some(12),
            alarm: "signal-1".to_owned(),
            alarmed: 4,
            case: "case-1".to_owned(),
        };
        assert_eq!(Device::read(&device.write()), Some(device.clone()));
        let bare = Device {
            at: None,
            battery: None,
            alarm: String::new(),
            case: String::new(),
            ..device
        };
        assert_eq!(Device::read(&bare.write()), Some(bare));
        assert_eq!(Device::read("lamp"), None);
    }

    #[test]
    fn a_name_may_have_slashes() {
        assert_eq!(source(&key("hall/2/smoke")), "hall/2/smoke");
    }
}
