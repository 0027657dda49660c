//! The picker for a place: a point from the browser where it knows one, a community from a list,
//! or from a search where the list would be too long. Works without script.

use maud::{Markup, html};

use super::read::Entered;
use crate::{
    context::Context,
    domain::Domain,
    error::Result,
    grid::{self, Division},
    web::{i18n::Words, pages::parts::described},
};

/// Longer lists of communities are searched.
const LISTED: usize = 300;

/// The picker for the field `id`, for places below `within`.
pub fn picker(
    domain: &Domain,
    cx: &Context,
    id: &str,
    within: &str,
    entered: &Entered,
    wrong: bool,
) -> Result<Markup> {
    let w = Words(cx.locale);
    let text = |part: &str| entered.text(&format!("{id}.{part}")).to_owned();
    let listed = grid::communities(domain, cx, within, LISTED)?;
    let searched = text("search");
    let found = match (&listed, searched.trim()) {
        (None, "") => Vec::new(),
        (None, words) => grid::search(domain, cx, words, within)?,
        _ => Vec::new(),
    };
    let chosen = text("division");
    let name = |it: &Division| it.name(cx.locale).to_owned();
    let describes = described(id, false, wrong);
    Ok(html! {
        div data-place {
            button type="button" class="govuk-button govuk-button--secondary" data-locate hidden
                data-busy=(w.t("place-busy")) data-done=(w.t("place-done")) data-failed=(w.t("place-failed")) {
                (w.t("place-here"))
            }
            p class="govuk-body" role="status" {}
            input type="hidden" name={ (id) ".lon" } value=(text("lon")) data-lon;
            input type="hidden" name={ (id) ".lat" } value=(text("lat")) data-lat;
            @if listed.is_none() {
                div class="govuk-form-group" {
                    label class="govuk-label" for={ (id) "-search" } { (w.t("place-search")) }
                    div class="govuk-hint" id={ (id) "-search-hint" } { (w.t("place-search-hint")) }
                    input class="govuk-input" id={ (id) "-search" } name={ (id) ".search" } value=(searched)
                        aria-describedby={ (id) "-search-hint" };
                }
            }
            @if listed.is_some() || !found.is_empty() || !chosen.is_empty() {
                div class="govuk-form-group" {
                    label class="govuk-label" for=(id) { (w.t("place-community")) }
                    select class={ "govuk-select" @if wrong { " govuk-select--error" } } id=(id) name={ (id) ".division" }
                        aria-describedby=[describes.clone()] {
                        option value="" { (w.t("app-choose")) }
                        @for it in listed.iter().flatten() {
                            optgroup label=(name(&it.street)) {
                                @for it in &it.communities { option value=(it.code) selected[it.code == chosen] { (name(it)) } }
                            }
                        }
                        @for it in &found {
                            option value=(it.code) selected[it.code == chosen] { (name(it)) }
                        }
                        @if listed.is_none() && !chosen.is_empty() && !found.iter().any(|it| it.code == chosen) {
                            option value=(chosen) selected { (place_name(domain, cx, &chosen)) }
                        }
                    }
                }
            }
            div class="govuk-form-group" {
                label class="govuk-label" for={ (id) "-address" } { (w.t("place-address")) }
                div class="govuk-hint" id={ (id) "-address-hint" } { (w.t("place-address-hint")) }
                input class="govuk-input" id={ (id) "-address" } name={ (id) ".address" } value=(text("address"))
                    maxlength="200" aria-describedby={ (id) "-address-hint" };
            }
        }
    })
}

/// A place by its code: street and community (and cell), as people say it.
pub fn place_name(domain: &Domain, cx: &Context, code: &str) -> String {
    let above = grid::ancestors(domain, cx, code).unwrap_or_default();
    let local = above.iter().filter(|it| it.code.len() >= 9);
    let names: Vec<&str> = local.map(|it| it.name(cx.locale)).collect();
    if names.is_empty() {
        // A district or above is named alone.
        let named = above.last().map(|it| it.name(cx.locale));
        return named.unwrap_or(code).to_owned();
    }
    names.join(" ")
}
