//! Components of the demonstration, installed as people would: a developer of the department
//! uploads, a reviewer of another approves, the developer activates. Goes round none of their
//! checks.

use std::path::{Path, PathBuf};

use super::DemoError;
use crate::{
    app::App,
    context::{Channel, Context, Principal},
    db::{
        self,
        accounts::Key,
        plugins::{Revision, State},
    },
    error::{Error, Problem, Result},
    identity::Person,
    plugins::revisions,
};

/// Each brings the plugins of their own department.
const DEVELOPERS: [&str; 2] = ["developer", "developer2"];
const REVIEWER: &str = "reviewer";

/// Installs each `*.wasm` of `folder`, in the order of their names; what is installed already
/// stays as it is, retired or not.
pub async fn install(app: &App, folder: &Path) -> Result<(), DemoError> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)?
        .map(|entry| entry.map(|it| it.path()))
        .collect::<std::io::Result<_>>()?;
    files.retain(|it| it.extension().is_some_and(|it| it == "wasm"));
    files.sort();
    for file in files {
        let component = std::fs::read(&file)?;
        one(app, component)
            .await
            .map_err(|error| DemoError::Component {
                file: file.display().to_string(),
                why: error,
            })?;
    }
    Ok(())
}

async fn one(app: &App, component: Vec<u8>) -> Result<Revision> {
    let mut refused = Error::NotFound;
    for login in DEVELOPERS {
        let developer = acting(app, login).await?;
        match by(app, &developer, component.clone()).await {
            // Another department's: it has a developer of its own.
            Err(Error::Invalid(problems)) if of_another(&problems) => {
                refused = Error::Invalid(problems);
            }
            done => return done,
        }
    }
    Err(refused)
}

fn of_another(problems: &[Problem]) -> bool {
    problems
        .iter()
        .any(|it| it.code == "plugin-department-other")
}

async fn by(app: &App, developer: &Context, component: Vec<u8>) -> Result<Revision> {
    let mut revision = revisions::upload(app, developer, component).await?;
    if revision.state == State::Verified {
        let reviewer = acting(app, REVIEWER).await?;
        revision = revisions::approve(app, &reviewer, &revision.digest).await?;
        revision = revisions::activate(app, developer, &revision.digest).await?;
    }
    Ok(revision)
}

/// A context of someone of the demonstration.
pub(super) async fn acting(app: &App, login: &str) -> Result<Context> {
    let mut c = app.domain.database.read().await?;
    let account = db::accounts::by(&mut c, Key::Login(login)).await?;
    let account = account.ok_or(Error::NotFound)?;
    let mut cx = app.domain.system("demo");
    cx.channel = Channel::App;
    cx.principal = Principal::Person(Person {
        posts: db::accounts::posts(&mut c, &account.id).await?,
        account: account.id,
        name: account.name,
        phone_hash: account.phone_hash,
    });
    Ok(cx)
}
