//! `load`: records as statements that insert them.

use headcount::sql::{self, Refusal};

use crate::arguments;
use crate::failure::Failure;
use crate::inputs;
use crate::output;
use crate::records::{self, ReadContacts};

/// Reads all records, and writes the statements that bring them into the tables.
pub(crate) fn run(arguments: &arguments::Load) -> Result<(), Failure> {
    inputs::read_standard_input_once(arguments.records.files.iter().chain(&arguments.schema))?;
    let schema = super::sql::schema(arguments.schema.as_deref())?;
    let ReadContacts { population, heard } = records::load_each(&arguments.records)?;
    let refused = |refusal: Refusal| Failure::Unfit(refusal.to_string());
    let statements = || sql::inserts(arguments.dialect, &schema, population.contacts()).map_err(refused);
    // What reads them from a pipe would make of the first few that some contacts are all of them.
    statements()?.try_for_each(|statement| statement.map(drop)).map_err(refused)?;
    let statements = statements()?;
    output::write_to(&arguments.to, |out| {
        statements.flatten().try_for_each(|statement| writeln!(out, "{statement};"))
    })?;
    heard.outcome()
}
