//! The default tables, described in each dialect.

use super::dialect::{Dialect, quoted_name};
use super::schema::{CustomFields, CustomRows, SqlSchema};
use crate::catalogue::{FIELDS, Field, Owner, TextField};

/// The statements that make the tables of the default schema, each ended by a semicolon.
///
/// ```
/// use headcount::sql::{Dialect, ddl};
///
/// assert!(ddl(Dialect::PostgreSql).contains(r#""last_clicked_at" TIMESTAMPTZ,"#));
/// assert!(ddl(Dialect::ClickHouse).contains("`last_clicked_at` Nullable(DateTime64(6, 'UTC')),"));
/// ```
#[must_use]
pub fn ddl(dialect: Dialect) -> String {
    let schema = SqlSchema::default();
    let CustomFields::Rows(rows) = &schema.custom_fields;
    let memberships = memberships(dialect, &schema);
    let custom = custom(dialect, rows);
    let key = quoted_name(dialect, &schema.membership_id);
    let phone_number = quoted_name(dialect, TextField::PhoneNumber.name());
    [
        table(dialect, &schema.memberships.path().join("."), &memberships, &format!("{phone_number}, {key}")),
        table(dialect, &rows.table.path().join("."), &custom, &format!("{}, {key}", quoted_name(dialect, &rows.key))),
    ]
    .join("\n")
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

fn memberships(dialect: Dialect, schema: &SqlSchema) -> Vec<Column> {
    let types = &dialect.forms().types;
    let mut columns = vec![column(&schema.membership_id, types.key, true)];
    let fields = |owner: Owner| FIELDS.iter().filter(move |row| row.owner == owner).map(|row| row.field);
    // The phone number tells contacts apart and stands in front.
    columns.push(column(TextField::PhoneNumber.name(), types.text, true));
    let others = |field: &Field| *field != Field::Text(TextField::PhoneNumber);
    for field in fields(Owner::Contact).filter(others) {
        columns.push(of_field(dialect, field));
    }
    columns.push(column(&schema.list_id, types.key, false));
    columns.push(column(&schema.active, types.flag, false));
    for field in fields(Owner::Membership) {
        columns.push(of_field(dialect, field));
        if let Field::Amount(amount) = field {
            columns.extend(schema.wholes.get(&amount).map(|name| column(name, types.whole, false)));
        }
    }
    columns
}

fn of_field(dialect: Dialect, field: Field) -> Column {
    let types = &dialect.forms().types;
    let of = match field {
        Field::Time(_) => types.instant,
        Field::Count(_) => types.count,
        Field::Amount(_) => types.double,
        Field::Flag(_) => types.flag,
        Field::Text(_) => types.text,
    };
    column(field.name(), of, false)
}

fn custom(dialect: Dialect, rows: &CustomRows) -> Vec<Column> {
    let types = &dialect.forms().types;
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

fn table(dialect: Dialect, name: &str, columns: &[Column], order: &str) -> String {
    let mut lines = Vec::new();
    for Column { name, of, always } in columns {
        let name = quoted_name(dialect, name);
        lines.push(match (dialect, always) {
            (Dialect::ClickHouse, true) => format!("    {name} {of}"),
            (Dialect::ClickHouse, false) => format!("    {name} Nullable({of})"),
            (_, true) => format!("    {name} {of} NOT NULL"),
            (_, false) => format!("    {name} {of}"),
        });
    }
    let behind = match dialect {
        Dialect::ClickHouse => format!("\nENGINE = MergeTree\nORDER BY ({order})"),
        Dialect::Spark => " USING PARQUET".to_owned(),
        Dialect::PostgreSql | Dialect::DuckDb | Dialect::DataFusion => String::new(),
    };
    format!("CREATE TABLE {} (\n{}\n){behind};\n", quoted_name(dialect, name), lines.join(",\n"))
}
