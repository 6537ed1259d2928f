//! Record batches: of members as they leave, or with columns of any type under any name; cut anywhere.
#![no_main]

use std::sync::Arc;

use arbitrary::{Arbitrary, Result, Unstructured};
use arrow_array::types::{ArrowDictionaryKeyType, Int8Type, Int32Type};
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Date32Array, Date64Array, Decimal128Array, DictionaryArray,
    FixedSizeListArray, Float32Array, Float64Array, Int8Array, Int32Array, Int64Array, LargeListArray,
    LargeStringArray, ListArray, MapArray, NullArray, PrimitiveArray, RecordBatch, RecordBatchIterator, StringArray,
    StringViewArray, StructArray, TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray,
    TimestampSecondArray, UInt8Array, UInt64Array,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{Field, Fields, SchemaRef};
use headcount::records::Input;
use headcount::{Audience, EvalContext, Population, Table, arrow};

/// What is asked of members, and what columns are called.
const NAMES: [&str; 9] = [
    "phone_number",
    "carrier",
    "on_dnc",
    "active",
    "list_id",
    "click_count",
    "revenue_total",
    "last_clicked_at",
    "custom_fields.state",
];
/// What texts say.
const TEXTS: [&str; 9] =
    ["", "+14155550101", "yes", "0", "-7.5", "2025-11-15", "2025-11-15 08:30:00 UTC", "{\"a\": 1}", "[]"];
const ROWS: usize = 5;
const COLUMNS: usize = 6;
/// How deep columns nest.
const DEPTH: usize = 3;

#[derive(Arbitrary, Debug)]
enum Case {
    /// The batches of all members, in two parts that are cut at a row.
    Members(Population, u8),
    Batches(Vec<Batch>),
}

#[derive(Debug)]
struct Batch(RecordBatch);

libfuzzer_sys::fuzz_target!(|case: Case| match case {
    Case::Members(population, at) => {
        let batches = members(&Table::from(&population));
        let cut = |batch: &RecordBatch| {
            let at = usize::from(at).min(batch.num_rows());
            [batch.slice(0, at), batch.slice(at, batch.num_rows() - at)]
        };
        let active = population.contacts().iter().flat_map(|contact| &contact.memberships).filter(|on| on.active);
        let read = read(&batches.iter().flat_map(cut).collect::<Vec<_>>());
        assert_eq!(read, active.count(), "each membership comes in again");
    }
    Case::Batches(batches) => {
        read(&batches.into_iter().map(|Batch(batch)| batch).collect::<Vec<_>>());
    }
});

/// The memberships that take part, as they leave.
fn members(table: &Table) -> Vec<RecordBatch> {
    let everybody = Audience::of("click_count >= 0".parse().expect("it is a filter"));
    let cx = EvalContext::at(headcount::chrono::DateTime::UNIX_EPOCH);
    let members = table.members(&everybody, &cx);
    let batches = arrow::members(&members, NAMES, &everybody, &cx).expect("they are columns");
    batches.map(|batch| batch.expect("it is whole")).collect()
}

/// How many records are read of some batches.
fn read(batches: &[RecordBatch]) -> usize {
    let Some(first) = batches.first() else { return 0 };
    let schema: SchemaRef = first.schema();
    let input = || {
        let batches: Vec<_> = batches.iter().cloned().map(Ok).collect();
        Input::batches("contacts", RecordBatchIterator::new(batches, schema.clone()))
    };
    headcount_fuzz::an_input_is_read(input).len()
}

impl<'a> Arbitrary<'a> for Batch {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let rows = u.int_in_range(0..=ROWS)?;
        let (fields, columns) = fields(u, rows, DEPTH, |u| match u.ratio(7, 8)? {
            true => u.choose(&NAMES).copied(),
            false => u.arbitrary(),
        })?;
        let schema = Arc::new(arrow_schema::Schema::new(fields));
        let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(rows));
        let batch =
            RecordBatch::try_new_with_options(schema, columns, &options).expect("columns are as long as others");
        let from = u.int_in_range(0..=rows)?;
        Ok(Self(batch.slice(from, u.int_in_range(0..=rows - from)?)))
    }
}

fn fields<'a>(
    u: &mut Unstructured<'a>,
    rows: usize,
    depth: usize,
    mut name: impl FnMut(&mut Unstructured<'a>) -> Result<&'a str>,
) -> Result<(Fields, Vec<ArrayRef>)> {
    let (mut fields, mut columns) = (Vec::new(), Vec::new());
    for _ in 0..u.int_in_range(1..=COLUMNS)? {
        let column = column(u, rows, depth)?;
        fields.push(Field::new(name(u)?, column.data_type().clone(), true));
        columns.push(column);
    }
    Ok((fields.into(), columns))
}

/// A column of any type.
fn column(u: &mut Unstructured<'_>, rows: usize, depth: usize) -> Result<ArrayRef> {
    let flat = 22;
    Ok(match u.int_in_range(0..=if depth == 0 { flat - 1 } else { flat + 4 })? {
        0 => Arc::new(NullArray::new(rows)),
        1 => Arc::new(values(u, rows, |u| u.arbitrary())?.into_iter().collect::<BooleanArray>()),
        2 => Arc::new(texts(u, rows)?.into_iter().collect::<StringArray>()),
        3 => Arc::new(texts(u, rows)?.into_iter().collect::<LargeStringArray>()),
        4 => Arc::new(texts(u, rows)?.into_iter().collect::<StringViewArray>()),
        5 => Arc::new(values(u, rows, <&[u8]>::arbitrary)?.into_iter().collect::<BinaryArray>()),
        6 => Arc::new(numbers(u, rows).map(Int8Array::from)?),
        7 => Arc::new(numbers(u, rows).map(Int32Array::from)?),
        8 => Arc::new(numbers(u, rows).map(Int64Array::from)?),
        9 => Arc::new(numbers(u, rows).map(UInt8Array::from)?),
        10 => Arc::new(numbers(u, rows).map(UInt64Array::from)?),
        11 => Arc::new(numbers(u, rows).map(Float32Array::from)?),
        12 => Arc::new(numbers(u, rows).map(Float64Array::from)?),
        13 => Arc::new(numbers(u, rows).map(Date32Array::from)?),
        14 => Arc::new(numbers(u, rows).map(Date64Array::from)?),
        15 => Arc::new(numbers(u, rows).map(TimestampSecondArray::from)?.with_timezone_opt(zone(u)?)),
        16 => Arc::new(numbers(u, rows).map(TimestampMillisecondArray::from)?.with_timezone_opt(zone(u)?)),
        17 => Arc::new(numbers(u, rows).map(TimestampMicrosecondArray::from)?.with_timezone_opt(zone(u)?)),
        18 => Arc::new(numbers(u, rows).map(TimestampNanosecondArray::from)?.with_timezone_opt(zone(u)?)),
        19 => {
            let scaled = numbers(u, rows).map(Decimal128Array::from)?;
            let (precision, scale) = (u.int_in_range(1..=38)?, u.int_in_range(-3..=9)?);
            let decimals = scaled.clone().with_precision_and_scale(precision, scale);
            Arc::new(decimals.unwrap_or(scaled))
        }
        20 => dictionary::<Int8Type>(u, rows)?,
        21 => dictionary::<Int32Type>(u, rows)?,
        22 => {
            let (fields, columns) = fields(u, rows, depth - 1, |u| u.arbitrary())?;
            Arc::new(StructArray::new(fields, columns, nulls(u, rows)?))
        }
        23 => {
            let (offsets, items) = lists(u, rows, depth)?;
            let longer = OffsetBuffer::from_lengths(offsets.lengths());
            Arc::new(LargeListArray::new(item(&items), longer, items, nulls(u, rows)?))
        }
        24 => {
            let width = u.int_in_range(1..=3_usize)?;
            let items = column(u, rows * width, depth - 1)?;
            Arc::new(FixedSizeListArray::new(item(&items), width as i32, items, nulls(u, rows)?))
        }
        25 => {
            let (offsets, keyed) = lists(u, rows, 1)?;
            let keys: ArrayRef =
                Arc::new((0..keyed.len()).map(|_| text(u)).collect::<Result<Vec<_>>>().map(StringArray::from)?);
            let fields = [("keys", &keys, false), ("values", &keyed, true)]
                .map(|(name, column, nullable)| Field::new(name, column.data_type().clone(), nullable));
            let entries = StructArray::new(Fields::from(fields.to_vec()), vec![keys, keyed], None);
            let entry = Arc::new(Field::new("entries", entries.data_type().clone(), false));
            Arc::new(MapArray::new(entry, offsets, entries, nulls(u, rows)?, false))
        }
        _ => {
            let (offsets, items) = lists(u, rows, depth)?;
            Arc::new(ListArray::new(item(&items), offsets, items, nulls(u, rows)?))
        }
    })
}

fn item(items: &ArrayRef) -> Arc<Field> {
    Arc::new(Field::new("item", items.data_type().clone(), true))
}

/// Where each row's items end, and the items.
fn lists(u: &mut Unstructured<'_>, rows: usize, depth: usize) -> Result<(OffsetBuffer<i32>, ArrayRef)> {
    let lengths = (0..rows).map(|_| u.int_in_range(0..=2)).collect::<Result<Vec<usize>>>()?;
    let items = column(u, lengths.iter().sum(), depth - 1)?;
    Ok((OffsetBuffer::from_lengths(lengths), items))
}

/// Values that are named by their place among a few.
fn dictionary<K: ArrowDictionaryKeyType<Native: TryFrom<usize>>>(
    u: &mut Unstructured<'_>,
    rows: usize,
) -> Result<ArrayRef> {
    let len = u.int_in_range(1..=4)?;
    let of = column(u, len, 0)?;
    let key = |u: &mut Unstructured<'_>| Ok(K::Native::try_from(u.choose_index(of.len())?).ok());
    let keys: PrimitiveArray<K> = values(u, rows, key)?.into_iter().map(Option::flatten).collect();
    Ok(Arc::new(DictionaryArray::new(keys, of)))
}

/// A value for each row, or none.
fn values<'a, T>(
    u: &mut Unstructured<'a>,
    rows: usize,
    mut value: impl FnMut(&mut Unstructured<'a>) -> Result<T>,
) -> Result<Vec<Option<T>>> {
    (0..rows).map(|_| u.ratio(3, 4)?.then(|| value(u)).transpose()).collect()
}

/// Numbers of any size, half of them 0 or 1, which flags and lists are too.
fn numbers<T: for<'a> Arbitrary<'a> + From<bool>>(u: &mut Unstructured<'_>, rows: usize) -> Result<Vec<Option<T>>> {
    values(u, rows, |u| if u.arbitrary()? { u.arbitrary() } else { u.arbitrary().map(|one: bool| T::from(one)) })
}

fn texts<'a>(u: &mut Unstructured<'a>, rows: usize) -> Result<Vec<Option<&'a str>>> {
    values(u, rows, text)
}

fn text<'a>(u: &mut Unstructured<'a>) -> Result<&'a str> {
    if u.arbitrary()? { u.choose(&TEXTS).copied() } else { u.arbitrary() }
}

fn zone<'a>(u: &mut Unstructured<'a>) -> Result<Option<&'a str>> {
    u.choose(&[None, Some("UTC"), Some("+02:00"), Some("America/New_York"), Some("nowhere")]).copied()
}

fn nulls(u: &mut Unstructured<'_>, rows: usize) -> Result<Option<NullBuffer>> {
    if u.arbitrary()? {
        return Ok(None);
    }
    let valid: Vec<bool> = (0..rows).map(|_| u.arbitrary()).collect::<Result<_>>()?;
    Ok(Some(valid.into()))
}
