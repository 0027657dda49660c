//! Every block and every field that there is, each beside the Rust code that made it. The code is
//! cut from this plugin's own source, so that it cannot be other than what is shown.

mod blocks;
mod fields;
mod source;

use onedoor_sdk::{
    Action, Argument, Block, Card, Error, Outcome, Pair, Portal, Problem, Result, Route,
    Submission, Text, Tone, View, clock, msg, page, register,
};

/// The plugin.
#[derive(Debug)]
pub struct Gallery;

register!(Gallery: portal);

impl Portal for Gallery {
    fn render(at: Route) -> Result<View> {
        match at.page.as_str() {
            "home" => home(),
            "blocks" => shown("blocks-title", blocks::SOURCE, blocks::all()?),
            "fields" => shown("fields-title", fields::SOURCE, fields::all()?),
            "elsewhere" => page(msg("elsewhere-title"))
                .back(Route::page("blocks"))
                .text(msg("elsewhere-text"))
                .finish(),
            _ => Err(Error::NotFound),
        }
    }

    /// Shows what a plugin is handed.
    fn submit(at: Route, submission: Submission) -> Result<Outcome> {
        let form = submission.form.as_str();
        let asked = if form == "search" { "lamp" } else { form };
        let known = match at.page.as_str() {
            "blocks" => form == "search",
            "fields" => fields::all()?.iter().any(|(name, _)| *name == form),
            _ => false,
        };
        if !known {
            return Err(Error::NotFound);
        }
        // The host has seen to this already; a plugin that looks again is safe from its own tests.
        match submission.answers.as_slice() {
            [one] if fields::fits(form, &one.value) => {}
            _ => {
                let problem = Problem::at(asked, msg("answer-needed"));
                return Err(Error::Invalid(vec![problem]));
            }
        }
        let pairs = submission.answers.iter().map(|it| Pair {
            key: Text::raw(it.field.as_str()),
            value: Text::raw(format!("{:?}", it.value)).into(),
        });
        let view = page(msg("handed-title"))
            .back(Route::page("fields"))
            .text(msg("handed-text"))
            .block(Block::Summary(pairs.collect()))
            .finish()?;
        Ok(Outcome::Show(view))
    }

    fn act(at: Route, action: String, _: String) -> Result<Outcome> {
        match (at.page.as_str(), action.as_str()) {
            ("blocks", "call" | "remove") => {
                let view = page(msg("pressed-title"))
                    .back(Route::page("blocks"))
                    .notice(Tone::Success, msg("pressed-title"), msg("pressed-text"))
                    .finish()?;
                Ok(Outcome::Show(view))
            }
            _ => Err(Error::NotFound),
        }
    }
}

fn home() -> Result<View> {
    let card = |id: &str| Card {
        title: msg(&format!("{id}-title")),
        hint: Some(msg(&format!("{id}-hint"))),
        status: None,
        go: Route::page(id),
    };
    page(msg("home-title"))
        .text(msg("home-text").with("day", Argument::Date(clock::today())))
        .cards([card("blocks"), card("fields")])
        .finish()
}

/// Each sample below its name, and above its code.
fn shown(title: &str, source: &str, samples: Vec<(&str, Block)>) -> Result<View> {
    let mut view = page(msg(title)).back(Route::page("home"));
    for (name, block) in samples {
        let code = source::of(source, name)?;
        view = view
            .heading(Text::raw(name))
            .block(block)
            .details(msg("code"), Text::raw(code));
    }
    view.actions([Action::go("home", msg("home-title"), Route::page("home"))])
        .finish()
}
