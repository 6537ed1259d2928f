//! What is wrong and what is to be heard, as exceptions, warnings and data.

use headcount::error;
use headcount::sql::Refusal;
use headcount::{Errors, Notes, Warnings};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyTuple, PyType};
use serde::Serialize;

use crate::data::data;

/// One thing that is wrong in a filter, in records or in settings, or that is right and hardly meant.
///
/// Every attribute but `level`, `code` and `message` is None where it does not apply.
///
/// - `level`: `"error"`, or `"warning"` where it is right and hardly meant.
/// - `code`: what it is, stable and made to be matched on: `"unknown_field"`.
/// - `message`: one sentence, in the words of whoever wrote the filter.
/// - `file`: the file that it is in.
/// - `pointer`: where it is in JSON, as a JSON pointer (RFC 6901).
/// - `line`, `column`: where it is in the source, in characters, each from 1.
/// - `suggestion`: what was probably meant.
///
/// >>> try:
/// ...     Filter("clickcount > 3")
/// ... except FilterError as error:
/// ...     problem = error.problems[0]
/// >>> problem.code, problem.line, problem.column, problem.suggestion
/// ('unknown_field', 1, 1, 'click_count')
#[pyclass(frozen, eq, get_all, module = "headcount", skip_from_py_object)]
#[derive(Clone, PartialEq, Serialize)]
pub struct Problem {
    level: String,
    code: String,
    message: String,
    file: Option<String>,
    pointer: Option<String>,
    line: Option<u64>,
    column: Option<u64>,
    suggestion: Option<String>,
}

#[pymethods]
impl Problem {
    #[new]
    #[pyo3(signature = (level, code, message, file=None, pointer=None, line=None, column=None, suggestion=None))]
    #[expect(clippy::too_many_arguments, reason = "each is an attribute, and a keyword of Python")]
    fn new(
        level: String,
        code: String,
        message: String,
        file: Option<String>,
        pointer: Option<String>,
        line: Option<u64>,
        column: Option<u64>,
        suggestion: Option<String>,
    ) -> Self {
        Self { level, code, message, file, pointer, line, column, suggestion }
    }

    /// All attributes by their names, as `headcount check --format json` writes them.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        data(py, self)
    }

    fn __repr__(&self) -> String {
        format!("{}[{}]: {}", self.level, self.code, self.message)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let Self { level, code, message, file, pointer, line, column, suggestion } = self;
        let arguments = (level, code, message, file, pointer, line, column, suggestion).into_pyobject(py)?;
        (py.get_type::<Self>(), arguments).into_pyobject(py)
    }
}

impl Problem {
    fn of(level: &str, code: &str, message: String, place: &error::Place, suggestion: Option<&str>) -> Self {
        let error::Place { file, pointer, line, column, .. } = place.clone();
        let (level, code) = (level.to_owned(), code.to_owned());
        Self { level, code, message, file, pointer, line, column, suggestion: suggestion.map(str::to_owned) }
    }

    /// What is wrong.
    pub(crate) fn errors(errors: &Errors) -> Vec<Self> {
        let each = |problem: &error::Problem| {
            Self::of("error", problem.code().as_str(), problem.message(), problem.place(), problem.suggestion())
        };
        errors.iter().map(each).collect()
    }

    /// What is right and hardly meant.
    pub(crate) fn warning(warning: &error::Warning) -> Self {
        let (code, message) = (warning.code().as_str(), warning.message());
        Self::of("warning", code, message, warning.place(), warning.suggestion())
    }

    /// The same of a source.
    pub(crate) fn warnings(warnings: &Warnings) -> Vec<Self> {
        warnings.iter().map(Self::warning).collect()
    }
}

/// One thing to hear about data: nothing is wrong, but an answer may not be what was wanted.
///
/// Reading records says each as a warning of the class `NoteWarning`; `Table.notes` has them as data. What does not apply
/// is None.
///
/// - `code`: what it is about, stable: `"column_not_read"`.
/// - `message`: one sentence.
/// - `input`: the file it is about.
/// - `name`: the column, field or list it is about.
/// - `suggestion`: the name that was probably meant.
/// - `count`: how many records, values or contacts it is about.
/// - `line`, `column`, `row`: where the first of them is, each from 1.
///
/// >>> table = Table([{"phone_number": "+14155550101", "custom_fields": {"state": "CA"}}])
/// >>> table.notes(["custom.stat = 'CA'"])[0].suggestion
/// 'custom_fields.state'
#[pyclass(frozen, eq, module = "headcount")]
#[derive(PartialEq)]
pub struct Note(error::Note);

#[pymethods]
impl Note {
    #[getter]
    fn code(&self) -> &'static str {
        self.0.code.as_str()
    }

    #[getter]
    fn message(&self) -> &str {
        &self.0.message
    }

    #[getter]
    fn input(&self) -> Option<&str> {
        self.0.input.as_deref()
    }

    #[getter]
    fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    #[getter]
    fn suggestion(&self) -> Option<&str> {
        self.0.suggestion.as_deref()
    }

    #[getter]
    fn count(&self) -> Option<u64> {
        self.0.count
    }

    #[getter]
    fn line(&self) -> Option<u64> {
        self.0.first.and_then(|first| first.line)
    }

    #[getter]
    fn column(&self) -> Option<u64> {
        self.0.first.and_then(|first| first.column)
    }

    #[getter]
    fn row(&self) -> Option<u64> {
        self.0.first.and_then(|first| first.row)
    }

    /// The note as the command writes it in JSON.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        data(py, &self.0)
    }

    fn __repr__(&self) -> String {
        self.0.to_string()
    }
}

impl Note {
    /// Notes as data.
    pub(crate) fn all(notes: &Notes) -> Vec<Self> {
        notes.iter().cloned().map(Self).collect()
    }

    /// Says notes as warnings of Python, each at the line that called; one that is made an error raises.
    pub(crate) fn warn(py: Python<'_>, notes: &Notes) -> PyResult<()> {
        static WARN: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
        for note in Self::all(notes) {
            let warning = CLASS.import(py, EXCEPTIONS, "NoteWarning")?.call1((note,))?;
            WARN.import(py, "warnings", "warn")?.call1((warning,))?;
        }
        Ok(())
    }
}

/// Where the classes of exceptions and warnings are.
const EXCEPTIONS: &str = "headcount._exceptions";

/// What is wrong with a filter, an audience or settings, drawn over the source that they were read from.
pub(crate) fn filter_error(py: Python<'_>, errors: &Errors, source: &str) -> PyErr {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    raised(py, &CLASS, "FilterError", errors, source)
}

/// What is wrong with records.
pub(crate) fn record_error(py: Python<'_>, errors: &Errors, source: &str) -> PyErr {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    raised(py, &CLASS, "RecordError", errors, source)
}

fn raised(py: Python<'_>, class: &'static PyOnceLock<Py<PyType>>, name: &str, errors: &Errors, source: &str) -> PyErr {
    let report = errors.report(source).to_string();
    let arguments = (report.trim_end(), Problem::errors(errors), errors.omitted());
    let made = class.import(py, EXCEPTIONS, name).and_then(|class| class.call1(arguments));
    made.map_or_else(|failed| failed, PyErr::from_value)
}

/// What cannot be said exactly in the form of another engine.
pub(crate) fn refusal(py: Python<'_>, refusal: &Refusal) -> PyErr {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let arguments = (refusal.to_string(), refusal.condition(), refusal.reason());
    let made = CLASS.import(py, EXCEPTIONS, "Refusal").and_then(|class| class.call1(arguments));
    made.map_or_else(|failed| failed, PyErr::from_value)
}

/// A mistake in this library.
pub(crate) fn internal_error(py: Python<'_>, message: &str) -> PyErr {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let made = CLASS.import(py, EXCEPTIONS, "InternalError").and_then(|class| class.call1((message,)));
    made.map_or_else(|failed| failed, PyErr::from_value)
}
