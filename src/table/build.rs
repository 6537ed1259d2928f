//! From staged records to a table.
//!
//! Contacts on the same lists stand together, so that each list is a column of its own: a list out of scope is not
//! read, a test on another list of the contact is a test of the row beside, and a contact on several lists is counted
//! once by joining the bits of one row. Contacts whose lists few others share stand by the number of their lists, with
//! the list as one more column; the few that are left are asked one by one.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use rayon::prelude::*;

use super::bits::Bits;
use super::column::{Buckets, Column};
use super::domain::{CustomValues, Domain, Instants, custom_order};
use super::phone::Phone;
use super::segment::{ColumnId, Columns, Lists, Segment, decode};
use super::staging::{Coded, NO_INSTANT, Staging};
use super::stripe::Stripe;
use crate::catalogue::{AmountField, CountField, FlagField, TextField, TimeField};
use crate::contact::Contact;
use crate::filter::CustomKey;

/// How contacts are put together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    /// From how many contacts on the same lists on those stand together.
    pub(super) same: usize,
    /// From how many contacts on as many lists on those stand together.
    pub(super) mixed: usize,
    /// On more lists than this, a contact is asked by itself.
    pub(super) slots: usize,
}

impl Default for Layout {
    /// A segment is worth its columns from a few words of rows on.
    fn default() -> Self {
        Self { same: 2_048, mixed: 512, slots: 16 }
    }
}

/// What a table is made of.
pub(super) struct Built {
    pub(super) columns: Columns,
    pub(super) segments: Vec<Segment>,
    /// Those who are asked one by one, and when each was first seen.
    pub(super) others: Vec<(u32, Contact)>,
}

/// A column before its rows have found their places.
struct Staged {
    id: ColumnId,
    column: Column,
    rows: RowKeys,
}

/// The key of each staged row.
enum RowKeys {
    /// A key and one; 0 is no value. Rows past the end have none.
    Codes(Vec<u32>),
    Instants(Vec<i64>, Instants),
}

impl RowKeys {
    fn key(&self, row: usize) -> Option<u64> {
        match self {
            Self::Codes(codes) => codes.get(row).and_then(|code| code.checked_sub(1)).map(u64::from),
            Self::Instants(rows, instants) => {
                let instant = rows[row];
                // OK because the base is the earliest.
                (instant != NO_INSTANT).then(|| (instant.wrapping_sub(instants.base) as u64) / instants.unit as u64)
            }
        }
    }
}

pub(super) fn build(mut staging: Staging, layout: Layout) -> Built {
    let staged = columns(&mut staging);
    let (runs, others) = shapes(&staging, &staged, layout);
    let others = others.iter().map(|contact| (*contact, one(&staged, &staging, *contact))).collect();

    // Column by column, so that each is read once; segments are put together from the columns' stripes.
    let striped: Vec<(ColumnId, Column, Vec<Vec<Stripe>>)> = staged
        .into_par_iter()
        .map(|Staged { id, mut column, rows }| {
            let mut weights = Box::new([0; 256]);
            let stripes = runs.iter().map(|run| run.stripes(&id, &column, &rows, &mut weights)).collect();
            column.weights = weights;
            (id, column, stripes)
        })
        .collect();

    let mut segments: Vec<Segment> = runs
        .iter()
        .map(|run| Segment {
            lists: run.lists.clone(),
            slots: run.slots,
            phones: run.contacts.iter().map(|contact| staging.phones[*contact as usize]).collect(),
            live: Bits::new(run.contacts.len(), true),
            order: run.contacts.clone(),
            stripes: Vec::with_capacity(striped.len()),
        })
        .collect();
    let mut columns = Columns::new(staging.odd_phones);
    for (id, column, stripes) in striped {
        columns.push(id, column);
        for (segment, stripes) in segments.iter_mut().zip(stripes) {
            segment.stripes.push(stripes);
        }
    }
    Built { columns, segments, others }
}

/// Contacts that stand together, with the rows of their memberships.
struct Run {
    lists: Lists,
    slots: usize,
    contacts: Vec<u32>,
    /// For each contact, the row of each slot.
    rows: Vec<u32>,
}

impl Run {
    /// The column's stripes: one for the contacts, or one for each slot.
    fn stripes(&self, id: &ColumnId, column: &Column, rows: &RowKeys, weights: &mut [u64; 256]) -> Vec<Stripe> {
        if id.is_of_the_contact() {
            let keys = self.contacts.iter().map(|contact| rows.key(*contact as usize));
            return vec![Stripe::new(column, weights, keys)];
        }
        if *id == ColumnId::List && self.lists != Lists::Mixed {
            return Vec::new(); // known without a look
        }
        (0..self.slots)
            .map(|slot| {
                let rows_of_slot = self.rows.iter().skip(slot).step_by(self.slots);
                Stripe::new(column, weights, rows_of_slot.map(|row| rows.key(*row as usize)))
            })
            .collect()
    }
}

/// Puts contacts together by their lists, and by which of those they are active on: a slot that is active for all is
/// scanned without a look at who is, and one that is active for nobody not at all. Gives back those that stand alone.
fn shapes(staging: &Staging, staged: &[Staged], layout: Layout) -> (Vec<Run>, Vec<u32>) {
    let active = staged.iter().find(|column| column.id == ColumnId::Active);
    let is_active = |row: usize| active.is_some_and(|active| active.rows.key(row) == Some(1));
    let mut by_lists: HashMap<Vec<(Option<i64>, bool)>, Run> = HashMap::new();
    for contact in 0..staging.phones.len() {
        let mut rows: Vec<usize> = staging.memberships(contact).collect();
        rows.sort_unstable_by_key(|row| staging.lists[*row]);
        let lists: Vec<_> = rows.iter().map(|row| (staging.lists[*row], is_active(*row))).collect();
        let slots = rows.len();
        let run = by_lists.entry(lists).or_insert_with_key(|lists| Run {
            lists: Lists::Same(lists.iter().map(|(list, _)| *list).collect()),
            slots,
            contacts: Vec::new(),
            rows: Vec::new(),
        });
        run.contacts.push(contact as u32);
        run.rows.extend(rows.iter().map(|row| *row as u32));
    }
    // The order of a map is nobody's: the same records make the same table.
    let mut by_lists: Vec<Run> = by_lists.into_values().collect();
    by_lists.sort_unstable_by_key(|run| run.contacts.first().copied());
    let (mut runs, few): (Vec<Run>, Vec<Run>) =
        by_lists.into_iter().partition(|run| run.contacts.len() >= layout.same && run.slots <= layout.slots);
    let mut by_number: BTreeMap<usize, Run> = BTreeMap::new();
    for run in few {
        let slots = run.slots;
        let mixed = by_number.entry(slots).or_insert_with(|| Run {
            lists: Lists::Mixed,
            slots,
            contacts: Vec::new(),
            rows: Vec::new(),
        });
        mixed.contacts.extend(run.contacts);
        mixed.rows.extend(run.rows);
    }
    let mut others = Vec::new();
    for run in by_number.into_values() {
        if run.contacts.len() >= layout.mixed && run.slots <= layout.slots {
            runs.push(run);
        } else {
            others.extend(run.contacts);
        }
    }
    others.sort_unstable();
    (runs, others)
}

/// A staged contact as a record.
fn one(staged: &[Staged], staging: &Staging, contact: u32) -> Contact {
    let rows: Vec<usize> = staging.memberships(contact as usize).collect();
    let mut phone_number = String::new();
    staging.odd_phones.write(staging.phones[contact as usize], &mut phone_number);
    decode(
        phone_number,
        rows.len(),
        |slot| staging.lists[rows[slot]],
        staged.len(),
        |at, slot| {
            let Staged { id, column, rows: keys } = &staged[at];
            let row = if id.is_of_the_contact() { Some(contact as usize) } else { rows.get(slot).copied() };
            (id, &column.domain, row.and_then(|row| keys.key(row)))
        },
    )
}

/// The staged columns, each with its domain and buckets.
fn columns(staging: &mut Staging) -> Vec<Staged> {
    let mut tasks: Vec<Box<dyn FnOnce() -> Staged + Send>> = Vec::new();
    for (field, rows) in TimeField::ALL.iter().zip(std::mem::take(&mut staging.times)) {
        tasks.push(Box::new(move || instants(ColumnId::Time(*field), rows)));
    }
    for (field, coded) in CountField::ALL.iter().zip(std::mem::take(&mut staging.counts)) {
        tasks.push(Box::new(move || self::coded(ColumnId::Count(*field), coded, Domain::Counts)));
    }
    for (field, coded) in AmountField::ALL.iter().zip(std::mem::take(&mut staging.amounts)) {
        tasks.push(Box::new(move || self::coded(ColumnId::Amount(*field), coded, Domain::Amounts)));
    }
    let flags = [
        (ColumnId::Active, std::mem::take(&mut staging.active)),
        (ColumnId::Flag(FlagField::HasRevenue), std::mem::take(&mut staging.has_revenue)),
        (ColumnId::Flag(FlagField::InWorkflow), std::mem::take(&mut staging.in_workflow)),
        (ColumnId::Flag(FlagField::OnDnc), absent_is(false, std::mem::take(&mut staging.on_dnc), staging.phones.len())),
        (
            ColumnId::Flag(FlagField::IsValid),
            absent_is(true, std::mem::take(&mut staging.is_valid), staging.phones.len()),
        ),
    ];
    for (id, coded) in flags {
        tasks.push(Box::new(move || self::flags(id, coded)));
    }
    let texts = [
        (TextField::ListNumber, std::mem::take(&mut staging.list_number)),
        (TextField::SignupMethod, std::mem::take(&mut staging.signup_method)),
        (TextField::Carrier, std::mem::take(&mut staging.carrier)),
        (TextField::LineType, std::mem::take(&mut staging.line_type)),
        (TextField::Timezone, std::mem::take(&mut staging.timezone)),
    ];
    for (field, coded) in texts {
        tasks.push(Box::new(move || self::coded(ColumnId::Text(field), coded, Domain::Texts)));
    }
    for (key, coded) in std::mem::take(&mut staging.custom) {
        // An empty key cannot be asked for.
        let Some(key) = CustomKey::new(key) else { continue };
        let domain = |values| Domain::Custom(CustomValues::new(values));
        tasks.push(Box::new(move || in_order(ColumnId::Custom(key), coded, custom_order, domain)));
    }
    let mut lists = Coded::default();
    for (row, list) in staging.lists.iter().enumerate() {
        lists.set_copy(row, *list);
    }
    tasks.push(Box::new(move || coded(ColumnId::List, lists, Domain::Lists)));
    tasks.into_par_iter().map(|task| task()).collect()
}

/// What a contact's flag is where the record is silent.
fn absent_is(default: bool, mut coded: Coded<bool>, contacts: usize) -> Coded<bool> {
    coded.codes.resize(contacts, 0);
    for row in 0..contacts {
        if coded.codes[row] == 0 {
            coded.set_copy(row, Some(default));
        }
    }
    coded
}

/// Flags have both keys, whether or not both occur.
fn flags(id: ColumnId, mut coded: Coded<bool>) -> Staged {
    for value in [false, true] {
        let next = coded.values.len() as u32 + 1;
        coded.values.entry(value).or_insert(next);
    }
    self::coded(id, coded, |_| Domain::Flags)
}

/// A column of numbers for values, as one of keys in the values' order.
fn coded<T: Ord + Hash + Eq>(id: ColumnId, coded: Coded<T>, domain: impl FnOnce(Vec<T>) -> Domain) -> Staged {
    in_order(id, coded, T::cmp, domain)
}

fn in_order<T: Hash + Eq>(
    id: ColumnId,
    coded: Coded<T>,
    order: impl Fn(&T, &T) -> Ordering,
    domain: impl FnOnce(Vec<T>) -> Domain,
) -> Staged {
    let Coded { values, mut codes } = coded;
    let mut sorted: Vec<(T, u32)> = values.into_iter().collect();
    sorted.sort_unstable_by(|(a, _), (b, _)| order(a, b));
    let mut keys = vec![0; sorted.len() + 1];
    for (key, (_, code)) in (1..).zip(&sorted) {
        keys[*code as usize] = key;
    }
    let mut weights: Vec<(u64, u64)> = (0..sorted.len() as u64).map(|key| (key, 0)).collect();
    for code in &mut codes {
        *code = keys[*code as usize];
        if let Some(key) = code.checked_sub(1) {
            weights[key as usize].1 += 1;
        }
    }
    codes.shrink_to_fit();
    let buckets = Buckets::new(&weights, sorted.len() as u64);
    let domain = domain(sorted.into_iter().map(|(value, _)| value).collect());
    Staged { id, column: Column::new(domain, buckets), rows: RowKeys::Codes(codes) }
}

/// A column of instants: in seconds where all are whole ones.
fn instants(id: ColumnId, rows: Vec<i64>) -> Staged {
    const SECOND: i64 = 1_000_000;
    // Enough of them to balance 255 buckets to a few parts in a hundred.
    const SAMPLE: usize = 1 << 18;
    let known = || rows.iter().copied().filter(|instant| *instant != NO_INSTANT);
    let base = known().min().unwrap_or(0);
    let whole = known().all(|instant| instant.wrapping_sub(base) % SECOND == 0);
    let unit = if whole { SECOND } else { 1 };
    let key = |instant: i64| instant.wrapping_sub(base) as u64 / unit as u64;
    let last = known().max().map_or(0, key);
    let mut sample: Vec<u64> = known().step_by((rows.len() / SAMPLE).max(1)).map(key).collect();
    sample.sort_unstable();
    let mut weights: Vec<(u64, u64)> = Vec::new();
    for key in sample {
        match weights.last_mut() {
            Some((known, weight)) if *known == key => *weight += 1,
            _ => weights.push((key, 1)),
        }
    }
    let instants = Instants { base, unit, last };
    let buckets = Buckets::new(&weights, last + 1);
    let column = Column::new(Domain::Instants(instants.clone()), buckets);
    Staged { id, column, rows: RowKeys::Instants(rows, instants) }
}

/// The phones of a run, for whoever looks one up.
pub(super) fn places(segments: &[Segment]) -> HashMap<Phone, (u32, u32)> {
    let mut places = HashMap::with_capacity(segments.iter().map(|segment| segment.phones.len()).sum());
    for (at, segment) in (0..).zip(segments) {
        places.extend((0..).zip(&segment.phones).map(|(row, phone)| (*phone, (at, row))));
    }
    places
}
