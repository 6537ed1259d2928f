//! The tables of a schema, and what is in each of their columns.

use super::layout::{CustomFields, CustomRows, CustomType, MapValues};
use super::schema::{SqlSchema, TableName};
use crate::catalogue::{AmountField, FIELDS, Field, Owner, TextField};

/// A table.
pub(super) struct Table<'s> {
    pub(super) name: &'s TableName,
    pub(super) rows: RowsOf,
    pub(super) columns: Vec<Column<'s>>,
    /// The columns that its rows are looked up by.
    pub(super) key: Vec<&'s str>,
}

/// What a table has a row for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RowsOf {
    Contacts,
    Memberships,
    /// Values of custom fields, and elements of those.
    Values,
}

/// A column.
pub(super) struct Column<'s> {
    pub(super) name: &'s str,
    pub(super) holds: Holds<'s>,
}

/// What is in a column.
#[derive(Clone, Copy)]
pub(super) enum Holds<'s> {
    MembershipId,
    ListId,
    Active,
    IsMembership,
    Field(Field),
    /// An amount, where it is whole and a double is not exact.
    Whole(AmountField),
    /// All custom fields, as JSON.
    Json,
    Map(MapValues),
    Custom(&'s str, CustomType),
    /// Of a value of a custom field.
    Key,
    Text,
    Number,
    NumberWhole,
    Flag,
    Instant,
}

/// The tables, each behind those that it refers to.
pub(super) fn tables(schema: &SqlSchema) -> Vec<Table<'_>> {
    let (id, phone_number) = (schema.membership_id.as_str(), schema.column(TextField::PhoneNumber));
    let of_contacts = || {
        // The phone number, which tells contacts apart, stands in front.
        let of_contact = FIELDS.iter().map(|row| row.field).filter(|field| field.owner() == Owner::Contact);
        let (first, others): (Vec<Field>, Vec<Field>) =
            of_contact.partition(|field| *field == Field::Text(TextField::PhoneNumber));
        first.into_iter().chain(others).map(|field| of_field(schema, field))
    };
    let mut tables = Vec::new();
    if let Some(name) = &schema.contacts {
        let columns = of_contacts().collect();
        tables.push(Table { name, rows: RowsOf::Contacts, columns, key: vec![phone_number] });
    }
    let mut columns = vec![Column { name: id, holds: Holds::MembershipId }];
    columns.extend(of_contacts().take(if schema.contacts.is_some() { 1 } else { usize::MAX }));
    columns.push(Column { name: &schema.list_id, holds: Holds::ListId });
    columns.push(Column { name: &schema.active, holds: Holds::Active });
    columns.extend(schema.is_membership.iter().map(|name| Column { name, holds: Holds::IsMembership }));
    for row in FIELDS.iter().filter(|row| row.field.owner() == Owner::Membership) {
        columns.push(of_field(schema, row.field));
        if let Field::Amount(amount) = row.field {
            columns.extend(schema.wholes.get(&amount).map(|name| Column { name, holds: Holds::Whole(amount) }));
        }
    }
    match &schema.custom_fields {
        CustomFields::Rows(_) => {}
        CustomFields::Json(json) => columns.push(Column { name: &json.column, holds: Holds::Json }),
        CustomFields::Map(map) => columns.push(Column { name: &map.column, holds: Holds::Map(map.values) }),
        CustomFields::Columns(custom) => columns.extend(custom.iter().map(|(key, column)| Column {
            name: column.column.as_ref().unwrap_or(key),
            holds: Holds::Custom(key, column.of),
        })),
    }
    let name = &schema.memberships;
    tables.push(Table { name, rows: RowsOf::Memberships, columns, key: vec![phone_number, id] });
    if let CustomFields::Rows(rows) = &schema.custom_fields {
        tables.push(of_values(rows));
    }
    tables
}

fn of_field(schema: &SqlSchema, field: Field) -> Column<'_> {
    Column { name: schema.column(field), holds: Holds::Field(field) }
}

fn of_values(rows: &CustomRows) -> Table<'_> {
    let columns = [
        (&rows.membership_id, Holds::MembershipId),
        (&rows.key, Holds::Key),
        (&rows.text, Holds::Text),
        (&rows.number, Holds::Number),
        (&rows.number_whole, Holds::NumberWhole),
        (&rows.flag, Holds::Flag),
        (&rows.instant, Holds::Instant),
    ];
    let columns = columns.into_iter().map(|(name, holds)| Column { name, holds }).collect();
    Table { name: &rows.table, rows: RowsOf::Values, columns, key: vec![&rows.key, &rows.membership_id] }
}
