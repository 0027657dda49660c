//! `onedoor:cases/cases`: cases of the plugin's classes, within the caller's own sight.

use super::{
    super::{
        bindings::{
            cases::{self, ClassInfo, Draft, Filter, Info, Step},
            types,
        },
        store::Call,
    },
    Answer, bounded, grid, names, packed, paging,
};
use crate::{
    cases::{
        model::{Action, Case, State, Urgency},
        operations::{self, About, Command, Report},
        views,
    },
    error::{Error, Problem, Result},
};

/// The longest remark of a plugin, in characters.
const REMARK: usize = 1000;
/// The most files of a case that is opened.
const FILES: usize = 6;
/// The most steps that are told.
const STEPS: usize = 200;

impl cases::Host for Call {
    async fn classes(&mut self) -> Answer<Vec<ClassInfo>> {
        let _host = self.enter("cases.classes");
        let list = self.domain.duty.list();
        let found = views::plugin_classes(&self.cx, &list);
        let locale = self.cx.locale;
        self.answer(found.map(|items| {
            let info = |item: &crate::cases::duty::DutyItem| ClassInfo {
                code: item.code.clone(),
                name: item.name(locale).to_owned(),
                domain: item.domain.name().to_owned(),
            };
            items.into_iter().map(info).collect()
        }))
    }

    async fn open(&mut self, once: String, draft: Draft) -> Answer<Info> {
        let _host = self.enter("cases.open");
        let result = match report(once, draft) {
            Ok(report) => opened(self, report).await,
            Err(error) => Err(error),
        };
        self.answer(result)
    }

    async fn get(&mut self, id: String) -> Answer<Info> {
        let _host = self.enter("cases.get");
        bounded(&id, 64, "a case's id has at most 64 characters")?;
        let result = seen(self, &id).await;
        self.answer(result)
    }

    async fn steps(&mut self, id: String) -> Answer<Vec<Step>> {
        let _host = self.enter("cases.steps");
        bounded(&id, 64, "a case's id has at most 64 characters")?;
        let result = views::timeline(&self.domain, &self.cx, &id).await;
        self.answer(result.map(|moments| {
            let step = |it: views::Moment| Step {
                at: it.at.millis(),
                action: it.action.name().to_owned(),
                state: state(it.state),
                by: it.by,
                note: it.words,
            };
            moments.into_iter().take(STEPS).map(step).collect()
        }))
    }

    async fn list(&mut self, filter: Filter, part: types::Paging) -> Answer<types::Page> {
        let _host = self.enter("cases.list");
        let result = listed(self, &wanted(filter), part).await;
        self.answer(result)
    }

    async fn comment(&mut self, id: String, once: String, text: String) -> Answer<()> {
        let _host = self.enter("cases.comment");
        bounded(&id, 64, "a case's id has at most 64 characters")?;
        let result = if text.chars().count() > REMARK {
            let problem = Problem::at("text", "text-too-long").with("limit", REMARK);
            Err(Error::Invalid(vec![problem]))
        } else {
            let command = Command {
                version: None,
                ..Command::new(&id, 0, Action::Comment, &once).words(&text)
            };
            operations::act(&self.domain, &self.cx, command).await
        };
        self.answer(result.map(drop))
    }
}

/// A filter as the domain has it.
pub(in super::super) fn wanted(filter: Filter) -> views::Wanted {
    views::Wanted {
        class: filter.class,
        state: filter.state.map(own_state),
        division: filter.division,
        mine: filter.mine,
    }
}

fn report(once: String, draft: Draft) -> Result<Report> {
    if draft.files.len() > FILES {
        let problem = Problem::at("files", "list-too-long").with("limit", FILES);
        return Err(Error::Invalid(vec![problem]));
    }
    // The reason is the plugin's own word for its proposal; the case keeps it with the description.
    let description = match draft.reason.filter(|it| !it.trim().is_empty()) {
        Some(reason) => format!("{}\n{reason}", draft.description),
        None => draft.description,
    };
    Ok(Report {
        once,
        class: Some(draft.class),
        title: draft.title,
        description,
        point: draft.place.at.map(grid::point),
        division: draft.place.division,
        address: draft.place.address,
        urgency: draft.urgency.map(own_urgency),
        files: draft.files.into_iter().map(|it| it.id).collect(),
        about: draft.about.map(|it| About {
            subject: it.subject,
            name: it.name,
            phone: it.phone,
        }),
        ..Report::default()
    })
}

async fn opened(call: &Call, report: Report) -> Result<Info> {
    let case = operations::submit(&call.domain, &call.cx, report).await?;
    let holder = views::holder(&call.domain, &call.cx, &case).await?;
    Ok(info(case, holder))
}

/// A case as the caller of `call` may see it.
pub(in super::super) async fn seen(call: &Call, id: &str) -> Result<Info> {
    let case = operations::get(&call.domain, &call.cx, id).await?;
    let holder = views::holder(&call.domain, &call.cx, &case).await?;
    Ok(info(case, holder))
}

async fn listed(call: &Call, wanted: &views::Wanted, part: types::Paging) -> Result<types::Page> {
    let found = views::for_plugin(&call.domain, &call.cx, wanted, &paging(part)).await?;
    let holders = views::holders(&call.domain, &call.cx, &found.items).await?;
    let rows = &found.items;
    let texts = |text: fn(&Case) -> &str| types::Column::Texts(packed(rows.iter().map(text)));
    Ok(types::Page {
        ids: packed(rows.iter().map(|it| it.id.as_str())),
        names: names(&[
            "number", "class", "title", "state", "urgency", "division", "address", "holder",
            "opened", "due",
        ]),
        columns: vec![
            texts(|it| &it.number),
            texts(|it| it.course.class.as_deref().unwrap_or_default()),
            texts(|it| &it.title),
            texts(|it| it.course.state.name()),
            texts(|it| it.course.urgency.name()),
            texts(|it| &it.division),
            texts(|it| &it.address),
            types::Column::Texts(packed(
                holders.iter().map(|it| it.as_deref().unwrap_or_default()),
            )),
            types::Column::Integers(rows.iter().map(|it| it.opened.millis()).collect()),
            types::Column::Integers(
                rows.iter()
                    .map(|it| it.due.map_or(0, |due| due.millis()))
                    .collect(),
            ),
        ],
        next: found.next,
    })
}

fn info(case: Case, holder: Option<String>) -> Info {
    Info {
        id: case.id,
        number: case.number,
        class: case.course.class.unwrap_or_default(),
        title: case.title,
        state: state(case.course.state),
        urgency: match case.course.urgency {
            Urgency::Emergency => cases::Urgency::Emergency,
            Urgency::Urgent => cases::Urgency::Urgent,
            Urgency::Normal => cases::Urgency::Normal,
        },
        division: Some(case.division).filter(|it| !it.is_empty()),
        address: case.address,
        holder,
        opened: case.opened.millis(),
        due: case.due.map(|it| it.millis()),
        version: case.course.version,
    }
}

fn own_urgency(urgency: cases::Urgency) -> Urgency {
    match urgency {
        cases::Urgency::Emergency => Urgency::Emergency,
        cases::Urgency::Urgent => Urgency::Urgent,
        cases::Urgency::Normal => Urgency::Normal,
    }
}

/// A state of this host in the words of a contract that knows fewer: what a plugin is told is true,
/// if less exact.
const fn told(state: State) -> State {
    match state {
        State::Merged | State::Accepted | State::Published | State::Failed => State::Filed,
        State::Disputed => State::Dispatched,
        State::Suspended | State::InReview | State::InMediation => State::InProgress,
        State::Decided => State::Feedback,
        State::Delivered | State::Answered => State::Resolved,
        State::Adopted | State::Agreed => State::Closed,
        known => known,
    }
}

macro_rules! states {
    ($($name:ident),*) => {
        fn state(state: State) -> cases::State {
            match told(state) {
                $(State::$name => cases::State::$name,)*
                _ => cases::State::InProgress,
            }
        }
        fn own_state(state: cases::State) -> State {
            match state { $(cases::State::$name => State::$name,)* }
        }
    };
}
states!(
    Submitted, NeedInfo, Declined, Filed, Dispatched, InProgress, Feedback, Verifying, Resolved,
    Closed, Planned, Assigned, Done, Missed, Reviewed
);
