//! The figures of plugins for a board. Each plugin is asked by itself, side by side, and what it
//! answered is kept for some seconds: one that fails or is slow holds up no other, and a board that
//! many look at asks it once.

use futures_util::future::join_all;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::{CallError, Loaded, Plugins, Tile};
use crate::{context::Context, domain::Domain, time::Timestamp};

/// For how long an answer is kept, in seconds.
const KEPT: i64 = 15;
/// How many answers are kept; more start anew.
const MOST: usize = 2000;

/// What one plugin has to say about a division.
#[derive(Clone)]
pub struct Part {
    /// The revision that was asked.
    pub loaded: Arc<Loaded>,
    /// When.
    pub at: Timestamp,
    /// Its tiles; none when it failed.
    pub tiles: Option<Vec<Tile>>,
}

/// What plugins have answered lately.
#[derive(Default)]
pub struct Boards(Mutex<BTreeMap<(String, String), Part>>);

impl Boards {
    /// What every plugin with indicators says about `division`, by id. Asked as nobody: who may see
    /// it is `cases::board`'s affair.
    pub async fn about(&self, plugins: &Plugins, domain: &Domain, division: &str) -> Vec<Part> {
        let all = plugins.all();
        let asked = all.values().filter(|it| it.exports.indicators);
        let parts = asked.map(|loaded| self.part(plugins, domain, loaded, division));
        join_all(parts).await
    }

    async fn part(
        &self,
        plugins: &Plugins,
        domain: &Domain,
        loaded: &Arc<Loaded>,
        division: &str,
    ) -> Part {
        let cx = domain.system("indicators");
        let key = (loaded.digest.clone(), division.to_owned());
        if let Some(part) = self.kept(&key, &cx) {
            return part;
        }
        let id = &loaded.manifest.id;
        let answer = plugins.tiles(domain, &cx, id, division).await;
        if let Err(error @ CallError::Refused(_)) = &answer {
            tracing::warn!(plugin = id, %error, "a plugin refused its indicators");
        }
        let part = Part {
            loaded: loaded.clone(),
            at: cx.now,
            tiles: answer.ok(),
        };
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(key, part.clone());
        part
    }

    fn kept(&self, key: &(String, String), cx: &Context) -> Option<Part> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let part = kept.get(key)?;
        (cx.now < part.at.plus_seconds(KEPT)).then(|| part.clone())
    }
}
