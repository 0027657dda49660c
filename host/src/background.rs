//! Work that goes on beside requests: turns that come round until the host is told to stop. A turn
//! that fails is logged and comes again; it never ends the host.

use std::{future::Future, time::Duration};
use tokio::time::MissedTickBehavior;

use crate::{
    app::App,
    attachments, cases,
    cases::figures::recount,
    context::Context,
    db,
    domain::Domain,
    drafts,
    error::Result,
    identity, integrity, notices, plugins,
    webhooks::deliver::{self, Sender},
};

/// Starts all of it.
pub fn start(app: &App) {
    every(app, "sessions", Duration::from_secs(3600), sessions);
    every(
        app,
        "drafts",
        Duration::from_secs(600),
        |domain, cx| async move { drafts::expire(&domain, &cx).await },
    );
    every(
        app,
        "records",
        Duration::from_secs(600),
        |domain, cx| async move { crate::records::held::expire(&domain, &cx).await },
    );
    every(app, "plugins", Duration::from_secs(3600), plugins);
    every(app, "deadlines", Duration::from_secs(5), deadlines);
    every(app, "figures", Duration::from_secs(60), figures);
    every(
        app,
        "duty",
        Duration::from_secs(5),
        |domain, cx| async move { cases::duty::keeper::refresh(&domain, &cx).await },
    );
    every(
        app,
        "instruments",
        Duration::from_secs(3600),
        |domain, cx| async move { identity::instruments::end_leave(&domain, &cx).await },
    );
    every(app, "checkpoints", Duration::from_secs(60), {
        let folder = app.config.data.join(integrity::checkpoints::FOLDER);
        move |domain, cx| {
            let folder = folder.clone();
            async move { integrity::checkpoints::add(&domain, &cx, &folder).await }
        }
    });
    let plugins = app.plugins.clone();
    every(app, "plugins", Duration::from_secs(1), move |domain, cx| {
        let plugins = plugins.clone();
        async move {
            while plugins::follow::turn(&plugins, &domain, &cx).await? > 0 {}
            Ok(())
        }
    });
    let plugins = app.plugins.clone();
    every(app, "inbox", Duration::from_secs(1), move |domain, cx| {
        let plugins = plugins.clone();
        async move {
            while plugins::inbox::turn(&plugins, &domain, &cx).await? > 0 {}
            Ok(())
        }
    });
    webhooks(app);
    let plugins = app.plugins.clone();
    every(app, "jobs", Duration::from_secs(5), move |domain, cx| {
        let plugins = plugins.clone();
        async move { plugins::jobs::turn(&plugins, &domain, &cx).await.map(drop) }
    });
    every(
        app,
        "hints",
        Duration::from_secs(600),
        |domain, cx| async move { cases::hints::turn(&domain, &cx).await.map(drop) },
    );
    every(app, "search", Duration::from_secs(60), search);
    every(
        app,
        "notices",
        Duration::from_secs(3600),
        |domain, cx| async move { notices::expire(&domain, cx.now).await },
    );
    every(
        app,
        "attachments",
        Duration::from_secs(600),
        |domain, cx| async move { attachments::expire(&domain, &cx).await.map(drop) },
    );
}

/// Tells other systems what happens. A host whose client cannot be made still serves everything
/// else, and what it has to tell waits in the outbox.
fn webhooks(app: &App) {
    let sender = match Sender::new(&app.config) {
        Ok(sender) => sender,
        Err(error) => {
            tracing::error!(error = error.chain(), "webhooks are not sent");
            return;
        }
    };
    every(
        app,
        "webhooks",
        Duration::from_secs(1),
        move |domain, cx| {
            let sender = sender.clone();
            async move {
                while sender.turn(&domain, &cx).await? > 0 {}
                Ok(())
            }
        },
    );
    every(
        app,
        "webhooks",
        Duration::from_secs(3600),
        |domain, cx| async move { deliver::expire(&domain, cx.now).await },
    );
}

/// Forgets what plugins' journal has kept long enough.
async fn plugins(domain: Domain, cx: Context) -> Result<()> {
    crate::plugins::journal::expire(&domain, cx.now).await?;
    crate::plugins::inbox::expire(&domain, cx.now).await
}

/// Forgets sessions, codes and invitations that are over.
async fn sessions(domain: Domain, cx: Context) -> Result<()> {
    let now = cx.now;
    let database = &domain.database;
    database
        .write(move |t| Box::pin(async move { db::accounts::expire(t, now).await }))
        .await
}

/// Sums what has ended.
async fn figures(domain: Domain, cx: Context) -> Result<()> {
    while recount::sum(&domain.database, cx.now).await? > 0 {}
    Ok(())
}

/// Indexes the cases of before there was a search, newest first, until none is left.
async fn search(domain: Domain, _: Context) -> Result<()> {
    while cases::search::turn(&domain).await? > 0 {}
    Ok(())
}

async fn deadlines(domain: Domain, cx: Context) -> Result<()> {
    while cases::scheduler::turn(&domain, &cx).await? > 0 {}
    Ok(())
}

/// Takes a turn at once and then every `period`, as the part `name` of the host.
fn every<F, T>(app: &App, name: &'static str, period: Duration, turn: F)
where
    F: Fn(Domain, Context) -> T + Send + 'static,
    T: Future<Output = Result<()>> + Send,
{
    let (domain, stop) = (app.domain.clone(), app.stop.clone());
    app.tasks.spawn(async move {
        let mut clock = tokio::time::interval(period);
        clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                _ = clock.tick() => {}
            }
            let cx = domain.system(name);
            if let Err(error) = turn(domain.clone(), cx).await {
                tracing::error!(part = name, error = error.chain(), "a turn failed");
            }
        }
    });
}
