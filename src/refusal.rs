//! What cannot be said exactly in the language of somebody else.

use std::fmt;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::filter::{Condition, Filter, Group, Junction};

/// A condition that the language of an engine cannot express exactly: it is refused, never approximated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal<E> {
    condition: Option<String>,
    attempt: Attempt,
    engine: E,
    reason: String,
}

/// What could not be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attempt {
    Ask,
    #[cfg(feature = "sql")]
    MakeTables,
    #[cfg(feature = "sql")]
    Load,
}

impl<E> Refusal<E> {
    /// Of what is asked as a whole.
    pub(crate) fn of_all(engine: E, reason: String) -> Self {
        Self { condition: None, attempt: Attempt::Ask, engine, reason }
    }

    /// Of tables that are to be made.
    #[cfg(feature = "sql")]
    pub(crate) fn of_tables(engine: E, reason: String) -> Self {
        Self { attempt: Attempt::MakeTables, ..Self::of_all(engine, reason) }
    }

    /// Of records that are to be loaded.
    #[cfg(feature = "sql")]
    pub(crate) fn of_loading(engine: E, reason: String) -> Self {
        Self { attempt: Attempt::Load, ..Self::of_all(engine, reason) }
    }

    pub(crate) fn of(condition: &Condition, engine: E, reason: String) -> Self {
        let alone = Group::new(Junction::All, vec![condition.clone()], Vec::new());
        let written = alone.map(|group| Filter::new(group).to_string());
        Self { condition: written.ok(), attempt: Attempt::Ask, engine, reason }
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
            None => {
                let what = match self.attempt {
                    Attempt::Ask => "asked of",
                    #[cfg(feature = "sql")]
                    Attempt::MakeTables => "made in",
                    #[cfg(feature = "sql")]
                    Attempt::Load => "loaded into",
                };
                write!(f, "cannot be {what} {}: {}", self.engine, self.reason)
            }
        }
    }
}

impl<E: fmt::Display> Serialize for Refusal<E> {
    /// `{message, condition, engine, reason}`; `condition` is null where it is what was asked as a whole.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Refusal", 4)?;
        object.serialize_field("message", &self.to_string())?;
        object.serialize_field("condition", &self.condition)?;
        object.serialize_field("engine", &self.engine.to_string())?;
        object.serialize_field("reason", &self.reason)?;
        object.end()
    }
}

impl<E: fmt::Debug + fmt::Display> std::error::Error for Refusal<E> {}

#[cfg(all(test, feature = "sql"))]
mod tests {
    use crate::sql::Dialect;

    #[test]
    fn a_refusal_is_data() {
        let refusal = super::Refusal::of_all(Dialect::Spark, "no such type".to_owned());
        let expected = serde_json::json!({
            "message": refusal.to_string(), "condition": null, "engine": Dialect::Spark.to_string(), "reason": "no such type",
        });
        assert_eq!(serde_json::to_value(&refusal).unwrap(), expected);
    }
}
