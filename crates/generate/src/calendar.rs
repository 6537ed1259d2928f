//! Times as text: `2025-11-01T18:05:32`, UTC without saying so, as the platform writes them.

use crate::REFERENCE_UNIX_SECONDS;

pub(crate) const DAY: u32 = 86_400;

/// The reference instant, in seconds since 1970.
pub(crate) const REFERENCE: u32 = {
    assert!(REFERENCE_UNIX_SECONDS > 0 && REFERENCE_UNIX_SECONDS < u32::MAX as i64);
    REFERENCE_UNIX_SECONDS as u32
};

/// Two digits for each number below 100.
static PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[0; 2]; 100];
    let mut n = 0;
    while n < 100 {
        pairs[n] = [b'0' + (n / 10) as u8, b'0' + (n % 10) as u8];
        n += 1;
    }
    pairs
};

/// The two digits of a number below 100.
pub(crate) fn pair(n: u32) -> [u8; 2] {
    PAIRS[n as usize]
}

/// The civil date of a number of seconds since 1970, as year, month and day.
fn civil(seconds: u32) -> (u32, u32, u32) {
    // Howard Hinnant's days-to-civil, with years that start in March so that the leap day is last.
    // Seconds of 32 bits stay below 2107, so no era arithmetic beyond 400 years from 0000-03-01.
    let days = seconds / DAY + 719_468;
    let day_of_era = days % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + days / 146_097 * 400 + u32::from(month <= 2);
    (year, month, day)
}

/// `2025-11-01`
pub(crate) fn date(seconds: u32) -> [u8; 10] {
    let (year, month, day) = civil(seconds);
    let ([y1, y2], [y3, y4]) = (pair(year / 100), pair(year % 100));
    let ([m1, m2], [d1, d2]) = (pair(month), pair(day));
    [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2]
}

/// `2025-11-01T18:05:32`
pub(crate) fn date_time(seconds: u32) -> [u8; 19] {
    let of_day = seconds % DAY;
    let [h1, h2] = pair(of_day / 3600);
    let [m1, m2] = pair(of_day / 60 % 60);
    let [s1, s2] = pair(of_day % 60);
    let mut text = [b'T'; 19];
    text[..10].copy_from_slice(&date(seconds));
    text[11..].copy_from_slice(&[h1, h2, b':', m1, m2, b':', s1, s2]);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::REFERENCE_INSTANT;

    #[track_caller]
    fn reads(seconds: u32, expected: &str) {
        assert_eq!(std::str::from_utf8(&date_time(seconds)), Ok(expected));
    }

    #[test]
    fn times_read_as_they_should() {
        reads(0, "1970-01-01T00:00:00");
        reads(951_782_400, "2000-02-29T00:00:00");
        reads(1_709_251_199, "2024-02-29T23:59:59");
        reads(1_709_251_200, "2024-03-01T00:00:00");
        reads(1_735_689_599, "2024-12-31T23:59:59");
        reads(u32::MAX, "2106-02-07T06:28:15");
    }

    #[test]
    fn both_forms_of_the_reference_instant_agree() {
        reads(REFERENCE, REFERENCE_INSTANT.trim_end_matches('Z'));
    }
}
