//! The script on the real host: the component in a fresh instance a call, over the domain
//! functions and a database.

use std::{path::Path, sync::Arc};

use onedoor::{
    cases::events,
    context::{Channel, Context, Locale, Principal},
    db::{
        Database,
        accounts::{self, Account},
        outbox,
    },
    domain::{Domain, testing},
    grid,
    identity::{self, Person, Post, operations},
    plugins::{self, About, CallError, Engine, Plugins, Settings, compile, journal, watch::Watch},
    records::{catalogue, grants},
    time::Timestamp,
};
use onedoor_sdk::{Answer, Answers, Date, Route, Submission, identity::Role, testing::Failure};
use onedoor_tests::desk;

use super::{
    native::{cost, refused, report},
    script::{COMMUNITY, STREET, Step, Who},
};

const ID: &str = "guest-conformance";

struct Stage {
    domain: Domain,
    plugins: Plugins,
    who: Who,
    locale: Locale,
    told: Vec<plugins::Event>,
    _journal: tokio::sync::mpsc::Receiver<journal::Entry>,
}

/// The streets of Huangpu: code and name.
pub fn streets() -> Vec<(String, String)> {
    let all = grid::huangpu(testing::NOW).unwrap().divisions;
    let streets = all.into_iter().filter(|it| it.code.len() == 9);
    streets.map(|it| (it.code, it.name)).collect()
}

/// The name of the residents' community.
pub fn community() -> String {
    let all = grid::huangpu(testing::NOW).unwrap().divisions;
    all.into_iter()
        .find(|it| it.code == COMMUNITY)
        .unwrap()
        .name
}

/// What each step was answered.
pub async fn play(steps: &[Step]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = stage(folder.path()).await;
    let mut said = Vec::new();
    for step in steps {
        let loaded = stage.plugins.get(ID).unwrap();
        let watch = &loaded.watch;
        let before = calls(watch);
        let answer = stage.one(step).await;
        let receipts = watch.receipts();
        let last = receipts.first().filter(|_| calls(watch) > before);
        said.push(answer + &cost(last.map(|it| &it.receipt)));
    }
    said
}

fn calls(watch: &Watch) -> u64 {
    watch.measures().wall.count()
}

/// What one person is called by this plugin and by another of the same code.
pub async fn names_of_one_person() -> [String; 2] {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = stage(folder.path()).await;
    stage.who = Who::Resident("li");
    let loaded = stage.plugins.get(ID).unwrap();
    let mut manifest = (*loaded.manifest).clone();
    manifest.id = "another".to_owned();
    let about = About {
        manifest: Arc::new(manifest),
        digest: loaded.digest.clone(),
        bundles: std::collections::BTreeMap::new(),
    };
    let artefact = folder.path().join("artefact");
    let other = stage.plugins.engine().load(&artefact, about).await.unwrap();
    stage.plugins.put(Arc::new(other));
    let mut names = Vec::new();
    for plugin in [ID, "another"] {
        let at = Route::page("subject");
        let cx = stage.context();
        names.push(worded(
            stage.plugins.render(&stage.domain, &cx, plugin, &at).await,
        ));
    }
    names.try_into().unwrap()
}

async fn stage(folder: &Path) -> Stage {
    let url = format!("sqlite:{}", folder.join("test.db").display());
    let database = Database::open(&url).await.unwrap();
    database.migrate().await.unwrap();
    let domain = testing::huangpu(database).await.unwrap();
    let cx = domain.system("test");
    let desks = ["310101", STREET, COMMUNITY].map(desk).to_vec();
    operations::populate(&domain, &cx, desks, Vec::new())
        .await
        .unwrap();
    let engine = Engine::new(&Settings::default()).unwrap();
    let (journal, entries) = journal::channel();
    let plugins = Plugins::new(engine, journal);
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../target/guests/conformance.wasm"
    );
    let component = std::fs::read(file).expect("run `cargo xtask guests` first");
    let verified = plugins::verify::verify(&component).unwrap();
    let artefact = folder.join("artefact");
    std::fs::write(&artefact, compile(&component).unwrap()).unwrap();
    let about = About {
        manifest: verified.manifest,
        digest: verified.digest,
        bundles: verified.sections.bundles,
    };
    residents(&domain).await;
    let declared = (*about.manifest).clone();
    catalogue::declare_for_tests(&domain, declared, testing::NOW)
        .await
        .unwrap();
    let loaded = plugins.engine().load(&artefact, about).await.unwrap();
    plugins.put(Arc::new(loaded));
    Stage {
        domain,
        plugins,
        who: Who::Nobody,
        locale: Locale::from_tag("zh-CN"),
        told: Vec::new(),
        _journal: entries,
    }
}

/// Accounts of those who call: records are about accounts.
async fn residents(domain: &Domain) {
    for name in ["li", "wang", "staff"] {
        let account = Account {
            id: name.to_owned(),
            service: false,
            login: None,
            name: name.to_owned(),
            phone: None,
            phone_hash: None,
            community: Some(COMMUNITY.to_owned()),
            password: None,
            must_change: false,
            disabled: None,
        };
        let write = domain.database.write(move |t| {
            Box::pin(async move { accounts::insert(t, &account, testing::NOW).await })
        });
        write.await.unwrap();
    }
}

impl Stage {
    fn context(&self) -> Context {
        let person = |name: &str, posts| {
            Principal::Person(Person {
                account: name.to_owned(),
                name: name.to_owned(),
                posts,
                phone_hash: None,
            })
        };
        let mut cx = self.domain.system("test");
        cx.principal = match self.who {
            Who::Nobody => Principal::Anonymous,
            Who::Resident(name) => person(name, Vec::new()),
            Who::Staff(role, division) => {
                let post = Post {
                    id: "post".to_owned(),
                    unit: format!("u-{division}"),
                    division: division.to_owned(),
                    role: role_of(role),
                    from: testing::NOW,
                    until: None,
                };
                person("staff", vec![post])
            }
        };
        cx.channel = Channel::App;
        cx.locale = self.locale;
        cx
    }

    async fn one(&mut self, step: &Step) -> String {
        let (domain, plugins) = (self.domain.clone(), self.plugins.clone());
        let cx = self.context();
        let form = Route::page("form");
        match step {
            Step::As(who, english) => {
                self.who = *who;
                self.locale = Locale::from_tag(if *english { "en" } else { "zh-CN" });
                String::new()
            }
            Step::Wait(seconds) => {
                domain.clock.advance(*seconds);
                String::new()
            }
            Step::Grant => {
                let new = grants::NewGrant {
                    plugin: ID.to_owned(),
                    purpose: "keep".to_owned(),
                    dataset: "notes".to_owned(),
                    fields: vec!["words".to_owned(), "count".to_owned()],
                    area: String::new(),
                    days: 1,
                };
                grants::give(&domain, &domain.system("test"), new)
                    .await
                    .unwrap();
                String::new()
            }
            Step::Revoke => {
                let cx = domain.system("test");
                for it in grants::list(&domain, &cx).await.unwrap() {
                    grants::revoke(&domain, &cx, &it.id).await.unwrap();
                }
                String::new()
            }
            Step::Render(at) => worded(plugins.render(&domain, &cx, ID, at).await),
            Step::Submit(answers, once) => {
                let submission = Submission {
                    form: "open".to_owned(),
                    version: 3,
                    state: "kept".to_owned(),
                    once: (*once).to_owned(),
                    answers: answers.clone(),
                };
                worded(plugins.submit(&domain, &cx, ID, &form, submission).await)
            }
            Step::Press(action) => {
                worded(plugins.act(&domain, &cx, ID, &form, action, "once").await)
            }
            Step::Suggest(title, class) => self.suggest(&cx, title, *class).await,
            Step::Deliver => {
                self.collect().await;
                self.deliver().await
            }
            Step::DeliverAgain => self.deliver().await,
            Step::Job(job, missed) => self.job(job, *missed).await,
            Step::Signal(source, answers) => self.signal(source, answers).await,
            Step::Tiles(division) => {
                let cx = domain.system("indicators");
                let tiles = plugins.tiles(&domain, &cx, ID, division).await;
                worded(tiles.map(|it| it.iter().map(tile).collect::<Vec<_>>()))
            }
        }
    }
}

impl Stage {
    async fn suggest(&self, cx: &Context, title: &str, class: Option<&str>) -> String {
        let report = report(title, class);
        let report = plugins::Report {
            title: report.title,
            description: report.description,
            class: report.class,
            division: report.division,
            photos: report.photos,
            hour: report.hour,
        };
        let proposed = self.plugins.suggest(&self.domain, cx, ID, report).await;
        worded(proposed.map(|it| {
            it.map(|it| onedoor_sdk::Suggestion {
                class: it.class,
                urgency: onedoor_sdk::cases::Urgency::from_name(it.urgency.name()).unwrap(),
                confidence: it.confidence,
                reason: it.reason,
            })
        }))
    }

    async fn job(&self, job: &str, missed: u32) -> String {
        let cx = self.domain.system("jobs");
        let run = plugins::Run {
            id: self.domain.ids.id(cx.now),
            job: job.to_owned(),
            due: cx.now,
            missed,
        };
        worded(self.plugins.run_job(&self.domain, &cx, ID, run).await)
    }

    async fn signal(&self, source: &str, answers: &[Answer]) -> String {
        let loaded = self.plugins.get(ID).unwrap();
        let inbox = loaded.manifest.inbox("alarm").unwrap();
        let answers: Answers = answers.iter().cloned().collect();
        let today = Date::parse("2026-11-24").unwrap();
        let kept = match inbox.validate(&answers, today) {
            Ok(kept) => kept.in_order(&inbox.form()),
            Err(faults) => return format!("failed: {:?}", Failure::Faults(faults)),
        };
        let cx = Context {
            channel: Channel::Sensor,
            ..self.domain.system("inbox")
        };
        let signal = plugins::Signal {
            id: self.domain.ids.id(cx.now),
            inbox: "alarm".to_owned(),
            at: cx.now,
            source: source.to_owned(),
            answers: kept,
        };
        worded(self.plugins.receive(&self.domain, &cx, ID, signal).await)
    }

    /// Takes what is to be told out of the outbox.
    async fn collect(&mut self) {
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
        let messages = write.await.unwrap();
        self.told.clear();
        for message in messages {
            let payload: serde_json::Value = serde_json::from_str(&message.payload).unwrap();
            let micros = payload["at"].as_i64().unwrap();
            self.told.push(plugins::Event {
                id: message.id,
                at: Timestamp::from_micros(micros),
                action: payload["action"].as_str().unwrap().to_owned(),
                case: payload["case"].as_str().unwrap().to_owned(),
            });
        }
    }

    async fn deliver(&self) -> String {
        let cx = self.domain.system("outbox");
        for event in &self.told {
            let told = self
                .plugins
                .on_event(&self.domain, &cx, ID, event.clone())
                .await;
            if told.is_err() {
                return worded(told);
            }
        }
        worded(Ok(()))
    }
}

/// A tile, as words that both hosts can say.
fn tile(it: &plugins::Tile) -> String {
    let value = match &it.value {
        plugins::Measure::Number(number) => format!("{number}"),
        plugins::Measure::Words(words) => format!("{words:?}"),
    };
    let cases = it
        .cases
        .as_ref()
        .map(|it| (it.class.clone(), it.division.clone()));
    format!(
        "{} {:?} {value} {:?} {:?} {:?} {cases:?}",
        it.id, it.label, it.unit, it.tone, it.note
    )
}

const fn role_of(role: Role) -> identity::Role {
    match role {
        Role::GridWorker => identity::Role::GridWorker,
        Role::Handler => identity::Role::Handler,
        _ => panic!("the script has no such role"),
    }
}

fn worded<T: std::fmt::Debug>(answer: Result<T, CallError>) -> String {
    match answer {
        Ok(value) => format!("{value:?}"),
        Err(CallError::Refused(error)) => refused(&error),
        Err(other) => format!("failed: {other:?}"),
    }
}
