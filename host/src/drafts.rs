//! Forms being filled in, step by step, by someone who may not have signed in yet. A draft belongs
//! to a browser, by a secret in its cookie, and to nobody else. Nothing of it is a case.

use onedoor_forms::{Answers, Form, Route};
use serde::{Deserialize, Serialize};

use crate::{
    context::Context,
    db,
    domain::Domain,
    error::{Error, Result},
    keys::Purpose,
};

/// How long a draft is kept after its last change, in seconds: a day.
const KEPT: i64 = 24 * 3600;
/// How many live drafts a browser may have.
const MOST: i64 = 50;

/// What a draft is sent to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// The host's own report of a problem.
    Report,
    /// A form of a plugin's page.
    Plugin {
        /// The plugin.
        plugin: String,
        /// The page.
        at: Route,
    },
}

/// A form being filled in.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Its id; also the key under which what it is sent to happens once.
    pub id: String,
    /// What it is sent to.
    pub target: Target,
    /// The form as it was shown: what is asked does not change under one's hands.
    pub form: Form,
    /// What has been answered so far, right or not.
    pub answers: Answers,
    /// Where its sending led, once it was sent. Its answers are gone then.
    pub sent: Option<String>,
}

fn owner(domain: &Domain, secret: &str) -> String {
    domain.keys.mac(Purpose::Page, &["drafts", secret])
}

/// A new draft. `TooMany` when this browser has begun too many.
pub async fn begin(
    domain: &Domain,
    cx: &Context,
    secret: &str,
    target: Target,
    form: Form,
) -> Result<Draft> {
    let owner = owner(domain, secret);
    {
        let mut c = domain.database.read().await?;
        if db::drafts::count(&mut c, &owner).await? >= MOST {
            return Err(Error::TooMany(3600));
        }
    }
    let draft = Draft {
        id: domain.ids.id(cx.now),
        target,
        form,
        answers: Answers::default(),
        sent: None,
    };
    keep(domain, cx, secret, &draft).await?;
    Ok(draft)
}

/// This browser's draft. `Conflict` when it is over or another's.
pub async fn get(domain: &Domain, cx: &Context, secret: &str, id: &str) -> Result<Draft> {
    let mut c = domain.database.read().await?;
    let row = db::drafts::get(&mut c, id, &owner(domain, secret), cx.now).await?;
    let row = row.ok_or(Error::Conflict("draft-over"))?;
    Ok(Draft {
        id: row.id,
        target: serde_json::from_str(&row.target).map_err(Error::internal)?,
        form: serde_json::from_str(&row.form).map_err(Error::internal)?,
        answers: serde_json::from_str(&row.answers).map_err(Error::internal)?,
        sent: row.sent,
    })
}

/// Keeps what has been answered.
pub async fn keep(domain: &Domain, cx: &Context, secret: &str, draft: &Draft) -> Result<()> {
    let row = db::drafts::Row {
        id: draft.id.clone(),
        owner: owner(domain, secret),
        target: serde_json::to_string(&draft.target).map_err(Error::internal)?,
        form: serde_json::to_string(&draft.form).map_err(Error::internal)?,
        answers: serde_json::to_string(&draft.answers).map_err(Error::internal)?,
        sent: draft.sent.clone(),
        expires: cx.now.plus_seconds(KEPT),
    };
    let write = domain
        .database
        .write(move |t| Box::pin(async move { db::drafts::put(t, &row).await }));
    write.await
}

/// Marks a draft as sent and erases its answers; sending it again leads to the same place.
pub async fn sent(
    domain: &Domain,
    cx: &Context,
    secret: &str,
    mut draft: Draft,
    to: &str,
) -> Result<()> {
    draft.answers = Answers::default();
    draft.sent = Some(to.to_owned());
    keep(domain, cx, secret, &draft).await
}

/// Forgets drafts that are over. For the scheduler.
pub async fn expire(domain: &Domain, cx: &Context) -> Result<()> {
    let now = cx.now;
    let write = domain
        .database
        .write(move |t| Box::pin(async move { db::drafts::expire(t, now).await.map(drop) }));
    write.await
}
