//! Planning a visit: what for, where, and by when it must be made. Who may plan one where is
//! decided in `cases`.

use axum::{
    Form,
    extract::State,
    http::{StatusCode, Uri},
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;

use super::staff_only;
use crate::{
    app::App,
    cases::{
        model::{Procedure, Urgency},
        operations::{self, Report, WORDS},
        views::URGENCIES,
        visits,
    },
    context::Context,
    error::{Error, Result},
    grid,
    web::{
        i18n::Words,
        layout,
        pages::parts::{self, Faults, Input, button, described, error_message, input},
    },
};

/// Communities that are listed at most; a post of a whole district has fewer.
const LISTED: usize = 600;

/// A visit as it is planned on the page.
#[derive(Debug, Default, Deserialize)]
pub struct Planned {
    #[serde(default)]
    once: String,
    #[serde(default)]
    class: String,
    #[serde(default)]
    about: String,
    #[serde(default)]
    division: String,
    #[serde(default)]
    address: String,
    #[serde(default)]
    urgency: String,
}

/// `GET /work/visits/new`
pub async fn form(State(app): State<App>, cx: Context, uri: Uri) -> Result<Response> {
    staff_only(&cx)?;
    if !visits::may_plan(&cx) {
        return Err(Error::Forbidden("no-post-for-this"));
    }
    let planned = Planned {
        once: app.domain.ids.id(cx.now),
        ..Planned::default()
    };
    page(
        &app,
        &cx,
        &uri,
        StatusCode::OK,
        &planned,
        &Faults::default(),
    )
}

/// `POST /work/visits/new`
pub async fn plan(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Form(it): Form<Planned>,
) -> Result<Response> {
    staff_only(&cx)?;
    // Without a class it would be a report.
    let class = Some(it.class.clone()).filter(|it| !it.is_empty());
    let planned = match class {
        None => Err(Error::invalid("class", "case-choose-class")),
        Some(class) => {
            let report = Report {
                once: it.once.clone(),
                class: Some(class),
                description: it.about.clone(),
                division: Some(it.division.clone()).filter(|it| !it.is_empty()),
                address: it.address.clone(),
                urgency: Urgency::from_name(&it.urgency),
                ..Report::default()
            };
            operations::submit(&app.domain, &cx, report).await
        }
    };
    match planned {
        Ok(case) => {
            let to = format!("/work/cases/{}?done=plan", case.id);
            Ok(Redirect::to(&to).into_response())
        }
        Err(Error::Invalid(mut problems)) => {
            for problem in &mut problems {
                problem.at = match problem.at.as_deref() {
                    Some("description") => Some("about".to_owned()),
                    Some("place") => Some("division".to_owned()),
                    other => other.map(str::to_owned),
                };
            }
            let faults = Faults::from_problems(cx.locale, &problems);
            page(
                &app,
                &cx,
                &uri,
                StatusCode::UNPROCESSABLE_ENTITY,
                &it,
                &faults,
            )
        }
        Err(error) => Err(error),
    }
}

fn page(
    app: &App,
    cx: &Context,
    uri: &Uri,
    status: StatusCode,
    it: &Planned,
    faults: &Faults,
) -> Result<Response> {
    let w = Words(cx.locale);
    let title = w.t("visit-plan");
    let main = html! {
        (parts::back(w, "/work"))
        (faults.summary(w))
        h1 class="govuk-heading-l" { (title) }
        form method="post" action="/work/visits/new" novalidate {
            input type="hidden" name="once" value=(it.once);
            (group(w, faults, "class", "visit-class", &class(app, cx, it)))
            (group(w, faults, "about", "visit-about", &html! {
                textarea class="govuk-textarea" id="about" name="about" rows="3" maxlength=(WORDS)
                    aria-describedby=[described("about", true, faults.at("about").is_some())] { (it.about) }
            }))
            (group(w, faults, "division", "visit-where", &place(app, cx, it)?))
            (input(w, faults, Input { name: "address", label: &w.t("visit-address"), hint: None, kind: "text",
                value: &it.address, autocomplete: Some("off") }))
            (urgency(w, it))
            (button(&w.t("visit-plan-send")))
        }
    };
    Ok(layout::page_with(status, app, cx, uri, &title, &main))
}

fn group(w: Words, faults: &Faults, id: &str, key: &str, field: &Markup) -> Markup {
    let said = faults.at(id);
    html! {
        div class={ "govuk-form-group" @if said.is_some() { " govuk-form-group--error" } } {
            label class="govuk-label" for=(id) { (w.t(key)) }
            @if id == "about" { div class="govuk-hint" id="about-hint" { (w.t("visit-about-hint")) } }
            (error_message(w, id, said))
            (field)
        }
    }
}

fn class(app: &App, cx: &Context, it: &Planned) -> Markup {
    let w = Words(cx.locale);
    let list = app.domain.duty.list();
    let visits = list.items().filter(|it| it.procedure == Procedure::Visit);
    html! {
        select class="govuk-select" id="class" name="class" {
            option value="" { (w.t("app-choose")) }
            @for item in visits {
                option value=(item.code) selected[item.code == it.class] { (item.name(cx.locale)) " (" (item.code) ")" }
            }
        }
    }
}

/// The communities of the caller's own posts, under their streets.
fn place(app: &App, cx: &Context, it: &Planned) -> Result<Markup> {
    let w = Words(cx.locale);
    let mut streets = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for post in cx.posts().filter(|post| visits::plans(post)) {
        if seen.iter().any(|within| post.division.starts_with(within)) {
            continue;
        }
        seen.push(&post.division);
        let found = grid::communities(&app.domain, cx, &post.division, LISTED)?;
        streets.extend(found.unwrap_or_default());
    }
    Ok(html! {
        select class="govuk-select" id="division" name="division" {
            option value="" { (w.t("app-choose")) }
            @for it_street in &streets {
                optgroup label=(it_street.street.name(cx.locale)) {
                    @for community in &it_street.communities {
                        option value=(community.code) selected[community.code == it.division] { (community.name(cx.locale)) }
                    }
                }
            }
        }
    })
}

fn urgency(w: Words, it: &Planned) -> Markup {
    let chosen = Urgency::from_name(&it.urgency).unwrap_or(Urgency::Normal);
    html! {
        div class="govuk-form-group" {
            fieldset class="govuk-fieldset" {
                legend class="govuk-fieldset__legend" { (w.t("visit-urgency")) }
                div class="govuk-radios govuk-radios--inline" {
                    @for it in URGENCIES {
                        div class="govuk-radios__item" {
                            input class="govuk-radios__input" type="radio" id={ "urgency-" (it.name()) } name="urgency"
                                value=(it.name()) checked[it == chosen];
                            label class="govuk-label govuk-radios__label" for={ "urgency-" (it.name()) } {
                                (w.t(&format!("urgency-{}", it.name())))
                            }
                        }
                    }
                }
            }
        }
    }
}
