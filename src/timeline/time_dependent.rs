//! What a condition on a time says as now moves on: it changes at most twice.

use crate::filter::{Condition, TimeTest};
use crate::plan::Subject;
use crate::semantics::Semantics;
use crate::time::{Moment, Span, first_instant};

/// A condition whose answer depends on now.
#[derive(Clone, Debug)]
pub(crate) struct TimeDependent<'f> {
    pub(crate) subject: Subject,
    pub(crate) condition: &'f Condition,
    shape: HoldsWhile,
    negated: bool,
    /// What it says where there is no value.
    pub(crate) missing: bool,
}

/// When it holds, seen from a value: from so many microseconds after it, or always before, until so many after it, or for
/// ever.
#[derive(Clone, Copy, Debug)]
struct HoldsWhile {
    from: Option<u64>,
    until: Option<u64>,
}

impl HoldsWhile {
    fn of(test: &TimeTest) -> Option<Self> {
        let micros = |span: Span| span.micros().unsigned_abs();
        let (from, until) = match test {
            // Both ends are inside.
            TimeTest::Within(span) => (Some(0), Some(micros(*span) + 1)),
            TimeTest::Before(Moment::Ago(span)) => (Some(micros(*span) + 1), None),
            TimeTest::After(Moment::Ago(span)) => (None, Some(micros(*span))),
            TimeTest::Before(Moment::At(_)) | TimeTest::After(Moment::At(_)) => return None,
        };
        Some(Self { from, until })
    }
}

impl<'f> TimeDependent<'f> {
    /// The condition, if it asks how long something is ago.
    pub(crate) fn of(condition: &'f Condition, semantics: Semantics) -> Option<Self> {
        let shape = HoldsWhile::of(condition.predicate().time_test()?)?;
        let subject = Subject::of(condition.predicate());
        let missing = condition.holds_of_nothing(&semantics);
        Some(Self { subject, condition, shape, negated: condition.is_negated(), missing })
    }

    /// How many microseconds after a value's instant the answer for it may change.
    pub(crate) fn delays(&self) -> impl Iterator<Item = u64> + use<> {
        let HoldsWhile { from, until } = self.shape;
        from.into_iter().chain(until)
    }

    /// Appends the instants after `from` and until `to` at which the answer for a value changes, in their order, and tells
    /// what it is at `from`.
    pub(crate) fn transitions(&self, value: Option<i64>, (from, to): (i64, i64), transitions: &mut Vec<i64>) -> bool {
        let Some(value) = value else { return self.missing };
        // From the one up to the other, which is outside; what lies past the calendar's end is never reached.
        let after = |delay: u64| value.saturating_add_unsigned(delay);
        let begin = self.shape.from.map_or(i64::MIN, after);
        let end = match self.shape {
            // A window reaches to the calendar's start at most: nothing at the start is ever after it.
            HoldsWhile { from: None, .. } if value <= first_instant() => i64::MIN,
            HoldsWhile { until, .. } => until.map_or(i64::MAX, after),
        };
        transitions.extend([begin, end].into_iter().filter(|transition| (from < *transition) & (*transition <= to)));
        (begin <= from && from < end) != self.negated
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::Filter;

    /// The answer at the beginning, and the transitions, for a value and a filter of one condition from 100 to 120 minutes.
    #[track_caller]
    fn transitions(filter: &str, value: Option<i64>, expected: (bool, &[i64])) {
        let filter: Filter = filter.parse().unwrap();
        let dependent = TimeDependent::of(&filter.root().conditions()[0], Semantics::default()).unwrap();
        let mut found = Vec::new();
        let begins = dependent.transitions(value, (100 * MINUTE, 120 * MINUTE), &mut found);
        assert_eq!((begins, &*found), expected, "{filter} of {value:?}");
    }

    const MINUTE: i64 = 60_000_000;

    #[test]
    fn to_the_microsecond() {
        let within = "last_sent_at within 10 minutes";
        transitions(within, None, (false, &[]));
        transitions(within, Some(89 * MINUTE), (false, &[]));
        transitions(within, Some(90 * MINUTE - 1), (false, &[]));
        transitions(within, Some(90 * MINUTE), (true, &[100 * MINUTE + 1]));
        transitions(within, Some(95 * MINUTE), (true, &[105 * MINUTE + 1]));
        transitions(within, Some(100 * MINUTE), (true, &[110 * MINUTE + 1]));
        transitions(within, Some(100 * MINUTE + 1), (false, &[100 * MINUTE + 1, 110 * MINUTE + 2]));
        transitions(within, Some(110 * MINUTE - 1), (false, &[110 * MINUTE - 1, 120 * MINUTE]));
        transitions(within, Some(110 * MINUTE), (false, &[110 * MINUTE]));
        transitions(within, Some(120 * MINUTE), (false, &[120 * MINUTE]));
        transitions(within, Some(120 * MINUTE + 1), (false, &[]));
        let not_within = "last_sent_at not within 10 minutes";
        transitions(not_within, None, (true, &[]));
        transitions(not_within, Some(95 * MINUTE), (false, &[105 * MINUTE + 1]));
        transitions(not_within, Some(200 * MINUTE), (true, &[]));
        let before = "last_sent_at before 10 minutes ago";
        transitions(before, None, (false, &[]));
        transitions(before, Some(90 * MINUTE - 1), (true, &[]));
        transitions(before, Some(90 * MINUTE), (false, &[100 * MINUTE + 1]));
        transitions(before, Some(110 * MINUTE - 1), (false, &[120 * MINUTE]));
        transitions(before, Some(110 * MINUTE), (false, &[]));
        let after = "last_sent_at after 10 minutes ago";
        transitions(after, None, (false, &[]));
        transitions(after, Some(90 * MINUTE), (false, &[]));
        transitions(after, Some(90 * MINUTE + 1), (true, &[100 * MINUTE + 1]));
        transitions(after, Some(110 * MINUTE), (true, &[120 * MINUTE]));
        transitions(after, Some(500 * MINUTE), (true, &[]));
    }
}
