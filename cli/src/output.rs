//! Standard output and standard error, and how numbers and times look there.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

pub(crate) use headcount::error::escaped;
use headcount::error::is_unseen;
pub(crate) use headcount_page::{instant, signed, thousands};

use crate::arguments::is_standard;
use crate::failure::Failure;
use crate::whole_file;

/// What standard input is called in messages.
pub(crate) const STANDARD_INPUT: &str = "standard input";

/// Writes results to standard output, to the last byte.
pub(crate) fn write(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = BufWriter::with_capacity(64 * 1024, io::stdout().lock());
    write(&mut out)
        .and_then(|()| out.flush())
        .map_err(|error| Failure::Output { to: "standard output".to_owned(), error })
}

/// Writes to a file, which appears once it is whole, or to standard output where the path is `-`.
pub(crate) fn write_to(path: &Path, to: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    if is_standard(path) { write(to) } else { whole_file::write(path, to) }
}

/// Writes a value as JSON over several lines.
pub(crate) fn json(value: &impl Serialize) -> Result<(), Failure> {
    write(|out| {
        serde_json::to_writer_pretty(JsonText(out), value)?;
        out.write_all(b"\n")
    })
}

/// Writes a value as JSON on a line of its own.
pub(crate) fn json_line(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(JsonText(out), value)?;
    out.write_all(b"\n")
}

/// Takes JSON, and escapes in its strings what JSON need not and a terminal must not have as it is. It is written to in whole
/// characters.
pub(crate) struct JsonText<'o>(pub(crate) &'o mut dyn Write);

impl Write for JsonText<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match std::str::from_utf8(bytes) {
            Ok(text) if text.contains(|c| c != '\n' && is_unseen(c)) => {
                for c in text.chars() {
                    // Between values stands white space.
                    if c != '\n' && is_unseen(c) {
                        write!(self.0, "\\u{:04x}", u32::from(c))?;
                    } else {
                        write!(self.0, "{c}")?;
                    }
                }
            }
            _ => self.0.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Writes CSV: a header, which is there where there is no row, too, and what `rows` adds to it. With `bom` it begins with
/// a byte-order mark, by which Excel knows UTF-8.
pub(crate) fn csv<S: AsRef<str>>(
    bom: bool,
    header: impl IntoIterator<Item = S>,
    rows: impl FnOnce(&mut Rows<'_>) -> Result<(), csv::Error>,
) -> Result<(), Failure> {
    write(|out| {
        write_mark(bom, out)?;
        let mut writer = Rows { writer: csv::WriterBuilder::new().has_headers(false).from_writer(out) };
        writer.write_record(header).and_then(|()| rows(&mut writer)).map_err(csv_error)?;
        writer.writer.flush()
    })
}

/// Writes a byte-order mark, if there is to be one.
fn write_mark(bom: bool, out: &mut dyn Write) -> io::Result<()> {
    if bom { out.write_all("\u{feff}".as_bytes()) } else { Ok(()) }
}

/// Rows of CSV that no spreadsheet takes for formulas: see [`cell`].
pub(crate) struct Rows<'o> {
    writer: csv::Writer<&'o mut dyn Write>,
}

impl Rows<'_> {
    /// Writes a row of texts.
    pub(crate) fn write_record<S: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = S>) -> Result<(), csv::Error> {
        cells.into_iter().try_for_each(|text| self.writer.write_field(&*cell(text.as_ref())))?;
        self.writer.write_record(None::<&[u8]>)
    }

    /// Writes a struct as a row.
    pub(crate) fn serialize(&mut self, row: impl Serialize) -> Result<(), csv::Error> {
        let mut written = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
        written.serialize(row)?;
        let bytes = written.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
        let mut cells = csv::StringRecord::new();
        csv::ReaderBuilder::new().has_headers(false).from_reader(&bytes[..]).read_record(&mut cells)?;
        self.write_record(&cells)
    }
}

/// A cell as a spreadsheet and a terminal show it: control characters are escaped, and what begins as a formula does and
/// is no number has `'` in front, as OWASP advises against CSV injection.
fn cell(text: &str) -> Cow<'_, str> {
    let is_formula = text.starts_with(['=', '+', '-', '@']) && text.parse::<f64>().is_err();
    if is_formula { Cow::Owned(format!("'{}", escaped(text))) } else { escaped(text) }
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
fn csv_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// `1 contact`, `2 contacts`.
pub(crate) fn counted(number: u64, one: &str) -> String {
    format!("{} {one}{}", thousands(number), if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("-2+3", "'-2+3"),
            ("\tx", "\\tx"),
            ("=\u{1b}[31m", "'=\\u{1b}[31m"),
            ("-3", "-3"),
            ("+14155550101", "+14155550101"),
            ("VIP = yes", "VIP = yes"),
            ("", ""),
        ] {
            assert_eq!(cell(text), expected);
        }
    }

    #[test]
    fn no_json_does_anything_to_a_terminal() {
        let mut written = Vec::new();
        json_line(&mut written, &["a\u{1b}\n\u{7f}\u{9b}31m\u{202e}é"]).unwrap();
        assert_eq!(String::from_utf8_lossy(&written), "[\"a\\u001b\\n\\u007f\\u009b31m\\u202eé\"]\n");
        let read: Vec<String> = serde_json::from_slice(&written).unwrap();
        assert_eq!(read, ["a\u{1b}\n\u{7f}\u{9b}31m\u{202e}é"]);
    }

    #[test]
    fn differences_have_signs() {
        for (number, expected) in [(0, "0"), (3, "+3"), (-12_480, "-12,480"), (i64::MIN, "-9,223,372,036,854,775,808")]
        {
            assert_eq!(signed(number), expected);
        }
    }
}
