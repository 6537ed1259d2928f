//! What an image has of a table beside the bytes of its columns, as it is written down: by names that mean the same in
//! every build, never by the numbers that a build gives them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::contact::{Contact, Membership};
use crate::estimate::SampleInfo;
use crate::filter::CustomKey;
use crate::number::Number;
use crate::table::cell::{Cell, cell};
use crate::table::overflow::OverflowRow;
use crate::table::segment::{ColumnId, put};
use crate::value::Value;

/// A table, but for its columns.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredTable {
    pub(super) replaced: u64,
    pub(super) dnc_lifted: u64,
    pub(super) drawn: Option<SampleInfo>,
    pub(super) columns: Vec<StoredId>,
    pub(super) odd_phones: Vec<String>,
    pub(super) segments: Vec<StoredSegment>,
    /// The columns that those who stand in none refer to.
    pub(super) ids: Vec<StoredId>,
    pub(super) overflow: Vec<StoredRow>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredSegment {
    pub(super) rows: u64,
    pub(super) slots: u64,
    /// The lists of the slots, where those are the same for all.
    pub(super) lists: Option<Vec<Option<i64>>>,
}

/// Which column.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum StoredId {
    /// One with a name of its own.
    Named(String),
    Custom(String),
}

impl From<&ColumnId> for StoredId {
    fn from(id: &ColumnId) -> Self {
        match id {
            ColumnId::Custom(key) => Self::Custom(key.as_str().to_owned()),
            id => Self::Named(id.name().to_owned()),
        }
    }
}

impl StoredId {
    /// The column, if there can be one.
    pub(super) fn id(self) -> Option<ColumnId> {
        match self {
            Self::Named(name) => ColumnId::with_names().find(|id| id.name() == name),
            Self::Custom(key) => CustomKey::new(key).map(ColumnId::Custom),
        }
    }
}

/// A column, but for its codes and its texts.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredColumn {
    pub(super) domain: StoredDomain,
    /// The first key of each bucket.
    pub(super) firsts: Vec<u64>,
    /// How many rows have each code.
    pub(super) weights: Vec<u64>,
    /// The chunks, segment by segment, in each slot by slot.
    pub(super) chunks: Vec<StoredChunk>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) enum StoredDomain {
    Flags,
    Instants {
        base: i64,
        unit: i64,
        last: u64,
    },
    Counts(Vec<u64>),
    Amounts(Vec<StoredNumber>),
    /// So many texts, which have a section of their own: where each ends, then the texts.
    Texts(u64),
    Custom(Vec<StoredValue>),
    Lists(Vec<i64>),
}

/// What is known of a chunk beside its bytes.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum StoredChunk {
    /// The codes that there are; the planes are as many as those take.
    Few(Vec<u8>),
    /// How many slices refine the codes.
    Many(u8),
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) enum StoredNumber {
    Whole(i64),
    Large(u64),
    Fraction(f64),
}

impl From<Number> for StoredNumber {
    fn from(number: Number) -> Self {
        let large = || number.to_u64().map(Self::Large);
        number.to_i64().map(Self::Whole).or_else(large).unwrap_or(Self::Fraction(number.to_f64()))
    }
}

impl StoredNumber {
    /// The number, if it is one.
    pub(super) fn number(self) -> Option<Number> {
        match self {
            Self::Whole(whole) => Some(whole.into()),
            Self::Large(large) => Some(large.into()),
            Self::Fraction(fraction) => Number::from_f64(fraction),
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) enum StoredValue {
    Bool(bool),
    Number(StoredNumber),
    Text(String),
    /// An array or an object.
    Json(String),
}

impl StoredValue {
    /// A value, if it can be read again: one that nests deeper than records may cannot.
    pub(super) fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Number((*number).into()),
            Value::Text(text) => Self::Text(text.clone()),
            Value::Array(_) | Value::Object(_) => {
                let json = serde_json::to_string(value).ok()?;
                serde_json::from_str::<Value>(&json).ok().filter(|read| read == value)?;
                Self::Json(json)
            }
        })
    }

    /// The value, if it is one.
    pub(super) fn value(self) -> Option<Value> {
        match self {
            Self::Bool(value) => Some(Value::Bool(value)),
            Self::Number(number) => number.number().map(Value::Number),
            Self::Text(text) => Some(Value::Text(text)),
            Self::Json(json) => serde_json::from_str(&json).ok(),
        }
    }
}

/// What is in a column of somebody who stands in none: the column's place, and what is there.
type StoredEntry = (u64, StoredCell);

/// Somebody who stands in no column.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredRow {
    order: u32,
    phone_number: String,
    of_the_contact: Vec<StoredEntry>,
    memberships: Vec<Vec<StoredEntry>>,
}

#[derive(Debug, Serialize, Deserialize)]
enum StoredCell {
    Flag(bool),
    Instant(i64),
    Count(u64),
    Amount(StoredNumber),
    Text(String),
    Custom(StoredValue),
    List(i64),
}

impl StoredCell {
    fn of(cell: Cell<'_>) -> Option<Self> {
        Some(match cell {
            Cell::Flag(flag) => Self::Flag(flag),
            Cell::Instant(instant) => Self::Instant(instant),
            Cell::Count(count) => Self::Count(count),
            Cell::Amount(amount) => Self::Amount(amount.into()),
            Cell::Text(text) => Self::Text(text.to_owned()),
            Cell::Custom(value) => Self::Custom(StoredValue::of(value)?),
            Cell::List(list) => Self::List(list),
        })
    }
}

/// The columns that contacts who stand in none refer to.
pub(super) fn ids_of<'c>(contacts: impl Iterator<Item = &'c Contact>) -> Vec<ColumnId> {
    let memberships = contacts.flat_map(|contact| &contact.memberships);
    let keys: BTreeSet<&str> =
        memberships.flat_map(|membership| membership.custom_fields.keys().map(String::as_str)).collect();
    ColumnId::with_names().chain(keys.into_iter().filter_map(CustomKey::new).map(ColumnId::Custom)).collect()
}

impl StoredRow {
    /// A contact, if all of its values can be read again.
    pub(super) fn of(row: &OverflowRow, ids: &[ColumnId]) -> Option<Self> {
        let contact = &row.contact;
        let entries = |membership: Option<&Membership>| {
            let here = (0..).zip(ids).filter(|(_, id)| id.is_of_the_contact() == membership.is_none());
            let cells = here.filter_map(|(at, id)| Some((at, cell(id, contact, membership)?)));
            cells.map(|(at, cell)| Some((at, StoredCell::of(cell)?))).collect::<Option<Vec<StoredEntry>>>()
        };
        Some(Self {
            // OK because a table has no more contacts than 32 bits count, and a compact one numbers them.
            order: row.order as u32,
            phone_number: contact.phone_number.clone(),
            of_the_contact: entries(None)?,
            memberships: contact.memberships.iter().map(|one| entries(Some(one))).collect::<Option<_>>()?,
        })
    }

    /// The contact, if it is one, and its place in the order.
    pub(super) fn contact(self, ids: &[ColumnId]) -> Option<(u32, Contact)> {
        let mut contact = Contact { phone_number: self.phone_number, ..Contact::default() };
        take(self.of_the_contact, ids, &mut contact, &mut Membership::default())?;
        for entries in self.memberships {
            let mut membership = Membership::default();
            take(entries, ids, &mut contact, &mut membership)?;
            contact.memberships.push(membership);
        }
        Some((self.order, contact))
    }
}

fn take(entries: Vec<StoredEntry>, ids: &[ColumnId], contact: &mut Contact, membership: &mut Membership) -> Option<()> {
    for (at, stored) in entries {
        let id = ids.get(usize::try_from(at).ok()?)?;
        let (text, value);
        let cell = match stored {
            StoredCell::Flag(flag) => Cell::Flag(flag),
            StoredCell::Instant(instant) => Cell::Instant(instant),
            StoredCell::Count(count) => Cell::Count(count),
            StoredCell::Amount(number) => Cell::Amount(number.number()?),
            StoredCell::Text(stored) => {
                text = stored;
                Cell::Text(&text)
            }
            StoredCell::Custom(stored) => {
                value = stored.value()?;
                Cell::Custom(&value)
            }
            StoredCell::List(list) => Cell::List(list),
        };
        put(contact, membership, id, cell);
    }
    Some(())
}
