//! Keeps the contract's types and none of its promises: what `onedoor-plugin check` must find.

use onedoor_sdk::*;

struct Sloppy;

register!(Sloppy: portal, triage, events);

/// How often it has been called at all: a repeated `once` is counted again.
fn count() -> Result<usize> {
    let calls = keyvalue::shared();
    let count = calls.keys("call/")?.len();
    calls.set(&format!("call/{count}"), "")?;
    Ok(count)
}

impl Portal for Sloppy {
    fn render(at: Route) -> Result<View> {
        match at.page.as_str() {
            "gone" => return Err(Error::NotFound),
            "closed" => return Err(Error::Conflict("closed".to_owned())),
            _ => {}
        }
        if let Some(code) = at.get("code") {
            // Larger than any number that it knows.
            assert!(code.parse::<u64>().is_ok(), "a code is a number");
        }
        let mut form = FormBuilder::new("ask", 1, Text::raw("Send"));
        form.words(Key::new("about"), Text::raw("About")).required();
        let again = || Action::call("again", Text::raw("Again"));
        let mut view = page(msg("lacking"))
            .form(form.finish()?)
            .actions([
                Action::go("go", Text::raw("Go"), Route::page("gone")),
                again(),
            ])
            .finish()?;
        // A second button of the same id, past what the builder lets through.
        view.blocks.push(Block::Actions(vec![again()]));
        Ok(view)
    }

    fn submit(_: Route, _: Submission) -> Result<Outcome> {
        let count = count()?.to_string();
        Ok(Outcome::Go(Route::page("home").with("count", count)))
    }

    fn act(_: Route, _: String, _: String) -> Result<Outcome> {
        let count = count()?.to_string();
        Ok(Outcome::Go(Route::page("home").with("count", count)))
    }
}

impl Triage for Sloppy {
    fn suggest(_: Report) -> Option<Suggestion> {
        Some(Suggestion {
            class: "P9999".to_owned(),
            urgency: cases::Urgency::Normal,
            confidence: 2.0,
            reason: Text::raw(""),
        })
    }
}

impl Events for Sloppy {
    fn on_event(_: Event) -> Result<()> {
        match count()? % 2 {
            0 => Ok(()),
            _ => Err(Error::Conflict("told already".to_owned())),
        }
    }
}
