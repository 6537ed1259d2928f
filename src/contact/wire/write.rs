//! Instants as records have them.

use chrono::{DateTime, Datelike, Utc};
use serde::ser::{Error, Serializer};

use crate::time::{InFull, from_micros};

/// Writes an instant of a record: to the microsecond, and whole at midnight too, for readers whose type for instants has no
/// dates alone.
pub(crate) fn write_instant<S: Serializer>(instant: &Option<DateTime<Utc>>, serializer: S) -> Result<S::Ok, S::Error> {
    let Some(instant) = instant else { return serializer.serialize_none() };
    let micros = instant.timestamp_micros();
    // Such a year could be written, but not read back.
    if !(0..=9999).contains(&from_micros(micros).year()) {
        return Err(S::Error::custom("a time outside the years 0000 to 9999 cannot be written"));
    }
    serializer.collect_str(&InFull(micros))
}
