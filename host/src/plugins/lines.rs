//! How many log lines of a plugin are kept: a token bucket over all its calls. Pure: `now` comes
//! in. Looks at no line.

use crate::time::Timestamp;

/// How many lines may come at once.
const BURST: u64 = 200;
/// How many a second may come for long.
const RATE: u64 = 20;
/// How often, in seconds, it is said that all are being dropped.
const SAID: i64 = 60;

/// The lines that may still be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    left: u64,
    /// When it was last filled.
    filled: Option<Timestamp>,
    dropped: u64,
    said: Option<Timestamp>,
}

impl Default for Bucket {
    fn default() -> Self {
        Self {
            left: BURST,
            filled: None,
            dropped: 0,
            said: None,
        }
    }
}

/// What becomes of some lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// How many of them are kept, the first ones.
    pub kept: usize,
    /// How many were dropped since that was last said, if it is to be said now.
    pub say: Option<u64>,
}

impl Bucket {
    /// A call wrote `lines` lines and lost `lost` more to its own limit.
    pub fn take(&mut self, lines: usize, lost: u64, now: Timestamp) -> Kept {
        self.fill(now);
        let kept = self.left.min(lines as u64);
        self.left -= kept;
        self.dropped += lines as u64 - kept + lost;
        // A line that says so takes a token like any other, or comes once a minute.
        let free = self
            .said
            .is_none_or(|it| it.plus_seconds(SAID) <= now || now < it);
        let due = self.dropped > 0 && (self.left > 0 || free);
        let say = due.then(|| {
            self.left = self.left.saturating_sub(1);
            self.said = Some(now);
            std::mem::take(&mut self.dropped)
        });
        Kept {
            kept: usize::try_from(kept).unwrap_or(lines),
            say,
        }
    }

    fn fill(&mut self, now: Timestamp) {
        let since = self.filled.unwrap_or(now);
        let micros = now.micros().saturating_sub(since.micros());
        let new = u64::try_from(micros).unwrap_or(0).saturating_mul(RATE) / 1_000_000;
        // Parts of a token are not lost: the time moves on only when one was given. A clock that
        // was set back counts from where it stands.
        if new > 0 || self.filled.is_none() || micros < 0 {
            self.filled = Some(now);
        }
        self.left = self.left.saturating_add(new).min(BURST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(0).plus_seconds(seconds)
    }

    #[test]
    fn a_flood_is_cut_and_said_once() {
        let mut bucket = Bucket::default();
        let kept = |kept, say| Kept { kept, say };
        assert_eq!(bucket.take(100, 0, at(0)), kept(100, None));
        assert_eq!(bucket.take(100, 0, at(0)), kept(100, None));
        // The first drop is said at once, the next ones are added up.
        assert_eq!(bucket.take(100, 5, at(0)), kept(0, Some(105)));
        assert_eq!(bucket.take(100, 0, at(0)), kept(0, None));
        assert_eq!(bucket.take(10, 0, at(1)), kept(10, Some(100)));
        assert_eq!(bucket.take(0, 0, at(2)), kept(0, None));
        // After a rest the whole burst is there again.
        assert_eq!(bucket.take(200, 0, at(60)), kept(200, None));
    }

    proptest! {
        #[test]
        fn never_more_than_the_burst_and_the_rate(
            calls in prop::collection::vec((0..300usize, 0..3_000_000i64), 1..100),
        ) {
            let (mut bucket, mut now) = (Bucket::default(), 0);
            let (mut kept, mut dropped, mut said, mut wrote) = (0, 0, 0, 0);
            for (lines, pause) in calls {
                now += pause;
                let took = bucket.take(lines, 0, Timestamp::from_micros(now));
                wrote += lines as u64;
                kept += took.kept as u64;
                dropped += took.say.unwrap_or(0);
                said += u64::from(took.say.is_some());
            }
            let seconds = now as u64 / 1_000_000 + 1;
            prop_assert!(kept <= BURST + RATE * seconds);
            prop_assert!(said <= BURST + RATE * seconds + seconds / SAID as u64 + 1);
            prop_assert_eq!(kept + dropped + bucket.dropped, wrote);
        }
    }
}
