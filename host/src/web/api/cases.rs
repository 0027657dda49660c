//! Cases over the API: handing in, looking, acting. Shows no reporter, no phone and no account;
//! who may see and do what is decided in `cases`.

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::{Body, Once, Query};
use crate::{
    app::App,
    attachments::FileRef,
    cases::{
        model::{self, Action, Case, Clock, Hop, Rating, Urgency},
        operations::{self, Command, Party, Report},
        queues::{self, Count, Queue},
        views::{self, Choice, Moment},
        visits::{self, Linked},
    },
    context::{Channel, Context},
    db::cases::Suggestion,
    error::{Error, Result},
    grid::Point,
    page::{Page, Paging},
    records::access,
    time::Timestamp,
    web::session,
};

/// A case, as it is shown in lists.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CaseSummary {
    /// Its id.
    pub id: String,
    /// The number people quote.
    pub number: String,
    /// Counts the changes; an action names the version it was decided on.
    pub version: u32,
    /// By which table it moves: an incident, or a visit.
    pub procedure: model::Procedure,
    /// Where it stands.
    pub state: model::State,
    /// In few words.
    pub title: String,
    /// Class of the duty list, once known.
    pub class: Option<String>,
    /// How soon.
    pub urgency: Urgency,
    /// The unit that holds it; none when it has ended.
    pub holder: Option<Hop>,
    /// The unit that answers for it, from filing on.
    pub lead: Option<String>,
    /// Cell or community.
    pub division: String,
    /// Where, in words.
    pub address: String,
    /// Longitude in CGCS2000, if a point was given.
    pub lon: Option<f64>,
    /// Latitude in CGCS2000, if a point was given.
    pub lat: Option<f64>,
    /// How it came in.
    pub channel: Channel,
    /// The plugin it was opened through.
    pub plugin: Option<String>,
    /// When it was handed in.
    pub opened: Timestamp,
    /// When it ended.
    pub closed: Option<Timestamp>,
    /// The soonest deadline that runs.
    pub due: Option<Timestamp>,
    /// How often a deadline has passed.
    pub escalations: u32,
    /// The three answers, once given.
    pub rating: Option<Rating>,
}

impl From<Case> for CaseSummary {
    fn from(case: Case) -> Self {
        let course = case.course;
        Self {
            id: case.id,
            number: case.number,
            version: course.version,
            procedure: course.procedure,
            state: course.state,
            title: case.title,
            class: course.class,
            urgency: course.urgency,
            holder: course.holder,
            lead: course.lead,
            division: case.division,
            address: case.address,
            lon: case.lon,
            lat: case.lat,
            channel: case.channel,
            plugin: case.plugin,
            opened: case.opened,
            closed: case.closed,
            due: case.due,
            escalations: course.escalations,
            rating: course.rating,
        }
    }
}

/// A deadline of a case.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeadlineState {
    /// What it is for.
    pub clock: Clock,
    /// When it passes; none while it stands still.
    pub due: Option<Timestamp>,
    /// Since when it stands still.
    pub paused: Option<Timestamp>,
    /// Seconds left, while it stands still.
    pub left: Option<i64>,
}

/// One case.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CaseDetail {
    /// The case.
    #[serde(flatten)]
    pub case: CaseSummary,
    /// What runs, or stands still.
    pub deadlines: Vec<DeadlineState>,
}

fn detail(case: Case) -> Json<CaseDetail> {
    let deadlines = case.deadlines.iter().map(|it| DeadlineState {
        clock: it.clock,
        due: it.paused.is_none().then_some(it.due),
        paused: it.paused,
        // What is left is counted from 0 while it stands still.
        left: it.paused.map(|_| it.due.micros().div_euclid(1_000_000)),
    });
    Json(CaseDetail {
        deadlines: deadlines.collect(),
        case: case.into(),
    })
}

pub(super) fn listed(page: Page<Case>) -> Json<Page<CaseSummary>> {
    Json(Page {
        items: page.items.into_iter().map(CaseSummary::from).collect(),
        next: page.next,
    })
}

/// The other party of a mediation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewParty {
    /// At most 40 characters.
    name: String,
    /// The number by which they are asked.
    phone: String,
}

/// Something to report.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCase {
    /// By which table it moves, where no class says so; an incident when neither does.
    #[serde(default)]
    procedure: Option<model::Procedure>,
    /// The other party, of a mediation.
    #[serde(default)]
    party: Option<NewParty>,
    /// Class of the duty list, if known.
    #[serde(default)]
    class: Option<String>,
    /// In few words, at most 80 characters; the beginning of the description when empty.
    #[serde(default)]
    title: String,
    /// At most 2,000 characters.
    #[serde(default)]
    description: String,
    /// Where, as a point with its declared system.
    #[serde(default)]
    point: Option<Point>,
    /// Where, as a community or cell; needed when the point lies in no cell.
    #[serde(default)]
    division: Option<String>,
    /// Where, in words; at most 200 characters.
    #[serde(default)]
    address: String,
    /// A proposal; a dispatcher decides.
    #[serde(default)]
    urgency: Option<Urgency>,
    /// Whether lives are at risk.
    #[serde(default)]
    danger: bool,
    /// Ids of files uploaded before, at most 10.
    #[serde(default)]
    files: Vec<String>,
    /// Name of the person it is reported for; for clerks and hotline agents.
    #[serde(default)]
    contact_name: Option<String>,
    /// Phone of the person it is reported for; for clerks and hotline agents.
    #[serde(default)]
    contact_phone: Option<String>,
}

/// Hands in a report; with the class of a visit, plans it, which only staff of the place may. The same `Idempotency-Key` again answers the first case.
#[utoipa::path(post, path = "/api/v1/cases", tag = "cases", request_body = NewCase,
    params(("Idempotency-Key" = String, Header, description = "1 to 64 visible ASCII characters")),
    responses((status = 201, body = CaseDetail), (status = 401), (status = 422)))]
pub async fn submit(
    State(app): State<App>,
    cx: Context,
    headers: HeaderMap,
    Once(once): Once,
    Body(it): Body<NewCase>,
) -> Result<(StatusCode, Json<CaseDetail>)> {
    let report = Report {
        once,
        procedure: it.procedure,
        party: it.party.map(|it| Party {
            name: it.name,
            phone: it.phone,
        }),
        class: it.class,
        title: it.title,
        description: it.description,
        point: it.point,
        division: it.division,
        address: it.address,
        urgency: it.urgency,
        danger: it.danger,
        files: it.files,
        draft: session::drafts(&headers),
        contact_name: it.contact_name,
        contact_phone: it.contact_phone,
        about: None,
    };
    let case = operations::submit(&app.domain, &cx, report).await?;
    Ok((StatusCode::CREATED, detail(case)))
}

/// One case.
#[utoipa::path(get, path = "/api/v1/cases/{id}", tag = "cases", params(("id" = String, Path)),
    responses((status = 200, body = CaseDetail), (status = 404)))]
pub async fn get(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<Json<CaseDetail>> {
    let case = operations::get(&app.domain, &cx, &id).await?;
    Ok(detail(case))
}

/// One case by the number people quote.
#[utoipa::path(get, path = "/api/v1/cases/number/{number}", tag = "cases", params(("number" = String, Path)),
    responses((status = 200, body = CaseDetail), (status = 404)))]
pub async fn by_number(
    State(app): State<App>,
    cx: Context,
    Path(number): Path<String>,
) -> Result<Json<CaseDetail>> {
    let case = operations::by_number(&app.domain, &cx, &number).await?;
    Ok(detail(case))
}

/// The cases that the caller reported, the newest first.
#[utoipa::path(get, path = "/api/v1/cases/mine", tag = "cases", params(Paging),
    responses((status = 200, body = Page<CaseSummary>), (status = 401)))]
pub async fn mine(
    State(app): State<App>,
    cx: Context,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<CaseSummary>>> {
    views::mine(&app.domain, &cx, &paging).await.map(listed)
}

/// The life of a case, oldest first.
#[utoipa::path(get, path = "/api/v1/cases/{id}/timeline", tag = "cases", params(("id" = String, Path)),
    responses((status = 200, body = Vec<Moment>), (status = 404)))]
pub async fn timeline(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<Json<Vec<Moment>>> {
    views::timeline(&app.domain, &cx, &id).await.map(Json)
}

/// The files of a case, oldest first.
#[utoipa::path(get, path = "/api/v1/cases/{id}/files", tag = "cases", params(("id" = String, Path)),
    responses((status = 200, body = Vec<FileRef>), (status = 404)))]
pub async fn files(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<Json<Vec<FileRef>>> {
    views::files(&app.domain, &cx, &id).await.map(Json)
}

/// The incidents found on a visit, or the visit that an incident was found on.
#[utoipa::path(get, path = "/api/v1/cases/{id}/linked", tag = "cases", params(("id" = String, Path)),
    responses((status = 200, body = Vec<Linked>), (status = 404)))]
pub async fn linked(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<Json<Vec<Linked>>> {
    let case = operations::get(&app.domain, &cx, &id).await?;
    visits::linked(&app.domain, &cx, &case).await.map(Json)
}

/// What the caller may do now, what each action must be told, and where it may send the case.
#[utoipa::path(get, path = "/api/v1/cases/{id}/choices", tag = "cases", params(("id" = String, Path)),
    responses((status = 200, body = Vec<Choice>), (status = 404)))]
pub async fn choices(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<Json<Vec<Choice>>> {
    let case = operations::get(&app.domain, &cx, &id).await?;
    views::choices(&app.domain, &cx, &case).await.map(Json)
}

/// What plugins proposed, the surest first; empty for those who do not decide.
#[utoipa::path(get, path = "/api/v1/cases/{id}/suggestions", tag = "cases", params(("id" = String, Path)),
    responses((status = 200, body = Vec<Suggestion>), (status = 404)))]
pub async fn suggestions(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<Json<Vec<Suggestion>>> {
    let case = operations::get(&app.domain, &cx, &id).await?;
    views::suggestions(&app.domain, &cx, &case).await.map(Json)
}

/// How to reach whoever reported a case.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Contact {
    /// The name they gave.
    pub name: Option<String>,
    /// Their phone number.
    pub phone: Option<String>,
}

/// Name and phone of whoever reported a case; both empty for those whose duty it is not. A POST,
/// since each look is written into the log that the person reads.
#[utoipa::path(post, path = "/api/v1/cases/{id}/contact", tag = "cases", params(("id" = String, Path)),
    responses((status = 200, body = Contact), (status = 404)))]
pub async fn contact(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<Json<Contact>> {
    let case = operations::get(&app.domain, &cx, &id).await?;
    let found = access::contact(&app.domain, &cx, &case).await?;
    let (name, phone) = found.unwrap_or_default();
    Ok(Json(Contact { name, phone }))
}

/// Something to do to a case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAction {
    /// What; see `choices`.
    action: Action,
    /// The version it was decided on; may be left out for remarks and files only.
    #[serde(default)]
    version: Option<u32>,
    /// A reason, an answer, what was done. At most 2,000 characters.
    #[serde(default)]
    words: Option<String>,
    /// The law, rule or duty item on which it rests. At most 200 characters.
    #[serde(default)]
    basis: Option<String>,
    /// Until when it may wait; by when to answer.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    until: Option<Timestamp>,
    /// The number of the case to follow.
    #[serde(default)]
    other: Option<String>,
    /// Whether the lead must wait for the part that is asked for.
    #[serde(default)]
    required: bool,
    /// The unit it is sent to, or asked for a part.
    #[serde(default)]
    target: Option<String>,
    /// The account a visit is given to.
    #[serde(default)]
    person: Option<String>,
    /// The class it is filed under; of a problem found on a visit, its class if it is known.
    #[serde(default)]
    class: Option<String>,
    /// The urgency it is filed with.
    #[serde(default)]
    urgency: Option<Urgency>,
    /// The three answers.
    #[serde(default)]
    rating: Option<Rating>,
    /// Ids of files uploaded before, at most 10.
    #[serde(default)]
    files: Vec<String>,
}

/// Does something to a case. The same `Idempotency-Key` again changes nothing more; a stale
/// version changes nothing and answers 409.
#[utoipa::path(post, path = "/api/v1/cases/{id}/actions", tag = "cases", request_body = NewAction,
    params(("id" = String, Path), ("Idempotency-Key" = String, Header, description = "1 to 64 visible ASCII characters")),
    responses((status = 200, body = CaseDetail), (status = 403), (status = 404), (status = 409), (status = 422)))]
pub async fn act(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
    headers: HeaderMap,
    Once(once): Once,
    Body(it): Body<NewAction>,
) -> Result<Json<CaseDetail>> {
    if it.version.is_none() && !matches!(it.action, Action::Comment | Action::Attach) {
        return Err(Error::invalid("version", "api-version-missing"));
    }
    let command = Command {
        case: id,
        version: it.version,
        once,
        action: it.action,
        words: it.words,
        basis: it.basis,
        until: it.until,
        other: it.other,
        required: it.required,
        target: it.target,
        person: it.person,
        class: it.class,
        urgency: it.urgency,
        rating: it.rating,
        files: it.files,
        draft: session::drafts(&headers),
    };
    let case = operations::act(&app.domain, &cx, command).await?;
    Ok(detail(case))
}

/// The caller's queues, with how much is in each.
#[utoipa::path(get, path = "/api/v1/queues", tag = "cases",
    responses((status = 200, body = Vec<Count>)))]
pub async fn queues(State(app): State<App>, cx: Context) -> Result<Json<Vec<Count>>> {
    queues::counts(&app.domain, &cx).await.map(Json)
}

/// One of the caller's queues, the least time left first.
#[utoipa::path(get, path = "/api/v1/queues/{queue}", tag = "cases",
    params(("queue" = Queue, Path), Paging),
    responses((status = 200, body = Page<CaseSummary>), (status = 403)))]
pub async fn queue(
    State(app): State<App>,
    cx: Context,
    Path(queue): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<CaseSummary>>> {
    let queue = Queue::from_name(&queue).ok_or(Error::NotFound)?;
    queues::queue(&app.domain, &cx, queue, &paging)
        .await
        .map(listed)
}

/// A class of the duty list.
#[derive(Debug, Serialize, ToSchema)]
pub struct DutyClass {
    /// Its code.
    pub code: String,
    /// Its name in the reader's language.
    pub name: String,
    /// Field of management.
    pub field: String,
    /// Kind of the unit that answers for it.
    pub lead: String,
    /// By which table its cases move: incidents, or visits.
    pub procedure: model::Procedure,
    /// Whether a community may do it by itself.
    pub basic: bool,
    /// How many photos prove that it is done.
    pub evidence: u32,
    /// The law or rule it rests on.
    pub basis: String,
}

/// The duty list in force. Public.
#[utoipa::path(get, path = "/api/v1/classes", tag = "cases",
    responses((status = 200, body = Vec<DutyClass>)))]
pub async fn classes(State(app): State<App>, cx: Context) -> Json<Vec<DutyClass>> {
    let list = app.domain.duty.list();
    let classes = list.items().map(|it| DutyClass {
        code: it.code.clone(),
        name: it.name(cx.locale).to_owned(),
        field: it.domain.name().to_owned(),
        lead: it.lead.clone(),
        procedure: it.procedure,
        basic: it.basic,
        evidence: it.evidence,
        basis: it.basis.clone(),
    });
    Json(classes.collect())
}
