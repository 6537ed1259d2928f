//! Audiences that are kept up with updates and with time: each change is applied, and what it does is written.

use std::io::{self, Write};

use chrono::{DateTime, Utc};
use headcount::error::{FirstPlace, NoteCode};
use headcount::live::Events;
use headcount::records::{Update, UpdateKind};
use headcount::{Errors, Live, Notes, StopToken};
use serde::{Serialize, Serializer};

use super::feed::FedUpdate;
use super::save::Position;
use super::stats::Tally;
use crate::output::json_line;

/// How many contacts time is let touch before it is looked whether to stop: some ten milliseconds' work.
const BETWEEN_LOOKS: usize = 10_000;

/// Why an update was not applied.
pub(super) enum Unapplied {
    /// It is invalid, and nothing has changed.
    Invalid(Errors),
    /// Events cannot be written.
    Output(io::Error),
    /// A signal came while time passed: the clock stands where all that is due has been written.
    Stopped,
}

impl From<Errors> for Unapplied {
    fn from(errors: Errors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<io::Error> for Unapplied {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// Live audiences, and where their events are written to.
pub(super) struct Follower<'o> {
    pub(super) live: Live,
    lines: Lines<'o>,
    stop: StopToken,
    pub(super) tally: Tally,
    /// The lines of updates that have been taken, of all that there ever were.
    taken: u64,
    /// What notes of changes were about that have been told.
    heard: Vec<NoteCode>,
}

impl<'o> Follower<'o> {
    /// `stop`: when time that passes may stop before it is as late as an update says; `taken`: behind how many lines of updates
    /// it goes on.
    pub(super) fn new(live: Live, lines: Lines<'o>, stop: StopToken, taken: u64) -> Self {
        Self { live, lines, stop, tally: Tally::default(), taken, heard: Vec::new() }
    }

    /// What the clock says.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.live.now()
    }

    /// How far it has come.
    pub(super) fn position(&self) -> Position {
        Position { lines: self.taken, written: self.lines.written, ended: false }
    }

    /// Writes the events that nobody has taken.
    pub(super) fn tell(&mut self) -> io::Result<()> {
        self.lines.write_events(self.live.events(), &mut self.tally)
    }

    /// Applies an update and writes what it does.
    pub(super) fn take(&mut self, FedUpdate { update, lines, .. }: FedUpdate) -> Result<(), Unapplied> {
        let taken = update.map_err(Unapplied::from).and_then(|update| self.apply(update));
        match taken {
            Ok(()) => self.tally.updates += 1,
            Err(Unapplied::Invalid(_)) => self.tally.invalid += 1,
            Err(Unapplied::Output(_) | Unapplied::Stopped) => return taken,
        }
        self.taken = lines;
        taken
    }

    /// What is to be heard of changes that was not before, now that the update on a line of an input was taken.
    pub(super) fn hear(&mut self, input: &str, line: u64) -> Notes {
        let mut notes = self.live.notes().into_iter().collect::<Vec<_>>();
        notes.retain(|note| !self.heard.contains(&note.code));
        for note in &mut notes {
            let mut place = FirstPlace::default();
            (place.line, place.column) = (Some(line), Some(1));
            (note.input, note.first) = (Some(input.to_owned()), Some(place));
            self.heard.push(note.code);
        }
        notes.into_iter().collect()
    }

    /// Applies an update that is on no line.
    pub(super) fn apply(&mut self, Update { at, kind }: Update) -> Result<(), Unapplied> {
        self.advance(at)?;
        // What is late is applied now.
        let now = self.live.now();
        let Self { live, lines, tally, .. } = self;
        match kind {
            UpdateKind::Record(record) => lines.write_events(live.apply(record, now)?, tally)?,
            UpdateKind::Removal(number) => lines.write_events(live.remove(&number, now), tally)?,
            UpdateKind::Clock => {}
            UpdateKind::Sizes => lines.write(&Answer { at: now, sizes: Sizes(live) })?,
        }
        Ok(())
    }

    /// Lets time pass up to an instant, unless it is later already.
    fn advance(&mut self, to: DateTime<Utc>) -> Result<(), Unapplied> {
        while self.live.now() < to {
            if self.stop.is_stopped() {
                return Err(Unapplied::Stopped);
            }
            self.lines.write_events(self.live.advance_some(to, BETWEEN_LOOKS)?, &mut self.tally)?;
        }
        Ok(())
    }

    /// Hands on all that was written.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.lines.out.flush()
    }
}

/// Lines of JSON that are written, one after the other.
pub(super) struct Lines<'o> {
    out: &'o mut dyn Write,
    /// How many have been written.
    written: u64,
    are_numbered: bool,
}

impl<'o> Lines<'o> {
    pub(super) fn new(out: &'o mut dyn Write) -> Self {
        Self { out, written: 0, are_numbered: false }
    }

    /// Lines that say how many they are, behind some that were written before.
    pub(super) fn numbered_behind(self, written: u64) -> Self {
        Self { written, are_numbered: true, ..self }
    }

    fn write_events(&mut self, events: Events<'_>, tally: &mut Tally) -> io::Result<()> {
        for event in events {
            self.write(&event)?;
            tally.events += 1;
        }
        Ok(())
    }

    fn write(&mut self, line: &impl Serialize) -> io::Result<()> {
        self.written += 1;
        if self.are_numbered {
            json_line(self.out, &Numbered { line, number: self.written })
        } else {
            json_line(self.out, line)
        }
    }
}

/// A line that says which it is of all that have been written.
#[derive(Serialize)]
struct Numbered<'l, T> {
    #[serde(flatten)]
    line: &'l T,
    number: u64,
}

/// The sizes that somebody asked for; its keys are stable.
#[derive(Serialize)]
struct Answer<'l> {
    at: DateTime<Utc>,
    sizes: Sizes<'l>,
}

/// An object with the size of each audience, in their order.
struct Sizes<'l>(&'l Live);

impl Serialize for Sizes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.sizes().map(|(audience, size)| (audience, size.value)))
    }
}
