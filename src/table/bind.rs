//! Plans bound to a part of a table: each distinct leaf once, as codes of a column or as a question to a record.

use std::sync::Arc;

use hashbrown::HashMap;

use super::column::ColumnTest;
use super::domain::Domain;
use super::kernel::ByteSet;
use super::segment::{ColumnId, Columns};
use crate::catalogue::TextField;
use crate::eval;
use crate::matcher::LeafMatcher;
use crate::plan::{Leaf, LeafTest, Node, Plan, Subject, TextMatch};
use crate::semantics::Subscription;
use crate::stop::StopToken;

/// A plan whose leaves are numbers. A leaf has the same number wherever in a table the plan is bound.
#[derive(Clone, Debug)]
pub(super) struct BoundPlan {
    pub(super) root: BoundNode,
    /// The part of the root that says the same of all of a contact's memberships, and the rest: both must hold.
    pub(super) of_the_contact: BoundNode,
    pub(super) of_the_membership: BoundNode,
    pub(super) scope: Option<Vec<i64>>,
}

#[derive(Clone, Debug)]
pub(super) enum BoundNode {
    Constant(bool),
    All(Vec<BoundNode>),
    Any(Vec<BoundNode>),
    Leaf(usize),
}

impl BoundNode {
    /// What all members say; a single one by itself.
    fn all(members: Vec<Self>) -> Self {
        match <[Self; 1]>::try_from(members) {
            Ok([single]) => single,
            Err(none) if none.is_empty() => Self::Constant(true),
            Err(several) => Self::All(several),
        }
    }
}

/// Plans whose leaves are numbers, with the leaves that they share.
///
/// They are bound once for all of a table: which leaves say the same of all of a contact's memberships is the leaves' own, and
/// members of groups stand in the order that is best where most contacts are.
pub(super) struct Bound<'q> {
    plans: Arc<[BoundPlan]>,
    leaves: Vec<&'q Leaf>,
    /// The numbers of the leaves that are asked beside the plans; of fewer, if it was stopped.
    beside: Arc<[usize]>,
}

/// Plans that are being bound.
struct Binder<'b, 'q> {
    /// The columns that tell how many rows a leaf leaves undecided.
    columns: &'b Columns,
    stop: &'b StopToken,
    leaves: Vec<&'q Leaf>,
    tests: Vec<ColumnLeaf>,
    known: HashMap<&'q Leaf, usize>,
}

impl<'q> Bound<'q> {
    /// Binds plans to be asked of a table, of which most contacts stand in these columns; with what the leaves ask of those.
    fn new(asked: &Questions<'q>, columns: &Columns, stop: &StopToken) -> (Self, Vec<ColumnLeaf>) {
        let mut binder = Binder { columns, stop, leaves: Vec::new(), tests: Vec::new(), known: HashMap::new() };
        let plans = asked.plans.iter().map(|plan| binder.plan(plan)).collect();
        let beside = asked.beside_until(stop).map(|leaf| binder.leaf(leaf)).collect();
        (Self { plans, leaves: binder.leaves, beside }, binder.tests)
    }

    /// The leaves, until it is to stop: then nothing is asked of what is bound.
    fn leaves_until(&self, stop: &StopToken) -> impl Iterator<Item = &'q Leaf> {
        self.leaves.iter().copied().take_while(|_| !stop.is_stopped())
    }
}

impl<'q> Binder<'_, 'q> {
    fn plan(&mut self, plan: &'q Plan) -> BoundPlan {
        let root = self.node(&plan.root);
        let members = match &root {
            BoundNode::All(members) => members.as_slice(),
            node => std::slice::from_ref(node),
        };
        let (contact, membership) = members.iter().cloned().partition(|member| self.is_of_the_contact(member));
        BoundPlan {
            of_the_contact: BoundNode::all(contact),
            of_the_membership: BoundNode::all(membership),
            root,
            scope: plan.scope.clone(),
        }
    }

    fn node(&mut self, plan: &'q Node) -> BoundNode {
        if self.stop.is_stopped() {
            return BoundNode::Constant(false);
        }
        match plan {
            Node::Constant(value) => BoundNode::Constant(*value),
            Node::Leaf(leaf) => BoundNode::Leaf(self.leaf(leaf)),
            Node::All(members) => BoundNode::All(self.sorted(members, false)),
            Node::Any(members) => BoundNode::Any(self.sorted(members, true)),
        }
    }

    /// The number of a leaf.
    fn leaf(&mut self, leaf: &'q Leaf) -> usize {
        *self.known.entry(leaf).or_insert_with(|| {
            self.leaves.push(leaf);
            self.tests.push(self.columns.bind(leaf));
            self.leaves.len() - 1
        })
    }

    /// The members, those first that leave the fewest rows to decide.
    fn sorted(&mut self, members: &'q [Node], any: bool) -> Vec<BoundNode> {
        let mut bound: Vec<(u64, BoundNode)> = members
            .iter()
            .map(|member| {
                let node = self.node(member);
                let undecided = match &node {
                    BoundNode::Leaf(leaf) => self.columns.undecided(&self.tests[*leaf], any),
                    _ => u64::MAX,
                };
                (undecided, node)
            })
            .collect();
        bound.sort_by_key(|(undecided, _)| *undecided);
        bound.into_iter().map(|(_, node)| node).collect()
    }

    fn is_of_the_contact(&self, node: &BoundNode) -> bool {
        match node {
            BoundNode::Constant(_) => true,
            BoundNode::Leaf(leaf) => is_of_the_contact(self.leaves[*leaf]),
            BoundNode::All(members) | BoundNode::Any(members) => {
                members.iter().all(|member| self.is_of_the_contact(member))
            }
        }
    }
}

/// Whether a leaf says the same of all of a contact's memberships, whatever columns there are.
fn is_of_the_contact(leaf: &Leaf) -> bool {
    leaf.list.is_some() || leaf.subject == Subject::Lists || ColumnId::of(&leaf.subject).is_of_the_contact()
}

/// Plans bound to all of a table: to the columns of each of its levels, and to what stands in none.
pub(super) fn bind<'c>(
    asked: &Questions<'_>,
    levels: impl Iterator<Item = &'c Columns>,
    largest: usize,
    has_records: bool,
    stop: &StopToken,
) -> (Vec<ColumnPlans>, RecordPlans) {
    let levels: Vec<&Columns> = levels.collect();
    let (bound, tests) = Bound::new(asked, levels[largest], stop);
    let mut tests = Some(tests);
    let columns = levels.iter().enumerate().map(|(at, columns)| {
        let known = tests.take_if(|_| at == largest);
        ColumnPlans::new(asked, &bound, known, columns, stop)
    });
    let columns = columns.collect();
    (columns, if has_records { RecordPlans::new(asked, &bound, stop) } else { RecordPlans::default() })
}

/// Plans that are asked together of columns, and the questions they share.
#[derive(Debug)]
pub(super) struct ColumnPlans {
    pub(super) plans: Arc<[BoundPlan]>,
    pub(super) leaves: Vec<ColumnLeaf>,
    /// The numbers of the leaves that are asked beside the plans.
    pub(super) beside: Arc<[usize]>,
    /// For each plan with a scope, the codes of the column of lists that are in it.
    pub(super) scope_codes: Vec<Option<ColumnTest>>,
    /// The instants that a timeline looks at.
    pub(super) instants: Vec<ColumnInstant>,
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

#[derive(Debug)]
pub(super) struct ColumnLeaf {
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
    /// No record of the columns has the field.
    Absent,
}

/// Where a time-dependent condition finds its instants.
#[derive(Debug)]
pub(super) struct ColumnInstant {
    pub(super) column: Option<usize>,
    /// The instants of the keys of a column of custom fields.
    pub(super) of_keys: Vec<Option<i64>>,
    /// The list whose membership is asked.
    pub(super) list: Option<i64>,
}

impl ColumnPlans {
    /// `known` is what the leaves ask of these columns, if somebody has bound them.
    fn new(
        asked: &Questions<'_>,
        bound: &Bound<'_>,
        known: Option<Vec<ColumnLeaf>>,
        columns: &Columns,
        stop: &StopToken,
    ) -> Self {
        let leaves = known.unwrap_or_else(|| bound.leaves_until(stop).map(|leaf| columns.bind(leaf)).collect());
        let scopes = asked.plans.iter().map(|plan| plan.scope.as_ref().and_then(|scope| on_lists(scope, columns)));
        let active = columns.find(&ColumnId::Active).filter(|_| !asked.any_subscription()).map(|column| {
            let of = columns.column(column);
            Active { column, test: of.test(of.domain.passing(&LeafTest::True), false, false) }
        });
        let instants = asked.instants.iter().map(|(subject, list)| {
            let column = columns.find(&ColumnId::of(subject));
            let of_keys = match column.map(|column| &columns.column(column).domain) {
                Some(domain @ Domain::Custom(custom)) => {
                    (0..domain.keys() as usize).map(|key| eval::custom_time(custom.value(key))).collect()
                }
                _ => Vec::new(),
            };
            ColumnInstant { column, of_keys, list: *list }
        });
        Self {
            plans: Arc::clone(&bound.plans),
            leaves,
            beside: Arc::clone(&bound.beside),
            scope_codes: scopes.collect(),
            instants: instants.collect(),
            active,
            lists: columns.find(&ColumnId::List),
        }
    }
}

impl ColumnLeaf {
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

impl Columns {
    fn bind(&self, leaf: &Leaf) -> ColumnLeaf {
        let test = match (&leaf.subject, &leaf.test) {
            (Subject::Lists, LeafTest::Lists(lists)) => {
                BoundTest::Lists { lists: lists.clone(), codes: on_lists(lists, self), negated: leaf.negated }
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
                self.find(&id).map_or(BoundTest::Absent, |column| {
                    let of = self.column(column);
                    let test = of.test(of.domain.passing(test), leaf.negated, leaf.missing);
                    BoundTest::Column { column, of_the_contact: id.is_of_the_contact(), test }
                })
            }
        };
        ColumnLeaf { test, list: leaf.list.map(|list| (list, on_lists(&[list], self))), missing: leaf.missing }
    }

    /// How many rows a leaf leaves undecided in a group; what is not known comes last.
    fn undecided(&self, leaf: &ColumnLeaf, any: bool) -> u64 {
        match &leaf.test {
            BoundTest::Column { column, test, .. } => {
                let column = self.column(*column);
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
}

fn on_lists(lists: &[i64], columns: &Columns) -> Option<ColumnTest> {
    let column = columns.column(columns.find(&ColumnId::List)?);
    Some(column.test(column.domain.passing(&LeafTest::Lists(lists.to_vec())), false, false))
}

/// Plans that are asked together of records.
#[derive(Debug, Default)]
pub(super) struct RecordPlans {
    pub(super) plans: Arc<[BoundPlan]>,
    pub(super) leaves: Vec<RecordLeaf>,
    pub(super) beside: Arc<[usize]>,
    /// The subjects and lists of the instants that a timeline looks at.
    pub(super) instants: Vec<(Subject, Option<i64>)>,
    /// Whether inactive memberships take part too.
    pub(super) any_subscription: bool,
}

#[derive(Debug)]
pub(super) struct RecordLeaf {
    pub(super) matcher: LeafMatcher,
    pub(super) of_the_contact: bool,
}

impl RecordPlans {
    fn new(asked: &Questions<'_>, bound: &Bound<'_>, stop: &StopToken) -> Self {
        let any_subscription = asked.any_subscription();
        let leaf = |leaf: &Leaf| RecordLeaf {
            matcher: LeafMatcher::new(leaf, any_subscription),
            of_the_contact: is_of_the_contact(leaf),
        };
        Self {
            plans: Arc::clone(&bound.plans),
            leaves: bound.leaves_until(stop).map(leaf).collect(),
            beside: Arc::clone(&bound.beside),
            instants: asked.instants.to_vec(),
            any_subscription,
        }
    }
}

/// Plans that are asked together, and what is asked beside them. Plans of one set agree on who takes part.
#[derive(Clone, Copy, Debug)]
pub(super) struct Questions<'q> {
    pub(super) plans: &'q [&'q Plan],
    pub(super) beside: &'q [Leaf],
    /// The instants that a timeline looks at.
    pub(super) instants: &'q [(Subject, Option<i64>)],
}

impl<'q> Questions<'q> {
    pub(super) fn of(plans: &'q [&'q Plan]) -> Self {
        Self { plans, beside: &[], instants: &[] }
    }

    /// The leaves beside the plans, until it is to stop: then nothing is asked of what is bound.
    fn beside_until(&self, stop: &StopToken) -> impl Iterator<Item = &'q Leaf> {
        self.beside.iter().take_while(|_| !stop.is_stopped())
    }

    fn any_subscription(&self) -> bool {
        self.plans.first().is_none_or(|plan| plan.cx.semantics.subscription == Subscription::Any)
    }
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
            let columns = table.base.columns();
            let (_, tests) = Bound::new(&Questions::of(&[&plan]), columns, &StopToken::never());
            let of = |any| columns.undecided(&tests[0], any);
            assert_eq!((of(false), of(true)), (all, any), "{text}");
        }
    }
}
