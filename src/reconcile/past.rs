//! What a filter may have said at an instant, asked of records that are younger.
//!
//! The last click, message and purchase overwrite the ones before. Of a membership with one of them after the instant,
//! what they overwrote is only bounded: the time was at most the instant or absent, a count or an amount between nothing
//! and today's. What carries no time may have been anything, unless it is assumed that it did not change. In three-valued
//! logic (Kleene 1938) such a condition is neither true nor false; a filter is possibly true with every such condition
//! taken for true where it could be, and surely true with each taken for false where it could be. Both are plain filters
//! again, for any engine: a condition of today's value, or of the activity that is younger.

use std::cmp::Ordering;

use chrono::{DateTime, TimeDelta, Utc};

use super::untraced::{UntracedChange, UntracedChanges};
use crate::catalogue::{AmountField, CountField, FlagField, TextField, TimeField};
use crate::error::Errors;
use crate::filter::{
    Comparison, Condition, Filter, Group, Junction, NonEmpty, NumberTest, OptionalField, Predicate, TimeTest,
};
use crate::logic::{self, LogicTree};
use crate::number::Number;
use crate::semantics::{EvalContext, Semantics, Subscription};
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
    /// The filter that, asked of today's records in the circumstances beside it, is a bound of this one asked at `then`
    /// of the records of then; `None` where it holds of nobody.
    ///
    /// # Errors
    ///
    /// `filter_too_deep` where the filter nests so deep that its bound cannot.
    pub(super) fn bound(
        &self,
        bound: TruthBound,
        then: &EvalContext,
        unchanged: UntracedChanges,
    ) -> Result<Option<(Filter, EvalContext)>, Errors> {
        let past = Past { bound, then, unchanged };
        let there = match bound {
            // Nobody is sure to have been active.
            TruthBound::Surely if past.may_have_opted() => return Ok(None),
            TruthBound::Surely => past.surely_there(None),
            TruthBound::Possibly => past.possibly_there(None),
        };
        let asked = logic::join(Junction::All, [past.group(self.root()), there]);
        let subscription = if past.may_have_opted() { Subscription::Any } else { then.semantics.subscription };
        let cx = then.with(Semantics { subscription, ..then.semantics });
        Ok(asked.into_group()?.map(|root| (Filter::new(root), cx)))
    }
}

/// What a condition comes to, before it is a part of a filter.
type Truth = LogicTree<Condition>;

impl Truth {
    /// As groups and conditions; nothing of a constant. What is joined with a condition is never always true.
    fn into_group(self) -> Result<Option<Group>, Errors> {
        match self {
            Self::Constant(_) => Ok(None),
            Self::Condition(condition) => Group::new(Junction::All, vec![condition], vec![]).map(Some),
            Self::Group(junction, members) => {
                let (mut conditions, mut groups) = (vec![], vec![]);
                for member in members {
                    match member {
                        Self::Condition(condition) => conditions.push(condition),
                        other => groups.extend(other.into_group()?),
                    }
                }
                Group::new(junction, conditions, groups).map(Some)
            }
        }
    }
}

fn all<const N: usize>(members: [Truth; N]) -> Truth {
    logic::join(Junction::All, members)
}

fn any<const N: usize>(members: [Truth; N]) -> Truth {
    logic::join(Junction::Any, members)
}

struct Past<'e> {
    bound: TruthBound,
    then: &'e EvalContext,
    /// What is assumed not to have changed.
    unchanged: UntracedChanges,
}

impl Past<'_> {
    fn may_have_changed(&self, change: UntracedChange) -> bool {
        !self.unchanged.contains(change)
    }

    /// Whether a membership may have taken part that does not today, or the reverse.
    fn may_have_opted(&self) -> bool {
        self.then.semantics.subscription == Subscription::ActiveOnly
            && self.may_have_changed(UntracedChange::Subscription)
    }

    /// What may have been either.
    fn either(&self) -> Truth {
        Truth::Constant(self.bound == TruthBound::Possibly)
    }

    fn group(&self, group: &Group) -> Truth {
        let conditions = group.conditions().iter().map(|condition| self.condition(condition));
        let groups = group.groups().iter().map(|inner| self.group(inner));
        logic::join(group.junction(), conditions.chain(groups))
    }

    fn condition(&self, condition: &Condition) -> Truth {
        match (condition.predicate(), condition.list_that_matters()) {
            (Predicate::OnList(lists), _) => self.on_any(lists.as_slice(), condition),
            (_, None) => self.known(condition),
            (_, Some(list)) => self.on_list(list, condition),
        }
    }

    /// A condition asked of the membership on a list, where there was one then.
    fn on_list(&self, list: i64, condition: &Condition) -> Truth {
        let holds_of_nothing = condition.holds_of_nothing(&self.then.semantics);
        let known = self.known(condition);
        match (self.bound, self.may_have_changed(UntracedChange::Memberships)) {
            // The membership may not have taken part.
            (TruthBound::Possibly, _) if holds_of_nothing && self.may_have_opted() => Truth::Constant(true),
            // One that was removed may have had any value.
            (TruthBound::Possibly, true) => any([known, self.undated(list), self.joined_later(list)]),
            (TruthBound::Surely, true) => all([known, self.surely_there(Some(list))]),
            (_, false) if holds_of_nothing => any([known, is_on(list, false), self.joined_later(list)]),
            (_, false) => all([known, is_on(list, true), self.possibly_there(Some(list))]),
        }
    }

    /// On a list then: on it today, and joined before. On none of them: each is a list of today's that is not one, or
    /// one that was joined later.
    fn on_any(&self, lists: &[i64], condition: &Condition) -> Truth {
        let junction = if condition.is_negated() { Junction::All } else { Junction::Any };
        logic::join(junction, lists.iter().map(|list| self.on_one(*list, condition.is_negated())))
    }

    fn on_one(&self, list: i64, negated: bool) -> Truth {
        let on = is_on(list, !negated);
        match (self.bound, self.may_have_changed(UntracedChange::Memberships)) {
            // The membership may not have taken part.
            (TruthBound::Possibly, _) if negated && self.may_have_opted() => Truth::Constant(true),
            // It may have been removed.
            (TruthBound::Possibly, true) if negated => any([self.undated(list), self.joined_later(list)]),
            (TruthBound::Surely, true) if !negated => all([on, self.surely_there(Some(list))]),
            (_, true) => self.either(),
            (_, false) if negated => any([on, self.joined_later(list)]),
            (_, false) => all([on, self.possibly_there(Some(list))]),
        }
    }

    /// A condition on a membership that was there.
    fn known(&self, condition: &Condition) -> Truth {
        let predicate = condition.predicate();
        let today = || Truth::Condition(condition.clone());
        let overwritten_by = match Trace::of(predicate) {
            Trace::Untraced(change) if self.may_have_changed(change) => return self.either(),
            Trace::Untraced(_) | Trace::Lasting => return today(),
            Trace::OverwrittenBy(field) => field,
        };
        let with = |predicate, negated| Truth::Condition(condition.with(predicate, negated));
        let after = || with(self.after(overwritten_by), false);
        let absent = || with(Predicate::Exists(OptionalField::Time(overwritten_by)), true);
        let before = || with(self.until_then(overwritten_by), false);
        let is_timed = matches!(predicate, Predicate::Exists(_) | Predicate::Time(..));
        let (as_it_was, overwritten) = if is_timed || !self.may_have_changed(UntracedChange::Activity) {
            (any([absent(), before()]), after())
        } else {
            // An average can only have been another where there is one.
            let has_average = match predicate {
                Predicate::Amount(field @ AmountField::AvgRevenue, _) => any([Comparison::Gte, Comparison::Lt]
                    .map(|side| with(Predicate::Amount(*field, NumberTest::Compare(side, Number::default())), false))),
                _ => Truth::Constant(true),
            };
            let as_it_was = match self.bound {
                TruthBound::Surely => before(),
                TruthBound::Possibly => any([absent(), before()]),
            };
            (as_it_was, any([after(), all([absent(), has_average])]))
        };
        any([all([today(), as_it_was]), all([overwritten, self.overwritten(condition)])])
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

    /// The membership was joined after then.
    fn joined_later(&self, list: i64) -> Truth {
        Truth::Condition(Condition::new(self.after(TimeField::SignupDate)).on_list(list))
    }

    /// There is no membership on the list, or it does not tell when it was joined.
    fn undated(&self, list: i64) -> Truth {
        Truth::Condition(signup_date_is_absent(Some(list)))
    }

    /// The membership was there then, or does not tell, or is on nobody's record.
    fn possibly_there(&self, list: Option<i64>) -> Truth {
        any([Truth::Condition(signup_date_is_absent(list)), self.joined_before(list)])
    }

    fn surely_there(&self, list: Option<i64>) -> Truth {
        if self.may_have_changed(UntracedChange::Memberships) {
            self.joined_before(list)
        } else {
            self.possibly_there(list)
        }
    }

    fn joined_before(&self, list: Option<i64>) -> Truth {
        Truth::Condition(of_list(Condition::new(self.until_then(TimeField::SignupDate)), list))
    }
}

/// On a list today, or not.
fn is_on(list: i64, expected: bool) -> Truth {
    let on = Condition::new(Predicate::OnList(NonEmpty::one(list)));
    Truth::Condition(on.with(on.predicate().clone(), !expected))
}

fn signup_date_is_absent(list: Option<i64>) -> Condition {
    let exists = Condition::new(Predicate::Exists(OptionalField::Time(TimeField::SignupDate)));
    of_list(exists.with(exists.predicate().clone(), true), list)
}

fn of_list(condition: Condition, list: Option<i64>) -> Condition {
    match list {
        None => condition,
        Some(list) => condition.on_list(list),
    }
}

/// What records keep of the past of a value.
enum Trace {
    /// The value itself, which does not change.
    Lasting,
    /// The time of the activity that overwrites it.
    OverwrittenBy(TimeField),
    /// Nothing.
    Untraced(UntracedChange),
}

impl Trace {
    /// What records keep of the value that a predicate looks at.
    fn of(predicate: &Predicate) -> Self {
        match predicate {
            Predicate::OnList(_)
            | Predicate::Exists(
                OptionalField::Time(TimeField::SignupDate) | OptionalField::Text(TextField::PhoneNumber),
            )
            | Predicate::Time(TimeField::SignupDate, _)
            | Predicate::Text(TextField::PhoneNumber, _) => Self::Lasting,
            Predicate::Exists(OptionalField::Time(field)) | Predicate::Time(field, _) => Self::OverwrittenBy(*field),
            Predicate::Count(CountField::ClickCount, _) => Self::OverwrittenBy(TimeField::LastClickedAt),
            Predicate::Count(CountField::SendCount, _) => Self::OverwrittenBy(TimeField::LastSentAt),
            Predicate::Count(CountField::ConversionCount, _)
            | Predicate::Amount(..)
            | Predicate::Flag(FlagField::HasRevenue, _) => Self::OverwrittenBy(TimeField::LastRevenueAt),
            Predicate::Flag(FlagField::OnDnc, _) => Self::Untraced(UntracedChange::OnDnc),
            Predicate::Flag(FlagField::IsValid | FlagField::InWorkflow, _) => Self::Untraced(UntracedChange::Flags),
            Predicate::Exists(OptionalField::Text(_)) | Predicate::Text(..) => Self::Untraced(UntracedChange::Texts),
            Predicate::Exists(OptionalField::Custom(_)) | Predicate::Custom(..) => {
                Self::Untraced(UntracedChange::CustomFields)
            }
        }
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
