//! The commands, each in a file of its own.

mod check;
mod compare;
mod completions;
mod convert;
mod ddl;
mod describe;
mod documents;
mod estimate;
mod explain;
mod generate;
mod import;
mod load;
mod mapping;
pub(crate) mod members;
mod query;
mod reconcile;
mod report;
mod sample;
mod schema;
mod size;
mod sql;
mod timeline;
mod watch;
mod which;
mod why;

use crate::arguments::Command;
use crate::failure::Failure;

/// Does what was asked for.
pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Describe(arguments) => describe::run(arguments),
        Command::Size(arguments) => size::run(arguments),
        Command::Timeline(arguments) => timeline::run(arguments),
        Command::Estimate(arguments) => estimate::run(arguments),
        Command::Sample(arguments) => sample::run(arguments),
        Command::Members(arguments) => members::run(arguments),
        Command::Check(arguments) => check::run(arguments),
        Command::Convert(arguments) => convert::run(arguments),
        Command::Which(arguments) => which::run(arguments),
        Command::Watch(arguments) => watch::run(arguments),
        Command::Why(arguments) => why::run(arguments),
        Command::Explain(arguments) => explain::run(arguments),
        Command::Compare(arguments) => compare::run(arguments),
        Command::Reconcile(arguments) => reconcile::run(arguments),
        Command::Report(arguments) => report::run(arguments),
        Command::Import(arguments) => import::run(arguments),
        Command::Generate(arguments) => generate::run(arguments),
        Command::Schema(arguments) => schema::run(arguments),
        Command::Sql(arguments) => sql::run(arguments),
        Command::Ddl(arguments) => ddl::run(arguments),
        Command::Load(arguments) => load::run(arguments),
        Command::Query(arguments) => query::run(arguments),
        Command::Mapping(_) => mapping::run(),
        Command::Documents(arguments) => documents::run(arguments),
        Command::Completions(arguments) => completions::run(arguments),
    }
}
