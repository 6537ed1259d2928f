//! The names of a schema, and those that a statement gives to tables beside them.

use std::collections::HashMap;

use super::dialect::Dialect;
use super::layout::CustomFields;
use super::schema::SqlSchema;
use super::tables::{Column, Table, tables};

/// What a statement calls tables, each by a name that the schema has for nothing.
pub(super) struct Aliases {
    pub(super) memberships: String,
    pub(super) contacts: String,
    /// The memberships that the same contact has besides.
    pub(super) others: String,
    /// The values of custom fields.
    pub(super) values: String,
    /// What is worked out beforehand: of custom fields by membership, of lists by contact.
    pub(super) by_membership: String,
    pub(super) by_contact: String,
    /// The relation of custom fields, where the schema has no table of them.
    pub(super) relation: String,
    /// The rows of a file, before they are in their table.
    pub(super) file: String,
}

impl Aliases {
    pub(super) fn beside(schema: &SqlSchema) -> Self {
        let taken: Vec<String> = names(schema).into_iter().map(str::to_lowercase).collect();
        let unused = |name: &str| {
            let mut name = name.to_owned();
            // ClickHouse takes `m`.`x` for the column `m.x` where there is one.
            let is_taken =
                |name: &str| taken.iter().any(|taken| taken.split('.').next() == Some(name) || taken == name);
            while is_taken(&name) {
                name.push('_');
            }
            name
        };
        Self {
            memberships: unused("m"),
            contacts: unused("c"),
            others: unused("o"),
            values: unused("v"),
            by_membership: unused("by_membership"),
            by_contact: unused("by_contact"),
            relation: unused("custom_values"),
            file: unused("headcount_file"),
        }
    }
}

/// Names that can be quoted; else why one cannot.
pub(super) fn check(dialect: Dialect, schema: &SqlSchema) -> Result<(), String> {
    let names = names(schema);
    if names.iter().any(|name| name.is_empty() || name.contains('\0')) {
        return Err("a name in the schema is empty, or has a NUL in it".to_owned());
    }
    if schema.values_view.is_some() && matches!(schema.custom_fields, CustomFields::Rows(_)) {
        return Err("the schema has a table of the values of custom fields, and a view of them besides".to_owned());
    }
    names.into_iter().try_for_each(|name| dialect.syntax().takes_name(name))?;
    tables(schema).iter().try_for_each(|table| told_apart(dialect, table))
}

/// Whether the engine tells the columns of a table apart. A name may be there twice, and is then one column that says two things.
fn told_apart(dialect: Dialect, table: &Table<'_>) -> Result<(), String> {
    let mut known: HashMap<String, &str> = HashMap::new();
    for Column { name, .. } in &table.columns {
        let other = *known.entry(dialect.syntax().compared_name(name)).or_insert(name);
        if other != *name {
            let [one, other] = [other, name].map(str::escape_debug);
            return Err(format!("it takes two columns of the schema for the same, `{one}` and `{other}`"));
        }
    }
    Ok(())
}

/// The names in a schema.
fn names(schema: &SqlSchema) -> Vec<&str> {
    let mut tables = vec![Some(&schema.memberships), schema.contacts.as_ref(), schema.values_view.as_ref()];
    let mut names: Vec<&str> = [&schema.membership_id, &schema.list_id, &schema.active].map(String::as_str).into();
    match &schema.custom_fields {
        CustomFields::Rows(rows) => {
            tables.push(Some(&rows.table));
            let numbers = [&rows.number, &rows.number_whole];
            let others = [&rows.membership_id, &rows.key, &rows.text, &rows.flag, &rows.instant];
            names.extend(numbers.into_iter().chain(others).map(String::as_str));
        }
        CustomFields::Json(json) => names.push(&json.column),
        CustomFields::Map(map) => names.push(&map.column),
        CustomFields::Columns(columns) => {
            names.extend(columns.iter().map(|(key, column)| column.column.as_ref().unwrap_or(key).as_str()));
        }
    }
    names.extend(tables.into_iter().flatten().flat_map(|table| table.path().iter().map(String::as_str)));
    names.extend(schema.is_membership.as_deref());
    names.extend(schema.columns.values().chain(schema.wholes.values()).map(String::as_str));
    names
}
