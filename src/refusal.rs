//! What cannot be said exactly in the language of somebody else.

use std::fmt;

use crate::filter::{Condition, Filter, Group, Junction};

/// A condition that the language of an engine cannot express exactly: it is refused, never approximated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal<E> {
    condition: Option<String>,
    engine: E,
    reason: String,
}

impl<E> Refusal<E> {
    /// Of what is asked as a whole.
    pub(crate) fn of_all(engine: E, reason: String) -> Self {
        Self { condition: None, engine, reason }
    }

    pub(crate) fn of(condition: &Condition, engine: E, reason: String) -> Self {
        let alone = Group::new(Junction::All, vec![condition.clone()], Vec::new());
        let written = alone.map(|group| Filter::new(group).to_string());
        Self { condition: written.ok(), engine, reason }
    }

    /// The condition, in the text form; `None` where it is what was asked as a whole.
    #[must_use]
    pub fn condition(&self) -> Option<&str> {
        self.condition.as_deref()
    }

    /// Why it cannot be said, in a sentence.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl<E: Copy> Refusal<E> {
    /// The engine, or the dialect, that was asked for.
    #[must_use]
    pub fn engine(&self) -> E {
        self.engine
    }
}

impl<E: fmt::Display> fmt::Display for Refusal<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.condition {
            Some(condition) => write!(f, "`{condition}` cannot be asked exactly of {}: {}", self.engine, self.reason),
            None => write!(f, "cannot be asked of {}: {}", self.engine, self.reason),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> std::error::Error for Refusal<E> {}
