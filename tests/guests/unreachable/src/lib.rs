//! Traps without a word: no panic, nothing logged.

use onedoor_sdk::{Block, Outcome, Portal, Result, Route, Submission, Text, View, register};

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
    #[cfg(target_arch = "wasm32")]
    core::arch::wasm32::unreachable();
    #[cfg(not(target_arch = "wasm32"))]
    Ok(())
}
