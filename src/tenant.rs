//! What there is to ask for besides the fields that everybody has: the custom fields and the lists of one tenant.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use crate::audience::Audience;
use crate::catalogue::CUSTOM_PREFIX;
use crate::error::{Errors, Kind, Place, Problems, nearest};
use crate::filter::{Condition, CustomTest, Filter, Literal, OptionalField, Predicate};
use crate::limits::Limits;
use crate::number::Number;
use crate::value::Value;

/// What a value of a custom field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ValueKind {
    /// True or false.
    Boolean,
    /// A number.
    Number,
    /// A text; a time too.
    Text,
    /// Several values.
    Array,
    /// An object.
    Object,
}

impl ValueKind {
    /// What a value is.
    #[must_use]
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Bool(_) => Self::Boolean,
            Value::Number(_) => Self::Number,
            Value::Text(_) => Self::Text,
            Value::Array(_) => Self::Array,
            Value::Object(_) => Self::Object,
        }
    }
}

impl fmt::Display for ValueKind {
    /// In the plural.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Boolean => "booleans",
            Self::Number => "numbers",
            Self::Text => "texts",
            Self::Array => "arrays",
            Self::Object => "objects",
        })
    }
}

/// The custom fields and the lists that there are to ask for: what else a filter asks for is a mistake.
///
/// ```
/// use headcount::{EvalContext, Filter, Limits, filter::{ValueKind, Vocabulary}};
///
/// let vocabulary = Vocabulary {
///     custom: [("state".to_owned(), [ValueKind::Text].into())].into(),
///     lists: [101, 102].into(),
/// };
/// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
/// let source = "custom.sttate = 'CA' or list = 103 or custom.state = 'TX'";
/// let errors = Filter::check_against(source, &vocabulary, &Limits::default(), &cx).unwrap_err();
/// assert_eq!(errors.to_string(), "\
/// unknown_field at 1:1: unknown field `custom_fields.sttate`, did you mean `custom_fields.state`?
/// invalid_value at 1:25: unknown list `103`, did you mean `101`?");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vocabulary {
    /// The keys of custom fields, without `custom_fields.`, and what their values are; none is anything.
    pub custom: BTreeMap<String, BTreeSet<ValueKind>>,
    /// The lists.
    pub lists: BTreeSet<i64>,
}

impl Vocabulary {
    /// Checks what a filter asks for.
    ///
    /// # Errors
    ///
    /// Each with the pointer of the condition, or of its field, in the JSON form of the filter:
    ///
    /// - `unknown_field`: a custom field that there is not.
    /// - `invalid_value`: a list that there is not; or a comparison that no value of the kinds that a custom field has can pass.
    pub fn check(&self, filter: &Filter) -> Result<(), Errors> {
        let problems = self.problems(filter, &Limits::default());
        problems.into_errors().map_or(Ok(()), Err)
    }

    /// Checks what an audience asks for: its filter, and its source lists.
    ///
    /// # Errors
    ///
    /// As [`Vocabulary::check`], with pointers in the JSON form of the audience.
    pub fn check_audience(&self, audience: &Audience) -> Result<(), Errors> {
        let mut problems = Problems::new(Limits::default().problems);
        let mut names = NearestNames::new(self);
        for (at, list) in audience.source_lists.iter().enumerate().filter(|(_, list)| !self.lists.contains(list)) {
            let nearest = names.list(*list);
            problems
                .add(|| Kind::UnknownList { list: *list, nearest }, || Place::pointer(format!("/source_lists/{at}")));
        }
        let of_filter = self.problems(&audience.filter, &Limits::default()).into_errors();
        if let Some(errors) = of_filter {
            let inside = |problem: &mut crate::error::Problem| {
                let pointer = problem.place().pointer.clone().unwrap_or_default();
                problem.place_mut().pointer = Some(format!("/filter{pointer}"));
            };
            problems.extend(errors.placed(inside).into_problems());
        }
        problems.into_errors().map_or(Ok(()), Err)
    }

    /// What a filter asks for that there is not, by pointers.
    pub(crate) fn problems(&self, filter: &Filter, limits: &Limits) -> Problems {
        let mut problems = Problems::new(limits.problems);
        let mut names = NearestNames::new(self);
        for (pointer, condition) in filter.conditions() {
            let at = |further: &str| Place::pointer(format!("{pointer}{further}"));
            let asked = condition.list();
            let lists = match condition.predicate() {
                Predicate::OnList(lists) => lists.as_slice(),
                _ => asked.as_slice(),
            };
            for list in lists.iter().filter(|list| !self.lists.contains(list)) {
                let nearest = names.list(*list);
                problems.add(|| Kind::UnknownList { list: *list, nearest }, || at(""));
            }
            let (Predicate::Custom(key, _) | Predicate::Exists(OptionalField::Custom(key))) = condition.predicate()
            else {
                continue;
            };
            match self.custom.get(key.as_str()) {
                None => {
                    let nearest = names.custom(key.as_str()).map(|key| format!("{CUSTOM_PREFIX}{key}"));
                    let found = format!("{CUSTOM_PREFIX}{}", key.as_str());
                    problems.add(|| Kind::UnknownField { found, of: None, nearest }, || at("/field"));
                }
                Some(kinds) if !may_hold(condition, kinds) => {
                    let holds = kinds.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                    problems.add(|| Kind::Unfit { condition: condition.to_string(), holds }, || at(""));
                }
                Some(_) => {}
            }
        }
        problems
    }
}

/// Whether any value of some kinds can pass the test of a custom field, negated or not.
fn may_hold(condition: &Condition, kinds: &BTreeSet<ValueKind>) -> bool {
    let Predicate::Custom(_, test) = condition.predicate() else { return true };
    let any = |wanted: &[ValueKind]| wanted.iter().any(|kind| kinds.contains(kind));
    kinds.is_empty()
        // What an array holds may be anything.
        || any(&[ValueKind::Array])
        || match test {
            CustomTest::Eq(literal) => any(equal_kinds(literal)),
            CustomTest::In(literals) => literals.as_slice().iter().any(|literal| any(equal_kinds(literal))),
            // Booleans have no order.
            CustomTest::Order(_, literal) => match Literal::from(literal.clone()) {
                Literal::Text(text) if Number::from_text(&text).is_none() => any(&[ValueKind::Text]),
                _ => any(&[ValueKind::Number, ValueKind::Text]),
            },
            CustomTest::Has(..) | CustomTest::Time(_) => any(&[ValueKind::Text]),
        }
}

/// The kinds of which a value may equal a literal: a text that is a number is one, and a boolean may be written as a text.
fn equal_kinds(literal: &Literal) -> &'static [ValueKind] {
    match literal {
        Literal::Number(_) => &[ValueKind::Number, ValueKind::Text],
        Literal::Bool(_) => &[ValueKind::Boolean, ValueKind::Text],
        Literal::Text(text) if Number::from_text(text).is_some() => &[ValueKind::Number, ValueKind::Text],
        Literal::Text(text) if ["true", "false"].iter().any(|flag| text.eq_ignore_ascii_case(flag)) => {
            &[ValueKind::Boolean, ValueKind::Text]
        }
        Literal::Text(_) => &[ValueKind::Text],
    }
}

/// The nearest names to unknown ones, each looked for once, and no more of them than are read.
struct NearestNames<'v> {
    vocabulary: &'v Vocabulary,
    lists: Vec<String>,
    found: HashMap<String, Option<String>>,
}

impl<'v> NearestNames<'v> {
    /// Every search looks at every name: past so many, unknown names are told without a suggestion.
    const MOST: usize = 20;

    fn new(vocabulary: &'v Vocabulary) -> Self {
        Self { vocabulary, lists: Vec::new(), found: HashMap::new() }
    }

    fn search<'n>(&mut self, name: String, among: impl Iterator<Item = &'n str>) -> Option<String> {
        if let Some(found) = self.found.get(&name) {
            return found.clone();
        }
        if self.found.len() == Self::MOST {
            return None;
        }
        let found = nearest(&name, among).map(str::to_owned);
        self.found.insert(name, found.clone());
        found
    }

    fn custom(&mut self, key: &str) -> Option<String> {
        let vocabulary = self.vocabulary;
        self.search(key.to_owned(), vocabulary.custom.keys().map(String::as_str))
    }

    fn list(&mut self, list: i64) -> Option<String> {
        if self.lists.is_empty() {
            self.lists = self.vocabulary.lists.iter().map(ToString::to_string).collect();
        }
        let lists = std::mem::take(&mut self.lists);
        let found = self.search(list.to_string(), lists.iter().map(String::as_str));
        self.lists = lists;
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary() -> Vocabulary {
        let custom = [
            ("state", &[ValueKind::Text][..]),
            ("ltv", &[ValueKind::Number]),
            ("is_member", &[ValueKind::Boolean]),
            ("tags", &[ValueKind::Array]),
            ("any", &[]),
        ];
        let kinds = |kinds: &[ValueKind]| kinds.iter().copied().collect();
        Vocabulary {
            custom: custom.into_iter().map(|(key, of)| (key.to_owned(), kinds(of))).collect(),
            lists: [101, 102].into(),
        }
    }

    #[track_caller]
    fn told(filter: &str, expected: &[&str]) {
        let errors = vocabulary().check(&filter.parse().unwrap()).err();
        let found: Vec<String> = errors.iter().flatten().map(ToString::to_string).collect();
        assert_eq!(found, expected, "{filter}");
    }

    #[test]
    fn what_there_is() {
        for filter in [
            "custom.state = 'CA' and custom.state within 3 days and custom.state contains 'C' and custom.state > 3",
            "custom.ltv > 3 or custom.ltv = '3' or custom.ltv in ['x', 3] or custom.ltv exists",
            "custom.is_member = true or custom.is_member = 'TRUE'",
            "custom.tags contains 'a' and custom.tags > 3",
            "custom.any within 3 days",
            "list in [101, 102] and click_count@101 > 3",
        ] {
            told(filter, &[]);
        }
    }

    #[test]
    fn what_there_is_not() {
        told(
            "custom.stat exists",
            &[
                "unknown_field at /conditions/0/field: unknown field `custom_fields.stat`, did you mean `custom_fields.state`?",
            ],
        );
        told("custom.xyz = 1", &["unknown_field at /conditions/0/field: unknown field `custom_fields.xyz`"]);
        told("list in [101, 109]", &["invalid_value at /conditions/0: unknown list `109`, did you mean `101`?"]);
        told(
            "has_revenue and (click_count@5 > 3 or on_dnc)",
            &["invalid_value at /groups/0/conditions/0: unknown list `5`"],
        );
    }

    #[test]
    fn what_no_value_of_the_kind_can_pass() {
        let unfit = |condition: &str, holds: &str| {
            vec![format!("invalid_value at /conditions/0: `{condition}` fits no value: the field holds {holds}")]
        };
        for (filter, written, holds) in [
            ("custom.ltv contains '3'", r#"custom_fields.ltv contains "3""#, "numbers"),
            ("custom.ltv = 'gold'", r#"custom_fields.ltv = "gold""#, "numbers"),
            ("custom.ltv != 'gold'", r#"custom_fields.ltv != "gold""#, "numbers"),
            ("custom.is_member > 3", "custom_fields.is_member > 3", "booleans"),
            ("custom.is_member within 3 days", "custom_fields.is_member within 3 days", "booleans"),
        ] {
            let expected = unfit(written, holds);
            told(filter, &expected.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }

    #[test]
    fn of_an_audience_source_lists_are_checked_too() {
        let audience = Audience { source_lists: vec![101, 7], ..Audience::of("custom.x = 1".parse().unwrap()) };
        let errors = vocabulary().check_audience(&audience).unwrap_err();
        let pointers: Vec<_> = errors.iter().map(|problem| problem.place().pointer.as_deref()).collect();
        assert_eq!(pointers, [Some("/source_lists/1"), Some("/filter/conditions/0/field")]);
    }
}
