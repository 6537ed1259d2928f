//! From shards to a table.
//!
//! Contacts on the same lists stand together, so that each list is a column of its own: a list out of scope is not
//! read, a test on another list of the contact is a test of the row beside, and a contact on several lists is counted
//! once by joining the bits of one row. Contacts whose lists few others share stand by the number of their lists, with
//! the list as one more column; the few that are left are asked one by one.

mod contacts;
mod keys;
mod merge;
mod runs;

use std::collections::BTreeMap;

use rayon::prelude::*;

use self::contacts::ContactRows;
use self::keys::{RowKeys, instants};
use self::merge::{Merged, coded, custom};
use self::runs::{ContactRuns, runs};
use super::column::{Buckets, Column};
use super::column_chunk::ColumnChunk;
use super::domain::Domain;
use super::phone::{OddPhones, Phone};
use super::segment::{ColumnId, Columns, Lists, Segment, decode};
use super::shard::{CustomColumn, Flag, Shard};
use super::text_values::TextValues;
use crate::catalogue::{AmountField, CountField, FlagField, TextField, TimeField};
use crate::contact::Contact;
use crate::eval;
use crate::filter::CustomKey;
use crate::stop::{StopToken, drop_aside};

/// So many values of columns are worth another thread: fewer are put in their places before it is awake.
const ROWS_OF_TASK: usize = 1 << 14;

/// How contacts are put together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    /// From how many contacts on the same lists on those stand together.
    pub(super) same: usize,
    /// From how many contacts on as many lists on those stand together.
    pub(super) mixed: usize,
    /// On more lists than this, a contact is asked by itself.
    pub(super) slots: usize,
    /// From how many changed contacts on those are put into columns.
    pub(super) changed: usize,
}

impl Default for Layout {
    /// A segment is worth its columns from a few rows on, and those of the same lists from a few words on.
    fn default() -> Self {
        Self { same: 2_048, mixed: 16, slots: 16, changed: 256 }
    }
}

/// What interrupts the making of a table: that it is to stop, and what is done in between.
pub(super) struct Pauses<'p> {
    stop: StopToken,
    between: Option<&'p (dyn Fn() + Sync)>,
}

impl<'p> Pauses<'p> {
    /// Nothing does.
    pub(super) fn none() -> Self {
        Self::until(&StopToken::never())
    }

    /// It is to stop when a token says so.
    pub(super) fn until(stop: &StopToken) -> Self {
        Self { stop: stop.clone(), between: None }
    }

    /// Something is done again and again; on several threads, where several make the table.
    pub(super) fn between(between: &'p (dyn Fn() + Sync)) -> Self {
        Self { stop: StopToken::never(), between: Some(between) }
    }

    /// Does what is to be done in between.
    pub(super) fn pause(&self) {
        if let Some(between) = self.between {
            between();
        }
    }
}

/// What a table is made of.
pub(super) struct Built {
    pub(super) columns: Columns,
    pub(super) segments: Vec<Segment>,
    /// Those who are asked one by one, and when each was first seen.
    pub(super) others: Vec<(u32, Contact)>,
    /// How many contacts there are.
    pub(super) contacts: usize,
    /// How many memberships were replaced.
    pub(super) replaced: u64,
    /// How often a record took a contact off the do-not-call list that an earlier one had put on it.
    pub(super) dnc_lifted: u64,
}

impl Built {
    /// What is made of no records, and where making it was stopped.
    fn nothing() -> Self {
        let columns = Columns::new(OddPhones::default());
        Self { columns, segments: Vec::new(), others: Vec::new(), contacts: 0, replaced: 0, dnc_lifted: 0 }
    }
}

/// A table of the records of shards, which are closed; nothing, if it is to stop before its end.
///
/// A part that is cut short may be of any length: whoever reads it looks first whether it is to stop.
pub(super) fn build(mut shards: Vec<Shard>, layout: Layout, pauses: &Pauses<'_>) -> Built {
    let stop = &pauses.stop;
    let rows: usize = shards.iter().map(Shard::memberships).sum();
    let records: usize = shards.iter().map(Shard::records).sum();
    assert!(rows.max(records) < u32::MAX as usize, "rows are counted in 32 bits throughout");
    let custom = custom_columns(&mut shards);
    let odd_phones = odd_phones(&mut shards);
    let phones: Vec<(Vec<Phone>, Vec<u16>)> =
        shards.iter_mut().map(|shard| (std::mem::take(&mut shard.phones), std::mem::take(&mut shard.ends))).collect();
    let contacts = ContactRows::find(&phones, stop);
    drop(phones);

    let lists = coded(take(&mut shards, |shard| &mut shard.list), stop, Domain::Lists);
    let active = flags(take(&mut shards, |shard| &mut shard.active));
    if stop.is_stopped() {
        drop_aside((shards, custom, contacts, lists, active));
        return Built::nothing();
    }
    let list_ids = if let Domain::Lists(ids) = &lists.domain { &**ids } else { &[] };
    let runs = runs(&contacts, &lists.rows, &active.rows, list_ids, layout, stop);
    let columns_of_task = (ROWS_OF_TASK / rows.max(1)).max(1);
    let frame = Frame { contacts: &contacts, runs: &runs, least: columns_of_task, stop };

    let mut tasks = columns(shards, custom, rows);
    tasks.push(Box::new(|frame| frame.place(ColumnId::List, lists)));
    tasks.push(Box::new(|frame| frame.place(ColumnId::Active, active)));
    let place = |task: Task| {
        if stop.is_stopped() {
            return Err(task);
        }
        let placed = task(&frame);
        pauses.pause();
        Ok(placed)
    };
    let placed: Vec<Result<Placed, Task>> = tasks.into_par_iter().with_min_len(columns_of_task).map(place).collect();
    if stop.is_stopped() {
        drop_aside((placed, contacts, runs));
        return Built::nothing();
    }
    // OK because a task is left only where it is to stop.
    let placed: Vec<Placed> = placed.into_iter().flatten().collect();

    let others = others(&frame, &odd_phones, &placed);
    let on_dnc = ColumnId::Flag(FlagField::OnDnc);
    let dnc_lifted = placed.iter().filter(|column| column.id == on_dnc).map(|column| column.taken_back).sum();
    let ContactRuns { runs, replaced, .. } = runs;
    let mut segments: Vec<Segment> = runs
        .into_par_iter()
        .with_min_len(columns_of_task)
        .map(|mut run| Segment {
            lists: run.lists,
            slots: run.slots,
            phones: run.contacts.iter().map(|contact| contacts.phones[*contact as usize]).collect(),
            order: {
                run.contacts.shrink_to_fit();
                run.contacts.into()
            },
            chunks: Vec::with_capacity(placed.len()),
        })
        .collect();
    let mut columns = Columns::new(odd_phones);
    for Placed { id, column, stripes, .. } in placed {
        columns.push(id, column);
        for (segment, stripes) in segments.iter_mut().zip(stripes) {
            segment.chunks.push(stripes);
        }
    }
    Built { columns, segments, others, contacts: contacts.len(), replaced, dnc_lifted }
}

/// The odd phone numbers of all shards; from here on each phone is one of them.
fn odd_phones(shards: &mut [Shard]) -> OddPhones {
    let mut all = OddPhones::default();
    for shard in shards {
        let odd = std::mem::take(&mut shard.odd_phones);
        all.take_in(odd, &mut shard.phones);
    }
    all
}

/// Where rows go.
struct Frame<'b> {
    contacts: &'b ContactRows,
    runs: &'b ContactRuns,
    /// How many runs of a column are worth a task.
    least: usize,
    stop: &'b StopToken,
}

/// A column whose rows have found their places.
struct Placed {
    id: ColumnId,
    column: Column,
    /// For each run, its stripes.
    stripes: Vec<Vec<ColumnChunk>>,
    /// The keys of those who are asked one by one: one of the contact, or one for each membership.
    others: Vec<Option<u64>>,
    /// Of a contact's flag, how often a record took it back.
    taken_back: u64,
}

impl Frame<'_> {
    /// Puts the rows of a column into their places.
    fn place(&self, id: ColumnId, merged: Merged) -> Placed {
        let Merged { domain, buckets, rows } = merged;
        let mut column = Column::new(domain, buckets);
        if self.stop.is_stopped() {
            return Placed { id, column, stripes: Vec::new(), others: Vec::new(), taken_back: 0 };
        }
        let of_contacts = id.is_of_the_contact();
        let parts: Vec<(Vec<ColumnChunk>, Box<[u64; 256]>)> = self
            .runs
            .runs
            .par_iter()
            .with_min_len(self.least)
            .map(|run| {
                let mut weights = Box::new([0; 256]);
                // Which list it is, is known without a look where all are on the same.
                let known = id == ColumnId::List && run.lists != Lists::Mixed;
                let stripes = if known { Vec::new() } else { rows.stripes(run, of_contacts, &column, &mut weights) };
                (stripes, weights)
            })
            .collect();
        let mut stripes = Vec::with_capacity(parts.len());
        for (of_run, weights) in parts {
            stripes.push(of_run);
            column.weights.iter_mut().zip(*weights).for_each(|(all, weight)| *all += weight);
        }
        let others = &self.runs.others;
        let others = match of_contacts {
            true => others.iter().map(|(contact, _)| rows.key(*contact as usize)).collect(),
            false => others.iter().flat_map(|(_, of_contact)| of_contact).map(|row| rows.key(*row as usize)).collect(),
        };
        Placed { id, column, stripes, others, taken_back: 0 }
    }

    /// All contacts, unless it is to stop before.
    fn contacts_until_stopped(&self) -> impl Iterator<Item = usize> {
        /// So many are looked at in far less than a millisecond.
        const BETWEEN_LOOKS: usize = 1 << 14;
        (0..self.contacts.len()).take_while(|contact| !contact.is_multiple_of(BETWEEN_LOOKS) || !self.stop.is_stopped())
    }

    /// How often a record says of its contact that a flag is not so which an earlier one said is.
    fn taken_back(&self, by_record: &RowKeys) -> u64 {
        let (yes, no) = (Flag::Yes as u32, Flag::No as u32);
        let of_contact = |contact: usize| {
            let (mut taken_back, mut said) = (0, false);
            for record in self.contacts.records(contact) {
                let flag = by_record.number(*record as usize);
                taken_back += u64::from(said && flag == no);
                said = flag == yes || said && flag != no;
            }
            taken_back
        };
        // Of one record there is nothing to take back.
        if self.contacts.have_one_record_each() {
            return 0;
        }
        let several = self.contacts_until_stopped().filter(|contact| self.contacts.records(*contact).len() > 1);
        several.map(of_contact).sum()
    }

    /// Of what records say of their contact, what the last says that says something; else the default.
    fn keep_last(&self, merged: Merged, default: u32) -> Merged {
        let Merged { domain, buckets, rows: by_record } = merged;
        let mut rows = RowKeys::none(self.contacts.len(), usize::try_from(domain.keys()).unwrap_or(usize::MAX));
        for contact in self.contacts_until_stopped() {
            let said = self.contacts.records(contact).iter().rev().map(|record| by_record.number(*record as usize));
            rows.put(contact, said.into_iter().find(|number| *number > 0).unwrap_or(default));
        }
        Merged { domain, buckets, rows }
    }
}

/// Makes a column, and is done with the shards' part of it.
type Task = Box<dyn FnOnce(&Frame<'_>) -> Placed + Send>;

/// All columns but lists and whether a membership is active; those that take longest first.
fn columns(mut shards: Vec<Shard>, custom_fields: CustomColumns, rows: usize) -> Vec<Task> {
    let mut tasks: Vec<Task> = Vec::new();
    for (key, columns) in custom_fields {
        tasks.push(Box::new(move |frame| frame.place(ColumnId::Custom(key), custom(columns, rows, frame.stop))));
    }
    for field in AmountField::ALL {
        let column = take(&mut shards, |shard| &mut shard.amounts[*field as usize]);
        tasks.push(Box::new(move |frame| {
            frame.place(ColumnId::Amount(*field), coded(column, frame.stop, Domain::Amounts))
        }));
    }
    for field in TimeField::ALL {
        let column: Vec<Vec<i64>> = take(&mut shards, |shard| &mut shard.times[*field as usize]);
        tasks.push(Box::new(move |frame| {
            let (domain, buckets, rows) = instants(column, frame.stop);
            frame.place(ColumnId::Time(*field), Merged { domain: Domain::Instants(domain), buckets, rows })
        }));
    }
    for field in CountField::ALL {
        let column = take(&mut shards, |shard| &mut shard.counts[*field as usize]);
        tasks.push(Box::new(move |frame| {
            frame.place(ColumnId::Count(*field), coded(column, frame.stop, Domain::Counts))
        }));
    }
    // The phone number is none of the columns: contacts are told apart by it.
    for field in TextField::ALL.iter().filter(|field| **field != TextField::PhoneNumber) {
        let (id, column) = (ColumnId::Text(*field), take(&mut shards, |shard| &mut shard.texts[*field as usize]));
        tasks.push(Box::new(move |frame| {
            let texts = |texts: Vec<String>| texts.into_iter().map(String::into_boxed_str).collect();
            let merged = coded(column, frame.stop, |all| Domain::Texts(TextValues::Owned(texts(all))));
            let merged = if id.is_of_the_contact() { frame.keep_last(merged, 0) } else { merged };
            frame.place(id, merged)
        }));
    }
    for field in FlagField::ALL {
        let (id, column) = (ColumnId::Flag(*field), take(&mut shards, |shard| &mut shard.flags[*field as usize]));
        let default = Flag::from(eval::flag(*field, &Contact::default(), None));
        tasks.push(Box::new(move |frame| {
            let merged = flags(column);
            if !id.is_of_the_contact() {
                return frame.place(id, merged);
            }
            let taken_back = frame.taken_back(&merged.rows);
            Placed { taken_back, ..frame.place(id, frame.keep_last(merged, default as u32)) }
        }));
    }
    tasks
}

/// A column of all shards, out of them.
fn take<C: Default>(shards: &mut [Shard], column: impl Fn(&mut Shard) -> &mut C) -> Vec<C> {
    shards.iter_mut().map(|shard| std::mem::take(column(shard))).collect()
}

/// The columns of custom fields by their keys, each with the number of its shard's first row.
type CustomColumns = BTreeMap<CustomKey, Vec<(usize, CustomColumn)>>;

/// The columns of custom fields, out of the shards, which are whole otherwise.
fn custom_columns(shards: &mut [Shard]) -> CustomColumns {
    let mut by_key = CustomColumns::new();
    let mut first = 0;
    for shard in shards {
        for column in std::mem::take(&mut shard.custom) {
            // An empty key cannot be asked for.
            let Some(key) = CustomKey::new(&*column.key) else { continue };
            if !column.is_empty() {
                by_key.entry(key).or_default().push((first, column));
            }
        }
        first += shard.memberships();
    }
    by_key
}

/// A column of flags, which has both keys whether or not both occur.
fn flags(shards: Vec<Vec<Flag>>) -> Merged {
    let rows = shards.iter().flatten().map(|flag| *flag as u8).collect();
    Merged { domain: Domain::Flags, buckets: Buckets::new(&[], 2), rows: RowKeys::Narrow(rows) }
}

/// Those who are asked one by one, as records.
fn others(frame: &Frame<'_>, odd_phones: &OddPhones, placed: &[Placed]) -> Vec<(u32, Contact)> {
    let mut first_row = 0;
    let mut others = Vec::with_capacity(frame.runs.others.len());
    let lists = placed.iter().find(|column| column.id == ColumnId::List);
    let list_of = |row: usize| {
        let column = lists?;
        let key = column.others[row]?;
        if let Domain::Lists(ids) = &column.column.domain { Some(ids[key as usize]) } else { None }
    };
    for (at, (contact, rows)) in frame.runs.others.iter().enumerate() {
        let mut phone_number = String::new();
        odd_phones.write(frame.contacts.phones[*contact as usize], &mut phone_number);
        let decoded = decode(
            phone_number,
            rows.len(),
            |slot| list_of(first_row + slot),
            placed.len(),
            |column, slot| {
                let Placed { id, column, others, .. } = &placed[column];
                let key = match id.is_of_the_contact() {
                    true => others[at],
                    false if slot < rows.len() => others[first_row + slot],
                    false => None,
                };
                (id, &column.domain, key)
            },
        );
        first_row += rows.len();
        others.push((*contact, decoded));
    }
    others
}
