//! How large a filter may be, and how large a record.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::Errors;
use crate::settings;

/// The most bytes that one record may have.
#[cfg(feature = "records")]
pub(crate) const MAX_RECORD_BYTES: usize = 16 * 1024 * 1024;

/// The most different custom fields that one record may have, and that all records of a table may have.
#[cfg(feature = "records")]
pub(crate) const MAX_CUSTOM_FIELDS: usize = 10_000;

/// What is said of a record that has more custom fields than it may.
#[cfg(feature = "records")]
pub(crate) const TOO_MANY_CUSTOM_FIELDS: &str = "a record may have 10,000 different ones, and this one has more";

/// Bounds on a filter's source, so that hostile input meets an error instead of the stack, the memory or the clock.
///
/// As text they are written as in a URL's query (`depth=16&conditions=100`), and what is not said is the default.
///
/// ```
/// use headcount::{Filter, Limits, error::Code};
///
/// let limits = Limits { conditions: 1, ..Limits::default() };
/// let errors = Filter::from_text_within("click_count > 1 and send_count > 1", &limits).unwrap_err();
/// assert_eq!(errors.first().code(), Code::TooManyConditions);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// How deep groups may nest; in text, parentheses count too. At most [`Limits::MAX_DEPTH`], whatever is set here.
    pub depth: usize,
    /// How many conditions one filter may have.
    pub conditions: usize,
    /// How many values one `in`, or lists one `list in`, may have.
    pub values: usize,
    /// How many bytes one string may have.
    pub string_bytes: usize,
    /// How many bytes the source of one filter may have.
    pub source_bytes: usize,
    /// How many problems are described one by one; [`Errors::omitted`](crate::Errors::omitted) counts the rest.
    pub problems: usize,
}

impl Limits {
    /// The deepest nesting there can be: every walk over a filter recurses, and this depth fits the smallest stacks in use.
    pub const MAX_DEPTH: usize = 256;

    pub(crate) fn depth(&self) -> usize {
        self.depth.min(Self::MAX_DEPTH)
    }
}

impl Default for Limits {
    /// Depth 64, 10,000 conditions, 10,000 values, 64 KiB a string, 8 MiB of source, 1,000 problems described.
    fn default() -> Self {
        Self {
            depth: 64,
            conditions: 10_000,
            values: 10_000,
            string_bytes: 64 * 1024,
            source_bytes: 8 * 1024 * 1024,
            problems: 1_000,
        }
    }
}

const KEYS: [&str; 6] = ["depth", "conditions", "values", "string_bytes", "source_bytes", "problems"];

impl fmt::Display for Limits {
    /// Every limit, as in a URL's query.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { depth, conditions, values, string_bytes, source_bytes, problems } = self;
        let values: [&dyn fmt::Display; 6] = [depth, conditions, values, string_bytes, source_bytes, problems];
        settings::write(f, KEYS.into_iter().zip(values))
    }
}

impl FromStr for Limits {
    type Err = Errors;

    /// Reads limits as in a URL's query; what is not said is the default.
    fn from_str(text: &str) -> Result<Self, Errors> {
        let mut limits = Self::default();
        for (key, value) in settings::pairs(text, "limits", &KEYS)? {
            let Self { depth, conditions, values, string_bytes, source_bytes, problems } = &mut limits;
            let limit = match key {
                "depth" => depth,
                "conditions" => conditions,
                "values" => values,
                "string_bytes" => string_bytes,
                "source_bytes" => source_bytes,
                _ => problems,
            };
            let invalid = |_| settings::invalid(&format!("`{key}`"), "a whole number from 0", value);
            *limit = value.parse().map_err(invalid)?;
        }
        Ok(limits)
    }
}
