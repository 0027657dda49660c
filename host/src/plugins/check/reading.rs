//! What a page says of itself, found in its JSON form: the messages it names and the pages it
//! leads to, wherever in a block they stand. Knows no block by name, so that a new one needs
//! nothing here.

use onedoor_forms::Route;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// The ids of the messages that `shown` names.
pub(super) fn messages(shown: &impl Serialize) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    walk(&json(shown), &mut |value| {
        let id = value.get("message").and_then(|it| it.get("id"));
        if let Some(id) = id.and_then(Value::as_str) {
            found.insert(id.to_owned());
        }
    });
    found
}

/// The pages that `shown` leads to, each once, in order.
pub(super) fn routes(shown: &impl Serialize) -> Vec<Route> {
    let mut found: Vec<Route> = Vec::new();
    walk(&json(shown), &mut |value| {
        let shape = value.get("page").is_some() && value.get("parameters").is_some();
        if shape
            && let Ok(route) = serde_json::from_value::<Route>(value.clone())
            && !found.contains(&route)
        {
            found.push(route);
        }
    });
    found
}

/// What the contract's types cannot be written as says nothing.
fn json(shown: &impl Serialize) -> Value {
    serde_json::to_value(shown).unwrap_or_default()
}

fn walk(value: &Value, look: &mut dyn FnMut(&Value)) {
    look(value);
    match value {
        Value::Array(list) => list.iter().for_each(|it| walk(it, look)),
        Value::Object(fields) => fields.values().for_each(|it| walk(it, look)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use onedoor_forms::{Action, Block, Text, View};

    #[test]
    fn messages_and_pages_are_found_wherever_they_stand() {
        let to = Route::page("next").with("case", "1");
        let view = View {
            title: Text::message("title"),
            back: Some(Route::page("home")),
            blocks: vec![
                Block::Details((Text::raw("message"), Text::message("more"))),
                Block::Actions(vec![Action::go("go", Text::message("go"), to.clone())]),
            ],
        };
        let named: Vec<String> = messages(&view).into_iter().collect();
        assert_eq!(named, ["go", "more", "title"]);
        assert_eq!(routes(&view), [Route::page("home"), to]);
    }
}
