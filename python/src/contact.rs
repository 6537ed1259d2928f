//! Contacts, and whatever may stand for one.

use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::data::{data, json};
use crate::problems::record_error;

/// A contact with its memberships, read once to be asked often.
///
/// It is read from a dictionary in the form of the contacts API, a membership with its contact's fields beside it or a
/// contact with its `lists`, or from the JSON of one.
///
/// Raises `RecordError` with every problem of the record.
///
/// >>> contact = Contact({"phone_number": "+14155550101", "list_id": 101, "click_count": 5})
/// >>> contact.phone_number
/// '+14155550101'
/// >>> Audience("click_count >= 3").contains(contact, EvalContext("2025-11-15T08:30:00Z"))
/// True
#[pyclass(frozen, eq, module = "headcount")]
#[derive(PartialEq)]
pub struct Contact(headcount::Contact);

#[pymethods]
impl Contact {
    #[new]
    fn new(record: &Bound<'_, PyAny>) -> PyResult<Self> {
        read(record).map(Self)
    }

    /// The phone number, by which contacts are told apart.
    #[getter]
    fn phone_number(&self) -> &str {
        &self.0.phone_number
    }

    /// The contact with its `lists`, as the contacts API has it.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        data(py, &self.0)
    }

    fn __repr__(&self) -> String {
        format!("<Contact {} with {} memberships>", self.0.phone_number, self.0.memberships.len())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        (py.get_type::<Self>(), (self.to_dict(py)?,)).into_pyobject(py)
    }
}

fn read(record: &Bound<'_, PyAny>) -> PyResult<headcount::Contact> {
    let text = json(record)?;
    headcount::Contact::from_json(&text).map_err(|errors| record_error(record.py(), &errors, &text))
}

/// What stands for a contact in a call: a contact, a dictionary, or JSON.
pub(crate) enum ContactArgument {
    Given(Py<Contact>),
    Read(Box<headcount::Contact>),
}

impl ContactArgument {
    pub(crate) fn get(&self) -> &headcount::Contact {
        match self {
            Self::Given(contact) => &contact.get().0,
            Self::Read(contact) => contact,
        }
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for ContactArgument {
    type Error = PyErr;

    fn extract(given: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        match given.cast::<Contact>() {
            Ok(contact) => Ok(Self::Given(contact.to_owned().unbind())),
            Err(_) => Ok(Self::Read(Box::new(read(&given)?))),
        }
    }
}
