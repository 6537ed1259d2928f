//! Filters, and the limits they are read within.

use std::hash::{DefaultHasher, Hash, Hasher};

use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::audience::Audience;
use crate::context::EvalContext;
use crate::data::json;
use crate::problems::{Problem, filter_error};
use crate::sql::{Statement, statement};

/// Bounds on a filter's source: past one of them it is an error with a code, and not minutes of work.
///
/// `depth` groups inside one another (64), `conditions` in all (10,000), `values` of one `in` (10,000), `string_bytes` of one
/// text (64 KiB), `source_bytes` of the whole source (8 MiB).
///
/// >>> Filter("click_count > 3 and on_dnc", limits=Limits(conditions=1))
/// Traceback (most recent call last):
///     ...
/// headcount.FilterError: error[too_many_conditions]: ...
#[pyclass(frozen, eq, module = "headcount")]
#[derive(PartialEq)]
pub struct Limits(headcount::Limits);

#[pymethods]
impl Limits {
    #[new]
    #[pyo3(signature = (*, depth=None, conditions=None, values=None, string_bytes=None, source_bytes=None))]
    fn new(
        depth: Option<usize>,
        conditions: Option<usize>,
        values: Option<usize>,
        string_bytes: Option<usize>,
        source_bytes: Option<usize>,
    ) -> Self {
        let default = headcount::Limits::default();
        Self(headcount::Limits {
            depth: depth.unwrap_or(default.depth),
            conditions: conditions.unwrap_or(default.conditions),
            values: values.unwrap_or(default.values),
            string_bytes: string_bytes.unwrap_or(default.string_bytes),
            source_bytes: source_bytes.unwrap_or(default.source_bytes),
            ..default
        })
    }

    fn __repr__(&self) -> String {
        let headcount::Limits { depth, conditions, values, string_bytes, source_bytes, .. } = self.0;
        format!(
            "Limits(depth={depth}, conditions={conditions}, values={values}, string_bytes={string_bytes}, \
             source_bytes={source_bytes})"
        )
    }
}

/// Those that are given, or the defaults.
fn within(limits: Option<PyRef<'_, Limits>>) -> headcount::Limits {
    limits.map_or_else(headcount::Limits::default, |limits| limits.0.clone())
}

/// A question that a membership answers with yes or no: nested AND and OR groups of conditions.
///
/// It is read from the text form, `Filter.from_json` reads the JSON form; the project's page grammar.md describes both. A
/// filter does not change; it is a key of dictionaries, and pickles. Filters are equal where their fingerprints are: where
/// they ask the same, in whatever order and spelling.
///
/// `f & g` holds where both do, `f | g` where either does, `~f` exactly where `f` does not (under the default readings).
///
/// Raises `FilterError` with every problem of the source; `~f` where a condition has no exact opposite.
///
/// >>> f = Filter("last_clicked_at within 30 days and click_count >= 3")
/// >>> f & Filter("not on_dnc")
/// Filter('last_clicked_at within 30 days and click_count >= 3 and on_dnc = false')
/// >>> ~Filter("click_count >= 3 or has_revenue")
/// Filter('click_count < 3 and has_revenue = false')
/// >>> Filter("on_dnc or has_revenue") == Filter("has_revenue or on_dnc")
/// True
#[pyclass(frozen, module = "headcount", skip_from_py_object)]
#[derive(Clone)]
pub struct Filter(pub(crate) headcount::Filter);

#[pymethods]
impl Filter {
    #[new]
    #[pyo3(signature = (text, *, limits=None))]
    fn new(py: Python<'_>, text: &str, limits: Option<PyRef<'_, Limits>>) -> PyResult<Self> {
        let read = headcount::Filter::from_text_within(text, &within(limits));
        read.map(Self).map_err(|errors| filter_error(py, &errors, text))
    }

    /// Reads the JSON form, in the keys of requests or of responses: a text, or what `json` makes of one.
    ///
    /// Raises `FilterError` with every problem.
    ///
    /// >>> Filter.from_json({"operator": "AND", "conditions": [
    /// ...     {"conditionType": "count", "field": "click_count", "operator": "gte", "value": 3}]})
    /// Filter('click_count >= 3')
    #[staticmethod]
    #[pyo3(signature = (source, *, limits=None))]
    fn from_json(source: &Bound<'_, PyAny>, limits: Option<PyRef<'_, Limits>>) -> PyResult<Self> {
        let text = json(source)?;
        let read = headcount::Filter::from_json_within(&text, &within(limits));
        read.map(Self).map_err(|errors| filter_error(source.py(), &errors, &text))
    }

    /// Reads a filter in whatever form it is written (text, JSON, or a query of react-querybuilder), and warns of what is
    /// right in it and hardly meant, each with its line and column: the filter, and the warnings.
    ///
    /// Raises `FilterError` with every problem.
    ///
    /// >>> filter, warnings = Filter.check("click_count > 3 and\nlast_sent_at within 1 day", EvalContext("2025-11-15T08:30:00Z"))
    /// >>> [(warning.code, warning.line) for warning in warnings]
    /// [('rolling_day', 2)]
    #[staticmethod]
    #[pyo3(signature = (source, cx, *, limits=None))]
    fn check(
        py: Python<'_>,
        source: &str,
        cx: &EvalContext,
        limits: Option<PyRef<'_, Limits>>,
    ) -> PyResult<(Self, Vec<Problem>)> {
        let checked = headcount::Filter::check(source, &within(limits), &cx.0);
        let checked = checked.map_err(|errors| filter_error(py, &errors, source))?;
        Ok((Self(checked.filter), Problem::warnings(&checked.warnings)))
    }

    /// The filter that every membership satisfies.
    ///
    /// >>> Filter.everybody()
    /// Filter('phone_number exists')
    #[staticmethod]
    fn everybody() -> Self {
        Self(headcount::Filter::everybody())
    }

    /// The text form, on one line or on many.
    ///
    /// >>> Filter("click_count>3 AND on_dnc").to_text()
    /// 'click_count > 3 and on_dnc = true'
    #[pyo3(signature = (*, lines=false))]
    fn to_text(&self, lines: bool) -> String {
        if lines { self.0.to_text_lines() } else { self.0.to_string() }
    }

    /// The JSON form, in the keys of responses (`conditionType`) or of requests (`condition_type`), on one line or on many.
    ///
    /// >>> Filter("has_revenue").to_json(spelling="request")
    /// '{"operator":"AND","conditions":[{"condition_type":"revenue","field":"has_revenue","operator":"eq","value":true}],"groups":[]}'
    #[pyo3(signature = (*, spelling="response", pretty=false))]
    fn to_json(&self, py: Python<'_>, spelling: &str, pretty: bool) -> PyResult<String> {
        let spelling = spelling.parse().map_err(|errors| filter_error(py, &errors, ""))?;
        Ok(if pretty { self.0.to_json_pretty(spelling) } else { self.0.to_json(spelling) })
    }

    /// What is right in it and hardly meant, as problems of level `"warning"`.
    ///
    /// >>> cx = EvalContext("2025-11-15T08:30:00Z")
    /// >>> [warning.code for warning in Filter("click_count > 3 and click_count < 2").warnings(cx)]
    /// ['never_holds']
    fn warnings(&self, cx: &EvalContext) -> Vec<Problem> {
        self.0.warnings(&cx.0).iter().map(Problem::warning).collect()
    }

    /// What the filter asks, as 32 hexadecimal digits: the same for filters that ask the same in another order or spelling,
    /// on every machine and in every version of one major number. A key for caches.
    #[getter]
    fn fingerprint(&self) -> String {
        self.0.fingerprint().to_string()
    }

    /// The statement of SQL that counts whom the filter holds for, on all lists: `Audience.to_sql` says what is asked how.
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
        statement(&headcount::Audience::of(self.0.clone()), dialect, cx, select, schema, inlined, py)
    }

    /// An expression of Polars that is true in the rows of memberships that the filter holds for, on all lists:
    /// `Audience.to_polars` says what it takes.
    fn to_polars<'py>(&self, py: Python<'py>, cx: &Bound<'py, EvalContext>) -> PyResult<Bound<'py, PyAny>> {
        Bound::new(py, Audience(headcount::Audience::of(self.0.clone())))?.call_method1("to_polars", (cx,))
    }

    fn __and__(&self, py: Python<'_>, other: &Self) -> PyResult<Self> {
        self.0.and(&other.0).map(Self).map_err(|errors| filter_error(py, &errors, ""))
    }

    fn __or__(&self, py: Python<'_>, other: &Self) -> PyResult<Self> {
        self.0.or(&other.0).map(Self).map_err(|errors| filter_error(py, &errors, ""))
    }

    fn __invert__(&self, py: Python<'_>) -> PyResult<Self> {
        if let Some(complement) = self.0.complement() {
            return Ok(Self(complement));
        }
        // The text form says which condition it is that has no opposite, and what to write instead.
        let text = format!("not ({})", self.0);
        text.parse().map(Self).map_err(|errors| filter_error(py, &errors, &text))
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| other.get().0.fingerprint() == self.0.fingerprint())
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.0.fingerprint().hash(&mut hasher);
        hasher.finish()
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let text = slf.get().0.to_string().into_pyobject(slf.py())?;
        Ok(format!("Filter({})", text.repr()?))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let from_json = slf.py().get_type::<Self>().getattr("from_json")?;
        let json = slf.get().0.to_json(headcount::filter::Spelling::Response);
        (from_json, (json,)).into_pyobject(slf.py())
    }
}
