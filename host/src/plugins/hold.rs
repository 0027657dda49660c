//! A plugin stopped by a person: no call reaches it until a person lets it go on. Beside the
//! breaker, which opens and closes by itself. First a row and then memory, as with revisions; calls
//! under way end as they would.

use super::revisions::{of, readable};
use crate::{
    app::App,
    context::Context,
    db::{self, Transaction, holds::Hold},
    error::{Error, Problem, Result},
    identity::{Act, Resource, audit, need},
};

/// The longest reason, in characters.
pub const REASON: usize = 200;
/// In how many seconds a caller may ask again: it is a person who decides.
pub(super) const AGAIN: u32 = 60;

/// Takes from the rows what is stopped.
pub async fn start(app: &App) -> Result<()> {
    let held = db::holds::all(&mut app.domain.database.read().await?).await?;
    app.plugins.hold(held.into_iter().map(|it| it.plugin));
    Ok(())
}

/// Stops a plugin. For the department's developers and administrators; `Conflict` when it is
/// stopped already.
pub async fn stop(app: &App, cx: &Context, plugin: &str, reason: &str) -> Result<Hold> {
    let plugin = governed(app, cx, plugin).await?;
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON {
        let problem = Problem::at("reason", "plugin-stop-reason").with("limit", REASON);
        return Err(Error::Invalid(vec![problem]));
    }
    let hold = Hold {
        plugin,
        reason: reason.to_owned(),
        by: audit::actor(cx),
        at: cx.now,
    };
    change(app, cx, hold.plugin.clone(), Some(hold.clone())).await?;
    Ok(hold)
}

/// Lets a stopped plugin go on; `Conflict` when it is not stopped.
pub async fn resume(app: &App, cx: &Context, plugin: &str) -> Result<()> {
    let plugin = governed(app, cx, plugin).await?;
    change(app, cx, plugin, None).await
}

/// Whether and why a plugin is stopped. For those who may read of it.
pub async fn held(app: &App, cx: &Context, plugin: &str) -> Result<Option<Hold>> {
    let plugin = readable(app, cx, plugin).await?;
    db::holds::get(&mut app.domain.database.read().await?, &plugin.id).await
}

async fn governed(app: &App, cx: &Context, plugin: &str) -> Result<String> {
    need(cx, Act::ActivatePlugin, Resource::default())?;
    let plugin = readable(app, cx, plugin).await?;
    need(cx, Act::ActivatePlugin, of(&plugin.department, None))?;
    Ok(plugin.id)
}

async fn change(app: &App, cx: &Context, plugin: String, hold: Option<Hold>) -> Result<()> {
    let (app, cx) = (app.clone(), cx.clone());
    // Goes to its end even if whoever asked leaves: rows and memory must agree.
    let work = async move {
        let _changing = app.revisions.changing().await;
        let (domain, by, id) = (app.domain.clone(), cx.clone(), plugin.clone());
        let job = async move |t: &mut Transaction| {
            let (act, changed) = match &hold {
                Some(hold) => ("plugin.stop", db::holds::add(t, hold).await?),
                None => ("plugin.resume", db::holds::remove(t, &id).await?),
            };
            if !changed {
                return Err(Error::Conflict(match hold {
                    Some(_) => "plugin-stopped-already",
                    None => "plugin-not-stopped",
                }));
            }
            audit::record(t, &domain, &by, act, &id, "done").await
        };
        let database = &app.domain.database;
        database
            .write(|t| Box::pin(async move { job(t).await }))
            .await?;
        start(&app).await
    };
    tokio::spawn(work).await.map_err(Error::internal)?
}
