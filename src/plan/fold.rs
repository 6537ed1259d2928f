//! What can be said of a plan without looking at a record.

use std::collections::{HashMap, HashSet, VecDeque};

use super::Node;
use super::custom::CustomMatch;
use super::interval::{End, Interval, Ordered};
use super::leaf::{Leaf, LeafTest, Subject};
use super::text::{Pattern, TextMatch};
use crate::filter::Junction;
use crate::logic::{self, Logic};

/// The same plan with groups of one operator merged, constants and duplicates gone, intervals on one value joined,
/// contradictions and tautologies recognised, and the cheap questions first.
pub(super) fn fold(node: Node) -> Node {
    match node {
        Node::Constant(_) => node,
        Node::Leaf(leaf) => fold_leaf(leaf),
        Node::All(members) => fold_group(Junction::All, members),
        Node::Any(members) => fold_group(Junction::Any, members),
    }
}

impl Logic for Node {
    fn constant(holds: bool) -> Self {
        Self::Constant(holds)
    }

    fn as_constant(&self) -> Option<bool> {
        match self {
            Self::Constant(holds) => Some(*holds),
            Self::All(_) | Self::Any(_) | Self::Leaf(_) => None,
        }
    }

    fn group(junction: Junction, members: Vec<Self>) -> Self {
        match junction {
            Junction::All => Self::All(members),
            Junction::Any => Self::Any(members),
        }
    }

    fn into_members(self, junction: Junction) -> Result<Vec<Self>, Self> {
        match (self, junction) {
            (Self::All(members), Junction::All) | (Self::Any(members), Junction::Any) => Ok(members),
            (other, _) => Err(other),
        }
    }
}

fn fold_group(junction: Junction, members: Vec<Node>) -> Node {
    let decided = Node::Constant(junction.decisive());
    let Some(members) = logic::flat(junction, members.into_iter().map(fold)) else { return decided };
    // Tests that were joined may have become constant, or groups of their own.
    let Some(mut members) = logic::flat(junction, join(members, junction)) else { return decided };
    if has_complements(&members) {
        return decided;
    }
    members.sort_by_cached_key(cost);
    logic::grouped(junction, members)
}

/// Each member once, where it stands first.
fn distinct(mut members: Vec<Node>) -> Vec<Node> {
    let mut seen = HashSet::with_capacity(members.len());
    let mut is_first: VecDeque<bool> = members.iter().map(|member| seen.insert(member)).collect();
    drop(seen);
    members.retain(|_| is_first.pop_front().unwrap_or(true));
    members
}

/// A leaf and its exact complement: one of them holds, and only one.
fn has_complements(members: &[Node]) -> bool {
    let leaves = || members.iter().filter_map(|member| if let Node::Leaf(leaf) = member { Some(leaf) } else { None });
    // Most groups have none, because what is positive and what is negated are not of one value.
    if leaves().all(|leaf| leaf.negated) || !leaves().any(|leaf| leaf.negated) {
        return false;
    }
    let mut by_value = HashMap::<_, Vec<&Leaf>>::new();
    for leaf in leaves() {
        by_value.entry((&leaf.subject, leaf.list, &leaf.test)).or_default().push(leaf);
    }
    by_value.values().any(|leaves| leaves.iter().any(|one| leaves.iter().any(|other| one.is_complement_of(other))))
}

/// For each member that is a positive test of a value, the number of that value: tests of one value have one.
fn values(members: &[Node]) -> Vec<Option<usize>> {
    let mut numbers = HashMap::<(&Subject, Option<i64>), usize>::new();
    let number = |member| match member {
        &Node::Leaf(Leaf { ref subject, list, negated: false, missing: false, .. }) => {
            let next = numbers.len();
            Some(*numbers.entry((subject, list)).or_insert(next))
        }
        _ => None,
    };
    members.iter().map(number).collect()
}

/// Positive tests of one value become one: their intersection in AND, their union in OR.
fn join(members: Vec<Node>, junction: Junction) -> Vec<Node> {
    let members = distinct(members);
    let values = values(&members);
    // For each value, where the first test of it stands.
    let mut first: Vec<Option<usize>> = vec![None; members.len()];
    // Sets of values that one value may be in, beside the place of the first: joined one by one, the time they took would
    // grow with the square of their number.
    let mut sets = HashMap::<usize, Vec<LeafTest>>::new();
    let mut joined: Vec<Node> = Vec::with_capacity(members.len());
    for (member, value) in members.into_iter().zip(values) {
        if let (Node::Leaf(leaf), Some(value)) = (&member, value) {
            let combine = match junction {
                Junction::All => intersection,
                Junction::Any => union,
            };
            if let Some(at) = first[value]
                && let Node::Leaf(known) = &joined[at]
            {
                if junction == Junction::Any && are_sets(&known.test, &leaf.test) {
                    sets.entry(at).or_default().push(leaf.test.clone());
                    continue;
                }
                if let Some(test) = combine(&known.test, &leaf.test) {
                    joined[at] = fold_leaf(Leaf { test, ..leaf.clone() });
                    continue;
                }
            }
            first[value].get_or_insert(joined.len());
        }
        joined.push(member);
    }
    for (at, others) in sets {
        if let Node::Leaf(known) = &mut joined[at] {
            absorb(&mut known.test, others);
        }
    }
    joined
}

/// Whether both are sets of values, one of which a value has to be.
fn are_sets(a: &LeafTest, b: &LeafTest) -> bool {
    match (a, b) {
        (LeafTest::Text(a), LeafTest::Text(b)) => {
            matches!((&a.pattern, &b.pattern), (Pattern::Is(_), Pattern::Is(_)))
        }
        (LeafTest::Custom(a), LeafTest::Custom(b)) => {
            matches!((a, b), (CustomMatch::NonEmpty(_), CustomMatch::NonEmpty(_)))
        }
        _ => false,
    }
}

/// Adds the values of other sets to a set.
fn absorb(set: &mut LeafTest, others: Vec<LeafTest>) {
    match set {
        LeafTest::Text(texts) => texts.absorb(others.into_iter().filter_map(|other| match other {
            LeafTest::Text(other) => Some(other),
            _ => None,
        })),
        LeafTest::Custom(CustomMatch::NonEmpty(literals)) => {
            literals.absorb(others.into_iter().filter_map(|other| match other {
                LeafTest::Custom(CustomMatch::NonEmpty(other)) => Some(other),
                _ => None,
            }));
        }
        _ => {}
    }
}

/// The test that passes what both pass. A custom field may hold several values, of which one passes the one test and
/// one the other; but the time it is asked for is a single one.
fn intersection(a: &LeafTest, b: &LeafTest) -> Option<LeafTest> {
    match (a, b) {
        (LeafTest::Time(a), LeafTest::Time(b)) => Some(LeafTest::Time(a.intersection(*b))),
        (LeafTest::Count(a), LeafTest::Count(b)) => Some(LeafTest::Count(a.intersection(*b))),
        (LeafTest::Amount(a), LeafTest::Amount(b)) => Some(LeafTest::Amount(a.intersection(*b))),
        (LeafTest::Text(a), LeafTest::Text(b)) => {
            let (Pattern::Is(ours), Pattern::Is(theirs)) = (&a.pattern, &b.pattern) else { return None };
            let both = ours.iter().filter(|text| theirs.binary_search(text).is_ok()).cloned().collect();
            Some(LeafTest::Text(TextMatch { pattern: Pattern::Is(both), case: a.case }))
        }
        _ => None,
    }
}

/// The test that passes what either passes, where one test can say so; sets of values are joined by [`absorb`].
fn union(a: &LeafTest, b: &LeafTest) -> Option<LeafTest> {
    match (a, b) {
        (LeafTest::Time(a), LeafTest::Time(b)) => a.union(*b).map(LeafTest::Time),
        (LeafTest::Count(a), LeafTest::Count(b)) => a.union(*b).map(LeafTest::Count),
        (LeafTest::Amount(a), LeafTest::Amount(b)) => a.union(*b).map(LeafTest::Amount),
        _ => None,
    }
}

/// A leaf whose test passes everything or nothing is a question of existence, or none.
fn fold_leaf(leaf: Leaf) -> Node {
    let passes = match &leaf.test {
        LeafTest::Exists => Some(true),
        LeafTest::Nothing => Some(false),
        LeafTest::Time(interval) => extent(interval),
        LeafTest::Count(interval) => extent(&at_least_zero(*interval)),
        LeafTest::Amount(interval) => extent(interval),
        LeafTest::Text(TextMatch { pattern: Pattern::Is(texts), .. }) if texts.is_empty() => Some(false),
        // Everything has an empty part.
        LeafTest::Text(TextMatch { pattern: Pattern::StartsWith(part) | Pattern::EndsWith(part), .. })
            if part.is_empty() =>
        {
            Some(true)
        }
        LeafTest::Text(TextMatch { pattern: Pattern::Contains(part), .. }) if part.as_str().is_empty() => Some(true),
        LeafTest::True | LeafTest::Text(_) | LeafTest::Custom(_) | LeafTest::Lists(_) => None,
    };
    // A time asked of a custom field that holds none finds no value, though one exists.
    let readable_only = matches!((&leaf.subject, &leaf.test), (Subject::Custom(_), LeafTest::Time(_)));
    match passes {
        None => Node::Leaf(leaf),
        Some(passes) => {
            let with_value = passes != leaf.negated;
            if with_value == leaf.missing || leaf.is_total() {
                return Node::Constant(with_value);
            }
            if readable_only {
                return Node::Leaf(leaf);
            }
            Node::Leaf(Leaf { test: LeafTest::Exists, negated: !with_value, ..leaf })
        }
    }
}

fn at_least_zero(interval: Interval<u64>) -> Interval<u64> {
    match interval {
        Interval { low: End::Closed(0), high } => Interval { low: End::Unbounded, high },
        other => other,
    }
}

fn extent<T: Ordered>(interval: &Interval<T>) -> Option<bool> {
    match (interval.low, interval.high) {
        (End::Unbounded, End::Unbounded) => Some(true),
        _ if interval.is_empty() => Some(false),
        _ => None,
    }
}

/// What a question costs one record, roughly, for each record that it decides: most records pass a question for a flag.
/// The order among equals is the user's.
fn cost(node: &Node) -> u32 {
    match node {
        Node::Constant(_) => 0,
        Node::All(members) | Node::Any(members) => 1 + members.iter().map(cost).sum::<u32>(),
        Node::Leaf(leaf) => {
            let test = match &leaf.test {
                LeafTest::Nothing | LeafTest::Exists => 1,
                LeafTest::Time(_) | LeafTest::Count(_) | LeafTest::Amount(_) => 2,
                LeafTest::True | LeafTest::Lists(_) => 3,
                LeafTest::Text(TextMatch { pattern: Pattern::Is(_), .. }) => 4,
                LeafTest::Custom(_) => 6,
                LeafTest::Text(_) => 8,
            };
            test + if leaf.list.is_some() { 2 } else { 0 }
                + if matches!(leaf.subject, Subject::Custom(_)) { 4 } else { 0 }
        }
    }
}
