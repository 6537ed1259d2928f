//! What audiences share.

use headcount::analysis::Overlap;
use maud::{Markup, html};

use crate::{bar, figure};

/// How many contacts are in exactly which audiences; `label` tells what the audience of a place is called.
#[must_use]
pub fn overlap(overlap: &Overlap, label: impl Fn(usize) -> String) -> Markup {
    /// More rows than this nobody reads; the data have them all.
    const MOST: usize = 40;
    let greatest = overlap.patterns.first().map_or(0, |pattern| pattern.contacts);
    let labels = |audiences: &[usize]| audiences.iter().map(|place| label(*place)).collect::<Vec<_>>().join(" + ");
    html! {
        p {
            (figure("in_any", overlap.in_any)) " contacts in any of them, "
            (figure("in_all", overlap.in_all)) " in all."
        }
        div.wide { table.patterns {
            thead { tr { th.number { "contacts" } th { "in exactly" } th {} } }
            tbody {
                @for pattern in overlap.patterns.iter().take(MOST) {
                    tr {
                        td.number { (figure("contacts", pattern.contacts)) }
                        td { (labels(&pattern.audiences)) }
                        td.bars { (bar(pattern.contacts, greatest)) }
                    }
                }
            }
        } }
        @if overlap.patterns.len() > MOST {
            p.quiet { "And " (overlap.patterns.len() - MOST) " more choices of audiences, with fewer contacts each." }
        }
    }
}
