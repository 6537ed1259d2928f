//! The types of values of known keys, and what each is made of.

use std::fmt;

use chrono::{DateTime, Utc};

use super::draft::ValueType;
use super::epoch::EpochUnit;
use crate::error::{Quoted, Shape};
use crate::number::{NotANumber, Number};
use crate::time::{from_micros, parse_time};

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

    /// `None` is a number that there is no [`Number`] for; `epoch` is what it counts where it stands for a time.
    fn from_number(_: Option<Number>, _epoch: Option<EpochUnit>) -> Result<Self, String> {
        Err(mismatch(Self::TYPE.expected(), Shape::Number))
    }

    fn from_text(_: &str, _epoch: Option<EpochUnit>) -> Result<Self, String> {
        Err(mismatch(Self::TYPE.expected(), Shape::String))
    }

    /// Made of a text that stands for a value of any type: a cell of CSV, or what a column of texts has.
    fn from_cell(cell: &str, epoch: Option<EpochUnit>) -> Result<Self, String>;
}

/// A number as JSON writes it.
fn number_from_cell<T: FromScalar>(cell: &str, epoch: Option<EpochUnit>) -> Result<T, String> {
    let cell = cell.trim();
    match cell.parse::<Number>() {
        Ok(number) => T::from_number(Some(number), epoch),
        Err(NotANumber::Range) => T::from_number(None, epoch),
        Err(NotANumber::Syntax) => Err(mismatch(T::TYPE.expected(), Quoted(cell))),
    }
}

fn exact(number: Option<Number>) -> Result<Number, String> {
    number.ok_or_else(|| NotANumber::Range.to_string())
}

impl FromScalar for String {
    const TYPE: ValueType = ValueType::Text;

    fn from_text(text: &str, _: Option<EpochUnit>) -> Result<Self, String> {
        Ok(text.to_owned())
    }

    fn from_cell(cell: &str, _: Option<EpochUnit>) -> Result<Self, String> {
        Ok(cell.to_owned())
    }
}

impl FromScalar for bool {
    const TYPE: ValueType = ValueType::Flag;

    fn from_bool(flag: bool) -> Result<Self, String> {
        Ok(flag)
    }

    /// Yes or no, as people and spreadsheets write it.
    fn from_cell(cell: &str, _: Option<EpochUnit>) -> Result<Self, String> {
        let cell = cell.trim();
        let is = |names: [&str; 5]| names.iter().any(|name| cell.eq_ignore_ascii_case(name));
        if is(["true", "t", "yes", "y", "1"]) {
            Ok(true)
        } else if is(["false", "f", "no", "n", "0"]) {
            Ok(false)
        } else {
            Err(mismatch("true or false, yes or no, 1 or 0", Quoted(cell)))
        }
    }
}

impl FromScalar for u64 {
    const TYPE: ValueType = ValueType::Count;

    fn from_number(number: Option<Number>, _: Option<EpochUnit>) -> Result<Self, String> {
        let number = exact(number)?;
        number.to_u64().ok_or_else(|| mismatch(Self::TYPE.expected(), number))
    }

    fn from_cell(cell: &str, epoch: Option<EpochUnit>) -> Result<Self, String> {
        number_from_cell(cell, epoch)
    }
}

impl FromScalar for i64 {
    const TYPE: ValueType = ValueType::ListId;

    fn from_number(number: Option<Number>, _: Option<EpochUnit>) -> Result<Self, String> {
        let number = exact(number)?;
        number.to_i64().ok_or_else(|| match number.to_u64() {
            Some(_) => mismatch("a whole number up to 9223372036854775807", number),
            None => mismatch(Self::TYPE.expected(), number),
        })
    }

    fn from_cell(cell: &str, epoch: Option<EpochUnit>) -> Result<Self, String> {
        number_from_cell(cell, epoch)
    }
}

impl FromScalar for Number {
    const TYPE: ValueType = ValueType::Amount;

    fn from_number(number: Option<Number>, _: Option<EpochUnit>) -> Result<Self, String> {
        exact(number)
    }

    fn from_cell(cell: &str, epoch: Option<EpochUnit>) -> Result<Self, String> {
        number_from_cell(cell, epoch)
    }
}

impl FromScalar for DateTime<Utc> {
    const TYPE: ValueType = ValueType::Time;

    fn from_number(number: Option<Number>, epoch: Option<EpochUnit>) -> Result<Self, String> {
        let Some(epoch) = epoch else {
            return Err(mismatch(Self::TYPE.expected(), Shape::Number) + EPOCH_SAYS_THE_UNIT);
        };
        let number = exact(number)?;
        let micros = epoch.instant(number);
        micros.map(from_micros).ok_or_else(|| format!("{number} {epoch} since 1970 is beyond the years 0000 to 9999"))
    }

    fn from_text(text: &str, epoch: Option<EpochUnit>) -> Result<Self, String> {
        if let Some(instant) = parse_time(text) {
            return Ok(instant);
        }
        match (Number::from_text(text), epoch) {
            (Some(number), Some(_)) => Self::from_number(Some(number), epoch),
            (Some(_), None) => Err(mismatch(Self::TYPE.expected(), Quoted(text)) + EPOCH_SAYS_THE_UNIT),
            (None, _) => Err(mismatch(Self::TYPE.expected(), Quoted(text))),
        }
    }

    fn from_cell(cell: &str, epoch: Option<EpochUnit>) -> Result<Self, String> {
        Self::from_text(cell.trim(), epoch)
    }
}

/// What to do about a number that stands for a time.
const EPOCH_SAYS_THE_UNIT: &str = "; `--epoch s`, `ms` or `us` says what a number counts since 1970";
