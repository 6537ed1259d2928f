//! Many audiences, asked together of one contact.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;

use crate::audience::{AudienceArgument, AudienceArguments};
use crate::contact::ContactArgument;
use crate::context::EvalContext;
use crate::data::instant;
use crate::table::Table;
use crate::work::{at_length, briefly};

/// Tells which of many audiences hold a contact: a hundred thousand, asked at once.
///
/// Audiences are numbered from 0 in their order. They come and go, and now moves on, while it is asked; several threads may
/// ask at once.
///
/// >>> audiences = AudienceSet(["click_count >= 3", "on_dnc"], EvalContext("2025-11-15T08:30:00Z"))
/// >>> audiences.matching({"phone_number": "+14155550101", "click_count": 5})
/// [0]
/// >>> audiences.changes({"phone_number": "+14155550101", "click_count": 5}, {"phone_number": "+14155550101", "on_dnc": True})
/// ([1], [0])
#[pyclass(frozen, module = "headcount")]
pub struct AudienceSet(RwLock<headcount::AudienceSet>);

impl AudienceSet {
    fn read(&self) -> RwLockReadGuard<'_, headcount::AudienceSet> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, headcount::AudienceSet> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl AudienceSet {
    #[new]
    fn new(py: Python<'_>, audiences: AudienceArguments, cx: &EvalContext) -> PyResult<Self> {
        briefly(py, || headcount::AudienceSet::new(audiences.iter(), &cx.0)).map(|set| Self(RwLock::new(set)))
    }

    /// The numbers of the audiences that hold a contact, in their order.
    ///
    /// Raises `RecordError` for a record that is none.
    fn matching(&self, py: Python<'_>, contact: ContactArgument) -> PyResult<Vec<usize>> {
        briefly(py, || self.read().matching(contact.get()).iter().collect())
    }

    /// The phone number of each contact of a table, with the numbers of the audiences that hold it: a list of pairs, in the
    /// order in which the contacts were first seen.
    ///
    /// >>> table = Table([{"phone_number": "+14155550101", "on_dnc": True}, {"phone_number": "+14155550102"}])
    /// >>> AudienceSet(["click_count >= 3", "on_dnc"], EvalContext("2025-11-15T08:30:00Z")).matching_each(table)
    /// [('+14155550101', [1]), ('+14155550102', [])]
    fn matching_each(&self, py: Python<'_>, table: &Table) -> PyResult<Vec<(String, Vec<usize>)>> {
        /// Contacts that are asked at a time: answers to more of them take more memory, and no less time each.
        const AT_A_TIME: usize = 1_024;
        at_length(py, |stop| {
            let (set, mut contacts) = (self.read(), table.table.contacts());
            let mut answers = Vec::with_capacity(contacts.len());
            while !stop.is_stopped() {
                let some: Vec<headcount::Contact> = contacts.by_ref().take(AT_A_TIME).collect();
                if some.is_empty() {
                    break;
                }
                let mut numbers = some.iter().map(|contact| contact.phone_number.clone());
                set.matching_each(&some, |matching| {
                    answers.extend(numbers.next().map(|number| (number, matching.iter().collect())));
                });
            }
            answers
        })
    }

    /// The audiences that a contact enters and leaves as its record changes from one to another: two lists of numbers.
    fn changes(
        &self,
        py: Python<'_>,
        former: ContactArgument,
        contact: ContactArgument,
    ) -> PyResult<(Vec<usize>, Vec<usize>)> {
        let changes = briefly(py, || self.read().changes(former.get(), contact.get()))?;
        Ok((changes.entered, changes.left))
    }

    /// Adds an audience; its number, which may be that of one that is gone.
    fn insert(&self, py: Python<'_>, audience: AudienceArgument) -> PyResult<usize> {
        briefly(py, || self.write().insert(audience.get()))
    }

    /// Puts another audience in the place of one; raises `IndexError` where there is none.
    fn replace(&self, py: Python<'_>, number: usize, audience: AudienceArgument) -> PyResult<()> {
        let was_there = briefly(py, || self.write().replace(number, audience.get()))?;
        if was_there { Ok(()) } else { Err(no_audience(number)) }
    }

    /// Removes an audience; raises `IndexError` where there is none.
    fn remove(&self, py: Python<'_>, number: usize) -> PyResult<()> {
        let was_there = briefly(py, || self.write().remove(number))?;
        if was_there { Ok(()) } else { Err(no_audience(number)) }
    }

    /// Moves the instant that counts as now.
    fn set_now(&self, py: Python<'_>, now: &Bound<'_, PyAny>) -> PyResult<()> {
        let now = instant(now)?;
        briefly(py, || self.write().set_now(now))
    }

    /// The instant that counts as now, and how filters are read.
    #[getter]
    fn cx(&self, py: Python<'_>) -> PyResult<EvalContext> {
        briefly(py, || *self.read().cx()).map(EvalContext)
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        briefly(py, || self.read().len())
    }

    fn __contains__(&self, py: Python<'_>, number: usize) -> PyResult<bool> {
        briefly(py, || self.read().contains(number))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("<AudienceSet: {} audiences>", self.__len__(py)?))
    }
}

fn no_audience(number: usize) -> PyErr {
    PyIndexError::new_err(format!("no audience has the number {number}"))
}
