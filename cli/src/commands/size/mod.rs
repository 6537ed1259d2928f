//! `size`: how many are in each audience.

mod write;

use std::time::{Duration, Instant};

use headcount::{Audience, Table};

use crate::arguments;
use crate::failure::Failure;
use crate::inputs;
use crate::progress::Progress;
use crate::question::{self, Question};
use crate::records;
use crate::sets::Sets;

use self::write::Counted;

/// Counts every audience.
pub(crate) fn run(arguments: &arguments::Size) -> Result<(), Failure> {
    let arguments::Size { audiences, sets, asking, records, repeat, tabular } = arguments;
    inputs::read_standard_input_once(audiences.files.iter().chain(sets.files()).chain(&records.files))?;
    let questions = question::all(inputs::all(audiences)?, asking)?;
    let sets = Sets::read(sets)?;
    if !sets.is_empty() && asking.readings.counts_memberships() {
        return Err(Failure::usage("--and and --except compare contacts: --unit memberships counts others"));
    }
    let plans = questions.iter().flat_map(|Question { audience, cx }| {
        std::iter::once(audience).chain(sets.audiences()).map(|audience| audience.plan(cx))
    });
    let asked: Vec<&Audience> = question::audiences(&questions).into_iter().chain(sets.audiences()).collect();
    let loaded = records::load_for(records, plans, &asked)?;
    let sizes = count(&questions, &sets, &loaded.table, *repeat);
    let written = match tabular.format {
        arguments::TableFormat::Table => write::table(&sizes, *repeat > 1),
        arguments::TableFormat::Json => write::json(&loaded, &sizes),
        arguments::TableFormat::Csv => write::csv(tabular.bom, &sizes),
    };
    if matches!(tabular.format, arguments::TableFormat::Table) && written.is_ok() {
        records::tell(&loaded);
    }
    written.and_then(|()| loaded.heard.outcome())
}

fn count<'q>(questions: &'q [Question], sets: &Sets, table: &Table, repeat: u32) -> Vec<Counted<'q>> {
    let mut progress = Progress::of_things(questions.len() as u64, "counting");
    let mut sizes = Vec::with_capacity(questions.len());
    for (Question { audience, cx }, done) in questions.iter().zip(1..) {
        let narrowed = || (!sets.is_empty()).then(|| sets.narrow(table.members(audience, cx), table, cx).len() as u64);
        let begun = Instant::now();
        let (size, left) = (table.size(audience, cx), narrowed());
        let mut times = vec![begun.elapsed()];
        for _ in 1..repeat {
            let begun = Instant::now();
            // Asked again for the time it takes; the answer is the same.
            std::hint::black_box((table.size(audience, cx), narrowed()));
            times.push(begun.elapsed());
        }
        sizes.push(Counted { audience, size, left, time: median(times) });
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
