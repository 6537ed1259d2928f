//! `watch`: who enters and who leaves audiences, while updates come in and time passes.

mod feed;
mod follow;
mod save;
mod stats;
mod upkeep;

use std::io;
use std::time::Duration;

use headcount::error::Code;
use headcount::records::{OnError, Update, UpdateKind};
use headcount::{Audience, Errors, EvalContext, Live};

use self::feed::{Beginning, Feed, Next};
use self::follow::{Follower, Lines, Unapplied};
use self::save::{Position, Saver};
use self::stats::{Stats, Tally};
use self::upkeep::Background;
use crate::arguments::{self, is_standard};
use crate::failure::{Failure, Wrong};
use crate::heard::Heard;
use crate::inputs;
use crate::output::{note, thousands, write};
use crate::question;
use crate::records::{self, Loaded};

/// Loads the records, or goes on from what was saved, and follows the updates to their end.
pub(crate) fn run(arguments: &arguments::Watch) -> Result<(), Failure> {
    let files = arguments.audiences.files.iter().chain(&arguments.records.files);
    inputs::read_standard_input_once(files.chain([&arguments.updates]))?;
    let audiences = audiences(arguments)?;
    let reader = arguments.records.reader().for_audiences(&audiences);
    let Begun { live, position, beginning, heard } = begin(arguments, audiences)?;
    let feed = Feed::open(reader, &arguments.updates, beginning)?;
    let saver = match &arguments.save {
        Some(path) => Some(Saver::start(path.clone(), arguments.save_every, &live, position)?),
        None => None,
    };
    let mut outcome = Outcome { tally: Tally::default(), heard, unreadable: None, unsaved: None };
    write(|out| {
        let lines = Lines::new(out);
        let lines = if saver.is_some() { lines.numbered_behind(position.written) } else { lines };
        let follower = Follower::new(live, lines, feed.stop.clone(), position.lines);
        follow(follower, &feed, saver, arguments, &mut outcome)
    })?;
    outcome.result(&arguments.records)
}

/// What is followed, and from where on.
struct Begun {
    live: Live,
    position: Position,
    beginning: Beginning,
    heard: Heard,
}

fn begin(arguments: &arguments::Watch, audiences: Vec<Audience>) -> Result<Begun, Failure> {
    let semantics = arguments.readings.semantics();
    if let Some(path) = &arguments.save
        && let Some((mut live, position)) = save::open(path)?
    {
        records::start_threads(&arguments.records);
        let beginning = beginning(arguments, position)?;
        save::edit(&mut live, audiences, semantics, (path, position))?;
        return Ok(Begun { live, position, beginning, heard: Heard::of_none(&arguments.records) });
    }
    let from = arguments.from.unwrap_or_else(question::clock);
    let cx = EvalContext::at(from).with(semantics);
    let Loaded { table, heard, .. } = records::load(&arguments.records, &audiences.iter().collect::<Vec<_>>())?;
    let live = Live::new(table, audiences, &cx).map_err(Wrong::Records)?;
    let before = arguments.first_line.map_or(0, |first| first - 1);
    let position = Position { lines: before, ..Position::default() };
    Ok(Begun { live, position, beginning: Beginning { before, known: 0 }, heard })
}

/// Which lines of the updates are taken behind those that are saved.
fn beginning(arguments: &arguments::Watch, Position { lines, .. }: Position) -> Result<Beginning, Failure> {
    let first = match arguments.first_line {
        Some(first) => first,
        None if !is_standard(&arguments.updates) => 1,
        None => {
            return Err(Failure::Unfit(format!(
                "standard input may begin anywhere: expected --first-line and the number, among all updates, of its first \
                 line, which is {} where it goes on from what was saved, and 1 where it begins anew",
                lines + 1
            )));
        }
    };
    let before = first - 1;
    let known = lines.checked_sub(before).ok_or_else(|| {
        Failure::Unfit(format!(
            "there are updates missing: those up to line {} are saved, and the input begins with line {}",
            thousands(lines),
            thousands(first)
        ))
    })?;
    Ok(Beginning { before, known })
}

/// The audiences, each with the lists that it is asked on, and with what it goes by as its id: whatever place it will have among
/// others when it is saved and opened again.
fn audiences(arguments: &arguments::Watch) -> Result<Vec<Audience>, Failure> {
    let mut audiences = inputs::all(&arguments.audiences)?;
    if let Some(lists) = &arguments.readings.source_lists {
        audiences.iter_mut().for_each(|audience| audience.source_lists.clone_from(lists));
    }
    for (place, audience) in audiences.iter_mut().enumerate() {
        let name = audience.id.take().or(audience.name.clone());
        audience.id = Some(name.unwrap_or_else(|| place.to_string()));
    }
    Ok(audiences)
}

/// Applies update after update, until there are no more or a signal says that it is enough.
fn follow(
    mut follower: Follower<'_>,
    feed: &Feed,
    mut saver: Option<Saver>,
    arguments: &arguments::Watch,
    outcome: &mut Outcome,
) -> io::Result<()> {
    let mut stats = Stats::new(arguments.stats.map(Duration::from_secs));
    let mut background = Background::default();
    let input = inputs::name(&arguments.updates);
    // Of audiences that are others than those that were saved.
    follower.tell()?;
    follower.flush()?;
    loop {
        let save_due = saver.as_ref().and_then(|saver| saver.due_in(follower.position()));
        match feed.next(stats.due_in().into_iter().chain(save_due).min()) {
            Next::Updates { updates, notes } => {
                outcome.heard.tell_more(notes);
                for update in updates {
                    if feed.stop.is_stopped() {
                        break;
                    }
                    let line = update.line;
                    outcome.took(follower.take(update))?;
                    outcome.heard.tell_more(follower.hear(&input, line));
                }
                // What follows may be long in coming.
                follower.flush()?;
            }
            Next::Nothing => {}
            Next::End { skipped } => {
                if OnError::from(arguments.records.on_error) == OnError::Skip {
                    outcome.heard.tell_more(skipped);
                }
                if let (Some(at), None) = (arguments.until, &outcome.unreadable) {
                    outcome.took(follower.apply(Update { at, kind: UpdateKind::Clock }))?;
                }
                break;
            }
            Next::Stop => break,
        }
        background.look(&mut follower.live);
        if let Some(saver) = &mut saver {
            saver.save_if_due(&follower.live, follower.position());
        }
        stats.tell_if_due(follower.tally, follower.now(), saver.as_ref().map(|saver| saver.saved));
    }
    follower.flush()?;
    if let Some(saver) = &mut saver {
        outcome.unsaved = saver.end(&follower.live, follower.position()).err();
    }
    stats.tell_all(follower.tally, follower.now(), saver.map(|saver| saver.saved));
    outcome.tally = follower.tally;
    Ok(())
}

/// What has come of the updates.
struct Outcome {
    tally: Tally,
    heard: Heard,
    /// Why they could not be read to their end.
    unreadable: Option<Errors>,
    /// Why the end could not be saved.
    unsaved: Option<Failure>,
}

impl Outcome {
    /// An update was applied, or what stands in the way is told.
    fn took(&mut self, update: Result<(), Unapplied>) -> io::Result<()> {
        match update {
            Ok(()) | Err(Unapplied::Stopped) => {}
            Err(Unapplied::Output(error)) => return Err(error),
            Err(Unapplied::Invalid(errors)) if errors.first().code() == Code::UnreadableInput => {
                self.unreadable = Some(errors);
            }
            Err(Unapplied::Invalid(errors)) => note(Wrong::Records(errors).to_string().trim_end()),
        }
        Ok(())
    }

    /// What becomes of the command.
    fn result(self, records: &arguments::Records) -> Result<(), Failure> {
        let Tally { updates, invalid, .. } = self.tally;
        if let Some(failure) = self.unsaved {
            return Err(failure);
        }
        if let Some(errors) = self.unreadable {
            return Err(Wrong::Records(errors).into());
        }
        match records.on_error.into() {
            OnError::Fail if invalid > 0 => Err(Failure::Told),
            OnError::Skip => records::too_many_skipped(records, updates, invalid).map_or(Ok(()), Err),
            OnError::Fail => Ok(()),
        }?;
        self.heard.outcome()
    }
}
