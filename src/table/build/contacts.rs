//! Which records are of one contact.

use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU32, Ordering};

use hashbrown::{DefaultHashBuilder, HashMap};
use rayon::prelude::*;

use crate::stop::StopToken;
use crate::table::phone::Phone;

/// About how many phone numbers are looked up in one map: so many stay in the cache of a core.
const TOGETHER: usize = 16 * 1024;

/// A record that no earlier one is of the same contact as.
const FIRST: u32 = u32::MAX;

/// The contacts in the order in which they were first seen, with their records and memberships as they came in.
pub(super) struct ContactRows {
    pub(super) phones: Vec<Phone>,
    /// For each contact, where its records begin; and where the last one's end.
    starts: Vec<u32>,
    records: Vec<u32>,
    /// For each record, where its memberships begin, and where the last one's end; `None` where each has one.
    rows: Option<Vec<u32>>,
}

impl ContactRows {
    pub(super) fn none() -> Self {
        Self { phones: Vec::new(), starts: vec![0], records: Vec::new(), rows: None }
    }

    /// The contacts of records, shard by shard: their phone numbers, and where the memberships of each end. There are none
    /// if it is to stop before.
    pub(super) fn find(shards: &[(Vec<Phone>, Vec<u16>)], stop: &StopToken) -> Self {
        let contact_of = first_of_same_phone(shards, stop);
        let Some(mut contacts) = number(shards, contact_of, stop) else { return Self::none() };
        let one_each = shards.iter().all(|(_, ends)| ends.iter().zip(1..).all(|(end, row)| *end == row));
        contacts.rows = (!one_each).then(|| {
            let mut rows = Vec::with_capacity(contacts.records.len() + 1);
            let mut before = 0;
            for (_, ends) in shards {
                let start = before;
                rows.extend(
                    std::iter::once(0).chain(ends.iter().copied()).take(ends.len()).map(|row| start + u32::from(row)),
                );
                before += ends.last().copied().map_or(0, u32::from);
            }
            rows.push(before);
            rows
        });
        contacts
    }

    pub(super) fn len(&self) -> usize {
        self.phones.len()
    }

    /// Whether no contact has several records.
    pub(super) fn have_one_record_each(&self) -> bool {
        self.records.len() == self.phones.len()
    }

    /// The records of a contact.
    pub(super) fn records(&self, contact: usize) -> &[u32] {
        &self.records[self.starts[contact] as usize..self.starts[contact + 1] as usize]
    }

    /// The memberships of a contact, replaced ones included.
    pub(super) fn rows(&self, contact: usize) -> impl Iterator<Item = u32> {
        self.records(contact).iter().flat_map(|record| match &self.rows {
            None => *record..*record + 1,
            Some(rows) => rows[*record as usize]..rows[*record as usize + 1],
        })
    }
}

/// For each record, the first of its contact, or [`FIRST`] if that is itself.
fn first_of_same_phone(shards: &[(Vec<Phone>, Vec<u16>)], stop: &StopToken) -> Vec<u32> {
    let records: usize = shards.iter().map(|(phones, _)| phones.len()).sum();
    let hashes = DefaultHashBuilder::default();
    let parts = (records / TOGETHER).next_power_of_two().min(1024);
    // A map finds its places by the low bits and the highest.
    let part_of = |phone: &Phone| (hashes.hash_one(phone) >> 32) as usize & (parts - 1);
    let mut start = 0;
    let numbered: Vec<(u32, &Vec<Phone>)> = shards
        .iter()
        .map(|(phones, _)| {
            start += phones.len() as u32;
            (start - phones.len() as u32, phones)
        })
        .collect();
    let parted: Vec<Vec<Vec<(Phone, u32)>>> = numbered
        .into_par_iter()
        .take_any_while(|_| !stop.is_stopped())
        .map(|(start, phones)| {
            let mut of_part = vec![Vec::with_capacity(phones.len() / parts + phones.len() / parts / 4); parts];
            for (phone, record) in phones.iter().zip(start..) {
                of_part[part_of(phone)].push((*phone, record));
            }
            of_part
        })
        .collect();
    let first: Vec<AtomicU32> =
        (0..records).into_par_iter().with_min_len(TOGETHER).map(|_| AtomicU32::new(FIRST)).collect();
    (0..parts).into_par_iter().take_any_while(|_| !stop.is_stopped()).for_each(|part| {
        let of_part = || parted.iter().flat_map(|of_shard| &of_shard[part]);
        let mut seen = HashMap::with_capacity_and_hasher(of_part().count(), hashes.clone());
        for (phone, record) in of_part() {
            let first_record = *seen.entry(*phone).or_insert(*record);
            if first_record != *record {
                first[*record as usize].store(first_record, Ordering::Relaxed);
            }
        }
    });
    first.into_iter().map(AtomicU32::into_inner).collect()
}

/// Numbers the contacts, and puts the records of each together; nothing if it is to stop before.
fn number(shards: &[(Vec<Phone>, Vec<u16>)], mut contact_of: Vec<u32>, stop: &StopToken) -> Option<ContactRows> {
    let (mut phones, mut counts) = (Vec::new(), Vec::new());
    let mut record = 0;
    for (of_shard, _) in shards {
        if stop.is_stopped() {
            return None;
        }
        for phone in of_shard {
            let contact = match contact_of[record] {
                FIRST => {
                    phones.push(*phone);
                    counts.push(0);
                    phones.len() as u32 - 1
                }
                first => contact_of[first as usize],
            };
            contact_of[record] = contact;
            counts[contact as usize] += 1;
            record += 1;
        }
    }
    let mut starts = Vec::with_capacity(counts.len() + 1);
    let mut next = 0;
    for count in &counts {
        starts.push(next);
        next += count;
    }
    starts.push(next);
    let mut free = counts;
    free.copy_from_slice(&starts[..starts.len() - 1]);
    let mut records = vec![0; record];
    let mut record = 0;
    for (of_shard, _) in shards {
        if stop.is_stopped() {
            return None;
        }
        for contact in &contact_of[record as usize..][..of_shard.len()] {
            let at = &mut free[*contact as usize];
            records[*at as usize] = record;
            *at += 1;
            record += 1;
        }
    }
    Some(ContactRows { phones, starts, records, rows: None })
}
