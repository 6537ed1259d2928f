//! Contacts that stand together, a column a field and a slot a list.

use std::borrow::Cow;

use hashbrown::HashMap;

use super::cell::Cell;
use super::column::Column;
use super::column_chunk::ColumnChunk;
use super::domain::Domain;
use super::phone::{OddPhones, Phone};
use super::shard::{NoRoom, RowSink, ShardRecord};
use super::slab::Slab;
use crate::catalogue::{AmountField, CountField, FIELDS, Field, FlagField, Owner, TextField, TimeField};
use crate::contact::{Contact, Membership, RecordSink};
use crate::filter::CustomKey;
use crate::plan::Subject;
use crate::time::from_micros;

/// Which column.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ColumnId {
    Active,
    List,
    Time(TimeField),
    Count(CountField),
    Amount(AmountField),
    Flag(FlagField),
    Text(TextField),
    Custom(CustomKey),
}

impl ColumnId {
    /// Whether there is a value for each contact, and not for each membership.
    pub(crate) fn is_of_the_contact(&self) -> bool {
        match self {
            Self::Flag(field) => Field::Flag(*field).is_of_the_contact(),
            Self::Text(field) => Field::Text(*field).is_of_the_contact(),
            _ => false,
        }
    }

    /// The column that a subject looks at.
    pub(crate) fn of(subject: &Subject) -> Self {
        match subject {
            Subject::Time(field) => Self::Time(*field),
            Subject::Count(field) => Self::Count(*field),
            Subject::Amount(field) => Self::Amount(*field),
            Subject::Flag(field) => Self::Flag(*field),
            Subject::Text(field) => Self::Text(*field),
            Subject::Custom(key) => Self::Custom(key.clone()),
            Subject::Lists => Self::List,
        }
    }

    /// Every column that has a name of its own, the contact's first, kind by kind. The phone number is in none.
    pub(crate) fn with_names() -> impl Iterator<Item = Self> {
        let of = |owner: Owner| {
            let fields = FIELDS.iter().map(|row| row.field).filter(move |field| field.owner() == owner);
            fields.filter(|field| *field != TextField::PhoneNumber.into()).map(Self::from)
        };
        of(Owner::Contact).chain([Self::List, Self::Active]).chain(of(Owner::Membership))
    }

    /// What the column is called where it has a name of its own; a custom field has its key.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Active => "active",
            Self::List => "list_id",
            Self::Time(field) => field.name(),
            Self::Count(field) => field.name(),
            Self::Amount(field) => field.name(),
            Self::Flag(field) => field.name(),
            Self::Text(field) => field.name(),
            Self::Custom(key) => key.as_str(),
        }
    }
}

impl From<Field> for ColumnId {
    fn from(field: Field) -> Self {
        match field {
            Field::Time(field) => Self::Time(field),
            Field::Count(field) => Self::Count(field),
            Field::Amount(field) => Self::Amount(field),
            Field::Flag(field) => Self::Flag(field),
            Field::Text(field) => Self::Text(field),
        }
    }
}

/// The columns of a table.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    pub(super) columns: Vec<(ColumnId, Column)>,
    places: HashMap<ColumnId, usize>,
    /// Those of custom fields, by their keys.
    custom_places: HashMap<Box<str>, usize>,
    pub(super) odd_phones: OddPhones,
}

impl Columns {
    pub(super) fn new(odd_phones: OddPhones) -> Self {
        Self { odd_phones, ..Self::default() }
    }

    pub(super) fn push(&mut self, id: ColumnId, column: Column) {
        if let ColumnId::Custom(key) = &id {
            self.custom_places.insert(key.as_str().into(), self.columns.len());
        }
        self.places.insert(id.clone(), self.columns.len());
        self.columns.push((id, column));
    }

    pub(super) fn find(&self, id: &ColumnId) -> Option<usize> {
        self.places.get(id).copied()
    }

    /// The column of a custom field.
    pub(super) fn find_custom(&self, key: &str) -> Option<usize> {
        self.custom_places.get(key).copied()
    }

    pub(super) fn column(&self, at: usize) -> &Column {
        &self.columns[at].1
    }

    /// How many bytes the distinct values take, and the codes of their buckets.
    pub(super) fn dictionary_bytes(&self) -> usize {
        self.columns.iter().map(|(_, column)| column.heap_bytes()).sum()
    }

    /// How many bytes of an image their values are.
    pub(super) fn mapped_bytes(&self) -> usize {
        self.columns.iter().map(|(_, column)| column.domain.mapped_bytes()).sum()
    }
}

/// The lists of a segment's slots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Lists {
    /// Those of every contact, slot by slot.
    Same(Vec<Option<i64>>),
    /// Each contact's own: the column says.
    Mixed,
}

/// Contacts that are on the same lists, or on as many.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    pub(super) lists: Lists,
    /// How many memberships each contact has.
    pub(super) slots: usize,
    pub(super) phones: Slab<Phone>,
    /// The place of each contact in the order in which those of the level were first seen.
    pub(super) order: Slab<u32>,
    /// For each column, a chunk for each slot; one chunk for a column of the contact.
    pub(super) chunks: Vec<Vec<ColumnChunk>>,
}

impl Segment {
    /// The chunk of a column for a slot.
    pub(super) fn chunk(&self, column: usize, slot: usize) -> &ColumnChunk {
        let chunks = &self.chunks[column];
        if chunks.len() == 1 { &chunks[0] } else { &chunks[slot] }
    }

    /// Has a row brought near. Each column has it somewhere else in memory: asked one after the other, each is waited for; here
    /// nothing is done with what is read, so that the waits overlap.
    pub(super) fn fetch(&self, row: usize) {
        let chunks = self.chunks.iter().flatten();
        std::hint::black_box(chunks.fold(0, |sum, chunk| sum ^ chunk.checksum(row)));
    }

    /// A row as a record.
    pub(super) fn contact(&self, columns: &Columns, row: usize) -> Contact {
        self.fetch(row);
        let mut phone_number = String::new();
        columns.odd_phones.write(self.phones[row], &mut phone_number);
        let list = |slot| self.list(columns, row, slot);
        decode(phone_number, self.slots, list, columns.columns.len(), |at, slot| {
            let (id, column) = &columns.columns[at];
            let there = if id.is_of_the_contact() { slot == 0 } else { slot < self.slots && *id != ColumnId::List };
            let key = there.then(|| self.chunk(at, slot).key(column, row)).flatten();
            (id, &column.domain, key)
        })
    }

    /// The list of a row's membership.
    fn list(&self, columns: &Columns, row: usize, slot: usize) -> Option<i64> {
        match &self.lists {
            Lists::Same(lists) => lists[slot],
            Lists::Mixed => {
                let at = columns.find(&ColumnId::List)?;
                let key = self.chunk(at, slot).key(columns.column(at), row)?;
                match &columns.column(at).domain {
                    Domain::Lists(lists) => Some(lists[key as usize]),
                    _ => None,
                }
            }
        }
    }

    /// A row as it stands, to be put into columns anew.
    pub(super) fn row<'s>(&'s self, columns: &'s Columns, row: usize) -> SegmentRow<'s> {
        self.fetch(row);
        SegmentRow { segment: self, columns, row }
    }

    /// How many bytes its part of the columns takes on the heap.
    pub(super) fn column_bytes(&self) -> usize {
        let of_chunks = |chunks: &Vec<ColumnChunk>| {
            chunks.capacity() * size_of::<ColumnChunk>() + chunks.iter().map(ColumnChunk::heap_bytes).sum::<usize>()
        };
        self.chunks.iter().map(of_chunks).sum()
    }

    /// How many bytes of an image it is.
    pub(super) fn mapped_bytes(&self) -> usize {
        let in_columns: usize = self.chunks.iter().flatten().map(ColumnChunk::mapped_bytes).sum();
        in_columns + self.phones.mapped_bytes() + self.order.mapped_bytes()
    }
}

/// A row of a segment.
pub(super) struct SegmentRow<'s> {
    segment: &'s Segment,
    columns: &'s Columns,
    row: usize,
}

impl ShardRecord for SegmentRow<'_> {
    fn phone_number(&self) -> Cow<'_, str> {
        let mut phone_number = String::new();
        self.columns.odd_phones.write(self.segment.phones[self.row], &mut phone_number);
        Cow::Owned(phone_number)
    }

    fn memberships(&self) -> usize {
        self.segment.slots
    }

    fn tell_shard(&self, membership: Option<usize>, sink: &mut RowSink<'_>) -> Result<(), NoRoom> {
        let Self { segment, columns, row } = self;
        if let Some(list) = membership.and_then(|slot| segment.list(columns, *row, slot)) {
            sink.list_id(list)?;
        }
        let slot = membership.unwrap_or(0);
        for (at, (id, column)) in columns.columns.iter().enumerate() {
            let is_told = id.is_of_the_contact() == membership.is_none() && *id != ColumnId::List;
            let key = is_told.then(|| segment.chunk(at, slot).key(column, *row)).flatten();
            let Some(key) = key else { continue };
            match (id, Cell::of_key(&column.domain, key)) {
                (ColumnId::Active, Cell::Flag(active)) => sink.active(active)?,
                (ColumnId::Flag(field), Cell::Flag(flag)) => sink.flag(*field, flag)?,
                (ColumnId::Time(field), Cell::Instant(instant)) => sink.micros(*field, instant),
                (ColumnId::Count(field), Cell::Count(count)) => sink.count(*field, count)?,
                (ColumnId::Amount(field), Cell::Amount(amount)) => sink.amount(*field, amount)?,
                (ColumnId::Text(field), Cell::Text(text)) => sink.text(*field, text.into())?,
                (ColumnId::Custom(key), Cell::Custom(value)) => {
                    sink.custom_field(key.as_str(), Cow::Borrowed(value))?
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// A record of the keys of its columns. What is worked out where a record is silent is given by the record from here on.
pub(super) fn decode<'c>(
    phone_number: String,
    slots: usize,
    list: impl Fn(usize) -> Option<i64>,
    columns: usize,
    key: impl Fn(usize, usize) -> (&'c ColumnId, &'c Domain, Option<u64>),
) -> Contact {
    let mut contact = Contact { phone_number, ..Contact::default() };
    for slot in 0..slots {
        let mut membership = Membership { list_id: list(slot), ..Membership::default() };
        for at in 0..columns {
            let (id, domain, key) = key(at, slot);
            if let Some(key) = key {
                put(&mut contact, &mut membership, id, Cell::of_key(domain, key));
            }
        }
        contact.memberships.push(membership);
    }
    if slots == 0 {
        let mut nothing = Membership::default();
        for at in 0..columns {
            let (id, domain, key) = key(at, 0);
            if let Some(key) = key.filter(|_| id.is_of_the_contact()) {
                put(&mut contact, &mut nothing, id, Cell::of_key(domain, key));
            }
        }
    }
    contact
}

/// Gives a contact, or the membership in hand, what is in a column of theirs.
pub(super) fn put(contact: &mut Contact, membership: &mut Membership, id: &ColumnId, cell: Cell<'_>) {
    match (id, cell) {
        (ColumnId::Active, Cell::Flag(active)) => membership.active = active,
        (ColumnId::List, Cell::List(list)) => membership.list_id = Some(list),
        (ColumnId::Flag(field), Cell::Flag(flag)) => field.set(contact, membership, flag),
        (ColumnId::Time(field), Cell::Instant(instant)) => field.set(membership, from_micros(instant)),
        (ColumnId::Count(field), Cell::Count(count)) => field.set(membership, count),
        (ColumnId::Amount(field), Cell::Amount(amount)) => field.set(membership, amount),
        (ColumnId::Text(field), Cell::Text(text)) => field.set(contact, membership, text.to_owned()),
        (ColumnId::Custom(name), Cell::Custom(value)) => {
            membership.custom_fields.insert(name.as_str().to_owned(), value.clone());
        }
        _ => {}
    }
}
