//! The predicates of conditions, positives only, and what they compare with.

use std::fmt;

use crate::catalogue::{AmountField, CountField, Field, FlagField, TextField, TimeField};
use crate::number::Number;
use crate::time::{Moment, Span};

/// What is asked of a membership, or of its contact.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Predicate {
    /// The contact is on at least one of these lists, whatever list is in hand.
    OnList(NonEmpty<i64>),
    /// The field has a value.
    Exists(OptionalField),
    /// An instant passes.
    Time(TimeField, TimeTest),
    /// A number of events passes.
    Count(CountField, NumberTest<u64>),
    /// An amount of money passes.
    Amount(AmountField, NumberTest<Number>),
    /// A yes or no is this one.
    Flag(FlagField, bool),
    /// A text passes.
    Text(TextField, TextTest),
    /// A custom field passes, whatever it holds.
    Custom(CustomKey, CustomTest),
}

impl Predicate {
    /// The field that is asked, if it is one with a name of its own.
    #[must_use]
    pub fn field(&self) -> Option<Field> {
        match self {
            Self::OnList(_) | Self::Custom(..) => None,
            Self::Exists(field) => field.field(),
            Self::Time(field, _) => Some(Field::Time(*field)),
            Self::Count(field, _) => Some(Field::Count(*field)),
            Self::Amount(field, _) => Some(Field::Amount(*field)),
            Self::Flag(field, _) => Some(Field::Flag(*field)),
            Self::Text(field, _) => Some(Field::Text(*field)),
        }
    }

    /// The time that is asked for, of a field or of a custom field.
    #[must_use]
    pub fn time_test(&self) -> Option<&TimeTest> {
        match self {
            Self::Time(_, test) | Self::Custom(_, CustomTest::Time(test)) => Some(test),
            _ => None,
        }
    }

    /// Whether some operator is its negation.
    pub(crate) fn can_be_negated(&self) -> bool {
        match self {
            Self::OnList(_) | Self::Exists(_) | Self::Text(..) => true,
            Self::Time(_, test) => test.can_be_negated(),
            Self::Count(_, test) => test.can_be_negated(),
            Self::Amount(_, test) => test.can_be_negated(),
            Self::Flag(..) => false,
            Self::Custom(_, test) => test.can_be_negated(),
        }
    }
}

/// A field that may have no value, so that it may be asked whether it has one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OptionalField {
    /// An instant.
    Time(TimeField),
    /// A text.
    Text(TextField),
    /// A custom field.
    Custom(CustomKey),
}

impl OptionalField {
    /// The field, if it is one with a name of its own.
    #[must_use]
    pub fn field(&self) -> Option<Field> {
        match self {
            Self::Time(field) => Some(Field::Time(*field)),
            Self::Text(field) => Some(Field::Text(*field)),
            Self::Custom(_) => None,
        }
    }
}

/// What is asked of an instant `v`. Seen from `now`, a span's cut-off is `now` less the span.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimeTest {
    /// `cutoff ≤ v ≤ now`.
    Within(Span),
    /// `v < moment`.
    Before(Moment),
    /// `v > moment`, the future too.
    After(Moment),
}

impl TimeTest {
    /// The length of time that is counted back from now, if it is one.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        match self {
            Self::Within(span) | Self::Before(Moment::Ago(span)) | Self::After(Moment::Ago(span)) => Some(*span),
            Self::Before(Moment::At(_)) | Self::After(Moment::At(_)) => None,
        }
    }

    fn can_be_negated(&self) -> bool {
        match self {
            Self::Within(_) => true,
            Self::Before(_) | Self::After(_) => false,
        }
    }
}

/// What is asked of a number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NumberTest<N> {
    /// It stands so to this one.
    Compare(Comparison, N),
}

impl<N: Copy + Ord> NumberTest<N> {
    /// The comparisons that all hold exactly where the test does.
    pub(crate) fn comparisons(&self) -> impl Iterator<Item = (Comparison, N)> + Clone + use<N> {
        match self {
            Self::Compare(comparison, number) => std::iter::once((*comparison, *number)),
        }
    }

    /// Whether a number passes.
    pub(crate) fn holds(&self, value: &N) -> bool {
        self.comparisons().all(|(comparison, number)| comparison.holds(value.cmp(&number)))
    }
}

impl<N> NumberTest<N> {
    fn can_be_negated(&self) -> bool {
        match self {
            Self::Compare(comparison, _) => *comparison == Comparison::Eq,
        }
    }
}

/// A comparison with a number or a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Comparison {
    /// Equal.
    Eq,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
}

impl Comparison {
    /// Every comparison.
    pub const ALL: [Self; 5] = [Self::Eq, Self::Gt, Self::Gte, Self::Lt, Self::Lte];

    /// Whether a value that stands so to the one it is compared with passes.
    #[must_use]
    pub fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Self::Eq => ordering.is_eq(),
            Self::Gt => ordering.is_gt(),
            Self::Gte => ordering.is_ge(),
            Self::Lt => ordering.is_lt(),
            Self::Lte => ordering.is_le(),
        }
    }

    /// The comparison that holds of a value exactly where this one does not, if there is one.
    pub(crate) fn opposite(self) -> Option<Self> {
        match self {
            Self::Eq => None,
            Self::Gt => Some(Self::Lte),
            Self::Lte => Some(Self::Gt),
            Self::Gte => Some(Self::Lt),
            Self::Lt => Some(Self::Gte),
        }
    }
}

/// A comparison that asks for an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OrderOp {
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
}

impl OrderOp {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Gt, Self::Gte, Self::Lt, Self::Lte];

    /// The comparison it is.
    #[must_use]
    pub fn comparison(self) -> Comparison {
        match self {
            Self::Gt => Comparison::Gt,
            Self::Gte => Comparison::Gte,
            Self::Lt => Comparison::Lt,
            Self::Lte => Comparison::Lte,
        }
    }
}

/// Where a text is looked for in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TextPart {
    /// Anywhere: `contains`.
    Anywhere,
    /// At its start: `starts_with`.
    Start,
    /// At its end: `ends_with`.
    End,
}

impl TextPart {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Anywhere, Self::Start, Self::End];
}

/// What is asked of a text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TextTest {
    /// Is this text.
    Eq(String),
    /// Has this text in it, or at an end.
    Has(TextPart, String),
    /// Is one of these.
    In(NonEmpty<String>),
}

/// What is asked of a custom field.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CustomTest {
    /// Is this value.
    Eq(Literal),
    /// Comes before or after this value.
    Order(OrderOp, OrderedLiteral),
    /// Has this text in it, or at an end.
    Has(TextPart, String),
    /// Is one of these.
    In(NonEmpty<Literal>),
    /// Is an instant that passes.
    Time(TimeTest),
}

impl CustomTest {
    fn can_be_negated(&self) -> bool {
        match self {
            Self::Eq(_) | Self::Has(..) | Self::In(_) => true,
            Self::Order(..) => false,
            Self::Time(test) => test.can_be_negated(),
        }
    }
}

/// A value that has an order, in a filter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum OrderedLiteral {
    /// A text, ordered by code point.
    Text(String),
    /// A number, ordered by value.
    Number(Number),
}

/// A value in a filter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Literal {
    /// A text.
    Text(String),
    /// A number.
    Number(Number),
    /// True or false.
    Bool(bool),
}

impl From<OrderedLiteral> for Literal {
    fn from(literal: OrderedLiteral) -> Self {
        match literal {
            OrderedLiteral::Text(text) => Self::Text(text),
            OrderedLiteral::Number(number) => Self::Number(number),
        }
    }
}

/// The key of a custom field, without `custom_fields.` in front; never empty.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CustomKey(String);

impl CustomKey {
    /// The key, if it is one.
    #[must_use]
    pub fn new(key: impl Into<String>) -> Option<Self> {
        let key = key.into();
        (!key.is_empty()).then_some(Self(key))
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for CustomKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One or more values, in order.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct NonEmpty<T>(Vec<T>);

impl<T> NonEmpty<T> {
    /// The values, if there are any.
    #[must_use]
    pub fn new(values: Vec<T>) -> Option<Self> {
        (!values.is_empty()).then_some(Self(values))
    }

    /// One value.
    #[cfg(feature = "table")]
    pub(crate) fn one(value: T) -> Self {
        Self(vec![value])
    }

    /// The values as they were given.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }
}

impl<T: fmt::Debug> fmt::Debug for NonEmpty<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
