//! The forms of phone numbers: those in E.164, and how many others there are.

use std::hash::{DefaultHasher, Hasher};
use std::ops::RangeInclusive;

/// How many digits a phone number in E.164 has.
pub(crate) const E164_DIGITS: RangeInclusive<usize> = 7..=15;

/// Whether a phone number is in the form E.164: `+`, then 7 to 15 digits.
pub(crate) fn is_e164(phone_number: &str) -> bool {
    phone_number
        .strip_prefix('+')
        .is_some_and(|digits| E164_DIGITS.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The digits of a phone number, whatever stands between them; none where there are none. Digits beyond the nineteenth,
/// which no phone number has, are told apart by their hash.
pub(crate) fn digits(phone_number: &str) -> Option<u64> {
    const MOST: usize = 18;
    let digits = || phone_number.bytes().filter(u8::is_ascii_digit);
    match digits().count() {
        0 => None,
        // A one in front keeps leading zeros apart.
        count if count <= MOST => Some(digits().fold(1, |value, digit| value * 10 + u64::from(digit - b'0'))),
        _ => {
            let mut hasher = DefaultHasher::new();
            digits().for_each(|digit| hasher.write_u8(digit));
            Some(hasher.finish() | 1 << 63)
        }
    }
}

/// The phone numbers of a population, each of which is there once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PhoneForms {
    /// How many there are.
    pub(crate) all: u64,
    /// How many are not in E.164.
    pub(crate) others: u64,
    /// The first of those.
    pub(crate) first: Option<String>,
    /// How many have the same digits as another.
    pub(crate) alike: u64,
}

impl PhoneForms {
    /// Those of a population of which the `others` have these digits, and the rest are `in_form`.
    pub(crate) fn new(
        all: u64,
        first: Option<String>,
        others: Vec<Option<u64>>,
        in_form: impl Iterator<Item = u64>,
    ) -> Self {
        let count = others.len() as u64;
        let mut digits: Vec<u64> = others.into_iter().flatten().collect();
        digits.sort_unstable();
        let run = |of: u64| digits.partition_point(|known| *known < of)..digits.partition_point(|known| *known <= of);
        let mut with_twin: Vec<bool> = digits.windows(2).map(|pair| pair[0] == pair[1]).collect();
        // Each has a twin where its neighbour on either side is the same.
        with_twin.push(false);
        (1..with_twin.len()).rev().for_each(|at| with_twin[at] |= with_twin[at - 1]);
        let mut alike = 0;
        for of in in_form {
            let twins = run(of);
            alike += u64::from(!twins.is_empty());
            with_twin[twins].fill(true);
        }
        alike += with_twin.iter().filter(|twin| **twin).count() as u64;
        Self { all, others: count, first, alike }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_e164() {
        for (phone_number, expected) in [
            ("+1415555", true),
            ("+141555", false),
            ("+123456789012345", true),
            ("+1234567890123456", false),
            ("14155550101", false),
            ("+1 415 555 0101", false),
            ("++4155550101", false),
            ("+１４１５５５５０１０１", false),
            ("+", false),
            ("", false),
        ] {
            assert_eq!(is_e164(phone_number), expected, "{phone_number}");
        }
    }

    #[test]
    fn the_same_digits() {
        for (one, other, same) in [
            ("+1 (415) 555-0101", "14155550101", true),
            ("+1 (415) 555-0101", "4155550101", false),
            ("0123", "123", false),
            ("1234567890123456789012345", "+1234567890123456789012345", true),
            ("1234567890123456789012345", "1234567890123456789012346", false),
        ] {
            assert_eq!(digits(one) == digits(other), same, "{one}, {other}");
        }
        assert_eq!((digits("Total"), digits("")), (None, None));
    }

    #[test]
    fn contacts_with_the_digits_of_another() {
        for (phone_numbers, expected) in [
            (&["+14155550101", "+14155550102"][..], (0, 0)),
            (&["+14155550101", "14155550101"], (1, 2)),
            (&["+1 (415) 555-0101", "14155550101", "4155550101", "+14155550101"], (3, 3)),
            (&["415", "4-1-5", "41-5", "416"], (4, 3)),
            (&["Total", "N/A", "+"], (3, 0)),
            (&[], (0, 0)),
        ] {
            let (in_form, others): (Vec<&str>, Vec<&str>) = phone_numbers.iter().partition(|number| is_e164(number));
            let others = others.into_iter().map(digits).collect();
            let forms = PhoneForms::new(0, None, others, in_form.into_iter().filter_map(digits));
            assert_eq!((forms.others, forms.alike), expected, "{phone_numbers:?}");
        }
    }
}
