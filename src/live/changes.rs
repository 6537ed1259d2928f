//! Contacts that change, and time that passes.

use chrono::{DateTime, Utc};

use super::instant::{Instant, event, growth};
use super::schedule::Schedule;
use super::{Events, Live};
use crate::audience_set::{AudienceSet, Delta};
use crate::contact::Contact;
use crate::error::{Code, Errors, Kind, Place};
use crate::matcher::Record;
use crate::semantics::Unit;
use crate::table::{Phone, Row};

impl Live {
    /// Takes in a record that is known from an instant on, as [`Table::merge`](crate::Table::merge) does; gives the events.
    ///
    /// The clock moves to that instant first, unless it is there already: what comes late is applied now. What time does on the
    /// way is told before. The change is made when the call returns, whether or not its events are taken; whoever lets
    /// much time pass between two changes [advances](Self::advance) in between, so that events need not be kept.
    ///
    /// # Errors
    ///
    /// Where the record has no phone number: `invalid_value`. Nothing changes then, and the clock does not move.
    ///
    /// ```
    /// use headcount::{Audience, Contact, EvalContext, Live, Table};
    ///
    /// let audience = Audience::of("click_count > 0".parse()?);
    /// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
    /// let mut live = Live::new(Table::default(), [audience], &cx)?;
    /// let record = Contact::from_json(r#"{"phone_number": "+1", "click_count": 1}"#)?;
    /// assert_eq!(live.apply(record.clone(), cx.now)?.count(), 1);
    /// assert_eq!(live.apply(record, cx.now)?.count(), 0, "nothing changes");
    /// assert_eq!(
    ///     live.apply(Contact::default(), cx.now).unwrap_err().to_string(),
    ///     "invalid_value at /phone_number: key `phone_number`: a record needs a `phone_number`, and this one is empty"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn apply(&mut self, record: Contact, at: DateTime<Utc>) -> Result<Events<'_>, Errors> {
        let phone_number = record.phone_number.clone();
        if phone_number.is_empty() {
            let reason = "a record needs a `phone_number`, and this one is empty".to_owned();
            let kind = Kind::Record { code: Code::InvalidValue, key: Some("phone_number".to_owned()), reason };
            return Err(Errors::of(kind, Place::pointer("/phone_number".to_owned())));
        }
        self.move_to(at.timestamp_micros());
        let (phone, unit) = (self.phones.intern(&phone_number), self.semantics.unit);
        let Self { table, set, schedule, instant, clock, idle, .. } = self;
        let mut comparison = Comparison { set, schedule, instant: instant.as_mut(), clock: *clock, unit };
        let is_unlisted = record.memberships.iter().any(|membership| membership.list_id.is_none());
        let compare = |former: Option<&Row<'_>>, contact: &Contact| {
            idle.record(is_unlisted, contact);
            comparison.compare(phone, former, Some(contact))
        };
        let (deltas, _) = table.merge_comparing(record, compare);
        Ok(self.count_and_tell(phone_number, &deltas))
    }

    /// Takes out a contact at an instant, as [`Live::apply`] takes one in. Where there is nobody of that phone number, nothing
    /// happens, but that the clock moves and [`Live::notes`] tell it.
    ///
    /// ```
    /// use headcount::{Audience, Contact, EvalContext, Live, Table, live::EventKind};
    ///
    /// let contact = Contact::from_json(r#"{"phone_number": "+1", "click_count": 1}"#)?;
    /// let audience = Audience::of("click_count > 0".parse()?);
    /// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
    /// let mut live = Live::new(Table::from_iter([contact]), [audience], &cx)?;
    /// assert_eq!(live.remove("+1", cx.now).next().unwrap().event, EventKind::Left);
    /// assert_eq!(live.remove("+1", cx.now).count(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn remove(&mut self, phone_number: &str, at: DateTime<Utc>) -> Events<'_> {
        self.move_to(at.timestamp_micros());
        let mut deltas = Vec::new();
        if let Some(row) = self.table.find_row(phone_number) {
            let (phone, unit) = (self.phones.intern(phone_number), self.semantics.unit);
            let Self { set, schedule, instant, clock, .. } = self;
            let mut comparison = Comparison { set, schedule, instant: instant.as_mut(), clock: *clock, unit };
            deltas = comparison.compare(phone, Some(&row), None::<&Contact>);
            self.table.remove(phone_number);
        } else {
            self.idle.unknown(phone_number);
        }
        self.count_and_tell(phone_number.to_owned(), &deltas)
    }

    /// Moves the clock to an instant, as its events are taken: with the last of them it is there.
    ///
    /// Whoever stops before leaves the clock where it has come to, and goes on by calling again; contacts may change in
    /// between. What is kept in memory is the events of one instant.
    ///
    /// # Errors
    ///
    /// Where the instant lies in the past: `invalid_value`.
    ///
    /// ```
    /// use headcount::{EvalContext, Live, Table};
    ///
    /// let mut live = Live::new(Table::default(), [], &EvalContext::at("2025-11-15T08:30:00Z".parse()?))?;
    /// assert_eq!(live.advance("2025-11-16T00:00:00Z".parse()?)?.count(), 0);
    /// assert_eq!(
    ///     live.advance("2025-11-15T08:30:00Z".parse()?).unwrap_err().to_string(),
    ///     "invalid_value at /at: expected an instant from 2025-11-16T00:00:00Z on, found 2025-11-15T08:30:00Z"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn advance(&mut self, to: DateTime<Utc>) -> Result<Events<'_>, Errors> {
        self.advance_some(to, usize::MAX)
    }

    /// Moves the clock towards an instant, as [`Live::advance`] does, until that many contacts have been asked what time does
    /// to them: some microseconds each. [`Live::now`] tells how far it has come.
    ///
    /// At a midnight, a whole day of sign-ups may leave an audience; so a service asks some at a time, and takes updates in
    /// between.
    ///
    /// # Errors
    ///
    /// As [`Live::advance`].
    ///
    /// ```
    /// use headcount::{Audience, Contact, EvalContext, Live, Table};
    ///
    /// let signed_up = |number: u32| Contact::from_json(
    ///     &format!(r#"{{"phone_number": "+{number}", "signup_date": "2025-11-01"}}"#),
    /// );
    /// let table = (0..100).map(signed_up).collect::<Result<Table, _>>()?;
    /// let audience = Audience::of("signup_date within 30 days".parse()?);
    /// let mut live = Live::new(table, [audience], &EvalContext::at("2025-11-15T08:30:00Z".parse()?))?;
    /// let midnight = "2025-12-01T00:00:00.000001Z".parse()?;
    /// let mut told = 0;
    /// while live.now() < midnight {
    ///     told += live.advance_some(midnight, 30)?.count();
    ///     // All at one instant, and before it all are in.
    ///     assert_eq!(live.size("0")?.value, 100 - told as u64);
    /// }
    /// assert_eq!(told, 100);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn advance_some(&mut self, to: DateTime<Utc>, contacts: usize) -> Result<Events<'_>, Errors> {
        let to = to.timestamp_micros();
        if to < self.clock {
            let kind = Kind::TimeRunsBack { now: self.clock, found: to };
            return Err(Errors::of(kind, Place::pointer("/at".to_owned())));
        }
        Ok(Events::new(self, to, contacts))
    }

    /// The events that nobody has taken yet.
    pub fn events(&mut self) -> Events<'_> {
        let clock = self.clock;
        Events::new(self, clock, 0)
    }

    fn count_and_tell(&mut self, phone_number: String, deltas: &[Delta]) -> Events<'_> {
        let mut told = Vec::new();
        for delta in deltas {
            let Some(entry) = self.roster.get_mut(delta.audience) else { continue };
            entry.size = entry.size.saturating_add_signed(growth(delta, self.semantics.unit));
            told.extend(event(delta).map(|event| (entry.name.clone(), event)));
        }
        self.untold.put_update(self.clock, phone_number, told);
        self.events()
    }
}

/// What a contact that changes is looked at with.
struct Comparison<'l> {
    set: &'l AudienceSet,
    schedule: &'l mut Schedule,
    /// The instant at which contacts are being asked, which is the next.
    instant: Option<&'l mut Instant>,
    clock: i64,
    unit: Unit,
}

impl Comparison<'_> {
    /// What becomes of audiences as a contact becomes another one, or one comes or goes.
    fn compare<F: Record + ?Sized, R: Record + ?Sized>(
        &mut self,
        phone: Phone,
        former: Option<&F>,
        record: Option<&R>,
    ) -> Vec<Delta> {
        let Self { set, schedule, instant, clock, unit } = self;
        schedule.change(phone, former, record, *clock);
        if let Some(instant) = instant
            && schedule.has_passed(instant.at, phone)
        {
            let next = instant.at;
            let before = set.deltas(at(former, *clock), at(former, next));
            instant.take_back(phone, &before, *unit);
            let after = set.deltas(at(record, *clock), at(record, next));
            instant.add(phone, &after, *unit);
        }
        set.deltas(at(former, *clock), at(record, *clock))
    }
}

fn at<R: ?Sized>(record: Option<&R>, at: i64) -> Option<(&R, i64)> {
    record.map(|record| (record, at))
}
