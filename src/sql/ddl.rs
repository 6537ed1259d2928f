//! The tables of a schema, described in each dialect.

use super::Refusal;
use super::dialect::{ColumnTypes, Dialect, Syntax, Unsupported};
use super::layout::CustomType;
use super::names;
use super::print::Printer;
use super::schema::SqlSchema;
use super::statement::Statement;
use super::tables::{Column, Holds, Table, tables};
use super::values;
use crate::catalogue::{Field, TextField};

/// The statements that make the tables of a schema, and its view if it has one, in an order in which they can be run.
///
/// ```
/// use headcount::sql::{Dialect, SqlSchema, ddl};
///
/// let schema = SqlSchema::default();
/// let [memberships, values] = &ddl(Dialect::PostgreSql, &schema)?[..] else { panic!("two tables") };
/// assert!(memberships.text().contains(r#""last_clicked_at" TIMESTAMPTZ,"#));
/// assert!(values.text().starts_with(r#"CREATE TABLE "custom_values" ("#));
/// let tables = ddl(Dialect::ClickHouse, &schema)?;
/// assert!(tables[0].text().contains("`last_clicked_at` Nullable(DateTime64(6, 'UTC')),"));
/// # Ok::<(), headcount::sql::Refusal>(())
/// ```
///
/// # Errors
///
/// A name that is empty, or has a NUL in it; a map where the dialect's DDL has none.
pub fn ddl(dialect: Dialect, schema: &SqlSchema) -> Result<Vec<Statement>, Refusal> {
    made(dialect, schema, false)
}

/// The same statements, with tables that keep rows together which are read together, as far as an engine has clauses for that:
/// `PARTITIONED BY`, `CLUSTER BY`, `DISTKEY` and `SORTKEY`.
///
/// Nothing but the speed of the statements depends on it.
///
/// ```
/// use headcount::sql::{Dialect, SqlSchema, partitioned_ddl};
///
/// let tables = partitioned_ddl(Dialect::BigQuery, &SqlSchema::default())?;
/// assert!(tables[0].text().ends_with("\n)\nCLUSTER BY `phone_number`, `membership_id`"));
/// let tables = partitioned_ddl(Dialect::Spark, &SqlSchema::default())?;
/// assert!(tables[1].text().ends_with("\n) USING PARQUET\nPARTITIONED BY (`key`)"));
/// # Ok::<(), headcount::sql::Refusal>(())
/// ```
///
/// # Errors
///
/// As [`ddl`].
pub fn partitioned_ddl(dialect: Dialect, schema: &SqlSchema) -> Result<Vec<Statement>, Refusal> {
    made(dialect, schema, true)
}

fn made(dialect: Dialect, schema: &SqlSchema, partitioned: bool) -> Result<Vec<Statement>, Refusal> {
    let refused = |reason: String| Refusal::of_tables(dialect, reason);
    names::check(dialect, schema).map_err(refused)?;
    let printer = Printer::new(dialect, schema);
    let each = tables(schema).into_iter().map(|table| created(&printer, &table, partitioned));
    let mut statements = each.collect::<Result<Vec<_>, _>>().map_err(|reason| refused(reason.into()))?;
    let view = values::view(&printer).map_err(|reason| refused(reason.into()))?;
    statements.extend(view.map(|view| view.finished(dialect, true)));
    Ok(statements)
}

fn created(printer: &Printer<'_>, table: &Table<'_>, partitioned: bool) -> Result<Statement, Unsupported> {
    let syntax = printer.syntax;
    let types = syntax.types();
    let line = |column: &Column<'_>| {
        let of = type_of(column.holds, &types)?;
        let of = if is_always_there(syntax, column.holds) { syntax.not_null(of) } else { syntax.nullable(of) };
        Ok(format!("    {} {of}", printer.name(column.name)))
    };
    let lines: Vec<String> = table.columns.iter().map(line).collect::<Result<_, _>>()?;
    let key: Vec<String> = table.key.iter().map(|name| printer.name(name)).collect();
    let (name, mut options) = (printer.table(table.name), syntax.table_options(&key));
    if partitioned {
        options.push_str(&syntax.table_layout(table.rows, &key));
    }
    Ok(Statement::of_text(format!("CREATE TABLE {name} (\n{}\n){options}", lines.join(",\n"))))
}

pub(super) fn type_of(holds: Holds<'_>, types: &ColumnTypes) -> Result<&'static str, Unsupported> {
    Ok(match holds {
        Holds::MembershipId | Holds::ListId => types.key,
        Holds::Active | Holds::IsMembership | Holds::Flag | Holds::Field(Field::Flag(_)) => types.flag,
        Holds::Field(Field::Time(_)) | Holds::Instant => types.instant,
        Holds::Field(Field::Count(_)) => types.count,
        Holds::Field(Field::Amount(_)) | Holds::Number => types.double,
        Holds::Field(Field::Text(_)) | Holds::Key | Holds::Text => types.text,
        Holds::Whole(_) | Holds::NumberWhole => types.whole,
        Holds::Json => types.json?,
        Holds::Map(_) => types.map?,
        Holds::Custom(_, of) => match of {
            CustomType::Text => types.text,
            CustomType::Integer => types.whole,
            CustomType::Double => types.double,
            CustomType::Boolean => types.flag,
            CustomType::Timestamp => types.instant,
            CustomType::TextList => types.texts?,
            CustomType::Json => types.json?,
        },
    })
}

/// Whether a column is never NULL.
pub(super) fn is_always_there(syntax: &dyn Syntax, holds: Holds<'_>) -> bool {
    match holds {
        Holds::MembershipId | Holds::IsMembership | Holds::Key => true,
        Holds::Field(field) => field == Field::Text(TextField::PhoneNumber),
        Holds::Map(_) | Holds::Custom(_, CustomType::TextList) => !syntax.has_null_collections(),
        _ => false,
    }
}
