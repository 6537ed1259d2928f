//! Conditions before they are written: what is compared with what, each true or false and never NULL.
//!
//! SQL knows a third truth value, and what is not so is not always the opposite of what is so. Here a condition on a
//! column that may be NULL always says which of both it asks, `Present` or `Absent`, beside the comparison; `FALSE AND
//! NULL` is FALSE and `TRUE OR NULL` is TRUE in every dialect, so that nothing is left of the third value.

use std::hash::{Hash, Hasher};

use crate::filter::{Comparison, Junction, TextPart};
use crate::logic::{self, Logic};

/// The most members that are joined side by side: of more, runs of them are.
pub(super) const LONGEST_CHAIN: usize = 32;

/// Groups and conditions as the filter has them.
#[derive(Clone, Debug)]
pub(super) enum Tree {
    Group(Junction, Vec<Tree>),
    Condition(BoolExpr),
}

impl Tree {
    /// Shows each condition.
    pub(super) fn conditions<'t>(&'t self, see: &mut impl FnMut(&'t BoolExpr)) {
        match self {
            Self::Condition(predicate) => see(predicate),
            Self::Group(_, members) => members.iter().for_each(|member| member.conditions(see)),
        }
    }

    /// How many groups are nested in one another as they are printed.
    pub(super) fn depth(&self) -> usize {
        match self {
            Self::Condition(_) => 0,
            Self::Group(_, members) => {
                let runs = (0_u32..).find(|runs| members.len() <= LONGEST_CHAIN.pow(runs + 1)).unwrap_or(0) as usize;
                1 + runs + members.iter().map(Self::depth).max().unwrap_or(0)
            }
        }
    }
}

/// Something that is true or false of a row.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum BoolExpr {
    Always(bool),
    All(Vec<BoolExpr>),
    Any(Vec<BoolExpr>),
    Not(Box<BoolExpr>),
    Present(Scalar),
    Absent(Scalar),
    Compare(Scalar, Comparison, Value),
    Between(Scalar, Value, Value),
    NonEmpty(Scalar, Vec<Value>),
    Part(TextPart, Scalar, Value),
    Is(Scalar),
    /// A row of a table with the same key satisfies the predicate.
    Among(Rows, Box<BoolExpr>),
}

/// The rows of a table that share a key with the row in hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Rows {
    /// The memberships of the same contact.
    OfContact,
    /// The values of custom fields of the same membership.
    OfMembership,
}

/// What has a value in a row.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Scalar {
    /// A column of the membership.
    Membership(String),
    /// A column of the contact.
    Contact(String),
    /// A column of a value of a custom field.
    Custom(String),
    /// A flag, or this where it is NULL.
    FlagOr(Box<Scalar>, bool),
    /// A flag, or whether any of these amounts is above 0 where it is NULL.
    FlagOrPositive(Box<Scalar>, Vec<Scalar>),
    /// A text in which these letters are small.
    Folded(Box<Scalar>, Folding),
    /// A sum, 0 where it is NULL, by a count, NULL where that is 0 or NULL; as a double.
    Quotient(Box<Scalar>, Box<Scalar>),
}

impl Scalar {
    /// What a text was before letters were made small.
    fn innermost(&self) -> &Self {
        match self {
            Self::Folded(text, _) => text.innermost(),
            scalar => scalar,
        }
    }
}

/// The letters that are made small, and what becomes of each.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Folding {
    pub(super) from: Vec<char>,
    pub(super) to: Vec<char>,
    /// `İ` alone becomes two characters.
    pub(super) dotted: bool,
    /// Whether it matters which lower case `Σ` has.
    pub(super) sigma: bool,
}

/// A value that a row's is compared with.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    /// The key of a custom field: a name, which is no parameter.
    Key(String),
    /// Fits `i64` or `u64`.
    Whole(i128),
    Double(f64),
    /// Microseconds since 1970.
    Instant(i64),
}

// OK because a double of a filter is a number, which is equal to itself.
impl Eq for Value {}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Text(text) | Self::Key(text) => text.hash(state),
            Self::Whole(whole) => whole.hash(state),
            // Both zeros are equal.
            Self::Double(double) => (double + 0.0).to_bits().hash(state),
            Self::Instant(micros) => micros.hash(state),
        }
    }
}

impl BoolExpr {
    /// All of them; one that is always true says nothing.
    pub(super) fn all(members: impl IntoIterator<Item = Self>) -> Self {
        logic::join(Junction::All, members)
    }

    /// Any of them; one that is always false says nothing.
    pub(super) fn any(members: impl IntoIterator<Item = Self>) -> Self {
        logic::join(Junction::Any, members)
    }

    /// True exactly where this is false, and NULL exactly where this is.
    pub(super) fn negated(self) -> Self {
        match self {
            Self::Always(holds) => Self::Always(!holds),
            Self::All(members) => Self::any(members.into_iter().map(Self::negated)),
            Self::Any(members) => Self::all(members.into_iter().map(Self::negated)),
            Self::Not(inner) => *inner,
            Self::Present(scalar) => Self::Absent(scalar),
            Self::Absent(scalar) => Self::Present(scalar),
            Self::Compare(scalar, comparison, value) => match comparison.opposite() {
                Some(opposite) => Self::Compare(scalar, opposite, value),
                None => Self::Not(Box::new(Self::Compare(scalar, comparison, value))),
            },
            other => Self::Not(Box::new(other)),
        }
    }

    /// Shows each scalar, with the value that it is compared with if that is one.
    pub(super) fn scalars<'p>(&'p self, see: &mut impl FnMut(&'p Scalar, Option<&'p Value>)) {
        match self {
            Self::Always(_) => {}
            Self::All(members) | Self::Any(members) => members.iter().for_each(|member| member.scalars(see)),
            Self::Not(inner) | Self::Among(_, inner) => inner.scalars(see),
            Self::Compare(scalar, _, value) | Self::Part(_, scalar, value) => see(scalar.innermost(), Some(value)),
            Self::Present(scalar)
            | Self::Absent(scalar)
            | Self::Between(scalar, _, _)
            | Self::NonEmpty(scalar, _)
            | Self::Is(scalar) => see(scalar.innermost(), None),
        }
    }

    /// True where there is a value that satisfies the predicate.
    pub(super) fn of_present(scalar: &Scalar, predicate: Self) -> Self {
        Self::all([Self::Present(scalar.clone()), predicate])
    }

    /// True where there is no value, or one that satisfies the predicate.
    pub(super) fn or_absent(scalar: &Scalar, predicate: Self) -> Self {
        Self::any([Self::Absent(scalar.clone()), predicate])
    }
}

impl Logic for BoolExpr {
    fn constant(holds: bool) -> Self {
        Self::Always(holds)
    }

    fn as_constant(&self) -> Option<bool> {
        if let Self::Always(holds) = self { Some(*holds) } else { None }
    }

    fn group(junction: Junction, members: Vec<Self>) -> Self {
        match junction {
            Junction::All => Self::All(members),
            Junction::Any => Self::Any(members),
        }
    }

    fn into_members(self, junction: Junction) -> Result<Vec<Self>, Self> {
        match (self, junction) {
            (Self::All(members), Junction::All) | (Self::Any(members), Junction::Any) => Ok(members),
            (other, _) => Err(other),
        }
    }
}

/// What a predicate comes to; both are false where there is no value.
pub(super) struct Answer {
    /// There is a value, and it passes.
    pub(super) passes: BoolExpr,
    /// There is a value, and it does not pass.
    pub(super) fails: BoolExpr,
}

impl Answer {
    /// Of what always has a value.
    pub(super) fn always(passes: BoolExpr) -> Self {
        Self { fails: passes.clone().negated(), passes }
    }

    /// Of a column; the expression says whether a value that is there passes.
    pub(super) fn of_present(scalar: &Scalar, passes: BoolExpr) -> Self {
        Self {
            fails: BoolExpr::of_present(scalar, passes.clone().negated()),
            passes: BoolExpr::of_present(scalar, passes),
        }
    }
}
