//! What runs and comes in without a person, over the API: devices' messages, jobs, parked messages,
//! boards, and the messages that persons got.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Body, Once, Query};
use crate::{
    app::App,
    cases::board::{self, Count},
    context::{Channel, Context, Locale},
    db::jobs::Run,
    error::{Error, Result},
    notices::{self, Notice},
    page::{Page, Paging},
    plugins::{
        Measure,
        inbox::{self, Incoming, Receipt},
        jobs::{self, Standing},
        parked::{self, Message},
    },
    time::Timestamp,
};

/// Takes what a device sent, for a service account of the plugin's department. Answered once it is
/// on the disk; the same `Idempotency-Key` answers the first result again. At most 600 messages a
/// minute from one account.
#[utoipa::path(post, path = "/api/v1/plugins/{id}/inbox/{inbox}", tag = "machines",
    params(("id" = String, Path), ("inbox" = String, Path),
        ("Idempotency-Key" = String, Header, description = "1 to 64 visible characters")),
    request_body = Incoming,
    responses((status = 202, body = Receipt), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "the key was used for another message"),
        (status = 422, description = "each problem names a value and says how to mend it"),
        (status = 429)))]
pub async fn receive(
    State(app): State<App>,
    mut cx: Context,
    Path((id, inbox)): Path<(String, String)>,
    Once(once): Once,
    Body(it): Body<Incoming>,
) -> Result<(StatusCode, Json<Receipt>)> {
    if let Some(account) = cx.account()
        && !app.limits.signal(account)
    {
        return Err(Error::TooMany(1));
    }
    cx.channel = Channel::Sensor;
    let taken = inbox::take(&app.plugins, &app.domain, &cx, &id, &inbox, &once, it).await?;
    Ok((StatusCode::ACCEPTED, Json(taken)))
}

/// How the jobs of a plugin stand.
#[utoipa::path(get, path = "/api/v1/plugins/{id}/jobs", tag = "machines",
    params(("id" = String, Path)), responses((status = 200, body = Vec<Standing>)))]
pub async fn jobs(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<Json<Vec<Standing>>> {
    jobs::standing(&app, &cx, &id).await.map(Json)
}

/// What became of the runs of a plugin's jobs, the newest first.
#[utoipa::path(get, path = "/api/v1/plugins/{id}/jobs/runs", tag = "machines",
    params(("id" = String, Path), Paging), responses((status = 200, body = Page<Run>)))]
pub async fn runs(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Run>>> {
    jobs::runs(&app, &cx, &id, &paging).await.map(Json)
}

/// What could not be told to plugins and waits for somebody to send it again.
#[utoipa::path(get, path = "/api/v1/parked", tag = "machines", params(Paging),
    responses((status = 200, body = Page<Message>)))]
pub async fn parked(
    State(app): State<App>,
    cx: Context,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Message>>> {
    parked::list(&app, &cx, &paging).await.map(Json)
}

/// Sends a parked message again.
#[utoipa::path(post, path = "/api/v1/parked/{message}/replay", tag = "machines",
    params(("message" = String, Path)), responses((status = 204), (status = 404)))]
pub async fn replay(
    State(app): State<App>,
    cx: Context,
    Path(message): Path<String>,
) -> Result<StatusCode> {
    parked::replay(&app, &cx, &message).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How many messages were sent again.
#[derive(Debug, Serialize, ToSchema)]
pub struct Replayed {
    /// So many.
    pub sent: u64,
}

/// Sends all parked messages for a plugin again.
#[utoipa::path(post, path = "/api/v1/plugins/{id}/replay", tag = "machines",
    params(("id" = String, Path)), responses((status = 200, body = Replayed)))]
pub async fn replay_all(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<Json<Replayed>> {
    let sent = parked::replay_all(&app, &cx, &id).await?;
    Ok(Json(Replayed { sent }))
}

/// Which division.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct About {
    /// Its code; that of the caller's own post when absent.
    pub division: Option<String>,
}

/// A figure of a plugin's, in the reader's language.
#[derive(Debug, Serialize, ToSchema)]
pub struct Figure {
    /// Its id.
    pub id: String,
    /// What it is about.
    pub label: String,
    /// Its number.
    pub number: Option<f64>,
    /// Its status, when it is no number.
    pub status: Option<String>,
    /// The unit of the number.
    pub unit: Option<String>,
    /// Smaller words.
    pub note: Option<String>,
}

/// What a plugin says about the division.
#[derive(Debug, Serialize, ToSchema)]
pub struct Part {
    /// The plugin.
    pub plugin: String,
    /// When it was asked.
    pub at: Timestamp,
    /// Whether it failed.
    pub failed: bool,
    /// Its figures.
    pub figures: Vec<Figure>,
}

/// The figures of a division.
#[derive(Debug, Serialize, ToSchema)]
pub struct Board {
    /// The division.
    pub division: String,
    /// The host's own.
    pub counts: Vec<Count>,
    /// Those of plugins.
    pub parts: Vec<Part>,
}

/// The figures of a division, for those who see all its cases.
#[utoipa::path(get, path = "/api/v1/board", tag = "machines", params(About),
    responses((status = 200, body = Board), (status = 401), (status = 403)))]
pub async fn board(
    State(app): State<App>,
    cx: Context,
    Query(about): Query<About>,
) -> Result<Json<Board>> {
    let division = board::division(&cx, about.division.as_deref())?;
    let counts = board::counts(&app.domain, &cx, &division).await?;
    let found = app.boards.about(&app.plugins, &app.domain, &division).await;
    let parts = found.into_iter().map(|it| {
        let say = |text: &onedoor_forms::Text| it.loaded.words.text(cx.locale, text);
        let figures = it.tiles.iter().flatten().map(|tile| Figure {
            id: tile.id.clone(),
            label: say(&tile.label),
            number: match &tile.value {
                Measure::Number(number) => Some(*number),
                Measure::Words(_) => None,
            },
            status: match &tile.value {
                Measure::Words(words) => Some(say(words)),
                Measure::Number(_) => None,
            },
            unit: tile.unit.as_ref().map(say),
            note: tile.note.as_ref().map(say),
        });
        Part {
            plugin: it.loaded.manifest.id.clone(),
            at: it.at,
            failed: it.tiles.is_none(),
            figures: figures.collect(),
        }
    });
    Ok(Json(Board {
        parts: parts.collect(),
        division,
        counts,
    }))
}

/// A message that the caller got, in their language.
#[derive(Debug, Serialize, ToSchema)]
pub struct Received {
    /// Its id.
    pub id: String,
    /// The plugin that sent it; none for the host itself.
    pub sender: Option<String>,
    /// Its title.
    pub title: String,
    /// What it says.
    pub body: String,
    /// The case it is about.
    pub case: Option<String>,
    /// When it was sent.
    pub at: Timestamp,
    /// When it was read.
    pub read: Option<Timestamp>,
}

/// The caller's messages, the newest first.
#[utoipa::path(get, path = "/api/v1/messages", tag = "machines", params(Paging),
    responses((status = 200, body = Page<Received>), (status = 401)))]
pub async fn messages(
    State(app): State<App>,
    cx: Context,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Received>>> {
    let page = notices::mine(&app.domain, &cx, &paging).await?;
    let one = |it: Notice| {
        let (title, body) = match cx.locale {
            Locale::Chinese => (it.title_zh, it.body_zh),
            Locale::English => (it.title_en, it.body_en),
        };
        Received {
            id: it.id,
            sender: Some(it.sender).filter(|it| !it.is_empty()),
            title,
            body,
            case: it.case,
            at: it.at,
            read: it.read,
        }
    };
    Ok(Json(Page {
        items: page.items.into_iter().map(one).collect(),
        next: page.next,
    }))
}

/// Marks one of the caller's messages as read.
#[utoipa::path(post, path = "/api/v1/messages/{message}/read", tag = "machines",
    params(("message" = String, Path)), responses((status = 204), (status = 401), (status = 404)))]
pub async fn mark(
    State(app): State<App>,
    cx: Context,
    Path(message): Path<String>,
) -> Result<StatusCode> {
    notices::mark(&app.domain, &cx, Some(message)).await?;
    Ok(StatusCode::NO_CONTENT)
}
