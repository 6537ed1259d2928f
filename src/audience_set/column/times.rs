//! Predicates on an instant: where it is in the calendar, and how long it is ago.

use super::Hit;
use super::cuts::Cuts;
use crate::audience_set::predicate::Ago;
use crate::plan::Interval;
use crate::time::first_instant;

/// Predicates on one instant. Those of how long it is ago keep their order as now moves on: they are cut-offs of an age,
/// and only the age of a value changes.
#[derive(Clone, Debug, Default)]
pub(super) struct Times {
    instants: Cuts<i64>,
    ages: Cuts<i64>,
    /// At most so old, and not in the future.
    windows: Cuts<i64>,
    /// Every predicate of how long it is ago, for instants whose age cannot be told.
    asked_alone: Vec<(Ago, Hit)>,
}

impl Times {
    pub(super) fn add_instants(&mut self, interval: Interval<i64>, hit: Hit) {
        self.instants.add(interval, hit);
    }

    pub(super) fn add_ago(&mut self, test: Ago, hit: Hit) {
        match test {
            Ago::Within(span) => self.windows.add(Interval::at_most(span), hit),
            // No age is longer than the longest span there is.
            Ago::Before(span) => {
                if let Some(interval) = Interval::above(span) {
                    self.ages.add(interval, hit);
                }
            }
            Ago::After(span) => {
                if let Some(interval) = Interval::below(span) {
                    self.ages.add(interval, hit);
                }
            }
        }
        self.asked_alone.push((test, hit));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.instants.is_empty() && self.asked_alone.is_empty()
    }

    pub(super) fn sort(&mut self) {
        self.instants.sort();
        self.ages.sort();
        self.windows.sort();
    }

    /// The predicates that an instant passes, seen from `now`.
    #[inline]
    pub(super) fn matching(&self, value: i64, now: i64, mut each: impl FnMut(Hit)) {
        self.instants.matching(value, &mut each);
        match now.checked_sub(value) {
            // At the calendar's start windows end, whatever their length.
            Some(age) if value > first_instant() => {
                self.ages.matching(age, &mut each);
                if age >= 0 {
                    self.windows.matching(age, each);
                }
            }
            _ => self.asked_alone.iter().filter(|(test, _)| test.holds(value, now)).for_each(|(_, hit)| each(*hit)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Instants and spans at every edge there is.
    #[test]
    fn ages_say_what_instants_say() {
        let spans = [0, 1, 2, 60_000_000, i64::MAX / 2, i64::MAX - 1, i64::MAX];
        let (first, last) = (first_instant(), chrono::DateTime::<chrono::Utc>::MAX_UTC.timestamp_micros());
        let tests: Vec<Ago> =
            spans.into_iter().flat_map(|span| [Ago::Within(span), Ago::Before(span), Ago::After(span)]).collect();
        let mut times = Times::default();
        for (leaf, test) in tests.iter().enumerate() {
            times.add_ago(*test, Hit { leaf: leaf as u32, negated: false });
        }
        times.sort();
        for now in [first, first + 1, -1, 0, 1, last - 1, last] {
            let near = |at: i64| (-2..=2).map(move |off| at.saturating_add(off));
            let values = spans.into_iter().flat_map(|span| near(now.saturating_sub(span)));
            for value in values.chain(near(now)).chain(near(first)).chain([i64::MIN, i64::MAX]) {
                let mut found = Vec::new();
                times.matching(value, now, |hit| found.push(hit.leaf as usize));
                found.sort_unstable();
                let expected: Vec<usize> = (0..tests.len()).filter(|at| tests[*at].holds(value, now)).collect();
                assert_eq!(found, expected, "{value} seen from {now}");
            }
        }
    }
}
