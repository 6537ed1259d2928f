//! Who is in an audience, as bits of a table.

use rayon::prelude::*;

use super::bits::{Bits, ones};
use super::kernel::{RUN, WORD};
use super::level::LevelRow;
use super::scan::Block;
use super::{Table, TableRow};

/// The contacts of a [`Table`] that are in an audience.
#[derive(Clone, Debug)]
pub struct Members<'t> {
    table: &'t Table,
    blocks: Vec<Block<'t>>,
    /// For each block, the rows that are in.
    rows: Vec<Bits>,
}

impl<'t> Members<'t> {
    pub(super) fn new(table: &'t Table, rows: Vec<Bits>) -> Self {
        Self { table, blocks: table.blocks(), rows }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.rows.iter().map(Bits::count).sum::<usize>() as u64
    }

    /// Whether a contact is among them.
    #[must_use]
    pub fn contains(&self, phone_number: &str) -> bool {
        let (block, row) = match self.table.find(phone_number) {
            None => return false,
            Some(TableRow::Overflow(row)) => (self.blocks.len() - 1, row),
            Some(TableRow::Level(number, LevelRow { block, row })) => {
                let before = self.table.levels().take(number).map(|level| level.segments().len() + 1);
                (before.sum::<usize>() + block, row)
            }
        };
        self.rows[block].get(row)
    }

    /// Their phone numbers, in the order in which the contacts were first seen.
    pub fn phone_numbers(&self) -> impl Iterator<Item = String> {
        let mut places: Vec<(u64, u32, u32)> = Vec::new();
        for ((at, block), rows) in (0..).zip(&self.blocks).zip(&self.rows) {
            for (word, bits) in rows.words().iter().enumerate() {
                let found = ones(*bits).map(|bit| word * WORD + bit);
                // A block has no more rows than 32 bits count.
                places.extend(found.map(|row| (block.order(row), at, row as u32)));
            }
        }
        places.sort_unstable();
        let blocks = self.blocks.clone();
        places.into_iter().map(move |(_, block, row)| blocks[block as usize].phone_number(row as usize))
    }
}

impl Block<'_> {
    /// The place of a contact in the order in which all were first seen.
    fn order(&self, row: usize) -> u64 {
        match self {
            Self::Segment { level, segment, .. } => level.order(LevelRow { block: *segment, row }),
            Self::LevelOverflow(level) => level.overflow()[row].order,
            Self::Overflow(rows) => rows[row].order,
        }
    }

    fn phone_number(&self, row: usize) -> String {
        match self {
            Self::Segment { level, segment, .. } => {
                let mut text = String::new();
                level.columns().odd_phones.write(level.segments()[*segment].phones[row], &mut text);
                text
            }
            Self::LevelOverflow(level) => level.overflow()[row].contact.phone_number.clone(),
            Self::Overflow(rows) => rows[row].contact.phone_number.clone(),
        }
    }
}

/// How many contacts there are of each pattern: a bit for each of some members, which says whether they are among them.
type Patterns = hashbrown::HashMap<Vec<u64>, u64>;

impl Table {
    /// For each combination of audiences that occurs, the number of contacts in exactly that combination.
    pub(crate) fn patterns(&self, members: &[Members<'_>]) -> Vec<(Vec<usize>, u64)> {
        let words_of = |at: usize| members.first().map_or(0, |members| members.rows[at].words().len());
        let runs: Vec<(usize, usize)> = (0..members.first().map_or(0, |members| members.rows.len()))
            .flat_map(|block| (0..words_of(block)).step_by(RUN).map(move |start| (block, start)))
            .collect();
        let patterns = runs.into_par_iter().fold(Patterns::default, |mut patterns, (block, start)| {
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
