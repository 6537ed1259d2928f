//! What is in a table before anything is asked.

use pyo3::prelude::*;

use crate::data::data;

/// What is in a table. A notebook shows it table by table.
///
/// >>> described = Table.read("examples/contacts.json").describe()
/// >>> described.contacts, [column["name"] for column in described.columns][:2]
/// (9, ['phone_number', 'on_dnc'])
#[pyclass(frozen, eq, module = "headcount")]
#[derive(PartialEq)]
pub struct Description(pub(crate) headcount::analysis::Description);

#[pymethods]
impl Description {
    /// How many contacts there are.
    #[getter]
    fn contacts(&self) -> u64 {
        self.0.contacts
    }

    /// How many memberships they have.
    #[getter]
    fn memberships(&self) -> u64 {
        self.0.memberships
    }

    /// How many memberships were replaced by later records.
    #[getter]
    fn replaced(&self) -> u64 {
        self.0.replaced
    }

    /// The columns that are read, each a dictionary: `name`, `read_as`, `values` of how many (`of`), how many `distinct`,
    /// the least and the greatest of each kind, the most frequent.
    #[getter]
    fn columns<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        data(py, &self.0.columns)
    }

    /// The columns that are not read, each a dictionary: `input`, `name`, `values`, and as `suggestion` what was probably meant.
    #[getter]
    fn not_read<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        data(py, &self.0.not_read)
    }

    /// The lists, each a dictionary: `list_id`, `contacts`, `memberships`, `active`.
    #[getter]
    fn lists<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        data(py, &self.0.lists)
    }

    /// How phone numbers are written.
    #[getter]
    fn phone_numbers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        data(py, &self.0.phone_numbers)
    }

    /// All attributes by their names, as `headcount describe --format json` writes them.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        data(py, &self.0)
    }

    fn _repr_html_(&self) -> String {
        headcount_page::embedded(&headcount_page::records(&self.0))
    }

    fn __repr__(&self) -> String {
        let [contacts, memberships] = [self.0.contacts, self.0.memberships].map(headcount_page::thousands);
        format!("<Description: {contacts} contacts, {memberships} memberships, {} columns>", self.0.columns.len())
    }
}
