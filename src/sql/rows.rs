//! Records as rows of the tables of a schema, whoever writes them.

use std::borrow::Cow;

use super::dialect::Dialect;
use super::layout::{CustomType, MapValues};
use super::lower::EXACT;
use super::tables::{Column, Holds, RowsOf, Table};
use crate::catalogue::Field;
use crate::contact::{Contact, Membership};
use crate::number::Number;
use crate::tenant::ValueKind;
use crate::time::{parse_time, year_start};
use crate::value::Value;

/// What is in a column of a row.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell<'r> {
    Null,
    Whole(i128),
    Double(f64),
    Flag(bool),
    Text(Cow<'r, str>),
    /// Microseconds since 1970.
    Instant(i64),
    Texts(Vec<&'r str>),
    Map(Vec<(&'r str, Cow<'r, str>)>),
}

/// Why a value has no place in its column.
pub(super) type Reason = Cow<'static, str>;

/// Makes rows of contacts, and counts their memberships.
pub(super) struct RowMaker {
    dialect: Dialect,
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

impl RowMaker {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self { dialect, memberships: 0 }
    }

    /// Puts the rows of a contact, each with the number of its table.
    pub(super) fn add<'r>(
        &mut self,
        contact: &'r Contact,
        tables: &[Table<'_>],
        put: &mut impl FnMut(usize, Vec<Cell<'r>>) -> Result<(), Reason>,
    ) -> Result<(), Reason> {
        let row = |membership, id, value| Row { contact, membership, id, value };
        self.rows(RowsOf::Contacts, &row(None, 0, None), tables, put)?;
        for membership in &contact.memberships {
            self.memberships += 1;
            let (on, id) = (Some(membership), self.memberships);
            self.rows(RowsOf::Memberships, &row(on, id, None), tables, put)?;
            for (key, value) in &membership.custom_fields {
                for element in elements(key, value) {
                    self.rows(RowsOf::Values, &row(on, id, Some(element)), tables, put)?;
                }
            }
        }
        if contact.memberships.is_empty() {
            self.memberships += 1;
            let has_place = |column: &Column<'_>| matches!(column.holds, Holds::IsMembership);
            for (number, table) in tables.iter().enumerate().filter(|(_, table)| table.columns.iter().any(has_place)) {
                put(number, self.row(table, &row(None, self.memberships, None))?)?;
            }
        }
        Ok(())
    }

    fn rows<'r>(
        &self,
        rows: RowsOf,
        row: &Row<'r>,
        tables: &[Table<'_>],
        put: &mut impl FnMut(usize, Vec<Cell<'r>>) -> Result<(), Reason>,
    ) -> Result<(), Reason> {
        for (number, table) in tables.iter().enumerate().filter(|(_, table)| table.rows == rows) {
            put(number, self.row(table, row)?)?;
        }
        Ok(())
    }

    fn row<'r>(&self, table: &Table<'_>, row: &Row<'r>) -> Result<Vec<Cell<'r>>, Reason> {
        let cells = table.columns.iter().map(|column| Ok(self.cell(column.holds, row)?.unwrap_or(Cell::Null)));
        cells.collect()
    }

    fn cell<'r>(&self, holds: Holds<'_>, row: &Row<'r>) -> Result<Option<Cell<'r>>, Reason> {
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
        let (on, double) = (row.membership, |number: Number| Cell::Double(number.to_f64()));
        Ok(match holds {
            Holds::MembershipId => Some(Cell::Whole(row.id.into())),
            Holds::ListId => on.and_then(|on| on.list_id).map(|list| Cell::Whole(list.into())),
            Holds::Active => on.map(|on| Cell::Flag(on.active)),
            Holds::IsMembership => Some(Cell::Flag(on.is_some())),
            Holds::Field(field) => self.field(field, row)?,
            Holds::Whole(amount) => on.and_then(|on| amount.get(on)).and_then(large),
            Holds::Json => json(row)?,
            Holds::Map(values) => Some(map(values, row)?),
            Holds::Custom(key, of) => self.custom(key, of, row)?,
            Holds::Key => row.value.as_ref().map(|element| of_text(element.key)),
            Holds::Text => text.map(of_text),
            Holds::Number => number.map(double),
            Holds::NumberWhole => number.and_then(large),
            Holds::Flag => match value {
                Some(Value::Bool(is)) => Some(Cell::Flag(*is)),
                _ => None,
            },
            Holds::Instant => {
                let alone = row.value.as_ref().is_some_and(|element| element.alone);
                text.filter(|_| alone).and_then(|text| self.instant_of_value(text))
            }
        })
    }

    fn field<'r>(&self, field: Field, row: &Row<'r>) -> Result<Option<Cell<'r>>, Reason> {
        let (contact, on) = (row.contact, row.membership);
        Ok(match field {
            Field::Time(time) => {
                on.and_then(|on| time.get(on)).map(|at| self.instant(at.timestamp_micros())).transpose()?
            }
            Field::Count(count) => on.and_then(|on| count.get(on)).map(|count| Cell::Whole(count.into())),
            Field::Amount(amount) => on.and_then(|on| amount.get(on)).map(|amount| Cell::Double(amount.to_f64())),
            Field::Flag(of) => of.get(contact, on).map(|is| Cell::Flag(*is)),
            Field::Text(of) => of.get(contact, on).map(|text| of_text(text)),
        })
    }

    fn custom<'r>(&self, key: &str, of: CustomType, row: &Row<'r>) -> Result<Option<Cell<'r>>, Reason> {
        let Some(value) = row.membership.and_then(|on| on.custom_fields.get(key)) else {
            return Ok(match of {
                CustomType::TextList if !self.dialect.syntax().has_null_collections() => Some(Cell::Texts(Vec::new())),
                _ => None,
            });
        };
        let cell = match (of, value) {
            (CustomType::Json, value) => Some(Cell::Text(value.to_string().into())),
            (CustomType::Text, Value::Text(text)) => Some(of_text(text)),
            (CustomType::Boolean, Value::Bool(is)) => Some(Cell::Flag(*is)),
            (CustomType::Integer, Value::Number(number)) => whole_number(*number).map(Cell::Whole),
            (CustomType::Double, Value::Number(number)) => {
                large(*number).is_none().then(|| Cell::Double(number.to_f64()))
            }
            (CustomType::Timestamp, Value::Text(text)) => {
                parse_time(text).map(|at| self.instant(at.timestamp_micros())).transpose()?
            }
            (CustomType::TextList, Value::Array(elements)) => {
                let texts = elements.iter().flatten().map(|element| match element {
                    Value::Text(text) => Ok(text.as_str()),
                    other => Err(misfit(key, other, "its column has arrays of texts")),
                });
                Some(Cell::Texts(texts.collect::<Result<_, _>>()?))
            }
            _ => None,
        };
        match cell {
            Some(cell) => Ok(Some(cell)),
            None => Err(misfit(key, value, column_of(of))),
        }
    }

    fn first_instant(&self) -> i64 {
        self.dialect.syntax().first_year().map_or(i64::MIN, year_start)
    }

    fn instant(&self, micros: i64) -> Result<Cell<'static>, Reason> {
        match self.dialect.syntax().first_year() {
            Some(year) if micros < year_start(year) => {
                Err(format!("its times begin with the year {year}, and there is an earlier one").into())
            }
            _ => Ok(Cell::Instant(micros)),
        }
    }

    /// The instant that a text is; one before all that there are is the first of them, which no condition tells apart.
    fn instant_of_value(&self, text: &str) -> Option<Cell<'static>> {
        parse_time(text).map(|at| Cell::Instant(at.timestamp_micros().max(self.first_instant())))
    }
}

fn of_text(text: &str) -> Cell<'_> {
    Cell::Text(text.into())
}

fn json<'r>(row: &Row<'r>) -> Result<Option<Cell<'r>>, Reason> {
    let fields = row.membership.map(|on| &on.custom_fields).filter(|fields| !fields.is_empty());
    let written = fields.map(|fields| serde_json::to_string(fields).map_err(|error| Reason::from(error.to_string())));
    Ok(written.transpose()?.map(|json| Cell::Text(json.into())))
}

fn map<'r>(values: MapValues, row: &Row<'r>) -> Result<Cell<'r>, Reason> {
    let fields = row.membership.iter().flat_map(|on| &on.custom_fields);
    let pairs = fields.map(|(key, value)| match (values, value) {
        (MapValues::Json, value) => Ok((key.as_str(), value.to_string().into())),
        (MapValues::Text, Value::Text(text)) => Ok((key.as_str(), text.as_str().into())),
        (MapValues::Text, other) => Err(misfit(key, other, "the map has texts")),
    });
    Ok(Cell::Map(pairs.collect::<Result<_, _>>()?))
}

fn whole_number(number: Number) -> Option<i128> {
    number.to_i64().map(i128::from).or(number.to_u64().map(i128::from))
}

/// A number that is whole, where a double does not hold every one.
fn large(number: Number) -> Option<Cell<'static>> {
    whole_number(number).filter(|whole| whole.abs() >= EXACT).map(Cell::Whole)
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
