//! Intervals of values that have an order.

use std::cmp::Ordering;
use std::fmt;

use crate::filter::{Comparison, NumberTest};
use crate::number::Number;

/// An end of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum End<T> {
    /// The value is inside.
    Closed(T),
    /// The value is just outside.
    Open(T),
    /// There is none.
    Unbounded,
}

/// The values between two ends; none at all where the ends have passed one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Interval<T> {
    pub(crate) low: End<T>,
    pub(crate) high: End<T>,
}

/// A value of which an interval may be asked.
pub(crate) trait Ordered: Copy + Ord {
    /// The next greater value, where there is one between any two others: none for numbers, which are dense.
    fn successor(self) -> Step<Self>;
    fn predecessor(self) -> Step<Self>;
}

/// What lies next to a value.
pub(crate) enum Step<T> {
    To(T),
    /// It is the last.
    End,
    /// There is no next one.
    Dense,
}

macro_rules! ordered_integer {
    ($type:ty) => {
        impl Ordered for $type {
            fn successor(self) -> Step<Self> {
                self.checked_add(1).map_or(Step::End, Step::To)
            }

            fn predecessor(self) -> Step<Self> {
                self.checked_sub(1).map_or(Step::End, Step::To)
            }
        }
    };
}

ordered_integer!(i64);
ordered_integer!(u64);

impl Ordered for Number {
    fn successor(self) -> Step<Self> {
        Step::Dense
    }

    fn predecessor(self) -> Step<Self> {
        Step::Dense
    }
}

impl<T: Ordered> Interval<T> {
    /// `low ≤ v ≤ high`
    pub(crate) fn between(low: T, high: T) -> Self {
        Self { low: End::Closed(low), high: End::Closed(high) }
    }

    pub(crate) fn at_least(low: T) -> Self {
        Self { low: End::Closed(low), high: End::Unbounded }
    }

    pub(crate) fn at_most(high: T) -> Self {
        Self { low: End::Unbounded, high: End::Closed(high) }
    }

    /// `v > low`; `None` if there is no such value.
    pub(crate) fn above(low: T) -> Option<Self> {
        match low.successor() {
            Step::To(next) => Some(Self::at_least(next)),
            Step::End => None,
            Step::Dense => Some(Self { low: End::Open(low), high: End::Unbounded }),
        }
    }

    /// `v < high`; `None` if there is no such value.
    pub(crate) fn below(high: T) -> Option<Self> {
        match high.predecessor() {
            Step::To(previous) => Some(Self::at_most(previous)),
            Step::End => None,
            Step::Dense => Some(Self { low: End::Unbounded, high: End::Open(high) }),
        }
    }

    /// The values that pass a comparison; `None` if there are none.
    pub(crate) fn of(comparison: Comparison, value: T) -> Option<Self> {
        match comparison {
            Comparison::Eq => Some(Self::between(value, value)),
            Comparison::Gt => Self::above(value),
            Comparison::Gte => Some(Self::at_least(value)),
            Comparison::Lt => Self::below(value),
            Comparison::Lte => Some(Self::at_most(value)),
        }
    }

    /// The values that pass a test; `None` if there are none.
    pub(crate) fn passing(test: &NumberTest<T>) -> Option<Self> {
        let everything = Self { low: End::Unbounded, high: End::Unbounded };
        test.comparisons().try_fold(everything, |passing, (comparison, value)| {
            Some(passing.intersection(Self::of(comparison, value)?))
        })
    }

    pub(crate) fn contains(&self, value: &T) -> bool {
        (match &self.low {
            End::Closed(low) => value >= low,
            End::Open(low) => value > low,
            End::Unbounded => true,
        }) && match &self.high {
            End::Closed(high) => value <= high,
            End::Open(high) => value < high,
            End::Unbounded => true,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        match (&self.low, &self.high) {
            (End::Unbounded, _) | (_, End::Unbounded) => false,
            (End::Closed(low), End::Closed(high)) => low > high,
            (End::Closed(low) | End::Open(low), End::Closed(high) | End::Open(high)) => low >= high,
        }
    }

    /// The values in both.
    pub(crate) fn intersection(self, other: Self) -> Self {
        Self { low: inner(self.low, other.low, Ordering::Greater), high: inner(self.high, other.high, Ordering::Less) }
    }
}

impl<T: Ordered> Interval<T> {
    /// The values in either, where they leave no gap between them.
    pub(crate) fn union(self, other: Self) -> Option<Self> {
        (self.reaches(&other) && other.reaches(&self)).then(|| Self {
            low: outer(self.low, other.low, Ordering::Less),
            high: outer(self.high, other.high, Ordering::Greater),
        })
    }

    /// Whether there is no gap between the low end of this one and the high end of the other.
    fn reaches(&self, other: &Self) -> bool {
        match (self.low, other.high) {
            (End::Unbounded, _) | (_, End::Unbounded) => true,
            (End::Closed(low), End::Closed(high)) => {
                low <= high || matches!(high.successor(), Step::To(next) if next == low)
            }
            (End::Closed(low), End::Open(high)) | (End::Open(low), End::Closed(high)) => low <= high,
            (End::Open(low), End::Open(high)) => low < high,
        }
    }
}

/// The end that leaves more inside; `wins` is how it stands to the other.
fn outer<T: Ord>(a: End<T>, b: End<T>, wins: Ordering) -> End<T> {
    let ordering = match (&a, &b) {
        (End::Unbounded, _) | (_, End::Unbounded) => return End::Unbounded,
        (End::Closed(a) | End::Open(a), End::Closed(b) | End::Open(b)) => a.cmp(b),
    };
    match ordering {
        Ordering::Equal if matches!(a, End::Closed(_)) => a,
        ordering if ordering == wins => a,
        _ => b,
    }
}

/// The end that leaves less inside; `wins` is how it stands to the other.
fn inner<T: Ord>(a: End<T>, b: End<T>, wins: Ordering) -> End<T> {
    let (value_a, value_b) = match (&a, &b) {
        (End::Unbounded, _) => return b,
        (_, End::Unbounded) => return a,
        (End::Closed(a) | End::Open(a), End::Closed(b) | End::Open(b)) => (a, b),
    };
    match value_a.cmp(value_b) {
        Ordering::Equal if matches!(a, End::Open(_)) => a,
        ordering if ordering == wins => a,
        _ => b,
    }
}

impl<T> Interval<T> {
    pub(crate) fn map<U>(self, map: impl Fn(T) -> U) -> Interval<U> {
        let end = |end| match end {
            End::Closed(value) => End::Closed(map(value)),
            End::Open(value) => End::Open(map(value)),
            End::Unbounded => End::Unbounded,
        };
        Interval { low: end(self.low), high: end(self.high) }
    }
}

impl<T: fmt::Display> fmt::Display for Interval<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.low {
            End::Closed(low) => write!(f, "from {low}")?,
            End::Open(low) => write!(f, "above {low}")?,
            End::Unbounded => {}
        }
        if !matches!(self.low, End::Unbounded) && !matches!(self.high, End::Unbounded) {
            f.write_str(" ")?;
        }
        match &self.high {
            End::Closed(high) => write!(f, "to {high}"),
            End::Open(high) => write!(f, "below {high}"),
            End::Unbounded if matches!(self.low, End::Unbounded) => f.write_str("anything"),
            End::Unbounded => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All intervals with ends from 0 to 3, and the values of 0 to 4 that are in each.
    fn all() -> Vec<(Interval<u64>, Vec<u64>)> {
        let ends = || (0..4).flat_map(|value| [End::Closed(value), End::Open(value)]).chain([End::Unbounded]);
        ends()
            .flat_map(|low| ends().map(move |high| Interval { low, high }))
            .map(|interval| (interval, (0..=4).filter(|value| interval.contains(value)).collect()))
            .collect()
    }

    #[test]
    fn intersections_hold_what_is_in_both() {
        for (a, in_a) in all() {
            for (b, in_b) in all() {
                let both = a.intersection(b);
                let expected: Vec<u64> = in_a.iter().filter(|value| in_b.contains(value)).copied().collect();
                let found: Vec<u64> = (0..=4).filter(|value| both.contains(value)).collect();
                assert_eq!(found, expected, "{a} and {b}");
                assert!(!both.is_empty() || found.is_empty(), "{a} and {b}");
            }
        }
    }

    #[test]
    fn unions_hold_what_is_in_either() {
        for (a, in_a) in all() {
            for (b, in_b) in all().into_iter().filter(|(b, _)| !a.is_empty() && !b.is_empty()) {
                let Some(either) = a.union(b) else { continue };
                let found: Vec<u64> = (0..=4).filter(|value| either.contains(value)).collect();
                let expected: Vec<u64> = (0..=4).filter(|value| in_a.contains(value) || in_b.contains(value)).collect();
                assert_eq!(found, expected, "{a} or {b}");
            }
        }
        let number = |text: &str| text.parse::<Number>().unwrap();
        let below = Interval::below(number("1")).unwrap();
        assert_eq!(below.union(Interval::above(number("1")).unwrap()), None);
        assert_eq!(
            below.union(Interval::at_least(number("1"))).map(|all| all.to_string()).as_deref(),
            Some("anything")
        );
        assert_eq!(
            Interval::at_most(2u64).union(Interval::at_least(3)).map(|all| all.to_string()).as_deref(),
            Some("anything")
        );
        assert_eq!(Interval::at_most(2u64).union(Interval::at_least(4)), None);
    }

    #[test]
    fn nothing_lies_beyond_the_last_value() {
        assert_eq!(Interval::above(u64::MAX), None);
        assert_eq!(Interval::below(0u64), None);
        assert_eq!(Interval::below(i64::MIN), None);
    }
}
