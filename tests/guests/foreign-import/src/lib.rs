//! Imports something outside the contract: must be refused at upload, by name.

wit_bindgen::generate!({
    inline: r"
        package guest:foreign;
        interface files { read: func(path: string) -> list<u8>; }
        world foreign-import { import files; export onedoor:plugin/portal@0.1.0; }
    ",
    path: "../../../wit",
    world: "guest:foreign/foreign-import",
    generate_all,
});

use exports::onedoor::plugin::portal::{Guest, Outcome, Route, Submission, View};
use onedoor::types::types::{Error, Text};

struct Plugin;
export!(Plugin);

impl Guest for Plugin {
    fn render(_: Route) -> Result<View, Error> {
        let bytes = guest::foreign::files::read("/etc/passwd");
        let title = Text::Raw(String::from_utf8_lossy(&bytes).into_owned());
        Ok(View {
            title,
            back: None,
            blocks: vec![],
        })
    }
    fn submit(_: Route, _: Submission) -> Result<Outcome, Error> {
        Err(Error::NotFound)
    }
    fn act(_: Route, _: String, _: String) -> Result<Outcome, Error> {
        Err(Error::NotFound)
    }
}
