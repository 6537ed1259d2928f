//! What changes where some predicates come to hold and others cease to.

use super::truth::{Memo, Truths};
use super::{Graph, NodeKind};
use crate::audience_set::bits::{Bits, ones};

/// What a difference is worked out with.
#[derive(Clone, Debug, Default)]
pub(in crate::audience_set) struct Difference {
    /// Gates with an arm that changed, to be looked at.
    pending: Bits,
    /// Gates that changed.
    changed: Bits,
    order: Vec<u32>,
    /// What is true now.
    memo: Memo,
}

impl Graph {
    /// Tells every audience that is another as some predicates have changed, and whether it is true now.
    pub(in crate::audience_set) fn differences(
        &self,
        changed: &Bits,
        truths: &mut impl Truths,
        work: &mut Difference,
        mut each: impl FnMut(usize, bool),
    ) {
        self.prepare(&mut work.memo);
        work.pending.grow(self.gates.len());
        work.changed.grow(self.gates.len());
        // The words with a gate to look at.
        let (mut word, mut last) = (usize::MAX, 0);
        for leaf in changed.ones() {
            let node = &self.leaves[leaf];
            self.audiences_from(node.audiences).for_each(|audience| each(audience, truths.holds(leaf)));
            for gate in node.triggers.iter().map(|trigger| trigger.gate).chain(node.others.iter().copied()) {
                let gate = gate as usize;
                work.pending.set(gate);
                (word, last) = (word.min(gate / 64), last.max(gate / 64));
            }
        }
        while word <= last {
            // A gate comes after its arms: what it makes pending lies behind it.
            let Some(bit) = ones(work.pending.words()[word]).next() else {
                word += 1;
                continue;
            };
            let gate = word * 64 + bit;
            work.pending.unset(gate);
            if self.changes(gate, changed, truths, work) {
                work.changed.set(gate);
                work.order.push(gate as u32);
                let truth = work.memo.get(gate) == Some(true);
                self.audiences_from(self.gates[gate].audiences).for_each(|audience| each(audience, truth));
                for (above, _) in self.above(gate) {
                    work.pending.set(above);
                    last = last.max(above / 64);
                }
            }
        }
        work.memo.clear();
        for gate in work.order.drain(..) {
            work.changed.unset(gate as usize);
        }
    }

    /// Whether a gate changed; what it is now is kept.
    fn changes(&self, at: usize, leaves: &Bits, truths: &mut impl Truths, work: &mut Difference) -> bool {
        let gate = self.gates[at].gate;
        let changed = gate.arms.map(|arm| match arm.kind() {
            NodeKind::Leaf(leaf) => leaves.get(leaf),
            NodeKind::Gate(gate) => work.changed.get(gate),
        });
        // Most often the second arm is a predicate, and decides.
        let second = self.is_true(gate.arms[1], truths, &mut work.memo);
        let decides = second == gate.junction.decisive() && !changed[1];
        let first = if decides { second } else { self.is_true(gate.arms[0], truths, &mut work.memo) };
        let now = gate.join([first, second]);
        work.memo.set(at as u32, now);
        !decides && now != gate.join([first != changed[0], second != changed[1]])
    }
}
