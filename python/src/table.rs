//! Populations in columns.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use headcount::TableBuilder;
use headcount::analysis::{UntracedChange, UntracedChanges};
use headcount::error::Stopped;
use headcount::records::{Input, ReadReport};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::arrow::Batches;
use crate::audience::{AudienceArgument, AudienceArguments};
use crate::contact::ContactArgument;
use crate::context::EvalContext;
use crate::data::{data, instant};
use crate::members::Members;
use crate::problems::{Note, filter_error, record_error};
use crate::read::{self, Options};
use crate::results::{
    breakdown::Breakdown, description::Description, estimate::Estimate, overlap::Overlap,
    reconciliation::Reconciliation, size::Size, timeline::Timeline,
};
use crate::sample::Sample;
use crate::work::{at_length, briefly};

/// A population in columns: built once, counted often.
///
/// `Table.read` reads files; `Table(contacts)` takes in dictionaries or `Contact`s, one by one. A table does not change, and
/// several threads may ask it at once. `len(table)` is how many contacts there are.
///
/// An audience is an `Audience`, a `Filter` on all lists, or the text of one. Whatever takes long is stopped by Ctrl-C.
///
/// >>> table = Table([
/// ...     {"phone_number": "+14155550101", "list_id": 101, "click_count": 5},
/// ...     {"phone_number": "+14155550102", "list_id": 101, "click_count": 1}])
/// >>> table.size("click_count >= 3", EvalContext("2025-11-15T08:30:00Z")).value
/// 1
#[pyclass(frozen, module = "headcount")]
pub struct Table {
    pub(crate) table: headcount::Table,
    reports: Vec<ReadReport>,
}

impl From<headcount::Table> for Table {
    fn from(table: headcount::Table) -> Self {
        Self { table, reports: Vec::new() }
    }
}

#[pymethods]
impl Table {
    #[new]
    #[pyo3(signature = (contacts=None))]
    fn new(py: Python<'_>, contacts: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let mut builder = TableBuilder::default();
        if let Some(contacts) = contacts {
            for contact in contacts.try_iter()? {
                builder.push(contact?.extract::<ContactArgument>()?.get());
            }
        }
        match at_length(py, |stop| builder.build_until(stop))? {
            Ok(table) => Ok(table.into()),
            Err(stopped) => Err(unexpected(stopped)),
        }
    }

    /// Reads files of contact records into one table: JSON, NDJSON, CSV, Parquet or images, plain or packed with gzip or zstd,
    /// told apart by their content. A folder is all files of records in it, and `-` is standard input.
    ///
    /// - `paths`: one path, or several.
    /// - `audiences`: what will be asked, so that notes tell where values stand that cannot be compared.
    /// - `on_error`: `"fail"`, or `"skip"` to leave out invalid records, which are counted and told in `Table.reports`.
    /// - `format`: `"json"`, `"ndjson"`, `"csv"`, `"parquet"` or `"image"`, where it is not to be found out.
    /// - `packing`: `"none"`, `"gzip"` or `"zstd"`, where it is not to be found out.
    /// - `threads`: how many parse at once; as many as there are cores.
    /// - `names`: what names of columns mean that are not the platform's, as in `{"Phone": "phone_number"}`.
    /// - `epoch`: what numbers count that stand for times: `"s"`, `"ms"` or `"us"`.
    /// - `separator`: what stands between cells of CSV, where the header cannot show it.
    /// - `nulls`: texts of CSV that are no value, such as `["NULL", "N/A"]`.
    /// - `phones`: the region, such as `"US"`, of phone numbers without a country code; all are then read as E.164.
    /// - `progress`: True or False for a bar or none, or a function that is called with the bytes read and the bytes in all
    ///   (None where that is not known). By default there is a bar in a terminal and in a notebook, once it takes long.
    ///
    /// What is to be heard of the records is said by warnings of the class `NoteWarning`. Raises `RecordError` with every
    /// problem of every file.
    ///
    /// >>> table = Table.read("examples/contacts.json")
    /// >>> len(table), table.memberships
    /// (9, 12)
    #[staticmethod]
    #[pyo3(signature = (
        paths, *, audiences=None, on_error="fail", format=None, packing=None, threads=None, names=None, epoch=None,
        separator=None, nulls=None, phones=None, progress=None,
    ))]
    #[expect(clippy::too_many_arguments, reason = "each is a keyword of Python")]
    fn read(
        py: Python<'_>,
        paths: Paths,
        audiences: Option<AudienceArguments>,
        on_error: &str,
        format: Option<&str>,
        packing: Option<&str>,
        threads: Option<usize>,
        names: Option<BTreeMap<String, String>>,
        epoch: Option<&str>,
        separator: Option<&str>,
        nulls: Option<Vec<String>>,
        phones: Option<&str>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let options = Options {
            on_error: Some(on_error),
            format,
            packing,
            threads,
            names,
            epoch,
            separator,
            nulls,
            phones,
            audiences: audiences.as_ref(),
        };
        Self::load(py, read::files(py, &paths.0)?, &options, progress)
    }

    /// Takes in whatever hands on Arrow by `__arrow_c_stream__` or `__arrow_c_array__`: a frame of Polars or pandas, a table
    /// or a reader of pyarrow, a relation of DuckDB. Its values do not become objects of Python on the way.
    ///
    /// A row is a membership, with its contact's fields beside it; columns are named as those of Parquet are. The keywords
    /// are some of those of `Table.read`. Errors count rows from 1 over all batches.
    ///
    /// What is to be heard of the records is said by warnings of the class `NoteWarning`. Raises `RecordError` with every
    /// problem, and `TypeError` for an object that hands on no Arrow.
    ///
    /// >>> rows = Table.read("examples/contacts.json").members("click_count >= 3", EvalContext("2025-11-15T08:30:00Z"))
    /// >>> len(Table.from_arrow(rows))     # who is in an audience is Arrow too
    /// 6
    #[staticmethod]
    #[pyo3(signature = (
        data, *, audiences=None, on_error="fail", threads=None, names=None, epoch=None, phones=None, progress=None,
    ))]
    #[expect(clippy::too_many_arguments, reason = "each is a keyword of Python")]
    fn from_arrow(
        py: Python<'_>,
        data: Batches,
        audiences: Option<AudienceArguments>,
        on_error: &str,
        threads: Option<usize>,
        names: Option<BTreeMap<String, String>>,
        epoch: Option<&str>,
        phones: Option<&str>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let options = Options {
            on_error: Some(on_error),
            threads,
            names,
            epoch,
            phones,
            audiences: audiences.as_ref(),
            ..Options::default()
        };
        Self::load(py, vec![Input::batches("arrow", data.0)], &options, progress)
    }

    /// Saves the table as an image, a file that `Table.open` opens at once, however large it is.
    ///
    /// The file is written under another name beside its own, and moved: a save that fails leaves a former file as it was.
    /// Images are for the machine's own kind and for this version of the format, and no archive. Raises `OSError`.
    ///
    /// >>> import tempfile, pathlib
    /// >>> path = pathlib.Path(tempfile.mkdtemp()) / "contacts.headcount"
    /// >>> Table([{"phone_number": "+14155550101"}]).save(path)
    /// >>> Table.open(path)
    /// <Table: 1 contacts, 1 memberships>
    fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        Ok(at_length(py, |_| self.table.save(&path))??)
    }

    /// Opens a table that was saved: its columns are mapped, and read as they are asked for.
    ///
    /// The file may be replaced meanwhile as `Table.save` does it; it must not be written in place. `Table.read` reads images
    /// too, beside files of other forms. Raises `RecordError` for what is no image, is damaged, or is of another version.
    #[staticmethod]
    fn open(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let table = at_length(py, |_| headcount::Table::open(&path))?;
        table.map(Self::from).map_err(|errors| record_error(py, &errors, ""))
    }

    /// How many memberships there are.
    #[getter]
    fn memberships(&self) -> u64 {
        self.table.memberships()
    }

    /// How many memberships were replaced by a later record for the same contact and list.
    #[getter]
    fn replaced(&self) -> u64 {
        self.table.replaced()
    }

    /// How many bytes it takes.
    #[getter]
    fn nbytes(&self) -> usize {
        self.table.memory().total()
    }

    /// What was read of each file, in their order; empty where none was.
    #[getter]
    fn reports(&self) -> Vec<read::ReadReport> {
        self.reports.iter().cloned().map(read::ReadReport).collect()
    }

    /// The contact of a phone number, as a dictionary with its `lists`; None where there is none.
    fn get<'py>(&self, py: Python<'py>, phone_number: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.table.get(phone_number).map(|contact| data(py, &contact)).transpose()
    }

    /// What is to be heard of the data, once it is known which audiences are asked.
    #[pyo3(signature = (audiences=None))]
    fn notes(&self, py: Python<'_>, audiences: Option<AudienceArguments>) -> PyResult<Vec<Note>> {
        let notes = at_length(py, |_| self.table.notes(audiences.iter().flat_map(AudienceArguments::iter)))?;
        Ok(Note::all(&notes))
    }

    /// How many are in an audience: contacts, or memberships, as the readings of `cx` ask.
    fn size(&self, py: Python<'_>, audience: AudienceArgument, cx: &EvalContext) -> PyResult<Size> {
        briefly(py, || self.table.size(audience.get(), &cx.0)).map(Size)
    }

    /// How many are in each of several audiences, in one pass.
    ///
    /// >>> table = Table([{"phone_number": "+14155550101", "on_dnc": True}])
    /// >>> [size.value for size in table.sizes(["on_dnc", "not on_dnc"], EvalContext("2025-11-15T08:30:00Z"))]
    /// [1, 0]
    fn sizes(&self, py: Python<'_>, audiences: AudienceArguments, cx: &EvalContext) -> PyResult<Vec<Size>> {
        let sizes = at_length(py, |stop| self.table.stoppable(stop).sizes(audiences.iter(), &cx.0))?;
        Ok(sizes.map_err(unexpected)?.into_iter().map(Size).collect())
    }

    /// The contacts in an audience.
    fn members(&self, py: Python<'_>, audience: AudienceArgument, cx: &EvalContext) -> PyResult<Members> {
        briefly(py, || self.table.members(audience.get(), &cx.0)).map(Members)
    }

    /// Why an audience is as large as it is: who is left at each step, and what each part of its filter does.
    ///
    /// >>> table = Table([{"phone_number": "+14155550101", "click_count": 5, "on_dnc": True}])
    /// >>> table.explain("click_count >= 3", EvalContext("2025-11-15T08:30:00Z")).on_dnc
    /// 1
    fn explain(&self, py: Python<'_>, audience: AudienceArgument, cx: &EvalContext) -> PyResult<Breakdown> {
        let breakdown = at_length(py, |stop| self.table.stoppable(stop).breakdown(audience.get(), &cx.0))?;
        breakdown.map(Breakdown).map_err(unexpected)
    }

    /// How audiences overlap: how many contacts are in exactly which of them.
    ///
    /// >>> table = Table([{"phone_number": "+14155550101", "click_count": 5, "on_dnc": True}])
    /// >>> table.compare(["click_count >= 3", "on_dnc"], EvalContext("2025-11-15T08:30:00Z")).in_all
    /// 1
    fn compare(&self, py: Python<'_>, audiences: AudienceArguments, cx: &EvalContext) -> PyResult<Overlap> {
        let overlap = at_length(py, |stop| self.table.stoppable(stop).compare(audiences.iter(), &cx.0))?;
        Ok(Overlap { overlap: overlap.map_err(unexpected)?, labels: audiences.labels() })
    }

    /// What the size of an audience will be until an instant, if nothing happens but that time goes by.
    ///
    /// >>> table = Table([{"phone_number": "+14155550101", "last_clicked_at": "2025-11-01T00:00:00Z"}])
    /// >>> timeline = table.timeline("last_clicked_at within 30 days", EvalContext("2025-11-15T08:30:00Z"), "2026-01-01")
    /// >>> timeline.first, timeline.extremes
    /// (1, (0, 1))
    fn timeline(
        &self,
        py: Python<'_>,
        audience: AudienceArgument,
        cx: &EvalContext,
        to: &Bound<'_, PyAny>,
    ) -> PyResult<Timeline> {
        let to = instant(to)?;
        let timeline = at_length(py, |stop| self.table.stoppable(stop).timeline(audience.get(), &cx.0, to))?;
        timeline.map(Timeline).map_err(unexpected)
    }

    /// The instant until which the size of an audience stays as it is, if nothing happens but that time goes by; None if
    /// it always does.
    fn valid_until(
        &self,
        py: Python<'_>,
        audience: AudienceArgument,
        cx: &EvalContext,
    ) -> PyResult<Option<DateTime<Utc>>> {
        let until = at_length(py, |stop| self.table.stoppable(stop).valid_until(audience.get(), &cx.0))?;
        until.map_err(unexpected)
    }

    /// Holds the cached sizes of audiences against the records: what each can have been at its instant, under every reading.
    ///
    /// `unchanged` names what is known not to have changed without a trace since: `"subscription"`, `"on_dnc"`, `"flags"`,
    /// `"texts"`, `"custom_fields"`, `"activity"`, `"memberships"`. Raises `ValueError` for any other text, and
    /// `FilterError` for a filter that nests too deep to be bounded.
    ///
    /// >>> table = Table([{"phone_number": "+14155550101", "list_id": 7, "click_count": 1, "last_clicked_at": "2025-11-01"}])
    /// >>> cached = Audience("click_count >= 1", cached_size=1, cached_size_updated_at="2025-11-10")
    /// >>> table.reconcile([cached], EvalContext("2025-11-15T08:30:00Z")).audiences[0]["verdict"]
    /// 'explained'
    #[pyo3(signature = (audiences, cx, *, unchanged=vec![]))]
    fn reconcile(
        &self,
        py: Python<'_>,
        audiences: AudienceArguments,
        cx: &EvalContext,
        unchanged: Vec<String>,
    ) -> PyResult<Reconciliation> {
        let unchanged = unchanged.iter().map(|name| untraced(name)).collect::<PyResult<UntracedChanges>>()?;
        let given: Vec<headcount::Audience> = audiences.iter().cloned().collect();
        let reconciliation = at_length(py, |_| self.table.reconcile(&given, &cx.0, unchanged))?;
        let reconciliation = reconciliation.map_err(|errors| filter_error(py, &errors, ""))?;
        Ok(Reconciliation { reconciliation, labels: audiences.labels() })
    }

    /// A sample of the contacts, drawn by their phone numbers: `contacts` of them, or about the `fraction` of them; the same
    /// for the same seed, whatever the order of the records.
    ///
    /// >>> table = Table([{"phone_number": f"+1415555{n:04}", "click_count": n % 2} for n in range(1000)])
    /// >>> estimate = table.sample(contacts=200).estimate("click_count = 1", EvalContext("2025-11-15T08:30:00Z"))
    /// >>> estimate.low <= 500 <= estimate.high
    /// True
    #[pyo3(signature = (*, contacts=None, fraction=None, seed=42))]
    fn sample(&self, py: Python<'_>, contacts: Option<u64>, fraction: Option<f64>, seed: u64) -> PyResult<Sample> {
        Sample::of(py, &self.table, contacts, fraction, seed)
    }

    /// The size of an audience to the best of a sample's knowledge: `Table.sample`, then `Sample.estimate`.
    #[pyo3(signature = (audience, cx, *, contacts=None, fraction=None, seed=42, confidence=0.95))]
    #[expect(clippy::too_many_arguments, reason = "each is a keyword of Python")]
    fn estimate(
        &self,
        py: Python<'_>,
        audience: AudienceArgument,
        cx: &EvalContext,
        contacts: Option<u64>,
        fraction: Option<f64>,
        seed: u64,
        confidence: f64,
    ) -> PyResult<Estimate> {
        self.sample(py, contacts, fraction, seed)?.estimate(py, audience, cx, confidence)
    }

    /// What is in the table before anything is asked: its columns and their values, its lists, its phone numbers, and what
    /// was not read.
    ///
    /// >>> Table([{"phone_number": "+14155550101", "list_id": 101}]).describe().lists
    /// [{'list_id': 101, 'contacts': 1, 'memberships': 1, 'active': 1}]
    fn describe(&self, py: Python<'_>) -> PyResult<Description> {
        at_length(py, |_| self.table.describe().with_reports(&self.reports)).map(Description)
    }

    fn __len__(&self) -> usize {
        self.table.len()
    }

    fn __contains__(&self, phone_number: &str) -> bool {
        self.table.get(phone_number).is_some()
    }

    fn __repr__(&self) -> String {
        let [contacts, memberships] =
            [self.table.len() as u64, self.table.memberships()].map(headcount_page::thousands);
        format!("<Table: {contacts} contacts, {memberships} memberships>")
    }
}

impl Table {
    /// Reads inputs as one population, and warns of what is to be heard of them.
    fn load(
        py: Python<'_>,
        inputs: Vec<Input<'static>>,
        options: &Options<'_>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let loaded = read::load(py, inputs, options, progress)?;
        Note::warn(py, &loaded.notes(options))?;
        Ok(Self { table: loaded.table, reports: loaded.reports })
    }
}

/// What was stopped though nobody stopped it: whoever does has his exception.
fn unexpected(stopped: Stopped) -> PyErr {
    PyRuntimeError::new_err(stopped.to_string())
}

fn untraced(name: &str) -> PyResult<UntracedChange> {
    UntracedChange::ALL.into_iter().find(|change| change.name() == name).ok_or_else(|| {
        let known = UntracedChange::ALL.map(UntracedChange::name).join("`, `");
        PyValueError::new_err(format!("expected one of `{known}` for `unchanged`, found `{name}`"))
    })
}

/// One path or several, each a text or an `os.PathLike`.
struct Paths(Vec<PathBuf>);

impl<'a, 'py> FromPyObject<'a, 'py> for Paths {
    type Error = PyErr;

    fn extract(given: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        if given.is_instance_of::<PyString>() || given.hasattr("__fspath__")? {
            return Ok(Self(vec![given.extract()?]));
        }
        given.try_iter()?.map(|path| path?.extract()).collect::<PyResult<_>>().map(Self)
    }
}
