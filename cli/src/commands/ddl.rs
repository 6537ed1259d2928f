//! `ddl`: the tables that `sql` asks.

use headcount::sql::{self, Refusal};

use crate::arguments::{self, DdlPart, StatementFormat};
use crate::failure::Failure;
use crate::output::{self, JsonText};

/// Writes the statements that make the tables, and behind them what is proposed beside.
pub(crate) fn run(arguments: &arguments::Ddl) -> Result<(), Failure> {
    let schema = super::sql::schema(arguments.schema.as_deref())?;
    let refused = |refusal: Refusal| Failure::Unfit(refusal.to_string());
    let mut statements = Vec::new();
    match arguments.only {
        None => statements.extend(sql::partitioned_ddl(arguments.dialect, &schema).map_err(refused)?),
        Some(DdlPart::Tables) => statements.extend(sql::ddl(arguments.dialect, &schema).map_err(refused)?),
        Some(DdlPart::Indexes) => {}
    }
    if arguments.only != Some(DdlPart::Tables) {
        statements.extend(sql::indexes(arguments.dialect, &schema).map_err(refused)?);
    }
    output::write(|out| match arguments.format {
        StatementFormat::Sql => statements.iter().enumerate().try_for_each(|(i, statement)| {
            // A blank line in front of each that has several lines.
            let apart = if i > 0 && statement.text().contains('\n') { "\n" } else { "" };
            writeln!(out, "{apart}{statement};")
        }),
        StatementFormat::Json => {
            serde_json::to_writer_pretty(JsonText(out), &statements)?;
            writeln!(out)
        }
    })
}
