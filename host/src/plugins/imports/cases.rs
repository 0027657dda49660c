//! `onedoor:cases/cases`: a plugin opens and follows cases of its own classes, for whoever calls.

use super::{
    super::{
        bindings::{
            convert::{self, packed},
            onedoor::{
                cases::cases::{ClassInfo, Draft, Filter, Host, Info, Step},
                types::types::{Column, Page, Paging},
            },
        },
        store::Call,
    },
    Answer, answer, grid, paging,
};
use crate::{
    cases::{
        model::{Action, Case},
        operations::{self, Command, Report},
        views::{self, Wanted},
    },
    error::{Error, Result},
    plugins::Capability,
};

/// The longest remark, in characters; the most steps of one answer.
const BOUNDS: (usize, usize) = (1000, 200);

impl Call {
    fn need(&self, capability: Capability) -> Result<&[String]> {
        let plugin = self.cx.plugin.as_ref().ok_or(Error::NotFound)?;
        plugin.capabilities.need(capability)?;
        Ok(&plugin.classes)
    }

    /// A case of the plugin's classes that the caller may see.
    async fn one(&self, id: &str, capability: Capability) -> Result<Case> {
        let classes = self.need(capability)?;
        let case = operations::get(&self.domain, &self.cx, id).await?;
        let class = case.course.class.as_ref();
        match class.is_some_and(|it| classes.contains(it)) {
            true => Ok(case),
            false => Err(Error::NotFound),
        }
    }

    async fn info(&self, case: &Case) -> Result<Info> {
        let holder = views::holder(&self.domain, &self.cx, case).await?;
        Ok(convert::info(case, holder))
    }

    async fn open_case(&self, once: String, draft: Draft) -> Result<Info> {
        let plugin = self.cx.plugin.as_ref().map(|it| it.id.clone());
        let report = Report {
            // Two plugins may choose the same word for "once".
            once: bounded_once(&plugin.unwrap_or_default(), &once)?,
            class: Some(draft.class),
            title: draft.title,
            description: draft.description,
            point: draft.place.at.map(grid::point),
            division: draft.place.division,
            address: draft.place.address,
            urgency: draft.urgency.map(convert::urgency_in),
            files: draft.files.into_iter().map(|it| it.id).collect(),
            ..Report::default()
        };
        let case = operations::submit(&self.domain, &self.cx, report).await?;
        self.info(&case).await
    }

    async fn steps_of(&self, id: &str) -> Result<Vec<Step>> {
        let case = self.one(id, Capability::CasesRead).await?;
        let moments = views::timeline(&self.domain, &self.cx, &case.id).await?;
        let steps = moments.into_iter().take(BOUNDS.1).map(|it| Step {
            at: it.at.millis(),
            action: it.action.name().to_owned(),
            state: convert::state(it.state),
            by: it.by,
            // What people wrote may be personal: a plugin sees that something was said, not what.
            note: None,
        });
        Ok(steps.collect())
    }

    async fn remark(&self, id: &str, once: String, text: String) -> Result<()> {
        let case = self.one(id, Capability::CasesComment).await?;
        if text.trim().is_empty() || text.chars().count() > BOUNDS.0 {
            return Err(Error::invalid("text", "case-remark-length"));
        }
        let mut command = Command::new(&case.id, 0, Action::Comment, &once).words(&text);
        command.version = None;
        operations::act(&self.domain, &self.cx, command)
            .await
            .map(drop)
    }

    async fn page(&self, filter: Filter, part: Paging) -> Result<Page> {
        let wanted = Wanted {
            class: filter.class,
            state: filter.state.map(convert::state_in),
            division: filter.division,
            mine: filter.mine,
        };
        let found = views::for_plugin(&self.domain, &self.cx, &wanted, &paging(part)).await?;
        let mut holders = Vec::with_capacity(found.items.len());
        for case in &found.items {
            let holder = views::holder(&self.domain, &self.cx, case).await?;
            holders.push(holder.unwrap_or_default());
        }
        let all = || found.items.iter();
        let texts = |texts| Column::Texts(texts);
        Ok(Page {
            ids: packed(all().map(|it| &it.id)),
            names: NAMES.map(str::to_owned).to_vec(),
            columns: vec![
                texts(packed(all().map(|it| &it.number))),
                texts(packed(
                    all().map(|it| it.course.class.as_deref().unwrap_or_default()),
                )),
                texts(packed(all().map(|it| &it.title))),
                texts(packed(all().map(|it| it.course.state.name()))),
                texts(packed(all().map(|it| it.course.urgency.name()))),
                texts(packed(all().map(|it| &it.division))),
                texts(packed(all().map(|it| &it.address))),
                texts(packed(&holders)),
                Column::Integers(all().map(|it| it.opened.millis()).collect()),
                Column::Integers(
                    all()
                        .map(|it| it.due.map_or(0, |due| due.millis()))
                        .collect(),
                ),
            ],
            next: found.next,
        })
    }
}

const NAMES: [&str; 10] = [
    "number", "class", "title", "state", "urgency", "division", "address", "holder", "opened",
    "due",
];

/// `once` of a plugin, kept apart from the host's own and from other plugins'.
fn bounded_once(plugin: &str, once: &str) -> Result<String> {
    if once.is_empty() || once.chars().count() > 64 {
        return Err(Error::invalid("once", "once-length"));
    }
    let digest = <sha2::Sha256 as sha2::Digest>::digest(format!("{plugin}\n{once}"));
    Ok(data_encoding::HEXLOWER.encode(&digest))
}

impl Host for Call {
    async fn classes(&mut self) -> Answer<Vec<ClassInfo>> {
        let _host = self.in_host();
        let list = self.domain.duty.list();
        let locale = self.cx.locale;
        let found = self.need(Capability::CasesRead).map(|classes| {
            let known = classes.iter().filter_map(|code| list.item(code));
            let known = known.map(|item| ClassInfo {
                code: item.code.clone(),
                name: item.name(locale).to_owned(),
                domain: item.domain.name().to_owned(),
            });
            known.collect()
        });
        answer(self, found)
    }

    async fn open(&mut self, once: String, draft: Draft) -> Answer<Info> {
        let _host = self.in_host();
        let opened = self.open_case(once, draft).await;
        answer(self, opened)
    }

    async fn get(&mut self, id: String) -> Answer<Info> {
        let _host = self.in_host();
        let found = async {
            let case = self.one(&id, Capability::CasesRead).await?;
            self.info(&case).await
        };
        let found = found.await;
        answer(self, found)
    }

    async fn steps(&mut self, id: String) -> Answer<Vec<Step>> {
        let _host = self.in_host();
        let found = self.steps_of(&id).await;
        answer(self, found)
    }

    async fn list(&mut self, filter: Filter, part: Paging) -> Answer<Page> {
        let _host = self.in_host();
        let found = self.page(filter, part).await;
        answer(self, found)
    }

    async fn comment(&mut self, id: String, once: String, text: String) -> Answer<()> {
        let _host = self.in_host();
        let done = self.remark(&id, once, text).await;
        answer(self, done)
    }
}
