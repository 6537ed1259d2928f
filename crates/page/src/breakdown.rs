//! Why a size is what it is: who is left at each step, and what each part of the filter does.

use headcount::analysis::{Breakdown, BreakdownNode, BreakdownNodeKind};
use maud::{Markup, html};

use crate::{bar, difference, figure, thousands};

/// The size taken apart, as a funnel and as the filter's tree, both with bars.
#[must_use]
pub fn breakdown(breakdown: &Breakdown) -> Markup {
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
        p.quiet { "Of the " (thousands(breakdown.in_scope)) " " (breakdown.size.semantics.unit.as_str()) " in scope." }
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
