//! Contacts made of the records of a batch.

use std::collections::{BTreeMap, HashSet};

use memchr::memchr_iter;

use super::batch::{Batch, Cut};
use super::cells::{self, Header};
use super::cursor::{Position, characters, within};
use super::form::{BETWEEN_LOOKS, ReadOptions};
use super::json_fault;
use super::report::{ReadRecord, ReadTally};
use super::slice::{Invalid, RecordSlice};
use crate::contact::{Contact, RecordKey, read_json};
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
        not_read.into_iter().for_each(|(column, records, at)| tally.seen.not_read(column, records, Some(at)));
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
            RecordSlice::Page(totals) => {
                tally.seen.pages.read(*totals);
                continue;
            }
        };
        tally.count(name, record, each);
    }
}

/// Makes a contact of a record that begins at a place.
pub(super) fn json(record: &[u8], at: Position, reading: &ReadOptions) -> Result<ReadRecord, Invalid> {
    // Here for the whole record: what is skipped over would not be looked at.
    if let Err(error) = std::str::from_utf8(record) {
        let (line, column) = within(record, error.valid_up_to());
        return Err(Invalid::not_utf8(in_file(at, line, column)));
    }
    let (contact, keys) = read_json(record, &reading.conventions).map_err(|fault| {
        let line = fault.line as u64;
        let lines = memchr_iter(b'\n', record).take(fault.line.saturating_sub(1));
        let start = lines.last().map_or(0, |end| end + 1);
        let offset = record.len().min(start + fault.column.saturating_sub(1));
        let before = &record[start..offset];
        let at = in_file(at, line, characters(before) + 1);
        if fault.ends_too_soon {
            return Invalid::new(at, "the document is never closed");
        }
        let reason = match fault.key {
            None if fault.lacks_phone_number => {
                json_fault::contacts_within(record, &reading.conventions.names).unwrap_or(fault.reason)
            }
            _ => json_fault::plainer(record, offset, fault.reason),
        };
        Invalid { at, key: fault.key, pointer: fault.pointer, reason }
    })?;
    if has_too_many_custom_fields(&contact) {
        let key = Some(RecordKey::CUSTOM_FIELDS.to_owned());
        return Err(Invalid { key, ..Invalid::new(at, TOO_MANY_CUSTOM_FIELDS) });
    }
    reading.with_phone_number(ReadRecord { at, contact, keys }, at)
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
