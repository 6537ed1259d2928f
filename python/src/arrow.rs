//! Arrow, by the capsules of its C data interface: what others hold becomes a table, and answers are handed on, without a copy
//! through objects of Python.

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{RecordBatch, RecordBatchIterator, RecordBatchReader};
use arrow_pyarrow::FromPyArrow;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

/// Record batches of whatever hands them on: a stream of them, or one.
pub(crate) struct Batches(pub(crate) Box<dyn RecordBatchReader + Send>);

impl<'a, 'py> FromPyObject<'a, 'py> for Batches {
    type Error = PyErr;

    fn extract(given: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        if given.hasattr("__arrow_c_stream__")? {
            let stream = arrow_array::ffi_stream::RecordBatchStreamReader::from_pyarrow_bound(&given)?;
            return Ok(Self(Box::new(stream)));
        }
        if given.hasattr("__arrow_c_array__")? {
            return RecordBatch::from_pyarrow_bound(&given).map(Self::from);
        }
        Err(PyTypeError::new_err(format!(
            "expected an object with `__arrow_c_stream__` or `__arrow_c_array__`, such as a frame of Polars, a table of pyarrow \
             or a relation of DuckDB, found {}",
            given.get_type().name()?
        )))
    }
}

impl From<RecordBatch> for Batches {
    fn from(batch: RecordBatch) -> Self {
        let schema = batch.schema();
        Self(Box::new(RecordBatchIterator::new([Ok(batch)], schema)))
    }
}

impl Batches {
    /// The stream as `__arrow_c_stream__` gives it: whoever takes it out of the capsule releases it, else the capsule does.
    pub(crate) fn into_capsule(self, py: Python<'_>) -> PyResult<Bound<'_, PyCapsule>> {
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(self.0), c"arrow_array_stream")
    }
}
