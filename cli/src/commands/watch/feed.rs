//! Updates as they come: read ahead on a thread of their own, and waited for together with signals.

use std::collections::HashSet;
use std::io;
use std::path::Path;
use std::process;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use headcount::error::{Note, NoteCode};
use headcount::records::{Input, Update, Updates};
use headcount::{Errors, Notes, RecordReader, StopToken};

use crate::arguments::is_standard;
use crate::failure::Failure;
use crate::output::STANDARD_INPUT;

/// The most updates that are handed on at once.
const AT_ONCE: usize = 1_024;

/// How many times that may be read and not yet applied.
const AHEAD: usize = 4;

/// What happens next.
pub(super) enum Next {
    /// Updates: all that can be read without waiting, or as many as are handed on at once.
    Updates {
        updates: Vec<FedUpdate>,
        /// What is to be heard of them, and was not of those before.
        notes: Notes,
    },
    /// Nothing for so long as was waited.
    Nothing,
    /// There are no more updates.
    End {
        /// How many were left out, for they are invalid.
        skipped: Notes,
    },
    /// A signal says that it is enough.
    Stop,
}

/// An update, or what is wrong with it.
pub(super) struct FedUpdate {
    pub(super) update: Result<Update, Errors>,
    /// How many lines of updates have been read with it, of all that there ever were.
    pub(super) lines: u64,
    /// On which line of the input it is.
    pub(super) line: u64,
}

/// Which lines of the updates are taken.
#[derive(Clone, Copy)]
pub(super) struct Beginning {
    /// How many there were before the input begins.
    pub(super) before: u64,
    /// How many of the input's are taken already.
    pub(super) known: u64,
}

/// Updates that come, until a signal says that it is enough.
pub(super) struct Feed {
    next: Receiver<Next>,
    /// Stopped by the signal.
    pub(super) stop: StopToken,
}

impl Feed {
    /// Begins to read, and to mind signals: the first stops the feed, a second one ends the command where it stands.
    pub(super) fn open(reader: RecordReader, path: &Path, beginning: Beginning) -> Result<Self, Failure> {
        let (sender, next) = sync_channel(AHEAD);
        let stop = StopToken::new();
        let (told, wakes) = (stop.clone(), sender.clone());
        ctrlc::set_handler(move || {
            if told.is_stopped() {
                process::exit(1);
            }
            told.stop();
            // Where there is no room, whoever takes the updates is not waiting for any.
            let _ = wakes.try_send(Next::Stop);
        })
        .map_err(|error| Failure::Unfit(format!("signals cannot be minded: {error}")))?;
        let path = path.to_owned();
        // It is never waited for: it may be reading from somebody who has nothing more to say.
        thread::spawn(move || {
            let input = if is_standard(&path) { Input::new(STANDARD_INPUT, io::stdin()) } else { Input::from(path) };
            read(reader.updates(input), beginning, &sender);
        });
        Ok(Self { next, stop })
    }

    /// Waits for what happens next.
    pub(super) fn next(&self, patience: Option<Duration>) -> Next {
        if self.stop.is_stopped() {
            return Next::Stop;
        }
        match patience {
            None => self.next.recv().unwrap_or(Next::Stop),
            Some(patience) => match self.next.recv_timeout(patience) {
                Ok(next) => next,
                Err(RecvTimeoutError::Timeout) => Next::Nothing,
                Err(RecvTimeoutError::Disconnected) => Next::Stop,
            },
        }
    }
}

/// Hands on all updates but those that are known, as many at a time as can be read without waiting.
fn read(mut updates: Updates<'_>, Beginning { before, known }: Beginning, sender: &SyncSender<Next>) {
    if let Err(errors) = updates.skip_lines(known) {
        let unreadable = FedUpdate { update: Err(errors), lines: before + known, line: known };
        // Where it cannot be sent, nobody takes any.
        let _ = sender.send(Next::Updates { updates: vec![unreadable], notes: Notes::default() });
    }
    // What notes are about: each is told once, as soon as there is one.
    let mut told = HashSet::new();
    loop {
        let mut ready = Vec::new();
        while let Some(update) = updates.next() {
            let line = updates.position().lines;
            ready.push(FedUpdate { update, lines: before + line, line });
            if ready.len() == AT_ONCE || !updates.is_ready() {
                break;
            }
        }
        let is_end = ready.is_empty();
        let (skipped, notes): (Vec<Note>, Vec<Note>) =
            updates.notes().into_iter().partition(|note| note.code == NoteCode::Skipped);
        let notes = notes.into_iter().filter(|note| told.insert((note.code, note.name.clone()))).collect();
        let next = match is_end {
            true => Next::End { skipped: skipped.into_iter().collect() },
            false => Next::Updates { updates: ready, notes },
        };
        // Where it cannot be sent, nobody takes any more of them.
        if sender.send(next).is_err() || is_end {
            return;
        }
    }
}
