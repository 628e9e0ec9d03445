//! Durations in little memory: a histogram whose buckets grow with what they hold.

use std::collections::BTreeMap;

/// How many bits of a number are kept: buckets are 1/32 of it wide.
const BITS: u32 = 5;

/// Durations, counted. A quantile is exact below 64 ms and within 1.6 % above, whatever came in
/// which order; a sketch has at most 1,900 buckets, and a sum of sketches is the sketch of all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sketch {
    buckets: BTreeMap<u16, u64>,
    count: u64,
    longest: i64,
}

impl Sketch {
    /// Counts a duration in milliseconds.
    pub(super) fn add(&mut self, millis: i64) {
        let millis = millis.max(0);
        *self
            .buckets
            .entry(bucket(millis.unsigned_abs()))
            .or_default() += 1;
        self.count += 1;
        self.longest = self.longest.max(millis);
    }

    /// Counts all that another sketch counted.
    pub(super) fn merge(&mut self, other: &Self) {
        for (bucket, count) in &other.buckets {
            *self.buckets.entry(*bucket).or_default() += count;
        }
        self.count += other.count;
        self.longest = self.longest.max(other.longest);
    }

    /// The longest duration, which is exact.
    pub(super) fn longest(&self) -> i64 {
        self.longest
    }

    /// What so many percent of the durations do not exceed; none without durations.
    pub(super) fn percentile(&self, percent: u64) -> Option<i64> {
        let rank = (self.count * percent).div_ceil(100).max(1);
        let mut seen = 0;
        let mut buckets = self.buckets.iter();
        let found = buckets.find(|(_, count)| {
            seen += **count;
            seen >= rank
        });
        found.map(|(bucket, _)| middle(*bucket).min(self.longest))
    }
}

/// Numbers below 64 have buckets of their own; then each power of two has 32.
fn bucket(value: u64) -> u16 {
    let shift = value.checked_ilog2().unwrap_or(0).saturating_sub(BITS);
    let bucket = (u64::from(shift) << BITS) + (value >> shift);
    u16::try_from(bucket).expect("64 powers of two have 32 buckets each")
}

/// The middle of a bucket.
fn middle(bucket: u16) -> i64 {
    let bucket = u64::from(bucket);
    let shift = (bucket >> BITS).saturating_sub(1);
    let begin = (bucket - (shift << BITS)) << shift;
    let width = 1_u64 << shift;
    i64::try_from(begin + (width - 1) / 2).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: impl IntoIterator<Item = i64>, percent: u64, expected: Option<i64>) {
        let mut sketch = Sketch::default();
        values.into_iter().for_each(|value| sketch.add(value));
        assert_eq!(sketch.percentile(percent), expected);
    }

    #[test]
    fn short_durations_are_exact() {
        check(0..64, 50, Some(31));
        check(0..64, 100, Some(63));
        check([-7], 50, Some(0));
        check([], 50, None);
    }

    #[test]
    fn long_durations_are_within_two_percent() {
        let mut sketch = Sketch::default();
        (1..=100_000).for_each(|value| sketch.add(value));
        for (percent, exact) in [(1, 1_000_i64), (50, 50_000), (95, 95_000), (99, 99_000)] {
            let found = sketch.percentile(percent).expect("there are some");
            let off = (found - exact).abs();
            assert!(off * 1000 <= exact * 16, "{percent}: {found}");
        }
        assert!(sketch.buckets.len() <= 64 + 11 * 32);
        assert_eq!(sketch.longest(), 100_000);
    }

    #[test]
    fn every_bucket_holds_its_middle() {
        for value in [0, 31, 32, 63, 64, 65, 127, 128, 1_000_003, i64::MAX] {
            let found = bucket(value.unsigned_abs());
            assert_eq!(bucket(middle(found).unsigned_abs()), found, "{value}");
        }
        check([i64::MAX], 50, Some(9_151_314_442_816_847_871));
    }

    #[test]
    fn a_sum_is_the_sketch_of_all() {
        let (mut one, mut other, mut both) =
            (Sketch::default(), Sketch::default(), Sketch::default());
        for value in 0..1000 {
            if value % 3 == 0 { &mut one } else { &mut other }.add(value * 7);
            both.add(value * 7);
        }
        one.merge(&other);
        assert_eq!(one, both);
    }
}
