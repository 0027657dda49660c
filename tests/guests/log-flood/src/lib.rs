//! Floods the log: a hundred times what a call may, each line as long as one may be.

use onedoor_sdk::{Block, Outcome, Portal, Result, Route, Submission, Text, View, log, register};

struct Guest;
register!(Guest: portal);

impl Portal for Guest {
    fn render(at: Route) -> Result<View> {
        if at.page == "attack" {
            attack()?;
        }
        Ok(View {
            title: Text::raw("well"),
            back: None,
            blocks: vec![Block::Text(Text::raw("well"))],
        })
    }

    fn submit(at: Route, _: Submission) -> Result<Outcome> {
        Ok(Outcome::Go(at))
    }

    fn act(at: Route, _: String, _: String) -> Result<Outcome> {
        Ok(Outcome::Go(at))
    }
}

fn attack() -> Result<()> {
    let line = "门".repeat(1365);
    for _ in 0..10_000 {
        log::info(&line);
    }
    Ok(())
}
