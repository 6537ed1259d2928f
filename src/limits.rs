//! How large a filter may be, and how large a record.

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
/// ```
/// use headcount::{Filter, Limits, error::Code};
///
/// let limits = Limits { conditions: 1, ..Limits::default() };
/// let errors = Filter::from_text_within("click_count > 1 and send_count > 1", &limits).unwrap_err();
/// assert_eq!(errors.first().code(), Code::TooManyConditions);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
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
