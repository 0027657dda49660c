//! Well behaved: the neighbour whose answers the attacks must not touch.

use onedoor_sdk::{Block, Outcome, Portal, Result, Route, Submission, Text, View, register};

struct Greeter;
register!(Greeter: portal);

impl Portal for Greeter {
    fn render(at: Route) -> Result<View> {
        let text = || Text::raw(at.page.as_str());
        Ok(View {
            title: text(),
            back: None,
            blocks: vec![Block::Text(text())],
        })
    }

    fn submit(at: Route, _: Submission) -> Result<Outcome> {
        Ok(Outcome::Go(at))
    }

    fn act(at: Route, _: String, _: String) -> Result<Outcome> {
        Ok(Outcome::Go(at))
    }
}
