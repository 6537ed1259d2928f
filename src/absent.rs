//! What a condition says where there is nothing to ask: the one rule, which every engine takes from here.

use crate::filter::{Condition, Predicate};
use crate::semantics::{MissingNegation, Semantics};

impl Condition {
    /// What it says of a field without a value, and of a list that the contact has no membership on. A predicate does
    /// not hold of nothing; whether its negation then does is a question of the semantics, but for questions of existence
    /// and of lists, to which nothing is an answer like any other.
    pub(crate) fn holds_of_nothing(&self, semantics: &Semantics) -> bool {
        self.is_negated()
            && match self.predicate() {
                Predicate::Exists(_) | Predicate::OnList(_) => true,
                Predicate::Time(..)
                | Predicate::Count(..)
                | Predicate::Amount(..)
                | Predicate::Flag(..)
                | Predicate::Text(..)
                | Predicate::Custom(..) => semantics.missing_negation == MissingNegation::Matches,
            }
    }
}
