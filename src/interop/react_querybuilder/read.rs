//! From JSON to rules and groups as they stand there; what they come to is `draft`'s to say.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::check::most_groups;
use crate::draft::{Stray, Value};
use crate::error::Shape;
use crate::json::read::{Budget, Text, ValueSeed, drain_array, drain_object};
use crate::limits::Limits;

/// A key of a rule or of a group.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum RuleKey {
    Id,
    Combinator,
    Not,
    Rules,
    Field,
    Operator,
    Value,
    ValueSource,
    Unit,
    ListId,
    Muted,
    Match,
    Lhs,
    Path,
    Disabled,
    CombinatorPreceding,
    Meta,
}

const KEYS: &[(RuleKey, &str)] = &[
    (RuleKey::Id, "id"),
    (RuleKey::Combinator, "combinator"),
    (RuleKey::Not, "not"),
    (RuleKey::Rules, "rules"),
    (RuleKey::Field, "field"),
    (RuleKey::Operator, "operator"),
    (RuleKey::Value, "value"),
    (RuleKey::ValueSource, "valueSource"),
    (RuleKey::Unit, "unit"),
    (RuleKey::ListId, "listId"),
    (RuleKey::Muted, "muted"),
    (RuleKey::Match, "match"),
    (RuleKey::Lhs, "lhs"),
    // What the front end keeps for itself: it does not change what is asked.
    (RuleKey::Path, "path"),
    (RuleKey::Disabled, "disabled"),
    (RuleKey::CombinatorPreceding, "combinatorPreceding"),
    (RuleKey::Meta, "meta"),
];

impl RuleKey {
    pub(super) fn name(self) -> &'static str {
        KEYS[self as usize].1
    }

    fn from_name(name: &str) -> Option<Self> {
        KEYS.iter().find(|(_, known)| *known == name).map(|(key, _)| *key)
    }
}

/// What stands where a rule or a group does.
pub(super) enum Element<'s> {
    Object(Box<Object<'s>>),
    /// A combinator between two rules.
    Text(Cow<'s, str>),
    Other(Shape),
    /// More than there can be in a query within its limits; nothing after it was read.
    TooMany,
}

/// A rule or a group: the one with `rules` is a group.
#[derive(Default)]
pub(super) struct Object<'s> {
    values: [Option<Value<'s>>; KEYS.len()],
    pub(super) rules: Option<Rules<'s>>,
    pub(super) strays: Vec<Stray<'s>>,
}

/// The members of a group.
pub(super) enum Rules<'s> {
    Are(Vec<Element<'s>>),
    Other(Shape),
    TooDeep,
}

impl<'s> Object<'s> {
    /// Takes a value out; a null is none.
    pub(super) fn take(&mut self, key: RuleKey) -> Option<Value<'s>> {
        self.values[key as usize].take().filter(|value| !matches!(value, Value::Null))
    }

    /// Whether a key is there, and not null.
    pub(super) fn has(&self, key: RuleKey) -> bool {
        self.values[key as usize].as_ref().is_some_and(|value| !matches!(value, Value::Null))
    }

    /// Whether it says of itself that it takes no part.
    pub(super) fn is_muted(&self) -> bool {
        matches!(self.values[RuleKey::Muted as usize], Some(Value::Bool(true)))
    }
}

/// What may still be taken down before a limit is reached.
pub(super) struct Left {
    values: Budget,
    depth: usize,
    elements: Cell<usize>,
}

impl Left {
    pub(super) fn new(limits: &Limits) -> Self {
        // Between any two there may be a combinator.
        let elements = limits.conditions.saturating_add(most_groups(limits)).saturating_mul(2);
        Self { values: Budget::new(limits), depth: limits.depth(), elements: Cell::new(elements) }
    }
}

/// A rule or a group, where an object stands.
#[derive(Clone, Copy)]
pub(super) struct ObjectSeed<'b> {
    left: &'b Left,
    depth: usize,
}

impl<'b> ObjectSeed<'b> {
    pub(super) fn root(left: &'b Left) -> Self {
        Self { left, depth: 1 }
    }
}

impl<'de> DeserializeSeed<'de> for ObjectSeed<'_> {
    type Value = Element<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Element<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ObjectSeed<'_> {
    type Value = Element<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Element<'de>, E> {
        Ok(Element::Other(Shape::Null))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Element<'de>, E> {
        Ok(Element::Other(Shape::Boolean))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Element<'de>, E> {
        Ok(Element::Other(Shape::Number))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Element<'de>, E> {
        Ok(Element::Other(Shape::Number))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Element<'de>, E> {
        Ok(Element::Other(Shape::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Element<'de>, E> {
        Ok(Element::Text(text.to_owned().into()))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Element<'de>, E> {
        Ok(Element::Text(text.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Element<'de>, A::Error> {
        drain_array(seq)?;
        Ok(Element::Other(Shape::Array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Element<'de>, A::Error> {
        let mut object = Object::default();
        let mut has_rules = false;
        while let Some(Text(name)) = map.next_key()? {
            let Some(key) = RuleKey::from_name(&name) else {
                map.next_value::<IgnoredAny>()?;
                object.strays.push(Stray { key: name, repeats: None });
                continue;
            };
            let is_repeated = match key {
                RuleKey::Rules => std::mem::replace(&mut has_rules, true),
                _ => object.values[key as usize].is_some(),
            };
            if is_repeated {
                map.next_value::<IgnoredAny>()?;
                object.strays.push(Stray { key: name, repeats: Some(key.name()) });
            } else if key == RuleKey::Rules {
                object.rules = map.next_value_seed(RulesSeed(self))?;
            } else {
                object.values[key as usize] = Some(map.next_value_seed(ValueSeed::new(&self.left.values))?);
            }
        }
        Ok(Element::Object(Box::new(object)))
    }
}

/// The members of a group, where an array stands; a null is none.
struct RulesSeed<'b>(ObjectSeed<'b>);

impl<'de> DeserializeSeed<'de> for RulesSeed<'_> {
    type Value = Option<Rules<'de>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for RulesSeed<'_> {
    type Value = Option<Rules<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Some(Rules::Other(Shape::Boolean)))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Some(Rules::Other(Shape::Number)))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Some(Rules::Other(Shape::Number)))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Some(Rules::Other(Shape::Number)))
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(Some(Rules::Other(Shape::String)))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        drain_object(map)?;
        Ok(Some(Rules::Other(Shape::Object)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let Self(of) = self;
        if of.depth > of.left.depth {
            drain_array(seq)?;
            return Ok(Some(Rules::TooDeep));
        }
        let of = ObjectSeed { depth: of.depth + 1, ..of };
        let mut elements = Vec::new();
        while of.left.elements.get() > 0 {
            match seq.next_element_seed(of)? {
                Some(element) => elements.push(element),
                None => return Ok(Some(Rules::Are(elements))),
            }
            of.left.elements.update(|left| left.saturating_sub(1));
        }
        if seq.next_element::<IgnoredAny>()?.is_some() {
            elements.push(Element::TooMany);
            drain_array(seq)?;
        }
        Ok(Some(Rules::Are(elements)))
    }
}
