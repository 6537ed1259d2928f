//! CSV, cut into rows. Cells are the `csv` crate's to read; this finds the line breaks that stand in no cell, by its
//! rules: a quote opens a cell only where the cell begins, and two inside it stand for one.

use std::sync::Arc;

use memchr::{memchr2, memchr3};

use super::cells::Header;
use super::cursor::Position;
use super::report::WrongHeader;
use super::slice::{Invalid, RecordSlice};
use crate::limits::MAX_RECORD_BYTES;

pub(super) struct CsvSplitter {
    header: Option<Arc<Header>>,
    /// Where the scan goes on.
    next: usize,
    /// Where the row in hand begins, if one is.
    start: Option<usize>,
    /// The line on which it does.
    start_line: u64,
    line: u64,
    quoted: bool,
    /// The row is larger than a record may be, and its bytes are no longer kept.
    too_long: bool,
}

impl CsvSplitter {
    pub(super) fn new() -> Self {
        Self { header: None, next: 0, start: None, start_line: 1, line: 1, quoted: false, too_long: false }
    }

    /// What the cells mean, once the first row has been found.
    pub(super) fn header(&self) -> Option<&Arc<Header>> {
        self.header.as_ref()
    }

    /// Finds the rows that end in `bytes`, which begin with what the last call left over; says how many bytes are done
    /// with.
    pub(super) fn scan(
        &mut self,
        bytes: &[u8],
        end: bool,
        records: &mut Vec<RecordSlice>,
    ) -> Result<usize, WrongHeader> {
        while self.next < bytes.len() {
            let start = match self.start {
                Some(start) => start,
                None if matches!(bytes[self.next], b'\n' | b'\r') => {
                    self.line += u64::from(bytes[self.next] == b'\n');
                    self.next += 1;
                    continue;
                }
                None => {
                    self.start_line = self.line;
                    *self.start.insert(self.next)
                }
            };
            if self.quoted {
                if !self.cell(bytes, end) {
                    break;
                }
            } else if let Some(found) = memchr3(b'"', b'\n', b'\r', &bytes[self.next..]) {
                let at = self.next + found;
                if bytes[at] == b'"' {
                    let first = at == start && !self.too_long;
                    self.quoted = first || bytes[at - 1] == b',';
                    self.next = at + 1;
                } else {
                    // The line break is the next call's, or the next turn's.
                    self.next = at;
                    self.row(start, bytes, records)?;
                }
            } else {
                self.next = bytes.len();
            }
        }
        if end {
            match self.start {
                Some(_) if self.quoted => {
                    let invalid = self.invalid("a quoted cell is never closed");
                    if self.header.is_none() {
                        return Err(invalid.into());
                    }
                    records.push(RecordSlice::Invalid(Box::new(invalid)));
                }
                Some(start) => self.row(start, bytes, records)?,
                None => {}
            }
        }
        self.too_long |= self.start.is_some_and(|start| self.next - start > MAX_RECORD_BYTES);
        let done = match self.start {
            Some(start) if !self.too_long => start,
            // One byte more, to see whether a quote follows a comma.
            Some(_) => self.next.saturating_sub(1),
            None => self.next,
        };
        self.next -= done;
        self.start = self.start.map(|start| start.saturating_sub(done));
        Ok(done)
    }

    /// Goes on inside a quoted cell, behind its end if that is there; false where more bytes must come first.
    fn cell(&mut self, bytes: &[u8], end: bool) -> bool {
        let Some(found) = memchr2(b'"', b'\n', &bytes[self.next..]) else {
            self.next = bytes.len();
            return true;
        };
        let at = self.next + found;
        if bytes[at] == b'\n' {
            self.line += 1;
            self.next = at + 1;
            return true;
        }
        match bytes.get(at + 1) {
            None if !end => {
                self.next = at;
                return false;
            }
            Some(b'"') => self.next = at + 2,
            _ => {
                self.quoted = false;
                self.next = at + 1;
            }
        }
        true
    }

    /// The row in hand ends.
    fn row(&mut self, start: usize, bytes: &[u8], records: &mut Vec<RecordSlice>) -> Result<(), WrongHeader> {
        let at = self.position();
        let too_long = self.too_long || self.next - start > MAX_RECORD_BYTES;
        self.start = None;
        self.too_long = false;
        if self.header.is_none() {
            if too_long {
                return Err(Invalid::new(at, "the header is larger than 16 MiB").into());
            }
            self.header = Some(Arc::new(Header::read(&bytes[start..self.next], at)?));
        } else if too_long {
            records.push(RecordSlice::Invalid(Box::new(self.invalid("the record is larger than 16 MiB"))));
        } else {
            records.push(RecordSlice::Record { bytes: start..self.next, at });
        }
        Ok(())
    }

    /// Where the row in hand begins.
    fn position(&self) -> Position {
        Position { line: self.start_line, column: None }
    }

    fn invalid(&self, reason: &str) -> Invalid {
        Invalid::new(self.position(), reason)
    }
}
