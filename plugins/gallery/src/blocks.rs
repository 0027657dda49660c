//! One sample of each block.

use onedoor_sdk::*;

/// This file, for the code beside each sample.
pub const SOURCE: &str = include_str!("blocks.rs");

/// Every block, by the contract's name for it.
pub fn all() -> Result<Vec<(&'static str, Block)>> {
    Ok(vec![
        ("heading", heading()),
        ("text", text()),
        ("bullets", bullets()),
        ("details", details()),
        ("notice", notice()),
        ("summary", summary()),
        ("timeline", timeline()),
        ("table", table()),
        ("cards", cards()),
        ("figures", figures()),
        ("files", files()),
        ("form", form()?),
        ("actions", actions()),
    ])
}

fn heading() -> Block {
    Block::Heading(msg("sample-heading"))
}

fn text() -> Block {
    Block::Text(msg("sample-text").with("count", 3))
}

fn bullets() -> Block {
    Block::Bullets(vec![msg("sample-first"), msg("sample-second")])
}

fn details() -> Block {
    Block::Details((msg("sample-first"), msg("sample-text").with("count", 3)))
}

fn notice() -> Block {
    Block::Notice(Notice {
        tone: Tone::Warning,
        title: msg("sample-heading"),
        body: msg("sample-first"),
    })
}

fn summary() -> Block {
    let working = Status {
        label: msg("sample-working"),
        tone: Tone::Success,
    };
    let pair = |key: &str, value: Cell| Pair {
        key: msg(key),
        value,
    };
    Block::Summary(vec![
        pair("sample-name", msg("sample-lamp").into()),
        pair("sample-height", 6.5.into()),
        pair("sample-seen", Cell::At(clock::now())),
        pair("sample-state", working.into()),
        pair(
            "sample-more",
            (msg("sample-lamp"), Route::page("elsewhere")).into(),
        ),
    ])
}

fn timeline() -> Block {
    let now = clock::now();
    let moment = |state, title: &str, at, due| Moment {
        state,
        title: msg(title),
        at,
        due,
        by: Some(msg("sample-office")),
        note: None,
    };
    Block::Timeline(vec![
        moment(MomentState::Done, "sample-first", Some(now), None),
        moment(MomentState::Current, "sample-second", None, Some(now)),
        moment(MomentState::Upcoming, "sample-third", None, None),
    ])
}

fn table() -> Block {
    let mut table = TableBuilder::new("lamps", msg("sample-lamps"), msg("sample-none"))
        .column("name", msg("sample-name"))
        .numbers("height", msg("sample-height"));
    let cells = || vec![msg("sample-lamp").into(), 6.5.into()];
    table.row("lamp-1", cells());
    table.row_to("lamp-2", cells(), Route::page("elsewhere"));
    Block::Table(table.into())
}

fn cards() -> Block {
    Block::Cards(vec![Card {
        title: msg("sample-lamp"),
        hint: Some(msg("sample-first")),
        status: None,
        go: Route::page("elsewhere"),
    }])
}

fn figures() -> Block {
    Block::Figures(vec![Figure {
        label: msg("sample-lamps"),
        value: 128.0.into(),
        note: Some(msg("sample-working")),
    }])
}

/// Files come from a form or a case; this gallery has none.
fn files() -> Block {
    Block::Files(Vec::new())
}

fn form() -> Result<Block> {
    let mut form = FormBuilder::new("search", 1, msg("sample-find"));
    form.words(Key::new("lamp"), msg("sample-name")).required();
    Ok(Block::Form(form.finish()?))
}

fn actions() -> Block {
    let sure = Confirm {
        title: msg("sample-sure"),
        body: msg("sample-first"),
        yes: msg("sample-remove"),
    };
    Block::Actions(vec![
        Action::call("call", msg("sample-press")).primary(),
        Action::go("go", msg("sample-more"), Route::page("elsewhere")),
        Action::dial("dial", msg("sample-dial"), "12345"),
        Action::call("remove", msg("sample-remove")).danger(sure),
        Action::call("later", msg("sample-third")).disabled(msg("sample-none")),
    ])
}
