//! The words a population is made of, and how often each is said.

use crate::distributions::slots;

pub(crate) static LIST_IDS: [&str; 6] = ["101", "102", "103", "104", "105", "106"];
pub(crate) static LIST_NUMBERS: [&str; 6] =
    ["+18005550101", "+18005550102", "+18005550103", "+18005550104", "+18005550105", "+18005550106"];
pub(crate) static LIST_SLOTS: [u8; 100] = slots([40, 24, 15, 10, 7, 4]);

/// How often a contact is on one, two, three and four lists: 1.6 on average.
pub(crate) static LISTS_PER_CONTACT: [u8; 100] = slots([60, 24, 12, 4]);

pub(crate) static SIGNUP_METHODS: [&str; 5] = ["web_form", "keyword", "api", "import", "popup"];
pub(crate) static SIGNUP_METHOD_SLOTS: [u8; 100] = slots([38, 22, 18, 14, 8]);

pub(crate) static CARRIERS: [&str; 7] =
    ["Verizon", "T-Mobile", "AT&T", "US Cellular", "Cricket", "Google Voice", "Bandwidth"];
pub(crate) static CARRIER_SLOTS: [u8; 100] = slots([33, 29, 26, 4, 4, 2, 2]);

pub(crate) static LINE_TYPES: [&str; 3] = ["CELL PHONE", "LANDLINE", "VOIP"];
pub(crate) static LINE_TYPE_SLOTS: [u8; 100] = slots([90, 4, 6]);

pub(crate) static TIMEZONES: [&str; 7] = [
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "America/Denver",
    "America/Phoenix",
    "America/Anchorage",
    "Pacific/Honolulu",
];
pub(crate) static TIMEZONE_SLOTS: [u8; 100] = slots([46, 29, 15, 5, 3, 1, 1]);

pub(crate) static TIERS: [&str; 3] = ["gold", "silver", "bronze"];
pub(crate) static TIER_SLOTS: [u8; 100] = slots([15, 30, 55]);

pub(crate) static SOURCES: [&str; 20] = [
    "landing_page_v2",
    "facebook_ads",
    "checkout",
    "google_ads",
    "instagram",
    "landing_page_v1",
    "tiktok",
    "popup_10_off",
    "email_footer",
    "referral",
    "in_store_qr",
    "giveaway",
    "black_friday_2024",
    "affiliate",
    "webinar",
    "podcast",
    "trade_show",
    "csv_import",
    "support_chat",
    "partner_api",
];
pub(crate) static SOURCE_SLOTS: [u8; 100] = slots([18, 14, 11, 9, 8, 6, 5, 5, 4, 3, 3, 3, 2, 2, 2, 1, 1, 1, 1, 1]);

/// By population, the largest first.
pub(crate) static STATES: [&str; 50] = [
    "CA", "TX", "FL", "NY", "PA", "IL", "OH", "GA", "NC", "MI", //
    "NJ", "VA", "WA", "AZ", "TN", "MA", "IN", "MO", "MD", "WI", //
    "CO", "MN", "SC", "AL", "LA", "KY", "OR", "OK", "CT", "UT", //
    "IA", "NV", "AR", "MS", "KS", "NM", "NE", "ID", "WV", "HI", //
    "NH", "ME", "MT", "RI", "DE", "SD", "ND", "AK", "VT", "WY",
];
pub(crate) static STATE_SLOTS: [u8; 1000] = slots([
    121, 91, 68, 59, 39, 37, 35, 33, 32, 30, //
    28, 26, 23, 22, 21, 21, 20, 19, 18, 18, //
    17, 17, 16, 15, 14, 13, 13, 12, 11, 10, //
    10, 9, 9, 9, 9, 6, 6, 6, 5, 4, //
    4, 4, 3, 3, 3, 3, 2, 2, 2, 2,
]);

/// A first name is one of these and one of [`NAME_ENDS`]: 2,000 of them, all different. Some are
/// beyond ASCII, for whoever counts bytes.
pub(crate) static NAME_BEGINNINGS: [&str; 50] = [
    "Al", "Mar", "Jan", "Dan", "An", "Jul", "Car", "Ben", "Em", "Kar", //
    "Sam", "El", "Ros", "Har", "Jam", "Nor", "Cam", "Kat", "Lor", "Mel", //
    "Ar", "Val", "Fran", "Gab", "Jas", "Is", "Ad", "Am", "Bel", "Bren", //
    "Cal", "Chan", "Dar", "Dev", "Ed", "Ér", "Fel", "Gar", "Had", "Hal", //
    "Jac", "José", "Kal", "Lan", "Lul", "Nad", "Øl", "Per", "Tam", "Zor",
];
pub(crate) static NAME_ENDS: [&str; 40] = [
    "a", "ah", "an", "ana", "ani", "as", "e", "el", "ela", "elle", //
    "en", "ena", "er", "es", "etta", "ette", "ey", "i", "ia", "ian", //
    "ie", "ika", "il", "ina", "ine", "io", "is", "isha", "ita", "ius", //
    "o", "on", "ona", "or", "os", "otte", "u", "us", "y", "yn",
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn words_are_distinct_and_need_no_escape() {
        let all: [&[&str]; 11] = [
            &LIST_IDS,
            &LIST_NUMBERS,
            &SIGNUP_METHODS,
            &CARRIERS,
            &LINE_TYPES,
            &TIMEZONES,
            &TIERS,
            &SOURCES,
            &STATES,
            &NAME_BEGINNINGS,
            &NAME_ENDS,
        ];
        for words in all {
            let distinct: HashSet<&str> = words.iter().copied().collect();
            assert_eq!(distinct.len(), words.len());
            for word in distinct {
                assert!(!word.is_empty());
                assert!(!word.contains(['"', '\\', ',', '\n']), "{word}");
            }
        }
    }

    #[test]
    fn there_are_two_thousand_first_names() {
        let names: HashSet<String> =
            NAME_BEGINNINGS.iter().flat_map(|b| NAME_ENDS.iter().map(move |e| format!("{b}{e}"))).collect();
        assert_eq!(names.len(), 2_000);
    }
}
