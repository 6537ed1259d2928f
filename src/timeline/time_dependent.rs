//! What a condition on a time says as now moves on: it turns at most twice.

use crate::filter::{Condition, TimeTest};
use crate::plan::Subject;
use crate::semantics::Semantics;
use crate::time::{Moment, first_instant};

/// A condition whose answer depends on now.
#[derive(Clone, Debug)]
pub(crate) struct Moving<'f> {
    pub(crate) subject: Subject,
    pub(crate) condition: &'f Condition,
    shape: Shape,
    negated: bool,
    /// What it says where there is no value.
    pub(crate) missing: bool,
}

/// When it holds, seen from a value; all in microseconds.
#[derive(Clone, Copy, Debug)]
enum Shape {
    /// From the value's instant until the span has passed, both included.
    Within(i64),
    /// Once more than the span has passed.
    Before(i64),
    /// As long as the span has not passed.
    After(i64),
}

impl<'f> Moving<'f> {
    /// The condition, if it asks how long something is ago.
    pub(crate) fn of(condition: &'f Condition, semantics: Semantics) -> Option<Self> {
        let shape = match condition.predicate().time_test()? {
            TimeTest::Within(span) => Shape::Within(span.micros()),
            TimeTest::Before(Moment::Ago(span)) => Shape::Before(span.micros()),
            TimeTest::After(Moment::Ago(span)) => Shape::After(span.micros()),
            TimeTest::Before(Moment::At(_)) | TimeTest::After(Moment::At(_)) => return None,
        };
        let subject = Subject::of(condition.predicate());
        let missing = condition.holds_of_nothing(&semantics);
        Some(Self { subject, condition, shape, negated: condition.is_negated(), missing })
    }

    /// Appends the instants after `from` and until `to` at which the answer for a value turns, in their order, and tells
    /// what it is at `from`.
    pub(crate) fn turns(&self, value: Option<i64>, (from, to): (i64, i64), turns: &mut Vec<i64>) -> bool {
        let Some(value) = value else { return self.missing };
        // From the one up to the other, which is outside; what lies past the calendar's end is never reached.
        let (begin, end) = match self.shape {
            Shape::Within(span) => (value, value.saturating_add(span).saturating_add(1)),
            Shape::Before(span) => (value.saturating_add(span).saturating_add(1), i64::MAX),
            // A window reaches to the calendar's start at most: nothing at the start is ever after it.
            Shape::After(_) if value <= first_instant() => (i64::MIN, i64::MIN),
            Shape::After(span) => (i64::MIN, value.saturating_add(span)),
        };
        turns.extend([begin, end].into_iter().filter(|turn| (from < *turn) & (*turn <= to)));
        (begin <= from && from < end) != self.negated
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::Filter;

    /// The answer at the beginning, and the turns, for a value and a filter of one condition from 100 to 120 minutes.
    #[track_caller]
    fn turns(filter: &str, value: Option<i64>, expected: (bool, &[i64])) {
        let filter: Filter = filter.parse().unwrap();
        let moving = Moving::of(&filter.root().conditions()[0], Semantics::default()).unwrap();
        let mut found = Vec::new();
        let begins = moving.turns(value, (100 * MINUTE, 120 * MINUTE), &mut found);
        assert_eq!((begins, &*found), expected, "{filter} of {value:?}");
    }

    const MINUTE: i64 = 60_000_000;

    #[test]
    fn to_the_microsecond() {
        let within = "last_sent_at within 10 minutes";
        turns(within, None, (false, &[]));
        turns(within, Some(89 * MINUTE), (false, &[]));
        turns(within, Some(90 * MINUTE - 1), (false, &[]));
        turns(within, Some(90 * MINUTE), (true, &[100 * MINUTE + 1]));
        turns(within, Some(95 * MINUTE), (true, &[105 * MINUTE + 1]));
        turns(within, Some(100 * MINUTE), (true, &[110 * MINUTE + 1]));
        turns(within, Some(100 * MINUTE + 1), (false, &[100 * MINUTE + 1, 110 * MINUTE + 2]));
        turns(within, Some(110 * MINUTE - 1), (false, &[110 * MINUTE - 1, 120 * MINUTE]));
        turns(within, Some(110 * MINUTE), (false, &[110 * MINUTE]));
        turns(within, Some(120 * MINUTE), (false, &[120 * MINUTE]));
        turns(within, Some(120 * MINUTE + 1), (false, &[]));
        let not_within = "last_sent_at not within 10 minutes";
        turns(not_within, None, (true, &[]));
        turns(not_within, Some(95 * MINUTE), (false, &[105 * MINUTE + 1]));
        turns(not_within, Some(200 * MINUTE), (true, &[]));
        let before = "last_sent_at before 10 minutes ago";
        turns(before, None, (false, &[]));
        turns(before, Some(90 * MINUTE - 1), (true, &[]));
        turns(before, Some(90 * MINUTE), (false, &[100 * MINUTE + 1]));
        turns(before, Some(110 * MINUTE - 1), (false, &[120 * MINUTE]));
        turns(before, Some(110 * MINUTE), (false, &[]));
        let after = "last_sent_at after 10 minutes ago";
        turns(after, None, (false, &[]));
        turns(after, Some(90 * MINUTE), (false, &[]));
        turns(after, Some(90 * MINUTE + 1), (true, &[100 * MINUTE + 1]));
        turns(after, Some(110 * MINUTE), (true, &[120 * MINUTE]));
        turns(after, Some(500 * MINUTE), (true, &[]));
    }
}
