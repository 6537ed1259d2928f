//! From record batches to shards: each column from its arrays straight into a column of a shard.
//!
//! [`stream`] takes batches from whoever has them, and cuts them into as many rows as a shard holds; [`schema`] says what
//! their columns are. [`scalars`] are values as arrays store them, [`encoded`] a column of them, whether plain, by a
//! dictionary or by runs, and [`nested`] one of lists, structs and maps; [`columnar`](crate::columnar) makes columns of a
//! shard of them.

mod encoded;
mod nested;
mod scalars;
mod schema;
mod stream;

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_buffer::NullBuffer;

use self::encoded::{EncodedArray, ScalarColumn};
use self::nested::NestedColumn;
use self::schema::ArrayPlace;
use crate::columnar::{self, Column, ColumnSource, FillFailure, Filled, NotInDictionary, UnfitColumn, WrongColumn};
use crate::records::ReadOptions;
use crate::value::ValueKind;

pub(crate) use self::stream::{BatchReader, BatchRows, BatchStream};

/// Why record batches cannot be read, or not to their end.
#[derive(Debug)]
pub(crate) enum Unreadable {
    /// No record of them counts.
    Damage(String),
    /// Their columns are not those of records.
    Columns(Vec<WrongColumn>),
}

impl Unreadable {
    #[cold]
    fn damage(found: impl std::fmt::Display) -> Self {
        Self::Damage(format!("the record batches are damaged: {found}"))
    }
}

impl From<FillFailure> for Unreadable {
    fn from(failure: FillFailure) -> Self {
        Self::Damage(failure.of("the stream of record batches"))
    }
}

impl From<NotInDictionary> for Unreadable {
    fn from(_: NotInDictionary) -> Self {
        Self::damage("a row refers to what its dictionary does not have")
    }
}

/// What the columns of record batches are.
#[derive(Debug)]
pub(crate) struct BatchColumns {
    columns: Vec<Column<ArrayPlace>>,
    unfit: Vec<UnfitColumn<ArrayPlace>>,
    /// Those whose values no row can do without, and that cannot be what their names say: wrong where they have one.
    wrong: Vec<(ArrayPlace, WrongColumn)>,
    /// Those that mean nothing, their names, and the kinds that their types tell.
    not_read: Vec<(ArrayPlace, String, Option<ValueKind>)>,
}

/// What has come of some rows.
pub(crate) struct RowsFilled {
    pub(crate) filled: Filled,
    pub(crate) values: ValueCounts,
}

/// What some rows have in columns that are not read.
#[derive(Debug, Default)]
pub(crate) struct ValueCounts {
    /// In how many rows each column has a value that is not read because of its type.
    unfit: Vec<u64>,
    /// The same of each column that means nothing.
    not_read: Vec<u64>,
}

impl ValueCounts {
    /// Adds those of other rows.
    pub(crate) fn add(&mut self, others: &Self) {
        for (mine, theirs) in [(&mut self.unfit, &others.unfit), (&mut self.not_read, &others.not_read)] {
            mine.resize(theirs.len(), 0);
            mine.iter_mut().zip(theirs).for_each(|(count, more)| *count += more);
        }
    }
}

impl BatchColumns {
    /// The columns that are not read because of their types and have values, and in how many rows.
    pub(crate) fn unfit<'c>(
        &'c self,
        counts: &'c ValueCounts,
    ) -> impl Iterator<Item = (&'c UnfitColumn<ArrayPlace>, u64)> {
        self.unfit.iter().zip(counts.unfit.iter().copied()).filter(|(_, count)| *count > 0)
    }

    /// The names of the columns that mean nothing, in how many rows each has a value, and of which kind.
    pub(crate) fn not_read<'c>(
        &'c self,
        counts: &'c ValueCounts,
    ) -> impl Iterator<Item = (&'c str, u64, Option<ValueKind>)> {
        let counted = counts.not_read.iter().copied().chain(std::iter::repeat(0));
        self.not_read.iter().zip(counted).map(|((_, name, kind), rows)| (&**name, rows, *kind))
    }

    /// Reads rows, as many as a shard holds.
    pub(crate) fn fill(&self, rows: &BatchRows, reading: &ReadOptions) -> Result<RowsFilled, Unreadable> {
        let wrong = self.wrong.iter().filter(|(place, _)| values(place, &rows.batches) > 0);
        let wrong: Vec<WrongColumn> = wrong.map(|(_, wrong)| wrong.clone()).collect();
        if !wrong.is_empty() {
            return Err(Unreadable::Columns(wrong));
        }
        let counts = ValueCounts {
            unfit: self.unfit.iter().map(|column| values(&column.place, &rows.batches)).collect(),
            not_read: self.not_read.iter().map(|(place, ..)| values(place, &rows.batches)).collect(),
        };
        let sources = self.columns.iter().map(|column| source(&column.place, &rows.batches));
        let mut sources = sources.collect::<Result<Vec<_>, _>>()?;
        let filled = columnar::fill(&self.columns, &mut sources, rows.rows, reading)?;
        Ok(RowsFilled { filled, values: counts })
    }
}

/// A column of some batches.
fn source<'b>(
    place: &'b ArrayPlace,
    batches: &'b [RecordBatch],
) -> Result<ColumnSource<'b, ScalarColumn<'b>>, Unreadable> {
    let arrays = batches.iter().map(|batch| array(place, batch));
    Ok(match &place.nested {
        None => {
            let arrays = arrays.map(|(array, nulls)| EncodedArray::new(array, nulls, 0..array.len()));
            ColumnSource::Scalars(ScalarColumn::new(arrays.collect::<Result<_, _>>()?))
        }
        Some(nested) => ColumnSource::Nested(Box::new(NestedColumn::new(nested, arrays)?)),
    })
}

/// The array of a column, and which rows have no value because what it is part of has none.
fn array<'b>(place: &ArrayPlace, batch: &'b RecordBatch) -> (&'b ArrayRef, Option<&'b NullBuffer>) {
    let column = batch.column(place.column);
    let parent =
        place.child.and_then(|child| Some((column.as_any().downcast_ref::<arrow_array::StructArray>()?, child)));
    match parent {
        Some((parent, child)) => (parent.column(child), parent.nulls()),
        None => (column, None),
    }
}

/// In how many rows a column has a value.
fn values(place: &ArrayPlace, batches: &[RecordBatch]) -> u64 {
    let counts = batches.iter().map(|batch| {
        let (array, outside) = array(place, batch);
        let nulls = NullBuffer::union(array.logical_nulls().as_ref(), outside);
        array.len() - nulls.map_or(0, |nulls| nulls.null_count())
    });
    counts.map(|count| count as u64).sum()
}
