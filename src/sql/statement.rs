//! A statement and its parameters.

use std::fmt;

use serde::Serialize;

/// A statement, and the values that its placeholders stand for, in order.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Statement {
    #[serde(rename = "statement")]
    pub(super) text: String,
    pub(super) parameters: Vec<Parameter>,
}

impl Statement {
    /// A statement without parameters.
    pub(super) fn of_text(text: String) -> Self {
        Self { text, parameters: Vec::new() }
    }

    /// The SQL, over several lines, without a semicolon.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The values of the placeholders, in their order, by number from 1 on; none where they are inlined.
    ///
    /// [`Dialect::parameter_name`](super::Dialect::parameter_name) has what each is called.
    #[must_use]
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }
}

impl Statement {
    /// The SQL and the values of the placeholders, each to be handed to a driver.
    ///
    /// ```
    /// use headcount::sql::{Dialect, Parameter, Sql};
    /// use headcount::{Audience, EvalContext};
    ///
    /// let audience = Audience::of("click_count >= 3".parse()?);
    /// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
    /// let (text, parameters) = Sql::new(Dialect::PostgreSql).count(&audience, &cx)?.into_parts();
    /// assert!(text.contains("$1"));
    /// assert_eq!(parameters, [Parameter::Integer(3)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn into_parts(self) -> (String, Vec<Parameter>) {
        (self.text, self.parameters)
    }
}

impl fmt::Display for Statement {
    /// The SQL.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A value that is bound to a placeholder.
///
/// An instant is bound as a text, of which the statement makes an instant.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Parameter {
    /// A text.
    Text(String),
    /// A whole number of 64 bits.
    Integer(i64),
    /// A whole number past the end of those.
    Unsigned(u64),
    /// A 64-bit float.
    Double(f64),
}
