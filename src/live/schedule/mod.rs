//! Who is to be asked anew as time passes, and when.
//!
//! The answer to a condition on a time changes some delay after the value's instant, and the delays are those of the
//! audiences: `within 30 days` begins to hold at the instant and ceases thirty days and a microsecond later. So for each
//! field that is asked there are its values in their order, and for each delay a cursor, which is where the clock is less
//! the delay. No contact has a timer: what a cursor passes is a contact to be asked anew.

mod time_index;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

pub(super) use self::time_index::TimeEntry;
use self::time_index::TimeIndex;
use crate::audience::Audience;
use crate::matcher::{CustomField, Record};
use crate::plan::{Subject, ValueRef};
use crate::semantics::{Semantics, Subscription};
use crate::table::{OddPhones, Phone, Row, Table};
use crate::time::parse_micros;
use crate::timeline::TimeDependent;

/// Who is to be asked anew, and when.
#[derive(Clone, Debug)]
pub(super) struct Schedule {
    times: Vec<AskedTime>,
    places: HashMap<Subject, usize>,
    /// The instants at which a cursor passes something, the next first; one of a cursor is the one that it has, and others
    /// are of no account.
    due: BinaryHeap<Reverse<Due>>,
    semantics: Semantics,
    scratch: [Vec<i64>; 2],
}

/// When a cursor passes something: the instant, the place of what it passes, and the delay.
type Due = (i64, usize, u64);

/// A field that audiences ask how long it is ago.
#[derive(Clone, Debug)]
struct AskedTime {
    subject: Subject,
    /// In the order of their delays.
    cursors: Vec<Cursor>,
    /// Every instant that some cursor has still to pass.
    index: TimeIndex,
}

#[derive(Clone, Copy, Debug)]
struct Cursor {
    delay: u64,
    /// How many conditions ask for it.
    users: usize,
    /// Before this instant it passes nothing.
    next: Option<i64>,
}

/// The cursors that pass something at one instant, and how far they have come among those who are passed: in the order of
/// [`Phone`].
#[derive(Clone, Debug)]
pub(super) struct Passage {
    at: i64,
    cursors: Vec<PassingCursor>,
    /// Whoever comes before this has been passed.
    frontier: Phone,
    /// Whether the heads are to be looked for again.
    is_stale: bool,
}

#[derive(Clone, Copy, Debug)]
struct PassingCursor {
    time: usize,
    delay: u64,
    /// The next whom it passes.
    head: Option<Phone>,
}

/// Instants of a field that are to be looked for in the table: those after one and up to another.
#[derive(Clone, Copy, Debug)]
struct MissingRange {
    time: usize,
    after: i64,
    until: i64,
}

impl AskedTime {
    /// Up to here, every cursor has passed everything.
    fn horizon(&self, clock: i64) -> i64 {
        self.cursors.last().map_or(i64::MAX, |cursor| clock.saturating_sub_unsigned(cursor.delay))
    }

    /// The first instant after the clock's at which a cursor passes something.
    fn next(&self, clock: i64, delay: u64) -> Option<i64> {
        let first = TimeEntry::first_after(clock.saturating_sub_unsigned(delay))?;
        self.index.first_from(first)?.at.checked_add_unsigned(delay)
    }

    fn cursor(&mut self, delay: u64) -> Option<&mut Cursor> {
        let at = self.cursors.binary_search_by_key(&delay, |cursor| cursor.delay).ok()?;
        Some(&mut self.cursors[at])
    }

    /// Before which instant a cursor passes nothing.
    fn passes_next(&self, delay: u64) -> Option<i64> {
        let at = self.cursors.binary_search_by_key(&delay, |cursor| cursor.delay).ok()?;
        self.cursors[at].next
    }
}

impl Schedule {
    pub(super) fn new(semantics: Semantics) -> Self {
        let (times, places, due) = (Vec::new(), HashMap::new(), BinaryHeap::new());
        Self { times, places, due, semantics, scratch: Default::default() }
    }

    /// Takes in what audiences ask of the contacts of a table, from an instant on.
    pub(super) fn add<'a>(
        &mut self,
        audiences: impl IntoIterator<Item = &'a Audience>,
        (table, phones): (&Table, &OddPhones),
        clock: i64,
    ) {
        let horizons: Vec<i64> = self.times.iter().map(|time| time.horizon(clock)).collect();
        let semantics = self.semantics;
        for (subject, delay) in audiences.into_iter().flat_map(|audience| delays(audience, semantics)) {
            let at = self.place(subject);
            let cursors = &mut self.times[at].cursors;
            match cursors.binary_search_by_key(&delay, |cursor| cursor.delay) {
                Ok(known) => cursors[known].users += 1,
                Err(place) => cursors.insert(place, Cursor { delay, users: 1, next: None }),
            }
        }
        let missing = self.times.iter().enumerate().map(|(time, asked)| {
            let until = horizons.get(time).copied().unwrap_or(i64::MAX);
            MissingRange { time, after: asked.horizon(clock), until }
        });
        let missing: Vec<MissingRange> = missing.filter(|range| range.after < range.until).collect();
        self.load(&missing, table, phones);
        for (time, asked) in self.times.iter_mut().enumerate() {
            for at in 0..asked.cursors.len() {
                let delay = asked.cursors[at].delay;
                if asked.cursors[at].next.is_none()
                    && let Some(next) = asked.next(clock, delay)
                {
                    asked.cursors[at].next = Some(next);
                    self.due.push(Reverse((next, time, delay)));
                }
            }
        }
    }

    /// The place of a field, which may have been that of one that nobody asks any more.
    fn place(&mut self, subject: Subject) -> usize {
        if let Some(at) = self.places.get(&subject) {
            return *at;
        }
        let asked = AskedTime { subject: subject.clone(), cursors: Vec::new(), index: TimeIndex::default() };
        let vacant = self.times.iter().position(|asked| asked.cursors.is_empty());
        let at = vacant.unwrap_or(self.times.len());
        match vacant {
            Some(at) => self.times[at] = asked,
            None => self.times.push(asked),
        }
        self.places.insert(subject, at);
        at
    }

    /// Forgets what an audience asks.
    pub(super) fn remove(&mut self, audience: &Audience) {
        for (subject, delay) in delays(audience, self.semantics) {
            if let Some(at) = self.places.get(&subject)
                && let Some(cursor) = self.times[*at].cursor(delay)
            {
                cursor.users -= 1;
            }
        }
        for asked in &mut self.times {
            asked.cursors.retain(|cursor| cursor.users > 0);
            if asked.cursors.is_empty() {
                asked.index = TimeIndex::default();
                self.places.remove(&asked.subject);
            }
        }
    }

    fn load(&mut self, missing: &[MissingRange], table: &Table, phones: &OddPhones) {
        if missing.is_empty() {
            return;
        }
        let found = table.fold_rows(
            || vec![Vec::new(); missing.len()],
            |found: &mut Vec<Vec<TimeEntry>>, phone_number: &str, row: Row<'_>| {
                // OK because whoever has an odd one is known.
                let Some(phone) = phones.find(phone_number) else { return };
                for (range, found) in missing.iter().zip(found) {
                    let instants = instants(&row, &self.times[range.time].subject, self.semantics);
                    let wanted = instants.filter(|at| range.after < *at && *at <= range.until);
                    found.extend(wanted.map(|at| TimeEntry { at, phone }));
                }
            },
        );
        let mut all: Vec<Vec<TimeEntry>> = vec![Vec::new(); missing.len()];
        for part in found {
            all.iter_mut().zip(part).for_each(|(all, part)| all.extend(part));
        }
        for (range, entries) in missing.iter().zip(all) {
            self.times[range.time].index.extend_until(range.until, entries);
        }
    }

    /// Takes in what becomes of a contact; where there is no record, there is no contact.
    pub(super) fn change<F: Record + ?Sized, R: Record + ?Sized>(
        &mut self,
        phone: Phone,
        former: Option<&F>,
        record: Option<&R>,
        clock: i64,
    ) {
        let [before, after] = &mut self.scratch;
        for (time, asked) in self.times.iter_mut().enumerate().filter(|(_, asked)| !asked.cursors.is_empty()) {
            before.clear();
            after.clear();
            if let Some(former) = former {
                before.extend(instants(former, &asked.subject, self.semantics));
            }
            if let Some(record) = record {
                after.extend(instants(record, &asked.subject, self.semantics));
            }
            before.sort_unstable();
            after.sort_unstable();
            if before == after {
                continue;
            }
            for at in before.iter().filter(|at| after.binary_search(at).is_err()) {
                asked.index.remove(TimeEntry { at: *at, phone });
            }
            let horizon = asked.horizon(clock);
            for at in after.iter().filter(|at| **at > horizon && before.binary_search(at).is_err()) {
                asked.index.insert(TimeEntry { at: *at, phone });
                for cursor in &mut asked.cursors {
                    let due = at.checked_add_unsigned(cursor.delay).filter(|due| *due > clock);
                    if let Some(due) = due.filter(|due| cursor.next.is_none_or(|next| *due < next)) {
                        cursor.next = Some(due);
                        self.due.push(Reverse((due, time, cursor.delay)));
                    }
                }
            }
        }
        self.compact();
    }

    /// Forgets instants that are of no account, once they are the greater part.
    fn compact(&mut self) {
        const FEW: usize = 1_024;
        let cursors: usize = self.times.iter().map(|asked| asked.cursors.len()).sum();
        if self.due.len() > FEW + 2 * cursors {
            let times = &self.times;
            self.due.retain(|Reverse((at, time, delay))| times[*time].passes_next(*delay) == Some(*at));
        }
    }

    /// The first instant after the clock's at which somebody is to be asked anew.
    pub(super) fn next(&mut self, clock: i64) -> Option<i64> {
        while let Some(Reverse((at, time, delay))) = self.due.peek().copied() {
            let asked = &mut self.times[time];
            let next = asked.next(clock, delay);
            match asked.cursor(delay).filter(|cursor| cursor.next == Some(at)) {
                Some(_) if next == Some(at) => return next,
                // Who would have been passed is no longer there.
                Some(cursor) => {
                    cursor.next = next;
                    self.due.pop();
                    self.due.extend(next.map(|next| Reverse((next, time, delay))));
                }
                None => _ = self.due.pop(),
            }
        }
        None
    }

    /// Begins to pass what cursors pass at an instant.
    pub(super) fn begin(&mut self, at: i64) -> Passage {
        Passage { at, cursors: Vec::new(), frontier: Phone::FIRST, is_stale: true }
    }

    /// The next whom a cursor passes.
    pub(super) fn pass_next(&mut self, passage: &mut Passage) -> Option<Phone> {
        while let Some(Reverse((at, time, delay))) = self.due.peek().copied().filter(|Reverse(due)| due.0 <= passage.at)
        {
            self.due.pop();
            if let Some(cursor) = self.times[time].cursor(delay)
                && cursor.next == Some(at)
            {
                // Until it goes on: what else there is of it among those that are due is of no account.
                cursor.next = None;
                passage.cursors.push(PassingCursor { time, delay, head: None });
                passage.is_stale = true;
            }
        }
        let Passage { at, cursors, frontier, is_stale } = passage;
        let head = |cursor: &PassingCursor, from: Phone| {
            // OK because it passes something at that instant.
            let entry = TimeEntry { at: at.saturating_sub_unsigned(cursor.delay), phone: from };
            let found = self.times[cursor.time].index.first_from(entry)?;
            (found.at == entry.at).then_some(found.phone)
        };
        if std::mem::take(is_stale) {
            cursors.iter_mut().for_each(|cursor| cursor.head = head(cursor, *frontier));
        }
        let next = cursors.iter().filter_map(|cursor| cursor.head).min()?;
        *frontier = next.next();
        for cursor in cursors.iter_mut().filter(|cursor| cursor.head == Some(next)) {
            cursor.head = head(cursor, *frontier);
        }
        Some(next)
    }

    /// All have been passed whom cursors pass at an instant: they go on.
    pub(super) fn finish(&mut self, passage: Passage) {
        for PassingCursor { time, delay, .. } in passage.cursors {
            let asked = &mut self.times[time];
            let next = asked.next(passage.at, delay);
            if let Some(cursor) = asked.cursor(delay) {
                cursor.next = next;
                self.due.extend(next.map(|next| Reverse((next, time, delay))));
            }
            let horizon = asked.horizon(passage.at);
            asked.index.forget_until(horizon);
        }
    }

    /// Cursors go back to before an instant that they have begun to pass.
    pub(super) fn abandon(&mut self, passage: Passage) {
        for PassingCursor { time, delay, .. } in passage.cursors {
            if let Some(cursor) = self.times[time].cursor(delay) {
                cursor.next = Some(passage.at);
                self.due.push(Reverse((passage.at, time, delay)));
            }
        }
    }

    #[cfg(test)]
    pub(super) fn fields(&self) -> usize {
        self.times.len()
    }

    #[cfg(test)]
    pub(super) fn dues(&self) -> usize {
        self.due.len()
    }

    /// How many bytes the instants take.
    pub(super) fn bytes(&self) -> usize {
        self.times.iter().map(|asked| asked.index.bytes()).sum()
    }
}

impl Passage {
    pub(super) fn at(&self) -> i64 {
        self.at
    }

    /// Whether whoever has this phone number has been passed, if some cursor passes it.
    pub(super) fn has_passed(&self, phone: Phone) -> bool {
        phone < self.frontier
    }

    /// Instants have changed.
    pub(super) fn look_again(&mut self) {
        self.is_stale = true;
    }
}

/// The times that an audience asks, each with the delays after which an answer changes.
fn delays(audience: &Audience, semantics: Semantics) -> Vec<(Subject, u64)> {
    let mut delays = Vec::new();
    let mut groups = vec![audience.filter.root()];
    while let Some(group) = groups.pop() {
        groups.extend(group.groups());
        let dependent = group.conditions().iter().filter_map(|condition| TimeDependent::of(condition, semantics));
        for condition in dependent {
            delays.extend(condition.delays().map(|delay| (condition.subject.clone(), delay)));
        }
    }
    delays
}

/// The instants of a field, of the memberships that take part.
fn instants<R: Record + ?Sized>(record: &R, subject: &Subject, semantics: Semantics) -> impl Iterator<Item = i64> {
    let takes_part =
        move |membership: &usize| semantics.subscription == Subscription::Any || record.active(*membership);
    (0..record.memberships()).filter(takes_part).filter_map(move |membership| match subject {
        Subject::Time(field) => record.time(*field, membership),
        Subject::Custom(key) => match record.custom(CustomField::new(key.as_str(), None), membership)? {
            ValueRef::Text(text) => parse_micros(text),
            _ => None,
        },
        // None of them is a time.
        Subject::Count(_) | Subject::Amount(_) | Subject::Flag(_) | Subject::Text(_) | Subject::Lists => None,
    })
}
