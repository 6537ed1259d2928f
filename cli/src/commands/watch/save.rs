//! What `--save` keeps: opened at the start, and written beside updates on a thread of its own.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use headcount::live::Checkpoint;
use headcount::{Audience, Errors, Live, Semantics};
use serde::{Deserialize, Serialize};

use crate::failure::{Failure, Wrong};
use crate::output::{note, thousands};
use crate::whole_file;

/// How far a run has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Position {
    /// The lines of updates that have been taken, of all that there ever were.
    pub(super) lines: u64,
    /// The lines that have been written, in all runs.
    pub(super) written: u64,
    /// Whether the run ended here, so that nothing has been written behind it.
    pub(super) ended: bool,
}

/// Opens what was saved, and how far that is; nothing if there is no such file.
pub(super) fn open(path: &Path) -> Result<Option<(Live, Position)>, Failure> {
    let unreadable = |reason: String| Wrong::Unreadable { file: path.display().to_string(), reason };
    match fs::exists(path) {
        Ok(true) => {}
        Ok(false) => return Ok(None),
        Err(error) => return Err(unreadable(format!("cannot be read: {error}")).into()),
    }
    let (live, position) = Live::open(path).map_err(Wrong::Records)?;
    let position: Position = serde_json::from_slice(&position).map_err(|_| {
        unreadable("was saved by a program of somebody else's, whose place in its updates says nothing here".to_owned())
    })?;
    note(format_args!(
        "going on from {}: the updates up to line {} are in it, and the clock is at {}; no other records are read",
        path.display(),
        thousands(position.lines),
        live.now().to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true),
    ));
    Ok(Some((live, position)))
}

/// Has audiences that were saved be those that are asked for now, which have an id each: those that are no more go, others are
/// replaced, and new ones come. Nobody takes the events yet.
pub(super) fn edit(
    live: &mut Live,
    asked: Vec<Audience>,
    semantics: Semantics,
    (path, position): (&Path, Position),
) -> Result<(), Failure> {
    let path = path.display();
    if live.cx().semantics != semantics {
        return Err(Failure::Unfit(format!(
            "{path} was saved with other readings: expected {}, found {semantics}",
            live.cx().semantics
        )));
    }
    let asked: Vec<(String, Audience)> =
        asked.into_iter().filter_map(|audience| Some((audience.id.clone()?, audience))).collect();
    if asked.len() == live.audiences().count() && asked.iter().all(|(name, audience)| has(live, name, audience)) {
        return Ok(());
    }
    if !position.ended {
        return Err(Failure::Unfit(format!(
            "{path} was saved by a run that was killed, and what that told afterwards was of the audiences that it had: \
             run it with those first, to the end of the updates or to a signal, and change them then"
        )));
    }
    edited(live, asked).map_err(|errors| Wrong::Records(errors).into())
}

fn edited(live: &mut Live, asked: Vec<(String, Audience)>) -> Result<(), Errors> {
    let known: Vec<String> = live.audiences().map(|(name, _)| name.to_owned()).collect();
    for name in &known {
        if !asked.iter().any(|(asked, _)| asked == name) {
            let _ = live.remove_audience(name)?;
        }
    }
    for (name, audience) in asked {
        if !known.contains(&name) {
            let _ = live.insert_audience(audience)?;
        } else if !has(live, &name, &audience) {
            let _ = live.replace_audience(&name, audience)?;
        }
    }
    Ok(())
}

fn has(live: &Live, name: &str, audience: &Audience) -> bool {
    live.audiences().any(|(known, there)| known == name && there == audience)
}

/// Saves from time to time, and in the end.
pub(super) struct Saver {
    path: PathBuf,
    every: Duration,
    /// When the last save was begun, and what it saves.
    last: (Instant, Position),
    /// The line up to which updates are saved.
    pub(super) saved: u64,
    /// The save that is being written.
    running: Option<JoinHandle<io::Result<()>>>,
}

impl Saver {
    /// Saves at once: nothing is told before there is something to go on from.
    pub(super) fn start(path: PathBuf, every: Duration, live: &Live, position: Position) -> Result<Self, Failure> {
        let position = Position { ended: false, ..position };
        let mut saver = Self { path, every, last: (Instant::now(), position), saved: 0, running: None };
        saver.begin(live, position);
        saver.finish().map_err(|error| saver.failure(error))?;
        Ok(saver)
    }

    /// How long it is until there is something to do, if there is anything to save.
    pub(super) fn due_in(&self, position: Position) -> Option<Duration> {
        /// How often it is looked whether a save is written.
        const LOOK: Duration = Duration::from_millis(10);
        let (begun, saved) = self.last;
        let due = self.every.saturating_sub(begun.elapsed());
        (position != saved).then(|| if self.running.is_some() { due.max(LOOK) } else { due })
    }

    /// Begins to save if it is time for that. All that is told up to this position has been handed on.
    pub(super) fn save_if_due(&mut self, live: &Live, position: Position) {
        if self.due_in(position) != Some(Duration::ZERO)
            || self.running.as_ref().is_some_and(|save| !save.is_finished())
        {
            return;
        }
        // What cannot be saved now may be later: updates go on.
        if let Err(error) = self.finish() {
            self.failure(error).tell();
        }
        self.begin(live, position);
    }

    /// Saves where the run ends.
    pub(super) fn end(&mut self, live: &Live, position: Position) -> Result<(), Failure> {
        // The last one says whether it can be done.
        let _ = self.finish();
        self.begin(live, Position { ended: true, ..position });
        self.finish().map_err(|error| self.failure(error))
    }

    fn begin(&mut self, live: &Live, position: Position) {
        self.last = (Instant::now(), Position { ended: false, ..position });
        // Numbers are always JSON.
        let checkpoint = live.checkpoint(serde_json::to_vec(&position).unwrap_or_default());
        let path = self.path.clone();
        self.running = Some(thread::spawn(move || write(&checkpoint, &path)));
    }

    /// Waits for what is being written.
    fn finish(&mut self) -> io::Result<()> {
        match self.running.take().map(JoinHandle::join) {
            None => {}
            Some(Ok(result)) => {
                result?;
                self.saved = self.last.1.lines;
            }
            Some(Err(panic)) => std::panic::resume_unwind(panic),
        }
        Ok(())
    }

    fn failure(&self, error: io::Error) -> Failure {
        Failure::Output { to: self.path.display().to_string(), error }
    }
}

impl Drop for Saver {
    fn drop(&mut self) {
        // Where the command fails, what is being written is written all the same.
        let _ = self.running.take().map(JoinHandle::join);
    }
}

fn write(checkpoint: &Checkpoint, path: &Path) -> io::Result<()> {
    whole_file::write_to_disk(path, |out| {
        let mut out = BufWriter::with_capacity(1 << 20, out);
        checkpoint.write(&mut out)?;
        out.flush()
    })
}
