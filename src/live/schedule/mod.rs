//! Who is to be asked anew as time passes, and when.
//!
//! The answer to a condition on a time changes some delay after the value's instant, and the delays are those of the
//! audiences: `within 30 days` begins to hold at the instant and ceases thirty days and a microsecond later. So for each
//! field that is asked there are its values in their order, and for each delay a cursor, which is where the clock is less
//! the delay. No contact has a timer: what a cursor passes is a contact to be asked anew. Whom cursors will pass next is
//! looked up for all of them together, some hundred at a time.

mod time_index;

use std::collections::{HashMap, VecDeque};

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
    /// Whom cursors pass next, and when; some of them have changed meanwhile, and are asked in vain.
    upcoming: VecDeque<Pass>,
    /// Whom cursors pass up to here is among the upcoming, or has been passed.
    known: TimeEntry,
    /// Who was passed last, and when.
    passed: TimeEntry,
    /// How much time is looked through at once, so that it is some hundred who are passed in it.
    span: u64,
    semantics: Semantics,
    scratch: [Vec<i64>; 2],
}

/// Somebody whom cursors pass, and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pass {
    entry: TimeEntry,
    /// The places of the times that they pass, a bit for each; from the last one on places share a bit.
    times: u64,
}

impl Pass {
    fn of(entry: TimeEntry, time: usize) -> Self {
        Self { entry, times: 1 << time.min(63) }
    }

    pub(super) fn phone(&self) -> Phone {
        self.entry.phone
    }
}

/// How many entries a cursor looks ahead at the most.
const AHEAD: usize = 256;

/// How many are upcoming at the most.
const MOST_UPCOMING: usize = 4 * AHEAD;

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

    fn cursor(&mut self, delay: u64) -> Option<&mut Cursor> {
        let at = self.cursors.binary_search_by_key(&delay, |cursor| cursor.delay).ok()?;
        Some(&mut self.cursors[at])
    }

    /// Those whom a cursor passes behind an entry, each with the instant at which it does.
    fn passes(&self, delay: u64, behind: TimeEntry) -> impl Iterator<Item = TimeEntry> {
        self.index.behind(behind.sooner(delay)).map_while(move |entry| entry.later(delay))
    }
}

impl Schedule {
    pub(super) fn new(semantics: Semantics) -> Self {
        const SECOND: u64 = 1_000_000;
        let (times, places, upcoming) = (Vec::new(), HashMap::new(), VecDeque::new());
        let nobody = TimeEntry::last_at(i64::MIN);
        let (known, passed, scratch) = (nobody, nobody, Default::default());
        Self { times, places, upcoming, known, passed, span: SECOND, semantics, scratch }
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
                Err(place) => cursors.insert(place, Cursor { delay, users: 1 }),
            }
        }
        let missing = self.times.iter().enumerate().map(|(time, asked)| {
            let until = horizons.get(time).copied().unwrap_or(i64::MAX);
            MissingRange { time, after: asked.horizon(clock), until }
        });
        let missing: Vec<MissingRange> = missing.filter(|range| range.after < range.until).collect();
        self.load(&missing, table, phones);
        self.begin_anew(clock);
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
        let Self { times, upcoming, known, passed, semantics, scratch: [before, after], .. } = self;
        for (time, asked) in times.iter_mut().enumerate().filter(|(_, asked)| !asked.cursors.is_empty()) {
            before.clear();
            after.clear();
            if let Some(former) = former {
                before.extend(instants(former, &asked.subject, *semantics));
            }
            if let Some(record) = record {
                after.extend(instants(record, &asked.subject, *semantics));
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
                let entry = TimeEntry { at: *at, phone };
                asked.index.insert(entry);
                let passes = asked.cursors.iter().filter_map(|cursor| entry.later(cursor.delay));
                for pass in passes.filter(|pass| pass.at > clock && *passed < *pass && *pass <= *known) {
                    let pass = Pass::of(pass, time);
                    match upcoming.binary_search_by_key(&pass.entry, |known| known.entry) {
                        Ok(place) => upcoming[place].times |= pass.times,
                        Err(place) => upcoming.insert(place, pass),
                    }
                }
            }
        }
        self.keep_bounded();
    }

    /// The first instant after the clock's at which somebody is to be asked anew.
    pub(super) fn next(&mut self, clock: i64) -> Option<i64> {
        self.upcoming(clock).map(|pass| pass.entry.at)
    }

    /// The next whom a cursor passes at an instant, which is the clock's next.
    pub(super) fn pass_next(&mut self, at: i64) -> Option<Pass> {
        let next = self.upcoming(at - 1).filter(|pass| pass.entry.at == at)?;
        self.upcoming.pop_front();
        self.passed = next.entry;
        Some(next)
    }

    /// Whether it is by such a time that cursors pass somebody.
    pub(super) fn is_by(&self, pass: Pass, time: &Subject) -> bool {
        self.places.get(time).is_some_and(|place| pass.times & Pass::of(pass.entry, *place).times != 0)
    }

    /// Whether whoever has this phone number has been passed at an instant, if some cursor passes it then.
    pub(super) fn has_passed(&self, at: i64, phone: Phone) -> bool {
        TimeEntry { at, phone } <= self.passed
    }

    /// Nobody has been passed since the clock's instant.
    pub(super) fn begin_anew(&mut self, clock: i64) {
        self.upcoming.clear();
        self.known = TimeEntry::last_at(clock);
        self.passed = self.known;
    }

    /// Who is passed next.
    fn upcoming(&mut self, clock: i64) -> Option<Pass> {
        if self.upcoming.is_empty() {
            self.look_ahead(clock);
        }
        self.upcoming.front().copied()
    }

    /// Looks up some of those whom cursors pass next.
    fn look_ahead(&mut self, clock: i64) {
        for asked in &mut self.times {
            asked.index.forget_until(asked.horizon(clock));
        }
        let behind = self.known;
        let times = &self.times;
        let cursors = || {
            let times = times.iter().enumerate();
            times.flat_map(|(time, asked)| asked.cursors.iter().map(move |cursor| (time, asked, cursor.delay)))
        };
        let firsts = cursors().filter_map(|(_, asked, delay)| asked.passes(delay, behind).next());
        let Some(first) = firsts.min() else {
            self.known = TimeEntry::last_at(i64::MAX);
            return;
        };
        let end = TimeEntry::last_at(first.at.saturating_add_unsigned(self.span));
        let (mut until, mut found) = (end, Vec::new());
        for (time, asked, delay) in cursors() {
            let mut passes = asked.passes(delay, behind).take_while(|entry| *entry <= until);
            found.extend(passes.by_ref().take(AHEAD).map(|entry| Pass::of(entry, time)));
            if let (Some(last), true) = (found.last(), passes.next().is_some()) {
                until = last.entry;
            }
        }
        found.retain(|pass| pass.entry <= until);
        found.sort_unstable_by_key(|pass| pass.entry);
        found.dedup_by(|next, pass| {
            let is_same = next.entry == pass.entry;
            pass.times |= if is_same { next.times } else { 0 };
            is_same
        });
        if until < end || found.len() > MOST_UPCOMING {
            self.span /= 2;
        } else if found.len() < MOST_UPCOMING / 2 {
            self.span = self.span.saturating_mul(2).saturating_add(1);
        }
        self.known = until;
        self.upcoming.extend(found);
        self.keep_bounded();
    }

    /// Forgets the last of those who are upcoming, where they are many: they are looked up again.
    fn keep_bounded(&mut self) {
        if self.upcoming.len() > MOST_UPCOMING {
            self.upcoming.truncate(MOST_UPCOMING / 2);
            self.known = self.upcoming.back().map_or(self.known, |pass| pass.entry);
        }
    }

    #[cfg(test)]
    pub(super) fn fields(&self) -> usize {
        self.times.len()
    }

    #[cfg(test)]
    pub(super) fn known_ahead(&self) -> usize {
        self.upcoming.len()
    }

    /// How many bytes the instants take.
    pub(super) fn bytes(&self) -> usize {
        self.times.iter().map(|asked| asked.index.bytes()).sum()
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
