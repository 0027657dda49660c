//! Calls what its manifest does not ask for, a thousand times, and answers as if nothing were.

use onedoor_sdk::{
    Block, Outcome, Portal, Result, Route, Submission, Text, View, cases, keyvalue, register,
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
    for _ in 0..1000 {
        let _ = cases::classes();
        let _ = keyvalue::shared().set("n", "1");
    }
    cases::classes().map(drop)
}
