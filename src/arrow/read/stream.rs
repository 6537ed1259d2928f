//! Record batches as they come, cut into as many rows as a shard holds.

use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::{Schema, SchemaRef};

use super::Unreadable;
use crate::error::Shown;
use crate::stop::StopToken;
use crate::table::shard::MOST;

/// Where record batches come from.
pub(crate) type BatchReader<'r> = Box<dyn RecordBatchReader + Send + 'r>;

/// Record batches, some of which are read.
pub(crate) struct BatchStream<'r> {
    reader: BatchReader<'r>,
    schema: SchemaRef,
    /// What is left of a batch of which not all fitted.
    rest: Option<RecordBatch>,
    batches: u64,
    rows: u64,
    bytes: u64,
}

/// As many rows as a shard holds, or all that are left.
pub(crate) struct BatchRows {
    pub(super) batches: Vec<RecordBatch>,
    pub(crate) rows: usize,
    /// The place in the stream of the first row.
    pub(crate) start: u64,
    /// How many bytes of memory the batches take that have been read.
    pub(crate) bytes: u64,
}

impl<'r> BatchStream<'r> {
    pub(crate) fn new(reader: BatchReader<'r>) -> Self {
        Self { schema: reader.schema(), reader, rest: None, batches: 0, rows: 0, bytes: 0 }
    }

    pub(super) fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The next rows; none behind the last, or once it is to stop.
    pub(crate) fn next(&mut self, stop: &StopToken) -> Result<Option<BatchRows>, Unreadable> {
        let (mut batches, mut rows) = (Vec::new(), 0);
        while rows < MOST && !stop.is_stopped() {
            let Some(batch) = self.rest.take().map_or_else(|| self.next_batch(), |rest| Ok(Some(rest)))? else { break };
            let fits = batch.num_rows().min(MOST - rows);
            if fits < batch.num_rows() {
                self.rest = Some(batch.slice(fits, batch.num_rows() - fits));
            }
            if fits > 0 {
                batches.push(batch.slice(0, fits));
            }
            rows += fits;
        }
        let start = self.rows;
        self.rows += rows as u64;
        Ok((rows > 0).then_some(BatchRows { batches, rows, start, bytes: self.bytes }))
    }

    fn next_batch(&mut self) -> Result<Option<RecordBatch>, Unreadable> {
        let Some(batch) = self.reader.next() else { return Ok(None) };
        self.batches += 1;
        let number = self.batches;
        let batch =
            batch.map_err(|error| Unreadable::Damage(format!("record batch {number} cannot be read: {error}")))?;
        if let Some(difference) = difference(&self.schema, batch.schema_ref()) {
            return Err(Unreadable::Damage(format!("record batch {number} is not what the others are: {difference}")));
        }
        self.bytes = self.bytes.saturating_add(batch.get_array_memory_size() as u64);
        Ok(Some(batch))
    }
}

/// In what a batch differs from what was promised, if in anything.
fn difference(promised: &Schema, found: &Schema) -> Option<String> {
    if promised.fields().len() != found.fields().len() {
        return Some(format!("expected {} columns, found {}", promised.fields().len(), found.fields().len()));
    }
    let mut pairs = promised.fields().iter().zip(found.fields());
    let (promised, found) = pairs.find(|(promised, found)| {
        promised.name() != found.name() || !promised.data_type().equals_datatype(found.data_type())
    })?;
    let shown = |field: &arrow_schema::Field| format!("`{}` of type {}", Shown(field.name()), field.data_type());
    Some(format!("expected a column {}, found {}", shown(promised), shown(found)))
}
