//! The size of an audience.

use chrono::{DateTime, Utc};
use pyo3::prelude::*;

use crate::context::Semantics;
use crate::data::data;

/// How many are in an audience, and under which circumstances. `int(size)` is the number alone.
///
/// >>> table = Table([{"phone_number": "+14155550101", "click_count": 5}])
/// >>> size = table.size(Audience("click_count >= 3", cached_size=4), EvalContext("2025-11-15T08:30:00Z"))
/// >>> size
/// <Size: 1 contacts at 2025-11-15T08:30:00Z, -3 to the cached size>
/// >>> int(size), size.difference
/// (1, -3)
#[pyclass(frozen, eq, module = "headcount")]
#[derive(PartialEq)]
pub struct Size(pub(crate) headcount::Size);

#[pymethods]
impl Size {
    /// The number of contacts, or of memberships where the readings count those.
    #[getter]
    fn value(&self) -> u64 {
        self.0.value
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

    /// The size less the cached size of the audience; None where it has none.
    #[getter]
    fn difference(&self) -> Option<i64> {
        self.0.difference
    }

    /// All attributes by their names.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        data(py, &self.0)
    }

    fn __int__(&self) -> u64 {
        self.0.value
    }

    fn __index__(&self) -> u64 {
        self.0.value
    }

    fn __repr__(&self) -> String {
        let headcount::Size { value, now, semantics, difference, .. } = &self.0;
        let (value, now) = (headcount_page::thousands(*value), headcount_page::instant(*now));
        let difference =
            difference.map(|difference| format!(", {} to the cached size", headcount_page::signed(difference)));
        format!("<Size: {value} {} at {now}{}>", semantics.unit, difference.unwrap_or_default())
    }
}
