//! Contacts in columns: built once, counted often.

mod beside;
mod bind;
mod bits;
mod build;
mod cell;
#[cfg(feature = "parquet")]
mod cells;
mod changes;
mod column;
mod column_chunk;
mod column_run;
mod count;
mod domain;
mod histogram;
#[cfg(feature = "image")]
mod image;
mod kernel;
mod level;
mod members;
mod memory;
mod notes;
mod overflow;
mod phone;
mod phone_index;
mod present;
mod record_run;
mod row;
mod scan;
mod segment;
pub(crate) mod shard;
mod shared;
mod slab;
mod stoppable;
mod sweep;
#[cfg(test)]
mod tests;
mod text_values;
mod unlisted;
mod vocabulary;
mod weigh;

#[cfg(feature = "records")]
use std::collections::HashSet;
use std::sync::Arc;

use self::bind::Questions;
use self::build::{Layout, Pauses, build};
use self::level::{Level, LevelRow};
use self::overflow::Overflow;
use self::scan::Scan;
use self::shard::Shards;
use crate::audience::Audience;
use crate::contact::Contact;
use crate::note::Observed;
use crate::plan::Plan;
use crate::population::Population;
use crate::semantics::EvalContext;
use crate::size::Size;
use crate::span::span;
use crate::stop::{StopToken, Stopped};

#[cfg(feature = "arrow")]
pub(crate) use self::cell::cell;
#[cfg(feature = "parquet")]
pub(crate) use self::cells::{CellRef, RowBlock, TableCells};
#[cfg(feature = "image")]
pub(crate) use self::image::{
    AskedColumns, BadImage, ImageContents, MAGIC as IMAGE_MAGIC, Map, open as open_image, open_file as open_image_file,
    open_with_extras as open_image_with_extras, save as save_image, write as write_image_with,
};
#[cfg(all(feature = "image", feature = "arbitrary"))]
#[doc(hidden)]
pub use self::image::{mend_image, write_image};
pub use self::members::{DifferentSnapshots, Members, Page, PhoneNumbers};
pub use self::memory::Memory;
pub use self::shared::SharedTable;
pub use self::stoppable::StoppableTable;
pub(crate) use self::{
    beside::JoinBeside,
    cell::Cell,
    histogram::Histograms,
    phone::{OddPhones, Phone},
    row::Row,
    segment::ColumnId,
};

/// A population in columns, which answers as [`Population`] does, only faster.
///
/// A filter is asked of memberships: a contact without any is one of [`Table::contacts`] and in no audience, so that even
/// `click_count >= 0` leaves it out.
///
/// It takes at most one byte a value to scan, and what runs on several threads runs on rayon's current pool: install one
/// of your own to choose how many.
///
/// ```
/// use headcount::{Audience, Contact, EvalContext, Table};
///
/// let records = [
///     r#"{"phone_number": "+1", "list_id": 7, "click_count": 3}"#,
///     r#"{"phone_number": "+2", "list_id": 7, "click_count": 1}"#,
/// ];
/// let contacts = records.iter().map(|record| serde_json::from_str::<Contact>(record));
/// let table = contacts.collect::<Result<Table, _>>()?;
///
/// let audience = Audience::of("click_count >= 3".parse()?);
/// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
/// assert_eq!(table.size(&audience, &cx).value, 1);
/// assert_eq!(table.members(&audience, &cx).phone_numbers().collect::<Vec<_>>(), ["+1"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Those with whom it was built, or last compacted.
    base: Level,
    /// Those who were changed since, the longest ago first.
    newer: Vec<Level>,
    /// Those who were changed last.
    overflow: Overflow,
    layout: Layout,
    /// The place of the next contact that is new, in the order in which contacts are first seen.
    next_order: u64,
    replaced: u64,
    /// How often a record took a contact off the do-not-call list that an earlier one had put on it.
    dnc_lifted: u64,
    /// What reading its records has shown that is in none of them.
    observed: Arc<Observed>,
    /// When scans are to stop.
    stop: StopToken,
    /// Whether others wait for whoever changes it, so that a change is to do little.
    others_wait: bool,
    /// Whether a change writes no contacts into columns at all: somebody else does, and it is seldom counted before.
    leaves_records: bool,
}

/// Where a contact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum TableRow {
    /// In a level, of which the base is the first.
    Level(usize, LevelRow),
    Overflow(usize),
}

/// Takes in records one by one, and makes a [`Table`] of them.
///
/// ```
/// use headcount::{Contact, TableBuilder};
///
/// let mut builder = TableBuilder::default();
/// builder.push(&Contact { phone_number: "+1".into(), ..Contact::default() });
/// assert_eq!(builder.build().len(), 1);
/// ```
#[derive(Debug, Default)]
pub struct TableBuilder {
    shards: Shards,
    layout: Layout,
    observed: Observed,
    /// A table that is one already, while nothing else was taken in.
    #[cfg(feature = "image")]
    whole: Option<Table>,
    /// How many memberships were replaced in tables that were taken in.
    #[cfg(feature = "image")]
    replaced: u64,
    #[cfg(feature = "image")]
    dnc_lifted: u64,
    /// The keys of the custom fields that came in columns.
    #[cfg(feature = "records")]
    custom_keys: HashSet<Box<str>>,
}

impl TableBuilder {
    /// Takes in a record, as [`Population::insert`] does.
    ///
    /// Nothing is told apart yet: that is [`TableBuilder::build`]'s to do. Each custom field becomes a column, in which
    /// every membership has its place: whoever pushes records of others bounds how many different ones there are.
    pub fn push(&mut self, record: &Contact) {
        self.observed.given = u64::MAX;
        #[cfg(feature = "image")]
        self.take_apart();
        self.shards.push(record);
    }

    /// Takes in what a reader has seen beside the records.
    #[cfg(feature = "records")]
    pub(crate) fn observe(&mut self, observed: &Observed) {
        self.observed.add(observed);
    }

    /// Takes in records that are in columns already, or none of them where they would have more than so many different
    /// custom fields, with those that came so before: each is a column, in which every membership has its place.
    #[cfg(feature = "records")]
    #[must_use]
    pub(crate) fn append(&mut self, shards: Shards, most_custom_fields: usize) -> bool {
        let new: HashSet<&str> = shards.custom_keys().filter(|key| !self.custom_keys.contains(*key)).collect();
        if self.custom_keys.len() + new.len() > most_custom_fields {
            return false;
        }
        self.custom_keys.extend(new.into_iter().map(Box::from));
        #[cfg(feature = "image")]
        self.take_apart();
        self.shards.append(shards);
        true
    }

    /// Takes in a table, with what was observed of its records: as it is where it is alone, else contact by contact.
    #[cfg(feature = "image")]
    pub(crate) fn take_in(&mut self, table: Table, observed: &Observed) {
        self.observe(observed);
        self.custom_keys.extend(table.custom_keys().into_iter().map(String::into_boxed_str));
        let is_first = self.whole.is_none() && self.shards.is_empty();
        self.take_apart();
        self.whole = Some(table);
        if !is_first {
            self.take_apart();
        }
    }

    /// Makes records of a table that was taken in, since it is not alone.
    #[cfg(feature = "image")]
    fn take_apart(&mut self) {
        let Some(table) = self.whole.take() else { return };
        self.replaced += table.replaced();
        self.dnc_lifted += table.dnc_lifted;
        table.contacts().for_each(|contact| self.shards.push(&contact));
    }

    /// Lets even single contacts stand in columns, so that small populations meet every way through a table.
    #[doc(hidden)]
    #[must_use]
    pub fn in_columns_from(mut self, same: usize, mixed: usize) -> Self {
        self.layout = Layout { same, mixed, changed: 3, ..self.layout };
        self
    }

    /// The table of all records that were taken in.
    ///
    /// # Panics
    ///
    /// If there are more than 2^32 − 2 records or memberships.
    #[must_use]
    pub fn build(self) -> Table {
        self.build_or_stop(&StopToken::never())
    }

    /// As [`TableBuilder::build`], until it is stopped: a table of tens of millions of records stops after the column in hand.
    ///
    /// ```
    /// use headcount::{StopToken, TableBuilder};
    ///
    /// let stop = StopToken::new();
    /// assert!(TableBuilder::default().build_until(&stop).is_ok());
    /// stop.stop();
    /// assert!(TableBuilder::default().build_until(&stop).is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// [`Stopped`], if the token says so before the table is there.
    ///
    /// # Panics
    ///
    /// If there are more than 2^32 − 2 records or memberships.
    pub fn build_until(self, stop: &StopToken) -> Result<Table, Stopped> {
        let table = self.build_or_stop(stop);
        if stop.is_stopped() { Err(Stopped) } else { Ok(table) }
    }

    /// The table; where it is to stop, one of no use.
    fn build_or_stop(self, stop: &StopToken) -> Table {
        #[cfg(feature = "image")]
        if let Some(table) = self.whole {
            return Table { layout: self.layout, observed: Arc::new(self.observed), ..table };
        }
        let built = build(self.shards.into_closed(), self.layout, &Pauses::until(stop));
        let (contacts, replaced, dnc_lifted) = (built.contacts as u64, built.replaced, built.dnc_lifted);
        #[cfg(feature = "image")]
        let (replaced, dnc_lifted) = (replaced + self.replaced, dnc_lifted + self.dnc_lifted);
        Table {
            base: Level::new(built, None),
            layout: self.layout,
            next_order: contacts,
            replaced,
            dnc_lifted,
            observed: Arc::new(self.observed),
            ..Table::default()
        }
    }
}

impl Table {
    /// How many contacts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.levels().map(Level::contacts).sum::<usize>() + self.overflow.rows().len()
    }

    /// Whether there is nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many memberships there are.
    #[must_use]
    pub fn memberships(&self) -> u64 {
        let in_levels: usize = self.levels().map(Level::memberships).sum();
        let in_overflow: usize = self.overflow.rows().iter().map(|row| row.contact.memberships.len()).sum();
        (in_levels + in_overflow) as u64
    }

    /// How many memberships were replaced by a later record for the same contact and list, while the table was built and
    /// by [`Table::merge`].
    #[must_use]
    pub fn replaced(&self) -> u64 {
        self.replaced
    }

    /// Makes the indices by phone number that [`Table::get`], [`Table::merge`] and [`Members::page`] look things up in: who
    /// first does would wait for them, a tenth of a second for a million contacts. Snapshots share them, and a
    /// [`SharedTable`] makes them before a change is to be seen.
    ///
    /// ```
    /// use headcount::{Contact, Table};
    ///
    /// let table = Table::from_iter([Contact { phone_number: "+14155550101".into(), ..Contact::default() }]);
    /// table.prepare();
    /// assert!(table.get("+14155550101").is_some());
    /// ```
    pub fn prepare(&self) {
        self.levels().for_each(|level| _ = level.by_phone());
    }

    /// The contact of a phone number. What is worked out where a record is silent is filled in, and memberships are in the
    /// order of their lists.
    ///
    /// ```
    /// use headcount::{Contact, Table};
    ///
    /// let mut table = Table::default();
    /// let record = r#"{"phone_number": "+1", "list_id": 7, "conversion_count": 2, "revenue_total": 30}"#;
    /// table.merge(serde_json::from_str::<Contact>(record)?);
    /// let membership = &table.get("+1").unwrap().memberships[0];
    /// assert_eq!((membership.has_revenue, membership.avg_revenue), (Some(true), Some("15".parse()?)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn get(&self, phone_number: &str) -> Option<Contact> {
        self.find(phone_number).map(|at| self.contact(at))
    }

    /// The contacts, in the order in which they were first seen, each as [`Table::get`] gives it.
    ///
    /// They are those of the table as it is: the iterator holds a snapshot, and borrows nothing.
    ///
    /// ```
    /// use headcount::{Contact, Table};
    ///
    /// let mut table = Table::default();
    /// for phone_number in ["+2", "+1"] {
    ///     table.merge(Contact { phone_number: phone_number.into(), ..Contact::default() });
    /// }
    /// assert!(table.contacts().map(|contact| contact.phone_number).eq(["+2", "+1"]));
    /// assert_eq!(table.contacts().collect::<Table>().len(), table.len());
    /// ```
    #[must_use]
    pub fn contacts(&self) -> impl ExactSizeIterator<Item = Contact> + Send + use<> {
        Members::everybody(self).contacts()
    }

    /// As [`Table::contacts`].
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Contact> + Send + use<> {
        self.contacts()
    }

    /// What reading its records has shown beside them.
    #[cfg(feature = "image")]
    pub(crate) fn observed(&self) -> &Observed {
        &self.observed
    }

    /// The base and the newer levels.
    fn levels(&self) -> impl Iterator<Item = &Level> {
        std::iter::once(&self.base).chain(&self.newer)
    }

    fn level(&self, level: usize) -> &Level {
        level.checked_sub(1).map_or(&self.base, |newer| &self.newer[newer])
    }

    /// Where a contact is.
    fn find(&self, phone_number: &str) -> Option<TableRow> {
        if let Ok(row) = self.overflow.find(phone_number) {
            return Some(TableRow::Overflow(row));
        }
        let mut levels = (0..=self.newer.len()).rev();
        levels.find_map(|level| Some(TableRow::Level(level, self.level(level).find(phone_number)?)))
    }

    fn phone_number(&self, at: TableRow) -> String {
        match at {
            TableRow::Level(level, row) => self.level(level).phone_number(row),
            TableRow::Overflow(row) => self.overflow.rows()[row].contact.phone_number.clone(),
        }
    }

    /// The place of a contact in the order in which all were first seen.
    fn order(&self, at: TableRow) -> u64 {
        match at {
            TableRow::Level(level, row) => self.level(level).order(row),
            TableRow::Overflow(row) => self.overflow.rows()[row].order,
        }
    }

    /// Whether it has the same contacts in the same places, as a clone has that neither was changed since.
    fn is_snapshot_of(&self, other: &Self) -> bool {
        let same_levels = || self.levels().zip(other.levels()).all(|(level, other)| level.is_snapshot_of(other));
        self.newer.len() == other.newer.len() && self.overflow.is_snapshot_of(&other.overflow) && same_levels()
    }

    fn contact(&self, at: TableRow) -> Contact {
        match at {
            TableRow::Level(level, row) => self.level(level).contact(row),
            TableRow::Overflow(row) => self.overflow.rows()[row].contact.clone(),
        }
    }

    /// How many are in an audience: contacts, or memberships, as the semantics ask.
    #[must_use]
    pub fn size(&self, audience: &Audience, cx: &EvalContext) -> Size {
        self.size_of(self.count(&audience.plan(cx)), audience, cx)
    }

    /// How many are in each of several audiences, in one pass: a question that several ask is asked once.
    ///
    /// ```
    /// use headcount::{Audience, EvalContext, Table};
    ///
    /// let table = Table::default();
    /// let audiences = [Audience::of("has_revenue".parse()?), Audience::of("on_dnc".parse()?)];
    /// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
    /// assert_eq!(table.sizes(&audiences, &cx).iter().map(|size| size.value).collect::<Vec<_>>(), [0, 0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn sizes<'a>(&self, audiences: impl IntoIterator<Item = &'a Audience>, cx: &EvalContext) -> Vec<Size> {
        span!("sizes");
        let audiences: Vec<&Audience> = audiences.into_iter().collect();
        let plans: Vec<Plan> =
            audiences.iter().take_while(|_| !self.is_stopped()).map(|audience| audience.plan(cx)).collect();
        let plans: Vec<&Plan> = plans.iter().collect();
        let counts = Scan::new(self, &Questions::of(&plans)).count_many(cx.semantics.unit);
        let sized = counts.into_iter().zip(audiences).take_while(|_| !self.is_stopped());
        sized.map(|(count, audience)| self.size_of(count, audience, cx)).collect()
    }

    /// How many satisfy a plan: contacts, or memberships, as its semantics ask.
    #[must_use]
    pub fn count(&self, plan: &Plan) -> u64 {
        span!("count");
        if plan.is_never() {
            return 0;
        }
        Scan::new(self, &Questions::of(&[plan])).count(plan.cx.semantics.unit)
    }

    /// The contacts in an audience.
    #[must_use]
    pub fn members(&self, audience: &Audience, cx: &EvalContext) -> Members {
        let plan = audience.plan(cx);
        Members::new(self, Scan::new(self, &Questions::of(&[&plan])).collect())
    }
}

impl<C: std::borrow::Borrow<Contact>> FromIterator<C> for Table {
    fn from_iter<I: IntoIterator<Item = C>>(records: I) -> Self {
        let mut builder = TableBuilder::default();
        records.into_iter().for_each(|record| builder.push(record.borrow()));
        builder.build()
    }
}

impl From<&Population> for Table {
    fn from(population: &Population) -> Self {
        population.contacts().iter().collect()
    }
}
