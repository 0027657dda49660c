//! Answers as people read them, to be checked before they are sent.

use maud::{Markup, html};
use onedoor_forms::{Field, Kind, Value};

use super::{Say, fields::thumbnail, places::place_name};
use crate::{
    context::Context,
    domain::Domain,
    web::{i18n::Words, pages::parts::day},
};

/// An answer in words.
pub fn answer(
    domain: &Domain,
    cx: &Context,
    say: Say<'_>,
    field: &Field,
    value: Option<&Value>,
) -> Markup {
    let w = Words(cx.locale);
    let Some(value) = value else {
        return html! { span class="od-quiet" { (w.t("app-none")) } };
    };
    let option = |id: &str| {
        let options = match &field.kind {
            Kind::One(options) => options.as_slice(),
            Kind::Many(spec) => spec.options.as_slice(),
            _ => &[],
        };
        let found = options.iter().find(|it| it.id == id);
        found.map_or_else(|| id.to_owned(), |it| say(&it.label))
    };
    match value {
        Value::Text(text) => html! {
            @for (n, line) in text.lines().enumerate() { @if n > 0 { br; } (line) }
        },
        Value::Date(text) => day(cx.locale, text),
        Value::Decimal(text) | Value::Time(text) => html! { (text) },
        Value::Integer(number) => html! { (number) },
        Value::Flag(yes) => html! { (w.t(if *yes { "app-yes" } else { "app-no" })) },
        Value::Choice(id) => html! { (option(id)) },
        Value::Choices(ids) => {
            html! { @for (n, id) in ids.iter().enumerate() { @if n > 0 { br; } (option(id)) } }
        }
        Value::Files(files) => html! {
            ul class="od-photos" { @for (n, file) in files.iter().enumerate() { li { (thumbnail(w, file, n + 1)) } } }
        },
        Value::Person(_) => html! { (w.t("person-picked")) },
        Value::Place(place) => html! {
            @if let Some(code) = &place.division { (place_name(domain, cx, code)) }
            @if !place.address.is_empty() { br; (place.address) }
        },
    }
}
