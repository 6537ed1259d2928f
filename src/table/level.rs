//! A level: contacts that were put into columns together.
//!
//! A table is a base and, after changes, a few smaller levels, as the levels of a log-structured merge tree (O'Neil,
//! Cheng, Gawlick and O'Neil, Acta Informatica 1996). Each has dictionaries of its own, so that a contact that changed
//! stands in columns whatever its values are; where it stood before, its row is removed.

use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::beside::InHand;
use super::bits::Bits;
use super::build::Built;
use super::kernel::{RUN, WORD};
use super::overflow::OverflowRow;
use super::phone::Phone;
use super::phone_index::{PhoneIndex, PhoneRow};
use super::present::Present;
use super::segment::{Columns, Segment};
use super::shard::Shards;
use crate::contact::Contact;

/// Contacts that were put into columns together. What was put in is shared by snapshots; which rows are removed is each
/// one's own.
#[derive(Clone, Debug, Default)]
pub(super) struct Level {
    contents: Arc<Contents>,
    present: Present,
    contacts: usize,
    memberships: usize,
    pub(super) in_hand: InHand,
}

#[derive(Debug, Default)]
struct Contents {
    columns: Columns,
    segments: Vec<Segment>,
    /// Those on more lists than a segment has slots, or on lists that too few others share.
    overflow: Vec<Arc<OverflowRow>>,
    /// The phone of each of them.
    overflow_phones: Box<[Phone]>,
    /// The places of the contacts in the order in which all were first seen; none where the segments say them, as they do up to
    /// the most that 32 bits count.
    order: Option<Box<[u64]>>,
    /// Where each contact is, by phone number, once somebody has asked.
    by_phone: OnceLock<PhoneIndex>,
}

/// Where a contact of a level is: a segment, or behind the last the overflow; and the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LevelRow {
    pub(super) block: usize,
    pub(super) row: usize,
}

impl Level {
    /// What was built of contacts; `order` has their places in the order in which all were first seen, if they are not
    /// the first that were.
    pub(super) fn new(built: Built, order: Option<Vec<u64>>) -> Self {
        let Built { mut columns, mut segments, others, contacts, .. } = built;
        let seen = |at: u32| order.as_ref().map_or(u64::from(at), |order| order[at as usize]);
        let overflow: Vec<_> = others.into_iter().map(|(at, contact)| OverflowRow::new(contact, seen(at))).collect();
        let places =
            |order: &Vec<u64>| order.iter().map(|place| u32::try_from(*place)).collect::<Result<Vec<u32>, _>>();
        let order = match order.as_ref().map(places) {
            Some(Ok(places)) => {
                let place = |at: &u32| places[*at as usize];
                segments.iter_mut().for_each(|segment| segment.order = segment.order.iter().map(place).collect());
                None
            }
            _ => order,
        };
        let in_segments: usize = segments.iter().map(|segment| segment.phones.len() * segment.slots).sum();
        let in_overflow: usize = overflow.iter().map(|row| row.contact.memberships.len()).sum();
        let phones = overflow.iter().map(|row| columns.odd_phones.intern(&row.contact.phone_number)).collect();
        let blocks = segments.iter().map(|segment| segment.phones.len()).chain([overflow.len()]);
        Self {
            present: Present::new(blocks),
            contacts,
            memberships: in_segments + in_overflow,
            in_hand: InHand::default(),
            contents: Arc::new(Contents {
                columns,
                segments,
                overflow,
                overflow_phones: phones,
                order: order.map(Into::into),
                by_phone: OnceLock::new(),
            }),
        }
    }

    /// Contacts that stand in no column yet.
    pub(super) fn of_records(mut rows: Vec<Arc<OverflowRow>>) -> Self {
        rows.sort_unstable_by_key(|row| row.order);
        let mut columns = Columns::default();
        let phones = rows.iter().map(|row| columns.odd_phones.intern(&row.contact.phone_number)).collect();
        Self {
            present: Present::new([rows.len()].into_iter()),
            contacts: rows.len(),
            memberships: rows.iter().map(|row| row.contact.memberships.len()).sum(),
            in_hand: InHand::default(),
            contents: Arc::new(Contents { columns, overflow: rows, overflow_phones: phones, ..Contents::default() }),
        }
    }

    /// Whether nobody stands in columns.
    pub(super) fn is_of_records(&self) -> bool {
        self.segments().is_empty()
    }

    /// The contacts that stand in no column, and have not been removed.
    pub(super) fn records(&self) -> impl Iterator<Item = Arc<OverflowRow>> {
        let block = self.segments().len();
        let rows = self.overflow().iter().enumerate();
        rows.filter(move |(row, _)| self.is_present(LevelRow { block, row: *row })).map(|(_, row)| Arc::clone(row))
    }

    pub(super) fn columns(&self) -> &Columns {
        &self.contents.columns
    }

    pub(super) fn segments(&self) -> &[Segment] {
        &self.contents.segments
    }

    pub(super) fn overflow(&self) -> &[Arc<OverflowRow>] {
        &self.contents.overflow
    }

    /// How many contacts there are that have not been removed.
    pub(super) fn contacts(&self) -> usize {
        self.contacts
    }

    /// How many memberships they have.
    pub(super) fn memberships(&self) -> usize {
        self.memberships
    }

    /// How many rows there are, removed ones included.
    pub(super) fn rows(&self) -> usize {
        let in_segments: usize = self.segments().iter().map(|segment| segment.phones.len()).sum();
        in_segments + self.overflow().len()
    }

    /// How many rows each block has, removed ones included: the segments, and behind them the overflow.
    pub(super) fn blocks(&self) -> impl Iterator<Item = usize> {
        self.segments().iter().map(|segment| segment.phones.len()).chain([self.overflow().len()])
    }

    /// Which rows of a run of a segment have not been removed. The run has at most `most` words, which divide a page.
    pub(super) fn present_run(&self, segment: usize, start: usize, most: usize) -> &[u64] {
        let words = self.segments()[segment].phones.len().div_ceil(WORD) - start;
        &self.present.page(segment, start)[start % RUN..][..words.min(most)]
    }

    /// Which rows of a word of the overflow have not been removed.
    pub(super) fn overflow_present(&self, word: usize) -> u64 {
        self.present.word(self.segments().len(), word)
    }

    /// The rows of a block that have not been removed.
    pub(super) fn present_bits(&self, block: usize) -> Bits {
        let rows = self.segments().get(block).map_or(self.overflow().len(), |segment| segment.phones.len());
        let mut bits = Bits::new(rows, false);
        for start in (0..rows.div_ceil(WORD)).step_by(RUN) {
            bits.put(start, self.present.page(block, start));
        }
        bits
    }

    pub(super) fn is_present(&self, at: LevelRow) -> bool {
        self.present.get(at.block, at.row)
    }

    /// Where a contact is that has not been removed.
    pub(super) fn find(&self, phone_number: &str) -> Option<LevelRow> {
        let of = &self.columns().odd_phones;
        let phone = of.find(phone_number)?;
        let found = self.phone_index().find(|row| self.phone(row.at()), |other| of.cmp(other, phone))?.at();
        self.is_present(found).then_some(found)
    }

    /// Where the contacts are, in the order of their phone numbers as texts; removed ones are among them.
    pub(super) fn by_phone(&self) -> &[PhoneRow] {
        self.phone_index().rows()
    }

    fn phone_index(&self) -> &PhoneIndex {
        let Contents { columns, segments, overflow_phones, by_phone, .. } = &*self.contents;
        by_phone.get_or_init(|| {
            let of = &columns.odd_phones;
            let mut rows = Vec::with_capacity(self.rows());
            for (block, segment) in (0..).zip(segments) {
                rows.extend((0..).zip(&*segment.phones).map(|(row, phone)| (*phone, PhoneRow { block, row })));
            }
            let block = segments.len() as u32;
            rows.extend((0..).zip(overflow_phones).map(|(row, phone)| (*phone, PhoneRow { block, row })));
            rows.par_sort_unstable_by(|(a, _), (b, _)| of.cmp(*a, *b));
            PhoneIndex::new(rows)
        })
    }

    /// The first of [`Level::by_phone`] whose phone number is behind one.
    pub(super) fn first_behind(&self, phone_number: &str) -> usize {
        let of = &self.columns().odd_phones;
        self.by_phone().partition_point(|row| of.cmp_text(self.phone(row.at()), phone_number).is_le())
    }

    pub(super) fn contact(&self, LevelRow { block, row }: LevelRow) -> Contact {
        match self.segments().get(block) {
            Some(segment) => segment.contact(self.columns(), row),
            None => self.overflow()[row].contact.clone(),
        }
    }

    /// Puts a contact into shards, from which it is put into columns anew.
    pub(super) fn push_into(&self, shards: &mut Shards, LevelRow { block, row }: LevelRow) {
        match self.segments().get(block) {
            Some(segment) => shards.push_record(&segment.row(self.columns(), row)),
            None => shards.push(&self.overflow()[row].contact),
        }
    }

    fn phone(&self, LevelRow { block, row }: LevelRow) -> Phone {
        match self.segments().get(block) {
            Some(segment) => segment.phones[row],
            None => self.contents.overflow_phones[row],
        }
    }

    pub(super) fn phone_number(&self, at: LevelRow) -> String {
        let mut text = String::new();
        self.write_phone_number(at, &mut text);
        text
    }

    /// Writes a phone number in the place of whatever a text says.
    pub(super) fn write_phone_number(&self, at: LevelRow, text: &mut String) {
        text.clear();
        self.columns().odd_phones.write(self.phone(at), text);
    }

    /// The place of a contact in the order in which all were first seen. The rows of a segment, and those of the
    /// overflow, are in that order.
    pub(super) fn order(&self, LevelRow { block, row }: LevelRow) -> u64 {
        match self.segments().get(block) {
            Some(segment) => {
                let at = segment.order[row];
                self.contents.order.as_ref().map_or(u64::from(at), |order| order[at as usize])
            }
            None => self.overflow()[row].order,
        }
    }

    /// Takes out a contact that has not been removed.
    pub(super) fn remove(&mut self, at: LevelRow) {
        self.contacts -= 1;
        self.memberships -= match self.segments().get(at.block) {
            Some(segment) => segment.slots,
            None => self.overflow()[at.row].contact.memberships.len(),
        };
        self.present.remove(at.block, at.row);
    }

    /// Takes out a contact, if it is there.
    pub(super) fn remove_contact(&mut self, phone_number: &str) {
        if let Some(row) = self.find(phone_number) {
            self.remove(row);
        }
    }

    /// The rows that a later state of the level has removed, and this one not.
    pub(super) fn removed_in<'l>(&'l self, later: &'l Self) -> impl Iterator<Item = LevelRow> + use<'l> {
        self.present.removed_in(&later.present).map(|(block, row)| LevelRow { block, row })
    }

    /// The contacts that have not been removed.
    pub(super) fn present_rows(&self) -> impl Iterator<Item = LevelRow> {
        let blocks = self.blocks().enumerate();
        let rows = blocks.flat_map(|(block, rows)| (0..rows).map(move |row| LevelRow { block, row }));
        rows.filter(|at| self.is_present(*at))
    }

    /// Whether it has the same rows, as a snapshot of what it was has them.
    pub(super) fn is_snapshot_of(&self, other: &Self) -> bool {
        self.shares_contents(other) && self.present.is_snapshot_of(&other.present)
    }

    /// Whether its rows, removed ones included, were put into columns together with the other's: they are the same.
    pub(super) fn shares_contents(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.contents, &other.contents)
    }

    /// How many bytes the order takes, where the segments do not say it.
    pub(super) fn order_bytes(&self) -> usize {
        self.contents.order.as_deref().map_or(0, size_of_val)
    }

    /// How many bytes the phones of the overflow take.
    pub(super) fn overflow_phone_bytes(&self) -> usize {
        size_of_val(&*self.contents.overflow_phones)
    }

    /// How many bytes the index by phone number takes, if it was made.
    pub(super) fn index_bytes(&self) -> usize {
        self.contents.by_phone.get().map_or(0, PhoneIndex::bytes)
    }

    /// How many bytes it takes to tell which rows have not been removed.
    pub(super) fn present_bytes(&self) -> usize {
        self.present.bytes()
    }
}
