//! Many memberships at a time, a bit for each: every gate is a few words of AND or OR.

use super::{GateNode, Graph, NONE, NodeKind};
use crate::audience_set::bits::{Bits, ones};
use crate::filter::Junction;

/// Words that are worked on at a time: as many as make a gate's arms worth looking up, and few enough that the nodes of
/// a hundred thousand audiences stay near.
const WORDS: usize = 4;

/// Memberships that are asked at a time.
pub(in crate::audience_set) const LANES: usize = WORDS * 64;

/// A bit for each of some memberships.
type Word = [u64; WORDS];

/// Memberships side by side: for which of them each node is true.
#[derive(Clone, Debug, Default)]
pub(in crate::audience_set) struct Lanes {
    leaves: Vec<Word>,
    gates: Vec<Word>,
    audiences: Vec<Word>,
}

impl Lanes {
    /// Puts in what holds of a membership.
    pub(in crate::audience_set) fn put(&mut self, lane: usize, truths: &Bits) {
        for leaf in truths.ones() {
            self.leaves[leaf][lane / 64] |= 1 << (lane % 64);
        }
    }

    /// Takes all memberships out.
    pub(in crate::audience_set) fn clear(&mut self) {
        self.leaves.fill([0; WORDS]);
    }

    /// Tells for each word of audiences who is in any of them: the word's place, the lane, and the audiences.
    pub(in crate::audience_set) fn each_word(&self, mut each: impl FnMut(usize, usize, u64)) {
        for (at, audiences) in self.audiences.chunks(64).enumerate() {
            for word in 0..WORDS {
                let mut square = [0; 64];
                let mut any = 0;
                for (row, lanes) in square.iter_mut().zip(audiences) {
                    *row = lanes[word];
                    any |= lanes[word];
                }
                if any == 0 {
                    continue;
                }
                transpose(&mut square);
                ones(any).for_each(|lane| each(at, word * 64 + lane, square[lane]));
            }
        }
    }
}

impl Graph {
    /// Makes room for every node and audience, of which none is true of anybody.
    pub(in crate::audience_set) fn prepare_lanes(&self, lanes: &mut Lanes) {
        let make_room = |words: &mut Vec<Word>, len: usize| {
            words.clear();
            words.resize(len, [0; WORDS]);
        };
        make_room(&mut lanes.leaves, self.leaves.len());
        make_room(&mut lanes.audiences, self.attachments.len());
        // Each is written before it is read.
        lanes.gates.resize(self.gates.len(), [0; WORDS]);
    }

    /// Works out who is in which audience.
    pub(in crate::audience_set) fn evaluate(&self, lanes: &mut Lanes) {
        let Lanes { leaves, gates, audiences } = lanes;
        for (leaf, word) in self.leaves.iter().zip(&*leaves) {
            self.audiences_from(leaf.audiences).for_each(|audience| audiences[audience] = *word);
        }
        for (at, GateNode { gate, audiences: first, .. }) in self.gates.iter().enumerate() {
            let [one, other] = gate.arms.map(|arm| match arm.kind() {
                NodeKind::Leaf(leaf) => &leaves[leaf],
                NodeKind::Gate(gate) => &gates[gate],
            });
            let word: Word = std::array::from_fn(|word| match gate.junction {
                Junction::All => one[word] & other[word],
                Junction::Any => one[word] | other[word],
            });
            gates[at] = word;
            if *first != NONE {
                self.audiences_from(*first).for_each(|audience| audiences[audience] = word);
            }
        }
    }
}

/// Turns a square of bits over its diagonal: halves change places, then halves of halves (Warren, Hacker's Delight, §7–3).
fn transpose(square: &mut [u64; 64]) {
    let mut width = 32;
    let mut mask = u64::MAX >> 32;
    while width > 0 {
        for base in (0..64).step_by(2 * width) {
            for row in base..base + width {
                let swapped = (square[row] >> width ^ square[row + width]) & mask;
                square[row] ^= swapped << width;
                square[row + width] ^= swapped;
            }
        }
        width /= 2;
        mask ^= mask << width;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_columns() {
        let mut state = 1_u64;
        let square: [u64; 64] = std::array::from_fn(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state
        });
        let mut turned = square;
        transpose(&mut turned);
        for (row, bits) in square.iter().enumerate() {
            for (column, turned) in turned.iter().enumerate() {
                assert_eq!(turned >> row & 1, bits >> column & 1, "{row}, {column}");
            }
        }
    }
}
