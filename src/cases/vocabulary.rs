//! Values that filters and contacts share, and values that have tripped up a reader or a writer somewhere.

use chrono::{DateTime, Utc};

use crate::number::Number;
use crate::time::{WRITABLE, from_micros};

/// The instant that most cases live around: noon of 15 November 2025.
pub(crate) fn noon() -> DateTime<Utc> {
    const NOON: i64 = 1_763_208_000_000_000;
    from_micros(NOON)
}

/// The first and the last instant that can be written, in microseconds.
pub(crate) fn written_instants() -> std::ops::RangeInclusive<i64> {
    WRITABLE.start..=WRITABLE.end - 1
}

/// The instant of a count of microseconds that can be written.
pub(crate) fn instant_of(micros: i64) -> DateTime<Utc> {
    from_micros(micros.clamp(*written_instants().start(), *written_instants().end()))
}

/// Texts that filters and contacts share.
pub(crate) const TEXTS: &[&str] =
    &["CA", "ca", "TX", "California", "", "5", "5.0", "10", "true", "TRUE", "False", "É", "é", "ß", "2025-11-01"];

/// Texts that have tripped up a reader or a writer somewhere.
pub(crate) const HOSTILE_TEXTS: &[&str] = &[
    "\"",
    "'",
    "\\",
    "\\u0041",
    "\0",
    "\n",
    "\r\n",
    "\t",
    "\u{7f}",
    "\u{1b}[0m",
    "\u{2028}",
    "\u{feff}",
    "\u{202e}",
    "#",
    "# and",
    "and",
    "or",
    "not",
    "all(",
    "in",
    "list",
    "custom_fields.",
    "custom.x",
    ")",
    "[",
    ",",
    "@101",
    "null",
    "NaN",
    "1e400",
    "-0",
    "9007199254740993",
    "18446744073709551616",
    "ẞ",
    "İ",
    "i\u{307}",
    "Σς",
    "ﬀ",
    "😀",
    "e\u{301}",
    "２",
    "2025-02-30",
    "2025-11-15T12:00:00Z",
    "2025-11-15T14:00:00+02:00",
    "2025-11-15 14:00:00 +0200",
    "$1",
    "%",
    "_",
    "NULL",
    "' OR 1=1 --",
];

/// Keys of custom fields that filters and contacts share.
pub(crate) const KEYS: &[&str] = &["state", "n", "when", "tags"];

/// Keys that look like something else.
pub(crate) const ODD_KEYS: &[&str] =
    &["favourite colour", "custom_fields.state", "custom_fields.custom_fields.", "State", "click_count"];

/// Numbers that filters and contacts share.
pub(crate) const NUMBERS: &[&str] = &["4", "5", "5.5", "6", "0", "10"];

/// Numbers at the edges of what can be told apart.
pub(crate) const ODD_NUMBERS: &[&str] = &[
    "-1",
    "-0.5",
    "0",
    "0.1",
    "1",
    "4",
    "5",
    "5.5",
    "6",
    "10",
    "47.5",
    "0.30000000000000004",
    "1e-300",
    "4503599627370495.5",
    "9007199254740991",
    "9007199254740992",
    "9007199254740993",
    "-9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "-9223372036854775808",
];

/// One of the numbers above.
pub(crate) fn number_of(written: &str) -> Number {
    Number::from_text(written).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_one() {
        for written in [NUMBERS, ODD_NUMBERS].concat() {
            assert!(Number::from_text(written).is_some(), "{written}");
        }
    }

    #[test]
    fn noon_is_noon() {
        assert_eq!(noon().to_rfc3339(), "2025-11-15T12:00:00+00:00");
    }
}
