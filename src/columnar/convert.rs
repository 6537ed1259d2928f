//! From values as they are stored to values of records; what cannot be one says why.

use std::str;

use chrono::{DateTime, SecondsFormat, Utc};

use super::column_type::{ColumnType, TimestampUnit};
use super::source::Raw;
use crate::contact::{EpochUnit, FromScalar};
use crate::error::Quoted;
use crate::limits::{MAX_CUSTOM_FIELDS, MAX_RECORD_BYTES, TOO_MANY_CUSTOM_FIELDS};
use crate::number::{NotANumber, Number};
use crate::value::{Value, ValueVisitor};

pub(super) fn text(raw: Raw<'_>) -> Result<&str, String> {
    match raw {
        Raw::Bytes(bytes) if bytes.len() > MAX_RECORD_BYTES => Err("larger than 16 MiB".to_owned()),
        Raw::Bytes(bytes) => str::from_utf8(bytes).map_err(|_| "not valid UTF-8".to_owned()),
        _ => Err(String::from("expected a string")),
    }
}

pub(super) fn flag(raw: Raw<'_>) -> Result<bool, String> {
    match raw {
        Raw::Bool(flag) => Ok(flag),
        _ => Err(String::from("expected a boolean")),
    }
}

/// What a column of texts has for a field whose values are none: as a cell of CSV, an empty one is no value, nor is a blank.
fn cell<T: FromScalar>(raw: Raw<'_>, epoch: Option<EpochUnit>) -> Result<Option<T>, String> {
    match text(raw)?.trim() {
        "" => Ok(None),
        cell => T::from_cell(cell, epoch).map(Some),
    }
}

/// A flag, where a field is one: 0 and 1 are, too.
pub(super) fn known_flag(raw: Raw<'_>) -> Result<Option<bool>, String> {
    match raw {
        Raw::Bytes(_) => cell(raw, None),
        Raw::Int(0) => Ok(Some(false)),
        Raw::Int(1) => Ok(Some(true)),
        Raw::Int(other) => Err(format!("expected a boolean, or 0 or 1, found {other}")),
        other => flag(other).map(Some),
    }
}

/// A number that is to be a count, an amount or a list.
pub(super) fn known<T: FromScalar>(kind: ColumnType, raw: Raw<'_>) -> Result<Option<T>, String> {
    if kind == ColumnType::Text { cell(raw, None) } else { scalar(kind, raw, None).map(Some) }
}

/// An instant, where a field is one; a number only where its unit is known.
pub(super) fn known_instant(kind: ColumnType, raw: Raw<'_>, epoch: Option<EpochUnit>) -> Result<Option<i64>, String> {
    let made = match kind {
        ColumnType::Text => cell::<DateTime<Utc>>(raw, epoch)?,
        ColumnType::Int | ColumnType::Uint(_) | ColumnType::Float | ColumnType::Decimal(_) | ColumnType::Json => {
            Some(scalar::<DateTime<Utc>>(kind, raw, epoch)?)
        }
        _ => return instant(kind, raw).map(Some),
    };
    Ok(made.map(|instant| instant.timestamp_micros()))
}

fn scalar<T: FromScalar>(kind: ColumnType, raw: Raw<'_>, epoch: Option<EpochUnit>) -> Result<T, String> {
    match number(kind, raw) {
        Ok(number) => T::from_number(Some(number), epoch),
        Err(NotANumber::Range) => T::from_number(None, epoch),
        Err(NotANumber::Syntax) => Err(format!("expected {}, found {}", T::TYPE.expected(), shown(raw))),
    }
}

fn number(kind: ColumnType, raw: Raw<'_>) -> Result<Number, NotANumber> {
    match (kind, raw) {
        // The bits are those of a number without a sign.
        (ColumnType::Uint(64), Raw::Int(value)) => Ok(Number::from(value as u64)),
        (ColumnType::Uint(_), Raw::Int(value)) => Ok(Number::from(i64::from(value as u32))),
        (ColumnType::Decimal(scale), Raw::Int(value)) => decimal(value.into(), scale),
        (ColumnType::Decimal(scale), Raw::Bytes(bytes)) => {
            let negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
            let start = if negative { -1_i128 } else { 0 };
            if bytes.len() > 16 {
                return Err(NotANumber::Range);
            }
            decimal(bytes.iter().fold(start, |value, byte| value << 8 | i128::from(*byte)), scale)
        }
        (_, Raw::Int(value)) => Ok(Number::from(value)),
        (_, Raw::Float(value)) => {
            Number::from_f64(value).ok_or(if value.is_finite() { NotANumber::Range } else { NotANumber::Syntax })
        }
        (ColumnType::Json, Raw::Bytes(bytes)) => str::from_utf8(bytes).map_err(|_| NotANumber::Syntax)?.trim().parse(),
        _ => Err(NotANumber::Syntax),
    }
}

/// A decimal as the number that its text stands for, as everywhere else.
fn decimal(value: i128, scale: u32) -> Result<Number, NotANumber> {
    let whole = 10_i128.checked_pow(scale).ok_or(NotANumber::Range)?;
    if value % whole == 0 {
        return (value / whole).to_string().parse();
    }
    let sign = if value < 0 { "-" } else { "" };
    let (before, behind) = ((value / whole).unsigned_abs(), (value % whole).unsigned_abs());
    format!("{sign}{before}.{behind:0width$}", width = scale as usize).parse()
}

/// An instant, in microseconds: finer ones are cut off.
pub(super) fn instant(kind: ColumnType, raw: Raw<'_>) -> Result<i64, String> {
    const DAY: i64 = 86_400_000_000;
    let micros = match (kind, raw) {
        (ColumnType::Date, Raw::Int(days)) => days.checked_mul(DAY),
        (ColumnType::Timestamp(TimestampUnit::Seconds), Raw::Int(seconds)) => seconds.checked_mul(1_000_000),
        (ColumnType::Timestamp(TimestampUnit::Millis), Raw::Int(millis)) => millis.checked_mul(1_000),
        (ColumnType::Timestamp(TimestampUnit::Nanos), Raw::Int(nanos)) => Some(nanos.div_euclid(1_000)),
        (ColumnType::Int96, Raw::Bytes(bytes)) => int96(bytes),
        (_, Raw::Int(micros)) => Some(micros),
        _ => None,
    };
    // Compared as numbers: a calendar date made of each takes as long as all the rest.
    let calendar = DateTime::<Utc>::MIN_UTC.timestamp_micros()..=DateTime::<Utc>::MAX_UTC.timestamp_micros();
    micros.filter(|micros| calendar.contains(micros)).ok_or_else(|| "a time beyond the calendar".to_owned())
}

/// Nanoseconds of a day, and the number of the day since 4713 BC.
fn int96(bytes: &[u8]) -> Option<i64> {
    const FIRST_OF_1970: i64 = 2_440_588;
    let nanos = i64::from_le_bytes(bytes.get(..8)?.try_into().ok()?);
    let day = i32::from_le_bytes(bytes.get(8..12)?.try_into().ok()?);
    (i64::from(day) - FIRST_OF_1970).checked_mul(86_400_000_000)?.checked_add(nanos.div_euclid(1_000))
}

/// A custom field. Times are the texts that they are in other files; a JSON null is none.
pub(crate) fn value(kind: ColumnType, raw: Raw<'_>) -> Result<Option<Value>, String> {
    Ok(Some(match kind {
        ColumnType::Text => Value::from(text(raw)?),
        ColumnType::Json => return json(text(raw)?),
        ColumnType::Boolean => Value::from(flag(raw)?),
        ColumnType::Int | ColumnType::Uint(_) | ColumnType::Float | ColumnType::Decimal(_) => {
            Value::from(number(kind, raw).map_err(|error| match error {
                NotANumber::Range => error.to_string(),
                NotANumber::Syntax => format!("expected a number, found {}", shown(raw)),
            })?)
        }
        ColumnType::Date => Value::Text(at(instant(kind, raw)?)?.date_naive().to_string()),
        ColumnType::Timestamp(_) | ColumnType::Int96 => {
            Value::Text(at(instant(kind, raw)?)?.to_rfc3339_opts(SecondsFormat::AutoSi, true))
        }
    }))
}

fn at(micros: i64) -> Result<DateTime<Utc>, String> {
    DateTime::from_timestamp_micros(micros).ok_or_else(|| "a time beyond the calendar".to_owned())
}

/// A value in JSON, or the null that is none.
fn json(text: &str) -> Result<Option<Value>, String> {
    use serde::de::DeserializeSeed;

    // Nearly all are a plain text or a number, which are read at a glance.
    let plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        Some(inside) if inside.bytes().all(plain) => return Ok(Some(Value::from(inside))),
        Some(_) => {}
        None => {
            if let Some(number) = Number::from_text(text) {
                return Ok(Some(Value::from(number)));
            }
        }
    }
    let mut source = serde_json::Deserializer::from_str(text);
    let value = ValueVisitor::TOP.deserialize(&mut source).and_then(|value| source.end().map(|()| value));
    value.map_err(|error| format!("expected JSON, found {}: {error}", Quoted(text)))
}

/// The custom fields of an object in JSON.
pub(super) fn custom_fields(raw: Raw<'_>) -> Result<Vec<(String, Value)>, String> {
    let text = text(raw)?;
    match json(text)? {
        None => Ok(Vec::new()),
        Some(Value::Object(fields)) if fields.len() > MAX_CUSTOM_FIELDS => Err(TOO_MANY_CUSTOM_FIELDS.to_owned()),
        Some(Value::Object(fields)) => Ok(fields.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()),
        Some(_) => Err(format!("expected an object, found {}", Quoted(text))),
    }
}

fn shown(raw: Raw<'_>) -> String {
    match raw {
        Raw::Bool(flag) => flag.to_string(),
        Raw::Int(value) => value.to_string(),
        Raw::Float(value) => value.to_string(),
        Raw::Bytes(bytes) => Quoted(&String::from_utf8_lossy(bytes)).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::parse_time;

    #[test]
    fn decimals_are_the_numbers_that_they_read_as() {
        for (value, scale, expected) in [
            (12_345, 2, "123.45"),
            (-5, 2, "-0.05"),
            (100, 2, "1"),
            (0, 0, "0"),
            (-1_200, 2, "-12"),
            (9_007_199_254_740_993, 0, "9007199254740993"),
        ] {
            assert_eq!(decimal(value, scale), expected.parse(), "{value} {scale}");
        }
        assert_eq!(decimal(i128::MAX, 0), Err(NotANumber::Range));
        assert_eq!(number(ColumnType::Decimal(1), Raw::Bytes(&[0xff, 0xf6])), "-1".parse());
    }

    #[test]
    fn times_of_every_unit_are_the_same_instant() {
        let expected = parse_time("2025-11-01T18:05:32.5Z").map(|time| time.timestamp_micros());
        let micros = expected.unwrap();
        let day = (2_440_588 + (micros.div_euclid(86_400_000_000)) as i32).to_le_bytes();
        let of_day = (micros.rem_euclid(86_400_000_000) * 1_000).to_le_bytes();
        let int96: Vec<u8> = of_day.into_iter().chain(day).collect();
        for (kind, raw) in [
            (ColumnType::Timestamp(TimestampUnit::Millis), Raw::Int(micros / 1_000)),
            (ColumnType::Timestamp(TimestampUnit::Micros), Raw::Int(micros)),
            (ColumnType::Timestamp(TimestampUnit::Nanos), Raw::Int(micros * 1_000 + 999)),
            (ColumnType::Int96, Raw::Bytes(&int96)),
        ] {
            assert_eq!(instant(kind, raw), Ok(micros), "{kind:?}");
        }
        let texts = ["2025-11-01T18:05:32.5", "2025-11-01 18:05:32.5 UTC", "2025-11-01 19:05:32.5 +0100", ""];
        let read = texts.map(|text| known_instant(ColumnType::Text, Raw::Bytes(text.as_bytes()), None));
        assert_eq!(read, [Ok(Some(micros)), Ok(Some(micros)), Ok(Some(micros)), Ok(None)]);
        let number = Raw::Int(micros / 1_000);
        assert_eq!(known_instant(ColumnType::Int, number, Some(EpochUnit::Millis)), Ok(Some(micros)));
        assert_eq!(instant(ColumnType::Date, Raw::Int(1)), Ok(86_400_000_000));
        assert!(instant(ColumnType::Timestamp(TimestampUnit::Millis), Raw::Int(i64::MAX)).is_err());
        assert!(instant(ColumnType::Date, Raw::Int(i64::MIN)).is_err());
    }

    #[test]
    fn custom_fields_are_what_other_files_have() {
        let read = |kind, raw| value(kind, raw).unwrap().map(|value| value.to_string()).unwrap_or_default();
        assert_eq!(read(ColumnType::Text, Raw::Bytes(b"12")), "\"12\"");
        assert_eq!(read(ColumnType::Json, Raw::Bytes(b"[1, null, \"a\"]")), "[1,null,\"a\"]");
        assert_eq!(read(ColumnType::Json, Raw::Bytes(b"null")), "");
        assert_eq!(read(ColumnType::Uint(64), Raw::Int(-1)), u64::MAX.to_string());
        assert_eq!(read(ColumnType::Uint(32), Raw::Int(-1)), u32::MAX.to_string());
        assert_eq!(read(ColumnType::Float, Raw::Float(0.5)), "0.5");
        assert_eq!(read(ColumnType::Date, Raw::Int(0)), "\"1970-01-01\"");
        assert_eq!(read(ColumnType::Timestamp(TimestampUnit::Micros), Raw::Int(0)), "\"1970-01-01T00:00:00Z\"");
        assert!(value(ColumnType::Float, Raw::Float(f64::NAN)).is_err());
        assert!(value(ColumnType::Json, Raw::Bytes(b"{")).is_err());
    }
}
