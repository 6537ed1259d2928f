//! `load`: records as statements that insert them, as what psql copies, or as files with the statements that load them.

use std::path::{self, Path};
use std::{fs, io};

use headcount::Population;
use headcount::sql::{self, Refusal, SqlSchema, Statement};

use crate::arguments::{self, LoadBy, is_standard};
use crate::failure::Failure;
use crate::inputs;
use crate::output;
use crate::records::{self, ReadContacts};

/// Reads all records, and writes the statements that bring them into the tables.
pub(crate) fn run(arguments: &arguments::Load) -> Result<(), Failure> {
    inputs::read_standard_input_once(arguments.records.files.iter().chain(&arguments.schema))?;
    let schema = super::sql::schema(arguments.schema.as_deref())?;
    // What cannot be loaded so is refused before the records are read, which may take long.
    let loads = match arguments.by {
        LoadBy::Parquet => statements_of_files(arguments, &schema)?,
        LoadBy::Insert | LoadBy::Copy if arguments.at.is_some() => {
            return Err(Failure::Unfit("`--at` says where files of Parquet are: expected `--by parquet`".to_owned()));
        }
        LoadBy::Insert | LoadBy::Copy => Vec::new(),
    };
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
        LoadBy::Parquet => write_files(arguments, &schema, &population, &loads)?,
    }
    heard.outcome()
}

/// The statements that load the files, from where the engine finds them.
fn statements_of_files(arguments: &arguments::Load, schema: &SqlSchema) -> Result<Vec<Statement>, Failure> {
    let folder = &arguments.to;
    if is_standard(folder) {
        return Err(Failure::Unfit("files are written into a folder: expected `--to FOLDER`".to_owned()));
    }
    let location = match &arguments.at {
        Some(location) => location.clone(),
        None => path::absolute(folder).map_err(failed(folder))?.display().to_string(),
    };
    sql::parquet_loads(arguments.dialect, schema, &location).map_err(refused)
}

/// Writes a file of each table into a folder, and beside them the statements that load them.
fn write_files(
    arguments: &arguments::Load,
    schema: &SqlSchema,
    population: &Population,
    loads: &[Statement],
) -> Result<(), Failure> {
    let folder = &arguments.to;
    let files = sql::parquet_files(arguments.dialect, schema, population.contacts()).map_err(refused)?;
    fs::create_dir_all(folder).map_err(failed(folder))?;
    for (name, bytes) in files {
        output::write_to(&folder.join(name), |out| out.write_all(&bytes))?;
    }
    output::write_to(&folder.join("load.sql"), |out| loads.iter().try_for_each(|load| writeln!(out, "{load};")))
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> Failure + use<> {
    let to = path.display().to_string();
    move |error| Failure::Output { to, error }
}

fn refused(refusal: Refusal) -> Failure {
    Failure::Unfit(refusal.to_string())
}

/// Writes all of what is made, each on lines of its own with this behind it.
fn write<T: std::fmt::Display, I: Iterator<Item = Result<T, Refusal>>>(
    to: &Path,
    made: impl Fn() -> Result<I, Refusal>,
    behind: &str,
) -> Result<(), Failure> {
    // What reads them from a pipe would make of the first few that some contacts are all of them.
    made().map_err(refused)?.try_for_each(|one| one.map(drop)).map_err(refused)?;
    let all = made().map_err(refused)?;
    output::write_to(to, |out| all.flatten().try_for_each(|one| writeln!(out, "{one}{behind}")))
}
