//! What is kept about people.

use onedoor_sdk::{
    identity,
    records::{self, About, Filter as Wanted, Refusal},
    *,
};

fn note(at: &Route) -> Vec<Answer> {
    let field = at.get("field").unwrap_or("words").to_owned();
    let value = match field.as_str() {
        "count" => Value::Integer(at.get("words").map_or(0, |it| i64::from(it.len() as u32))),
        _ => Value::Text(at.get("words").unwrap_or_default().to_owned()),
    };
    vec![Answer { field, value }]
}

/// What was refused, by what is missing; the words of it differ between hosts.
fn refused<T>(result: records::Result<T>) -> Result<std::result::Result<T, String>> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(Refusal::Ungranted(it)) => Ok(Err(format!(
            "missing {} {} {:?} {:?}",
            it.purpose, it.dataset, it.fields, it.basis
        ))),
        Err(Refusal::Failed(error)) => Err(error),
    }
}

pub fn record_put(at: &Route) -> Result<String> {
    let once = at.get("once").unwrap_or("a");
    let dataset = at.get("dataset").unwrap_or("notes");
    let kept = refused(records::put(once, dataset, &About::Caller, &note(at)))?;
    let caller = identity::caller().subject;
    Ok(kept.map_or_else(|it| it, |it| format!("mine: {}", Some(it) == caller)))
}

pub fn record_read(at: &Route, about: &About) -> Result<String> {
    let purpose = at.get("purpose").unwrap_or("keep");
    let opened = match about {
        About::Caller => refused(records::own("notes", purpose))?,
        other => refused(records::open(other, "notes", purpose))?,
    };
    let entry = match opened {
        Ok(entry) => entry,
        Err(missing) => return Ok(missing),
    };
    let mine = Some(entry.subject()) == identity::caller().subject;
    let field = at.get("field").unwrap_or("words");
    let read = refused(entry.read(&[field]))?;
    Ok(format!("{mine} {} {read:?}", entry.version()))
}

pub fn record_write(at: &Route) -> Result<String> {
    let version = at.get("version").and_then(|it| it.parse().ok());
    let once = at.get("once").unwrap_or("w");
    let entry = match refused(records::own("notes", "keep"))? {
        Ok(entry) => entry,
        Err(missing) => return Ok(missing),
    };
    let written = refused(entry.write(once, version.unwrap_or_default(), &note(at)))?;
    Ok(format!("{written:?}"))
}

pub fn record_agreed(at: &Route) -> Result<String> {
    let agreed = records::agreed(&About::Caller, at.get("purpose").unwrap_or("ask"))?;
    Ok(agreed.to_string())
}

pub fn record_erase(at: &Route) -> Result<String> {
    let once = at.get("once").unwrap_or("e");
    let dataset = at.get("dataset").unwrap_or("notes");
    records::erase(once, dataset, &About::Caller)?;
    Ok("erased".to_owned())
}

pub fn record_list(at: &Route) -> Result<String> {
    let purpose = at.get("purpose").unwrap_or("keep");
    let wanted = Wanted {
        division: at.get("division").map(str::to_owned),
        ..Wanted::fields(&[at.get("field").unwrap_or("words")])
    };
    let paging = Paging {
        cursor: None,
        limit: 10,
    };
    let listed = refused(records::list("notes", purpose, &wanted, &paging))?;
    Ok(listed.map_or_else(
        |missing| missing,
        |rows| {
            let mut words: Vec<&str> = rows.iter().map(|it| it.text("words")).collect();
            words.sort_unstable();
            format!("{words:?} {}", rows.next().is_some())
        },
    ))
}
