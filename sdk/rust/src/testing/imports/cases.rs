//! Cases, on the test host: opened, listed, commented on; a test moves them.

use crate::{
    Column, Denial, Error, Page, Paging, Result,
    cases::{ClassInfo, Draft, Filter, Info, Step},
    grid::{Division, Level},
    testing::{
        state::{Host, OneCase, problem},
        with_host,
    },
};

pub fn classes() -> Result<Vec<ClassInfo>> {
    with_host("cases.classes", |host| {
        host.need("cases.read")?;
        let english = host
            .person
            .as_ref()
            .is_some_and(|person| person.caller.locale == "en");
        let info = |code: &String| {
            let names = host.class_names.get(code);
            let name = names.map_or(code, |(zh, en)| if english { en } else { zh });
            ClassInfo {
                code: code.clone(),
                name: name.clone(),
                domain: "safety".to_owned(),
            }
        };
        Ok(host.manifest.cases.classes.iter().map(info).collect())
    })
}

pub fn open(once: &str, draft: &Draft) -> Result<Info> {
    with_host("cases.open", |host| {
        host.need("cases.open")?;
        if !host.manifest.cases.classes.contains(&draft.class) {
            let held = host.manifest.cases.classes.iter().map(String::as_str);
            let line = onedoor_manifest::line::class(held, &draft.class);
            return Err(host.lacks("cases.open", &line));
        }
        let reporter = host.subject().map(str::to_owned);
        if reporter.is_none() && !host.unattended {
            return Err(denied("sign-in", ""));
        }
        let reporter = match (&draft.about, reporter) {
            (None, reporter) => reporter,
            (Some(_), Some(_)) => {
                return Err(Error::Invalid(vec![problem("about", "case-about", 0)]));
            }
            (Some(about), None) if host.known.contains(&about.subject) => {
                Some(about.subject.clone())
            }
            (Some(_), None) => return Err(Error::NotFound),
        };
        let caller = host.subject().unwrap_or_default().to_owned();
        let key = (caller, once.to_owned());
        if let Some(id) = host.opened.get(&key) {
            return find(host, id).map(|case| case.info.clone());
        }
        check(host, once, draft)?;
        let info = host.first_info(
            &draft.class,
            &draft.title,
            draft.place.clone(),
            draft.urgency,
        );
        host.opened.insert(key, info.id.clone());
        host.known.extend(reporter.clone());
        Ok(host.keep(OneCase {
            info,
            description: draft.description.clone(),
            files: draft.files.clone(),
            about: draft.about.clone(),
            reporter,
            steps: Vec::new(),
        }))
    })
}

fn denied(capability: &str, line: &str) -> Error {
    Error::Denied(Denial {
        capability: capability.to_owned(),
        line: line.to_owned(),
    })
}

fn check(host: &Host, once: &str, draft: &Draft) -> Result<()> {
    let owner = host.subject().unwrap_or_default();
    let handed_in = |id: &String| {
        host.files
            .iter()
            .any(|(by, file)| by == owner && file == id)
    };
    let place = &draft.place;
    // A community or a cell that there is; a street is too large to find anything in.
    let small = |it: &Division| matches!(it.level, Level::Community | Level::Cell);
    let named = |code: &String| {
        host.divisions
            .iter()
            .any(|it| it.code == *code && small(it))
    };
    let known = place.division.as_ref().is_some_and(named)
        || place
            .at
            .as_ref()
            .is_some_and(|at| host.cell_at(at).is_some());
    let rules = [
        ("once", (1..=64).contains(&once.chars().count()), 64),
        ("title", draft.title.chars().count() <= 80, 80),
        (
            "description",
            draft.description.chars().count() <= 2000
                && !(draft.title.trim().is_empty() && draft.description.trim().is_empty()),
            2000,
        ),
        ("place", known && place.address.chars().count() <= 200, 200),
        (
            "files",
            draft.files.len() <= 6 && draft.files.iter().all(|file| handed_in(&file.id)),
            6,
        ),
    ];
    let broken = rules.iter().filter(|(_, holds, _)| !holds);
    let problems: Vec<_> = broken
        .map(|(at, _, most)| problem(at, "case-invalid", *most))
        .collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(problems))
    }
}

fn find<'a>(host: &'a Host, id: &str) -> Result<&'a OneCase> {
    if host.person.is_none() && !host.unattended {
        return Err(denied("sign-in", ""));
    }
    let found = host.cases.iter().find(|case| case.info.id == id);
    found
        .filter(|case| host.may_see(case))
        .ok_or(Error::NotFound)
}

pub fn get(id: &str) -> Result<Info> {
    with_host("cases.get", |host| {
        host.need("cases.read")?;
        find(host, id).map(|case| case.info.clone())
    })
}

pub fn steps(id: &str) -> Result<Vec<Step>> {
    with_host("cases.steps", |host| {
        host.need("cases.read")?;
        find(host, id).map(|case| case.steps.iter().take(200).cloned().collect())
    })
}

pub fn list(filter: &Filter, paging: &Paging) -> Result<Page> {
    with_host("cases.list", |host| {
        host.need("cases.read")?;
        if host.person.is_none() && (filter.mine || !host.unattended) {
            return Err(denied("sign-in", ""));
        }
        let start = paging.cursor.as_deref().map_or(Ok(0), str::parse::<usize>);
        let start = start.map_err(|_| Error::Invalid(vec![problem("cursor", "page-cursor", 1)]))?;
        let limit = paging.limit.clamp(1, 200) as usize;
        let wanted: Vec<&OneCase> = host
            .cases
            .iter()
            .rev()
            .filter(|case| matches(host, case, filter))
            .collect();
        let shown: Vec<&Info> = wanted
            .iter()
            .skip(start)
            .take(limit)
            .map(|case| &case.info)
            .collect();
        let end = start + shown.len();
        let next = (end < wanted.len()).then(|| end.to_string());
        Ok(page(&shown, next))
    })
}

fn matches(host: &Host, case: &OneCase, filter: &Filter) -> bool {
    let info = &case.info;
    let within = |code: &String| {
        info.division
            .as_deref()
            .is_some_and(|place| place.starts_with(code.as_str()))
    };
    host.may_see(case)
        && filter
            .class
            .as_ref()
            .is_none_or(|class| *class == info.class)
        && filter.state.is_none_or(|state| state == info.state)
        && filter.division.as_ref().is_none_or(within)
        && (!filter.mine || (case.reporter.is_some() && case.reporter.as_deref() == host.subject()))
}

fn page(shown: &[&Info], next: Option<String>) -> Page {
    let texts =
        |text: fn(&Info) -> &str| Column::Texts(shown.iter().map(|info| text(info)).collect());
    let columns = [
        ("number", texts(|info| &info.number)),
        ("class", texts(|info| &info.class)),
        ("title", texts(|info| &info.title)),
        ("state", texts(|info| info.state.name())),
        ("urgency", texts(|info| info.urgency.name())),
        (
            "division",
            texts(|info| info.division.as_deref().unwrap_or_default()),
        ),
        ("address", texts(|info| &info.address)),
        (
            "holder",
            texts(|info| info.holder.as_deref().unwrap_or_default()),
        ),
        (
            "opened",
            Column::Integers(shown.iter().map(|info| info.opened).collect()),
        ),
        (
            "due",
            Column::Integers(
                shown
                    .iter()
                    .map(|info| info.due.unwrap_or_default())
                    .collect(),
            ),
        ),
    ];
    let (names, columns) = columns
        .into_iter()
        .map(|(name, column)| (name.to_owned(), column))
        .unzip();
    Page {
        ids: shown.iter().map(|info| &info.id).collect(),
        names,
        columns,
        next,
    }
}

pub fn comment(id: &str, once: &str, text: &str) -> Result<()> {
    with_host("cases.comment", |host| {
        host.need("cases.comment")?;
        let info = find(host, id)?.info.clone();
        if !(1..=1000).contains(&text.trim().chars().count())
            || !(1..=64).contains(&once.chars().count())
        {
            return Err(Error::Invalid(vec![problem("text", "case-comment", 1000)]));
        }
        let key = (id.to_owned(), once.to_owned());
        if host.remarks.contains(&key) {
            return Ok(());
        }
        host.remarks.push(key);
        let by = host.manifest.name.zh.clone();
        let now = host.now;
        let step = Step {
            at: now,
            action: "comment".to_owned(),
            state: info.state,
            by: Some(by),
            note: Some(text.to_owned()),
        };
        if let Some(case) = host.cases.iter_mut().find(|case| case.info.id == id) {
            case.steps.push(step);
        }
        Ok(())
    })
}
