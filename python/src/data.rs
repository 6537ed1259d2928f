//! What a result holds, as Python has it: dictionaries and lists of what it serializes as.

use chrono::{DateTime, Utc};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDateTime, PyString, PyType, PyTzInfo};
use serde::Serialize;

/// A value as dictionaries, lists, texts and numbers.
pub(crate) fn data<'py>(py: Python<'py>, value: &impl Serialize) -> PyResult<Bound<'py, PyAny>> {
    Ok(pythonize::pythonize(py, value)?)
}

/// The JSON of what Python holds as dictionaries and lists, or the text itself if it is one.
pub(crate) fn json(value: &Bound<'_, PyAny>) -> PyResult<String> {
    static DUMPS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(text.to_cow()?.into_owned());
    }
    let dumps = DUMPS.import(value.py(), "headcount._json", "dumps")?;
    dumps.call1((value,))?.extract()
}

/// An instant of a `datetime` that has a time zone, or of a text.
pub(crate) fn instant(value: &Bound<'_, PyAny>) -> PyResult<DateTime<Utc>> {
    let py = value.py();
    if let Ok(text) = value.cast::<PyString>() {
        let text = text.to_cow()?;
        return headcount::filter::parse_time(&text)
            .ok_or_else(|| PyValueError::new_err(format!("expected an ISO 8601 date or time, found `{text}`")));
    }
    if !value.is_instance_of::<PyDateTime>() {
        let found: Bound<'_, PyType> = value.get_type();
        return Err(PyTypeError::new_err(format!("expected a datetime or a text, found {}", found.name()?)));
    }
    if value.call_method0("utcoffset")?.is_none() {
        return Err(PyValueError::new_err(format!(
            "expected a datetime with a time zone, found `{value}` without one: which instant it is would depend on the \
             machine; say it, as in `datetime.now(timezone.utc)` or `.replace(tzinfo=timezone.utc)`"
        )));
    }
    value.call_method1("astimezone", (PyTzInfo::utc(py)?,))?.extract()
}
