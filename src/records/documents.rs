//! JSON, cut into records: the objects of its documents, the elements of its arrays, the contacts of its pages.
//!
//! One scan over the bytes that knows strings, escapes and depth, and nothing else of JSON: whether a piece is a record
//! is for parsing to say, so that one that is not costs no other. It does not recurse, and it keeps only the record in
//! hand.
//!
//! Where the first line is a document, every line is: then a line that is broken ends with itself, and lines that hold
//! one record are not scanned at all.

mod value;

use memchr::{memchr, memchr_iter, memchr3, memmem};

use self::value::{Expected, OpenValue, State, Within};
use super::cursor::{Cursor, Position};
use super::envelope::Envelope;
use super::form::BETWEEN_LOOKS;
use super::slice::{Invalid, RecordSlice};
use crate::stop::StopToken;

const NEVER_CLOSED: &str = "the document is never closed";

/// The key of a page's contacts.
const CONTACTS: &[u8] = b"\"contacts\"";

pub(super) struct Documents {
    state: State,
    /// Where the scan goes on.
    next: usize,
    cursor: Cursor,
    /// Whether every line is a document; nothing before the first line has told.
    by_lines: Option<bool>,
    /// Whether the file's name says so.
    named_lines: bool,
    /// How many documents the current line holds.
    on_line: usize,
    /// Where the document in hand begins.
    opened: Position,
    /// Whether anything in it was found yet.
    found: bool,
    within: Within,
    value: OpenValue,
    /// Around the contacts of the page in hand.
    envelope: Option<Envelope>,
    contacts: memmem::Finder<'static>,
    /// An object with `contacts` is a page, and not a record.
    has_pages: bool,
    /// A line of more bytes is scanned, and not waited for.
    longest_line: usize,
    stop: StopToken,
}

impl Documents {
    /// `named_lines`: the file's name says that every line is a document.
    pub(super) fn new(named_lines: bool, longest_line: usize) -> Self {
        let beginning = Position { line: 1, column: Some(1) };
        Self {
            state: State::Between,
            next: 0,
            cursor: Cursor::new(1),
            by_lines: None,
            named_lines,
            on_line: 0,
            opened: beginning,
            found: false,
            within: Within::File,
            value: OpenValue::new(0, beginning),
            envelope: None,
            contacts: memmem::Finder::new(CONTACTS),
            has_pages: true,
            longest_line,
            stop: StopToken::never(),
        }
    }

    /// The same documents, until it is to stop: what has been found by then is of no use.
    pub(super) fn until(self, stop: &StopToken) -> Self {
        Self { stop: stop.clone(), ..self }
    }

    /// The same documents, of which every object is a record, whatever its keys.
    pub(super) fn without_pages(self) -> Self {
        Self { has_pages: false, ..self }
    }

    /// The same documents, of which there is one on each line, from the first on.
    pub(super) fn on_lines(self) -> Self {
        Self { by_lines: Some(true), ..self }
    }

    /// Whether an object with `contacts` is a page.
    pub(super) fn has_pages(&self) -> bool {
        self.has_pages
    }

    /// For lines of which each is a document, from one on, which are all there.
    pub(super) fn of_lines(line: u64) -> Self {
        Self { by_lines: Some(true), cursor: Cursor::new(line), ..Self::new(true, usize::MAX) }
    }

    /// Whether what comes next is a line, and each line a document: then they can be read without a look at what was
    /// before.
    pub(super) fn is_before_line(&self) -> bool {
        self.by_lines == Some(true) && self.state == State::Between && self.cursor.begins_line()
    }

    /// Leaves whole lines to somebody else, and tells which the first is.
    pub(super) fn skip_lines(&mut self, bytes: &[u8]) -> u64 {
        let first = self.cursor.line();
        self.cursor.skip_lines(memchr_iter(b'\n', bytes).count() as u64);
        first
    }

    /// Finds the records that end in `bytes`, which begin with what the last call left over; says how many bytes are done
    /// with.
    pub(super) fn scan(&mut self, bytes: &[u8], end: bool, records: &mut Vec<RecordSlice>) -> usize {
        while self.next < bytes.len() {
            if records.len().is_multiple_of(BETWEEN_LOOKS) && self.stop.is_stopped() {
                return 0;
            }
            match self.state {
                State::Between => {
                    if !self.between(bytes, end, records) {
                        break;
                    }
                }
                State::Stray => self.stray(bytes, records),
                State::OpenValue => self.value(bytes, records),
                State::Element(expected) => self.element(expected, bytes, records),
                State::Envelope => self.envelope(bytes, records),
            }
        }
        if end {
            self.break_off(bytes, records);
            self.state = State::Between;
        }
        let done = match self.state {
            State::Stray | State::OpenValue => {
                self.value.too_long = self.value.is_too_long(self.next);
                if self.value.too_long { self.next } else { self.value.start }
            }
            State::Envelope => {
                self.keep_envelope(bytes);
                self.next
            }
            State::Between | State::Element(_) => self.next,
        };
        self.cursor.forget(bytes, done);
        self.next -= done;
        self.value.start = self.value.start.saturating_sub(done);
        done
    }

    /// Between documents; false where more bytes must come first.
    fn between(&mut self, bytes: &[u8], end: bool, records: &mut Vec<RecordSlice>) -> bool {
        let first = bytes[self.next];
        match first {
            b'\n' => {
                if self.by_lines.is_none() && self.on_line > 0 {
                    self.by_lines = Some(self.on_line == 1);
                }
                self.on_line = 0;
                self.cursor.newline(self.next);
                self.next += 1;
                return true;
            }
            b' ' | b'\t' | b'\r' => {
                self.next += 1;
                return true;
            }
            _ if self.by_lines == Some(true) => match self.whole_line(bytes, end) {
                Line::Record(length) => {
                    self.begin(bytes);
                    self.opened = self.value.at;
                    self.next += length;
                    self.give(bytes, self.next, records);
                    return true;
                }
                Line::Incomplete => return false,
                Line::Other => {}
            },
            _ => {}
        }
        self.begin(bytes);
        self.opened = self.value.at;
        self.found = false;
        self.within = Within::File;
        match first {
            b'[' => {
                self.within = Within::Array;
                self.next += 1;
                self.state = State::Element(Expected::ElementOrEnd);
            }
            b'{' => self.state = State::OpenValue,
            _ if self.by_lines == Some(true) => self.state = State::OpenValue,
            _ => self.state = State::Stray,
        }
        true
    }

    /// What the line is that begins here, where every line is a document.
    fn whole_line(&self, bytes: &[u8], end: bool) -> Line {
        let rest = &bytes[self.next..];
        let found = memchr(b'\n', rest);
        let line = &rest[..found.unwrap_or(rest.len())];
        let complete = found.is_some() || end;
        // Pages and arrays may be of any length.
        if line[0] == b'[' || self.contacts.find(line).is_some() || (!complete && line.len() > self.longest_line) {
            Line::Other
        } else if complete {
            Line::Record(line.len())
        } else {
            Line::Incomplete
        }
    }

    /// A value begins here.
    fn begin(&mut self, bytes: &[u8]) {
        self.value = OpenValue::new(self.next, self.cursor.position(bytes, self.next));
    }

    /// In what is no document, to the end of the line or the beginning of one.
    fn stray(&mut self, bytes: &[u8], records: &mut Vec<RecordSlice>) {
        self.next = memchr3(b'\n', b'{', b'[', &bytes[self.next..]).map_or(bytes.len(), |found| self.next + found);
        if self.next < bytes.len() {
            self.give(bytes, self.next, records);
            self.state = State::Between;
            // Such a line says nothing of the others.
            self.on_line = 0;
        }
    }

    fn value(&mut self, bytes: &[u8], records: &mut Vec<RecordSlice>) {
        let mut at = self.next;
        while at < bytes.len() {
            if self.value.in_string {
                at = self.value.string(bytes, at);
                if bytes.get(at) != Some(&b'\n') || !self.value.in_string {
                    continue;
                }
            }
            match bytes[at] {
                b'"' => self.value.in_string = true,
                b':' => self.value.key = self.value.key.and_colon(),
                b',' => {
                    self.value.other_key();
                    if self.value.depth == 0 && self.within != Within::File {
                        self.give(bytes, at, records);
                        self.state = State::Element(Expected::Element);
                        self.next = at + 1;
                        return;
                    }
                }
                b'{' => {
                    if self.by_lines != Some(true) && self.value.starts_over(bytes, at) {
                        self.next = at;
                        self.give_up(self.value.at, records);
                        return;
                    }
                    self.value.other_key();
                    self.value.depth += 1;
                }
                b'[' => {
                    let in_page = matches!(self.within, Within::Page { .. });
                    if self.has_pages && !in_page && self.value.opens_page(bytes, at) {
                        let head = &bytes[self.value.start..=at];
                        self.envelope = Some(Envelope::new(self.value.at, head, self.cursor.line()));
                        self.within = Within::Page { in_array: self.within == Within::Array };
                        self.state = State::Element(Expected::ElementOrEnd);
                        self.next = at + 1;
                        return;
                    }
                    self.value.other_key();
                    self.value.depth += 1;
                }
                b'}' | b']' if self.value.depth > 0 => {
                    self.value.depth -= 1;
                    // A line is a document to its end.
                    if self.value.depth == 0 && self.within == Within::File && self.by_lines != Some(true) {
                        self.next = at + 1;
                        self.give(bytes, self.next, records);
                        self.end_document();
                        return;
                    }
                }
                b']' if self.within != Within::File => {
                    self.give(bytes, at, records);
                    self.next = at;
                    self.end_array();
                    return;
                }
                b'\n' => {
                    self.next = at;
                    if self.line_ends(bytes, records) {
                        return;
                    }
                }
                _ => {}
            }
            at += 1;
        }
        self.next = at;
    }

    /// Before an element, or the end of the array.
    fn element(&mut self, expected: Expected, bytes: &[u8], records: &mut Vec<RecordSlice>) {
        let first = bytes[self.next];
        match first {
            b'\n' => {
                if !self.line_ends(bytes, records) {
                    self.next += 1;
                }
            }
            b' ' | b'\t' | b'\r' => self.next += 1,
            b',' | b']' => {
                let wrong = match expected {
                    Expected::ElementOrEnd => first == b',',
                    Expected::Element => true,
                    Expected::Anything => false,
                };
                if wrong {
                    let at = self.cursor.position(bytes, self.next);
                    self.tell(Invalid::new(at, format!("expected a record, found `{}`", char::from(first))), records);
                }
                if first == b']' {
                    self.end_array();
                } else {
                    self.state = State::Element(Expected::Anything);
                    self.next += 1;
                }
            }
            _ => {
                self.begin(bytes);
                self.state = State::OpenValue;
            }
        }
    }

    /// The array in hand ends here.
    fn end_array(&mut self) {
        if let (Within::Page { .. }, Some(envelope)) = (self.within, &mut self.envelope) {
            envelope.contacts_end(self.cursor.line());
            self.value = OpenValue { depth: 2, ..OpenValue::new(self.next, self.opened) };
            self.state = State::Envelope;
        } else {
            self.next += 1;
            self.end_document();
        }
    }

    /// In a page, behind its contacts.
    fn envelope(&mut self, bytes: &[u8], records: &mut Vec<RecordSlice>) {
        while self.next < bytes.len() {
            if self.value.in_string {
                self.next = self.value.string(bytes, self.next);
                if bytes.get(self.next) != Some(&b'\n') || !self.value.in_string {
                    continue;
                }
            }
            match bytes[self.next] {
                b'"' => self.value.in_string = true,
                b'{' | b'[' => self.value.depth += 1,
                b'}' | b']' => {
                    self.value.depth -= 1;
                    if self.value.depth == 0 {
                        self.next += 1;
                        self.keep_envelope(bytes);
                        self.end_page(bytes, records);
                        return;
                    }
                }
                b'\n' if self.line_ends(bytes, records) => return,
                _ => {}
            }
            self.next += 1;
        }
    }

    fn keep_envelope(&mut self, bytes: &[u8]) {
        if let Some(envelope) = &mut self.envelope {
            envelope.extend(&bytes[self.value.start..self.next]);
            self.value.start = self.next;
        }
    }

    fn end_page(&mut self, bytes: &[u8], records: &mut Vec<RecordSlice>) {
        self.found = true;
        records.extend(self.envelope.take().map(|envelope| match envelope.check() {
            Ok(page) => RecordSlice::Page(Box::new(page)),
            Err(invalid) => RecordSlice::Invalid(invalid),
        }));
        if self.within == (Within::Page { in_array: true }) {
            self.within = Within::Array;
            self.begin(bytes);
            self.value.after_page = true;
            self.state = State::OpenValue;
        } else {
            self.end_document();
        }
    }

    fn end_document(&mut self) {
        // An empty array may stand on one line among documents that do not.
        self.on_line += usize::from(self.found);
        self.state = State::Between;
    }

    /// A line ends inside a document; whether the document does, too.
    fn line_ends(&mut self, bytes: &[u8], records: &mut Vec<RecordSlice>) -> bool {
        let in_string = std::mem::take(&mut self.value.in_string);
        if self.by_lines.is_none() {
            let goes_on = self.named_lines && self.goes_on(bytes);
            self.by_lines = Some(if in_string { self.within == Within::File } else { self.named_lines && !goes_on });
        }
        if self.by_lines != Some(true) {
            self.cursor.newline(self.next);
            return false;
        }
        self.value.in_string = in_string;
        self.break_off(bytes, records);
        true
    }

    /// Whatever is open, nothing more belongs to it.
    fn break_off(&mut self, bytes: &[u8], records: &mut Vec<RecordSlice>) {
        let by_lines = self.by_lines == Some(true);
        let within = std::mem::replace(&mut self.within, Within::File);
        match self.state {
            State::Between => {}
            State::Stray => self.give(bytes, self.next, records),
            State::OpenValue if within == Within::File && by_lines => {
                self.give(bytes, self.next, records);
                self.end_document();
            }
            State::OpenValue if self.value.depth > 0 || self.value.in_string => self.give_up(self.value.at, records),
            State::OpenValue => {
                self.give(bytes, self.next, records);
                self.give_up(self.opened, records);
            }
            State::Element(_) | State::Envelope => self.give_up(self.opened, records),
        }
    }

    /// Whether what has been read of a document ends as lines do that are not its last.
    fn goes_on(&mut self, bytes: &[u8]) -> bool {
        let before = match self.state {
            State::Element(_) => return true,
            State::Envelope => {
                self.keep_envelope(bytes);
                self.envelope.as_ref().map_or(&[][..], Envelope::bytes)
            }
            _ if self.value.is_too_long(self.next) => return false,
            _ => &bytes[self.value.start..self.next],
        };
        matches!(before.trim_ascii_end().last(), Some(b'{' | b'[' | b','))
    }

    /// Tells that something is never closed, and goes on as if it had been.
    fn give_up(&mut self, at: Position, records: &mut Vec<RecordSlice>) {
        self.tell(Invalid::new(at, NEVER_CLOSED), records);
        if self.within == Within::File {
            self.envelope = None;
            self.state = State::Between;
            if self.by_lines == Some(false) {
                // A document that was none says nothing of the lines.
                self.by_lines = None;
                self.on_line = 0;
            }
        } else {
            self.state = State::Element(Expected::Anything);
        }
    }

    fn tell(&mut self, invalid: Invalid, records: &mut Vec<RecordSlice>) {
        self.found = true;
        records.push(RecordSlice::Invalid(Box::new(invalid)));
    }

    /// Gives the value in hand out, which ends before `end`.
    fn give(&mut self, bytes: &[u8], end: usize, records: &mut Vec<RecordSlice>) {
        if self.value.is_too_long(end) {
            return self.tell(Invalid::new(self.value.at, "the record is larger than 16 MiB"), records);
        }
        let length = bytes[self.value.start..end].trim_ascii_end().len();
        if length > 0 && self.value.after_page {
            self.tell(Invalid::new(self.value.at, "expected `,` or `]` after a page"), records);
        } else if length > 0 {
            let record = self.value.start..self.value.start + length;
            records.push(RecordSlice::Record { bytes: record, at: self.value.at });
            self.found = true;
        }
    }
}

/// A line, where every line is a document.
enum Line {
    /// One record, of this length in bytes.
    Record(usize),
    /// It must be scanned.
    Other,
    /// Its end is not there yet.
    Incomplete,
}
