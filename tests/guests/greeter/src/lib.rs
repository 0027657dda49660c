//! Well behaved: the neighbour whose answers the attacks must not touch.

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
        page(&at.page)
    }
    fn submit(at: Route, _: Submission) -> Result<Outcome, Error> {
        Ok(Outcome::Go(at))
    }
    fn act(at: Route, _: String, _: String) -> Result<Outcome, Error> {
        Ok(Outcome::Go(at))
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
