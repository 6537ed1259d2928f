//! Plans bound to a table: each distinct leaf once, as codes of a column.

use std::collections::HashMap;

use super::column::ColumnTest;
use super::kernel::ByteSet;
use super::segment::{ColumnId, Columns};
use crate::catalogue::TextField;
use crate::plan::{Leaf, LeafTest, Node, Plan, Subject, TextMatch};
use crate::semantics::Subscription;

/// Plans that are asked together, and the questions they share.
#[derive(Debug)]
pub(super) struct BoundPlans {
    pub(super) plans: Vec<BoundPlan>,
    pub(super) leaves: Vec<BoundLeaf>,
    /// What says that a membership is active, if only those take part; plans of one set agree on it.
    pub(super) active: Option<Active>,
    /// The column of lists.
    pub(super) lists: Option<usize>,
}

/// The column that says whether a membership is active, and the test that it is.
#[derive(Debug)]
pub(super) struct Active {
    pub(super) column: usize,
    pub(super) test: ColumnTest,
}

/// A plan whose leaves are numbers.
#[derive(Debug)]
pub(super) struct BoundPlan {
    pub(super) root: BoundNode,
    /// The part of the root that says the same of all of a contact's memberships, and the rest: both must hold.
    pub(super) of_the_contact: BoundNode,
    pub(super) of_the_membership: BoundNode,
    pub(super) scope: Option<Vec<i64>>,
    /// The codes of the column of lists that are in scope.
    pub(super) scope_codes: Option<ColumnTest>,
}

#[derive(Clone, Debug)]
pub(super) enum BoundNode {
    Constant(bool),
    All(Vec<BoundNode>),
    Any(Vec<BoundNode>),
    Leaf(usize),
}

#[derive(Debug)]
pub(super) struct BoundLeaf {
    pub(super) test: BoundTest,
    /// The list whose membership is asked, and its codes in the column of lists.
    pub(super) list: Option<(i64, Option<ColumnTest>)>,
    pub(super) missing: bool,
}

#[derive(Debug)]
pub(super) enum BoundTest {
    Column {
        column: usize,
        of_the_contact: bool,
        test: ColumnTest,
    },
    /// Membership on lists.
    Lists {
        lists: Vec<i64>,
        codes: Option<ColumnTest>,
        negated: bool,
    },
    /// The phone number itself.
    Phone {
        pattern: Option<TextMatch>,
        negated: bool,
    },
    /// No record of the table has the field.
    Absent,
}

impl BoundPlans {
    pub(super) fn new(plans: &[&Plan], columns: &Columns) -> Self {
        let mut leaves = Vec::new();
        let mut known = HashMap::new();
        let lists = columns.find(&ColumnId::List);
        let bound = plans
            .iter()
            .map(|plan| {
                let root = node(&plan.root, columns, &mut leaves, &mut known);
                let (of_the_contact, of_the_membership) = root.parts(&leaves);
                BoundPlan {
                    root,
                    of_the_contact,
                    of_the_membership,
                    scope: plan.scope.clone(),
                    scope_codes: plan.scope.as_ref().and_then(|scope| on_lists(scope, columns)),
                }
            })
            .collect();
        let only_active = plans.first().is_some_and(|plan| plan.cx.semantics.subscription == Subscription::ActiveOnly);
        let active = columns.find(&ColumnId::Active).filter(|_| only_active).map(|column| {
            let of = columns.column(column);
            Active { column, test: of.test(of.domain.passing(&LeafTest::True), false, false) }
        });
        Self { plans: bound, leaves, active, lists }
    }

    /// Takes in a question that is none of the plans', and tells its place.
    pub(super) fn also(&mut self, leaf: &Leaf, columns: &Columns) -> usize {
        self.leaves.push(bind(leaf, columns));
        self.leaves.len() - 1
    }
}

impl BoundNode {
    /// The part that says the same of all of a contact's memberships, and the rest.
    fn parts(&self, leaves: &[BoundLeaf]) -> (Self, Self) {
        let members = match self {
            Self::All(members) => members.as_slice(),
            node => std::slice::from_ref(node),
        };
        let (contact, membership) = members.iter().cloned().partition(|member| member.is_of_the_contact(leaves));
        (Self::All(contact), Self::All(membership))
    }

    fn is_of_the_contact(&self, leaves: &[BoundLeaf]) -> bool {
        match self {
            Self::Constant(_) => true,
            Self::Leaf(leaf) => leaves[*leaf].is_of_the_contact(),
            Self::All(members) | Self::Any(members) => members.iter().all(|member| member.is_of_the_contact(leaves)),
        }
    }
}

impl BoundLeaf {
    /// The column that it looks at in the membership in hand, and how.
    pub(super) fn column(&self) -> Option<(usize, &ColumnTest)> {
        match &self.test {
            BoundTest::Column { column, test, .. } if self.list.is_none() => Some((*column, test)),
            _ => None,
        }
    }

    /// Whether it says the same of all of a contact's memberships.
    pub(super) fn is_of_the_contact(&self) -> bool {
        self.list.is_some()
            || match &self.test {
                BoundTest::Column { of_the_contact, .. } => *of_the_contact,
                BoundTest::Lists { .. } | BoundTest::Phone { .. } | BoundTest::Absent => true,
            }
    }
}

fn node(plan: &Node, columns: &Columns, leaves: &mut Vec<BoundLeaf>, known: &mut HashMap<Leaf, usize>) -> BoundNode {
    match plan {
        Node::Constant(value) => BoundNode::Constant(*value),
        Node::Leaf(leaf) => BoundNode::Leaf(*known.entry(leaf.clone()).or_insert_with(|| {
            leaves.push(bind(leaf, columns));
            leaves.len() - 1
        })),
        Node::All(members) => BoundNode::All(sorted(members, columns, leaves, known, false)),
        Node::Any(members) => BoundNode::Any(sorted(members, columns, leaves, known, true)),
    }
}

/// The members, those first that leave the fewest rows to decide.
fn sorted(
    members: &[Node],
    columns: &Columns,
    leaves: &mut Vec<BoundLeaf>,
    known: &mut HashMap<Leaf, usize>,
    any: bool,
) -> Vec<BoundNode> {
    let mut bound: Vec<(u64, BoundNode)> = members
        .iter()
        .map(|member| {
            let node = node(member, columns, leaves, known);
            (undecided(&node, columns, leaves, any), node)
        })
        .collect();
    bound.sort_by_key(|(undecided, _)| *undecided);
    bound.into_iter().map(|(_, node)| node).collect()
}

/// How many rows a member leaves undecided in a group; what is not known comes last.
fn undecided(node: &BoundNode, columns: &Columns, leaves: &[BoundLeaf], any: bool) -> u64 {
    let BoundNode::Leaf(leaf) = node else { return u64::MAX };
    match &leaves[*leaf].test {
        BoundTest::Column { column, test, .. } => {
            let column = columns.column(*column);
            let (all, passing) = (column.weight(&ByteSet::ALL), column.weight(&test.yes));
            let maybe = column.weight(test.maybe.set());
            // A row that only its exact key decides costs far more than one that its code does.
            const EXACT: u64 = 4;
            (if any { all.saturating_sub(passing + maybe) } else { passing }) + maybe * EXACT
        }
        BoundTest::Lists { .. } | BoundTest::Absent => 0,
        BoundTest::Phone { .. } => u64::MAX,
    }
}

fn bind(leaf: &Leaf, columns: &Columns) -> BoundLeaf {
    let test = match (&leaf.subject, &leaf.test) {
        (Subject::Lists, LeafTest::Lists(lists)) => {
            BoundTest::Lists { lists: lists.clone(), codes: on_lists(lists, columns), negated: leaf.negated }
        }
        (Subject::Text(TextField::PhoneNumber), test) => BoundTest::Phone {
            pattern: match test {
                LeafTest::Text(pattern) => Some(pattern.clone()),
                _ => None,
            },
            negated: leaf.negated,
        },
        (subject, test) => {
            let id = ColumnId::of(subject);
            columns.find(&id).map_or(BoundTest::Absent, |column| {
                let of = columns.column(column);
                let test = of.test(of.domain.passing(test), leaf.negated, leaf.missing);
                BoundTest::Column { column, of_the_contact: id.is_of_the_contact(), test }
            })
        }
    };
    BoundLeaf { test, list: leaf.list.map(|list| (list, on_lists(&[list], columns))), missing: leaf.missing }
}

fn on_lists(lists: &[i64], columns: &Columns) -> Option<ColumnTest> {
    let column = columns.column(columns.find(&ColumnId::List)?);
    Some(column.test(column.domain.passing(&LeafTest::Lists(lists.to_vec())), false, false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audience::Audience;
    use crate::contact::{Contact, Membership};
    use crate::semantics::EvalContext;
    use crate::table::{Table, TableBuilder};

    fn table() -> Table {
        let mut builder = TableBuilder::default().in_columns_from(1, 1);
        for i in 0..512 {
            let membership =
                Membership { click_count: i, send_count: i % 4, list_id: Some(1), ..Membership::default() };
            let phone_number = format!("+{i}");
            builder.push(&Contact { phone_number, memberships: vec![membership], ..Contact::default() });
        }
        builder.build()
    }

    #[test]
    fn what_a_member_leaves_undecided_is_what_passes_or_fails_and_four_times_what_only_keys_decide() {
        let table = table();
        for (text, all, any) in [
            // A code stands for three counts of clicks: that of 100 is also that of 99 and 101.
            ("click_count >= 99", 413, 99),
            ("click_count >= 100", 410 + 3 * 4, 99 + 3 * 4),
            ("click_count >= 101", 410 + 3 * 4, 99 + 3 * 4),
            ("send_count = 1", 128, 384),
            ("send_count != 1", 384, 128),
            ("list in [1]", 0, 0),
            ("custom.unknown = 1", 0, 0),
            ("phone_number ends_with '1'", u64::MAX, u64::MAX),
        ] {
            let plan =
                Audience::of(text.parse().unwrap()).plan(&EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap()));
            let bound = BoundPlans::new(&[&plan], &table.columns);
            let of = |any| undecided(&bound.plans[0].root, &table.columns, &bound.leaves, any);
            assert_eq!((of(false), of(true)), (all, any), "{text}");
        }
    }
}
