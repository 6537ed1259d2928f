//! `ddl`: the tables that `sql` asks.

use headcount::sql;

use crate::arguments;
use crate::failure::Failure;
use crate::output;

/// Writes the statements that make the tables.
pub(crate) fn run(arguments: &arguments::Ddl) -> Result<(), Failure> {
    let schema = super::sql::schema(arguments.schema.as_deref())?;
    let tables = sql::ddl(arguments.dialect, &schema).map_err(|refusal| Failure::Unfit(refusal.to_string()))?;
    output::write(|out| write!(out, "{tables}"))
}
