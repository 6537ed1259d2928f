//! CSV, cut into rows. Cells are the `csv` crate's to read; this finds the line breaks that stand in no cell, by the rules
//! of RFC 4180: a quote opens a cell only where the cell begins, and two inside it stand for one. What is closed by a
//! quote with text behind it, or never, was no quoted cell: its line is told of, and the next line is a row again, so
//! that one stray quote costs one record.

use std::sync::Arc;

use memchr::{memchr, memchr2, memchr3};

use super::cells::Header;
use super::cursor::Position;
use super::form::BETWEEN_LOOKS;
use super::report::WrongHeader;
use super::separator::Separator;
use super::slice::{Invalid, RecordSlice};
use crate::contact::NameMap;
use crate::limits::MAX_RECORD_BYTES;
use crate::stop::StopToken;

pub(super) struct CsvSplitter {
    /// Names that mean another.
    names: NameMap,
    header: Option<Arc<Header>>,
    /// What stands between cells, if it is said otherwise than by the header.
    separator: Option<Separator>,
    /// Whether a line in front of the header may still say it, unless the caller did.
    may_be_said: bool,
    /// Where the scan goes on.
    next: usize,
    /// Where the row in hand begins, if one is.
    start: Option<usize>,
    /// The line on which it does.
    start_line: u64,
    line: u64,
    /// The quoted cell in hand, if one is.
    quoted: Option<QuotedCell>,
    /// The rest of the line belongs to a row that is told of already.
    skips_line: bool,
    /// The row is larger than a record may be, and its bytes are no longer kept.
    too_long: bool,
    stop: StopToken,
}

/// A quoted cell that is not closed yet.
#[derive(Clone, Copy)]
struct QuotedCell {
    /// The line on which it was opened.
    line: u64,
    /// Where that line ends, once that is known: reading goes on there if the cell turns out to be none.
    line_end: Option<usize>,
}

impl CsvSplitter {
    pub(super) fn new(names: NameMap, separator: Option<Separator>) -> Self {
        Self {
            names,
            header: None,
            separator,
            may_be_said: true,
            next: 0,
            start: None,
            start_line: 1,
            line: 1,
            quoted: None,
            skips_line: false,
            too_long: false,
            stop: StopToken::never(),
        }
    }

    /// The same, which stops when it is to: what it has found by then is of no use.
    pub(super) fn until(self, stop: &StopToken) -> Self {
        Self { stop: stop.clone(), ..self }
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
        loop {
            self.rows(bytes, end, records)?;
            if self.stop.is_stopped() {
                return Ok(0);
            }
            let Some(cell) = self.quoted else { break };
            let too_long = self.start.is_some_and(|start| self.next - start > MAX_RECORD_BYTES);
            if end && self.next >= bytes.len() {
                self.reopen(cell, "a quoted cell is never closed", records)?;
            } else if (too_long || self.too_long) && cell.line_end.is_some() {
                self.reopen(cell, "a quoted cell is not closed within 16 MiB", records)?;
            } else {
                break;
            }
        }
        if end && let Some(start) = self.start {
            self.row(start, bytes, records)?;
        }
        self.too_long |= self.start.is_some_and(|start| self.next - start > MAX_RECORD_BYTES);
        let done = match self.start {
            Some(start) if !self.too_long => start,
            // One byte more, to see whether a quote follows a separator.
            Some(_) => self.next.saturating_sub(1),
            None => self.next,
        };
        self.next -= done;
        self.start = self.start.map(|start| start.saturating_sub(done));
        if let Some(cell) = &mut self.quoted {
            cell.line_end = cell.line_end.map(|line_end| line_end.saturating_sub(done));
        }
        Ok(done)
    }

    /// Goes through the rows, as far as they are there.
    fn rows(&mut self, bytes: &[u8], end: bool, records: &mut Vec<RecordSlice>) -> Result<(), WrongHeader> {
        while self.next < bytes.len() {
            if records.len().is_multiple_of(BETWEEN_LOOKS) && self.stop.is_stopped() {
                return Ok(());
            }
            if self.skips_line {
                let line_end = memchr(b'\n', &bytes[self.next..]);
                self.skips_line = line_end.is_none();
                self.next = line_end.map_or(bytes.len(), |found| self.next + found);
                continue;
            }
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
            if let Some(cell) = self.quoted {
                if !self.cell(cell, bytes, end, records)? {
                    break;
                }
            } else if let Some(found) = memchr3(b'"', b'\n', b'\r', &bytes[self.next..]) {
                let at = self.next + found;
                if bytes[at] == b'"' {
                    let first = at == start && !self.too_long;
                    let opens = first || self.separates(bytes[at - 1]);
                    self.quoted = opens.then_some(QuotedCell { line: self.line, line_end: None });
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
        Ok(())
    }

    /// Whether a byte stands between cells; in front of the header, whether it may.
    fn separates(&self, byte: u8) -> bool {
        match (&self.header, self.separator) {
            (Some(header), _) => byte == header.separator().byte(),
            (None, Some(separator)) => byte == separator.byte(),
            (None, None) => Separator::may_be(byte),
        }
    }

    /// Goes on inside a quoted cell, behind its end if that is there; false where more bytes must come first.
    fn cell(
        &mut self,
        cell: QuotedCell,
        bytes: &[u8],
        end: bool,
        records: &mut Vec<RecordSlice>,
    ) -> Result<bool, WrongHeader> {
        let Some(found) = memchr2(b'"', b'\n', &bytes[self.next..]) else {
            self.next = bytes.len();
            return Ok(true);
        };
        let at = self.next + found;
        if bytes[at] == b'\n' {
            self.quoted = Some(QuotedCell { line_end: cell.line_end.or(Some(at)), ..cell });
            self.line += 1;
            self.next = at + 1;
            return Ok(true);
        }
        self.next = at + 1;
        match bytes.get(at + 1) {
            None if !end => {
                self.next = at;
                return Ok(false);
            }
            Some(b'"') => self.next = at + 2,
            None | Some(b'\n' | b'\r') => self.quoted = None,
            Some(byte) if self.separates(*byte) => self.quoted = None,
            Some(_) => self.reopen(cell, "text stands behind the closing quote of a cell", records)?,
        }
        Ok(true)
    }

    /// A quote opened no cell: it is told of, and the line behind it is where the next row begins.
    fn reopen(&mut self, cell: QuotedCell, reason: &str, records: &mut Vec<RecordSlice>) -> Result<(), WrongHeader> {
        let invalid = Invalid::new(Position { line: cell.line, column: None }, reason);
        if self.header.is_none() {
            return Err(invalid.into());
        }
        records.push(RecordSlice::Invalid(Box::new(invalid)));
        match cell.line_end {
            Some(line_end) => self.next = line_end,
            None => self.skips_line = true,
        }
        self.line = cell.line;
        self.start = None;
        self.quoted = None;
        self.too_long = false;
        Ok(())
    }

    /// The row in hand ends.
    fn row(&mut self, start: usize, bytes: &[u8], records: &mut Vec<RecordSlice>) -> Result<(), WrongHeader> {
        let at = Position { line: self.start_line, column: None };
        let too_long = self.too_long || self.next - start > MAX_RECORD_BYTES;
        self.start = None;
        self.too_long = false;
        let invalid = |reason| RecordSlice::Invalid(Box::new(Invalid::new(at, reason)));
        if self.header.is_none() {
            if too_long {
                return Err(Invalid::new(at, "the header is larger than 16 MiB").into());
            }
            let row = &bytes[start..self.next];
            if std::mem::take(&mut self.may_be_said)
                && let Some(separator) = Separator::said_by(row)
            {
                self.separator.get_or_insert(separator);
                return Ok(());
            }
            self.header = Some(Arc::new(Header::read(row, at, self.separator, &self.names)?));
            return Ok(());
        };
        records.push(if too_long {
            invalid("the record is larger than 16 MiB")
        } else {
            RecordSlice::Record { bytes: start..self.next, at }
        });
        Ok(())
    }
}
