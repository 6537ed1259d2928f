//! Cached sizes beside what the records say they can have been.

use headcount::analysis::{AudienceReconciliation, Bounds, Discrepancy, Reconciliation, UntracedChanges, Verdict};
use maud::{Markup, html};

use crate::{difference, figure, instant, thousands};

/// A row for each cached size: its bounds, the verdict, and what stands between the two numbers; `label` tells what the
/// audience of a place is called.
#[must_use]
pub fn bounds(told: &Reconciliation, label: impl Fn(usize) -> String) -> Markup {
    html! {
        div.wide { table.bounds {
            thead { tr {
                th { "audience" } th { "cached at" }
                th.number { "cached" } th.number { "least" } th.number { "most" } th { "" } th.number { "as recorded" }
                th.number { "drift" } th.number { "overwritten" } th.number { "untraced" } th.number { "inactive" }
                th.number { "on_dnc" } th.number { "missing" } th.number { "duplicates" }
            } }
            tbody { @for reconciled in &told.audiences { (row(reconciled, &label(reconciled.audience))) } }
        } }
    }
}

fn row(reconciled: &AudienceReconciliation, label: &str) -> Markup {
    let Discrepancy { drift, overwritten, untraced, inactive, on_dnc, missing, duplicates, .. } = reconciled.items;
    html! {
        tr {
            td { (label) }
            td { (instant(reconciled.at)) }
            td.number { (figure("cached_size", reconciled.cached)) }
            td.number { (figure("least", reconciled.bounds.low)) }
            td.number { (figure("most", reconciled.bounds.high)) }
            td.verdict { (verdict(reconciled)) }
            td.number { (figure("as_recorded", reconciled.bounds.recorded)) }
            td.number { (difference("drift", drift)) }
            td.number { (figure("overwritten", overwritten)) }
            td.number { (figure("untraced", untraced)) }
            td.number { (difference("inactive", inactive)) }
            td.number { (figure("on_dnc", on_dnc)) }
            td.number { (difference("missing", missing)) }
            td.number { (difference("duplicates", duplicates)) }
        }
    }
}

/// Whether a cached size can have been right, in words.
#[must_use]
pub fn verdict(reconciled: &AudienceReconciliation) -> String {
    let AudienceReconciliation { cached, bounds: Bounds { low, high, .. }, verdict, items, .. } = reconciled;
    match verdict {
        Verdict::Explained if items.overwritten == 0 => "equal".to_owned(),
        Verdict::Explained => "within".to_owned(),
        Verdict::Possible { if_changed } => format!("possible if {} changed", alternatives(if_changed)),
        Verdict::Impossible { unless_changed } => {
            let off = match cached.checked_sub(*high) {
                None | Some(0) => format!("{} too few", thousands(low.saturating_sub(*cached))),
                Some(more) => format!("{} too many", thousands(more)),
            };
            if unless_changed.is_empty() {
                format!("impossible: {off}")
            } else {
                format!("impossible: {off}, unless {} changed", alternatives(unless_changed))
            }
        }
        _ => String::new(),
    }
}

/// Changes of which each explains a cached size: `subscription and on_dnc or memberships`.
#[must_use]
pub fn alternatives(changes: &[UntracedChanges]) -> String {
    changes.iter().map(UntracedChanges::to_string).collect::<Vec<_>>().join(" or ")
}
