//! The JSON form as a JSON Schema, for editors, forms and validators that are not this library.
//!
//! Whatever the schema says comes from the catalogue, which `check` applies too. What a keyword of JSON Schema cannot
//! say, it leaves to `check`: `grammar.md` has the list.

use serde_json::{Map, Value, json};

use super::document::AUDIENCE_KEYS;
use crate::audience::{Audience, Status};
use crate::catalogue::{
    CONDITION_KEYS, CONDITION_TYPES, CUSTOM_PREFIX, ConditionType, FIELDS, FieldRow, GROUP_KEYS, JUNCTIONS, Key, Named,
    OPERATORS, OperandKind, Operator, SubjectKind, UNITS,
};
use crate::check::most_groups;
use crate::filter::Filter;
use crate::limits::Limits;
use crate::time;

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

impl Filter {
    /// The JSON form as a JSON Schema (draft 2020-12), which accepts what [`Filter::from_json`] does, in either
    /// [`Spelling`](crate::filter::Spelling), as far as JSON Schema can say it.
    ///
    /// It cannot say how deep groups nest, how many conditions there are in all, how many bytes a text has, that a key
    /// stands twice, or that a number written with a point or an exponent must be below 2^53.
    ///
    /// ```
    /// use headcount::Filter;
    ///
    /// let schema = Filter::json_schema();
    /// assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    /// assert_eq!(schema["$defs"]["unit"]["enum"], serde_json::json!(["days", "hours", "minutes"]));
    /// ```
    #[must_use]
    pub fn json_schema() -> Value {
        schema("A filter of an audience", "group", definitions())
    }
}

impl Audience {
    /// An audience as a JSON Schema (draft 2020-12), which accepts what [`Audience::from_json`] does, with the filter in
    /// it as [`Filter::json_schema`] has it.
    ///
    /// ```
    /// use headcount::Audience;
    ///
    /// let schema = Audience::json_schema();
    /// assert_eq!(schema["$defs"]["audience"]["required"], serde_json::json!(["filter"]));
    /// ```
    #[must_use]
    pub fn json_schema() -> Value {
        let mut definitions = definitions();
        definitions.insert("audience".to_owned(), audience());
        schema("An audience", "audience", definitions)
    }
}

fn schema(title: &str, root: &str, definitions: Map<String, Value>) -> Value {
    json!({"$schema": DIALECT, "title": title, "$ref": reference(root)["$ref"], "$defs": definitions})
}

fn reference(definition: &str) -> Value {
    json!({"$ref": format!("#/$defs/{definition}")})
}

fn definitions() -> Map<String, Value> {
    let mut definitions = values();
    definitions.insert("group".to_owned(), group());
    definitions.insert("condition".to_owned(), condition());
    for row in CONDITION_TYPES {
        definitions.insert(of_type(row.is), condition_of(row.is));
        for (kind, _) in subjects(row.is) {
            definitions.insert(of_kind(kind), asked(kind));
            for row in kind.rows() {
                definitions.insert(of_operand(row.operand), given(row.operand));
            }
        }
    }
    definitions
}

// The names of definitions: what a condition of a type says, what a kind may be asked, what an operator is given.

fn of_type(condition_type: ConditionType) -> String {
    format!("condition.{}", condition_type.name())
}

fn of_kind(kind: SubjectKind) -> String {
    format!("asked.{}", kind.name())
}

fn of_operand(kind: OperandKind) -> String {
    format!("given.{}", kind.name())
}

// Values.

/// The definitions of single values; what an operator takes is called as [`OperandKind`] calls it.
fn values() -> Map<String, Value> {
    let limits = Limits::default();
    // A text of more characters has more bytes too.
    let longest = limits.string_bytes;
    let number = || json!({"type": "number", "minimum": i64::MIN, "maximum": u64::MAX});
    let of_types = |types: Value| {
        let mut value = number();
        value["type"] = types;
        value["maxLength"] = longest.into();
        value
    };
    let array_of = |items: Value| json!({"type": "array", "minItems": 1, "maxItems": limits.values, "items": items});
    let list = json!({"type": "integer", "minimum": i64::MIN, "maximum": i64::MAX});
    let definitions = [
        ("flag", json!({"type": "boolean"})),
        ("text", json!({"type": "string", "maxLength": longest})),
        ("texts", array_of(reference("text"))),
        ("number", number()),
        ("whole_number", json!({"type": "integer", "minimum": 0, "maximum": u64::MAX})),
        ("literal", of_types(json!(["string", "number", "boolean"]))),
        ("literals", array_of(reference("literal"))),
        ("bound", of_types(json!(["string", "number"]))),
        ("instant", json!({"type": "string", "description": "an ISO 8601 date or time", "pattern": time::pattern()})),
        ("unit", json!({"enum": UNITS.iter().map(|row| row.name).collect::<Vec<_>>()})),
        ("list", list),
        ("lists", array_of(reference("list"))),
    ];
    definitions.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A null is no value.
fn absent() -> Value {
    json!({"type": "null"})
}

/// A null stands for a key that is absent.
fn optional(value: Value) -> Value {
    json!({"anyOf": [value, absent()]})
}

fn one_of_names(names: impl IntoIterator<Item = &'static str>) -> Value {
    json!({"enum": names.into_iter().collect::<Vec<_>>()})
}

fn all_names<T: Copy>(table: &'static [Named<T>]) -> Value {
    one_of_names(table.iter().flat_map(Named::names))
}

fn names_of(operators: impl IntoIterator<Item = Operator>) -> Value {
    one_of_names(operators.into_iter().flat_map(|operator| operator.names()))
}

// Keys, each in the spellings it has.

fn spellings(key: Key) -> Vec<&'static str> {
    let (_, response, request) = CONDITION_KEYS[key as usize];
    if response == request { vec![response] } else { vec![response, request] }
}

/// What the values of keys are where the keys stand.
fn values_of(keys: impl IntoIterator<Item = (Key, Value)>) -> Map<String, Value> {
    let spelled =
        |(key, value): (Key, Value)| spellings(key).into_iter().map(move |name| (name.to_owned(), value.clone()));
    keys.into_iter().flat_map(spelled).collect()
}

/// A key is there, and its value is this.
fn has(key: Key, value: &Value) -> Value {
    let mut each = spellings(key).into_iter().map(|name| json!({"properties": {name: value}, "required": [name]}));
    match (each.next(), each.next()) {
        (Some(first), Some(second)) => json!({"anyOf": [first, second]}),
        (first, _) => first.unwrap_or_default(),
    }
}

/// What follows where something holds.
fn implied((holds, then): (Value, Value)) -> Value {
    json!({"if": holds, "then": then})
}

// Groups and conditions.

fn group() -> Value {
    let limits = Limits::default();
    let members = |of: &str, most: usize| json!({"type": ["array", "null"], "maxItems": most, "items": reference(of)});
    let keys = GROUP_KEYS.iter().map(|key| {
        let value = match *key {
            "conditions" => members("condition", limits.conditions),
            "groups" => members("group", most_groups(&limits)),
            _ => all_names(JUNCTIONS),
        };
        ((*key).to_owned(), value)
    });
    let not_empty = |key: &str| json!({"properties": {key: {"type": "array", "minItems": 1}}, "required": [key]});
    json!({
        "description": "Conditions and groups of them, joined by AND or OR; at least one.",
        "type": "object",
        "properties": keys.collect::<Map<_, _>>(),
        "additionalProperties": false,
        "required": ["operator"],
        "anyOf": [not_empty("conditions"), not_empty("groups")],
    })
}

fn condition() -> Value {
    let keys = [
        (Key::ConditionType, all_names(CONDITION_TYPES)),
        (Key::Field, json!({"type": ["string", "null"]})),
        (Key::Operator, names_of(OPERATORS.iter().map(|row| row.named.is))),
        (
            Key::Value,
            json!({"description": "What is compared with; its type follows from the field and the operator."}),
        ),
        (Key::Unit, optional(reference("unit"))),
        (Key::ListId, optional(reference("list"))),
        (Key::ListIds, optional(reference("lists"))),
    ];
    let twice = CONDITION_KEYS.iter().map(|(key, ..)| spellings(*key)).filter(|names| names.len() > 1);
    let once = twice.map(|names| json!({"not": {"required": names}}));
    let each_type = CONDITION_TYPES
        .iter()
        .map(|row| (has(Key::ConditionType, &one_of_names(row.names())), reference(&of_type(row.is))));
    let rules = std::iter::once(has(Key::ConditionType, &json!(true))).chain(once).chain(each_type.map(implied));
    json!({
        "description": "A question about a field, or about which lists a contact is on.",
        "type": "object",
        "properties": values_of(keys),
        "additionalProperties": false,
        "required": spellings(Key::Operator),
        "allOf": rules.collect::<Vec<_>>(),
    })
}

/// What conditions of a type ask about, by what may be asked of it.
fn subjects(condition_type: ConditionType) -> Vec<(SubjectKind, Vec<&'static FieldRow>)> {
    match condition_type {
        ConditionType::CustomField => return vec![(SubjectKind::Custom, Vec::new())],
        ConditionType::List => return vec![(SubjectKind::List, Vec::new())],
        _ => {}
    }
    let mut subjects: Vec<(SubjectKind, Vec<&FieldRow>)> = Vec::new();
    for row in FIELDS.iter().filter(|row| row.types.contains(&condition_type)) {
        let kind = SubjectKind::Field(row.field);
        match subjects.iter_mut().find(|(other, _)| other.name() == kind.name()) {
            Some((_, rows)) => rows.push(row),
            None => subjects.push((kind, vec![row])),
        }
    }
    subjects
}

/// A condition of a type: its field, and what may be asked of that.
fn condition_of(condition_type: ConditionType) -> Value {
    let subjects = subjects(condition_type);
    let field = match condition_type {
        ConditionType::List => return reference(&of_kind(SubjectKind::List)),
        ConditionType::CustomField => json!({
            "description": format!("The key of a custom field; `{CUSTOM_PREFIX}` in front of it is dropped."),
            "type": "string",
            "minLength": 1,
            "maxLength": Limits::default().string_bytes + CUSTOM_PREFIX.len(),
            "not": {"const": CUSTOM_PREFIX},
        }),
        _ => {
            let rows = subjects.iter().flat_map(|(_, rows)| rows);
            let about: Vec<String> = rows.clone().map(|row| format!("`{}`: {}", row.name, row.about.trim())).collect();
            let mut field = one_of_names(rows.map(|row| row.name));
            field["description"] = about.join("\n").into();
            field
        }
    };
    let mut condition = json!({
        "properties": values_of([(Key::Field, field), (Key::ListIds, absent())]),
        "required": spellings(Key::Field),
    });
    match &subjects[..] {
        [(kind, _)] => condition["$ref"] = reference(&of_kind(*kind))["$ref"].take(),
        _ => {
            let each = subjects.iter().map(|(kind, rows)| {
                let names = one_of_names(rows.iter().map(|row| row.name));
                (has(Key::Field, &names), reference(&of_kind(*kind)))
            });
            condition["allOf"] = each.map(implied).collect();
        }
    }
    condition
}

/// What may be asked of a kind: an operator, and what that is given.
fn asked(kind: SubjectKind) -> Value {
    let each = kind.rows().iter().map(|row| {
        let names = names_of(row.operators.iter().copied());
        (has(Key::Operator, &names), reference(&of_operand(row.operand)))
    });
    let mut keys = vec![(Key::Operator, names_of(kind.operators()))];
    if kind == SubjectKind::List {
        keys.push((Key::Field, absent()));
    }
    json!({"properties": values_of(keys), "allOf": each.map(implied).collect::<Vec<_>>()})
}

/// The keys of a condition whose operator is given this.
fn given(kind: OperandKind) -> Value {
    let value = |value: Value, unit: Value, required: &[Key]| {
        json!({
            "description": kind.described(),
            "properties": values_of([(Key::Value, value), (Key::Unit, unit)]),
            "required": required.iter().flat_map(|key| spellings(*key)).collect::<Vec<_>>(),
        })
    };
    let plain = |name: &str| value(reference(name), absent(), &[Key::Value]);
    let span = || value(reference(OperandKind::WholeNumber.name()), reference("unit"), &[Key::Value, Key::Unit]);
    match kind {
        OperandKind::Nothing => value(absent(), absent(), &[]),
        OperandKind::Span => span(),
        OperandKind::Moment => json!({
            "if": {"properties": values_of([(Key::Value, json!({"type": "string"}))])},
            "then": plain("instant"),
            "else": span(),
        }),
        OperandKind::Lists => {
            let mut given = value(absent(), absent(), &[]);
            given["oneOf"] = json!([has(Key::ListId, &reference("list")), has(Key::ListIds, &reference("lists"))]);
            given
        }
        OperandKind::WholeNumber
        | OperandKind::Number
        | OperandKind::Flag
        | OperandKind::Text
        | OperandKind::Texts
        | OperandKind::Literal
        | OperandKind::OrderedLiteral
        | OperandKind::Literals => plain(kind.name()),
    }
}

/// An audience; keys that are not an audience's are ignored.
fn audience() -> Value {
    let keys = AUDIENCE_KEYS.iter().map(|key| {
        let value = match *key {
            "source_lists" => {
                json!({"type": ["array", "null"], "maxItems": Limits::default().values, "items": reference("list")})
            }
            "cached_size" => optional(reference(OperandKind::WholeNumber.name())),
            "cached_size_updated_at" | "created_at" => optional(reference("instant")),
            "status" => optional(one_of_names(Status::ALL.map(Status::as_str))),
            _ => json!({"type": ["string", "null"]}),
        };
        ((*key).to_owned(), value)
    });
    let mut keys: Map<String, Value> = keys.collect();
    keys.insert("filter".to_owned(), reference("group"));
    json!({"type": "object", "properties": keys, "required": ["filter"]})
}
