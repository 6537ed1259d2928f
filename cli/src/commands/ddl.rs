//! `ddl`: the tables that `sql` asks.

use headcount::sql;

use crate::arguments;
use crate::failure::Failure;
use crate::output;

/// Writes the statements that make the tables.
pub(crate) fn run(arguments: &arguments::Ddl) -> Result<(), Failure> {
    output::write(|out| write!(out, "{}", sql::ddl(arguments.dialect.into())))
}
