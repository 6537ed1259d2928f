//! Who is in an audience.

use std::sync::{Mutex, PoisonError};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::data::data;
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
