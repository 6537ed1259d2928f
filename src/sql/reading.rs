//! What a text is where a number or an instant is asked for, in the SQL of each dialect.
//!
//! It says what [`Number`](crate::Number)'s `FromStr` and [`parse_time`](crate::filter::parse_time) say. No engine reads the same
//! texts as another, so patterns say what is one, and instants are worked out of their digits.

use super::dialect::Syntax;
use crate::time::{self, WRITABLE};

/// A whole number as JSON writes it.
const WHOLE: &str = "^-?(0|[1-9][0-9]*)$";

/// Any other number as JSON writes it.
const FRACTION: &str = "^-?(0|[1-9][0-9]*)([.][0-9]+([eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+)$";

/// From here on a double does not hold every whole number: 2^53.
pub(super) const EXACT: &str = "9007199254740992";

/// The ends of the numbers: of 64 bits, with and without a sign.
const ENDS: (i64, u64) = (i64::MIN, u64::MAX);

fn ends(syntax: &dyn Syntax) -> [String; 2] {
    [ENDS.0.into(), ENDS.1.into()].map(|end| syntax.whole_literal(end))
}

/// As many characters as the ends have.
const DIGITS: usize = 20;

/// The double of the number that a text is.
pub(super) fn number(syntax: &dyn Syntax, text: &str) -> String {
    let (whole, double, fraction) = (syntax.whole(text), syntax.double(text), syntax.fraction(text));
    let [least, most] = ends(syntax);
    format!(
        "CASE WHEN {} AND length({text}) <= {DIGITS} \
         THEN CASE WHEN {whole} BETWEEN {least} AND {most} THEN {double} END WHEN {} THEN {fraction} END",
        syntax.matches(text, WHOLE),
        syntax.matches(text, FRACTION)
    )
}

/// The whole number that a text is, if it is past what a double holds exactly.
pub(super) fn whole(syntax: &dyn Syntax, text: &str) -> String {
    let whole = syntax.whole(text);
    let [least, most] = ends(syntax);
    format!(
        "CASE WHEN {} AND length({text}) <= {DIGITS} \
         THEN CASE WHEN {whole} BETWEEN {least} AND -{EXACT} OR {whole} BETWEEN {EXACT} AND {most} THEN {whole} END END",
        syntax.matches(text, WHOLE)
    )
}

/// A text that is a time, else NULL.
pub(super) fn guarded(syntax: &dyn Syntax, text: &str, alone: &str) -> String {
    // Without a backslash, which is not the same in all literals.
    let pattern = time::pattern().replace("\\.", "[.]");
    format!("CASE WHEN {alone} AND {} THEN {text} END", syntax.matches(text, &pattern))
}

/// The steps from the text of the column `time` to its instant: in each, what becomes which column of the one before.
pub(super) fn instant(syntax: &dyn Syntax, of: &impl Fn(&str) -> String) -> Vec<Vec<(String, &'static str)>> {
    let [time, clock, zone, year, month, day, micros] =
        ["time", "clock", "zone", "year", "month", "day", "micros"].map(of);
    let [at, east] = ["at", "east"].map(of);
    let int = |text: &str, from: usize, digits: usize| syntax.digits(&format!("substr({text}, {from}, {digits})"));
    let rest = format!("substr({time}, 12)");
    let split = vec![
        (time.clone(), "time"),
        (syntax.without_match(&rest, "[ Zz+-].*$"), "clock"),
        (format!("replace({}, ':', '')", syntax.without_match(&rest, "^[^+-]*")), "zone"),
    ];
    // January and February are months of the year before; of 400 years more, so that nothing is negative.
    let turn = syntax.quotient(&format!("14 - {}", int(&time, 6, 2)), 12);
    let padded = |text: &str, full: &str| format!("{text} || substr('{full}', length({text}) + 1)");
    let parts = vec![
        (format!("{} + 400 - {turn}", int(&time, 1, 4)), "year"),
        (format!("{} + 12 * ({turn}) - 3", int(&time, 6, 2)), "month"),
        (int(&time, 9, 2), "day"),
        (padded(&clock, "00:00:00.000000"), "at"),
        (padded(&zone, "+0000"), "east"),
    ];
    // The days since 1970 (Howard Hinnant, days_from_civil), then microseconds.
    let [fourth, hundredth, four_hundredth] = [4, 100, 400].map(|by| syntax.quotient(&year, by));
    let leaps = format!("{fourth} - {hundredth} + {four_hundredth}");
    let before_month = syntax.quotient(&format!("153 * {month} + 2"), 5);
    let days = format!("365 * {year} + {leaps} + {before_month} + {day} - 865566");
    let minutes = format!("{} * 60 + {}", int(&east, 2, 2), int(&east, 4, 2));
    let minutes = format!("CASE WHEN substr({east}, 1, 1) = '-' THEN -({minutes}) ELSE {minutes} END");
    let clock = format!(
        "({} * 60 + {} - ({minutes})) * 60000000 + {} * 1000000 + {}",
        int(&at, 1, 2),
        int(&at, 4, 2),
        int(&at, 7, 2),
        int(&at, 10, 6)
    );
    let sum = vec![(format!("({days}) * 86400000000 + {clock}"), "micros")];
    let made = syntax.instant_of_micros(&micros);
    // A zone may lead out of the years that can be written.
    let (mut first, last) = (WRITABLE.start, WRITABLE.end - 1);
    let mut before = String::new();
    if let Some(year) = syntax.first_year() {
        // Before whatever it is asked to be before or after.
        let (start, least) = (time::year_start(year), syntax.instant_of_micros(&time::year_start(year).to_string()));
        before = format!(" WHEN {micros} BETWEEN {first} AND {} THEN {least}", start - 1);
        first = start;
    }
    let made = vec![(format!("CASE{before} WHEN {micros} BETWEEN {first} AND {last} THEN {made} END"), "instant")];
    vec![split, parts, sum, made]
}
