//! Contacts made of the records of a batch, and what was wrong counted and told.

use std::collections::{BTreeMap, HashSet};

use memchr::memchr_iter;

use super::batch::{Batch, Cut, Invalid, Piece, Stop};
use super::cells;
use super::cursor::{Position, characters, within};
use super::documents::Documents;
use super::{RecordReader, Totals};
use crate::contact::{Contact, RecordKey, read_json};
use crate::error::{Kind, Place, Problems};

/// How many problems of one file are described.
pub(super) const DESCRIBED: usize = 100;

/// What has come of the records so far.
pub(super) struct Tally {
    pub(super) records: u64,
    pub(super) skipped: u64,
    pub(super) problems: Problems,
    /// What a file has of which not all was read.
    pub(super) totals: Option<Totals>,
    /// What a file says that it is a sample of.
    #[cfg(feature = "table")]
    pub(super) drawn: Option<crate::estimate::SampleInfo>,
}

/// What has come of all of them.
pub(super) struct Outcome {
    pub(super) tally: Tally,
    /// Why there may be more that were not read.
    pub(super) stop: Option<Stop>,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            records: 0,
            skipped: 0,
            problems: Problems::new(DESCRIBED),
            totals: None,
            #[cfg(feature = "table")]
            drawn: None,
        }
    }
}

impl Tally {
    pub(super) fn add(&mut self, later: Self) {
        self.records += later.records;
        self.skipped += later.skipped;
        self.problems.extend(later.problems);
    }

    pub(super) fn count(&mut self, name: &str, record: Result<Contact, Invalid>, each: &mut dyn FnMut(Contact)) {
        match record {
            Ok(contact) => {
                self.records += 1;
                each(contact);
            }
            Err(invalid) => self.skip(name, invalid),
        }
    }

    #[cold]
    fn skip(&mut self, name: &str, invalid: Invalid) {
        self.skipped += 1;
        self.tell(name, invalid);
    }

    fn tell(&mut self, name: &str, Invalid { at, key, pointer, reason }: Invalid) {
        self.problems.add(
            || Kind::InvalidRecord { key, reason },
            || Place {
                file: Some(name.to_owned()),
                pointer,
                line: Some(at.line),
                column: at.column,
                ..Place::default()
            },
        );
    }

    /// Tells why reading could not go on.
    pub(super) fn stop(&mut self, name: &str, stop: Stop) {
        match stop {
            Stop::Unreadable(reason) => {
                let place = Place { file: Some(name.to_owned()), ..Place::default() };
                self.problems.add(|| Kind::Unreadable(reason), || place);
            }
            Stop::Header(wrong) => {
                wrong.described.into_iter().for_each(|invalid| self.tell(name, invalid));
                self.problems.omit(wrong.omitted);
            }
        }
    }
}

/// Makes contacts of a batch, in its order.
pub(super) fn contacts(batch: &Batch, name: &str, tally: &mut Tally, each: &mut dyn FnMut(Contact)) {
    match (&batch.cut, &batch.header) {
        (Cut::Pieces(pieces), Some(header)) => {
            cells::contacts(batch.bytes(), pieces, header, &mut |row| tally.count(name, row, each));
        }
        (Cut::Pieces(pieces), None) => contacts_of(batch.bytes(), pieces, name, tally, each),
        (Cut::Lines(line), _) => {
            let mut pieces = Vec::new();
            Documents::of_lines(*line).scan(batch.bytes(), true, &mut pieces);
            contacts_of(batch.bytes(), &pieces, name, tally, each);
        }
    }
}

fn contacts_of(bytes: &[u8], pieces: &[Piece], name: &str, tally: &mut Tally, each: &mut dyn FnMut(Contact)) {
    for piece in pieces {
        let record = match piece {
            Piece::Record { bytes: record, at } => json(&bytes[record.clone()], *at),
            Piece::Invalid(invalid) => Err(Invalid::clone(invalid)),
        };
        tally.count(name, record, each);
    }
}

/// Makes a contact of a record that begins at a place.
pub(super) fn json(record: &[u8], at: Position) -> Result<Contact, Invalid> {
    // Here for the whole record: what is skipped over would not be looked at.
    if let Err(error) = std::str::from_utf8(record) {
        let (line, column) = within(record, error.valid_up_to());
        return Err(Invalid::new(in_file(at, line, column), "not valid UTF-8"));
    }
    let contact = read_json(record).map_err(|fault| {
        let line = fault.line as u64;
        let lines = memchr_iter(b'\n', record).take(fault.line.saturating_sub(1));
        let start = lines.last().map_or(0, |end| end + 1);
        let before = &record[start..record.len().min(start + fault.column.saturating_sub(1))];
        let at = in_file(at, line, characters(before) + 1);
        if fault.reason.starts_with("EOF while parsing") {
            return Invalid::new(at, "the document is never closed");
        }
        Invalid { at, key: fault.key, pointer: fault.pointer, reason: fault.reason }
    })?;
    if has_too_many_custom_fields(&contact) {
        let key = Some(RecordKey::CUSTOM_FIELDS.to_owned());
        return Err(Invalid { key, ..Invalid::new(at, TOO_MANY_CUSTOM_FIELDS) });
    }
    Ok(contact)
}

fn has_too_many_custom_fields(contact: &Contact) -> bool {
    let fields = || contact.memberships.iter().map(|membership| &membership.custom_fields);
    // Those of several memberships are mostly the same.
    fields().map(BTreeMap::len).sum::<usize>() > RecordReader::MAX_CUSTOM_FIELDS
        && fields().flat_map(BTreeMap::keys).collect::<HashSet<_>>().len() > RecordReader::MAX_CUSTOM_FIELDS
}

/// What is said of a record that has more custom fields than it may.
pub(crate) const TOO_MANY_CUSTOM_FIELDS: &str = "a record may have 10,000 different ones, and this one has more";

/// A place within a record that begins at `at`.
fn in_file(at: Position, line: u64, column: u64) -> Position {
    let column = if line == 1 { at.column.map(|start| start + column - 1) } else { Some(column) };
    Position { line: at.line + line - 1, column }
}
