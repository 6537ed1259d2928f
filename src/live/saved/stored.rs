//! Live audiences as their image has them, beside the table: by names and texts that mean the same in every build.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Checkpoint;
use crate::audience::Audience;
use crate::limits::Limits;
use crate::live::Live;
use crate::live::event::{Cause, Event, EventKind};
use crate::live::roster::Roster;
use crate::live::untold::Untold;
use crate::semantics::EvalContext;
use crate::table::{BadImage, Table};
use crate::time::from_micros;

/// The version of all that is written here.
const VERSION: u32 = 1;

/// Live audiences, but for their table.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredLive {
    /// As in a URL's query.
    semantics: String,
    clock: i64,
    /// By their numbers.
    audiences: Vec<Option<StoredAudience>>,
    /// The numbers that no audience has any more, of which the last is given anew first.
    vacant: Vec<u64>,
    untold: Vec<StoredEvent>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredAudience {
    name: String,
    json: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredEvent {
    at: i64,
    audience: String,
    phone_number: String,
    entered: bool,
    cause: StoredCause,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
enum StoredCause {
    Update,
    Time,
    Edit,
}

impl From<Event> for StoredEvent {
    fn from(Event { at, audience, phone_number, event, cause }: Event) -> Self {
        let cause = match cause {
            Cause::Update => StoredCause::Update,
            Cause::Time => StoredCause::Time,
            Cause::Edit => StoredCause::Edit,
        };
        let (at, audience) = (at.timestamp_micros(), audience.as_ref().to_owned());
        Self { at, audience, phone_number, entered: event == EventKind::Entered, cause }
    }
}

impl From<StoredCause> for Cause {
    fn from(stored: StoredCause) -> Self {
        match stored {
            StoredCause::Update => Self::Update,
            StoredCause::Time => Self::Time,
            StoredCause::Edit => Self::Edit,
        }
    }
}

impl StoredAudience {
    /// An audience, if it can be read again.
    fn of(name: &str, audience: &Audience) -> Option<Self> {
        let stored = Self { name: name.to_owned(), json: serde_json::to_string(audience).ok()? };
        stored.audience().is_some().then_some(stored)
    }

    fn audience(&self) -> Option<Audience> {
        let most = usize::MAX;
        let limits = Limits {
            depth: Limits::MAX_DEPTH,
            conditions: most,
            values: most,
            string_bytes: most,
            source_bytes: most,
            ..Limits::default()
        };
        Audience::from_json_within(&self.json, &limits).ok()
    }
}

impl StoredLive {
    /// What there is to keep; the name of an audience that cannot be read again, if there is one.
    pub(super) fn of(checkpoint: &Checkpoint) -> Result<Self, &str> {
        let Checkpoint { cx, audiences, vacant, untold, phones, .. } = checkpoint;
        let stored = audiences.iter().map(|audience| {
            let Some((name, audience)) = audience else { return Ok(None) };
            StoredAudience::of(name, audience).map(Some).ok_or(&**name)
        });
        let mut untold = untold.clone();
        Ok(Self {
            semantics: cx.semantics.to_string(),
            clock: cx.now.timestamp_micros(),
            audiences: stored.collect::<Result<_, _>>()?,
            vacant: vacant.iter().map(|number| *number as u64).collect(),
            untold: std::iter::from_fn(|| untold.next(phones)).map(StoredEvent::from).collect(),
        })
    }

    pub(super) fn to_bytes(&self) -> postcard::Result<Vec<u8>> {
        postcard::to_extend(&VERSION, Vec::new()).and_then(|version| postcard::to_extend(self, version))
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, BadImage> {
        let (found, rest) = postcard::take_from_bytes::<u32>(bytes).map_err(|_| undescribed())?;
        if found != VERSION {
            return Err(BadImage::OtherVersion { found, read: VERSION });
        }
        match postcard::take_from_bytes(rest) {
            Ok((stored, [])) => Ok(stored),
            _ => Err(undescribed()),
        }
    }

    /// The audiences over their table, if they are such.
    pub(super) fn live(self, table: Table) -> Result<Live, BadImage> {
        let parts = self.parts().ok_or_else(undescribed)?;
        let Parts { roster, vacant, untold, cx } = parts;
        Ok(Live::assemble(table, roster, vacant, untold, &cx))
    }

    fn parts(self) -> Option<Parts> {
        let Self { semantics, clock, audiences, vacant, untold } = self;
        let cx = EvalContext::at(instant(clock)?).with(semantics.parse().ok()?);
        let gaps: Vec<u64> = (0..).zip(&audiences).filter(|(_, one)| one.is_none()).map(|(number, _)| number).collect();
        let mut roster = Roster::of_numbers(audiences.len());
        for (number, stored) in audiences.into_iter().enumerate() {
            let Some(stored) = stored else { continue };
            let audience = stored.audience()?;
            roster.insert_named(number, stored.name.into(), audience.into()).then_some(())?;
        }
        let mut sorted = vacant.clone();
        sorted.sort_unstable();
        // OK because they are places among the audiences.
        let vacant = (sorted == gaps).then(|| vacant.into_iter().map(|number| number as usize).collect())?;
        Some(Parts { roster, vacant, untold: told_later(untold, clock)?, cx })
    }
}

/// What live audiences are assembled of, but for their table.
struct Parts {
    roster: Roster,
    vacant: Vec<usize>,
    untold: Untold,
    cx: EvalContext,
}

/// Events that are in their order, none later than the clock.
fn told_later(stored: Vec<StoredEvent>, clock: i64) -> Option<Untold> {
    let is_ordered = stored.is_sorted_by_key(|event| event.at) && stored.last().is_none_or(|last| last.at <= clock);
    stored.first().map_or(Some(()), |first| instant(first.at).map(drop)).filter(|()| is_ordered)?;
    let mut untold = Untold::default();
    for alike in stored.chunk_by(|one, next| (one.at, one.cause) == (next.at, next.cause)) {
        let event = |event: &StoredEvent| {
            let kind = if event.entered { EventKind::Entered } else { EventKind::Left };
            (Arc::from(event.audience.as_str()), event.phone_number.clone(), kind)
        };
        untold.put_saved(alike[0].at, alike[0].cause.into(), alike.iter().map(event).collect());
    }
    Some(untold)
}

/// The instant of a count of microseconds, if there is one.
fn instant(micros: i64) -> Option<chrono::DateTime<chrono::Utc>> {
    Some(from_micros(micros)).filter(|instant| instant.timestamp_micros() == micros)
}

#[cold]
fn undescribed() -> BadImage {
    BadImage::damaged("`extra live` is not what live audiences have")
}
