//! A filter bound to an instant and to [`Semantics`]: what every fast engine runs.
//!
//! Relative times have become instants, comparisons have become intervals, and what can be decided without looking at
//! a record is decided. A plan is data: it prints, and it can be compared.

mod custom;
mod fold;
mod interval;
mod leaf;
mod print;
mod substring;
mod text;

use crate::audience::Audience;
use crate::filter::{Condition, Filter, Group};
use crate::logic::Logic;
use crate::semantics::EvalContext;
#[cfg(doc)]
use crate::semantics::Semantics;

#[cfg(feature = "table")]
pub(crate) use self::custom::Literals;
pub use self::custom::ValueRef;
#[cfg(feature = "table")]
pub(crate) use self::leaf::Hold;
pub(crate) use self::leaf::{Leaf, LeafTest, Subject, Window};
pub(crate) use self::{
    custom::CustomMatch,
    interval::{End, Interval, Ordered},
    text::{Pattern, TextMatch},
};

/// A filter and its source lists, bound to `now` and to [`Semantics`].
///
/// ```
/// use headcount::{Audience, EvalContext};
///
/// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
/// let audience = Audience::of("last_clicked_at within 30 days and (click_count > 2 and click_count > 3)".parse()?);
/// assert_eq!(audience.plan(&cx).to_string(), "\
/// on any list, active
/// all of
///   last_clicked_at from 2025-10-16T08:30:00Z to 2025-11-15T08:30:00Z
///   click_count from 4
/// ");
///
/// let nobody = Audience::of("click_count > 5 and click_count < 3".parse()?);
/// assert!(nobody.plan(&cx).is_never());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub(crate) root: Node,
    pub(crate) scope: Option<Vec<i64>>,
    pub(crate) cx: EvalContext,
}

/// A time-invariant condition, as far as it can be decided without looking at a record.
pub(crate) fn time_invariant(condition: &Condition, cx: &EvalContext) -> Node {
    decided(Leaf::new(condition, cx))
}

/// A leaf, as far as it can be decided without looking at a record.
pub(crate) fn decided(leaf: Leaf) -> Node {
    fold::fold(Node::Leaf(leaf))
}

/// A node of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Node {
    /// Decided already.
    Constant(bool),
    /// True where all of its members are; at least two.
    All(Vec<Node>),
    /// True where any of its members is; at least two.
    Any(Vec<Node>),
    /// A question to a record.
    Leaf(Leaf),
}

impl Audience {
    /// The audience's filter and source lists, bound to an instant and to semantics.
    #[must_use]
    pub fn plan(&self, cx: &EvalContext) -> Plan {
        self.plan_over(cx, Window::at(cx.now.timestamp_micros()))
    }

    /// The plan that holds for whatever satisfies the filter at one instant of a window, or at all of them.
    pub(crate) fn plan_over(&self, cx: &EvalContext, window: Window) -> Plan {
        Plan { scope: self.scope(), ..Plan::over(&self.filter, cx, window) }
    }

    /// The plan that holds for everybody whom the filter is asked of.
    #[cfg(feature = "table")]
    pub(crate) fn plan_of_scope(&self, cx: &EvalContext) -> Plan {
        Plan { root: Node::Constant(true), scope: self.scope(), cx: *cx }
    }

    /// The source lists, sorted; none where all lists are asked.
    fn scope(&self) -> Option<Vec<i64>> {
        let mut scope = self.source_lists.clone();
        scope.sort_unstable();
        scope.dedup();
        (!scope.is_empty()).then_some(scope)
    }
}

impl Plan {
    /// A filter on all lists, bound to an instant and to semantics.
    #[must_use]
    pub fn new(filter: &Filter, cx: &EvalContext) -> Self {
        Self::over(filter, cx, Window::at(cx.now.timestamp_micros()))
    }

    fn over(filter: &Filter, cx: &EvalContext, window: Window) -> Self {
        Self { root: fold::fold(node_over(filter.root(), cx, window)), scope: None, cx: *cx }
    }

    /// What can be said of a group without looking at a record, whatever its scope.
    pub(crate) fn constant(root: Node) -> Option<bool> {
        match fold::fold(root) {
            Node::Constant(value) => Some(value),
            _ => None,
        }
    }

    /// Whether nothing can satisfy it.
    #[must_use]
    pub fn is_never(&self) -> bool {
        self.root == Node::Constant(false)
    }

    /// Whether everything in scope satisfies it.
    #[must_use]
    pub fn is_always(&self) -> bool {
        self.root == Node::Constant(true)
    }
}

/// A group as it stands, with nothing said of it yet.
pub(crate) fn node(group: &Group, cx: &EvalContext) -> Node {
    node_over(group, cx, Window::at(cx.now.timestamp_micros()))
}

fn node_over(group: &Group, cx: &EvalContext, window: Window) -> Node {
    let leaf = |condition| Node::Leaf(Leaf::over(condition, cx.semantics, window));
    let conditions = group.conditions().iter().map(leaf);
    let members = conditions.chain(group.groups().iter().map(|inner| node_over(inner, cx, window))).collect();
    Node::group(group.junction(), members)
}
