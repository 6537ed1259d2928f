//! The cells of CSV: what the header says they are, and contacts made of them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Read};

use super::cursor::{Position, within};
use super::form::ReadOptions;
use super::report::{ReadRecord, WrongHeader};
use super::seen::called;
use super::separator::Separator;
use super::slice::{Invalid, RecordSlice};
use super::unread::UnreadValues;
use crate::catalogue::{Field, TextField};
use crate::contact::{
    CUSTOM_FIELD, Conventions, NameMap, NameMeaning, ObservedKeys, RecordDraft, RecordKey, RecordSink,
    read_custom_fields, tell_cell,
};
use crate::error::{Quoted, Shown, is_spelled_alike};
use crate::limits::{MAX_CUSTOM_FIELDS, TOO_MANY_CUSTOM_FIELDS};
use crate::value::Value;

/// What is said of how CSV is written, beside what its header shows.
#[derive(Clone, Debug, Default)]
pub(super) struct CsvConventions {
    /// What stands between cells.
    pub(super) separator: Option<Separator>,
    /// The texts that are no value, as an empty cell is none.
    pub(super) nulls: BTreeSet<String>,
}

/// What the columns are.
#[derive(Debug)]
pub(super) struct Header {
    at: Position,
    separator: Separator,
    columns: Vec<CsvColumn>,
    /// Which of them has the phone numbers.
    phone_numbers: usize,
}

#[derive(Debug)]
enum CsvColumn {
    /// A key, as the header spells it.
    Known(RecordKey, String),
    Custom(String),
    /// Custom fields as an object in JSON.
    CustomFields,
    NotRead(String),
}

impl Header {
    /// Reads the first row, in which cells are apart by what it shows itself unless something else was said.
    pub(super) fn read(
        row: &[u8],
        at: Position,
        separator: Option<Separator>,
        names: &NameMap,
    ) -> Result<Self, WrongHeader> {
        if let Err(error) = std::str::from_utf8(row) {
            return Err(not_utf8(row, at, error).into());
        }
        let separator = separator.unwrap_or_else(|| Separator::of_header(row, names));
        let mut cells = csv::StringRecord::new();
        // Bytes in memory can always be read, and a row that was cut out is one.
        let _ = reader(row, separator).read_record(&mut cells);
        cells.trim();
        let mut wrong = WrongHeader::default();
        let mut first_of = HashMap::new();
        let mut columns = Vec::with_capacity(cells.len());
        for name in &cells {
            let column = CsvColumn::named(name, names);
            if let Some(first) = first_of.insert(column.meaning(), name).filter(|_| !name.is_empty()) {
                wrong.add(|| {
                    let reason = match first == name {
                        true => "stands in the header twice".to_owned(),
                        false => format!("stands in the header beside {}, and only one may", Quoted(first)),
                    };
                    Invalid { key: Some(name.to_owned()), ..Invalid::new(at, reason) }
                });
            }
            columns.push(column);
        }
        let phone_numbers = columns.iter().position(CsvColumn::is_phone_number);
        if phone_numbers.is_none() {
            wrong.add(|| Invalid::new(at, no_phone_number(&cells, separator)));
        }
        if columns.iter().filter(|column| matches!(column, CsvColumn::Custom(_))).count() > MAX_CUSTOM_FIELDS {
            let key = Some(RecordKey::CUSTOM_FIELDS.to_owned());
            wrong.add(|| Invalid { key, ..Invalid::new(at, TOO_MANY_CUSTOM_FIELDS) });
        }
        match phone_numbers {
            Some(phone_numbers) if wrong.described.is_empty() => Ok(Self { at, separator, columns, phone_numbers }),
            _ => Err(wrong),
        }
    }

    pub(super) fn separator(&self) -> Separator {
        self.separator
    }

    /// Makes a contact of a row's cells; the key at fault and the reason where that fails.
    fn contact(
        &self,
        cells: &csv::StringRecord,
        at: Position,
        CellRules { conventions, nulls, looks_at_all }: CellRules<'_>,
        not_read: &mut [UnreadValues],
    ) -> Result<ReadRecord, (Option<String>, String)> {
        if cells.len() != self.columns.len() {
            let (expected, found) = (self.columns.len(), cells.len());
            return Err((None, format!("expected {expected} cells, as the header has, found {found}")));
        }
        if self.stands_again(cells) {
            return Err((None, "the header stands here again".to_owned()));
        }
        let mut draft = RecordDraft::default();
        for ((column, cell), not_read) in self.columns.iter().zip(cells).zip(not_read) {
            // Blanks around a value are nobody's, and an empty cell is no value.
            let cell = cell.trim();
            if cell.is_empty() || !nulls.is_empty() && nulls.contains(cell) {
                continue;
            }
            match column {
                CsvColumn::Known(key, name) => {
                    let told = tell_cell(&mut draft, *key, cell, conventions.epoch);
                    let Ok(()) = told.map_err(|reason| (Some(name.clone()), reason))?;
                }
                CsvColumn::Custom(key) => {
                    let Ok(()) = draft.custom_field(key, Cow::Owned(Value::from(cell)));
                }
                CsvColumn::CustomFields => self.custom_fields(cell, &mut draft)?,
                CsvColumn::NotRead(_) if looks_at_all => not_read.add_text(cell),
                CsvColumn::NotRead(_) => not_read.count(),
            }
        }
        let keys = ObservedKeys { given: draft.given() | conventions.given(), not_read: BTreeMap::new() };
        let contact = draft.finish(&conventions.folders).map_err(|incomplete| {
            let key = incomplete.key().map(|key| self.spelled(key).to_owned());
            (key, incomplete.to_string())
        })?;
        Ok(ReadRecord { at, contact, keys })
    }
}

/// How the cells of a row are read.
#[derive(Clone, Copy)]
struct CellRules<'c> {
    conventions: &'c Conventions,
    nulls: &'c BTreeSet<String>,
    /// Whether values that are not read are looked at, too.
    looks_at_all: bool,
}

impl Header {
    /// Whether a row is a header, as files that were put together have it: one that has the name of the phone numbers,
    /// in whatever case and order, and with whatever mark in front.
    fn stands_again(&self, cells: &csv::StringRecord) -> bool {
        // Most have a phone number, and need no more of a look.
        if cells[self.phone_numbers].starts_with(|c: char| c == '+' || c.is_ascii_digit()) {
            return false;
        }
        let known = RecordKey::Field(TextField::PhoneNumber.into());
        let spelled = self.spelled(known.name());
        cells
            .iter()
            .any(|cell| is_spelled_alike(spelled, cell) || known.names().any(|name| is_spelled_alike(name, cell)))
    }

    /// How the header spells a key.
    fn spelled<'h>(&'h self, key: &'h str) -> &'h str {
        let spelled = self.columns.iter().find_map(|column| match column {
            CsvColumn::Known(known, name) if known.name() == key => Some(&**name),
            _ => None,
        });
        spelled.unwrap_or(key)
    }

    /// Takes in the custom fields that a cell holds as JSON.
    fn custom_fields(&self, cell: &str, draft: &mut RecordDraft<'_>) -> Result<(), (Option<String>, String)> {
        let wrong = |reason: String| (Some(RecordKey::CUSTOM_FIELDS.to_owned()), reason);
        let fields = read_custom_fields(cell)
            .map_err(|fault| wrong(format!("expected a JSON object, found {}: {}", Quoted(cell), fault.reason)))?;
        for (key, value) in fields {
            let has_column = |column: &CsvColumn| matches!(column, CsvColumn::Custom(named) if *named == key);
            if self.columns.iter().any(has_column) {
                return Err(wrong(format!("the key {} has a column of its own, too", Quoted(&key))));
            }
            let Ok(()) = draft.custom_field(&key, Cow::Owned(value));
        }
        Ok(())
    }
}

impl CsvColumn {
    fn named(name: &str, names: &NameMap) -> Self {
        match names.meaning(name) {
            NameMeaning::Known(RecordKey::CustomFields, _) => Self::CustomFields,
            NameMeaning::Known(key, spelled) => Self::Known(key, spelled.to_owned()),
            NameMeaning::CustomField(key) => Self::Custom(key.to_owned()),
            NameMeaning::Nothing => Self::NotRead(name.to_owned()),
        }
    }

    fn is_phone_number(&self) -> bool {
        matches!(self, Self::Known(RecordKey::Field(Field::Text(TextField::PhoneNumber)), _))
    }

    /// What no other column may mean.
    fn meaning(&self) -> (&'static str, String) {
        match self {
            Self::Known(key, _) => (key.name(), String::new()),
            Self::CustomFields => (RecordKey::CUSTOM_FIELDS, String::new()),
            Self::Custom(key) => (CUSTOM_FIELD, key.clone()),
            Self::NotRead(name) => ("", name.clone()),
        }
    }
}

/// What is wrong with a header without a column for phone numbers: the names that it has, if they look like any.
fn no_phone_number(names: &csv::StringRecord, separator: Separator) -> String {
    const SHOWN: usize = 8;
    let mut found: Vec<String> = names.iter().take(SHOWN).map(|name| Quoted(name).to_string()).collect();
    if names.len() > SHOWN {
        found.push(format!("{} more", names.len() - SHOWN));
    }
    let (columns, apart) = match names.len() {
        1 => ("the column", String::new()),
        _ => ("the columns", format!(", with {} between them", separator.described())),
    };
    let known = RecordKey::Field(TextField::PhoneNumber.into());
    let is_called_one = |name: &&str| called(name).and_then(RecordKey::from_name).is_some_and(|(key, _)| key == known);
    let meant = names.iter().find(is_called_one).map(|name| {
        let name = Shown(name);
        format!("; `--map '{name}=phone_number'` says that `{name}` is one")
    });
    format!(
        "expected JSON, or CSV whose header has a column `phone_number`, `phone` or `msisdn`; found {columns} {}{apart}{}",
        found.join(", "),
        meant.unwrap_or_default()
    )
}

/// Whether a column of that name has phone numbers.
pub(super) fn names_a_phone_number(name: &[u8], names: &NameMap) -> bool {
    std::str::from_utf8(name).is_ok_and(|name| CsvColumn::named(name, names).is_phone_number())
}

/// Makes contacts of rows, in their order. Gives back which columns are not read, the values of each, and where their names
/// stand.
pub(super) fn contacts(
    bytes: &[u8],
    records: &[RecordSlice],
    header: &Header,
    reading: &ReadOptions,
    each: &mut dyn FnMut(Result<ReadRecord, Invalid>),
) -> Vec<(String, UnreadValues, Position)> {
    let rows = records.iter().filter_map(|slice| match slice {
        RecordSlice::Record { bytes: row, .. } => Some(&bytes[row.clone()]),
        RecordSlice::Invalid(_) | RecordSlice::Page(_) => None,
    });
    let mut reader = reader(Joined { rows, row: &[] }, header.separator);
    let mut cells = csv::ByteRecord::new();
    let mut not_read = vec![UnreadValues::default(); header.columns.len()];
    let rules =
        CellRules { conventions: &reading.conventions, nulls: &reading.csv.nulls, looks_at_all: reading.describes };
    for slice in records {
        let (row, at) = match slice {
            RecordSlice::Record { bytes: row, at } => (&bytes[row.clone()], at),
            RecordSlice::Invalid(invalid) => {
                each(Err(Invalid::clone(invalid)));
                continue;
            }
            RecordSlice::Page(_) => continue,
        };
        // As in a header: a row that was cut out is one.
        let _ = reader.read_byte_record(&mut cells);
        each(match csv::StringRecord::from_byte_record(std::mem::take(&mut cells)) {
            Ok(texts) => {
                let contact = header.contact(&texts, *at, rules, &mut not_read);
                cells = texts.into_byte_record();
                let contact = contact.map_err(|(key, reason)| Invalid { key, ..Invalid::new(*at, reason) });
                contact.and_then(|record| reading.with_phone_number(record, *at))
            }
            Err(error) => {
                cells = error.into_byte_record();
                Err(std::str::from_utf8(row).map_or_else(
                    |error| not_utf8(row, *at, error),
                    // A quote cannot stand inside a character, so cells are UTF-8 where rows are.
                    |_| Invalid::not_utf8(*at),
                ))
            }
        });
    }
    let named = header.columns.iter().zip(not_read).filter_map(|(column, values)| match column {
        // Cells without a name and without a value are what spreadsheets leave beside a table.
        CsvColumn::NotRead(name) if !name.is_empty() || values.records > 0 => Some((name.clone(), values, header.at)),
        _ => None,
    });
    named.collect()
}

fn reader<R: Read>(rows: R, separator: Separator) -> csv::Reader<R> {
    let mut builder = csv::ReaderBuilder::new();
    builder.delimiter(separator.byte()).has_headers(false).flexible(true).buffer_capacity(64 * 1024).from_reader(rows)
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
    Invalid::not_utf8(Position { line: at.line + line - 1, column: None })
}
