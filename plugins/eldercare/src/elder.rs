//! What is known of an old person: kept under whoever registered them, and read again only when
//! staff must ring or come by. And, under everybody else who takes part, that they do.

use onedoor_sdk::{
    Result,
    cases::{About, Location},
    grid::{Datum, Point},
    keyvalue,
};
use serde::{Deserialize, Serialize};

/// An old person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Elder {
    /// The key of their watch.
    pub watch: String,
    /// Their name.
    pub name: String,
    /// Their phone number.
    pub phone: String,
    /// Cell or community.
    pub division: String,
    /// Where they live, in words.
    pub address: String,
    /// Where they live, as a point in CGCS2000.
    pub at: Option<(f64, f64)>,
    /// Whether they live alone.
    pub alone: bool,
    /// What they need: ids of the form's options.
    pub needs: Vec<String>,
    /// Whom to ring when they cannot be reached.
    pub contact: (String, String),
    /// Whether they registered themselves.
    pub own: bool,
    /// When consent was given, `YYYY-MM-DD`.
    pub consented: String,
}

/// Somebody else who takes part: the old person themselves, or family.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Follow {
    /// The key of the watch.
    pub watch: String,
    /// What they call the old person; empty for themselves.
    pub called: String,
}

fn elder_key(id: &str) -> String {
    format!("elder/{id}")
}

fn follow_key(id: &str) -> String {
    format!("follow/{id}")
}

/// Keeps an old person under who registered them.
pub fn keep(owner: &str, id: &str, elder: &Elder) -> Result<()> {
    keyvalue::of(owner).set(&elder_key(id), &write(elder))
}

/// An old person that `owner` registered. From a job, the read is in the owner's access log.
pub fn get(owner: &str, id: &str) -> Result<Option<Elder>> {
    read(keyvalue::of(owner).get(&elder_key(id))?)
}

/// Keeps that somebody takes part.
pub fn follow(subject: &str, id: &str, follow: &Follow) -> Result<()> {
    keyvalue::of(subject).set(&follow_key(id), &write(follow))
}

/// How the caller takes part in a watch: its key, what the old person is called, whether the caller
/// registered them.
pub struct Part {
    /// The key of the watch.
    pub watch: String,
    /// What the old person is called; empty for the caller themselves.
    pub called: String,
    /// Whether the caller registered them.
    pub owns: bool,
}

/// How `subject`, who is calling, takes part in the watch `id`; none: not at all.
pub fn part(subject: &str, id: &str) -> Result<Option<Part>> {
    if let Some(elder) = get(subject, id)? {
        let called = if elder.own { String::new() } else { elder.name };
        return Ok(Some(Part {
            watch: elder.watch,
            called,
            owns: true,
        }));
    }
    let follow: Option<Follow> = read(keyvalue::of(subject).get(&follow_key(id))?)?;
    Ok(follow.map(|it| Part {
        watch: it.watch,
        called: it.called,
        owns: false,
    }))
}

/// The ids of the watches that `subject`, who is calling, takes part in.
pub fn parts(subject: &str) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for prefix in ["elder/", "follow/"] {
        for key in keyvalue::of(subject).keys(prefix)? {
            let id = key.trim_start_matches(prefix).to_owned();
            if !found.contains(&id) {
                found.push(id);
            }
        }
    }
    Ok(found)
}

/// Removes what is kept under `subject`: who is calling, or anybody where nobody is.
pub fn forget(subject: &str, id: &str) -> Result<()> {
    keyvalue::of(subject).delete(&elder_key(id))?;
    keyvalue::of(subject).delete(&follow_key(id))
}

impl Elder {
    /// Where somebody must go.
    pub fn location(&self) -> Location {
        Location {
            at: self.at.map(|(lon, lat)| Point {
                lon,
                lat,
                datum: Datum::Cgcs2000,
            }),
            division: Some(self.division.clone()),
            address: self.address.clone(),
        }
    }

    /// Whom to ask for: staff see it only by asking, and each look is logged.
    pub fn about(&self, owner: &str) -> About {
        About {
            subject: owner.to_owned(),
            name: Some(self.name.clone()),
            phone: Some(self.phone.clone()),
        }
    }
}

fn write<T: Serialize>(value: &T) -> String {
    // Plain structs of texts and numbers: it cannot fail, and an empty value is read as nothing.
    serde_json::to_string(value).unwrap_or_default()
}

#[allow(clippy::unnecessary_wraps, reason = "chained with calls that fail")]
fn read<T: for<'de> Deserialize<'de>>(text: Option<String>) -> Result<Option<T>> {
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}
