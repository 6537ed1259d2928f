//! `load`: records as statements that insert them, or as what psql copies.

use std::path::Path;

use headcount::sql::{self, Refusal};

use crate::arguments::{self, LoadBy};
use crate::failure::Failure;
use crate::inputs;
use crate::output;
use crate::records::{self, ReadContacts};

/// Reads all records, and writes the statements that bring them into the tables.
pub(crate) fn run(arguments: &arguments::Load) -> Result<(), Failure> {
    inputs::read_standard_input_once(arguments.records.files.iter().chain(&arguments.schema))?;
    let schema = super::sql::schema(arguments.schema.as_deref())?;
    let ReadContacts { population, heard } = records::load_each(&arguments.records)?;
    match arguments.by {
        LoadBy::Insert => {
            let statements = || sql::inserts(arguments.dialect, &schema, population.contacts());
            write(&arguments.to, statements, ";")?;
        }
        LoadBy::Copy => {
            let blocks = || sql::copies(arguments.dialect, &schema, population.contacts());
            write(&arguments.to, blocks, "")?;
        }
    }
    heard.outcome()
}

/// Writes all of what is made, each on lines of its own with this behind it.
fn write<T: std::fmt::Display, I: Iterator<Item = Result<T, Refusal>>>(
    to: &Path,
    made: impl Fn() -> Result<I, Refusal>,
    behind: &str,
) -> Result<(), Failure> {
    let refused = |refusal: Refusal| Failure::Unfit(refusal.to_string());
    // What reads them from a pipe would make of the first few that some contacts are all of them.
    made().map_err(refused)?.try_for_each(|one| one.map(drop)).map_err(refused)?;
    let all = made().map_err(refused)?;
    output::write_to(to, |out| all.flatten().try_for_each(|one| writeln!(out, "{one}{behind}")))
}
