//! Revisions of plugins, from upload to retirement: the only door to them. A change is first a
//! row and then a swap in memory, one change at a time, and goes to its end even if whoever asked
//! for it leaves; so what is in force is what the rows say.

mod shown;
mod swap;

pub(super) use shown::readable;
pub use shown::{
    Denials, PluginSummary, denials, difference, faults, lines, overview, plugin, revision,
};
pub use swap::{may_swap, swap};

use onedoor_manifest::Manifest;
use std::{
    collections::BTreeMap,
    io,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    About, Loaded,
    artefacts::Artefacts,
    hold, jobs,
    replay::{self, Replay},
    sections,
    verify::{self, Verified},
};
use crate::{
    app::App,
    context::Context,
    db::{
        self, Transaction,
        plugins::{Plugin, Revision, State},
    },
    error::{Error, Problem, Result},
    identity::{Act, Resource, audit, need},
    ids::Ids,
    records::catalogue,
};

/// What changing revisions needs besides the registry of those in force.
pub struct Revisions {
    artefacts: Artefacts,
    /// Held while rows and memory are brought to agree.
    changing: tokio::sync::Mutex<()>,
    /// The revisions that a roll-back would bring back, loaded, by plugin.
    standby: Mutex<BTreeMap<String, Arc<Loaded>>>,
}

impl Revisions {
    /// With its files in `data`.
    pub fn open(
        data: &Path,
        compatibility: &str,
        program: Option<std::path::PathBuf>,
        ids: Ids,
    ) -> io::Result<Self> {
        Ok(Self {
            artefacts: Artefacts::open(data, compatibility, program, ids)?,
            changing: tokio::sync::Mutex::new(()),
            standby: Mutex::default(),
        })
    }

    /// The revision that a roll-back of a plugin would bring back, if it is loaded.
    pub(super) fn standby_of(&self, plugin: &str) -> Option<Arc<Loaded>> {
        self.standby().get(plugin).cloned()
    }

    /// Held by whoever brings rows and memory to agree.
    pub(super) async fn changing(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.changing.lock().await
    }

    fn standby(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Arc<Loaded>>> {
        self.standby.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What `resource` of a department stands for in the policy's table.
pub(super) fn of<'a>(department: &'a str, author: Option<&'a str>) -> Resource<'a> {
    Resource {
        unit: Some(department),
        author,
        ..Resource::default()
    }
}

/// Loads what is in force, and what a roll-back would bring back. A plugin that cannot be loaded
/// is logged and left out: the others are served all the same.
pub async fn start(app: &App) -> Result<()> {
    hold::start(app).await?;
    let plugins = db::plugins::all(&mut app.domain.database.read().await?).await?;
    for plugin in plugins {
        for (digest, active) in [(&plugin.active, true), (&plugin.previous, false)] {
            let Some(digest) = digest else { continue };
            match load_by_digest(app, digest).await {
                Ok(loaded) if active => app.plugins.put(loaded),
                Ok(loaded) => {
                    app.revisions.standby().insert(plugin.id.clone(), loaded);
                }
                Err(error) => tracing::error!(
                    plugin = plugin.id,
                    digest,
                    error = error.chain(),
                    "a revision was not loaded"
                ),
            }
        }
    }
    // Those of a folder from before there were jobs.
    jobs::start(&app.plugins, &app.domain, &app.domain.system("start")).await
}

/// Refuses whoever uploads for no department at all: to be asked before a body is read.
pub fn may_upload(cx: &Context) -> Result<()> {
    need(cx, Act::UploadPlugin, Resource::default())
}

/// Takes a component in: reads it, refuses what is wrong, compiles and links it. The same upload
/// again answers the same revision. For developers of the department that the manifest names.
pub async fn upload(app: &App, cx: &Context, component: Vec<u8>) -> Result<Revision> {
    may_upload(cx)?;
    let (component, verified) = tokio::task::spawn_blocking(move || {
        let verified = verify::verify(&component);
        (component, verified)
    })
    .await
    .map_err(Error::internal)?;
    let verified = verified?;
    department(app, cx, &verified.manifest).await?;
    let (app, cx) = (app.clone(), cx.clone());
    let version = verified.manifest.version.clone();
    to_its_end(async move { take_in(&app, &cx, component, verified, version).await }).await
}

/// The department must be there and be the uploader's; the classes must be on the duty list.
async fn department(app: &App, cx: &Context, manifest: &Manifest) -> Result<()> {
    let unit = manifest.department.as_str();
    let found = db::units::get(&mut app.domain.database.read().await?, unit).await?;
    let mut problems = Vec::new();
    if found.is_none() {
        problems.push(Problem::at("department", "plugin-department-unknown").with("unit", unit));
    } else if let Err(error) = need(cx, Act::UploadPlugin, of(unit, None)) {
        match error {
            Error::Forbidden("no-post-for-this") => problems
                .push(Problem::at("department", "plugin-department-other").with("unit", unit)),
            other => return Err(other),
        }
    }
    let duty = app.domain.duty.list();
    let unknown = manifest.cases.classes.iter();
    problems.extend(
        unknown
            .filter(|it| duty.item(it).is_none())
            .map(|class| Problem::at("cases.classes", "plugin-class-unknown").with("class", class)),
    );
    let mut c = app.domain.database.read().await?;
    problems.extend(catalogue::problems(&mut c, manifest).await?);
    match problems.is_empty() {
        true => Ok(()),
        false => Err(Error::Invalid(problems)),
    }
}

async fn take_in(
    app: &App,
    cx: &Context,
    component: Vec<u8>,
    it: Verified,
    version: String,
) -> Result<Revision> {
    let bytes = i64::try_from(component.len()).map_err(Error::internal)?;
    let artefacts = &app.revisions.artefacts;
    let kept = it.digest.clone();
    let keeper = app.clone();
    tokio::task::spawn_blocking(move || keeper.revisions.artefacts.keep(&kept, &component))
        .await
        .map_err(Error::internal)?
        .map_err(Error::internal)?;
    let revision = Revision {
        digest: it.digest.clone(),
        plugin: it.manifest.id.clone(),
        version,
        department: it.manifest.department.clone(),
        state: State::Uploaded,
        manifest: it.text,
        contract: it.sections.contract.clone().unwrap_or_default(),
        imports: it.sections.imports.clone(),
        exports: it.sections.exports.clone(),
        bytes,
        uploaded_by: audit::actor(cx),
        uploaded_at: cx.now,
        approved_by: None,
        approved_at: None,
        activated_at: None,
    };
    let revision = reserve(app, cx, revision).await?;
    if revision.state != State::Uploaded {
        return Ok(revision);
    }
    let linked = async {
        let artefact = artefacts.artefact(&revision.digest).await?;
        let about = About {
            manifest: it.manifest,
            digest: it.digest,
            bundles: it.sections.bundles,
        };
        let loaded = app.plugins.engine().load(&artefact, about).await?;
        let Some(recording) = &it.recording else {
            return Ok(None);
        };
        let replay = replay::replay(&loaded, recording).await;
        serde_json::to_string(&replay)
            .map(Some)
            .map_err(Error::internal)
    };
    match linked.await {
        Ok(replay) => verified(app, cx, revision, replay).await,
        Err(error) => {
            refused(app, cx, &revision).await?;
            artefacts.forget(&revision.digest);
            Err(error)
        }
    }
}

/// The row of an upload: the one that is there, if it is the same, or a new one.
async fn reserve(app: &App, cx: &Context, new: Revision) -> Result<Revision> {
    let (domain, cx) = (app.domain.clone(), cx.clone());
    let job = async move |t: &mut Transaction| {
        if let Some(same) = db::plugins::by_digest(t, &new.digest).await? {
            return Ok(same);
        }
        if let Some(plugin) = db::plugins::get(t, &new.plugin).await?
            && plugin.department != new.department
        {
            let problem = Problem::at("id", "plugin-id-taken").with("id", &new.plugin);
            return Err(Error::Invalid(vec![problem]));
        }
        if db::plugins::by_version(t, &new.plugin, &new.version)
            .await?
            .is_some()
        {
            let problem = Problem::at("version", "plugin-version-taken");
            return Err(Error::Invalid(vec![problem.with("version", &new.version)]));
        }
        db::plugins::add(t, &new.plugin, &new.department, cx.now).await?;
        db::plugins::add_revision(t, &new).await?;
        audit::record(t, &domain, &cx, "plugin.upload", &new.digest, "done").await?;
        Ok(new)
    };
    let database = app.domain.database.clone();
    database
        .write(|t| Box::pin(async move { job(t).await }))
        .await
}

async fn verified(
    app: &App,
    cx: &Context,
    mut revision: Revision,
    replay: Option<String>,
) -> Result<Revision> {
    let (domain, cx, digest) = (app.domain.clone(), cx.clone(), revision.digest.clone());
    let job = async move |t: &mut Transaction| {
        // Two uploads of the same at once: the second finds it done.
        if db::plugins::set_state(t, &digest, State::Uploaded, State::Verified).await? {
            audit::record(t, &domain, &cx, "plugin.verify", &digest, "done").await?;
            if let Some(replay) = replay {
                db::replays::keep(t, &digest, &replay, cx.now).await?;
            }
        }
        Ok(())
    };
    let database = app.domain.database.clone();
    database
        .write(|t| Box::pin(async move { job(t).await }))
        .await?;
    revision.state = State::Verified;
    Ok(revision)
}

async fn refused(app: &App, cx: &Context, revision: &Revision) -> Result<()> {
    let (domain, cx, revision) = (app.domain.clone(), cx.clone(), revision.clone());
    let job = async move |t: &mut Transaction| {
        db::plugins::remove_uploaded(t, &revision).await?;
        audit::record(
            t,
            &domain,
            &cx,
            "plugin.verify",
            &revision.digest,
            "refused",
        )
        .await
    };
    let database = app.domain.database.clone();
    database
        .write(|t| Box::pin(async move { job(t).await }))
        .await
}

/// Approves a verified revision, by its digest. For reviewers of another unit, other than whoever
/// uploaded it; never by token.
pub async fn approve(app: &App, cx: &Context, digest: &str) -> Result<Revision> {
    need(cx, Act::ApprovePlugin, Resource::default())?;
    let revision = get(app, digest).await?;
    let author = Some(revision.uploaded_by.as_str());
    need(cx, Act::ApprovePlugin, of(&revision.department, author))?;
    let (domain, cx) = (app.domain.clone(), cx.clone());
    let by = audit::actor(&cx);
    let job = async move |t: &mut Transaction| {
        if !db::plugins::approve(t, &revision.digest, &by, cx.now).await? {
            return Err(Error::Conflict("plugin-not-verified"));
        }
        audit::record(t, &domain, &cx, "plugin.approve", &revision.digest, "done").await?;
        reread(t, &revision.digest).await
    };
    let database = app.domain.database.clone();
    database
        .write(|t| Box::pin(async move { job(t).await }))
        .await
}

/// Puts an approved revision in force, in one step: calls in flight end on the one before, which
/// stays loaded. For the department's developers and administrators.
pub async fn activate(app: &App, cx: &Context, digest: &str) -> Result<Revision> {
    need(cx, Act::ActivatePlugin, Resource::default())?;
    let revision = get(app, digest).await?;
    need(cx, Act::ActivatePlugin, of(&revision.department, None))?;
    if revision.state != State::Approved {
        return Err(Error::Conflict("plugin-not-approved"));
    }
    let (app, cx) = (app.clone(), cx.clone());
    to_its_end(async move {
        let loaded = load(&app, &revision).await?;
        let _changing = app.revisions.changing.lock().await;
        let (domain, now) = (app.domain.clone(), cx.clone());
        let (digest, plugin) = (revision.digest, revision.plugin.clone());
        let schedule = loaded.manifest.clone();
        let declared = loaded.manifest.clone();
        let job = async move |t: &mut Transaction| {
            let before = db::plugins::get(t, &plugin).await?.and_then(|it| it.active);
            if let Some(before) = &before {
                db::plugins::set_state(t, before, State::Active, State::Approved).await?;
            }
            in_force(t, &digest, now.now).await?;
            catalogue::declare(t, &declared, &digest, now.now).await?;
            db::plugins::point(t, &plugin, Some(&digest), before.as_deref()).await?;
            jobs::schedule(t, &schedule, &domain.zone, now.now).await?;
            audit::record(t, &domain, &now, "plugin.activate", &digest, "done").await?;
            reread(t, &digest).await
        };
        let database = &app.domain.database;
        let revision = database
            .write(|t| Box::pin(async move { job(t).await }))
            .await?;
        if let Some(before) = app.plugins.get(&revision.plugin) {
            app.revisions
                .standby()
                .insert(revision.plugin.clone(), before);
        }
        app.plugins.put(loaded);
        Ok(revision)
    })
    .await
}

/// Brings back the revision that was in force before. At once: it is still loaded.
pub async fn roll_back(app: &App, cx: &Context, plugin: &str) -> Result<Revision> {
    need(cx, Act::ActivatePlugin, Resource::default())?;
    let plugin = known(app, plugin).await?;
    need(cx, Act::ActivatePlugin, of(&plugin.department, None))?;
    let (app, cx, plugin) = (app.clone(), cx.clone(), plugin.id);
    to_its_end(async move {
        let _changing = app.revisions.changing.lock().await;
        let found = known(&app, &plugin).await?;
        let (Some(active), Some(previous)) = (found.active, found.previous) else {
            return Err(Error::Conflict("plugin-no-previous"));
        };
        let standby = app.revisions.standby().get(&plugin).cloned();
        let loaded = match standby.filter(|it| it.digest == previous) {
            Some(loaded) => loaded,
            None => load_by_digest(&app, &previous).await?,
        };
        let (domain, by, id) = (app.domain.clone(), cx.clone(), plugin.clone());
        let schedule = loaded.manifest.clone();
        let declared = loaded.manifest.clone();
        let job = async move |t: &mut Transaction| {
            db::plugins::set_state(t, &active, State::Active, State::Approved).await?;
            in_force(t, &previous, by.now).await?;
            catalogue::declare(t, &declared, &previous, by.now).await?;
            db::plugins::point(t, &id, Some(&previous), None).await?;
            jobs::schedule(t, &schedule, &domain.zone, by.now).await?;
            audit::record(t, &domain, &by, "plugin.roll-back", &previous, "done").await?;
            reread(t, &previous).await
        };
        let database = &app.domain.database;
        let revision = database
            .write(|t| Box::pin(async move { job(t).await }))
            .await?;
        app.plugins.put(loaded);
        app.revisions.standby().remove(&plugin);
        Ok(revision)
    })
    .await
}

/// Takes the revision in force out of use, for good; another approved one may take its place
/// later. Calls in flight end on it.
pub async fn retire(app: &App, cx: &Context, plugin: &str) -> Result<Revision> {
    need(cx, Act::ActivatePlugin, Resource::default())?;
    let plugin = known(app, plugin).await?;
    need(cx, Act::ActivatePlugin, of(&plugin.department, None))?;
    let (app, cx, plugin) = (app.clone(), cx.clone(), plugin.id);
    to_its_end(async move {
        let _changing = app.revisions.changing.lock().await;
        let active = known(&app, &plugin).await?.active;
        let active = active.ok_or(Error::Conflict("plugin-not-active"))?;
        let (domain, by, id) = (app.domain.clone(), cx.clone(), plugin.clone());
        let job = async move |t: &mut Transaction| {
            db::plugins::set_state(t, &active, State::Active, State::Retired).await?;
            db::plugins::point(t, &id, None, None).await?;
            jobs::end(t, &id).await?;
            audit::record(t, &domain, &by, "plugin.retire", &active, "done").await?;
            reread(t, &active).await
        };
        let database = &app.domain.database;
        let revision = database
            .write(|t| Box::pin(async move { job(t).await }))
            .await?;
        app.plugins.remove(&plugin);
        app.revisions.standby().remove(&plugin);
        Ok(revision)
    })
    .await
}

async fn known(app: &App, id: &str) -> Result<Plugin> {
    let mut c = app.domain.database.read().await?;
    db::plugins::get(&mut c, id).await?.ok_or(Error::NotFound)
}

async fn get(app: &App, digest: &str) -> Result<Revision> {
    let mut c = app.domain.database.read().await?;
    reread(&mut c, digest).await
}

async fn reread(c: &mut db::Connection, digest: &str) -> Result<Revision> {
    let found = db::plugins::by_digest(c, digest).await?;
    found.ok_or(Error::NotFound)
}

/// Puts an approved revision in force, in the rows.
async fn in_force(t: &mut Transaction, digest: &str, now: crate::time::Timestamp) -> Result<()> {
    if !db::plugins::set_state(t, digest, State::Approved, State::Active).await? {
        return Err(Error::Conflict("plugin-not-approved"));
    }
    db::plugins::activated(t, digest, now).await
}

fn manifest(revision: &Revision) -> Result<Manifest> {
    Manifest::parse(&revision.manifest)
        .map_err(|_| Error::bug("a revision whose manifest no longer parses"))
}

async fn load_by_digest(app: &App, digest: &str) -> Result<Arc<Loaded>> {
    let revision = get(app, digest).await?;
    load(app, &revision).await
}

/// Loads a revision from its artefact; compiles it anew when this version of the host has not.
async fn load(app: &App, revision: &Revision) -> Result<Arc<Loaded>> {
    let artefacts = &app.revisions.artefacts;
    let artefact = artefacts.artefact(&revision.digest).await?;
    let component = artefacts
        .component(&revision.digest)
        .map_err(Error::internal)?;
    let sections = sections::read(&component)
        .map_err(|_| Error::bug("a kept component that no longer reads"))?;
    let about = About {
        manifest: Arc::new(manifest(revision)?),
        digest: revision.digest.clone(),
        bundles: sections.bundles,
    };
    app.plugins
        .engine()
        .load(&artefact, about)
        .await
        .map(Arc::new)
}

/// Runs `work` as a task of its own: a caller who leaves does not cut it in half.
async fn to_its_end<T, F>(work: F) -> Result<T>
where
    T: Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
{
    tokio::spawn(work).await.map_err(Error::internal)?
}

#[cfg(test)]
#[path = "revisions_tests.rs"]
mod tests;
