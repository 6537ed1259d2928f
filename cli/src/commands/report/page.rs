//! The page: everything there is to say of audiences, in HTML.

use headcount::analysis::{AudienceReconciliation, Breakdown, BreakdownNode, BreakdownNodeKind, Discrepancy, Overlap};
use maud::{Markup, PreEscaped, html};

use super::{Report, Told, chart};
use crate::arguments;
use crate::commands::describe;
use crate::commands::reconcile::{premises, rank, verdict};
use crate::heard::Heard;
use crate::output::{instant, thousands};
use crate::page::{bar, difference, figure, page};

pub(super) fn html(report: &Report, heard: &Heard) -> String {
    let content = html! {
        p {
            (figure("contacts", report.records.contacts)) " contacts, "
            (figure("memberships", report.records.memberships)) " memberships."
        }
        @if report.audiences.len() > 1 { (contents(report)) }
        @for (told, number) in report.audiences.iter().zip(1..) { (audience(told, number)) }
        @if let Some(overlap) = &report.overlap { (overlaps(report, overlap)) }
        @if report.reconciliation.is_some() { (cached_sizes(report)) }
        section.records {
            h2 { "What is in the records" }
            (describe::page::content(&report.records))
        }
    };
    page("Audiences", heard, &content)
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
            @if let Some(description) = &told.audience.description { p { (description) } }
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
            (breakdown(&told.breakdown, unit))
            h3 { "If nobody does anything" }
            @match chart::svg(&told.timeline) {
                Some(svg) => { div.wide { (PreEscaped(svg)) } }
                None => { p { "There is no chart of it." } }
            }
            p.quiet {
                (figure("changes", told.timeline.changes().len() as u64)) " changes from "
                (instant(told.timeline.from)) " to " (instant(told.timeline.to)) ", between "
                (figure("least", told.timeline.extremes().0)) " and " (figure("most", told.timeline.extremes().1)) "."
            }
        }
    }
}

fn breakdown(breakdown: &Breakdown, unit: &str) -> Markup {
    let scope = [
        ("everybody", breakdown.everybody, "in all"),
        ("not_on_lists", breakdown.not_on_lists, "on no source list"),
        ("inactive", breakdown.inactive, "not active"),
        ("in_scope", breakdown.in_scope, "in scope"),
        ("failing", breakdown.failing, "out by a value"),
        ("without_value", breakdown.without_value, "out for want of a value"),
        ("size", breakdown.size.value, "in the audience"),
        ("let_in_without_value", breakdown.let_in_without_value, "let in for want of a value"),
        ("on_dnc", breakdown.on_dnc, "on the do-not-call list"),
    ];
    html! {
        h3 { "Who is left" }
        div.wide { table.scope { tbody {
            @for (key, number, who) in scope {
                tr {
                    td.number { (figure(key, number)) }
                    td { (who) }
                    td.bars { (bar(number, breakdown.everybody)) }
                }
            }
        } } }
        h3 { "What each part does" }
        div.wide { table.parts {
            thead { tr {
                th { "part" } th.number { "alone" } th.number { "so far" } th.number { "more without" } th {}
            } }
            tbody { (part(&breakdown.filter, 0, breakdown.in_scope)) }
        } }
        p.quiet { "Of the " (thousands(breakdown.in_scope)) " " (unit) " in scope." }
    }
}

fn part(of: &BreakdownNode, depth: usize, greatest: u64) -> Markup {
    html! {
        tr {
            td style=(format!("padding-left: {}rem", depth)) { code { (of.kind) } }
            td.number { (figure("alone", of.alone)) }
            td.number { (figure("so_far", of.so_far)) }
            td.number { (difference("more_without", of.more_without)) }
            td.bars { (bar(of.alone, greatest)) }
        }
        @if let BreakdownNodeKind::Group { members, .. } = &of.kind {
            @for member in members { (part(member, depth + 1, greatest)) }
        }
    }
}

fn overlaps(report: &Report, overlap: &Overlap) -> Markup {
    /// More rows than this nobody reads; `compare` has them all.
    const MOST: usize = 40;
    let greatest = overlap.patterns.first().map_or(0, |pattern| pattern.contacts);
    html! {
        section.overlap {
            h2 { "What they share" }
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
                            td { (labels(report, &pattern.audiences)) }
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
            div.wide { table.bounds {
                thead { tr {
                    th { "audience" } th { "cached at" }
                    th.number { "cached" } th.number { "least" } th.number { "most" } th { "" } th.number { "as recorded" }
                    th.number { "drift" } th.number { "overwritten" } th.number { "untraced" } th.number { "inactive" }
                    th.number { "on_dnc" } th.number { "missing" } th.number { "duplicates" }
                } }
                tbody { @for reconciled in &told.audiences { (bounds(report, reconciled)) } }
            } }
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

fn bounds(report: &Report, reconciled: &AudienceReconciliation) -> Markup {
    let Discrepancy { drift, overwritten, untraced, inactive, on_dnc, missing, duplicates, .. } = reconciled.items;
    html! {
        tr {
            td { (report.audiences[reconciled.audience].label) }
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
