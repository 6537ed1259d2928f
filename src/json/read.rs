//! From JSON to a draft: whatever stands there is taken down, and what should have stood there is `check`'s to say.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::catalogue::Key;
use crate::check::most_groups;
use crate::draft::{Condition, Entry, Found, Group, Stray, Value};
use crate::error::Shape;
use crate::limits::Limits;
use crate::number::Number;

/// What may still be taken down before a limit is reached.
pub(crate) struct Budget {
    depth: usize,
    values: usize,
    conditions: Cell<usize>,
    groups: Cell<usize>,
}

impl Budget {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            depth: limits.depth(),
            values: limits.values,
            conditions: Cell::new(limits.conditions),
            groups: Cell::new(most_groups(limits)),
        }
    }
}

/// The visits of a visitor that hopes for one shape and takes any other down.
macro_rules! other_shapes {
    (@one bool $found:ident) => {
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> { Ok($found(Shape::Boolean)) }
    };
    (@one number $found:ident) => {
        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> { Ok($found(Shape::Number)) }
        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> { Ok($found(Shape::Number)) }
        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> { Ok($found(Shape::Number)) }
    };
    (@one string $found:ident) => {
        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> { Ok($found(Shape::String)) }
    };
    (@one array $found:ident) => {
        fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
            drain_array(seq)?;
            Ok($found(Shape::Array))
        }
    };
    (@one object $found:ident) => {
        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            drain_object(map)?;
            Ok($found(Shape::Object))
        }
    };
    ($found:ident: $($shape:ident)+) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str("a JSON value") }
        $(other_shapes!(@one $shape $found);)+
    };
}

/// Makes a visitor the seed of what it visits.
macro_rules! seed_of_itself {
    ($name:ident, $value:ty) => {
        impl<'de> DeserializeSeed<'de> for $name<'_> {
            type Value = $value;

            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
                deserializer.deserialize_any(self)
            }
        }
    };
}

fn other<T>(shape: Shape) -> Found<T> {
    Found::Other(shape)
}

pub(crate) fn drain_array<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<(), A::Error> {
    while seq.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

pub(crate) fn drain_object<'de, A: MapAccess<'de>>(mut map: A) -> Result<(), A::Error> {
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

/// A group, where an object stands.
#[derive(Clone, Copy)]
pub(super) struct GroupSeed<'b> {
    budget: &'b Budget,
    depth: usize,
}

impl<'b> GroupSeed<'b> {
    pub(super) fn root(budget: &'b Budget) -> Self {
        Self { budget, depth: 1 }
    }

    /// Takes one key of a group down; gives back a key that is none of a group's.
    pub(super) fn entry<'de, A: MapAccess<'de>>(
        self,
        group: &mut Group<'de>,
        seen: &mut GroupKeysSeen,
        key: Cow<'de, str>,
        map: &mut A,
    ) -> Result<Option<Cow<'de, str>>, A::Error> {
        let (seen, name) = match &*key {
            "operator" => (&mut seen.operator, "operator"),
            "conditions" => (&mut seen.conditions, "conditions"),
            "groups" => (&mut seen.groups, "groups"),
            _ => return Ok(Some(key)),
        };
        if std::mem::replace(seen, true) {
            group.strays.push(Stray { key, repeats: Some(name) });
            map.next_value::<IgnoredAny>()?;
            return Ok(None);
        }
        match name {
            "operator" => {
                let value = map.next_value_seed(ValueSeed::new(self.budget))?;
                group.junction = Some(Box::new(Entry { key: name, value, span: 0..0 }));
            }
            "conditions" => {
                group.conditions = map.next_value_seed(MembersSeed { of: ConditionSeed { budget: self.budget } })?;
            }
            _ => {
                let of = GroupSeed { budget: self.budget, depth: self.depth + 1 };
                group.groups = map.next_value_seed(MembersSeed { of })?;
            }
        }
        Ok(None)
    }
}

/// Which keys of a group have been read.
#[derive(Default)]
pub(super) struct GroupKeysSeen {
    pub(super) operator: bool,
    pub(super) conditions: bool,
    pub(super) groups: bool,
}

impl<'de> Visitor<'de> for GroupSeed<'_> {
    type Value = Found<Group<'de>>;

    other_shapes!(other: bool number string array);

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(other(Shape::Null))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        if self.depth > self.budget.depth {
            drain_object(map)?;
            return Ok(Found::TooDeep(0..0));
        }
        let mut group = Group::default();
        let mut seen = GroupKeysSeen::default();
        while let Some(Text(key)) = map.next_key()? {
            if let Some(key) = self.entry(&mut group, &mut seen, key, &mut map)? {
                map.next_value::<IgnoredAny>()?;
                group.strays.push(Stray { key, repeats: None });
            }
        }
        Ok(Found::Is(group))
    }
}

seed_of_itself!(GroupSeed, Found<Group<'de>>);

/// A seed of the members of a group's array.
trait Member: Copy {
    /// How many more of them there may be in the filter.
    fn left(&self) -> &Cell<usize>;
}

impl Member for GroupSeed<'_> {
    fn left(&self) -> &Cell<usize> {
        &self.budget.groups
    }
}

impl Member for ConditionSeed<'_> {
    fn left(&self) -> &Cell<usize> {
        &self.budget.conditions
    }
}

/// The conditions or the groups of a group, where an array stands; a null is an array without members.
struct MembersSeed<S> {
    of: S,
}

impl<'de, S, T> Visitor<'de> for MembersSeed<S>
where
    S: Member + DeserializeSeed<'de, Value = Found<T>>,
{
    type Value = Found<Vec<Found<T>>>;

    other_shapes!(other: bool number string object);

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Found::Is(Vec::new()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while self.of.left().get() > 0 {
            match seq.next_element_seed(self.of)? {
                Some(member) => members.push(member),
                None => return Ok(Found::Is(members)),
            }
            self.of.left().update(|left| left.saturating_sub(1));
        }
        if seq.next_element::<IgnoredAny>()?.is_some() {
            members.push(Found::TooMany);
            drain_array(seq)?;
        }
        Ok(Found::Is(members))
    }
}

impl<'de, S, T> DeserializeSeed<'de> for MembersSeed<S>
where
    S: Member + DeserializeSeed<'de, Value = Found<T>>,
{
    type Value = Found<Vec<Found<T>>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// A condition, where an object stands.
#[derive(Clone, Copy)]
pub(super) struct ConditionSeed<'b> {
    budget: &'b Budget,
}

impl<'de> Visitor<'de> for ConditionSeed<'_> {
    type Value = Found<Condition<'de>>;

    other_shapes!(other: bool number string array);

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(other(Shape::Null))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut condition = Condition::default();
        while let Some(Text(name)) = map.next_key()? {
            let Some((key, spelled)) = Key::from_name(&name) else {
                map.next_value::<IgnoredAny>()?;
                condition.strays.push(Stray { key: name, repeats: None });
                continue;
            };
            if let Some(first) = condition.spelled(key) {
                map.next_value::<IgnoredAny>()?;
                condition.strays.push(Stray { key: name, repeats: Some(first) });
                continue;
            }
            let value = map.next_value_seed(ValueSeed::new(self.budget))?;
            condition.set(key, Entry { key: spelled, value, span: 0..0 });
        }
        Ok(Found::Is(condition))
    }
}

seed_of_itself!(ConditionSeed, Found<Condition<'de>>);

/// A value of any shape; arrays in arrays and objects are taken down as no more than that.
#[derive(Clone, Copy)]
pub(crate) struct ValueSeed<'b> {
    budget: &'b Budget,
    /// The value stands in an array.
    nested: bool,
}

impl<'b> ValueSeed<'b> {
    pub(crate) fn new(budget: &'b Budget) -> Self {
        Self { budget, nested: false }
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_> {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value<'de>, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value<'de>, E> {
        Ok(Value::Number(Some(value.into())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value<'de>, E> {
        Ok(Value::Number(Some(value.into())))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value<'de>, E> {
        Ok(Value::Number(Number::from_f64(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value<'de>, E> {
        Ok(Value::Text(value.to_owned().into()))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::Text(value.into()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value<'de>, E> {
        Ok(Value::Text(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value<'de>, A::Error> {
        let mut values = Vec::new();
        if self.nested {
            drain_array(seq)?;
            return Ok(Value::Array(values));
        }
        while values.len() < self.budget.values {
            match seq.next_element_seed(Self { nested: true, ..self })? {
                Some(value) => values.push(value),
                None => return Ok(Value::Array(values)),
            }
        }
        if seq.next_element::<IgnoredAny>()?.is_some() {
            values.push(Value::TooMany);
            drain_array(seq)?;
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value<'de>, A::Error> {
        drain_object(map)?;
        Ok(Value::Object)
    }
}

seed_of_itself!(ValueSeed, Value<'de>);

/// A key, borrowed where the source has it without escapes.
pub(crate) struct Text<'de>(pub(crate) Cow<'de, str>);

impl<'de> serde::Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E>(self, value: &str) -> Result<Text<'de>, E> {
                Ok(Text(value.to_owned().into()))
            }

            fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(value.into()))
            }
        }

        deserializer.deserialize_str(TextVisitor)
    }
}
