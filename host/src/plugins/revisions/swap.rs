//! A developer's own build, put in force at once: for folders of kind development and
//! demonstration, and nowhere else. It goes through everything that an upload goes through but the
//! reviewer. A version may come again: each build of it is named after its digest.

use super::*;
use crate::config::Kind;

/// How many hexadecimal digits of the digest name a build.
const NAMED: usize = 8;

/// Takes a component in and puts it in force. For developers of the department that the manifest
/// names. The same build again is the same revision.
pub async fn swap(app: &App, cx: &Context, component: Vec<u8>) -> Result<Revision> {
    may_swap(app, cx)?;
    let (component, verified) = tokio::task::spawn_blocking(move || {
        let verified = verify::verify(&component);
        (component, verified)
    })
    .await
    .map_err(Error::internal)?;
    let verified = verified?;
    let unit = verified.manifest.department.clone();
    department(app, cx, &verified.manifest).await?;
    need(cx, Act::ActivatePlugin, of(&unit, None))?;
    let hex = verified.digest.trim_start_matches("sha256:");
    let build: String = hex.chars().take(NAMED).collect();
    let version = format!("{}+dev.{build}", verified.manifest.version);
    let (host, by) = (app.clone(), cx.clone());
    let revision =
        to_its_end(async move { take_in(&host, &by, component, verified, version).await }).await?;
    let revision = match revision.state {
        State::Verified => unreviewed(app, cx, revision).await?,
        _ => revision,
    };
    match revision.state {
        State::Active => Ok(revision),
        _ => activate(app, cx, &revision.digest).await,
    }
}

/// Refuses whoever may not swap, and every folder that people rely on: to be asked before a body
/// is read.
pub fn may_swap(app: &App, cx: &Context) -> Result<()> {
    may_upload(cx)?;
    match app.kind {
        Kind::Development | Kind::Demo => Ok(()),
        Kind::Production => Err(Error::Forbidden("swap-elsewhere")),
    }
}

/// Lets a revision into force without a reviewer. The audit says so.
async fn unreviewed(app: &App, cx: &Context, revision: Revision) -> Result<Revision> {
    let (domain, cx) = (app.domain.clone(), cx.clone());
    let by = audit::actor(&cx);
    let job = async move |t: &mut Transaction| {
        // Two swaps of the same at once: the second finds it done.
        db::plugins::approve(t, &revision.digest, &by, cx.now).await?;
        audit::record(t, &domain, &cx, "plugin.swap", &revision.digest, "done").await?;
        reread(t, &revision.digest).await
    };
    let database = app.domain.database.clone();
    database
        .write(|t| Box::pin(async move { job(t).await }))
        .await
}

#[cfg(test)]
mod tests {
    use super::super::tests::{acting, host};
    use super::*;
    use crate::{identity::Role, plugins::testing::plugin};

    #[tokio::test]
    async fn a_build_is_in_force_at_once_and_its_version_comes_again() {
        let host = host().await;
        let app = &host.app;
        let developer = acting(app, "dev", "dept-emergency", Role::DepartmentDeveloper);
        let first = swap(app, &developer, plugin("a-plugin", "0.1.0"))
            .await
            .unwrap();
        assert_eq!(first.state, State::Active);
        assert!(first.version.starts_with("0.1.0+dev."), "{}", first.version);
        let mut other = plugin("a-plugin", "0.1.0");
        crate::plugins::testing::section(&mut other, "build", b"another");
        let second = swap(app, &developer, other.clone()).await.unwrap();
        assert_ne!(first.digest, second.digest);
        let active = app.plugins.get("a-plugin").unwrap().digest.clone();
        assert_eq!(active, second.digest);
        // The same again changes nothing; the first one comes back by being built again.
        assert_eq!(swap(app, &developer, other).await.unwrap(), second);
        let back = swap(app, &developer, plugin("a-plugin", "0.1.0"))
            .await
            .unwrap();
        assert_eq!((back.digest, back.state), (first.digest, State::Active));
        // A reviewer may not, nor a developer of another department.
        for (unit, role) in [
            ("dept-data", Role::PluginReviewer),
            ("dept-data", Role::DepartmentDeveloper),
        ] {
            let other = acting(app, "other", unit, role);
            let refused = swap(app, &other, plugin("a-plugin", "0.1.0")).await;
            assert!(refused.is_err(), "{role:?}");
        }
    }
}
