//! From a file to shards: row group by row group, each column from its own pages straight into a column of a shard.
//!
//! A value in a page's dictionary is looked at once, however many rows have it. Where a file comes from is [`input`]'s to
//! know; [`footer`] looks at what it says of itself; [`columns`] says what its columns are; [`chunk`] reads one column of
//! a row group, with [`rle_bit_packed`] and [`plain`] for what its [`pages`] hold, [`whole`] for what few write, and
//! [`nested`] for custom fields that are lists, structs and maps; [`columnar`](crate::columnar) makes columns of a shard of
//! them. What need not be read is [`prune`]'s to say; who takes the rows when it likes has them by [`ahead`].

mod ahead;
mod chunk;
mod columns;
mod damage;
mod footer;
mod input;
mod nested;
mod pages;
mod plain;
mod prune;
mod rle_bit_packed;
#[cfg(test)]
mod tests;
mod whole;

use std::collections::BTreeSet;
use std::ops::{ControlFlow, RangeInclusive};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use parquet::file::metadata::{
    ColumnChunkMetaData, PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData,
};

use self::chunk::Chunk;
use self::columns::{ColumnPlace, FileColumn};
use self::damage::{Damage, guarded};
use self::nested::NestedChunk;
use self::pages::PageMemory;
use super::metadata::{FileGuarantees, json_columns_of};
use crate::columnar::{self, ColumnSource, Filled, KnownColumns, Meaning, RowsRead, UnfitColumn, WrongColumn};
use crate::estimate::SampleInfo;
use crate::plan::Plan;
use crate::records::ReadOptions;
use crate::stop::StopToken;
use crate::table::shard::{MOST, Shard};
use crate::value::ValueKind;

pub(crate) use self::ahead::ReadAhead;
pub(crate) use self::input::FileBytes;

/// What every such file begins with.
pub(crate) const MAGIC: &[u8] = b"PAR1";

/// A file that is open: what it says of itself is read.
pub(crate) struct ParquetFile {
    input: FileBytes,
    metadata: ParquetMetaData,
    reading: ReadOptions,
    /// What the file promises of itself.
    promise: Option<FileGuarantees>,
    columns: Vec<FileColumn>,
    /// The columns that are not read, because of their types.
    unfit: Vec<UnfitColumn<ColumnPlace>>,
    /// The row groups that are read.
    groups: Vec<usize>,
}

/// Why a file cannot be read.
pub(crate) enum Unreadable {
    /// No record of it counts.
    Damage(Damage),
    /// Its columns are not those of records.
    Columns(Vec<WrongColumn>),
}

impl From<Damage> for Unreadable {
    fn from(damage: Damage) -> Self {
        Self::Damage(damage)
    }
}

impl ParquetFile {
    pub(crate) fn open(input: FileBytes, reading: &ReadOptions) -> Result<Self, Unreadable> {
        let metadata = guarded(|| {
            footer::check(&input)?;
            let reader = ParquetMetaDataReader::new().with_page_index_policy(PageIndexPolicy::Skip);
            Ok(reader.parse_and_finish(&input)?)
        })?;
        let promise = FileGuarantees::of(metadata.file_metadata()).map_err(Damage::from)?;
        let has_values = |at: usize| metadata.row_groups().iter().any(|group| footer::has_values(group, at));
        let schema = metadata.file_metadata().schema_descr();
        let json = json_columns_of(metadata.file_metadata()).map_err(|wrong| Unreadable::Columns(vec![wrong]))?;
        let KnownColumns { read: columns, unfit } =
            columns::columns(schema, &reading.conventions, has_values, &json).map_err(Unreadable::Columns)?;
        for column in &columns {
            let ColumnPlace { at, nested } = &column.place;
            let parts = *at..at + nested.as_ref().map_or(1, |nested| nested.columns);
            let chunks =
                metadata.row_groups().iter().flat_map(|group| group.columns().get(parts.clone()).unwrap_or_default());
            chunks.map(ColumnChunkMetaData::compression).try_for_each(pages::can_unpack)?;
        }
        let groups = (0..metadata.num_row_groups()).collect();
        Ok(Self { input, metadata, reading: reading.clone(), promise, columns, unfit, groups })
    }

    /// The keys that some row gives a value, a bit for each, as far as statistics tell.
    pub(crate) fn given(&self) -> u64 {
        let given = self.columns.iter().filter(|column| self.values(column.place.at) > 0);
        given.fold(0, |all, column| all | column.meaning.bit())
    }

    /// The keys whose values are all read: then rows tell, better than statistics, which of them some row gives.
    pub(crate) fn read_whole(&self) -> u64 {
        let is_whole = self.groups.len() == self.metadata.num_row_groups();
        self.columns.iter().filter(|_| is_whole).fold(0, |all, column| all | column.meaning.bit())
    }

    /// The names of the columns that are not read, in how many rows each has a value, and the kind that their types tell.
    pub(crate) fn not_read(&self) -> Vec<(String, u64, Option<ValueKind>)> {
        let names = columns::not_read(self.metadata.file_metadata().schema_descr(), &self.reading.conventions.names);
        names.into_iter().map(|(name, at, kind)| (name, self.values(at), kind)).collect()
    }

    /// The keys of the custom fields that some row gives a value, as far as statistics tell.
    pub(crate) fn custom_keys(&self) -> BTreeSet<String> {
        let keys = self.columns.iter().filter_map(|column| match &column.meaning {
            Meaning::Custom(key) if self.values(column.place.at) > 0 => Some(key.clone()),
            _ => None,
        });
        keys.collect()
    }

    /// For each row group that is not read, between which lists those are that its rows are on, as far as is known.
    pub(crate) fn lists_left_out(&self) -> Vec<RangeInclusive<i64>> {
        let left_out = (0..self.metadata.num_row_groups()).filter(|group| !self.groups.contains(group));
        let lists = left_out.map(|group| {
            let group = prune::RowGroup { columns: &self.columns, metadata: self.metadata.row_group(group) };
            group.lists().unwrap_or(i64::MIN..=i64::MAX)
        });
        lists.collect()
    }

    /// The columns that are not read because of their types, each with the number of rows that have a value there.
    pub(crate) fn unfit(&self) -> impl Iterator<Item = (&UnfitColumn<ColumnPlace>, u64)> {
        self.unfit.iter().map(|column| (column, self.values(column.place.at)))
    }

    /// In how many rows a column has a value; all of them where no statistics tell.
    fn values(&self, at: usize) -> u64 {
        let groups = self.metadata.row_groups().iter().map(|group| {
            let statistics = group.columns().get(at).and_then(|column| column.statistics());
            let nulls = statistics.and_then(|statistics| statistics.null_count_opt()).unwrap_or(0);
            u64::try_from(group.num_rows()).unwrap_or(0).saturating_sub(nulls)
        });
        groups.sum()
    }

    /// What the contacts were drawn of, if the file says that they are a sample.
    pub(crate) fn drawn(&self) -> Option<SampleInfo> {
        self.promise?.drawn
    }

    /// Leaves out what cannot change the answer to any of the plans, and tells what the whole file has; where the file
    /// does not promise what that takes, nothing is left out. Rows are left out only where all phone numbers are in E.164:
    /// somebody who is on the do-not-call list in another spelling changes no size, and must be told of all the same.
    pub(crate) fn leave_out(&mut self, plans: &[Plan]) -> Option<FileGuarantees> {
        let promise = self.promise?;
        let Self { metadata, columns, groups, .. } = self;
        if promise.all_in_e164 {
            groups.retain(|group| {
                let group = prune::RowGroup { columns, metadata: metadata.row_group(*group) };
                plans.iter().any(|plan| group.may_hold(plan))
            });
        }
        *columns = prune::needed(columns, plans);
        Some(promise)
    }

    /// Leaves out the columns that none of the plans asks, where the file promises what that takes.
    pub(crate) fn leave_out_columns(&mut self, plans: &[Plan]) {
        if self.promise.is_some() {
            self.columns = prune::needed(&self.columns, plans);
        }
    }

    /// Reads the file on `threads` threads, which `prepare` what they read, and hands it on here, in its order, until it is
    /// to stop.
    pub(crate) fn read(
        &self,
        threads: usize,
        prepare: fn(&mut Shard),
        stop: &StopToken,
        each: &mut dyn FnMut(FileRows),
    ) -> Result<(), Damage> {
        let mut so_far = SoFar::default();
        let mut hand_on = |group: usize, decoded: Decoded| each(so_far.add(self, group, decoded));
        if threads == 1 || self.groups.len() < 2 {
            for group in self.groups.iter().take_while(|_| !stop.is_stopped()) {
                self.group(*group, prepare, &mut |decoded| {
                    hand_on(*group, decoded);
                    if stop.is_stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                })?;
            }
            return Ok(());
        }
        thread::scope(|scope| {
            // Each thread reads every `threads`-th row group, and has a channel of its own that holds one shard: so they
            // come out in the order of the file, and few are in memory however slow `each` is.
            let channels: Vec<_> = (0..threads)
                .map(|at| {
                    let (decoded, results) = sync_channel(1);
                    scope.spawn(move || self.every((at, threads), prepare, &decoded));
                    results
                })
                .collect();
            for (group, results) in self.groups.iter().zip(channels.iter().cycle()) {
                loop {
                    match results.recv() {
                        _ if stop.is_stopped() => return Ok(()),
                        Ok(GroupMessage::RowVisitor(decoded)) => hand_on(*group, *decoded),
                        Ok(GroupMessage::GroupEnds(result)) => {
                            result?;
                            break;
                        }
                        Err(_) => return Err(Damage::new("a thread that read it is gone")),
                    }
                }
            }
            Ok(())
        })
    }

    /// Reads every `threads`-th row group, starting at `at`.
    fn every(&self, (at, threads): (usize, usize), prepare: fn(&mut Shard), results: &SyncSender<GroupMessage>) {
        for group in self.groups.iter().skip(at).step_by(threads) {
            let result = self.group(*group, prepare, &mut |decoded| match results
                .send(GroupMessage::RowVisitor(Box::new(decoded)))
            {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            });
            let damaged = result.is_err();
            // Nobody there any more: then nobody wants to know either.
            if results.send(GroupMessage::GroupEnds(result)).is_err() || damaged {
                return;
            }
        }
    }

    /// Reads one row group.
    fn group(
        &self,
        group: usize,
        prepare: fn(&mut Shard),
        each: &mut dyn FnMut(Decoded) -> ControlFlow<()>,
    ) -> Result<(), Damage> {
        let mut open = self.open_group(group)?;
        while let Some(mut decoded) = self.next_shard(&mut open)? {
            prepare(&mut decoded.filled.shard);
            if each(decoded).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn open_group(&self, group: usize) -> Result<OpenGroup, Damage> {
        let metadata = self.metadata.row_group(group);
        let rows = usize::try_from(metadata.num_rows()).map_err(|_| Damage::new("a row group of less than no rows"))?;
        Ok(OpenGroup { sources: self.sources(metadata)?, rows, shards: rows.div_ceil(MOST), next: 0 })
    }

    /// Reads the next rows of a row group, as many as a shard holds; none behind the last.
    fn next_shard(&self, open: &mut OpenGroup) -> Result<Option<Decoded>, Damage> {
        let OpenGroup { sources, rows, shards, next } = open;
        if *next == *shards {
            return Ok(None);
        }
        // Shards of about the same size: the last takes as long to merge as the others.
        let rows = *rows / *shards + usize::from(*next < *rows % *shards);
        *next += 1;
        let filled = guarded(|| columnar::fill(&self.columns, sources, rows, &self.reading))?;
        Ok(Some(Decoded { filled, rows: rows as u64 }))
    }

    /// How many bytes of the file a row group takes: it may say any number.
    fn bytes_of(&self, group: usize) -> u64 {
        let columns = self.metadata.row_group(group).columns().iter();
        let sizes = columns.map(|column| u64::try_from(column.compressed_size()).unwrap_or(0));
        sizes.fold(0, u64::saturating_add)
    }

    fn sources(&self, metadata: &RowGroupMetaData) -> Result<Vec<ChunkSource>, Damage> {
        let memory = PageMemory::default();
        let known = |at: usize| metadata.columns().get(at).ok_or_else(|| Damage::new("a row group lacks a column"));
        let source = |FileColumn { place: ColumnPlace { at, nested }, .. }: &FileColumn| {
            Ok(match nested {
                None => ColumnSource::Scalars(Chunk::open(&self.input, known(*at)?, &memory)?),
                Some(nested) => {
                    let parts = (*at..at + nested.columns).map(known);
                    let chunk = NestedChunk::open(nested.clone(), &self.input, parts, &memory)?;
                    ColumnSource::Nested(Box::new(chunk))
                }
            })
        };
        self.columns.iter().map(source).collect()
    }
}

/// A column of a row group.
type ChunkSource = ColumnSource<'static, Chunk>;

/// Rows that have been read, in the order of the file.
pub(crate) struct FileRows {
    pub(crate) rows: RowsRead,
    /// How many bytes of the file have been read.
    pub(crate) bytes: u64,
}

/// What a thread tells of a row group.
enum GroupMessage {
    RowVisitor(Box<Decoded>),
    GroupEnds(Result<(), Damage>),
}

struct Decoded {
    filled: Filled,
    rows: u64,
}

/// A row group that is being read.
struct OpenGroup {
    sources: Vec<ChunkSource>,
    rows: usize,
    /// How many shards it becomes.
    shards: usize,
    /// The shard that is read next.
    next: usize,
}

/// How much of a file has been read.
#[derive(Default)]
struct SoFar {
    rows: u64,
    bytes: u64,
}

impl SoFar {
    /// Adds what was read next of a row group.
    fn add(
        &mut self,
        file: &ParquetFile,
        group: usize,
        Decoded { filled: Filled { shard, bad, given }, rows }: Decoded,
    ) -> FileRows {
        let all = u128::try_from(file.metadata.row_group(group).num_rows()).unwrap_or(1).max(1);
        // OK because they are no more than all rows of the group.
        let bytes = (u128::from(file.bytes_of(group)) * u128::from(rows) / all) as u64;
        self.bytes = self.bytes.saturating_add(bytes);
        let start = self.rows;
        let bad = bad.into_iter().map(|bad| (start + bad.row as u64, bad)).collect();
        self.rows += rows;
        FileRows { rows: RowsRead { shard, start, bad, given }, bytes: self.bytes }
    }
}
