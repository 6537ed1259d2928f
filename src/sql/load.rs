//! Records as rows of the tables of a schema.

use std::borrow::Cow;
use std::collections::VecDeque;

use super::Refusal;
use super::dialect::{Dialect, Syntax};
use super::layout::{CustomType, MapValues};
use super::lower::EXACT;
use super::names;
use super::print::Printer;
use super::schema::SqlSchema;
use super::statement::Statement;
use super::tables::{Column, Holds, RowsOf, Table, tables};
use crate::catalogue::Field;
use crate::contact::{Contact, Membership};
use crate::number::Number;
use crate::tenant::ValueKind;
use crate::time::parse_time;
use crate::value::Value;

/// The most rows that one statement inserts.
const ROWS: usize = 500;

/// The statements that insert contacts into the tables of a schema, as [`ddl`](super::ddl) describes those. Each inserts a few
/// hundred rows, with its values as literals; together they are to be run once, in their order, on tables without rows.
///
/// A contact's memberships are in it, so that one of whom there are several records is to be merged before, as
/// [`Population`](crate::Population) does. Contacts without memberships, which are in no audience, are left out where the schema
/// has no place for them.
///
/// ```
/// use headcount::Contact;
/// use headcount::sql::{Dialect, SqlSchema, inserts};
///
/// let contact = r#"{"phone_number": "+15550000001", "lists": [{"list_id": 7, "custom_fields": {"state": "CA", "visits": 3}}]}"#;
/// let contact: Contact = serde_json::from_str(contact)?;
/// let statements: Vec<_> = inserts(Dialect::PostgreSql, &SqlSchema::default(), [&contact])?.collect::<Result<_, _>>()?;
/// let [memberships, values] = &statements[..] else { panic!("a statement for each table") };
/// assert!(memberships.text().contains("(1, '+15550000001', "));
/// assert!(values.text().ends_with("\n(1, 'state', 'CA', NULL, NULL, NULL, NULL),\n(1, 'visits', NULL, 3e0, NULL, NULL, NULL)"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// A name that is empty, or has a NUL in it. A statement is an error where a value has no place in its column: a text with a
/// NUL in PostgreSQL, a number in a column of texts.
pub fn inserts<'a>(
    dialect: Dialect,
    schema: &'a SqlSchema,
    contacts: impl IntoIterator<Item = &'a Contact, IntoIter: 'a>,
) -> Result<impl Iterator<Item = Result<Statement, Refusal>> + 'a, Refusal> {
    names::check(dialect, schema)?;
    let loader = Loader { dialect, syntax: dialect.syntax(), memberships: 0 };
    let printer = Printer::new(dialect, schema);
    let pending = tables(schema).into_iter().map(|table| Pending::new(&printer, table)).collect();
    Ok(Inserts { loader, contacts: contacts.into_iter(), pending, ready: VecDeque::new() })
}

struct Inserts<'a, I> {
    loader: Loader,
    contacts: I,
    pending: Vec<Pending<'a>>,
    ready: VecDeque<Statement>,
}

impl<'a, I: Iterator<Item = &'a Contact>> Iterator for Inserts<'a, I> {
    type Item = Result<Statement, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.ready.is_empty() {
            let Some(contact) = self.contacts.next() else {
                self.ready.extend(self.pending.iter_mut().filter_map(Pending::statement));
                break;
            };
            if let Err(reason) = self.loader.add(contact, &mut self.pending) {
                let reason = format!("{reason}, of the contact {}", contact.phone_number.escape_debug());
                return Some(Err(Refusal::of_all(self.loader.dialect, reason)));
            }
            let full = self.pending.iter_mut().filter(|pending| pending.rows.len() >= ROWS);
            self.ready.extend(full.filter_map(Pending::statement));
        }
        self.ready.pop_front().map(Ok)
    }
}

/// A table, and its rows that are in no statement yet.
struct Pending<'a> {
    table: Table<'a>,
    insert: String,
    rows: Vec<String>,
}

impl<'a> Pending<'a> {
    fn new(printer: &Printer<'_>, table: Table<'a>) -> Self {
        let columns: Vec<String> = table.columns.iter().map(|column| printer.name(column.name)).collect();
        let insert = format!("INSERT INTO {} ({}) VALUES", printer.table(table.name), columns.join(", "));
        Self { table, insert, rows: Vec::new() }
    }

    fn statement(&mut self) -> Option<Statement> {
        let rows = std::mem::take(&mut self.rows);
        (!rows.is_empty()).then(|| Statement::of_text(format!("{}\n{}", self.insert, rows.join(",\n"))))
    }
}

struct Loader {
    dialect: Dialect,
    syntax: &'static dyn Syntax,
    /// How many there were so far.
    memberships: u64,
}

/// What a row is of.
struct Row<'r> {
    contact: &'r Contact,
    membership: Option<&'r Membership>,
    id: u64,
    value: Option<Element<'r>>,
}

/// A value of a custom field, or an element of it.
struct Element<'r> {
    key: &'r str,
    /// Nothing where the field only exists.
    value: Option<&'r Value>,
    /// Whether it is the whole value.
    alone: bool,
}

/// Why a value has no place in its column.
type Reason = Cow<'static, str>;

impl Loader {
    fn add(&mut self, contact: &Contact, pending: &mut [Pending<'_>]) -> Result<(), Reason> {
        let row = |membership, id, value| Row { contact, membership, id, value };
        self.put(RowsOf::Contacts, &row(None, 0, None), pending)?;
        for membership in &contact.memberships {
            self.memberships += 1;
            let (on, id) = (Some(membership), self.memberships);
            self.put(RowsOf::Memberships, &row(on, id, None), pending)?;
            for (key, value) in &membership.custom_fields {
                for element in elements(key, value) {
                    self.put(RowsOf::Values, &row(on, id, Some(element)), pending)?;
                }
            }
        }
        if contact.memberships.is_empty() {
            self.memberships += 1;
            let has_place = |column: &Column<'_>| matches!(column.holds, Holds::IsMembership);
            let place = pending.iter_mut().filter(|pending| pending.table.columns.iter().any(has_place));
            for pending in place {
                pending.rows.push(self.row(&pending.table, &row(None, self.memberships, None))?);
            }
        }
        Ok(())
    }

    fn put(&self, rows: RowsOf, row: &Row<'_>, pending: &mut [Pending<'_>]) -> Result<(), Reason> {
        for pending in pending.iter_mut().filter(|pending| pending.table.rows == rows) {
            pending.rows.push(self.row(&pending.table, row)?);
        }
        Ok(())
    }

    fn row(&self, table: &Table<'_>, row: &Row<'_>) -> Result<String, Reason> {
        let cells = table.columns.iter().map(|column| self.cell(column.holds, row));
        Ok(format!("({})", cells.collect::<Result<Vec<_>, _>>()?.join(", ")))
    }

    fn cell(&self, holds: Holds<'_>, row: &Row<'_>) -> Result<String, Reason> {
        let value = row.value.as_ref().and_then(|element| element.value);
        let number = match value {
            Some(Value::Number(number)) => Some(*number),
            Some(Value::Text(text)) => Number::from_text(text),
            _ => None,
        };
        let text = match value {
            Some(Value::Text(text)) => Some(text.as_str()),
            _ => None,
        };
        let cell = match holds {
            Holds::MembershipId => Some(row.id.to_string()),
            Holds::ListId => row.membership.and_then(|on| on.list_id).map(|list| list.to_string()),
            Holds::Active => row.membership.map(|on| flag(on.active)),
            Holds::IsMembership => Some(flag(row.membership.is_some())),
            Holds::Field(field) => self.field(field, row)?,
            Holds::Whole(amount) => row.membership.and_then(|on| amount.get(on)).and_then(whole),
            Holds::Json => self.json(row)?,
            Holds::Map(values) => Some(self.map(values, row)?),
            Holds::Custom(key, of) => self.custom(key, of, row)?,
            Holds::Key => row.value.as_ref().map(|element| self.text(element.key)).transpose()?,
            Holds::Text => text.map(|text| self.text(text)).transpose()?,
            Holds::Number => number.map(|number| self.double(number)),
            Holds::NumberWhole => number.and_then(whole),
            Holds::Flag => match value {
                Some(Value::Bool(is)) => Some(flag(*is)),
                _ => None,
            },
            Holds::Instant => {
                let alone = row.value.as_ref().is_some_and(|element| element.alone);
                text.filter(|_| alone).and_then(|text| self.instant(text))
            }
        };
        Ok(cell.unwrap_or_else(|| "NULL".to_owned()))
    }

    fn field(&self, field: Field, row: &Row<'_>) -> Result<Option<String>, Reason> {
        let (contact, on) = (row.contact, row.membership);
        Ok(match field {
            Field::Time(time) => on.and_then(|on| time.get(on)).map(|at| self.at(at.timestamp_micros())),
            Field::Count(count) => on.and_then(|on| count.get(on)).map(|count| count.to_string()),
            Field::Amount(amount) => on.and_then(|on| amount.get(on)).map(|amount| self.double(amount)),
            Field::Flag(of) => of.get(contact, on).map(|is| flag(*is)),
            Field::Text(of) => of.get(contact, on).map(|text| self.text(text)).transpose()?,
        })
    }

    fn json(&self, row: &Row<'_>) -> Result<Option<String>, Reason> {
        let fields = row.membership.map(|on| &on.custom_fields).filter(|fields| !fields.is_empty());
        let written = fields.map(|fields| serde_json::to_string(fields).map_err(|error| error.to_string()));
        written.transpose()?.map(|json| self.text(&json)).transpose()
    }

    fn map(&self, values: MapValues, row: &Row<'_>) -> Result<String, Reason> {
        let (mut keys, mut held) = (Vec::new(), Vec::new());
        for (key, value) in row.membership.iter().flat_map(|on| &on.custom_fields) {
            keys.push(self.text(key)?);
            held.push(match (values, value) {
                (MapValues::Json, value) => self.text(&value.to_string())?,
                (MapValues::Text, Value::Text(text)) => self.text(text)?,
                (MapValues::Text, other) => return Err(misfit(key, other, "the map has texts")),
            });
        }
        self.syntax.map(&keys, &held).map_err(|reason| reason.0.into())
    }

    fn custom(&self, key: &str, of: CustomType, row: &Row<'_>) -> Result<Option<String>, Reason> {
        let Some(value) = row.membership.and_then(|on| on.custom_fields.get(key)) else {
            return Ok(match of {
                CustomType::TextList if !self.syntax.has_null_collections() => Some(self.syntax.array(&[])),
                _ => None,
            });
        };
        let cell = match (of, value) {
            (CustomType::Json, value) => Some(self.text(&value.to_string())?),
            (CustomType::Text, Value::Text(text)) => Some(self.text(text)?),
            (CustomType::Boolean, Value::Bool(is)) => Some(flag(*is)),
            (CustomType::Integer, Value::Number(number)) => whole_number(*number).map(|number| number.to_string()),
            (CustomType::Double, Value::Number(number)) => whole(*number).is_none().then(|| self.double(*number)),
            (CustomType::Timestamp, Value::Text(text)) => self.instant(text),
            (CustomType::TextList, Value::Array(elements)) => {
                let texts = elements.iter().flatten().map(|element| match element {
                    Value::Text(text) => self.text(text),
                    other => Err(misfit(key, other, "its column has arrays of texts")),
                });
                Some(self.syntax.array(&texts.collect::<Result<Vec<_>, _>>()?))
            }
            _ => None,
        };
        match cell {
            Some(cell) => Ok(Some(cell)),
            None => Err(misfit(key, value, column_of(of))),
        }
    }

    fn text(&self, text: &str) -> Result<String, Reason> {
        if text.contains('\0') && !self.syntax.holds_nul() {
            return Err("it holds no text with a NUL, and there is one".into());
        }
        Ok(self.syntax.quoted_text(text))
    }

    fn double(&self, number: Number) -> String {
        self.syntax.double_literal(number.to_f64())
    }

    fn instant(&self, text: &str) -> Option<String> {
        parse_time(text).map(|at| self.at(at.timestamp_micros()))
    }

    fn at(&self, micros: i64) -> String {
        self.syntax.instant(micros).finished(self.dialect, true).text().to_owned()
    }
}

fn flag(is: bool) -> String {
    if is { "TRUE" } else { "FALSE" }.to_owned()
}

fn whole_number(number: Number) -> Option<i128> {
    number.to_i64().map(i128::from).or(number.to_u64().map(i128::from))
}

/// A number that is whole, where a double does not hold every one.
fn whole(number: Number) -> Option<String> {
    whole_number(number).filter(|whole| whole.abs() >= EXACT).map(|whole| whole.to_string())
}

/// A value as the rows that it is: itself, its elements, or one that says that it is there.
fn elements<'r>(key: &'r str, value: &'r Value) -> Vec<Element<'r>> {
    let only_exists = || vec![Element { key, value: None, alone: false }];
    match value {
        Value::Array(elements) => {
            let scalars = elements.iter().flatten();
            let scalars = scalars.filter(|element| !matches!(element, Value::Array(_) | Value::Object(_)));
            let rows: Vec<_> = scalars.map(|element| Element { key, value: Some(element), alone: false }).collect();
            if rows.is_empty() { only_exists() } else { rows }
        }
        Value::Object(_) => only_exists(),
        scalar => vec![Element { key, value: Some(scalar), alone: true }],
    }
}

fn misfit(key: &str, value: &Value, place: &str) -> Reason {
    let of = match ValueKind::of(value) {
        ValueKind::Boolean => "true or false",
        ValueKind::Number => "a number",
        ValueKind::Text => "a text",
        ValueKind::Array => "an array",
        ValueKind::Object => "an object",
    };
    format!("{place}, and the custom field `{}` is {of}", key.escape_debug()).into()
}

fn column_of(of: CustomType) -> &'static str {
    match of {
        CustomType::Text => "its column has texts",
        CustomType::Integer => "its column has whole numbers",
        CustomType::Double => "its column has numbers below 2^53",
        CustomType::Boolean => "its column has what is true or false",
        CustomType::Timestamp => "its column has times",
        CustomType::TextList => "its column has arrays of texts",
        CustomType::Json => "its column has JSON",
    }
}
