//! What is true of one membership: from predicates that hold upwards, or from a node down to them.

use super::{Gate, Graph, Node, NodeKind};
use crate::audience_set::bits::Bits;
use crate::filter::Junction;

/// Which predicates hold of a membership.
pub(in crate::audience_set) trait Truths {
    fn holds(&mut self, leaf: usize) -> bool;
}

impl Truths for &Bits {
    #[inline]
    fn holds(&mut self, leaf: usize) -> bool {
        self.get(leaf)
    }
}

/// What becomes true, and only that, is touched.
#[derive(Clone, Debug, Default)]
pub(in crate::audience_set) struct Propagation {
    true_gates: Bits,
    /// The same, in the order in which they became true.
    order: Vec<u32>,
}

impl Propagation {
    fn set(&mut self, gate: u32) {
        if self.true_gates.insert(gate as usize) {
            self.order.push(gate);
        }
    }
}

impl Graph {
    /// Tells every audience that is true where these predicates hold.
    pub(in crate::audience_set) fn propagate(
        &self,
        leaves: &Bits,
        propagation: &mut Propagation,
        mut each: impl FnMut(usize),
    ) {
        propagation.true_gates.grow(self.gates.len());
        for leaf in leaves.ones() {
            let node = &self.leaves[leaf];
            self.audiences_from(node.audiences).for_each(&mut each);
            for trigger in node.triggers.iter().filter(|trigger| leaves.get(trigger.with as usize)) {
                propagation.set(trigger.gate);
            }
        }
        let mut next = 0;
        while let Some(gate) = propagation.order.get(next).map(|gate| *gate as usize) {
            next += 1;
            self.audiences_from(self.gates[gate].audiences).for_each(&mut each);
            for (above, arm) in self.above(gate) {
                let Gate { junction, arms } = self.gates[above].gate;
                let other_is_true = || match arms[1 - arm].kind() {
                    NodeKind::Leaf(leaf) => leaves.get(leaf),
                    // Whichever comes last finds the other one.
                    NodeKind::Gate(gate) => propagation.true_gates.get(gate),
                };
                if junction == Junction::Any || other_is_true() {
                    propagation.set(above as u32);
                }
            }
        }
        for gate in propagation.order.drain(..) {
            propagation.true_gates.unset(gate as usize);
        }
    }
}

/// The gates whose truth is known.
#[derive(Clone, Debug, Default)]
pub(in crate::audience_set) struct Memo {
    known: Bits,
    truths: Bits,
    /// Those that are known, to be forgotten.
    order: Vec<u32>,
    /// Gates on the way down, which are as true as their first arm.
    path: Vec<u32>,
}

impl Memo {
    pub(super) fn get(&self, gate: usize) -> Option<bool> {
        self.known.get(gate).then(|| self.truths.get(gate))
    }

    pub(super) fn set(&mut self, gate: u32, truth: bool) {
        if self.known.insert(gate as usize) {
            self.order.push(gate);
        }
        if truth {
            self.truths.set(gate as usize);
        }
    }

    pub(in crate::audience_set) fn clear(&mut self) {
        for gate in self.order.drain(..) {
            self.known.unset(gate as usize);
            self.truths.unset(gate as usize);
        }
    }
}

impl Graph {
    /// Makes room for the truth of every gate.
    pub(in crate::audience_set) fn prepare(&self, memo: &mut Memo) {
        memo.known.grow(self.gates.len());
        memo.truths.grow(self.gates.len());
    }

    /// Whether a node is true where these predicates hold; what is found out on the way is kept.
    pub(in crate::audience_set) fn is_true(&self, node: Node, truths: &mut impl Truths, memo: &mut Memo) -> bool {
        let begin = memo.path.len();
        let mut at = node;
        let truth = loop {
            let gate = match at.kind() {
                NodeKind::Leaf(leaf) => break truths.holds(leaf),
                NodeKind::Gate(gate) => gate,
            };
            if let Some(known) = memo.get(gate) {
                break known;
            }
            let Gate { junction, arms: [first, second] } = self.gates[gate].gate;
            // As deep as groups nest: the members of one group are walked through along first arms.
            if self.is_true(second, truths, memo) == junction.decisive() {
                memo.set(gate as u32, junction.decisive());
                break junction.decisive();
            }
            memo.path.push(gate as u32);
            at = first;
        };
        while memo.path.len() > begin {
            // OK because it is longer than it was.
            let Some(gate) = memo.path.pop() else { break };
            memo.set(gate, truth);
        }
        truth
    }
}
