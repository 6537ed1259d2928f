//! What values, kinds and columns are called where people read them, on a page and in a terminal.

use std::borrow::Cow;

use headcount::{
    Value,
    analysis::{ColumnDescription, Description, KindDescription, ReadAs, UnreadColumn, ValueCount, ValueKind},
    error::escaped,
};

use crate::thousands;

/// A text from data on one short line: control characters escaped, cut with `…` behind so many characters.
#[must_use]
pub fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", escaped(&text[..end])),
        None => escaped(text).into_owned(),
    }
}

/// What a value looks like to people: a text as it is, all else as JSON.
#[must_use]
pub fn shown(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Text(text) => Cow::Borrowed(text),
        value => Cow::Owned(value.to_string()),
    }
}

/// What a kind of values is called where it is shown to people.
#[must_use]
pub fn kind_name(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::NumberText => "number as text",
        ValueKind::TimeText => "time as text",
        kind => kind.as_str(),
    }
}

/// The kinds of values that are not read, those of which there are several with how many.
#[must_use]
pub fn unread_kinds(column: &UnreadColumn) -> String {
    match &*column.kinds {
        [only] => kind_name(only.kind).to_owned(),
        kinds => {
            let counted = kinds.iter().map(|of| format!("{} ({})", kind_name(of.kind), thousands(of.values)));
            counted.collect::<Vec<_>>().join(", ")
        }
    }
}

/// What a column is read as, where it is shown to people.
#[must_use]
pub fn read_as(column: &ColumnDescription) -> &'static str {
    match (column.read_as, &*column.kinds) {
        (ReadAs::CustomField, [only]) => kind_name(only.kind),
        (ReadAs::CustomField, _) => "several kinds",
        (read_as, _) => read_as.as_str(),
    }
}

/// The least and the greatest value of a kind, as far as there is one, in so many characters each at most.
#[must_use]
pub fn ends(kind: Option<&KindDescription>, longest: usize) -> [String; 2] {
    let ends = kind.map_or([None, None], |kind| [kind.least.as_ref(), kind.greatest.as_ref()]);
    cut_ends(ends, longest)
}

/// As [`ends`], of a column that is not read, where its values are of one kind.
#[must_use]
pub fn unread_ends(column: &UnreadColumn, longest: usize) -> [String; 2] {
    let only = if let [only] = &*column.kinds { Some(only) } else { None };
    cut_ends(only.map_or([None, None], |kind| [kind.least.as_ref(), kind.greatest.as_ref()]), longest)
}

fn cut_ends(ends: [Option<&Value>; 2], longest: usize) -> [String; 2] {
    ends.map(|end| end.map(|value| cut(&shown(value), longest)).unwrap_or_default())
}

/// The columns that no record gives, by what is taken in their place.
#[must_use]
pub fn not_given(description: &Description) -> Vec<(String, Vec<&str>)> {
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
#[must_use]
pub fn most_frequent(values: &[ValueCount]) -> String {
    const MOST: usize = 3;
    const LONGEST: usize = 24;
    if values.first().is_none_or(|first| first.count == 1) {
        return String::new();
    }
    let shown = values
        .iter()
        .take(MOST)
        .map(|found| format!("{} ({})", cut(&shown(&found.value), LONGEST), thousands(found.count)));
    shown.collect::<Vec<_>>().join(", ")
}

/// How many different values there are of a column that is not read, where that is known.
#[must_use]
pub fn unread_distinct(column: &UnreadColumn) -> String {
    column.distinct.map(thousands).unwrap_or_default()
}
