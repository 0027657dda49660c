//! A case as staff see it: the facts, what plugins propose, what may be done now, and its course.
//! How to reach the reporter is shown only when asked for, and each look is logged.

use axum::{
    extract::{Multipart, Path, Query, State},
    http::{StatusCode, Uri},
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use onedoor_forms::FileRef;
use serde::Deserialize;

use super::{
    action_forms::{Forms, REPORTERS, id as field_id},
    hints, staff_only, tables,
};
use crate::{
    app::App,
    attachments::{self, Upload},
    cases::{
        actors,
        model::{Action, Case, Procedure, Rating, Urgency},
        operations::{self, Command},
        views::{self, Choice, Moment},
        visits::{self, Linked},
    },
    context::Context,
    error::{Error, Problem, Result},
    records::access,
    time::Timestamp,
    web::{
        forms::{
            fields::thumbnail,
            places::place_name,
            read::{self, Entered},
        },
        i18n::{self, Words},
        layout,
        pages::{
            my_data::service_name,
            parts::{self, Faults, time},
        },
    },
};

/// What has just been done, if something has.
#[derive(Debug, Default, Deserialize)]
pub struct Done {
    done: Option<String>,
}

/// What a page of a case shows besides the case.
#[derive(Default)]
struct Besides<'a> {
    done: Option<Action>,
    contact: Option<Markup>,
    tried: Option<(Action, &'a Entered)>,
    faults: Faults,
    status: StatusCode,
}

/// `GET /work/cases/{id}`
pub async fn show(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Response> {
    staff_only(&cx)?;
    let besides = Besides {
        done: done.done.as_deref().and_then(Action::from_name),
        ..Besides::default()
    };
    page(&app, &cx, &id, besides).await
}

/// `POST /work/cases/{id}/contact`: the same page with name and phone of the reporter. Not led on
/// to another page: each look is one row of the log that the reporter reads.
pub async fn contact(
    State(app): State<App>,
    cx: Context,
    Path(id): Path<String>,
) -> Result<Response> {
    staff_only(&cx)?;
    let w = Words(cx.locale);
    let case = operations::get(&app.domain, &cx, &id).await?;
    let found = access::contact(&app.domain, &cx, &case).await?;
    let shown = match found {
        None => html! { p class="govuk-body" { (w.t("work-contact-none")) } },
        Some((name, phone)) => html! {
            p class="govuk-body" {
                @if let Some(name) = name { strong { (name) } " " }
                @if let Some(phone) = phone { a class="govuk-link od-call" href={ "tel:" (phone) } { (phone) } }
            }
            p class="od-quiet" { (w.t("work-contact-logged")) }
        },
    };
    let besides = Besides {
        contact: Some(shown),
        ..Besides::default()
    };
    page(&app, &cx, &id, besides).await
}

async fn page(app: &App, cx: &Context, id: &str, besides: Besides<'_>) -> Result<Response> {
    let w = Words(cx.locale);
    let domain = &app.domain;
    let case = operations::get(domain, cx, id).await?;
    let moments = views::timeline(domain, cx, id).await?;
    let files = views::files(domain, cx, id).await?;
    let proposals = views::suggestions(domain, cx, &case).await?;
    let choices = views::choices(domain, cx, &case).await?;
    let linked = visits::linked(domain, cx, &case).await?;
    let forms = Forms {
        app,
        cx,
        case: &case,
        proposals: &proposals,
        once: &domain.ids.id(cx.now),
        tried: besides.tried,
        faults: &besides.faults,
    };
    let main = html! {
        (parts::back(w, "/work"))
        (besides.faults.summary(w))
        @if let Some(action) = besides.done { (banner(w, action)) }
        h1 class="govuk-heading-l" { (case.title) }
        (standing(app, cx, &case).await?)
        @if !proposals.is_empty() {
            h2 class="govuk-heading-m" { (w.t("work-proposals")) }
            @let may_file = choices.iter().any(|it| it.action == Action::File);
            @for (n, it) in proposals.iter().enumerate() { (forms.proposal(n, it, may_file)) }
        }
        (hints::duplicates(app, cx, &case).await?)
        (actions(&forms, &choices))
        h2 class="govuk-heading-m" { (w.t("work-facts")) }
        (facts(app, cx, &case, &moments))
        (super::case_parts::parts(app, cx, &case).await?)
        (belonging(w, &linked))
        (reporter(cx, &case, besides.contact.as_ref()))
        @if !files.is_empty() {
            h2 class="govuk-heading-m" { (w.t("work-files-of-case")) }
            ul class="od-photos" { @for (n, file) in files.iter().enumerate() { li {
                (thumbnail(w, &FileRef { id: file.id.clone(), name: file.name.clone(), mime: file.mime.clone(), bytes: 0 }, n + 1))
            } } }
        }
        h2 class="govuk-heading-m" { (w.t("case-course")) }
        (timeline(app, cx, &moments))
    };
    let uri: Uri = format!("/work/cases/{id}")
        .parse()
        .map_err(Error::internal)?;
    let title = format!("{} {}", case.number, case.title);
    Ok(layout::page_with(
        besides.status,
        app,
        cx,
        &uri,
        &title,
        &main,
    ))
}

fn banner(w: Words, action: Action) -> Markup {
    html! {
        div class="govuk-notification-banner govuk-notification-banner--success" role="status" {
            div class="govuk-notification-banner__content" {
                p class="govuk-notification-banner__heading" { (w.t(&format!("acted-{}", action.name()))) }
            }
        }
    }
}

/// Always: where it stands, who has it, and how much time is left.
async fn standing(app: &App, cx: &Context, case: &Case) -> Result<Markup> {
    let w = Words(cx.locale);
    let holder = views::holder(&app.domain, cx, case).await?;
    let visitor = visits::visitor(&app.domain, cx, case).await?;
    Ok(html! {
        p class="govuk-body" {
            (tables::state_tag(w, case.course.state)) " "
            (tables::urgency_tag(w, case.course.urgency)) " "
            span class="od-code" { (case.number) }
            @if case.course.danger { " " strong class="govuk-tag govuk-tag--red" { (w.t("work-danger")) } }
            @if case.course.overseer.is_some() { " " strong class="govuk-tag govuk-tag--orange" { (w.t("work-overseen")) } }
        }
        div class="od-holder" {
            p { (w.t("work-holder")) (w.t("work-colon")) strong { (holder.unwrap_or_else(|| w.t("work-nobody"))) } }
            @if let Some(name) = visitor { p { (w.t("work-visitor")) (w.t("work-colon")) strong { (name) } } }
            p { (w.t("work-time-left")) (w.t("work-colon")) (tables::left_tag(w, cx.now, case.due)) }
            @for it in case.deadlines.iter() {
                p class="od-quiet" {
                    (w.t(&format!("clock-{}", it.clock.name()))) " · "
                    @if it.paused.is_some() { (w.t("work-paused")) }
                    @else { (time(cx.locale, &app.domain.zone, cx.now, it.due)) }
                }
            }
        }
    })
}

fn actions(forms: &Forms<'_>, choices: &[Choice]) -> Markup {
    let w = Words(forms.cx.locale);
    let own = choices.iter().any(|it| REPORTERS.contains(&it.action));
    let theirs = choices.iter().filter(|it| !REPORTERS.contains(&it.action));
    // Remarks can always be made; what moves the case comes first, and forward before back.
    let rank = |action: Action| match action {
        Action::Comment | Action::Attach => 3,
        Action::Decline
        | Action::Return
        | Action::RefuseCo
        | Action::RefuseSuspend
        | Action::SpotFail
        | Action::Refuse
        | Action::ReportUnable
        | Action::Emergency
        | Action::Oversee
        | Action::Contest
        | Action::Convene
        | Action::WaiveCo
        | Action::Rework
        | Action::VerifyFail
        | Action::Raise
        | Action::Reassign
        | Action::Cancel
        | Action::Find
        | Action::NotMet => 2,
        Action::AskInfo
        | Action::SelfHandle
        | Action::Merge
        | Action::Propose
        | Action::AskCo
        | Action::AskSuspend
        | Action::FinishTrivial => 1,
        _ => 0,
    };
    let mut theirs: Vec<&Choice> = theirs.collect();
    theirs.sort_by_key(|it| rank(it.action));
    html! {
        h2 class="govuk-heading-m" { (w.t("work-actions")) }
        @if let Some((action, entered)) = forms.tried
            && !theirs.iter().any(|it| it.action == action) && !entered.text("words").is_empty() {
            // The form is gone, since the case has moved; what was written is not.
            div class="govuk-inset-text" { p { strong { (w.t("work-your-words")) } } p { (entered.text("words")) } }
        }
        @if theirs.is_empty() { p class="govuk-body" { (w.t("work-nothing-to-do")) } }
        @for (n, choice) in theirs.iter().enumerate() { (forms.action(choice, n == 0 && rank(choice.action) == 0)) }
        @if own { p class="govuk-body" { a class="govuk-link" href={ "/cases/" (forms.case.id) } { (w.t("work-own-report")) } } }
    }
}

fn facts(app: &App, cx: &Context, case: &Case, moments: &[Moment]) -> Markup {
    let w = Words(cx.locale);
    let described = moments.first().and_then(|it| it.words.clone());
    let channel = serde_json::to_value(case.channel).unwrap_or_default();
    let channel = w.t(&format!("channel-{}", channel.as_str().unwrap_or("app")));
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
            (row("work-described", html! { (described.unwrap_or_else(|| case.title.clone())) }))
            (row("work-class", html! { (tables::class_name(app, cx, case.course.class.as_deref())) }))
            (row("work-place", html! {
                (place_name(&app.domain, cx, &case.division))
                @if !case.address.is_empty() { br; (case.address) }
                @if let (Some(lon), Some(lat)) = (case.lon, case.lat) {
                    br; span class="od-quiet" { (format!("{lon:.5}, {lat:.5} (CGCS2000)")) }
                }
            }))
            @if case.course.procedure != Procedure::Incident {
                (row("work-procedure", html! { (w.t(&format!("procedure-{}", case.course.procedure.name()))) }))
            }
            (row("work-channel", html! { (channel) @if let Some(plugin) = &case.plugin { " · " (service_name(app, cx, plugin)) } }))
            (row("work-opened", time(cx.locale, &app.domain.zone, cx.now, case.opened)))
            @if case.course.escalations > 0 {
                (row("work-escalations", html! { (case.course.escalations) }))
            }
            @if let Some(rating) = case.course.rating {
                (row("work-rating", html! {
                    (w.t("rate-contacted")) " " (w.t(if rating.contacted { "app-yes" } else { "app-no" })) br;
                    (w.t("rate-solved")) " " (w.t(if rating.solved { "app-yes" } else { "app-no" })) br;
                    (w.t("rate-satisfied")) " " (rating.satisfied) "/5"
                }))
            }
        }
    }
}

/// The problems found on a visit, or the visit that a problem was found on.
fn belonging(w: Words, linked: &[Linked]) -> Markup {
    html! {
        @if !linked.is_empty() {
            h2 class="govuk-heading-m" { (w.t("work-linked")) }
            ul class="govuk-list" { @for it in linked { li {
                (w.t(&format!("work-linked-{}", it.procedure.name()))) " "
                @match (&it.id, &it.title) {
                    (Some(id), Some(title)) => a class="govuk-link od-call" href={ "/work/cases/" (id) } { (title) " (" (it.number) ")" },
                    _ => span class="od-code" { (it.number) },
                }
            } } }
        }
    }
}

/// The reporter's name and phone, when asked for.
fn reporter(cx: &Context, case: &Case, shown: Option<&Markup>) -> Markup {
    let w = Words(cx.locale);
    // Whoever has nothing to do with the case is not offered a look.
    if actors::all(cx, case).is_empty() {
        return html! {};
    }
    html! {
        h2 class="govuk-heading-m" id="contact" { (w.t("work-contact")) }
        @match shown {
            Some(shown) => (shown),
            None => form method="post" action={ "/work/cases/" (case.id) "/contact#contact" } {
                p class="govuk-body" { (w.t("work-contact-why")) }
                button class="govuk-button govuk-button--secondary" { (w.t("work-contact-show")) }
            },
        }
    }
}

fn timeline(app: &App, cx: &Context, moments: &[Moment]) -> Markup {
    let w = Words(cx.locale);
    let zone = &app.domain.zone;
    let role = |role: &str| {
        let key = format!("role-{role}");
        i18n::has(cx.locale, &key).then(|| w.t(&key))
    };
    html! {
        ol class="od-line" {
            @for it in moments {
                li class="od-done" {
                    h3 { (w.t(&format!("acted-{}", it.action.name()))) }
                    p class="od-quiet" {
                        (time(cx.locale, zone, cx.now, it.at))
                        @if let Some(by) = &it.by { " · " (by) }
                        @if let Some(role) = it.role.as_deref().and_then(role) { " · " (role) }
                        @if let Some(plugin) = &it.plugin { " · " (service_name(app, cx, plugin)) }
                    }
                    @if let Some(words) = &it.words { p { (words) } }
                    @if let Some(basis) = &it.basis { p class="od-quiet" { (w.t("work-basis-label")) (basis) } }
                    @if let Some(holder) = &it.holder {
                        p class="od-quiet" { (w.t("work-then-held-by")) (holder)
                            @if let Some(due) = it.due { " · " (w.t("case-until")) " " (time(cx.locale, zone, cx.now, due)) } }
                    }
                }
            }
        }
    }
}

/// `POST /work/cases/{id}/actions/{action}`
pub async fn act(
    State(app): State<App>,
    cx: Context,
    Path((id, action)): Path<(String, String)>,
    form: Multipart,
) -> Result<Response> {
    staff_only(&cx)?;
    let action = Action::from_name(&action).filter(|it| !REPORTERS.contains(it));
    let action = action.ok_or(Error::NotFound)?;
    let mut entered = read::entered(form).await?;
    let (faults, status) = match command(&app, &cx, &id, action, &mut entered).await {
        Ok(()) => {
            let to = format!("/work/cases/{id}?done={}", action.name());
            return Ok(Redirect::to(&to).into_response());
        }
        Err(Error::Invalid(problems)) => {
            let problems: Vec<Problem> = problems.into_iter().map(|it| named(action, it)).collect();
            let faults = Faults::from_problems(cx.locale, &problems);
            (faults, StatusCode::UNPROCESSABLE_ENTITY)
        }
        // The page shows how the case stands now, with what was written.
        Err(Error::Conflict(why)) => {
            let mut faults = Faults::default();
            faults.add(None, i18n::text(cx.locale, why, &[]));
            (faults, StatusCode::CONFLICT)
        }
        Err(error) => return Err(error),
    };
    let besides = Besides {
        tried: Some((action, &entered)),
        faults,
        status,
        ..Besides::default()
    };
    page(&app, &cx, &id, besides).await
}

/// A problem at the id that the field has on the page.
fn named(action: Action, problem: Problem) -> Problem {
    let fields = [
        "words", "basis", "class", "files", "target", "person", "until", "other",
    ];
    let at = match problem.at.as_deref() {
        Some("file") => Some(field_id(action, "files")),
        Some("rating") => Some(field_id(action, "contacted")),
        Some(at) if fields.contains(&at) => Some(field_id(action, at)),
        _ => None,
    };
    Problem { at, ..problem }
}

/// The three answers of a call; none unless all are there.
fn called(entered: &Entered) -> Option<Rating> {
    let answered = |name: &str| entered.text(name).parse::<u8>().ok();
    Some(Rating {
        contacted: answered("contacted")? == 1,
        solved: answered("solved")? == 1,
        satisfied: answered("satisfied")?,
    })
}

async fn command(
    app: &App,
    cx: &Context,
    id: &str,
    action: Action,
    entered: &mut Entered,
) -> Result<()> {
    let some = |name: &str| Some(entered.text(name).to_owned()).filter(|it| !it.is_empty());
    let mut command = Command::new(id, 0, action, entered.text("once"));
    // Remarks never race with anything: they name no version.
    command.version = match action {
        Action::Comment | Action::Attach => None,
        _ => Some(entered.text("version").parse().unwrap_or(0)),
    };
    command.words = some("words");
    command.basis = some("basis");
    command.other = some("other");
    command.required = some("required").is_some();
    command.until = match some("until") {
        Some(day) => Some(
            Timestamp::end_of_day(&day, &app.domain.zone)
                .ok_or_else(|| Error::invalid("until", "case-until-day"))?,
        ),
        None => None,
    };
    command.rating = called(entered);
    command.target = some("target");
    command.person = some("person");
    command.class = some("class");
    command.urgency = Urgency::from_name(entered.text("urgency"));
    for (n, (name, bytes)) in entered.take_files("files").into_iter().enumerate() {
        let upload = Upload {
            name,
            bytes,
            once: format!("{}-{n}", command.once),
            draft: None,
        };
        let file = attachments::upload(&app.domain, cx, upload).await?;
        command.files.push(file.id);
    }
    operations::act(&app.domain, cx, command).await.map(drop)
}
