//! The circumstances that a filter is asked in.

use chrono::{DateTime, Utc};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::data::{data, instant};
use crate::problems::filter_error;

/// How filters are read where the platform's reference leaves a question open.
///
/// - `missing_negation`: do `neq`, `not_in`, `not_contains`, `not_starts_with`, `not_ends_with` and `not_within` hold where
///   there is no value? `"matches"` or `"fails"`.
/// - `text_case`: is "ca" another text than "CA"? `"sensitive"` or `"insensitive"`.
/// - `subscription`: do memberships take part that are not active? `"active_only"` or `"any"`.
/// - `unit`: what is counted? `"contacts"` or `"memberships"`.
///
/// Raises `FilterError` for any other text.
///
/// >>> Semantics(unit="memberships").unit
/// 'memberships'
/// >>> Semantics() == Semantics(text_case="sensitive")
/// True
#[pyclass(frozen, eq, hash, module = "headcount")]
#[derive(PartialEq, Eq, Hash)]
pub struct Semantics(pub(crate) headcount::Semantics);

#[pymethods]
impl Semantics {
    #[new]
    #[pyo3(signature = (missing_negation="matches", text_case="sensitive", subscription="active_only", unit="contacts"))]
    fn new(py: Python<'_>, missing_negation: &str, text_case: &str, subscription: &str, unit: &str) -> PyResult<Self> {
        let read = || {
            Ok(headcount::Semantics {
                missing_negation: missing_negation.parse()?,
                text_case: text_case.parse()?,
                subscription: subscription.parse()?,
                unit: unit.parse()?,
            })
        };
        read().map(Self).map_err(|errors| filter_error(py, &errors, ""))
    }

    /// Every choice of readings, sixteen in all.
    #[staticmethod]
    fn all() -> Vec<Self> {
        headcount::Semantics::all().map(Self).collect()
    }

    #[getter]
    fn missing_negation(&self) -> String {
        self.0.missing_negation.to_string()
    }

    #[getter]
    fn text_case(&self) -> String {
        self.0.text_case.to_string()
    }

    #[getter]
    fn subscription(&self) -> String {
        self.0.subscription.to_string()
    }

    #[getter]
    fn unit(&self) -> String {
        self.0.unit.to_string()
    }

    /// The readings by their names.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        data(py, &self.0)
    }

    fn __repr__(&self) -> String {
        let headcount::Semantics { missing_negation, text_case, subscription, unit } = &self.0;
        format!(
            "Semantics(missing_negation='{missing_negation}', text_case='{text_case}', subscription='{subscription}', \
             unit='{unit}')"
        )
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let readings = (self.missing_negation(), self.text_case(), self.subscription(), self.unit());
        (py.get_type::<Self>(), readings).into_pyobject(py)
    }
}

/// The instant that counts as now, and how filters are read. The library never looks at the clock.
///
/// `now` is a `datetime` with a time zone, or a text in ISO 8601, which is in UTC where it names no zone. Its precision is
/// the microsecond.
///
/// Raises `ValueError` for a `datetime` without a time zone: which instant that is depends on the machine.
///
/// >>> from datetime import datetime, timezone
/// >>> cx = EvalContext(now=datetime(2025, 11, 15, 8, 30, tzinfo=timezone.utc))
/// >>> cx == EvalContext("2025-11-15T08:30:00Z")
/// True
/// >>> cx.semantics.unit
/// 'contacts'
#[pyclass(frozen, eq, module = "headcount")]
#[derive(PartialEq)]
pub struct EvalContext(pub(crate) headcount::EvalContext);

#[pymethods]
impl EvalContext {
    #[new]
    #[pyo3(signature = (now, semantics=None))]
    fn new(now: &Bound<'_, PyAny>, semantics: Option<PyRef<'_, Semantics>>) -> PyResult<Self> {
        let semantics = semantics.map(|semantics| semantics.0).unwrap_or_default();
        Ok(Self(headcount::EvalContext::at(instant(now)?).with(semantics)))
    }

    /// The instant, in UTC.
    #[getter]
    fn now(&self) -> DateTime<Utc> {
        self.0.now
    }

    /// The readings.
    #[getter]
    fn semantics(&self) -> Semantics {
        Semantics(self.0.semantics)
    }

    /// `now` and the readings by their names.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        data(py, &self.0)
    }

    fn __hash__(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        (self.0.now, self.0.semantics).hash(&mut hasher);
        hasher.finish()
    }

    fn __repr__(&self) -> String {
        format!("EvalContext('{}', {})", self.0.now.to_rfc3339(), self.semantics().__repr__())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        (py.get_type::<Self>(), (self.now(), self.semantics())).into_pyobject(py)
    }
}
