//! From a query to a draft: what its groups hold, and how it is joined.

use std::rc::Rc;

use super::read::{Element, Object, RuleKey, Rules};
use super::rule::{self, Rule};
use crate::catalogue::Wording;
use crate::check::most_groups;
use crate::draft::{Condition, Entry, Fault, Found, Group, Spot, Value};
use crate::error::{Kind, Quoted, Shape, nearest};
use crate::filter::Junction;
use crate::limits::Limits;

/// The draft of a query.
pub(super) fn of<'s>(query: Element<'s>, limits: &Limits) -> Found<Group<'s>> {
    match query {
        Element::Object(object) => {
            let mut drafting = Drafting { limits, conditions: 0, groups: 0 };
            Found::Is(drafting.group(*object, String::new(), 1))
        }
        Element::Text(_) => Found::Other(Shape::String),
        Element::Other(shape) => Found::Other(shape),
        Element::TooMany => Found::TooMany,
    }
}

struct Drafting<'l> {
    limits: &'l Limits,
    /// How many there are so far.
    conditions: usize,
    groups: usize,
}

/// What an element of `rules` comes to.
enum Member<'s> {
    Condition(Box<Condition<'s>>),
    /// Both of them, or either.
    Pair(Junction, Box<[Condition<'s>; 2]>),
    Group(Group<'s>),
    /// It is wrong altogether.
    Wrong(Fault),
    /// It takes no part.
    Nothing,
}

impl<'s> Group<'s> {
    /// Adds a member to the group, which is nested so deep.
    fn add(&mut self, member: Member<'s>, depth: usize, limits: &Limits) {
        let own = self.own_junction();
        match (member, &mut self.conditions, &mut self.groups) {
            (Member::Condition(condition), Found::Is(conditions), _) => conditions.push(Found::Is(*condition)),
            (Member::Pair(joined, pair), Found::Is(conditions), _) if own == Some(joined) => {
                conditions.extend(pair.map(Found::Is));
            }
            (Member::Pair(joined, pair), ..) => {
                let mut inner = Group { junction: junction(joined), ..Group::default() };
                inner.spot = pair[0].spot.clone();
                inner.conditions = Found::Is(pair.into_iter().map(Found::Is).collect());
                self.add(Member::Group(inner), depth, limits);
            }
            (Member::Group(group), ..) if depth + 1 > limits.depth() => {
                self.faults.push(Fault { spot: group.spot, key: None, kind: Kind::TooDeep { limit: limits.depth() } });
            }
            (Member::Group(group), _, Found::Is(groups)) => groups.push(Found::Is(group)),
            (Member::Wrong(fault), ..) => self.faults.push(fault),
            _ => {}
        }
    }

    /// How its members are joined.
    fn own_junction(&self) -> Option<Junction> {
        match &self.junction.as_ref()?.value {
            Value::Text(name) => Junction::from_name(name),
            _ => None,
        }
    }
}

fn junction<'s>(junction: Junction) -> Option<Box<Entry<'s>>> {
    entry(RuleKey::Combinator, Value::Text(junction.name().into())).map(Box::new)
}

pub(super) fn entry(key: RuleKey, value: Value<'_>) -> Option<Entry<'_>> {
    Some(Entry { key: key.name(), value, span: 0..0 })
}

/// A fault of the value of a key.
pub(super) fn fault(key: RuleKey, kind: Kind) -> Fault {
    Fault { spot: None, key: Some(key.name()), kind }
}

impl Drafting<'_> {
    fn group<'s>(&mut self, mut object: Object<'s>, pointer: String, depth: usize) -> Group<'s> {
        let mut faults = Vec::new();
        let rule = id(&mut object, &mut faults);
        let spot = Rc::new(Spot { pointer, rule });
        flag(&mut object, RuleKey::Muted, &mut faults);
        let negated = flag(&mut object, RuleKey::Not, &mut faults);
        let combinator = object.take(RuleKey::Combinator);
        let mut group = Group { negated, ..Group::default() };
        match object.rules.take() {
            _ if object.is_muted() => group.junction = junction(Junction::All),
            None => {
                faults.push(Fault { spot: None, key: None, kind: Kind::MissingKey { key: "rules", of: "a group" } });
                group.junction = junction(Junction::All);
            }
            Some(Rules::Other(found)) => {
                let of = "`rules`".to_owned();
                faults.push(fault(RuleKey::Rules, Kind::WrongType { of, expected: "an array", found }));
                group.junction = junction(Junction::All);
            }
            // Told where it is added.
            Some(Rules::TooDeep) => group.junction = junction(Junction::All),
            Some(Rules::Are(elements)) => match combinator {
                Some(value) => {
                    group.junction = entry(RuleKey::Combinator, value).map(Box::new);
                    self.members(elements, &spot, depth, &mut group);
                }
                None if elements.iter().any(|element| matches!(element, Element::Text(_))) => {
                    self.combined(elements, &spot, depth, &mut group);
                }
                None => {
                    // A single rule needs no combinator.
                    group.junction = if elements.len() < 2 { junction(Junction::All) } else { None };
                    self.members(elements, &spot, depth, &mut group);
                }
            },
        }
        for key in [
            RuleKey::Field,
            RuleKey::Operator,
            RuleKey::Value,
            RuleKey::ValueSource,
            RuleKey::Unit,
            RuleKey::ListId,
            RuleKey::Match,
            RuleKey::Lhs,
        ] {
            if object.has(key) {
                let of = "a group of rules".to_owned();
                faults.push(fault(key, Kind::MisplacedKey { key: key.name(), of, instead: None }));
            }
        }
        group.strays = object.strays;
        group.faults.extend(faults);
        group.spot = Some(spot);
        group
    }

    /// Members that a combinator of the group joins.
    fn members<'s>(&mut self, elements: Vec<Element<'s>>, spot: &Spot, depth: usize, group: &mut Group<'s>) {
        for (i, element) in elements.into_iter().enumerate() {
            let member = self.member(element, format!("{}/rules/{i}", spot.pointer), depth);
            group.add(member, depth, self.limits);
        }
    }

    /// Members with combinators between them: `and` binds tighter than `or`.
    fn combined<'s>(&mut self, elements: Vec<Element<'s>>, spot: &Rc<Spot>, depth: usize, group: &mut Group<'s>) {
        let alternate = |(i, element): (usize, &Element<'_>)| matches!(element, Element::Text(_)) == (i % 2 == 1);
        if elements.len().is_multiple_of(2) || !elements.iter().enumerate().all(alternate) {
            let kind = Kind::InvalidValue {
                of: "`rules`".to_owned(),
                expected: "one combinator between each two rules",
                found: "another order".to_owned(),
            };
            group.faults.push(fault(RuleKey::Rules, kind));
        }
        let mut junctions = Vec::new();
        let mut members = Vec::new();
        for (i, element) in elements.into_iter().enumerate() {
            let pointer = format!("{}/rules/{i}", spot.pointer);
            match element {
                Element::Text(name) if i % 2 == 1 => match Junction::from_name(&name) {
                    Some(junction) => junctions.push(junction),
                    None => {
                        let expected = Wording::ReactQueryBuilder.junctions();
                        let nearest = nearest(&name, expected);
                        let kind = Kind::UnknownJunction { found: name.into_owned(), expected, nearest };
                        group.faults.push(Fault { spot: Some(Rc::new(Spot { pointer, rule: None })), key: None, kind });
                        junctions.push(Junction::All);
                    }
                },
                Element::Object(object) if object.is_muted() => {
                    let of = "a rule between combinators".to_owned();
                    let kind = Kind::MisplacedKey { key: RuleKey::Muted.name(), of, instead: None };
                    let spot = Some(Rc::new(Spot { pointer, rule: None }));
                    group.faults.push(Fault { spot, key: Some(RuleKey::Muted.name()), kind });
                    members.push(Member::Nothing);
                }
                element => members.push(self.member(element, pointer, depth)),
            }
        }
        let is = if junctions.contains(&Junction::Any) { Junction::Any } else { Junction::All };
        group.junction = junction(is);
        let mixed = is == Junction::Any && junctions.contains(&Junction::All);
        let mut run: Vec<Member<'s>> = Vec::new();
        let mut after = junctions.into_iter();
        for member in members {
            run.push(member);
            if after.next() != Some(Junction::All) || !mixed {
                let ended = std::mem::take(&mut run);
                if ended.len() > 1 {
                    let junction = junction(Junction::All);
                    let mut inner = Group { junction, spot: Some(Rc::clone(spot)), ..Group::default() };
                    ended.into_iter().for_each(|member| inner.add(member, depth + 1, self.limits));
                    group.add(Member::Group(inner), depth, self.limits);
                } else {
                    ended.into_iter().for_each(|member| group.add(member, depth, self.limits));
                }
            }
        }
    }

    fn member<'s>(&mut self, element: Element<'s>, pointer: String, depth: usize) -> Member<'s> {
        let wrong =
            |pointer, kind| Member::Wrong(Fault { spot: Some(Rc::new(Spot { pointer, rule: None })), key: None, kind });
        match element {
            Element::Object(object) if object.is_muted() => Member::Nothing,
            Element::Object(object) if object.rules.is_some() => {
                self.groups += 1;
                let limit = most_groups(self.limits);
                if self.groups > limit {
                    return self.once(self.groups - limit, pointer, Kind::TooManyGroups { limit });
                }
                Member::Group(self.group(*object, pointer, depth + 1))
            }
            Element::Object(object) => {
                self.conditions += 1;
                let limit = self.limits.conditions;
                if self.conditions > limit {
                    return self.once(self.conditions - limit, pointer, Kind::TooManyConditions { limit });
                }
                match rule::read(*object, pointer, self.limits) {
                    Rule::One(condition) => Member::Condition(condition),
                    Rule::Pair(junction, pair) => {
                        self.conditions += 1;
                        if self.conditions > limit {
                            let (spot, kind) = (pair[0].spot.clone(), Kind::TooManyConditions { limit });
                            return Member::Wrong(Fault { spot, key: None, kind });
                        }
                        Member::Pair(junction, pair)
                    }
                }
            }
            Element::Text(text) => {
                let (of, found) = ("a member of `rules`".to_owned(), Quoted(&text).to_string());
                wrong(pointer, Kind::InvalidValue { of, expected: "a rule or a group", found })
            }
            Element::TooMany => wrong(pointer, Kind::TooManyConditions { limit: self.limits.conditions }),
            Element::Other(found) => {
                let of = Wording::ReactQueryBuilder.condition().to_owned();
                wrong(pointer, Kind::WrongType { of, expected: "an object", found })
            }
        }
    }

    /// What is past a limit is told of the first that is.
    fn once<'s>(&self, past: usize, pointer: String, kind: Kind) -> Member<'s> {
        if past > 1 {
            return Member::Nothing;
        }
        Member::Wrong(Fault { spot: Some(Rc::new(Spot { pointer, rule: None })), key: None, kind })
    }
}

pub(super) fn id(object: &mut Object<'_>, faults: &mut Vec<Fault>) -> Option<String> {
    match object.take(RuleKey::Id)? {
        Value::Text(id) => Some(id.into_owned()),
        Value::Number(Some(id)) => Some(id.to_string()),
        other => {
            let (of, found) = ("`id`".to_owned(), other.shape());
            faults.push(fault(RuleKey::Id, Kind::WrongType { of, expected: "a string", found }));
            None
        }
    }
}

/// A flag that is false unless it is there.
pub(super) fn flag(object: &mut Object<'_>, key: RuleKey, faults: &mut Vec<Fault>) -> bool {
    if key == RuleKey::Muted && object.is_muted() {
        return true;
    }
    match object.take(key) {
        None => false,
        Some(Value::Bool(value)) => value,
        Some(other) => {
            let of = format!("`{}`", key.name());
            faults.push(fault(key, Kind::WrongType { of, expected: "true or false", found: other.shape() }));
            false
        }
    }
}
