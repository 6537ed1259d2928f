//! `completions`: what a shell needs to complete this command.

use clap::CommandFactory;

use crate::arguments::{self, Arguments};
use crate::failure::Failure;
use crate::output;

/// Writes the completions of a shell.
pub(crate) fn run(arguments: &arguments::Completions) -> Result<(), Failure> {
    let mut command = Arguments::command();
    let name = command.get_name().to_owned();
    // Into memory first: clap_complete panics where its output cannot be written.
    let mut completions = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, name, &mut completions);
    output::write(|out| out.write_all(&completions))
}
