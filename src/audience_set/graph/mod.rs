//! AND and OR above the predicates, with two arms each: what audiences have in common is there once.
//!
//! Gates are hash-consed, so that equal parts are one gate (structural hashing, as of and-inverter graphs: Kuehlmann,
//! Paruthi, Krohm and Ganai, 2002). Groups have an order of their members, the rarest first, so that groups that begin
//! alike share their beginning, as in a set-trie (Savnik, 2013). A gate comes after its arms: numbers are an order to
//! work in. What no audience needs any more stays until it is the greater part, and is found again until then.

mod difference;
mod lanes;
mod program;
mod square;
mod truth;

use std::collections::HashMap;

pub(super) use self::difference::Difference;
pub(super) use self::lanes::{FEW, FewLanes, Lanes, any_of_each};
use self::program::LazyProgram;
pub(super) use self::square::LANES;
#[cfg(feature = "table")]
pub(super) use self::truth::Truths;
pub(super) use self::truth::{Memo, Propagation};
use super::selectivity::Percent;
use crate::filter::Junction;

/// No gate, arm or audience.
const NONE: u32 = u32::MAX;

/// A predicate, or a gate above some.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Node(u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NodeKind {
    /// The number of a predicate.
    Leaf(usize),
    Gate(usize),
}

impl Node {
    const GATE: u32 = 1 << 31;

    pub(super) fn leaf(number: u32) -> Self {
        debug_assert!(number < Self::GATE);
        Self(number)
    }

    fn gate(number: u32) -> Self {
        debug_assert!(number < Self::GATE);
        Self(number | Self::GATE)
    }

    #[inline]
    fn kind(self) -> NodeKind {
        let number = (self.0 & !Self::GATE) as usize;
        if self.0 & Self::GATE == 0 { NodeKind::Leaf(number) } else { NodeKind::Gate(number) }
    }
}

impl Node {
    /// The number of a gate, if it is one.
    fn as_gate(self) -> Option<usize> {
        match self.kind() {
            NodeKind::Leaf(_) => None,
            NodeKind::Gate(gate) => Some(gate),
        }
    }
}

/// AND or OR of two nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Gate {
    junction: Junction,
    /// The first is a group without its last member where the gate is made of several.
    arms: [Node; 2],
}

impl Gate {
    #[inline]
    fn join(self, [first, second]: [bool; 2]) -> bool {
        match self.junction {
            Junction::All => first && second,
            Junction::Any => first || second,
        }
    }
}

/// A gate, and what is above it.
#[derive(Clone, Debug)]
struct GateNode {
    gate: Gate,
    /// The gates above it, as a list that goes on in those gates.
    above: u32,
    /// For each arm that is a gate, the next gate above that arm.
    next_above: [u32; 2],
    /// Audiences and gates in use that need it.
    users: u32,
    /// The first audience that is this node.
    audiences: u32,
}

/// A predicate, and what is above it.
#[derive(Clone, Debug)]
struct LeafNode {
    selectivity: Percent,
    users: u32,
    audiences: u32,
    /// The gates that may become true with it.
    triggers: Vec<Trigger>,
    /// The other gates above it, which become true with their other arm.
    others: Vec<u32>,
}

/// A gate that becomes true with a predicate, if another predicate holds; of OR that is the predicate itself.
#[derive(Clone, Copy, Debug)]
struct Trigger {
    with: u32,
    gate: u32,
}

/// An audience.
#[derive(Clone, Copy, Debug)]
struct Attachment {
    root: Root,
    /// Its neighbours among the audiences of the same node.
    previous: u32,
    next: u32,
}

/// Who is in an audience.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Root {
    /// There is no such audience.
    Vacant,
    /// Nobody.
    Nobody,
    /// Whoever a node is true of.
    Node(Node),
}

/// The graph, and the audiences that are at its nodes.
#[derive(Clone, Debug, Default)]
pub(super) struct Graph {
    leaves: Vec<LeafNode>,
    gates: Vec<GateNode>,
    /// Every gate by what it is.
    numbers: HashMap<Gate, u32>,
    attachments: Vec<Attachment>,
    /// Gates that no audience needs.
    unused: usize,
    /// What is done to ask all audiences at once.
    program: LazyProgram,
}

/// Fewer unused gates than this are not worth a thought.
const FEW_UNUSED: usize = 1_024;

impl Graph {
    /// Adds a predicate, which has the next number.
    pub(super) fn add_leaf(&mut self, selectivity: Percent) {
        let (triggers, others) = (Vec::new(), Vec::new());
        self.leaves.push(LeafNode { selectivity, users: 0, audiences: NONE, triggers, others });
    }

    /// Past the greatest number of an audience.
    pub(super) fn audiences(&self) -> usize {
        self.attachments.len()
    }

    #[cfg(test)]
    pub(super) fn gates(&self) -> usize {
        self.gates.len()
    }

    /// Who is in an audience.
    pub(super) fn root(&self, audience: usize) -> Root {
        self.attachments.get(audience).map_or(Root::Vacant, |attachment| attachment.root)
    }

    /// Whether most of it is of no use.
    pub(super) fn wants_compaction(&self) -> bool {
        self.unused > FEW_UNUSED && self.unused * 2 > self.gates.len()
    }

    /// Its members, joined; none if there are none.
    pub(super) fn group(&mut self, junction: Junction, mut members: Vec<Node>) -> Option<Node> {
        members.sort_unstable_by_key(|member| self.order(*member));
        members.dedup();
        members.into_iter().reduce(|joined, member| self.gate(Gate { junction, arms: [joined, member] }))
    }

    /// The place of a member in a group: predicates, the rarest first, and then gates.
    fn order(&self, node: Node) -> (Percent, u32) {
        match node.kind() {
            NodeKind::Leaf(leaf) => (self.leaves[leaf].selectivity, node.0),
            NodeKind::Gate(_) => (Percent::MAX, node.0),
        }
    }

    /// The gate, which is there once.
    fn gate(&mut self, gate: Gate) -> Node {
        if let Some(number) = self.numbers.get(&gate) {
            return Node::gate(*number);
        }
        let number = self.gates.len() as u32;
        let mut next_above = [NONE; 2];
        for (arm, next) in next_above.iter_mut().enumerate() {
            match gate.arms[arm].kind() {
                NodeKind::Leaf(leaf) => self.put_above(leaf, number, gate),
                NodeKind::Gate(below) => *next = std::mem::replace(&mut self.gates[below].above, link(number, arm)),
            }
        }
        self.gates.push(GateNode { gate, above: NONE, next_above, users: 0, audiences: NONE });
        self.numbers.insert(gate, number);
        // Until somebody needs it.
        self.unused += 1;
        Node::gate(number)
    }

    /// Puts a new gate above a predicate.
    fn put_above(&mut self, leaf: usize, number: u32, Gate { junction, arms }: Gate) {
        let above = &mut self.leaves[leaf];
        match (junction, arms.map(Node::kind)) {
            (Junction::Any, _) => above.triggers.push(Trigger { with: leaf as u32, gate: number }),
            // Of two predicates the first is the rarer.
            (Junction::All, [NodeKind::Leaf(first), NodeKind::Leaf(second)]) if first == leaf => {
                above.triggers.push(Trigger { with: second as u32, gate: number });
            }
            (Junction::All, _) => above.others.push(number),
        }
    }

    /// The gates above a gate, each with the arm that it is.
    fn above(&self, gate: usize) -> impl Iterator<Item = (usize, usize)> {
        let mut at = self.gates[gate].above;
        std::iter::from_fn(move || {
            let (above, arm) = ((at >> 1) as usize, (at & 1) as usize);
            (at != NONE).then(|| {
                at = self.gates[above].next_above[arm];
                (above, arm)
            })
        })
    }

    /// The audiences at a node, given the first.
    fn audiences_from(&self, first: u32) -> impl Iterator<Item = usize> {
        let audience = |at: u32| (at != NONE).then_some(at as usize);
        std::iter::successors(audience(first), move |at| audience(self.attachments[*at].next))
    }

    fn first_audience(&mut self, node: Node) -> &mut u32 {
        match node.kind() {
            NodeKind::Leaf(leaf) => &mut self.leaves[leaf].audiences,
            NodeKind::Gate(gate) => &mut self.gates[gate].audiences,
        }
    }

    /// Puts an audience in a place that is vacant, or in the place of another.
    pub(super) fn attach(&mut self, audience: usize, root: Root) {
        self.program.forget();
        // Before the other goes: what both need need not come back.
        if let Root::Node(node) = root {
            self.acquire(node);
        }
        self.detach(audience);
        if audience >= self.attachments.len() {
            let vacant = Attachment { root: Root::Vacant, previous: NONE, next: NONE };
            self.attachments.resize(audience + 1, vacant);
        }
        let mut next = NONE;
        if let Root::Node(node) = root {
            next = std::mem::replace(self.first_audience(node), audience as u32);
        }
        if let Some(next) = self.attachments.get_mut(next as usize) {
            next.previous = audience as u32;
        }
        self.attachments[audience] = Attachment { root, previous: NONE, next };
    }

    /// Takes an audience out.
    pub(super) fn detach(&mut self, audience: usize) {
        self.program.forget();
        let Some(attachment) = self.attachments.get_mut(audience) else { return };
        let Attachment { root, previous, next } = *attachment;
        attachment.root = Root::Vacant;
        let Root::Node(node) = root else { return };
        match self.attachments.get_mut(previous as usize) {
            Some(previous) => previous.next = next,
            None => *self.first_audience(node) = next,
        }
        if let Some(next) = self.attachments.get_mut(next as usize) {
            next.previous = previous;
        }
        self.release(node);
    }

    fn users(&mut self, node: Node) -> &mut u32 {
        match node.kind() {
            NodeKind::Leaf(leaf) => &mut self.leaves[leaf].users,
            NodeKind::Gate(gate) => &mut self.gates[gate].users,
        }
    }

    /// A node has a user more; the first one needs its arms too.
    fn acquire(&mut self, node: Node) {
        let mut nodes = vec![node];
        while let Some(node) = nodes.pop() {
            let users = self.users(node);
            *users += 1;
            if *users == 1
                && let NodeKind::Gate(gate) = node.kind()
            {
                self.unused -= 1;
                nodes.extend(self.gates[gate].gate.arms);
            }
        }
    }

    /// A node has a user less; with the last one its arms do, too.
    fn release(&mut self, node: Node) {
        let mut nodes = vec![node];
        while let Some(node) = nodes.pop() {
            let users = self.users(node);
            *users -= 1;
            if *users == 0
                && let NodeKind::Gate(gate) = node.kind()
            {
                self.unused += 1;
                nodes.extend(self.gates[gate].gate.arms);
            }
        }
    }

    /// Whether some audience needs a predicate.
    pub(super) fn uses_leaf(&self, leaf: usize) -> bool {
        self.leaves[leaf].users > 0
    }

    /// The same audiences in a graph of what they need; `leaves` has the new number of each predicate that is needed.
    pub(super) fn compacted(&self, leaves: &[Option<u32>]) -> Self {
        let mut compacted = Self::default();
        for (leaf, _) in self.leaves.iter().zip(leaves).filter(|(_, number)| number.is_some()) {
            compacted.add_leaf(leaf.selectivity);
        }
        let mut gates: Vec<Option<Node>> = Vec::with_capacity(self.gates.len());
        let renumbered = |node: Node, gates: &[Option<Node>]| match node.kind() {
            NodeKind::Leaf(leaf) => leaves[leaf].map(Node::leaf),
            NodeKind::Gate(gate) => gates[gate],
        };
        for GateNode { gate: Gate { junction, arms }, users, .. } in &self.gates {
            let arms = arms.map(|arm| renumbered(arm, &gates));
            gates.push(match (*users, arms) {
                (1.., [Some(first), Some(second)]) => {
                    Some(compacted.gate(Gate { junction: *junction, arms: [first, second] }))
                }
                _ => None,
            });
        }
        for (audience, attachment) in self.attachments.iter().enumerate() {
            let root = match attachment.root {
                // OK because an audience needs its node, so that it has a new number.
                Root::Node(node) => renumbered(node, &gates).map_or(Root::Nobody, Root::Node),
                other => other,
            };
            compacted.attach(audience, root);
        }
        compacted
    }
}

/// A place in the list of gates above another: a gate, and which of its arms that is.
fn link(gate: u32, arm: usize) -> u32 {
    gate << 1 | arm as u32
}
