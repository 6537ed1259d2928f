//! Audiences over a population that changes and a clock that moves: who enters, who leaves, and sizes that are never stale.
//!
//! A [`Live`] set of audiences tells every change of membership once, at the microsecond at which it happens, whether a
//! contact was updated, time passed or the audience was edited.

mod changes;
mod edits;
mod event;
mod events;
mod instant;
mod notes;
mod roster;
#[cfg(feature = "image")]
mod saved;
mod schedule;
#[cfg(test)]
mod tests;
mod untold;
mod upkeep;

use std::fmt;

use chrono::{DateTime, Utc};

pub use self::event::{Cause, Event, EventKind};
pub use self::events::Events;
use self::instant::Instant;
use self::notes::IdleChanges;
use self::roster::{Roster, RosterEntry};
#[cfg(feature = "image")]
pub use self::saved::Checkpoint;
use self::schedule::Schedule;
use self::untold::Untold;
pub use self::upkeep::Upkeep;
use self::upkeep::UpkeepToken;
use crate::audience::Audience;
use crate::audience_set::AudienceSet;
use crate::error::{Errors, Place};
use crate::semantics::{EvalContext, Semantics};
use crate::size::Size;
use crate::table::{Members, OddPhones, Table};
use crate::time::from_micros;

/// Audiences over a population that changes, and a clock that moves.
///
/// At every moment the size of each audience is what [`Table::size`] would count with the clock as now, and every change of
/// membership is told once, as an [`Event`]: events, replayed onto the members at first, give the members at the end.
///
/// Contacts change by [`apply`](Self::apply) and [`remove`](Self::remove), audiences by
/// [`insert_audience`](Self::insert_audience) and its like, and the clock moves by [`advance`](Self::advance). It never
/// runs back: what comes late is applied now.
///
/// Audiences go by names: their `id`; without one, their `name`; and without either their place among those that the set
/// was made of, from 0.
///
/// ```
/// use headcount::live::{Cause, EventKind};
/// use headcount::{Audience, Contact, EvalContext, Live, Table};
///
/// let recent = Audience { id: Some("recent".into()), ..Audience::of("last_clicked_at within 30 days".parse()?) };
/// let often = Audience { id: Some("often".into()), ..Audience::of("click_count >= 3".parse()?) };
/// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
/// let mut live = Live::new(Table::default(), [recent, often], &cx)?;
///
/// let record = r#"{"phone_number": "+1", "list_id": 7, "click_count": 2, "last_clicked_at": "2025-11-15T08:29:00Z"}"#;
/// let events: Vec<_> = live.apply(Contact::from_json(record)?, cx.now)?.collect();
/// assert_eq!((&*events[0].audience, events[0].event, events[0].cause), ("recent", EventKind::Entered, Cause::Update));
/// assert_eq!(live.size("recent")?.value, 1);
///
/// // A month later, nothing having happened.
/// let event = live.advance("2025-12-31T00:00:00Z".parse()?)?.next().unwrap();
/// assert_eq!((&*event.audience, event.event, event.cause), ("recent", EventKind::Left, Cause::Time));
/// assert_eq!(event.at.to_rfc3339(), "2025-12-15T08:29:00.000001+00:00");
/// assert_eq!(live.size("recent")?.value, 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Order
///
/// Events come in the order of their instants. What time does at one instant is told by audience, in their order, and of each
/// by phone number; what an update does is told by audience. An audience that is inserted takes the place of one that was
/// removed, or comes behind all others.
///
/// # What it costs
///
/// A contact that changes is asked before and after, and what differs is worked out ([`AudienceSet::changes`]). No contact
/// has a timer: for each time field that is asked there are its instants in their order, 16 bytes each, as far as some
/// audience has still to look at them, and for each distinct length of time a place in them that moves with the clock. The
/// size of an audience is looked up.
pub struct Live {
    table: Table,
    set: AudienceSet,
    roster: Roster,
    semantics: Semantics,
    /// What is now, in microseconds.
    clock: i64,
    schedule: Schedule,
    /// The next instant at which time does something, once somebody has been asked at it; the clock is just before.
    instant: Option<Instant>,
    untold: Untold,
    phones: OddPhones,
    upkeep: UpkeepToken,
    idle: IdleChanges,
}

impl Live {
    /// Audiences over the contacts of a table, from `cx.now` on. Who is in them at first is no event.
    ///
    /// Sizes are counted once, in one pass, and the instants that audiences will look at are put in their order.
    ///
    /// # Errors
    ///
    /// Where an audience goes by the name of another: `duplicate_key`.
    ///
    /// ```
    /// use headcount::{Audience, EvalContext, Live, Table};
    ///
    /// let audience = Audience { id: Some("a1".into()), ..Audience::of("on_dnc".parse()?) };
    /// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
    /// let errors = Live::new(Table::default(), [audience.clone(), audience], &cx).unwrap_err();
    /// assert_eq!(
    ///     errors.to_string(),
    ///     "duplicate_key at /1: two audiences have the name `a1`: give each an `id` of its own"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(table: Table, audiences: impl IntoIterator<Item = Audience>, cx: &EvalContext) -> Result<Self, Errors> {
        let mut roster = Roster::default();
        for (number, audience) in audiences.into_iter().enumerate() {
            roster.insert(number, audience, || Place::pointer(format!("/{number}")))?;
        }
        Ok(Self::assemble(table, roster, Vec::new(), Untold::default(), cx))
    }

    /// Audiences over a table; `vacant` are the numbers that no audience has any more, of which the last is given anew first.
    fn assemble(table: Table, mut roster: Roster, vacant: Vec<usize>, untold: Untold, cx: &EvalContext) -> Self {
        table.prepare();
        let phones = table.odd_phones();
        let clock = cx.now.timestamp_micros();
        let cx = EvalContext::at(from_micros(clock)).with(cx.semantics);
        let set = AudienceSet::numbered(roster.iter().map(|(number, entry)| (number, &*entry.audience)), vacant, &cx);
        let mut schedule = Schedule::new(cx.semantics);
        let audiences = || roster.iter().map(|(_, entry)| &*entry.audience);
        schedule.add(audiences(), (&table, &phones), clock);
        let sizes = table.sizes(audiences(), &cx);
        roster.iter_mut().zip(sizes).for_each(|(entry, size)| entry.size = size.value);
        let (semantics, instant, upkeep, idle) = (cx.semantics, None, UpkeepToken::default(), IdleChanges::default());
        Self { table, set, roster, semantics, clock, schedule, instant, untold, phones, upkeep, idle }
    }

    /// What the clock shows: whole microseconds. What an instant that it is moved to has beyond them is cut off, so whoever
    /// compares the two cuts it off first.
    ///
    /// Once somebody has been asked for whom time passes at an instant, it shows the microsecond before, until all have been.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        from_micros(self.clock)
    }

    /// The clock, and how filters are read.
    #[must_use]
    pub fn cx(&self) -> EvalContext {
        EvalContext::at(self.now()).with(self.semantics)
    }

    /// The population as it is.
    #[must_use]
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// The audiences with their names, in their order.
    pub fn audiences(&self) -> impl Iterator<Item = (&str, &Audience)> {
        self.roster.iter().map(|(_, entry)| (&*entry.name, &*entry.audience))
    }

    /// The size of an audience, which is looked up.
    ///
    /// # Errors
    ///
    /// Where no audience goes by that name: `invalid_value`, with the nearest name that there is.
    ///
    /// ```
    /// use headcount::{Audience, EvalContext, Live, Table};
    ///
    /// let audience = Audience { id: Some("clickers".into()), ..Audience::of("click_count > 0".parse()?) };
    /// let live = Live::new(Table::default(), [audience], &EvalContext::at("2025-11-15T08:30:00Z".parse()?))?;
    /// assert_eq!(live.size("clickers")?.value, 0);
    /// assert_eq!(
    ///     live.size("clicker").unwrap_err().to_string(),
    ///     "invalid_value at /audience: no audience has the name `clicker`, did you mean `clickers`?"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn size(&self, audience: &str) -> Result<Size, Errors> {
        self.entry(audience).map(|entry| self.size_of(entry))
    }

    /// The sizes of all audiences with their names, in the order of audiences.
    pub fn sizes(&self) -> impl Iterator<Item = (&str, Size)> {
        self.roster.iter().map(|(_, entry)| (&*entry.name, self.size_of(entry)))
    }

    /// The members of an audience as they are, found in one pass through the table.
    ///
    /// # Errors
    ///
    /// As [`Live::size`].
    pub fn members(&self, audience: &str) -> Result<Members, Errors> {
        self.entry(audience).map(|entry| self.table.members(&entry.audience, &self.cx()))
    }

    /// The names of the audiences that a contact is in, in the order of audiences; none, if there is no such contact.
    #[must_use]
    pub fn audiences_of(&self, phone_number: &str) -> Vec<&str> {
        let Some(row) = self.table.find_row(phone_number) else { return Vec::new() };
        let matching = self.set.matching(&row);
        matching.iter().filter_map(|number| Some(&*self.roster.get(number)?.name)).collect()
    }

    /// The first instant after now at which the size of an audience is another one, if no contact changes; none if it never
    /// changes. It takes a pass through the table, as [`Table::valid_until`] does.
    ///
    /// # Errors
    ///
    /// As [`Live::size`].
    pub fn valid_until(&self, audience: &str) -> Result<Option<DateTime<Utc>>, Errors> {
        self.entry(audience).map(|entry| self.table.valid_until(&entry.audience, &self.cx()))
    }

    /// How many bytes it takes to know whom time passes for, beside the table and the audiences: 16 for each instant of a
    /// contact that some audience has still to look at, a little more where they came and went.
    #[must_use]
    pub fn schedule_bytes(&self) -> usize {
        self.schedule.bytes()
    }

    fn entry(&self, audience: &str) -> Result<&RosterEntry, Errors> {
        let number = self.roster.number(audience)?;
        // OK because whoever has a name has an entry.
        self.roster.get(number).ok_or_else(|| self.roster.unknown(audience))
    }

    fn size_of(&self, entry: &RosterEntry) -> Size {
        Size::with_fingerprint(entry.size, entry.fingerprint, &entry.audience, &self.cx())
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Live");
        debug.field("audiences", &self.set.len()).field("contacts", &self.table.len());
        debug.field("now", &self.now()).finish_non_exhaustive()
    }
}
