//! The cases of `tests/suite` that have members.

use std::path::PathBuf;

use headcount::records::Input;
use headcount::{Audience, EvalContext, Filter, Population, RecordReader, Semantics, records::OnError};

use crate::cases::{Case, spelled_out_of};
use crate::question::{Question, Questions};

pub(crate) fn questions() -> Vec<Questions> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/suite"));
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|extension| extension == "json")).collect();
    files.sort();
    let cases = files.iter().flat_map(|path| {
        let source = std::fs::read_to_string(path).expect("a file of the suite can be read");
        spelled_out_of(&path.file_stem().unwrap_or_default().to_string_lossy(), &source)
    });
    let cases = cases.map(|case| serde_json::from_value::<Case>(case).expect("a case is one"));
    cases.filter(|case| case.members.is_some()).map(|case| question(&case)).collect()
}

fn question(case: &Case) -> Questions {
    let filter = match (case.json(), &case.text) {
        (Some(json), _) => Filter::from_json(&json),
        (None, text) => text.as_deref().unwrap_or_default().parse(),
    };
    let filter = filter.expect("a case with members has a filter");
    let semantics: Semantics =
        serde_json::from_value(case.semantics.clone().into()).expect("semantics of the suite are known");
    let audience = Audience { source_lists: case.source_lists.clone(), ..Audience::of(filter) };
    let question = Question { audience, cx: EvalContext::at(case.now).with(semantics) };
    Questions { name: Some(case.name.clone()), population: population(case), questions: vec![question] }
}

fn population(case: &Case) -> Population {
    let mut population = Population::default();
    for contact in &case.contacts {
        population.insert(serde_json::from_value(contact.clone()).expect("a contact of the suite is one"));
    }
    let on_error = if case.skipped.is_some() { OnError::Skip } else { OnError::Fail };
    for file in &case.records {
        let input = Input::new(format!("records.{}", file.format), file.data.as_bytes());
        let contacts = RecordReader::new().on_error(on_error).contacts(input);
        population.extend(contacts.map(|contact| contact.expect("records of the suite can be read")));
    }
    population
}
