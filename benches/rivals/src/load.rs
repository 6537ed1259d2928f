//! What is loaded, to its first answer: a file, or record batches that are in memory.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use arrow_array::{RecordBatch, RecordBatchIterator};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use headcount::records::Input;
use headcount::{
    Audience, Errors, RecordReader, Table,
    semantics::{Subscription, Unit},
};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};

use crate::{Failure, cx, pool};

const RUNS: usize = 3;

/// A file of records.
///
/// # Errors
///
/// It cannot be read.
pub fn file(path: &Path) -> Result<Value, Failure> {
    timed(|| reader().table([path]))
}

/// A table image.
///
/// # Errors
///
/// It cannot be opened.
pub fn image(path: &Path) -> Result<Value, Failure> {
    timed(|| Table::open(path))
}

/// Record batches, which are read from Parquet before any time begins; texts but phone numbers are dictionaries if they are
/// to be.
///
/// # Errors
///
/// The file cannot be read.
pub fn arrow(path: &Path, dictionaries: bool) -> Result<Value, Failure> {
    let (schema, batches) = batches(path, dictionaries)?;
    timed(|| {
        let batches: Vec<Result<RecordBatch, ArrowError>> = batches.iter().cloned().map(Ok).collect();
        reader().table([Input::batches("batches", RecordBatchIterator::new(batches, Arc::clone(&schema)))])
    })
}

/// The batches of a Parquet file.
fn batches(path: &Path, dictionaries: bool) -> Result<(SchemaRef, Vec<RecordBatch>), Failure> {
    let file = File::open(path)?;
    let plain = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new())?;
    let field = |field: &Arc<Field>| match field.data_type() {
        DataType::Utf8 if dictionaries && field.name() != "phone_number" => {
            let texts = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
            Field::clone(field).with_data_type(texts)
        }
        _ => Field::clone(field),
    };
    let schema = Arc::new(Schema::new(plain.schema().fields().iter().map(field).collect::<Vec<_>>()));
    let known = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new().with_schema(schema))?;
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, known).with_batch_size(1 << 16).build()?;
    Ok((arrow_array::RecordBatchReader::schema(&reader), reader.collect::<Result<_, _>>()?))
}

fn reader() -> RecordReader {
    RecordReader::new().threads(2)
}

/// The median time to the first answer, on the clock and of the processors; and how much memory the first run took.
fn timed(load: impl Fn() -> Result<Table, Errors> + Send + Sync) -> Result<Value, Failure> {
    let pool = pool(2)?;
    let audience = Audience::of("click_count >= 3".parse()?);
    let cx = cx(Unit::Memberships, Subscription::ActiveOnly);
    let before = resident("VmRSS:")?;
    let (mut times, mut peak, mut answer) = (Vec::new(), 0, 0);
    for run in 0..RUNS {
        let (begun, busy) = (Instant::now(), processors()?);
        let table = pool.install(&load)?;
        answer = pool.install(|| table.size(&audience, &cx).value);
        times.push((begun.elapsed().as_nanos() as u64, processors()? - busy));
        if run == 0 {
            peak = resident("VmHWM:")? - before;
        }
    }
    let median = |mut times: Vec<u64>| {
        times.sort_unstable();
        times[RUNS / 2]
    };
    let (ns, cpu_ns) = times.into_iter().unzip();
    Ok(json!({
        "engine": "headcount", "version": env!("CARGO_PKG_VERSION"),
        "answer": answer, "ns": median(ns), "cpu_ns": median(cpu_ns), "peak_bytes": peak,
    }))
}

/// What the processors have given this process, in nanoseconds.
fn processors() -> Result<u64, Failure> {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Ok(u64::try_from(time.tv_sec)? * 1_000_000_000 + u64::try_from(time.tv_nsec)?)
}

/// What Linux tells of the memory of this process, in bytes.
fn resident(what: &str) -> Result<u64, Failure> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(what)).ok_or("the system does not tell")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? << 10)
}
