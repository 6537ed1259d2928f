//! `generate`: made-up contacts and audiences.

use std::io::{self, Write};

use headcount_generate::{Population, audiences};

use crate::arguments;
use crate::failure::Failure;
use crate::output;
use crate::progress::Progress;

/// Writes a population, or audiences.
pub(crate) fn run(arguments: &arguments::Generate) -> Result<(), Failure> {
    let write = |out: &mut dyn Write| generate(arguments, out);
    output::write_to(&arguments.output, write)
}

fn generate(arguments: &arguments::Generate, out: &mut dyn Write) -> io::Result<()> {
    match (arguments.memberships, arguments.audiences) {
        (Some(memberships), _) => {
            let mut progress = Progress::of_things(memberships, "generating");
            let population = Population::new(memberships, arguments.seed);
            population.write(arguments.format.into(), out, &mut |written| progress.at(written))
        }
        (None, number) => {
            let mut out = io::BufWriter::new(out);
            for audience in audiences(number.unwrap_or_default(), arguments.seed) {
                writeln!(out, "{audience}")?;
            }
            out.flush()
        }
    }
}
