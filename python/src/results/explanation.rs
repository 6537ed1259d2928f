//! Why a contact is in an audience, or is not.

use pyo3::prelude::*;

use crate::data::data;

/// For each membership of a contact, whether it was asked, and what each node of the filter said. `print` shows a tree.
#[pyclass(frozen, eq, module = "headcount")]
#[derive(PartialEq)]
pub struct Explanation(pub(crate) headcount::explain::Explanation);

#[pymethods]
impl Explanation {
    /// Who was asked.
    #[getter]
    fn phone_number(&self) -> &str {
        &self.0.phone_number
    }

    /// Whether the contact is in the audience.
    #[getter]
    fn is_in(&self) -> bool {
        self.0.is_in
    }

    /// What each membership said.
    #[getter]
    fn memberships<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        data(py, &self.0.memberships)
    }

    /// All attributes by their names.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        data(py, &self.0)
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        self.0.to_string().trim_end().to_owned()
    }
}
