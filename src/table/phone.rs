//! Phone numbers in eight bytes each.

use std::collections::HashMap;

use crate::note::{self, E164_DIGITS};

/// A phone number among others: digits where it is made of them, or a place among those that are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Phone(u64);

/// The most decimal digits that fit beside their number and the plus: 10^17 is below 2^57.
const MOST_DIGITS: usize = 17;
const DIGITS: u32 = 57;
const PLUS: u64 = 1 << 62;
const ODD: u64 = 1 << 63;

/// The phone numbers that are not a few digits with or without a plus.
#[derive(Clone, Debug, Default)]
pub(crate) struct OddPhones {
    texts: Vec<Box<str>>,
    places: HashMap<Box<str>, u64>,
}

impl Phone {
    /// Whether it is in the form E.164: `+`, then 7 to 15 digits.
    pub(crate) fn is_e164(self) -> bool {
        // What stands above the number: whether it is odd, has a plus, and how many digits there are.
        const FORM: std::ops::RangeInclusive<u64> = {
            let (fewest, most) = (*E164_DIGITS.start() as u64, *E164_DIGITS.end() as u64);
            (PLUS >> DIGITS) + fewest..=(PLUS >> DIGITS) + most
        };
        FORM.contains(&(self.0 >> DIGITS))
    }

    fn digits(self) -> usize {
        (self.0 >> DIGITS & 31) as usize
    }

    fn number(self) -> u64 {
        self.0 & ((1 << DIGITS) - 1)
    }
}

impl OddPhones {
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
        if phone.0 & ODD != 0 {
            text.push_str(&self.texts[(phone.0 & !ODD) as usize]);
            return;
        }
        if phone.0 & PLUS != 0 {
            text.push('+');
        }
        let len = phone.digits();
        let mut digits = [0; MOST_DIGITS];
        let mut rest = phone.number();
        for digit in digits[..len].iter_mut().rev() {
            *digit = rest % 10;
            rest /= 10;
        }
        text.extend(digits[..len].iter().map(|digit| char::from(b'0' + *digit as u8)));
    }
}

fn pack(text: &str) -> Option<Phone> {
    let (plus, digits) = match text.strip_prefix('+') {
        Some(digits) => (PLUS, digits),
        None => (0, text),
    };
    if digits.len() > MOST_DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value = digits.bytes().fold(0, |value, digit| value * 10 + u64::from(digit - b'0'));
    Some(Phone(plus | (digits.len() as u64) << DIGITS | value))
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
