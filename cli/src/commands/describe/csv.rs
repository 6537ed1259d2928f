//! The columns of a description as CSV.

use headcount::{
    Value,
    analysis::{ColumnDescription, Description, KindCount, KindDescription, UnreadColumn},
};
use headcount_page::words::shown;
use serde::Serialize;

use crate::failure::Failure;
use crate::output;

/// A kind of values of a column, or a column without any; a column that is not read is read as nothing.
#[derive(Default, Serialize)]
struct Row<'d> {
    column: &'d str,
    read_as: Option<&'static str>,
    given: Option<bool>,
    suggestion: Option<&'d str>,
    kind: Option<&'static str>,
    values: u64,
    of: Option<u64>,
    distinct: Option<u64>,
    least: Option<String>,
    greatest: Option<String>,
    most_frequent: Option<String>,
    most_frequent_count: Option<u64>,
    meant_as: Option<&'static str>,
    unfit: Option<u64>,
    unfit_example: Option<String>,
}

const COLUMNS: [&str; 15] = [
    "column",
    "read_as",
    "given",
    "suggestion",
    "kind",
    "values",
    "of",
    "distinct",
    "least",
    "greatest",
    "most_frequent",
    "most_frequent_count",
    "meant_as",
    "unfit",
    "unfit_example",
];

pub(super) fn write(bom: bool, description: &Description) -> Result<(), Failure> {
    output::csv(bom, COLUMNS, |rows| {
        for column in &description.columns {
            if column.kinds.is_empty() {
                rows.serialize(of_column(column))?;
            }
            column.kinds.iter().try_for_each(|kind| rows.serialize(of_kind(column, kind)))?;
        }
        for column in &description.not_read {
            if column.kinds.is_empty() {
                rows.serialize(not_read(column))?;
            }
            let of_kind = |of: &KindCount| Row {
                kind: Some(of.kind.as_str()),
                values: of.values,
                distinct: of.distinct,
                least: of.least.as_ref().map(text),
                greatest: of.greatest.as_ref().map(text),
                ..not_read(column)
            };
            column.kinds.iter().try_for_each(|kind| rows.serialize(of_kind(kind)))?;
        }
        Ok(())
    })
}

fn of_column(column: &ColumnDescription) -> Row<'_> {
    let most_frequent = column.most_frequent.first();
    let unfit = column.unfit.as_ref();
    Row {
        column: &column.name,
        read_as: Some(column.read_as.as_str()),
        given: column.given,
        of: Some(column.of),
        distinct: Some(column.distinct),
        most_frequent: most_frequent.map(|found| text(&found.value)),
        most_frequent_count: most_frequent.map(|found| found.count),
        meant_as: unfit.map(|unfit| unfit.meant_as.as_str()),
        unfit: unfit.map(|unfit| unfit.values),
        unfit_example: unfit.and_then(|unfit| unfit.forms.first()).map(|form| text(&form.example)),
        ..Row::default()
    }
}

fn of_kind<'d>(column: &'d ColumnDescription, kind: &KindDescription) -> Row<'d> {
    Row {
        kind: Some(kind.kind.as_str()),
        values: kind.values,
        distinct: Some(kind.distinct),
        least: kind.least.as_ref().map(text),
        greatest: kind.greatest.as_ref().map(text),
        ..of_column(column)
    }
}

fn not_read(column: &UnreadColumn) -> Row<'_> {
    let most_frequent = column.most_frequent.first();
    Row {
        column: &column.name,
        suggestion: column.suggestion.as_deref(),
        values: column.values,
        distinct: column.distinct,
        most_frequent: most_frequent.map(|found| text(&found.value)),
        most_frequent_count: most_frequent.map(|found| found.count),
        ..Row::default()
    }
}

fn text(value: &Value) -> String {
    shown(value).into_owned()
}
