//! `sql`: audiences as SQL.

use std::io::{self, Write};
use std::path::Path;

use headcount::sql::{Dialect, Refusal, Sql, SqlSchema, Statement};

use crate::arguments::{self, StatementFormat};
use crate::failure::Failure;
use crate::inputs::{self, Source};
use crate::output::{JsonText, json_line, write};
use crate::question::{self, Question};

/// Writes the statement.
pub(crate) fn run(arguments: &arguments::Sql) -> Result<(), Failure> {
    inputs::read_standard_input_once(arguments.audiences.files.iter().chain(&arguments.schema))?;
    let dialect = arguments.dialect;
    let mut sql = Sql::new(dialect).with_schema(schema(arguments.schema.as_deref())?);
    if arguments.inline {
        sql = sql.inlined();
    }
    let questions = question::all(inputs::all(&arguments.audiences)?, &arguments.asking)?;
    let statement = statement(&sql, &questions, arguments.members)?;
    write(|out| match arguments.format {
        StatementFormat::Sql => text(&statement, dialect, out),
        StatementFormat::Json => {
            serde_json::to_writer_pretty(JsonText(out), &statement)?;
            out.write_all(b"\n")
        }
    })
}

fn statement(sql: &Sql, questions: &[Question], members: bool) -> Result<Statement, Failure> {
    let refused = |refusal: Refusal| Failure::Unfit(refusal.to_string());
    match questions {
        [Question { audience, cx }] if members => sql.members(audience, cx).map_err(refused),
        [Question { audience, cx }] => sql.count(audience, cx).map_err(refused),
        several if members => Err(Failure::Unfit(format!(
            "there are {} audiences, and the members of only one can be asked for",
            several.len()
        ))),
        several => sql.counts(several.iter().map(|Question { audience, cx }| (audience, cx))).map_err(refused),
    }
}

/// The schema in a file, or the default.
pub(super) fn schema(file: Option<&Path>) -> Result<SqlSchema, Failure> {
    let Some(file) = file else { return Ok(SqlSchema::default()) };
    let source = Source::open(file)?;
    serde_json::from_str(source.text()).map_err(|error| Failure::Unfit(format!("{}: {error}", source.name)))
}

/// The statement, and what its placeholders stand for.
fn text(statement: &Statement, dialect: Dialect, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{};", statement.text())?;
    for (i, parameter) in statement.parameters().iter().enumerate() {
        let name = dialect.parameter_name(i + 1);
        // As JSON, a value stays on its line.
        write!(out, "-- {name} = ")?;
        json_line(out, parameter)?;
    }
    Ok(())
}
