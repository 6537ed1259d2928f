//! A description as tables for people: a screen or two, whatever there is.

use std::cmp::Reverse;
use std::io;

use headcount::analysis::{ColumnDescription, Description, ListDescription};
use headcount_page::words::{
    cut, ends, kind_name, most_frequent, not_given, read_as, shown, unread_distinct, unread_ends, unread_kinds,
};

use crate::failure::Failure;
use crate::output::{self, Holds, counted, escaped, note, thousands};

/// The most rows of a table.
const MOST_ROWS: usize = 40;
/// The most characters of a value.
const LONGEST: usize = 24;

pub(super) fn write(description: &Description) -> Result<(), Failure> {
    let left_out = LeftOut::of(description);
    output::write(|out| {
        let Description { contacts, memberships, replaced, .. } = description;
        let (contacts, memberships) = (counted(*contacts, "contact"), counted(*memberships, "membership"));
        write!(out, "{contacts}, {memberships}, {} replaced", thousands(*replaced))?;
        if let Some(pages) = description.pages {
            let of = pages.total.map(|total| format!(" of {}", thousands(total))).unwrap_or_default();
            write!(out, ", {}{of} read", counted(pages.read, "page"))?;
        }
        writeln!(out)?;
        columns(out, description)?;
        unfit(out, description)?;
        not_read(out, description)?;
        absent(out, description)?;
        lists(out, description)?;
        phone_numbers(out, description)
    })?;
    left_out.tell();
    Ok(())
}

/// What the tables have no room for.
struct LeftOut(Vec<String>);

impl LeftOut {
    fn of(description: &Description) -> Self {
        let beyond = |all: usize, one: &str| {
            all.checked_sub(MOST_ROWS).filter(|more| *more > 0).map(|more| counted(more as u64, one))
        };
        let unfit = description.columns.iter().filter_map(|column| column.unfit.as_ref());
        let counts = [
            (given(description).count(), "more column"),
            (unfit.map(|unfit| unfit.forms.len()).sum(), "more unfit form"),
            (description.not_read.len(), "more unread name"),
            (description.lists.len(), "more list"),
            (description.phone_numbers.others.len(), "more phone number form"),
        ];
        Self(counts.into_iter().filter_map(|(all, one)| beyond(all, one)).collect())
    }

    fn tell(&self) {
        if !self.0.is_empty() {
            note(format_args!("{} left out: --format json has all", self.0.join(", ")));
        }
    }
}

/// The columns that some record gives.
fn given(description: &Description) -> impl Iterator<Item = &ColumnDescription> {
    description.columns.iter().filter(|column| column.given != Some(false))
}

/// Writes a table below an empty line, unless it has no rows.
fn section(
    out: &mut dyn io::Write,
    columns: &[(&str, Holds)],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> io::Result<()> {
    let rows: Vec<Vec<String>> = rows.into_iter().collect();
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    output::table(out, columns, rows)
}

fn columns(out: &mut dyn io::Write, description: &Description) -> io::Result<()> {
    let header = [
        ("column", Holds::Text),
        ("read as", Holds::Text),
        ("values", Holds::Number),
        ("of", Holds::Number),
        ("distinct", Holds::Number),
        ("least", Holds::Text),
        ("greatest", Holds::Text),
        ("most frequent", Holds::Text),
    ];
    section(out, &header, given(description).take(MOST_ROWS).flat_map(rows_of))
}

/// The row of a column, and below it one for each kind of its values if there are several.
fn rows_of(column: &ColumnDescription) -> Vec<Vec<String>> {
    let only = if let [only] = &*column.kinds { Some(only) } else { None };
    let [least, greatest] = ends(only, LONGEST);
    let mut rows = vec![vec![
        name(&column.name),
        read_as(column).to_owned(),
        thousands(column.values),
        thousands(column.of),
        thousands(column.distinct),
        least,
        greatest,
        most_frequent(&column.most_frequent),
    ]];
    for kind in column.kinds.iter().filter(|_| only.is_none()) {
        let [least, greatest] = ends(Some(kind), LONGEST);
        let (values, distinct) = (thousands(kind.values), thousands(kind.distinct));
        let indented = format!("  {}", kind_name(kind.kind));
        rows.push(vec![String::new(), indented, values, String::new(), distinct, least, greatest, String::new()]);
    }
    rows
}

/// A name that comes from data.
fn name(name: &str) -> String {
    cut(name, 2 * LONGEST)
}

fn unfit(out: &mut dyn io::Write, description: &Description) -> io::Result<()> {
    let header = [
        ("unfit values in", Holds::Text),
        ("meant as", Holds::Text),
        ("values", Holds::Number),
        ("look like", Holds::Text),
        ("such as", Holds::Text),
    ];
    let found = description.columns.iter().filter_map(|column| Some((column, column.unfit.as_ref()?)));
    let rows = found.flat_map(|(column, unfit)| {
        unfit.forms.iter().map(|form| {
            let example = cut(&shown(&form.example), LONGEST);
            let meant_as = unfit.meant_as.as_str().to_owned();
            vec![name(&column.name), meant_as, thousands(form.values), cut(&form.shape, LONGEST), example]
        })
    });
    section(out, &header, rows.take(MOST_ROWS))
}

fn not_read(out: &mut dyn io::Write, description: &Description) -> io::Result<()> {
    let header = [
        ("not read", Holds::Text),
        ("as", Holds::Text),
        ("values", Holds::Number),
        ("distinct", Holds::Number),
        ("least", Holds::Text),
        ("greatest", Holds::Text),
        ("most frequent", Holds::Text),
        ("did you mean", Holds::Text),
        ("in", Holds::Text),
    ];
    let rows = description.not_read.iter().map(|column| {
        let suggestion = column.suggestion.clone().unwrap_or_default();
        let input = escaped(column.input.as_deref().unwrap_or_default()).into_owned();
        let [least, greatest] = unread_ends(column, LONGEST);
        vec![
            name(&column.name),
            unread_kinds(column),
            thousands(column.values),
            unread_distinct(column),
            least,
            greatest,
            most_frequent(&column.most_frequent),
            suggestion,
            input,
        ]
    });
    section(out, &header, rows.take(MOST_ROWS))
}

fn absent(out: &mut dyn io::Write, description: &Description) -> io::Result<()> {
    let rows = not_given(description).into_iter().map(|(taken, names)| vec![taken, names.join(", ")]);
    section(out, &[("taken as", Holds::Text), ("where no record gives", Holds::Text)], rows)
}

fn lists(out: &mut dyn io::Write, description: &Description) -> io::Result<()> {
    let header = [
        ("list", Holds::Number),
        ("contacts", Holds::Number),
        ("memberships", Holds::Number),
        ("active", Holds::Number),
    ];
    let mut largest: Vec<&ListDescription> = description.lists.iter().collect();
    largest.sort_by_key(|list| Reverse(list.contacts));
    let rows = largest.into_iter().take(MOST_ROWS).map(|list| {
        let id = list.list_id.map_or_else(|| "none".to_owned(), |id| id.to_string());
        vec![id, thousands(list.contacts), thousands(list.memberships), thousands(list.active)]
    });
    section(out, &header, rows)
}

fn phone_numbers(out: &mut dyn io::Write, description: &Description) -> io::Result<()> {
    let header = [("phone numbers", Holds::Text), ("contacts", Holds::Number), ("the first", Holds::Text)];
    let e164 = description.phone_numbers.e164;
    let e164 = (e164 > 0).then(|| vec!["E.164".to_owned(), thousands(e164), String::new()]);
    let others = description
        .phone_numbers
        .others
        .iter()
        .take(MOST_ROWS)
        .map(|form| vec![cut(&form.shape, LONGEST), thousands(form.contacts), cut(&form.first, LONGEST)]);
    section(out, &header, e164.into_iter().chain(others))
}
