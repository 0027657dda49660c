//! Hands the host giant values: a title, a key and a log line of many megabytes.

wit_bindgen::generate!({ path: "../../../wit", world: "portal-plugin", generate_all });

use exports::onedoor::plugin::portal::{Guest, Outcome, Route, Submission, View};
use onedoor::{
    types::types::{Error, Text},
    ui::ui::Block,
};

struct Plugin;
export!(Plugin);

impl Guest for Plugin {
    fn render(at: Route) -> Result<View, Error> {
        if at.page == "attack" {
            attack();
        }
        page("well")
    }
    fn submit(_: Route, _: Submission) -> Result<Outcome, Error> {
        Err(Error::NotFound)
    }
    fn act(_: Route, _: String, _: String) -> Result<Outcome, Error> {
        Err(Error::NotFound)
    }
}

fn page(words: &str) -> Result<View, Error> {
    let text = || Text::Raw(words.to_owned());
    Ok(View {
        title: text(),
        back: None,
        blocks: vec![Block::Text(text())],
    })
}

fn attack() {
    use onedoor::plugin::{
        keyvalue,
        log::{Severity, write},
    };
    let giant = "门".repeat(8 << 20);
    write(Severity::Info, &giant);
    let _ = keyvalue::set(None, &giant, &giant);
    let _ = onedoor::grid::grid::get(&giant);
}
