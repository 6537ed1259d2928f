//! The types of values of known keys, and what each is made of.

use std::fmt;

use chrono::{DateTime, Utc};

use super::draft::ValueType;
use crate::error::{Quoted, Shape};
use crate::number::{NotANumber, Number};
use crate::time::parse_time;

/// What a message says of a value that is not what it should be.
pub(super) fn mismatch(expected: &str, found: impl fmt::Display) -> String {
    format!("expected {expected}, found {found}")
}

/// A type that the value of a key may have, made of a scalar; the reason for an error is without the key.
pub(crate) trait FromScalar: Sized {
    const TYPE: ValueType;

    fn from_bool(_: bool) -> Result<Self, String> {
        Err(mismatch(Self::TYPE.expected(), Shape::Boolean))
    }

    /// `None` is a number that there is no [`Number`] for.
    fn from_number(_: Option<Number>) -> Result<Self, String> {
        Err(mismatch(Self::TYPE.expected(), Shape::Number))
    }

    fn from_text(_: &str) -> Result<Self, String> {
        Err(mismatch(Self::TYPE.expected(), Shape::String))
    }
}

fn exact(number: Option<Number>) -> Result<Number, String> {
    number.ok_or_else(|| NotANumber::Range.to_string())
}

impl FromScalar for String {
    const TYPE: ValueType = ValueType::Text;

    fn from_text(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }
}

impl FromScalar for bool {
    const TYPE: ValueType = ValueType::Flag;

    fn from_bool(flag: bool) -> Result<Self, String> {
        Ok(flag)
    }
}

impl FromScalar for u64 {
    const TYPE: ValueType = ValueType::Count;

    fn from_number(number: Option<Number>) -> Result<Self, String> {
        let number = exact(number)?;
        number.to_u64().ok_or_else(|| mismatch(Self::TYPE.expected(), number))
    }
}

impl FromScalar for i64 {
    const TYPE: ValueType = ValueType::ListId;

    fn from_number(number: Option<Number>) -> Result<Self, String> {
        let number = exact(number)?;
        number.to_i64().ok_or_else(|| match number.to_u64() {
            Some(_) => mismatch("a whole number up to 9223372036854775807", number),
            None => mismatch(Self::TYPE.expected(), number),
        })
    }
}

impl FromScalar for Number {
    const TYPE: ValueType = ValueType::Amount;

    fn from_number(number: Option<Number>) -> Result<Self, String> {
        exact(number)
    }
}

impl FromScalar for DateTime<Utc> {
    const TYPE: ValueType = ValueType::Time;

    fn from_text(text: &str) -> Result<Self, String> {
        parse_time(text).ok_or_else(|| mismatch(Self::TYPE.expected(), Quoted(text)))
    }
}
