//! Contacts made of the records of a batch.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use memchr::memchr_iter;

use super::batch::{Batch, Cut};
use super::cells::{self, Header};
use super::cursor::{Position, characters, within};
use super::form::{BETWEEN_LOOKS, ReadOptions};
use super::json_fault;
use super::report::{ReadRecord, ReadTally};
use super::slice::{Invalid, RecordSlice};
use super::unread_json;
use crate::contact::{
    Contact, Conventions, ObservedKeys, REMOVE, RecordFault, RecordKey, Update, UpdateKind, read_json, read_update,
};
use crate::limits::{MAX_CUSTOM_FIELDS, TOO_MANY_CUSTOM_FIELDS};

/// Makes contacts of a batch, in its order.
pub(super) fn contacts(
    batch: &Batch,
    name: &str,
    reading: &ReadOptions,
    tally: &mut ReadTally,
    each: &mut dyn FnMut(Contact),
) {
    match (&batch.cut, &batch.header) {
        (Cut::Records(records), Some(header)) => {
            contacts_of_rows(batch.bytes(), records, header, name, reading, tally, each);
        }
        (Cut::Records(records), None) => contacts_of(batch.bytes(), records, name, reading, tally, each),
        (Cut::Lines(lines), _) => {
            let mut records = Vec::new();
            lines.documents().scan(batch.bytes(), true, &mut records);
            contacts_of(batch.bytes(), &records, name, reading, tally, each);
        }
    }
}

/// Makes contacts of rows of CSV, until it is to stop.
pub(super) fn contacts_of_rows(
    bytes: &[u8],
    records: &[RecordSlice],
    header: &Header,
    name: &str,
    reading: &ReadOptions,
    tally: &mut ReadTally,
    each: &mut dyn FnMut(Contact),
) {
    // A header without rows says what is not read as well.
    let none = records.is_empty().then_some(records);
    for records in records.chunks(BETWEEN_LOOKS).chain(none).take_while(|_| !reading.stop.is_stopped()) {
        let not_read = cells::contacts(bytes, records, header, reading, &mut |row| tally.count(name, row, each));
        not_read.into_iter().for_each(|(column, values, at)| tally.seen.not_read(column, &values, Some(at)));
    }
}

/// Makes contacts of documents, until it is to stop.
fn contacts_of(
    bytes: &[u8],
    records: &[RecordSlice],
    name: &str,
    reading: &ReadOptions,
    tally: &mut ReadTally,
    each: &mut dyn FnMut(Contact),
) {
    for slice in records {
        // One of them may be as long as a batch.
        if reading.stop.is_stopped() {
            return;
        }
        let record = match slice {
            RecordSlice::Record { bytes: record, at } => json(&bytes[record.clone()], *at, reading),
            RecordSlice::Invalid(invalid) => Err(Invalid::clone(invalid)),
            RecordSlice::Page(page) => {
                tally.seen.pages.read(**page);
                continue;
            }
        };
        tally.count(name, record, each);
    }
}

/// Makes a contact of a record that begins at a place.
pub(super) fn json(record: &[u8], at: Position, reading: &ReadOptions) -> Result<ReadRecord, Invalid> {
    let (contact, mut keys) = whole(record, at, reading, read_json)?;
    if reading.describes && !keys.not_read.is_empty() {
        unread_json::look(record, &reading.conventions.names, &mut keys.not_read);
    }
    checked(ReadRecord { at, contact, keys }, reading)
}

/// Makes an update of a line; the keys of its record, if it has one.
pub(super) fn update(
    line: &[u8],
    at: Position,
    reading: &ReadOptions,
) -> Result<(Update, Option<ObservedKeys>), Invalid> {
    let (update, keys) = whole(line, at, reading, read_update)?;
    Ok(match update.kind {
        UpdateKind::Record(contact) => {
            let ReadRecord { contact, keys, .. } = checked(ReadRecord { at, contact, keys }, reading)?;
            (Update { kind: UpdateKind::Record(contact), ..update }, Some(keys))
        }
        UpdateKind::Removal(number) => {
            let known = reading.phone_number(&number).map(Cow::into_owned);
            let number =
                known.map_err(|reason| Invalid { key: Some(REMOVE.to_owned()), ..Invalid::new(at, reason) })?;
            (Update { kind: UpdateKind::Removal(number), ..update }, None)
        }
        UpdateKind::Clock | UpdateKind::Sizes => (update, None),
    })
}

/// Reads what is a whole source, and tells what is wrong with it where it stands in the file.
fn whole<T>(
    source: &[u8],
    at: Position,
    reading: &ReadOptions,
    read: fn(&[u8], &Conventions) -> Result<T, RecordFault>,
) -> Result<T, Invalid> {
    // Here for all of it: what is skipped over would not be looked at.
    if let Err(error) = std::str::from_utf8(source) {
        let (line, column) = within(source, error.valid_up_to());
        return Err(Invalid::not_utf8(in_file(at, line, column)));
    }
    read(source, &reading.conventions).map_err(|fault| {
        let line = fault.line as u64;
        let lines = memchr_iter(b'\n', source).take(fault.line.saturating_sub(1));
        let start = lines.last().map_or(0, |end| end + 1);
        let offset = source.len().min(start + fault.column.saturating_sub(1));
        let before = &source[start..offset];
        let at = in_file(at, line, characters(before) + 1);
        if fault.ends_too_soon {
            return Invalid::new(at, "the document is never closed");
        }
        let reason = match fault.key {
            None if fault.lacks_phone_number => {
                json_fault::contacts_within(source, &reading.conventions.names).unwrap_or(fault.reason)
            }
            _ => json_fault::plainer(source, offset, fault.reason),
        };
        Invalid { at, key: fault.key, pointer: fault.pointer, reason }
    })
}

/// A record that a table can hold, with its phone number as it tells contacts apart.
fn checked(record: ReadRecord, reading: &ReadOptions) -> Result<ReadRecord, Invalid> {
    let at = record.at;
    if has_too_many_custom_fields(&record.contact) {
        let key = Some(RecordKey::CUSTOM_FIELDS.to_owned());
        return Err(Invalid { key, ..Invalid::new(at, TOO_MANY_CUSTOM_FIELDS) });
    }
    reading.with_phone_number(record, at)
}

fn has_too_many_custom_fields(contact: &Contact) -> bool {
    let fields = || contact.memberships.iter().map(|membership| &membership.custom_fields);
    // Those of several memberships are mostly the same.
    fields().map(BTreeMap::len).sum::<usize>() > MAX_CUSTOM_FIELDS
        && fields().flat_map(BTreeMap::keys).collect::<HashSet<_>>().len() > MAX_CUSTOM_FIELDS
}

/// A place within a record that begins at `at`.
fn in_file(at: Position, line: u64, column: u64) -> Position {
    let column = if line == 1 { at.column.map(|start| start + column - 1) } else { Some(column) };
    Position { line: at.line + line - 1, column }
}
