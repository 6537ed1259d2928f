//! Why a cached size is another.

use pyo3::prelude::*;

use crate::context::Semantics;
use crate::data::data;

/// What cached sizes say of the records, and of the readings.
///
/// >>> table = Table([{"phone_number": "+14155550101", "list_id": 7, "last_clicked_at": "2025-11-14T00:00:00Z"}])
/// >>> cached = Audience("last_clicked_at within 30 days", cached_size=2, cached_size_updated_at="2025-11-10")
/// >>> told = table.reconcile([cached], EvalContext("2025-11-15T08:30:00Z"), unchanged=["memberships"])
/// >>> told.audiences[0]["bounds"]["high"], list(told.audiences[0]["verdict"])
/// (1, ['impossible'])
#[pyclass(frozen, module = "headcount")]
pub struct Reconciliation {
    pub(crate) reconciliation: headcount::analysis::Reconciliation,
    pub(crate) labels: Vec<String>,
}

#[pymethods]
impl Reconciliation {
    /// For each audience with a cached size and its instant: its place, the `bounds` of what its size can have been, the
    /// `verdict` (`"explained"`, `{"possible": …}` or `{"impossible": …}`), and the `items` that stand between the two numbers.
    #[getter]
    fn audiences<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        data(py, &self.reconciliation.audiences)
    }

    /// Every way to read a filter, the one that was asked for first, and the places of the audiences whose cached sizes rule
    /// it out.
    #[getter]
    fn readings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        data(py, &self.reconciliation.readings)
    }

    /// The readings under which every cached size is possible, the one that was asked for first.
    #[getter]
    fn consistent(&self) -> Vec<Semantics> {
        self.reconciliation.consistent().map(Semantics).collect()
    }

    /// The places of the audiences without a cached size, or without its instant.
    #[getter]
    fn without(&self) -> Vec<usize> {
        self.reconciliation.without.clone()
    }

    /// All attributes by their names.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        data(py, &self.reconciliation)
    }

    fn _repr_html_(&self) -> String {
        headcount_page::embedded(&headcount_page::bounds(&self.reconciliation, |place| self.labels[place].clone()))
    }

    fn __repr__(&self) -> String {
        let (told, readings) = (&self.reconciliation, self.reconciliation.consistent().count());
        format!(
            "<Reconciliation of {} cached sizes: {readings} readings are consistent with all>",
            told.audiences.len()
        )
    }
}
