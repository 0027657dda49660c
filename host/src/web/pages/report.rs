//! Reporting a problem: words and a photo, then the place. The host's own form: it works with no
//! plugin installed.

use axum::{
    extract::{Multipart, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use maud::html;
use onedoor_forms::{
    Answers, Field, FileSpec, Form, Kind, Media, PlaceSpec, Step, Text, TextFormat, TextSpec, Value,
};

use super::{
    drafts::{self, Asked, Sent},
    parts::{self, Faults},
};
use crate::{
    app::App,
    cases::operations::{self as cases, Report},
    context::Context,
    drafts::{Draft, Target},
    error::Result,
    grid::{Datum, Point},
    identity::Role,
    records::access,
    web::{
        forms::{plain, read},
        i18n::Words,
        layout,
    },
};

/// `GET /report`
pub async fn show(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response> {
    let asked = Asked {
        app: &app,
        cx: &cx,
        uri: &uri,
        headers: &headers,
    };
    let w = Words(cx.locale);
    let form = form(&cx);
    let entered = read::Entered::default();
    let questions = drafts::questions(
        &asked,
        &plain,
        (&form, None),
        0,
        (&entered, &Faults::default()),
        "/report",
        &[],
    )
    .await?;
    let main = html! {
        (parts::back(w, "/"))
        h1 class="govuk-heading-l" { (w.t("home-report")) }
        p class="govuk-body" { (w.t("report-emergency")) }
        p class="govuk-body od-row" { @for number in ["110", "119", "120"] {
            a class="govuk-link od-call" href={ "tel:" (number) } { (w.t("service-call")) " " (number) }
        } }
        (questions)
    };
    Ok(layout::page(&app, &cx, &uri, &w.t("home-report"), &main))
}

/// `POST /report`: the first step.
pub async fn begin(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    headers: HeaderMap,
    sent: Multipart,
) -> Result<Response> {
    let asked = Asked {
        app: &app,
        cx: &cx,
        uri: &uri,
        headers: &headers,
    };
    let mut entered = read::entered(sent).await?;
    // Their own community, for them to check.
    if let Some(code) = access::own(&app.domain, &cx, access::Field::Community).await? {
        entered.put("place.division", code);
    }
    drafts::begin(&asked, Target::Report, form(&cx), entered).await
}

/// The form, in the reader's words. A clerk or an agent also says for whom it is.
fn form(cx: &Context) -> Form {
    let w = Words(cx.locale);
    let words = |key: &str| Text::Raw(w.t(key));
    let text = |format: TextFormat, max: u32, lines: u8| {
        Kind::Text(TextSpec {
            format,
            pattern: None,
            min: 1,
            max,
            lines,
        })
    };
    let field = |id: &str, key: &str, kind: Kind, required: bool| Field {
        id: id.to_owned(),
        label: words(key),
        hint: None,
        kind,
        required,
        show_if: Vec::new(),
        default: None,
        prefill: None,
        bind: None,
        sensitive: false,
    };
    let hinted = |it: Field, key: &str| Field {
        hint: Some(words(key)),
        ..it
    };
    let step = |id: &str, key: &str, fields: Vec<Field>| Step {
        id: id.to_owned(),
        title: words(key),
        fields,
        show_if: Vec::new(),
    };
    let photos = FileSpec {
        media: Media::Photo,
        min: 0,
        max: 6,
        max_bytes: 10 * 1024 * 1024,
    };
    let mut steps = vec![
        step(
            "what",
            "home-report",
            vec![
                hinted(
                    field(
                        "description",
                        "report-what",
                        text(TextFormat::Free, 2000, 4),
                        true,
                    ),
                    "report-what-hint",
                ),
                hinted(
                    field("photos", "report-photo", Kind::Files(photos), false),
                    "report-photo-hint",
                ),
                field("danger", "report-danger", Kind::Flag, false),
            ],
        ),
        step(
            "where",
            "report-where",
            vec![field(
                "place",
                "report-where-label",
                Kind::Place(PlaceSpec::default()),
                true,
            )],
        ),
    ];
    if cx.has_role(Role::CounterClerk) || cx.has_role(Role::HotlineAgent) {
        steps.push(step(
            "whom",
            "report-whom",
            vec![
                field(
                    "contact_name",
                    "report-contact-name",
                    text(TextFormat::Free, 40, 1),
                    true,
                ),
                field(
                    "contact_phone",
                    "report-contact-phone",
                    text(TextFormat::Phone, 20, 1),
                    true,
                ),
            ],
        ));
    }
    Form {
        id: "report".to_owned(),
        version: 1,
        steps,
        checks: Vec::new(),
        review: true,
        declaration: Some(words("report-declaration")),
        submit: words("report-send"),
        state: String::new(),
        consent: None,
    }
}

/// Hands the report in. Its place is CGCS2000 already.
pub async fn send(
    asked: &Asked<'_>,
    draft: &Draft,
    secret: &str,
    answers: &Answers,
) -> Result<Sent> {
    let text = |field: &str| match answers.get(field) {
        Some(Value::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let mut report = Report {
        once: draft.id.clone(),
        description: text("description").unwrap_or_default(),
        danger: matches!(answers.get("danger"), Some(Value::Flag(true))),
        contact_name: text("contact_name"),
        contact_phone: text("contact_phone"),
        draft: Some(secret.to_owned()),
        ..Report::default()
    };
    if let Some(Value::Files(files)) = answers.get("photos") {
        report.files = files.iter().map(|it| it.id.clone()).collect();
    }
    if let Some(Value::Place(place)) = answers.get("place") {
        report.point = place.at.map(|at| Point {
            lon: at.lon,
            lat: at.lat,
            datum: Datum::Cgcs2000,
        });
        report.division = place.division.clone();
        report.address = place.address.clone();
    }
    let case = cases::submit(&asked.app.domain, asked.cx, report).await?;
    Ok(Sent::To(format!("/cases/{}?new=1", case.id)))
}
