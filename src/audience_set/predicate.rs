//! What is asked of a membership, as far as audiences share it: the same whatever the instant.

use crate::audience::Audience;
use crate::filter::{Condition, Group, Junction, TimeTest};
use crate::logic::{self, LogicTree};
use crate::plan::{Leaf, Node, Subject, time_invariant};
use crate::semantics::EvalContext;
use crate::time::{Moment, first_instant};

/// A question to a membership.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Predicate {
    /// What does not depend on the instant.
    Leaf(Leaf),
    /// How long something is ago.
    Ago(AgoLeaf),
    /// The membership in hand is on one of these lists, which are sorted.
    Scope(Box<[i64]>),
    /// Nothing: every membership passes.
    Always,
}

/// A question of how long something is ago: it holds where there is a time and `test` says so (or does not, if
/// `negated`), and where there is none if `missing` says so.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct AgoLeaf {
    pub(super) subject: Subject,
    pub(super) list: Option<i64>,
    pub(super) test: Ago,
    pub(super) negated: bool,
    pub(super) missing: bool,
}

/// How long something is to be ago, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Ago {
    /// At most so long, and not in the future.
    Within(i64),
    /// Longer.
    Before(i64),
    /// Less; the future too.
    After(i64),
}

impl Ago {
    fn of(test: &TimeTest) -> Option<Self> {
        match test {
            TimeTest::Within(span) => Some(Self::Within(span.micros())),
            TimeTest::Before(Moment::Ago(span)) => Some(Self::Before(span.micros())),
            TimeTest::After(Moment::Ago(span)) => Some(Self::After(span.micros())),
            TimeTest::Before(Moment::At(_)) | TimeTest::After(Moment::At(_)) => None,
        }
    }

    /// Whether an instant passes, seen from `now`.
    pub(super) fn holds(self, value: i64, now: i64) -> bool {
        // A window reaches to the calendar's start at most.
        let cutoff = |span: i64| now.saturating_sub(span).max(first_instant());
        match self {
            Self::Within(span) => cutoff(span) <= value && value <= now,
            Self::Before(span) => value < cutoff(span),
            Self::After(span) => value > cutoff(span),
        }
    }
}

/// What an audience asks of a membership that takes part: its filter, on its source lists.
pub(super) fn asked(audience: &Audience, cx: &EvalContext) -> LogicTree<Predicate> {
    let filter = of_group(audience.filter.root(), cx);
    if audience.source_lists.is_empty() {
        return filter;
    }
    let mut lists = audience.source_lists.clone();
    lists.sort_unstable();
    lists.dedup();
    let scope = LogicTree::Condition(Predicate::Scope(lists.into()));
    logic::join(Junction::All, [filter, scope])
}

fn of_group(group: &Group, cx: &EvalContext) -> LogicTree<Predicate> {
    let conditions = group.conditions().iter().map(|condition| of_condition(condition, cx));
    let groups = group.groups().iter().map(|inner| of_group(inner, cx));
    logic::join(group.junction(), conditions.chain(groups))
}

fn of_condition(condition: &Condition, cx: &EvalContext) -> LogicTree<Predicate> {
    let Some(test) = condition.predicate().time_test().and_then(Ago::of) else {
        return of_node(time_invariant(condition, cx));
    };
    LogicTree::Condition(Predicate::Ago(AgoLeaf {
        subject: Subject::of(condition.predicate()),
        list: condition.list_that_matters(),
        test,
        negated: condition.is_negated(),
        missing: condition.holds_of_nothing(&cx.semantics),
    }))
}

fn of_node(node: Node) -> LogicTree<Predicate> {
    let of_members = |members: Vec<Node>| members.into_iter().map(of_node).collect();
    match node {
        Node::Constant(holds) => LogicTree::Constant(holds),
        Node::Leaf(leaf) => LogicTree::Condition(Predicate::Leaf(leaf)),
        Node::All(members) => LogicTree::Group(Junction::All, of_members(members)),
        Node::Any(members) => LogicTree::Group(Junction::Any, of_members(members)),
    }
}
