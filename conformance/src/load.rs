//! A population as rows of the tables of a schema.

use std::collections::BTreeSet;

use headcount::sql::{CustomFields, CustomRows, CustomType, Dialect, MapValues, SqlSchema};
use headcount::{
    Contact, Membership, Number, Population, Value,
    filter::{AmountField, CountField, Field, TextField, parse_time},
};
use serde_json::{Map, Value as Json, json};

use crate::layout::{fields, is_of_the_contact, slots};

/// A column: what it is called, and what a script has to make of its values.
type Column = (String, &'static str);

/// A table, as a script loads it. Its columns are the same for every population of a layout.
pub(crate) struct Table {
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Json>,
}

/// From here on a double does not hold every whole number.
const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53

/// The tables in the order of their DDL; none where the engine cannot hold one of their texts.
pub(crate) fn tables(
    population: &Population,
    schema: &SqlSchema,
    asked: &BTreeSet<String>,
    dialect: Dialect,
) -> Option<Vec<Table>> {
    let mut contacts = Table { columns: of_contacts(schema), rows: Vec::new() };
    let mut memberships = Table { columns: of_memberships(schema, dialect), rows: Vec::new() };
    let mut values = Table { columns: Vec::new(), rows: Vec::new() };
    if let CustomFields::Rows(rows) = &schema.custom_fields {
        values.columns = of_values(rows);
    }
    let mut id = 0;
    for contact in population.contacts() {
        contacts.rows.push(contact_row(schema, contact));
        for membership in &contact.memberships {
            id += 1;
            let mut row = membership_row(schema, id, contact, membership);
            match &schema.custom_fields {
                CustomFields::Rows(rows) => {
                    values
                        .rows
                        .extend(membership.custom_fields.iter().flat_map(|(key, value)| custom(rows, id, key, value)));
                }
                other => in_columns(other, id, membership, asked, dialect, &mut row),
            }
            memberships.rows.push(row.into());
        }
        if let (Some(column), true) = (&schema.is_membership, contact.memberships.is_empty()) {
            id += 1;
            let mut row = membership_row(schema, id, contact, &Membership::default());
            row.insert(column.clone(), false.into());
            memberships.rows.push(row.into());
        }
    }
    let mut all = Vec::new();
    all.extend(schema.contacts.is_some().then_some(contacts));
    all.push(memberships);
    all.extend((!values.columns.is_empty()).then_some(values));
    let rows = || all.iter().flat_map(|table: &Table| &table.rows);
    let holds_nul = !matches!(dialect, Dialect::PostgreSql | Dialect::Redshift);
    let early = || all.iter().any(|table| table.has_before(first_instant(dialect)));
    ((holds_nul || !rows().any(has_nul)) && !early()).then_some(all)
}

/// The first instant of a dialect, in microseconds since 1970.
fn first_instant(dialect: Dialect) -> i64 {
    let year = match dialect {
        Dialect::Snowflake => 1583,
        Dialect::BigQuery => 1,
        _ => return i64::MIN,
    };
    let start = chrono::NaiveDate::from_ymd_opt(year, 1, 1).and_then(|day| day.and_hms_opt(0, 0, 0));
    start.map_or(i64::MIN, |start| start.and_utc().timestamp_micros())
}

impl Table {
    fn has_before(&self, first: i64) -> bool {
        let instants = || self.columns.iter().filter(|(_, kind)| *kind == "instant");
        self.rows.iter().any(|row| instants().any(|(name, _)| row[name].as_i64().is_some_and(|at| at < first)))
    }
}

fn has_nul(value: &Json) -> bool {
    match value {
        // In JSON, a NUL is escaped.
        Json::String(text) => text.contains('\0') || text.contains("\\u0000"),
        Json::Array(values) => values.iter().any(has_nul),
        Json::Object(values) => values.iter().any(|(key, value)| key.contains('\0') || has_nul(value)),
        _ => false,
    }
}

fn kind(field: Field) -> &'static str {
    match field {
        Field::Text(_) => "text",
        Field::Flag(_) => "flag",
        Field::Count(_) => "count",
        Field::Amount(_) => "double",
        Field::Time(_) => "instant",
        other => unreachable!("no column is of the kind of {other:?}"),
    }
}

fn of_contacts(schema: &SqlSchema) -> Vec<Column> {
    let own = fields().filter(|field| is_of_the_contact(*field));
    own.map(|field| (schema.column(field).to_owned(), kind(field))).collect()
}

fn of_memberships(schema: &SqlSchema, dialect: Dialect) -> Vec<Column> {
    let mut columns = vec![(schema.membership_id.clone(), "key"), (schema.list_id.clone(), "key")];
    columns.push((schema.active.clone(), "flag"));
    columns.extend(schema.is_membership.iter().map(|name| (name.clone(), "flag")));
    let phone_number = Field::Text(TextField::PhoneNumber);
    let here = |field: &Field| schema.contacts.is_none() || *field == phone_number || !is_of_the_contact(*field);
    columns.extend(fields().filter(here).map(|field| (schema.column(field).to_owned(), kind(field))));
    columns.extend(schema.wholes.values().map(|name| (name.clone(), "whole")));
    match &schema.custom_fields {
        CustomFields::Json(json) => columns.push((json.column.clone(), "json")),
        CustomFields::Map(map) => columns.push((map.column.clone(), "map")),
        CustomFields::Columns(_) => columns.extend(slots(dialect).map(|(of, name)| (name, of_type(of)))),
        _ => {}
    }
    columns
}

fn of_type(of: CustomType) -> &'static str {
    match of {
        CustomType::Integer => "whole",
        CustomType::Double => "double",
        CustomType::Boolean => "flag",
        CustomType::Timestamp => "instant",
        CustomType::TextList => "texts",
        CustomType::Json => "json",
        _ => "text",
    }
}

fn of_values(rows: &CustomRows) -> Vec<Column> {
    let CustomRows { membership_id, key, text, number, number_whole, flag, instant, .. } = rows;
    let kinds = ["key", "text", "text", "double", "whole", "flag", "instant"];
    let names = [membership_id, key, text, number, number_whole, flag, instant];
    names.into_iter().cloned().zip(kinds).collect()
}

fn contact_row(schema: &SqlSchema, contact: &Contact) -> Json {
    let mut row = Map::new();
    contact_fields(schema, contact, &mut row);
    row.into()
}

fn contact_fields(schema: &SqlSchema, contact: &Contact, row: &mut Map<String, Json>) {
    for field in fields().filter(|field| is_of_the_contact(*field)) {
        let value = match field.name() {
            "phone_number" => json!(contact.phone_number),
            "carrier" => json!(contact.carrier),
            "line_type" => json!(contact.line_type),
            "timezone" => json!(contact.timezone),
            "is_valid" => json!(contact.is_valid),
            _ => json!(contact.on_dnc),
        };
        row.insert(schema.column(field).to_owned(), value);
    }
}

fn membership_row(schema: &SqlSchema, id: i64, contact: &Contact, on: &Membership) -> Map<String, Json> {
    let instant = |at: Option<chrono::DateTime<chrono::Utc>>| json!(at.map(|at| at.timestamp_micros()));
    let mut row = Map::new();
    contact_fields(schema, contact, &mut row);
    row.insert(schema.membership_id.clone(), id.into());
    row.insert(schema.list_id.clone(), on.list_id.into());
    row.insert(schema.active.clone(), or_null(id, 1, on.active, true));
    row.extend(schema.is_membership.iter().map(|name| (name.clone(), true.into())));
    let total = (id % 2 == 0 || on.revenue_total != Number::default()).then_some(on.revenue_total);
    for field in fields().filter(|field| !is_of_the_contact(*field)) {
        let count = |count| or_null(id, 3, count, 0);
        let value = match field {
            Field::Count(CountField::SendCount) => count(on.send_count),
            Field::Count(CountField::ClickCount) => count(on.click_count),
            Field::Count(CountField::ConversionCount) => count(on.conversion_count),
            Field::Amount(amount) => {
                let number = if amount == AmountField::RevenueTotal { total } else { on.avg_revenue };
                row.extend(schema.wholes.get(&amount).map(|name| (name.clone(), json!(large(number)))));
                number.map(Number::to_f64).into()
            }
            _ => match field.name() {
                "list_number" => json!(on.list_number),
                "signup_method" => json!(on.signup_method),
                "has_revenue" => json!(on.has_revenue),
                "in_workflow" => or_null(id, 2, on.in_workflow, false),
                "signup_date" => instant(on.signup_date),
                "last_sent_at" => instant(on.last_sent_at),
                "last_clicked_at" => instant(on.last_clicked_at),
                _ => instant(on.last_revenue_at),
            },
        };
        row.insert(schema.column(field).to_owned(), value);
    }
    row
}

/// Custom fields in columns of the memberships.
fn in_columns(
    fields: &CustomFields,
    id: i64,
    on: &Membership,
    asked: &BTreeSet<String>,
    dialect: Dialect,
    row: &mut Map<String, Json>,
) {
    let custom = &on.custom_fields;
    // Every other row says of what is not there that it is null.
    let missing = || asked.iter().filter(|key| id % 2 == 0 && !custom.contains_key(*key));
    match fields {
        CustomFields::Json(json) => {
            let mut object: Map<String, Json> = custom.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
            object.extend(missing().map(|key| (key.clone(), Json::Null)));
            let none = object.is_empty() && id % 3 == 0;
            row.insert(json.column.clone(), if none { Json::Null } else { Json::Object(object).to_string().into() });
        }
        CustomFields::Map(map) => {
            let written = |value: &Value| match value {
                Value::Text(text) if map.values == MapValues::Text => text.clone(),
                value => value.to_string(),
            };
            let mut object: Map<String, Json> =
                custom.iter().map(|(key, value)| (key.clone(), written(value).into())).collect();
            if map.values == MapValues::Json {
                object.extend(missing().map(|key| (key.clone(), " null ".into())));
            }
            row.insert(map.column.clone(), object.into());
        }
        CustomFields::Columns(columns) => {
            row.extend(slots(dialect).map(|(_, name)| (name, Json::Null)));
            for (key, column) in columns {
                let value = match (custom.get(key), column.of) {
                    (Some(value), CustomType::Json) => value.to_string().into(),
                    (None, CustomType::Json) if id % 2 == 0 => "null".into(),
                    (Some(Value::Text(text)), CustomType::Timestamp) => {
                        json!(parse_time(text).map(|at| at.timestamp_micros()))
                    }
                    (value, _) => json!(value),
                };
                row.insert(column.column.clone().unwrap_or_else(|| key.clone()), value);
            }
        }
        _ => {}
    }
}

/// A value, or NULL in every so-and-so-many-th row where NULL means the same.
fn or_null<T: PartialEq + Into<Json>>(id: i64, each: i64, value: T, absent: T) -> Json {
    if value == absent && id % (each + 1) == 0 { Json::Null } else { value.into() }
}

/// The number, where a double does not hold every one.
fn large(number: Option<Number>) -> Option<Number> {
    number.filter(|number| number.to_f64().abs() >= EXACT)
}

/// The rows of a value: itself, its elements, or one that says that it is there.
fn custom(names: &CustomRows, id: i64, key: &str, value: &Value) -> Vec<Json> {
    let row = |value, alone| element_row(names, id, key, value, alone);
    match value {
        Value::Array(elements) => {
            let scalars = elements.iter().flatten();
            let scalars = scalars.filter(|element| !matches!(element, Value::Array(_) | Value::Object(_)));
            let mut rows: Vec<Json> = scalars.map(|element| row(Some(element), false)).collect();
            if rows.is_empty() {
                rows.push(row(None, false));
            }
            rows
        }
        Value::Object(_) => vec![row(None, false)],
        scalar => vec![row(Some(scalar), true)],
    }
}

fn element_row(names: &CustomRows, id: i64, key: &str, value: Option<&Value>, alone: bool) -> Json {
    let (mut text, mut number, mut flag) = (None, None, None);
    match value {
        Some(Value::Text(written)) => {
            number = written.parse().ok();
            text = Some(written);
        }
        Some(Value::Number(of_number)) => number = Some(*of_number),
        Some(Value::Bool(of_flag)) => flag = Some(*of_flag),
        Some(Value::Array(_) | Value::Object(_)) | None => {}
    }
    let instant = text.filter(|_| alone).and_then(|text| parse_time(text)).map(|at| at.timestamp_micros());
    let values = [
        (&names.membership_id, json!(id)),
        (&names.key, json!(key)),
        (&names.text, json!(text)),
        (&names.number, json!(number.map(Number::to_f64))),
        (&names.number_whole, json!(large(number))),
        (&names.flag, json!(flag)),
        (&names.instant, json!(instant)),
    ];
    values.into_iter().map(|(name, value)| (name.clone(), value)).collect::<Map<_, _>>().into()
}
