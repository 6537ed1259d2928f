//! Where warnings are found: what always or never holds is proved by the plan's folding, the rest is read off.

use std::collections::{HashMap, HashSet};
use std::fmt::{self, Write};

use super::kind::{Kind, Of};
use crate::catalogue::Field;
use crate::filter::{
    Condition, CustomTest, Filter, Group, Junction, NonEmpty, OptionalField, OrderedLiteral, Predicate, TimeTest,
};
use crate::plan::{self, Leaf, LeafTest, Node, Plan, Subject};
use crate::semantics::{EvalContext, Unit};
use crate::time::{InFull, Moment, Span, SpanUnit, WRITABLE, first_instant, from_micros};

/// Each warning with the JSON pointer of what it is about; `source_lists` are those of the filter's audience.
pub(super) fn warnings(filter: &Filter, source_lists: &[i64], cx: &EvalContext) -> Vec<(String, Kind)> {
    let one_of_several = one_of_several(source_lists).filter(|_| cx.semantics.unit == Unit::Contacts);
    let mut search = Search { cx, one_of_several, found: Vec::new(), told: HashSet::new(), told_each: HashSet::new() };
    let said = search.constant(filter.root());
    search.group(filter.root(), said, "", &Around::default());
    search.found
}

/// The first of the lists, if there are others.
fn one_of_several(lists: &[i64]) -> Option<i64> {
    let first = *lists.first()?;
    lists.iter().any(|list| *list != first).then_some(first)
}

/// A value of a record: what is looked at, and on which list.
type Looked = (Subject, Option<i64>);

/// What the groups around a condition say of values that may not be there.
#[derive(Default)]
struct Around<'o> {
    /// What those further out say.
    outer: Option<&'o Around<'o>>,
    /// Values that must be there where the condition matters: a condition beside it asks for one.
    needed: HashSet<Looked>,
    /// Values whose absence is asked for beside it: letting those in is meant.
    absent: HashSet<Looked>,
}

struct Search<'a> {
    cx: &'a EvalContext,
    /// A source list, if there are others: a contact is then in by any of its memberships.
    one_of_several: Option<i64>,
    found: Vec<(String, Kind)>,
    /// The values of which was told that they may not be there: once is enough.
    told: HashSet<Looked>,
    /// The values of which was told that each membership has its own.
    told_each: HashSet<Looked>,
}

impl Search<'_> {
    fn tell(&mut self, pointer: &str, kind: Kind) {
        self.found.push((pointer.to_owned(), kind));
    }

    /// What a group says of every record, if it says the same of all.
    fn constant(&self, group: &Group) -> Option<bool> {
        Plan::constant(plan::node(group, self.cx))
    }

    /// `said`: what the group says of every record.
    fn group(&mut self, group: &Group, said: Option<bool>, pointer: &str, around: &Around<'_>) {
        let leaves: Vec<Leaf> = group.conditions().iter().map(|condition| Leaf::new(condition, self.cx)).collect();
        let of_conditions: Vec<Option<bool>> =
            leaves.iter().map(|leaf| Plan::constant(Node::Leaf(leaf.clone()))).collect();
        let of_groups: Vec<Option<bool>> = group.groups().iter().map(|inner| self.constant(inner)).collect();
        if let Some(value) = said {
            // Where a member says the same, that is the reason, and told of the member.
            let by_member = of_conditions.iter().chain(&of_groups).any(|of_member| *of_member == said);
            let of = match (pointer.is_empty(), by_member) {
                (true, true) => Some(Of::Filter),
                (true, false) => Some(Of::RootGroup),
                (false, true) => None,
                (false, false) => Some(Of::Group),
            };
            of.into_iter().for_each(|of| self.tell(pointer, if value { Kind::Always(of) } else { Kind::Never(of) }));
        }
        let around = around.within(group.junction(), &leaves);
        let mut seen: HashMap<&Leaf, usize> = HashMap::new();
        for (at, ((condition, leaf), said)) in group.conditions().iter().zip(&leaves).zip(of_conditions).enumerate() {
            let pointer = format!("{pointer}/conditions/{at}");
            if let Some(first) = seen.get(leaf) {
                let first = quoted(&group.conditions()[*first]);
                self.tell(&pointer, Kind::Repeated { condition: quoted(condition), first });
                continue;
            }
            seen.insert(leaf, at);
            self.condition(condition, leaf, said, &pointer, &around);
        }
        let mut seen: HashSet<Node> = HashSet::new();
        for (at, (inner, said)) in group.groups().iter().zip(of_groups).enumerate() {
            let pointer = format!("{pointer}/groups/{at}");
            if !seen.insert(plan::node(inner, self.cx)) {
                self.tell(&pointer, Kind::RepeatedGroup);
                continue;
            }
            self.group(inner, said, &pointer, &around);
        }
    }

    fn condition(
        &mut self,
        condition: &Condition,
        leaf: &Leaf,
        said: Option<bool>,
        pointer: &str,
        around: &Around<'_>,
    ) {
        let time = condition.predicate().time_test();
        let empty = time.and_then(|test| self.empty_window(condition, test));
        match (empty, said) {
            (Some(kind), _) => return self.tell(pointer, kind),
            (None, Some(false)) => return self.tell(pointer, Kind::Never(Of::Condition(quoted(condition)))),
            (None, Some(true)) => return self.tell(pointer, Kind::Always(Of::Condition(quoted(condition)))),
            (None, None) => {}
        }
        if time.and_then(TimeTest::span) == Some(Span { amount: 1, unit: SpanUnit::Days }) {
            self.tell(pointer, Kind::RollingDay { condition: quoted(condition) });
        }
        let (whole_day, text_order) = (whole_day(condition), text_order(condition));
        whole_day.into_iter().chain(text_order).for_each(|kind| self.tell(pointer, kind));
        let looked = (leaf.subject.clone(), leaf.list);
        if let Some(list) = self.one_of_several
            && leaf.negated
            && is_of_each_membership(condition)
            && self.told_each.insert(looked.clone())
        {
            self.tell(pointer, self.each_membership(condition, list));
        }
        if leaf.missing
            && leaf.test != LeafTest::Exists
            && !leaf.is_total()
            && !around.speaks_of(&looked)
            && self.told.insert(looked)
        {
            self.tell(pointer, Kind::WithoutValue { condition: quoted(condition), remedy: remedy(condition) });
        }
    }

    fn each_membership(&self, condition: &Condition, list: i64) -> Kind {
        let scoped = condition.clone().on_list(list);
        // Whoever is not on the list has no value there, and must not fail for it.
        let on_one_list = Leaf::new(&scoped, self.cx).missing.then(|| quoted(&scoped));
        Kind::EachMembership { condition: quoted(condition), on_one_list }
    }

    /// Why no record has a time that passes, or one that does not. A custom field may well hold a time that is to come.
    fn empty_window(&self, condition: &Condition, test: &TimeTest) -> Option<Kind> {
        let now = self.cx.now.timestamp_micros();
        let is_custom = matches!(condition.predicate(), Predicate::Custom(..));
        let condition = || quoted(condition);
        match test {
            TimeTest::Within(span) => (span.amount == 0).then(|| Kind::OnlyNow { condition: condition() }),
            TimeTest::After(moment) => (!is_custom && moment.instant(now) >= now)
                .then(|| Kind::Future { condition: condition(), now: InFull(now).to_string() }),
            TimeTest::Before(moment) => {
                (moment.instant(now) <= first_instant()).then(|| Kind::BeforeTheCalendar { condition: condition() })
            }
        }
    }
}

impl<'o> Around<'o> {
    /// What is known among the members of a group.
    fn within(&'o self, junction: Junction, leaves: &[Leaf]) -> Self {
        let mut around = Self { outer: Some(self), ..Self::default() };
        for leaf in leaves.iter().filter(|leaf| !leaf.is_total()) {
            let looked = (leaf.subject.clone(), leaf.list);
            match junction {
                Junction::All if !leaf.missing => {
                    around.needed.insert(looked);
                }
                Junction::Any if leaf.missing && leaf.test == LeafTest::Exists => {
                    around.absent.insert(looked);
                }
                Junction::All | Junction::Any => {}
            }
        }
        around
    }

    /// Whether somebody thought of the value not being there.
    fn speaks_of(&self, looked: &Looked) -> bool {
        self.needed.contains(looked)
            || self.absent.contains(looked)
            || self.outer.is_some_and(|outer| outer.speaks_of(looked))
    }
}

/// Whether the answer may differ between the memberships of one contact.
fn is_of_each_membership(condition: &Condition) -> bool {
    let predicate = condition.predicate();
    let is_of_the_contact =
        matches!(predicate, Predicate::OnList(_)) || predicate.field().is_some_and(Field::is_of_the_contact);
    condition.list().is_none() && !is_of_the_contact
}

/// `after` a date alone, which is its midnight. A custom field may well hold dates alone, of which it says what is meant.
fn whole_day(condition: &Condition) -> Option<Kind> {
    const DAY: i64 = 24 * 60 * 60 * 1_000_000;
    let Predicate::Time(field, TimeTest::After(Moment::At(instant))) = condition.predicate() else { return None };
    let midnight = instant.timestamp_micros();
    let from = |start: i64| {
        let before = Moment::At(from_micros(start - 1));
        condition.with(Predicate::Time(*field, TimeTest::After(before)), false).to_string()
    };
    let is_written = |start: &i64| WRITABLE.contains(&(start - 1)) && WRITABLE.contains(start);
    let starts = [midnight + DAY, midnight];
    (midnight % DAY == 0 && starts.iter().all(is_written)).then(|| {
        let [after_it, with_it] = starts.map(from);
        Kind::WholeDay { condition: quoted(condition), after_it, with_it }
    })
}

/// An ordering against a text that is a number: other texts are ordered by their characters.
fn text_order(condition: &Condition) -> Option<Kind> {
    let Predicate::Custom(key, CustomTest::Order(order, OrderedLiteral::Text(text))) = condition.predicate() else {
        return None;
    };
    let number = OrderedLiteral::Number(text.parse().ok()?);
    let remedy = condition.with(Predicate::Custom(key.clone(), CustomTest::Order(*order, number)), false);
    Some(Kind::TextOrder { condition: quoted(condition), text: text.clone(), remedy: quoted(&remedy) })
}

/// A condition as a sentence quotes it: cut where it is long, for the same long one may be quoted any number of times.
fn quoted(condition: &Condition) -> String {
    const LONGEST: usize = 1_000;
    let mut start = Start { text: String::new(), left: LONGEST };
    // It fails where it is full.
    match write!(start, "{condition}") {
        Ok(()) => start.text,
        Err(fmt::Error) => start.text + "…",
    }
}

/// Takes down the first characters of what is written, and fails at those that come after.
struct Start {
    text: String,
    left: usize,
}

impl fmt::Write for Start {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        match text.char_indices().nth(self.left) {
            None => {
                self.left -= text.chars().count();
                self.text.push_str(text);
                Ok(())
            }
            Some((end, _)) => {
                self.left = 0;
                self.text.push_str(&text[..end]);
                Err(fmt::Error)
            }
        }
    }
}

/// The condition that asks for the value to be there, if there is one.
fn remedy(condition: &Condition) -> Option<String> {
    let there = match condition.predicate() {
        Predicate::Time(field, _) => Predicate::Exists(OptionalField::Time(*field)),
        Predicate::Text(field, _) => Predicate::Exists(OptionalField::Text(*field)),
        Predicate::Custom(key, _) => Predicate::Exists(OptionalField::Custom(key.clone())),
        Predicate::Exists(field) => Predicate::Exists(field.clone()),
        // A count is there wherever the membership is; an average needs a conversion too.
        Predicate::Count(..) | Predicate::Flag(..) => {
            let lists = NonEmpty::new(vec![condition.list()?])?;
            return Some(Condition::new(Predicate::OnList(lists)).to_string());
        }
        Predicate::Amount(..) | Predicate::OnList(_) => return None,
    };
    Some(condition.with(there, false).to_string())
}
