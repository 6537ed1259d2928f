//! What a test says where there is nothing to ask.

use crate::filter::{Asked, Comparison, CustomTest, Test, TextTest, TimeTest};
use crate::semantics::{MissingNegation, Semantics};

impl Test {
    /// What it says of a list that the contact has no membership on.
    pub(crate) fn holds_of_nothing(&self, semantics: &Semantics) -> bool {
        let negated = semantics.missing_negation == MissingNegation::Matches;
        match self {
            Self::Time(_, Asked::NotExists) | Self::Text(_, Asked::NotExists) | Self::Custom(_, Asked::NotExists) => {
                true
            }
            Self::Time(_, Asked::Value(test)) => negated && test.is_negation(),
            Self::Count(_, comparison, _) | Self::Amount(_, comparison, _) => negated && *comparison == Comparison::Neq,
            Self::Text(_, Asked::Value(test)) => negated && test.is_negation(),
            Self::Custom(_, Asked::Value(test)) => negated && test.is_negation(),
            Self::Flag(..)
            | Self::Time(_, Asked::Exists)
            | Self::Text(_, Asked::Exists)
            | Self::Custom(_, Asked::Exists) => false,
        }
    }
}

impl TimeTest {
    /// Whether it is the negation of another.
    pub(crate) fn is_negation(&self) -> bool {
        matches!(self, Self::NotWithin(_))
    }
}

impl TextTest {
    /// Whether it is the negation of another.
    pub(crate) fn is_negation(&self) -> bool {
        matches!(self, Self::Neq(_) | Self::NotContains(_) | Self::NotIn(_))
    }
}

impl CustomTest {
    /// Whether it is the negation of another.
    pub(crate) fn is_negation(&self) -> bool {
        match self {
            Self::Neq(_) | Self::NotContains(_) | Self::NotIn(_) => true,
            Self::Time(test) => test.is_negation(),
            _ => false,
        }
    }
}
