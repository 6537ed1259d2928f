//! Instants, durations, and how both are written.
//!
//! An instant is a `DateTime<Utc>` outside and a count of microseconds since 1970 inside: the microsecond is the
//! precision of every comparison. A day is 24 hours, on every day of the year.

use std::fmt;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};

/// The unit of a [`Span`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SpanUnit {
    /// 24 hours, also where clocks change.
    Days,
    /// 60 minutes.
    Hours,
    /// 60 seconds.
    Minutes,
}

impl SpanUnit {
    pub(crate) const fn in_minutes(self) -> u64 {
        match self {
            Self::Days => 24 * 60,
            Self::Hours => 60,
            Self::Minutes => 1,
        }
    }
}

/// A length of time, as it was asked for: `30 days` and `720 hours` are equally long, but not equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// How many units; 0 is the instant itself.
    pub amount: u64,
    /// Of which length.
    pub unit: SpanUnit,
}

impl Span {
    /// How many microseconds it is long, as far as they can be counted.
    pub(crate) fn micros(self) -> i64 {
        let minutes = u128::from(self.amount) * u128::from(self.unit.in_minutes());
        i64::try_from(minutes * 60_000_000).unwrap_or(i64::MAX)
    }

    /// The instant this long before `now`; the calendar's first where it would lie before that.
    pub(crate) fn before(self, now: i64) -> i64 {
        now.saturating_sub(self.micros()).max(first_instant())
    }
}

/// A point in time that `before` and `after` compare with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Moment {
    /// This long before now.
    Ago(Span),
    /// An instant of the calendar.
    At(DateTime<Utc>),
}

impl Moment {
    /// The moment as an instant, seen from `now`.
    pub(crate) fn instant(self, now: i64) -> i64 {
        match self {
            Self::Ago(span) => span.before(now),
            Self::At(instant) => instant.timestamp_micros(),
        }
    }
}

/// The calendar's first instant, in microseconds.
pub(crate) fn first_instant() -> i64 {
    DateTime::<Utc>::MIN_UTC.timestamp_micros()
}

/// The instant of a count of microseconds; the calendar's nearest where there is none.
pub(crate) fn from_micros(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or(if micros < 0 {
        DateTime::<Utc>::MIN_UTC
    } else {
        DateTime::<Utc>::MAX_UTC
    })
}

/// Reads an ISO 8601 date or date-time: `2025-11-01`, `2025-11-01T08:30`, `2025-11-01T08:30:00.25Z`, `…+02:00`.
///
/// A date alone is its midnight; no zone means UTC; a space may stand for the `T`, ` UTC` or ` GMT` for the `Z`, and one may
/// stand in front of `+02:00`, `+0200` and `+02`, as warehouses and programs print them; digits past the microsecond are
/// dropped. Years have four digits, and there are no leap seconds on this clock: `23:59:60` cannot be read.
///
/// ```
/// use headcount::filter::parse_time;
///
/// assert_eq!(parse_time("2025-11-01"), parse_time("2025-11-01T02:00:00+02:00"));
/// assert_eq!(parse_time("2025-02-30"), None);
/// ```
#[must_use]
pub fn parse_time(text: &str) -> Option<DateTime<Utc>> {
    parse_micros(text).and_then(DateTime::from_timestamp_micros)
}

/// [`parse_time`], as microseconds.
pub(crate) fn parse_micros(text: &str) -> Option<i64> {
    let mut rest = text.as_bytes();
    let date = date(&mut rest)?;
    let mut micros = 0;
    let mut offset_minutes = 0;
    if !rest.is_empty() {
        if !(eat(&mut rest, b'T') || eat(&mut rest, b't') || eat(&mut rest, b' ')) {
            return None;
        }
        micros = clock(&mut rest)?;
        offset_minutes = zone(&mut rest)?;
        if !rest.is_empty() {
            return None;
        }
    }
    let seconds = date.and_hms_opt(0, 0, 0)?.and_utc().timestamp() - offset_minutes * 60;
    // A zone may lead out of the years that can be written.
    Some(seconds * 1_000_000 + micros).filter(|instant| WRITABLE.contains(instant))
}

/// What [`parse_time`] reads, as a regular expression (ECMA-262); only an instant that a zone leads out of the years that
/// can be written matches it and is not read.
pub(crate) fn pattern() -> String {
    let long = "(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])";
    let short = "(0[469]|11)-(0[1-9]|[12][0-9]|30)";
    let february = "02-(0[1-9]|1[0-9]|2[0-8])";
    let fourth = "([02468][048]|[13579][26])";
    let leap = format!("([0-9]{{2}}(0[48]|[2468][048]|[13579][26])|{fourth}00)-02-29");
    let date = format!("([0-9]{{4}}-({long}|{short}|{february})|{leap})");
    let clock = "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]+)?)?";
    let zone = "([Zz]| UTC| GMT| ?[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?)?";
    format!("^{date}([Tt ]{clock}{zone})?$")
}

/// From the beginning of the year 0 to the end of the year 9999, in microseconds.
pub(crate) const WRITABLE: std::ops::Range<i64> = -62_167_219_200_000_000..253_402_300_800_000_000;

/// When a year begins, in microseconds since 1970.
#[cfg(feature = "sql")]
pub(crate) fn year_start(year: i32) -> i64 {
    let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
    first.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_micros()
}

/// `date := year "-" month "-" day`
fn date(rest: &mut &[u8]) -> Option<NaiveDate> {
    let century = two_digits(rest)?;
    let year = century * 100 + two_digits(rest)?;
    let month = eat(rest, b'-').then(|| two_digits(rest))??;
    let day = eat(rest, b'-').then(|| two_digits(rest))??;
    NaiveDate::from_ymd_opt(year as i32, month as u32, day as u32)
}

/// `clock := hour ":" minute [":" second ["." digit+]]`, in microseconds since midnight.
fn clock(rest: &mut &[u8]) -> Option<i64> {
    let hour = two_digits(rest)?;
    let minute = eat(rest, b':').then(|| two_digits(rest))??;
    let mut micros = 0;
    let mut second = 0;
    if eat(rest, b':') {
        second = two_digits(rest)?;
        if eat(rest, b'.') {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits == 0 {
                return None;
            }
            micros = (0..6)
                .fold(0, |sum, place| sum * 10 + rest[..digits].get(place).map_or(0, |digit| i64::from(digit - b'0')));
            *rest = &rest[digits..];
        }
    }
    (hour < 24 && minute < 60 && second < 60).then_some(((hour * 60 + minute) * 60 + second) * 1_000_000 + micros)
}

/// `zone := ["Z" | " UTC" | " GMT" | [" "] ("+" | "-") hour [[":"] minute]]`, in minutes east of UTC.
fn zone(rest: &mut &[u8]) -> Option<i64> {
    if rest.is_empty() || eat(rest, b'Z') || eat(rest, b'z') {
        return Some(0);
    }
    if matches!(*rest, b" UTC" | b" GMT") {
        *rest = &[];
        return Some(0);
    }
    eat(rest, b' ');
    let sign = match (eat(rest, b'+'), eat(rest, b'-')) {
        (true, _) => 1,
        (_, true) => -1,
        _ => return None,
    };
    let hours = two_digits(rest)?;
    let minutes = if eat(rest, b':') || !rest.is_empty() { two_digits(rest)? } else { 0 };
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

fn two_digits(rest: &mut &[u8]) -> Option<i64> {
    let (digits, tail) = rest.split_at_checked(2)?;
    *rest = tail;
    digits.iter().try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))
}

fn eat(rest: &mut &[u8], byte: u8) -> bool {
    let found = rest.first() == Some(&byte);
    if found {
        *rest = &rest[1..];
    }
    found
}

/// Writes an instant so that [`parse_time`] reads it back: as a date where it is a midnight.
pub(crate) struct Written(pub(crate) DateTime<Utc>);

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.timestamp_micros().rem_euclid(24 * 60 * 60 * 1_000_000) == 0 {
            return self.0.date_naive().fmt(f);
        }
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

/// Writes an instant in full, for tables and explanations.
pub(crate) struct InFull(pub(crate) i64);

impl fmt::Display for InFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&from_micros(self.0).to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(text: &str, expected: &str) {
        assert_eq!(parse_time(text), Some(DateTime::parse_from_rfc3339(expected).unwrap().to_utc()), "{text}");
        assert_eq!(parse_time(&Written(parse_time(text).unwrap()).to_string()), parse_time(text), "{text} written");
    }

    #[test]
    fn every_form_of_a_time() {
        reads("2025-11-01", "2025-11-01T00:00:00Z");
        reads("2025-11-01T08:30", "2025-11-01T08:30:00Z");
        reads("2025-11-01T08:30:15", "2025-11-01T08:30:15Z");
        reads("2025-11-01 08:30:15", "2025-11-01T08:30:15Z");
        reads("2025-11-01t08:30:15z", "2025-11-01T08:30:15Z");
        reads("2025-11-01T08:30:15.5Z", "2025-11-01T08:30:15.5Z");
        reads("2025-11-01T08:30:15.1234567Z", "2025-11-01T08:30:15.123456Z");
        reads("2025-11-01T08:30:15+02:00", "2025-11-01T06:30:15Z");
        reads("2025-11-01T08:30:15-0230", "2025-11-01T11:00:15Z");
        reads("2025-11-01T08:30:15+02", "2025-11-01T06:30:15Z");
        reads("2025-11-01 08:30:15 UTC", "2025-11-01T08:30:15Z");
        reads("2025-11-01 08:30:15.25 GMT", "2025-11-01T08:30:15.25Z");
        reads("2025-11-01 08:30:15 +02:00", "2025-11-01T06:30:15Z");
        reads("2025-11-01T08:30:15.25 -0230", "2025-11-01T11:00:15.25Z");
        reads("2025-11-01 08:30 +00", "2025-11-01T08:30:00Z");
        reads("0000-01-01", "0000-01-01T00:00:00Z");
        reads("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z");
        reads("2024-02-29", "2024-02-29T00:00:00Z");
    }

    #[test]
    fn what_is_no_time() {
        for text in [
            "",
            "2025",
            "2025-11",
            "2025-13-01",
            "2025-02-30",
            "2025-11-01T",
            "2025-11-01T24:00:00",
            "2025-11-01T23:60:00",
            "2016-12-31T23:59:60Z",
            "2025-11-01T08",
            "2025-11-01T08:30:",
            "2025-11-01T08:30:00.",
            "2025-11-01T08:30:00ZZ",
            "2025-11-01T08:30:00+2",
            "2025-11-01T08:30:00+25:00",
            "2025-11-01Z",
            "20251101",
            "-2025-11-01",
            "12025-11-01",
            "2025-11-01T08:30:00 ",
            "2025-11-01T08:30:00 UTC ",
            "2025-11-01T08:30:00 CET",
            "2025-11-01T08:30:00UTC",
            "2025-11-01 08:30:00  +00:00",
            "2025-11-01 08:30:00 +",
            "2025-11-01 08:30:00 + 00:00",
            "2025-11-01 08:30:00 00:00",
            "2025-11-01 08:30:00 Z",
            "2025-11-01 +00:00",
            "2025-11-01 UTC",
            "２０２５-11-01",
            "tomorrow",
            "0000-01-01T00:00+02:00",
            "9999-12-31T23:30-01:00",
        ] {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }

    #[test]
    fn a_window_past_the_start_of_the_calendar_reaches_to_its_start() {
        let span = Span { amount: u64::MAX, unit: SpanUnit::Days };
        assert_eq!(span.before(0), first_instant());
        assert_eq!(from_micros(first_instant()), DateTime::<Utc>::MIN_UTC);
    }

    #[test]
    fn a_day_is_24_hours() {
        let days = Span { amount: 2, unit: SpanUnit::Days };
        let hours = Span { amount: 48, unit: SpanUnit::Hours };
        assert_eq!(days.before(0), hours.before(0));
        assert_eq!(hours.before(0), Span { amount: 2880, unit: SpanUnit::Minutes }.before(0));
    }
}
