//! Panics, and says why through `log`.

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
    use onedoor::plugin::log::{Severity, write};
    std::panic::set_hook(Box::new(|info| write(Severity::Error, &info.to_string())));
    let index = std::hint::black_box(7);
    std::hint::black_box([1, 2, 3][index]);
}
