//! From a draft to a [`Filter`], or to everything that is wrong with it.
//!
//! Every rule about what fits what is applied here, once, for every reader; the rules themselves are the catalogue's.

mod value;

use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;

use crate::catalogue::{
    CONDITION_TYPES, CUSTOM_PREFIX, ConditionType, FIELDS, Field, Key, OperandKind, Operator, SubjectKind, Wording,
};
use crate::draft::{self, Entry, Fault, Found, Spot, Stray, Value};
use crate::error::{Errors, Kind, Place, Problems, Shape, nearest};
use crate::filter::{Condition, CustomKey, Filter, Group, Junction};
use crate::limits::Limits;
use crate::parts::{ConditionSubject, Parts};

/// Makes a filter of a draft, or tells every problem. `pointer` is where the filter's object stands in its document.
pub(crate) fn check(root: Found<draft::Group<'_>>, pointer: &str, limits: &Limits) -> Result<Filter, Errors> {
    check_in(Wording::Own, root, pointer, limits)
}

/// The same, of a form that has words of its own.
pub(crate) fn check_in(
    wording: Wording,
    root: Found<draft::Group<'_>>,
    pointer: &str,
    limits: &Limits,
) -> Result<Filter, Errors> {
    let problems = Problems::new(limits.problems);
    let mut check = Check { limits, wording, spot: None, path: vec![Step::Pointer(pointer)], problems };
    let group = check.found(root, "a filter", Check::group);
    match check.problems.into_errors() {
        Some(errors) => Err(errors),
        // A group that is missing was told as a problem.
        None => group.map(Filter::new).ok_or_else(|| Kind::EmptyGroup.into()),
    }
}

/// A step on the way from the document to a value in it.
#[derive(Clone, Copy)]
enum Step<'p> {
    Pointer(&'p str),
    Key(&'static str),
    Index(usize),
}

struct Check<'l> {
    limits: &'l Limits,
    wording: Wording,
    /// Where the group or condition in hand stands, if it says so; the path goes on from there.
    spot: Option<Rc<Spot>>,
    path: Vec<Step<'l>>,
    problems: Problems,
}

impl Check<'_> {
    /// Tells a problem of the value that the path leads to.
    fn report(&mut self, span: Range<usize>, kind: impl FnOnce() -> Kind) {
        let Self { spot, path, problems, .. } = self;
        problems.add(kind, || Place { span: Some(span), ..place(spot, path, "") });
    }

    /// Tells a problem of a key's value.
    fn report_at(&mut self, key: &'static str, span: Range<usize>, kind: impl FnOnce() -> Kind) {
        self.path.push(Step::Key(key));
        self.report(span, kind);
        self.path.pop();
    }

    /// Does something from where a group or a condition stands, if it says so, else from where the path leads.
    fn at<T>(&mut self, spot: Option<Rc<Spot>>, then: impl FnOnce(&mut Self) -> T) -> T {
        if spot.is_none() {
            return then(self);
        }
        let outer = (std::mem::replace(&mut self.spot, spot), std::mem::take(&mut self.path));
        let done = then(self);
        (self.spot, self.path) = outer;
        done
    }

    fn faults(&mut self, faults: Vec<Fault>) {
        for Fault { spot, key, kind } in faults {
            self.at(spot, |check| match key {
                Some(key) => check.report_at(key, 0..0, || kind),
                None => check.report(0..0, || kind),
            });
        }
    }

    /// Goes on with a thing, or tells why there is none.
    fn found<T, U>(
        &mut self,
        found: Found<T>,
        of: &'static str,
        then: impl FnOnce(&mut Self, T) -> Option<U>,
    ) -> Option<U> {
        let limits = self.limits;
        match found {
            Found::Is(thing) => return then(self, thing),
            Found::Other(found) => {
                self.report(0..0, || Kind::WrongType { of: of.to_owned(), expected: "an object", found });
            }
            Found::TooDeep(span) => self.report(span, || Kind::TooDeep { limit: limits.depth() }),
            Found::TooMany if of == "a group" => {
                self.report(0..0, || Kind::TooManyGroups { limit: most_groups(limits) })
            }
            Found::TooMany => self.report(0..0, || Kind::TooManyConditions { limit: limits.conditions }),
        }
        None
    }

    fn group(&mut self, group: draft::Group<'_>) -> Option<Group> {
        self.group_within(group, false)
    }

    fn group_within(&mut self, mut group: draft::Group<'_>, negate: bool) -> Option<Group> {
        self.at(group.spot.take(), |check| check.group_in_place(group, negate))
    }

    fn group_in_place(&mut self, mut group: draft::Group<'_>, negate: bool) -> Option<Group> {
        let negate = negate ^ group.negated;
        self.strays(&group.strays, "a group", self.wording.group_keys());
        let is_faulty = !group.faults.is_empty();
        self.faults(std::mem::take(&mut group.faults));
        let junction = self.junction(group.junction.take(), &group.span);
        if let (Found::Is(conditions), Found::Is(groups)) = (&group.conditions, &group.groups)
            && conditions.is_empty()
            && groups.is_empty()
            && !is_faulty
        {
            self.report(group.span.clone(), || Kind::EmptyGroup);
        }
        let conditions =
            self.members("conditions", group.conditions, self.wording.condition(), |check, mut condition| {
                check.at(condition.spot.take(), |check| check.condition(condition, negate))
            });
        let groups = self.members("groups", group.groups, "a group", |check, group| check.group_within(group, negate));
        let junction = if negate { junction?.opposite() } else { junction? };
        Group::new(junction, conditions, groups).ok()
    }

    fn members<T, U>(
        &mut self,
        key: &'static str,
        members: Found<Vec<Found<T>>>,
        of: &'static str,
        mut then: impl FnMut(&mut Self, T) -> Option<U>,
    ) -> Vec<U> {
        self.path.push(Step::Key(key));
        let mut checked = Vec::new();
        match members {
            Found::Is(members) => {
                checked.reserve(members.len());
                for (i, member) in members.into_iter().enumerate() {
                    self.path.push(Step::Index(i));
                    checked.extend(self.found(member, of, &mut then));
                    self.path.pop();
                }
            }
            Found::Other(found) => {
                self.report(0..0, || Kind::WrongType { of: format!("`{key}`"), expected: "an array", found });
            }
            Found::TooDeep(_) | Found::TooMany => {}
        }
        self.path.pop();
        checked
    }

    fn junction(&mut self, entry: Option<Box<Entry<'_>>>, group: &Range<usize>) -> Option<Junction> {
        let Some(entry) = entry.filter(|entry| !matches!(entry.value, Value::Null)) else {
            let key = self.wording.junction_key();
            self.report(group.clone(), || Kind::MissingKey { key, of: "a group" });
            return None;
        };
        let name = self.string(&entry)?;
        let junction = Junction::from_name(name);
        if junction.is_none() {
            let expected = self.wording.junctions();
            self.report_at(entry.key, entry.span.clone(), || Kind::UnknownJunction {
                found: name.to_owned(),
                expected,
                nearest: nearest(name, expected),
            });
        }
        junction
    }

    fn condition(&mut self, mut draft: draft::Condition<'_>, negate: bool) -> Option<Condition> {
        let negate = negate ^ draft.negated;
        let span = draft.span.clone();
        let strays = std::mem::take(&mut draft.strays);
        self.strays(&strays, self.wording.condition(), self.wording.condition_keys());
        let is_faulty = !draft.faults.is_empty();
        self.faults(std::mem::take(&mut draft.faults));
        let subject = self.subject(&mut draft);
        let operator = self.operator(&mut draft, subject.as_ref());
        if is_faulty {
            return None;
        }
        let (subject, (operator, kind)) = (subject?, operator?);
        let list = match subject {
            ConditionSubject::List => Some(None),
            _ => self.scope(&mut draft, &subject),
        };
        let operand = self.operand(&mut draft, operator, kind);
        let condition = Parts { subject, operator, operand: operand?, list: list? }.into_condition()?;
        if !negate {
            return Some(condition);
        }
        condition
            .complement()
            .map_err(|why| {
                let by = draft.negated_by;
                // What is suggested is text, and a leaf of many in a group of its own.
                let instead = (self.wording == Wording::Own).then(|| condition.complement_in_two()).flatten();
                let instead = instead.map(|[opposite, absent]| format!("({opposite} or {absent})"));
                self.report(span, || Kind::NoComplement { leaf: condition.to_string(), by, why, instead });
            })
            .ok()
    }

    fn strays(&mut self, strays: &[Stray<'_>], of: &'static str, known: &[&'static str]) {
        for stray in strays {
            let key = &stray.key;
            let Self { spot, path, problems, .. } = self;
            problems.add(
                || match stray.repeats {
                    None => Kind::UnknownKey { key: key.to_string(), of, nearest: nearest(key, known.iter().copied()) },
                    Some(first) => Kind::DuplicateKey { key: key.to_string(), first: (first != key).then_some(first) },
                },
                || place(spot, path, &format!("/{}", escaped(key))),
            );
        }
    }

    /// The condition type and the field, which must go together.
    fn subject(&mut self, draft: &mut draft::Condition<'_>) -> Option<ConditionSubject<'static>> {
        let condition_type = match draft.take(Key::ConditionType) {
            Some(entry) => {
                let name = self.string(&entry)?;
                let Some(condition_type) = ConditionType::from_name(name) else {
                    self.report_at(entry.key, entry.span.clone(), || Kind::UnknownConditionType {
                        found: name.to_owned(),
                        nearest: nearest(name, CONDITION_TYPES.iter().map(|row| row.name)),
                    });
                    return None;
                };
                Some(condition_type)
            }
            None if draft.type_implied => None,
            None => {
                let of = self.wording.condition();
                self.report(draft.span.clone(), || Kind::MissingKey { key: "conditionType", of });
                return None;
            }
        };
        if condition_type == Some(ConditionType::List) {
            if let Some(entry) = draft.take(Key::Field) {
                self.misplaced(&entry, "a list condition", None);
            }
            return Some(ConditionSubject::List);
        }
        let Some(entry) = draft.take(Key::Field) else {
            let of = self.wording.condition();
            self.report(draft.span.clone(), || Kind::MissingKey { key: "field", of });
            return None;
        };
        let name = self.string(&entry)?;
        let (key, span) = (entry.key, entry.span.clone());
        let of_custom = condition_type == Some(ConditionType::CustomField);
        let written = name.strip_prefix(CUSTOM_PREFIX).filter(|_| of_custom).unwrap_or(name);
        let limit = self.limits.string_bytes;
        if written.len() > limit {
            self.report_at(key, span, || Kind::StringTooLong { limit });
            return None;
        }
        if of_custom {
            let custom = CustomKey::new(written);
            if custom.is_none() {
                self.report_at(key, span, || Kind::UnknownField {
                    found: name.to_owned(),
                    of: Some("custom_field"),
                    nearest: None,
                });
            }
            return custom.map(|key| ConditionSubject::Custom(Cow::Owned(key)));
        }
        match (Field::from_name(name), condition_type) {
            (Some(row), None) => return Some(ConditionSubject::Field(row.field)),
            (Some(row), Some(of)) if row.types.contains(&of) => return Some(ConditionSubject::Field(row.field)),
            (Some(row), Some(of)) => self.report_at(key, span, || Kind::FieldOfOtherType {
                field: name.to_owned(),
                of: of.name(),
                belongs: row.types[0].name(),
            }),
            (None, of) => self.report_at(key, span, || Kind::UnknownField {
                found: name.to_owned(),
                of: of.map(ConditionType::name),
                nearest: match of {
                    Some(of) => nearest(name, of.fields()).map(str::to_owned),
                    None => meant(name),
                },
            }),
        }
        None
    }

    /// The operator, which must fit the subject, and what it takes.
    fn operator(
        &mut self,
        draft: &mut draft::Condition<'_>,
        subject: Option<&ConditionSubject<'_>>,
    ) -> Option<(Operator, OperandKind)> {
        let Some(entry) = draft.take(Key::Operator) else {
            let of = self.wording.condition();
            self.report(draft.span.clone(), || Kind::MissingKey { key: "operator", of });
            return None;
        };
        let name = self.string(&entry)?;
        let expected = subject.map_or(SubjectKind::Custom, ConditionSubject::kind);
        let wording = self.wording;
        let known = wording.operator_of(name);
        let fitting = known.and_then(|operator| Some((operator, expected.operand(operator)?)));
        if fitting.is_none() {
            self.report_at(entry.key, entry.span.clone(), || Kind::InvalidOperator {
                found: name.to_owned(),
                subject: subject.map_or("any field".to_owned(), ConditionSubject::described),
                expected,
                wording,
                nearest: in_one_word(name, expected, wording).or_else(|| {
                    // What is near to another operator, or to one with `not`, means something else.
                    nearest(name, expected.operators().map(|operator| wording.operator(operator)))
                        .filter(|_| known.is_none() && !name.starts_with("not "))
                }),
            });
        }
        fitting
    }

    /// The list a test is asked on: `None` if it is not right, `Some(None)` if it is the membership in hand.
    fn scope(&mut self, draft: &mut draft::Condition<'_>, subject: &ConditionSubject<'_>) -> Option<Option<i64>> {
        if let Some(entry) = draft.take(Key::ListIds) {
            self.misplaced(&entry, &format!("a condition on {}", subject.described()), Some("listId"));
        }
        match draft.take(Key::ListId) {
            None => Some(None),
            Some(entry) => {
                self.path.push(Step::Key(entry.key));
                let list = self.list_id(&entry.value, entry.span);
                self.path.pop();
                list.map(Some)
            }
        }
    }

    fn misplaced(&mut self, entry: &Entry<'_>, of: &str, instead: Option<&'static str>) {
        let (key, span) = (entry.key, entry.span.clone());
        self.report_at(key, span, || Kind::MisplacedKey { key, of: of.to_owned(), instead });
    }

    fn string<'e>(&mut self, entry: &'e Entry<'_>) -> Option<&'e str> {
        match &entry.value {
            Value::Text(text) => Some(text),
            other => {
                let found = other.shape();
                self.wrong_type(entry.key, entry.span.clone(), "a string", found);
                None
            }
        }
    }

    fn wrong_type(&mut self, key: &'static str, span: Range<usize>, expected: &'static str, found: Shape) {
        self.report_at(key, span, || Kind::WrongType { of: format!("`{key}`"), expected, found });
    }
}

/// The operator that one comes to whose words stand apart, where it fits.
fn in_one_word(name: &str, of: SubjectKind, wording: Wording) -> Option<&'static str> {
    let operator = Operator::from_name(&name.to_ascii_lowercase().replace(' ', "_"))?;
    (name.contains(' ') && of.operand(operator).is_some()).then(|| wording.operator(operator))
}

/// Groups that say nothing are cheap to write by the million, so there is a bound on them too.
pub(crate) fn most_groups(limits: &Limits) -> usize {
    limits.conditions.saturating_mul(10)
}

/// Where the path leads from the spot, and further.
fn place(spot: &Option<Rc<Spot>>, path: &[Step<'_>], further: &str) -> Place {
    use std::fmt::Write;
    let mut pointer = spot.as_ref().map_or_else(String::new, |spot| spot.pointer.clone());
    for step in path {
        // Writing to a string does not fail.
        let _ = match step {
            Step::Pointer(start) => write!(pointer, "{start}"),
            Step::Key(key) => write!(pointer, "/{key}"),
            Step::Index(index) => write!(pointer, "/{index}"),
        };
    }
    pointer.push_str(further);
    Place { rule: spot.as_ref().and_then(|spot| spot.rule.clone()), ..Place::pointer(pointer) }
}

/// What a name without a type was meant as that is no field's: what records call otherwise, a field that is near, or else a
/// custom field. Nothing, where it is what is no field's to say.
fn meant(name: &str) -> Option<String> {
    let meant = match name {
        "phone" | "msisdn" => "phone_number",
        "list_id" => "list",
        "active" => return None,
        _ => match nearest(name, FIELDS.iter().map(|row| row.name)) {
            Some(near) => near,
            None => return Some(format!("{CUSTOM_PREFIX}{name}")),
        },
    };
    Some(meant.to_owned())
}

/// A key as a JSON pointer writes it (RFC 6901).
pub(crate) fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use crate::filter::Filter;

    #[test]
    fn a_not_undoes_the_not_around_it() {
        for (text, same) in [
            ("not (on_dnc and not is_valid)", "on_dnc = false or is_valid"),
            ("not (on_dnc and not (is_valid or has_revenue))", "on_dnc = false or (is_valid or has_revenue)"),
            (
                "not (on_dnc or not (is_valid and not has_revenue))",
                "on_dnc = false and (is_valid and has_revenue = false)",
            ),
        ] {
            assert_eq!(text.parse::<Filter>(), same.parse(), "{text}");
        }
    }
}
