//! Results as HTML that stands alone, without network and without JavaScript: parts of the page that `headcount report`
//! writes, and the same parts in a notebook. Every figure is a `data` element, whose value is the number as JSON writes it.

mod bounds;
mod breakdown;
mod chart;
mod description;
mod figures;
mod overlap;
pub mod words;

use headcount::Notes;
use maud::{DOCTYPE, Markup, PreEscaped, html};

pub use self::bounds::{alternatives, bounds, verdict};
pub use self::breakdown::breakdown;
pub use self::chart::timeline;
pub use self::description::{counts, description, records};
pub use self::figures::{bar, difference, figure, instant, signed, thousands};
pub use self::overlap::overlap;

/// How parts look, wherever they stand.
const PARTS: &str = include_str!("parts.css");

/// A page: its heading, the notes on the records, and what is in it.
#[must_use]
pub fn page(heading: &str, notes: &Notes, content: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                // Nothing is fetched: not even the icon that browsers ask for.
                link rel="icon" href="data:,";
                title { (heading) }
                style { (PreEscaped(include_str!("page.css"))) (PreEscaped(PARTS)) }
            }
            body.headcount {
                h1 { (heading) }
                @for note in notes {
                    p.quiet { (note) }
                }
                (content)
            }
        }
    };
    page.into_string()
}

/// Parts that stand in somebody else's page, such as a notebook, and bring how they look.
#[must_use]
pub fn embedded(parts: &Markup) -> String {
    html! { div.headcount { style { (PreEscaped(PARTS)) } (parts) } }.into_string()
}

#[cfg(test)]
mod tests {
    use headcount::{Audience, EvalContext, Table};

    use super::*;

    #[test]
    fn names_from_data_are_escaped() {
        let cx = EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap());
        let audience = Audience::of(r#"custom."<script>" = '<b>'"#.parse().unwrap());
        let html = embedded(&breakdown(&Table::default().breakdown(&audience, &cx)));
        assert!(html.contains("&lt;script&gt;") && !html.contains("<script>") && !html.contains("<b>"), "{html}");
    }

    #[test]
    fn a_page_has_its_heading_and_its_notes() {
        let page = page("Audiences & more", &Notes::default(), &html! { p { "content" } });
        assert!(page.starts_with("<!DOCTYPE html>") && page.contains("<h1>Audiences &amp; more</h1><p>content</p>"));
    }
}
