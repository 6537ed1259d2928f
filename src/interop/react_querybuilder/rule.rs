//! From a rule to the condition that it stands for, or to both that `between` and `notBetween` do.

use std::borrow::Cow;
use std::rc::Rc;

use super::draft::{entry, fault, flag, id};
use super::read::{Object, RuleKey};
use super::value;
use crate::catalogue::{CUSTOM_PREFIX, Field, Key as Entries, OperandKind, Operator, SubjectKind as Asked, Wording};
use crate::draft::{Condition, Entry, Fault, Spot, Value};
use crate::error::{Kind, Quoted};
use crate::filter::Junction;
use crate::limits::Limits;

/// The field that stands for the lists a contact is on.
pub(super) const LIST: &str = "list";

/// What a rule comes to.
pub(super) enum Rule<'s> {
    One(Box<Condition<'s>>),
    /// Both of them, or either.
    Pair(Junction, Box<[Condition<'s>; 2]>),
}

/// What stands beside the field and the operator of a rule.
struct Given<'s> {
    value: Option<Value<'s>>,
    unit: Option<Value<'s>>,
    list: Option<Value<'s>>,
}

/// What a rule stands for; `check` says whether it makes sense.
pub(super) fn read<'s>(mut object: Object<'s>, pointer: String, limits: &Limits) -> Rule<'s> {
    let mut faults = Vec::new();
    let rule = id(&mut object, &mut faults);
    flag(&mut object, RuleKey::Muted, &mut faults);
    for key in [RuleKey::Match, RuleKey::Lhs, RuleKey::Combinator, RuleKey::Not] {
        if object.has(key) {
            faults.push(misplaced(key, Wording::ReactQueryBuilder.condition()));
        }
    }
    faults.extend(value_source(&mut object));
    let [field, operator] = [RuleKey::Field, RuleKey::Operator].map(|key| object.take(key).filter(is_chosen));
    let given = Given {
        value: object.take(RuleKey::Value),
        unit: object.take(RuleKey::Unit),
        list: object.take(RuleKey::ListId),
    };
    let spot = Some(Rc::new(Spot { pointer, rule }));
    let mut condition = Condition { spot, faults, strays: object.strays, ..Condition::default() };
    let asked = field.as_ref().and_then(asked_of);
    set_subject(&mut condition, field);
    let Some(Value::Text(spelled)) = operator else {
        condition.entries[Entries::Operator as usize] =
            operator.and_then(|operator| entry(RuleKey::Operator, operator));
        return Rule::One(Box::new(condition));
    };
    let has_order = asked.is_none_or(|of| of.operand(Operator::Gte).is_some());
    match is_between(&spelled).filter(|_| has_order) {
        Some(junction) => pair(condition, asked, junction, given, limits),
        None => {
            set_question(&mut condition, asked, spelled, given, limits);
            Rule::One(Box::new(condition))
        }
    }
}

/// The front end has a name for what nobody has chosen yet.
fn is_chosen(value: &Value<'_>) -> bool {
    !matches!(value, Value::Text(name) if name == "~" || name.is_empty())
}

/// A value is compared with, and nothing else.
fn value_source(object: &mut Object<'_>) -> Option<Fault> {
    let of = "`valueSource`".to_owned();
    let kind = match object.take(RuleKey::ValueSource)? {
        Value::Text(source) if source == "value" => return None,
        Value::Text(source) => Kind::InvalidValue { of, expected: "`value`", found: Quoted(&source).to_string() },
        other => Kind::WrongType { of, expected: "a string", found: other.shape() },
    };
    Some(fault(RuleKey::ValueSource, kind))
}

/// A key that something takes no value of.
fn misplaced(key: RuleKey, of: &str) -> Fault {
    fault(key, Kind::MisplacedKey { key: key.name(), of: of.to_owned(), instead: None })
}

/// What the name of a field stands for, if it is one.
fn asked_of(field: &Value<'_>) -> Option<Asked> {
    match field {
        Value::Text(name) if name == LIST => Some(Asked::List),
        Value::Text(name) if name.starts_with(CUSTOM_PREFIX) => Some(Asked::Custom),
        Value::Text(name) => Field::from_name(name).map(|row| Asked::Field(row.field)),
        _ => None,
    }
}

fn set_subject<'s>(condition: &mut Condition<'s>, field: Option<Value<'s>>) {
    let [condition_type, name] = match field {
        Some(Value::Text(name)) if name == LIST => [Some(Value::Text("list".into())), None],
        Some(Value::Text(name)) if name.starts_with(CUSTOM_PREFIX) => {
            [Some(Value::Text("custom_field".into())), Some(Value::Text(name))]
        }
        field => {
            condition.type_implied = true;
            [None, field]
        }
    };
    condition.entries[Entries::ConditionType as usize] = condition_type.and_then(|is| entry(RuleKey::Field, is));
    condition.entries[Entries::Field as usize] = name.and_then(|name| entry(RuleKey::Field, name));
}

/// The operator, and what it is given.
fn set_question<'s>(
    condition: &mut Condition<'s>,
    asked: Option<Asked>,
    spelled: Cow<'s, str>,
    Given { value, unit, list }: Given<'s>,
    limits: &Limits,
) {
    let (operator, negated_by) = operator_of(spelled, asked);
    condition.negated = negated_by.is_some();
    condition.negated_by = negated_by;
    let known = Wording::ReactQueryBuilder.operator_of(&operator);
    let takes = known.and_then(|operator| asked?.operand(operator));
    condition.entries[Entries::Operator as usize] = entry(RuleKey::Operator, Value::Text(operator));
    condition.entries[Entries::ListId as usize] = list.and_then(|list| entry(RuleKey::ListId, value::number(list)));
    let (value, its_unit) = match (value, takes) {
        // The front end keeps the value that the rule had before.
        (_, Some(OperandKind::Nothing)) => return,
        (None, Some(OperandKind::Lists)) => (Some(Value::Array(Vec::new())), None),
        (Some(value), Some(takes)) => {
            let (value, unit) = value::of(takes, value, limits);
            (Some(value), unit)
        }
        (value, _) => (value, None),
    };
    let key = if takes == Some(OperandKind::Lists) { Entries::ListIds } else { Entries::Value };
    condition.entries[key as usize] = value.and_then(|value| entry(RuleKey::Value, value));
    condition.entries[Entries::Unit as usize] = match (its_unit, unit) {
        (Some(_), Some(_)) => {
            condition.faults.push(misplaced(RuleKey::Unit, "a value with a unit in it"));
            None
        }
        (Some(unit), None) => entry(RuleKey::Value, Value::Text(unit)),
        (None, unit) => unit.and_then(|unit| entry(RuleKey::Unit, unit)),
    };
}

/// `between` is `>=` the lesser value and `<=` the greater; `notBetween` is `<` the lesser or `>` the greater, as its SQL
/// has it.
fn pair<'s>(
    mut condition: Condition<'s>,
    asked: Option<Asked>,
    junction: Junction,
    Given { value, unit, list }: Given<'s>,
    limits: &Limits,
) -> Rule<'s> {
    let [below, above] = match junction {
        Junction::All => [Operator::Gte, Operator::Lte],
        Junction::Any => [Operator::Lt, Operator::Gt],
    };
    condition.faults.extend(unit.map(|_| misplaced(RuleKey::Unit, "an operator of two values")));
    let takes = asked.and_then(|of| of.operand(Operator::Gte)).unwrap_or(OperandKind::OrderedLiteral);
    let list = list.map(value::number);
    let side = |of: &mut Condition<'s>, operator: Operator, value: Option<Value<'s>>| {
        let name = operator.in_react_querybuilder();
        let value = value.map(|value| value::of(takes, value, limits).0);
        of.entries[Entries::Operator as usize] = entry(RuleKey::Operator, Value::Text(name.into()));
        of.entries[Entries::Value as usize] = value.and_then(|value| entry(RuleKey::Value, value));
        of.entries[Entries::ListId as usize] =
            list.as_ref().and_then(|list| entry(RuleKey::ListId, value::again(list)));
    };
    let (low, high) = match value::pair(value, limits) {
        Ok(pair) if condition.faults.is_empty() => pair,
        other => {
            if let Err(found) = other {
                let (of, expected) = ("`value`".to_owned(), "two values such as \"3,5\" or [3, 5]");
                condition.faults.push(fault(RuleKey::Value, Kind::InvalidValue { of, expected, found }));
            }
            // It has a fault: what is asked of its field and operator is all there is to check.
            side(&mut condition, below, None);
            return Rule::One(Box::new(condition));
        }
    };
    let again = |entry: &Option<Entry<'s>>| {
        entry.as_ref().map(|entry| Entry { key: entry.key, value: value::again(&entry.value), span: 0..0 })
    };
    let mut other =
        Condition { spot: condition.spot.clone(), type_implied: condition.type_implied, ..Condition::default() };
    for key in [Entries::ConditionType, Entries::Field] {
        other.entries[key as usize] = again(&condition.entries[key as usize]);
    }
    side(&mut condition, below, Some(low));
    side(&mut other, above, Some(high));
    Rule::Pair(junction, Box::new([condition, other]))
}

/// How the comparisons of an operator of two values are joined.
fn is_between(name: &str) -> Option<Junction> {
    match () {
        () if name.eq_ignore_ascii_case("between") => Some(Junction::All),
        () if name.eq_ignore_ascii_case("notBetween") => Some(Junction::Any),
        () => None,
    }
}

/// The operator that one comes to where it stands, and the one that is a `not` of it.
fn operator_of<'s>(spelled: Cow<'s, str>, asked: Option<Asked>) -> (Cow<'s, str>, Option<&'static str>) {
    let called = |operator: Operator| Cow::Borrowed(operator.in_react_querybuilder());
    match (asked, &*spelled) {
        (Some(Asked::Field(Field::Time(_))), "<") => (called(Operator::Before), None),
        (Some(Asked::Field(Field::Time(_))), ">") => (called(Operator::After), None),
        (Some(Asked::List), "=") => (called(Operator::In), None),
        (Some(Asked::List), "!=") => (called(Operator::NotIn), None),
        (Some(Asked::Field(Field::Flag(_))), "!=") => (called(Operator::Eq), Some("!=")),
        _ => (spelled, None),
    }
}
