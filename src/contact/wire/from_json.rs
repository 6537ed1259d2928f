//! Records from JSON with everything that is wrong with them told at once: what a service answers a request with.
//!
//! The reader of files stops at the first problem of a record, and makes nothing but the record. What it refuses is read here
//! once more, as a tree: a request that is wrong may take longer than one that is right.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::draft::{Incomplete, ValueType};
use super::scalar::{FromScalar, mismatch};
use super::{CUSTOM_FIELD, Conventions, RecordDraft, RecordKey, StandsTwice, read_json};
use crate::catalogue::{Field, TextField};
use crate::check::escaped;
use crate::contact::sink::RecordSink;
use crate::contact::{Contact, Membership};
use crate::error::{Code, Errors, Kind, Lines, Place, Problems, Shape};
use crate::json::{invalid, place};
use crate::limits::Limits;
use crate::number::{NotANumber, Number};
use crate::value::MAX_DEPTH;

impl Contact {
    /// Reads one record, of either shape, with the default [`Limits`]; serde's traits read the same records.
    ///
    /// ```
    /// use headcount::{Contact, error::Code};
    ///
    /// let source = r#"{"phone_number": 14155559876, "list_id": 101, "click_count": -1, "last_sent_at": "yesterday"}"#;
    /// let errors = Contact::from_json(source).unwrap_err();
    /// let codes: Vec<Code> = errors.iter().map(|problem| problem.code()).collect();
    /// assert_eq!(codes, [Code::WrongType, Code::InvalidValue, Code::InvalidValue]);
    /// assert_eq!(
    ///     errors.first().to_string(),
    ///     "wrong_type at 1:18 (/phone_number): key `phone_number`: expected a string, found a number"
    /// );
    /// ```
    ///
    /// # Errors
    ///
    /// Every problem there is, each with its JSON pointer, line and column:
    ///
    /// - `{"click_count": 3}` — `missing_key`: there is no phone number.
    /// - `{"phone_number": "+1", "phone": "+2"}` — `duplicate_key`.
    /// - `{"phone_number": "+1", "lists": [], "click_count": 3}` — `unknown_key`: counts stand in the memberships.
    /// - `{"contacts": []}` — `missing_key`: a page is no record.
    pub fn from_json(source: &str) -> Result<Self, Errors> {
        Self::from_json_within(source, &Limits::default())
    }

    /// Reads one record with limits of the caller's: on the bytes of the source and of each string, on the elements of an
    /// array and the custom fields of a membership ([`Limits::values`]), and on how many problems are described.
    ///
    /// # Errors
    ///
    /// As [`Contact::from_json`], and a code of its own for each limit.
    pub fn from_json_within(source: &str, limits: &Limits) -> Result<Self, Errors> {
        if source.len() > limits.source_bytes {
            let reason = format!("a record may have {} bytes, and this one has more", limits.source_bytes);
            return Err(Kind::Record { code: Code::FilterTooLarge, key: None, reason }.into());
        }
        // Nothing in so short a source is longer than a limit allows.
        if source.len() <= limits.string_bytes.min(limits.values)
            && let Ok((contact, _)) = read_json(source.as_bytes(), Conventions::PLAIN)
        {
            return Ok(contact);
        }
        read_tree(source, limits)
    }
}

/// Reads a record as a tree, to find everything that is wrong with it.
fn read_tree(source: &str, limits: &Limits) -> Result<Contact, Errors> {
    let mut deserializer = serde_json::Deserializer::from_str(source);
    let record = TreeSeed { depth: 0 }
        .deserialize(&mut deserializer)
        .and_then(|record| deserializer.end().map(|()| record))
        .map_err(|error| invalid(&Lines::new(source), 0, &error))?;
    let mut reader = Reader { limits, pointer: String::new(), problems: Problems::new(limits.problems) };
    let contact = reader.contact(record);
    match (reader.problems.into_errors(), contact) {
        (None, Some(contact)) => Ok(contact),
        (Some(errors), _) => Err(place(errors, &Lines::new(source), 0..source.len())),
        // A record that is missing was told as a problem.
        (None, None) => Err(record_problem(Code::MissingKey, None, Incomplete::NoPhoneNumber.to_string()).into()),
    }
}

fn record_problem(code: Code, key: Option<&str>, reason: String) -> Kind {
    Kind::Record { code, key: key.map(str::to_owned), reason }
}

/// JSON as it stands there: keys in their order, and as often as they are written.
enum Tree {
    Null,
    Bool(bool),
    /// `None` is a number that cannot be held exactly.
    Number(Option<Number>),
    Text(String),
    Array(Vec<Tree>),
    Object(Vec<(String, Tree)>),
    /// An array or an object that is nested deeper than values of custom fields may be.
    TooDeep,
}

impl Tree {
    fn shape(&self) -> Shape {
        match self {
            Self::Null => Shape::Null,
            Self::Bool(_) => Shape::Boolean,
            Self::Number(_) => Shape::Number,
            Self::Text(_) => Shape::String,
            Self::Array(_) => Shape::Array,
            Self::Object(_) | Self::TooDeep => Shape::Object,
        }
    }
}

/// How deep a record nests around the values of custom fields: the record, `lists`, a membership, `custom_fields`.
const AROUND_VALUES: usize = 4;

#[derive(Clone, Copy)]
struct TreeSeed {
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for TreeSeed {
    type Value = Tree;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for TreeSeed {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Tree, E> {
        Ok(Tree::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Tree, E> {
        Ok(Tree::Number(Some(number.into())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Tree, E> {
        Ok(Tree::Number(Some(number.into())))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Tree, E> {
        Ok(Tree::Number(Number::from_f64(number)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree, A::Error> {
        if self.depth == MAX_DEPTH + AROUND_VALUES {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Tree::TooDeep);
        }
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element_seed(Self { depth: self.depth + 1 })? {
            elements.push(element);
        }
        Ok(Tree::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        if self.depth == MAX_DEPTH + AROUND_VALUES {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(Tree::TooDeep);
        }
        let mut members = Vec::new();
        while let Some(key) = map.next_key()? {
            members.push((key, map.next_value_seed(Self { depth: self.depth + 1 })?));
        }
        Ok(Tree::Object(members))
    }
}

struct Reader<'l> {
    limits: &'l Limits,
    /// Where the value in hand stands.
    pointer: String,
    problems: Problems,
}

impl Reader<'_> {
    #[cold]
    fn report(&mut self, code: Code, key: Option<&str>, reason: impl fmt::Display) {
        let pointer = &self.pointer;
        self.problems.add(|| record_problem(code, key, reason.to_string()), || Place::pointer(pointer.clone()));
    }

    /// Does something one step further down.
    fn at<T>(&mut self, step: impl fmt::Display, then: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(&escaped(&step.to_string()));
        let done = then(self);
        self.pointer.truncate(length);
        done
    }

    fn contact(&mut self, record: Tree) -> Option<Contact> {
        let Tree::Object(members) = record else {
            self.report(Code::WrongType, None, mismatch("an object", record.shape()));
            return None;
        };
        let before = self.problems.count();
        let mut draft = RecordDraft::default();
        let mut has_phone_key = false;
        for (name, value) in members {
            has_phone_key |= is_phone_number(&name) && !matches!(value, Tree::Null);
            self.member(&mut draft, &name, value, true);
        }
        let is_right = self.problems.count() == before;
        match draft.finish(&[]) {
            Ok(contact) => is_right.then_some(contact),
            // What is wrong with the one that is there was told.
            Err(Incomplete::NoPhoneNumber) if has_phone_key => None,
            Err(incomplete @ Incomplete::NoPhoneNumber) => {
                self.report(Code::MissingKey, None, incomplete);
                None
            }
            Err(incomplete @ (Incomplete::EmptyPhoneNumber { key } | Incomplete::Contradicts { key, .. })) => {
                self.at(key, |reader| reader.report(Code::InvalidValue, Some(key), incomplete));
                None
            }
            Err(incomplete @ Incomplete::BesideLists { key }) => {
                self.at(key, |reader| reader.report(Code::UnknownKey, Some(key), incomplete));
                None
            }
        }
    }

    /// A member of a record or of a membership; `outer`: of a record, which says what its contact is.
    fn member(&mut self, draft: &mut RecordDraft<'_>, name: &str, value: Tree, outer: bool) {
        let found = RecordKey::from_name(name);
        if found.is_some_and(|(key, _)| key.is_of_the_contact() && !outer) {
            return;
        }
        if found.is_none() && !self.is_key_bounded(name) {
            return;
        }
        self.at(name, |reader| match (found, name.strip_prefix(CUSTOM_FIELD)) {
            (Some((key, name)), _) => match draft.note(key, name) {
                Ok(()) => reader.known(draft, key, name, value),
                Err(repeated) => reader.report(Code::DuplicateKey, Some(name), repeated),
            },
            (None, Some(key)) => {
                let is_repeated = draft.has_custom_field(key);
                if let Some(value) = reader.custom_value(value) {
                    if is_repeated {
                        reader.report(Code::DuplicateKey, Some(RecordKey::CUSTOM_FIELDS), StandsTwice(key));
                    }
                    let Ok(()) = draft.custom_field(key, std::borrow::Cow::Owned(value));
                } else if is_repeated {
                    reader.report(Code::DuplicateKey, Some(RecordKey::CUSTOM_FIELDS), StandsTwice(key));
                }
            }
            (None, None) => {}
        });
    }

    /// The value of a known key.
    fn known(&mut self, draft: &mut RecordDraft<'_>, key: RecordKey, name: &str, value: Tree) {
        /// Tells the draft the value, unless it is null or wrong.
        macro_rules! tell {
            ($type:ty, $value:ident => $tell:expr) => {
                if let Some($value) = self.scalar::<$type>(name, value) {
                    let Ok(()) = $tell;
                }
            };
        }
        match key {
            RecordKey::Field(Field::Text(field)) => tell!(String, text => draft.text(field, text.into())),
            RecordKey::Field(Field::Flag(field)) => tell!(bool, flag => draft.flag(field, flag)),
            RecordKey::Field(Field::Count(field)) => tell!(u64, count => draft.count(field, count)),
            RecordKey::Field(Field::Amount(field)) => tell!(Number, amount => draft.amount(field, amount)),
            RecordKey::Field(Field::Time(field)) => tell!(_, instant => draft.time(field, instant)),
            RecordKey::ListId => tell!(i64, list => draft.list_id(list)),
            RecordKey::Active => tell!(bool, active => draft.active(active)),
            RecordKey::CustomFields => self.custom_fields(draft, name, value),
            RecordKey::Lists => {
                let memberships = self.lists(name, value);
                draft.lists(memberships);
            }
        }
    }

    fn scalar<T: FromScalar>(&mut self, name: &str, value: Tree) -> Option<T> {
        let shape = value.shape();
        let made = match value {
            Tree::Null => return None,
            Tree::Bool(flag) => T::from_bool(flag),
            Tree::Number(number) => T::from_number(number, None),
            Tree::Text(text) => {
                self.bound(&text);
                T::from_text(&text, None)
            }
            Tree::Array(_) | Tree::Object(_) | Tree::TooDeep => Err(mismatch(T::TYPE.expected(), shape)),
        };
        let code = if shape == T::TYPE.shape() { Code::InvalidValue } else { Code::WrongType };
        made.map_err(|reason| self.report(code, Some(name), reason)).ok()
    }

    /// Holds a string to its limit.
    fn bound(&mut self, text: &str) {
        let limit = self.limits.string_bytes;
        if text.len() > limit {
            let Self { problems, pointer, .. } = self;
            problems.add(|| Kind::StringTooLong { limit }, || Place::pointer(pointer.clone()));
        }
    }

    /// Holds a key to the limit of strings, before it becomes part of any pointer.
    fn is_key_bounded(&mut self, key: &str) -> bool {
        self.bound(key);
        key.len() <= self.limits.string_bytes
    }

    /// Holds the members of an array or an object to their limit; whether they keep it.
    fn is_bounded(&mut self, key: &str, count: usize) -> bool {
        let limit = self.limits.values;
        if count > limit {
            self.report(Code::TooManyValues, Some(key), format_args!("more than {limit} values stand here"));
        }
        count <= limit
    }

    fn lists(&mut self, name: &str, value: Tree) -> Vec<Membership> {
        let elements = match value {
            Tree::Null => return Vec::new(),
            Tree::Array(elements) if self.is_bounded(name, elements.len()) => elements,
            Tree::Array(_) => return Vec::new(),
            other => {
                self.report(Code::WrongType, Some(name), mismatch(ValueType::Lists.expected(), other.shape()));
                return Vec::new();
            }
        };
        let membership = |(at, element)| self.at(at, |reader| reader.membership(element));
        elements.into_iter().enumerate().map(membership).collect()
    }

    fn membership(&mut self, value: Tree) -> Membership {
        let mut draft = RecordDraft::default();
        match value {
            Tree::Object(members) => {
                members.into_iter().for_each(|(name, value)| self.member(&mut draft, &name, value, false));
            }
            other => self.report(Code::WrongType, Some("lists"), mismatch("an object", other.shape())),
        }
        // OK because there is no folder that could say something else.
        draft.into_membership(&[]).unwrap_or_default()
    }

    fn custom_fields(&mut self, draft: &mut RecordDraft<'_>, name: &str, value: Tree) {
        let members = match value {
            Tree::Null => return,
            Tree::Object(members) if self.is_bounded(name, members.len()) => members,
            Tree::Object(_) => return,
            other => {
                self.report(Code::WrongType, Some(name), mismatch(ValueType::CustomFields.expected(), other.shape()));
                return;
            }
        };
        let mut fields = std::collections::BTreeMap::new();
        let mut seen = BTreeSet::new();
        for (key, value) in members {
            if !self.is_key_bounded(&key) {
                continue;
            }
            self.at(&key, |reader| {
                if !seen.insert(key.clone()) || draft.has_custom_field(&key) {
                    reader.report(Code::DuplicateKey, Some(name), StandsTwice(&key));
                }
                if let Some(value) = reader.custom_value(value) {
                    fields.insert(key.clone(), value);
                }
            });
        }
        fields.retain(|key, _| !draft.has_custom_field(key));
        // OK because none of them is there already.
        let _ = draft.custom_fields(fields);
    }

    /// The value of a custom field; a null is none.
    fn custom_value(&mut self, value: Tree) -> Option<crate::value::Value> {
        self.nested(value, 0)
    }

    fn nested(&mut self, value: Tree, depth: usize) -> Option<crate::value::Value> {
        use crate::value::Value;
        if depth == MAX_DEPTH && matches!(value, Tree::Array(_) | Tree::Object(_)) || matches!(value, Tree::TooDeep) {
            let reason = format_args!("arrays and objects nest deeper than {MAX_DEPTH} levels");
            self.report(Code::FilterTooDeep, Some(RecordKey::CUSTOM_FIELDS), reason);
            return None;
        }
        match value {
            Tree::Null | Tree::TooDeep => None,
            Tree::Bool(flag) => Some(Value::Bool(flag)),
            Tree::Number(Some(number)) => Some(Value::Number(number)),
            Tree::Number(None) => {
                self.report(Code::InvalidValue, Some(RecordKey::CUSTOM_FIELDS), NotANumber::Range);
                None
            }
            Tree::Text(text) => {
                self.bound(&text);
                Some(Value::Text(text))
            }
            Tree::Array(elements) => {
                self.is_bounded(RecordKey::CUSTOM_FIELDS, elements.len());
                let element = |(at, element)| self.at(at, |reader| reader.nested(element, depth + 1));
                Some(Value::Array(elements.into_iter().enumerate().map(element).collect()))
            }
            Tree::Object(members) => {
                self.is_bounded(RecordKey::CUSTOM_FIELDS, members.len());
                let member = |(key, value): (String, Tree)| {
                    if !self.is_key_bounded(&key) {
                        return (key, None);
                    }
                    let value = self.at(&key, |reader| reader.nested(value, depth + 1));
                    (key, value)
                };
                Some(Value::Object(members.into_iter().map(member).collect()))
            }
        }
    }
}

fn is_phone_number(name: &str) -> bool {
    RecordKey::from_name(name).is_some_and(|(key, _)| key == RecordKey::Field(Field::Text(TextField::PhoneNumber)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn told(source: &str, limits: &Limits, expected: &[&str]) {
        let errors = Contact::from_json_within(source, limits).unwrap_err();
        assert_eq!(errors.to_string().lines().collect::<Vec<_>>(), expected, "{source}");
    }

    #[track_caller]
    fn problems(source: &str, expected: &[&str]) {
        told(source, &Limits::default(), expected);
    }

    #[test]
    fn every_problem_of_a_record_is_told() {
        problems(
            r#"{"phone": 1, "carrier": true, "click_count": 1.5, "list_id": "7", "signup_date": "soon", "active": 1}"#,
            &[
                "wrong_type at 1:11 (/phone): key `phone`: expected a string, found a number",
                "wrong_type at 1:25 (/carrier): key `carrier`: expected a string, found a boolean",
                "invalid_value at 1:46 (/click_count): key `click_count`: expected a whole number from 0, found 1.5",
                "wrong_type at 1:62 (/list_id): key `list_id`: expected a whole number, found a string",
                "invalid_value at 1:82 (/signup_date): key `signup_date`: expected an ISO 8601 date or time such as \
                 2025-10-16T08:30:00Z, found `soon`",
                "wrong_type at 1:100 (/active): key `active`: expected a boolean, found a number",
            ],
        );
        problems(
            r#"{"phone_number": "", "lists": [{"send_count": []}, 3, {"custom_fields": {"a": 1e300, "a": 2}}]}"#,
            &[
                "invalid_value at 1:18 (/phone_number): key `phone_number`: a record needs a `phone_number`, and this one is empty",
                "wrong_type at 1:47 (/lists/0/send_count): key `send_count`: expected a whole number from 0, found an array",
                "wrong_type at 1:52 (/lists/1): key `lists`: expected an object, found a number",
                "invalid_value at 1:79 (/lists/2/custom_fields/a): key `custom_fields`: beyond the numbers that can be compared \
                 exactly: 64-bit whole numbers, fractions below 2^53",
                "duplicate_key at 1:86 (/lists/2/custom_fields/a): key `custom_fields`: `a` stands here twice",
            ],
        );
    }

    #[test]
    fn what_is_no_record() {
        problems("[]", &["wrong_type at 1:1: expected an object, found an array"]);
        problems(r#"{"contacts": []}"#, &["missing_key at 1:1: a record needs a `phone_number`"]);
        problems(r#"{"phone_number": null}"#, &["missing_key at 1:1: a record needs a `phone_number`"]);
        problems(r#"{"phone_number": "+1""#, &["invalid_json at 1:21: not valid JSON: EOF while parsing an object"]);
        problems(
            r#"{"phone_number": "+1", "phone": "+1"}"#,
            &["duplicate_key at 1:24 (/phone): key `phone`: stands here beside `phone_number`, and only one may"],
        );
        problems(
            r#"{"phone_number": "+1", "lists": [], "click_count": 3}"#,
            &[
                "unknown_key at 1:37 (/click_count): key `click_count`: cannot stand beside `lists`, which holds the memberships",
            ],
        );
    }

    #[test]
    fn a_record_is_held_to_limits() {
        let limits = Limits { string_bytes: 8, values: 2, source_bytes: 90, ..Limits::default() };
        told(
            r#"{"phone_number": "+123456789"}"#,
            &limits,
            &["string_too_long at 1:18 (/phone_number): a string is longer than 8 bytes"],
        );
        told(
            r#"{"phone_number": "+1", "lists": [{}, {}, {}]}"#,
            &limits,
            &["too_many_values at 1:33 (/lists): key `lists`: more than 2 values stand here"],
        );
        told(
            r#"{"phone_number": "+1", "custom_fields": {"a": [1, 2, 3], "b": 1}}"#,
            &limits,
            &["too_many_values at 1:47 (/custom_fields/a): key `custom_fields`: more than 2 values stand here"],
        );
        told(
            r#"{"phone_number": "+1", "custom_fields": {"a_long_key": [1e300]}}"#,
            &limits,
            &["string_too_long at 1:41 (/custom_fields): a string is longer than 8 bytes"],
        );
        let long = format!(r#"{{"phone_number": "+1", "x": "{}"}}"#, "x".repeat(90));
        told(&long, &limits, &["filter_too_large: a record may have 90 bytes, and this one has more"]);
        let deep =
            format!(r#"{{"phone_number": "+1", "custom_fields": {{"a": {}{}}}}}"#, "[".repeat(65), "]".repeat(65));
        let errors = Contact::from_json(&deep).unwrap_err();
        assert_eq!(errors.first().code(), Code::FilterTooDeep);
    }

    /// JSON that is nearly a record.
    fn sources() -> impl Strategy<Value = String> {
        let names = prop::sample::select(vec![
            "phone_number",
            "phone",
            "list_id",
            "active",
            "click_count",
            "avg_revenue",
            "signup_date",
            "on_dnc",
            "lists",
            "custom_fields",
            "custom_fields.a",
            "other",
        ]);
        let values = prop::sample::select(vec![
            "null",
            "true",
            "3",
            "-1",
            "0.5",
            "1e300",
            "18446744073709551615",
            r#""+1""#,
            r#""""#,
            r#""2025-11-01""#,
            "[]",
            "[{}]",
            "{}",
            r#"{"a": 1}"#,
            r#"{"a": null, "a": [null, {"b": 1e300}]}"#,
            "[3]",
            r#"[{"click_count": 1, "click_count": 2}]"#,
            r#"[{"phone_number": 3, "list_id": 7}]"#,
        ]);
        let member = (names, values).prop_map(|(name, value)| format!(r#""{name}": {value}"#));
        prop::collection::vec(member, 0..5).prop_map(|members| format!("{{{}}}", members.join(", ")))
    }

    proptest! {
        /// Whether a record is one, and which, is the same for the reader that stops at the first problem.
        #[test]
        fn both_readers_agree(source in sources()) {
            let slow = read_tree(&source, &Limits::default());
            let fast = read_json(source.as_bytes(), Conventions::PLAIN).map(|(contact, _)| contact);
            match (fast, slow) {
                (Ok(fast), Ok(slow)) => prop_assert_eq!(fast, slow),
                (Err(_), Err(_)) => {}
                (Ok(_), Err(errors)) => prop_assert!(false, "{}: {}", source, errors),
                (Err(fault), Ok(_)) => prop_assert!(false, "{}: {}", source, fault.reason),
            }
        }
    }
}
