//! Instants and lengths of time, as they are typed.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

pub(super) fn parse_time(text: &str) -> Result<DateTime<Utc>, String> {
    headcount::filter::parse_time(text).ok_or_else(|| "expected a date or time such as 2025-11-15T08:30:00Z".to_owned())
}

/// A number of seconds that is not nothing, with a fraction or without.
pub(super) fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds
        .filter(|seconds| !seconds.is_zero())
        .ok_or_else(|| "expected a number of seconds such as 60 or 0.5".to_owned())
}

/// The end of a range of instants.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Until {
    /// An instant.
    At(DateTime<Utc>),
    /// So long after the beginning.
    After(TimeDelta),
}

impl Until {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let instant = headcount::filter::parse_time(text).map(Self::At);
        instant.or_else(|| length(text).ok().map(Self::After)).ok_or_else(|| {
            "expected a date or time such as 2025-11-15T08:30:00Z, or a length such as 90d, 12h or 45min".to_owned()
        })
    }
}

/// A length of time, as filters write it.
pub(super) fn length(text: &str) -> Result<TimeDelta, String> {
    let (amount, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let minutes = match unit.trim() {
        "d" | "day" | "days" => 24 * 60,
        "h" | "hour" | "hours" => 60,
        "min" | "minute" | "minutes" => 1,
        _ => 0,
    };
    let amount: Option<i64> = amount.parse().ok();
    let length = amount.and_then(|amount| TimeDelta::try_minutes(amount.checked_mul(minutes)?));
    length
        .filter(|length| *length > TimeDelta::zero())
        .ok_or_else(|| "expected a length of time such as 90d, 12h or 45min".to_owned())
}
