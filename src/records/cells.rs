//! The cells of CSV: what the header says they are, and contacts made of them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Read};

use chrono::DateTime;

use super::cursor::{Position, within};
use super::report::WrongHeader;
use super::slice::{Invalid, RecordSlice};
use crate::catalogue::{Field, TextField};
use crate::contact::{Contact, FromScalar, RecordDraft, RecordKey, RecordSink};
use crate::error::{Quoted, Shape};
use crate::limits::{MAX_CUSTOM_FIELDS, TOO_MANY_CUSTOM_FIELDS};
use crate::number::{NotANumber, Number};
use crate::value::Value;

/// In front of the key of a custom field.
const CUSTOM: &str = "custom_fields.";

/// What the columns are.
#[derive(Debug)]
pub(super) struct Header {
    columns: Vec<Column>,
}

#[derive(Debug)]
enum Column {
    Known(RecordKey, &'static str),
    Custom(String),
    Ignored,
}

impl Header {
    /// Reads the first row.
    pub(super) fn read(row: &[u8], at: Position) -> Result<Self, WrongHeader> {
        if let Err(error) = std::str::from_utf8(row) {
            return Err(not_utf8(row, at, error).into());
        }
        let mut cells = csv::StringRecord::new();
        // Bytes in memory can always be read, and a row that was cut out is one.
        let _ = reader(row).read_record(&mut cells);
        let mut wrong = WrongHeader::default();
        let mut first_of = HashMap::new();
        let mut columns = Vec::with_capacity(cells.len());
        for name in &cells {
            let column = Column::named(name);
            // Cells without a name are what spreadsheets leave behind a table.
            if let Some(first) = first_of.insert(column.meaning(name), name).filter(|_| !name.is_empty()) {
                wrong.add(|| {
                    let reason = match first == name {
                        true => "stands in the header twice".to_owned(),
                        false => format!("stands in the header beside `{first}`, and only one may"),
                    };
                    Invalid { key: Some(name.to_owned()), ..Invalid::new(at, reason) }
                });
            }
            columns.push(column);
        }
        if !columns.iter().any(Column::is_phone_number) {
            let reason = "expected JSON, or CSV whose header has a column `phone_number`, `phone` or `msisdn`";
            wrong.add(|| Invalid::new(at, reason));
        }
        if columns.iter().filter(|column| matches!(column, Column::Custom(_))).count() > MAX_CUSTOM_FIELDS {
            let key = Some(RecordKey::CUSTOM_FIELDS.to_owned());
            wrong.add(|| Invalid { key, ..Invalid::new(at, TOO_MANY_CUSTOM_FIELDS) });
        }
        if wrong.described.is_empty() { Ok(Self { columns }) } else { Err(wrong) }
    }

    /// Makes a contact of a row's cells; the key at fault and the reason where that fails.
    fn contact(&self, cells: &csv::StringRecord) -> Result<Contact, (Option<String>, String)> {
        if cells.len() != self.columns.len() {
            let (expected, found) = (self.columns.len(), cells.len());
            return Err((None, format!("expected {expected} cells, as the header has, found {found}")));
        }
        let mut draft = RecordDraft::default();
        for (column, cell) in self.columns.iter().zip(cells) {
            // An empty cell is no value.
            if cell.is_empty() {
                continue;
            }
            match column {
                Column::Known(key, name) => {
                    let Ok(()) = tell(&mut draft, *key, cell).map_err(|reason| (Some((*name).to_owned()), reason))?;
                }
                Column::Custom(key) => {
                    let Ok(()) = draft.custom_field(key, Cow::Owned(Value::from(cell)));
                }
                Column::Ignored => {}
            }
        }
        draft.finish().map_err(|incomplete| (incomplete.key().map(str::to_owned), incomplete.to_string()))
    }
}

impl Column {
    fn named(name: &str) -> Self {
        match (RecordKey::from_name(name), name.strip_prefix(CUSTOM)) {
            (Some((key, name)), _) => Self::Known(key, name),
            (None, Some(key)) => Self::Custom(key.to_owned()),
            (None, None) => Self::Ignored,
        }
    }

    fn is_phone_number(&self) -> bool {
        matches!(self, Self::Known(RecordKey::Field(Field::Text(TextField::PhoneNumber)), _))
    }

    /// The name, or of names that mean the same, one.
    fn meaning<'n>(&self, name: &'n str) -> &'n str {
        if self.is_phone_number() { TextField::PhoneNumber.name() } else { name }
    }
}

/// Tells a sink the value of a cell.
fn tell<S: RecordSink>(sink: &mut S, key: RecordKey, cell: &str) -> Result<Result<(), S::Refusal>, String> {
    Ok(match key {
        RecordKey::Field(Field::Text(field)) => sink.text(field, cell.into()),
        RecordKey::Field(Field::Flag(field)) => sink.flag(field, flag(cell)?),
        RecordKey::Field(Field::Count(field)) => sink.count(field, number(cell)?),
        RecordKey::Field(Field::Amount(field)) => sink.amount(field, number(cell)?),
        RecordKey::Field(Field::Time(field)) => sink.time(field, DateTime::from_text(cell)?),
        RecordKey::ListId => sink.list_id(number(cell)?),
        RecordKey::Active => sink.active(flag(cell)?),
        RecordKey::CustomFields | RecordKey::Lists => {
            return Err(format!("expected {}, found {}", key.value_type().expected(), Shape::String));
        }
    })
}

fn flag(cell: &str) -> Result<bool, String> {
    match cell {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(format!("expected true or false, found {}", Quoted(cell))),
    }
}

/// A number as JSON writes it.
fn number<T: FromScalar>(cell: &str) -> Result<T, String> {
    match cell.parse::<Number>() {
        Ok(number) => T::from_number(Some(number)),
        Err(NotANumber::Range) => T::from_number(None),
        Err(NotANumber::Syntax) => Err(format!("expected {}, found {}", T::TYPE.expected(), Quoted(cell))),
    }
}

/// Makes contacts of rows, in their order.
pub(super) fn contacts(
    bytes: &[u8],
    records: &[RecordSlice],
    header: &Header,
    each: &mut dyn FnMut(Result<Contact, Invalid>),
) {
    let rows = records.iter().filter_map(|slice| match slice {
        RecordSlice::Record { bytes: row, .. } => Some(&bytes[row.clone()]),
        RecordSlice::Invalid(_) => None,
    });
    let mut reader = reader(Joined { rows, row: &[] });
    let mut cells = csv::ByteRecord::new();
    for slice in records {
        let (row, at) = match slice {
            RecordSlice::Record { bytes: row, at } => (&bytes[row.clone()], at),
            RecordSlice::Invalid(invalid) => {
                each(Err(Invalid::clone(invalid)));
                continue;
            }
        };
        // As in a header: a row that was cut out is one.
        let _ = reader.read_byte_record(&mut cells);
        each(match csv::StringRecord::from_byte_record(std::mem::take(&mut cells)) {
            Ok(texts) => {
                let contact = header.contact(&texts);
                cells = texts.into_byte_record();
                contact.map_err(|(key, reason)| Invalid { key, ..Invalid::new(*at, reason) })
            }
            Err(error) => {
                cells = error.into_byte_record();
                Err(std::str::from_utf8(row).map_or_else(
                    |error| not_utf8(row, *at, error),
                    // A quote cannot stand inside a character, so cells are UTF-8 where rows are.
                    |_| Invalid::new(*at, "not valid UTF-8"),
                ))
            }
        });
    }
}

fn reader<R: Read>(rows: R) -> csv::Reader<R> {
    csv::ReaderBuilder::new().has_headers(false).flexible(true).buffer_capacity(64 * 1024).from_reader(rows)
}

/// Rows, with a line break in front of each: in front, so that what looks like a byte-order mark is part of its cell.
struct Joined<'b, I> {
    rows: I,
    row: &'b [u8],
}

impl<'b, I: Iterator<Item = &'b [u8]>> Read for Joined<'b, I> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            if self.row.is_empty() {
                let Some(row) = self.rows.next() else { break };
                self.row = row;
                buffer[filled] = b'\n';
                filled += 1;
            } else {
                let (now, later) = self.row.split_at(self.row.len().min(buffer.len() - filled));
                buffer[filled..filled + now.len()].copy_from_slice(now);
                filled += now.len();
                self.row = later;
            }
        }
        Ok(filled)
    }
}

/// What is wrong with a row, and on which of its lines.
#[cold]
fn not_utf8(row: &[u8], at: Position, error: std::str::Utf8Error) -> Invalid {
    let (line, _) = within(row, error.valid_up_to());
    Invalid::new(Position { line: at.line + line - 1, column: None }, "not valid UTF-8")
}
