//! The scan: plans against runs of rows, a bit a row.
//!
//! Each node is handed the rows that are still candidates and leaves those of them that pass, so a row that is decided
//! is looked at no more. Whether the rows of a run stand in columns or are records is the run's own; what becomes of the
//! bits is not the scan's: counting, collecting, weighing and sweeping are sinks.

use rayon::prelude::*;

use super::Table;
use super::bind::{BoundNode, BoundPlan, ColumnPlans, Questions, RecordPlans, bind};
use super::column_run::ColumnRun;
use super::kernel::{Kernel, RUN};
use super::level::Level;
use super::overflow::OverflowRow;
use super::record_run::{self, RecordRun};
use crate::stop::StopToken;
use std::sync::Arc;

/// A bit for each row of a run.
pub(super) type RunBits = [u64; RUN];

/// A run of rows that fills bits. All slices of rows have its number of words.
pub(super) trait Run {
    fn kernel(&self) -> &'static Kernel {
        Kernel::detect()
    }

    /// Whether the scan is to stop: then rows may be filled with anything, because nobody sees them.
    fn is_stopped(&self) -> bool;

    fn words(&self) -> usize;

    /// The most memberships that a contact of the run has.
    fn slots(&self) -> usize;

    /// The plans that are asked.
    fn plans(&self) -> &[BoundPlan];

    /// How many leaves they have, with those that are asked beside them.
    fn leaves(&self) -> usize;

    /// The leaves that are asked beside the plans; fewer, if it was stopped.
    fn beside(&self) -> &[usize];

    /// Whether a leaf says the same of all of a contact's memberships.
    fn is_of_the_contact(&self, leaf: usize) -> bool;

    /// The contacts of the run that have not been removed.
    fn contacts(&self) -> &[u64];

    /// Whether any membership of a slot can be in a plan's scope.
    fn asks(&self, plan: usize, slot: usize) -> bool;

    /// Leaves those whose membership in a slot takes part.
    fn retain_taking_part(&self, slot: usize, rows: &mut [u64]);

    /// Leaves those whose membership in a slot is in a plan's scope.
    fn retain_in_scope(&self, plan: usize, slot: usize, rows: &mut [u64]);

    /// Leaves those that may pass a leaf.
    fn retain_possible(&self, leaf: usize, slot: usize, rows: &mut [u64]);

    /// Of rows that may pass a leaf, leaves those that do.
    fn refine(&self, leaf: usize, slot: usize, rows: &mut [u64]);

    /// Leaves those that pass a leaf.
    fn retain_leaf(&self, leaf: usize, slot: usize, rows: &mut [u64]) {
        self.retain_possible(leaf, slot, rows);
        self.refine(leaf, slot, rows);
    }

    /// The instant that a time-dependent condition looks at in a membership.
    fn instant(&self, condition: usize, slot: usize, row: usize) -> Option<i64>;
}

/// Contacts whose runs have one form.
#[derive(Clone, Copy, Debug)]
pub(super) enum Block<'t> {
    /// A segment of a level.
    Segment { number: usize, level: &'t Level, segment: usize },
    /// The overflow of a level.
    LevelOverflow(&'t Level),
    /// The overflow of the table, of which nobody is removed that is still there.
    Overflow(&'t [Arc<OverflowRow>]),
}

/// So little work is not worth another thread: some tens of microseconds.
const LITTLE_WORK: usize = 1 << 14;

/// Where a run is: a block, and the run's first word in it.
pub(super) type RunAt = (usize, usize);

/// Plans that are bound to all of a table.
pub(super) struct Scan<'t> {
    blocks: Vec<Block<'t>>,
    /// How many plans there are.
    plans: usize,
    /// How many words of rows in columns are worked on at a time: a power of two, at most [`RUN`].
    words_of_run: usize,
    /// The plans, bound to the columns of each level.
    columns: Vec<ColumnPlans>,
    records: RecordPlans,
    stop: &'t StopToken,
}

impl Table {
    /// All contacts: those of each level, segment by segment, and behind them its overflow; the table's overflow is last.
    pub(super) fn blocks(&self) -> Vec<Block<'_>> {
        let mut blocks = Vec::new();
        for (number, level) in self.levels().enumerate() {
            blocks.extend((0..level.segments().len()).map(|segment| Block::Segment { number, level, segment }));
            blocks.push(Block::LevelOverflow(level));
        }
        blocks.push(Block::Overflow(self.overflow.rows()));
        blocks
    }
}

impl Block<'_> {
    /// How many rows there are, removed ones included.
    pub(super) fn rows(&self) -> usize {
        match self {
            Self::Segment { level, segment, .. } => level.segments()[*segment].phones.len(),
            Self::LevelOverflow(level) => level.overflow().len(),
            Self::Overflow(rows) => rows.len(),
        }
    }

    /// How much work it is to ask a leaf of a word of rows, where of a word in columns it is some nanoseconds' worth.
    fn work_of_word(&self) -> usize {
        match self {
            Self::Segment { .. } => 1,
            Self::LevelOverflow(_) | Self::Overflow(_) => 256,
        }
    }

    /// How many words of rows are worked on at a time, where it is so many in columns.
    fn words_of_run(&self, in_columns: usize) -> usize {
        match self {
            Self::Segment { .. } => in_columns,
            Self::LevelOverflow(_) | Self::Overflow(_) => record_run::WORDS,
        }
    }
}

impl<'t> Scan<'t> {
    pub(super) fn new(table: &'t Table, asked: &Questions<'_>) -> Self {
        let blocks = table.blocks();
        let has_records = blocks.iter().any(|block| !matches!(block, Block::Segment { .. }) && block.rows() > 0);
        let largest = table.levels().enumerate().max_by_key(|(_, level)| level.contacts()).map_or(0, |(at, _)| at);
        let levels = table.levels().map(Level::columns);
        let (columns, records) = bind(asked, levels, largest, has_records, &table.stop);
        Self { blocks, plans: asked.plans.len(), words_of_run: RUN, columns, records, stop: &table.stop }
    }

    /// The same in shorter runs, for who keeps the bits of so many answers of a run that they would fill the caches.
    pub(super) fn in_runs_for(mut self, answers: usize) -> Self {
        /// So many words of answers stay near: two mebibytes.
        const NEAR: usize = 1 << 18;
        /// Shorter runs take longer to begin than to ask.
        const LEAST: usize = 8;
        while self.words_of_run > LEAST && self.words_of_run * answers > NEAR {
            self.words_of_run /= 2;
        }
        self
    }

    /// The most words of rows that are worked on at a time.
    pub(super) fn words_of_run(&self) -> usize {
        self.words_of_run
    }

    pub(super) fn blocks(&self) -> &[Block<'t>] {
        &self.blocks
    }

    /// How many plans are asked.
    pub(super) fn plans(&self) -> usize {
        self.plans
    }

    /// All runs, what one thread does at a time, until the scan is to stop. What is little work is done on the caller's thread:
    /// to wake another takes longer, and where the machine is busy that one waits for its turn.
    pub(super) fn runs(&self) -> impl ParallelIterator<Item = RunAt> + use<'_, 't> {
        let (mut runs, mut work) = (Vec::new(), 0);
        for (at, block) in self.blocks.iter().enumerate() {
            let words = block.rows().div_ceil(super::kernel::WORD);
            runs.extend((0..words).step_by(block.words_of_run(self.words_of_run)).map(|start| (at, start)));
            work += words * block.work_of_word();
        }
        // What is more is shared out run by run: those of lists out of scope are passed over, so that equal parts are not equal work.
        let runs_of_task = if work * self.leaves() <= LITTLE_WORK { runs.len().max(1) } else { 1 };
        let runs = runs.into_par_iter().with_min_len(runs_of_task);
        runs.take_any_while(|_| !self.stop.is_stopped())
    }

    /// How many leaves are asked of each run.
    fn leaves(&self) -> usize {
        self.columns.first().map_or(0, |plans| plans.leaves.len()).max(1)
    }

    /// Looks at a run.
    pub(super) fn run<T>(&self, (block, start): RunAt, look: impl FnOnce(&dyn Run) -> T) -> T {
        match self.blocks[block] {
            Block::Segment { number, level, segment } => {
                look(&ColumnRun::new(&self.columns[number], level, segment, start, self.words_of_run, self.stop))
            }
            Block::LevelOverflow(level) => {
                let present = |word| level.overflow_present(word);
                look(&RecordRun::new(&self.records, level.overflow(), start, present, self.stop))
            }
            Block::Overflow(rows) => look(&RecordRun::new(&self.records, rows, start, |_| u64::MAX, self.stop)),
        }
    }
}

/// How leaves are asked, in two steps where the first is cheap.
pub(super) trait Ask {
    /// Leaves those rows that may pass a leaf.
    fn retain_possible(&mut self, leaf: usize, rows: &mut [u64]);

    /// Leaves those of them that do.
    fn refine(&mut self, leaf: usize, rows: &mut [u64]);

    /// Leaves those rows that do not pass a leaf.
    fn retain_failing(&mut self, leaf: usize, rows: &mut [u64]);
}

/// Asks of the memberships in a slot.
struct OfSlot<'r> {
    run: &'r dyn Run,
    slot: usize,
}

impl Ask for OfSlot<'_> {
    fn retain_possible(&mut self, leaf: usize, rows: &mut [u64]) {
        self.run.retain_possible(leaf, self.slot, rows);
    }

    fn refine(&mut self, leaf: usize, rows: &mut [u64]) {
        self.run.refine(leaf, self.slot, rows);
    }

    fn retain_failing(&mut self, leaf: usize, rows: &mut [u64]) {
        let mut passing = scratch(rows);
        let passing = &mut passing[..rows.len()];
        self.run.retain_leaf(leaf, self.slot, passing);
        self.run.kernel().and_not(rows, passing);
    }
}

/// Leaves those of the rows whose membership in a slot passes a node.
pub(super) fn retain_node(run: &dyn Run, node: &BoundNode, slot: usize, rows: &mut [u64]) {
    tree(run.kernel(), node, rows, &mut OfSlot { run, slot });
}

/// Leaves those of the rows that pass a node, by what its leaves leave.
pub(super) fn tree(kernel: &Kernel, node: &BoundNode, rows: &mut [u64], ask: &mut dyn Ask) {
    match node {
        BoundNode::Constant(true) => {}
        BoundNode::Constant(false) => rows.fill(0),
        BoundNode::Leaf(at) => {
            ask.retain_possible(*at, rows);
            ask.refine(*at, rows);
        }
        BoundNode::All(members) => {
            for member in members {
                match member {
                    BoundNode::Leaf(at) => ask.retain_possible(*at, rows),
                    member => tree(kernel, member, rows, ask),
                }
                if is_empty(rows) {
                    return;
                }
            }
            // What another member has ruled out need not be refined.
            for member in members {
                if let BoundNode::Leaf(at) = member {
                    ask.refine(*at, rows);
                }
            }
        }
        BoundNode::Any(members) => {
            let mut left = scratch(rows);
            let left = &mut left[..rows.len()];
            for member in members {
                match member {
                    BoundNode::Leaf(at) => ask.retain_failing(*at, left),
                    member => {
                        let mut passing = scratch(left);
                        let passing = &mut passing[..rows.len()];
                        tree(kernel, member, passing, ask);
                        kernel.and_not(left, passing);
                    }
                }
                // A row that has passed need not be asked again.
                if is_empty(left) {
                    return;
                }
            }
            kernel.and_not(rows, left);
        }
    }
}

/// A scratch copy of `rows`.
pub(super) fn scratch(rows: &[u64]) -> RunBits {
    let mut scratch = [0; RUN];
    scratch[..rows.len()].copy_from_slice(rows);
    scratch
}

/// Whether there are no rows.
pub(super) fn is_empty(rows: &[u64]) -> bool {
    rows.iter().all(|rows| *rows == 0)
}
