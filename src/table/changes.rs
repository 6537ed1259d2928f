//! What becomes of a table as contacts change.
//!
//! A contact that changes is taken out where it stands and put into the overflow, which is bounded: when it is full it
//! becomes a level. A level is joined with all newer ones once those have a quarter as many contacts as it has, or once a
//! quarter of its own rows are removed. So each level is at least four times the newer ones together: there are no more than
//! the logarithm, to the base of five, of the number of contacts, each of which whoever counts has to bind a plan to. A
//! change costs no more than writing five contacts a level into columns, and no more rows are removed ones than a quarter.
//!
//! That is so on the whole: one change in thousands writes all contacts anew. Where others wait for whoever makes a change,
//! it makes a level of a full overflow and no more: to join levels is left to whoever has the time, beside further changes.
//! Only where there are so many levels that nobody seems to have it, a change joins young ones, of no more contacts than a
//! bound. And where contacts are seldom counted, a change puts none into columns: it makes levels of records.

use std::borrow::Cow;
use std::sync::Arc;

use super::beside::join;
use super::build::Pauses;
use super::level::Level;
use super::overflow::OverflowRow;
use super::{Row, Table, TableRow};
use crate::contact::Contact;

/// How many times the newer levels together a level has at the least.
const GROWTH: usize = 4;

/// From so many newer levels on a change joins young ones though others wait for it: it seems that nobody else does, and sizes
/// would take the longer.
const MANY_LEVELS: usize = 16;

/// Of more newer levels than this a change joins whatever is due: else sizes would take ever longer.
const MOST_LEVELS: usize = 128;

impl Table {
    /// Takes in a record, as [`Population::insert`](crate::Population::insert) does: a membership on a list that the
    /// contact is already on replaces the earlier one; of a contact's own fields the last that was given counts. Gives
    /// back how many memberships were replaced.
    ///
    /// Many changes take no longer than as many records take that a table is built of; one in thousands of them puts all
    /// contacts into columns anew. A [`SharedTable`](crate::SharedTable) bounds what each does.
    ///
    /// ```
    /// use headcount::{Contact, Table};
    ///
    /// let mut table = Table::default();
    /// for record in [
    ///     r#"{"phone_number": "+1", "list_id": 7, "click_count": 3}"#,
    ///     r#"{"phone_number": "+1", "list_id": 8}"#,
    ///     r#"{"phone_number": "+1", "list_id": 7, "click_count": 4}"#,
    /// ] {
    ///     table.merge(serde_json::from_str::<Contact>(record)?);
    /// }
    /// assert_eq!((table.len(), table.memberships(), table.replaced()), (1, 2, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn merge(&mut self, record: Contact) -> u64 {
        let (_, replaced) = self.merge_comparing(record, |_, _| ());
        replaced
    }

    /// As [`Table::merge`]; `compare` sees the contact as it was, if there was one, and as it becomes.
    pub(crate) fn merge_comparing<T>(
        &mut self,
        record: Contact,
        compare: impl FnOnce(Option<&Row<'_>>, &Contact) -> T,
    ) -> (T, u64) {
        let phone_number = record.phone_number.clone();
        let found = self.find(&phone_number);
        let known = found.map(|at| self.contact(at));
        let mut contact = known.unwrap_or_else(|| Contact { phone_number: phone_number.clone(), ..Contact::default() });
        let lifts_dnc = contact.on_dnc == Some(true) && record.on_dnc == Some(false);
        let replaced = contact.merge(record);
        let compared = compare(found.map(|at| self.row(at, &phone_number)).as_ref(), &contact);
        let order = match found {
            Some(at) => self.take(at),
            None => self.next_order(),
        };
        self.replaced += replaced;
        self.dnc_lifted += u64::from(lifts_dnc);
        self.put(contact, order);
        (compared, replaced)
    }

    /// Puts a contact in, in place of the one with its phone number and all of its memberships. Of two memberships on one
    /// list the later counts.
    pub fn replace(&mut self, contact: Contact) {
        let order = match self.find(&contact.phone_number) {
            Some(at) => self.take(at),
            None => self.next_order(),
        };
        let mut merged = Contact { phone_number: contact.phone_number.clone(), ..Contact::default() };
        merged.merge(contact);
        self.put(merged, order);
    }

    /// Takes a contact out; whether there was one.
    pub fn remove(&mut self, phone_number: &str) -> bool {
        let found = self.find(phone_number);
        if let Some(at) = found {
            self.take(at);
            self.keep_bounded();
        }
        found.is_some()
    }

    /// Puts everybody into the base, whose columns are built anew. Nobody who asks needs that: it makes a table that many
    /// changes were made to as fast and as small as one that was built of the final records. It takes about as long as
    /// building one.
    pub fn compact(&mut self) {
        if !self.is_compact() {
            self.join_from(0);
        }
    }

    /// The table with everybody in the base.
    #[cfg_attr(not(feature = "parquet"), expect(dead_code, reason = "only files are written from it"))]
    pub(crate) fn compacted(&self) -> Cow<'_, Self> {
        if self.newer.is_empty() && self.overflow.rows().is_empty() {
            return Cow::Borrowed(self);
        }
        let mut compacted = self.clone();
        compacted.compact();
        Cow::Owned(compacted)
    }

    /// Whether everybody is in the base, nobody was removed from it, and no place in the order is nobody's.
    pub(super) fn is_compact(&self) -> bool {
        let rows = self.base.rows();
        let is_whole = self.base.contacts() == rows && self.next_order == rows as u64;
        self.newer.is_empty() && self.overflow.rows().is_empty() && is_whole
    }

    fn next_order(&mut self) -> u64 {
        self.next_order += 1;
        self.next_order - 1
    }

    /// Takes out a contact, and tells its place in the order.
    fn take(&mut self, at: TableRow) -> u64 {
        match at {
            TableRow::Overflow(row) => self.overflow.remove(row).order,
            TableRow::Level(level, row) => {
                let level = self.level_mut(level);
                level.remove(row);
                level.order(row)
            }
        }
    }

    /// Puts in a contact that is not there.
    fn put(&mut self, contact: Contact, order: u64) {
        // Which keys its records gave is not known.
        if self.observed.given != u64::MAX {
            Arc::make_mut(&mut self.observed).given = u64::MAX;
        }
        self.overflow.insert(OverflowRow::new(contact, order));
        self.keep_bounded();
    }

    fn level_mut(&mut self, level: usize) -> &mut Level {
        match level.checked_sub(1) {
            None => &mut self.base,
            Some(newer) => &mut self.newer[newer],
        }
    }

    /// Puts the overflow into columns if it is full, and joins levels that are small or have few rows left, as far as one
    /// change may.
    fn keep_bounded(&mut self) {
        self.newer.retain(|level| level.contacts() > 0 || level.in_hand.is_taken());
        let (newer, in_overflow) = (self.newer.len(), self.overflow.rows().len());
        if self.leaves_records {
            if in_overflow >= self.most_in_a_change() {
                self.leave_records();
            }
            return;
        }
        let most = if !self.others_wait || newer >= MOST_LEVELS {
            usize::MAX
        } else if newer >= MANY_LEVELS {
            self.most_in_a_change()
        } else {
            0
        };
        let is_full = in_overflow >= self.layout.changed;
        let due = self.first_due(if is_full { in_overflow } else { 0 }, most.saturating_sub(in_overflow));
        if let Some(level) = due.or_else(|| is_full.then_some(self.newer.len() + 1)) {
            self.join_from(level);
        }
    }

    /// Makes a level of the overflow as it is, and one of many such levels: somebody else puts them into columns. Only if nobody
    /// seems to, this does.
    fn leave_records(&mut self) {
        let is_left = |level: &&Level| level.is_of_records() && !level.in_hand.is_taken();
        let left = self.newer.iter().rev().take_while(is_left).count();
        let first = self.newer.len() - left;
        if self.newer[first..].iter().map(Level::contacts).sum::<usize>() > MOST_LEVELS * self.most_in_a_change() {
            return self.join_from(first + 1);
        }
        let mut records = std::mem::take(&mut self.overflow).into_rows();
        if left >= MANY_LEVELS {
            self.newer.drain(first..).for_each(|level| records.extend(level.records()));
        }
        self.newer.push(Level::of_records(records));
    }

    /// How many contacts a change puts into columns at most while others wait for it: what takes some milliseconds.
    pub(super) fn most_in_a_change(&self) -> usize {
        8 * self.layout.changed
    }

    /// The oldest level that is to be joined, if somebody else does it.
    pub(super) fn due_level(&self) -> Option<usize> {
        self.first_due(0, usize::MAX)
    }

    /// The oldest level that is to be joined with all newer ones, of those that nobody has in hand, where they have no more
    /// than `most` contacts together. `more` are to become one more level.
    fn first_due(&self, more: usize, most: usize) -> Option<usize> {
        let in_hand = self.levels().zip(1..).filter(|(level, _)| level.in_hand.is_taken());
        let first = in_hand.last().map_or(0, |(_, behind)| behind);
        let mut in_newer = self.levels().skip(first).map(Level::contacts).sum::<usize>();
        let due = self.levels().skip(first).position(|level| {
            let (contacts, rows, joined) = (level.contacts(), level.rows(), in_newer);
            in_newer -= contacts;
            let is_small = in_newer + more > 0 && contacts <= GROWTH * (in_newer + more);
            let is_sparse = rows >= self.layout.changed && contacts * 4 < rows * 3;
            (is_small || is_sparse) && joined <= most
        });
        due.map(|due| first + due)
    }

    /// Makes one level of a level, all newer ones and the overflow.
    fn join_from(&mut self, level: usize) {
        let levels: Vec<Level> = self.levels().skip(level).cloned().collect();
        let (built, order) = join(&levels, self.overflow.rows(), self.layout, &Pauses::none());
        let contacts = order.len();
        self.overflow = Default::default();
        match level.checked_sub(1) {
            None => {
                // Places that nobody has any more are given anew.
                self.next_order = contacts as u64;
                self.base = Level::new(built, None);
                self.newer.clear();
            }
            Some(newer) => {
                self.newer.truncate(newer);
                if contacts > 0 {
                    self.newer.push(Level::new(built, Some(order)));
                }
            }
        }
    }
}
