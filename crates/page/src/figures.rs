//! Numbers and instants, for people and for programs.

use chrono::{DateTime, SecondsFormat, Utc};
use maud::{Markup, html};

/// A number with its thousands set apart: `12,480`.
#[must_use]
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A difference with its sign: `+3`, `-12,480`, `0`.
#[must_use]
pub fn signed(number: i64) -> String {
    let sign = match number {
        0 => "",
        1.. => "+",
        _ => "-",
    };
    format!("{sign}{}", thousands(number.unsigned_abs()))
}

/// An instant as JSON and CSV have it, as precise as it is.
#[must_use]
pub fn instant(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// A number for people, and what it is for programs.
#[must_use]
pub fn figure(what: &str, number: u64) -> Markup {
    html! { data data-is=(what) value=(number) { (thousands(number)) } }
}

/// A difference for people, and what it is for programs.
#[must_use]
pub fn difference(what: &str, number: i64) -> Markup {
    html! { data data-is=(what) value=(number) { (signed(number)) } }
}

/// A bar as long as a number is, of the greatest that there can be.
#[must_use]
pub fn bar(number: u64, greatest: u64) -> Markup {
    let percent = if greatest == 0 { 0.0 } else { number as f64 * 100.0 / greatest as f64 };
    html! { span.bar style=(format!("width: {:.2}%", percent.min(100.0))) {} }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        for (number, expected) in
            [(0, "0"), (999, "999"), (1_000, "1,000"), (12_480, "12,480"), (1_234_567, "1,234,567")]
        {
            assert_eq!(thousands(number), expected);
        }
        assert_eq!(thousands(u64::MAX), "18,446,744,073,709,551,615");
    }

    #[test]
    fn a_difference_has_its_sign() {
        assert_eq!([0, 3, -12_480].map(signed), ["0", "+3", "-12,480"]);
    }
}
