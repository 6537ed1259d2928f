//! Why an audience is as large as it is: what each part of its filter does, and where everybody else is lost.

use std::fmt;

use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::audience::Audience;
use crate::explain::{instants, joined};
use crate::filter::{Condition, Filter, Group, Junction};
use crate::plan::Plan;
use crate::semantics::{EvalContext, Semantics, Subscription, Unit};
use crate::size::Size;
use crate::span::span;
use crate::table::Table;

/// The size of an audience, taken apart.
///
/// It is data through serde, both ways. Its text is for people, and is not read back: it says neither the instant and the
/// readings nor what the filter's fingerprint is.
///
/// Every number is of contacts, or of memberships where the semantics count those. They add up: [`everybody`] is
/// [`not_on_lists`], [`inactive`] and [`in_scope`] together, and that is [`without_value`], [`failing`] and the size.
///
/// [`everybody`]: Self::everybody
/// [`not_on_lists`]: Self::not_on_lists
/// [`inactive`]: Self::inactive
/// [`in_scope`]: Self::in_scope
/// [`without_value`]: Self::without_value
/// [`failing`]: Self::failing
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Breakdown {
    /// How many are in the audience, and under which circumstances.
    pub size: Size,
    /// How many there are in all.
    pub everybody: u64,
    /// Those without a membership on a source list; where all lists are asked, those without any membership.
    pub not_on_lists: u64,
    /// Those with a membership on a source list, none of which takes part because none is active.
    pub inactive: u64,
    /// Those whom the filter is asked of.
    pub in_scope: u64,
    /// Those in scope who are out only for want of a value: they would be in if each condition that finds no value
    /// held. Conditions are taken one by one: whether some one value could satisfy two of them is not asked. `exists`,
    /// `not_exists` and `list` always have something to go by.
    pub without_value: u64,
    /// All others in scope who are not in the audience: a value that they have rules them out.
    pub failing: u64,
    /// Those in the audience who would be out if each condition that finds no value failed: a negation, such as
    /// `not_within`, lets them in. None if negations fail where there is no value
    /// ([`MissingNegation`](crate::semantics::MissingNegation)).
    pub let_in_without_value: u64,
    /// Those in the audience whose contact is on the do-not-call list. No reading takes them out, only a condition:
    /// `not on_dnc`.
    pub on_dnc: u64,
    /// The filter, part by part.
    pub filter: BreakdownNode,
}

/// A group or a condition of a filter, and what it does to the size.
///
/// Memberships are asked as by [`Audience::contains`]: a contact counts where one membership in scope satisfies what is
/// asked. So with several lists two conditions may each hold for a contact, and both together not.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct BreakdownNode {
    /// What it is.
    pub kind: BreakdownNodeKind,
    /// How many there would be if it were the whole filter.
    pub alone: u64,
    /// How many there would be if the filter ended with it: all that stands after it is left out. Down the members of
    /// an AND these are the ones still left, down those of an OR the ones reached so far; the last part of all has the
    /// size.
    pub so_far: u64,
    /// How many there would be without it. With the last member of a group the group goes too; without any filter
    /// everybody in scope is left.
    pub without: u64,
    /// `without` less the size: how many a member of an AND takes out that nothing else does, and below zero how many
    /// are in only because of a member of an OR.
    pub more_without: i64,
}

/// What a part of a filter is.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum BreakdownNodeKind {
    /// A group, with its conditions and then its groups.
    Group {
        /// How its members are joined.
        junction: Junction,
        /// Its members in order.
        members: Vec<BreakdownNode>,
    },
    /// A condition.
    Condition {
        /// The condition as text.
        condition: String,
        /// The instants that a relative time came to, in UTC.
        instants: Option<String>,
    },
}

impl Table {
    /// Why an audience is as large as it is, in one pass over the table.
    ///
    /// ```
    /// use headcount::{Audience, Contact, EvalContext, Table};
    ///
    /// let records = [
    ///     r#"{"phone_number": "+1", "list_id": 7, "click_count": 3, "last_clicked_at": "2025-11-01"}"#,
    ///     r#"{"phone_number": "+2", "list_id": 7, "click_count": 9}"#,
    ///     r#"{"phone_number": "+3", "list_id": 7, "click_count": 1, "last_clicked_at": "2025-11-02"}"#,
    ///     r#"{"phone_number": "+4", "list_id": 7, "active": false}"#,
    /// ];
    /// let contacts = records.iter().map(|record| serde_json::from_str::<Contact>(record));
    /// let table = contacts.collect::<Result<Table, _>>()?;
    ///
    /// let audience = Audience::of("last_clicked_at within 30 days and click_count >= 3".parse()?);
    /// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
    /// assert_eq!(table.breakdown(&audience, &cx).to_string(), "\
    /// 4 contacts
    /// 0 on no source list
    /// 1 not active
    /// 3 in scope
    /// 1 out for want of a value
    /// 1 out by a value
    /// 1 in the audience, 0 of them for want of a value, 0 on the do-not-call list
    /// all of: 1 alone, 1 so far, +2 without
    ///   last_clicked_at within 30 days (2025-10-16T08:30:00Z to 2025-11-15T08:30:00Z): 2 alone, 2 so far, +1 without
    ///   click_count >= 3: 2 alone, 1 so far, +1 without
    /// ");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn breakdown(&self, audience: &Audience, cx: &EvalContext) -> Breakdown {
        span!("breakdown");
        let in_scope = audience.plan_of_scope(cx);
        let weights = self.weigh(&Outline::of(&audience.filter), &in_scope);
        let size = weights.parts[0].alone;

        let everyone = EvalContext { semantics: Semantics { subscription: Subscription::Any, ..cx.semantics }, ..*cx };
        let on_lists = self.count(&Plan { cx: everyone, ..in_scope });
        let everybody = match cx.semantics.unit {
            Unit::Contacts => self.len() as u64,
            Unit::Memberships => self.memberships(),
        };
        let mut weights_left = weights.parts.iter();
        // A scan that was stopped has counted some of one and less of the other, and nobody sees its answer.
        let without = |all: u64, part: u64| {
            debug_assert!(all >= part || self.is_stopped());
            all.saturating_sub(part)
        };
        Breakdown {
            size: self.size_of(size, audience, cx),
            everybody,
            not_on_lists: without(everybody, on_lists),
            inactive: without(on_lists, weights.in_scope),
            in_scope: weights.in_scope,
            without_value: without(weights.if_held, size),
            failing: without(weights.in_scope, weights.if_held),
            let_in_without_value: without(size, weights.if_failed),
            on_dnc: weights.on_dnc,
            filter: self.part(audience.filter.root(), size, cx, &mut weights_left),
        }
    }

    /// A group with its members; with fewer, if it is to stop before.
    fn part<'w>(
        &self,
        group: &Group,
        size: u64,
        cx: &EvalContext,
        weights: &mut impl Iterator<Item = &'w Weight>,
    ) -> BreakdownNode {
        // The outline has a weight for every part.
        let weight = weights.next().copied().unwrap_or_default();
        let mut members = Vec::new();
        for condition in group.conditions().iter().take_while(|_| !self.is_stopped()) {
            let kind =
                BreakdownNodeKind::Condition { condition: condition.to_string(), instants: instants(condition, cx) };
            members.push(BreakdownNode::new(kind, weights.next().copied().unwrap_or_default(), size));
        }
        for inner in group.groups() {
            members.push(self.part(inner, size, cx, weights));
        }
        BreakdownNode::new(BreakdownNodeKind::Group { junction: group.junction(), members }, weight, size)
    }
}

/// What a part of a filter weighs: what is counted where it stands alone, ends the filter, or is missing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Weight {
    pub(crate) alone: u64,
    pub(crate) so_far: u64,
    pub(crate) without: u64,
}

/// The parts of a filter in the order in which they are read: a group, its conditions, its groups.
pub(crate) struct Outline<'f> {
    pub(crate) parts: Vec<OutlinePart>,
    pub(crate) conditions: Vec<&'f Condition>,
}

/// A part of an outline.
pub(crate) enum OutlinePart {
    /// The condition of that number.
    Condition(usize),
    /// A group, with the numbers of its members among the parts.
    Group(Junction, Vec<usize>),
}

impl<'f> Outline<'f> {
    fn of(filter: &'f Filter) -> Self {
        let mut outline = Self { parts: Vec::new(), conditions: Vec::new() };
        outline.add(filter.root());
        outline
    }

    fn add(&mut self, group: &'f Group) -> usize {
        let at = self.parts.len();
        self.parts.push(OutlinePart::Group(group.junction(), Vec::new()));
        let mut members = Vec::with_capacity(group.conditions().len() + group.groups().len());
        for condition in group.conditions() {
            members.push(self.parts.len());
            self.parts.push(OutlinePart::Condition(self.conditions.len()));
            self.conditions.push(condition);
        }
        for inner in group.groups() {
            members.push(self.add(inner));
        }
        self.parts[at] = OutlinePart::Group(group.junction(), members);
        at
    }
}

impl BreakdownNode {
    fn new(kind: BreakdownNodeKind, weight: Weight, size: u64) -> Self {
        let Weight { alone, so_far, without } = weight;
        // A table has fewer than 2^32 of either.
        Self { kind, alone, so_far, without, more_without: without as i64 - size as i64 }
    }
}

impl fmt::Display for Breakdown {
    /// Where everybody is, then the filter as a tree.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.size.semantics.unit {
            Unit::Contacts => "contacts",
            Unit::Memberships => "memberships",
        };
        writeln!(f, "{} {unit}", self.everybody)?;
        writeln!(f, "{} on no source list", self.not_on_lists)?;
        writeln!(f, "{} not active", self.inactive)?;
        writeln!(f, "{} in scope", self.in_scope)?;
        writeln!(f, "{} out for want of a value", self.without_value)?;
        writeln!(f, "{} out by a value", self.failing)?;
        writeln!(
            f,
            "{} in the audience, {} of them for want of a value, {} on the do-not-call list",
            self.size.value, self.let_in_without_value, self.on_dnc
        )?;
        branch(&self.filter, 0, f)
    }
}

impl fmt::Display for BreakdownNodeKind {
    /// What it is, without its members: the condition with its instants, or how the group is joined.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Group { junction, .. } => f.write_str(joined(*junction)),
            Self::Condition { condition, instants: None } => f.write_str(condition),
            Self::Condition { condition, instants: Some(instants) } => write!(f, "{condition} ({instants})"),
        }
    }
}

fn branch(part: &BreakdownNode, depth: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let BreakdownNode { kind, alone, so_far, more_without, .. } = part;
    writeln!(f, "{:1$}{kind}: {alone} alone, {so_far} so far, {more_without:+} without", "", depth * 2)?;
    match kind {
        BreakdownNodeKind::Group { members, .. } => members.iter().try_for_each(|member| branch(member, depth + 1, f)),
        BreakdownNodeKind::Condition { .. } => Ok(()),
    }
}

impl Serialize for BreakdownNode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("alone", &self.alone)?;
        object.serialize_entry("so_far", &self.so_far)?;
        object.serialize_entry("without", &self.without)?;
        object.serialize_entry("more_without", &self.more_without)?;
        match &self.kind {
            BreakdownNodeKind::Group { junction, members } => {
                object.serialize_entry("group", joined(*junction))?;
                object.serialize_entry("members", members)?;
            }
            BreakdownNodeKind::Condition { condition, instants } => {
                object.serialize_entry("condition", condition)?;
                object.serialize_entry("instants", instants)?;
            }
        }
        object.end()
    }
}

impl<'de> Deserialize<'de> for BreakdownNode {
    /// Reads what is written: a condition, or a group with its members.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Node {
            alone: u64,
            so_far: u64,
            without: u64,
            more_without: i64,
            group: Option<String>,
            #[serde(default)]
            members: Vec<BreakdownNode>,
            condition: Option<String>,
            instants: Option<String>,
        }
        let Node { alone, so_far, without, more_without, group, members, condition, instants } =
            Node::deserialize(deserializer)?;
        let kind = match (group, condition) {
            (None, Some(condition)) => BreakdownNodeKind::Condition { condition, instants },
            (Some(group), None) => {
                let junction = [Junction::All, Junction::Any].into_iter().find(|junction| joined(*junction) == group);
                let junction =
                    junction.ok_or_else(|| de::Error::custom("expected `all of` or `any of` for `group`"))?;
                BreakdownNodeKind::Group { junction, members }
            }
            _ => return Err(de::Error::custom("expected either `condition` or `group`")),
        };
        Ok(Self { kind, alone, so_far, without, more_without })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contact::{Contact, Membership};

    #[test]
    fn each_of_thousands_of_parts_weighs_what_it_counts_alone() {
        let contact = |number: u64| {
            let membership = |list| Membership {
                list_id: Some(list),
                click_count: number % 1_000 + list as u64,
                ..Membership::default()
            };
            let memberships = (0..1 + (number % 2) as i64).map(membership).collect();
            Contact { phone_number: format!("+{number}"), memberships, ..Contact::default() }
        };
        let mut table: Table = (0..9_000).map(contact).collect();
        (0..9_000).step_by(7).for_each(|number| assert!(table.remove(&format!("+{number}"))));

        let condition = |count: usize| format!("click_count = {count}");
        let conditions: Vec<String> = (0..3_000).map(condition).collect();
        let audience = Audience::of(conditions.join(" or ").parse().unwrap());
        for unit in [Unit::Contacts, Unit::Memberships] {
            let cx = EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap());
            let cx = EvalContext { semantics: Semantics { unit, ..cx.semantics }, ..cx };
            let size = |text: &str| table.size(&Audience::of(text.parse().unwrap()), &cx).value;
            let breakdown = table.breakdown(&audience, &cx);
            assert_eq!(breakdown.size, table.size(&audience, &cx));
            let BreakdownNodeKind::Group { members, .. } = &breakdown.filter.kind else { panic!("{breakdown}") };
            assert_eq!(members.len(), conditions.len());
            for (at, member) in members.iter().enumerate().step_by(97) {
                assert_eq!(member.alone, size(&condition(at)), "{unit:?}, {at}");
                assert_eq!(member.so_far, size(&format!("click_count <= {at}")), "{unit:?}, {at}");
                assert_eq!(member.without, size(&format!("click_count != {at}")), "{unit:?}, {at}");
            }
        }
    }

    #[test]
    fn what_is_written_as_json_is_read_back() {
        let filter = "click_count >= 3 and (has_revenue or last_clicked_at within 30 days)".parse().unwrap();
        let cx = EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap());
        let breakdown = Table::default().breakdown(&Audience::of(filter), &cx);
        let json = serde_json::to_string(&breakdown).unwrap();
        assert_eq!(serde_json::from_str::<Breakdown>(&json).unwrap(), breakdown);
        let group = json.replace("all of", "some of");
        let error = serde_json::from_str::<Breakdown>(&group).unwrap_err().to_string();
        assert!(error.starts_with("expected `all of` or `any of` for `group`"), "{error}");
        let neither = json.replacen(r#""group":"all of","#, "", 1);
        let error = serde_json::from_str::<Breakdown>(&neither).unwrap_err().to_string();
        assert!(error.starts_with("expected either `condition` or `group`"), "{error}");
    }
}
