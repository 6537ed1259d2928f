//! How many bytes a table takes.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Table;
use super::level::Level;
use super::overflow::OverflowRow;
use crate::contact::{Contact, Membership};
use crate::value::Value;

/// How many bytes a table takes on the heap, by what they are for. What snapshots share counts in each of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Memory {
    /// The codes of columns, and what refines them.
    pub columns: usize,
    /// The distinct values of columns, and which codes stand for them.
    pub dictionaries: usize,
    /// Phone numbers.
    pub phone_numbers: usize,
    /// The order in which contacts were first seen.
    pub order: usize,
    /// The indices by phone number, of which each is made when first something is looked up.
    pub indices: usize,
    /// Which rows have not been removed.
    pub present: usize,
    /// Contacts that stand in no column: those that changed last, and those whose lists too few others share.
    pub overflow: usize,
    /// What is read from the file of a table image as it is asked for. It is on no heap, and in no total: the system keeps
    /// of it what it has room for.
    pub mapped: usize,
}

impl Memory {
    /// The sum of all that is on the heap.
    #[must_use]
    pub fn total(&self) -> usize {
        let Self { columns, dictionaries, phone_numbers, order, indices, present, overflow, mapped: _ } = *self;
        columns + dictionaries + phone_numbers + order + indices + present + overflow
    }
}

impl Table {
    /// How many bytes it takes, by what they are for: within a tenth of what the process gained by it. An allocator may take
    /// more for itself.
    ///
    /// ```
    /// use headcount::{Contact, Table};
    ///
    /// let mut table = Table::default();
    /// let empty = table.memory().total();
    /// table.merge(Contact { phone_number: "+1".into(), ..Contact::default() });
    /// assert!(table.memory().overflow > 0 && table.memory().total() > empty);
    /// ```
    #[must_use]
    pub fn memory(&self) -> Memory {
        let mut memory = Memory::default();
        self.levels().for_each(|level| level.add_memory(&mut memory));
        memory.overflow += self.overflow.rows().iter().map(|row| overflow_row(row)).sum::<usize>();
        memory
    }
}

impl Level {
    fn add_memory(&self, memory: &mut Memory) {
        memory.dictionaries += self.columns().dictionary_bytes();
        memory.mapped += self.columns().mapped_bytes();
        memory.phone_numbers += self.columns().odd_phones.bytes() + self.overflow_phone_bytes();
        for segment in self.segments() {
            memory.columns += segment.column_bytes();
            memory.phone_numbers += segment.phones.heap_bytes();
            memory.order += segment.order.heap_bytes();
            memory.mapped += segment.mapped_bytes();
        }
        memory.order += self.order_bytes();
        memory.indices += self.index_bytes();
        memory.present += self.present_bytes();
        memory.overflow += self.overflow().iter().map(|row| overflow_row(row)).sum::<usize>();
    }
}

/// A row of an overflow, with the two counts of its `Arc` and the pointer to it.
fn overflow_row(OverflowRow { contact, by_list, .. }: &OverflowRow) -> usize {
    size_of::<OverflowRow>() + 3 * size_of::<usize>() + by_list.bytes() + of_contact(contact)
}

/// What a contact has on the heap.
fn of_contact(contact: &Contact) -> usize {
    let Contact { phone_number, carrier, line_type, timezone, memberships, .. } = contact;
    let texts = [carrier, line_type, timezone].into_iter().flatten().map(String::capacity);
    let memberships_bytes = memberships.capacity() * size_of::<Membership>();
    phone_number.capacity()
        + texts.sum::<usize>()
        + memberships_bytes
        + memberships.iter().map(of_membership).sum::<usize>()
}

fn of_membership(membership: &Membership) -> usize {
    let texts = [&membership.list_number, &membership.signup_method].into_iter().flatten().map(String::capacity);
    let custom = membership.custom_fields.iter().map(|(key, value)| key.capacity() + of_value(value));
    texts.sum::<usize>() + of_map(&membership.custom_fields) + custom.sum::<usize>()
}

fn of_value(value: &Value) -> usize {
    let element = |element: &Option<Value>| element.as_ref().map_or(0, of_value);
    match value {
        Value::Bool(_) | Value::Number(_) => 0,
        Value::Text(text) => text.capacity(),
        Value::Array(elements) => {
            elements.capacity() * size_of::<Option<Value>>() + elements.iter().map(element).sum::<usize>()
        }
        Value::Object(fields) => {
            of_map(fields) + fields.iter().map(|(key, value)| key.capacity() + element(value)).sum::<usize>()
        }
    }
}

/// The nodes of a map. A node has room for eleven entries; it is one, or each is about two thirds full.
fn of_map<K, V>(map: &BTreeMap<K, V>) -> usize {
    const ENTRIES: usize = 11;
    let nodes = if map.len() <= ENTRIES { map.len().min(1) } else { map.len().div_ceil(ENTRIES * 2 / 3) };
    nodes * (ENTRIES * (size_of::<K>() + size_of::<V>()) + 2 * size_of::<usize>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{CountField, TextField};
    use crate::filter::CustomKey;
    use crate::number::Number;
    use crate::table::column::{Buckets, Column};
    use crate::table::column_chunk::ColumnChunk;
    use crate::table::domain::{CustomValues, Domain};
    use crate::table::phone::Phone;
    use crate::table::segment::{ColumnId, Columns, Lists, Segment};
    use crate::table::text_values::TextValues;
    use crate::table::{build, kernel};

    fn few() -> ColumnChunk {
        ColumnChunk::Few { codes: vec![1; 3], planes: vec![0; 4].into() }
    }

    fn many() -> ColumnChunk {
        ColumnChunk::Many { codes: vec![1; 128].into(), slices: vec![vec![0; 128].into(); 2] }
    }

    /// Domains, and the bytes of each.
    fn domains() -> [(Domain, usize); 6] {
        let texts = TextValues::Owned(vec!["four".into(), "".into(), "seventh".into()]);
        let numbers = [1_u64, 2].map(|number| Value::from(Number::from(number)));
        let custom = numbers.into_iter().chain(["four", "seventh"].map(Value::from)).collect();
        [
            (Domain::Flags, 0),
            (Domain::Counts(vec![1; 5]), 5 * 8),
            (Domain::Lists(vec![1; 6]), 6 * 8),
            (Domain::Amounts(vec![Number::default(); 3]), 3 * size_of::<Number>()),
            (Domain::Texts(texts), 3 * size_of::<Box<str>>() + 11),
            (Domain::Custom(CustomValues::new(custom)), 4 * size_of::<Value>() + 2 * size_of::<Number>() + 11),
        ]
    }

    /// A column of each domain, and the bytes of their dictionaries.
    fn columns() -> (Columns, usize) {
        let ids = [
            ColumnId::Active,
            ColumnId::Count(CountField::ClickCount),
            ColumnId::List,
            ColumnId::Count(CountField::SendCount),
            ColumnId::Text(TextField::Carrier),
            ColumnId::Custom(CustomKey::new("a").unwrap()),
        ];
        let (mut columns, mut all) = (Columns::default(), 0);
        for (id, (domain, bytes)) in ids.into_iter().zip(domains()) {
            let keys = domain.keys();
            // The weights of its codes, and the first key of each of its buckets.
            all += bytes + 256 * 8 + 8 * keys as usize;
            columns.push(id, Column::new(domain, Buckets::new(&[], keys)));
        }
        (columns, all)
    }

    fn segment(phone: Phone) -> Segment {
        Segment {
            lists: Lists::Same(vec![Some(1)]),
            slots: 1,
            phones: vec![phone; 100].into(),
            order: vec![0; 100].into(),
            chunks: vec![vec![few()], vec![many(), few()]],
        }
    }

    #[test]
    fn bytes_are_those_of_codes_keys_and_dictionaries() {
        assert_eq!((few().heap_bytes(), many().heap_bytes()), (3 + 4 * 8, 3 * 128));
        for (domain, bytes) in domains() {
            assert_eq!(domain.heap_bytes(), bytes, "{domain:?}");
        }
        let (columns, bytes) = columns();
        assert_eq!(columns.dictionary_bytes(), bytes);
    }

    #[test]
    fn bytes_of_a_table_are_those_of_its_columns_phones_and_places() {
        let (mut columns, dictionaries) = columns();
        let phone = columns.odd_phones.intern("+1");
        columns.odd_phones.intern("an odd one");
        let of_odd = columns.odd_phones.bytes();
        assert!((2 * 10..200).contains(&of_odd), "a text and where it is: {of_odd}");

        let of_segment = 2 * (3 + 4 * 8) + 3 * 128 + 3 * size_of::<ColumnChunk>();
        assert_eq!(segment(phone).column_bytes(), of_segment);
        let segments = vec![segment(phone), segment(phone)];
        let built = build::Built { columns, segments, others: Vec::new(), contacts: 200, replaced: 0, dnc_lifted: 0 };
        let table = Table { base: Level::new(built, None), ..Table::default() };
        let expected = Memory {
            columns: 2 * of_segment,
            dictionaries,
            phone_numbers: 2 * 100 * 8 + of_odd,
            order: 2 * 100 * 4,
            indices: 0,
            // Which rows are there is kept by whole pages, each with the counts of its `Arc`.
            present: 2 * (kernel::RUN * 8 + 8 + 16) + 3 * 8,
            overflow: 0,
            mapped: 0,
        };
        assert_eq!(table.memory(), expected);
        table.prepare();
        assert_eq!(table.memory(), Memory { indices: 200 * 8 + 200_usize.div_ceil(16) * 8, ..expected });
    }
}
