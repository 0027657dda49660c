//! What the calls of one revision cost and how they ended, as counts and histograms since it was
//! loaded. Pure: whoever has a measurement hands it in. Keeps nothing of a single call.

use std::collections::BTreeMap;

use super::FailureKind;
use onedoor_manifest::Receipt;

/// The outcome of a call that was answered.
pub const OK: &str = "ok";
/// The outcome of one that was answered with an error of the contract.
pub const REFUSED: &str = "refused";
/// The outcome of one that the breaker did not let through.
pub const PAUSED: &str = "paused";

/// Upper bounds of the buckets of times, in microseconds: 1, 2, 5 from 10 µs to 50 s.
pub const TIMES: [u64; 21] = [
    10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000,
    500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000, 20_000_000, 50_000_000,
];
/// Upper bounds of the buckets of memory, in bytes: doubling from 64 KiB to 256 MiB.
pub const SIZES: [u64; 13] = {
    let mut bounds = [64 << 10; 13];
    let mut n = 1;
    #[allow(clippy::indexing_slicing, reason = "evaluated by the compiler")]
    while n < bounds.len() {
        bounds[n] = bounds[n - 1] * 2;
        n += 1;
    }
    bounds
};

/// How often values fell into which bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    bounds: &'static [u64],
    counts: Vec<u64>,
    over: u64,
    sum: u64,
    largest: u64,
}

impl Histogram {
    fn new(bounds: &'static [u64]) -> Self {
        Self {
            bounds,
            counts: vec![0; bounds.len()],
            over: 0,
            sum: 0,
            largest: 0,
        }
    }

    fn add(&mut self, value: u64) {
        let bucket = self.bounds.partition_point(|bound| *bound < value);
        *self.counts.get_mut(bucket).unwrap_or(&mut self.over) += 1;
        self.sum = self.sum.saturating_add(value);
        self.largest = self.largest.max(value);
    }

    /// How many values.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum::<u64>() + self.over
    }

    /// Their sum.
    pub const fn sum(&self) -> u64 {
        self.sum
    }

    /// Each upper bound with the number of values up to it.
    pub fn cumulated(&self) -> impl Iterator<Item = (u64, u64)> {
        let counts = self.bounds.iter().zip(&self.counts);
        counts.scan(0, |sum, (bound, count)| {
            *sum += count;
            Some((*bound, *sum))
        })
    }

    /// The bound that this share of the values does not exceed, `quantile` from 0 to 1; never more
    /// than the largest value. 0 when there is none.
    pub fn at(&self, quantile: f64) -> u64 {
        let rank = (quantile * self.count() as f64).ceil().max(1.0) as u64;
        let mut all = self.cumulated();
        let found = all.find(|(_, count)| *count >= rank);
        found.map_or(self.largest, |(bound, _)| bound.min(self.largest))
    }

    /// The figures that people read.
    pub fn figures(&self) -> Figures {
        Figures {
            count: self.count(),
            p50: self.at(0.5),
            p95: self.at(0.95),
            p99: self.at(0.99),
            max: self.largest,
        }
    }
}

/// What a histogram comes to. Quantiles are rounded up to the next of 1, 2, 5 (times), or the next
/// power of two (memory).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Figures {
    /// How many calls were measured.
    pub count: u64,
    /// Half of them stayed below.
    pub p50: u64,
    /// 95 of 100 stayed below.
    pub p95: u64,
    /// 99 of 100 stayed below.
    pub p99: u64,
    /// The largest.
    pub max: u64,
}

/// What is measured of one revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measures {
    /// How many calls of which export ended how.
    pub calls: BTreeMap<(&'static str, &'static str), u64>,
    /// How often each capability was missing, at most once for each call.
    pub denials: BTreeMap<String, u64>,
    /// How many calls of host functions, by function.
    pub host_calls: BTreeMap<&'static str, u64>,
    /// Log lines that were dropped, by whatever limit.
    pub lines_dropped: u64,
    /// Until the instance stood, in microseconds.
    pub instantiate: Histogram,
    /// The guest's own time, in microseconds.
    pub guest: Histogram,
    /// From the call to its answer, in microseconds, the wait for a turn left out.
    pub wall: Histogram,
    /// The most memory of a call, in bytes.
    pub memory: Histogram,
}

impl Default for Measures {
    fn default() -> Self {
        Self {
            calls: BTreeMap::new(),
            denials: BTreeMap::new(),
            host_calls: BTreeMap::new(),
            lines_dropped: 0,
            instantiate: Histogram::new(&TIMES),
            guest: Histogram::new(&TIMES),
            wall: Histogram::new(&TIMES),
            memory: Histogram::new(&SIZES),
        }
    }
}

/// The failures that are a limit of the budget or of the contract.
pub const LIMITS: [FailureKind; 5] = [
    FailureKind::GuestTime,
    FailureKind::WallClock,
    FailureKind::Memory,
    FailureKind::Stack,
    FailureKind::HostValue,
];

impl Measures {
    /// Counts a call of an export by how it ended.
    pub fn count(&mut self, export: &'static str, outcome: &'static str) {
        *self.calls.entry((export, outcome)).or_default() += 1;
    }

    /// Counts a call that ran.
    pub fn ran(
        &mut self,
        export: &'static str,
        outcome: &'static str,
        host_calls: &[(&'static str, u32)],
        receipt: &Receipt,
    ) {
        self.count(export, outcome);
        for (function, count) in host_calls {
            *self.host_calls.entry(function).or_default() += u64::from(*count);
        }
        for capability in &receipt.denials {
            *self.denials.entry(capability.clone()).or_default() += 1;
        }
        self.wall.add(receipt.wall_us);
        for (histogram, value) in [
            (&mut self.instantiate, receipt.instantiate_us),
            (&mut self.guest, receipt.guest_us),
            (&mut self.memory, receipt.memory),
        ] {
            value.into_iter().for_each(|it| histogram.add(it));
        }
    }

    /// How many calls ended with one of these outcomes.
    pub fn ended(&self, outcomes: &[&str]) -> u64 {
        let all = self.calls.iter();
        let these = all.filter(|((_, outcome), _)| outcomes.contains(outcome));
        these.map(|(_, count)| count).sum()
    }

    /// How many calls hit a limit.
    pub fn limit_hits(&self) -> u64 {
        self.ended(&LIMITS.map(FailureKind::name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_call_is_counted_where_it_belongs() {
        let mut measures = Measures::default();
        let receipt = Receipt {
            guest_us: Some(7),
            wall_us: 30,
            memory: Some(70_000),
            denials: vec!["cases.open".to_owned()],
            ..Receipt::default()
        };
        measures.ran("render", OK, &[("grid.get", 2)], &receipt);
        measures.ran("render", OK, &[("grid.get", 1)], &receipt);
        measures.ran("act", FailureKind::Memory.name(), &[], &receipt);
        measures.count("render", PAUSED);
        assert_eq!(measures.ended(&[OK]), 2);
        assert_eq!(measures.limit_hits(), 1);
        assert_eq!(measures.host_calls.get("grid.get"), Some(&3));
        assert_eq!(measures.denials.get("cases.open"), Some(&3));
        assert_eq!(measures.wall.count(), 3);
        assert_eq!(measures.instantiate.count(), 0);
        // Rounded up to a bound, but not past the largest there was.
        assert_eq!(measures.wall.at(0.5), 30);
        assert_eq!(measures.memory.figures().max, 70_000);
    }

    proptest! {
        #[test]
        fn a_quantile_is_a_bound_that_so_many_stay_below(
            values in prop::collection::vec(0..100_000_000u64, 1..200),
            quantile in 0.0..1.0f64,
        ) {
            let mut histogram = Histogram::new(&TIMES);
            values.iter().for_each(|it| histogram.add(*it));
            let bound = histogram.at(quantile);
            let below = values.iter().filter(|it| **it <= bound).count();
            prop_assert!(below as f64 >= quantile * values.len() as f64);
            prop_assert!(bound <= *values.iter().max().unwrap());
            prop_assert_eq!(histogram.count(), values.len() as u64);
            let last = histogram.cumulated().last().unwrap();
            prop_assert!(last.1 <= histogram.count());
        }
    }
}
