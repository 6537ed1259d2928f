//! Many memberships at a time, a bit for each.

use super::Graph;
use super::square::{Answers, Joined, LANES, Word, turn_truths};
use crate::audience_set::bits::Bits;

/// Memberships side by side.
#[derive(Clone, Debug, Default)]
pub(in crate::audience_set) struct Lanes {
    /// What holds of each of them; behind those that are taken are some for others.
    truths: Vec<Bits>,
    taken: usize,
    cells: Vec<Word>,
}

impl Lanes {
    /// How many memberships there are.
    pub(in crate::audience_set) fn taken(&self) -> usize {
        self.taken
    }

    /// Whether there is no room for another one.
    pub(in crate::audience_set) fn are_full(&self) -> bool {
        self.taken == LANES
    }

    /// Puts in what holds of a membership.
    pub(in crate::audience_set) fn put(&mut self, truths: &Bits) {
        if self.truths.len() == self.taken {
            self.truths.push(Bits::default());
        }
        self.truths[self.taken].copy_from(truths);
        self.taken += 1;
    }

    /// Takes all memberships out.
    pub(in crate::audience_set) fn clear(&mut self) {
        self.taken = 0;
    }
}

/// A few memberships side by side.
#[derive(Clone, Debug, Default)]
pub(in crate::audience_set) struct FewLanes {
    cells: Vec<u64>,
    taken: usize,
}

/// The most memberships that are a few.
pub(in crate::audience_set) const FEW: usize = 64;

impl FewLanes {
    /// Whether there is no room for another one.
    pub(in crate::audience_set) fn are_full(&self) -> bool {
        self.taken == FEW
    }

    /// Puts in what holds of a membership.
    pub(in crate::audience_set) fn put(&mut self, graph: &Graph, truths: &Bits) {
        self.cells.resize(self.cells.len().max(graph.leaves.len()), 0);
        truths.ones().for_each(|leaf| self.cells[leaf] |= 1 << self.taken);
        self.taken += 1;
    }
}

/// Which audiences any membership is in, a word of them after the other.
pub(in crate::audience_set) fn any_of_each(memberships: &[u64]) -> impl Iterator<Item = u64> {
    let any = |any: u64, (bit, memberships): (usize, &u64)| any | u64::from(*memberships != 0) << bit;
    memberships.chunks(64).map(move |word| word.iter().enumerate().fold(0, any))
}

impl Graph {
    /// Tells of each block of audiences, by the number of the first, which of them each membership is in.
    pub(in crate::audience_set) fn evaluate(&self, lanes: &mut Lanes, mut each: impl FnMut(usize, &Answers<'_>)) {
        let Lanes { truths, taken, cells } = lanes;
        cells.resize(cells.len().max(self.leaves.len()), Word::NONE);
        turn_truths(*taken, |lane| truths[lane].words(), &mut cells[..self.leaves.len()]);
        self.program.get(self).run(cells, |first, audiences| each(first, &Answers::of(audiences)));
    }

    /// Whether all audiences can be asked of a few memberships at once. What that takes is made once it has been of use for some.
    pub(in crate::audience_set) fn can_sweep(&self) -> bool {
        self.program.get_if_worth(self).is_some()
    }

    /// Whether that takes less than to look at some gates, where [`Graph::can_sweep`].
    pub(in crate::audience_set) fn is_sweep_shorter(&self, gates: usize) -> bool {
        /// So many members are joined in their order while one gate is looked at, which is anywhere in memory.
        const MEMBERS: usize = 128;
        self.program.get(self).len() < gates * MEMBERS
    }

    /// Takes a few memberships out, and tells of each block of audiences, by the number of the first, which of them are in each.
    pub(in crate::audience_set) fn sweep(&self, few: &mut FewLanes, mut each: impl FnMut(usize, &[u64])) {
        let FewLanes { cells, taken } = few;
        if std::mem::take(taken) > 0 {
            self.program.get(self).run(cells, |first, audiences| each(first, audiences));
            cells.clear();
        }
    }

    /// How many gates are above some predicates.
    pub(in crate::audience_set) fn gates_above(&self, leaves: impl Iterator<Item = usize>) -> usize {
        leaves.map(|leaf| self.leaves[leaf].triggers.len() + self.leaves[leaf].others.len()).sum()
    }
}
