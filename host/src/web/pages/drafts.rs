//! Filling in a form step by step: each step is saved as it is left, the last page shows every
//! answer to be checked, and sending twice happens once. For the host's own report and for every
//! plugin's form alike.

use axum::{
    extract::{Multipart, Path, State},
    http::{HeaderMap, Uri},
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use onedoor_forms::{self as forms, Field, Form, Text};
use std::collections::BTreeMap;

use super::{
    near,
    parts::{self, Faults, button},
    report, service,
};
use crate::{
    app::App,
    context::{Context, Principal},
    drafts::{self, Draft, Target},
    error::{Error, Result},
    records::{consent, picked},
    web::{
        blocks::address,
        forms::{
            Say, fields, hangs, plain,
            read::{self, Entered},
            review, today, worded,
        },
        i18n::Words,
        layout, session,
    },
};

/// A request that fills in a form: who, where, and the browser's secret.
pub struct Asked<'a> {
    /// The host.
    pub app: &'a App,
    /// Who asks.
    pub cx: &'a Context,
    /// The address of the page.
    pub uri: &'a Uri,
    /// What the browser sent with it.
    pub headers: &'a HeaderMap,
}

/// The words of a draft's form.
fn words(app: &App, cx: &Context, target: &Target) -> Box<dyn Fn(&Text) -> String + Send + Sync> {
    match target {
        Target::Report => Box::new(plain),
        Target::Plugin { plugin, .. } => service::words(app, cx.locale, plugin),
    }
}

/// The questions of the step `index`, as a form that is sent to `action`.
pub async fn questions(
    asked: &Asked<'_>,
    say: Say<'_>,
    (form, draft): (&Form, Option<&Draft>),
    index: usize,
    (entered, faults): (&Entered, &Faults),
    action: &str,
    hidden: &[(&str, &str)],
) -> Result<Markup> {
    let w = Words(asked.cx.locale);
    let empty = forms::Answers::default();
    let answers = draft.map_or(&empty, |it| &it.answers);
    let (steps, _) = forms::shown(form, answers);
    let step = steps.get(index).ok_or(Error::NotFound)?;
    let asks = form
        .fields()
        .any(|it| matches!(it.kind, forms::Kind::Person(_)));
    let people = match asks {
        true => picked::candidates(&asked.app.domain, asked.cx).await?,
        false => Vec::new(),
    };
    let shown = fields::Shown {
        domain: &asked.app.domain,
        people: &people,
        cx: asked.cx,
        say,
        entered,
        faults,
    };
    let mut inputs = Vec::new();
    for (field, show_if) in &step_fields(form, &step.step.id, answers) {
        let kept = answers.get(&field.id);
        inputs.push(fields::field(shown, field, kept, show_if.as_deref())?);
    }
    let last = index + 1 == steps.len() && !form.review;
    let label = if last {
        say(&form.submit)
    } else {
        w.t("app-continue")
    };
    Ok(html! {
        form method="post" action=(action) enctype="multipart/form-data" novalidate {
            @for (name, value) in hidden { input type="hidden" name=(name) value=(value); }
            @for input in &inputs { (input) }
            @if last && let Some(words) = &form.declaration { p class="govuk-body" { (say(words)) } }
            (button(&label))
        }
    })
}

/// The fields of a step that may be asked after `answers`. One that hangs on another answer of the
/// same step comes with what it hangs on: a page without script shows it always, since it cannot
/// bring it in later.
fn step_fields<'a>(
    form: &'a Form,
    step: &str,
    answers: &forms::Answers,
) -> Vec<(&'a Field, Option<String>)> {
    let found = form.steps.iter().find(|it| it.id == step);
    let here: Vec<&Field> = found
        .map(|it| it.fields.iter().collect())
        .unwrap_or_default();
    let (_, before) = forms::shown(form, answers);
    let asked = |field: &&'a Field| match hangs::asked(field, &here, &before) {
        hangs::Asked::Always => Some((*field, None)),
        hangs::Asked::While(show_if) => Some((*field, Some(show_if))),
        hangs::Asked::Never => None,
    };
    here.iter().filter_map(asked).collect()
}

/// Begins a draft with what was sent from the form's first step, and goes on from there.
pub async fn begin(
    asked: &Asked<'_>,
    target: Target,
    form: Form,
    entered: Entered,
) -> Result<Response> {
    let (secret, new) = match session::drafts(asked.headers) {
        Some(secret) => (secret, false),
        None => (asked.app.domain.ids.secret(), true),
    };
    let draft = drafts::begin(&asked.app.domain, asked.cx, &secret, target, form).await?;
    let mut response = take(asked, draft, &secret, 0, entered).await?;
    if new {
        session::set_drafts(asked.app, &mut response, &secret);
    }
    Ok(response)
}

async fn find(asked: &Asked<'_>, id: &str) -> Result<(Draft, String)> {
    let secret = session::drafts(asked.headers).ok_or(Error::Conflict("draft-over"))?;
    let draft = drafts::get(&asked.app.domain, asked.cx, &secret, id).await?;
    Ok((draft, secret))
}

fn step_address(id: &str, step: &str) -> String {
    format!("/drafts/{id}/steps/{step}")
}

/// `GET /drafts/{id}/steps/{step}`
pub async fn step(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    headers: HeaderMap,
    Path((id, step)): Path<(String, String)>,
) -> Result<Response> {
    let asked = Asked {
        app: &app,
        cx: &cx,
        uri: &uri,
        headers: &headers,
    };
    let (draft, _) = find(&asked, &id).await?;
    if let Some(to) = &draft.sent {
        return Ok(Redirect::to(to).into_response());
    }
    let entered = read::from_answers(&draft.answers);
    step_page(&asked, &draft, &step, &entered, &Faults::default()).await
}

async fn step_page(
    asked: &Asked<'_>,
    draft: &Draft,
    step: &str,
    entered: &Entered,
    faults: &Faults,
) -> Result<Response> {
    let w = Words(asked.cx.locale);
    let say = words(asked.app, asked.cx, &draft.target);
    let (steps, _) = forms::shown(&draft.form, &draft.answers);
    let index = steps
        .iter()
        .position(|it| it.step.id == step)
        .ok_or(Error::NotFound)?;
    let now = steps.get(index).ok_or(Error::NotFound)?;
    let back = match index.checked_sub(1).and_then(|it| steps.get(it)) {
        Some(before) => step_address(&draft.id, &before.step.id),
        None => origin(&draft.target),
    };
    let title = say(&now.step.title);
    let here = step_address(&draft.id, step);
    let form = questions(
        asked,
        &*say,
        (&draft.form, Some(draft)),
        index,
        (entered, faults),
        &here,
        &[],
    )
    .await?;
    let (n, all) = ((index + 1).to_string(), steps.len().to_string());
    let main = html! {
        (parts::back(w, &back))
        (faults.summary(w))
        @if steps.len() > 1 { p class="od-quiet" { (w.tx("step-of", &[("n", &n), ("all", &all)])) } }
        h1 class="govuk-heading-l" { (title) }
        (form)
    };
    let at: Uri = here.parse().map_err(Error::internal)?;
    Ok(layout::page(asked.app, asked.cx, &at, &title, &main))
}

/// The page that a form stands on.
fn origin(target: &Target) -> String {
    match target {
        Target::Report => "/report".to_owned(),
        Target::Plugin { plugin, at } => address(plugin, at, ""),
    }
}

/// `POST /drafts/{id}/steps/{step}`
pub async fn save(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    headers: HeaderMap,
    Path((id, step)): Path<(String, String)>,
    form: Multipart,
) -> Result<Response> {
    let asked = Asked {
        app: &app,
        cx: &cx,
        uri: &uri,
        headers: &headers,
    };
    let (draft, secret) = find(&asked, &id).await?;
    if let Some(to) = &draft.sent {
        return Ok(Redirect::to(to).into_response());
    }
    let (steps, _) = forms::shown(&draft.form, &draft.answers);
    let index = steps
        .iter()
        .position(|it| it.step.id == step)
        .ok_or(Error::NotFound)?;
    let entered = read::entered(form).await?;
    take(&asked, draft, &secret, index, entered).await
}

/// Takes the answers of a step: keeps them, right or wrong, and goes on if they are right.
async fn take(
    asked: &Asked<'_>,
    mut draft: Draft,
    secret: &str,
    index: usize,
    mut entered: Entered,
) -> Result<Response> {
    let domain = &asked.app.domain;
    let step = {
        let (steps, _) = forms::shown(&draft.form, &draft.answers);
        let step = steps.get(index).ok_or(Error::NotFound)?;
        step.step.id.clone()
    };
    let form = draft.form.clone();
    let fields = step_fields(&form, &step, &draft.answers);
    let fields: Vec<&Field> = fields.into_iter().map(|(field, _)| field).collect();
    let plugin = match &draft.target {
        Target::Plugin { plugin, .. } => plugin.as_str(),
        Target::Report => "",
    };
    let taken = read::answer(
        domain,
        asked.cx,
        (secret, plugin),
        &fields,
        &mut entered,
        &mut draft.answers,
    )
    .await;
    drafts::keep(domain, asked.cx, secret, &draft).await?;
    if let Err(error) = taken {
        let faults = Faults::of(asked.cx.locale, error)?;
        return step_page(asked, &draft, &step, &entered, &faults).await;
    }
    let searching = fields.iter().any(|it| {
        let part = |name: &str| entered.text(&format!("{}.{name}", it.id)).trim().is_empty();
        !part("search") && part("division")
    });
    let today = today(&domain.zone, asked.cx.now)?;
    let faults = forms::validate_step(&draft.form, &step, &draft.answers, today);
    if searching || !faults.is_empty() {
        let say = words(asked.app, asked.cx, &draft.target);
        let faults = if searching {
            Faults::default()
        } else {
            worded(asked.cx, &*say, &draft.form, &faults)
        };
        return step_page(asked, &draft, &step, &entered, &faults).await;
    }
    // The answers may have brought in or taken out later steps.
    let (steps, _) = forms::shown(&draft.form, &draft.answers);
    let here = steps
        .iter()
        .position(|it| it.step.id == step)
        .unwrap_or(index);
    if let Some(next) = steps.get(here + 1) {
        return Ok(Redirect::to(&step_address(&draft.id, &next.step.id)).into_response());
    }
    if draft.form.review || matches!(asked.cx.principal, Principal::Anonymous) {
        return Ok(Redirect::to(&format!("/drafts/{}/check", draft.id)).into_response());
    }
    finish(asked, draft, secret).await
}

/// `GET /drafts/{id}/check`
pub async fn check(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response> {
    let asked = Asked {
        app: &app,
        cx: &cx,
        uri: &uri,
        headers: &headers,
    };
    let (draft, _) = find(&asked, &id).await?;
    if let Some(to) = &draft.sent {
        return Ok(Redirect::to(to).into_response());
    }
    check_page(&asked, &draft, &Faults::default()).await
}

async fn check_page(asked: &Asked<'_>, draft: &Draft, faults: &Faults) -> Result<Response> {
    let w = Words(asked.cx.locale);
    let domain = &asked.app.domain;
    let say = words(asked.app, asked.cx, &draft.target);
    let (steps, answers) = forms::shown(&draft.form, &draft.answers);
    let here = format!("/drafts/{}/check", draft.id);
    let back: String = url::form_urlencoded::byte_serialize(here.as_bytes()).collect();
    let people = picked_names(asked, &answers).await?;
    let sheet = consent_sheet(asked, draft).await?;
    let near = match &draft.target {
        Target::Report => near::before_sending(asked.app, asked.cx, &answers).await?,
        Target::Plugin { .. } => None,
    };
    let last = steps.last().map_or_else(
        || origin(&draft.target),
        |it| step_address(&draft.id, &it.step.id),
    );
    let main = html! {
        (parts::back(w, &last))
        (faults.summary(w))
        h1 class="govuk-heading-l" { (w.t("check-title")) }
        dl class="govuk-summary-list" {
            @for step in &steps { @for field in &step.fields {
                div class="govuk-summary-list__row" {
                    dt class="govuk-summary-list__key" { (say(&field.label)) }
                    dd class="govuk-summary-list__value" {
                        @match people.get(&field.id) {
                            Some(name) => (name),
                            None => (review::answer(domain, asked.cx, &*say, field, answers.get(&field.id))),
                        }
                    }
                    dd class="govuk-summary-list__actions" {
                        a class="govuk-link od-call" href=(step_address(&draft.id, &step.step.id)) {
                            (w.t("app-change")) span class="govuk-visually-hidden" { " " (say(&field.label)) }
                        }
                    }
                }
            } }
        }
        @if matches!(asked.cx.principal, Principal::Anonymous) {
            p class="govuk-inset-text" { (w.t("check-sign-in")) }
            a class="govuk-button" role="button" draggable="false" href={ "/sign-in?back=" (back) } { (w.t("check-go-sign-in")) }
        } @else {
            @if let Some(near) = &near { (near) }
            @if let Some(sheet) = &sheet { (sheet) }
            @if let Some(words) = &draft.form.declaration { p class="govuk-body" { (say(words)) } }
            form method="post" action={ "/drafts/" (draft.id) "/send" } { (button(&say(&draft.form.submit))) }
        }
    };
    let at: Uri = here.parse().map_err(Error::internal)?;
    Ok(layout::page(
        asked.app,
        asked.cx,
        &at,
        &w.t("check-title"),
        &main,
    ))
}

/// The names of those who were picked, by field, for whoever picked them.
async fn picked_names(
    asked: &Asked<'_>,
    answers: &forms::Answers,
) -> Result<BTreeMap<String, String>> {
    let mut names = BTreeMap::new();
    for (field, value) in answers.iter() {
        if let forms::Value::Person(token) = value
            && let Some(person) = picked::shown(&asked.app.domain, asked.cx, token).await?
        {
            names.insert(field.to_owned(), person.name);
        }
    }
    Ok(names)
}

/// What sending the form agrees to, in plain words; none for most forms.
async fn consent_sheet(asked: &Asked<'_>, draft: &Draft) -> Result<Option<Markup>> {
    let (Some(purpose), Target::Plugin { plugin, .. }) = (&draft.form.consent, &draft.target)
    else {
        return Ok(None);
    };
    let sheet = consent::sheet(&asked.app.domain, plugin, purpose).await?;
    Ok(Some(super::my_data::sheet(
        asked.app, asked.cx, plugin, &sheet,
    )))
}

/// `POST /drafts/{id}/send`
pub async fn send(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response> {
    let asked = Asked {
        app: &app,
        cx: &cx,
        uri: &uri,
        headers: &headers,
    };
    let (draft, secret) = find(&asked, &id).await?;
    finish(&asked, draft, &secret).await
}

/// Sends a draft: validated whole, since a condition may have changed after a step was left.
async fn finish(asked: &Asked<'_>, draft: Draft, secret: &str) -> Result<Response> {
    if let Some(to) = &draft.sent {
        return Ok(Redirect::to(to).into_response());
    }
    super::sign_in::must_sign_in(asked.cx)?;
    let today = today(&asked.app.domain.zone, asked.cx.now)?;
    let answers = match forms::validate(&draft.form, &draft.answers, today) {
        Ok(answers) => answers,
        Err(faults) => {
            let say = words(asked.app, asked.cx, &draft.target);
            let faults = worded(asked.cx, &*say, &draft.form, &faults);
            return check_page(asked, &draft, &faults).await;
        }
    };
    let done = match &draft.target {
        Target::Report => report::send(asked, &draft, secret, &answers).await,
        Target::Plugin { plugin, at } => {
            service::send(asked, &draft, secret, (plugin, at), &answers).await
        }
    };
    match done {
        Ok(Sent::To(to)) => {
            drafts::sent(&asked.app.domain, asked.cx, secret, draft, &to).await?;
            Ok(Redirect::to(&to).into_response())
        }
        Ok(Sent::Page(to, page)) => {
            drafts::sent(&asked.app.domain, asked.cx, secret, draft, &to).await?;
            Ok(*page)
        }
        Ok(Sent::Refused(faults)) => check_page(asked, &draft, &faults).await,
        Err(error) => {
            let faults = Faults::of(asked.cx.locale, error)?;
            check_page(asked, &draft, &faults).await
        }
    }
}

/// What became of a draft that was sent.
pub enum Sent {
    /// It led to this address.
    To(String),
    /// It is answered by this page; sent again, it leads to this address.
    Page(String, Box<Response>),
    /// It was refused, for these reasons.
    Refused(Faults),
}
