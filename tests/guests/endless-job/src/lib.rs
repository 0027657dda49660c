//! A job that never ends, beside one that does.

wit_bindgen::generate!({ path: "../../../wit", world: "jobs-plugin", generate_all });

use exports::onedoor::plugin::jobs::{Guest, Run};
use onedoor::types::types::Error;

struct Plugin;
export!(Plugin);

impl Guest for Plugin {
    fn run_job(run: Run) -> Result<(), Error> {
        let mut x = 0u64;
        while run.job == "forever" {
            x = std::hint::black_box(x.wrapping_add(1));
        }
        Ok(())
    }
}
