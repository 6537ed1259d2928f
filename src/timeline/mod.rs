//! What becomes of a size as time passes, if nobody does anything.
//!
//! With the records as they are, an answer changes only as now moves past the edge of a window. A condition on a time
//! changes at most twice, at instants that follow from the value ([`time_dependent`]); joining those of a filter's conditions gives
//! the instants at which a contact comes or goes ([`truth_timeline`]), and all of those together, sorted, are the size as a
//! function of time ([`changes`]): a sweep, in which no instant is counted at.

mod changes;
mod time_dependent;
mod truth_timeline;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

pub(crate) use self::changes::Changes;
pub(crate) use self::time_dependent::TimeDependent;
pub(crate) use self::truth_timeline::{MembershipFacts, Transitions, TruthTimeline};
use crate::audience::Audience;
use crate::fingerprint::Fingerprint;
use crate::semantics::{EvalContext, Semantics};
use crate::table::Table;
use crate::time::from_micros;

/// The size of an audience from one instant to another, with the records as they are: a step function of time, exact to
/// the microsecond.
///
/// ```
/// use headcount::{Audience, Contact, EvalContext, Table};
///
/// let records = [
///     r#"{"phone_number": "+1", "list_id": 7, "last_clicked_at": "2025-11-14T08:00:00Z"}"#,
///     r#"{"phone_number": "+2", "list_id": 7, "last_clicked_at": "2025-11-15T08:00:00Z"}"#,
/// ];
/// let contacts = records.iter().map(|record| serde_json::from_str::<Contact>(record));
/// let table = contacts.collect::<Result<Table, _>>()?;
///
/// let audience = Audience::of("last_clicked_at within 2 days".parse()?);
/// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
/// let timeline = table.timeline(&audience, &cx, "2025-11-20T08:30:00Z".parse()?);
/// assert_eq!(timeline.first(), 2);
/// let changes: Vec<_> = timeline.changes().map(|change| (change.at.to_rfc3339(), change.value)).collect();
/// assert_eq!(changes, [
///     // The window's edge is inside.
///     ("2025-11-16T08:00:00.000001+00:00".to_owned(), 1),
///     ("2025-11-17T08:00:00.000001+00:00".to_owned(), 0),
/// ]);
/// assert_eq!(timeline.at("2025-11-16T12:00:00Z".parse()?), Some(1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Timeline {
    /// The instant that counts as now at first.
    pub from: DateTime<Utc>,
    /// The last instant that counts as now.
    pub to: DateTime<Utc>,
    /// The readings that were taken.
    pub semantics: Semantics,
    /// What the filter asks.
    pub fingerprint: Fingerprint,
    first: u64,
    /// Instants in microseconds, each with the size from there on.
    changes: Vec<(i64, u64)>,
}

/// An instant from which on a size is another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Change {
    /// The first instant at which the size has this value.
    pub at: DateTime<Utc>,
    /// The number of contacts, or of memberships where the semantics count those.
    pub value: u64,
}

impl Timeline {
    /// The size at `from`.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.first
    }

    /// The instants after `from` and until `to` at which the size changes, in their order. Where as many come as go, it
    /// does not.
    #[must_use]
    pub fn changes(&self) -> impl ExactSizeIterator<Item = Change> + DoubleEndedIterator {
        self.changes.iter().map(|(at, value)| Change { at: from_micros(*at), value: *value })
    }

    /// The size at `from`, and every change of it.
    pub fn every_change(&self) -> impl Iterator<Item = Change> {
        std::iter::once(Change { at: self.from, value: self.first }).chain(self.changes())
    }

    /// The size at an instant, if that is not before `from` or after `to`.
    #[must_use]
    pub fn at(&self, now: DateTime<Utc>) -> Option<u64> {
        if now < self.from || now > self.to {
            return None;
        }
        let now = now.timestamp_micros();
        let passed = self.changes.partition_point(|(at, _)| *at <= now);
        Some(passed.checked_sub(1).map_or(self.first, |last| self.changes[last].1))
    }

    /// The sizes at `from` and at every so much time after it, until `to`; none where the step is no time or less.
    ///
    /// ```
    /// use chrono::TimeDelta;
    /// use headcount::{Audience, EvalContext, Table};
    ///
    /// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
    /// let audience = Audience::of("last_clicked_at within 30 days".parse()?);
    /// let timeline = Table::default().timeline(&audience, &cx, cx.now + TimeDelta::days(7));
    /// assert_eq!(timeline.every(TimeDelta::days(1)).count(), 8);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn every(&self, step: TimeDelta) -> impl Iterator<Item = Change> {
        let first = Some(self.from).filter(|_| step > TimeDelta::zero());
        let instants = std::iter::successors(first, move |at| at.checked_add_signed(step));
        instants.map_while(|at| self.at(at).map(|value| Change { at, value }))
    }

    /// The least size, and the greatest.
    #[must_use]
    pub fn extremes(&self) -> (u64, u64) {
        let values = self.changes.iter().map(|(_, value)| *value);
        values.fold((self.first, self.first), |(least, most), value| (least.min(value), most.max(value)))
    }
}

impl Table {
    /// The size of an audience from `cx.now` to another instant, both included, with the records as they are: what
    /// happens if nobody does anything. An instant before `cx.now` counts as that.
    ///
    /// Every contact is looked at once, however many changes there are; what cannot change within the range is counted as
    /// [`Table::size`] counts. Each change takes up to 40 bytes while they are sorted, and 16 after.
    #[must_use]
    pub fn timeline(&self, audience: &Audience, cx: &EvalContext, to: DateTime<Utc>) -> Timeline {
        let to = to.max(cx.now);
        let range = (cx.now.timestamp_micros(), to.timestamp_micros());
        let (first, changes) = Changes::into_steps(self.sweep(audience, cx, range), self.stop_token());
        let fingerprint = self.fingerprint_of(audience);
        Timeline { from: cx.now, to, semantics: cx.semantics, fingerprint, first, changes }
    }

    /// The first instant after `cx.now` at which the size of an audience is another one, with the records as they
    /// are: until then, a size that was kept stays true. None if it never changes.
    ///
    /// ```
    /// use headcount::{Audience, Contact, EvalContext, Table};
    ///
    /// let contact: Contact =
    ///     serde_json::from_str(r#"{"phone_number": "+1", "list_id": 7, "signup_date": "2025-11-01"}"#)?;
    /// let table: Table = [contact].iter().collect();
    /// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
    ///
    /// let recent = Audience::of("signup_date within 30 days".parse()?);
    /// let until = table.valid_until(&recent, &cx).map(|until| until.to_rfc3339());
    /// assert_eq!(until.as_deref(), Some("2025-12-01T00:00:00.000001+00:00"));
    ///
    /// let anybody = Audience::of("signup_date exists".parse()?);
    /// assert_eq!(table.valid_until(&anybody, &cx), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn valid_until(&self, audience: &Audience, cx: &EvalContext) -> Option<DateTime<Utc>> {
        let end = DateTime::<Utc>::MAX_UTC.timestamp_micros();
        let now = cx.now.timestamp_micros();
        // Near changes are found without looking for far ones: the range grows until there is one, or no time is left.
        let mut reach = 60_000_000_i64;
        loop {
            // From the calendar's beginning to its end is further than can be counted.
            let to = if reach == i64::MAX { end } else { now.saturating_add(reach).min(end) };
            let (_, changes) = Changes::into_steps(self.sweep(audience, cx, (now, to)), self.stop_token());
            match changes.first() {
                Some((at, _)) => return Some(from_micros(*at)),
                None if to == end || self.is_stopped() => return None,
                None => reach = reach.saturating_mul(64),
            }
        }
    }
}
