//! A host without HTTP, with components active: what the tests of plugins stand on. Never a folder
//! that is served.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "for tests, which fail by panicking"
)]

use std::{path::Path, sync::Arc};

use onedoor::{
    cases::{
        model::Case,
        operations::{Report, submit},
    },
    context::{Channel, Context, Principal},
    db::{Database, keyvalue},
    domain::{Domain, testing},
    error::Error,
    identity::operations::populate,
    plugins::{
        About, CallError, Engine, Failure, Loaded, Plugins, Settings, compile, follow,
        journal::{self, Entry},
        verify::{Verified, verify},
    },
};
use onedoor_forms::{Block, Route, Text, View};
use onedoor_manifest::Receipt;
use tokio::sync::mpsc;

use crate::{COMMUNITY, desk};

/// A host with some guests active.
pub struct Host {
    pub plugins: Plugins,
    pub domain: Domain,
    pub cx: Context,
    entries: mpsc::Receiver<Entry>,
    folder: tempfile::TempDir,
}

/// A component of tests/guests, or `safety`. Panics, saying what to run, when it is not built.
pub fn component(name: &str) -> Vec<u8> {
    let (folder, step) = match name {
        "gallery" | "safety" => ("components", "components"),
        _ => ("guests", "guests"),
    };
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    let path = target.join(folder).join(format!("{name}.wasm"));
    std::fs::read(&path).unwrap_or_else(|error| {
        panic!(
            "{} cannot be read ({error}): run `cargo xtask {step}` first",
            path.display()
        )
    })
}

impl Host {
    /// With these components active, on a database of Huangpu.
    pub async fn with(guests: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        let database = Database::open(&url).await.unwrap();
        database.migrate().await.unwrap();
        let domain = testing::huangpu(database).await.unwrap();
        let cx = domain.system("test");
        let (sender, entries) = journal::channel();
        let engine = Engine::new(&Settings::default()).unwrap();
        let host = Self {
            plugins: Plugins::new(engine, sender),
            domain,
            cx,
            entries,
            folder,
        };
        for guest in guests {
            let verified = verify(&component(guest)).unwrap();
            host.load(guest, verified).await;
        }
        host
    }

    /// Makes a guest active, as its manifest in `verified` says.
    pub async fn load(&self, guest: &str, verified: Verified) {
        self.load_component(&component(guest), verified).await;
    }

    /// The same of a component that is not among the guests.
    pub async fn load_component(&self, component: &[u8], verified: Verified) {
        let artefact = self.artefact(component);
        let about = About {
            manifest: verified.manifest,
            digest: verified.digest,
            bundles: verified.sections.bundles,
        };
        let loaded = self.plugins.engine().load(&artefact, about).await.unwrap();
        self.plugins.put(Arc::new(loaded));
    }

    /// What a component is compiled to: kept from one run of the tests to the next, since one of
    /// Python takes a minute. Named by its digest and by what it was compiled for.
    fn artefact(&self, component: &[u8]) -> std::path::PathBuf {
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/guests/compiled");
        std::fs::create_dir_all(&kept).unwrap();
        let digest = onedoor::plugins::verify::digest(component).replace(':', "-");
        let file = kept.join(format!(
            "{digest}.{}",
            self.plugins.engine().compatibility()
        ));
        if !file.exists() {
            // Another test may be at it as well: each writes a file of its own and moves it there.
            let part = tempfile::NamedTempFile::new_in(&kept).unwrap();
            std::fs::write(&part, compile(component).unwrap()).unwrap();
            part.persist(&file).unwrap();
        }
        file
    }

    /// Makes a component active that no file holds; why it cannot be.
    pub async fn install(&self, component: &[u8]) -> Result<(), Error> {
        let verified = verify(component)?;
        let artefact = self.folder.path().join(&verified.manifest.id);
        std::fs::write(&artefact, compile(component)?).unwrap();
        let about = About {
            manifest: verified.manifest,
            digest: verified.digest,
            bundles: verified.sections.bundles,
        };
        let loaded = self.plugins.engine().load(&artefact, about).await?;
        self.plugins.put(Arc::new(loaded));
        Ok(())
    }

    /// Puts a guest in force anew, so that its breaker is closed.
    pub fn again(&self, guest: &str) {
        self.plugins.put(self.guest(guest));
    }

    /// The revision of a guest that is in force.
    pub fn guest(&self, guest: &str) -> Arc<Loaded> {
        self.plugins.get(&format!("guest-{guest}")).unwrap()
    }

    /// The receipt of a guest's last call.
    pub fn receipt(&self, guest: &str) -> Receipt {
        let calls = self.guest(guest).watch.receipts();
        calls.into_iter().next().unwrap().receipt
    }

    /// The lines told so far.
    pub fn lines(&mut self) -> Vec<String> {
        let mut found = Vec::new();
        while let Ok(entry) = self.entries.try_recv() {
            if let Entry::Lines { lines, .. } = entry {
                found.extend(lines.into_iter().map(|(_, text)| text));
            }
        }
        found
    }

    /// A page of a guest, for nobody.
    pub async fn render(&self, guest: &str, page: &str) -> Result<View, CallError> {
        let (id, at) = (format!("guest-{guest}"), Route::page(page));
        self.plugins.render(&self.domain, &self.cx, &id, &at).await
    }

    /// Adds the desk of [`COMMUNITY`], where people can report.
    pub async fn desk(&self) {
        let desk = vec![desk(COMMUNITY)];
        let made = populate(&self.domain, &self.cx, desk, Vec::new()).await;
        made.unwrap();
    }

    /// Somebody reports something in [`COMMUNITY`], by telephone.
    pub async fn report(&self, once: &str, class: Option<&str>, words: &str) -> Case {
        let cx = Context {
            principal: Principal::Phone {
                hash: "a-phone".to_owned(),
            },
            channel: Channel::App,
            ..self.cx.clone()
        };
        let report = Report {
            once: once.to_owned(),
            class: class.map(str::to_owned),
            description: words.to_owned(),
            division: Some(COMMUNITY.to_owned()),
            ..Report::default()
        };
        submit(&self.domain, &cx, report).await.unwrap()
    }

    /// Tells the plugins all that they are to be told by then.
    pub async fn settle(&self, cx: &Context) {
        let turn = async || follow::turn(&self.plugins, &self.domain, cx).await.unwrap();
        while turn().await > 0 {}
    }

    /// This host's context, so many seconds later.
    pub fn later(&self, seconds: i64) -> Context {
        Context {
            now: self.cx.now.plus_seconds(seconds),
            ..self.cx.clone()
        }
    }

    /// What the safety plugin keeps of a case.
    pub async fn kept(&self, case: &str) -> Option<String> {
        let mut c = self.domain.database.read().await.unwrap();
        let key = format!("case/{case}");
        keyvalue::get(&mut c, "safety", None, &key).await.unwrap()
    }

    /// Has a guest attack; how that failed.
    pub async fn attacked(&self, guest: &str) -> Failure {
        match self.render(guest, "attack").await {
            Err(CallError::Failed(failure)) => failure,
            other => panic!("{guest} got {other:?}"),
        }
    }

    /// The neighbour is answered.
    pub async fn greets(&self) {
        let view = self.render("greeter", "morning").await.unwrap();
        assert_eq!(view.blocks, [Block::Text(Text::raw("morning"))]);
    }

    /// The faults and denials told so far, by kind.
    pub fn faults(&mut self) -> Vec<(&'static str, String)> {
        let mut found = Vec::new();
        while let Ok(entry) = self.entries.try_recv() {
            match entry {
                Entry::Fault { kind, message, .. } => found.push((kind, message)),
                Entry::Denial { capability, .. } => found.push(("denied", capability)),
                Entry::Lines { .. } => {}
            }
        }
        found
    }
}
