//! Phone numbers as people write them, made E.164: so one number in several spellings is one contact.

use std::fmt;
use std::str::FromStr;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};

use crate::error::Quoted;

/// The most bytes of a phone number, with all that may stand around its digits.
const LONGEST: usize = 250;

/// The region that phone numbers are from which have no country code: by its code of ISO 3166, such as `US`.
///
/// ```
/// use headcount::records::PhoneRegion;
///
/// let region: PhoneRegion = "US".parse()?;
/// for spelling in ["+1 (415) 555-0101", "14155550101", "4155550101", "415.555.0101", "+14155550101"] {
///     assert_eq!(region.e164(spelling)?, "+14155550101");
/// }
/// assert_eq!(region.e164("+44 20 7946 0018")?, "+442079460018", "a country code goes before the region");
/// assert_eq!(
///     region.e164("1.4155E+10").unwrap_err().to_string(),
///     "expected a phone number of US, or one with a country code, found `1.4155E+10`"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhoneRegion(Region);

impl PhoneRegion {
    /// A phone number in the form E.164: `+`, then its country code and its digits.
    ///
    /// # Errors
    ///
    /// - `call me`, `555-0101`, `1.4155E+10` and the like: no phone number of any region, or of this one without its area.
    /// - `+1 415 555 0101 ext. 7`: an extension has no place in E.164.
    pub fn e164(self, text: &str) -> Result<String, NotAPhoneNumber> {
        let not = || NotAPhoneNumber { region: self, found: text.to_owned() };
        if text.len() > LONGEST {
            return Err(not());
        }
        let number = PHONE_NUMBER_UTIL.parse(text, Some(self.0)).map_err(|_| not())?;
        if !number.is_valid() || !number.extension().is_empty() {
            return Err(not());
        }
        Ok(number.format_as(PhoneNumberFormat::E164).into_owned())
    }
}

impl fmt::Display for PhoneRegion {
    /// Writes the region's code of ISO 3166.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for PhoneRegion {
    type Err = UnknownPhoneRegion;

    /// Reads a code of ISO 3166 in any case.
    fn from_str(text: &str) -> Result<Self, UnknownPhoneRegion> {
        let region = text.to_ascii_uppercase().parse().map_err(|_| UnknownPhoneRegion)?;
        match PHONE_NUMBER_UTIL.get_country_code_for_region(region) {
            Some(_) if text.len() == 2 => Ok(Self(region)),
            _ => Err(UnknownPhoneRegion),
        }
    }
}

/// A text that is the code of no region that has phone numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownPhoneRegion;

impl fmt::Display for UnknownPhoneRegion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected the code of a region in ISO 3166, such as US or GB")
    }
}

impl std::error::Error for UnknownPhoneRegion {}

/// A text that is no phone number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAPhoneNumber {
    region: PhoneRegion,
    found: String,
}

impl fmt::Display for NotAPhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { region, found } = self;
        write!(f, "expected a phone number of {region}, or one with a country code, found {}", Quoted(found))
    }
}

impl std::error::Error for NotAPhoneNumber {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_one_number() {
        for (region, spelling, expected) in [
            ("US", "+1 (415) 555-0101", "+14155550101"),
            ("US", "14155550101", "+14155550101"),
            ("us", "4155550101", "+14155550101"),
            ("US", "tel:+1-415-555-0101", "+14155550101"),
            ("US", " 415 555 0101 ", "+14155550101"),
            ("US", "+442079460018", "+442079460018"),
            ("GB", "020 7946 0018", "+442079460018"),
            ("GB", "00 1 415 555 0101", "+14155550101"),
            ("DE", "030 123456", "+4930123456"),
        ] {
            let read = region.parse::<PhoneRegion>().unwrap().e164(spelling);
            assert_eq!(read.as_deref(), Ok(expected), "{spelling} of {region}");
        }
    }

    #[test]
    fn what_is_no_phone_number() {
        let region: PhoneRegion = "US".parse().unwrap();
        let long = "1".repeat(1_000_000);
        for text in
            ["", "call me", "555-0101", "1.4155E+10", "Total", "N/A", "+1", "12345", "415 555 0101 ext. 7", &long]
        {
            assert!(region.e164(text).is_err(), "{text:.20}");
        }
        for text in ["", "U", "USA", "001", "ZZ"] {
            assert_eq!(text.parse::<PhoneRegion>(), Err(UnknownPhoneRegion), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_read_as_itself(text in "\\PC{0,40}|[+0-9() .;=a-z-]{0,30}|[+]?[0-9]{4,16}") {
            let region: PhoneRegion = "US".parse().unwrap();
            if let Ok(number) = region.e164(&text) {
                prop_assert!(number.starts_with('+') && number[1..].bytes().all(|byte| byte.is_ascii_digit()), "{}", number);
                prop_assert_eq!(region.e164(&number), Ok(number));
            }
        }
    }
}
