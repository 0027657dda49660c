//! What a browser sent, as entries by name, and as typed answers. Bounded: an oversized field or
//! file is refused before it is held. Judges no answer; `onedoor_forms` does.

use axum::extract::{Multipart, multipart::MultipartError};
use onedoor_forms::{Answers, Field, FileRef, Geo, Kind, Place, Value};
use std::collections::BTreeMap;

use crate::{
    attachments::{self, Upload},
    context::Context,
    domain::Domain,
    error::{Error, Problem, Result},
    grid::{Datum, Point, locate_position},
    records::picked,
};

/// The longest text field, in bytes: 4,000 characters of Chinese.
const TEXT: usize = 16 * 1024;
/// How many parts a form may have.
const PARTS: usize = 400;
/// The largest file, in bytes.
const FILE: usize = attachments::PDF_BYTES;
/// How many files one form may bring.
const FILES: usize = 12;

/// What was typed and chosen, by the name of the input; kept to be shown again.
#[derive(Clone, Debug, Default)]
pub struct Entered {
    texts: BTreeMap<String, Vec<String>>,
    files: Vec<(String, String, Vec<u8>)>,
}

impl Entered {
    /// The last text under a name, or nothing.
    pub fn text(&self, name: &str) -> &str {
        let found = self.texts.get(name).and_then(|it| it.last());
        found.map(String::as_str).unwrap_or_default()
    }

    /// Every text under a name.
    pub fn all(&self, name: &str) -> &[String] {
        self.texts.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Takes the files sent under a name: their names and bytes.
    pub fn take_files(&mut self, name: &str) -> Vec<(String, Vec<u8>)> {
        let (taken, others) = std::mem::take(&mut self.files)
            .into_iter()
            .partition(|(field, _, _)| field == name);
        self.files = others;
        let taken: Vec<(String, String, Vec<u8>)> = taken;
        taken
            .into_iter()
            .map(|(_, name, bytes)| (name, bytes))
            .collect()
    }

    /// Adds a text.
    pub fn put(&mut self, name: &str, text: String) {
        self.texts.entry(name.to_owned()).or_default().push(text);
    }
}

fn too_large(limit: usize) -> Error {
    let limit = limit / (1024 * 1024);
    Error::Invalid(vec![
        Problem::at("file", "files-too-large").with("limit", limit),
    ])
}

fn unreadable(error: &MultipartError) -> Error {
    tracing::debug!(%error, "a form could not be read");
    Error::invalid("form", "form-unreadable")
}

/// Reads a form. `Invalid` when it is no form, or a part of it is too long.
pub async fn entered(mut form: Multipart) -> Result<Entered> {
    let mut entered = Entered::default();
    let mut parts = 0;
    while let Some(mut part) = form.next_field().await.map_err(|it| unreadable(&it))? {
        parts += 1;
        if parts > PARTS {
            return Err(Error::invalid("form", "form-unreadable"));
        }
        let name = part.name().unwrap_or_default().to_owned();
        let file = part.file_name().map(str::to_owned);
        let limit = if file.is_some() { FILE } else { TEXT };
        let mut bytes = Vec::new();
        while let Some(chunk) = part.chunk().await.map_err(|it| unreadable(&it))? {
            if bytes.len() + chunk.len() > limit {
                return Err(match file {
                    Some(_) => too_large(limit),
                    None => Error::Invalid(vec![
                        Problem::at(&name, "text-too-long").with("limit", 4000),
                    ]),
                });
            }
            bytes.extend_from_slice(&chunk);
        }
        match file {
            Some(_) if bytes.is_empty() => {}
            Some(file) if entered.files.len() < FILES => entered.files.push((name, file, bytes)),
            Some(_) => {
                let problem = Problem::at(&name, "files-too-many").with("limit", FILES);
                return Err(Error::Invalid(vec![problem]));
            }
            None => {
                let text = String::from_utf8(bytes);
                let text = text.map_err(|_| Error::invalid("form", "form-unreadable"))?;
                // Browsers send a line break as CR LF (HTML, 4.10.21.8).
                entered.put(&name, text.replace("\r\n", "\n"));
            }
        }
    }
    Ok(entered)
}

/// The browser's form filled in with what was answered before.
pub fn from_answers(answers: &Answers) -> Entered {
    let mut entered = Entered::default();
    for (field, value) in answers.iter() {
        match value {
            Value::Text(text)
            | Value::Decimal(text)
            | Value::Date(text)
            | Value::Time(text)
            | Value::Choice(text) => entered.put(field, text.clone()),
            Value::Integer(number) => entered.put(field, number.to_string()),
            Value::Flag(yes) if *yes => entered.put(field, "1".to_owned()),
            Value::Flag(_) | Value::Files(_) | Value::Person(_) => {}
            Value::Choices(ids) => ids.iter().for_each(|id| entered.put(field, id.clone())),
            Value::Place(place) => place_entered(&mut entered, field, place),
        }
    }
    entered
}

fn place_entered(entered: &mut Entered, field: &str, place: &Place) {
    if let Some(at) = place.at {
        entered.put(&format!("{field}.lon"), at.lon.to_string());
        entered.put(&format!("{field}.lat"), at.lat.to_string());
    }
    let community = place.division.as_deref().and_then(|it| it.get(..12));
    if let Some(community) = community {
        entered.put(&format!("{field}.division"), community.to_owned());
    }
    entered.put(&format!("{field}.address"), place.address.clone());
}

/// Takes the answers to `fields` from what was entered into `answers`; files are uploaded, under
/// the browser's `draft` secret; persons are picked for `plugin`. What cannot be typed right (a number with letters) is kept as
/// text, so that the form's own rules say what is wrong with it.
pub async fn answer(
    domain: &Domain,
    cx: &Context,
    (draft, plugin): (&str, &str),
    fields: &[&Field],
    entered: &mut Entered,
    answers: &mut Answers,
) -> Result<()> {
    for field in fields {
        let value = match &field.kind {
            Kind::Files(_) => {
                let before = answers.remove(&field.id);
                files(domain, cx, draft, field, entered, before).await?
            }
            Kind::Place(_) => place(domain, cx, &field.id, entered),
            Kind::Person(spec) => {
                let before = answers.remove(&field.id);
                person(
                    domain,
                    cx,
                    (plugin, &spec.purpose),
                    &field.id,
                    entered,
                    before,
                )
                .await?
            }
            _ => typed(field, entered),
        };
        match value {
            Some(value) => answers.set(&field.id, value),
            None => drop(answers.remove(&field.id)),
        }
    }
    Ok(())
}

fn typed(field: &Field, entered: &Entered) -> Option<Value> {
    let text = entered.text(&field.id).trim();
    if let Kind::Flag = field.kind {
        return (text == "1").then_some(Value::Flag(true));
    }
    if let Kind::Many(_) = field.kind {
        let ids = entered.all(&field.id).to_vec();
        return (!ids.is_empty()).then_some(Value::Choices(ids));
    }
    if text.is_empty() {
        return None;
    }
    let text = text.to_owned();
    Some(match &field.kind {
        Kind::Integer(_) => match text.parse() {
            Ok(number) => Value::Integer(number),
            Err(_) => Value::Decimal(text),
        },
        Kind::Decimal(_) => Value::Decimal(text),
        Kind::Date(_) => Value::Date(text),
        Kind::Time => Value::Time(text.get(..5).unwrap_or(&text).to_owned()),
        Kind::One(_) => Value::Choice(text),
        _ => Value::Text(text),
    })
}

/// Somebody: one of those a resident may pick, or whom an officer finds by number or name. The
/// account that a page names is held against those again.
async fn person(
    domain: &Domain,
    cx: &Context,
    (plugin, purpose): (&str, &str),
    field: &str,
    entered: &Entered,
    before: Option<Value>,
) -> Result<Option<Value>> {
    let chosen = entered.text(field).trim();
    let searched = entered.text(&format!("{field}.find")).trim();
    let candidate = if searched.is_empty() {
        let all = picked::candidates(domain, cx).await?;
        all.into_iter().find(|it| it.account == chosen)
    } else {
        let found = picked::find(domain, cx, plugin, searched).await;
        Some(found.map_err(|error| at_field(error, field))?)
    };
    match candidate {
        Some(candidate) => {
            let token = picked::pick(domain, cx, plugin, purpose, &candidate).await?;
            Ok(Some(Value::Person(token)))
        }
        None => Ok(before),
    }
}

/// The files kept from before, less those ticked for removal, and those sent now.
async fn files(
    domain: &Domain,
    cx: &Context,
    draft: &str,
    field: &Field,
    entered: &mut Entered,
    before: Option<Value>,
) -> Result<Option<Value>> {
    let removed = entered.all(&format!("{}.remove", field.id)).to_vec();
    let mut kept: Vec<FileRef> = match before {
        Some(Value::Files(files)) => files,
        _ => Vec::new(),
    };
    kept.retain(|file| !removed.contains(&file.id));
    for (name, bytes) in entered.take_files(&field.id) {
        let upload = Upload {
            name,
            bytes,
            once: domain.ids.id(cx.now),
            draft: Some(draft.to_owned()),
        };
        let file = attachments::upload(domain, cx, upload).await;
        let file = file.map_err(|error| at_field(error, &field.id))?;
        kept.push(FileRef {
            id: file.id,
            name: file.name,
            mime: file.mime,
            bytes: u64::try_from(file.bytes).unwrap_or(0),
        });
    }
    Ok((!kept.is_empty()).then_some(Value::Files(kept)))
}

/// What is wrong with a file, at the field it was sent in.
fn at_field(error: Error, field: &str) -> Error {
    match error {
        Error::Invalid(problems) => {
            let moved = problems.into_iter().map(|problem| Problem {
                at: Some(field.to_owned()),
                ..problem
            });
            Error::Invalid(moved.collect())
        }
        other => other,
    }
}

/// A place: the point that the browser knows, converted to the host's system, and its cell; else
/// the community that was chosen.
fn place(domain: &Domain, cx: &Context, field: &str, entered: &Entered) -> Option<Value> {
    let part = |name: &str| entered.text(&format!("{field}.{name}")).trim().to_owned();
    let (lon, lat) = (part("lon").parse(), part("lat").parse());
    // Browsers give WGS 84 (W3C Geolocation, 3).
    let position = match (lon, lat) {
        (Ok(lon), Ok(lat)) => {
            let datum = Datum::Wgs84;
            Point { lon, lat, datum }.position().ok()
        }
        _ => None,
    };
    let cell = position.and_then(|at| locate_position(domain, cx, at));
    let chosen = Some(part("division")).filter(|it| !it.is_empty());
    // A community chosen by hand weighs more than a point outside it, which may be where the
    // reporter is now and not where the trouble is.
    let division = match (cell, chosen) {
        (Some(cell), Some(chosen)) if !cell.code.starts_with(&chosen) => Some(chosen),
        (Some(cell), _) => Some(cell.code),
        (None, chosen) => chosen,
    };
    let inside = position.filter(|at| {
        let cell = locate_position(domain, cx, *at);
        cell.is_some_and(|cell| {
            division
                .as_deref()
                .is_some_and(|it| cell.code.starts_with(it))
        })
    });
    let address = part("address");
    if division.is_none() && address.is_empty() {
        return None;
    }
    Some(Value::Place(Place {
        at: inside.map(|at| Geo {
            lon: at.lon,
            lat: at.lat,
        }),
        division,
        address,
    }))
}
