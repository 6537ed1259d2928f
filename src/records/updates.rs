//! Updates: NDJSON whose lines are taken as they come, however long the input has nothing more to give.
//!
//! An input of records is read in large pieces, and an invalid record spoils all of it. Updates come from somebody who waits
//! for what they do: a line is handed on once it is whole, and one that is invalid costs no other.

use std::io::{self, BufRead, BufReader, Read};

use memchr::memchr;
use serde::{Deserialize, Serialize};

use super::batch::BYTE_ORDER_MARK;
use super::cursor::Position;
use super::form::ReadOptions;
use super::input::{OpenInput, Opened};
use super::report::{ReadTally, Stop};
use super::slice::Invalid;
use super::source::Source;
use super::{Input, RecordReader, foreign, parse};
use crate::catalogue::TextField;
use crate::contact::{CUSTOM_FIELD, Update};
use crate::error::{Errors, NoteCode, Shown};
use crate::limits::MAX_RECORD_BYTES;
use crate::note::{ComparedKey, Finding, First, Note, Notes};

/// How many bytes are read ahead.
const AHEAD: usize = 64 * 1024;

impl RecordReader {
    /// The updates of an input of NDJSON, each once its line is whole: a record with a key `at` beside its own, the instant at
    /// which it is known; `{"at": …, "remove": PHONE}`; `{"at": …}` alone, for the time that has passed; or
    /// `{"at": …, "sizes": true}`. Records are read as any are, with what was said of names, times and phone numbers.
    ///
    /// ```
    /// use headcount::RecordReader;
    /// use headcount::records::{Input, UpdateKind};
    ///
    /// let lines = r#"{"at": "2025-11-15T08:30:00Z", "phone_number": "+14155550101", "click_count": 3}
    /// {"at": "2025-11-15T08:31:00Z", "remove": "+14155550102"}
    /// {"at": "yesterday", "remove": "+14155550103"}
    /// {"at": "2025-11-15T09:00:00Z"}
    /// "#;
    /// let mut updates = RecordReader::new().updates(Input::new("queue", lines.as_bytes()));
    ///
    /// let UpdateKind::Record(contact) = updates.next().unwrap()?.kind else { panic!() };
    /// assert_eq!(contact.memberships[0].click_count, 3);
    /// assert_eq!(updates.next().unwrap()?.kind, UpdateKind::Removal("+14155550102".into()));
    /// assert_eq!(
    ///     updates.next().unwrap().unwrap_err().to_string(),
    ///     "invalid_record at queue:3:18 (/at): key `at`: expected an ISO 8601 date or time such as 2025-10-16T08:30:00Z, \
    ///      found `yesterday`"
    /// );
    /// assert_eq!(updates.next().unwrap()?.kind, UpdateKind::Clock);
    /// assert!(updates.next().is_none());
    /// # Ok::<(), headcount::Errors>(())
    /// ```
    pub fn updates<'r>(&self, input: impl Into<Input<'r>>) -> Updates<'r> {
        let input = input.into();
        let name = input.name().to_owned();
        let mut tally = ReadTally::watching(&self.reading.watch);
        let (reading, lines) = match self.reading_of(&input, &mut tally) {
            Ok(reading) => {
                let lines = open(input, &reading).map_err(|error| Stop::cannot_read(&error));
                (reading, lines)
            }
            Err(stop) => (self.reading.clone(), Err(stop)),
        };
        Updates { name, reading, lines: Some(lines), line: Vec::new(), position: UpdatePosition::default(), tally }
    }
}

fn open<'r>(input: Input<'r>, reading: &ReadOptions) -> io::Result<BufReader<Source<'r>>> {
    let OpenInput { name, bytes, .. } = match input.open()? {
        Opened::Bytes(input) => input,
        #[cfg(feature = "arrow")]
        Opened::Batches(..) => return Err(io::Error::other("expected lines of updates, found record batches")),
    };
    let source = Source::open(&name, reading.form.packing(), bytes.into_read())?;
    Ok(BufReader::with_capacity(AHEAD, source))
}

/// The updates of an input, in its order: made by [`RecordReader::updates`].
///
/// An update that is invalid is an `Err` (`invalid_record`, with its line and column, and its pointer), and those behind it are
/// read as if it were not there, whatever [`OnError`](super::OnError) says. An input that cannot be read is an `Err` (`unreadable_input`), and
/// the last item.
pub struct Updates<'r> {
    name: String,
    reading: ReadOptions,
    /// None behind the last.
    lines: Option<Result<BufReader<Source<'r>>, Stop>>,
    /// The line in hand.
    line: Vec<u8>,
    position: UpdatePosition,
    tally: ReadTally,
}

/// How far updates are read: kept, it is where to go on later ([`Updates::skip_to`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct UpdatePosition {
    /// How many bytes, unpacked.
    pub bytes: u64,
    /// How many lines.
    pub lines: u64,
}

impl Updates<'_> {
    /// How far they are read: behind the update that was given last.
    #[must_use]
    pub fn position(&self) -> UpdatePosition {
        self.position
    }

    /// Whether a line has been read already, so that the next update is here without waiting for the input.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        matches!(&self.lines, Some(Ok(lines)) if memchr(b'\n', lines.buffer()).is_some())
    }

    /// What is to be heard of the updates so far though nothing is wrong with them: keys of records that are not read; the
    /// first phone number that is not in E.164; of custom fields that audiences ask
    /// ([`RecordReader::for_audiences`](super::RecordReader::for_audiences)), the first value that cannot be compared; and
    /// how many updates were left out, for they are invalid.
    ///
    /// ```
    /// use headcount::RecordReader;
    /// use headcount::records::Input;
    ///
    /// let line = r#"{"at": "2025-11-15", "phone_number": "4155550101", "On_DNC": true}"#;
    /// let mut updates = RecordReader::new().updates(Input::new("queue", line.as_bytes()));
    /// updates.by_ref().for_each(drop);
    /// assert_eq!(updates.notes().to_string(), "\
    /// note[column_not_read]: `On_DNC` is not read: it means nothing here, did you mean `on_dnc`? (queue)
    /// note[phone_form]: `4155550101` is not in the form E.164 (`+`, then 7 to 15 digits): it is nobody's who has another form (queue:1:1)");
    /// ```
    #[must_use]
    pub fn notes(&self) -> Notes {
        let ReadTally { seen, records, skipped, .. } = &self.tally;
        // That there was no record is nothing to be told: time may be all that goes by.
        let of_input = seen.notes(&self.name, *records, *skipped);
        let mut notes: Notes = of_input.filter(|note| note.code != NoteCode::NoRecords).collect();
        notes.extend(seen.firsts.iter().filter_map(|(finding, First { text, place, .. })| {
            Some(Note { input: Some(self.name.clone()), first: Some(*place), ..of_finding(finding, text)? })
        }));
        notes
    }

    /// Goes on behind updates that were read before, from the beginning of the same input.
    ///
    /// # Errors
    ///
    /// `unreadable_input`: the input cannot be read, or has not that many bytes.
    ///
    /// ```
    /// use headcount::RecordReader;
    /// use headcount::records::Input;
    ///
    /// let lines = "{\"at\": \"2025-11-15\"}\n{\"at\": \"2025-11-16\"}\n{\"at\": \"2025-11-17\"}\n";
    /// let updates = || RecordReader::new().updates(Input::new("queue", lines.as_bytes()));
    /// let mut before = updates();
    /// before.next();
    /// let mut after = updates();
    /// after.skip_to(before.position())?;
    /// assert!(after.eq(before));
    /// # Ok::<(), headcount::Errors>(())
    /// ```
    pub fn skip_to(&mut self, position: UpdatePosition) -> Result<(), Errors> {
        let Some(Ok(lines)) = &mut self.lines else { return self.next().map_or(Ok(()), |first| first.map(drop)) };
        let more = position.bytes.saturating_sub(self.position.bytes);
        let skipped = io::copy(&mut lines.by_ref().take(more), &mut io::sink());
        match skipped {
            Ok(skipped) if skipped == more => {
                self.position = position;
                Ok(())
            }
            Ok(skipped) => {
                let bytes = self.position.bytes + skipped;
                Err(self.ended(Stop::Unreadable(format!(
                    "cannot be read: it has {bytes} bytes, and {} of it were read before",
                    position.bytes
                ))))
            }
            Err(error) => Err(self.ended(Stop::cannot_read(&error))),
        }
    }

    /// Goes on behind so many more lines, whatever is on them.
    ///
    /// # Errors
    ///
    /// `unreadable_input`: the input cannot be read, or has not that many lines.
    ///
    /// ```
    /// use headcount::RecordReader;
    /// use headcount::records::Input;
    ///
    /// let lines = "no update\n{\"at\": \"2025-11-16\"}\n{\"at\": \"2025-11-17\"}";
    /// let mut updates = RecordReader::new().updates(Input::new("queue", lines.as_bytes()));
    /// updates.skip_lines(2)?;
    /// assert_eq!(updates.next().unwrap()?.at.to_rfc3339(), "2025-11-17T00:00:00+00:00");
    /// assert_eq!(
    ///     updates.skip_lines(1).unwrap_err().to_string(),
    ///     "unreadable_input at queue: cannot be read: it has 3 lines, and 4 of it were read before"
    /// );
    /// # Ok::<(), headcount::Errors>(())
    /// ```
    pub fn skip_lines(&mut self, lines: u64) -> Result<(), Errors> {
        let to = self.position.lines + lines;
        while self.position.lines < to {
            match self.next_line() {
                Ok(Some(_)) => {}
                Ok(None) => {
                    let lines = self.position.lines;
                    let reason = format!("cannot be read: it has {lines} lines, and {to} of it were read before");
                    return Err(self.ended(Stop::Unreadable(reason)));
                }
                Err(stop) => return Err(self.ended(stop)),
            }
        }
        Ok(())
    }

    /// Nothing more can be read.
    #[cold]
    fn ended(&mut self, stop: Stop) -> Errors {
        self.lines = None;
        stop.into_errors(&self.name)
    }

    /// Reads the next line; where it begins and whether it is too long, or nothing behind the last.
    fn next_line(&mut self) -> Result<Option<(Position, bool)>, Stop> {
        let lines = match self.lines.take() {
            None => return Ok(None),
            Some(lines) => self.lines.insert(Ok(lines?)),
        };
        // It is there, for it was put there.
        let Ok(lines) = lines else { return Ok(None) };
        if self.reading.stop.is_stopped() {
            return Err(Stop::stopped());
        }
        let cannot_read = |error: io::Error| Stop::cannot_read(&error);
        if self.position.bytes == 0 {
            let head = lines.fill_buf().map_err(cannot_read)?;
            if let Some(reason) = foreign::named(head).or_else(|| foreign::utf_16(head)) {
                return Err(Stop::Unreadable(reason));
            }
        }
        self.line.clear();
        let most = MAX_RECORD_BYTES as u64 + 1;
        let mut read = lines.by_ref().take(most).read_until(b'\n', &mut self.line).map_err(cannot_read)? as u64;
        if read == 0 {
            return Ok(None);
        }
        let too_long = read == most && self.line.last() != Some(&b'\n');
        if too_long {
            read += skip_line(lines).map_err(cannot_read)?;
        }
        let at = Position { line: self.position.lines + 1, column: Some(1) };
        if self.position.bytes == 0 && self.line.starts_with(BYTE_ORDER_MARK) {
            self.line.drain(..BYTE_ORDER_MARK.len());
        }
        self.position = UpdatePosition { bytes: self.position.bytes + read, lines: self.position.lines + 1 };
        Ok(Some((at, too_long)))
    }
}

/// The note of something that updates have, by the first that has it.
fn of_finding(finding: &Finding, text: &str) -> Option<Note> {
    Some(match finding {
        // Whether its contact is active on a list is not known here: that is told of what changes are made to.
        Finding::UnlistedOptOut => return None,
        Finding::PhoneForm => {
            let message = format!(
                "`{}` is not in the form E.164 (`+`, then 7 to 15 digits): it is nobody's who has another form",
                Shown(text)
            );
            Note { name: Some(TextField::PhoneNumber.name().to_owned()), ..Note::new(NoteCode::PhoneForm, message) }
        }
        Finding::UnfitValue(ComparedKey { key, with }) => {
            let message =
                format!("the value `{}` of `custom_fields.{}` is no {with}", Shown(text), Shown(key.as_str()));
            let name = Some(format!("{CUSTOM_FIELD}{}", key.as_str()));
            Note { name, ..Note::new(NoteCode::UnfitValue, message) }
        }
    })
}

/// Reads what is left of a line, and keeps nothing of it; tells how many bytes it was.
fn skip_line(lines: &mut impl BufRead) -> io::Result<u64> {
    let mut skipped = 0;
    loop {
        let bytes = match lines.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            bytes => bytes?,
        };
        let end = memchr(b'\n', bytes).map(|end| end + 1);
        let count = end.unwrap_or(bytes.len());
        lines.consume(count);
        skipped += count as u64;
        if end.is_some() || count == 0 {
            return Ok(skipped);
        }
    }
}

impl Iterator for Updates<'_> {
    type Item = Result<Update, Errors>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (at, too_long) = match self.next_line() {
                Ok(line) => line?,
                Err(stop) => return Some(Err(self.ended(stop))),
            };
            // An error at its end is on this line, too.
            let line = self.line.trim_ascii_end();
            if line.is_empty() {
                continue;
            }
            let read = if too_long {
                Err(Invalid::new(at, "the record is larger than 16 MiB"))
            } else {
                parse::update(line, at, &self.reading)
            };
            return Some(match read {
                Ok((update, keys)) => {
                    self.tally.records += 1;
                    keys.into_iter().for_each(|keys| self.tally.seen.observe(keys));
                    self.tally.look_at_update(&update, at);
                    Ok(update)
                }
                Err(invalid) => Err(self.tally.refuse(&self.name, invalid)),
            });
        }
    }
}
