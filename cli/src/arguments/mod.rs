//! What may be typed. What it means is the commands' business.

mod asking;
mod choices;
mod contents;
mod drawing;
mod files;
mod filters;
mod inputs;
mod instants;
mod live;
mod reasons;
mod sizes;

use std::path::Path;

use clap::{Parser, Subcommand};

pub(crate) use self::asking::{Asking, Now, Readings, flags};
pub(crate) use self::choices::{
    ConvertFrom, ConvertTo, DdlPart, ExplanationFormat, LoadBy, MembersFormat, ProblemsFormat, QueryLanguage, SchemaOf,
    StatementFormat, TableFormat,
};
pub(crate) use self::contents::Describe;
pub(crate) use self::files::{Completions, Documents, Generate, Import, Load, Sample};
pub(crate) use self::filters::{Check, Convert, Ddl, Mapping, Query, Schema, Sql};
pub(crate) use self::inputs::{Audiences, OneAudience, Records, Sets};
pub(crate) use self::instants::Until;
pub(crate) use self::live::Watch;
pub(crate) use self::reasons::{Compare, Explain, Reconcile, Report, Why};
pub(crate) use self::sizes::{Estimate, Members, Size, Timeline, Which};

/// Who is in this audience, and how many are they?
#[derive(Parser)]
#[command(
    name = "headcount",
    version,
    max_term_width = 120,
    after_help = "\
Results go to standard output, everything else to standard error.
Exit codes: 0 fine, 1 an input is wrong, 2 the arguments are."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Describe(Describe),
    Size(Size),
    Timeline(Timeline),
    Estimate(Estimate),
    Sample(Sample),
    Members(Members),
    Check(Check),
    Convert(Convert),
    Which(Which),
    Watch(Watch),
    Why(Why),
    Explain(Explain),
    Compare(Compare),
    Reconcile(Reconcile),
    Report(Report),
    Import(Import),
    Generate(Generate),
    Schema(Schema),
    Sql(Sql),
    Ddl(Ddl),
    Load(Load),
    Query(Query),
    Mapping(Mapping),
    Documents(Documents),
    Completions(Completions),
}

/// Whether a file's name stands for standard input or output.
pub(crate) fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use headcount::Semantics;

    use super::*;

    #[test]
    fn flags_are_read_as_the_semantics_they_are_of() {
        for bits in 0..16 {
            let semantics = Semantics {
                missing_negation: [
                    headcount::semantics::MissingNegation::Matches,
                    headcount::semantics::MissingNegation::Fails,
                ][bits & 1],
                text_case: [headcount::semantics::TextCase::Sensitive, headcount::semantics::TextCase::Insensitive]
                    [bits >> 1 & 1],
                subscription: [headcount::semantics::Subscription::ActiveOnly, headcount::semantics::Subscription::Any]
                    [bits >> 2 & 1],
                unit: [headcount::semantics::Unit::Contacts, headcount::semantics::Unit::Memberships][bits >> 3],
            };
            let typed = format!("headcount size --filter is_valid {} c.csv", flags(&semantics).join(" "));
            let Command::Size(read) = Arguments::parse_from(typed.split_whitespace()).command else {
                panic!("{typed} is no size")
            };
            assert_eq!(read.asking.readings.semantics(), semantics, "{typed}");
        }
    }

    #[test]
    fn the_arguments_contradict_nothing() {
        Arguments::command().debug_assert();
    }
}
