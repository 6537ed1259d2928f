//! Contacts who are active by a record without a list and not on lists, or the other way round.
//!
//! Nothing is looked at but contacts on no list and on another: memberships without a list stand in the first slot, and
//! whether any of a segment is there, and which slots have somebody who is not active, its codes tell.

use super::column::NO_VALUE;
use super::level::{Level, LevelRow};
use super::segment::{ColumnId, Lists, Segment};
use super::{Table, TableRow};
use crate::note::{Unlisted, UnlistedContacts};

impl Table {
    /// Those who opted out of no list, and those who did of all; `told` is whose record readers know as the first that says
    /// the former.
    pub(super) fn unlisted(&self, told: Option<&str>) -> [UnlistedContacts; 2] {
        let mut found: Vec<(u64, TableRow, Unlisted)> = Vec::new();
        for (number, level) in self.levels().enumerate() {
            let rows = level.unlisted().into_iter();
            found.extend(rows.map(|(row, is)| (level.order(row), TableRow::Level(number, row), is)));
        }
        let overflow = self.overflow.rows().iter().enumerate();
        let is = |row: &super::overflow::OverflowRow| Unlisted::of_contact(&row.contact);
        found.extend(overflow.filter_map(|(at, row)| Some((row.order, TableRow::Overflow(at), is(row)?))));
        found.sort_unstable_by_key(|(order, ..)| *order);
        [(Unlisted::OptOut, told), (Unlisted::OptIn, None)].map(|(of, told)| {
            let rows = || found.iter().filter(|(_, _, is)| *is == of).map(|(_, row, _)| *row);
            let told = told.filter(|told| rows().any(|row| self.phone_number(row) == *told));
            let first = || rows().next().map(|row| self.phone_number(row));
            UnlistedContacts { contacts: rows().count() as u64, first: told.map(str::to_owned).or_else(first) }
        })
    }
}

impl Level {
    fn unlisted(&self) -> Vec<(LevelRow, Unlisted)> {
        let mut found = Vec::new();
        for (block, segment) in self.segments().iter().enumerate() {
            self.find_in_segment(segment, |row, is| found.push((LevelRow { block, row }, is)));
        }
        let block = self.segments().len();
        let overflow = self.overflow().iter().enumerate();
        found.extend(
            overflow.filter_map(|(row, of)| Some((LevelRow { block, row }, Unlisted::of_contact(&of.contact)?))),
        );
        found.retain(|(row, _)| self.is_present(*row));
        found
    }

    fn find_in_segment(&self, segment: &Segment, mut found: impl FnMut(usize, Unlisted)) {
        let columns = self.columns();
        let (Some(lists), Some(active)) = (columns.find(&ColumnId::List), columns.find(&ColumnId::Active)) else {
            return;
        };
        let flags = columns.column(active);
        let [inactive, is_active] = [0, 1].map(|key| flags.buckets.code(key));
        let may = |slot: usize, code: u8| segment.chunk(active, slot).may_have(code);
        let opts_out = || may(0, inactive) && (1..segment.slots).any(|slot| may(slot, is_active));
        let opts_in = || may(0, is_active) && (1..segment.slots).all(|slot| may(slot, inactive));
        let may_be_unlisted = || match &segment.lists {
            Lists::Same(lists) => lists.first().is_some_and(Option::is_none),
            Lists::Mixed => segment.chunk(lists, 0).may_have(NO_VALUE),
        };
        if segment.slots < 2 || !may_be_unlisted() || !opts_out() && !opts_in() {
            return;
        }
        let is_unlisted = |row: usize| match &segment.lists {
            Lists::Same(_) => true,
            Lists::Mixed => segment.chunk(lists, 0).key(columns.column(lists), row).is_none(),
        };
        let is_active = |slot: usize, row: usize| segment.chunk(active, slot).key(flags, row) == Some(1);
        for row in (0..segment.phones.len()).filter(|row| is_unlisted(*row)) {
            let on_lists = (1..segment.slots).map(|slot| is_active(slot, row));
            if let Some(is) = Unlisted::of(Some(is_active(0, row)), on_lists) {
                found(row, is);
            }
        }
    }
}
