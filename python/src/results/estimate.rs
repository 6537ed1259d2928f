//! A size to the best of a sample's knowledge.

use chrono::{DateTime, Utc};
use pyo3::prelude::*;

use crate::context::Semantics;
use crate::data::data;

/// What a sample tells of the size of an audience: as sure as `confidence` says, the size is from `low` to `high`.
///
/// >>> table = Table([{"phone_number": f"+1415555{n:04}", "click_count": n % 2} for n in range(1000)])
/// >>> table.estimate("click_count = 1", EvalContext("2025-11-15T08:30:00Z"), contacts=1000)
/// <Estimate: 500 contacts, exactly>
#[pyclass(frozen, eq, module = "headcount")]
#[derive(PartialEq)]
pub struct Estimate(pub(crate) headcount::analysis::Estimate);

#[pymethods]
impl Estimate {
    /// The most likely size.
    #[getter]
    fn value(&self) -> u64 {
        self.0.value
    }

    /// The least that it is likely to be.
    #[getter]
    fn low(&self) -> u64 {
        self.0.low
    }

    /// The most that it is likely to be.
    #[getter]
    fn high(&self) -> u64 {
        self.0.high
    }

    /// How sure it is that the size is between the two.
    #[getter]
    fn confidence(&self) -> f64 {
        self.0.confidence.get()
    }

    /// How many contacts there are.
    #[getter]
    fn population(&self) -> u64 {
        self.0.population
    }

    /// How many of them were looked at.
    #[getter]
    fn sampled(&self) -> u64 {
        self.0.sampled
    }

    /// How many of those are in the audience.
    #[getter]
    fn found(&self) -> u64 {
        self.0.found
    }

    /// The instant that counted as now, in UTC.
    #[getter]
    fn now(&self) -> DateTime<Utc> {
        self.0.now
    }

    /// The readings that were taken.
    #[getter]
    fn semantics(&self) -> Semantics {
        Semantics(self.0.semantics)
    }

    /// What the filter asks.
    #[getter]
    fn fingerprint(&self) -> String {
        self.0.fingerprint.to_string()
    }

    /// All attributes by their names.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        data(py, &self.0)
    }

    fn __repr__(&self) -> String {
        let [value, low, high] = [self.0.value, self.0.low, self.0.high].map(headcount_page::thousands);
        if self.0.is_exact() {
            return format!("<Estimate: {value} contacts, exactly>");
        }
        format!("<Estimate: {value} contacts, from {low} to {high} at {} % confidence>", self.confidence() * 100.0)
    }
}
