//! Pages of HTML that stand alone, without network and without JavaScript. Every figure is a `data` element, whose value is
//! the number as JSON writes it.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::heard::Heard;
use crate::output::{signed, thousands};

/// A page: its heading, the notes on the records, and what is in it.
pub(crate) fn page(heading: &str, heard: &Heard, content: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                // Nothing is fetched: not even the icon that browsers ask for.
                link rel="icon" href="data:,";
                title { (heading) }
                style { (PreEscaped(include_str!("page.css"))) }
            }
            body {
                h1 { (heading) }
                @for note in heard.notes() {
                    p.quiet { (note) }
                }
                (content)
            }
        }
    };
    page.into_string()
}

/// A number for people, and what it is for programs.
pub(crate) fn figure(what: &str, number: u64) -> Markup {
    html! { data data-is=(what) value=(number) { (thousands(number)) } }
}

/// A difference for people, and what it is for programs.
pub(crate) fn difference(what: &str, number: i64) -> Markup {
    html! { data data-is=(what) value=(number) { (signed(number)) } }
}

/// A bar as long as a number is, of the greatest that there can be.
pub(crate) fn bar(number: u64, greatest: u64) -> Markup {
    let percent = if greatest == 0 { 0.0 } else { number as f64 * 100.0 / greatest as f64 };
    html! { span.bar style=(format!("width: {:.2}%", percent.min(100.0))) {} }
}
