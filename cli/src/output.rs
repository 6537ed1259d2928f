//! Standard output and standard error, and how numbers and times look there.

use std::fmt;
use std::io::{self, BufWriter, Write};

use chrono::{DateTime, SecondsFormat, Utc};
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use crate::failure::Failure;

/// What standard input is called in messages.
pub(crate) const STANDARD_INPUT: &str = "standard input";

/// Writes results to standard output, to the last byte.
pub(crate) fn write(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = BufWriter::with_capacity(64 * 1024, io::stdout().lock());
    write(&mut out)
        .and_then(|()| out.flush())
        .map_err(|error| Failure::Output { to: "standard output".to_owned(), error })
}

/// Writes a value as JSON over several lines.
pub(crate) fn json(value: &impl Serialize) -> Result<(), Failure> {
    write(|out| {
        serde_json::to_writer_pretty(&mut *out, value)?;
        out.write_all(b"\n")
    })
}

/// Writes CSV: a header, which is there where there is no row, too, and what `rows` adds to it.
pub(crate) fn csv<S: AsRef<[u8]>>(
    header: impl IntoIterator<Item = S>,
    rows: impl FnOnce(&mut csv::Writer<&mut dyn Write>) -> Result<(), csv::Error>,
) -> Result<(), Failure> {
    write(|out| {
        let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(out);
        writer.write_record(header).and_then(|()| rows(&mut writer)).map_err(csv_error)?;
        writer.flush()
    })
}

/// What stands in a column of a table for people.
#[derive(Clone, Copy)]
pub(crate) enum Holds {
    /// Texts, which begin at one place.
    Text,
    /// Numbers, which end at one place.
    Number,
}

/// Writes a table for people: columns in line, nothing at the ends of lines.
pub(crate) fn table(
    out: &mut dyn Write,
    columns: &[(&str, Holds)],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(columns.iter().map(|(name, _)| *name));
    rows.into_iter().for_each(|row| {
        table.add_row(row);
    });
    for (column, (_, holds)) in table.column_iter_mut().zip(columns) {
        column.set_padding((0, 2));
        if let Holds::Number = holds {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.lines().try_for_each(|line| writeln!(out, "{}", line.trim_end()))
}

/// Says something on standard error, on lines of its own.
pub(crate) fn note(text: impl fmt::Display) {
    // Nothing is left to do about a standard error that cannot be written.
    let _ = writeln!(io::stderr(), "{text}");
}

/// The error of a CSV writer as what it came from, so that a broken pipe stays one.
pub(crate) fn csv_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// A number with its thousands set apart: `12,480`.
pub(crate) fn thousands(number: u64) -> String {
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
pub(crate) fn signed(number: i64) -> String {
    let sign = match number {
        0 => "",
        1.. => "+",
        _ => "-",
    };
    format!("{sign}{}", thousands(number.unsigned_abs()))
}

/// An instant as JSON and CSV have it, as precise as it is.
pub(crate) fn instant(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// `1 contact`, `2 contacts`.
pub(crate) fn counted(number: u64, one: &str) -> String {
    format!("{} {one}{}", thousands(number), if number == 1 { "" } else { "s" })
}

/// A text that somebody else wrote, on one line and without a terminal's control characters.
pub(crate) fn on_one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
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
    fn differences_have_signs() {
        for (number, expected) in [(0, "0"), (3, "+3"), (-12_480, "-12,480"), (i64::MIN, "-9,223,372,036,854,775,808")]
        {
            assert_eq!(signed(number), expected);
        }
    }
}
