//! Every kind of problem, its code, its sentence and its suggestion.

use std::fmt;

use super::{Errors, Shown};
use crate::catalogue::{SubjectKind, Wording};
use crate::time::InFull;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// What sort of problem a [`Problem`](crate::error::Problem) is: stable, made to be matched on and handed on.
        ///
        /// ```
        /// use headcount::error::Code;
        ///
        /// assert_eq!(Code::EmptyFilterGroup.as_str(), "empty_filter_group");
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* $variant,)+
            /// A service's own: see [`Code::custom`].
            Custom(CustomCode),
        }

        impl Code {
            /// Every code of the library.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code as it is written.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                    Self::Custom(CustomCode(name)) => name,
                }
            }
        }

        impl fmt::Display for Code {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

codes! {
    /// The source is not JSON.
    InvalidJson = "invalid_json",
    /// A key that must be there is not.
    MissingKey = "missing_key",
    /// A key of a filter that means nothing, or nothing here.
    UnknownKey = "unknown_key",
    /// A key that stands twice in one object, in one spelling or in both.
    DuplicateKey = "duplicate_key",
    /// A value of another JSON type than the key takes.
    WrongType = "wrong_type",
    /// A group with neither a condition nor a group.
    EmptyFilterGroup = "empty_filter_group",
    /// An operator that is none, or does not fit the field.
    InvalidOperator = "invalid_operator",
    /// A `conditionType` that is none.
    UnknownConditionType = "unknown_condition_type",
    /// A field that is none, or none of this condition type.
    UnknownField = "unknown_field",
    /// An operator that takes a value has none.
    MissingValue = "missing_value",
    /// An operator that takes no value has one.
    UnexpectedValue = "unexpected_value",
    /// A value of the right type that makes no sense.
    InvalidValue = "invalid_value",
    /// A length of time without its unit.
    MissingUnit = "missing_unit",
    /// A unit where there is no length of time.
    UnexpectedUnit = "unexpected_unit",
    /// A unit that is none.
    InvalidUnit = "invalid_unit",
    /// The source is not the text form of a filter.
    Syntax = "syntax",
    /// Groups nest deeper than allowed.
    FilterTooDeep = "filter_too_deep",
    /// The source is longer than allowed.
    FilterTooLarge = "filter_too_large",
    /// More conditions than allowed.
    TooManyConditions = "too_many_conditions",
    /// More values in one condition than allowed.
    TooManyValues = "too_many_values",
    /// A string is longer than allowed.
    StringTooLong = "string_too_long",
    /// A record of a contact that makes no sense.
    InvalidRecord = "invalid_record",
    /// An input that cannot be read at all.
    UnreadableInput = "unreadable_input",
}

/// The code of a problem that a service finds itself; none of the library's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CustomCode(&'static str);

impl Code {
    /// A code of a service's own; the library's, where it has one of that name.
    ///
    /// ```
    /// use headcount::error::Code;
    ///
    /// assert_eq!(Code::custom("name_taken").as_str(), "name_taken");
    /// assert_eq!(Code::custom("unknown_field"), Code::UnknownField);
    /// ```
    #[must_use]
    pub fn custom(name: &'static str) -> Self {
        let known = Self::ALL.iter().copied().find(|code| code.as_str() == name);
        known.unwrap_or(Self::Custom(CustomCode(name)))
    }
}

/// The type of a JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Array => "an array",
            Self::Object => "an object",
        })
    }
}

/// A problem without its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    InvalidJson(String),
    MissingKey {
        key: &'static str,
        of: &'static str,
    },
    UnknownKey {
        key: String,
        of: &'static str,
        nearest: Option<&'static str>,
    },
    MisplacedKey {
        key: &'static str,
        of: String,
        instead: Option<&'static str>,
    },
    DuplicateKey {
        key: String,
        first: Option<&'static str>,
    },
    WrongType {
        of: String,
        expected: &'static str,
        found: Shape,
    },
    EmptyGroup,
    UnknownJunction {
        found: String,
        expected: [&'static str; 2],
        nearest: Option<&'static str>,
    },
    InvalidOperator {
        found: String,
        subject: String,
        expected: SubjectKind,
        wording: Wording,
        nearest: Option<&'static str>,
    },
    NoComplement {
        leaf: String,
        /// The operator that is the `not`.
        by: Option<&'static str>,
        why: &'static str,
        /// Conditions that say it, if some do.
        instead: Option<String>,
    },
    UnknownConditionType {
        found: String,
        nearest: Option<&'static str>,
    },
    UnknownField {
        found: String,
        of: Option<&'static str>,
        nearest: Option<String>,
    },
    FieldOfOtherType {
        field: String,
        of: &'static str,
        belongs: &'static str,
    },
    /// A list that whoever asks does not have.
    UnknownList {
        list: i64,
        nearest: Option<String>,
    },
    /// An audience that is not there.
    #[cfg_attr(not(feature = "table"), expect(dead_code, reason = "only live audiences tell it"))]
    UnknownAudience {
        name: String,
        nearest: Option<String>,
    },
    /// An audience that goes by the name of another.
    #[cfg_attr(not(feature = "table"), expect(dead_code, reason = "only live audiences tell it"))]
    SameName {
        name: String,
    },
    /// An instant before the one that a clock shows.
    #[cfg_attr(not(feature = "table"), expect(dead_code, reason = "only live audiences tell it"))]
    TimeRunsBack {
        now: i64,
        found: i64,
    },
    /// A test of a custom field that none of the values that it has can pass.
    Unfit {
        condition: String,
        holds: String,
    },
    MissingValue {
        operator: &'static str,
        expected: &'static str,
    },
    UnexpectedValue {
        operator: &'static str,
        instead: Option<&'static str>,
    },
    InvalidValue {
        of: String,
        expected: &'static str,
        found: String,
    },
    /// A length of time where only an instant can be compared with exactly.
    NeedsInstant {
        symbol: &'static str,
        instead: &'static str,
    },
    MissingUnit {
        operator: &'static str,
    },
    UnexpectedUnit {
        operator: &'static str,
    },
    InvalidUnit {
        found: String,
        nearest: Option<&'static str>,
    },
    Syntax {
        expected: &'static str,
        found: String,
        /// What was most likely meant.
        instead: Option<String>,
    },
    TooDeep {
        limit: usize,
    },
    TooLarge {
        limit: usize,
    },
    TooManyConditions {
        limit: usize,
    },
    TooManyGroups {
        limit: usize,
    },
    TooManyValues {
        limit: usize,
    },
    StringTooLong {
        limit: usize,
    },
    /// What is wrong with a record of a contact.
    Record {
        code: Code,
        key: Option<String>,
        reason: String,
    },
    #[cfg_attr(not(feature = "records"), expect(dead_code, reason = "only readers of records tell it"))]
    Unreadable(String),
    /// What a service finds itself.
    Custom {
        code: Code,
        message: String,
        suggestion: Option<String>,
    },
}

impl Kind {
    pub(super) fn code(&self) -> Code {
        match self {
            Self::InvalidJson(_) => Code::InvalidJson,
            Self::MissingKey { .. } => Code::MissingKey,
            Self::UnknownKey { .. } | Self::MisplacedKey { .. } => Code::UnknownKey,
            Self::DuplicateKey { .. } | Self::SameName { .. } => Code::DuplicateKey,
            Self::WrongType { .. } => Code::WrongType,
            Self::EmptyGroup => Code::EmptyFilterGroup,
            Self::UnknownJunction { .. } | Self::InvalidOperator { .. } | Self::NoComplement { .. } => {
                Code::InvalidOperator
            }
            Self::UnknownConditionType { .. } => Code::UnknownConditionType,
            Self::UnknownField { .. } | Self::FieldOfOtherType { .. } => Code::UnknownField,
            Self::MissingValue { .. } => Code::MissingValue,
            Self::UnexpectedValue { .. } => Code::UnexpectedValue,
            Self::InvalidValue { .. }
            | Self::NeedsInstant { .. }
            | Self::UnknownList { .. }
            | Self::UnknownAudience { .. }
            | Self::TimeRunsBack { .. }
            | Self::Unfit { .. } => Code::InvalidValue,
            Self::MissingUnit { .. } => Code::MissingUnit,
            Self::UnexpectedUnit { .. } => Code::UnexpectedUnit,
            Self::InvalidUnit { .. } => Code::InvalidUnit,
            Self::Syntax { .. } => Code::Syntax,
            Self::TooDeep { .. } => Code::FilterTooDeep,
            Self::TooLarge { .. } => Code::FilterTooLarge,
            Self::TooManyConditions { .. } | Self::TooManyGroups { .. } => Code::TooManyConditions,
            Self::TooManyValues { .. } => Code::TooManyValues,
            Self::StringTooLong { .. } => Code::StringTooLong,
            Self::Unreadable(_) => Code::UnreadableInput,
            Self::Record { code, .. } | Self::Custom { code, .. } => *code,
        }
    }

    pub(super) fn suggestion(&self) -> Option<&str> {
        match self {
            Self::UnknownKey { nearest, .. }
            | Self::UnknownJunction { nearest, .. }
            | Self::InvalidOperator { nearest, .. }
            | Self::UnknownConditionType { nearest, .. }
            | Self::InvalidUnit { nearest, .. } => *nearest,
            Self::UnknownField { nearest, .. }
            | Self::UnknownList { nearest, .. }
            | Self::UnknownAudience { nearest, .. } => nearest.as_deref(),
            Self::Syntax { instead, .. } | Self::NoComplement { instead, .. } => instead.as_deref(),
            Self::Custom { suggestion, .. } => suggestion.as_deref(),
            Self::FieldOfOtherType { belongs, .. } => Some(belongs),
            Self::MisplacedKey { instead, .. } | Self::UnexpectedValue { instead, .. } => *instead,
            _ => None,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidJson(detail) => write!(f, "not valid JSON: {detail}"),
            Self::MissingKey { key, of } => write!(f, "{of} needs the key `{key}`"),
            Self::UnknownKey { key, of, .. } => write!(f, "unknown key {} in {of}", Quoted(key)),
            Self::MisplacedKey { key, of, .. } => write!(f, "{of} takes no `{key}`"),
            Self::DuplicateKey { key, first: None } => write!(f, "key {} stands here twice", Quoted(key)),
            Self::DuplicateKey { key, first: Some(first) } => {
                write!(f, "key {} stands here beside `{first}`, and only one may", Quoted(key))
            }
            Self::WrongType { of, expected, found } => write!(f, "expected {expected} for {of}, found {found}"),
            Self::EmptyGroup => f.write_str("a group needs at least one condition or group"),
            Self::UnknownJunction { found, expected: [all, any], .. } => {
                write!(f, "expected `{all}` or `{any}`, found {}", Quoted(found))
            }
            Self::InvalidOperator { found, subject, expected, wording, .. } => {
                write!(f, "operator {} does not fit {subject}: expected ", Quoted(found))?;
                Operators(*expected, *wording).fmt(f)
            }
            Self::NoComplement { leaf, by, why, .. } => {
                if let Some(operator) = by {
                    write!(f, "operator `{operator}` has no exact counterpart: ")?;
                }
                write!(f, "`not` cannot be applied to `{leaf}`: {why}")
            }
            Self::UnknownConditionType { found, .. } => write!(f, "unknown condition type {}", Quoted(found)),
            Self::UnknownField { found, of, .. } => {
                write!(f, "unknown field {}", Quoted(found))?;
                match of {
                    Some(of) => write!(f, " of condition type `{of}`"),
                    // Who has a column of that name asks for it, and nobody else needs to.
                    None if found == "active" => {
                        f.write_str(": memberships that are not active take no part unless that is asked for")
                    }
                    None => Ok(()),
                }
            }
            Self::UnknownList { list, .. } => write!(f, "unknown list `{list}`"),
            Self::UnknownAudience { name, .. } => write!(f, "no audience has the name {}", Quoted(name)),
            Self::SameName { name } => {
                write!(f, "two audiences have the name {}: give each an `id` of its own", Quoted(name))
            }
            Self::TimeRunsBack { now, found } => {
                write!(f, "expected an instant from {} on, found {}", InFull(*now), InFull(*found))
            }
            Self::Unfit { condition, holds } => {
                write!(f, "{} fits no value: the field holds {holds}", Quoted(condition))
            }
            Self::FieldOfOtherType { field, of, belongs } => {
                write!(f, "field {} belongs to condition type `{belongs}`, not `{of}`", Quoted(field))
            }
            Self::MissingValue { operator, expected } => write!(f, "operator `{operator}` needs a value: {expected}"),
            Self::UnexpectedValue { operator, .. } => write!(f, "operator `{operator}` takes no value here"),
            Self::InvalidValue { of, expected, found } => write!(f, "expected {expected} for {of}, found {found}"),
            Self::NeedsInstant { symbol, instead } => {
                write!(f, "expected a date or a time for `{symbol}`, found a length of time: write `{instead}` with it")
            }
            Self::MissingUnit { operator } => {
                write!(f, "operator `{operator}` needs a unit with its number: days, hours or minutes")
            }
            Self::UnexpectedUnit { operator } => write!(f, "operator `{operator}` takes no unit here"),
            Self::InvalidUnit { found, .. } => write!(f, "expected days, hours or minutes, found {}", Quoted(found)),
            Self::Syntax { expected, found, .. } => write!(f, "expected {expected}, found {found}"),
            Self::TooDeep { limit } => write!(f, "the filter nests deeper than {limit} levels"),
            Self::TooLarge { limit } => write!(f, "the filter is longer than {limit} bytes"),
            Self::TooManyConditions { limit } => write!(f, "the filter has more than {limit} conditions"),
            Self::TooManyGroups { limit } => write!(f, "the filter has more than {limit} groups"),
            Self::TooManyValues { limit } => write!(f, "one condition has more than {limit} values"),
            Self::StringTooLong { limit } => write!(f, "a string is longer than {limit} bytes"),
            Self::Record { key: Some(key), reason, .. } => write!(f, "key {}: {reason}", Quoted(key)),
            Self::Record { key: None, reason, .. } | Self::Unreadable(reason) => f.write_str(reason),
            Self::Custom { message, .. } => f.write_str(message),
        }?;
        match self.suggestion() {
            Some(suggestion) if !matches!(self, Self::FieldOfOtherType { .. }) => {
                write!(f, ", did you mean `{suggestion}`?")
            }
            _ => Ok(()),
        }
    }
}

struct Operators(SubjectKind, Wording);

impl fmt::Display for Operators {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.operators().count();
        for (i, operator) in self.0.operators().enumerate() {
            let separator = match i {
                0 => "",
                _ if i + 1 == count => " or ",
                _ => ", ",
            };
            write!(f, "{separator}{}", self.1.operator(operator))?;
        }
        Ok(())
    }
}

/// A user's text inside a message, between backticks.
pub(crate) struct Quoted<'a>(pub(crate) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", Shown(self.0))
    }
}

impl From<Kind> for Errors {
    fn from(kind: Kind) -> Self {
        Self::of(kind, super::Place::default())
    }
}
