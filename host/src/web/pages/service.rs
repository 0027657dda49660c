//! Pages of plugins: framed with their department, made of blocks, their forms validated before
//! the plugin sees them. A plugin that does not answer is a named card, and the rest of the app
//! goes on.

use axum::{
    Form,
    extract::{Multipart, Path, Query, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use onedoor_forms::{self as forms, Answers, Block, Outcome, Route, Submission, Text, Value, View};
use onedoor_manifest::Audience;
use serde::Deserialize;
use std::sync::Arc;

use super::{
    drafts::{self, Asked, Sent},
    parts::{self, Faults},
};
use crate::{
    app::App,
    attachments,
    context::{Context, Locale, Principal},
    drafts::{Draft, Target},
    error::{Error, Result},
    keys::Purpose,
    plugins::{CallError, FailureKind, Loaded},
    records::{access, consent, held, picked},
    web::{
        blocks::{Shown, address},
        forms::read::{self, Entered},
        i18n::Words,
        layout,
    },
};

/// The parameters of a page, as they stand in its address.
type Parameters = Query<Vec<(String, String)>>;

fn route(page: String, parameters: Vec<(String, String)>) -> Result<Route> {
    let fine = parameters.len() <= 8
        && forms::check::is_id(&page)
        && parameters
            .iter()
            .all(|(name, value)| forms::check::is_id(name) && value.chars().count() <= 200);
    if fine {
        Ok(Route { page, parameters })
    } else {
        Err(Error::NotFound)
    }
}

/// The revision in force, if the caller may open this page of it.
fn plugin(app: &App, cx: &Context, id: &str, at: &Route) -> Result<Arc<Loaded>> {
    let loaded = app.plugins.get(id).ok_or(Error::NotFound)?;
    let service = loaded
        .manifest
        .services
        .iter()
        .find(|it| it.page == at.page);
    let audience = service.map_or(Audience::Everyone, |it| it.audience);
    match (audience, &cx.principal) {
        (Audience::Everyone, _) => Ok(loaded),
        (_, Principal::Anonymous) => Err(Error::Unauthenticated),
        (Audience::Staff, _) if cx.posts().next().is_none() => Err(Error::Forbidden("staff-only")),
        _ => Ok(loaded),
    }
}

/// The words of a plugin's form; its keys, when it is no longer in force.
pub fn words(app: &App, locale: Locale, id: &str) -> Box<dyn Fn(&Text) -> String + Send + Sync> {
    match app.plugins.get(id) {
        Some(loaded) => Box::new(move |text| loaded.words.text(locale, text)),
        None => Box::new(crate::web::forms::plain),
    }
}

/// `GET /services/{plugin}/{page}`
pub async fn show(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    headers: HeaderMap,
    Path((id, page)): Path<(String, String)>,
    Query(parameters): Parameters,
) -> Result<Response> {
    let asked = Asked {
        app: &app,
        cx: &cx,
        uri: &uri,
        headers: &headers,
    };
    let at = route(page, parameters)?;
    let loaded = plugin(&app, &cx, &id, &at)?;
    match app.plugins.render(&app.domain, &cx, &id, &at).await {
        Ok(view) => view_page(&asked, &loaded, &at, &view, &Faults::default()).await,
        Err(error) => no_page(&asked, &loaded, error).await,
    }
}

/// The page of a view, whoever made it: how a benchmark has the host make a plugin's page itself.
#[doc(hidden)]
pub async fn drawn(
    (app, cx, uri, headers): (&App, &Context, &Uri, &HeaderMap),
    loaded: &Loaded,
    at: &Route,
    view: &View,
) -> Result<Response> {
    let asked = Asked {
        app,
        cx,
        uri,
        headers,
    };
    view_page(&asked, loaded, at, view, &Faults::default()).await
}

/// A view in the frame of its department.
async fn view_page(
    asked: &Asked<'_>,
    loaded: &Loaded,
    at: &Route,
    view: &View,
    faults: &Faults,
) -> Result<Response> {
    let w = Words(asked.cx.locale);
    let shown = Shown {
        app: asked.app,
        cx: asked.cx,
        plugin: loaded,
        at,
    };
    let mut blocks = Vec::with_capacity(view.blocks.len());
    for block in &view.blocks {
        let form = match block {
            Block::Form(form) => first_step(asked, loaded, at, form).await?,
            _ => html! {},
        };
        blocks.push(shown.block(block, &form));
    }
    let title = match shown.say(&view.title) {
        title if title.is_empty() => name(loaded, asked.cx.locale).to_owned(),
        title => title,
    };
    let back = view.back.as_ref().map_or_else(
        || "/".to_owned(),
        |route| address(&loaded.manifest.id, route, ""),
    );
    let main = html! {
        (parts::back(w, &back))
        (faults.summary(w))
        (frame(asked, loaded).await?)
        h1 class="govuk-heading-l" { (title) }
        @for block in &blocks { (block) }
    };
    let here: Uri = address(&loaded.manifest.id, at, "")
        .parse()
        .map_err(Error::internal)?;
    Ok(layout::page(asked.app, asked.cx, &here, &title, &main))
}

fn name(loaded: &Loaded, locale: Locale) -> &str {
    match locale {
        Locale::Chinese => &loaded.manifest.name.zh,
        Locale::English => &loaded.manifest.name.en,
    }
}

async fn department(asked: &Asked<'_>, loaded: &Loaded) -> Result<String> {
    let unit = loaded.department(&asked.app.domain.database).await?;
    let named = unit.map(|it| it.name(asked.cx.locale).to_owned());
    Ok(named.unwrap_or_else(|| loaded.manifest.department.clone()))
}

/// Whose page this is: a plugin cannot pass for the host or for another department.
async fn frame(asked: &Asked<'_>, loaded: &Loaded) -> Result<Markup> {
    let w = Words(asked.cx.locale);
    let department = department(asked, loaded).await?;
    let service = name(loaded, asked.cx.locale);
    Ok(
        html! { p class="od-frame" { (w.tx("service-by", &[("service", service), ("department", &department)])) } },
    )
}

/// A plugin's form on its page: the first step, sent to where a draft of it begins.
async fn first_step(
    asked: &Asked<'_>,
    loaded: &Loaded,
    at: &Route,
    form: &forms::Form,
) -> Result<Markup> {
    let id = &loaded.manifest.id;
    let version = form.version.to_string();
    let mac = sign(asked.app, id, form, &form.state);
    let entered = prefilled(asked, form).await?;
    let say = |text: &Text| loaded.words.text(asked.cx.locale, text);
    let action = address(id, at, &format!("/forms/{}", form.id));
    let hidden = [
        ("form.state", form.state.as_str()),
        ("form.mac", mac.as_str()),
        ("form.version", version.as_str()),
    ];
    drafts::questions(
        asked,
        &say,
        (form, None),
        0,
        (&entered, &Faults::default()),
        &action,
        &hidden,
    )
    .await
}

/// What the host holds about the person, for them to check, and the form's own defaults.
async fn prefilled(asked: &Asked<'_>, form: &forms::Form) -> Result<Entered> {
    let mut answers = Answers::default();
    for field in form.fields() {
        if let Some(value) = &field.default {
            answers.set(&field.id, value.clone());
        }
    }
    for field in form.fields() {
        if let Some(bind) = &field.bind
            && let Some(value) =
                held::own_value(&asked.app.domain, asked.cx, bind, &field.kind).await?
        {
            answers.set(&field.id, value);
        }
    }
    let mut entered = read::from_answers(&answers);
    for field in form.fields() {
        let held = match field.prefill {
            None => continue,
            Some(forms::Prefill::Name) => access::Field::Name,
            Some(forms::Prefill::Phone) => access::Field::Phone,
            Some(forms::Prefill::Community) => access::Field::Community,
        };
        if let Some(value) = access::own(&asked.app.domain, asked.cx, held).await? {
            let place = matches!(field.kind, forms::Kind::Place(_));
            let input = if place {
                format!("{}.division", field.id)
            } else {
                field.id.clone()
            };
            entered.put(&input, value);
        }
    }
    Ok(entered)
}

fn sign(app: &App, plugin: &str, form: &forms::Form, state: &str) -> String {
    let version = form.version.to_string();
    app.domain
        .keys
        .mac(Purpose::Page, &["form", plugin, &form.id, &version, state])
}

/// `POST /services/{plugin}/{page}/forms/{form}`: the first step of a form.
pub async fn begin(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    headers: HeaderMap,
    Path((id, page, form)): Path<(String, String, String)>,
    Query(parameters): Parameters,
    sent: Multipart,
) -> Result<Response> {
    let asked = Asked {
        app: &app,
        cx: &cx,
        uri: &uri,
        headers: &headers,
    };
    let at = route(page, parameters)?;
    let loaded = plugin(&app, &cx, &id, &at)?;
    let entered = read::entered(sent).await?;
    // The form as it is now: what the browser says of its fields is not taken.
    let view = match app.plugins.render(&app.domain, &cx, &id, &at).await {
        Ok(view) => view,
        Err(error) => return no_page(&asked, &loaded, error).await,
    };
    let mut form = view
        .form(&form)
        .cloned()
        .ok_or(Error::Conflict("draft-over"))?;
    let state = entered.text("form.state").to_owned();
    let signed = sign(&app, &id, &form, &state) == entered.text("form.mac");
    if !signed || form.version.to_string() != entered.text("form.version") {
        return Err(Error::Conflict("draft-over"));
    }
    form.state = state;
    let target = Target::Plugin { plugin: id, at };
    drafts::begin(&asked, target, form, entered).await
}

/// Sends a draft to its plugin.
pub async fn send(
    asked: &Asked<'_>,
    draft: &Draft,
    secret: &str,
    (id, at): (&str, &Route),
    answers: &Answers,
) -> Result<Sent> {
    let loaded = plugin(asked.app, asked.cx, id, at)?;
    let files: Vec<String> = answers
        .iter()
        .filter_map(|(_, value)| match value {
            Value::Files(files) => Some(files.iter().map(|it| it.id.clone())),
            _ => None,
        })
        .flatten()
        .collect();
    held::check_bound(&asked.app.domain, asked.cx, &draft.form, answers).await?;
    if let Some(purpose) = &draft.form.consent {
        agree(asked, id, purpose, answers).await?;
    }
    if !files.is_empty() {
        attachments::adopt(&asked.app.domain, asked.cx, secret, &files).await?;
    }
    let submission = Submission {
        form: draft.form.id.clone(),
        version: draft.form.version,
        state: draft.form.state.clone(),
        once: draft.id.clone(),
        answers: answers.in_order(&draft.form),
    };
    let (domain, plugins) = (&asked.app.domain, &asked.app.plugins);
    match plugins.submit(domain, asked.cx, id, at, submission).await {
        Ok(Outcome::Go(route)) => Ok(Sent::To(address(id, &route, ""))),
        Ok(Outcome::Show(view)) => {
            let page = view_page(asked, &loaded, at, &view, &Faults::default()).await?;
            Ok(Sent::Page(address(id, at, ""), Box::new(page)))
        }
        Ok(Outcome::Invalid(problems)) => Ok(Sent::Refused(said(asked, &loaded, &problems))),
        Err(CallError::Refused(forms::Error::Invalid(problems))) => {
            Ok(Sent::Refused(said(asked, &loaded, &problems)))
        }
        // The answers are kept: they can be sent again.
        Err(CallError::Failed(_) | CallError::Paused(_)) => {
            let w = Words(asked.cx.locale);
            let mut faults = Faults::default();
            let phone = loaded.manifest.contact.phone.as_str();
            faults.add(None, w.tx("service-send-later", &[("phone", phone)]));
            Ok(Sent::Refused(faults))
        }
        Err(error) => Err(refusal(asked.cx, error)),
    }
}

/// Sending gives the consent that the sheet spoke of: about whoever was picked, or the sender.
async fn agree(asked: &Asked<'_>, plugin: &str, purpose: &str, answers: &Answers) -> Result<()> {
    let (domain, cx) = (&asked.app.domain, asked.cx);
    let mut about = cx.account().map(str::to_owned);
    for (field, value) in answers.iter() {
        if let Value::Person(token) = value {
            let found = picked::shown(domain, cx, token).await?;
            let person = found.ok_or_else(|| Error::invalid(field, "form-not-person"))?;
            about = Some(person.account);
            break;
        }
    }
    let about = about.ok_or(Error::Unauthenticated)?;
    consent::give(domain, cx, &about, plugin, purpose).await
}

fn said(asked: &Asked<'_>, loaded: &Loaded, problems: &[forms::Problem]) -> Faults {
    let mut faults = Faults::default();
    for problem in problems {
        let words = loaded.words.text(asked.cx.locale, &problem.message);
        faults.add(problem.at.as_deref(), words);
    }
    faults
}

/// A press of a button.
#[derive(Debug, Default, Deserialize)]
pub struct Press {
    #[serde(default)]
    once: String,
}

/// `GET /services/{plugin}/{page}/confirm/{action}`: asks, on a page of its own.
pub async fn confirm(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    headers: HeaderMap,
    Path((id, page, action)): Path<(String, String, String)>,
    Query(parameters): Parameters,
) -> Result<Response> {
    let asked = Asked {
        app: &app,
        cx: &cx,
        uri: &uri,
        headers: &headers,
    };
    let at = route(page, parameters)?;
    let loaded = plugin(&app, &cx, &id, &at)?;
    let view = match app.plugins.render(&app.domain, &cx, &id, &at).await {
        Ok(view) => view,
        Err(error) => return no_page(&asked, &loaded, error).await,
    };
    let found = view.action(&action).filter(|it| it.disabled.is_none());
    let found = found.and_then(|it| it.confirm.as_ref());
    let question = found.ok_or(Error::NotFound)?;
    let w = Words(cx.locale);
    let shown = Shown {
        app: &app,
        cx: &cx,
        plugin: &loaded,
        at: &at,
    };
    let back = address(&id, &at, "");
    let title = shown.say(&question.title);
    let main = html! {
        (parts::back(w, &back))
        (frame(&asked, &loaded).await?)
        h1 class="govuk-heading-l" { (title) }
        p class="govuk-body" { (shown.say(&question.body)) }
        div class="govuk-button-group" {
            (shown.press(&action, "govuk-button govuk-button--warning", &shown.say(&question.yes)))
            a class="govuk-button govuk-button--secondary" role="button" draggable="false" href=(back) { (w.t("app-cancel")) }
        }
    };
    Ok(layout::page(&app, &cx, &uri, &title, &main))
}

/// `POST /services/{plugin}/{page}/actions/{action}`
pub async fn act(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    headers: HeaderMap,
    Path((id, page, action)): Path<(String, String, String)>,
    Query(parameters): Parameters,
    Form(press): Form<Press>,
) -> Result<Response> {
    let asked = Asked {
        app: &app,
        cx: &cx,
        uri: &uri,
        headers: &headers,
    };
    let at = route(page, parameters)?;
    let loaded = plugin(&app, &cx, &id, &at)?;
    if !forms::check::is_id(&action) || !forms::check::is_id(&press.once) {
        return Err(Error::NotFound);
    }
    let done = app
        .plugins
        .act(&app.domain, &cx, &id, &at, &action, &press.once)
        .await;
    match done {
        Ok(Outcome::Go(route)) => Ok(Redirect::to(&address(&id, &route, "")).into_response()),
        Ok(Outcome::Show(view)) => view_page(&asked, &loaded, &at, &view, &Faults::default()).await,
        Ok(Outcome::Invalid(problems)) => {
            let faults = said(&asked, &loaded, &problems);
            match app.plugins.render(&app.domain, &cx, &id, &at).await {
                Ok(view) => view_page(&asked, &loaded, &at, &view, &faults).await,
                Err(error) => no_page(&asked, &loaded, error).await,
            }
        }
        Err(error) => no_page(&asked, &loaded, error).await,
    }
}

/// An answer without a page: a refusal is the host's page for it, a failure the named card.
async fn no_page(asked: &Asked<'_>, loaded: &Loaded, error: CallError) -> Result<Response> {
    match error {
        CallError::Failed(failure) if failure.kind == FailureKind::Busy => {
            card(asked, loaded, "service-busy", 60).await
        }
        CallError::Failed(_) => card(asked, loaded, "service-down-why", 60).await,
        CallError::Paused(seconds) => {
            let stopped = asked.app.plugins.is_held(&loaded.manifest.id);
            let why = if stopped {
                "service-stopped-why"
            } else {
                "service-paused-why"
            };
            card(asked, loaded, why, seconds).await
        }
        other => Err(refusal(asked.cx, other)),
    }
}

fn refusal(cx: &Context, error: CallError) -> Error {
    match error {
        CallError::Refused(forms::Error::Denied(_)) => match cx.principal {
            Principal::Anonymous => Error::Unauthenticated,
            _ => Error::Forbidden("plugin-denied"),
        },
        CallError::Absent | CallError::Refused(forms::Error::NotFound) => Error::NotFound,
        CallError::Refused(forms::Error::Conflict(_)) => Error::Conflict("plugin-conflict"),
        CallError::Refused(forms::Error::Invalid(_)) => Error::Conflict("plugin-invalid"),
        CallError::Refused(forms::Error::Busy(_) | forms::Error::Other(_))
        | CallError::Failed(_) => Error::Unavailable,
        CallError::Paused(seconds) => Error::Paused(seconds),
    }
}

/// The card of a plugin that does not answer: whose it is, whom to call, and what still works.
/// `why` is a key; a program may ask again in `seconds`.
async fn card(asked: &Asked<'_>, loaded: &Loaded, why: &str, seconds: u32) -> Result<Response> {
    let w = Words(asked.cx.locale);
    let department = department(asked, loaded).await?;
    let contact = &loaded.manifest.contact;
    let service = name(loaded, asked.cx.locale);
    let title = w.tx("service-down", &[("service", service)]);
    let hours = contact.hours.as_ref().map(|it| match asked.cx.locale {
        Locale::Chinese => it.zh.as_str(),
        Locale::English => it.en.as_str(),
    });
    let main = html! {
        h1 class="govuk-heading-l" { (title) }
        p class="govuk-body" { (w.t(why)) }
        div class="od-holder" {
            p { (w.t("service-department")) " " strong { (department) } }
            p { a class="govuk-link od-call" href={ "tel:" (contact.phone) } { (w.t("service-call")) " " (contact.phone) }
                @if let Some(hours) = hours { " " (hours) } }
        }
        p class="govuk-body" { (w.t("service-still")) }
        div class="govuk-button-group" {
            a class="govuk-button" role="button" draggable="false" href="/report" { (w.t("home-report")) }
            a class="govuk-link" href="/matters" { (w.t("app-matters")) }
        }
    };
    let status = StatusCode::SERVICE_UNAVAILABLE;
    let page = layout::page_with(status, asked.app, asked.cx, asked.uri, &title, &main);
    Ok(([(header::RETRY_AFTER, seconds.to_string())], page).into_response())
}
