//! What staff's pages say of cases in few words: the tags, the time left, and the table of a
//! queue. Markup only.

use maud::{Markup, html};

use crate::{
    app::App,
    cases::model::{Case, State, Urgency},
    context::Context,
    time::Timestamp,
    web::{forms::places::place_name, i18n::Words},
};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Where a case stands, in the words of staff and never by colour alone.
pub fn state_tag(w: Words, state: State) -> Markup {
    let colour = match state {
        State::Submitted | State::Filed | State::Planned => "govuk-tag--yellow",
        State::NeedInfo | State::Closed | State::Reviewed => "govuk-tag--grey",
        State::Declined | State::Missed => "govuk-tag--red",
        State::Resolved | State::Done => "govuk-tag--green",
        _ => "govuk-tag--blue",
    };
    html! { strong class={ "govuk-tag " (colour) } { (w.t(&format!("staff-state-{}", state.name()))) } }
}

/// How soon, as a tag; the ordinary one is plain text.
pub fn urgency_tag(w: Words, urgency: Urgency) -> Markup {
    let said = w.t(&format!("urgency-{}", urgency.name()));
    match urgency {
        Urgency::Emergency => html! { strong class="govuk-tag govuk-tag--red" { (said) } },
        Urgency::Urgent => html! { strong class="govuk-tag govuk-tag--orange" { (said) } },
        Urgency::Normal => html! { (said) },
    }
}

/// How much time is left until `due`, to the two largest parts; or how long it has passed.
pub fn left(w: Words, now: Timestamp, due: Timestamp) -> String {
    let seconds = (due.micros() - now.micros()).div_euclid(1_000_000);
    let (late, seconds) = (seconds < 0, seconds.abs());
    let (days, hours, minutes) = (seconds / DAY, seconds % DAY / HOUR, seconds % HOUR / MINUTE);
    let (d, h, m) = (days.to_string(), hours.to_string(), minutes.to_string());
    let span = match (days, hours) {
        (0, 0) => w.tx("span-minutes", &[("m", &m)]),
        (0, _) => w.tx("span-hours", &[("h", &h), ("m", &m)]),
        _ => w.tx("span-days", &[("d", &d), ("h", &h)]),
    };
    let key = if late { "work-late-by" } else { "work-left" };
    w.tx(key, &[("span", &span)])
}

/// The same as markup: what is late is a tag.
pub fn left_tag(w: Words, now: Timestamp, due: Option<Timestamp>) -> Markup {
    match due {
        None => html! { (w.t("work-no-limit")) },
        Some(due) if due < now => html! {
            strong class="govuk-tag govuk-tag--red" { (left(w, now, due)) }
        },
        Some(due) => html! { (left(w, now, due)) },
    }
}

/// The name of a class, or that there is none yet.
pub fn class_name(app: &App, cx: &Context, class: Option<&str>) -> String {
    let name = class.and_then(|code| app.domain.duty.class(code));
    let name = name.map(|it| it.name(cx.locale).to_owned());
    name.or_else(|| class.map(str::to_owned))
        .unwrap_or_else(|| Words(cx.locale).t("work-no-class"))
}

/// Cases in a table: number, class, place, urgency, holder and time left. `holders` are the names
/// of the units that hold them, in the same order.
pub fn cases(
    app: &App,
    cx: &Context,
    caption: &str,
    rows: &[Case],
    holders: &[Option<String>],
) -> Markup {
    let w = Words(cx.locale);
    let columns = [
        "work-case",
        "work-class",
        "work-place",
        "work-state",
        "work-urgency",
        "work-holder",
        "work-time-left",
    ];
    let cell = "govuk-table__cell";
    html! {
        // On a phone its rows become cards; the roles keep it a table all the same. Where it is
        // scrolled sideways, it must be reached by keyboard (WCAG 2.1.1).
        div class="od-wide" tabindex="0" role="region" aria-label=(caption) {
            table class="govuk-table od-stack" role="table" {
                caption class="govuk-visually-hidden" { (caption) }
                thead class="govuk-table__head" role="rowgroup" { tr class="govuk-table__row" role="row" {
                    @for key in columns { th class="govuk-table__header" scope="col" role="columnheader" { (w.t(key)) } }
                } }
                tbody class="govuk-table__body" role="rowgroup" { @for (case, holder) in rows.iter().zip(holders) {
                    tr class="govuk-table__row" role="row" {
                        th class="govuk-table__header" scope="row" role="rowheader" {
                            a class="govuk-link" href={ "/work/cases/" (case.id) } { (case.title) }
                            br; span class="od-quiet od-code" { (case.number) }
                        }
                        td class=(cell) role="cell" data-label=(w.t("work-class")) { (class_name(app, cx, case.course.class.as_deref())) }
                        td class=(cell) role="cell" data-label=(w.t("work-place")) {
                            (place_name(&app.domain, cx, &case.division))
                            @if !case.address.is_empty() { br; span class="od-quiet" { (case.address) } }
                        }
                        td class=(cell) role="cell" data-label=(w.t("work-state")) { (state_tag(w, case.course.state)) }
                        td class=(cell) role="cell" data-label=(w.t("work-urgency")) { (urgency_tag(w, case.course.urgency)) }
                        td class=(cell) role="cell" data-label=(w.t("work-holder")) {
                            @match holder {
                                Some(name) => (name),
                                None => (w.t("work-nobody")),
                            }
                        }
                        td class=(cell) role="cell" data-label=(w.t("work-time-left")) { (left_tag(w, cx.now, case.due)) }
                    }
                } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Locale;

    #[test]
    fn time_left_is_said_to_two_parts() {
        let w = Words(Locale::English);
        let now = Timestamp::from_micros(0);
        let said = |seconds| left(w, now, now.plus_seconds(seconds));
        insta::assert_snapshot!(
            [
                30,
                20 * MINUTE,
                3 * HOUR + 5 * MINUTE,
                2 * DAY + 4 * HOUR,
                -HOUR,
                -3 * DAY
            ]
            .map(said)
            .join("\n")
        );
    }
}
