//! Times as most programs write them.

use super::scan::JsonScanner;
use crate::time::{WRITABLE, parse_micros};

/// How many bytes a time has without a fraction and a zone.
const LENGTH: usize = 19;

/// A string that is a time, as [`parse_micros`] reads it.
pub(super) fn instant(scan: &mut JsonScanner<'_>) -> Option<i64> {
    // Where nearly all such strings end, this one is asked to end: only then is its end looked for.
    if let Some(instant) = scan.quoted::<LENGTH>().and_then(|text| plain(text)) {
        scan.at += LENGTH + 2;
        return Some(instant);
    }
    let text = scan.string()?;
    plain(text.as_bytes()).or_else(|| parse_micros(text))
}

/// `2025-11-12T18:05:32`, alone or with a fraction of a second, with a `Z` or `+02:00`; nothing that would end a string.
#[inline]
fn plain(text: &[u8]) -> Option<i64> {
    let (date, rest) = text.split_first_chunk::<8>()?;
    let (day, rest) = rest.split_first_chunk::<8>()?;
    let (second, mut rest) = rest.split_first_chunk::<3>()?;
    let [y1, y2, y3, y4, _, m1, m2, _] = digits(*date, *b"0000-00-")?;
    let [d1, d2, _, h1, h2, _, i1, i2] = digits(*day, *b"00T00:00")?;
    let [_, s1, s2, ..] = digits([second[0], second[1], second[2], 0, 0, 0, 0, 0], *b":00\0\0\0\0\0")?;
    let two = |tens: u8, ones: u8| i64::from(tens) * 10 + i64::from(ones);
    let (year, month, day) = (two(y1, y2) * 100 + two(y3, y4), two(m1, m2), two(d1, d2));
    let (hour, minute, second) = (two(h1, h2), two(i1, i2), two(s1, s2));
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if day == 0 || day > days || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut micros = 0;
    if let Some(fraction) = rest.strip_prefix(b".") {
        let length = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if !(1..=6).contains(&length) {
            return None;
        }
        micros = (0..6).fold(0, |sum, at| sum * 10 + if at < length { i64::from(fraction[at] - b'0') } else { 0 });
        rest = &fraction[length..];
    }
    let east = match *rest {
        [] | [b'Z'] => 0,
        [sign @ (b'+' | b'-'), a, b, b':', c, d] => {
            let [h1, h2, i1, i2, ..] = digits([a, b, c, d, 0, 0, 0, 0], *b"0000\0\0\0\0")?;
            let (hours, minutes) = (two(h1, h2), two(i1, i2));
            if hours > 23 || minutes > 59 {
                return None;
            }
            if sign == b'+' { hours * 60 + minutes } else { -(hours * 60 + minutes) }
        }
        _ => return None,
    };
    let seconds = ((days_since_1970(year, month, day) * 24 + hour) * 60 + minute - east) * 60 + second;
    Some(seconds * 1_000_000 + micros).filter(|instant| WRITABLE.contains(instant))
}

/// The digits where the form has a `0`; the other bytes must be the form's.
fn digits(text: [u8; 8], form: [u8; 8]) -> Option<[u8; 8]> {
    // What is added to a byte that is too large makes its highest bit.
    let room = u64::from_le_bytes(form.map(|byte| if byte == b'0' { 0x80 - 10 } else { 0x80 - 1 }));
    let found = u64::from_le_bytes(text) ^ u64::from_le_bytes(form);
    let wrong = (found.wrapping_add(room) | found) & 0x8080_8080_8080_8080;
    (wrong == 0).then(|| found.to_le_bytes())
}

/// Days from 1970-01-01 to a date of the Gregorian calendar, by counting years from March.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + (153 * month + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_day_is_the_calendars() {
        for year in (0..10_000).step_by(7).chain(1890..2110) {
            for month in 0..=13 {
                for day in [0, 1, 15, 28, 29, 30, 31, 32] {
                    let text = format!("{year:04}-{month:02}-{day:02}T23:59:00");
                    assert_eq!(plain(text.as_bytes()), parse_micros(&text), "{text}");
                }
            }
        }
    }

    #[test]
    fn the_usual_forms_are_plain() {
        for text in [
            "2025-11-12T18:05:32",
            "2025-11-12T18:05:32Z",
            "2025-11-12T18:05:32.25+02:00",
            "2024-02-29T00:00:00.123456",
            "2000-02-29T12:00:00",
            "2025-01-31T23:59:59",
            "2025-04-30T23:59:59.9Z",
            "2025-11-12T18:05:32+05:30",
            "2025-11-12T18:05:32-03:30",
            "2025-11-12T18:05:32+23:59",
            "2025-11-12T18:05:32-23:59",
        ] {
            assert!(plain(text.as_bytes()).is_some(), "{text}");
            assert_eq!(plain(text.as_bytes()), parse_micros(text), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_not_plain_either() {
        for text in [
            "1900-02-29T08:30:00",
            "2025-02-29T08:30:00",
            "2100-02-29T08:30:00",
            "2025-04-31T08:30:00",
            "2025-06-31T08:30:00",
            "2025-09-31T08:30:00",
            "2025-11-31T08:30:00",
            "2025-12-32T08:30:00",
            "2025-12-00T08:30:00",
            "2025-00-01T08:30:00",
            "2025-13-01T08:30:00",
            "2025-11-01T24:00:00",
            "2025-11-01T08:60:00",
            "2025-11-01T08:30:60",
            "2025-11-01T08:30:00+24:00",
            "2025-11-01T08:30:00-24:00",
            "2025-11-01T08:30:00+25:00",
            "2025-11-01T08:30:00+00:60",
            "2025-11-01T08:30:00-00:60",
            "2025-11-01T08:30:00+00:61",
            "2025-11-0:T08:30:00",
            "2025-11-01T08:30:00+0::00",
        ] {
            assert_eq!((plain(text.as_bytes()), parse_micros(text)), (None, None), "{text}");
        }
    }

    #[test]
    fn a_form_takes_digits_for_its_zeros_and_elsewhere_itself() {
        let (form, text) = (*b"00T00:00", *b"12T18:05");
        for at in 0..8 {
            for byte in 0..=u8::MAX {
                let mut text = text;
                text[at] = byte;
                let fits = if form[at] == b'0' { byte.is_ascii_digit() } else { byte == form[at] };
                let expected = fits.then(|| text.map(|byte| if byte.is_ascii_digit() { byte - b'0' } else { 0 }));
                assert_eq!(digits(text, form), expected, "{byte:#x} at {at}");
            }
        }
    }

    proptest! {
        #[test]
        fn a_plain_time_is_what_it_is_elsewhere(
            text in "[0-9]{4}-[0-2][0-9]-[0-3][0-9][Tt ][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{0,8})?(Z|z|[+-][0-2][0-9]:?[0-6][0-9])?",
            at in 0_usize..30,
            with in prop::option::of("[0-9:TZ.+é-]"),
        ) {
            let mut text = text;
            if let Some(with) = with.filter(|_| text.is_char_boundary(at)) {
                text.replace_range(at..(at + 1).min(text.len()), &with);
            }
            let found = plain(text.as_bytes());
            prop_assert!(found.is_none() || found == parse_micros(&text), "{} {:?}", text, found);
        }
    }
}
