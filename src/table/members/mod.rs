//! Who is in an audience, as bits of a table.

mod in_order;
mod page;
mod patterns;

use std::fmt;
use std::ops::{BitAnd, BitOr, Sub};
use std::sync::Arc;

use self::in_order::InOrder;
use super::bits::Bits;
use super::level::LevelRow;
use super::{Table, TableRow};
use crate::contact::Contact;

pub use self::page::Page;

/// The contacts of a [`Table`] that are in an audience.
///
/// It holds a snapshot of the table, not the table: what is changed later is not seen in it, and it can be handed to
/// another thread or streamed to a client while changes go on. What it gives is in the order in which the contacts were
/// first seen, the first at once; pages ([`Members::page`]) are in the order of phone numbers.
///
/// Members of one snapshot are sets: [`Members::and`], [`Members::or`] and [`Members::and_not`], whatever the scopes of
/// their audiences.
///
/// ```
/// use headcount::{Audience, Contact, EvalContext, Table};
///
/// let records = [
///     r#"{"phone_number": "+1", "list_id": 7, "click_count": 3}"#,
///     r#"{"phone_number": "+2", "list_id": 7, "click_count": 3, "on_dnc": true}"#,
/// ];
/// let contacts = records.iter().map(|record| serde_json::from_str::<Contact>(record));
/// let table = contacts.collect::<Result<Table, _>>()?;
///
/// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
/// let clickers = table.members(&Audience::of("click_count >= 3".parse()?), &cx);
/// let suppressed = table.members(&Audience::of("on_dnc".parse()?), &cx);
/// let reachable = clickers.and_not(&suppressed)?;
/// assert_eq!((clickers.len(), reachable.len()), (2, 1));
/// assert!(reachable.into_iter().eq(["+1"]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Members {
    table: Table,
    /// For each block of the table, the rows that are in.
    rows: Arc<[Bits]>,
}

impl Members {
    pub(super) fn new(table: &Table, rows: Vec<Bits>) -> Self {
        Self { table: table.clone(), rows: rows.into() }
    }

    /// The snapshot that they are members of.
    #[cfg(feature = "arrow")]
    pub(crate) fn table(&self) -> &Table {
        &self.table
    }

    /// All contacts of a table.
    pub(super) fn everybody(table: &Table) -> Self {
        let mut rows = Vec::new();
        for level in table.levels() {
            rows.extend((0..=level.segments().len()).map(|block| level.present_bits(block)));
        }
        rows.push(Bits::new(table.overflow.rows().len(), true));
        Self::new(table, rows)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.iter().map(Bits::count).sum()
    }

    /// Whether there is nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a contact is among them.
    #[must_use]
    pub fn contains(&self, phone_number: &str) -> bool {
        self.table.find(phone_number).is_some_and(|at| {
            let (block, row) = self.place(at);
            self.rows[block].get(row)
        })
    }

    /// Their phone numbers, in the order in which the contacts were first seen.
    #[must_use]
    pub fn phone_numbers(&self) -> PhoneNumbers {
        PhoneNumbers { members: self.in_order() }
    }

    /// The members as records, with all of their memberships, in the order in which the contacts were first seen. What is
    /// worked out where a record is silent is filled in.
    #[must_use]
    pub fn contacts(&self) -> impl ExactSizeIterator<Item = Contact> + Send + use<> {
        let table = self.table.clone();
        self.in_order().map(move |at| table.contact(at))
    }

    /// Those who are among these and among the others.
    ///
    /// # Errors
    ///
    /// If the others are members of another snapshot: in it, a contact may be another, or none.
    pub fn and(&self, others: &Self) -> Result<Self, DifferentSnapshots> {
        self.join(others, |rows, others| rows & others)
    }

    /// Those who are among these, or among the others, or both.
    ///
    /// # Errors
    ///
    /// As [`Members::and`].
    pub fn or(&self, others: &Self) -> Result<Self, DifferentSnapshots> {
        self.join(others, |rows, others| rows | others)
    }

    /// Those who are among these and not among the others.
    ///
    /// # Errors
    ///
    /// As [`Members::and`].
    ///
    /// ```
    /// use headcount::{Audience, Contact, EvalContext, Table};
    ///
    /// let mut table = Table::default();
    /// let (everybody, cx) = (Audience::of("not on_dnc".parse()?), EvalContext::at("2025-11-15T08:30:00Z".parse()?));
    /// let before = table.members(&everybody, &cx);
    /// table.merge(serde_json::from_str::<Contact>(r#"{"phone_number": "+1", "list_id": 7}"#)?);
    /// let after = table.members(&everybody, &cx);
    /// assert_eq!(
    ///     after.and_not(&before).unwrap_err().to_string(),
    ///     "expected members of one snapshot of a table, found members of two: ask one snapshot for both"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn and_not(&self, others: &Self) -> Result<Self, DifferentSnapshots> {
        self.join(others, |rows, others| rows & !others)
    }

    fn join(&self, others: &Self, join: impl Fn(u64, u64) -> u64) -> Result<Self, DifferentSnapshots> {
        if !self.table.is_snapshot_of(&others.table) {
            return Err(DifferentSnapshots);
        }
        let rows = self.rows.iter().zip(&*others.rows).map(|(rows, others)| rows.zip_words(others, &join));
        Ok(Self { table: self.table.clone(), rows: rows.collect() })
    }

    /// The block of a row, and where it is in there.
    fn place(&self, at: TableRow) -> (usize, usize) {
        match at {
            TableRow::Overflow(row) => (self.rows.len() - 1, row),
            TableRow::Level(number, LevelRow { block, row }) => {
                let before = self.table.levels().take(number).map(|level| level.segments().len() + 1);
                (before.sum::<usize>() + block, row)
            }
        }
    }

    fn in_order(&self) -> InOrder {
        InOrder::new(self.table.clone(), Arc::clone(&self.rows))
    }
}

/// Members of two snapshots of a table were to be put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DifferentSnapshots;

impl fmt::Display for DifferentSnapshots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected members of one snapshot of a table, found members of two: ask one snapshot for both")
    }
}

impl std::error::Error for DifferentSnapshots {}

macro_rules! operators {
    ($($operator:ident, $symbol:ident = $method:ident;)+) => {$(
        /// # Panics
        ///
        /// If they are members of two snapshots; the method of [`Members`] gives that as an error.
        impl $operator for &Members {
            type Output = Members;

            fn $symbol(self, others: Self) -> Members {
                self.$method(others).unwrap_or_else(|error| panic!("{error}"))
            }
        }
    )+};
}

operators! {
    BitAnd, bitand = and;
    BitOr, bitor = or;
    Sub, sub = and_not;
}

impl IntoIterator for Members {
    type Item = String;
    type IntoIter = PhoneNumbers;

    fn into_iter(self) -> PhoneNumbers {
        self.phone_numbers()
    }
}

impl IntoIterator for &Members {
    type Item = String;
    type IntoIter = PhoneNumbers;

    fn into_iter(self) -> PhoneNumbers {
        self.phone_numbers()
    }
}

/// The phone numbers of [`Members`], in the order in which the contacts were first seen. It borrows nothing.
#[derive(Clone, Debug)]
pub struct PhoneNumbers {
    members: InOrder,
}

impl Iterator for PhoneNumbers {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let at = self.members.next()?;
        Some(self.members.table().phone_number(at))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.members.size_hint()
    }
}

impl ExactSizeIterator for PhoneNumbers {}

impl std::iter::FusedIterator for PhoneNumbers {}
