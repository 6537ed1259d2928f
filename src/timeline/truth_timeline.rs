//! A filter's truth as now moves on: what it is at first, and the instants at which it changes.

use super::time_dependent::TimeDependent;
use crate::filter::{Filter, Group, Junction};
use crate::logic::{self, LogicTree};
use crate::plan::{Leaf, Node, time_invariant};
use crate::semantics::EvalContext;

/// A filter, divided into its time-dependent and its time-invariant conditions.
#[derive(Clone, Debug)]
pub(crate) struct TruthTimeline<'f> {
    root: LogicTree<ConditionIndex>,
    pub(crate) invariant: Vec<Leaf>,
    pub(crate) dependent: Vec<TimeDependent<'f>>,
}

/// A condition, by its place among those of its kind.
#[derive(Clone, Debug)]
enum ConditionIndex {
    TimeInvariant(usize),
    TimeDependent(usize),
}

/// What is known of a membership.
pub(crate) trait MembershipFacts {
    /// What a time-invariant condition says, by its place in [`TruthTimeline::invariant`].
    fn holds(&self, condition: usize) -> bool;

    /// The instant that a time-dependent condition looks at, by its place in [`TruthTimeline::dependent`].
    fn instant(&self, condition: usize) -> Option<i64>;
}

/// The transitions of several timelines, one after the other, and the scratch that they are joined in.
#[derive(Debug, Default)]
pub(crate) struct Transitions {
    pub(crate) all: Vec<i64>,
    joined: Vec<i64>,
}

impl<'f> TruthTimeline<'f> {
    /// The timeline of a filter, for those for whom it may hold at some instant: a time-invariant condition that must
    /// hold anyway is not asked of them again.
    pub(crate) fn of(filter: &'f Filter, cx: &EvalContext) -> Self {
        let mut timeline = Self { root: LogicTree::Constant(true), invariant: Vec::new(), dependent: Vec::new() };
        let root = timeline.group(filter.root(), cx, true);
        timeline.root = root;
        timeline
    }

    fn group(&mut self, group: &'f Group, cx: &EvalContext, known: bool) -> LogicTree<ConditionIndex> {
        // A group of one member is that member, whichever its operator.
        let single = group.conditions().len() + group.groups().len() == 1;
        let known = known && (group.junction() == Junction::All || single);
        let mut parts = Vec::new();
        for condition in group.conditions() {
            parts.push(match (TimeDependent::of(condition, cx.semantics), known) {
                (Some(dependent), _) => {
                    self.dependent.push(dependent);
                    LogicTree::Condition(ConditionIndex::TimeDependent(self.dependent.len() - 1))
                }
                (None, true) => LogicTree::Constant(true),
                (None, false) => match time_invariant(condition, cx) {
                    Node::Constant(value) => LogicTree::Constant(value),
                    Node::Leaf(leaf) => {
                        self.invariant.push(leaf);
                        LogicTree::Condition(ConditionIndex::TimeInvariant(self.invariant.len() - 1))
                    }
                    // A condition is no group.
                    Node::All(_) | Node::Any(_) => unreachable!(),
                },
            });
        }
        for inner in group.groups() {
            parts.push(self.group(inner, cx, known));
        }
        let Some(mut parts) = logic::flat(group.junction(), parts) else {
            return LogicTree::Constant(group.junction().decisive());
        };
        // What is time-invariant is known at once, and may decide.
        parts.sort_by_key(|part| match part {
            LogicTree::Constant(_) | LogicTree::Condition(ConditionIndex::TimeInvariant(_)) => 0,
            LogicTree::Condition(ConditionIndex::TimeDependent(_)) => 1,
            LogicTree::Group(..) => 2,
        });
        logic::grouped(group.junction(), parts)
    }

    /// Appends the instants after the first of a range and until its last at which a membership's answer changes, and
    /// tells what it is at the first.
    #[inline]
    pub(crate) fn run(&self, of: &impl MembershipFacts, range: (i64, i64), transitions: &mut Transitions) -> bool {
        self.part(&self.root, of, range, transitions)
    }

    fn part(
        &self,
        part: &LogicTree<ConditionIndex>,
        of: &impl MembershipFacts,
        range: (i64, i64),
        transitions: &mut Transitions,
    ) -> bool {
        match part {
            LogicTree::Constant(value) => *value,
            LogicTree::Condition(ConditionIndex::TimeInvariant(at)) => of.holds(*at),
            LogicTree::Condition(ConditionIndex::TimeDependent(at)) => {
                self.dependent[*at].transitions(of.instant(*at), range, &mut transitions.all)
            }
            LogicTree::Group(junction, parts) => {
                let start = transitions.all.len();
                let decisive = junction.decisive();
                let mut begins = !decisive;
                for part in parts {
                    let middle = transitions.all.len();
                    let other = self.part(part, of, range, transitions);
                    begins = transitions.join(*junction, (start, begins), (middle, other));
                    if begins == decisive && transitions.all.len() == start {
                        break;
                    }
                }
                begins
            }
        }
    }
}

impl Transitions {
    /// Makes one timeline of the one so far and the next: it holds where either does.
    #[inline]
    pub(crate) fn join_next(&mut self, begins: bool, next: impl FnOnce(&mut Self) -> bool) -> bool {
        let middle = self.all.len();
        let other = next(self);
        if middle == 0 && !begins {
            return other;
        }
        self.join(Junction::Any, (0, begins), (middle, other))
    }

    /// Makes one timeline of two that begin at places one behind the other; the second reaches to the end.
    pub(crate) fn join(&mut self, junction: Junction, one: (usize, bool), two: (usize, bool)) -> bool {
        let ((start, mut a), (middle, mut b)) = (one, two);
        let decisive = junction.decisive();
        if middle == self.all.len() {
            // The second is constant.
            if b == decisive {
                self.all.truncate(start);
                return decisive;
            }
            return a;
        }
        if start == middle {
            if a == decisive {
                self.all.truncate(start);
                return decisive;
            }
            return b;
        }
        let both = |a: bool, b: bool| if decisive { a || b } else { a && b };
        let begins = both(a, b);
        let mut now = begins;
        self.joined.clear();
        let (mut left, mut right) = self.all[start..].split_at(middle - start);
        while let Some(next) = left.first().into_iter().chain(right.first()).min().copied() {
            if left.first() == Some(&next) {
                a = !a;
                left = &left[1..];
            }
            if right.first() == Some(&next) {
                b = !b;
                right = &right[1..];
            }
            if both(a, b) != now {
                now = !now;
                self.joined.push(next);
            }
        }
        self.all.truncate(start);
        self.all.extend_from_slice(&self.joined);
        begins
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn joined(junction: Junction, a: (bool, &[i64]), b: (bool, &[i64]), expected: (bool, &[i64])) {
        for (one, two) in [(a, b), (b, a)] {
            let mut transitions = Transitions { all: [&[-7], one.1, two.1].concat(), joined: vec![3] };
            let begins = transitions.join(junction, (1, one.0), (1 + one.1.len(), two.0));
            assert_eq!((begins, &transitions.all[1..]), expected, "{junction:?} of {one:?} and {two:?}");
            assert_eq!(transitions.all[0], -7, "what is of others stays");
        }
    }

    #[test]
    fn timelines_are_joined() {
        use Junction::{All, Any};
        joined(All, (true, &[]), (true, &[3]), (true, &[3]));
        joined(All, (false, &[]), (true, &[3]), (false, &[]));
        joined(Any, (true, &[]), (true, &[3]), (true, &[]));
        joined(Any, (false, &[]), (true, &[3]), (true, &[3]));
        joined(All, (true, &[5]), (false, &[3, 9]), (false, &[3, 5]));
        joined(Any, (true, &[5]), (false, &[3, 9]), (true, &[9]));
        // One goes as the other comes.
        joined(Any, (true, &[5]), (false, &[5]), (true, &[]));
        joined(All, (true, &[5]), (false, &[5]), (false, &[]));
        joined(Any, (false, &[1, 2, 5, 6]), (false, &[2, 4, 8, 9]), (false, &[1, 4, 5, 6, 8, 9]));
    }
}
