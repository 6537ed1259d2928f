//! From a table to the sections of an image.

use std::borrow::Cow;
use std::io;

use rayon::prelude::*;
use serde::Serialize;
use zerocopy::IntoBytes;

use super::layout::Section;
use super::stored::{
    StoredChunk, StoredColumn, StoredDomain, StoredId, StoredRow, StoredSegment, StoredTable, StoredValue, ids_of,
};
use super::stored_observed::StoredObserved;
use super::{CODES, COLUMN, OBSERVED, ORDER, PHONES, TABLE, TEXTS, section_of};
use crate::estimate::SampleInfo;
use crate::table::Table;
use crate::table::column_chunk::ColumnChunk;
use crate::table::domain::Domain;
use crate::table::level::Level;
use crate::table::segment::Lists;

/// The sections of a table that is compact.
pub(super) fn sections(table: &Table, drawn: Option<SampleInfo>) -> io::Result<Vec<Section<'_>>> {
    let level = &table.base;
    let segments = level.segments();
    let phones = segments.iter().map(|segment| Cow::Borrowed(segment.phones.as_bytes())).collect();
    let order = segments.iter().map(|segment| Cow::Borrowed(segment.order.as_bytes())).collect();
    let mut sections = vec![
        stored(TABLE, &stored_table(table, drawn)?)?,
        stored(OBSERVED, &StoredObserved::from(&*table.observed))?,
        Section::new(PHONES, phones),
        Section::new(ORDER, order),
    ];
    let columns: Vec<Vec<Section<'_>>> =
        (0..level.columns().columns.len()).into_par_iter().map(|at| column(level, at)).collect::<io::Result<_>>()?;
    sections.extend(columns.into_iter().flatten());
    Ok(sections)
}

fn stored<'t>(name: impl Into<String>, what: &impl Serialize) -> io::Result<Section<'t>> {
    let bytes = postcard::to_extend(what, Vec::new()).map_err(io::Error::other)?;
    Ok(Section::new(name, vec![bytes.into()]))
}

fn stored_table(table: &Table, drawn: Option<SampleInfo>) -> io::Result<StoredTable> {
    let level = &table.base;
    let segments = level.segments().iter().map(|segment| StoredSegment {
        rows: segment.phones.len() as u64,
        slots: segment.slots as u64,
        lists: match &segment.lists {
            Lists::Same(lists) => Some(lists.clone()),
            Lists::Mixed => None,
        },
    });
    let contacts = level.overflow().iter().map(|row| &row.contact);
    let ids = ids_of(contacts);
    let rows = level.overflow().iter().map(|row| StoredRow::of(row, &ids).ok_or_else(too_deep));
    Ok(StoredTable {
        replaced: table.replaced,
        dnc_lifted: table.dnc_lifted,
        drawn,
        columns: level.columns().columns.iter().map(|(id, _)| id.into()).collect(),
        odd_phones: level.columns().odd_phones.texts().iter().map(|text| text.to_string()).collect(),
        segments: segments.collect(),
        overflow: rows.collect::<io::Result<_>>()?,
        ids: ids.iter().map(StoredId::from).collect(),
    })
}

#[cold]
fn too_deep() -> io::Error {
    let reason = "a custom field nests arrays and objects deeper than 64 levels, and no record that is read may";
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

/// The sections of a column.
fn column(level: &Level, at: usize) -> io::Result<Vec<Section<'_>>> {
    let (id, column) = &level.columns().columns[at];
    let chunks = || level.segments().iter().flat_map(|segment| &segment.chunks[at]);
    let (domain, texts) = domain(&column.domain)?;
    let of_column = StoredColumn {
        domain,
        firsts: column.buckets.firsts().to_vec(),
        weights: column.weights.to_vec(),
        chunks: chunks().map(stored_chunk).collect(),
    };
    let mut sections = vec![
        stored(section_of(COLUMN, id), &of_column)?,
        Section::new(section_of(CODES, id), chunks().flat_map(codes).map(Cow::Borrowed).collect()),
    ];
    sections.extend(texts.map(|texts| Section::new(section_of(TEXTS, id), texts)));
    Ok(sections)
}

fn stored_chunk(chunk: &ColumnChunk) -> StoredChunk {
    match chunk {
        ColumnChunk::Few { codes, .. } => StoredChunk::Few(codes.clone()),
        // OK because a key has eight bytes.
        ColumnChunk::Many { slices, .. } => StoredChunk::Many(slices.len() as u8),
    }
}

/// The bytes of a chunk, one after the other.
fn codes(chunk: &ColumnChunk) -> Vec<&[u8]> {
    match chunk {
        ColumnChunk::Few { planes, .. } => vec![planes.as_bytes()],
        ColumnChunk::Many { codes, slices } => std::iter::once(codes).chain(slices).map(|bytes| &**bytes).collect(),
    }
}

/// Texts as they stand in their section.
type TextBytes = Vec<Cow<'static, [u8]>>;

/// The values of a column, and its texts.
fn domain(domain: &Domain) -> io::Result<(StoredDomain, Option<TextBytes>)> {
    let stored = match domain {
        Domain::Flags => StoredDomain::Flags,
        Domain::Instants(of) => StoredDomain::Instants { base: of.base, unit: of.unit, last: of.last },
        Domain::Counts(counts) => StoredDomain::Counts(counts.clone()),
        Domain::Amounts(amounts) => StoredDomain::Amounts(amounts.iter().map(|amount| (*amount).into()).collect()),
        Domain::Lists(lists) => StoredDomain::Lists(lists.clone()),
        Domain::Custom(custom) => {
            let values = custom.values().iter().map(|value| StoredValue::of(value).ok_or_else(too_deep));
            StoredDomain::Custom(values.collect::<io::Result<_>>()?)
        }
        Domain::Texts(values) => {
            let (mut ends, mut texts) = (Vec::with_capacity(values.len()), Vec::new());
            for text in values.iter() {
                texts.extend_from_slice(text.as_bytes());
                ends.push(texts.len() as u64);
            }
            let parts = vec![ends.as_bytes().to_vec().into(), texts.into()];
            return Ok((StoredDomain::Texts(values.len() as u64), Some(parts)));
        }
    };
    Ok((stored, None))
}
