//! Records in columns, in the order in which they came: what a table is built from.
//!
//! Nothing is told apart while records come in. A shard knows its own values only, each column by a dictionary of its
//! own, so that shards are filled on as many threads as there are; which records are of one contact, and what the values
//! of all shards are together, is found out when the table is built.

mod column;
mod dictionary;
#[cfg(feature = "records")]
mod firsts;
mod row;
mod shards;
#[cfg(test)]
mod tests;

use hashbrown::{DefaultHashBuilder, HashMap};

pub(crate) use self::column::{Coded, CustomColumn, Flag, Sparse};
#[cfg(feature = "records")]
pub(crate) use self::dictionary::Packed;
pub(crate) use self::dictionary::{Dictionary, Texts, Values};
pub(crate) use self::row::{NoRoom, RowSink, ShardRecord, ShardRow};
pub(crate) use self::shards::Shards;
use super::phone::{OddPhones, Phone};
use crate::catalogue::{AmountField, CountField, FlagField, Owner, TextField, TimeField};
use crate::contact::{Contact, Membership};
use crate::eval;
use crate::number::Number;
use crate::time::from_micros;

/// The most records of a shard, and the most memberships: a column of as many values and a zero has a code for each.
pub(crate) const MOST: usize = u16::MAX as usize - 1;

/// An instant that is none.
pub(crate) const NO_INSTANT: i64 = i64::MIN;

/// Records in columns: a row a record for what is the contact's, a row a membership for the rest.
///
/// Whoever fills it column by column fills all of them: with [`MOST`] rows at most, and where there is no value with
/// that of [`Shard::silent`].
#[derive(Debug)]
pub(crate) struct Shard {
    pub(crate) phones: Vec<Phone>,
    pub(crate) odd_phones: OddPhones,
    /// How many memberships there are up to a record, itself included.
    pub(crate) ends: Vec<u16>,
    pub(crate) list: Coded<Values<i64>>,
    pub(crate) active: Vec<Flag>,
    /// By [`TextField`]; the phone number's stays empty.
    pub(crate) texts: [Coded<Texts>; TextField::ALL.len()],
    /// By [`FlagField`].
    pub(crate) flags: [Vec<Flag>; FlagField::ALL.len()],
    /// By [`TimeField`]; [`NO_INSTANT`] is none.
    pub(crate) times: [Vec<i64>; TimeField::ALL.len()],
    /// By [`CountField`]; every membership has one.
    pub(crate) counts: [Coded<Values<u64>>; CountField::ALL.len()],
    /// By [`AmountField`]; every membership has a total.
    pub(crate) amounts: [Coded<Values<Number>>; AmountField::ALL.len()],
    pub(crate) custom: Vec<CustomColumn>,
    /// A record that says nothing.
    silent: ShardRow,
    /// Where the column of a custom field is.
    keys: HashMap<Box<str>, usize, DefaultHashBuilder>,
    /// How many rows were taken back, whose values may still be in the dictionaries.
    taken_back: usize,
    closed: bool,
}

impl Default for Shard {
    fn default() -> Self {
        let mut shard = Self {
            phones: Vec::new(),
            odd_phones: OddPhones::default(),
            ends: Vec::new(),
            list: Coded::default(),
            active: Vec::new(),
            texts: Default::default(),
            flags: Default::default(),
            times: Default::default(),
            counts: Default::default(),
            amounts: Default::default(),
            custom: Vec::new(),
            silent: ShardRow::EMPTY,
            keys: HashMap::default(),
            taken_back: 0,
            closed: false,
        };
        let (nobody, nothing) = (Contact::default(), Membership::default());
        let mut silent = ShardRow::EMPTY;
        // OK because there is room for the first value of every column.
        let _ = nobody.tell(Some(&nothing), &mut RowSink { shard: &mut shard, row: &mut silent });
        Self { silent, ..shard }
    }
}

/// What is done to every column of a shard in the same way, whatever its values are.
pub(crate) trait ColumnVisitor {
    /// `value` is that of a row that comes with it.
    fn column<T: Copy>(&mut self, column: &mut Vec<T>, value: T);
}

impl Shard {
    /// How many records there are.
    pub(crate) fn records(&self) -> usize {
        self.phones.len()
    }

    /// How many memberships there are.
    pub(crate) fn memberships(&self) -> usize {
        self.active.len()
    }

    /// A record that says nothing, as codes of this shard.
    #[cfg(feature = "records")]
    pub(crate) fn silent(&self) -> ShardRow {
        self.silent
    }

    /// Visits the columns that have a row for each record, or for each membership, but for phone numbers and custom
    /// fields; with each the value that `row` has in it.
    #[inline]
    pub(crate) fn visit(&mut self, owner: Owner, row: &ShardRow, visitor: &mut impl ColumnVisitor) {
        for field in TextField::ALL {
            if field.owner() == owner && *field != TextField::PhoneNumber {
                visitor.column(&mut self.texts[*field as usize].codes, row.texts[*field as usize]);
            }
        }
        for field in FlagField::ALL {
            if field.owner() == owner {
                visitor.column(&mut self.flags[*field as usize], row.flags[*field as usize]);
            }
        }
        if owner == Owner::Contact {
            return;
        }
        visitor.column(&mut self.list.codes, row.list);
        visitor.column(&mut self.active, row.active);
        self.times.iter_mut().zip(row.times).for_each(|(times, instant)| visitor.column(times, instant));
        self.counts.iter_mut().zip(row.counts).for_each(|(counts, code)| visitor.column(&mut counts.codes, code));
        self.amounts.iter_mut().zip(row.amounts).for_each(|(amounts, code)| visitor.column(&mut amounts.codes, code));
    }

    /// Makes room for `rows` records of one membership each.
    #[cfg(feature = "records")]
    fn reserve(&mut self, rows: usize) {
        struct Reserve(usize);

        impl ColumnVisitor for Reserve {
            fn column<T: Copy>(&mut self, column: &mut Vec<T>, _: T) {
                column.reserve(self.0);
            }
        }

        self.phones.reserve(rows);
        self.ends.reserve(rows);
        self.visit(Owner::Contact, &ShardRow::EMPTY, &mut Reserve(rows));
        self.visit(Owner::Membership, &ShardRow::EMPTY, &mut Reserve(rows));
    }

    /// Whether there is room for one more record with `memberships` of them: then every dictionary has room for its values.
    pub(crate) fn has_room(&self, memberships: usize) -> bool {
        let rows = self.memberships().saturating_add(memberships).max(self.records() + 1);
        !self.closed && rows.saturating_add(self.taken_back) <= MOST
    }

    /// Takes in a record.
    pub(crate) fn push(&mut self, record: &impl ShardRecord) -> Result<(), NoRoom> {
        let (records, rows) = (self.records(), self.memberships());
        if !self.has_room(record.memberships()) {
            return Err(NoRoom);
        }
        let done = self.add(record);
        if done.is_err() {
            self.truncate(records, rows, 0..self.custom.len());
        }
        done
    }

    fn add(&mut self, record: &impl ShardRecord) -> Result<(), NoRoom> {
        for membership in 0..record.memberships() {
            let mut row = self.silent;
            record.tell_shard(Some(membership), &mut RowSink { shard: self, row: &mut row })?;
            self.push_membership(&row);
        }
        let mut row = self.silent;
        record.tell_shard(None, &mut RowSink { shard: self, row: &mut row })?;
        self.push_record(&record.phone_number(), &row);
        Ok(())
    }

    /// Where the column of a custom field is, a new one if it is new.
    pub(crate) fn custom_column(&mut self, key: &str) -> usize {
        if let Some(at) = self.keys.get(key) {
            return *at;
        }
        self.keys.insert(key.into(), self.custom.len());
        self.custom.push(CustomColumn::new(key));
        self.custom.len() - 1
    }

    /// As [`Shard::custom_column`], where that makes no more than `most` columns.
    #[cfg(feature = "records")]
    pub(crate) fn custom_column_within(&mut self, key: &str, most: usize) -> Option<usize> {
        (self.custom.len() < most || self.keys.contains_key(key)).then(|| self.custom_column(key))
    }

    /// Puts in a membership whose custom fields are in already; its record is to come behind all of its memberships.
    #[inline]
    pub(crate) fn push_membership(&mut self, row: &ShardRow) {
        self.visit(Owner::Membership, row, &mut Push);
    }

    /// Puts in a record whose memberships are those that came since the last.
    #[inline]
    pub(crate) fn push_record(&mut self, phone_number: &str, row: &ShardRow) {
        let phone = self.odd_phones.intern(phone_number);
        self.phones.push(phone);
        // OK because a shard has no more rows than 16 bits count.
        self.ends.push(self.memberships() as u16);
        self.visit(Owner::Contact, row, &mut Push);
    }

    /// Takes back what came behind the first `records` and `memberships`, whose custom fields are in no other than these
    /// columns: there may be very many.
    pub(crate) fn truncate(&mut self, records: usize, memberships: usize, custom: impl IntoIterator<Item = usize>) {
        struct Truncate(usize);

        impl ColumnVisitor for Truncate {
            fn column<T: Copy>(&mut self, column: &mut Vec<T>, _: T) {
                column.truncate(self.0);
            }
        }

        // And one that was not put in as a whole.
        self.taken_back += self.memberships() - memberships + 1;
        self.phones.truncate(records);
        self.ends.truncate(records);
        self.visit(Owner::Contact, &ShardRow::EMPTY, &mut Truncate(records));
        self.visit(Owner::Membership, &ShardRow::EMPTY, &mut Truncate(memberships));
        custom.into_iter().for_each(|column| self.custom[column].truncate(memberships));
    }

    /// The records, as they came in.
    #[cfg_attr(not(test), allow(dead_code, reason = "who fills a shard by columns reads records from it"))]
    pub(crate) fn contacts(&self) -> impl Iterator<Item = Contact> {
        (0..self.records()).map(|record| {
            let mut contact = Contact::default();
            self.odd_phones.write(self.phones[record], &mut contact.phone_number);
            self.put(Owner::Contact, record, &mut contact, &mut Membership::default());
            contact.memberships = self.rows(record).map(|row| self.membership(row)).collect();
            contact
        })
    }

    /// The memberships of a record.
    pub(crate) fn rows(&self, record: usize) -> std::ops::Range<usize> {
        let start = record.checked_sub(1).map_or(0, |before| self.ends[before]);
        usize::from(start)..usize::from(self.ends[record])
    }

    fn membership(&self, row: usize) -> Membership {
        let custom = self.custom.iter().filter_map(|column| Some((column.key.to_string(), column.get(row)?)));
        let mut membership = Membership {
            list_id: self.list.get(row).copied(),
            active: self.active[row] == Flag::Yes,
            custom_fields: custom.collect(),
            ..Membership::default()
        };
        for field in TimeField::ALL {
            let instant = self.times[*field as usize][row];
            if instant != NO_INSTANT {
                field.set(&mut membership, from_micros(instant));
            }
        }
        for field in CountField::ALL {
            if let Some(count) = self.counts[*field as usize].get(row) {
                field.set(&mut membership, *count);
            }
        }
        for field in AmountField::ALL {
            if let Some(amount) = self.amounts[*field as usize].get(row) {
                field.set(&mut membership, *amount);
            }
        }
        self.put(Owner::Membership, row, &mut Contact::default(), &mut membership);
        membership
    }

    /// Puts the texts and flags of a row into the record of whoever owns them.
    fn put(&self, owner: Owner, row: usize, contact: &mut Contact, membership: &mut Membership) {
        let texts = TextField::ALL.iter().filter(|field| field.owner() == owner && **field != TextField::PhoneNumber);
        for field in texts {
            if let Some(text) = self.texts[*field as usize].get(row) {
                field.set(contact, membership, text.to_owned());
            }
        }
        for field in FlagField::ALL.iter().filter(|field| field.owner() == owner) {
            if let Some(flag) = self.flags[*field as usize][row].get() {
                field.set(contact, membership, flag);
            }
        }
    }

    /// Works out what memberships leave to be worked out, and lets go of what is only there to take in more: from here on
    /// it is for a table only.
    pub(crate) fn close(&mut self) {
        if std::mem::replace(&mut self.closed, true) {
            return;
        }
        self.work_out();
        self.phones.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.visit(Owner::Contact, &ShardRow::EMPTY, &mut Shrink);
        self.visit(Owner::Membership, &ShardRow::EMPTY, &mut Shrink);
        self.list.dictionary.close();
        self.texts.iter_mut().for_each(|column| column.dictionary.close());
        self.counts.iter_mut().for_each(|column| column.dictionary.close());
        self.amounts.iter_mut().for_each(|column| column.dictionary.close());
        self.custom.iter_mut().for_each(CustomColumn::close);
        self.keys = HashMap::default();
    }

    fn work_out(&mut self) {
        const TOTAL: usize = AmountField::RevenueTotal as usize;
        const CONVERSIONS: usize = CountField::ConversionCount as usize;
        const AVERAGE: usize = AmountField::AvgRevenue as usize;
        let Ok([totals, averages]) = self.amounts.get_disjoint_mut([TOTAL, AVERAGE]) else { return };
        let conversions = &self.counts[CONVERSIONS];
        let (no_conversions, no_total) = (self.silent.counts[CONVERSIONS], self.silent.amounts[TOTAL]);
        for (row, flag) in self.flags[FlagField::HasRevenue as usize].iter_mut().enumerate() {
            let (total, average) = (totals.codes[row], averages.codes[row]);
            let silent = *flag == Flag::Silent;
            if !silent && average != 0 || conversions.codes[row] == no_conversions && total == no_total {
                *flag = if silent { Flag::No } else { *flag };
                continue;
            }
            let known = Membership {
                conversion_count: conversions.get(row).copied().unwrap_or_default(),
                revenue_total: totals.get(row).copied().unwrap_or_default(),
                avg_revenue: averages.get(row).copied(),
                has_revenue: flag.get(),
                ..Membership::default()
            };
            *flag = eval::flag(FlagField::HasRevenue, &Contact::default(), Some(&known)).into();
            if let Some(average) = eval::amount(AmountField::AvgRevenue, Some(&known)) {
                // OK because the dictionary has room for a value of every row.
                averages.codes[row] = averages.dictionary.code(&average).unwrap_or(0);
            }
        }
    }
}

/// Puts in the row's value.
struct Push;

impl ColumnVisitor for Push {
    #[inline]
    fn column<T: Copy>(&mut self, column: &mut Vec<T>, value: T) {
        column.push(value);
    }
}

/// Lets go of room for more.
struct Shrink;

impl ColumnVisitor for Shrink {
    fn column<T: Copy>(&mut self, column: &mut Vec<T>, _: T) {
        column.shrink_to_fit();
    }
}
