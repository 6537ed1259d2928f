//! Audiences as SQL.

use headcount::sql::{Dialect, Parameter, Sql, SqlSchema};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::context::EvalContext;
use crate::data::json;
use crate::problems::{filter_error, refusal};

/// A statement of SQL, and the values that its placeholders stand for, in their order.
///
/// >>> statement = Filter("click_count >= 3").to_sql("duckdb", EvalContext("2025-11-15T08:30:00Z"))
/// >>> statement.parameters
/// [3]
#[pyclass(frozen, eq, module = "headcount")]
#[derive(PartialEq)]
pub struct Statement(headcount::sql::Statement);

#[pymethods]
impl Statement {
    /// The SQL, over several lines, without a semicolon.
    #[getter]
    fn text(&self) -> &str {
        self.0.text()
    }

    /// The values of the placeholders, in their order; none where they are inlined.
    #[getter]
    fn parameters<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let each = |parameter: &Parameter| match parameter {
            Parameter::Text(text) => Ok(text.into_pyobject(py)?.into_any()),
            Parameter::Integer(number) => Ok(number.into_pyobject(py)?.into_any()),
            Parameter::Unsigned(number) => Ok(number.into_pyobject(py)?.into_any()),
            Parameter::Double(number) => Ok(number.into_pyobject(py)?.into_any()),
            other => Err(PyValueError::new_err(format!("a parameter that is not known here: {other:?}"))),
        };
        self.0.parameters().iter().map(each).collect()
    }

    fn __str__(&self) -> &str {
        self.0.text()
    }

    fn __repr__(&self) -> String {
        format!("<Statement with {} parameters>\n{}", self.0.parameters().len(), self.0.text())
    }
}

/// The statement that counts an audience, or that lists who is in it.
pub(crate) fn statement(
    audience: &headcount::Audience,
    dialect: &str,
    cx: &EvalContext,
    select: &str,
    schema: Option<&Bound<'_, PyAny>>,
    inlined: bool,
    py: Python<'_>,
) -> PyResult<Statement> {
    let dialect: Dialect = dialect.parse().map_err(|errors| filter_error(py, &errors, ""))?;
    let mut sql = Sql::new(dialect);
    if let Some(schema) = schema {
        let schema: SqlSchema = serde_json::from_str(&json(schema)?)
            .map_err(|error| PyValueError::new_err(format!("the schema cannot be read: {error}")))?;
        sql = sql.with_schema(schema);
    }
    if inlined {
        sql = sql.inlined();
    }
    let written = match select {
        "size" => sql.count(audience, &cx.0),
        "members" => sql.members(audience, &cx.0),
        other => {
            return Err(PyValueError::new_err(format!("expected `size` or `members` for `select`, found `{other}`")));
        }
    };
    written.map(Statement).map_err(|refused| refusal(py, &refused))
}
