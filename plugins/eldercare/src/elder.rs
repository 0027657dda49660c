//! What is known of an old person, and where it is kept. About somebody with an account there is a
//! record, by their consent (`record`). Somebody whom family registered and who has no account yet
//! cannot be the subject of one: that is kept under the family member, until the old person joins
//! and agrees. Either is read again only when staff must ring or come by. And, under everybody else
//! who takes part, that they do.

use onedoor_sdk::{
    Answer, Geo, Place, Result,
    cases::{About, Location},
    keyvalue,
    records::{self, Refusal},
};
use serde::{Deserialize, Serialize};

use crate::{
    record,
    registering::{ALONE, CONTACT_NAME, CONTACT_PHONE, NAME, NEEDS, PHONE, PLACE},
    watch::{self, Kept, Watch},
};

/// An old person without an account, as family wrote it down.
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
    /// Whether they registered themselves; no more since there are records.
    pub own: bool,
    /// When family said that they agree, `YYYY-MM-DD`.
    pub consented: String,
}

/// What staff need to ring somebody or to go there.
pub struct Reach {
    /// In whose log it stands that staff looked.
    pub about: String,
    /// Their name.
    pub name: String,
    /// Their phone number.
    pub phone: String,
    /// Where they live.
    pub place: Location,
}

/// Somebody else who takes part: the old person themselves, or family.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Follow {
    /// The key of the watch.
    pub watch: String,
    /// What they call the old person; empty for themselves.
    pub called: String,
    /// Whether the old person's name stands in a record, which they ask for each time.
    #[serde(default)]
    pub recorded: bool,
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

/// An old person that `owner` wrote down. From a job, the read is in the owner's access log.
pub fn get(owner: &str, id: &str) -> Result<Option<Elder>> {
    read(keyvalue::of(owner).get(&elder_key(id))?)
}

/// Whom to ring and where to go. `Ungranted` when consent was withdrawn.
pub fn reach(watch: &Watch) -> records::Result<Option<Reach>> {
    match (&watch.kept, &watch.elder) {
        (Kept::Record, Some(elder)) => record::reach(elder),
        _ => {
            let elder = get(&watch.owner, &watch.id).map_err(Refusal::Failed)?;
            Ok(elder.map(|it| it.reach(&watch.owner)))
        }
    }
}

/// Whether the old person has withdrawn the consent that a record stands on.
pub fn withdrew(watch: &Watch) -> Result<bool> {
    match (&watch.kept, &watch.elder) {
        (Kept::Record, Some(elder)) => Ok(!record::agreed(elder)?),
        _ => Ok(false),
    }
}

/// Keeps that somebody takes part.
pub fn follow(subject: &str, id: &str, follow: &Follow) -> Result<()> {
    keyvalue::of(subject).set(&follow_key(id), &write(follow))
}

/// What the caller calls the old person of a watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Called {
    /// It is themselves.
    Me,
    /// A name of their own.
    Words(String),
    /// By the name in the record.
    Recorded,
}

/// How the caller takes part in a watch.
pub struct Part {
    /// The key of the watch.
    pub watch: String,
    /// What the old person is called.
    pub called: Called,
}

/// How `subject`, who is calling, takes part in the watch `id`; none: not at all.
pub fn part(subject: &str, id: &str) -> Result<Option<Part>> {
    if let Some(watch) = watch::of_person(subject)?.filter(|key| watch::id_in(key) == id) {
        let called = Called::Me;
        return Ok(Some(Part { watch, called }));
    }
    if let Some(elder) = get(subject, id)? {
        let called = if elder.own {
            Called::Me
        } else {
            Called::Words(elder.name)
        };
        return Ok(Some(Part {
            watch: elder.watch,
            called,
        }));
    }
    let follow: Option<Follow> = read(keyvalue::of(subject).get(&follow_key(id))?)?;
    let Some(it) = follow else {
        return Ok(None);
    };
    Ok(Some(Part {
        watch: watch::current(it.watch)?,
        called: match it.called {
            _ if it.recorded => Called::Recorded,
            called if called.is_empty() => Called::Me,
            called => Called::Words(called),
        },
    }))
}

/// The ids of the watches that `subject`, who is calling, takes part in.
pub fn parts(subject: &str) -> Result<Vec<String>> {
    let own = watch::of_person(subject)?;
    let own = own.as_deref().map(watch::id_in);
    let mut found: Vec<String> = own.map(str::to_owned).into_iter().collect();
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
    fn place(&self) -> Place {
        Place {
            at: self.at.map(|(lon, lat)| Geo { lon, lat }),
            division: Some(self.division.clone()),
            address: self.address.clone(),
        }
    }

    fn reach(self, owner: &str) -> Reach {
        Reach {
            about: owner.to_owned(),
            place: self.place().into(),
            name: self.name,
            phone: self.phone,
        }
    }

    /// The same as a record has it.
    pub fn answers(&self) -> Vec<Answer> {
        vec![
            NAME.answer(self.name.as_str()),
            PHONE.answer(self.phone.as_str()),
            PLACE.answer(self.place()),
            ALONE.answer(self.alone),
            NEEDS.answer(self.needs.clone()),
            CONTACT_NAME.answer(self.contact.0.as_str()),
            CONTACT_PHONE.answer(self.contact.1.as_str()),
        ]
    }
}

impl Reach {
    /// Whom to ask for: staff see it only by asking, and each look is logged.
    pub fn about(&self) -> About {
        About {
            subject: self.about.clone(),
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
