//! What a filter may have said at an instant, asked of records that are younger.
//!
//! The last click, message and purchase overwrite the ones before. Of a membership with one of them after the instant,
//! what they overwrote is only bounded: the time was at most the instant or absent, a count or an amount between nothing
//! and today's. In three-valued logic (Kleene 1938) such a condition is neither true nor false; a filter is possibly true
//! with every such condition taken for true where it could be, and surely true with each taken for false where it could
//! be. Both are plain filters again, for any engine: a condition of today's value, or of the activity that is younger.

use std::cmp::Ordering;

use chrono::{DateTime, TimeDelta, Utc};

use crate::catalogue::{AmountField, CountField, FlagField, TimeField};
use crate::error::Errors;
use crate::filter::{
    Comparison, Condition, Filter, Group, Junction, NonEmpty, NumberTest, OptionalField, Predicate, TimeTest,
};
use crate::logic::{self, LogicTree};
use crate::number::Number;
use crate::semantics::EvalContext;
use crate::time::Moment;

/// Which bound of the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TruthBound {
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
    pub(super) fn bound(&self, bound: TruthBound, then: &EvalContext) -> Result<Filter, Errors> {
        let past = Past { bound, then };
        let group = past.group(self.root())?;
        // Who joined later was not there.
        Group::new(Junction::All, vec![], vec![group, past.had_joined(None)?]).map(Filter::new)
    }
}

/// What a condition comes to, before it is a part of a filter.
type Truth = LogicTree<Condition>;

impl Truth {
    /// As groups and conditions; nothing where it never holds.
    fn into_group(self) -> Result<Option<Group>, Errors> {
        match self {
            // What always holds is said by those around it.
            Self::Constant(_) => Ok(None),
            Self::Condition(condition) => group_of(condition).map(Some),
            Self::Group(junction, members) => {
                let groups = members.into_iter().filter_map(|member| member.into_group().transpose());
                Group::new(junction, vec![], groups.collect::<Result<_, _>>()?).map(Some)
            }
        }
    }
}

struct Past<'e> {
    bound: TruthBound,
    then: &'e EvalContext,
}

impl Past<'_> {
    fn group(&self, group: &Group) -> Result<Group, Errors> {
        let conditions = group.conditions().iter().map(|condition| self.condition(condition));
        let groups = group.groups().iter().map(|inner| self.group(inner));
        Group::new(group.junction(), vec![], conditions.chain(groups).collect::<Result<_, _>>()?)
    }

    fn condition(&self, condition: &Condition) -> Result<Group, Errors> {
        match (condition.predicate(), condition.list_that_matters()) {
            (Predicate::OnList(lists), _) => self.on_any(lists.as_slice(), condition),
            (_, None) => self.known(condition),
            (_, Some(list)) => {
                // On a list that was joined later, there was no value then.
                let (junction, joined) = if condition.holds_of_nothing(&self.then.semantics) {
                    (Junction::Any, self.joined_later(list)?)
                } else {
                    (Junction::All, self.had_joined(Some(list))?)
                };
                Group::new(junction, vec![], vec![self.known(condition)?, joined])
            }
        }
    }

    /// On a list then: on it today, and joined before. On none of them: each is a list of today's that is not one, or
    /// one that was joined later.
    fn on_any(&self, lists: &[i64], condition: &Condition) -> Result<Group, Errors> {
        let each = lists.iter().map(|list| {
            let on = condition.with(Predicate::OnList(NonEmpty::one(*list)), condition.is_negated());
            if condition.is_negated() {
                Group::new(Junction::Any, vec![on], vec![self.joined_later(*list)?])
            } else {
                Group::new(Junction::All, vec![on], vec![self.had_joined(Some(*list))?])
            }
        });
        let junction = if condition.is_negated() { Junction::All } else { Junction::Any };
        Group::new(junction, vec![], each.collect::<Result<_, _>>()?)
    }

    /// A condition on a membership that was there.
    fn known(&self, condition: &Condition) -> Result<Group, Errors> {
        let Some(overwritten_by) = overwritten_by(condition.predicate()) else { return group_of(condition.clone()) };
        let is_after = condition.with(self.after(overwritten_by), false);
        let absent = condition.with(Predicate::Exists(OptionalField::Time(overwritten_by)), true);
        let before = condition.with(self.until_then(overwritten_by), false);
        let as_it_is = Group::new(
            Junction::All,
            vec![condition.clone()],
            vec![Group::new(Junction::Any, vec![absent, before], vec![])?],
        )?;
        let bounded = match self.overwritten(condition) {
            Truth::Constant(false) => return Ok(as_it_is),
            Truth::Condition(bounded) => Group::new(Junction::All, vec![is_after, bounded], vec![])?,
            other => Group::new(Junction::All, vec![is_after], other.into_group()?.into_iter().collect())?,
        };
        Group::new(Junction::Any, vec![], vec![as_it_is, bounded])
    }

    /// What is known of a condition whose value was overwritten.
    fn overwritten(&self, condition: &Condition) -> Truth {
        match (self.bound, condition.predicate()) {
            (TruthBound::Possibly, Predicate::Time(_, TimeTest::After(moment))) => {
                // There is an instant after the moment, and not after then.
                let then = self.then.now.timestamp_micros();
                Truth::Constant(moment.instant(then) < then)
            }
            (TruthBound::Possibly, Predicate::Time(_, TimeTest::Before(moment))) => {
                // There is always an instant before, but for the first one.
                Truth::Constant(moment.instant(self.then.now.timestamp_micros()) > crate::time::first_instant())
            }
            (_, Predicate::Count(field, test)) => {
                self.number(condition, test, &0, |test| Predicate::Count(*field, test))
            }
            (_, Predicate::Amount(field @ AmountField::RevenueTotal, test)) => {
                self.number(condition, test, &Number::default(), |test| Predicate::Amount(*field, test))
            }
            // Purchases make it true; one that was made is not unmade.
            (TruthBound::Possibly, Predicate::Flag(_, true)) | (TruthBound::Surely, Predicate::Flag(_, false)) => {
                Truth::Condition(condition.clone())
            }
            (TruthBound::Possibly, _) => Truth::Constant(true),
            (TruthBound::Surely, _) => Truth::Constant(false),
        }
    }

    /// What is known of a number that was between nothing and today's: of each comparison of a test.
    fn number<N: Copy + Ord>(
        &self,
        condition: &Condition,
        test: &NumberTest<N>,
        nothing: &N,
        of: impl Fn(NumberTest<N>) -> Predicate,
    ) -> Truth {
        // A negation holds where any of the comparisons does not.
        let junction = if condition.is_negated() { Junction::Any } else { Junction::All };
        let each = test.comparisons().map(|(comparison, number)| {
            let today = |(comparison, negated)| {
                Truth::Condition(condition.with(of(NumberTest::Compare(comparison, number)), negated))
            };
            between(self.bound, (comparison, condition.is_negated()), number.cmp(nothing), &today)
        });
        logic::join(junction, each)
    }

    fn after(&self, field: TimeField) -> Predicate {
        Predicate::Time(field, TimeTest::After(Moment::At(self.then.now)))
    }

    fn until_then(&self, field: TimeField) -> Predicate {
        Predicate::Time(field, TimeTest::Before(Moment::At(self.later())))
    }

    /// The first instant after then.
    fn later(&self) -> DateTime<Utc> {
        self.then.now.checked_add_signed(TimeDelta::microseconds(1)).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// The membership was not there then.
    fn joined_later(&self, list: i64) -> Result<Group, Errors> {
        group_of(Condition::new(self.after(TimeField::SignupDate)).on_list(list))
    }

    /// The membership was there then, or is on nobody's record.
    fn had_joined(&self, list: Option<i64>) -> Result<Group, Errors> {
        let absent = Condition::not(Predicate::Exists(OptionalField::Time(TimeField::SignupDate)))?;
        let before = Condition::new(self.until_then(TimeField::SignupDate));
        let on = |condition: Condition| match list {
            None => condition,
            Some(list) => condition.on_list(list),
        };
        Group::new(Junction::Any, vec![on(absent), on(before)], vec![])
    }
}

/// The activity that overwrites what a predicate looks at; `None` of what carries no time, and is taken as it is.
fn overwritten_by(predicate: &Predicate) -> Option<TimeField> {
    match predicate {
        Predicate::Exists(OptionalField::Time(TimeField::SignupDate)) | Predicate::Time(TimeField::SignupDate, _) => {
            None
        }
        Predicate::Exists(OptionalField::Time(field)) | Predicate::Time(field, _) => Some(*field),
        Predicate::Count(CountField::ClickCount, _) => Some(TimeField::LastClickedAt),
        Predicate::Count(CountField::SendCount, _) => Some(TimeField::LastSentAt),
        Predicate::Count(CountField::ConversionCount, _)
        | Predicate::Amount(..)
        | Predicate::Flag(FlagField::HasRevenue, _) => Some(TimeField::LastRevenueAt),
        Predicate::OnList(_)
        | Predicate::Exists(OptionalField::Text(_) | OptionalField::Custom(_))
        | Predicate::Flag(FlagField::OnDnc | FlagField::IsValid | FlagField::InWorkflow, _)
        | Predicate::Text(..)
        | Predicate::Custom(..) => None,
    }
}

/// How a value between nothing and today's stands to a number, which stands so to nothing, in terms of today's. A
/// comparison comes with whether it is negated.
fn between(
    bound: TruthBound,
    comparison: (Comparison, bool),
    number: Ordering,
    today: &dyn Fn((Comparison, bool)) -> Truth,
) -> Truth {
    use Comparison::{Eq, Gt, Gte, Lt, Lte};
    use Ordering::{Equal, Greater, Less};
    match bound {
        TruthBound::Possibly => match (comparison, number) {
            // Nothing itself satisfies it.
            ((Gt, false), Less)
            | ((Gte, false), Less | Equal)
            | ((Lt, false), Greater)
            | ((Lte, false), Equal | Greater)
            | ((Eq, false), Equal)
            | ((Eq, true), Less | Greater) => Truth::Constant(true),
            // It is on the way to today's, or it is not.
            ((Eq, false), Greater) => today((Gte, false)),
            ((Eq, false), Less) => today((Lte, false)),
            (comparison, _) => today(comparison),
        },
        // Surely is what is not possibly otherwise.
        TruthBound::Surely => {
            let opposite = |(comparison, negated): (Comparison, bool)| match comparison.opposite() {
                Some(opposite) => (opposite, negated),
                None => (comparison, !negated),
            };
            match between(TruthBound::Possibly, opposite(comparison), number, &|comparison| today(opposite(comparison)))
            {
                Truth::Constant(holds) => Truth::Constant(!holds),
                other => other,
            }
        }
    }
}

fn group_of(condition: Condition) -> Result<Group, Errors> {
    Group::new(Junction::All, vec![condition], vec![])
}
