//! A table as rows, a membership each: what whoever writes it down goes through, column by column.

use std::collections::BTreeSet;
use std::ops::Range;

use super::Table;
use super::cell::{Cell, cell};
use super::domain::Domain;
use super::level::{Level, LevelRow};
use super::overflow::OverflowRow;
use super::segment::{ColumnId, Lists};
use crate::contact::{Contact, Membership};
use crate::filter::CustomKey;

/// A cell, or where among the [`Cells::values`] of its column it is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum CellRef<'t> {
    Value(usize),
    Cell(Cell<'t>),
}

/// Some contacts that stand together.
#[derive(Clone, Debug)]
pub(crate) struct RowBlock {
    place: BlockPlace,
    contacts: Range<usize>,
    /// How many rows each contact has.
    rows_of_each: Option<usize>,
    /// The lists that they are on, where those are known; none comes first.
    pub(crate) lists: Vec<Option<i64>>,
}

#[derive(Clone, Copy, Debug)]
enum BlockPlace {
    Segment(usize),
    Overflow,
}

/// All of a table, in an order in which it can be gone through again and again.
pub(crate) struct TableCells<'t> {
    level: &'t Level,
    /// Those who are in no segment, in the order in which they were first seen.
    overflow: Vec<&'t OverflowRow>,
}

impl Table {
    /// The cells of a table whose contacts are all in the base ([`Table::compacted`]).
    pub(crate) fn cells(&self) -> TableCells<'_> {
        let level = &self.base;
        let rows = level.overflow().iter().enumerate();
        let block = level.segments().len();
        let present = rows.filter(|(row, _)| level.is_present(LevelRow { block, row: *row }));
        let mut overflow: Vec<&OverflowRow> = present.map(|(_, row)| &**row).collect();
        overflow.sort_unstable_by_key(|row| row.order);
        TableCells { level, overflow }
    }
}

impl<'t> TableCells<'t> {
    /// Every column but the phone numbers', in the order of the platform's reference; custom fields by their keys.
    pub(crate) fn columns(&self) -> Vec<ColumnId> {
        let mut columns: Vec<ColumnId> = ColumnId::with_names().collect();
        let known = self.level.columns().columns.iter().filter_map(|(id, _)| match id {
            ColumnId::Custom(key) => Some(key.clone()),
            _ => None,
        });
        let memberships = self.overflow.iter().flat_map(|row| &row.contact.memberships);
        let overflow = memberships.flat_map(|membership| membership.custom_fields.keys());
        // An empty key cannot be asked for, and a table keeps none.
        let keys: BTreeSet<CustomKey> = known.chain(overflow.filter_map(|key| CustomKey::new(key.clone()))).collect();
        columns.extend(keys.into_iter().map(ColumnId::Custom));
        columns
    }

    /// The contacts, those who stand together together, in their order: those on the same lists one after the other.
    pub(crate) fn parts(&self) -> Vec<RowBlock> {
        let segments = self.level.segments().iter().enumerate().map(|(at, segment)| RowBlock {
            place: BlockPlace::Segment(at),
            contacts: 0..segment.phones.len(),
            rows_of_each: Some(segment.slots.max(1)),
            lists: match &segment.lists {
                Lists::Same(lists) => lists.clone(),
                Lists::Mixed => vec![None],
            },
        });
        let mut parts: Vec<RowBlock> = segments.collect();
        parts.sort_by(|a, b| a.lists.first().cmp(&b.lists.first()).then_with(|| a.lists.last().cmp(&b.lists.last())));
        parts.push(RowBlock {
            place: BlockPlace::Overflow,
            contacts: 0..self.overflow.len(),
            rows_of_each: None,
            lists: vec![None],
        });
        parts.retain(|part| !part.contacts.is_empty());
        parts
    }

    /// Splits off the longest prefix of at most `rows` rows that cuts no contact; at least one contact.
    pub(crate) fn split(&self, part: RowBlock, rows: usize) -> (RowBlock, Option<RowBlock>) {
        let contacts = match part.rows_of_each {
            Some(each) => (rows / each).max(1),
            None => {
                let mut so_far = 0;
                let fits = |contact: &usize| {
                    so_far += rows_of(&self.overflow[*contact].contact);
                    so_far <= rows
                };
                part.contacts.clone().take_while(fits).count().max(1)
            }
        };
        let cut = part.contacts.end.min(part.contacts.start + contacts);
        let rest = (cut < part.contacts.end).then(|| RowBlock { contacts: cut..part.contacts.end, ..part.clone() });
        (RowBlock { contacts: part.contacts.start..cut, ..part }, rest)
    }

    /// How many rows a part has.
    pub(crate) fn rows(&self, part: &RowBlock) -> usize {
        match part.place {
            BlockPlace::Segment(at) => {
                let segment = &self.level.segments()[at];
                part.contacts.clone().filter(|row| self.level.is_present(LevelRow { block: at, row: *row })).count()
                    * segment.slots.max(1)
            }
            BlockPlace::Overflow => self.overflow[part.contacts.clone()].iter().map(|row| rows_of(&row.contact)).sum(),
        }
    }

    /// The phone number of each row of a part, and whether the row is a membership or a contact without any.
    pub(crate) fn phones(&self, part: &RowBlock, each: &mut dyn FnMut(&str, bool)) {
        match part.place {
            BlockPlace::Segment(at) => {
                let segment = &self.level.segments()[at];
                let mut phone = String::new();
                for row in part.contacts.clone().filter(|row| self.level.is_present(LevelRow { block: at, row: *row }))
                {
                    phone.clear();
                    self.level.columns().odd_phones.write(segment.phones[row], &mut phone);
                    (0..segment.slots.max(1)).for_each(|_| each(&phone, segment.slots > 0));
                }
            }
            BlockPlace::Overflow => {
                for row in &self.overflow[part.contacts.clone()] {
                    let memberships = row.contact.memberships.len();
                    (0..memberships.max(1)).for_each(|_| each(&row.contact.phone_number, memberships > 0));
                }
            }
        }
    }

    /// The values of a column to which [`Cells::column`] refers.
    pub(crate) fn values(&self, id: &ColumnId) -> Vec<Cell<'t>> {
        match self.domain(id) {
            Some(Domain::Instants(_)) | None => Vec::new(),
            Some(domain) => (0..domain.keys()).map(|key| Cell::of_key(domain, key)).collect(),
        }
    }

    /// The cells of a column of those who are in no segment.
    pub(crate) fn values_of_overflow(&self, id: &ColumnId) -> impl Iterator<Item = Cell<'t>> {
        let rows = self.overflow.iter().flat_map(|row| rows(&row.contact));
        rows.filter_map(|(contact, membership)| cell(id, contact, membership))
    }

    /// Goes through a column's cells, row by row of a part.
    pub(crate) fn column(&self, id: &ColumnId, part: &RowBlock, each: &mut dyn FnMut(Option<CellRef<'t>>)) {
        match part.place {
            BlockPlace::Segment(at) => self.segment(id, at, part.contacts.clone(), each),
            BlockPlace::Overflow => {
                let rows = self.overflow[part.contacts.clone()].iter().flat_map(|row| rows(&row.contact));
                rows.for_each(|(contact, membership)| each(cell(id, contact, membership).map(CellRef::Cell)));
            }
        }
    }

    fn segment(&self, id: &ColumnId, at: usize, rows: Range<usize>, each: &mut dyn FnMut(Option<CellRef<'t>>)) {
        let segment = &self.level.segments()[at];
        let rows = rows.filter(|row| self.level.is_present(LevelRow { block: at, row: *row }));
        if let (ColumnId::List, Lists::Same(lists)) = (id, &segment.lists) {
            let cells: Vec<_> = lists.iter().map(|list| list.map(|list| CellRef::Cell(Cell::List(list)))).collect();
            let none = [None];
            let cells = if cells.is_empty() { &none } else { &*cells };
            return rows.for_each(|_| cells.iter().copied().for_each(&mut *each));
        }
        let slots = segment.slots.max(1);
        let known = self.level.columns().find(id).filter(|_| segment.slots > 0 || id.is_of_the_contact());
        let Some(known) = known else { return rows.for_each(|_| (0..slots).for_each(|_| each(None))) };
        let column = self.level.columns().column(known);
        let cell = |key: u64| match &column.domain {
            Domain::Instants(instants) => CellRef::Cell(Cell::Instant(instants.instant(key))),
            _ => CellRef::Value(key as usize),
        };
        rows.for_each(|row| (0..slots).for_each(|slot| each(segment.chunk(known, slot).key(column, row).map(cell))));
    }

    fn domain(&self, id: &ColumnId) -> Option<&'t Domain> {
        let columns = self.level.columns();
        columns.find(id).map(|at| &columns.column(at).domain)
    }
}

fn rows_of(contact: &Contact) -> usize {
    contact.memberships.len().max(1)
}

/// A contact without memberships has one row all the same.
fn rows(contact: &Contact) -> impl Iterator<Item = (&Contact, Option<&Membership>)> {
    let nothing = contact.memberships.is_empty().then_some((contact, None));
    nothing.into_iter().chain(contact.memberships.iter().map(move |membership| (contact, Some(membership))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Number;
    use crate::population::Population;
    use crate::table::TableBuilder;
    use crate::value::Value;

    /// Contacts on none to three lists, in every layout.
    fn tables() -> [Table; 3] {
        let membership = |i: u64, list: u64| Membership {
            list_id: Some(list as i64),
            active: !(i + list).is_multiple_of(3),
            click_count: i * list,
            revenue_total: Number::from(i),
            avg_revenue: Some(Number::from(list)),
            has_revenue: Some(true),
            signup_date: Some(crate::time::from_micros(i as i64)),
            custom_fields: [
                (format!("c{}", i % 3), Value::from(&*format!("x{i}"))),
                ("all".to_owned(), Value::from(Number::from(i))),
            ]
            .into(),
            ..Membership::default()
        };
        let contact = |i: u64| Contact {
            phone_number: format!("+{i}"),
            carrier: Some(format!("C{}", i % 5)),
            is_valid: Some(true),
            on_dnc: Some(i.is_multiple_of(2)),
            memberships: (1..=i % 4).map(|list| membership(i, list)).collect(),
            ..Contact::default()
        };
        let population: Population = (0..60).map(contact).collect();
        [(1, 1), (usize::MAX, 1), (usize::MAX, usize::MAX)].map(|(same, mixed)| {
            let mut builder = TableBuilder::default().in_columns_from(same, mixed);
            population.contacts().iter().for_each(|contact| builder.push(contact));
            builder.build()
        })
    }

    fn phones(cells: &TableCells<'_>, part: &RowBlock) -> Vec<String> {
        let mut phones = Vec::new();
        cells.phones(part, &mut |phone, _| phones.push(phone.to_owned()));
        phones
    }

    #[test]
    fn parts_are_split_between_contacts_and_no_sooner_than_they_must() {
        for mut table in tables() {
            for remove in [false, true] {
                if remove {
                    (0..60).step_by(7).for_each(|i| _ = table.remove(&format!("+{i}")));
                }
                let cells = table.cells();
                for (part, most) in
                    cells.parts().into_iter().flat_map(|part| [1, 2, 3, 7, 500].map(|most| (part.clone(), most)))
                {
                    let (mut pieces, mut rest) = (Vec::new(), Some(part.clone()));
                    while let Some(part) = rest {
                        let (piece, behind) = cells.split(part, most);
                        assert!(cells.rows(&piece) <= most || piece.contacts.len() == 1, "{most}: {piece:?}");
                        if let Some(behind) = &behind {
                            assert_eq!(behind.contacts.start, piece.contacts.end);
                            let longer =
                                RowBlock { contacts: piece.contacts.start..behind.contacts.start + 1, ..piece.clone() };
                            assert!(remove || cells.rows(&longer) > most, "{most}: {piece:?}");
                        }
                        pieces.push(piece);
                        rest = behind;
                    }
                    let whole = phones(&cells, &part);
                    assert_eq!(cells.rows(&part), whole.len());
                    assert_eq!(pieces.iter().map(|piece| cells.rows(piece)).sum::<usize>(), whole.len());
                    assert_eq!(pieces.iter().flat_map(|piece| phones(&cells, piece)).collect::<Vec<_>>(), whole);
                }
            }
        }
    }

    /// Each row: its phone number, and what is in each column.
    fn rows(table: &Table) -> (Vec<ColumnId>, Vec<(String, Vec<String>)>) {
        let cells = table.cells();
        let columns = cells.columns();
        let mut rows = Vec::new();
        for part in cells.parts() {
            let mut of_part: Vec<_> = phones(&cells, &part).into_iter().map(|phone| (phone, Vec::new())).collect();
            for id in &columns {
                let (values, mut at) = (cells.values(id), 0);
                cells.column(id, &part, &mut |cell| {
                    let cell = cell.map(|cell| match cell {
                        CellRef::Value(place) => values[place],
                        CellRef::Cell(cell) => cell,
                    });
                    of_part[at].1.push(format!("{cell:?}"));
                    at += 1;
                });
                assert_eq!(at, of_part.len(), "{id:?}");
            }
            rows.extend(of_part);
        }
        rows.sort_unstable();
        (columns, rows)
    }

    #[test]
    fn cells_are_the_same_in_every_layout() {
        let [same, mixed, alone] = tables().each_ref().map(rows);
        assert_eq!(alone.0.iter().filter(|id| matches!(id, ColumnId::Custom(_))).count(), 4);
        assert_eq!(alone.1.len(), 15 * (1 + 1 + 2 + 3));
        assert_eq!(same, alone);
        assert_eq!(mixed, alone);
    }
}
