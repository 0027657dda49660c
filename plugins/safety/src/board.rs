//! Figures for the board of staff: alarms of today, and what is still open, by urgency.

use onedoor_sdk::{
    Paging, Result, Tile, Tone,
    cases::{self, Filter, Urgency},
    clock, msg,
};

use crate::devices::Sensor;

/// The most pages of cases that are counted, of 200 each; beyond, the note says "at least".
const PAGES: usize = 10;
const ZONE: i64 = 8 * 3_600_000;
const DAY: i64 = 86_400_000;

/// The tiles of a division.
pub fn tiles(division: &str) -> Result<Vec<Tile>> {
    let today = (clock::now() + ZONE).div_euclid(DAY) * DAY - ZONE;
    let filter = Filter {
        division: Some(division.to_owned()).filter(|it| !it.is_empty()),
        ..Filter::any()
    };
    let mut alarms = 0_u32;
    let mut open = [0_u32; 3];
    let mut cursor = None;
    let mut more = false;
    for _ in 0..PAGES {
        let paging = Paging { cursor, limit: 200 };
        let rows = cases::list(&filter, &paging)?;
        for case in rows.iter() {
            if case.class().starts_with('V') {
                continue;
            }
            let from_sensor = [Sensor::Smoke, Sensor::Gas, Sensor::Water]
                .iter()
                .any(|it| it.title() == case.title());
            alarms += u32::from(from_sensor && case.opened() >= today);
            let over = case.state().is_none_or(|state| state.is_over());
            if let (false, Some(urgency)) = (over, case.urgency()) {
                let slot = match urgency {
                    Urgency::Emergency => 0,
                    Urgency::Urgent => 1,
                    Urgency::Normal => 2,
                };
                if let Some(count) = open.get_mut(slot) {
                    *count += 1;
                }
            }
        }
        cursor = rows.next().map(str::to_owned);
        more = cursor.is_some();
        if !more {
            break;
        }
    }
    let tile = |id: &str, count: u32, tone: Tone| {
        let tile = Tile::number(id, msg(&format!("tile-{id}")), f64::from(count));
        let tone = if count > 0 { tone } else { Tone::Neutral };
        let tile = tile.unit(msg("tile-unit")).tone(tone);
        if more {
            tile.note(msg("tile-more"))
        } else {
            tile
        }
    };
    let [emergency, urgent, normal] = open;
    Ok(vec![
        tile("alarms-today", alarms, Tone::Warning),
        tile("open-emergency", emergency, Tone::Danger),
        tile("open-urgent", urgent, Tone::Warning),
        tile("open-normal", normal, Tone::Info),
    ])
}
