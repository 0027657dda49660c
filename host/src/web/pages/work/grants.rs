//! Leave to read what other departments keep: what services ask for, and what was given.

use axum::{
    Form,
    extract::{Path, State},
    http::{StatusCode, Uri},
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeMap;

use super::{datasets::words, staff_only};
use crate::{
    app::App,
    context::{Context, Locale},
    db::audit::Grant,
    error::Result,
    records::{
        catalogue,
        grants::{self, Asked, NewGrant},
    },
    web::{
        i18n::Words,
        layout,
        pages::parts::{self, Faults, time},
    },
};

/// What the form of a grant sends.
#[derive(Debug, Default, Deserialize)]
pub struct Sent {
    #[serde(default)]
    plugin: String,
    #[serde(default)]
    purpose: String,
    #[serde(default)]
    dataset: String,
    #[serde(default)]
    fields: String,
    #[serde(default)]
    area: String,
    #[serde(default)]
    days: String,
}

impl Sent {
    /// Whether this is what was sent for `it`.
    fn is_for(&self, it: &Asked) -> bool {
        let dataset = it.entry.as_ref().map_or("", |it| it.dataset.id.as_str());
        self.plugin == it.plugin && self.purpose == it.purpose.id && self.dataset == dataset
    }
}

/// `GET /work/grants`
pub async fn show(State(app): State<App>, cx: Context, uri: Uri) -> Result<Response> {
    staff_only(&cx)?;
    page(&app, &cx, &uri, &Sent::default(), &Faults::default()).await
}

/// The names that grants speak of.
struct Names<'a> {
    cx: &'a Context,
    plugins: BTreeMap<String, onedoor_manifest::Words>,
    datasets: Vec<catalogue::Entry>,
    purposes: catalogue::ByName,
}

impl<'a> Names<'a> {
    async fn read(app: &App, cx: &'a Context) -> Result<Self> {
        let all = app.plugins.all();
        let named = all
            .iter()
            .map(|(id, it)| (id.clone(), it.manifest.name.clone()));
        Ok(Self {
            cx,
            plugins: named.collect(),
            datasets: catalogue::list(&app.domain, cx).await?,
            purposes: catalogue::words(&app.domain).await?.1,
        })
    }

    fn plugin<'b>(&'b self, id: &'b str) -> &'b str {
        self.plugins.get(id).map_or(id, |it| words(self.cx, it))
    }

    /// A dataset and its fields: `Elders: name, phone`.
    fn fields(&self, dataset: &str, fields: &[String]) -> String {
        let w = Words(self.cx.locale);
        let entry = self.datasets.iter().find(|it| it.dataset.id == dataset);
        let (whole, between) = match self.cx.locale {
            Locale::Chinese => ("：", "、"),
            Locale::English => (": ", ", "),
        };
        let name = |id: &String| match entry.and_then(|it| it.dataset.field(id)) {
            Some(field) => words(self.cx, &field.name).to_owned(),
            None => w.t(&format!("plugins-claim-{id}")),
        };
        let set = entry.map_or_else(
            || w.t("grants-account"),
            |it| words(self.cx, &it.dataset.name).to_owned(),
        );
        let names: Vec<String> = fields.iter().map(name).collect();
        format!("{set}{whole}{}", names.join(between))
    }
}

async fn page(
    app: &App,
    cx: &Context,
    uri: &Uri,
    sent: &Sent,
    faults: &Faults,
) -> Result<Response> {
    let w = Words(cx.locale);
    let given = grants::list(&app.domain, cx).await?;
    let asked = grants::asked(&app.domain, cx).await?;
    let names = Names::read(app, cx).await?;
    let main = html! {
        (parts::back(w, "/work/datasets"))
        (faults.summary(w))
        h1 class="govuk-heading-l" { (w.t("grants-title")) }
        p class="govuk-body" { (w.t("grants-why")) }
        h2 class="govuk-heading-m" { (w.t("grants-asked")) }
        @if asked.is_empty() { p class="govuk-inset-text" { (w.t("grants-asked-none")) } }
        @for (n, it) in asked.iter().enumerate() { (ask(&names, w, n, it, sent, faults)) }
        h2 class="govuk-heading-m" { (w.t("grants-given")) }
        @if given.is_empty() { p class="govuk-inset-text" { (w.t("grants-none")) } }
        @for it in &given { (granted(app, &names, w, it)) }
    };
    Ok(layout::page(app, cx, uri, &w.t("grants-title"), &main))
}

/// What a service asks for, in its own words, and the form that gives it.
fn ask(names: &Names<'_>, w: Words, n: usize, it: &Asked, sent: &Sent, faults: &Faults) -> Markup {
    let none = Faults::default();
    let mine = sent.is_for(it);
    let faults = if mine { faults } else { &none };
    let dataset = it.entry.as_ref().map_or("", |it| it.dataset.id.as_str());
    let days = if mine { sent.days.as_str() } else { "365" };
    let area = if mine { sent.area.as_str() } else { "" };
    let field = |name: &str, label: &str, hint: &str, value: &str| {
        // What is wrong is linked to by the field's own name; there is one such card.
        let said = faults.at(name);
        let id = said.map_or_else(|| format!("{name}-{n}"), |_| name.to_owned());
        let described = parts::described(&id, true, said.is_some());
        html! { div class={ "govuk-form-group" @if said.is_some() { " govuk-form-group--error" } } {
            label class="govuk-label" for=(id) { (w.t(label)) }
            div class="govuk-hint" id={ (id) "-hint" } { (w.t(hint)) }
            (parts::error_message(w, name, said))
            input class={ "govuk-input govuk-input--width-10" @if said.is_some() { " govuk-input--error" } } id=(id) name=(name) value=(value)
                inputmode="numeric" autocomplete="off" aria-describedby=[described];
        } }
    };
    html! { div class="govuk-summary-card" {
        div class="govuk-summary-card__title-wrapper" {
            h3 class="govuk-summary-card__title" { (names.plugin(&it.plugin)) }
        }
        div class="govuk-summary-card__content" {
            p class="govuk-body" { (words(names.cx, &it.purpose.words)) }
            @if let Some(legal) = &it.purpose.legal { p class="govuk-body od-quiet" { (words(names.cx, legal)) } }
            p class="govuk-body" { (names.fields(dataset, &it.fields)) }
            form method="post" action="/work/grants" {
                input type="hidden" name="plugin" value=(it.plugin);
                input type="hidden" name="purpose" value=(it.purpose.id);
                input type="hidden" name="dataset" value=(dataset);
                input type="hidden" name="fields" value=(it.fields.join(","));
                (field("area", "grants-area", "grants-area-hint", area))
                (field("days", "grants-days", "grants-days-hint", days))
                (parts::error_message(w, "fields", faults.at("fields")))
                button class="govuk-button" {
                    (w.t("grants-give")) span class="govuk-visually-hidden" { " " (names.plugin(&it.plugin)) }
                }
            }
        }
    } }
}

/// A grant in force, and the button that takes it back.
fn granted(app: &App, names: &Names<'_>, w: Words, it: &Grant) -> Markup {
    let cx = names.cx;
    let plugin = it.grantee.strip_prefix("plugin:").unwrap_or(&it.grantee);
    let until = it
        .expires
        .map(|at| time(cx.locale, &app.domain.zone, cx.now, at));
    html! { div class="govuk-summary-card" {
        div class="govuk-summary-card__title-wrapper" {
            h3 class="govuk-summary-card__title" { (names.plugin(plugin)) }
        }
        div class="govuk-summary-card__content" {
            @if let Some(purpose) = names.purposes.get(&format!("{plugin}:{}", it.purpose)) {
                p class="govuk-body" { (words(cx, purpose)) }
            }
            p class="govuk-body" { (names.fields(&it.dataset, &it.fields)) }
            @if !it.area.is_empty() { p class="govuk-body" { (w.t("grants-area")) " " (it.area) } }
            @if let Some(until) = until { p class="govuk-body od-quiet" { (w.t("family-until")) " " (until) } }
            form method="post" action={ "/work/grants/" (it.id) "/revoke" } {
                button class="govuk-button govuk-button--warning" {
                    (w.t("grants-revoke")) span class="govuk-visually-hidden" { " " (names.plugin(plugin)) " " (it.purpose) }
                }
            }
        }
    } }
}

/// `POST /work/grants`
pub async fn give(State(app): State<App>, cx: Context, Form(sent): Form<Sent>) -> Result<Response> {
    staff_only(&cx)?;
    let fields = sent.fields.split(',').filter(|it| !it.is_empty());
    let new = NewGrant {
        plugin: sent.plugin.clone(),
        purpose: sent.purpose.clone(),
        dataset: sent.dataset.clone(),
        fields: fields.map(str::to_owned).collect(),
        area: sent.area.trim().to_owned(),
        days: sent.days.trim().parse().unwrap_or(0),
    };
    match grants::give(&app.domain, &cx, new).await {
        Ok(_) => Ok(Redirect::to("/work/grants").into_response()),
        Err(error) => {
            let faults = Faults::of(cx.locale, error)?;
            let at = Uri::from_static("/work/grants");
            let page = page(&app, &cx, &at, &sent, &faults).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// `POST /work/grants/{id}/revoke`
pub async fn revoke(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<Response> {
    staff_only(&cx)?;
    grants::revoke(&app.domain, &cx, &id).await?;
    Ok(Redirect::to("/work/grants").into_response())
}
