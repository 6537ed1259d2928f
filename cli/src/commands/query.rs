//! `query`: audiences in the languages of others.

use std::io::Write;

use headcount::interop::{cel, elasticsearch};

use crate::arguments::{self, QueryLanguage};
use crate::failure::Failure;
use crate::inputs;
use crate::output::{JsonText, write};
use crate::question::{self, Question};

/// Writes a query for each audience; a single one in JSON over several lines.
pub(crate) fn run(arguments: &arguments::Query) -> Result<(), Failure> {
    inputs::read_standard_input_once(&arguments.audiences.files)?;
    let questions = question::all(inputs::all(&arguments.audiences)?, &arguments.asking)?;
    let alone = questions.len() == 1;
    let queries = questions.iter().map(|question| query(question, arguments.language, alone));
    let queries = queries.collect::<Result<Vec<_>, _>>()?;
    write(|out| queries.iter().try_for_each(|query| writeln!(JsonText(out), "{query}")))
}

fn query(of: &Question, language: QueryLanguage, alone: bool) -> Result<String, Failure> {
    let Question { audience, cx } = of;
    match language {
        QueryLanguage::Elasticsearch => {
            let query = elasticsearch::query(audience, cx).map_err(|refusal| Failure::Unfit(refusal.to_string()))?;
            Ok(if alone { format!("{query:#}") } else { query.to_string() })
        }
        QueryLanguage::Cel => {
            cel::expression(audience, &cx.semantics).map_err(|refusal| Failure::Unfit(refusal.to_string()))
        }
    }
}
