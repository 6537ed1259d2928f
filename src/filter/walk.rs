//! Ways through a filter: every condition with its place, a visitor, and a rewriter.

use std::fmt;

use super::{Condition, Filter, Group};
use crate::error::Errors;

/// Where a condition or a group stands in the JSON form of its filter: a JSON pointer (RFC 6901).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pointer(String);

impl Pointer {
    /// The pointer as text: `/groups/0/conditions/2`; empty is the outermost group.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Pointer> for String {
    fn from(pointer: Pointer) -> Self {
        pointer.0
    }
}

/// The conditions of a filter in the order in which they are read: see [`Filter::conditions`].
#[derive(Clone, Debug)]
pub struct Conditions<'f> {
    /// The group in hand, and those around it.
    open: Vec<OpenGroup<'f>>,
}

/// A group that is being walked through.
#[derive(Clone, Debug)]
struct OpenGroup<'f> {
    group: &'f Group,
    pointer: String,
    /// How many of its conditions, and of its groups, are done with.
    conditions: usize,
    groups: usize,
}

impl<'f> OpenGroup<'f> {
    fn new(group: &'f Group, pointer: String) -> Self {
        Self { group, pointer, conditions: 0, groups: 0 }
    }
}

impl<'f> Iterator for Conditions<'f> {
    type Item = (Pointer, &'f Condition);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let open = self.open.last_mut()?;
            let at = open.conditions;
            if let Some(condition) = open.group.conditions().get(at) {
                open.conditions += 1;
                return Some((Pointer(format!("{}/conditions/{at}", open.pointer)), condition));
            }
            let at = open.groups;
            match open.group.groups().get(at) {
                Some(inner) => {
                    open.groups += 1;
                    let pointer = format!("{}/groups/{at}", open.pointer);
                    self.open.push(OpenGroup::new(inner, pointer));
                }
                None => drop(self.open.pop()),
            }
        }
    }
}

/// What is done at each part of a filter: see [`Filter::visit`].
pub trait Visitor {
    /// A group begins; its conditions and then its groups follow.
    fn enter_group(&mut self, _group: &Group) {}

    /// A condition of the group that was entered last and has not been left.
    fn condition(&mut self, _condition: &Condition) {}

    /// The group that was entered last ends.
    fn leave_group(&mut self, _group: &Group) {}
}

/// What becomes of a condition: see [`Filter::rewrite`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Rewrite {
    /// It stays as it is.
    Keep,
    /// Another one stands in its place.
    Condition(Condition),
    /// A group stands in the group instead, before those that are there.
    Group(Group),
}

impl Filter {
    /// Every condition with its place, in the order in which they are read: the conditions of a group, then its groups.
    ///
    /// ```
    /// use headcount::Filter;
    ///
    /// let filter: Filter = "click_count > 3 and (has_revenue or on_dnc)".parse()?;
    /// let places: Vec<String> = filter.conditions().map(|(pointer, _)| pointer.into()).collect();
    /// assert_eq!(places, ["/conditions/0", "/groups/0/conditions/0", "/groups/0/conditions/1"]);
    /// # Ok::<(), headcount::Errors>(())
    /// ```
    #[must_use]
    pub fn conditions(&self) -> Conditions<'_> {
        Conditions { open: vec![OpenGroup::new(self.root(), String::new())] }
    }

    /// Shows a visitor every part of the filter.
    ///
    /// ```
    /// use headcount::{Filter, filter::{Group, Visitor}};
    ///
    /// #[derive(Default)]
    /// struct Deepest { open: usize, deepest: usize }
    ///
    /// impl Visitor for Deepest {
    ///     fn enter_group(&mut self, _: &Group) {
    ///         self.open += 1;
    ///         self.deepest = self.deepest.max(self.open);
    ///     }
    ///     fn leave_group(&mut self, _: &Group) { self.open -= 1; }
    /// }
    ///
    /// let mut visitor = Deepest::default();
    /// "click_count > 3 and (has_revenue or on_dnc)".parse::<Filter>()?.visit(&mut visitor);
    /// assert_eq!(visitor.deepest, 2);
    /// # Ok::<(), headcount::Errors>(())
    /// ```
    pub fn visit(&self, visitor: &mut impl Visitor) {
        visit(self.root(), visitor);
    }

    /// The filter with other conditions in place of its own.
    ///
    /// ```
    /// use headcount::{Filter, filter::Rewrite};
    ///
    /// // A list has been given another number.
    /// let filter: Filter = "click_count@7 > 3 and has_revenue".parse()?;
    /// let moved = filter.rewrite(|condition| match condition.list() {
    ///     Some(7) => Rewrite::Condition(condition.clone().on_list(107)),
    ///     _ => Rewrite::Keep,
    /// })?;
    /// assert_eq!(moved.to_string(), "click_count@107 > 3 and has_revenue = true");
    /// # Ok::<(), headcount::Errors>(())
    /// ```
    ///
    /// # Errors
    ///
    /// `filter_too_deep`: with a group in the place of a condition, groups nest deeper than
    /// [`Limits::MAX_DEPTH`](crate::Limits::MAX_DEPTH).
    pub fn rewrite(&self, mut rewriter: impl FnMut(&Condition) -> Rewrite) -> Result<Self, Errors> {
        rewrite(self.root(), &mut rewriter).map(Self)
    }
}

fn visit(group: &Group, visitor: &mut impl Visitor) {
    visitor.enter_group(group);
    group.conditions().iter().for_each(|condition| visitor.condition(condition));
    group.groups().iter().for_each(|inner| visit(inner, visitor));
    visitor.leave_group(group);
}

fn rewrite(group: &Group, rewriter: &mut impl FnMut(&Condition) -> Rewrite) -> Result<Group, Errors> {
    let (mut conditions, mut groups) = (Vec::with_capacity(group.conditions().len()), Vec::new());
    for condition in group.conditions() {
        match rewriter(condition) {
            Rewrite::Keep => conditions.push(condition.clone()),
            Rewrite::Condition(other) => conditions.push(other),
            Rewrite::Group(inner) => groups.push(inner),
        }
    }
    for inner in group.groups() {
        groups.push(rewrite(inner, rewriter)?);
    }
    Group::new(group.junction(), conditions, groups)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn filter(text: &str) -> Filter {
        text.parse().unwrap()
    }

    #[test]
    fn a_pointer_leads_to_its_condition() {
        let filter =
            filter("has_revenue and (on_dnc or all(is_valid, any(in_workflow))) and (click_count > 1 or on_dnc)");
        let json = serde_json::to_value(&filter).unwrap();
        let mut seen = 0;
        for (pointer, condition) in filter.conditions() {
            let alone = Group::new(super::super::Junction::All, vec![condition.clone()], Vec::new()).unwrap();
            let expected = serde_json::to_value(Filter::new(alone)).unwrap()["conditions"][0].clone();
            assert_eq!(json.pointer(pointer.as_str()), Some(&expected), "{pointer}");
            seen += 1;
        }
        assert_eq!(seen, 6);
    }

    #[test]
    fn a_condition_may_become_a_group() {
        let either = filter("click_count > 9 or send_count > 9").root().clone();
        let found = filter("has_revenue and click_count > 3 and (on_dnc or is_valid)").rewrite(|condition| {
            if condition.to_string().starts_with("click_count") {
                Rewrite::Group(either.clone())
            } else {
                Rewrite::Keep
            }
        });
        let expected = "has_revenue and (click_count > 9 or send_count > 9) and (on_dnc or is_valid)";
        assert_eq!(found, Ok(filter(expected)));
    }

    #[test]
    fn filters_are_keys() {
        let same = ["custom.a = 0.5 and custom.b in [1, 'x']", "custom.a = 5e-1 and custom.b in [1.0, \"x\"]"];
        let other = ["custom.a = 0.25 and custom.b in [1, 'x']", "custom.b in [1, 'x'] and custom.a = 0.5"];
        let zeros = ["custom.a = 0", "custom.a = -0.0", "custom.a = -0"];
        let distinct: HashSet<Filter> = same.into_iter().chain(other).chain(zeros).map(filter).collect();
        assert_eq!(distinct.len(), 4);
    }
}
