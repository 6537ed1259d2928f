//! `size`: how many are in each audience.

mod write;

use std::time::{Duration, Instant};

use headcount::Table;

use crate::arguments;
use crate::failure::Failure;
use crate::inputs;
use crate::progress::Progress;
use crate::question::{self, Question};
use crate::records;

use self::write::Counted;

/// Counts every audience.
pub(crate) fn run(arguments: &arguments::Size) -> Result<(), Failure> {
    inputs::read_standard_input_once(arguments.audiences.files.iter().chain(&arguments.records.files))?;
    let questions = question::all(inputs::all(&arguments.audiences)?, &arguments.asking)?;
    let plans = questions.iter().map(|Question { audience, cx }| audience.plan(cx));
    let loaded = records::load_for(&arguments.records, plans, &question::audiences(&questions))?;
    let sizes = count(&questions, &loaded.table, arguments.repeat);
    let written = match arguments.tabular.format {
        arguments::TableFormat::Table => write::table(&sizes, arguments.repeat > 1),
        arguments::TableFormat::Json => write::json(&loaded, &sizes),
        arguments::TableFormat::Csv => write::csv(arguments.tabular.bom, &sizes),
    };
    if matches!(arguments.tabular.format, arguments::TableFormat::Table) && written.is_ok() {
        records::tell(&loaded);
    }
    written.and_then(|()| loaded.heard.outcome())
}

fn count<'q>(questions: &'q [Question], table: &Table, repeat: u32) -> Vec<Counted<'q>> {
    let mut progress = Progress::of_things(questions.len() as u64, "counting");
    let mut sizes = Vec::with_capacity(questions.len());
    for (Question { audience, cx }, done) in questions.iter().zip(1..) {
        let begun = Instant::now();
        let size = table.size(audience, cx);
        let mut times = vec![begun.elapsed()];
        for _ in 1..repeat {
            let begun = Instant::now();
            // Asked again for the time it takes; the answer is the same.
            std::hint::black_box(table.size(audience, cx));
            times.push(begun.elapsed());
        }
        sizes.push(Counted { audience, size, time: median(times) });
        progress.at(done);
    }
    sizes
}

/// The middle one; between the middle two where there is none.
fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    match (times.get(times.len() / 2), times.len() % 2) {
        (Some(middle), 1) => *middle,
        (Some(upper), _) => (times[times.len() / 2 - 1] + *upper) / 2,
        (None, _) => Duration::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        let median = |times: &[u64]| median(times.iter().copied().map(Duration::from_micros).collect()).as_micros();
        assert_eq!(median(&[7]), 7);
        assert_eq!(median(&[9, 1, 5]), 5);
        assert_eq!(median(&[9, 1, 5, 3]), 4);
    }
}
