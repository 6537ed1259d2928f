//! The command `headcount`: arguments in, the library's answers out.
//!
//! Results go to standard output, everything else to standard error. The exit code is 0 where all is fine, 1 where an
//! input is wrong, 2 where the arguments are.

mod arguments;
mod commands;
mod contacts_file;
mod failure;
mod heard;
mod inputs;
mod output;
mod progress;
mod question;
mod records;
mod sets;
mod whole_file;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::Arguments;

fn main() -> ExitCode {
    let result = match Arguments::try_parse() {
        Ok(arguments) => commands::run(&arguments.command),
        Err(error) => Err(error.into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.tell();
            failure.exit_code()
        }
    }
}
