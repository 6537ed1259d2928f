//! Cut-offs on an axis of values that have an order: which predicates a value passes, without asking each.

use super::Hit;
use crate::plan::{End, Interval, Ordered};

/// Predicates on one value, as cut-offs in ascending order: those that a value passes stand side by side.
#[derive(Clone, Debug)]
pub(super) struct Cuts<T> {
    /// From a value on, or from just behind it where the flag is set.
    from: Vec<(T, bool, Hit)>,
    /// Up to a value where the flag is set, or to just before it.
    to: Vec<(T, bool, Hit)>,
    /// Exactly a value.
    points: Vec<(T, Hit)>,
    /// Between two values, or anything: asked one by one.
    others: Vec<(Interval<T>, Hit)>,
}

impl<T> Default for Cuts<T> {
    fn default() -> Self {
        Self { from: Vec::new(), to: Vec::new(), points: Vec::new(), others: Vec::new() }
    }
}

impl<T: Ordered> Cuts<T> {
    /// Adds a predicate, which is found once all are [sorted](Self::sort).
    pub(super) fn add(&mut self, interval: Interval<T>, hit: Hit) {
        match (interval.low, interval.high) {
            (End::Closed(low), End::Closed(high)) if low == high => self.points.push((low, hit)),
            (End::Closed(low), End::Unbounded) => self.from.push((low, false, hit)),
            (End::Open(low), End::Unbounded) => self.from.push((low, true, hit)),
            (End::Unbounded, End::Closed(high)) => self.to.push((high, true, hit)),
            (End::Unbounded, End::Open(high)) => self.to.push((high, false, hit)),
            _ => self.others.push((interval, hit)),
        }
    }

    /// What was added in its place: nearly all is sorted already where little was added to much.
    pub(super) fn sort(&mut self) {
        self.from.sort_by_key(|(value, open, _)| (*value, *open));
        self.to.sort_by_key(|(value, closed, _)| (*value, *closed));
        self.points.sort_by_key(|(value, _)| *value);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.from.is_empty() && self.to.is_empty() && self.points.is_empty() && self.others.is_empty()
    }

    /// The predicates that a value passes.
    #[inline]
    pub(super) fn matching(&self, value: T, mut each: impl FnMut(Hit)) {
        let passed = self.from.partition_point(|(low, open, _)| (*low, *open) <= (value, false));
        self.from[..passed].iter().for_each(|(_, _, hit)| each(*hit));
        let first = self.to.partition_point(|(high, closed, _)| (*high, *closed) < (value, true));
        self.to[first..].iter().for_each(|(_, _, hit)| each(*hit));
        let first = self.points.partition_point(|(point, _)| *point < value);
        self.points[first..].iter().take_while(|(point, _)| *point == value).for_each(|(_, hit)| each(*hit));
        self.others.iter().filter(|(interval, _)| interval.contains(&value)).for_each(|(_, hit)| each(*hit));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_passes_what_its_interval_says() {
        let ends = || (0..4_u64).flat_map(|value| [End::Closed(value), End::Open(value)]).chain([End::Unbounded]);
        let intervals: Vec<Interval<u64>> =
            ends().flat_map(|low| ends().map(move |high| Interval { low, high })).collect();
        let mut cuts = Cuts::default();
        // From the last to the first, so that there is something to sort.
        for (leaf, interval) in intervals.iter().enumerate().rev() {
            cuts.add(*interval, Hit { leaf: leaf as u32, negated: false });
        }
        cuts.sort();
        for value in 0..=4 {
            let mut found = Vec::new();
            cuts.matching(value, |hit| found.push(hit.leaf as usize));
            found.sort_unstable();
            let expected: Vec<usize> = (0..intervals.len()).filter(|at| intervals[*at].contains(&value)).collect();
            assert_eq!(found, expected, "{value}");
        }
    }
}
