//! The rounds: every ten minutes, who should have been heard of by now, and has not.

use onedoor_sdk::{Error, Result, cases, clock};

use crate::{
    agreeing, elder, steps,
    watch::{self, Stage, Watch},
};

/// How many calls are begun in one run: a run may send 20 letters, and a family has several.
/// The host comes again at once for the rest.
const BEGUN: usize = 5;
/// When it is to come again, in milliseconds.
const AGAIN: u32 = 1_000;

/// Walks all watches once.
pub fn walk() -> Result<()> {
    let (today, now) = (clock::today(), watch::minutes_now());
    let mut begun = 0;
    for key in watch::below("")? {
        let Some(watch) = watch::get(&key)? else {
            continue;
        };
        agreeing::take_over(&watch)?;
        if matches!(watch.stage_on(&today), Stage::Call | Stage::Visit) {
            under_way(&watch, &today)?;
            continue;
        }
        let silent = watch.well != today && now >= watch.minutes;
        if !silent || watch.stage_on(&today) != Stage::Quiet {
            continue;
        }
        if begun == BEGUN {
            return Err(Error::Busy(AGAIN));
        }
        steps::climb(&key, &Stage::Call)?;
        begun += 1;
    }
    for watch in watch::ended()? {
        if watch.day == today && matches!(watch.stage, Stage::Call | Stage::Visit) {
            call_off(&watch, "已退出“长者平安”，不再需要联系。")?;
        }
        if !watch::begun_anew(&watch)? {
            elder::forget(&watch.owner, &watch.id)?;
        }
        watch::forget(&watch)?;
    }
    Ok(())
}

/// Calls off what is not needed any more, or what the old person does not agree to any more.
fn under_way(watch: &Watch, today: &str) -> Result<()> {
    if watch.well == today {
        call_off(watch, "已报平安。")?;
        watch::change(&watch.key(), |watch| watch.stage = Stage::Reached)?;
    } else if elder::withdrew(watch)? {
        call_off(watch, "本人已撤回同意，不再需要联系。")?;
        steps::stop(watch)?;
    }
    Ok(())
}

/// Tells whoever is to ring or to come by; they close the case.
fn call_off(watch: &Watch, words: &str) -> Result<()> {
    let Some((case, _)) = &watch.case else {
        return Ok(());
    };
    match cases::comment(case, &format!("off-{}-{}", watch.id, watch.day), words) {
        Ok(()) | Err(Error::NotFound | Error::Conflict(_)) => Ok(()),
        Err(error) => Err(error),
    }
}
