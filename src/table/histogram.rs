//! How often each value of a column is there: counted by codes and dictionaries, not by the values of rows.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::Table;
use super::cell::{Cell, cell};
use super::column::{Column, NO_VALUE};
use super::domain::Domain;
use super::kernel::{RUN, WORD};
use super::level::{Level, LevelRow};
use super::overflow::OverflowRow;
use super::segment::{ColumnId, Lists, Segment};
use crate::filter::CustomKey;

/// How often each value of each column of a table is there.
pub(crate) struct Histograms<'t> {
    table: &'t Table,
    /// The cells of contacts that stand in no column, by the column they would stand in.
    named: Vec<(ColumnId, Vec<Cell<'t>>)>,
    custom: BTreeMap<&'t str, Vec<Cell<'t>>>,
}

/// How many are on a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ListTally {
    pub(crate) contacts: u64,
    pub(crate) memberships: u64,
    /// Those of the memberships that are active.
    pub(crate) active: u64,
}

impl ListTally {
    fn add(&mut self, more: Self) {
        self.contacts += more.contacts;
        self.memberships += more.memberships;
        self.active += more.active;
    }
}

impl<'t> Histograms<'t> {
    pub(crate) fn new(table: &'t Table) -> Self {
        let mut named: Vec<(ColumnId, Vec<Cell<'t>>)> = ColumnId::with_names().map(|id| (id, Vec::new())).collect();
        let mut custom: BTreeMap<&str, Vec<Cell<'t>>> = BTreeMap::new();
        for OverflowRow { contact, .. } in overflow(table) {
            for (id, cells) in &mut named {
                let nobody = id.is_of_the_contact().then(|| cell(id, contact, None));
                let of_each = contact.memberships.iter().filter(|_| !id.is_of_the_contact());
                cells.extend(nobody.into_iter().chain(of_each.map(|each| cell(id, contact, Some(each)))).flatten());
            }
            for (key, value) in contact.memberships.iter().flat_map(|membership| &membership.custom_fields) {
                custom.entry(key).or_default().push(Cell::Custom(value));
            }
        }
        Self { table, named, custom }
    }

    /// Every column but the phone number's, the contact's first, kind by kind; then custom fields by their keys.
    pub(crate) fn columns(&self) -> Vec<ColumnId> {
        let known = self.table.levels().flat_map(|level| &level.columns().columns);
        let known = known.filter_map(|(id, _)| if let ColumnId::Custom(key) = id { Some(key.clone()) } else { None });
        let keys: BTreeSet<CustomKey> =
            known.chain(self.custom.keys().filter_map(|key| CustomKey::new(*key))).collect();
        ColumnId::with_names().chain(keys.into_iter().map(ColumnId::Custom)).collect()
    }

    /// Tells each value of a column once, in their order, and how many contacts or memberships have it.
    pub(crate) fn each(&self, id: &ColumnId, mut each: impl FnMut(Cell<'t>, u64)) {
        if *id == ColumnId::List {
            // Of contacts on the same lists it is known without a column.
            let lists = self.lists().into_iter().filter_map(|(list, tally)| Some((list?, tally.memberships)));
            return lists.for_each(|(list, count)| each(Cell::List(list), count));
        }
        let levels: Vec<(&Level, usize)> =
            self.table.levels().filter_map(|level| Some((level, level.columns().find(id)?))).collect();
        let overflow = match id {
            ColumnId::Custom(key) => self.custom.get(key.as_str()),
            id => self.named.iter().find(|(known, _)| known == id).map(|(_, cells)| cells),
        };
        let overflow = overflow.map_or(&[][..], Vec::as_slice);
        if let ([(level, at)], []) = (&*levels, overflow) {
            return level.each_value(*at, &mut each);
        }
        let mut counted: Vec<(Cell<'t>, u64)> = Vec::new();
        levels.iter().for_each(|(level, at)| level.each_value(*at, &mut |cell, count| counted.push((cell, count))));
        counted.extend(overflow.iter().map(|cell| (*cell, 1)));
        counted.sort_by(|(a, _), (b, _)| a.order(b));
        for same in counted.chunk_by(|(a, _), (b, _)| a.order(b).is_eq()) {
            each(same[0].0, same.iter().map(|(_, count)| count).sum());
        }
    }

    /// How many are on each list; those of no list come first.
    pub(crate) fn lists(&self) -> BTreeMap<Option<i64>, ListTally> {
        let mut lists: BTreeMap<Option<i64>, ListTally> = BTreeMap::new();
        for level in self.table.levels() {
            level.tally_lists(&mut |list, tally| lists.entry(list).or_default().add(tally));
        }
        for OverflowRow { contact, .. } in overflow(self.table) {
            for membership in &contact.memberships {
                let tally = ListTally { contacts: 0, memberships: 1, active: u64::from(membership.active) };
                lists.entry(membership.list_id).or_default().add(tally);
            }
            let on: BTreeSet<Option<i64>> = contact.memberships.iter().map(|membership| membership.list_id).collect();
            on.into_iter().for_each(|list| lists.entry(list).or_default().contacts += 1);
        }
        lists
    }

    /// Tells each contact's phone number, and its place in the order in which all were first seen.
    pub(crate) fn each_phone_number(&self, mut each: impl FnMut(&str, u64)) {
        let mut text = String::new();
        for level in self.table.levels() {
            for at in level.present_rows().filter(|at| at.block < level.segments().len()) {
                text.clear();
                level.columns().odd_phones.write(level.segments()[at.block].phones[at.row], &mut text);
                each(&text, level.order(at));
            }
        }
        overflow(self.table).for_each(|row| each(&row.contact.phone_number, row.order));
    }
}

/// The contacts that stand in no column.
fn overflow(table: &Table) -> impl Iterator<Item = &OverflowRow> {
    let of_levels = table.levels().flat_map(|level| {
        let block = level.segments().len();
        let present =
            level.overflow().iter().enumerate().filter(move |(row, _)| level.is_present(LevelRow { block, row: *row }));
        present.map(|(_, row)| &**row)
    });
    of_levels.chain(table.overflow.rows().iter().map(|row| &**row))
}

impl Level {
    /// Tells each value of a column once, in their order, and how many rows have it.
    fn each_value<'t>(&'t self, at: usize, each: &mut dyn FnMut(Cell<'t>, u64)) {
        let column = self.columns().column(at);
        let mut of_codes = [0; 256];
        if let Domain::Instants(_) = column.domain {
            // There may be as many keys as microseconds: those that rows have are sorted.
            let mut keys = Vec::new();
            self.count_keys(at, &mut of_codes, |key| keys.push(key));
            keys.par_sort_unstable();
            let of_several = keys.chunk_by(u64::eq).map(|same| (same[0], same.len() as u64));
            let mut counted: Vec<(u64, u64)> = of_several.chain(keys_of(column, &of_codes)).collect();
            counted.sort_unstable();
            return counted.into_iter().for_each(|(key, count)| each(Cell::of_key(&column.domain, key), count));
        }
        let mut counts = vec![0; column.domain.keys() as usize];
        self.count_keys(at, &mut of_codes, |key| counts[key as usize] += 1);
        keys_of(column, &of_codes).for_each(|(key, count)| counts[key as usize] += count);
        for (key, count) in (0..).zip(counts).filter(|(_, count)| *count > 0) {
            each(Cell::of_key(&column.domain, key), count);
        }
    }

    /// Counts the keys of a column, as [`ColumnChunk::count_keys`] does.
    ///
    /// [`ColumnChunk::count_keys`]: super::column_chunk::ColumnChunk::count_keys
    fn count_keys(&self, at: usize, of_codes: &mut [u64; 256], mut each_other: impl FnMut(u64)) {
        let column = self.columns().column(at);
        for (number, segment) in self.segments().iter().enumerate() {
            let chunks = &segment.chunks[at];
            // A custom field that few have has nothing in most of its chunks.
            for chunk in chunks.iter().filter(|chunk| chunk.only() != Some(NO_VALUE)) {
                for (start, rows) in self.live_runs(number) {
                    chunk.count_keys(&column.buckets, start, rows, of_codes, &mut each_other);
                }
            }
        }
    }

    /// Tells how many are on each list, a list several times.
    fn tally_lists(&self, each: &mut dyn FnMut(Option<i64>, ListTally)) {
        for (number, segment) in self.segments().iter().enumerate() {
            let words = self.live_runs(number).flat_map(|(_, rows)| rows);
            let contacts = words.map(|word| u64::from(word.count_ones())).sum();
            match &segment.lists {
                Lists::Same(lists) => {
                    for (slot, list) in lists.iter().enumerate() {
                        let active = self.active(number, slot);
                        each(*list, ListTally { contacts, memberships: contacts, active });
                    }
                }
                Lists::Mixed => self.tally_mixed(number, segment, each),
            }
        }
    }

    /// How many of a segment's contacts are active in a slot.
    fn active(&self, segment: usize, slot: usize) -> u64 {
        let Some(at) = self.columns().find(&ColumnId::Active) else { return 0 };
        let column = self.columns().column(at);
        let mut of_codes = [0; 256];
        for (start, rows) in self.live_runs(segment) {
            // OK because each of the two flags has a code of its own.
            let chunk = self.segments()[segment].chunk(at, slot);
            chunk.count_keys(&column.buckets, start, rows, &mut of_codes, |_| {});
        }
        keys_of(column, &of_codes).filter(|(key, _)| *key == 1).map(|(_, count)| count).sum()
    }

    /// As [`Level::tally_lists`], of a segment whose contacts have lists of their own.
    fn tally_mixed(&self, number: usize, segment: &Segment, each: &mut dyn FnMut(Option<i64>, ListTally)) {
        let key = |id: &ColumnId, slot: usize, row: usize| {
            let at = self.columns().find(id)?;
            segment.chunk(at, slot).key(self.columns().column(at), row)
        };
        let known = self.columns().find(&ColumnId::List).map(|at| &self.columns().column(at).domain);
        let Some(Domain::Lists(known)) = known else { return };
        let mut tallies = vec![ListTally::default(); known.len() + 1];
        for row in (0..segment.phones.len()).filter(|row| self.is_present(LevelRow { block: number, row: *row })) {
            for slot in 0..segment.slots {
                let list = key(&ColumnId::List, slot, row).map_or(known.len(), |key| key as usize);
                let active = u64::from(key(&ColumnId::Active, slot, row) == Some(1));
                tallies[list].add(ListTally { contacts: 1, memberships: 1, active });
            }
        }
        for (list, tally) in tallies.into_iter().enumerate().filter(|(_, tally)| tally.memberships > 0) {
            each(known.get(list).copied(), tally);
        }
    }

    /// The runs of a segment: the first word of each, and which of its rows have not been removed.
    fn live_runs(&self, segment: usize) -> impl Iterator<Item = (usize, &[u64])> {
        let words = self.segments()[segment].phones.len().div_ceil(WORD);
        (0..words).step_by(RUN).map(move |start| (start, self.present_run(segment, start, RUN)))
    }
}

/// The keys of codes that stand for one key each, with how often they were counted.
fn keys_of(column: &Column, of_codes: &[u64; 256]) -> impl Iterator<Item = (u64, u64)> {
    let counted = (0..=u8::MAX).zip(of_codes).filter(|(code, count)| *code != NO_VALUE && **count > 0);
    counted.map(|(code, count)| (column.buckets.keys(code).0, *count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contact::{Contact, Membership};
    use crate::number::Number;
    use crate::table::TableBuilder;
    use crate::value::Value;

    fn membership(i: u64, list: u64) -> Membership {
        let value = match i % 4 {
            0 => Value::from(&*format!("{}", i % 7)),
            1 => Value::from(Number::from(i % 7)),
            2 => Value::from(i.is_multiple_of(3)),
            _ => Value::from("text"),
        };
        Membership {
            list_id: (list != 3).then_some(list as i64),
            active: !(i + list).is_multiple_of(3),
            click_count: i * list % 300,
            revenue_total: Number::from(i % 11),
            signup_date: (!i.is_multiple_of(5)).then(|| crate::time::from_micros((i * i) as i64)),
            list_number: Some(format!("+1{i}")),
            custom_fields: [(format!("c{}", i % 3), value)].into(),
            ..Membership::default()
        }
    }

    /// Contacts on none to three lists.
    fn contact(i: u64) -> Contact {
        Contact {
            phone_number: format!("+{i}"),
            carrier: Some(format!("C{}", i % 5)),
            on_dnc: i.is_multiple_of(2).then_some(true),
            memberships: (1..=i % 4).map(|list| membership(i, list)).collect(),
            ..Contact::default()
        }
    }

    /// The same contacts in every layout; some are changed and some removed.
    fn tables() -> Vec<Table> {
        let layouts = [(1, 1), (usize::MAX, 1), (usize::MAX, usize::MAX)];
        let table = |(same, mixed)| {
            let mut builder = TableBuilder::default().in_columns_from(same, mixed);
            (0..600).for_each(|i| builder.push(&contact(i)));
            let mut table = builder.build();
            (0..600).step_by(7).for_each(|i| _ = table.remove(&format!("+{i}")));
            (0..600).step_by(11).for_each(|i| table.replace(Contact { memberships: Vec::new(), ..contact(i) }));
            (0..600).step_by(11).for_each(|i| table.replace(contact(i)));
            table
        };
        layouts.into_iter().map(table).collect()
    }

    fn every_contact(table: &Table) -> Vec<Contact> {
        (0..600).filter_map(|i| table.get(&format!("+{i}"))).collect()
    }

    #[test]
    fn every_value_is_counted_once_and_in_order() {
        for table in tables() {
            let (histograms, contacts) = (Histograms::new(&table), every_contact(&table));
            let columns = histograms.columns();
            assert_eq!(columns.iter().filter(|id| matches!(id, ColumnId::Custom(_))).count(), 3);
            for id in columns {
                let rows = contacts.iter().flat_map(|contact| match id.is_of_the_contact() {
                    true => vec![cell(&id, contact, None)],
                    false => {
                        contact.memberships.iter().map(|membership| cell(&id, contact, Some(membership))).collect()
                    }
                });
                let mut expected: Vec<(Cell<'_>, u64)> = Vec::new();
                for cell in rows.flatten() {
                    match expected.iter_mut().find(|(known, _)| *known == cell) {
                        Some((_, count)) => *count += 1,
                        None => expected.push((cell, 1)),
                    }
                }
                expected.sort_by(|(a, _), (b, _)| a.order(b));
                let mut counted = Vec::new();
                histograms.each(&id, |cell, count| counted.push((cell, count)));
                assert_eq!(counted, expected, "{id:?}");
            }
        }
    }

    #[test]
    fn lists_are_tallied() {
        for table in tables() {
            let mut expected: BTreeMap<Option<i64>, ListTally> = BTreeMap::new();
            for membership in every_contact(&table).iter().flat_map(|contact| &contact.memberships) {
                let active = u64::from(membership.active);
                expected.entry(membership.list_id).or_default().add(ListTally { contacts: 1, memberships: 1, active });
            }
            assert_eq!(Histograms::new(&table).lists(), expected);
        }
    }

    #[test]
    fn every_phone_number_is_told_once() {
        for table in tables() {
            let mut found = Vec::new();
            Histograms::new(&table)
                .each_phone_number(|phone_number, order| found.push((order, phone_number.to_owned())));
            let mut expected: Vec<String> =
                every_contact(&table).into_iter().map(|contact| contact.phone_number).collect();
            found.sort_unstable();
            found.dedup();
            expected.sort_unstable();
            let mut numbers: Vec<String> = found.into_iter().map(|(_, phone_number)| phone_number).collect();
            numbers.sort_unstable();
            assert_eq!(numbers, expected);
        }
    }
}
