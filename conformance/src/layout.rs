//! Where things are: the schemas that engines are asked in, and populations as such a schema can hold them.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use headcount::sql::{
    CustomColumn, CustomFields, CustomJson, CustomMap, CustomRows, CustomType, Dialect, MapValues, SqlSchema,
    TableName, ddl,
};
use headcount::{
    Population, Value,
    filter::{
        AmountField, CountField, Field, FlagField, Group, OptionalField, Predicate, TextField, TimeField, parse_time,
    },
};

use crate::question::Questions;

/// Where custom fields are, and contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// The default schema.
    Rows,
    /// One column of JSON.
    Json,
    /// A map to texts.
    Map,
    /// A map to JSON.
    MapJson,
    /// A column each.
    Columns,
    /// Contacts in a table of their own, and nothing called what it is by default.
    Joined,
    /// The same tables, in which everything is called what a statement calls something of its own.
    Ours,
    /// One column of JSON, and such names.
    OursJson,
    /// One column of JSON, a map to texts, a column each, and in front of them a view of their values.
    JsonView,
    MapView,
    ColumnsView,
    /// The Parquet of `headcount import`, where it lies.
    Parquet,
}

/// How many columns there are of each type, in the layout that has columns.
const SLOTS: usize = 4;

/// What a statement calls tables and columns of its own.
const OURS: [&str; 32] = [
    "m",
    "c",
    "o",
    "v",
    "q",
    "a",
    "id",
    "size",
    "size_1",
    "l1",
    "v1",
    "a1",
    "m.phone_number",
    "c.carrier",
    "v.text",
    "pair",
    "key",
    "value",
    "element",
    "written",
    "alone",
    "parsed",
    "time",
    "text",
    "number",
    "flag",
    "instant",
    "by_contact",
    "by_membership",
    "custom_values",
    "phone_number",
    "two\nlines",
];

/// What is in every name that is not the default one: all that a dialect quotes, or ends a text or a comment with, as far as
/// it may be in a name.
fn hostile(dialect: Dialect) -> &'static str {
    if dialect == Dialect::BigQuery { " '--é" } else { " \"`'\\;--/* .$1?{}é" }
}

impl Layout {
    pub(crate) const ALL: [Self; 12] = [
        Self::Rows,
        Self::Json,
        Self::Map,
        Self::MapJson,
        Self::Columns,
        Self::Joined,
        Self::Ours,
        Self::OursJson,
        Self::JsonView,
        Self::MapView,
        Self::ColumnsView,
        Self::Parquet,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rows => "rows",
            Self::Json => "json",
            Self::Map => "map",
            Self::MapJson => "map-json",
            Self::Columns => "columns",
            Self::Joined => "joined",
            Self::Ours => "ours",
            Self::OursJson => "ours-json",
            Self::JsonView => "json-view",
            Self::MapView => "map-view",
            Self::ColumnsView => "columns-view",
            Self::Parquet => "parquet",
        }
    }

    /// Whether an engine is asked in the layout.
    pub(crate) fn is_of(self, dialect: Dialect) -> bool {
        match self {
            Self::Parquet => dialect == Dialect::DuckDb,
            // There, custom fields in JSON are refused one by one.
            Self::JsonView => dialect != Dialect::DataFusion && holds(dialect, CustomType::Json),
            Self::Json | Self::MapJson | Self::OursJson => holds(dialect, CustomType::Json),
            // Of a file, there is no DDL that would make a view of it.
            Self::MapView => !matches!(dialect, Dialect::DataFusion | Dialect::Redshift),
            Self::Map => dialect != Dialect::Redshift,
            Self::Rows | Self::Columns | Self::ColumnsView | Self::Joined | Self::Ours => true,
        }
    }

    /// The population as the layout can hold it, and the names of its tables.
    pub(crate) fn hold(self, questions: &Questions, case: usize, dialect: Dialect) -> (Questions, SqlSchema) {
        let mut schema = SqlSchema::default();
        schema.memberships = TableName::new(format!("memberships_{case}"));
        let mut questions = questions.clone();
        match self {
            Self::Rows => {
                let mut rows = CustomRows::default();
                rows.table = TableName::new(format!("custom_values_{case}"));
                schema.custom_fields = CustomFields::Rows(rows);
            }
            Self::Json | Self::JsonView => schema.custom_fields = CustomFields::Json(CustomJson::default()),
            Self::Map | Self::MapJson | Self::MapView => {
                let mut map = CustomMap::default();
                if self == Self::MapJson {
                    map.values = MapValues::Json;
                } else {
                    questions.population = changed(&questions.population, |_, value| match value {
                        Value::Text(_) | Value::Number(_) | Value::Bool(_) => Some(Value::Text(plain(value))),
                        Value::Array(_) | Value::Object(_) => None,
                    });
                }
                schema.custom_fields = CustomFields::Map(map);
            }
            Self::Columns | Self::ColumnsView => {
                let mut columns = columns(&questions, dialect);
                if self == Self::ColumnsView && dialect == Dialect::DataFusion {
                    // A view with what it cannot read would be refused, whatever is asked.
                    columns.retain(|_, column| column.of != CustomType::Json);
                }
                questions.population = changed(&questions.population, |key, value| {
                    columns.get(key).and_then(|column| fitting(column.of, value))
                });
                schema.custom_fields = CustomFields::Columns(columns);
            }
            Self::Joined => rename(&mut schema, case, dialect),
            Self::Ours | Self::OursJson => call_ours(&mut schema, case, self == Self::OursJson, dialect),
            // Its schema is by the file.
            Self::Parquet => {}
        }
        if matches!(self, Self::JsonView | Self::MapView | Self::ColumnsView) {
            schema.values_view = Some(TableName::new(format!("values_{case}")));
        }
        (questions, schema)
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        other => other.to_string(),
    }
}

fn changed(population: &Population, change: impl Fn(&str, &Value) -> Option<Value>) -> Population {
    let contacts = population.contacts().iter().cloned().map(|mut contact| {
        for membership in &mut contact.memberships {
            let fields = std::mem::take(&mut membership.custom_fields);
            membership.custom_fields =
                fields.into_iter().filter_map(|(key, value)| Some((key.clone(), change(&key, &value)?))).collect();
        }
        contact
    });
    Population::from_iter(contacts)
}

/// Names in which everything is that could end a name early.
fn rename(schema: &mut SqlSchema, case: usize, dialect: Dialect) {
    // Spark's catalogue takes letters alone, whatever the quotes.
    let table = if matches!(dialect, Dialect::Spark | Dialect::Databricks) { "_" } else { hostile(dialect) };
    let hostile = |name: &str| format!("{name}{}", hostile(dialect));
    schema.memberships = TableName::new(format!("v{table}{case}"));
    schema.contacts = Some(TableName::new(format!("l{table}{case}")));
    for name in [&mut schema.membership_id, &mut schema.list_id, &mut schema.active] {
        *name = hostile(name);
    }
    schema.is_membership = Some(hostile("is_membership"));
    schema.columns = fields().map(|field| (field, hostile(field.name()))).collect();
    schema.wholes = AmountField::ALL.iter().map(|field| (*field, hostile(&format!("{}_w", field.name())))).collect();
    let mut rows = CustomRows::default();
    rows.table = TableName::new(format!("custom{table}{case}"));
    let CustomRows { membership_id, key, text, number, number_whole, flag, instant, .. } = &mut rows;
    for name in [membership_id, key, text, number, number_whole, flag, instant] {
        *name = hostile(name);
    }
    schema.custom_fields = CustomFields::Rows(rows);
}

/// Names that a statement has for something of its own.
fn call_ours(schema: &mut SqlSchema, case: usize, json: bool, dialect: Dialect) {
    // A name with a point in it, or on two lines, is none there.
    let named =
        |ours: &str| if dialect == Dialect::BigQuery { ours.replace(['.', '\n'], "_") } else { ours.to_owned() };
    // The first few tables are called just that.
    let table = |turn: usize| {
        let name = OURS[(case + turn) % OURS.len()].replace(['.', '\n'], "");
        TableName::new(if case < OURS.len() / 3 { name } else { format!("{name}{case}") })
    };
    let mut names = OURS.into_iter();
    let mut next = || names.next().map_or_else(|| unreachable!("there are fewer columns"), named);
    schema.memberships = table(0);
    for name in [&mut schema.list_id, &mut schema.active, &mut schema.membership_id] {
        *name = next();
    }
    schema.columns = fields().map(|field| (field, next())).collect();
    schema.wholes = AmountField::ALL.iter().map(|field| (*field, next())).collect();
    if json {
        let mut json = CustomJson::default();
        json.column = next();
        schema.custom_fields = CustomFields::Json(json);
        return;
    }
    schema.contacts = Some(table(11));
    let mut rows = CustomRows::default();
    rows.table = table(22);
    let CustomRows { membership_id, key, text, number, number_whole, flag, instant, .. } = &mut rows;
    let of_rows = [membership_id, key, text, number, number_whole, flag, instant];
    for (name, ours) in of_rows.into_iter().zip(["m", "v", "two\nlines", "v1", "v.text", "m.phone_number", "id"]) {
        *name = named(ours);
    }
    schema.custom_fields = CustomFields::Rows(rows);
}

/// Every field.
pub(crate) fn fields() -> impl Iterator<Item = Field> {
    let texts = TextField::ALL.iter().copied().map(Field::Text);
    let flags = FlagField::ALL.iter().copied().map(Field::Flag);
    let counts = CountField::ALL.iter().copied().map(Field::Count);
    let amounts = AmountField::ALL.iter().copied().map(Field::Amount);
    let times = TimeField::ALL.iter().copied().map(Field::Time);
    texts.chain(flags).chain(counts).chain(amounts).chain(times)
}

/// Whether a field is the same on every list.
pub(crate) fn is_of_the_contact(field: Field) -> bool {
    ["phone_number", "carrier", "line_type", "timezone", "is_valid", "on_dnc"].contains(&field.name())
}

/// The name of a column of a type.
fn slot(of: CustomType, number: usize, dialect: Dialect) -> String {
    format!("{of:?}{number}{}", hostile(dialect))
}

/// Every column that the layout of columns has.
pub(crate) fn slots(dialect: Dialect) -> impl Iterator<Item = (CustomType, String)> {
    types(dialect).into_iter().flat_map(move |of| (0..SLOTS).map(move |number| (of, slot(of, number, dialect))))
}

/// The types that columns of custom fields may have.
fn types(dialect: Dialect) -> Vec<CustomType> {
    CustomType::ALL.into_iter().filter(|of| holds(dialect, *of)).collect()
}

/// Whether a table may have a column of a type.
fn holds(dialect: Dialect, of: CustomType) -> bool {
    let columns = BTreeMap::from([("a".to_owned(), CustomColumn::new(of))]);
    let mut schema = SqlSchema::default();
    schema.custom_fields = CustomFields::Columns(columns);
    ddl(dialect, &schema).is_ok()
}

/// A column for each key that is asked or has values: of the type that all of these are of, or of one in which some have
/// no place and are left out.
fn columns(questions: &Questions, dialect: Dialect) -> BTreeMap<String, CustomColumn> {
    let mut keys = BTreeSet::new();
    let mut hasher = DefaultHasher::new();
    for question in &questions.questions {
        question.audience.filter.to_string().hash(&mut hasher);
        asked(question.audience.filter.root(), &mut keys);
    }
    let types = types(dialect);
    let memberships = || questions.population.contacts().iter().flat_map(|contact| &contact.memberships);
    let mut taken = BTreeMap::new();
    let mut columns = BTreeMap::new();
    for key in keys {
        let values: Vec<&Value> = memberships().filter_map(|on| on.custom_fields.get(&key)).collect();
        key.hash(&mut hasher);
        let drawn = hasher.finish() as usize;
        let kept = |of: &CustomType| values.iter().all(|value| is_kept(*of, value));
        let tightest =
            || types.iter().copied().find(kept).or(types.contains(&CustomType::Json).then_some(CustomType::Json));
        // An engine that reads no JSON is asked about as much as can be.
        let free = drawn.is_multiple_of(3) || dialect == Dialect::DataFusion;
        let tightest = if free { None } else { tightest() };
        let of = tightest.unwrap_or(types[drawn / 3 % types.len()]);
        let number = taken.entry(format!("{of:?}")).or_insert(0);
        if *number < SLOTS {
            columns.insert(key, CustomColumn::new(of).named(slot(of, *number, dialect)));
            *number += 1;
        }
    }
    columns
}

/// The keys of the custom fields that are asked.
pub(crate) fn asked(group: &Group, keys: &mut BTreeSet<String>) {
    for condition in group.conditions() {
        if let Predicate::Custom(key, _) | Predicate::Exists(OptionalField::Custom(key)) = condition.predicate() {
            keys.insert(key.as_str().to_owned());
        }
    }
    group.groups().iter().for_each(|group| asked(group, keys));
}

fn is_kept(of: CustomType, value: &Value) -> bool {
    // A text may be any, also one that is a time.
    of != CustomType::Timestamp && fitting(of, value).as_ref() == Some(value)
}

/// What a column of a type has of a value.
fn fitting(of: CustomType, value: &Value) -> Option<Value> {
    match (of, value) {
        (CustomType::Json, value) => Some(value.clone()),
        (CustomType::Text, Value::Text(_)) | (CustomType::Boolean, Value::Bool(_)) => Some(value.clone()),
        (CustomType::Integer, Value::Number(number)) => {
            (number.to_i64().is_some() || number.to_u64().is_some()).then(|| value.clone())
        }
        (CustomType::Double, Value::Number(number)) => {
            (number.to_f64().abs() < 9_007_199_254_740_992.0).then(|| value.clone())
        }
        (CustomType::Timestamp, Value::Text(text)) => parse_time(text).map(|_| value.clone()),
        (CustomType::TextList, Value::Array(elements)) => {
            let texts = elements.iter().filter(|element| matches!(element, Some(Value::Text(_))));
            Some(Value::Array(texts.cloned().collect()))
        }
        _ => None,
    }
}
