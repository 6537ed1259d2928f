//! The tables of a schema, described in each dialect.

use super::Refusal;
use super::dialect::{ColumnTypes, Dialect, Unsupported};
use super::layout::{CustomFields, CustomRows, CustomType};
use super::print::{self, Printer};
use super::schema::{SqlSchema, TableName};
use crate::catalogue::{FIELDS, Field, Owner, TextField};

/// The statements that make the tables of a schema, each ended by a semicolon.
///
/// ```
/// use headcount::sql::{Dialect, SqlSchema, ddl};
///
/// let schema = SqlSchema::default();
/// assert!(ddl(Dialect::PostgreSql, &schema)?.contains(r#""last_clicked_at" TIMESTAMPTZ,"#));
/// assert!(ddl(Dialect::ClickHouse, &schema)?.contains("`last_clicked_at` Nullable(DateTime64(6, 'UTC')),"));
/// # Ok::<(), headcount::sql::Refusal>(())
/// ```
///
/// # Errors
///
/// A name that is empty, or has a NUL in it; a map where the dialect's DDL has none.
pub fn ddl(dialect: Dialect, schema: &SqlSchema) -> Result<String, Refusal> {
    print::check_names(dialect, schema)?;
    let writer = Tables { dialect, types: dialect.syntax().types(), schema };
    let key = schema.membership_id.as_str();
    let phone_number = schema.column(TextField::PhoneNumber);
    let mut tables = Vec::new();
    if let Some(contacts) = &schema.contacts {
        tables.push(writer.table(contacts, &writer.contacts(), &[phone_number]));
    }
    let memberships = writer.memberships().map_err(|reason| Refusal::of_all(dialect, reason.into()))?;
    tables.push(writer.table(&schema.memberships, &memberships, &[phone_number, key]));
    if let CustomFields::Rows(rows) = &schema.custom_fields {
        tables.push(writer.table(&rows.table, &writer.values(rows), &[&rows.key, &rows.membership_id]));
    }
    Ok(tables.join("\n"))
}

/// A column: its name, its type, and whether it always has a value.
struct Column {
    name: String,
    of: &'static str,
    always: bool,
}

fn column(name: &str, of: &'static str, always: bool) -> Column {
    Column { name: name.to_owned(), of, always }
}

struct Tables<'a> {
    dialect: Dialect,
    types: ColumnTypes,
    schema: &'a SqlSchema,
}

impl Tables<'_> {
    /// The phone number, which tells contacts apart and stands in front, and what else is known of a contact.
    fn contacts(&self) -> Vec<Column> {
        let phone_number = Field::Text(TextField::PhoneNumber);
        let mut columns = vec![column(self.schema.column(phone_number), self.types.text, true)];
        let others = FIELDS.iter().filter(|row| row.field.owner() == Owner::Contact && row.field != phone_number);
        columns.extend(others.map(|row| self.field(row.field)));
        columns
    }

    fn memberships(&self) -> Result<Vec<Column>, Unsupported> {
        let (types, schema) = (&self.types, self.schema);
        let mut columns = vec![column(&schema.membership_id, types.key, true)];
        let mut contacts = self.contacts();
        if schema.contacts.is_some() {
            contacts.truncate(1);
        }
        columns.extend(contacts);
        columns.push(column(&schema.list_id, types.key, false));
        columns.push(column(&schema.active, types.flag, false));
        columns.extend(schema.is_membership.iter().map(|name| column(name, types.flag, true)));
        for row in FIELDS.iter().filter(|row| row.field.owner() == Owner::Membership) {
            columns.push(self.field(row.field));
            if let Field::Amount(amount) = row.field {
                columns.extend(schema.wholes.get(&amount).map(|name| column(name, types.whole, false)));
            }
        }
        match &schema.custom_fields {
            CustomFields::Rows(_) => {}
            CustomFields::Json(json) => columns.push(column(&json.column, types.json, false)),
            CustomFields::Map(map) => columns.push(column(&map.column, types.map?, !self.has_null_collections())),
            CustomFields::Columns(custom) => {
                let of = |(key, custom): (&String, &super::layout::CustomColumn)| {
                    self.custom(custom.column.as_ref().unwrap_or(key), custom.of)
                };
                columns.extend(custom.iter().map(of));
            }
        }
        Ok(columns)
    }

    fn has_null_collections(&self) -> bool {
        self.dialect.syntax().has_null_collections()
    }

    fn field(&self, field: Field) -> Column {
        let types = &self.types;
        let of = match field {
            Field::Time(_) => types.instant,
            Field::Count(_) => types.count,
            Field::Amount(_) => types.double,
            Field::Flag(_) => types.flag,
            Field::Text(_) => types.text,
        };
        column(self.schema.column(field), of, false)
    }

    fn custom(&self, name: &str, of: CustomType) -> Column {
        let types = &self.types;
        let (of, always) = match of {
            CustomType::Text => (types.text, false),
            CustomType::Integer => (types.whole, false),
            CustomType::Double => (types.double, false),
            CustomType::Boolean => (types.flag, false),
            CustomType::Timestamp => (types.instant, false),
            CustomType::TextList => (types.texts, !self.has_null_collections()),
            CustomType::Json => (types.json, false),
        };
        column(name, of, always)
    }

    fn values(&self, rows: &CustomRows) -> Vec<Column> {
        let types = &self.types;
        vec![
            column(&rows.membership_id, types.key, true),
            column(&rows.key, types.text, true),
            column(&rows.text, types.text, false),
            column(&rows.number, types.double, false),
            column(&rows.number_whole, types.whole, false),
            column(&rows.flag, types.flag, false),
            column(&rows.instant, types.instant, false),
        ]
    }

    fn table(&self, name: &TableName, columns: &[Column], key: &[&str]) -> String {
        let syntax = self.dialect.syntax();
        let line = |column: &Column| {
            let of = if column.always { syntax.not_null(column.of) } else { syntax.nullable(column.of) };
            format!("    {} {of}", syntax.quoted_name(&column.name))
        };
        let lines: Vec<String> = columns.iter().map(line).collect();
        let key: Vec<String> = key.iter().map(|name| syntax.quoted_name(name)).collect();
        let options = syntax.table_options(&key);
        let name = Printer::new(self.dialect, self.schema).table(name);
        format!("CREATE TABLE {name} (\n{}\n){options};\n", lines.join(",\n"))
    }
}
