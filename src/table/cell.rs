//! A cell: what a contact or one of its memberships has in a column.

use std::cmp::Ordering;

use super::domain::{Domain, rank};
use super::segment::ColumnId;
#[cfg(feature = "arrow")]
use super::{Table, level::Level};
use crate::contact::{Contact, Membership};
use crate::eval;
use crate::number::Number;
use crate::value::Value;

/// What is in a column of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cell<'t> {
    Flag(bool),
    /// In microseconds.
    Instant(i64),
    Count(u64),
    Amount(Number),
    Text(&'t str),
    Custom(&'t Value),
    List(i64),
}

impl<'t> Cell<'t> {
    /// What a key of a domain stands for.
    pub(super) fn of_key(domain: &'t Domain, key: u64) -> Self {
        let at = key as usize;
        match domain {
            Domain::Flags => Self::Flag(key == 1),
            Domain::Instants(instants) => Self::Instant(instants.instant(key)),
            Domain::Counts(counts) => Self::Count(counts[at]),
            Domain::Amounts(amounts) => Self::Amount(amounts[at]),
            Domain::Texts(texts) => Self::Text(texts.get(at)),
            Domain::Custom(custom) => Self::Custom(custom.value(at)),
            Domain::Lists(lists) => Self::List(lists[at]),
        }
    }

    /// The order of a column's domain; cells of different columns have none.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Flag(a), Self::Flag(b)) => a.cmp(b),
            (Self::Instant(a), Self::Instant(b)) | (Self::List(a), Self::List(b)) => a.cmp(b),
            (Self::Count(a), Self::Count(b)) => a.cmp(b),
            (Self::Amount(a), Self::Amount(b)) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Custom(a), Self::Custom(b)) => rank(a).cmp(&rank(b)).then_with(|| a.cmp(b)),
            _ => Ordering::Equal,
        }
    }
}

#[cfg(feature = "arrow")]
impl Table {
    /// The values of a column that is not of instants, some of them more than once.
    pub(crate) fn cells_of<'t>(&'t self, id: &'t ColumnId) -> impl Iterator<Item = Cell<'t>> {
        let domains = self.levels().filter_map(|level| {
            let columns = level.columns();
            columns.find(id).map(|at| &columns.column(at).domain)
        });
        let in_columns = domains.filter(|domain| !matches!(domain, Domain::Instants(_)));
        let in_columns = in_columns.flat_map(|domain| (0..domain.keys()).map(|key| Cell::of_key(domain, key)));
        let in_no_column = self.levels().flat_map(Level::overflow).chain(self.overflow.rows());
        let in_no_column = in_no_column.flat_map(move |row| {
            let memberships = row.contact.memberships.iter().map(Some).chain([None]);
            memberships.filter_map(|membership| cell(id, &row.contact, membership))
        });
        in_columns.chain(in_no_column)
    }
}

/// What is in a column of a contact that stands in none, or of a membership of it.
pub(crate) fn cell<'c>(id: &ColumnId, contact: &'c Contact, membership: Option<&'c Membership>) -> Option<Cell<'c>> {
    match id {
        ColumnId::Active => membership.map(|membership| Cell::Flag(membership.active)),
        ColumnId::List => membership?.list_id.map(Cell::List),
        ColumnId::Time(field) => eval::time(*field, membership).map(Cell::Instant),
        ColumnId::Count(field) => eval::count(*field, membership).map(Cell::Count),
        ColumnId::Amount(field) => eval::amount(*field, membership).map(Cell::Amount),
        ColumnId::Flag(field) => eval::flag(*field, contact, membership).map(Cell::Flag),
        ColumnId::Text(field) => eval::text(*field, contact, membership).map(Cell::Text),
        ColumnId::Custom(key) => membership?.custom_fields.get(key.as_str()).map(Cell::Custom),
    }
}
