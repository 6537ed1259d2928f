//! `headcount report`.

use tempfile::TempDir;

use crate::headcount;

const ASKED: &str = "report examples/contacts.json --now 2025-11-15T08:30:00Z";

#[test]
fn the_page_goes_where_it_is_told() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("page.html");
    let asked = format!("{ASKED} --audience examples/audiences.json -o");
    headcount(&asked).with(file.to_str().unwrap()).prints("");
    let page = headcount(&asked).with("-").stdout();
    assert_eq!(std::fs::read_to_string(file).unwrap(), page);
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>"), "{page}");
    assert_eq!(page.matches("<svg").count(), 4);
    assert!(page.contains(r#"<data data-is="size" value="4">4</data>"#), "{page}");
    assert!(
        page.contains("<td class=\"verdict\">possible if subscription or on_dnc or custom_fields changed</td>"),
        "{page}"
    );
    assert!(page.contains("may have changed without a trace: subscription, on_dnc, flags, "), "{page}");
}

#[test]
fn names_are_text_and_nothing_else() {
    let audience = r#"{"name": "<script>alert(1)</script>", "filter": {"operator": "AND", "conditions":
        [{"conditionType": "custom_field", "field": "state", "operator": "eq", "value": "</code><b>"}]}}"#;
    let page = headcount(format!("{ASKED} --audience - -o -")).reading(audience).stdout();
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{page}");
    assert!(!page.contains("<script") && !page.contains("<b>"), "{page}");
}
