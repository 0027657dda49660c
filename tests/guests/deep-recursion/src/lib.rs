//! Recurses until the stack is gone.

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
    std::hint::black_box(down(1));
}

#[inline(never)]
#[allow(unconditional_recursion)]
fn down(n: u64) -> u64 {
    let frame = std::hint::black_box([n; 16]);
    down(n + 1) + frame[(n % 16) as usize]
}
