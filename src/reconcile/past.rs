//! What a filter may have said at an instant, asked of records that are younger.
//!
//! The last click, message and purchase overwrite the ones before. Of a membership with one of them after the instant,
//! what they overwrote is only bounded: the time was at most the instant or absent, a count or an amount between nothing
//! and today's. In three-valued logic (Kleene 1938) such a condition is neither true nor false; a filter is possibly true
//! with every such condition taken for true where it could be, and surely true with each taken for false where it could
//! be. Both are plain filters again, for any engine: a condition of today's value, or of the activity that is younger.

use std::cmp::Ordering;

use chrono::{DateTime, TimeDelta, Utc};

use crate::catalogue::{AmountField, CountField, Field, FlagField, TimeField};
use crate::contact::{Contact, Membership};
use crate::error::Errors;
use crate::filter::{
    Asked, Comparison, Condition, FieldTest, Filter, Group, Junction, ListTest, NonEmpty, Test, TimeTest,
};
use crate::number::Number;
use crate::semantics::EvalContext;
use crate::time::Moment;

/// Which bound of the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    /// True whatever the past was.
    Surely,
    /// True of some past.
    Possibly,
}

impl Filter {
    /// The filter that, asked at `then.now` of today's records, is a bound of this one asked of the records of then.
    ///
    /// # Errors
    ///
    /// `filter_too_deep` where the filter nests so deep that its bound cannot.
    pub(super) fn bound(&self, bound: Bound, then: &EvalContext) -> Result<Filter, Errors> {
        let past = Past { bound, then };
        let group = past.group(self.root())?;
        // Who joined later was not there.
        Group::new(Junction::All, vec![], vec![group, past.had_joined(None)?]).map(Filter::new)
    }
}

/// What a condition comes to, before it is a part of a filter.
enum Truth {
    Never,
    Always,
    Test(Test),
}

struct Past<'e> {
    bound: Bound,
    then: &'e EvalContext,
}

impl Past<'_> {
    fn group(&self, group: &Group) -> Result<Group, Errors> {
        let conditions = group.conditions().iter().map(|condition| self.condition(condition));
        let groups = group.groups().iter().map(|inner| self.group(inner));
        Group::new(group.junction(), vec![], conditions.chain(groups).collect::<Result<_, _>>()?)
    }

    fn condition(&self, condition: &Condition) -> Result<Group, Errors> {
        match condition {
            Condition::List(ListTest::In(lists)) => {
                each(Junction::Any, lists, |list| both(listed(ListTest::In, list), self.had_joined(Some(list))?))
            }
            Condition::List(ListTest::NotIn(lists)) => {
                each(Junction::All, lists, |list| either(listed(ListTest::NotIn, list), self.joined_later(list)?))
            }
            Condition::Field(FieldTest { test, list: None }) => self.known(test, None),
            Condition::Field(FieldTest { test, list: Some(list) }) => {
                let known = self.known(test, Some(*list))?;
                if test.field().is_some_and(Field::is_of_the_contact) {
                    return Ok(known);
                }
                // On a list that was joined later, there was no value then.
                let of_nobody = Filter::new(group_of(Condition::on_list(*list, test.clone()))?);
                if of_nobody.matches(&Contact::default(), &Membership::default(), self.then) {
                    Group::new(Junction::Any, vec![], vec![known, self.joined_later(*list)?])
                } else {
                    Group::new(Junction::All, vec![], vec![known, self.had_joined(Some(*list))?])
                }
            }
        }
    }

    /// A test of a membership that was there.
    fn known(&self, test: &Test, list: Option<i64>) -> Result<Group, Errors> {
        let on = |test: Test| Condition::Field(FieldTest { test, list });
        let Some(overwritten_by) = overwritten_by(test) else { return group_of(on(test.clone())) };
        let overwritten = self.after(overwritten_by);
        let as_it_is = Group::new(
            Junction::All,
            vec![on(test.clone())],
            vec![group_of_any([
                on(Test::Time(overwritten_by, Asked::NotExists)),
                on(Test::Time(overwritten_by, Asked::Value(TimeTest::Before(Moment::At(self.later()))))),
            ])?],
        )?;
        let bounded = match self.overwritten(test) {
            Truth::Never => return Ok(as_it_is),
            Truth::Always => group_of(on(overwritten))?,
            Truth::Test(test) => Group::new(Junction::All, vec![on(overwritten), on(test)], vec![])?,
        };
        Group::new(Junction::Any, vec![], vec![as_it_is, bounded])
    }

    /// What is known of a test whose value was overwritten.
    fn overwritten(&self, test: &Test) -> Truth {
        match (self.bound, test) {
            (Bound::Possibly, Test::Time(_, Asked::Value(TimeTest::After(moment)))) => {
                // There is an instant after the moment, and not after then.
                let then = self.then.now.timestamp_micros();
                if moment.instant(then) < then { Truth::Always } else { Truth::Never }
            }
            (Bound::Possibly, Test::Time(_, Asked::Value(TimeTest::Before(moment)))) => {
                // There is always an instant before, but for the first one.
                if moment.instant(self.then.now.timestamp_micros()) > crate::time::first_instant() {
                    Truth::Always
                } else {
                    Truth::Never
                }
            }
            (bound, Test::Count(field, comparison, number)) => {
                between(bound, *comparison, number.cmp(&0), &|comparison| Test::Count(*field, comparison, *number))
            }
            (bound, Test::Amount(AmountField::RevenueTotal, comparison, number)) => {
                let of = |comparison| Test::Amount(AmountField::RevenueTotal, comparison, *number);
                between(bound, *comparison, number.cmp(&Number::default()), &of)
            }
            // Purchases make it true; one that was made is not unmade.
            (Bound::Possibly, Test::Flag(_, true)) | (Bound::Surely, Test::Flag(_, false)) => Truth::Test(test.clone()),
            (Bound::Possibly, _) => Truth::Always,
            (Bound::Surely, _) => Truth::Never,
        }
    }

    fn after(&self, field: TimeField) -> Test {
        Test::Time(field, Asked::Value(TimeTest::After(Moment::At(self.then.now))))
    }

    /// The first instant after then.
    fn later(&self) -> DateTime<Utc> {
        self.then.now.checked_add_signed(TimeDelta::microseconds(1)).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// The membership was not there then.
    fn joined_later(&self, list: i64) -> Result<Group, Errors> {
        group_of(Condition::on_list(list, self.after(TimeField::SignupDate)))
    }

    /// The membership was there then, or is on nobody's record.
    fn had_joined(&self, list: Option<i64>) -> Result<Group, Errors> {
        let on = |cx| Condition::Field(FieldTest { test: Test::Time(TimeField::SignupDate, cx), list });
        group_of_any([on(Asked::NotExists), on(Asked::Value(TimeTest::Before(Moment::At(self.later()))))])
    }
}

/// The activity that overwrites what a test looks at; `None` of what carries no time, and is taken as it is.
fn overwritten_by(test: &Test) -> Option<TimeField> {
    match test {
        Test::Time(TimeField::SignupDate, _) => None,
        Test::Time(field, _) => Some(*field),
        Test::Count(CountField::ClickCount, ..) => Some(TimeField::LastClickedAt),
        Test::Count(CountField::SendCount, ..) => Some(TimeField::LastSentAt),
        Test::Count(CountField::ConversionCount, ..) | Test::Amount(..) | Test::Flag(FlagField::HasRevenue, _) => {
            Some(TimeField::LastRevenueAt)
        }
        Test::Flag(..) | Test::Text(..) | Test::Custom(..) => None,
    }
}

/// How a value between nothing and today's stands to a number, which stands so to nothing, in terms of today's.
fn between(bound: Bound, comparison: Comparison, number: Ordering, today: &dyn Fn(Comparison) -> Test) -> Truth {
    use Comparison::{Eq, Gt, Gte, Lt, Lte, Neq};
    use Ordering::{Equal, Greater, Less};
    match bound {
        Bound::Possibly => match (comparison, number) {
            // Nothing itself satisfies it.
            (Gt, Less)
            | (Gte, Less | Equal)
            | (Lt, Greater)
            | (Lte, Equal | Greater)
            | (Eq, Equal)
            | (Neq, Less | Greater) => Truth::Always,
            // It is on the way to today's, or it is not.
            (Eq, Greater) => Truth::Test(today(Gte)),
            (Eq, Less) => Truth::Test(today(Lte)),
            (Gt | Gte | Lt | Lte | Neq, _) => Truth::Test(today(comparison)),
        },
        // Surely is what is not possibly otherwise.
        Bound::Surely => {
            match between(Bound::Possibly, comparison.opposite(), number, &|comparison| today(comparison.opposite())) {
                Truth::Always => Truth::Never,
                Truth::Never => Truth::Always,
                Truth::Test(test) => Truth::Test(test),
            }
        }
    }
}

fn group_of(condition: Condition) -> Result<Group, Errors> {
    Group::new(Junction::All, vec![condition], vec![])
}

fn group_of_any(conditions: [Condition; 2]) -> Result<Group, Errors> {
    Group::new(Junction::Any, conditions.into(), vec![])
}

fn both(condition: Condition, group: Group) -> Result<Group, Errors> {
    Group::new(Junction::All, vec![condition], vec![group])
}

fn either(condition: Condition, group: Group) -> Result<Group, Errors> {
    Group::new(Junction::Any, vec![condition], vec![group])
}

fn each(
    junction: Junction,
    lists: &NonEmpty<i64>,
    one: impl Fn(i64) -> Result<Group, Errors>,
) -> Result<Group, Errors> {
    Group::new(junction, vec![], lists.as_slice().iter().map(|list| one(*list)).collect::<Result<_, _>>()?)
}

fn listed(test: fn(NonEmpty<i64>) -> ListTest, list: i64) -> Condition {
    Condition::List(test(NonEmpty::one(list)))
}
