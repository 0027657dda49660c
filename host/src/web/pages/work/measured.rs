//! What a revision's recorded test calls cost, and which of them went wrong, in an officer's words.
//! Markup only.

use maud::{Markup, html};

use crate::{
    plugins::difference::{Cost, Difference, Measured, Spent, Troubled},
    web::i18n::Words,
};

/// From this ratio on a revision takes more time; below its inverse, less. Two measurements of the
/// same code differ by less on a busy machine.
const NOTABLE: f64 = 1.3;

/// The section of the difference page.
pub fn section(w: Words, difference: &Difference) -> Markup {
    html! {
        h2 class="govuk-heading-m" { (w.t("plugins-measured")) }
        @match &difference.measured {
            None => p class="govuk-inset-text" { (w.t("plugins-measured-none")) },
            Some(measured) => (shown(w, measured)),
        }
    }
}

fn shown(w: Words, it: &Measured) -> Markup {
    html! {
        p class="govuk-body" { (w.t("plugins-measured-why")) }
        @if !it.comparable { p class="govuk-inset-text" { (w.t("plugins-forms-not-comparable")) } }
        @if let Some(ratio) = it.ratio { p class="govuk-body" { strong { (compared(w, ratio)) } } }
        @if it.missing > 0 { p class="govuk-body" { (w.tx("plugins-missing-calls", &[("n", &it.missing.to_string())])) } }
        @if !it.troubles.is_empty() { (troubles(w, &it.troubles)) }
        @if !it.costs.is_empty() { (costs(w, &it.costs)) }
    }
}

fn compared(w: Words, ratio: f64) -> String {
    let key = if ratio >= NOTABLE {
        "plugins-ratio-more"
    } else if ratio <= 1.0 / NOTABLE {
        "plugins-ratio-less"
    } else {
        return w.t("plugins-ratio-same");
    };
    w.tx(key, &[("ratio", &format!("{ratio:.1}"))])
}

fn costs(w: Words, costs: &[Cost]) -> Markup {
    let heads = [
        "plugins-call",
        "plugins-guest-now",
        "plugins-guest-then",
        "plugins-memory",
        "plugins-host-calls",
    ];
    let time = |it: &Spent| format!("{}.{:03}", it.guest_us / 1000, it.guest_us % 1000);
    table(
        w,
        "plugins-measured",
        &heads,
        &html! {
            @for it in costs { tr class="govuk-table__row" {
                th class="govuk-table__header od-code" scope="row" { (it.about) }
                td class="govuk-table__cell" { (it.before.as_ref().map_or("–".to_owned(), time)) }
                td class="govuk-table__cell" { (time(&it.after)) }
                td class="govuk-table__cell" { (it.after.memory.div_ceil(1024)) " KiB" }
                td class="govuk-table__cell" { (it.after.host_calls) }
            } }
        },
    )
}

fn troubles(w: Words, troubles: &[Troubled]) -> Markup {
    let heads = ["plugins-call", "plugins-test", "plugins-text"];
    html! {
        h3 class="govuk-heading-s" { (w.t("plugins-troubles")) }
        p class="govuk-inset-text" { (w.t("plugins-troubles-why")) }
        (table(w, "plugins-troubles", &heads, &html! {
            @for it in troubles { tr class="govuk-table__row" {
                th class="govuk-table__header od-code" scope="row" { (it.about) }
                td class="govuk-table__cell od-code" { (it.test) }
                td class="govuk-table__cell" {
                    (w.t(kind(&it.trouble.kind))) " " span class="od-code" { (it.trouble.kind) }
                    br; span class="od-quiet" { (it.trouble.message) }
                }
            } }
        }))
    }
}

fn kind(kind: &str) -> &'static str {
    match kind {
        "strayed" => "plugins-trouble-strayed",
        "answer" => "plugins-trouble-answer",
        _ => "plugins-trouble-broken",
    }
}

fn table(w: Words, caption: &str, heads: &[&str], rows: &Markup) -> Markup {
    let caption = w.t(caption);
    html! {
        div class="od-wide" tabindex="0" role="region" aria-label=(caption) { table class="govuk-table" {
            caption class="govuk-visually-hidden" { (caption) }
            thead class="govuk-table__head" { tr class="govuk-table__row" {
                @for key in heads { th class="govuk-table__header" scope="col" { (w.t(key)) } }
            } }
            tbody class="govuk-table__body" { (rows) }
        } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Locale;

    #[test]
    fn a_ratio_is_told_in_words() {
        let w = Words(Locale::English);
        assert!(compared(w, 1.1).starts_with("About as much"));
        assert!(compared(w, 2.04).contains("More") && compared(w, 2.04).contains("2.0"));
        assert!(compared(w, 0.5).starts_with("Less"));
    }
}
