//! Has the host write to its disk without end, and does next to nothing itself: only the clock on
//! the wall can stop it.

use onedoor_sdk::{
    Block, Outcome, Portal, Result, Route, Submission, Text, View, keyvalue, register,
};

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
    for n in 0u64.. {
        keyvalue::shared().set("n", &n.to_string())?;
    }
    Ok(())
}
