//! The breaker of a plugin: after repeated failures it lets no call through for a while, then one
//! at a time, until enough of them went well. Pure: `now` comes in. Never counts what is not the
//! plugin's doing: the caller says what was.

use crate::time::Timestamp;

/// How many of the last outcomes are looked at.
const LOOKED_AT: u32 = 16;
/// It opens when at least so many of them, and at least half, were failures.
const FAILURES: u32 = 5;
/// Outcomes are forgotten when the last one is older than this, in seconds: a failure now and one
/// yesterday are not repeated failures.
const FORGOTTEN: i64 = 120;
/// The first pause, in seconds; each failed probe doubles it.
const PAUSE: u32 = 10;
/// The longest pause, in seconds.
const LONGEST: u32 = 320;
/// How many probes in a row must go well before it closes.
const PROBES: u32 = 3;
/// How soon to ask again while a probe is under way, in seconds.
const PROBING: u32 = 1;

/// How a breaker stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Calls go through.
    Closed,
    /// No call goes through.
    Open,
    /// One call at a time goes through, to see whether it works again.
    HalfOpen,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Closed, Self::Open, Self::HalfOpen];

    /// The name in measurements.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half-open",
        }
    }
}

/// As what a call goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// One of many.
    Ordinary,
    /// The one that is let through to see whether it works again. Its end must be told.
    Probe,
}

/// How a call went, as far as the plugin is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Went {
    /// It answered, be it with a refusal.
    Well,
    /// It failed.
    Badly,
    /// It never ran, or the host failed: says nothing of the plugin.
    Neither,
}

/// A change that somebody should hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It opened, for so many seconds.
    Opened(u32),
    /// It closed.
    Closed,
}

/// Lets calls through, or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breaker(Standing);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Standing {
    /// The last outcomes, the newest in the lowest bit, set when it was a failure; how many there
    /// are; when the newest came.
    Closed {
        failed: u32,
        count: u32,
        last: Option<Timestamp>,
    },
    Open {
        until: Timestamp,
        pause: u32,
    },
    HalfOpen {
        probing: bool,
        well: u32,
        pause: u32,
    },
}

const CLOSED: Standing = Standing::Closed {
    failed: 0,
    count: 0,
    last: None,
};

impl Default for Breaker {
    fn default() -> Self {
        Self(CLOSED)
    }
}

impl Breaker {
    /// How it stands.
    pub const fn state(&self) -> State {
        match self.0 {
            Standing::Closed { .. } => State::Closed,
            Standing::Open { .. } => State::Open,
            Standing::HalfOpen { .. } => State::HalfOpen,
        }
    }

    /// When the pause ends, while there is one.
    pub const fn until(&self) -> Option<Timestamp> {
        match self.0 {
            Standing::Open { until, .. } => Some(until),
            _ => None,
        }
    }

    /// Whether a call may go through; if not, in how many seconds to ask again (at least one).
    pub fn ask(&mut self, now: Timestamp) -> Result<Pass, u32> {
        match &mut self.0 {
            Standing::Closed { .. } => Ok(Pass::Ordinary),
            Standing::Open { until, pause } if now >= *until => {
                self.0 = Standing::HalfOpen {
                    probing: true,
                    well: 0,
                    pause: *pause,
                };
                Ok(Pass::Probe)
            }
            // A clock that was set back must not keep it open for longer than the pause.
            Standing::Open { until, pause } => {
                let left = until.micros().saturating_sub(now.micros());
                let seconds = u32::try_from((left + 999_999) / 1_000_000).unwrap_or(LONGEST);
                if seconds > *pause {
                    *until = now.plus_seconds(i64::from(*pause));
                }
                Err(seconds.clamp(1, *pause))
            }
            Standing::HalfOpen { probing: true, .. } => Err(PROBING),
            Standing::HalfOpen { probing, .. } => {
                *probing = true;
                Ok(Pass::Probe)
            }
        }
    }

    /// Notes how a call that it let through went. Ordinary calls that end after it opened change
    /// nothing: they began before.
    pub fn ended(&mut self, pass: Pass, went: Went, now: Timestamp) -> Option<Change> {
        match (&mut self.0, pass) {
            (Standing::Closed { .. }, _) => self.note(went, now),
            (
                Standing::HalfOpen {
                    probing,
                    well,
                    pause,
                },
                Pass::Probe,
            ) => {
                *probing = false;
                match went {
                    Went::Neither => None,
                    Went::Badly => {
                        let pause = pause.saturating_mul(2).min(LONGEST);
                        Some(self.open(pause, now))
                    }
                    Went::Well => {
                        *well += 1;
                        if *well < PROBES {
                            return None;
                        }
                        self.0 = CLOSED;
                        Some(Change::Closed)
                    }
                }
            }
            (Standing::Open { .. } | Standing::HalfOpen { .. }, _) => None,
        }
    }

    fn note(&mut self, went: Went, now: Timestamp) -> Option<Change> {
        let Standing::Closed {
            failed,
            count,
            last,
        } = &mut self.0
        else {
            return None;
        };
        if went == Went::Neither {
            return None;
        }
        if last.is_some_and(|it| it.plus_seconds(FORGOTTEN) < now) {
            (*failed, *count) = (0, 0);
        }
        *last = Some(now);
        *failed = (*failed << 1 | u32::from(went == Went::Badly)) & ((1 << LOOKED_AT) - 1);
        *count = (*count + 1).min(LOOKED_AT);
        let failures = failed.count_ones();
        if went == Went::Badly && failures >= FAILURES && failures * 2 >= *count {
            return Some(self.open(PAUSE, now));
        }
        None
    }

    fn open(&mut self, pause: u32, now: Timestamp) -> Change {
        self.0 = Standing::Open {
            until: now.plus_seconds(i64::from(pause)),
            pause,
        };
        Change::Opened(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(1_795_399_200_000_000).plus_seconds(seconds)
    }

    /// What happens, a letter each: `w` a call goes well, `b` badly, `n` neither; `.` ten seconds
    /// pass, `;` three minutes. In capitals: the call is refused. Then how it stands.
    fn check(story: &str, expected: State) {
        let (mut breaker, mut now) = (Breaker::default(), 0);
        for (n, what) in story.chars().enumerate() {
            let went = match what.to_ascii_lowercase() {
                'w' => Went::Well,
                'b' => Went::Badly,
                'n' => Went::Neither,
                '.' => {
                    now += 10;
                    continue;
                }
                _ => {
                    now += 180;
                    continue;
                }
            };
            match breaker.ask(at(now)) {
                Ok(pass) => {
                    assert!(what.is_lowercase(), "{story}: {n} was let through");
                    breaker.ended(pass, went, at(now));
                }
                Err(seconds) => {
                    assert!(what.is_uppercase(), "{story}: {n} was refused");
                    assert!((1..=LONGEST).contains(&seconds));
                }
            }
        }
        assert_eq!(breaker.state(), expected, "{story}");
    }

    #[test]
    fn it_opens_probes_and_closes() {
        use State::{Closed, HalfOpen, Open};
        check("", Closed);
        check("bbbb", Closed);
        check("bbbbb", Open);
        check("bbbbbWW", Open);
        // Half of the calls failing is enough, a third is not.
        check("wbwbwbwbwb", Open);
        check("wwbwwbwwbwwbwwbwwbwwbwwb", Closed);
        // What is neither counts neither way.
        check("bbnnnnnnnnnnnnbbb", Open);
        check("nnnnnnnnnn", Closed);
        // Failures far apart are not repeated failures.
        check("bbbb;bbbb;bbbb", Closed);
        // After the pause one is let through; three in a row close it.
        check("bbbbb.w", HalfOpen);
        check("bbbbb.ww", HalfOpen);
        check("bbbbb.www", Closed);
        // Closed again it starts anew.
        check("bbbbb.wwwbbbb", Closed);
        // A failed probe opens it for twice as long.
        check("bbbbb.bW.W.w", HalfOpen);
        check("bbbbb.wb.W", Open);
        // A probe that says nothing leaves the place to the next.
        check("bbbbb.nnwww", Closed);
    }

    #[test]
    fn one_probe_at_a_time_and_stale_ends_change_nothing() {
        let mut breaker = Breaker::default();
        let stale = breaker.ask(at(0)).unwrap();
        for _ in 0..FAILURES - 1 {
            assert_eq!(breaker.ended(Pass::Ordinary, Went::Badly, at(0)), None);
        }
        let opened = breaker.ended(Pass::Ordinary, Went::Badly, at(0));
        assert_eq!(opened, Some(Change::Opened(PAUSE)));
        assert_eq!(breaker.ask(at(1)), Err(9));
        assert_eq!(breaker.ended(stale, Went::Well, at(2)), None);
        assert_eq!(breaker.state(), State::Open);
        assert_eq!(breaker.ask(at(10)), Ok(Pass::Probe));
        assert_eq!(breaker.ask(at(10)), Err(PROBING));
        assert_eq!(breaker.ended(stale, Went::Badly, at(10)), None);
        assert_eq!(breaker.state(), State::HalfOpen);
    }

    #[test]
    fn a_clock_set_back_does_not_keep_it_open() {
        let mut breaker = Breaker::default();
        for _ in 0..FAILURES {
            breaker.ended(Pass::Ordinary, Went::Badly, at(100_000));
        }
        assert_eq!(breaker.ask(at(0)), Err(PAUSE));
        assert_eq!(breaker.ask(at(10)), Ok(Pass::Probe));
    }

    proptest! {
        /// Whatever happened, it closes again once the plugin works, within the longest pause.
        #[test]
        fn it_always_comes_back(
            story in prop::collection::vec((0..3u8, 0..400i64), 0..200),
        ) {
            let (mut breaker, mut now) = (Breaker::default(), 0);
            for (went, pause) in story {
                now += pause;
                let before = breaker.state();
                match breaker.ask(at(now)) {
                    Ok(pass) => {
                        prop_assert_eq!(pass == Pass::Ordinary, before == State::Closed);
                        let went = [Went::Well, Went::Badly, Went::Neither][usize::from(went)];
                        let change = breaker.ended(pass, went, at(now));
                        // Only a failure opens it, only a success closes it.
                        prop_assert!(!matches!(change, Some(Change::Opened(_))) || went == Went::Badly);
                        prop_assert!(change != Some(Change::Closed) || went == Went::Well);
                    }
                    Err(seconds) => prop_assert!(
                        before == State::Open && (1..=LONGEST).contains(&seconds)
                    ),
                }
            }
            now += i64::from(LONGEST);
            for _ in 0..PROBES {
                let pass = breaker.ask(at(now));
                prop_assert!(pass.is_ok());
                breaker.ended(pass.unwrap(), Went::Well, at(now));
            }
            prop_assert_eq!(breaker.state(), State::Closed);
        }
    }
}
