//! Files of contact records into a table.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use headcount::records::{Format, Input, NameMap, OnError, Packing, Separator, refuse_unfit_columns};
use headcount::{Errors, Notes, RecordReader, StopToken, TableBuilder};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::audience::AudienceArguments;
use crate::data::data;
use crate::problems::{Note, Problem, record_error};
use crate::work::watched;

/// How records are to be read, as the keywords of `Table.read` and `Table.from_arrow` say it.
#[derive(Default)]
pub(crate) struct Options<'o> {
    pub(crate) audiences: Option<&'o AudienceArguments>,
    pub(crate) on_error: Option<&'o str>,
    pub(crate) format: Option<&'o str>,
    pub(crate) packing: Option<&'o str>,
    pub(crate) threads: Option<usize>,
    pub(crate) names: Option<BTreeMap<String, String>>,
    pub(crate) epoch: Option<&'o str>,
    pub(crate) separator: Option<&'o str>,
    pub(crate) nulls: Option<Vec<String>>,
    pub(crate) phones: Option<&'o str>,
}

impl Options<'_> {
    fn audiences(&self) -> impl Iterator<Item = &headcount::Audience> {
        self.audiences.into_iter().flat_map(AudienceArguments::iter)
    }

    fn names(&self) -> PyResult<Option<NameMap>> {
        let Some(given) = &self.names else { return Ok(None) };
        let mut names = NameMap::default();
        for (name, field) in given {
            names.insert(name, field).map_err(|error| PyValueError::new_err(error.to_string()))?;
        }
        Ok(Some(names))
    }

    fn reader(&self, names: Option<NameMap>) -> PyResult<RecordReader> {
        let refused = |error: &dyn std::error::Error| PyValueError::new_err(error.to_string());
        let threads = self.threads.unwrap_or_else(rayon::current_num_threads);
        let mut reader = RecordReader::new().threads(threads).for_audiences(self.audiences());
        if let Some(on_error) = self.on_error {
            let choices = [("fail", OnError::Fail), ("skip", OnError::Skip)];
            reader = reader.on_error(one_of("on_error", on_error, &choices)?);
        }
        if let Some(format) = self.format {
            let formats = [
                ("json", Format::Json),
                ("ndjson", Format::Ndjson),
                ("csv", Format::Csv),
                ("parquet", Format::Parquet),
                ("image", Format::Image),
            ];
            reader = reader.format(one_of("format", format, &formats)?);
        }
        if let Some(packing) = self.packing {
            let packings = [("none", Packing::None), ("gzip", Packing::Gzip), ("zstd", Packing::Zstd)];
            reader = reader.packing(one_of("packing", packing, &packings)?);
        }
        if let Some(names) = names {
            reader = reader.names(names);
        }
        if let Some(unit) = self.epoch {
            reader = reader.epoch(unit.parse().map_err(|error| refused(&error))?);
        }
        if let Some(separator) = self.separator {
            reader = reader.separator(separator.parse::<Separator>().map_err(|error| refused(&error))?);
        }
        if let Some(nulls) = &self.nulls {
            reader = reader.nulls(nulls);
        }
        if let Some(region) = self.phones {
            reader = reader.phones(region.parse().map_err(|error| refused(&error))?);
        }
        Ok(reader)
    }
}

/// The value of a name.
fn one_of<T: Copy>(keyword: &str, name: &str, known: &[(&str, T)]) -> PyResult<T> {
    known.iter().find(|(known, _)| *known == name).map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        PyValueError::new_err(format!("expected one of `{}` for `{keyword}`, found `{name}`", names.join("`, `")))
    })
}

/// A population in columns, and how it came to be.
pub(crate) struct Loaded {
    pub(crate) table: headcount::Table,
    pub(crate) reports: Vec<headcount::records::ReadReport>,
    names: Option<NameMap>,
}

impl Loaded {
    /// What is to be heard of the records, and of names that were mapped and that no file has.
    pub(crate) fn notes(&self, options: &Options<'_>) -> Notes {
        let mut notes = self.table.notes(options.audiences());
        notes.extend(self.names.iter().flat_map(NameMap::not_found));
        notes
    }
}

/// Reads inputs as one population.
pub(crate) fn load(
    py: Python<'_>,
    inputs: Vec<Input<'static>>,
    options: &Options<'_>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Loaded> {
    let names = options.names()?;
    let reader = options.reader(names.clone())?;
    let bytes = Arc::new(AtomicU64::new(0));
    let told = told(py, progress)?;
    let total = bytes_in(&inputs);
    let tell = || match &told {
        Some(told) => told.call1((bytes.load(Ordering::Relaxed), total)).map(drop),
        None => Ok(()),
    };
    let loaded = watched(py, |stop| read(inputs, &reader.clone().stop(stop), &bytes, options, stop), |_| tell());
    if let Some(finished) = told.as_ref().map(|told| told.getattr_opt("close")).transpose()?.flatten() {
        finished.call0()?;
    }
    match loaded? {
        Ok((table, reports)) => Ok(Loaded { table, reports, names }),
        Err(ReadFailure::Records(errors)) => Err(record_error(py, &errors, "")),
        Err(ReadFailure::Stopped(stopped)) => Err(PyRuntimeError::new_err(stopped.to_string())),
    }
}

/// The function that is told how far it is, if any is.
fn told<'py>(py: Python<'py>, progress: Option<&Bound<'py, PyAny>>) -> PyResult<Option<Bound<'py, PyAny>>> {
    static BAR: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let wanted: Option<bool> = match progress {
        Some(function) if function.is_callable() => return Ok(Some(function.clone())),
        Some(wanted) => Some(wanted.extract()?),
        None => None,
    };
    let bar = BAR.import(py, "headcount._progress", "bar")?.call1((wanted,))?;
    Ok(Some(bar).filter(|bar| !bar.is_none()))
}

enum ReadFailure {
    Records(Errors),
    Stopped(headcount::error::Stopped),
}

type ReadOutcome = Result<(headcount::Table, Vec<headcount::records::ReadReport>), ReadFailure>;

/// Reads input after input: what is wrong with any of them is told at once.
fn read(
    inputs: Vec<Input<'static>>,
    reader: &RecordReader,
    bytes: &Arc<AtomicU64>,
    options: &Options<'_>,
    stop: &StopToken,
) -> ReadOutcome {
    let mut builder = TableBuilder::default();
    let (mut reports, mut problems) = (Vec::new(), Vec::new());
    for input in inputs {
        let name = input.name().to_owned();
        let (before, here) = (bytes.load(Ordering::Relaxed), Arc::clone(bytes));
        let reader = reader.clone().progress(move |read| here.store(before + read, Ordering::Relaxed));
        let report = reader.read_into(input, &mut builder).and_then(|report| {
            refuse_unfit_columns([(&*name, &report)], options.audiences())?;
            Ok(report)
        });
        match report {
            Ok(report) => reports.push(report),
            Err(errors) => problems.extend(errors),
        }
    }
    match Errors::from_problems(problems) {
        Some(errors) => Err(ReadFailure::Records(errors)),
        None => builder.build_until(stop).map(|table| (table, reports)).map_err(ReadFailure::Stopped),
    }
}

/// The files at all paths.
pub(crate) fn files(py: Python<'_>, paths: &[PathBuf]) -> PyResult<Vec<Input<'static>>> {
    let (mut inputs, mut problems) = (Vec::new(), Vec::new());
    for path in paths {
        match Input::files(path) {
            Ok(files) => inputs.extend(files),
            Err(errors) => problems.extend(errors),
        }
    }
    Errors::from_problems(problems).map_or(Ok(inputs), |errors| Err(record_error(py, &errors, "")))
}

/// How many bytes there are to read, if every input can tell.
fn bytes_in(inputs: &[Input<'_>]) -> Option<u64> {
    let size =
        |input: &Input<'_>| fs::metadata(input.path()?).ok().filter(fs::Metadata::is_file).map(|file| file.len());
    inputs.iter().map(size).sum()
}

/// What was read of a file.
///
/// - `records`, `skipped`: how many records were read, and how many left out because they are invalid.
/// - `problems`: what is wrong with those left out; the first hundred.
/// - `notes`: what is to be heard of the file.
///
/// >>> Table.read("examples/contacts.json").reports[0].skipped
/// 0
#[pyclass(frozen, module = "headcount")]
pub struct ReadReport(pub(crate) headcount::records::ReadReport);

#[pymethods]
impl ReadReport {
    #[getter]
    fn records(&self) -> u64 {
        self.0.records
    }

    #[getter]
    fn skipped(&self) -> u64 {
        self.0.skipped
    }

    #[getter]
    fn problems(&self) -> Vec<Problem> {
        self.0.problems.as_ref().map(Problem::errors).unwrap_or_default()
    }

    #[getter]
    fn notes(&self) -> Vec<Note> {
        Note::all(&self.0.notes)
    }

    /// How many pages of the contacts API were read, and of how many; None where the file has no pages.
    #[getter]
    fn pages<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.0.pages.map(|pages| data(py, &pages)).transpose()
    }

    fn __repr__(&self) -> String {
        format!("<ReadReport: {} records, {} skipped>", self.0.records, self.0.skipped)
    }
}
