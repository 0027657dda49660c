//! Getting back in: for whoever has the folder itself, by the command line. Never over HTTP.

use super::{audit, password};
use crate::{
    context::{Context, Principal},
    db::{self, accounts::Key},
    domain::Domain,
    error::{Error, Result},
};

/// Gives the person who signs in as `login` a new password, answered once, to be changed at the
/// next sign-in; ends all their sessions. `NotFound` when there is no such person. For the host
/// itself.
pub async fn reset_password(domain: &Domain, cx: &Context, login: &str) -> Result<String> {
    if !matches!(cx.principal, Principal::System(_)) {
        return Err(Error::Forbidden("system-only"));
    }
    let secret: String = domain.ids.secret().chars().take(20).collect();
    let phc = password::hash(&secret).await?;
    let (domain, cx, login) = (domain.clone(), cx.clone(), login.to_owned());
    let database = domain.database.clone();
    database
        .write(move |t| {
            Box::pin(async move {
                let account = db::accounts::by(t, Key::Login(&login)).await?;
                let account = account.filter(|it| !it.service).ok_or(Error::NotFound)?;
                db::accounts::set_password(t, &account.id, &phc, true).await?;
                db::accounts::end_sessions(t, &account.id).await?;
                audit::record(t, &domain, &cx, "reset-password", &account.id, "done").await
            })
        })
        .await?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::testing,
        identity::{operations, sessions},
    };

    #[tokio::test]
    async fn a_reset_ends_sessions_and_must_be_changed() {
        let at = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", at.path().join("test.db").display());
        let database = db::Database::open(&url).await.unwrap();
        database.migrate().await.unwrap();
        let domain = testing::domain(database).await.unwrap();
        let cx = domain.system("test");
        let first = operations::first_administrator(&domain, &cx).await.unwrap();
        let first = first.unwrap();
        let session = operations::sign_in(&domain, &cx, "admin", &first)
            .await
            .unwrap();

        let second = reset_password(&domain, &cx, "admin").await.unwrap();
        let old = sessions::authenticate(&domain, &session, cx.now)
            .await
            .unwrap();
        assert!(old.is_none());
        assert!(
            operations::sign_in(&domain, &cx, "admin", &first)
                .await
                .is_err()
        );
        let session = operations::sign_in(&domain, &cx, "admin", &second)
            .await
            .unwrap();
        let new = sessions::authenticate(&domain, &session, cx.now)
            .await
            .unwrap();
        assert!(new.unwrap().must_change);

        let nobody = reset_password(&domain, &cx, "nobody").await;
        assert!(matches!(nobody, Err(Error::NotFound)));
        let person = Context {
            principal: Principal::Anonymous,
            ..cx
        };
        let asked = reset_password(&domain, &person, "admin").await;
        assert!(matches!(asked, Err(Error::Forbidden(_))));
    }
}
