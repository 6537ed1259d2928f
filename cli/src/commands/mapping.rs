//! `mapping`: the index that `query` asks.

use headcount::interop::elasticsearch;

use crate::failure::Failure;
use crate::output;

/// Writes the mapping over several lines.
pub(crate) fn run() -> Result<(), Failure> {
    output::write(|out| writeln!(out, "{:#}", elasticsearch::mapping()))
}
