//! The notes of what was read: told on standard error, written in JSON, and what they do to the exit status.

use headcount::{Notes, records::NameMap};
use serde::Serialize;

use crate::arguments;
use crate::failure::Failure;
use crate::output::note;

/// Everything that is to be heard of the records of a command; in JSON an array of notes.
#[derive(Default, Serialize)]
#[serde(transparent)]
pub(crate) struct Heard {
    notes: Notes,
    /// Whether a note makes the exit status 1.
    #[serde(skip)]
    denied: bool,
}

impl Heard {
    /// The notes of these records, and of names that were mapped and that none of them has.
    pub(crate) fn new(records: &arguments::Records, mut notes: Notes) -> Self {
        notes.extend(records.map.iter().flat_map(NameMap::not_found));
        Self { notes, denied: records.deny_notes }
    }

    /// Where no records are read: those that were are told already.
    pub(crate) fn of_none(records: &arguments::Records) -> Self {
        Self { notes: Notes::default(), denied: records.deny_notes }
    }

    /// The notes.
    pub(crate) fn notes(&self) -> &Notes {
        &self.notes
    }

    /// Says the notes on standard error, a line for each.
    pub(crate) fn tell(&self) {
        self.notes.iter().for_each(note);
    }

    /// Takes in what is to be heard beside, and says it.
    pub(crate) fn tell_more(&mut self, notes: Notes) {
        notes.iter().for_each(note);
        self.notes.extend(notes);
    }

    /// What becomes of a command that has written its output: with `--deny-notes` it fails where there is a note.
    pub(crate) fn outcome(&self) -> Result<(), Failure> {
        if self.denied && !self.notes.is_empty() { Err(Failure::Told) } else { Ok(()) }
    }
}

/// An answer in JSON, with the notes behind its own keys.
#[derive(Serialize)]
pub(crate) struct WithNotes<'a, T> {
    #[serde(flatten)]
    pub(crate) answer: &'a T,
    pub(crate) notes: &'a Heard,
}
