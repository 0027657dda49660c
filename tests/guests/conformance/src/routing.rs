//! Cases.

use onedoor_sdk::{
    cases::{self, Draft, Filter, Info, Location},
    *,
};

/// Where the case opened last is kept.
pub const LAST: &str = "last-case";

pub fn classes() -> Result<String> {
    let list: Vec<String> = cases::classes()?.into_iter().map(|it| it.code).collect();
    Ok(list.join(", "))
}

pub fn draft(class: &str, about: &str) -> Draft {
    Draft {
        class: class.to_owned(),
        title: about.to_owned(),
        description: about.to_owned(),
        place: Location {
            at: None,
            division: None,
            address: "somewhere".to_owned(),
        },
        urgency: Some(cases::Urgency::Urgent),
        reason: None,
        files: Vec::new(),
        about: None,
    }
}

/// Opens a case as the route says; `title` may be `*81` for so many characters.
pub fn open(at: &Route) -> Result<String> {
    let title = at.get("title").unwrap_or("a lamp is out");
    let title = title
        .strip_prefix('*')
        .and_then(|it| it.parse().ok())
        .map(|n| "长".repeat(n))
        .unwrap_or_else(|| title.to_owned());
    let mut draft = draft(at.get("class").unwrap_or("P0101"), "");
    draft.title = title;
    draft.place.division = at.get("division").map(str::to_owned);
    if let Some(file) = at.get("file") {
        draft.files = vec![FileRef {
            id: file.to_owned(),
            name: "f".to_owned(),
            mime: "image/jpeg".to_owned(),
            bytes: 1,
        }];
    }
    let case = cases::open(at.get("once").unwrap_or_default(), &draft)?;
    let before = keyvalue::shared().get(LAST)?;
    keyvalue::shared().set(LAST, &case.id)?;
    Ok(format!(
        "{}; the one before: {}",
        facts(&case),
        before == Some(case.id)
    ))
}

/// The case opened last, or the one named.
pub fn last(at: &Route) -> Result<String> {
    match at.get("id") {
        Some(id) => Ok(id.to_owned()),
        None => keyvalue::shared().get(LAST)?.ok_or(Error::NotFound),
    }
}

pub fn facts(case: &Info) -> String {
    format!(
        "{} “{}” {} {} in {:?} at “{}”",
        case.class,
        case.title,
        case.state.name(),
        case.urgency.name(),
        case.division,
        case.address
    )
}

pub fn steps(at: &Route) -> Result<String> {
    let steps = cases::steps(&last(at)?)?;
    let list: Vec<String> = steps
        .iter()
        .map(|step| {
            format!(
                "{} {} note: {}",
                step.action,
                step.state.name(),
                step.note.is_some()
            )
        })
        .collect();
    Ok(list.join(", "))
}

/// All pages of a list, two rows at a time.
pub fn list(at: &Route) -> Result<String> {
    let filter = Filter {
        class: at.get("class").map(str::to_owned),
        state: at.get("state").and_then(cases::State::from_name),
        division: at.get("division").map(str::to_owned),
        mine: at.get("mine").is_some(),
    };
    let mut said = String::new();
    let mut paging = Paging {
        cursor: at.get("cursor").map(str::to_owned),
        limit: 2,
    };
    loop {
        let rows = cases::list(&filter, &paging)?;
        let titles: Vec<String> = rows
            .iter()
            .map(|row| format!("{} {}", row.class(), row.title()))
            .collect();
        said.push_str(&format!("[{}]", titles.join(", ")));
        match rows.next() {
            Some(next) => paging.cursor = Some(next.to_owned()),
            None => return Ok(said),
        }
    }
}
