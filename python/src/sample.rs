//! Samples of a population.

use headcount::analysis::{Confidence, Fraction, SampleBuilder, SampleSize};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::audience::AudienceArgument;
use crate::context::EvalContext;
use crate::results::estimate::Estimate;
use crate::table::Table;
use crate::work::{at_length, briefly};

/// Contacts that were drawn from a population, which estimate its sizes. Made by `Table.sample`.
#[pyclass(frozen, module = "headcount")]
pub struct Sample(headcount::analysis::Sample);

#[pymethods]
impl Sample {
    /// The size of an audience in the population, and between which two it is as sure as `confidence` says, a number above 0
    /// and below 1; raises `ValueError` for another.
    #[pyo3(signature = (audience, cx, *, confidence=0.95))]
    pub(crate) fn estimate(
        &self,
        py: Python<'_>,
        audience: AudienceArgument,
        cx: &EvalContext,
        confidence: f64,
    ) -> PyResult<Estimate> {
        let confidence = Confidence::new(confidence).ok_or_else(|| {
            PyValueError::new_err(format!("expected a number above 0 and below 1 for `confidence`, found {confidence}"))
        })?;
        briefly(py, || self.0.estimate(audience.get(), &cx.0, confidence)).map(Estimate)
    }

    /// Those who were drawn.
    #[getter]
    fn table(&self) -> Table {
        self.0.table().clone().into()
    }

    /// How many contacts the population has.
    #[getter]
    fn population(&self) -> u64 {
        self.0.drawn().population
    }

    fn __len__(&self) -> usize {
        self.0.table().len()
    }

    fn __repr__(&self) -> String {
        let [drawn, population] = [self.0.table().len() as u64, self.population()].map(headcount_page::thousands);
        format!("<Sample: {drawn} of {population} contacts>")
    }
}

impl Sample {
    /// A sample of a table's contacts.
    pub(crate) fn of(
        py: Python<'_>,
        table: &headcount::Table,
        contacts: Option<u64>,
        fraction: Option<f64>,
        seed: u64,
    ) -> PyResult<Self> {
        let take = match (contacts, fraction) {
            (Some(contacts), None) => SampleSize::Contacts(contacts),
            (None, Some(fraction)) => SampleSize::Fraction(Fraction::new(fraction).ok_or_else(|| {
                PyValueError::new_err(format!(
                    "expected a number above 0 and at most 1 for `fraction`, found {fraction}"
                ))
            })?),
            _ => {
                return Err(PyValueError::new_err("expected either `contacts` or `fraction`: how much is to be drawn"));
            }
        };
        let drawn = at_length(py, |stop| {
            let mut builder = SampleBuilder::new(take, seed);
            table.contacts().take_while(|_| !stop.is_stopped()).for_each(|contact| builder.push(contact));
            builder.build()
        });
        drawn.map(Self)
    }
}
