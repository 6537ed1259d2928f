//! Groups from a row of conditions: a row of nothing but conditions is one flat group, and every row is a valid tree.

use crate::filter::{Condition, Group, Junction};

/// A condition of a row, and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) condition: Condition,
    /// How many groups deeper than the condition before; negative is out of so many groups. At the bounds it stays.
    pub(crate) deeper: i8,
    /// How the groups that it opens are joined.
    pub(crate) junction: Junction,
}

/// How deep the trees get.
const DEPTH: usize = 8;

/// A group that is still open.
struct Open {
    junction: Junction,
    conditions: Vec<Condition>,
    groups: Vec<Group>,
}

impl Open {
    fn new(junction: Junction) -> Self {
        Self { junction, conditions: Vec::new(), groups: Vec::new() }
    }

    fn close(self) -> Group {
        // OK because a group is opened for a condition or a group that it gets at once, and DEPTH is below every limit.
        Group::new(self.junction, self.conditions, self.groups).expect("neither empty nor deep")
    }
}

/// The tree of a row that is not empty.
pub(crate) fn tree(junction: Junction, steps: impl IntoIterator<Item = Step>) -> Group {
    let mut current = Open::new(junction);
    let mut outer: Vec<Open> = Vec::new();
    for step in steps {
        for _ in step.deeper..0 {
            close_into(&mut outer, &mut current);
        }
        for _ in 0..step.deeper {
            if outer.len() + 1 < DEPTH {
                outer.push(std::mem::replace(&mut current, Open::new(step.junction)));
            }
        }
        current.conditions.push(step.condition);
    }
    while close_into(&mut outer, &mut current) {}
    current.close()
}

/// Closes the group at hand, if there is one around it.
fn close_into(outer: &mut Vec<Open>, current: &mut Open) -> bool {
    let Some(around) = outer.pop() else { return false };
    let closed = std::mem::replace(current, around);
    current.groups.push(closed.close());
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::{Filter, Predicate};

    #[track_caller]
    fn check(steps: &[(i8, Junction)], expected: &str) {
        let flag = |value| Condition::new(Predicate::Flag(crate::catalogue::FlagField::OnDnc, value));
        let steps = steps.iter().map(|&(deeper, junction)| Step { condition: flag(true), deeper, junction });
        assert_eq!(Filter::new(tree(Junction::All, steps)).to_string(), expected.replace('x', "on_dnc = true"));
    }

    #[test]
    fn a_row_is_a_tree() {
        use Junction::{All, Any};
        check(&[(0, All)], "x");
        check(&[(0, Any), (0, Any)], "x and x");
        check(&[(0, All), (1, Any), (0, All)], "x and (x or x)");
        check(&[(1, Any), (0, All), (-1, All)], "x and (x or x)");
        check(&[(2, Any), (-9, All)], "x and any(any(x))");
        check(&[(0, All), (1, Any), (-1, All), (1, Any), (0, Any)], "x and x and any(x) and (x or x)");
        let deep = Filter::new(tree(
            All,
            vec![
                Step {
                    condition: Condition::new(Predicate::Flag(crate::catalogue::FlagField::OnDnc, true)),
                    deeper: 100,
                    junction: All
                };
                3
            ],
        ));
        assert_eq!(deep.root().depth(), DEPTH);
    }
}
