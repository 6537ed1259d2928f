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
