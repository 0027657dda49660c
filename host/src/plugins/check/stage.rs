//! The host that a check plays on: a database of Huangpu that is thrown away, a clock that stands,
//! and people that stand for each audience.

use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::sync::mpsc;

use super::{Report, reading};
use crate::{
    cases::events,
    context::{Channel, Context, Locale, Principal},
    db::{Database, outbox, units::Unit},
    domain::{Domain, testing},
    error::{Error, Result},
    identity::{Person, Post, Role, operations},
    plugins::{CallError, Engine, Event, FailureKind, Loaded, Plugins, journal, verify},
    time::Timestamp,
};
use onedoor_forms::{Outcome, Route, Submission, View};
use onedoor_manifest::Audience;
use serde::Deserialize;

/// The community where it plays.
const COMMUNITY: &str = "310101022027";
/// The units above it that have desks.
const DESKS: [&str; 3] = ["310101", "310101022", COMMUNITY];
/// What the person of staff is: everything that works on cases.
const POSTS: [Role; 7] = [
    Role::CounterClerk,
    Role::HotlineAgent,
    Role::GridWorker,
    Role::Dispatcher,
    Role::Handler,
    Role::Verifier,
    Role::Supervisor,
];

/// Who is calling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Nobody,
    Resident,
    Staff,
}

impl Who {
    pub(super) const ALL: [Self; 3] = [Self::Nobody, Self::Resident, Self::Staff];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Nobody => "nobody signed in",
            Self::Resident => "a resident",
            Self::Staff => "staff",
        }
    }

    /// Whether a service for `audience` is for them.
    pub(super) const fn is_among(self, audience: Audience) -> bool {
        match audience {
            Audience::Everyone => true,
            Audience::Residents | Audience::Organisations => !matches!(self, Self::Nobody),
            Audience::Staff => matches!(self, Self::Staff),
        }
    }
}

pub(super) struct Stage {
    pub(super) domain: Domain,
    pub(super) plugins: Plugins,
    pub(super) loaded: Arc<Loaded>,
    pub(super) report: Report,
    /// The messages of its bundles.
    words: BTreeSet<String>,
    entries: mpsc::Receiver<journal::Entry>,
    calls: u32,
    slowest: Duration,
}

/// What the outbox says of an event.
#[derive(Deserialize)]
struct Happened {
    case: String,
    action: String,
    at: i64,
}

/// A domain in `folder`, with the desks that cases go to.
pub(super) async fn domain(folder: &std::path::Path) -> Result<Domain> {
    let url = format!("sqlite:{}", folder.join("check.db").display());
    let database = Database::open(&url).await?;
    database.migrate().await.map_err(Error::internal)?;
    let domain = testing::huangpu(database).await?;
    let desk = |division: &str| Unit {
        id: format!("u-{division}"),
        name_zh: "办事处".to_owned(),
        name_en: "Office".to_owned(),
        kind: "desk".to_owned(),
        division: division.to_owned(),
        parent: None,
        instrument: Some("made up for the check".to_owned()),
        lent: None,
    };
    let cx = domain.system("check");
    operations::populate(&domain, &cx, DESKS.map(desk).to_vec(), Vec::new()).await?;
    Ok(domain)
}

impl Stage {
    pub(super) fn new(
        domain: Domain,
        engine: Engine,
        loaded: Loaded,
        bundle: &str,
        report: Report,
    ) -> Self {
        let (sender, entries) = journal::channel();
        let plugins = Plugins::new(engine, sender);
        let loaded = Arc::new(loaded);
        plugins.put(loaded.clone());
        Self {
            domain,
            plugins,
            loaded,
            report,
            words: verify::message_ids(bundle),
            entries,
            calls: 0,
            slowest: Duration::ZERO,
        }
    }

    pub(super) fn id(&self) -> &str {
        &self.loaded.manifest.id
    }

    pub(super) fn context(&self, who: Who, locale: Locale) -> Context {
        let mut cx = self.domain.system("check");
        let post = |role: Role| Post {
            id: role.name().to_owned(),
            unit: format!("u-{COMMUNITY}"),
            division: COMMUNITY.to_owned(),
            role,
            from: cx.now,
            until: None,
        };
        let person = |account: &str, posts| {
            Principal::Person(Person {
                account: account.to_owned(),
                name: account.to_owned(),
                posts,
                phone_hash: None,
            })
        };
        cx.principal = match who {
            Who::Nobody => Principal::Anonymous,
            Who::Resident => person("resident", Vec::new()),
            Who::Staff => person("staff", POSTS.map(post).to_vec()),
        };
        cx.channel = Channel::App;
        cx.locale = locale;
        cx
    }

    /// Notes how a call went; `at` names it in the report.
    pub(super) fn noted<T>(
        &mut self,
        at: &str,
        began: std::time::Instant,
        answer: &std::result::Result<T, CallError>,
    ) {
        // Each call is judged by itself: a breaker would hide those after the fifth failure.
        self.loaded.watch.close();
        self.calls += 1;
        self.slowest = self.slowest.max(began.elapsed());
        self.report.tried("answered");
        if let Err(CallError::Failed(failure)) = answer
            && failure.kind != FailureKind::View
        {
            self.report.fault("answered", format!("{at}: {failure}"));
        }
        self.report.tried("blocks");
        while let Ok(entry) = self.entries.try_recv() {
            if let journal::Entry::Fault { kind, message, .. } = entry
                && kind == FailureKind::View.name()
            {
                self.report.fault("blocks", format!("{at}: {message}"));
            }
        }
    }

    /// Whether the bundles have all that `shown` names.
    pub(super) fn worded(&mut self, at: &str, shown: &impl serde::Serialize) {
        let named = reading::messages(shown);
        if !named.is_empty() {
            self.report.tried("words");
        }
        for id in named.difference(&self.words) {
            let what = format!("{at}: there is no message {id}");
            self.report.fault("words", what);
        }
    }

    pub(super) async fn render(
        &mut self,
        who: Who,
        locale: Locale,
        at: &Route,
    ) -> std::result::Result<View, CallError> {
        let cx = self.context(who, locale);
        let began = std::time::Instant::now();
        let answer = self.plugins.render(&self.domain, &cx, self.id(), at).await;
        let name = page_name(at);
        self.noted(&name, began, &answer);
        if let Ok(view) = &answer {
            self.worded(&name, view);
        }
        answer
    }

    pub(super) async fn submit(
        &mut self,
        who: Who,
        at: &Route,
        submission: Submission,
    ) -> std::result::Result<Outcome, CallError> {
        let cx = self.context(who, Locale::Chinese);
        let name = format!("form {} of {}", submission.form, page_name(at));
        let began = std::time::Instant::now();
        let plugins = self.plugins.clone();
        let answer = plugins
            .submit(&self.domain, &cx, self.id(), at, submission)
            .await;
        self.noted(&name, began, &answer);
        if let Ok(outcome) = &answer {
            self.worded(&name, outcome);
        }
        answer
    }

    pub(super) async fn act(
        &mut self,
        who: Who,
        at: &Route,
        action: &str,
        once: &str,
    ) -> std::result::Result<Outcome, CallError> {
        let cx = self.context(who, Locale::Chinese);
        let name = format!("button {action} of {}", page_name(at));
        let began = std::time::Instant::now();
        let plugins = self.plugins.clone();
        let answer = plugins
            .act(&self.domain, &cx, self.id(), at, action, once)
            .await;
        self.noted(&name, began, &answer);
        if let Ok(outcome) = &answer {
            self.worded(&name, outcome);
        }
        answer
    }

    /// What has happened to cases since this was last asked.
    pub(super) async fn happened(&self) -> Result<Vec<Event>> {
        let now = self.domain.clock.now();
        let write = self.domain.database.write(move |t| {
            Box::pin(async move {
                let messages = outbox::claim(t, events::PLUGINS, now, 200).await?;
                for message in &messages {
                    outbox::delivered(t, &message.id).await?;
                }
                Ok(messages)
            })
        });
        let told = write.await?.into_iter().map(|message| {
            let happened: Happened =
                serde_json::from_str(&message.payload).map_err(Error::internal)?;
            Ok(Event {
                id: message.id,
                at: Timestamp::from_micros(happened.at),
                action: happened.action,
                case: happened.case,
            })
        });
        told.collect()
    }

    /// The report, with what the calls cost.
    pub(super) fn end(mut self) -> Report {
        let note = format!(
            "{} calls, the slowest took {} ms",
            self.calls,
            self.slowest.as_millis()
        );
        self.report.note("answered", note);
        self.report
    }
}

/// A page as a report names it.
pub(super) fn page_name(at: &Route) -> String {
    let parameters = at.parameters.iter();
    let parameters: Vec<String> = parameters
        .map(|(name, value)| format!("{name}={}", value.escape_debug()))
        .collect();
    match parameters.is_empty() {
        true => format!("page {}", at.page),
        false => format!("page {}?{}", at.page, parameters.join("&")),
    }
}
