//! `describe`: what is in records, before anything is asked of them.

mod csv;
pub(crate) mod page;
mod tables;

use std::borrow::Cow;

use headcount::{
    Value,
    analysis::{ColumnDescription, Description, KindDescription, ReadAs, UnreadColumn, ValueCount, ValueKind},
};

use crate::arguments::{self, TableFormat};
use crate::failure::Failure;
use crate::heard::WithNotes;
use crate::inputs;
use crate::output;
use crate::records;

/// Writes the description.
pub(crate) fn run(arguments: &arguments::Describe) -> Result<(), Failure> {
    inputs::read_standard_input_once(&arguments.records.files)?;
    let loaded = records::load_to_describe(&arguments.records, &[])?;
    let (description, heard) = (loaded.describe(), &loaded.heard);
    match (&arguments.output, arguments.tabular.format) {
        (Some(path), _) => {
            let page = page::html(&description, heard);
            output::write_to(path, |out| out.write_all(page.as_bytes()))
        }
        (None, TableFormat::Table) => tables::write(&description),
        (None, TableFormat::Json) => output::json(&WithNotes { answer: &description, notes: heard }),
        (None, TableFormat::Csv) => csv::write(arguments.tabular.bom, &description),
    }?;
    heard.outcome()
}

/// What a value looks like to people: a text as it is, all else as JSON.
fn shown(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Text(text) => Cow::Borrowed(text),
        value => Cow::Owned(value.to_string()),
    }
}

/// What a kind of values is called where it is shown to people.
fn kind_name(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::NumberText => "number as text",
        ValueKind::TimeText => "time as text",
        kind => kind.as_str(),
    }
}

/// The kinds of values that are not read, those of which there are several with how many.
fn unread_kinds(column: &UnreadColumn) -> String {
    match &*column.kinds {
        [only] => kind_name(only.kind).to_owned(),
        kinds => {
            let counted = kinds.iter().map(|of| format!("{} ({})", kind_name(of.kind), output::thousands(of.values)));
            counted.collect::<Vec<_>>().join(", ")
        }
    }
}

/// What a column is read as, where it is shown to people.
fn read_as(column: &ColumnDescription) -> &'static str {
    match (column.read_as, &*column.kinds) {
        (ReadAs::CustomField, [only]) => kind_name(only.kind),
        (ReadAs::CustomField, _) => "several kinds",
        (read_as, _) => read_as.as_str(),
    }
}

/// The least and the greatest value of a kind, as far as there is one, in so many characters each at most.
fn ends(kind: Option<&KindDescription>, longest: usize) -> [String; 2] {
    let ends = kind.map_or([None, None], |kind| [kind.least.as_ref(), kind.greatest.as_ref()]);
    cut_ends(ends, longest)
}

/// As [`ends`], of a column that is not read, where its values are of one kind.
fn unread_ends(column: &UnreadColumn, longest: usize) -> [String; 2] {
    let only = if let [only] = &*column.kinds { Some(only) } else { None };
    cut_ends(only.map_or([None, None], |kind| [kind.least.as_ref(), kind.greatest.as_ref()]), longest)
}

fn cut_ends(ends: [Option<&Value>; 2], longest: usize) -> [String; 2] {
    ends.map(|end| end.map(|value| output::cut(&shown(value), longest)).unwrap_or_default())
}

/// The columns that no record gives, by what is taken in their place.
fn not_given(description: &Description) -> Vec<(String, Vec<&str>)> {
    let mut taken: Vec<(String, Vec<&str>)> = Vec::new();
    for column in description.columns.iter().filter(|column| column.given == Some(false)) {
        let what = taken_as(column);
        match taken.iter_mut().find(|(known, _)| *known == what) {
            Some((_, names)) => names.push(&column.name),
            None => taken.push((what, vec![&column.name])),
        }
    }
    taken
}

fn taken_as(column: &ColumnDescription) -> String {
    match (column.distinct, column.kinds.first().and_then(|kind| kind.least.as_ref())) {
        (1, Some(value)) => shown(value).into_owned(),
        (0, _) => "no value".to_owned(),
        _ => "worked out".to_owned(),
    }
}

/// The values that most have, with how many: at most three; none where no two have the same.
fn most_frequent(values: &[ValueCount]) -> String {
    const MOST: usize = 3;
    const LONGEST: usize = 24;
    if values.first().is_none_or(|first| first.count == 1) {
        return String::new();
    }
    let shown = values
        .iter()
        .take(MOST)
        .map(|found| format!("{} ({})", output::cut(&shown(&found.value), LONGEST), output::thousands(found.count)));
    shown.collect::<Vec<_>>().join(", ")
}

/// How many different values there are of a column that is not read, where that is known.
fn unread_distinct(column: &UnreadColumn) -> String {
    column.distinct.map(output::thousands).unwrap_or_default()
}
