//! What a page says of itself and of all pages: in `pagination`, as the platform has it, or as other services say it.

use serde_json::{Map, Value};

use crate::error::is_spelled_alike;
use crate::note::{PageSays, PageTotals};

/// Where pages speak of themselves; many do so right beside their contacts.
const PLACES: [&str; 5] = ["pagination", "meta", "paging", "page_info", "links"];

/// What they call it, whatever stands between the words.
const NUMBER: &[&str] = &["page", "current_page", "page_number"];
const PAGES: &[&str] = &["total_pages", "page_count"];
const CONTACTS: &[&str] = &["total", "total_count", "total_items", "total_contacts", "count"];
const FOLLOWS: &[&str] = &["has_more", "has_next", "has_next_page"];
const NEXT: &[&str] = &["next", "next_page", "next_page_url", "next_url", "next_cursor", "next_page_token"];

/// What stands around the contacts of a page.
pub(super) fn said(beside: &Map<String, Value>) -> PageSays {
    let inside = PLACES.iter().filter_map(|name| beside.get(*name)?.as_object());
    let all: Vec<&Map<String, Value>> = inside.chain([beside]).collect();
    let number = |names| all.iter().find_map(|members| find(members, names, number));
    PageSays {
        totals: PageTotals { pages: number(PAGES), contacts: number(CONTACTS) },
        number: number(NUMBER),
        is_followed: all.iter().find_map(|members| find(members, FOLLOWS, Value::as_bool).or(next(members))),
    }
}

/// The first member of such a name that is what it should be.
fn find<T>(members: &Map<String, Value>, names: &[&str], read: impl Fn(&Value) -> Option<T>) -> Option<T> {
    let is_named = |name: &str| names.iter().any(|known| is_spelled_alike(known, name));
    members.iter().filter(|(name, _)| is_named(name)).find_map(|(_, value)| read(value))
}

/// A whole number, as a text too.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// Whether there is a way to the next page.
fn next(members: &Map<String, Value>) -> Option<bool> {
    find(members, NEXT, |value| match value {
        Value::Bool(follows) => Some(*follows),
        Value::Null => Some(false),
        Value::String(text) => Some(!text.is_empty()),
        Value::Number(_) | Value::Object(_) => Some(true),
        Value::Array(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pages_say_of_themselves() {
        for (page, pages, contacts, number, is_followed) in [
            (
                r#"{"pagination": {"page": 2, "per_page": 50, "total": 120, "total_pages": 3}}"#,
                Some(3),
                Some(120),
                Some(2),
                None,
            ),
            (r#"{"pagination": {"total": "120", "total_pages": " 3 "}}"#, Some(3), Some(120), None, None),
            (r#"{"pagination": {"has_more": true, "next_cursor": "x"}}"#, None, None, None, Some(true)),
            (r#"{"paging": {"next": {"after": "7"}}}"#, None, None, None, Some(true)),
            (r#"{"links": {"next": null}}"#, None, None, None, Some(false)),
            (r#"{"meta": {"total": "5", "nextPageUrl": ""}}"#, None, Some(5), None, Some(false)),
            (r#"{"has-more": false, "count": 9}"#, None, Some(9), None, Some(false)),
            (r#"{"pagination": {"page": 1, "next": [null]}}"#, None, None, Some(1), None),
            (r#"{"pagination": null}"#, None, None, None, None),
        ] {
            let beside: Map<String, Value> = serde_json::from_str(page).unwrap_or_default();
            let expected = PageSays { totals: PageTotals { pages, contacts }, number, is_followed };
            assert_eq!(said(&beside), expected, "{page}");
        }
    }
}
