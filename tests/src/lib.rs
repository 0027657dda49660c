//! What the end-to-end tests share.

pub mod attacks;
pub mod forged;
pub mod plugins;
pub mod process;
pub mod served;

use onedoor::{cases::operations::DESK, db::units::Unit};

/// A community of Huangpu.
pub const COMMUNITY: &str = "310101022027";

/// The desk of a division.
pub fn desk(division: &str) -> Unit {
    Unit {
        id: format!("u-{division}"),
        name_zh: "办事处".to_owned(),
        name_en: "Office".to_owned(),
        kind: DESK.to_owned(),
        division: division.to_owned(),
        parent: None,
        instrument: Some("made up for this test".to_owned()),
        lent: None,
    }
}
