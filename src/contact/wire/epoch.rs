//! Instants as numbers: so much time since 1970.

use std::fmt;
use std::str::FromStr;

use crate::number::Number;
use crate::time::WRITABLE;

/// What a number counts that stands where a record has a time: a length of time since 1970-01-01T00:00:00Z.
///
/// ```
/// use headcount::RecordReader;
/// use headcount::records::{EpochUnit, Input};
///
/// let line = r#"{"phone_number": "+14155550101", "last_sent_at": 1731400000}"#;
/// let read = |reader: RecordReader| reader.contacts(Input::new("contacts.ndjson", line.as_bytes())).next().unwrap();
/// assert!(read(RecordReader::new()).is_err(), "a number is a time only where its unit is said");
/// let contact = read(RecordReader::new().epoch("s".parse::<EpochUnit>()?))?;
/// assert_eq!(contact.memberships[0].last_sent_at, Some("2024-11-12T08:26:40Z".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EpochUnit {
    /// Seconds, as `s`.
    Seconds,
    /// Milliseconds, as `ms`.
    Millis,
    /// Microseconds, as `us`.
    Micros,
}

impl EpochUnit {
    /// Every unit.
    pub const ALL: [Self; 3] = [Self::Seconds, Self::Millis, Self::Micros];

    /// The unit as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Seconds => "s",
            Self::Millis => "ms",
            Self::Micros => "us",
        }
    }

    const fn micros(self) -> i64 {
        match self {
            Self::Seconds => 1_000_000,
            Self::Millis => 1_000,
            Self::Micros => 1,
        }
    }

    /// The instant of a number, to the nearest microsecond, within the years that can be written.
    pub(crate) fn instant(self, number: Number) -> Option<i64> {
        let micros = match number.to_i64() {
            Some(whole) => whole.checked_mul(self.micros())?,
            // OK because the cast saturates, and what is beyond is no year.
            None => (number.to_f64() * self.micros() as f64).round() as i64,
        };
        Some(micros).filter(|micros| WRITABLE.contains(micros))
    }
}

impl fmt::Display for EpochUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for EpochUnit {
    type Err = UnknownEpochUnit;

    fn from_str(text: &str) -> Result<Self, UnknownEpochUnit> {
        Self::ALL.into_iter().find(|unit| unit.as_str() == text).ok_or(UnknownEpochUnit)
    }
}

/// A text that is no [`EpochUnit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownEpochUnit;

impl fmt::Display for UnknownEpochUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected s, ms or us, for seconds, milliseconds or microseconds since 1970")
    }
}

impl std::error::Error for UnknownEpochUnit {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::parse_micros;

    #[test]
    fn numbers_of_every_unit_are_the_same_instant() {
        let expected = parse_micros("2024-11-12T08:26:40.25Z");
        for (unit, number) in [
            ("s", "1731400000.25"),
            ("s", "1.73140000025e9"),
            ("ms", "1731400000250"),
            ("ms", "1731400000250.0"),
            ("us", "1731400000250000"),
        ] {
            let unit: EpochUnit = unit.parse().unwrap();
            assert_eq!(unit.instant(number.parse().unwrap()), expected, "{number} {unit}");
        }
        assert_eq!(EpochUnit::Millis.instant("-1".parse().unwrap()), parse_micros("1969-12-31T23:59:59.999Z"));
    }

    #[test]
    fn years_that_cannot_be_written_are_none() {
        for (unit, number) in [
            (EpochUnit::Seconds, "1731400000000"),
            (EpochUnit::Seconds, "9223372036854775807"),
            (EpochUnit::Seconds, "18446744073709551615"),
            (EpochUnit::Seconds, "-9223372036854775808"),
            (EpochUnit::Millis, "253402300800000"),
            (EpochUnit::Micros, "9007199254740991.5"),
        ] {
            let instant = unit.instant(number.parse().unwrap_or_default());
            assert!(instant.is_none() || number.ends_with(".5"), "{number} {unit}");
        }
        assert_eq!("m".parse::<EpochUnit>(), Err(UnknownEpochUnit));
    }
}
