//! `explain`: why an audience is as large as it is.

use headcount::analysis::{Breakdown, BreakdownNode, BreakdownNodeKind};
use serde::Serialize;

use crate::arguments::{self, TableFormat};
use crate::failure::Failure;
use crate::heard::WithNotes;
use crate::inputs;
use crate::output::{self, Holds, signed, thousands, write};
use crate::question::{self, Question};
use crate::records::{self, Loaded};

/// Writes the explanation.
pub(crate) fn run(arguments: &arguments::Explain) -> Result<(), Failure> {
    inputs::read_standard_input_once(arguments.audience.file.iter().chain(&arguments.records.files))?;
    let Question { audience, cx } = question::one(inputs::one(&arguments.audience)?, &arguments.asking)?;
    // Everybody: those too whom the filter rules out.
    let Loaded { table, heard, .. } = records::load(&arguments.records, &[&audience])?;
    let breakdown = table.breakdown(&audience, &cx);
    match arguments.tabular.format {
        TableFormat::Table => tables(&breakdown),
        TableFormat::Json => output::json(&WithNotes { answer: &breakdown, notes: &heard }),
        TableFormat::Csv => csv(arguments.tabular.bom, &breakdown),
    }?;
    heard.outcome()
}

fn tables(breakdown: &Breakdown) -> Result<(), Failure> {
    let unit = breakdown.size.semantics.unit.as_str();
    let everybody = [
        (breakdown.everybody, "in all"),
        (breakdown.not_on_lists, "  on no source list"),
        (breakdown.inactive, "  not active"),
        (breakdown.in_scope, "  in scope"),
        (breakdown.failing, "    out by a value"),
        (breakdown.without_value, "    out for want of a value"),
        (breakdown.size.value, "    in the audience"),
        (breakdown.let_in_without_value, "      let in for want of a value"),
        (breakdown.on_dnc, "      on the do-not-call list"),
    ];
    let everybody = everybody.map(|(number, who)| vec![thousands(number), who.to_owned()]);
    let columns =
        [("alone", Holds::Number), ("so far", Holds::Number), ("more without", Holds::Number), ("", Holds::Text)];
    let parts = parts(breakdown).into_iter().map(|(part, depth, _)| {
        let tree = format!("{:1$}{2}", "", depth * 2, part.kind);
        vec![thousands(part.alone), thousands(part.so_far), signed(part.more_without), tree]
    });
    write(|out| {
        output::table(out, &[(unit, Holds::Number), ("", Holds::Text)], everybody)?;
        writeln!(out)?;
        output::table(out, &columns, parts)
    })
}

/// What is written of a part in CSV.
#[derive(Serialize)]
struct Row<'p> {
    pointer: &'p str,
    part: &'p str,
    instants: Option<&'p str>,
    alone: u64,
    so_far: u64,
    without: u64,
    more_without: i64,
}

const COLUMNS: [&str; 7] = ["pointer", "part", "instants", "alone", "so_far", "without", "more_without"];

fn csv(bom: bool, breakdown: &Breakdown) -> Result<(), Failure> {
    output::csv(bom, COLUMNS, |rows| {
        parts(breakdown).iter().try_for_each(|(part, _, pointer)| {
            let (name, instants) = match &part.kind {
                BreakdownNodeKind::Condition { condition, instants } => (condition.clone(), instants.as_deref()),
                group => (group.to_string(), None),
            };
            rows.serialize(Row {
                pointer,
                part: &name,
                instants,
                alone: part.alone,
                so_far: part.so_far,
                without: part.without,
                more_without: part.more_without,
            })
        })
    })
}

/// Every part of the filter, how deep it stands, and its JSON pointer in the filter.
fn parts(breakdown: &Breakdown) -> Vec<(&BreakdownNode, usize, String)> {
    let mut found = Vec::new();
    add(&breakdown.filter, 0, String::new(), &mut found);
    found
}

fn add<'p>(
    part: &'p BreakdownNode,
    depth: usize,
    pointer: String,
    found: &mut Vec<(&'p BreakdownNode, usize, String)>,
) {
    found.push((part, depth, pointer.clone()));
    let BreakdownNodeKind::Group { members, .. } = &part.kind else { return };
    let (mut conditions, mut groups) = (0.., 0..);
    for member in members {
        let (key, next) = match member.kind {
            BreakdownNodeKind::Group { .. } => ("groups", &mut groups),
            _ => ("conditions", &mut conditions),
        };
        let at: usize = next.next().unwrap_or_default();
        add(member, depth + 1, format!("{pointer}/{key}/{at}"), found);
    }
}
