//! What a size will be.

use chrono::{DateTime, TimeDelta, Utc};
use headcount::analysis::Change;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use serde::Serialize;

use crate::arrow::Batches;
use crate::context::Semantics;
use crate::data::{data, instant};

/// The size of an audience from one instant to another, if nothing happens but that time goes by. A notebook shows a chart.
///
/// >>> table = Table([{"phone_number": "+14155550101", "last_clicked_at": "2025-11-01T00:00:00Z"}])
/// >>> timeline = table.timeline("last_clicked_at within 30 days", EvalContext("2025-11-15T08:30:00Z"), "2026-01-01")
/// >>> timeline
/// <Timeline: 1 changes from 2025-11-15T08:30:00Z to 2026-01-01T00:00:00Z, between 0 and 1>
/// >>> timeline.at("2025-12-24T18:00:00Z")
/// 0
/// >>> [(str(at), value) for at, value in timeline.changes]
/// [('2025-12-01 00:00:00.000001+00:00', 0)]
#[pyclass(frozen, eq, module = "headcount")]
#[derive(PartialEq)]
pub struct Timeline(pub(crate) headcount::analysis::Timeline);

/// A timeline as it serializes.
#[derive(Serialize)]
struct Told {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    semantics: headcount::Semantics,
    fingerprint: headcount::Fingerprint,
    sizes: Vec<Change>,
}

fn pairs(changes: impl Iterator<Item = Change>) -> Vec<(DateTime<Utc>, u64)> {
    changes.map(|change| (change.at, change.value)).collect()
}

#[pymethods]
impl Timeline {
    /// The instant that counts as now at first, in UTC.
    #[getter]
    fn start(&self) -> DateTime<Utc> {
        self.0.from
    }

    /// The last instant that counts as now, in UTC.
    #[getter]
    fn end(&self) -> DateTime<Utc> {
        self.0.to
    }

    /// The readings that were taken.
    #[getter]
    fn semantics(&self) -> Semantics {
        Semantics(self.0.semantics)
    }

    /// What the filter asks.
    #[getter]
    fn fingerprint(&self) -> String {
        self.0.fingerprint.to_string()
    }

    /// The size at `start`.
    #[getter]
    fn first(&self) -> u64 {
        self.0.first()
    }

    /// The instants at which the size changes, to the microsecond, each with the size from there on.
    #[getter]
    fn changes(&self) -> Vec<(DateTime<Utc>, u64)> {
        pairs(self.0.changes())
    }

    /// The least size, and the greatest.
    #[getter]
    fn extremes(&self) -> (u64, u64) {
        self.0.extremes()
    }

    /// The size at an instant; None before `start` and after `end`.
    fn at(&self, now: &Bound<'_, PyAny>) -> PyResult<Option<u64>> {
        Ok(self.0.at(instant(now)?))
    }

    /// The sizes at `start` and at every `step`, a `timedelta`, after it; none where that is no time or less.
    ///
    /// >>> from datetime import timedelta
    /// >>> timeline = Table([]).timeline("has_revenue", EvalContext("2025-11-15T08:30:00Z"), "2025-11-22T08:30:00Z")
    /// >>> len(timeline.every(timedelta(days=1)))
    /// 8
    fn every(&self, step: TimeDelta) -> Vec<(DateTime<Utc>, u64)> {
        pairs(self.0.every(step))
    }

    /// `from`, `to`, `semantics`, `fingerprint`, and the `sizes`, each with the instant that it begins `at`.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let headcount::analysis::Timeline { from, to, semantics, fingerprint, .. } = self.0;
        data(py, &Told { from, to, semantics, fingerprint, sizes: self.0.every_change().collect() })
    }

    /// The sizes as Arrow: each, and the instant that it begins at.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        Batches::from(headcount::arrow::timeline(&self.0)).into_capsule(py)
    }

    fn _repr_html_(&self) -> String {
        headcount_page::embedded(&headcount_page::timeline(&self.0))
    }

    fn __repr__(&self) -> String {
        let [from, to] = [self.0.from, self.0.to].map(headcount_page::instant);
        let (least, most) = self.0.extremes();
        let [changes, least, most] = [self.0.changes().len() as u64, least, most].map(headcount_page::thousands);
        format!("<Timeline: {changes} changes from {from} to {to}, between {least} and {most}>")
    }
}
