//! From the sections of an image to a table. Every length, code and number of a file is looked at here once, or is bounded
//! where it is used: check sums tell accidents, and no more.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;
use serde::de::DeserializeOwned;

use super::bad_image::BadImage;
use super::layout::Directory;
use super::map::{Map, MappedSlice};
use super::stored::{
    StoredChunk, StoredColumn, StoredDomain, StoredId, StoredNumber, StoredRow, StoredTable, StoredValue,
};
use super::stored_observed::StoredObserved;
use super::{CODES, COLUMN, EXTRA, OBSERVED, ORDER, OpenedImage, PHONES, TABLE, TEXTS, section_of};
use crate::contact::Contact;
use crate::note::Observed;
use crate::table::Table;
use crate::table::build::{Built, Layout};
use crate::table::column::{Buckets, Column};
use crate::table::column_chunk::{ColumnChunk, planes_of};
use crate::table::domain::{CustomValues, Domain, Instants, rank};
use crate::table::kernel::{PLANES, WORD};
use crate::table::level::Level;
use crate::table::phone::{OddPhones, Phone};
use crate::table::segment::{ColumnId, Columns, Lists, Segment};
use crate::table::slab::{Slab, SlabElement};
use crate::table::text_values::{TextValues, mapped_text};
use crate::time::first_instant;

/// More than any table has of anything: sums of such numbers are far from the end of 64 bits.
const MOST: u64 = 1 << 48;

/// An image whose directory was read.
pub(super) struct ImageReader<'m> {
    map: &'m Arc<Map>,
    directory: Directory,
}

/// The rows of a segment, which its columns have.
struct Shape {
    rows: usize,
    slots: usize,
    lists: Lists,
}

impl Shape {
    /// How many chunks a column has here.
    fn chunks(&self, id: &ColumnId) -> usize {
        match (id, &self.lists) {
            (id, _) if id.is_of_the_contact() => 1,
            (ColumnId::List, Lists::Same(_)) => 0,
            _ => self.slots,
        }
    }
}

impl<'m> ImageReader<'m> {
    pub(super) fn new(map: &'m Arc<Map>) -> Result<Self, BadImage> {
        Ok(Self { map, directory: Directory::read(map.bytes())? })
    }

    /// The table, with those of its columns that are wanted.
    pub(super) fn read(&self, wanted: &(dyn Fn(&ColumnId) -> bool + Sync)) -> Result<OpenedImage, BadImage> {
        let mut stored: StoredTable = self.stored(TABLE)?;
        let ids: Option<Vec<ColumnId>> = std::mem::take(&mut stored.columns).into_iter().map(StoredId::id).collect();
        let ids = ids.filter(|ids| are_columns(ids)).ok_or_else(|| undescribed(TABLE))?;
        let custom_keys = ids.iter().filter_map(|id| match id {
            ColumnId::Custom(key) => Some(key.as_str().to_owned()),
            _ => None,
        });
        let custom_keys = custom_keys.collect();
        let StoredTable { replaced, dnc_lifted, drawn, .. } = stored;
        if replaced.max(dnc_lifted) > MOST {
            return Err(undescribed(TABLE));
        }
        let table = self.table(stored, ids, wanted)?;
        let observed = Arc::new(self.observed()?);
        Ok(OpenedImage { table: Table { replaced, dnc_lifted, observed, ..table }, drawn, custom_keys })
    }

    /// Whether whoever saved the table gave it sections of their own.
    pub(super) fn has_extras(&self) -> bool {
        let is_extra = |name: &str| name.strip_prefix(EXTRA).is_some_and(|rest| rest.starts_with(' '));
        self.directory.names().any(is_extra)
    }

    /// A section that whoever saved the table gave it.
    pub(super) fn extra(&self, name: &str) -> Result<Vec<u8>, BadImage> {
        let range = self.section(&format!("{EXTRA} {name}"))?;
        Ok(self.map.bytes()[range].to_vec())
    }

    fn section(&self, name: &str) -> Result<Range<usize>, BadImage> {
        self.directory.section(name, self.map.bytes())
    }

    fn stored<T: DeserializeOwned>(&self, name: &str) -> Result<T, BadImage> {
        let range = self.section(name)?;
        match postcard::take_from_bytes(&self.map.bytes()[range]) {
            Ok((stored, [])) => Ok(stored),
            _ => Err(undescribed(name)),
        }
    }

    fn observed(&self) -> Result<Observed, BadImage> {
        let stored: StoredObserved = self.stored(OBSERVED)?;
        stored.observed().ok_or_else(|| undescribed(OBSERVED))
    }

    fn table(
        &self,
        stored: StoredTable,
        mut ids: Vec<ColumnId>,
        wanted: &(dyn Fn(&ColumnId) -> bool + Sync),
    ) -> Result<Table, BadImage> {
        let shapes = shapes(&stored).ok_or_else(|| undescribed(TABLE))?;
        let others = others(stored.ids, stored.overflow).ok_or_else(|| undescribed(TABLE))?;
        let mut odd_phones = OddPhones::default();
        stored.odd_phones.iter().for_each(|text| _ = odd_phones.intern(text));
        let phones: Vec<Slab<Phone>> = self.rows(PHONES, &shapes)?;
        let known = |slab: &Slab<Phone>| slab.par_iter().with_min_len(1 << 16).all(|phone| odd_phones.can_have(*phone));
        if !phones.iter().all(known) {
            return Err(undescribed(PHONES));
        }
        let order: Vec<Slab<u32>> = self.rows(ORDER, &shapes)?;

        ids.retain(|id| wanted(id));
        let read: Vec<(Column, Vec<Vec<ColumnChunk>>)> =
            ids.par_iter().map(|id| self.column(id, &shapes)).collect::<Result<_, _>>()?;
        let contacts = others.len() + shapes.iter().map(|shape| shape.rows).sum::<usize>();
        let in_rows = shapes.into_iter().zip(phones).zip(order);
        let mut segments: Vec<Segment> = in_rows
            .map(|((Shape { slots, lists, .. }, phones), order)| Segment {
                lists,
                slots,
                phones,
                order,
                chunks: Vec::with_capacity(read.len()),
            })
            .collect();
        let mut columns = Columns::new(odd_phones);
        for (id, (column, chunks)) in ids.into_iter().zip(read) {
            columns.push(id, column);
            segments.iter_mut().zip(chunks).for_each(|(segment, chunks)| segment.chunks.push(chunks));
        }
        let built = Built { columns, segments, others, contacts, replaced: 0, dnc_lifted: 0 };
        Ok(Table { base: Level::new(built, None), next_order: contacts as u64, ..Table::default() })
    }

    /// A section of one value a row, segment by segment.
    fn rows<T: SlabElement>(&self, name: &str, shapes: &[Shape]) -> Result<Vec<Slab<T>>, BadImage> {
        let mut bytes = Bytes { map: self.map, left: self.section(name)? };
        let slabs: Option<Vec<Slab<T>>> = shapes.iter().map(|shape| bytes.take(shape.rows)).collect();
        slabs.filter(|_| bytes.left.is_empty()).ok_or_else(|| undescribed(name))
    }

    /// A column, and its chunks segment by segment.
    fn column(&self, id: &ColumnId, shapes: &[Shape]) -> Result<(Column, Vec<Vec<ColumnChunk>>), BadImage> {
        let name = section_of(COLUMN, id);
        let StoredColumn { domain, firsts, weights, chunks } = self.stored(&name)?;
        let domain = self.domain(id, domain)?;
        let weights: Option<Box<[u64; 256]>> = weights.into_boxed_slice().try_into().ok();
        let weights = weights.filter(|weights| weights.iter().all(|weight| *weight <= MOST));
        let buckets = Buckets::restored(firsts, domain.keys());
        let (Some(weights), Some(buckets)) = (weights, buckets) else { return Err(undescribed(&name)) };

        let codes = section_of(CODES, id);
        let mut bytes = Bytes { map: self.map, left: self.section(&codes)? };
        let mut stored = chunks.into_iter();
        let mut chunk = |rows: usize| bytes.chunk(stored.next()?, rows, &buckets);
        let of_segment = |shape: &Shape| (0..shape.chunks(id)).map(|_| chunk(shape.rows)).collect();
        let chunks: Option<Vec<Vec<ColumnChunk>>> = shapes.iter().map(of_segment).collect();
        let chunks = chunks.filter(|_| bytes.left.is_empty() && stored.next().is_none());
        let chunks = chunks.ok_or_else(|| undescribed(&codes))?;
        Ok((Column { domain, buckets, weights }, chunks))
    }

    /// The values of a column, whose keys have their order.
    fn domain(&self, id: &ColumnId, stored: StoredDomain) -> Result<Domain, BadImage> {
        if let (ColumnId::Text(_), StoredDomain::Texts(count)) = (id, &stored) {
            let name = section_of(TEXTS, id);
            let bytes = Bytes { map: self.map, left: self.section(&name)? };
            return bytes.texts(*count).map(Domain::Texts).ok_or_else(|| undescribed(&name));
        }
        domain(id, stored).ok_or_else(|| undescribed(&section_of(COLUMN, id)))
    }
}

#[cold]
fn undescribed(section: &str) -> BadImage {
    BadImage::damaged(&format!("`{section}` is not what a table has"))
}

/// Whether columns are there once each, and all of those with a name: a build with other fields wrote others.
fn are_columns(ids: &[ColumnId]) -> bool {
    let known: HashSet<&ColumnId> = ids.iter().collect();
    known.len() == ids.len() && (ids.is_empty() || ColumnId::with_names().all(|id| known.contains(&id)))
}

/// The segments, which have no more rows than 32 bits count.
fn shapes(stored: &StoredTable) -> Option<Vec<Shape>> {
    let mut left = u64::from(u32::MAX).checked_sub(stored.overflow.len() as u64 + 1)?;
    let shape = |segment: &super::stored::StoredSegment| {
        left = left.checked_sub(segment.rows)?;
        let slots = usize::try_from(segment.slots).ok().filter(|slots| *slots <= Layout::default().slots)?;
        let lists = match &segment.lists {
            Some(lists) if lists.len() == slots => Lists::Same(lists.clone()),
            Some(_) => return None,
            None => Lists::Mixed,
        };
        Some(Shape { rows: usize::try_from(segment.rows).ok()?, slots, lists })
    };
    stored.segments.iter().map(shape).collect()
}

/// Those who stand in no column.
fn others(ids: Vec<StoredId>, rows: Vec<StoredRow>) -> Option<Vec<(u32, Contact)>> {
    let ids: Vec<ColumnId> = ids.into_iter().map(StoredId::id).collect::<Option<_>>()?;
    rows.into_iter().map(|row| row.contact(&ids)).collect()
}

/// Bytes of which those in front are taken.
struct Bytes<'m> {
    map: &'m Arc<Map>,
    left: Range<usize>,
}

impl Bytes<'_> {
    fn take<T: SlabElement>(&mut self, values: usize) -> Option<Slab<T>> {
        let end = self.left.start.checked_add(values.checked_mul(size_of::<T>())?)?;
        let range = self.left.start..end;
        self.left.start = end;
        (end <= self.left.end).then(|| MappedSlice::new(self.map, range))?.map(Slab::from)
    }

    fn chunk(&mut self, stored: StoredChunk, rows: usize, buckets: &Buckets) -> Option<ColumnChunk> {
        let words = rows.div_ceil(WORD);
        // As a fold of bytes, which takes many at once.
        let are_known = |codes: &[u8]| usize::from(codes.iter().copied().fold(0, u8::max)) <= buckets.firsts().len();
        match stored {
            StoredChunk::Few(codes) => {
                let are_few = codes.len() <= 1 << PLANES && are_known(&codes);
                let planes = self.take(planes_of(&codes) * words)?;
                are_few.then_some(ColumnChunk::Few { codes, planes })
            }
            StoredChunk::Many(count) => {
                let codes: Slab<u8> = self.take(words * WORD)?;
                if usize::from(count) > buckets.refining() || !are_known(&codes) {
                    return None;
                }
                let slices = (0..count).map(|_| self.take(words * WORD)).collect::<Option<_>>()?;
                Some(ColumnChunk::Many { codes, slices })
            }
        }
    }

    /// Texts in ascending order.
    fn texts(mut self, count: u64) -> Option<TextValues> {
        let ends: Slab<u64> = self.take(usize::try_from(count).ok()?)?;
        let texts: Slab<u8> = self.take(self.left.len())?;
        let (of_ends, of_texts): (&[u64], &[u8]) = (&ends, &texts);
        let mut last = None;
        for key in 0..of_ends.len() {
            let text = mapped_text(of_ends, of_texts, key)?;
            if last.is_some_and(|last| last >= text) {
                return None;
            }
            last = Some(text);
        }
        let are_all = of_ends.last().copied().unwrap_or(0) == of_texts.len() as u64;
        are_all.then_some(TextValues::Mapped { ends, texts })
    }
}

/// The values of a column that are not texts of a section of their own.
fn domain(id: &ColumnId, stored: StoredDomain) -> Option<Domain> {
    fn ascending<T: Ord>(values: Vec<T>) -> Option<Vec<T>> {
        values.is_sorted_by(|a, b| a < b).then_some(values)
    }
    Some(match (id, stored) {
        (ColumnId::Active | ColumnId::Flag(_), StoredDomain::Flags) => Domain::Flags,
        (ColumnId::Time(_), StoredDomain::Instants { base, unit, last }) => {
            let end = i128::from(base) + i128::from(last) * i128::from(unit);
            let is_one = unit > 0 && base >= first_instant() && end <= i128::from(-first_instant());
            is_one.then_some(Domain::Instants(Instants { base, unit, last }))?
        }
        (ColumnId::Count(_), StoredDomain::Counts(counts)) => Domain::Counts(ascending(counts)?),
        (ColumnId::Amount(_), StoredDomain::Amounts(amounts)) => {
            let amounts = amounts.into_iter().map(StoredNumber::number).collect::<Option<_>>()?;
            Domain::Amounts(ascending(amounts)?)
        }
        (ColumnId::List, StoredDomain::Lists(lists)) => Domain::Lists(ascending(lists)?),
        (ColumnId::Custom(_), StoredDomain::Custom(values)) => {
            let values: Vec<_> = values.into_iter().map(StoredValue::value).collect::<Option<_>>()?;
            let ranks: Vec<_> = values.iter().map(rank).collect();
            let ascend = ranks
                .windows(2)
                .zip(values.windows(2))
                .all(|(ranks, values)| ranks[0].cmp(&ranks[1]).then_with(|| values[0].cmp(&values[1])).is_lt());
            ascend.then(|| Domain::Custom(CustomValues::new(values)))?
        }
        _ => return None,
    })
}
