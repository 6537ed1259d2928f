//! `watch`: who enters and who leaves audiences, while updates come in and time passes.

mod feed;
mod follow;
mod stats;

use std::io;
use std::time::Duration;

use headcount::error::Code;
use headcount::records::{OnError, Update, UpdateKind};
use headcount::{Audience, Errors, EvalContext, Live};

use self::feed::{Feed, Next};
use self::follow::{Follower, Unapplied};
use self::stats::{Stats, Tally};
use crate::arguments;
use crate::failure::{Failure, Wrong};
use crate::heard::Heard;
use crate::inputs;
use crate::output::{note, write};
use crate::question;
use crate::records::{self, Loaded};

/// Loads the records, and follows the updates to their end.
pub(crate) fn run(arguments: &arguments::Watch) -> Result<(), Failure> {
    let files = arguments.audiences.files.iter().chain(&arguments.records.files);
    inputs::read_standard_input_once(files.chain([&arguments.updates]))?;
    let audiences = audiences(arguments)?;
    let from = arguments.from.unwrap_or_else(question::clock);
    let cx = EvalContext::at(from).with(arguments.readings.semantics());
    let Loaded { table, heard, .. } = records::load(&arguments.records, &audiences.iter().collect::<Vec<_>>())?;
    let reader = arguments.records.reader().for_audiences(&audiences);
    let live = Live::new(table, audiences, &cx).map_err(Wrong::Records)?;
    let feed = Feed::open(reader, &arguments.updates)?;
    let mut outcome = Outcome { tally: Tally::default(), heard, unreadable: None };
    write(|out| follow(Follower::new(live, out, feed.stop.clone()), &feed, arguments, &mut outcome))?;
    outcome.result(&arguments.records)
}

/// The audiences, each with the lists that it is asked on.
fn audiences(arguments: &arguments::Watch) -> Result<Vec<Audience>, Failure> {
    let mut audiences = inputs::all(&arguments.audiences)?;
    if let Some(lists) = &arguments.readings.source_lists {
        audiences.iter_mut().for_each(|audience| audience.source_lists.clone_from(lists));
    }
    Ok(audiences)
}

/// Applies update after update, until there are no more or a signal says that it is enough.
fn follow(
    mut follower: Follower<'_>,
    feed: &Feed,
    arguments: &arguments::Watch,
    outcome: &mut Outcome,
) -> io::Result<()> {
    let mut stats = Stats::new(arguments.stats.map(Duration::from_secs));
    loop {
        match feed.next(stats.due_in()) {
            Next::Updates { updates, notes } => {
                outcome.heard.tell_more(notes);
                for update in updates {
                    if feed.stop.is_stopped() {
                        break;
                    }
                    outcome.took(follower.take(update))?;
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
                    outcome.took(follower.take(Ok(Update { at, kind: UpdateKind::Clock })))?;
                }
                break;
            }
            Next::Stop => break,
        }
        stats.tell_if_due(follower.tally, follower.now());
    }
    follower.flush()?;
    stats.tell_all(follower.tally, follower.now());
    outcome.tally = follower.tally;
    Ok(())
}

/// What has come of the updates.
struct Outcome {
    tally: Tally,
    heard: Heard,
    /// Why they could not be read to their end.
    unreadable: Option<Errors>,
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
