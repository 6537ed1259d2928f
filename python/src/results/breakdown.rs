//! Why an audience is as large as it is.

use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::arrow::Batches;
use crate::data::data;
use crate::results::size::Size;

/// The size of an audience, taken apart. `print` shows it as a tree, and a notebook with bars.
///
/// Every number is of contacts, or of memberships where the readings count those. They add up: `everybody` is
/// `not_on_lists`, `inactive` and `in_scope` together, and that is `without_value`, `failing` and the size.
///
/// >>> table = Table([
/// ...     {"phone_number": "+14155550101", "click_count": 5},
/// ...     {"phone_number": "+14155550102", "click_count": 5, "on_dnc": True}])
/// >>> breakdown = table.explain("click_count >= 3 and not on_dnc", EvalContext("2025-11-15T08:30:00Z"))
/// >>> print(breakdown)
/// 2 contacts
/// 0 on no source list
/// 0 not active
/// 2 in scope
/// 0 out for want of a value
/// 1 out by a value
/// 1 in the audience, 0 of them for want of a value, 0 on the do-not-call list
/// all of: 1 alone, 1 so far, +1 without
///   click_count >= 3: 2 alone, 2 so far, +0 without
///   on_dnc = false: 1 alone, 1 so far, +1 without
/// >>> breakdown.filter["members"][1]["more_without"]
/// 1
#[pyclass(frozen, eq, module = "headcount")]
#[derive(PartialEq)]
pub struct Breakdown(pub(crate) headcount::analysis::Breakdown);

#[pymethods]
impl Breakdown {
    /// How many are in the audience.
    #[getter]
    fn size(&self) -> Size {
        Size(self.0.size)
    }

    /// How many there are in all.
    #[getter]
    fn everybody(&self) -> u64 {
        self.0.everybody
    }

    /// Those without a membership on a source list.
    #[getter]
    fn not_on_lists(&self) -> u64 {
        self.0.not_on_lists
    }

    /// Those on a source list, of whose memberships there none is active.
    #[getter]
    fn inactive(&self) -> u64 {
        self.0.inactive
    }

    /// Those whom the filter is asked of.
    #[getter]
    fn in_scope(&self) -> u64 {
        self.0.in_scope
    }

    /// Those in scope who are out only for want of a value.
    #[getter]
    fn without_value(&self) -> u64 {
        self.0.without_value
    }

    /// Those in scope whom a value rules out.
    #[getter]
    fn failing(&self) -> u64 {
        self.0.failing
    }

    /// Those in the audience whom a negation lets in because there is no value.
    #[getter]
    fn let_in_without_value(&self) -> u64 {
        self.0.let_in_without_value
    }

    /// Those in the audience who are on the do-not-call list.
    #[getter]
    fn on_dnc(&self) -> u64 {
        self.0.on_dnc
    }

    /// The filter part by part: of a group `group` and `members`, of a condition `condition` and `instants`, and of each
    /// `alone`, `so_far`, `without` and `more_without`.
    #[getter]
    fn filter<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        data(py, &self.0.filter)
    }

    /// All attributes by their names, as `headcount explain --format json` writes them.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        data(py, &self.0)
    }

    /// The parts of the filter as Arrow, a row for each.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        Batches::from(headcount::arrow::breakdown_nodes(&self.0)).into_capsule(py)
    }

    fn _repr_html_(&self) -> String {
        headcount_page::embedded(&headcount_page::breakdown(&self.0))
    }

    fn __repr__(&self) -> String {
        self.0.to_string().trim_end().to_owned()
    }
}
