//! A condition, bound: which value it looks at, which values pass, and what it says where there is none.

use super::custom::{CustomMatch, Literals, Ordering};
use super::interval::Interval;
use super::text::TextMatch;
use crate::catalogue::{AmountField, CountField, Field, FlagField, TextField, TimeField};
use crate::filter::{Asked, Condition, CustomKey, CustomTest, FieldTest, ListTest, Literal, Test, TextTest, TimeTest};
use crate::number::Number;
use crate::semantics::{EvalContext, MissingNegation, Semantics};
use crate::time::{Moment, Span};

/// A question to a record. It holds where there is a value and `test` says so (or does not, if `negated`), and where
/// there is no value if `missing` says so.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Leaf {
    pub(crate) subject: Subject,
    /// The list whose membership is asked; `None` is the one in hand, and always so for what is the same on all.
    pub(crate) list: Option<i64>,
    pub(crate) test: LeafTest,
    pub(crate) negated: bool,
    pub(crate) missing: bool,
}

/// Which value is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Subject {
    Time(TimeField),
    Count(CountField),
    Amount(AmountField),
    Flag(FlagField),
    Text(TextField),
    Custom(CustomKey),
    /// The lists that the contact is on.
    Lists,
}

/// Which values pass.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum LeafTest {
    /// Every value.
    Exists,
    /// A flag that is set.
    True,
    /// An instant, in microseconds; also of a custom field, where what is no time is no value.
    Time(Interval<i64>),
    Count(Interval<u64>),
    Amount(Interval<Number>),
    Text(TextMatch),
    Custom(CustomMatch),
    /// Any of these lists, which are sorted.
    Lists(Vec<i64>),
    /// No value.
    Nothing,
}

/// The instants that count as now, and at how many of them a question is to hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) from: i64,
    /// The last of them.
    pub(crate) to: i64,
    pub(crate) hold: Hold,
}

/// At how many instants a question is to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    /// At one of them at least: what passes may hold.
    Sometimes,
    /// At all of them: what passes does hold.
    Always,
}

impl Window {
    pub(crate) fn at(now: i64) -> Self {
        Self { from: now, to: now, hold: Hold::Always }
    }

    /// The instants that are no longer than the span ago.
    fn within(self, span: Span) -> Interval<i64> {
        match self.hold {
            Hold::Sometimes => Interval::between(span.before(self.from), self.to),
            Hold::Always => Interval::between(span.before(self.to), self.from),
        }
    }

    /// The instants before a moment, which moves on with now.
    fn before(self, moment: Moment) -> Option<Interval<i64>> {
        Interval::below(moment.instant(if self.hold == Hold::Sometimes { self.to } else { self.from }))
    }

    fn after(self, moment: Moment) -> Option<Interval<i64>> {
        Interval::above(moment.instant(if self.hold == Hold::Sometimes { self.from } else { self.to }))
    }

    /// What fails at one of the instants is what does not pass at all of them.
    fn opposite(self) -> Self {
        let hold = if self.hold == Hold::Sometimes { Hold::Always } else { Hold::Sometimes };
        Self { hold, ..self }
    }
}

impl Leaf {
    pub(crate) fn new(condition: &Condition, cx: &EvalContext) -> Self {
        Self::over(condition, cx.semantics, Window::at(cx.now.timestamp_micros()))
    }

    pub(crate) fn over(condition: &Condition, semantics: Semantics, window: Window) -> Self {
        match condition {
            Condition::List(test) => {
                let (lists, negated) = match test {
                    ListTest::In(lists) => (lists, false),
                    ListTest::NotIn(lists) => (lists, true),
                };
                let mut lists = lists.as_slice().to_vec();
                lists.sort_unstable();
                lists.dedup();
                Self { subject: Subject::Lists, list: None, test: LeafTest::Lists(lists), negated, missing: negated }
            }
            Condition::Field(FieldTest { test, list }) => {
                let same_everywhere = test.field().is_some_and(Field::is_of_the_contact);
                let list = list.filter(|_| !same_everywhere);
                let (subject, (test, negated), exists) = bound(test, semantics, window);
                let missing = match exists {
                    Some(exists) => !exists,
                    None => {
                        negated
                            && !matches!(test, LeafTest::True)
                            && semantics.missing_negation == MissingNegation::Matches
                    }
                };
                Self { subject, list, test, negated, missing }
            }
        }
    }

    /// Whether there is a value in every record.
    pub(crate) fn is_total(&self) -> bool {
        self.list.is_none()
            && match &self.subject {
                Subject::Count(_) | Subject::Flag(_) | Subject::Lists => true,
                Subject::Amount(field) => *field == AmountField::RevenueTotal,
                Subject::Text(field) => *field == TextField::PhoneNumber,
                Subject::Time(_) | Subject::Custom(_) => false,
            }
    }

    /// Whether another leaf, of the same test of the same value, holds exactly where this one does not.
    pub(crate) fn is_complement_of(&self, other: &Self) -> bool {
        self.negated != other.negated && (self.missing != other.missing || self.is_total())
    }
}

/// The subject, the test with whether it is negated, and for a question of existence what it asks.
fn bound(test: &Test, semantics: Semantics, window: Window) -> (Subject, (LeafTest, bool), Option<bool>) {
    let case = semantics.text_case;
    let of_comparison =
        |(interval, negated): (Option<LeafTest>, bool)| (interval.unwrap_or(LeafTest::Nothing), negated);
    match test {
        Test::Time(field, asked) => of_asked(Subject::Time(*field), asked, |test| time_test(test, window)),
        Test::Count(field, comparison, value) => {
            let (interval, negated) = Interval::of(*comparison, *value);
            (Subject::Count(*field), of_comparison((interval.map(LeafTest::Count), negated)), None)
        }
        Test::Amount(field, comparison, value) => {
            let (interval, negated) = Interval::of(*comparison, *value);
            (Subject::Amount(*field), of_comparison((interval.map(LeafTest::Amount), negated)), None)
        }
        Test::Flag(field, value) => (Subject::Flag(*field), (LeafTest::True, !value), None),
        Test::Text(field, asked) => of_asked(Subject::Text(*field), asked, |test| {
            let one = std::slice::from_ref::<String>;
            let (pattern, negated) = match test {
                TextTest::Eq(text) => (TextMatch::is(one(text), case), false),
                TextTest::Neq(text) => (TextMatch::is(one(text), case), true),
                TextTest::Contains(text) => (TextMatch::contains(text, case), false),
                TextTest::NotContains(text) => (TextMatch::contains(text, case), true),
                TextTest::StartsWith(text) => (TextMatch::starts_with(text, case), false),
                TextTest::EndsWith(text) => (TextMatch::ends_with(text, case), false),
                TextTest::In(texts) => (TextMatch::is(texts.as_slice(), case), false),
                TextTest::NotIn(texts) => (TextMatch::is(texts.as_slice(), case), true),
            };
            (LeafTest::Text(pattern), negated)
        }),
        Test::Custom(key, asked) => of_asked(Subject::Custom(key.clone()), asked, |test| {
            let one_of = |literals: &[Literal]| CustomMatch::NonEmpty(Literals::new(literals, case));
            let one = std::slice::from_ref::<Literal>;
            let (custom, negated) = match test {
                CustomTest::Eq(literal) => (one_of(one(literal)), false),
                CustomTest::Neq(literal) => (one_of(one(literal)), true),
                CustomTest::Order(order, bound) => (CustomMatch::Order(Ordering::new(*order, bound, case)), false),
                CustomTest::Contains(text) => (CustomMatch::Text(TextMatch::contains(text, case)), false),
                CustomTest::NotContains(text) => (CustomMatch::Text(TextMatch::contains(text, case)), true),
                CustomTest::StartsWith(text) => (CustomMatch::Text(TextMatch::starts_with(text, case)), false),
                CustomTest::EndsWith(text) => (CustomMatch::Text(TextMatch::ends_with(text, case)), false),
                CustomTest::In(literals) => (one_of(literals.as_slice()), false),
                CustomTest::NotIn(literals) => (one_of(literals.as_slice()), true),
                CustomTest::Time(test) => return time_test(test, window),
            };
            (LeafTest::Custom(custom), negated)
        }),
    }
}

fn of_asked<T>(
    subject: Subject,
    asked: &Asked<T>,
    of_value: impl FnOnce(&T) -> (LeafTest, bool),
) -> (Subject, (LeafTest, bool), Option<bool>) {
    match asked {
        Asked::Exists => (subject, (LeafTest::Exists, false), Some(true)),
        Asked::NotExists => (subject, (LeafTest::Exists, true), Some(false)),
        Asked::Value(test) => (subject, of_value(test), None),
    }
}

fn time_test(test: &TimeTest, window: Window) -> (LeafTest, bool) {
    let (interval, negated) = match test {
        TimeTest::Within(span) => (Some(window.within(*span)), false),
        TimeTest::NotWithin(span) => (Some(window.opposite().within(*span)), true),
        TimeTest::Before(moment) => (window.before(*moment), false),
        TimeTest::After(moment) => (window.after(*moment), false),
    };
    (interval.map_or(LeafTest::Nothing, LeafTest::Time), negated)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;
    use crate::audience::Audience;
    use crate::contact::{Contact, Membership};
    use crate::matcher::Matcher;

    const MINUTE: i64 = 60_000_000;
    const LAST: i64 = 3;

    fn instant(micros: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(micros).unwrap()
    }

    /// Asked of every value that can make a difference, and of none, at every instant from 0 to the last.
    #[test]
    fn a_question_over_a_window_holds_at_one_of_its_instants_or_at_all() {
        let values = [-MINUTE, 0].into_iter().flat_map(|around| around - 2..=around + LAST + 2).map(Some);
        let contacts: Vec<Contact> = values
            .chain([None])
            .map(|value| Membership { last_sent_at: value.map(instant), ..Membership::default() })
            .map(|membership| Contact { memberships: vec![membership], ..Contact::default() })
            .collect();
        for operator in ["within", "not within", "before", "after"] {
            for (minutes, missing_negation) in [
                (0, MissingNegation::Matches),
                (0, MissingNegation::Fails),
                (1, MissingNegation::Matches),
                (1, MissingNegation::Fails),
            ] {
                let filter = format!("last_sent_at {operator} {minutes} minutes");
                let audience = Audience::of(filter.parse().unwrap());
                let semantics = Semantics { missing_negation, ..Semantics::default() };
                let at = |now| EvalContext::at(instant(now)).with(semantics);
                let over = |hold| Matcher::from(audience.plan_over(&at(0), Window { from: 0, to: LAST, hold }));
                let (sometimes, always) = (over(Hold::Sometimes), over(Hold::Always));
                for contact in &contacts {
                    let mut instants = (0..=LAST).map(|now| audience.contains(contact, &at(now)));
                    let of = || format!("{filter}, {missing_negation:?}: {:?}", contact.memberships[0].last_sent_at);
                    assert_eq!(sometimes.matches(contact), instants.clone().any(|holds| holds), "{}", of());
                    assert_eq!(always.matches(contact), instants.all(|holds| holds), "{}", of());
                }
            }
        }
    }
}
