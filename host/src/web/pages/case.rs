//! One case, as its reporter sees it: who holds it, until when, every step so far, and what the
//! reporter may do now.

use axum::{
    extract::{Multipart, Path, Query, State},
    http::Uri,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use onedoor_forms::FileRef;
use serde::Deserialize;

use super::{
    matters::tag,
    my_data::service_name,
    near,
    parts::{self, Faults, button, error_message, time},
};
use crate::{
    app::App,
    attachments::{self, Upload},
    cases::{
        model::{Action, Case, Rating},
        operations::{self, Command},
        views::{self, Choice, Moment},
    },
    context::Context,
    error::{Error, Result},
    web::{
        forms::{fields::thumbnail, places::place_name, read},
        i18n::Words,
        layout,
    },
};

/// What a reporter may do, in the order of the page.
const THEIRS: [Action; 9] = [
    Action::Supply,
    Action::Rate,
    Action::Consent,
    Action::Sign,
    Action::Appeal,
    Action::Reopen,
    Action::Comment,
    Action::Attach,
    Action::Withdraw,
];

/// Whether the case was handed in just now.
#[derive(Debug, Default, Deserialize)]
pub struct New {
    new: Option<String>,
}

/// `GET /cases/{id}`
pub async fn show(
    State(app): State<App>,
    cx: Context,
    uri: Uri,
    Path(id): Path<String>,
    Query(new): Query<New>,
) -> Result<Response> {
    let own = case_page(&app, &cx, &uri, &id, new.new.is_some(), &Faults::default()).await;
    match own {
        Err(Error::NotFound) => near::page(&app, &cx, &uri, &id).await,
        other => other,
    }
}

async fn case_page(
    app: &App,
    cx: &Context,
    uri: &Uri,
    id: &str,
    new: bool,
    faults: &Faults,
) -> Result<Response> {
    let w = Words(cx.locale);
    let case = operations::get(&app.domain, cx, id).await?;
    let moments = views::timeline(&app.domain, cx, id).await?;
    let files = {
        let mut c = app.domain.database.read().await?;
        attachments::of_case(&mut c, &case.id).await?
    };
    let mut choices = views::choices(&app.domain, cx, &case).await?;
    choices.retain(|it| THEIRS.contains(&it.action));
    choices.sort_by_key(|it| THEIRS.iter().position(|theirs| *theirs == it.action));
    let once = app.domain.ids.id(cx.now);
    let main = html! {
        (parts::back(w, "/matters"))
        (faults.summary(w))
        @if new { (receipt(w, &case)) }
        @else { h1 class="govuk-heading-l" { (case.title) } }
        p class="govuk-body" { (tag(w, case.course.state)) " " span class="od-code" { (case.number) } }
        (holder(app, cx, &case).await?)
        @if let Some(words) = asked(&case, &moments) { p class="govuk-inset-text" { strong { (w.t("case-asked")) } " " (words) } }
        @for choice in &choices { (action_form(w, &case, choice, &once, faults)) }
        h2 class="govuk-heading-m" { (w.t("case-course")) }
        (timeline(app, cx, &case, &moments))
        h2 class="govuk-heading-m" { (w.t("case-about")) }
        (facts(app, cx, &case, &moments))
        @if !files.is_empty() {
            ul class="od-photos" { @for (n, file) in files.iter().enumerate() { li {
                (thumbnail(w, &FileRef { id: file.id.clone(), name: file.name.clone(), mime: file.mime.clone(), bytes: 0 }, n + 1))
            } } }
        }
    };
    let title = if new {
        w.t("case-received")
    } else {
        case.title.clone()
    };
    Ok(layout::page(app, cx, uri, &title, &main))
}

fn receipt(w: Words, case: &Case) -> Markup {
    html! {
        div class="govuk-panel govuk-panel--confirmation" {
            h1 class="govuk-panel__title" { (w.t("case-received")) }
            div class="govuk-panel__body" { (w.t("case-number")) br; strong { (case.number) } }
        }
        p class="govuk-body" { (w.t("case-received-next")) }
    }
}

/// Always: who has it, and until when.
async fn holder(app: &App, cx: &Context, case: &Case) -> Result<Markup> {
    let w = Words(cx.locale);
    let name = views::holder(&app.domain, cx, case).await?;
    Ok(html! {
        div class="od-holder" {
            @match (&name, case.course.state.ended()) {
                (Some(name), _) => p { (w.t("case-held-by")) " " strong { (name) } },
                (None, true) => p { (w.t("case-over")) },
                (None, false) => p { (w.t("case-held-by-you")) },
            }
            @if let Some(due) = case.due {
                p { (w.t("case-until")) " " strong { (time(cx.locale, &app.domain.zone, cx.now, due)) }
                    @if due < cx.now { " " strong class="govuk-tag govuk-tag--red" { (w.t("case-overdue")) } } }
            }
        }
    })
}

/// What the reporter was asked, while it is unanswered.
fn asked<'a>(case: &Case, moments: &'a [Moment]) -> Option<&'a str> {
    if case.course.state != crate::cases::model::State::NeedInfo {
        return None;
    }
    let last = moments
        .iter()
        .rev()
        .find(|it| it.action == Action::AskInfo)?;
    last.words.as_deref()
}

fn timeline(app: &App, cx: &Context, case: &Case, moments: &[Moment]) -> Markup {
    let w = Words(cx.locale);
    let zone = &app.domain.zone;
    let last = moments.len().saturating_sub(1);
    html! {
        ol class="od-line" {
            @for (n, it) in moments.iter().enumerate() {
                li class=(if n == last && !case.course.state.ended() { "od-current" } else { "od-done" }) {
                    h3 { (w.t(&format!("did-{}", it.action.name()))) }
                    p class="od-quiet" {
                        (time(cx.locale, zone, cx.now, it.at))
                        @if let Some(by) = &it.by { " · " (by) }
                        @else if let Some(plugin) = &it.plugin { " · " (service_name(app, cx, plugin)) }
                    }
                    @if let Some(words) = &it.words { p { (words) } }
                    @if n == last && let Some(holder) = &it.holder {
                        p { (w.t("case-held-by")) " " (holder)
                            @if let Some(due) = it.due { " · " (w.t("case-until")) " " (time(cx.locale, zone, cx.now, due)) } }
                    }
                }
            }
        }
    }
}

fn facts(app: &App, cx: &Context, case: &Case, moments: &[Moment]) -> Markup {
    let w = Words(cx.locale);
    let described = moments.first().and_then(|it| it.words.clone());
    let place = place_name(&app.domain, cx, &case.division);
    let class = case.course.class.as_deref().and_then(|code| {
        let item = app.domain.duty.class(code);
        item.map(|it| it.name(cx.locale).to_owned())
    });
    let row = |key: &str, value: Markup| {
        html! {
            div class="govuk-summary-list__row" {
                dt class="govuk-summary-list__key" { (w.t(key)) }
                dd class="govuk-summary-list__value" { (value) }
            }
        }
    };
    html! {
        dl class="govuk-summary-list" {
            (row("case-words", html! { (described.unwrap_or_else(|| case.title.clone())) }))
            (row("case-place", html! { (place) @if !case.address.is_empty() { br; (case.address) } }))
            (row("case-class", html! { (class.unwrap_or_else(|| w.t("case-class-none"))) }))
            (row("case-opened", time(cx.locale, &app.domain.zone, cx.now, case.opened)))
        }
    }
}

/// One thing the reporter may do. The one that is asked of them stands open; the rest unfold.
fn action_form(w: Words, case: &Case, choice: &Choice, once: &str, faults: &Faults) -> Markup {
    let name = choice.action.name();
    let title = w.t(&format!("do-{name}"));
    let form = html! {
        form method="post" action={ "/cases/" (case.id) "/" (name) } enctype="multipart/form-data" novalidate {
            input type="hidden" name="version" value=(case.course.version);
            input type="hidden" name="once" value={ (name) "-" (once) };
            @match choice.action {
                Action::Rate => (rating(w, faults)),
                Action::Attach => (file(w, name)),
                Action::Supply => { (words(w, name, &title, faults)) (file(w, name)) },
                Action::Sign => {},
                _ => (words(w, name, &title, faults)),
            }
            (button(&w.t(&format!("send-{name}"))))
        }
    };
    if matches!(choice.action, Action::Supply | Action::Rate) {
        return html! { section aria-labelledby={ (name) "-title" } {
            h2 class="govuk-heading-m" id={ (name) "-title" } { (title) } (form)
        } };
    }
    html! {
        details class="govuk-details" open[faults.at(name).is_some()] {
            summary class="govuk-details__summary" { span class="govuk-details__summary-text" { (title) } }
            div class="govuk-details__text" { (form) }
        }
    }
}

fn words(w: Words, action: &str, label: &str, faults: &Faults) -> Markup {
    let said = faults.at(action);
    let describes = parts::described(action, false, said.is_some());
    html! {
        div class={ "govuk-form-group" @if said.is_some() { " govuk-form-group--error" } } {
            label class="govuk-label" for=(action) { (label) }
            (error_message(w, action, said))
            textarea class="govuk-textarea" id=(action) name="words" rows="3" aria-describedby=[describes] {}
        }
    }
}

fn file(w: Words, action: &str) -> Markup {
    html! {
        div class="govuk-form-group" {
            label class="govuk-label" for={ (action) "-files" } { (w.t("case-photos")) }
            input class="govuk-file-upload" type="file" id={ (action) "-files" } name="files" multiple data-shrink
                accept="image/jpeg,image/png,image/webp,application/pdf";
        }
    }
}

/// Three questions, kept apart: a polite answer is not a solved problem.
fn rating(w: Words, faults: &Faults) -> Markup {
    let said = faults.at("rating");
    let question = |name: &str, options: &[(String, String)]| {
        html! {
            div class="govuk-form-group" {
                fieldset class="govuk-fieldset" {
                    legend class="govuk-fieldset__legend govuk-fieldset__legend--s" { (w.t(&format!("rate-{name}"))) }
                    div class="govuk-radios" {
                        @for (n, (value, label)) in options.iter().enumerate() {
                            @let id = if n == 0 && name == "contacted" { "rating".to_owned() } else { format!("{name}-{value}") };
                            div class="govuk-radios__item" {
                                input class="govuk-radios__input" type="radio" id=(id) name=(name) value=(value);
                                label class="govuk-label govuk-radios__label" for=(id) { (label) }
                            }
                        }
                    }
                }
            }
        }
    };
    let yes_no = [
        ("1".to_owned(), w.t("app-yes")),
        ("0".to_owned(), w.t("app-no")),
    ];
    let marks: Vec<_> = (1..=5)
        .rev()
        .map(|it| (it.to_string(), w.t(&format!("rate-{it}"))))
        .collect();
    html! {
        (error_message(w, "rating", said))
        (question("contacted", &yes_no))
        (question("solved", &yes_no))
        (question("satisfied", &marks))
    }
}

/// `POST /cases/{id}/{action}`
pub async fn act(
    State(app): State<App>,
    cx: Context,
    Path((id, action)): Path<(String, String)>,
    form: Multipart,
) -> Result<Response> {
    let action = Action::from_name(&action).filter(|it| THEIRS.contains(it));
    let action = action.ok_or(Error::NotFound)?;
    let mut entered = read::entered(form).await?;
    let done = command(&app, &cx, &id, action, &mut entered).await;
    let address = format!("/cases/{id}");
    match done {
        Ok(()) => Ok(Redirect::to(&address).into_response()),
        Err(error) => {
            let mut faults = Faults::of(cx.locale, error)?;
            // The page's field for words has the action's name.
            if let Some(said) = faults.at("words").map(str::to_owned) {
                faults = Faults::default();
                faults.add(Some(action.name()), said);
            }
            let uri: Uri = address.parse().map_err(Error::internal)?;
            case_page(&app, &cx, &uri, &id, false, &faults).await
        }
    }
}

async fn command(
    app: &App,
    cx: &Context,
    id: &str,
    action: Action,
    entered: &mut read::Entered,
) -> Result<()> {
    let mut command = Command::new(id, 0, action, entered.text("once"));
    // Remarks never race with anything: they name no version.
    command.version = match action {
        Action::Comment | Action::Attach => None,
        _ => Some(entered.text("version").parse().unwrap_or(0)),
    };
    command.words = Some(entered.text("words").to_owned());
    if action == Action::Rate {
        let answered = |name: &str| entered.text(name).parse::<u8>().ok();
        let answers = (
            answered("contacted"),
            answered("solved"),
            answered("satisfied"),
        );
        let (Some(contacted), Some(solved), Some(satisfied)) = answers else {
            return Err(Error::invalid("rating", "case-rating"));
        };
        command.rating = Some(Rating {
            contacted: contacted == 1,
            solved: solved == 1,
            satisfied,
        });
    }
    for (n, (name, bytes)) in entered.take_files("files").into_iter().enumerate() {
        let upload = Upload {
            name,
            bytes,
            once: format!("{}-{n}", command.once),
            draft: None,
        };
        command
            .files
            .push(attachments::upload(&app.domain, cx, upload).await?.id);
    }
    operations::act(&app.domain, cx, command).await.map(drop)
}
