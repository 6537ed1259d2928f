//! Numbers that are compared by value, and exactly.

use std::cmp::Ordering;
use std::fmt;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A number: a whole number of 64 bits (signed or unsigned), or a fraction as a 64-bit float.
///
/// Whole numbers are exact over their whole range, and comparisons never round. A number that is neither a 64-bit
/// whole number nor below 2^53 in magnitude cannot be held exactly, so there is no such `Number`.
///
/// ```
/// use headcount::Number;
///
/// let number = |text: &str| text.parse::<Number>();
/// assert_eq!(number("1.0"), number("1"));
/// assert_ne!(number("9007199254740993"), number("9007199254740992"));
/// assert!(number("-0.5").unwrap() < number("0").unwrap());
/// assert!(number("1e400").is_err());
/// ```
#[derive(Clone, Copy, PartialEq)]
pub struct Number(Repr);

// A value has one representation: a float that is whole is `Whole`, `Large` starts where `Whole` ends.
#[derive(Clone, Copy, PartialEq)]
enum Repr {
    Whole(i64),
    Large(u64),
    Fraction(f64),
}

/// The magnitude from which a 64-bit float no longer tells neighbouring whole numbers apart.
const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53

/// Why a text is not a [`Number`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotANumber {
    /// It is not written as JSON writes numbers.
    Syntax,
    /// It is a number that cannot be held exactly.
    Range,
}

impl fmt::Display for NotANumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Syntax => "not a number",
            Self::Range => {
                "beyond the numbers that can be compared exactly: 64-bit whole numbers, fractions below 2^53"
            }
        })
    }
}

impl std::error::Error for NotANumber {}

impl Number {
    /// The number a 64-bit float stands for, where it can be told exactly.
    #[must_use]
    pub fn from_f64(value: f64) -> Option<Self> {
        if !(-EXACT < value && value < EXACT) {
            return None; // infinities and NaN too
        }
        // Below 2^53 the cast loses nothing.
        let whole = value as i64;
        Some(Self(if whole as f64 == value { Repr::Whole(whole) } else { Repr::Fraction(value) }))
    }

    /// The number a 64-bit float is, as far as 64-bit whole numbers reach: what was worked out, and not read, is what it is.
    pub(crate) fn of_quotient(value: f64) -> Option<Self> {
        const END: f64 = 18_446_744_073_709_551_616.0; // 2^64
        let whole = (EXACT..END).contains(&value).then(|| Self::from(value as u64));
        let negative = (-END / 2.0..=-EXACT).contains(&value).then(|| Self::from(value as i64));
        Self::from_f64(value).or(whole).or(negative)
    }

    /// The nearest 64-bit float.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        match self.0 {
            Repr::Whole(whole) => whole as f64,
            Repr::Large(large) => large as f64,
            Repr::Fraction(fraction) => fraction,
        }
    }

    /// The number as a count, if it is whole and not negative.
    #[must_use]
    pub fn to_u64(self) -> Option<u64> {
        match self.0 {
            Repr::Whole(whole) => u64::try_from(whole).ok(),
            Repr::Large(large) => Some(large),
            Repr::Fraction(_) => None,
        }
    }

    /// The number as a list id, if it is whole and fits.
    #[must_use]
    pub fn to_i64(self) -> Option<i64> {
        match self.0 {
            Repr::Whole(whole) => Some(whole),
            Repr::Large(_) | Repr::Fraction(_) => None,
        }
    }

    /// The number that a whole text stands for, if it is written as JSON writes numbers.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        // Most texts are no numbers: one look at the first byte tells.
        match text.as_bytes().first()? {
            b'-' | b'0'..=b'9' => text.parse().ok(),
            _ => None,
        }
    }
}

impl std::str::FromStr for Number {
    type Err = NotANumber;

    /// Reads a number as JSON writes it: `-12`, `0.5`, `3e2`; not `+1`, `.5`, `01` or `0x10`.
    fn from_str(text: &str) -> Result<Self, NotANumber> {
        let rest = after_whole_part(text.strip_prefix('-').unwrap_or(text)).ok_or(NotANumber::Syntax)?;
        if rest.is_empty() {
            return text
                .parse()
                .map(|value| Self(Repr::Whole(value)))
                .or_else(|_| text.parse().map(|value| Self(Repr::Large(value))))
                .map_err(|_| NotANumber::Range);
        }
        let value: f64 = text.parse().map_err(|_| NotANumber::Syntax)?;
        let number = Self::from_f64(value).ok_or(NotANumber::Range)?;
        // A float that underflowed is no longer what was written.
        if value == 0.0
            && text.bytes().take_while(|byte| !matches!(byte, b'e' | b'E')).any(|byte| (b'1'..=b'9').contains(&byte))
        {
            return Err(NotANumber::Range);
        }
        Ok(number)
    }
}

/// What follows the whole part in
/// `unsigned := ("0" | [1-9] [0-9]*) ["." [0-9]+] [("e" | "E") ["+" | "-"] [0-9]+]`, if the text is one.
fn after_whole_part(text: &str) -> Option<&str> {
    let run = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = run(text);
    if whole == 0 || (whole > 1 && text.starts_with('0')) {
        return None;
    }
    let rest = &text[whole..];
    let mut tail = rest;
    if let Some(fraction) = tail.strip_prefix('.') {
        let length = run(fraction);
        if length == 0 {
            return None;
        }
        tail = &fraction[length..];
    }
    if let Some(exponent) = tail.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let length = run(exponent);
        if length == 0 {
            return None;
        }
        tail = &exponent[length..];
    }
    tail.is_empty().then_some(rest)
}

impl Eq for Number {} // no NaN inside

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.0, other.0) {
            (Repr::Whole(a), Repr::Whole(b)) => a.cmp(&b),
            (Repr::Large(a), Repr::Large(b)) => a.cmp(&b),
            (Repr::Large(_), _) => Ordering::Greater,
            (_, Repr::Large(_)) => Ordering::Less,
            (Repr::Fraction(a), Repr::Fraction(b)) => a.total_cmp(&b),
            (Repr::Whole(a), Repr::Fraction(b)) => whole_against_fraction(a, b),
            (Repr::Fraction(a), Repr::Whole(b)) => whole_against_fraction(b, a).reverse(),
        }
    }
}

/// A fraction lies strictly between its floor and the next whole number, and the floor is exact.
fn whole_against_fraction(whole: i64, fraction: f64) -> Ordering {
    if whole <= fraction.floor() as i64 { Ordering::Less } else { Ordering::Greater }
}

impl std::hash::Hash for Number {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        match self.0 {
            Repr::Whole(whole) => whole.hash(state),
            Repr::Large(large) => large.hash(state),
            Repr::Fraction(fraction) => fraction.to_bits().hash(state),
        }
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(Repr::Whole(value))
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        Self(i64::try_from(value).map_or(Repr::Large(value), Repr::Whole))
    }
}

impl Default for Number {
    fn default() -> Self {
        Self(Repr::Whole(0))
    }
}

impl fmt::Display for Number {
    /// As JSON writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Repr::Whole(whole) => whole.fmt(f),
            Repr::Large(large) => large.fmt(f),
            Repr::Fraction(fraction) => fraction.fmt(f),
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Repr::Whole(whole) => serializer.serialize_i64(whole),
            Repr::Large(large) => serializer.serialize_u64(large),
            Repr::Fraction(fraction) => serializer.serialize_f64(fraction),
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    /// Reads a number; one that cannot be held exactly is an error.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberVisitor;

        impl Visitor<'_> for NumberVisitor {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }

            fn visit_i64<E>(self, value: i64) -> Result<Number, E> {
                Ok(value.into())
            }

            fn visit_u64<E>(self, value: u64) -> Result<Number, E> {
                Ok(value.into())
            }

            fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Number, E> {
                Number::from_f64(value).ok_or_else(|| E::custom(NotANumber::Range))
            }
        }

        deserializer.deserialize_any(NumberVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        text.parse().unwrap()
    }

    #[test]
    fn numbers_are_ordered_by_value() {
        let ascending = [
            "-9223372036854775808",
            "-9007199254740993",
            "-9007199254740992",
            "-1.5",
            "-1",
            "-0.1",
            "0",
            "1e-300",
            "0.1",
            "1",
            "1.5",
            "2",
            "9007199254740992",
            "9007199254740993",
            "9223372036854775807",
            "9223372036854775808",
            "18446744073709551615",
        ];
        for (i, a) in ascending.iter().enumerate() {
            for (j, b) in ascending.iter().enumerate() {
                assert_eq!(number(a).cmp(&number(b)), i.cmp(&j), "{a} against {b}");
            }
        }
    }

    #[test]
    fn spelling_does_not_matter() {
        for (a, b) in [("1", "1.0"), ("100", "1e2"), ("-0", "0"), ("0.50", "5e-1"), ("-0.0", "0"), ("1E+2", "100")] {
            assert_eq!(number(a), number(b));
        }
    }

    #[test]
    fn what_is_no_number() {
        for text in ["", "-", "+1", ".5", "1.", "01", "0x10", "1e", "1e+", "NaN", "inf", " 1", "1 ", "1_000", "١"] {
            assert_eq!(text.parse::<Number>(), Err(NotANumber::Syntax), "{text}");
        }
        for text in
            ["18446744073709551616", "-9223372036854775809", "1e400", "9007199254740992.0", "1e-400", &"9".repeat(300)]
        {
            assert_eq!(text.parse::<Number>(), Err(NotANumber::Range), "{text}");
        }
    }

    #[test]
    fn quotients_are_what_they_are() {
        for (quotient, expected) in [
            (47.5, Some("47.5")),
            (9_007_199_254_740_992.0, Some("9007199254740992")),
            (-9_007_199_254_740_992.0, Some("-9007199254740992")),
            (1e19, Some("10000000000000000000")),
            (1e20, None),
            (f64::NAN, None),
        ] {
            assert_eq!(Number::of_quotient(quotient), expected.map(number), "{quotient}");
        }
    }

    #[test]
    fn printing_keeps_the_value() {
        for text in ["0", "-1", "0.1", "47.5", "1e-300", "18446744073709551615", "4503599627370495.5"] {
            assert_eq!(number(&number(text).to_string()), number(text));
        }
    }
}
