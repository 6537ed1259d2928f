//! What a text is where a number or an instant is asked for, in the SQL of each dialect.
//!
//! It says what [`Number`](crate::Number)'s `FromStr` and [`parse_time`](crate::filter::parse_time) say. No engine reads the same
//! texts as another, so patterns say what is one, and instants are worked out of their digits.

use super::dialect::Dialect;
use crate::time::{self, WRITABLE};

/// A whole number as JSON writes it.
const WHOLE: &str = "^-?(0|[1-9][0-9]*)$";

/// Any other number as JSON writes it.
const FRACTION: &str = "^-?(0|[1-9][0-9]*)([.][0-9]+([eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+)$";

/// A number that has a digit before its exponent which is not 0.
const NOT_ZERO: &str = "^[-0.]*[1-9]";

/// From here on a double does not hold every whole number: 2^53.
const EXACT: &str = "9007199254740992";

/// The ends of the numbers: of 64 bits, with and without a sign.
const ENDS: (i64, u64) = (i64::MIN, u64::MAX);

/// As many characters as the ends have.
const DIGITS: usize = 20;

fn matches(dialect: Dialect, text: &str, pattern: &str) -> String {
    match dialect {
        Dialect::PostgreSql => format!("{text} ~ '{pattern}'"),
        Dialect::DuckDb => format!("regexp_matches({text}, '{pattern}')"),
        Dialect::ClickHouse => format!("match({text}, '{pattern}')"),
        // There the end is also in front of a last line's end; behind this stands nothing.
        Dialect::Spark => match pattern.strip_suffix('$') {
            Some(front) => format!("{text} RLIKE '{front}(?![^0]|0)'"),
            None => format!("{text} RLIKE '{pattern}'"),
        },
        Dialect::DataFusion => format!("regexp_like({text}, '{pattern}')"),
    }
}

/// A text as a number of a type; what is none may be NULL, or an error.
fn cast(dialect: Dialect, text: &str, of: As) -> String {
    match (dialect, of) {
        (Dialect::PostgreSql, As::Whole) => format!("CAST({text} AS NUMERIC)"),
        (Dialect::PostgreSql, As::Double) => format!("CAST({text} AS DOUBLE PRECISION)"),
        (Dialect::PostgreSql, As::Digits) => format!("CAST({text} AS BIGINT)"),
        (Dialect::ClickHouse, As::Whole) => format!("toDecimal128OrNull({text}, 0)"),
        (Dialect::ClickHouse, As::Double) => format!("toFloat64OrNull({text})"),
        (Dialect::ClickHouse, As::Digits) => format!("toInt64OrNull({text})"),
        (Dialect::DuckDb | Dialect::Spark | Dialect::DataFusion, As::Whole) => {
            format!("TRY_CAST({text} AS DECIMAL(20, 0))")
        }
        (Dialect::DuckDb | Dialect::Spark | Dialect::DataFusion, As::Double) => format!("TRY_CAST({text} AS DOUBLE)"),
        (Dialect::DuckDb | Dialect::Spark | Dialect::DataFusion, As::Digits) => format!("TRY_CAST({text} AS BIGINT)"),
    }
}

#[derive(Clone, Copy)]
enum As {
    /// A whole number of at most 20 digits.
    Whole,
    Double,
    /// A few digits.
    Digits,
}

/// The double of the number that a text is.
pub(super) fn number(dialect: Dialect, text: &str) -> String {
    let (whole, double) = (cast(dialect, text, As::Whole), cast(dialect, text, As::Double));
    let (least, most) = ENDS;
    let fraction = match dialect {
        // A cast that ends in infinity, or in a 0 that was none, would be an error.
        Dialect::PostgreSql => format!(
            "CASE WHEN jsonb_path_exists(to_jsonb({text}), '$.double()', silent => TRUE) \
             THEN CASE WHEN abs({double}) < {EXACT} THEN {double} END END"
        ),
        Dialect::DuckDb | Dialect::ClickHouse | Dialect::Spark | Dialect::DataFusion => {
            let not_zero = matches(dialect, text, NOT_ZERO);
            format!("CASE WHEN abs({double}) < {EXACT} AND ({double} <> 0 OR NOT {not_zero}) THEN {double} END")
        }
    };
    format!(
        "CASE WHEN {} AND length({text}) <= {DIGITS} \
         THEN CASE WHEN {whole} BETWEEN {least} AND {most} THEN {double} END WHEN {} THEN {fraction} END",
        matches(dialect, text, WHOLE),
        matches(dialect, text, FRACTION)
    )
}

/// The whole number that a text is, if it is past what a double holds exactly.
pub(super) fn whole(dialect: Dialect, text: &str) -> String {
    let whole = cast(dialect, text, As::Whole);
    let (least, most) = ENDS;
    format!(
        "CASE WHEN {} AND length({text}) <= {DIGITS} \
         THEN CASE WHEN {whole} BETWEEN {least} AND -{EXACT} OR {whole} BETWEEN {EXACT} AND {most} THEN {whole} END END",
        matches(dialect, text, WHOLE)
    )
}

/// A text that is a time, else NULL.
pub(super) fn guarded(dialect: Dialect, text: &str, alone: &str) -> String {
    // Without a backslash, which is not the same in all literals.
    let pattern = time::pattern().replace("\\.", "[.]");
    format!("CASE WHEN {alone} AND {} THEN {text} END", matches(dialect, text, &pattern))
}

/// The steps from the text of the column `time` to its instant: in each, what becomes which column of the one before.
pub(super) fn instant(dialect: Dialect, of: &impl Fn(&str) -> String) -> Vec<Vec<(String, &'static str)>> {
    let [time, clock, zone, year, month, day, micros] =
        ["time", "clock", "zone", "year", "month", "day", "micros"].map(of);
    let [at, east] = ["at", "east"].map(of);
    let int = |text: &str, from: usize, digits: usize| {
        cast(dialect, &format!("substr({text}, {from}, {digits})"), As::Digits)
    };
    let div = |of: String, by: u32| match dialect {
        Dialect::PostgreSql | Dialect::DataFusion => format!("({of}) / {by}"),
        Dialect::DuckDb => format!("({of}) // {by}"),
        Dialect::ClickHouse => format!("intDiv({of}, {by})"),
        Dialect::Spark => format!("({of}) DIV {by}"),
    };
    let first = |text: &str, pattern: &str| match dialect {
        Dialect::ClickHouse => format!("replaceRegexpOne({text}, '{pattern}', '')"),
        Dialect::PostgreSql | Dialect::DuckDb | Dialect::Spark | Dialect::DataFusion => {
            format!("regexp_replace({text}, '{pattern}', '')")
        }
    };
    let rest = format!("substr({time}, 12)");
    let split = vec![
        (time.clone(), "time"),
        (first(&rest, "[ Zz+-].*$"), "clock"),
        (format!("replace({}, ':', '')", first(&rest, "^[^+-]*")), "zone"),
    ];
    // January and February are months of the year before; of 400 years more, so that nothing is negative.
    let turn = div(format!("14 - {}", int(&time, 6, 2)), 12);
    let padded = |text: &str, full: &str| format!("{text} || substr('{full}', length({text}) + 1)");
    let parts = vec![
        (format!("{} + 400 - {turn}", int(&time, 1, 4)), "year"),
        (format!("{} + 12 * ({turn}) - 3", int(&time, 6, 2)), "month"),
        (int(&time, 9, 2), "day"),
        (padded(&clock, "00:00:00.000000"), "at"),
        (padded(&zone, "+0000"), "east"),
    ];
    // The days since 1970 (Howard Hinnant, days_from_civil), then microseconds.
    let leaps = format!("{} - {} + {}", div(year.clone(), 4), div(year.clone(), 100), div(year.clone(), 400));
    let days = format!("365 * {year} + {leaps} + {} + {day} - 865566", div(format!("153 * {month} + 2"), 5));
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
    let made = match dialect {
        Dialect::PostgreSql => format!(
            "(TIMESTAMP '1970-01-01 00:00:00' + ({micros} / 86400000000) * INTERVAL '1 day' \
             + ({micros} % 86400000000) * INTERVAL '1 microsecond') AT TIME ZONE 'UTC'"
        ),
        Dialect::DuckDb => format!("make_timestamptz({micros})"),
        Dialect::ClickHouse => format!("fromUnixTimestamp64Micro({micros}, 'UTC')"),
        Dialect::Spark => format!("timestamp_micros({micros})"),
        Dialect::DataFusion => format!("CAST({micros} AS TIMESTAMP(6))"),
    };
    // A zone may lead out of the years that can be written.
    let (first, last) = (WRITABLE.start, WRITABLE.end - 1);
    let made = vec![(format!("CASE WHEN {micros} BETWEEN {first} AND {last} THEN {made} END"), "instant")];
    vec![split, parts, sum, made]
}
