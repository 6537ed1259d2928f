//! The graph as many memberships are asked at a time: groups with all of their members, in the order to work in.
//!
//! A gate joins two arms, so that beginnings are shared; to join a few more members costs less than to write an answer
//! down and to read it again where it is far. So members are joined in one go, and the answer of a group has a place of its
//! own, a cell, only where it is a member of another, or after so many members that others may begin with as well.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::square::{BLOCK, Joined};
use super::{Graph, Node, NodeKind, Root};
use crate::filter::Junction;

/// The most members that are joined without writing down what they come to: audiences that begin alike repeat no more.
const MOST_MEMBERS: usize = 16;

/// What there is to be joined. Predicates have the first cells, inner groups that several blocks need the next, then the audiences
/// of the block in hand, and last the inner groups that it needs alone, so that they are near.
#[derive(Debug, Default)]
pub(super) struct Program {
    /// Groups that are members of others, of several blocks, each behind its members.
    inner: Groups,
    /// Audiences, a block of them after the other, each behind the groups that are members of them alone.
    blocks: Vec<Groups>,
    /// The cell of the first audience of a block.
    answers: usize,
    /// How many cells there are.
    cells: usize,
    audiences: usize,
}

/// The program of a graph, which is made when it is worth it.
#[derive(Debug, Default)]
pub(super) struct LazyProgram {
    program: OnceLock<Program>,
    /// How often it would have been of use since it was forgotten.
    missed: AtomicUsize,
}

impl LazyProgram {
    /// The program, whatever it takes.
    pub(super) fn get(&self, graph: &Graph) -> &Program {
        self.program.get_or_init(|| Program::of(graph))
    }

    /// The program, unless it is not there and has not been missed often: to make it takes as long as some ten contacts take to
    /// be asked without it.
    pub(super) fn get_if_worth(&self, graph: &Graph) -> Option<&Program> {
        const OFTEN: usize = 8;
        let is_worth = || self.missed.fetch_add(1, Ordering::Relaxed) >= OFTEN;
        self.program.get().or_else(|| is_worth().then(|| self.get(graph)))
    }

    /// Forgets the program: the graph is another one.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}

/// A copy makes its own.
impl Clone for LazyProgram {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// Groups, those of one junction and as many members side by side: what to do next is known without a look at it.
#[derive(Debug, Default)]
struct Groups {
    runs: Vec<Run>,
    /// Of each group the cell that it is written to, and those of its members.
    cells: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    junction: Junction,
    members: usize,
    groups: usize,
}

/// A group and the cell that its answer is written to.
struct Group {
    junction: Junction,
    members: Vec<u32>,
    answer: u32,
}

/// Makes a program of a graph.
struct Compiler<'g> {
    graph: &'g Graph,
    /// Which gates have a cell.
    has_cell: Vec<bool>,
    /// How many groups are above one another in one that has a cell, itself left out.
    heights: Vec<u32>,
    cells: Vec<u32>,
}

/// Who needs a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Users {
    Nobody,
    /// Audiences of one block.
    Block(usize),
    Several,
}

impl Users {
    fn add(&mut self, users: Self) {
        *self = match (*self, users) {
            (Self::Nobody, users) | (users, Self::Nobody) => users,
            (one, other) if one == other => one,
            _ => Self::Several,
        };
    }
}

impl Program {
    pub(super) fn of(graph: &Graph) -> Self {
        let mut compiler = Compiler::new(graph);
        let blocks = graph.audiences().div_ceil(BLOCK);
        let (mut shared, mut of_blocks) = (Vec::new(), vec![Vec::new(); blocks]);
        for (gate, users) in compiler.users().into_iter().enumerate().filter(|(gate, _)| compiler.has_cell[*gate]) {
            match users {
                Users::Nobody => {}
                Users::Block(block) => of_blocks[block].push(gate),
                Users::Several => shared.push(gate),
            }
        }
        let leaves = graph.leaves.len();
        let inner = compiler.inner(shared, leaves);
        let answers = leaves + inner.len();
        let mut block = |(at, inner): (usize, Vec<usize>)| {
            let inner = compiler.inner(inner, answers + BLOCK);
            let end = ((at + 1) * BLOCK).min(graph.audiences().next_multiple_of(64));
            let mut audiences: Vec<Group> =
                (at * BLOCK..end).map(|number| compiler.audience(number, answers)).collect();
            audiences.sort_by_key(|group| (group.junction, group.members.len()));
            Groups::of(inner.into_iter().chain(audiences))
        };
        let blocks: Vec<Groups> = of_blocks.into_iter().enumerate().map(&mut block).collect();
        let inner = Groups::of(inner.into_iter());
        let cells = blocks.iter().flat_map(|block| &block.cells).max().map_or(answers, |last| *last as usize + 1);
        Self { inner, blocks, answers, cells: cells.max(answers + BLOCK), audiences: graph.audiences() }
    }

    /// How many members there are to be joined.
    pub(super) fn len(&self) -> usize {
        self.blocks.iter().chain([&self.inner]).map(|groups| groups.cells.len()).sum()
    }

    /// Works out inner groups, and then tells of the audiences of each block, of which the first has that number, which memberships
    /// are in them. Only predicates have their answers already.
    pub(super) fn run<J: Joined>(&self, cells: &mut Vec<J>, mut each: impl FnMut(usize, &mut [J])) {
        cells.resize(self.cells, J::NONE);
        self.inner.join(cells);
        for (block, first) in self.blocks.iter().zip((0..).step_by(BLOCK)) {
            block.join(cells);
            let audiences = BLOCK.min((self.audiences - first).next_multiple_of(64));
            each(first, &mut cells[self.answers..][..audiences]);
        }
    }
}

impl Groups {
    fn of(groups: impl Iterator<Item = Group>) -> Self {
        let mut all = Self::default();
        for Group { junction, members, answer } in groups {
            match all.runs.last_mut() {
                Some(run) if (run.junction, run.members) == (junction, members.len()) => run.groups += 1,
                _ => all.runs.push(Run { junction, members: members.len(), groups: 1 }),
            }
            all.cells.push(answer);
            all.cells.extend(members);
        }
        all
    }

    fn join<J: Joined>(&self, cells: &mut [J]) {
        let mut rest = &*self.cells;
        for Run { junction, members, groups } in &self.runs {
            let (run, behind) = rest.split_at(groups * (members + 1));
            rest = behind;
            match junction {
                Junction::All => join_each(run, *members, cells, J::ALL, J::retain),
                Junction::Any => join_each(run, *members, cells, J::NONE, J::extend),
            }
        }
    }
}

/// Joins groups of as many members, each behind the cell that its answer is written to.
#[inline(always)]
fn join_each<J: Joined>(groups: &[u32], members: usize, cells: &mut [J], of_none: J, join: impl Fn(&mut J, &J)) {
    for group in groups.chunks_exact(members + 1) {
        let mut joined = of_none;
        for member in &group[1..] {
            join(&mut joined, &cells[*member as usize]);
        }
        cells[group[0] as usize] = joined;
    }
}

impl<'g> Compiler<'g> {
    fn new(graph: &'g Graph) -> Self {
        let has_cell = with_cells(graph);
        let (heights, cells) = (vec![0; graph.gates.len()], vec![u32::MAX; graph.gates.len()]);
        let mut compiler = Self { graph, has_cell, heights, cells };
        for gate in (0..graph.gates.len()).filter(|gate| compiler.has_cell[*gate]).collect::<Vec<_>>() {
            let below = compiler.members(gate).filter_map(Node::as_gate).map(|member| compiler.heights[member] + 1);
            compiler.heights[gate] = below.max().unwrap_or(0);
        }
        compiler
    }

    /// Which audiences need each group that has a cell.
    fn users(&self) -> Vec<Users> {
        let mut all = vec![Users::Nobody; self.graph.gates.len()];
        for audience in 0..self.graph.audiences() {
            if let Root::Node(node) = self.graph.root(audience)
                && let Some(gate) = node.as_gate()
            {
                all[gate].add(Users::Block(audience / BLOCK));
            }
        }
        // A gate comes after its arms.
        for gate in (0..all.len()).rev() {
            let users = all[gate];
            if users != Users::Nobody {
                self.members(gate).filter_map(Node::as_gate).for_each(|member| all[member].add(users));
            }
        }
        all
    }

    /// Groups that are members of others, whose cells are from one on, in the order to join them in.
    fn inner(&mut self, mut gates: Vec<usize>, first_cell: usize) -> Vec<Group> {
        gates.sort_by_cached_key(|gate| {
            (self.heights[*gate], self.graph.gates[*gate].gate.junction, self.members(*gate).count())
        });
        (first_cell as u32..).zip(&gates).for_each(|(cell, gate)| self.cells[*gate] = cell);
        gates.into_iter().map(|gate| self.group(gate, self.cells[gate])).collect()
    }

    fn audience(&self, number: usize, answers: usize) -> Group {
        let answer = (answers + number % BLOCK) as u32;
        match self.graph.root(number) {
            Root::Vacant | Root::Nobody => Group { junction: Junction::Any, members: Vec::new(), answer },
            Root::Node(node) => match node.as_gate() {
                Some(gate) if !self.has_cell[gate] => self.group(gate, answer),
                _ => Group { junction: Junction::All, members: vec![self.cell(node)], answer },
            },
        }
    }

    fn group(&self, gate: usize, answer: u32) -> Group {
        let members = self.members(gate).map(|member| self.cell(member)).collect();
        Group { junction: self.graph.gates[gate].gate.junction, members, answer }
    }

    fn cell(&self, node: Node) -> u32 {
        match node.kind() {
            NodeKind::Leaf(leaf) => leaf as u32,
            NodeKind::Gate(gate) => self.cells[gate],
        }
    }

    /// The members of the group that ends with a gate, the last one first: predicates, and gates with cells.
    fn members(&self, gate: usize) -> impl Iterator<Item = Node> {
        let Self { graph, has_cell, .. } = self;
        let junction = graph.gates[gate].gate.junction;
        let (mut next, mut first) = (Some(gate), None);
        std::iter::from_fn(move || {
            let Some(at) = next.take() else { return first.take() };
            let [before, last] = graph.gates[at].gate.arms;
            next = before.as_gate().filter(|gate| !has_cell[*gate] && graph.gates[*gate].gate.junction == junction);
            first = Some(before).filter(|_| next.is_none());
            Some(last)
        })
    }
}

/// Which gates have a cell of their own, of those that audiences need.
fn with_cells(graph: &Graph) -> Vec<bool> {
    let mut has_cell = vec![false; graph.gates.len()];
    let mut members = vec![2; graph.gates.len()];
    for (at, node) in graph.gates.iter().enumerate().filter(|(_, node)| node.users > 0) {
        let [first, second] = node.gate.arms.map(Node::as_gate);
        if let Some(first) = first {
            if graph.gates[first].gate.junction == node.gate.junction && members[first] < MOST_MEMBERS {
                members[at] = members[first] + 1;
            } else {
                has_cell[first] = true;
            }
        }
        if let Some(second) = second {
            has_cell[second] = true;
        }
    }
    has_cell
}
