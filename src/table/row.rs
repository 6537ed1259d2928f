//! A contact where it stands in a table, asked without being written out as a record.

use rayon::prelude::*;

use super::cell::Cell;
use super::level::{Level, LevelRow};
use super::segment::{ColumnId, Columns, Lists, Segment};
use super::{OddPhones, Table, TableRow};
use crate::catalogue::{AmountField, CountField, FlagField, TextField, TimeField};
use crate::contact::Contact;
use crate::matcher::{CustomField, Record};
use crate::number::Number;
use crate::plan::ValueRef;

/// A contact of a table. It says what [`Table::get`] would say.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Row<'t> {
    /// In no column.
    Record(&'t Contact),
    Columns(ColumnRow<'t>),
}

/// A contact in columns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ColumnRow<'t> {
    phone_number: &'t str,
    columns: &'t Columns,
    segment: &'t Segment,
    row: usize,
}

impl Table {
    /// The contact of a phone number, where it stands.
    pub(crate) fn find_row<'t>(&'t self, phone_number: &'t str) -> Option<Row<'t>> {
        self.find(phone_number).map(|at| self.row(at, phone_number))
    }

    /// The contact that is somewhere, of which the phone number is known.
    pub(super) fn row<'t>(&'t self, at: TableRow, phone_number: &'t str) -> Row<'t> {
        match at {
            TableRow::Level(level, row) => {
                if let Some(segment) = self.level(level).segments().get(row.block) {
                    segment.fetch(row.row);
                }
                self.level(level).row(row, phone_number)
            }
            TableRow::Overflow(row) => Row::Record(&self.overflow.rows()[row].contact),
        }
    }

    /// Goes through all contacts on all threads, in no order; each makes something of those that it meets.
    pub(crate) fn fold_rows<T: Send>(
        &self,
        init: impl Fn() -> T + Sync,
        each: impl Fn(&mut T, &str, Row<'_>) + Sync,
    ) -> Vec<T> {
        /// Rows that a thread goes through at a time.
        const AT_A_TIME: usize = 4_096;
        let mut parts = Vec::new();
        for level in self.levels() {
            for (block, rows) in level.blocks().enumerate() {
                let starts = (0..rows).step_by(AT_A_TIME);
                parts.extend(starts.map(|start| (level, block, start..rows.min(start + AT_A_TIME))));
            }
        }
        let in_levels = parts.into_par_iter().fold(&init, |mut made, (level, block, rows)| {
            let mut phone_number = String::new();
            for at in rows.map(|row| LevelRow { block, row }).filter(|at| level.is_present(*at)) {
                level.write_phone_number(at, &mut phone_number);
                each(&mut made, &phone_number, level.row(at, &phone_number));
            }
            made
        });
        let mut all: Vec<T> = in_levels.collect();
        let mut of_overflow = init();
        for row in self.overflow.rows() {
            each(&mut of_overflow, &row.contact.phone_number, Row::Record(&row.contact));
        }
        all.push(of_overflow);
        all
    }
}

impl Table {
    /// The phone numbers of its contacts that are not a few digits, and may be of others who are gone.
    pub(crate) fn odd_phones(&self) -> OddPhones {
        let mut odd = OddPhones::default();
        self.levels().for_each(|level| odd.learn(&level.columns().odd_phones));
        self.overflow.rows().iter().for_each(|row| _ = odd.intern(&row.contact.phone_number));
        odd
    }
}

impl Level {
    fn row<'t>(&'t self, LevelRow { block, row }: LevelRow, phone_number: &'t str) -> Row<'t> {
        match self.segments().get(block) {
            Some(segment) => Row::Columns(ColumnRow { phone_number, columns: self.columns(), segment, row }),
            None => Row::Record(&self.overflow()[row].contact),
        }
    }
}

impl<'t> ColumnRow<'t> {
    fn cell(&self, id: &ColumnId, slot: usize) -> Option<Cell<'t>> {
        self.cell_at(self.columns.find(id)?, slot)
    }

    fn cell_at(&self, at: usize, slot: usize) -> Option<Cell<'t>> {
        let column = self.columns.column(at);
        let key = self.segment.chunk(at, slot).key(column, self.row)?;
        Some(Cell::of_key(&column.domain, key))
    }
}

impl Record for ColumnRow<'_> {
    fn text(&self, field: TextField, membership: usize) -> Option<&str> {
        if field == TextField::PhoneNumber {
            return Some(self.phone_number);
        }
        match self.cell(&ColumnId::Text(field), membership)? {
            Cell::Text(text) => Some(text),
            _ => None,
        }
    }

    fn memberships(&self) -> usize {
        self.segment.slots
    }

    fn list(&self, membership: usize) -> Option<i64> {
        match &self.segment.lists {
            Lists::Same(lists) => lists[membership],
            Lists::Mixed => match self.cell(&ColumnId::List, membership)? {
                Cell::List(list) => Some(list),
                _ => None,
            },
        }
    }

    fn active(&self, membership: usize) -> bool {
        self.cell(&ColumnId::Active, membership) != Some(Cell::Flag(false))
    }

    fn time(&self, field: TimeField, membership: usize) -> Option<i64> {
        match self.cell(&ColumnId::Time(field), membership)? {
            Cell::Instant(instant) => Some(instant),
            _ => None,
        }
    }

    fn count(&self, field: CountField, membership: usize) -> u64 {
        match self.cell(&ColumnId::Count(field), membership) {
            Some(Cell::Count(count)) => count,
            _ => 0,
        }
    }

    fn amount(&self, field: AmountField, membership: usize) -> Option<Number> {
        match self.cell(&ColumnId::Amount(field), membership) {
            Some(Cell::Amount(amount)) => Some(amount),
            _ => self.default_amount(field, membership),
        }
    }

    fn flag(&self, field: FlagField, membership: usize) -> bool {
        match self.cell(&ColumnId::Flag(field), membership) {
            Some(Cell::Flag(flag)) => flag,
            _ => self.default_flag(field, membership),
        }
    }

    fn custom(&self, field: CustomField<'_>, membership: usize) -> Option<ValueRef<'_>> {
        match self.cell_at(self.columns.find_custom(field.key())?, membership)? {
            Cell::Custom(value) => Some(value.into()),
            _ => None,
        }
    }
}

/// Asks whichever it is.
macro_rules! whichever {
    ($($method:ident($($argument:ident: $kind:ty),*) -> $answer:ty;)+) => {
        impl Record for Row<'_> {
            $(fn $method(&self, $($argument: $kind),*) -> $answer {
                match self {
                    Self::Record(contact) => Record::$method(*contact, $($argument),*),
                    Self::Columns(row) => row.$method($($argument),*),
                }
            })+
        }
    };
}

whichever! {
    text(field: TextField, membership: usize) -> Option<&str>;
    memberships() -> usize;
    list(membership: usize) -> Option<i64>;
    active(membership: usize) -> bool;
    time(field: TimeField, membership: usize) -> Option<i64>;
    count(field: CountField, membership: usize) -> u64;
    amount(field: AmountField, membership: usize) -> Option<Number>;
    flag(field: FlagField, membership: usize) -> bool;
    custom(field: CustomField<'_>, membership: usize) -> Option<ValueRef<'_>>;
}
