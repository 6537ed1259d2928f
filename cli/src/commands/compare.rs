//! `compare`: how audiences overlap.

use std::borrow::Cow;
use std::collections::HashMap;
use std::iter;

use headcount::analysis::{Overlap, OverlapPattern};
use serde::Serialize;

use crate::arguments::{self, TableFormat};
use crate::failure::Failure;
use crate::heard::Heard;
use crate::inputs;
use crate::output::{self, Holds, counted, instant, thousands, write};
use crate::question::{self, Question, label, name_in_csv};
use crate::records::{self, Loaded};

/// Writes the comparison.
pub(crate) fn run(arguments: &arguments::Compare) -> Result<(), Failure> {
    inputs::read_standard_input_once(arguments.audiences.files.iter().chain(&arguments.records.files))?;
    let questions = question::all(inputs::all(&arguments.audiences)?, &arguments.asking)?;
    if questions.len() < 2 {
        let found = counted(questions.len() as u64, "audience");
        return Err(Failure::Unfit(format!("a comparison needs at least two audiences, found {found}")));
    }
    let plans = questions.iter().map(|Question { audience, cx }| audience.plan(cx));
    let Loaded { table, heard, .. } = records::load_for(&arguments.records, plans, &question::audiences(&questions))?;
    let overlap = table.compare_each(questions.iter().map(|Question { audience, cx }| (audience, cx)));
    match arguments.tabular.format {
        TableFormat::Table => tables(&questions, &overlap, arguments.patterns),
        TableFormat::Json => json(&questions, &overlap, &heard),
        TableFormat::Csv => csv(arguments.tabular.bom, &questions, &overlap),
    }?;
    heard.outcome()
}

fn tables(questions: &[Question], overlap: &Overlap, most: usize) -> Result<(), Failure> {
    let of_two = questions.len() == 2;
    // Of three or more, the second table calls them by their numbers.
    let numbers = (1..).map(|number: usize| if of_two { String::new() } else { number.to_string() });
    let audiences = questions.iter().zip(&overlap.audiences).zip(numbers).map(|((question, of), number)| {
        vec![number, label(&question.audience), thousands(of.contacts), thousands(of.only_in)]
    });
    let together = [
        (if of_two { "in both" } else { "in all of them" }, overlap.in_all),
        (if of_two { "in either" } else { "in any of them" }, overlap.in_any),
    ];
    let together =
        together.map(|(name, contacts)| vec![String::new(), name.to_owned(), thousands(contacts), String::new()]);
    let skipped = usize::from(of_two);
    let columns =
        [("", Holds::Number), ("name", Holds::Text), ("contacts", Holds::Number), ("only in it", Holds::Number)];
    let rows = audiences.chain(together).map(|row| row.into_iter().skip(skipped).collect());
    write(|out| {
        output::table(out, &columns[skipped..], rows)?;
        if of_two {
            return Ok(());
        }
        writeln!(out)?;
        let numbers: Vec<String> = (1..=questions.len()).map(|number| number.to_string()).collect();
        let columns: Vec<(&str, Holds)> = iter::once(("contacts", Holds::Number))
            .chain(numbers.iter().map(|number| (number.as_str(), Holds::Number)))
            .collect();
        let (shown, rest) = overlap.patterns.split_at(most.min(overlap.patterns.len()));
        let rows = shown.iter().map(|pattern| {
            let marks = is_in(pattern, questions.len()).map(|is_in| if is_in { "x" } else { "." }.to_owned());
            iter::once(thousands(pattern.contacts)).chain(marks).collect()
        });
        output::table(out, &columns, rows)?;
        if !rest.is_empty() {
            let contacts = rest.iter().map(|pattern| pattern.contacts).sum();
            writeln!(out, "and {} in {}", counted(contacts, "contact"), counted(rest.len() as u64, "more row"))?;
        }
        Ok(())
    })
}

/// Of each audience, whether a pattern has it.
fn is_in(pattern: &OverlapPattern, audiences: usize) -> impl Iterator<Item = bool> {
    (0..audiences).map(|audience| pattern.audiences.binary_search(&audience).is_ok())
}

/// What is written in JSON; its keys are stable.
#[derive(Serialize)]
struct Report<'a> {
    audiences: Vec<Row<'a>>,
    in_any: u64,
    in_all: u64,
    patterns: &'a [OverlapPattern],
    notes: &'a Heard,
}

#[derive(Serialize)]
struct Row<'a> {
    id: Option<&'a str>,
    name: Option<&'a str>,
    now: String,
    fingerprint: String,
    contacts: u64,
    only_in: u64,
}

fn json(questions: &[Question], overlap: &Overlap, heard: &Heard) -> Result<(), Failure> {
    let audiences = questions.iter().zip(&overlap.audiences).map(|(Question { audience, cx }, of)| Row {
        id: audience.id.as_deref(),
        name: audience.name.as_deref(),
        now: instant(cx.now),
        fingerprint: audience.filter.fingerprint().to_string(),
        contacts: of.contacts,
        only_in: of.only_in,
    });
    output::json(&Report {
        audiences: audiences.collect(),
        in_any: overlap.in_any,
        in_all: overlap.in_all,
        patterns: &overlap.patterns,
        notes: heard,
    })
}

/// A row for each pattern, with a 1 for each audience that it has.
fn csv(bom: bool, questions: &[Question], overlap: &Overlap) -> Result<(), Failure> {
    let header = iter::once("contacts".to_owned()).chain(names_in_csv(questions));
    output::csv(bom, header, |rows| {
        overlap.patterns.iter().try_for_each(|pattern| {
            let marks = is_in(pattern, questions.len()).map(|is_in| u8::from(is_in).to_string());
            rows.write_record(iter::once(pattern.contacts.to_string()).chain(marks))
        })
    })
}

/// What the audiences are called in CSV: names in full, and where several have one, their places too.
fn names_in_csv(questions: &[Question]) -> Vec<String> {
    let name = |Question { audience, .. }: &Question| {
        name_in_csv(audience).map_or_else(|| audience.id.clone().unwrap_or_default(), Cow::into_owned)
    };
    let names: Vec<String> = questions.iter().map(name).collect();
    let mut times: HashMap<&str, usize> = HashMap::new();
    names.iter().for_each(|name| *times.entry(name).or_default() += 1);
    let told_apart = |(name, place): (&String, usize)| match times.get(name.as_str()) {
        Some(1) | None => name.clone(),
        Some(_) => format!("{name} ({place})"),
    };
    names.iter().zip(1..).map(told_apart).collect()
}
