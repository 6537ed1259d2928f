//! What is asked: a [`Filter`] and the typed tests inside it.
//!
//! A filter cannot hold nonsense: a group has something in it, an operator that does not fit a field has no variant,
//! a list of values is not empty. It knows neither JSON nor text.

use std::fmt;

use crate::catalogue::{AmountField, CountField, Field, FlagField, TextField, TimeField};
use crate::error::{Errors, Kind, Place};
use crate::limits::Limits;
use crate::number::Number;
use crate::time::{Moment, Span};

/// A question that a membership answers with yes or no: nested AND and OR groups of conditions.
///
/// ```
/// use headcount::Filter;
///
/// let filter: Filter = "click_count > 5 or has_revenue = true".parse()?;
/// assert_eq!(filter.to_string(), "click_count > 5 or has_revenue = true");
/// assert_eq!(filter.root().conditions().len(), 2);
/// # Ok::<(), headcount::Errors>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Filter(Group);

impl Filter {
    /// The filter that asks what its root group asks.
    #[must_use]
    pub fn new(root: Group) -> Self {
        Self(root)
    }

    /// The outermost group.
    #[must_use]
    pub fn root(&self) -> &Group {
        &self.0
    }
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Filter({self})")
    }
}

/// How the members of a group are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Junction {
    /// AND: true where every member is.
    All,
    /// OR: true where any member is.
    Any,
}

/// Conditions and groups joined by AND or by OR; never empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    junction: Junction,
    conditions: Vec<Condition>,
    groups: Vec<Group>,
    depth: usize,
}

impl Group {
    /// A group of conditions and of groups, each in the given order.
    ///
    /// ```
    /// use headcount::{Comparison, Condition, CountField, Filter, Group, Junction, Test};
    ///
    /// let test = Test::Count(CountField::ClickCount, Comparison::Gte, 3);
    /// let group = Group::new(Junction::All, vec![Condition::on(test)], vec![])?;
    /// assert_eq!(Filter::new(group).to_string(), "click_count >= 3");
    /// # Ok::<(), headcount::Errors>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - `empty_filter_group`: there is neither a condition nor a group.
    /// - `filter_too_deep`: the groups nest deeper than [`Limits::MAX_DEPTH`].
    pub fn new(junction: Junction, conditions: Vec<Condition>, groups: Vec<Group>) -> Result<Self, Errors> {
        if conditions.is_empty() && groups.is_empty() {
            return Err(Errors::of(Kind::EmptyGroup, Place::default()));
        }
        let depth = 1 + groups.iter().map(|group| group.depth).max().unwrap_or(0);
        if depth > Limits::MAX_DEPTH {
            return Err(Errors::of(Kind::TooDeep { limit: Limits::MAX_DEPTH }, Place::default()));
        }
        Ok(Self { junction, conditions, groups, depth })
    }

    /// AND or OR.
    #[must_use]
    pub fn junction(&self) -> Junction {
        self.junction
    }

    /// The conditions, in order.
    #[must_use]
    pub fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    /// The groups inside, in order.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// How many groups are nested in one another, this one included.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.depth
    }
}

/// A single question.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// Is the contact on one of these lists, or on none of them?
    List(ListTest),
    /// Does the value of a field pass a test?
    Field(FieldTest),
}

impl Condition {
    /// A test of the membership in hand.
    #[must_use]
    pub fn on(test: Test) -> Self {
        Self::Field(FieldTest { test, list: None })
    }

    /// A test of the contact's membership on one list, whatever list is in hand (`listId`).
    #[must_use]
    pub fn on_list(list: i64, test: Test) -> Self {
        Self::Field(FieldTest { test, list: Some(list) })
    }
}

/// Membership on lists, whatever list is in hand.
#[derive(Clone, Debug, PartialEq)]
pub enum ListTest {
    /// On at least one of the lists.
    In(NonEmpty<i64>),
    /// On none of them.
    NotIn(NonEmpty<i64>),
}

/// A test, and the list whose membership it is asked of.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldTest {
    /// What is asked.
    pub test: Test,
    /// The list whose membership is asked; `None` is the membership in hand. Fields of the contact itself are the same
    /// on every list.
    pub list: Option<i64>,
}

/// What is asked of a field.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// An instant.
    Time(TimeField, Asked<TimeTest>),
    /// A number of events.
    Count(CountField, Comparison, u64),
    /// An amount of money.
    Amount(AmountField, Comparison, Number),
    /// A yes or no, asked to be this one.
    Flag(FlagField, bool),
    /// A text.
    Text(TextField, Asked<TextTest>),
    /// A custom field, whatever it holds.
    Custom(CustomKey, Asked<CustomTest>),
}

impl Test {
    /// The field that is asked, if it is one with a name of its own.
    #[must_use]
    pub fn field(&self) -> Option<Field> {
        match self {
            Self::Time(field, _) => Some(Field::Time(*field)),
            Self::Count(field, ..) => Some(Field::Count(*field)),
            Self::Amount(field, ..) => Some(Field::Amount(*field)),
            Self::Flag(field, _) => Some(Field::Flag(*field)),
            Self::Text(field, _) => Some(Field::Text(*field)),
            Self::Custom(..) => None,
        }
    }
}

/// What is asked of a field that may have no value.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked<T> {
    /// Is there a value?
    Exists,
    /// Is there none?
    NotExists,
    /// Does the value pass?
    Value(T),
}

/// What is asked of an instant `v`. Seen from `now`, a span's cut-off is `now` less the span.
#[derive(Clone, Debug, PartialEq)]
pub enum TimeTest {
    /// `cutoff ≤ v ≤ now`.
    Within(Span),
    /// Not within.
    NotWithin(Span),
    /// `v < moment`.
    Before(Moment),
    /// `v > moment`, the future too.
    After(Moment),
}

/// A comparison with a number or a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Comparison {
    /// Equal.
    Eq,
    /// Not equal.
    Neq,
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
    /// Whether a value that stands so to the one it is compared with passes.
    #[must_use]
    pub fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Self::Eq => ordering.is_eq(),
            Self::Neq => ordering.is_ne(),
            Self::Gt => ordering.is_gt(),
            Self::Gte => ordering.is_ge(),
            Self::Lt => ordering.is_lt(),
            Self::Lte => ordering.is_le(),
        }
    }
}

/// What is asked of a text.
#[derive(Clone, Debug, PartialEq)]
pub enum TextTest {
    /// Is this text.
    Eq(String),
    /// Is not this text.
    Neq(String),
    /// Has this text in it.
    Contains(String),
    /// Does not have this text in it.
    NotContains(String),
    /// Begins with this text.
    StartsWith(String),
    /// Ends with this text.
    EndsWith(String),
    /// Is one of these.
    In(NonEmpty<String>),
    /// Is none of these.
    NotIn(NonEmpty<String>),
}

/// What is asked of a custom field.
#[derive(Clone, Debug, PartialEq)]
pub enum CustomTest {
    /// Is this value.
    Eq(Literal),
    /// Is not this value.
    Neq(Literal),
    /// Comes before or after this value.
    Order(Order, Bound),
    /// Has this text in it.
    Contains(String),
    /// Does not have this text in it.
    NotContains(String),
    /// Begins with this text.
    StartsWith(String),
    /// Ends with this text.
    EndsWith(String),
    /// Is one of these.
    In(NonEmpty<Literal>),
    /// Is none of these.
    NotIn(NonEmpty<Literal>),
    /// Is an instant that passes.
    Time(TimeTest),
}

/// A comparison that asks for an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
}

impl Order {
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

/// A value that has an order, in a filter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Bound {
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

impl From<Bound> for Literal {
    fn from(bound: Bound) -> Self {
        match bound {
            Bound::Text(text) => Self::Text(text),
            Bound::Number(number) => Self::Number(number),
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
