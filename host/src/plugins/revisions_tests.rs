//! The way of a revision, and who may take it which step.

use super::*;
use crate::{
    config::{Config, Kind},
    context::{Channel, Principal},
    db::units::Unit,
    identity::{Person, Post, Role},
    plugins::testing::{bare, dressed, manifest, plugin as component, section},
};
use crate::{page::Paging, plugins::journal};
use onedoor_manifest::{CONTRACT, SECTION_CONTRACT, SECTION_I18N, SECTION_MANIFEST};

pub(super) struct Host {
    pub(super) app: App,
    folder: tempfile::TempDir,
}

pub(super) async fn host() -> Host {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path()).await;
    let units = ["dept-emergency", "dept-data"].map(|id| Unit {
        id: id.to_owned(),
        name_zh: id.to_owned(),
        name_en: id.to_owned(),
        kind: "emergency".to_owned(),
        division: "310101".to_owned(),
        parent: None,
        instrument: Some("made up for this test".to_owned()),
        lent: None,
    });
    let job = async move |t: &mut Transaction| {
        for unit in &units {
            db::units::insert(t, unit).await?;
        }
        Ok(())
    };
    let database = &app.domain.database;
    database
        .write(|t| Box::pin(async move { job(t).await }))
        .await
        .unwrap();
    Host { app, folder }
}

async fn open(at: &Path) -> App {
    let config = Config::local(Kind::Development, at.join("data"), 0);
    App::open(config).await.unwrap()
}

pub(super) fn acting(app: &App, account: &str, unit: &str, role: Role) -> Context {
    let mut cx = app.domain.system("test");
    cx.channel = Channel::App;
    cx.principal = Principal::Person(Person {
        account: account.to_owned(),
        name: account.to_owned(),
        posts: vec![Post {
            id: account.to_owned(),
            unit: unit.to_owned(),
            division: "310101".to_owned(),
            role,
            from: cx.now,
            until: None,
        }],
        phone_hash: None,
    });
    cx
}

fn developer(app: &App) -> Context {
    acting(app, "dev", "dept-emergency", Role::DepartmentDeveloper)
}

fn reviewer(app: &App) -> Context {
    acting(app, "rev", "dept-data", Role::PluginReviewer)
}

/// Uploaded, approved, in force.
async fn installed(app: &App, version: &str) -> Revision {
    let it = upload(app, &developer(app), component("test", version))
        .await
        .unwrap();
    approve(app, &reviewer(app), &it.digest).await.unwrap();
    activate(app, &developer(app), &it.digest).await.unwrap()
}

fn version_in_force(app: &App) -> Option<String> {
    app.plugins
        .get("test")
        .map(|it| it.manifest.version.clone())
}

async fn states(app: &App) -> Vec<(String, State)> {
    let seen = plugin(app, &developer(app), "test").await.unwrap();
    let mut states: Vec<_> = seen
        .revisions
        .into_iter()
        .map(|it| (it.version, it.state))
        .collect();
    states.sort_by(|a, b| a.0.cmp(&b.0));
    states
}

#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T>, code: &str) {
    match result {
        Err(Error::Invalid(problems)) => {
            assert!(problems.iter().any(|it| it.code == code), "{problems:?}");
        }
        Err(Error::Forbidden(found) | Error::Conflict(found)) => assert_eq!(found, code),
        other => panic!("not {code}: {other:?}"),
    }
}

#[tokio::test]
async fn from_upload_to_retirement() {
    let Host {
        app,
        folder: _folder,
    } = host().await;
    let dev = developer(&app);
    let one = upload(&app, &dev, component("test", "1.0.0"))
        .await
        .unwrap();
    assert_eq!(one.state, State::Verified);
    refused(
        activate(&app, &dev, &one.digest).await,
        "plugin-not-approved",
    );
    assert_eq!(version_in_force(&app), None);
    let again = upload(&app, &dev, component("test", "1.0.0"))
        .await
        .unwrap();
    assert_eq!(again.digest, one.digest);
    approve(&app, &reviewer(&app), &one.digest).await.unwrap();
    refused(
        approve(&app, &reviewer(&app), &one.digest).await,
        "plugin-not-verified",
    );
    activate(&app, &dev, &one.digest).await.unwrap();
    assert_eq!(version_in_force(&app).as_deref(), Some("1.0.0"));
    refused(roll_back(&app, &dev, "test").await, "plugin-no-previous");

    installed(&app, "1.1.0").await;
    assert_eq!(version_in_force(&app).as_deref(), Some("1.1.0"));
    let expected = [
        ("1.0.0".to_owned(), State::Approved),
        ("1.1.0".to_owned(), State::Active),
    ];
    assert_eq!(states(&app).await, expected);
    let back = roll_back(&app, &dev, "test").await.unwrap();
    assert_eq!(
        (back.version.as_str(), back.state),
        ("1.0.0", State::Active)
    );
    assert_eq!(version_in_force(&app).as_deref(), Some("1.0.0"));

    let gone = retire(&app, &dev, "test").await.unwrap();
    assert_eq!(gone.state, State::Retired);
    assert_eq!(version_in_force(&app), None);
    refused(retire(&app, &dev, "test").await, "plugin-not-active");
    refused(
        activate(&app, &dev, &one.digest).await,
        "plugin-not-approved",
    );
}

#[tokio::test]
async fn what_was_in_force_is_again_after_a_restart_and_the_one_before_stands_by() {
    let Host { app, folder } = host().await;
    installed(&app, "1.0.0").await;
    installed(&app, "1.1.0").await;
    app.close().await;
    drop(app);
    let app = open(folder.path()).await;
    assert_eq!(version_in_force(&app), None);
    start(&app).await.unwrap();
    assert_eq!(version_in_force(&app).as_deref(), Some("1.1.0"));
    assert!(app.revisions.standby().contains_key("test"));
    roll_back(&app, &developer(&app), "test").await.unwrap();
    assert_eq!(version_in_force(&app).as_deref(), Some("1.0.0"));
}

#[tokio::test]
async fn nobody_approves_their_own_and_no_token_approves() {
    let Host {
        app,
        folder: _folder,
    } = host().await;
    let it = upload(&app, &developer(&app), component("test", "1.0.0"))
        .await
        .unwrap();
    let digest = &it.digest;
    let same_person = acting(&app, "dev", "dept-data", Role::PluginReviewer);
    refused(
        approve(&app, &same_person, digest).await,
        "no-post-for-this",
    );
    let same_unit = acting(&app, "other", "dept-emergency", Role::PluginReviewer);
    refused(approve(&app, &same_unit, digest).await, "no-post-for-this");
    let mut token = reviewer(&app);
    token.token = true;
    refused(approve(&app, &token, digest).await, "not-by-token");
    let admin = acting(&app, "admin", "dept-data", Role::Administrator);
    refused(approve(&app, &admin, digest).await, "no-post-for-this");
    let resident = acting(&app, "r", "dept-data", Role::Resident);
    refused(overview(&app, &resident).await, "no-post-for-this");
    refused(
        activate(&app, &reviewer(&app), digest).await,
        "no-post-for-this",
    );
    assert!(
        lines(&app, &developer(&app), "test", None, &Paging::default())
            .await
            .is_ok()
    );
    let read = lines(&app, &reviewer(&app), "test", None, &Paging::default()).await;
    refused(read, "no-post-for-this");
    approve(&app, &reviewer(&app), digest).await.unwrap();
    let mut token = developer(&app);
    token.token = true;
    activate(&app, &token, digest).await.unwrap();
}

#[tokio::test]
async fn departments_versions_and_ids_are_held_to() {
    let Host {
        app,
        folder: _folder,
    } = host().await;
    let dev = developer(&app);
    let with = |from: &str, to: &str| {
        let text = manifest("test", "1.0.0").replace(from, to);
        dressed(bare("portal-plugin", None), &text)
    };
    let unknown = with("dept-emergency", "dept-nowhere");
    refused(
        upload(&app, &dev, unknown).await,
        "plugin-department-unknown",
    );
    let theirs = with("dept-emergency", "dept-data");
    refused(
        upload(&app, &dev, theirs.clone()).await,
        "plugin-department-other",
    );
    let class = with(
        "capabilities = []",
        "capabilities = [\"cases.read\"]\ncases = { classes = [\"X9\"] }",
    );
    refused(upload(&app, &dev, class).await, "plugin-class-unknown");
    upload(&app, &dev, component("test", "1.0.0"))
        .await
        .unwrap();
    let other_code = with("zh = \"测试\"", "zh = \"另一\"");
    refused(upload(&app, &dev, other_code).await, "plugin-version-taken");
    let other = acting(&app, "d2", "dept-data", Role::DepartmentDeveloper);
    refused(upload(&app, &other, theirs).await, "plugin-id-taken");
    assert_eq!(overview(&app, &other).await.unwrap(), []);
}

/// A component that reads well and does not compile leaves nothing behind.
#[tokio::test]
async fn what_cannot_be_compiled_is_forgotten() {
    let Host { app, folder } = host().await;
    let mut broken = bare("portal-plugin", None);
    // A core module of a function whose body is of the wrong type.
    let module = b"\0asm\x01\0\0\0\x01\x05\x01\x60\0\x01\x7f\x03\x02\x01\0\x0a\x04\x01\x02\0\x0b";
    broken.push(1);
    broken.push(u8::try_from(module.len()).unwrap());
    broken.extend_from_slice(module);
    let text = manifest("test", "1.0.0");
    section(&mut broken, SECTION_MANIFEST, text.as_bytes());
    section(&mut broken, SECTION_CONTRACT, CONTRACT.as_bytes());
    for language in ["zh-CN", "en"] {
        section(&mut broken, &format!("{SECTION_I18N}{language}"), b"");
    }
    refused(
        upload(&app, &developer(&app), broken).await,
        "plugin-compile-refused",
    );
    assert_eq!(overview(&app, &developer(&app)).await.unwrap(), []);
    for place in ["components", "artefacts"] {
        assert_eq!(files(&folder.path().join("data").join(place)), 0, "{place}");
    }
    upload(&app, &developer(&app), component("test", "1.0.0"))
        .await
        .unwrap();
}

fn files(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|it| it.unwrap().path());
    entries
        .map(|it| if it.is_dir() { files(&it) } else { 1 })
        .sum()
}

#[tokio::test]
async fn a_person_stops_a_plugin_and_lets_it_go_on() {
    let Host { app, folder } = host().await;
    installed(&app, "1.0.0").await;
    let dev = developer(&app);
    refused(
        hold::stop(&app, &reviewer(&app), "test", "why").await,
        "no-post-for-this",
    );
    let other = acting(&app, "d2", "dept-data", Role::DepartmentDeveloper);
    refused(
        hold::stop(&app, &other, "test", "why").await,
        "no-post-for-this",
    );
    refused(
        hold::stop(&app, &dev, "test", " ").await,
        "plugin-stop-reason",
    );
    refused(hold::resume(&app, &dev, "test").await, "plugin-not-stopped");
    let held = hold::stop(&app, &dev, "test", " 检修 ").await.unwrap();
    assert_eq!((held.reason.as_str(), held.by.as_str()), ("检修", "dev"));
    refused(
        hold::stop(&app, &dev, "test", "again").await,
        "plugin-stopped-already",
    );
    let at = onedoor_forms::Route::page("home");
    let call = app.plugins.render(&app.domain, &dev, "test", &at).await;
    assert_eq!(call, Err(crate::plugins::CallError::Paused(hold::AGAIN)));

    // It stays so over a restart and over another revision, and reviewers see why.
    app.plugins.hold([]);
    hold::start(&app).await.unwrap();
    installed(&app, "2.0.0").await;
    assert!(app.plugins.is_held("test"));
    let seen = hold::held(&app, &reviewer(&app), "test").await.unwrap();
    assert_eq!(seen, Some(held));

    hold::resume(&app, &dev, "test").await.unwrap();
    assert!(!app.plugins.is_held("test"));
    // The guest of these tests traps: it was called.
    let call = app.plugins.render(&app.domain, &dev, "test", &at).await;
    assert!(matches!(call, Err(crate::plugins::CallError::Failed(_))));
    drop(folder);
}

#[tokio::test]
async fn denials_are_told_by_capability_with_the_line_that_mends_them() {
    let Host { app, folder } = host().await;
    installed(&app, "1.0.0").await;
    let line = onedoor_manifest::line::class(["P0101"], "P0202");
    let denial = |seconds, capability: &str, line: &str| journal::Entry::Denial {
        origin: journal::Origin {
            plugin: "test".to_owned(),
            revision: "sha256:0".to_owned(),
            request: "r".to_owned(),
            at: app.domain.clock.now().plus_seconds(seconds),
        },
        capability: capability.to_owned(),
        line: line.to_owned(),
    };
    let told = vec![
        denial(0, "cases.open", &line),
        denial(1, "grid.read", "capabilities = [\"grid.read\"]"),
        denial(2, "cases.open", &line),
    ];
    journal::write(&app.domain, told).await.unwrap();
    let found = denials(&app, &developer(&app), "test").await.unwrap();
    let brief: Vec<_> = found
        .iter()
        .map(|it| (it.capability.as_str(), it.line.as_str(), it.count))
        .collect();
    assert_eq!(
        brief,
        [
            ("cases.open", line.as_str(), 2),
            ("grid.read", "capabilities = [\"grid.read\"]", 1),
        ]
    );
    let other = acting(&app, "d2", "dept-data", Role::DepartmentDeveloper);
    refused(denials(&app, &other, "test").await, "no-post-for-this");
    drop(folder);
}
