//! A condition, bound: which value it looks at, which values pass, and what it says where there is none.

use super::custom::{CustomMatch, Literals, Ordering};
use super::interval::Interval;
use super::text::TextMatch;
use crate::catalogue::{AmountField, CountField, FlagField, TextField, TimeField};
use crate::filter::{Condition, CustomKey, CustomTest, Literal, OptionalField, Predicate, TimeTest};
use crate::number::Number;
use crate::semantics::{EvalContext, Semantics, TextCase};
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

    /// The instants that pass; `None` if there are none.
    fn passing(self, test: &TimeTest) -> Option<Interval<i64>> {
        match test {
            TimeTest::Within(span) => Some(self.within(*span)),
            TimeTest::Before(moment) => self.before(*moment),
            TimeTest::After(moment) => self.after(*moment),
        }
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
        // A flag that is to be false is one that is set, negated; where there is none it fails all the same.
        let unset = matches!(condition.predicate(), Predicate::Flag(_, false));
        let window = if condition.is_negated() { window.opposite() } else { window };
        Self {
            subject: Subject::of(condition.predicate()),
            list: condition.list_that_matters(),
            test: LeafTest::of(condition.predicate(), semantics.text_case, window),
            negated: condition.is_negated() || unset,
            missing: condition.holds_of_nothing(&semantics),
        }
    }

    /// The same question, which says the other thing where there is no value; none if it never looks for a value in vain.
    #[cfg(feature = "table")]
    pub(crate) fn with_other_missing(&self) -> Option<Self> {
        // A question of existence has a value to go by.
        let is_answered = self.is_total() || self.test == LeafTest::Exists;
        (!is_answered).then(|| Self { missing: !self.missing, ..self.clone() })
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

impl Subject {
    pub(crate) fn of(predicate: &Predicate) -> Self {
        match predicate {
            Predicate::OnList(_) => Self::Lists,
            Predicate::Exists(OptionalField::Time(field)) | Predicate::Time(field, _) => Self::Time(*field),
            Predicate::Exists(OptionalField::Text(field)) | Predicate::Text(field, _) => Self::Text(*field),
            Predicate::Exists(OptionalField::Custom(key)) | Predicate::Custom(key, _) => Self::Custom(key.clone()),
            Predicate::Count(field, _) => Self::Count(*field),
            Predicate::Amount(field, _) => Self::Amount(*field),
            Predicate::Flag(field, _) => Self::Flag(*field),
        }
    }
}

impl LeafTest {
    /// The values that a predicate holds of.
    fn of(predicate: &Predicate, case: TextCase, window: Window) -> Self {
        match predicate {
            Predicate::OnList(lists) => {
                let mut lists = lists.as_slice().to_vec();
                lists.sort_unstable();
                lists.dedup();
                Self::Lists(lists)
            }
            Predicate::Exists(_) => Self::Exists,
            Predicate::Time(_, test) | Predicate::Custom(_, CustomTest::Time(test)) => {
                window.passing(test).map_or(Self::Nothing, Self::Time)
            }
            Predicate::Count(_, test) => Interval::passing(test).map_or(Self::Nothing, Self::Count),
            Predicate::Amount(_, test) => Interval::passing(test).map_or(Self::Nothing, Self::Amount),
            Predicate::Flag(..) => Self::True,
            Predicate::Text(_, test) => Self::Text(TextMatch::of(test, case)),
            Predicate::Custom(_, test) => Self::custom(test, case),
        }
    }

    fn custom(test: &CustomTest, case: TextCase) -> Self {
        match test {
            CustomTest::Eq(literal) => Self::equals_any(std::slice::from_ref(literal), case),
            CustomTest::In(literals) => Self::equals_any(literals.as_slice(), case),
            CustomTest::Order(order, literal) => Self::Custom(CustomMatch::Order(Ordering::new(*order, literal, case))),
            CustomTest::Has(part, text) => Self::Custom(CustomMatch::Text(TextMatch::has(*part, text, case))),
            // Asked of the value as a whole.
            CustomTest::Time(_) => Self::Nothing,
        }
    }

    fn equals_any(literals: &[Literal], case: TextCase) -> Self {
        Self::Custom(CustomMatch::NonEmpty(Literals::new(literals, case)))
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;
    use crate::audience::Audience;
    use crate::contact::{Contact, Membership};
    use crate::matcher::Matcher;
    use crate::semantics::MissingNegation;

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
