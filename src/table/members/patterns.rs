//! How audiences overlap, as bits of a table.

use rayon::prelude::*;

use super::Members;
use crate::table::Table;
use crate::table::bits::ones;
use crate::table::kernel::{RUN, WORD};

/// How many contacts there are of each pattern: a bit for each of some members, which says whether they are among them.
type Patterns = hashbrown::HashMap<Vec<u64>, u64>;

impl Table {
    /// For each combination of audiences that occurs, the number of contacts in exactly that combination.
    pub(crate) fn patterns(&self, members: &[Members]) -> Vec<(Vec<usize>, u64)> {
        let words_of = |at: usize| members.first().map_or(0, |members| members.rows[at].words().len());
        let runs: Vec<(usize, usize)> = (0..members.first().map_or(0, |members| members.rows.len()))
            .flat_map(|block| (0..words_of(block)).step_by(RUN).map(move |start| (block, start)))
            .collect();
        let runs = runs.into_par_iter().take_any_while(|_| !self.stop.is_stopped());
        let patterns = runs.fold(Patterns::default, |mut patterns, (block, start)| {
            let end = (start + RUN).min(words_of(block));
            let rows: Vec<&[u64]> = members.iter().map(|members| &members.rows[block].words()[start..end]).collect();
            add_rows(&rows, &mut patterns);
            patterns
        });
        let patterns = patterns.reduce(Patterns::default, |mut patterns, more| {
            more.into_iter().for_each(|(pattern, count)| *patterns.entry(pattern).or_default() += count);
            patterns
        });
        let places = |pattern: &[u64]| {
            pattern.iter().enumerate().flat_map(|(word, bits)| ones(*bits).map(move |bit| word * WORD + bit)).collect()
        };
        patterns.into_iter().map(|(pattern, count)| (places(&pattern), count)).collect()
    }
}

/// Adds the patterns of a run of rows, given for each of some members.
fn add_rows(members: &[&[u64]], patterns: &mut Patterns) {
    let width = members.len().div_ceil(WORD);
    let words = members.first().map_or(0, |rows| rows.len());
    let mut of_row = vec![0; width * WORD];
    for word in 0..words {
        of_row.fill(0);
        let mut anybody = 0;
        for (at, rows) in members.iter().enumerate() {
            anybody |= rows[word];
            ones(rows[word]).for_each(|row| of_row[row * width + at / WORD] |= 1 << (at % WORD));
        }
        for row in ones(anybody) {
            *patterns.entry_ref(&of_row[row * width..(row + 1) * width]).or_default() += 1;
        }
    }
}
