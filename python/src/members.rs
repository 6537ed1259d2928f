//! Who is in an audience.

use std::sync::{Mutex, PoisonError};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::arrow::Batches;
use crate::audience::AudienceArgument;
use crate::context::EvalContext;
use crate::data::data;
use crate::problems::filter_error;
use crate::work::briefly;

/// The contacts in an audience, of the table as it is.
///
/// `len(members)` is how many, `phone_number in members` looks one up, and iterating gives their phone numbers in the order
/// in which the contacts were first seen. `a & b`, `a | b` and `a - b` join members of one table; of two, they raise
/// `ValueError`.
///
/// >>> table = Table([{"phone_number": "+14155550101", "click_count": 5}, {"phone_number": "+14155550102", "on_dnc": True}])
/// >>> members = table.members("phone_number exists", EvalContext("2025-11-15T08:30:00Z"))
/// >>> len(members), "+14155550101" in members
/// (2, True)
/// >>> list(members - table.members("on_dnc", EvalContext("2025-11-15T08:30:00Z")))
/// ['+14155550101']
///
/// They are Arrow too, a stream of one column `phone_number`, so that `polars.DataFrame(members)` and `pyarrow.table(members)`
/// take them; `select` gives other columns.
#[pyclass(frozen, module = "headcount")]
pub struct Members(pub(crate) headcount::table::Members);

#[pymethods]
impl Members {
    /// All phone numbers, in the order in which the contacts were first seen.
    fn phone_numbers(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        briefly(py, || self.0.phone_numbers().collect())
    }

    /// The members as records, each a dictionary with all of its `lists`. What is worked out where a record is silent is
    /// filled in.
    fn contacts<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        self.0.contacts().map(|contact| data(py, &contact)).collect()
    }

    /// Columns of the members, by the names that records have for them, custom fields as `custom_fields.KEY`: Arrow, with a
    /// row for each member, or for each of its memberships that the audience matches where a column is a membership's.
    ///
    /// Raises `FilterError` for a name that is no column of a record, and for one that is there twice.
    ///
    /// >>> table, cx = Table.read("examples/contacts.json"), EvalContext("2025-11-15T08:30:00Z")
    /// >>> rows = table.members("click_count >= 3", cx).select(["phone_number", "list_id"], "click_count >= 3", cx)
    /// >>> Table.from_arrow(rows)
    /// <Table: 6 contacts, 6 memberships>
    fn select(
        &self,
        py: Python<'_>,
        columns: Vec<String>,
        audience: AudienceArgument,
        cx: &EvalContext,
    ) -> PyResult<MemberRows> {
        let rows = MemberRows { members: self.0.clone(), columns, audience: audience.get().clone(), cx: cx.0 };
        rows.batches(py)?;
        Ok(rows)
    }

    /// The phone numbers as a stream of Arrow, in a capsule of its C data interface. The columns are always these, whatever is
    /// asked for.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        Batches(Box::new(headcount::arrow::phone_numbers(&self.0))).into_capsule(py)
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    fn __contains__(&self, phone_number: &str) -> bool {
        self.0.contains(phone_number)
    }

    fn __iter__(&self) -> PhoneNumbers {
        PhoneNumbers(Mutex::new(self.0.phone_numbers()))
    }

    fn __and__(&self, other: &Self) -> PyResult<Self> {
        joined(self.0.and(&other.0))
    }

    fn __or__(&self, other: &Self) -> PyResult<Self> {
        joined(self.0.or(&other.0))
    }

    fn __sub__(&self, other: &Self) -> PyResult<Self> {
        joined(self.0.and_not(&other.0))
    }

    fn __repr__(&self) -> String {
        format!("<Members: {} contacts>", headcount_page::thousands(self.0.len() as u64))
    }
}

fn joined(members: Result<headcount::table::Members, headcount::table::DifferentSnapshots>) -> PyResult<Members> {
    members.map(Members).map_err(|error| PyValueError::new_err(error.to_string()))
}

/// Columns of members, as `Members.select` names them: whatever takes Arrow takes it, several times over.
///
/// >>> cx = EvalContext("2025-11-15T08:30:00Z")
/// >>> members = Table([{"phone_number": "+14155550101", "carrier": "A"}]).members("not on_dnc", cx)
/// >>> members.select(["phone_number", "carrier"], "not on_dnc", cx)
/// <MemberRows: phone_number, carrier of 1 contacts>
#[pyclass(frozen, module = "headcount")]
pub struct MemberRows {
    members: headcount::table::Members,
    columns: Vec<String>,
    audience: headcount::Audience,
    cx: headcount::EvalContext,
}

impl MemberRows {
    fn batches(&self, py: Python<'_>) -> PyResult<headcount::arrow::MemberBatches> {
        headcount::arrow::members(&self.members, &self.columns, &self.audience, &self.cx)
            .map_err(|errors| filter_error(py, &errors, ""))
    }
}

#[pymethods]
impl MemberRows {
    /// The rows as a stream of Arrow, in a capsule of its C data interface. The columns are always these, whatever is asked for.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        Batches(Box::new(self.batches(py)?)).into_capsule(py)
    }

    fn __repr__(&self) -> String {
        let contacts = headcount_page::thousands(self.members.len() as u64);
        format!("<MemberRows: {} of {contacts} contacts>", self.columns.join(", "))
    }
}

/// The phone numbers of members, one by one.
#[pyclass(frozen, module = "headcount")]
pub struct PhoneNumbers(Mutex<headcount::table::PhoneNumbers>);

#[pymethods]
impl PhoneNumbers {
    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).next()
    }

    fn __length_hint__(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}
