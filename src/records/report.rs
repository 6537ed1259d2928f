//! What was read, and what was wrong with it.

use std::collections::BTreeMap;
use std::io;

use super::cursor::Position;
use super::seen::{Seen, UnfitField};
use super::slice::Invalid;
use super::unread::UnreadValues;
use super::watch::Watch;
use crate::contact::{Contact, ObservedKeys, Update, UpdateKind};
use crate::error::{Code, Errors, Kind, Place, Problems};
#[cfg(feature = "table")]
use crate::estimate::SampleInfo;
use crate::note::{First, Note, NoteCode, Notes, Observed, PageTotals, Pages};

/// What becomes of a record that is invalid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OnError {
    /// It is an error: the rest is still read, so that every problem is told at once.
    #[default]
    Fail,
    /// It is left out, counted and told in the [`ReadReport`].
    Skip,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ReadReport {
    /// Records handed on.
    pub records: u64,
    /// Records left out because they are invalid; more than 0 only with [`OnError::Skip`].
    pub skipped: u64,
    /// What is to be heard of the input though nothing is wrong.
    pub notes: Notes,
    /// How many pages were read, and of how many, where the input has pages.
    pub pages: Option<PageCounts>,
    /// What it has that notes are made of, once it is known what is asked.
    observed: Observed,
    /// The values of each name that is not read, as far as they were looked at.
    unread: BTreeMap<String, UnreadValues>,
    /// The columns that are not read, because of their types.
    pub(crate) unfit: Vec<UnfitField>,
    /// What is wrong with those left out: the first hundred described, the others counted.
    pub problems: Option<Errors>,
    /// What the file has where not all of it was read, because [`RecordReader::for_plans`](super::RecordReader::for_plans) said what will be asked.
    pub totals: Option<Totals>,
    /// What the file is a sample of, if it says that it is one.
    #[cfg(feature = "table")]
    pub drawn: Option<SampleInfo>,
}

impl ReadReport {
    /// The values of a name that is not read, as far as they were looked at.
    #[cfg(feature = "table")]
    pub(crate) fn unread(&self, name: &str) -> Option<&UnreadValues> {
        self.unread.get(name)
    }

    /// The keys that some record gave a value, a bit for each.
    #[cfg(feature = "table")]
    pub(crate) fn given(&self) -> u64 {
        self.observed.given
    }

    /// The pages of the input.
    #[cfg(feature = "table")]
    pub(crate) fn pages_read(&self) -> &Pages {
        &self.observed.pages
    }

    /// What reading has shown that is in no contact.
    pub(crate) fn observed(&self) -> Observed {
        // Which pages are missing is known once all inputs are.
        let notes = self.notes.iter().filter(|note| note.code != NoteCode::PagesMissing).cloned().collect();
        Observed { notes, ..self.observed.clone() }
    }
}

/// How many contacts there are, and how many memberships.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Totals {
    /// The contacts.
    pub contacts: u64,
    /// The memberships of all of them.
    pub memberships: u64,
}

/// How many pages of the contacts API were read, and what they say of all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[non_exhaustive]
pub struct PageCounts {
    /// How many were read.
    pub read: u64,
    /// How many there are, as far as they say.
    pub total: Option<u64>,
    /// How many contacts are on all of them, as far as they say.
    pub contacts: Option<u64>,
}

impl PageCounts {
    /// Those of pages, if there are any.
    pub(crate) fn of(pages: &Pages) -> Option<Self> {
        let (read, PageTotals { pages, contacts }) = (pages.count(), pages.totals());
        let said = |number: Option<u64>| number.filter(|number| *number > 0);
        (read > 0).then(|| Self { read, total: said(pages), contacts: said(contacts) })
    }
}

/// Why reading cannot go on.
pub(super) enum Stop {
    Unreadable(String),
    /// The header of a CSV file, without which no row means anything.
    Header(WrongHeader),
}

impl Stop {
    pub(super) const STOPPED: &str = "reading was stopped before its end";

    #[cold]
    pub(super) fn cannot_read(error: &io::Error) -> Self {
        Self::Unreadable(format!("cannot be read: {error}"))
    }

    /// Somebody asked for it.
    #[cold]
    pub(super) fn stopped() -> Self {
        Self::Unreadable(Self::STOPPED.to_owned())
    }

    /// It, as what is wrong with an input.
    #[cold]
    pub(super) fn into_errors(self, name: &str) -> Errors {
        let mut all = ReadTally::default();
        all.stop(name, self);
        // OK because a reason to stop is a problem, or several.
        all.problems.into_errors().unwrap_or_else(|| Kind::Unreadable(Self::STOPPED.to_owned()).into())
    }

    #[cold]
    #[cfg(feature = "table")]
    pub(super) fn too_many_custom_fields() -> Self {
        Self::Unreadable("cannot be read: its records have more than 10,000 different custom fields".to_owned())
    }
}

/// What is wrong with a header: as much as will be described, and how much more there is.
#[derive(Debug, Default)]
pub(super) struct WrongHeader {
    pub(super) described: Vec<Invalid>,
    pub(super) omitted: usize,
}

impl WrongHeader {
    pub(super) fn add(&mut self, wrong: impl FnOnce() -> Invalid) {
        if self.described.len() < DESCRIBED {
            self.described.push(wrong());
        } else {
            self.omitted += 1;
        }
    }
}

impl From<Invalid> for WrongHeader {
    fn from(only: Invalid) -> Self {
        Self { described: vec![only], omitted: 0 }
    }
}

/// How many problems of one file are described.
pub(super) const DESCRIBED: usize = 100;

/// A record that is valid, and the keys that it has.
#[derive(Debug)]
pub(super) struct ReadRecord {
    pub(super) at: Position,
    pub(super) contact: Contact,
    pub(super) keys: ObservedKeys,
}

fn place(name: &str, at: Position, pointer: Option<String>) -> Place {
    Place { file: Some(name.to_owned()), pointer, line: Some(at.line), column: at.column, ..Place::default() }
}

/// What has come of the records so far.
pub(super) struct ReadTally {
    /// What was seen beside them.
    pub(super) seen: Seen,
    /// What is looked for in each.
    watch: Option<Watch>,
    pub(super) records: u64,
    pub(super) skipped: u64,
    pub(super) problems: Problems,
    /// What a file has of which not all was read.
    pub(super) totals: Option<Totals>,
    /// What a file says that it is a sample of.
    #[cfg(feature = "table")]
    pub(super) drawn: Option<SampleInfo>,
    /// What an image has kept of what was seen when its records were read.
    pub(super) kept: Option<Observed>,
}

impl Default for ReadTally {
    fn default() -> Self {
        Self {
            seen: Seen::default(),
            watch: None,
            records: 0,
            skipped: 0,
            problems: Problems::new(DESCRIBED),
            totals: None,
            #[cfg(feature = "table")]
            drawn: None,
            kept: None,
        }
    }
}

impl ReadTally {
    /// Nothing so far, with what is to be looked for in each record.
    pub(super) fn watching(watch: &Watch) -> Self {
        Self { watch: Some(watch.clone()), ..Self::default() }
    }

    /// Adds what has come of later records.
    pub(super) fn add(&mut self, later: Self) {
        self.seen.add(later.seen);
        self.records += later.records;
        self.skipped += later.skipped;
        self.problems.extend(later.problems);
    }

    pub(super) fn count(&mut self, name: &str, record: Result<ReadRecord, Invalid>, each: &mut dyn FnMut(Contact)) {
        match record {
            Ok(ReadRecord { at, contact, keys }) => {
                self.records += 1;
                self.seen.observe(keys);
                if let Some(watch) = &self.watch {
                    watch.look(&contact, at.into(), &mut self.seen.firsts);
                }
                each(contact);
            }
            Err(invalid) => self.skip(name, invalid),
        }
    }

    /// Looks for what is to be looked for in an update.
    pub(super) fn look_at_update(&mut self, update: &Update, at: Position) {
        let Some(watch) = &self.watch else { return };
        match &update.kind {
            UpdateKind::Record(record) => watch.look(record, at.into(), &mut self.seen.firsts),
            UpdateKind::Removal(number) => watch.look_at_phone_number(number, at.into(), &mut self.seen.firsts),
            UpdateKind::Clock | UpdateKind::Sizes => {}
        }
    }

    #[cold]
    fn skip(&mut self, name: &str, invalid: Invalid) {
        self.skipped += 1;
        self.tell(name, invalid);
    }

    fn tell(&mut self, name: &str, Invalid { at, key, pointer, reason }: Invalid) {
        let kind = || Kind::Record { code: Code::InvalidRecord, key, reason };
        self.problems.add(kind, || place(name, at, pointer));
    }

    /// Tells why reading could not go on.
    fn stop(&mut self, name: &str, stop: Stop) {
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

    /// Counts a record that is left out, and gives back what is wrong with it alone.
    #[cold]
    pub(super) fn refuse(&mut self, name: &str, Invalid { at, key, pointer, reason }: Invalid) -> Errors {
        self.skipped += 1;
        Errors::of(Kind::Record { code: Code::InvalidRecord, key, reason }, place(name, at, pointer))
    }

    /// What all of it comes to, in the end: a report, or everything that is wrong.
    pub(super) fn finish(self, name: &str, on_error: OnError, stop: Option<Stop>) -> Result<ReadReport, Errors> {
        let Self {
            mut seen,
            watch: _,
            records,
            skipped,
            problems,
            totals,
            #[cfg(feature = "table")]
            drawn,
            kept,
        } = self;
        if let Some(stop) = stop {
            // First of all: it must be told even if there is more wrong than is described.
            let mut all = ReadTally::default();
            all.stop(name, stop);
            all.problems.extend(problems);
            return all.problems.into_errors().map_or_else(|| Ok(ReadReport::default()), Err);
        }
        // Those that are left out are records as well.
        let known = totals.map_or(records, |totals| totals.contacts.max(records));
        match (problems.into_errors(), on_error) {
            (Some(errors), OnError::Fail) => Err(errors),
            (problems, _) => Ok(ReadReport {
                notes: notes_of(&seen, kept.as_ref(), name, known, skipped),
                pages: PageCounts::of(kept.as_ref().map_or(&seen.pages, |kept| &kept.pages)),
                observed: kept.map_or_else(
                    || Observed {
                        notes: Notes::default(),
                        pages: seen.pages.of_input(name, known + skipped),
                        given: seen.given(),
                        custom_keys: std::mem::take(&mut seen.custom_keys),
                        contacts_left_out: totals.map_or(0, |totals| totals.contacts.saturating_sub(records)),
                        lists_left_out: std::mem::take(&mut seen.lists_left_out),
                        firsts: std::mem::take(&mut seen.firsts)
                            .into_iter()
                            .map(|(finding, first)| (finding, First { input: Some(name.to_owned()), ..first }))
                            .collect(),
                    },
                    |kept| Observed { notes: Notes::default(), ..kept },
                ),
                unread: seen.unread(),
                unfit: seen.into_unfit(),
                records,
                skipped,
                problems,
                totals,
                #[cfg(feature = "table")]
                drawn,
            }),
        }
    }
}

/// The notes of an input, and those that an image has kept of its own inputs: of one thing it is told once.
fn notes_of(seen: &Seen, kept: Option<&Observed>, name: &str, records: u64, skipped: u64) -> Notes {
    let Some(kept) = kept else { return seen.notes(name, records, skipped).collect() };
    let mut notes = kept.notes.clone();
    notes.extend(kept.pages.missing());
    let is_told = |note: &Note| notes.iter().any(|known| known.code == note.code);
    let more: Vec<Note> = seen.notes(name, records, skipped).filter(|note| !is_told(note)).collect();
    notes.extend(more);
    notes
}
