//! What is asked: a [`Filter`] and the typed conditions inside it.
//!
//! A filter cannot hold nonsense: a group has something in it, a predicate that does not fit a field has no variant, a
//! list of values is not empty. It knows neither JSON nor text. Negation is a flag of a condition: predicates are
//! positive.

mod columns;
mod join;
mod predicate;
mod walk;

use std::fmt;

pub use self::predicate::{
    Comparison, CustomKey, CustomTest, Literal, NonEmpty, NumberTest, OptionalField, OrderOp, OrderedLiteral,
    Predicate, TextPart, TextTest, TimeTest,
};
pub use self::walk::{Conditions, Pointer, Rewrite, Visitor};
pub use crate::catalogue::{AmountField, CountField, Field, FlagField, Spelling, TextField, TimeField};
pub use crate::checked::{Checked, FilterForm};
use crate::error::{Errors, Kind, Place};
use crate::limits::Limits;
pub use crate::tenant::{ValueKind, Vocabulary};
pub use crate::time::{Moment, Span, SpanUnit, parse_time};

/// A question that a membership answers with yes or no: nested AND and OR groups of conditions.
///
/// Filters are equal where they ask the same conditions in the same order and groups: the key of a cache of sizes is
/// [`Filter::fingerprint`], which is equal for more of them.
///
/// ```
/// use headcount::Filter;
///
/// let filter: Filter = "click_count > 5 or has_revenue = true".parse()?;
/// assert_eq!(filter.to_string(), "click_count > 5 or has_revenue = true");
/// assert_eq!(filter.root().conditions().len(), 2);
/// # Ok::<(), headcount::Errors>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Filter(Group);

impl Filter {
    /// The filter that asks what its root group asks.
    #[must_use]
    pub fn new(root: Group) -> Self {
        Self(root)
    }

    /// The filter that every membership satisfies.
    ///
    /// ```
    /// use headcount::{Audience, EvalContext, Filter};
    ///
    /// let everybody = Filter::everybody();
    /// assert_eq!(everybody.to_string(), "phone_number exists");
    /// assert!(Audience::of(everybody).plan(&EvalContext::at("2025-11-15T08:30:00Z".parse()?)).is_always());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn everybody() -> Self {
        // No record is without one.
        let has_number = Condition::new(Predicate::Exists(OptionalField::Text(TextField::PhoneNumber)));
        Self(Group { junction: Junction::All, conditions: vec![has_number], groups: Vec::new(), depth: 1 })
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

impl Junction {
    /// The other one, which De Morgan's laws make of this.
    pub(crate) fn opposite(self) -> Self {
        match self {
            Self::All => Self::Any,
            Self::Any => Self::All,
        }
    }

    /// The answer of one member that decides the group: false for AND, true for OR. A group of no members has the other.
    pub(crate) fn decisive(self) -> bool {
        self == Self::Any
    }
}

/// Conditions and groups joined by AND or by OR; never empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
    /// use headcount::{Filter, filter::{Comparison, Condition, CountField, Group, Junction, NumberTest, Predicate}};
    ///
    /// let clicks = Predicate::Count(CountField::ClickCount, NumberTest::Compare(Comparison::Gte, 3));
    /// let group = Group::new(Junction::All, vec![Condition::new(clicks)], vec![])?;
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

/// A single question: a positive predicate, whether it is negated, and the list whose membership is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Condition {
    predicate: Predicate,
    negated: bool,
    list: Option<i64>,
}

impl Condition {
    /// Asks whether a predicate holds of the membership in hand.
    #[must_use]
    pub fn new(predicate: Predicate) -> Self {
        Self { predicate, negated: false, list: None }
    }

    /// Asks whether a predicate does not hold of the membership in hand.
    ///
    /// ```
    /// use headcount::{
    ///
    ///     filter::{Condition, NonEmpty, Predicate, TextField, TextTest, TimeField, TimeTest, parse_time, Moment},
    /// };
    ///
    /// let at_and_t = Predicate::Text(TextField::Carrier, TextTest::Eq("AT&T".to_owned()));
    /// assert_eq!(Condition::not(at_and_t)?.to_string(), r#"carrier != "AT&T""#);
    ///
    /// let joined = Predicate::Time(TimeField::SignupDate, TimeTest::Before(Moment::At(parse_time("2025-01-01").unwrap())));
    /// assert!(Condition::not(joined).is_err());
    /// # Ok::<(), headcount::Errors>(())
    /// ```
    ///
    /// # Errors
    ///
    /// `invalid_operator`: the predicate has no negated operator. `before`, `after`, the orderings and flags have none.
    pub fn not(predicate: Predicate) -> Result<Self, Errors> {
        if predicate.can_be_negated() {
            return Ok(Self { predicate, negated: true, list: None });
        }
        let (leaf, why) = (Self::new(predicate).to_string(), "its operator has no negation");
        Err(Kind::NoComplement { leaf, by: None, why, instead: None }.into())
    }

    /// The same question, asked of the contact's membership on one list, whatever list is in hand (`listId`). Which lists
    /// a contact is on is no question of a membership: there it changes nothing.
    #[must_use]
    pub fn on_list(self, list: i64) -> Self {
        let list = match self.predicate {
            Predicate::OnList(_) => None,
            _ => Some(list),
        };
        Self { list, ..self }
    }

    /// What is asked, seen from its positive.
    #[must_use]
    pub fn predicate(&self) -> &Predicate {
        &self.predicate
    }

    /// Whether the predicate is not to hold.
    #[must_use]
    pub fn is_negated(&self) -> bool {
        self.negated
    }

    /// The list whose membership is asked (`listId`); `None` is the membership in hand.
    #[must_use]
    pub fn list(&self) -> Option<i64> {
        self.list
    }

    /// The list whose membership is asked, where that makes a difference: a contact's own fields are the same on every
    /// list.
    pub(crate) fn list_that_matters(&self) -> Option<i64> {
        self.list.filter(|_| !self.predicate.field().is_some_and(Field::is_of_the_contact))
    }

    /// The condition of another predicate, negated and asked of the same list as this one.
    pub(crate) fn with(&self, predicate: Predicate, negated: bool) -> Self {
        debug_assert!(!negated || predicate.can_be_negated(), "{predicate:?}");
        Self { predicate, negated, list: self.list }
    }
}
