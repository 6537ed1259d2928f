//! Why a command stopped, what is told about it, and the exit code.

use std::fmt;
use std::io;
use std::process::ExitCode;

use clap::CommandFactory;
use clap::error::ErrorKind;
use headcount::{Errors, error::Code};

use crate::arguments::Arguments;
use crate::output;

/// Why a command did not come to its end.
pub(crate) enum Failure {
    /// The arguments are wrong, or help was asked for.
    Arguments(clap::Error),
    /// Inputs are wrong.
    Inputs(Vec<Wrong>),
    /// The inputs are right, and not what the command needs.
    Unfit(String),
    /// Inputs are wrong, and that is what the command was asked for and has written.
    Told,
    /// Results could not be written.
    Output {
        /// Where to.
        to: String,
        /// Why not.
        error: io::Error,
    },
}

impl Failure {
    /// Arguments that are each right and do not go together.
    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self::Arguments(Arguments::command().error(ErrorKind::ArgumentConflict, message))
    }

    /// Says on standard error what is to be said.
    pub(crate) fn tell(&self) {
        match self {
            // Nothing is left to do about a standard error that cannot be written.
            Self::Arguments(error) => {
                let _ = error.print();
            }
            Self::Inputs(all) => {
                let drawings: Vec<String> = all.iter().map(Wrong::to_string).collect();
                output::note(drawings.join("\n").trim_end());
            }
            Self::Unfit(message) => output::note(format_args!("error: {message}")),
            Self::Told => {}
            // Whoever read the output has read enough.
            Self::Output { error, .. } if error.kind() == io::ErrorKind::BrokenPipe => {}
            Self::Output { to, error } => output::note(format_args!("error: {to} cannot be written: {error}")),
        }
    }

    /// 0 where nothing is amiss, 1 where an input is wrong, 2 where the arguments are.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Arguments(error) => u8::try_from(error.exit_code()).unwrap_or(2).into(),
            Self::Output { error, .. } if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            Self::Inputs(_) | Self::Unfit(_) | Self::Told | Self::Output { .. } => 1.into(),
        }
    }
}

impl From<clap::Error> for Failure {
    fn from(error: clap::Error) -> Self {
        Self::Arguments(error)
    }
}

impl From<Vec<Wrong>> for Failure {
    fn from(all: Vec<Wrong>) -> Self {
        Self::Inputs(all)
    }
}

impl From<Wrong> for Failure {
    fn from(one: Wrong) -> Self {
        Self::Inputs(vec![one])
    }
}

/// An input that is wrong; it prints as people read it, and ends with a line feed.
#[derive(Debug)]
pub(crate) enum Wrong {
    /// A text with problems in it.
    Text {
        /// The problems, told to be in their file.
        errors: Errors,
        /// The text.
        source: String,
    },
    /// Records with problems in them; their text is not kept.
    Records(Errors),
    /// A file that cannot be read at all.
    Unreadable {
        /// Its name.
        file: String,
        /// Why not.
        reason: String,
    },
}

impl Wrong {
    /// What an unreadable file is called where problems have codes.
    pub(crate) const UNREADABLE: Code = Code::UnreadableInput;
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text { errors, source } => errors.report(source).fmt(f),
            Self::Records(errors) => errors.report("").fmt(f),
            Self::Unreadable { file, reason } => {
                writeln!(f, "error[{}]: {reason}", Self::UNREADABLE)?;
                writeln!(f, " --> {file}")
            }
        }
    }
}
