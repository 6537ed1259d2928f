//! `schema`: what filters and audiences look like, for tools that read JSON Schema.

use headcount::{Audience, Filter};

use crate::arguments::{self, SchemaOf};
use crate::failure::Failure;
use crate::output;

/// Writes the schema over several lines.
pub(crate) fn run(arguments: &arguments::Schema) -> Result<(), Failure> {
    let schema = match arguments.of {
        SchemaOf::Filter => Filter::json_schema(),
        SchemaOf::Audience => Audience::json_schema(),
    };
    output::write(|out| writeln!(out, "{schema:#}"))
}
