//! What is in records before anything is asked of them.

use headcount::analysis::{ColumnDescription, Description, KindDescription};
use maud::{Markup, html};

use crate::words::{
    cut, ends, kind_name, most_frequent, not_given, read_as, shown, unread_distinct, unread_ends, unread_kinds,
};
use crate::{bar, figure};

/// The most rows of a table; the data have them all.
const MOST_ROWS: usize = 200;
/// The most characters of a value.
const LONGEST: usize = 60;

/// What is in records, by itself.
#[must_use]
pub fn records(of: &Description) -> Markup {
    html! { (counts(of)) (description(of)) }
}

/// How many contacts and memberships there are.
#[must_use]
pub fn counts(description: &Description) -> Markup {
    html! {
        p {
            (figure("contacts", description.contacts)) " contacts, "
            (figure("memberships", description.memberships)) " memberships."
        }
    }
}

/// What is in records, table by table, without how many contacts and memberships there are.
#[must_use]
pub fn description(description: &Description) -> Markup {
    let given: Vec<&ColumnDescription> =
        description.columns.iter().filter(|column| column.given != Some(false)).collect();
    html! {
        p {
            (figure("replaced", description.replaced)) " memberships were replaced by later records"
            @if let Some(pages) = description.pages {
                ", " (figure("pages", pages.read))
                @if let Some(total) = pages.total { " of " (figure("total_pages", total)) }
                " pages were read"
            }
            "."
        }
        div.wide { table.columns {
            thead { tr {
                th { "column" } th { "read as" } th.number { "values" } th {} th.number { "distinct" }
                th { "least" } th { "greatest" } th { "most frequent" }
            } }
            tbody { @for column in given.iter().take(MOST_ROWS) { (rows_of(column)) } }
        } }
        (left_out(given.len(), "columns"))
        (unfit(description))
        (not_read(description))
        (absent(description))
        (lists(description))
        (phone_numbers(description))
    }
}

fn left_out(rows: usize, what: &str) -> Markup {
    html! { @if rows > MOST_ROWS { p.quiet { "And " (rows - MOST_ROWS) " more " (what) "." } } }
}

/// The row of a column, and below it one for each kind of its values if there are several.
fn rows_of(column: &ColumnDescription) -> Markup {
    let ends = |kind: Option<&KindDescription>| {
        let [least, greatest] = ends(kind, LONGEST);
        html! { td { (least) } td { (greatest) } }
    };
    let only = if let [only] = &*column.kinds { Some(only) } else { None };
    html! {
        tr {
            td { code { (cut(&column.name, LONGEST)) } }
            td { (read_as(column)) }
            td.number { (figure("values", column.values)) }
            td.bars { (bar(column.values, column.of)) }
            td.number { (figure("distinct", column.distinct)) }
            (ends(only))
            td { (most_frequent(&column.most_frequent)) }
        }
        @for kind in column.kinds.iter().filter(|_| only.is_none()) {
            tr.quiet {
                td {}
                td { (kind_name(kind.kind)) }
                td.number { (figure("values", kind.values)) }
                td.bars { (bar(kind.values, column.of)) }
                td.number { (figure("distinct", kind.distinct)) }
                (ends(Some(kind)))
                td {}
            }
        }
    }
}

fn unfit(description: &Description) -> Markup {
    let found = description.columns.iter().filter_map(|column| Some((column, column.unfit.as_ref()?)));
    let rows: Vec<_> =
        found.flat_map(|(column, unfit)| unfit.forms.iter().map(move |form| (column, unfit, form))).collect();
    html! {
        @if !rows.is_empty() {
            h3 { "Unfit values" }
            div.wide { table.unfit {
                thead { tr { th { "column" } th { "meant as" } th.number { "values" } th { "look like" } th { "such as" } } }
                tbody { @for (column, unfit, form) in rows.iter().take(MOST_ROWS) {
                    tr {
                        td { code { (cut(&column.name, LONGEST)) } }
                        td { (unfit.meant_as.as_str()) }
                        td.number { (figure("unfit", form.values)) }
                        td { (cut(&form.shape, LONGEST)) }
                        td { (cut(&shown(&form.example), LONGEST)) }
                    }
                } }
            } }
            (left_out(rows.len(), "forms"))
        }
    }
}

fn not_read(description: &Description) -> Markup {
    html! {
        @if !description.not_read.is_empty() {
            h3 { "Not read" }
            div.wide { table.not-read {
                thead { tr {
                    th { "name" } th { "as" } th.number { "values" } th.number { "distinct" } th { "least" } th { "greatest" }
                    th { "most frequent" } th { "did you mean" } th { "in" }
                } }
                tbody { @for column in description.not_read.iter().take(MOST_ROWS) {
                    tr {
                        td { code { (cut(&column.name, LONGEST)) } }
                        td { (unread_kinds(column)) }
                        td.number { (figure("not_read", column.values)) }
                        td.number { (unread_distinct(column)) }
                        @for end in unread_ends(column, LONGEST) { td { (end) } }
                        td { (most_frequent(&column.most_frequent)) }
                        td { @if let Some(suggestion) = &column.suggestion { code { (suggestion) } } }
                        td { (cut(column.input.as_deref().unwrap_or_default(), LONGEST)) }
                    }
                } }
            } }
            (left_out(description.not_read.len(), "names"))
        }
    }
}

fn absent(description: &Description) -> Markup {
    let taken = not_given(description);
    html! {
        @if !taken.is_empty() {
            h3 { "Given by no record" }
            div.wide { table.absent {
                thead { tr { th { "taken as" } th { "where no record gives" } } }
                tbody { @for (what, names) in &taken { tr { td { (what) } td { code { (names.join(", ")) } } } } }
            } }
        }
    }
}

fn lists(description: &Description) -> Markup {
    html! {
        @if !description.lists.is_empty() {
            h3 { "Lists" }
            div.wide { table.lists {
                thead { tr {
                    th.number { "list" } th.number { "contacts" } th.number { "memberships" } th.number { "active" } th {}
                } }
                tbody { @for list in description.lists.iter().take(MOST_ROWS) {
                    tr {
                        td.number { @match list.list_id { Some(id) => { (id) } None => { "none" } } }
                        td.number { (figure("contacts_on_list", list.contacts)) }
                        td.number { (figure("memberships_on_list", list.memberships)) }
                        td.number { (figure("active_on_list", list.active)) }
                        td.bars { (bar(list.contacts, description.contacts)) }
                    }
                } }
            } }
            (left_out(description.lists.len(), "lists"))
        }
    }
}

fn phone_numbers(description: &Description) -> Markup {
    let forms = &description.phone_numbers;
    html! {
        h3 { "Phone numbers" }
        div.wide { table.phone-numbers {
            thead { tr { th { "form" } th.number { "contacts" } th { "the first" } th {} } }
            tbody {
                tr {
                    td { "E.164" }
                    td.number { (figure("e164", forms.e164)) }
                    td {}
                    td.bars { (bar(forms.e164, description.contacts)) }
                }
                @for form in forms.others.iter().take(MOST_ROWS) {
                    tr {
                        td { (cut(&form.shape, LONGEST)) }
                        td.number { (figure("of_form", form.contacts)) }
                        td { (cut(&form.first, LONGEST)) }
                        td.bars { (bar(form.contacts, description.contacts)) }
                    }
                }
            }
        } }
        (left_out(forms.others.len(), "forms"))
    }
}

#[cfg(test)]
mod tests {
    use headcount::{Contact, Table};

    use super::*;

    #[test]
    fn what_is_in_records_stands_in_tables_escaped_and_cut() {
        let long = "x".repeat(LONGEST + 1);
        let given = [
            r#"{"phone_number": "+14155550101", "list_id": 7, "click_count": 3, "custom_fields": {"<b>": "<i>"}}"#,
            &format!(
                r#"{{"phone_number": "4155550102", "list_id": 7, "custom_fields": {{"<b>": 5, "{long}": true}}}}"#
            ),
        ];
        let table: Table = given.iter().map(|record| Contact::from_json(record).unwrap()).collect();
        let html = records(&table.describe()).into_string();
        for expected in [
            r#"<data data-is="contacts" value="2">2</data> contacts"#,
            "<code>click_count</code></td><td>count</td>",
            "<code>custom_fields.&lt;b&gt;</code></td><td>several kinds</td>",
            "<td>number</td>",
            "&lt;i&gt;",
            "<td>4155550102</td>",
            &format!("<code>custom_fields.{}…</code>", &long[..LONGEST - "custom_fields.".len()]),
        ] {
            assert!(html.contains(expected), "{expected} in {html}");
        }
        assert!(!html.contains("<b>") && !html.contains("<i>"), "{html}");
    }
}
