//! Each morning: which sensors have not been heard for a day, or have little battery. One visit for
//! each community, not one for each sensor; while one is open, what is new is a remark on it.

use std::collections::BTreeMap;

use onedoor_sdk::{
    Error, Instant, Result, Run,
    cases::{self, Draft, Location, Urgency},
    clock, keyvalue, log,
};

use crate::devices::{self, Device, SHARDS};

/// The class of a check of sensors, in the duty list.
pub const CHECK: &str = "V0202";
/// How long a sensor may be silent, in milliseconds: they say every hour that they are alive.
const SILENT: i64 = 24 * 3_600_000;
/// Below so many percent a battery is changed.
const LOW: i64 = 20;
/// The most sensors that are named in one visit.
const NAMED: usize = 30;

/// Runs the check.
pub fn run(run: &Run) -> Result<()> {
    let now = clock::now();
    let mut by_community: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for shard in 0..SHARDS {
        for key in keyvalue::shared().keys(&devices::prefix(shard))? {
            let Some(device) = devices::by_key(&key)? else {
                continue;
            };
            let Some(why) = lacks(&device, now) else {
                continue;
            };
            match device.division.get(..12) {
                Some(community) => {
                    let line = format!("{}（{}）{why}", devices::source(&key), place(&device));
                    by_community
                        .entry(community.to_owned())
                        .or_default()
                        .push(line);
                }
                None => log::warn(format!("a sensor hangs nowhere: {why}")),
            }
        }
    }
    for (community, lines) in by_community {
        tell(run, &community, &lines)?;
    }
    Ok(())
}

fn place(device: &Device) -> &str {
    if device.address.is_empty() {
        device.sensor.title()
    } else {
        &device.address
    }
}

/// What a sensor lacks.
fn lacks(device: &Device, now: Instant) -> Option<String> {
    if now - device.heard > SILENT {
        let hours = (now - device.heard) / 3_600_000;
        return Some(format!("已 {hours} 小时没有信号"));
    }
    let battery = device.battery.filter(|it| *it < LOW)?;
    Some(format!("电量只剩 {battery}%"))
}

fn tell(run: &Run, community: &str, lines: &[String]) -> Result<()> {
    let mut said: Vec<String> = lines.iter().take(NAMED).cloned().collect();
    if lines.len() > NAMED {
        said.push(format!("另有 {} 个", lines.len() - NAMED));
    }
    let said = said.join("\n");
    let key = format!("check/{community}");
    let kept = keyvalue::shared().get(&key)?.unwrap_or_default();
    let (case, before) = kept.split_once('\n').unwrap_or((&kept, ""));
    let once = format!("{}-{community}", run.id);
    if is_open(case)? {
        if before == said {
            return Ok(());
        }
        let text: String = said.chars().take(1000).collect();
        cases::comment(case, &short(&once), &text)?;
        return keyvalue::shared().set(&key, &format!("{case}\n{said}"));
    }
    let draft = Draft {
        class: CHECK.to_owned(),
        title: format!("检查 {} 个感知设备", lines.len()),
        description: said.chars().take(2000).collect(),
        place: Location {
            at: None,
            division: Some(community.to_owned()),
            address: String::new(),
        },
        urgency: Some(Urgency::Normal),
        reason: None,
        files: Vec::new(),
        about: None,
    };
    let case = cases::open(&short(&once), &draft)?;
    keyvalue::shared().set(&key, &format!("{}\n{said}", case.id))
}

fn is_open(case: &str) -> Result<bool> {
    if case.is_empty() {
        return Ok(false);
    }
    match cases::get(case) {
        Ok(case) => Ok(!case.state.is_over()),
        Err(Error::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}

/// A key has at most 64 characters; its end tells communities apart.
fn short(once: &str) -> String {
    let skip = once.chars().count().saturating_sub(64);
    once.chars().skip(skip).collect()
}
