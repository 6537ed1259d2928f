//! The course of a filter's truth as now moves on: what it is at first, and the instants at which it turns.

use super::time_dependent::Moving;
use crate::filter::{Condition, Filter, Group, Junction};
use crate::plan::{Leaf, Node, still};
use crate::semantics::EvalContext;

/// A filter, divided into what moves with now and what does not.
#[derive(Clone, Debug)]
pub(crate) struct TruthTimeline<'f> {
    root: Part,
    pub(crate) still: Vec<(Leaf, &'f Condition)>,
    pub(crate) moving: Vec<Moving<'f>>,
}

#[derive(Clone, Debug)]
enum Part {
    Constant(bool),
    Still(usize),
    Moving(usize),
    /// At least two.
    Group(Junction, Vec<Part>),
}

/// What is known of a membership.
pub(crate) trait Known {
    /// What a condition says that does not move, by its place in [`TruthTimeline::still`].
    fn holds(&self, still: usize) -> bool;

    /// The instant that a condition that moves looks at, by its place in [`TruthTimeline::moving`].
    fn instant(&self, moving: usize) -> Option<i64>;
}

/// The turns of several courses, one after the other, and the room to join them in.
#[derive(Debug, Default)]
pub(crate) struct Transitions {
    pub(crate) all: Vec<i64>,
    joined: Vec<i64>,
}

impl<'f> TruthTimeline<'f> {
    /// The course of a filter of those for whom it may hold at some instant: what does not move and must hold anyway is
    /// not asked of them again.
    pub(crate) fn of_possible(filter: &'f Filter, cx: &EvalContext) -> Self {
        let mut course = Self { root: Part::Constant(true), still: Vec::new(), moving: Vec::new() };
        let root = course.group(filter.root(), cx, true);
        course.root = root;
        course
    }

    fn group(&mut self, group: &'f Group, cx: &EvalContext, known: bool) -> Part {
        // A group of one member is that member, whichever its operator.
        let single = group.conditions().len() + group.groups().len() == 1;
        let known = known && (group.junction() == Junction::All || single);
        let mut parts = Vec::new();
        for condition in group.conditions() {
            parts.push(match (Moving::of(condition, cx.semantics), known) {
                (Some(moving), _) => {
                    self.moving.push(moving);
                    Part::Moving(self.moving.len() - 1)
                }
                (None, true) => Part::Constant(true),
                (None, false) => match still(condition, cx) {
                    Node::Constant(value) => Part::Constant(value),
                    Node::Leaf(leaf) => {
                        self.still.push((leaf, condition));
                        Part::Still(self.still.len() - 1)
                    }
                    // A condition is no group.
                    Node::All(_) | Node::Any(_) => unreachable!(),
                },
            });
        }
        for inner in group.groups() {
            parts.push(self.group(inner, cx, known));
        }
        let decisive = group.junction() == Junction::Any;
        if parts.iter().any(|part| matches!(part, Part::Constant(value) if *value == decisive)) {
            return Part::Constant(decisive);
        }
        parts.retain(|part| !matches!(part, Part::Constant(_)));
        // What does not move is known at once, and may decide.
        parts.sort_by_key(|part| match part {
            Part::Constant(_) | Part::Still(_) => 0,
            Part::Moving(_) => 1,
            Part::Group(..) => 2,
        });
        match parts.len() {
            0 => Part::Constant(!decisive),
            1 => parts.swap_remove(0),
            _ => Part::Group(group.junction(), parts),
        }
    }

    /// Appends the instants after the first of a range and until its last at which a membership's answer turns, and
    /// tells what it is at the first.
    #[inline]
    pub(crate) fn run(&self, of: &impl Known, range: (i64, i64), turns: &mut Transitions) -> bool {
        self.part(&self.root, of, range, turns)
    }

    fn part(&self, part: &Part, of: &impl Known, range: (i64, i64), turns: &mut Transitions) -> bool {
        match part {
            Part::Constant(value) => *value,
            Part::Still(at) => of.holds(*at),
            Part::Moving(at) => self.moving[*at].turns(of.instant(*at), range, &mut turns.all),
            Part::Group(junction, parts) => {
                let start = turns.all.len();
                let decisive = *junction == Junction::Any;
                let mut begins = !decisive;
                for part in parts {
                    let middle = turns.all.len();
                    let other = self.part(part, of, range, turns);
                    begins = turns.join(*junction, (start, begins), (middle, other));
                    if begins == decisive && turns.all.len() == start {
                        break;
                    }
                }
                begins
            }
        }
    }
}

impl Transitions {
    /// Makes one course of the one so far and the next: it holds where either does.
    #[inline]
    pub(crate) fn join_next(&mut self, begins: bool, next: impl FnOnce(&mut Self) -> bool) -> bool {
        let middle = self.all.len();
        let other = next(self);
        if middle == 0 && !begins {
            return other;
        }
        self.join(Junction::Any, (0, begins), (middle, other))
    }

    /// Makes one course of two that begin at places one behind the other; the second reaches to the end.
    pub(crate) fn join(&mut self, junction: Junction, one: (usize, bool), two: (usize, bool)) -> bool {
        let ((start, mut a), (middle, mut b)) = (one, two);
        let decisive = junction == Junction::Any;
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
            let mut turns = Transitions { all: [&[-7], one.1, two.1].concat(), joined: vec![3] };
            let begins = turns.join(junction, (1, one.0), (1 + one.1.len(), two.0));
            assert_eq!((begins, &turns.all[1..]), expected, "{junction:?} of {one:?} and {two:?}");
            assert_eq!(turns.all[0], -7, "what is of others stays");
        }
    }

    #[test]
    fn courses_are_joined() {
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
