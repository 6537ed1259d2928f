//! The commands, each in a file of its own.

mod check;
mod completions;
mod convert;
mod estimate;
mod generate;
mod import;
mod members;
mod sample;
mod schema;
mod size;
mod timeline;
mod why;

use crate::arguments::Command;
use crate::failure::Failure;

/// Does what was asked for.
pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Size(arguments) => size::run(arguments),
        Command::Timeline(arguments) => timeline::run(arguments),
        Command::Estimate(arguments) => estimate::run(arguments),
        Command::Sample(arguments) => sample::run(arguments),
        Command::Members(arguments) => members::run(arguments),
        Command::Check(arguments) => check::run(arguments),
        Command::Convert(arguments) => convert::run(arguments),
        Command::Why(arguments) => why::run(arguments),
        Command::Import(arguments) => import::run(arguments),
        Command::Generate(arguments) => generate::run(arguments),
        Command::Schema(arguments) => schema::run(arguments),
        Command::Completions(arguments) => completions::run(arguments),
    }
}
