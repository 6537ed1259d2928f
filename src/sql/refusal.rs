//! What cannot be said exactly.

use std::fmt;

use super::dialect::Dialect;

/// A condition that a dialect, or a schema, cannot express exactly: it is refused, never approximated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub(super) condition: Option<String>,
    pub(super) dialect: Dialect,
    pub(super) reason: String,
}

impl Refusal {
    /// The condition, in the text form; `None` where it is the statement as a whole.
    #[must_use]
    pub fn condition(&self) -> Option<&str> {
        self.condition.as_deref()
    }

    /// The dialect that was asked for.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Why it cannot be said, in a sentence.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.condition {
            Some(condition) => write!(f, "`{condition}` cannot be asked exactly of {}: {}", self.dialect, self.reason),
            None => write!(f, "cannot be asked of {}: {}", self.dialect, self.reason),
        }
    }
}

impl std::error::Error for Refusal {}
