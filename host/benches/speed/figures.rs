//! Times in a histogram, and tables of them.

use std::time::Duration;

use hdrhistogram::Histogram;

/// Times of one thing done many times; nanoseconds, up to ten seconds, three digits.
pub struct Times(Histogram<u64>);

impl Times {
    pub fn new() -> Self {
        Self(Histogram::new_with_max(10_000_000_000, 3).unwrap())
    }

    pub fn note(&mut self, time: Duration) {
        self.0
            .saturating_record(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
    }

    pub fn add(&mut self, other: &Self) {
        self.0.add(&other.0).unwrap();
    }

    /// Microseconds.
    pub fn at(&self, quantile: f64) -> f64 {
        self.0.value_at_quantile(quantile) as f64 / 1000.0
    }

    /// A line of a table: p50, p99 and the longest, then how many a second if that was counted.
    pub fn show(&self, name: &str, rate: Option<f64>) {
        let rate = rate.map_or(String::new(), |rate| format!("{rate:.0}"));
        println!(
            "{name:<46} {:>9.1} {:>9.1} {:>9.0} {rate:>10}",
            self.at(0.5),
            self.at(0.99),
            self.at(1.0)
        );
    }
}

/// The head of a table of [`Times`].
pub fn times(title: &str) {
    println!(
        "\n{title:<46} {:>9} {:>9} {:>9} {:>10}",
        "p50 µs", "p99 µs", "max µs", "per s"
    );
}

/// The head of a table of [`Rates`].
pub fn rates(title: &str) {
    println!(
        "\n{title:<46} {:>9} {:>9} {:>9} {:>10}",
        "lowest", "median", "highest", "of base"
    );
}

/// How many a second, in several rounds.
pub struct Rates(pub Vec<f64>);

impl Rates {
    fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
    }

    /// A line: the lowest, the median and the highest round, and the median round by round as a
    /// share of the baseline's; rounds of both are run in turn, so that what else the machine
    /// does meets both.
    pub fn show(&self, name: &str, base: Option<&Self>) {
        let share = base.map_or(String::new(), |base| {
            let each = self.0.iter().zip(&base.0).map(|(own, base)| own / base);
            format!("{:.3}", Self(each.collect()).median())
        });
        let fold = |with: fn(f64, f64) -> f64| self.0.iter().copied().reduce(with).unwrap();
        println!(
            "{name:<46} {:>9.0} {:>9.0} {:>9.0} {share:>10}",
            fold(f64::min),
            self.median(),
            fold(f64::max)
        );
    }
}
