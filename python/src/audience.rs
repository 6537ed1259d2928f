//! Audiences, and whatever may stand for one.

use chrono::{DateTime, Utc};
use headcount::Errors;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};

use crate::contact::ContactArgument;
use crate::context::EvalContext;
use crate::data::{data, instant, json};
use crate::filter::Filter;
use crate::problems::{Problem, filter_error};
use crate::results::explanation::Explanation;
use crate::sql::{Statement, statement};

/// A filter, and the lists that it is asked on.
///
/// - `filter`: who is in it, as a `Filter` or as text.
/// - `source_lists`: the ids of the lists whose memberships are asked; empty is all lists, and memberships without a list too.
/// - `name`, `id`, `description`, `status` (`"active"` or `"archived"`), `created_at`: as the platform has them.
/// - `cached_size`, `cached_size_updated_at`: the size that the platform last computed, and when.
///
/// Raises `FilterError` for a text that is no filter, and `ValueError` for a `datetime` without a time zone.
///
/// >>> audience = Audience("click_count >= 3", source_lists=[101], name="Clickers")
/// >>> cx = EvalContext("2025-11-15T08:30:00Z")
/// >>> audience.contains({"phone_number": "+14155550101", "list_id": 101, "click_count": 5}, cx)
/// True
#[pyclass(frozen, eq, module = "headcount")]
#[derive(PartialEq)]
pub struct Audience(pub(crate) headcount::Audience);

#[pymethods]
impl Audience {
    #[new]
    #[pyo3(signature = (
        filter, source_lists=vec![], *, name=None, id=None, description=None, cached_size=None,
        cached_size_updated_at=None, status="active", created_at=None,
    ))]
    #[expect(clippy::too_many_arguments, reason = "each is a keyword of Python")]
    fn new(
        filter: AudienceArgument,
        source_lists: Vec<i64>,
        name: Option<String>,
        id: Option<String>,
        description: Option<String>,
        cached_size: Option<u64>,
        cached_size_updated_at: Option<Bound<'_, PyAny>>,
        status: &str,
        created_at: Option<Bound<'_, PyAny>>,
        py: Python<'_>,
    ) -> PyResult<Self> {
        let at = |at: Option<Bound<'_, PyAny>>| at.as_ref().map(instant).transpose();
        Ok(Self(headcount::Audience {
            id,
            name,
            description,
            source_lists,
            filter: filter.get().filter.clone(),
            cached_size,
            cached_size_updated_at: at(cached_size_updated_at)?,
            status: status.parse().map_err(|errors| filter_error(py, &errors, ""))?,
            created_at: at(created_at)?,
        }))
    }

    /// Reads one audience as the platform delivers it: a text, or what `json` makes of one. Keys that mean nothing are
    /// ignored, but for those of the filter.
    ///
    /// Raises `FilterError` with every problem.
    ///
    /// >>> Audience.from_json('{"name": "Buyers", "filter": {"operator": "AND", "conditions": ['
    /// ...     '{"conditionType": "revenue", "field": "has_revenue", "operator": "eq", "value": true}]}}').name
    /// 'Buyers'
    #[staticmethod]
    fn from_json(source: &Bound<'_, PyAny>) -> PyResult<Self> {
        let text = json(source)?;
        headcount::Audience::from_json(&text).map(Self).map_err(|errors| filter_error(source.py(), &errors, &text))
    }

    /// Reads every audience of a text: a filter as text or as JSON, an audience, an array of either, a page of the API.
    ///
    /// Raises `FilterError` with every problem.
    ///
    /// >>> len(Audience.read_all('{"audiences": []}'))
    /// 0
    #[staticmethod]
    fn read_all(py: Python<'_>, source: &str) -> PyResult<Vec<Self>> {
        let read = headcount::Audience::read_all(source);
        read.map(|all| all.into_iter().map(Self).collect()).map_err(|errors| filter_error(py, &errors, source))
    }

    /// Who is in it.
    #[getter]
    fn filter(&self) -> Filter {
        Filter(self.0.filter.clone())
    }

    /// The lists whose memberships are asked; empty is all.
    #[getter]
    fn source_lists(&self) -> Vec<i64> {
        self.0.source_lists.clone()
    }

    /// What its owner calls it.
    #[getter]
    fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// The platform's id.
    #[getter]
    fn id(&self) -> Option<&str> {
        self.0.id.as_deref()
    }

    /// What its owner says of it.
    #[getter]
    fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// The size that the platform last computed.
    #[getter]
    fn cached_size(&self) -> Option<u64> {
        self.0.cached_size
    }

    /// When it did, in UTC.
    #[getter]
    fn cached_size_updated_at(&self) -> Option<DateTime<Utc>> {
        self.0.cached_size_updated_at
    }

    /// `"active"` or `"archived"`.
    #[getter]
    fn status(&self) -> &'static str {
        self.0.status.as_str()
    }

    /// When it was made, in UTC.
    #[getter]
    fn created_at(&self) -> Option<DateTime<Utc>> {
        self.0.created_at
    }

    /// An expression of Polars that is true in the rows of memberships that the audience matches: a frame has a row for each
    /// membership, with columns as `Table.from_arrow` takes them. This library answers it, from all rows at once, so that
    /// `df.filter`, `df.with_columns` and lazy frames take it, and only the columns that are asked are read.
    ///
    /// Of rows for one contact and list the last counts. What is to be heard of the records is said by warnings of the class
    /// `NoteWarning`, and what is wrong with them is a `RecordError`. It needs Polars.
    ///
    /// >>> import polars as pl
    /// >>> df = pl.DataFrame({"phone_number": ["+14155550101", "+14155550102"], "list_id": [101, 101], "click_count": [5, 1]})
    /// >>> df.filter(Audience("click_count >= 3").to_polars(EvalContext("2025-11-15T08:30:00Z")))["phone_number"].to_list()
    /// ['+14155550101']
    fn to_polars<'py>(slf: &Bound<'py, Self>, cx: &Bound<'py, EvalContext>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("headcount._polars")?.call_method1("expression", (slf, cx))
    }

    /// The names of the columns of records that it takes to tell who is in.
    ///
    /// >>> Audience("click_count >= 3").columns
    /// ['active', 'click_count', 'list_id', 'phone_number']
    #[getter]
    fn columns(&self) -> Vec<String> {
        self.0.columns().into_iter().collect()
    }

    /// Whether a contact is in the audience: the definition, slow and obvious.
    ///
    /// The contact is a `Contact`, a dictionary in the form of the contacts API, or the JSON of one.
    ///
    /// Raises `RecordError` for a record that is none.
    fn contains(&self, contact: ContactArgument, cx: &EvalContext) -> bool {
        self.0.contains(contact.get(), &cx.0)
    }

    /// Why a contact is in the audience, or is not: what each condition found.
    ///
    /// >>> contact = {"phone_number": "+14155550101", "list_id": 101, "click_count": 2}
    /// >>> print(Audience("click_count >= 3").explain(contact, EvalContext("2025-11-15T08:30:00Z")))
    /// +14155550101 is not in the audience
    /// list 101: no
    ///   no   all of
    ///     no   click_count >= 3: found 2
    /// <BLANKLINE>
    fn explain(&self, contact: ContactArgument, cx: &EvalContext) -> Explanation {
        Explanation(self.0.explain(contact.get(), &cx.0))
    }

    /// What is right in it and hardly meant, as problems of level `"warning"`.
    fn warnings(&self, cx: &EvalContext) -> Vec<Problem> {
        self.0.warnings(&cx.0).iter().map(Problem::warning).collect()
    }

    /// The statement of SQL for an engine: how many are in the audience (`select="size"`), or who (`select="members"`).
    ///
    /// - `dialect`: `"postgresql"`, `"duckdb"`, `"clickhouse"`, `"spark"`, `"datafusion"`, `"databricks"`, `"redshift"`, `"snowflake"` or
    ///   `"bigquery"`.
    /// - `schema`: where tables and columns are, as a dictionary or JSON; docs/sql.md describes it.
    /// - `inlined`: whether values stand in the text, and not beside it as parameters.
    ///
    /// Raises `Refusal` for a condition that the dialect cannot express exactly, and `ValueError` for a schema that is none.
    ///
    /// >>> cx = EvalContext("2025-11-15T08:30:00Z")
    /// >>> print(Audience("has_revenue").to_sql("duckdb", cx, select="members", schema={"memberships": "subscribers"}, inlined=True))
    /// SELECT DISTINCT ...
    #[pyo3(signature = (dialect, cx, *, select="size", schema=None, inlined=false))]
    fn to_sql(
        &self,
        py: Python<'_>,
        dialect: &str,
        cx: &EvalContext,
        select: &str,
        schema: Option<&Bound<'_, PyAny>>,
        inlined: bool,
    ) -> PyResult<Statement> {
        statement(&self.0, dialect, cx, select, schema, inlined, py)
    }

    /// The audience as the platform delivers it.
    fn to_json(&self) -> PyResult<String> {
        serde_json::to_string(&self.0).map_err(|error| PyTypeError::new_err(error.to_string()))
    }

    /// The same, as a dictionary.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        data(py, &self.0)
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let headcount::Audience { filter, source_lists, name, .. } = &slf.get().0;
        let mut text = format!("Audience({}", filter.to_string().into_pyobject(slf.py())?.repr()?);
        if !source_lists.is_empty() {
            text += &format!(", {source_lists:?}");
        }
        if let Some(name) = name {
            text += &format!(", name={}", name.into_pyobject(slf.py())?.repr()?);
        }
        Ok(text + ")")
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let from_json = slf.py().get_type::<Self>().getattr("from_json")?;
        (from_json, (slf.get().to_json()?,)).into_pyobject(slf.py())
    }
}

/// What stands for an audience in a call: an audience, a filter on all lists, or the text of one.
pub(crate) enum AudienceArgument {
    Given(Py<Audience>),
    OfFilter(headcount::Audience),
}

impl AudienceArgument {
    pub(crate) fn get(&self) -> &headcount::Audience {
        match self {
            Self::Given(audience) => &audience.get().0,
            Self::OfFilter(audience) => audience,
        }
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for AudienceArgument {
    type Error = PyErr;

    fn extract(given: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(audience) = given.cast::<Audience>() {
            return Ok(Self::Given(audience.to_owned().unbind()));
        }
        if let Ok(filter) = given.cast::<Filter>() {
            return Ok(Self::OfFilter(headcount::Audience::of(filter.get().0.clone())));
        }
        let Ok(text) = given.cast::<PyString>() else {
            let found = given.get_type();
            return Err(PyTypeError::new_err(format!(
                "expected an Audience, a Filter or a text, found {}",
                found.name()?
            )));
        };
        let text = text.to_cow()?;
        let read: Result<headcount::Filter, Errors> = text.parse();
        let filter = read.map_err(|errors| filter_error(given.py(), &errors, &text))?;
        Ok(Self::OfFilter(headcount::Audience::of(filter)))
    }
}

/// Several of them; a single one is no several.
pub(crate) struct AudienceArguments(Vec<AudienceArgument>);

impl AudienceArguments {
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &headcount::Audience> {
        self.0.iter().map(AudienceArgument::get)
    }

    /// What each is called where it is shown to people: its name, its id, or else its filter.
    pub(crate) fn labels(&self) -> Vec<String> {
        let label = |audience: &headcount::Audience| {
            let called = audience.name.clone().or_else(|| audience.id.clone());
            called.unwrap_or_else(|| audience.filter.to_string())
        };
        self.iter().map(label).collect()
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for AudienceArguments {
    type Error = PyErr;

    fn extract(given: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        if given.is_instance_of::<PyString>() {
            return Err(PyTypeError::new_err("expected several audiences, found one text: put it in a list"));
        }
        given.try_iter()?.map(|each| each?.extract()).collect::<PyResult<_>>().map(Self)
    }
}
