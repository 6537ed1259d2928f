//! A size over time, as a chart in SVG that stands inside the page.

use std::error::Error;

use chrono::{DateTime, Utc};
use headcount::analysis::Timeline;
use maud::{Markup, PreEscaped, html};
use plotters::prelude::*;

use crate::{figure, instant};

const WIDTH: u32 = 860;
const HEIGHT: u32 = 260;

/// So many steps are more than there are pixels: of more, the least and the greatest of each pixel are drawn.
const MOST_STEPS: usize = 4 * WIDTH as usize;

/// What a size will be if nobody does anything: a chart, and between which two it stays.
#[must_use]
pub fn timeline(timeline: &Timeline) -> Markup {
    let (least, most) = timeline.extremes();
    html! {
        @match svg(timeline) {
            Some(svg) => { div.wide { (PreEscaped(svg)) } }
            None => { p { "There is no chart of it." } }
        }
        p.quiet {
            (figure("changes", timeline.changes().len() as u64)) " changes from "
            (instant(timeline.from)) " to " (instant(timeline.to)) ", between "
            (figure("least", least)) " and " (figure("most", most)) "."
        }
    }
}

/// The chart, or nothing where there is no time to show.
fn svg(timeline: &Timeline) -> Option<String> {
    let mut svg = String::new();
    draw(timeline, &mut svg).ok()?;
    // Inside a page it needs no declaration; it is named for those who cannot see it.
    let start = svg.find("<svg")?;
    let (first, last) = (timeline.first(), timeline.every_change().last().map_or(0, |change| change.value));
    let name = format!("<svg class=\"chart\" role=\"img\" aria-label=\"the size goes from {first} to {last}\"");
    Some(svg[start..].replacen("<svg", &name, 1))
}

fn draw(timeline: &Timeline, svg: &mut String) -> Result<(), Box<dyn Error>> {
    let area = SVGBackend::with_string(svg, (WIDTH, HEIGHT)).into_drawing_area();
    let (least, most) = timeline.extremes();
    // A flat line is in the middle, not on an edge.
    let margin = ((most - least) / 10).max(1);
    let sizes = least.saturating_sub(margin)..most + margin;
    let (from, to) = (seconds(timeline.from), seconds(timeline.to).max(seconds(timeline.from) + 1));
    let mut chart = ChartBuilder::on(&area)
        .margin(8)
        .x_label_area_size(28)
        .y_label_area_size(72)
        .build_cartesian_2d(from..to, sizes)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .x_labels(6)
        .y_labels(5)
        .label_style(("sans-serif", 14))
        .x_label_formatter(&|at| {
            DateTime::from_timestamp(*at, 0).map_or(String::new(), |at| at.format("%b %-d").to_string())
        })
        .draw()?;
    chart.draw_series(LineSeries::new(steps(timeline, to), RGBColor(76, 120, 168).stroke_width(2)))?;
    area.present()?;
    Ok(())
}

fn seconds(at: DateTime<Utc>) -> i64 {
    at.timestamp()
}

/// The corners of the step function.
fn steps(timeline: &Timeline, to: i64) -> Vec<(i64, u64)> {
    let changes = timeline.changes().len();
    let pixels = i64::from(WIDTH);
    let pixel = |at: i64| (at - seconds(timeline.from)).saturating_mul(pixels) / (to - seconds(timeline.from)).max(1);
    let mut corners: Vec<(i64, u64)> = Vec::new();
    let (mut value, mut column) = (timeline.first(), (-1, 0, 0));
    corners.push((seconds(timeline.from), value));
    for change in timeline.changes() {
        let at = seconds(change.at);
        if changes > MOST_STEPS && pixel(at) == column.0 && change.value >= column.1 && change.value <= column.2 {
            value = change.value;
            continue;
        }
        column = match column {
            (same, least, most) if same == pixel(at) => (same, least.min(change.value), most.max(change.value)),
            _ => (pixel(at), change.value, change.value),
        };
        corners.extend([(at, value), (at, change.value)]);
        value = change.value;
    }
    corners.push((to, value));
    corners
}
