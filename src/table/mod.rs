//! Contacts in columns: built once, counted often.

mod bind;
mod bits;
mod build;
#[cfg(feature = "parquet")]
mod cells;
mod column;
mod column_chunk;
mod count;
mod domain;
mod kernel;
mod members;
mod phone;
mod scan;
mod segment;
pub(crate) mod shard;
mod sweep;
#[cfg(test)]
mod tests;
mod weigh;

use std::collections::HashMap;
#[cfg(feature = "records")]
use std::collections::HashSet;
use std::sync::OnceLock;

use self::bind::BoundPlans;
use self::build::{Built, Layout, build, places};
use self::phone::Phone;
use self::segment::{Columns, Segment};
use self::shard::Shards;
use crate::audience::Audience;
use crate::contact::Contact;
use crate::matcher::Matcher;
use crate::plan::Plan;
use crate::population::Population;
use crate::semantics::{EvalContext, Unit};
use crate::size::Size;

pub use self::members::Members;
#[cfg(feature = "parquet")]
pub(crate) use self::{
    cells::{Cell, CellRef, RowBlock, TableCells},
    segment::ColumnId,
};

/// A population in columns, which answers as [`Population`] does, only faster.
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
    columns: Columns,
    segments: Vec<Segment>,
    /// Those who are in no segment, or were changed since it was built: they are asked one by one.
    others: HashMap<String, Other>,
    /// How many contacts have been seen.
    seen: u32,
    /// Where in the segments a phone is, once somebody has asked.
    places: OnceLock<HashMap<Phone, (u32, u32)>>,
    replaced: u64,
}

/// A contact that is asked by itself.
#[derive(Clone, Debug)]
struct Other {
    contact: Contact,
    /// When it was first seen, counted from 0.
    order: u32,
}

/// Takes in records one by one, and makes a [`Table`] of them.
///
/// ```
/// use headcount::{Contact, TableBuilder};
///
/// let mut builder = TableBuilder::default();
/// builder.push(&Contact { phone_number: "+1".into(), ..Contact::default() });
/// assert_eq!(builder.build().contacts(), 1);
/// ```
#[derive(Debug, Default)]
pub struct TableBuilder {
    shards: Shards,
    layout: Layout,
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
        self.shards.push(record);
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
        self.shards.append(shards);
        true
    }

    /// Lets even single contacts stand in columns, so that small populations meet every way through a table.
    #[doc(hidden)]
    #[must_use]
    pub fn in_columns_from(mut self, same: usize, mixed: usize) -> Self {
        self.layout = Layout { same, mixed, ..self.layout };
        self
    }

    /// The table of all records that were taken in.
    ///
    /// # Panics
    ///
    /// If there are more than 2^32 − 2 records or memberships.
    #[must_use]
    pub fn build(self) -> Table {
        let Built { columns, segments, others, contacts, replaced } = build(self.shards.into_closed(), self.layout);
        let other = |(order, contact): (u32, Contact)| (contact.phone_number.clone(), Other { contact, order });
        let others = others.into_iter().map(other).collect();
        // Contacts are counted in 32 bits throughout.
        Table { columns, segments, others, seen: contacts as u32, places: OnceLock::new(), replaced }
    }
}

impl Table {
    /// How many contacts there are.
    #[must_use]
    pub fn contacts(&self) -> u64 {
        (self.segments.iter().map(|segment| segment.live.count()).sum::<usize>() + self.others.len()) as u64
    }

    /// How many memberships there are.
    #[must_use]
    pub fn memberships(&self) -> u64 {
        let in_segments: usize = self.segments.iter().map(|segment| segment.live.count() * segment.slots).sum();
        let in_others: usize = self.others.values().map(|other| other.contact.memberships.len()).sum();
        (in_segments + in_others) as u64
    }

    /// How many memberships were replaced by a later record for the same contact and list while the table was built.
    #[must_use]
    pub fn replaced(&self) -> u64 {
        self.replaced
    }

    /// The contact of a phone number. What is worked out where a record is silent is filled in.
    #[must_use]
    pub fn get(&self, phone_number: &str) -> Option<Contact> {
        if let Some(other) = self.others.get(phone_number) {
            return Some(other.contact.clone());
        }
        let (segment, row) = self.place(phone_number)?;
        Some(self.segments[segment].contact(&self.columns, row))
    }

    /// Where in the segments a contact is that has not been removed.
    fn place(&self, phone_number: &str) -> Option<(usize, usize)> {
        let phone = self.columns.odd_phones.find(phone_number)?;
        let (segment, row) = *self.places.get_or_init(|| places(&self.segments)).get(&phone)?;
        let (segment, row) = (segment as usize, row as usize);
        self.segments[segment].live.get(row).then_some((segment, row))
    }

    /// Puts a contact in, in place of the one with its phone number. Of two memberships on one list the later counts.
    pub fn upsert(&mut self, contact: Contact) {
        let order = self.take(&contact.phone_number).unwrap_or_else(|| {
            self.seen += 1;
            self.seen - 1
        });
        let mut merged = Contact { phone_number: contact.phone_number.clone(), ..Contact::default() };
        merged.merge(contact);
        self.others.insert(merged.phone_number.clone(), Other { contact: merged, order });
    }

    /// Takes a contact out; whether there was one.
    pub fn remove(&mut self, phone_number: &str) -> bool {
        self.take(phone_number).is_some()
    }

    /// Takes a contact out, and tells when it was first seen.
    fn take(&mut self, phone_number: &str) -> Option<u32> {
        if let Some(other) = self.others.remove(phone_number) {
            return Some(other.order);
        }
        let (segment, row) = self.place(phone_number)?;
        self.segments[segment].live.set(row, false);
        Some(self.segments[segment].order[row])
    }

    /// How many are in an audience: contacts, or memberships, as the semantics ask.
    #[must_use]
    pub fn size(&self, audience: &Audience, cx: &EvalContext) -> Size {
        Size::new(self.count(&audience.plan(cx)), audience, cx)
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
        let audiences: Vec<&Audience> = audiences.into_iter().collect();
        let plans: Vec<Plan> = audiences.iter().map(|audience| audience.plan(cx)).collect();
        let plans: Vec<&Plan> = plans.iter().collect();
        let bound = BoundPlans::new(&plans, &self.columns);
        let counts = self.count_many(&bound, cx.semantics.unit);
        let sized = counts.into_iter().zip(plans).zip(audiences);
        sized.map(|((count, plan), audience)| Size::new(count + self.count_others(plan), audience, cx)).collect()
    }

    /// How many satisfy a plan: contacts, or memberships, as its semantics ask.
    #[must_use]
    pub fn count(&self, plan: &Plan) -> u64 {
        if plan.is_never() {
            return 0;
        }
        let bound = BoundPlans::new(&[plan], &self.columns);
        self.count_one(&bound, plan.cx.semantics.unit) + self.count_others(plan)
    }

    fn count_others(&self, plan: &Plan) -> u64 {
        let matcher = Matcher::from(plan.clone());
        let others = self.others.values().map(|other| &other.contact);
        match plan.cx.semantics.unit {
            Unit::Contacts => others.filter(|contact| matcher.matches(*contact)).count() as u64,
            Unit::Memberships => others.map(|contact| matcher.matching_memberships(contact) as u64).sum(),
        }
    }

    /// The contacts in an audience.
    #[must_use]
    pub fn members(&self, audience: &Audience, cx: &EvalContext) -> Members<'_> {
        let plan = audience.plan(cx);
        let rows = self.collect(&BoundPlans::new(&[&plan], &self.columns));
        let matcher = Matcher::from(plan);
        let others = self.others.values().filter(|other| matcher.matches(&other.contact));
        let mut others: Vec<(&str, u32)> =
            others.map(|other| (other.contact.phone_number.as_str(), other.order)).collect();
        others.sort_unstable();
        Members::new(self, rows, others)
    }

    /// How many bytes the columns take, dictionaries and phone numbers included.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let segments: usize = self.segments.iter().map(Segment::bytes).sum();
        segments + self.columns.bytes()
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
