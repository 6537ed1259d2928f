//! Members with more than their phone numbers: the columns that were asked for, a row for each member, or for each of its
//! matching memberships where a column is a membership's.

use headcount::table::Members;
use headcount::{Audience, Contact, EvalContext, Membership};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::output::{self, write};

/// A column of a record, by the name that records have for it.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    name: String,
    of: Of,
}

/// Whose value it is.
#[derive(Clone, Debug)]
enum Of {
    Contact,
    Membership,
    CustomField(String),
}

const CUSTOM_FIELDS: &str = "custom_fields.";

impl Column {
    /// The column of that name.
    pub(crate) fn parse(name: &str) -> Result<Self, String> {
        let of = match name.strip_prefix(CUSTOM_FIELDS) {
            Some("") => return Err("expected a key behind `custom_fields.`".to_owned()),
            Some(key) => Of::CustomField(key.to_owned()),
            None if keys(&full_contact()).any(|key| key == name) => Of::Contact,
            None if keys(&full_membership()).any(|key| key == name) => Of::Membership,
            None => {
                let contact = full_contact();
                let membership = full_membership();
                let known: Vec<&str> = keys(&contact).chain(keys(&membership)).collect();
                return Err(format!("expected one of {} or custom_fields.KEY", known.join(", ")));
            }
        };
        Ok(Self { name: name.to_owned(), of })
    }

    /// An audience that asks for the column where it is a custom field's, as one that is written is asked for.
    pub(crate) fn asks(&self) -> Option<Audience> {
        let Of::CustomField(key) = &self.of else { return None };
        let filter = format!("custom_fields.{} exists", Value::from(key.as_str()));
        filter.parse().ok().map(Audience::of)
    }

    fn value<'v>(&self, contact: &'v Value, membership: &'v Value) -> Option<&'v Value> {
        match &self.of {
            Of::Contact => contact.get(&self.name),
            Of::Membership => membership.get(&self.name),
            Of::CustomField(key) => membership.get("custom_fields")?.get(key),
        }
    }
}

/// The names of the values that a record has, but for those that are records themselves.
fn keys(record: &Value) -> impl Iterator<Item = &str> {
    let keys = record.as_object().into_iter().flat_map(Map::keys).map(String::as_str);
    keys.filter(|key| !["lists", "custom_fields"].contains(key))
}

/// A contact that has a value of every kind, as it is written.
fn full_contact() -> Value {
    let text = || Some("x".to_owned());
    let contact = Contact {
        carrier: text(),
        line_type: text(),
        timezone: text(),
        is_valid: Some(true),
        on_dnc: Some(false),
        ..Contact::default()
    };
    serde_json::to_value(contact).unwrap_or_default()
}

/// A membership that has a value of every kind, as it is written.
fn full_membership() -> Value {
    let (text, time) = (|| Some("x".to_owned()), Some(chrono::DateTime::UNIX_EPOCH));
    let membership = Membership {
        list_id: Some(1),
        list_number: text(),
        signup_date: time,
        signup_method: text(),
        avg_revenue: Some(0_u64.into()),
        has_revenue: Some(false),
        last_sent_at: time,
        last_clicked_at: time,
        last_revenue_at: time,
        ..Membership::default()
    };
    serde_json::to_value(membership).unwrap_or_default()
}

/// Members, and what is asked of each.
pub(super) struct Rows<'m> {
    pub(super) columns: &'m [Column],
    pub(super) members: &'m Members,
    pub(super) audience: &'m Audience,
    pub(super) cx: &'m EvalContext,
}

impl Rows<'_> {
    /// Writes CSV below a header of the columns' names.
    pub(super) fn csv(&self, bom: bool) -> Result<(), Failure> {
        let names = self.columns.iter().map(|column| column.name.as_str());
        output::csv(bom, names, |rows| self.each(|values| rows.write_record(values.into_iter().map(cell))))
    }

    /// Writes an object on each line.
    pub(super) fn ndjson(&self) -> Result<(), Failure> {
        write(|out| self.each(|values| output::json_line(out, &Line { columns: self.columns, values })))
    }

    fn each<E>(&self, mut row: impl FnMut(Vec<Option<&Value>>) -> Result<(), E>) -> Result<(), E> {
        let by_membership = self.columns.iter().any(|column| !matches!(column.of, Of::Contact));
        for contact in self.members.contacts() {
            let written = serde_json::to_value(&contact).unwrap_or_default();
            let mut one = |membership: &Value| {
                row(self.columns.iter().map(|column| column.value(&written, membership)).collect())
            };
            if by_membership {
                for membership in self.audience.matching_memberships(&contact, self.cx) {
                    one(&serde_json::to_value(membership).unwrap_or_default())?;
                }
            } else {
                one(&Value::Null)?;
            }
        }
        Ok(())
    }
}

/// A value as a cell: a text as it is, no value as an empty cell, and everything else as JSON.
fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// An object of a row's values, in the order of the columns.
struct Line<'r> {
    columns: &'r [Column],
    values: Vec<Option<&'r Value>>,
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.columns.iter().map(|column| &column.name).zip(&self.values))
    }
}
