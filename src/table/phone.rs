//! Phone numbers in eight bytes each.

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::note::{self, E164_DIGITS};

/// A phone number among others: digits where it is made of them, or a place among those that are not.
///
/// Of digits it has, from the highest bit but one down: whether there is no plus, as many digits as fit with zeros behind
/// them, and the length of the text. So those of digits are in the order of their texts; others come behind them, in the order
/// in which they were remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "image", derive(zerocopy::FromBytes, zerocopy::IntoBytes, zerocopy::Immutable))]
#[repr(transparent)]
pub(crate) struct Phone(u64);

/// The most decimal digits that fit beside the length and the plus: 10^17 is below 2^57.
const MOST_DIGITS: usize = 17;
const LENGTH_BITS: u32 = 5;
const LENGTH: u64 = (1 << LENGTH_BITS) - 1;
const NO_PLUS: u64 = 1 << 62;
const ODD: u64 = 1 << 63;

/// The phone numbers that are not a few digits with or without a plus.
#[derive(Clone, Debug, Default)]
pub(crate) struct OddPhones {
    texts: Vec<Box<str>>,
    places: HashMap<Box<str>, u64>,
}

impl Phone {
    /// What comes before all others: the empty text.
    pub(crate) const FIRST: Self = Self(0);

    /// What comes behind all others.
    pub(crate) const LAST: Self = Self(u64::MAX);

    /// Whether it is not a few digits, so that only its text tells its place in the order of texts.
    pub(crate) fn is_odd(self) -> bool {
        self.0 & ODD != 0
    }

    /// Whether it is in the form E.164: `+`, then 7 to 15 digits.
    pub(crate) fn is_e164(self) -> bool {
        self.0 & (ODD | NO_PLUS) == 0 && E164_DIGITS.contains(&self.digits())
    }

    /// How long the text is of one that is not odd.
    fn len(self) -> usize {
        (self.0 & LENGTH) as usize
    }

    /// How many digits it has, of one that is not odd.
    fn digits(self) -> usize {
        if self.0 & NO_PLUS == 0 { self.len().saturating_sub(1) } else { self.len() }
    }

    /// The number that its digits are, of one that is not odd.
    fn number(self) -> u64 {
        ((self.0 & !NO_PLUS) >> LENGTH_BITS) / padding(self.digits())
    }
}

impl OddPhones {
    /// Remembers the odd ones of others.
    pub(crate) fn learn(&mut self, others: &Self) {
        others.texts.iter().for_each(|text| _ = self.intern(text));
    }

    /// The phone of a text, which is remembered if it is odd.
    pub(crate) fn intern(&mut self, text: &str) -> Phone {
        self.find(text).unwrap_or_else(|| {
            let place = self.texts.len() as u64;
            self.texts.push(text.into());
            self.places.insert(text.into(), place);
            Phone(ODD | place)
        })
    }

    /// Takes in the odd phones of others, and makes phones that are of them its own.
    pub(crate) fn take_in(&mut self, others: Self, phones: &mut [Phone]) {
        if others.texts.is_empty() {
            return;
        }
        let own: Vec<Phone> = others.texts.iter().map(|text| self.intern(text)).collect();
        for phone in phones {
            if phone.0 & ODD != 0 {
                *phone = own[(phone.0 & !ODD) as usize];
            }
        }
    }

    /// Their texts, each in its place.
    #[cfg(feature = "image")]
    pub(crate) fn texts(&self) -> &[Box<str>] {
        &self.texts
    }

    /// Whether a phone, whose bytes may be any, is one of these or of digits.
    #[cfg(feature = "image")]
    pub(crate) fn can_have(&self, phone: Phone) -> bool {
        if phone.0 & ODD != 0 {
            return phone.0 & !ODD < self.texts.len() as u64;
        }
        let padded = (phone.0 & !NO_PLUS) >> LENGTH_BITS;
        phone.digits() <= MOST_DIGITS && padded < 10_u64.pow(MOST_DIGITS as u32)
    }

    /// The phone of a text, if it can be one that is known.
    pub(crate) fn find(&self, text: &str) -> Option<Phone> {
        pack(text).or_else(|| self.places.get(text).map(|place| Phone(ODD | place)))
    }

    /// How many bytes they take, roughly: each text is there twice.
    pub(crate) fn bytes(&self) -> usize {
        let of_each = 2 * size_of::<Box<str>>() + size_of::<u64>();
        self.texts.iter().map(|text| 2 * text.len() + of_each).sum()
    }

    /// The phone's [`digits`](note::digits).
    pub(crate) fn digits(&self, phone: Phone) -> Option<u64> {
        if phone.0 & ODD != 0 {
            return note::digits(&self.texts[(phone.0 & !ODD) as usize]);
        }
        let len = phone.digits();
        (len > 0).then(|| 10_u64.pow(len as u32) + phone.number())
    }

    /// Appends the phone's text.
    pub(crate) fn write(&self, phone: Phone, text: &mut String) {
        text.push_str(self.text(phone, &mut Digits::default()));
    }

    /// How the texts of two phones compare.
    pub(crate) fn cmp(&self, a: Phone, b: Phone) -> Ordering {
        if (a.0 | b.0) & ODD == 0 {
            return a.0.cmp(&b.0);
        }
        self.text(a, &mut Digits::default()).cmp(self.text(b, &mut Digits::default()))
    }

    /// How the text of a phone compares with another.
    pub(crate) fn cmp_text(&self, phone: Phone, text: &str) -> Ordering {
        self.text(phone, &mut Digits::default()).cmp(text)
    }

    fn text<'t>(&'t self, phone: Phone, digits: &'t mut Digits) -> &'t str {
        if phone.0 & ODD != 0 { &self.texts[(phone.0 & !ODD) as usize] } else { digits.write(phone) }
    }
}

/// The text of a phone of digits.
#[derive(Default)]
struct Digits([u8; MOST_DIGITS + 1]);

impl Digits {
    fn write(&mut self, phone: Phone) -> &str {
        let text = &mut self.0[..phone.len()];
        let digits = match &mut *text {
            [plus, digits @ ..] if phone.0 & NO_PLUS == 0 => {
                *plus = b'+';
                digits
            }
            digits => digits,
        };
        let mut rest = phone.number();
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        // OK because a plus and digits are ASCII.
        str::from_utf8(text).unwrap_or_default()
    }
}

/// What a number of so many digits is multiplied by to have as many as fit.
fn padding(digits: usize) -> u64 {
    10_u64.pow((MOST_DIGITS - digits) as u32)
}

fn pack(text: &str) -> Option<Phone> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    if digits.len() > MOST_DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // The empty text comes before the plus, and has none.
    let no_plus = if digits.len() == text.len() && !text.is_empty() { NO_PLUS } else { 0 };
    let value = digits.bytes().fold(0, |value, digit| value * 10 + u64::from(digit - b'0'));
    Some(Phone(no_plus | (value * padding(digits.len())) << LENGTH_BITS | text.len() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back() {
        let mut odd = OddPhones::default();
        let texts = [
            "",
            "+",
            "0",
            "00",
            "01",
            "+0",
            "1",
            "10",
            "9",
            "+14155559876",
            "14155559876",
            "+141555",
            "+1415555",
            "+123456789012345",
            "+1234567890123456",
            "99999999999999999",
            "999999999999999999",
            "+1 415",
            "é",
            "++1",
            "-1",
        ];
        let phones: Vec<Phone> = texts.iter().map(|text| odd.intern(text)).collect();
        for (i, text) in texts.iter().enumerate() {
            let mut written = String::new();
            odd.write(phones[i], &mut written);
            assert_eq!(&written, text);
            assert_eq!(odd.find(text), Some(phones[i]));
            assert_eq!(odd.digits(phones[i]), note::digits(text), "{text}");
            assert_eq!(phones[i].is_e164(), note::is_e164(text), "{text}");
            assert_eq!(phones.iter().filter(|phone| **phone == phones[i]).count(), 1, "{text}");
        }
        assert_eq!(odd.find("unknown"), None);
        for (a, text) in phones.iter().zip(texts) {
            for (b, other) in phones.iter().zip(texts) {
                assert_eq!(
                    (odd.cmp(*a, *b), odd.cmp_text(*a, other)),
                    (text.cmp(other), text.cmp(other)),
                    "{text} {other}"
                );
            }
        }
    }

    #[test]
    fn few_digits_take_no_text() {
        let mut odd = OddPhones::default();
        for text in ["", "+", "0", "+14155559876", "99999999999999999", "+99999999999999999"] {
            odd.intern(text);
            assert_eq!(odd.bytes(), 0, "{text}");
        }
        let of_each = 2 * size_of::<Box<str>>() + size_of::<u64>();
        for (at, text) in (1..).zip(["999999999999999999", "+1 415", "é"]) {
            odd.intern(text);
            odd.intern(text);
            assert_eq!(odd.texts.len(), at, "{text}");
        }
        assert_eq!(odd.bytes(), 2 * (18 + 6 + 2) + 3 * of_each);
    }
}
