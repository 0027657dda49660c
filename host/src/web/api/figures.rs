//! Figures and digests over the API, each with the query that lists its cases. What they count is
//! defined in `cases::figures::table`; who may read them is decided in `cases::figures`.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{cases::CaseSummary, extract::Query};
use crate::{
    app::App,
    cases::{
        figures::{
            self, Asked, InState, Number, Report,
            digest::{self, Line},
            facts::Exclusion,
            link,
            table::{Figure, Kind},
        },
        model,
    },
    context::Context,
    db::figures::{By, Listed},
    error::{Error, Result},
    page::{Page, Paging},
    time::Timestamp,
    web::{i18n::Words, sheet},
};

/// What the figures are told apart by.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Apart {
    /// By unit, level, class, month or place.
    pub by: Option<By>,
}

/// The figures of a group of cases.
#[derive(Debug, Serialize, ToSchema)]
pub struct FigureRow {
    /// What they have in common.
    pub key: String,
    /// In the reader's language.
    pub name: String,
    /// With `figure=NAME&` before it, the query of `/api/v1/figures/cases` for the cases that a
    /// figure counts.
    pub query: String,
    /// Every figure.
    pub numbers: Vec<Number>,
}

/// Figures of a division.
#[derive(Debug, Serialize, ToSchema)]
pub struct Figures {
    /// The moment at which they hold.
    #[schema(value_type = String)]
    pub as_of: Timestamp,
    /// All cases together.
    pub whole: FigureRow,
    /// By what they are told apart.
    pub by: Option<By>,
    /// One a group.
    pub rows: Vec<FigureRow>,
}

async fn ask(app: &App, cx: &Context, asked: &Asked, apart: &Apart) -> Result<Report> {
    let scope = figures::scope(cx, asked)?;
    figures::report(&app.domain, cx, &scope, apart.by).await
}

/// 三率 and the other figures of a division, of a period, a class, a unit or a level.
#[utoipa::path(get, path = "/api/v1/figures", tag = "figures", params(Asked, Apart),
    responses((status = 200, body = Figures), (status = 401), (status = 403), (status = 422)))]
pub async fn show(
    State(app): State<App>,
    cx: Context,
    Query(asked): Query<Asked>,
    Query(apart): Query<Apart>,
) -> Result<Json<Figures>> {
    let report = ask(&app, &cx, &asked, &apart).await?;
    let scope = &report.scope;
    let rows = report.rows.into_iter().map(|row| FigureRow {
        query: match report.by {
            Some(by) => link::query(&link::narrowed(scope, by, &row.key)),
            None => link::query(scope),
        },
        key: row.key,
        name: row.name,
        numbers: row.numbers,
    });
    Ok(Json(Figures {
        as_of: cx.now,
        by: report.by,
        rows: rows.collect(),
        whole: FigureRow {
            key: String::new(),
            name: Words(cx.locale).t("figures-whole"),
            query: link::query(scope),
            numbers: report.whole,
        },
    }))
}

fn file(kind: &'static str, name: &'static str, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, name),
    ];
    (headers, bytes).into_response()
}

/// The same as CSV: one number a line.
#[utoipa::path(get, path = "/api/v1/figures/csv", tag = "figures", params(Asked, Apart),
    responses((status = 200, content_type = "text/csv"), (status = 401), (status = 403), (status = 422)))]
pub async fn csv(
    State(app): State<App>,
    cx: Context,
    Query(asked): Query<Asked>,
    Query(apart): Query<Apart>,
) -> Result<Response> {
    let report = ask(&app, &cx, &asked, &apart).await?;
    let bytes = sheet::csv(Words(cx.locale), &report)?;
    let name = "attachment; filename=\"figures.csv\"";
    Ok(file("text/csv; charset=utf-8", name, bytes))
}

/// The same as a workbook, with the times in each state and the definitions.
#[utoipa::path(get, path = "/api/v1/figures/xlsx", tag = "figures", params(Asked, Apart),
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 401), (status = 403), (status = 422)))]
pub async fn xlsx(
    State(app): State<App>,
    cx: Context,
    Query(asked): Query<Asked>,
    Query(apart): Query<Apart>,
) -> Result<Response> {
    let report = ask(&app, &cx, &asked, &apart).await?;
    let times = figures::times(&app.domain, &cx, &report.scope).await?;
    let w = Words(cx.locale);
    let bytes = tokio::task::spawn_blocking(move || sheet::workbook(w, &report, &times));
    let bytes = bytes.await.map_err(Error::internal)??;
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let name = "attachment; filename=\"figures.xlsx\"";
    Ok(file(kind, name, bytes))
}

/// What a figure counts.
#[derive(Debug, Serialize, ToSchema)]
pub struct Definition {
    /// Which.
    pub figure: Figure,
    /// The figure that it is a share of.
    pub of: Option<Figure>,
    /// Its name, in the reader's language.
    pub name: String,
    /// What it counts, in the reader's language.
    pub how: String,
}

/// What each figure counts.
#[utoipa::path(get, path = "/api/v1/figures/definitions", tag = "figures",
    responses((status = 200, body = Vec<Definition>)))]
pub async fn definitions(cx: Context) -> Json<Vec<Definition>> {
    let w = Words(cx.locale);
    let one = |figure: &Figure| Definition {
        figure: *figure,
        of: match figure.kind() {
            Kind::Share(of) => Some(of),
            _ => None,
        },
        name: w.t(&format!("figure-{}", figure.name())),
        how: w.t(&format!("figure-{}-how", figure.name())),
    };
    Json(Figure::ALL.iter().map(one).collect())
}

/// How long cases are in each state, and how many are there now.
#[utoipa::path(get, path = "/api/v1/figures/times", tag = "figures", params(Asked),
    responses((status = 200, body = Vec<InState>), (status = 401), (status = 403), (status = 422)))]
pub async fn times(
    State(app): State<App>,
    cx: Context,
    Query(asked): Query<Asked>,
) -> Result<Json<Vec<InState>>> {
    let scope = figures::scope(&cx, &asked)?;
    figures::times(&app.domain, &cx, &scope).await.map(Json)
}

/// What is listed: exactly one of these.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// The cases that this figure counts.
    pub figure: Option<Figure>,
    /// The cases that are in this state now.
    #[serde(rename = "in")]
    pub now: Option<model::State>,
    /// The cases that have left this state.
    pub was: Option<model::State>,
}

impl Which {
    /// What it names. `Invalid` when it names none, or more than one.
    pub fn listed(self) -> Result<Listed> {
        match (self.figure, self.now, self.was) {
            (Some(figure), None, None) => Ok(Listed::Figure(figure)),
            (None, Some(state), None) => Ok(Listed::In(state)),
            (None, None, Some(state)) => Ok(Listed::Was(state)),
            _ => Err(Error::invalid("figure", "figures-figure-unknown")),
        }
    }
}

/// The cases behind a figure, or in a state, the newest first.
#[utoipa::path(get, path = "/api/v1/figures/cases", tag = "figures", params(Asked, Which, Paging),
    responses((status = 200, body = Page<CaseSummary>), (status = 401), (status = 403), (status = 422)))]
pub async fn behind(
    State(app): State<App>,
    cx: Context,
    Query(asked): Query<Asked>,
    Query(which): Query<Which>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<CaseSummary>>> {
    let scope = figures::scope(&cx, &asked)?;
    let page = figures::behind(&app.domain, &cx, &scope, which.listed()?, &paging).await?;
    Ok(super::cases::listed(page))
}

/// Why the cases were left out.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Why {
    /// For this reason; for any when absent.
    pub why: Option<Exclusion>,
}

impl Why {
    /// The figure that counts them.
    pub fn figure(&self) -> Option<Figure> {
        self.why.and_then(|it| Figure::from_name(it.name()))
    }
}

/// A case that is left out of a rate.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeftOut {
    /// Its id.
    pub id: String,
    /// The number people quote.
    pub number: String,
    /// In few words.
    pub title: String,
    /// Its class.
    pub class: Option<String>,
    /// Why.
    pub why: Exclusion,
    /// Since when.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// The unit that decided; none when the reporter did, or a window was over.
    pub unit: Option<String>,
    /// Who decided, by name.
    pub decided_by: Option<String>,
    /// Who approved it before them, by name, where two must.
    pub approved_by: Option<String>,
}

/// The cases that are left out of a rate, one by one, with who decided so.
#[utoipa::path(get, path = "/api/v1/figures/exclusions", tag = "figures", params(Asked, Why, Paging),
    responses((status = 200, body = Page<LeftOut>), (status = 401), (status = 403), (status = 422)))]
pub async fn exclusions(
    State(app): State<App>,
    cx: Context,
    Query(asked): Query<Asked>,
    Query(why): Query<Why>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<LeftOut>>> {
    let scope = figures::scope(&cx, &asked)?;
    let page = figures::excluded(&app.domain, &cx, &scope, why.figure(), &paging).await?;
    let one = |it: crate::db::figures::Left| LeftOut {
        id: it.case,
        number: it.number,
        title: it.title,
        class: Some(it.class).filter(|it| !it.is_empty()),
        why: it.why,
        at: it.at,
        unit: it.unit,
        decided_by: it.by,
        approved_by: it.approved_by,
    };
    Ok(Json(Page {
        items: page.items.into_iter().map(one).collect(),
        next: page.next,
    }))
}

/// The digest of a desk.
#[derive(Debug, Serialize, ToSchema)]
pub struct Digest {
    /// Whose.
    pub unit: String,
    /// Of which day.
    pub day: String,
    /// Its lines; `/api/v1/digest/cases` lists the cases of each.
    pub lines: Vec<digest::Count>,
}

/// What a unit is told of a day.
#[utoipa::path(get, path = "/api/v1/digest", tag = "figures", params(digest::Asked),
    responses((status = 200, body = Digest), (status = 401), (status = 403), (status = 422)))]
pub async fn digest(
    State(app): State<App>,
    cx: Context,
    Query(asked): Query<digest::Asked>,
) -> Result<Json<Digest>> {
    let it = digest::digest(&app.domain, &cx, &asked).await?;
    Ok(Json(Digest {
        unit: it.unit.id,
        day: it.day.to_string(),
        lines: it.lines,
    }))
}

/// Which line.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfLine {
    /// Its name.
    pub line: Line,
}

/// The cases behind a line of a digest, the newest first.
#[utoipa::path(get, path = "/api/v1/digest/cases", tag = "figures", params(digest::Asked, OfLine, Paging),
    responses((status = 200, body = Page<CaseSummary>), (status = 401), (status = 403), (status = 422)))]
pub async fn digest_cases(
    State(app): State<App>,
    cx: Context,
    Query(asked): Query<digest::Asked>,
    Query(of): Query<OfLine>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<CaseSummary>>> {
    let page = digest::behind(&app.domain, &cx, &asked, of.line, &paging).await?;
    Ok(super::cases::listed(page))
}
