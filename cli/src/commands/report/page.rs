//! The page: everything there is to say of audiences, in HTML.

use headcount::{analysis::Overlap, error::escaped};
use headcount_page::{
    bar, bounds, breakdown, counts, description, figure, instant, overlap, page, thousands, timeline,
};
use maud::{Markup, html};

use super::{Report, Told};
use crate::arguments;
use crate::commands::reconcile::{premises, rank};
use crate::heard::Heard;

pub(super) fn html(report: &Report, heard: &Heard) -> String {
    let content = html! {
        (counts(&report.records))
        @if report.audiences.len() > 1 { (contents(report)) }
        @for (told, number) in report.audiences.iter().zip(1..) { (audience(told, number)) }
        @if let Some(overlap) = &report.overlap { (overlaps(report, overlap)) }
        @if report.reconciliation.is_some() { (cached_sizes(report)) }
        section.records {
            h2 { "What is in the records" }
            (description(&report.records))
        }
    };
    page("Audiences", heard.notes(), &content)
}

fn contents(report: &Report) -> Markup {
    let greatest = report.audiences.iter().map(|told| told.breakdown.size.value).max().unwrap_or(0);
    html! {
        div.wide { table {
            thead { tr { th { "audience" } th.number { "size" } th {} } }
            tbody {
                @for (told, number) in report.audiences.iter().zip(1..) {
                    tr {
                        td { a href=(format!("#audience-{number}")) { (told.label) } }
                        td.number { (thousands(told.breakdown.size.value)) }
                        td.bars { (bar(told.breakdown.size.value, greatest)) }
                    }
                }
            }
        } }
    }
}

fn audience(told: &Told, number: usize) -> Markup {
    let size = &told.breakdown.size;
    let unit = size.semantics.unit.as_str();
    html! {
        section.audience id=(format!("audience-{number}")) {
            h2 { (told.label) }
            @if let Some(description) = &told.audience.description { p { (escaped(description)) } }
            p.size { (figure("size", size.value)) " " (unit) }
            p.quiet {
                "exactly, at " time datetime=(instant(size.now)) { (instant(size.now)) } ". "
                @match told.valid_until {
                    Some(until) => { "True until " time datetime=(instant(until)) { (instant(until)) } " if nothing happens. " }
                    None => { "It does not change as time goes by. " }
                }
                @if !arguments::flags(&size.semantics).is_empty() {
                    "Read with " code { (arguments::flags(&size.semantics).join(" ")) } ". "
                }
                "Fingerprint " code { (size.fingerprint) } "."
            }
            p { code { (told.audience.filter) } }
            (breakdown(&told.breakdown))
            h3 { "If nobody does anything" }
            (timeline(&told.timeline))
        }
    }
}

fn overlaps(report: &Report, shared: &Overlap) -> Markup {
    html! {
        section.overlap {
            h2 { "What they share" }
            (overlap(shared, |place| report.audiences[place].label.clone()))
        }
    }
}

fn labels(report: &Report, audiences: &[usize]) -> String {
    let labels: Vec<&str> = audiences.iter().map(|audience| report.audiences[*audience].label.as_str()).collect();
    labels.join(" + ")
}

fn cached_sizes(report: &Report) -> Markup {
    let Some(told) = &report.reconciliation else { return html! {} };
    let ranked = rank(told);
    html! {
        section.reconciliation {
            h2 { "Cached sizes" }
            p.quiet {
                "What the records say each can have been at its instant: the least and the most, as later activity "
                "overwrote what was true then, and some of it may have changed without a trace."
            }
            (bounds(told, |place| report.audiences[place].label.clone()))
            @for premise in premises(told.unchanged) { p.quiet { (premise) } }
            h3 { (ranked.headline) }
            ul.readings {
                @for reading in &ranked.readings {
                    li {
                        @let flags = arguments::flags(&reading.semantics);
                        @if flags.is_empty() { "the defaults" } @else { code { (flags.join(" ")) } }
                        @if !reading.by.is_empty() { ", ruled out by " (labels(report, &reading.by)) }
                        @if !reading.if_changed.is_empty() {
                            ", if something changed for " (labels(report, &reading.if_changed))
                        }
                    }
                }
            }
        }
    }
}
