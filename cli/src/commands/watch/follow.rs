//! Audiences that are kept up with updates and with time: each change is applied, and what it does is written.

use std::io::{self, Write};

use chrono::{DateTime, Utc};
use headcount::live::Events;
use headcount::records::{Update, UpdateKind};
use headcount::{Errors, Live, StopToken};
use serde::{Serialize, Serializer};

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
    live: Live,
    out: &'o mut dyn Write,
    stop: StopToken,
    pub(super) tally: Tally,
}

impl<'o> Follower<'o> {
    /// `stop`: when time that passes may stop before it is as late as an update says.
    pub(super) fn new(live: Live, out: &'o mut dyn Write, stop: StopToken) -> Self {
        Self { live, out, stop, tally: Tally::default() }
    }

    /// What the clock says.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.live.now()
    }

    /// Applies an update and writes what it does.
    pub(super) fn take(&mut self, update: Result<Update, Errors>) -> Result<(), Unapplied> {
        let taken = update.map_err(Unapplied::from).and_then(|update| self.apply(update));
        match taken {
            Ok(()) => self.tally.updates += 1,
            Err(Unapplied::Invalid(_)) => self.tally.invalid += 1,
            Err(Unapplied::Output(_) | Unapplied::Stopped) => {}
        }
        taken
    }

    fn apply(&mut self, Update { at, kind }: Update) -> Result<(), Unapplied> {
        self.advance(at)?;
        // What is late is applied now.
        let now = self.live.now();
        match kind {
            UpdateKind::Record(record) => write_events(self.live.apply(record, now)?, self.out, &mut self.tally)?,
            UpdateKind::Removal(number) => write_events(self.live.remove(&number, now), self.out, &mut self.tally)?,
            UpdateKind::Clock => {}
            UpdateKind::Sizes => json_line(self.out, &Answer { at: now, sizes: Sizes(&self.live) })?,
        }
        Ok(())
    }

    /// Lets time pass up to an instant, unless it is later already.
    fn advance(&mut self, to: DateTime<Utc>) -> Result<(), Unapplied> {
        while self.live.now() < to {
            if self.stop.is_stopped() {
                return Err(Unapplied::Stopped);
            }
            write_events(self.live.advance_some(to, BETWEEN_LOOKS)?, self.out, &mut self.tally)?;
        }
        Ok(())
    }

    /// Hands on all that was written.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn write_events(events: Events<'_>, out: &mut dyn Write, tally: &mut Tally) -> io::Result<()> {
    for event in events {
        json_line(out, &event)?;
        tally.events += 1;
    }
    Ok(())
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
