//! What audiences share.

use pyo3::prelude::*;

use crate::data::data;

/// How audiences overlap. A notebook shows it with bars.
///
/// >>> table = Table([{"phone_number": "+14155550101", "click_count": 5, "on_dnc": True}, {"phone_number": "+14155550102"}])
/// >>> overlap = table.compare(["click_count >= 3", "on_dnc"], EvalContext("2025-11-15T08:30:00Z"))
/// >>> overlap.patterns
/// [{'audiences': [0, 1], 'contacts': 1}]
/// >>> overlap.audiences[0]["only_in"]
/// 0
#[pyclass(frozen, module = "headcount")]
pub struct Overlap {
    pub(crate) overlap: headcount::analysis::Overlap,
    pub(crate) labels: Vec<String>,
}

#[pymethods]
impl Overlap {
    /// For each audience in its order: `contacts` in it, and `only_in` it of all.
    #[getter]
    fn audiences<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        data(py, &self.overlap.audiences)
    }

    /// How many contacts are in any of them.
    #[getter]
    fn in_any(&self) -> u64 {
        self.overlap.in_any
    }

    /// How many contacts are in all of them.
    #[getter]
    fn in_all(&self) -> u64 {
        self.overlap.in_all
    }

    /// How many `contacts` are in exactly which `audiences`, by their places; the most first.
    #[getter]
    fn patterns<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        data(py, &self.overlap.patterns)
    }

    /// All attributes by their names.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        data(py, &self.overlap)
    }

    fn _repr_html_(&self) -> String {
        headcount_page::embedded(&headcount_page::overlap(&self.overlap, |place| self.labels[place].clone()))
    }

    fn __repr__(&self) -> String {
        let [any, all] = [self.overlap.in_any, self.overlap.in_all].map(headcount_page::thousands);
        format!("<Overlap of {} audiences: {any} contacts in any, {all} in all>", self.labels.len())
    }
}
