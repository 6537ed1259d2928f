//! Keys and indexes for the tables of a schema, which its statements are fast with.

use super::Refusal;
use super::dialect::{Dialect, Syntax};
use super::layout::{CustomFields, CustomRows, CustomType};
use super::names;
use super::print::Printer;
use super::schema::{SqlSchema, TableName};
use super::statement::Statement;
use crate::catalogue::{AmountField, FIELDS, Field, Owner, TextField};

/// Keys and indexes that are proposed beside the tables of a schema, to be made once there are rows in them.
///
/// With these a count looks up what is asked of lists, times, counts, revenue and custom fields, where few contacts satisfy
/// it. Nothing but the speed of the statements depends on them. There are none for a dialect whose engine reads columns in
/// blocks and needs none, and none for custom fields in JSON or in a map.
///
/// ```
/// use headcount::sql::{Dialect, SqlSchema, indexes};
///
/// let proposed = indexes(Dialect::PostgreSql, &SqlSchema::default())?;
/// assert_eq!(proposed[0].text(), r#"ALTER TABLE "memberships" ADD PRIMARY KEY ("membership_id")"#);
/// assert!(proposed.iter().any(|index| index.text() == r#"CREATE INDEX ON "memberships" ("last_clicked_at")"#));
/// assert!(indexes(Dialect::DuckDb, &SqlSchema::default())?.is_empty());
/// # Ok::<(), headcount::sql::Refusal>(())
/// ```
///
/// # Errors
///
/// A name that is empty, or has a NUL in it.
pub fn indexes(dialect: Dialect, schema: &SqlSchema) -> Result<Vec<Statement>, Refusal> {
    names::check(dialect, schema).map_err(|reason| Refusal::of_tables(dialect, reason))?;
    let syntax = dialect.syntax();
    if !syntax.has_indexes() {
        return Ok(Vec::new());
    }
    let mut writer = Writer { printer: Printer::new(dialect, schema), syntax, statements: Vec::new() };
    writer.memberships(schema);
    if let Some(contacts) = &schema.contacts {
        writer.primary_key(contacts, schema.column(TextField::PhoneNumber));
    }
    if let CustomFields::Rows(rows) = &schema.custom_fields {
        writer.values(rows);
    }
    Ok(writer.statements)
}

struct Writer<'a> {
    printer: Printer<'a>,
    syntax: &'static dyn Syntax,
    statements: Vec<Statement>,
}

impl Writer<'_> {
    fn memberships(&mut self, schema: &SqlSchema) {
        let (table, phone_number) = (&schema.memberships, schema.column(TextField::PhoneNumber));
        self.primary_key(table, &schema.membership_id);
        // Those of a contact, or all whose number starts with something.
        self.index(table, &[self.text(phone_number)], None);
        self.index(table, &[self.printer.name(&schema.list_id), self.printer.name(phone_number)], None);
        for row in FIELDS.iter().filter(|row| row.field.owner() == Owner::Membership) {
            match row.field {
                Field::Time(_) | Field::Count(_) | Field::Amount(AmountField::RevenueTotal) => {
                    self.index(table, &[self.printer.name(schema.column(row.field))], None);
                }
                // Of an average most are worked out, and of flags and such texts are few different ones.
                Field::Amount(_) | Field::Flag(_) | Field::Text(_) => {}
            }
        }
        if let CustomFields::Columns(columns) = &schema.custom_fields {
            for (key, column) in columns {
                let name = column.column.as_ref().unwrap_or(key);
                match column.of {
                    CustomType::Text => self.index(table, &[self.text(name)], None),
                    CustomType::Integer | CustomType::Double | CustomType::Timestamp => {
                        self.index(table, &[self.printer.name(name)], None);
                    }
                    CustomType::Boolean | CustomType::TextList | CustomType::Json => {}
                }
            }
        }
    }

    fn values(&mut self, rows: &CustomRows) {
        let (table, key) = (&rows.table, self.printer.name(&rows.key));
        self.index(table, &[self.printer.name(&rows.membership_id), key.clone()], None);
        for value in [self.text(&rows.text), self.printer.name(&rows.number), self.printer.name(&rows.instant)] {
            self.index(table, &[key.clone(), value], Some(&rows.membership_id));
        }
    }

    /// A text, by which also those are found that start with another.
    fn text(&self, name: &str) -> String {
        format!("{}{}", self.printer.name(name), self.syntax.prefix_order())
    }

    fn primary_key(&mut self, table: &TableName, column: &str) {
        let (table, column) = (self.printer.table(table), self.printer.name(column));
        self.statements.push(Statement::of_text(format!("ALTER TABLE {table} ADD PRIMARY KEY ({column})")));
    }

    /// An index by these columns, with another beside them that is all a statement reads of the row.
    fn index(&mut self, table: &TableName, columns: &[String], beside: Option<&str>) {
        let beside = beside.map_or_else(String::new, |column| format!(" INCLUDE ({})", self.printer.name(column)));
        let (table, columns) = (self.printer.table(table), columns.join(", "));
        self.statements.push(Statement::of_text(format!("CREATE INDEX ON {table} ({columns}){beside}")));
    }
}
