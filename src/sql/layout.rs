//! Where custom fields are, and as what.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::schema::TableName;

/// Where custom fields are.
///
/// ```
/// use headcount::sql::{Dialect, Sql, SqlSchema};
/// use headcount::{Audience, EvalContext};
///
/// let schema: SqlSchema = serde_json::from_str(
///     r#"{"custom_fields": {"columns": {"state": {"type": "text", "column": "us_state"}, "vip": {"type": "boolean"}}}}"#,
/// )?;
/// let sql = Sql::new(Dialect::DuckDb).with_schema(schema).inlined();
/// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
/// let statement = sql.count(&Audience::of("custom.state = 'CA'".parse()?), &cx)?;
/// assert!(statement.text().ends_with(r#""m"."us_state" IS NOT NULL AND "m"."us_state" = 'CA'"#));
/// let refusal = sql.count(&Audience::of("custom.stat = 'CA'".parse()?), &cx).unwrap_err();
/// assert_eq!(refusal.reason(), "there is no column for the custom field `stat`, did you mean `state`?");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CustomFields {
    /// In a table of their values.
    Rows(CustomRows),
    /// In a column of the memberships, as one JSON object.
    Json(CustomJson),
    /// In a column of the memberships, as a map from keys to texts.
    Map(CustomMap),
    /// Each in a column of the memberships.
    Columns(BTreeMap<String, CustomColumn>),
}

/// A table with the values of custom fields: a row for a value, and for an array a row for each of its elements.
///
/// Exactly one of `text`, `number` and `flag` is not NULL, with one exception: a text that is a JSON number has that in
/// `number` too. For an object, an empty array and one of arrays there is a row in which all are NULL: it says that the
/// field has a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct CustomRows {
    /// The table.
    pub table: TableName,
    /// The membership that the value is of.
    pub membership_id: String,
    /// The key of the custom field.
    pub key: String,
    /// The value, where it is a text.
    pub text: String,
    /// The value, where it is a number, or a text that is one.
    pub number: String,
    /// The number, where it is whole and past 2^53.
    pub number_whole: String,
    /// The value, where it is true or false.
    pub flag: String,
    /// The instant that the text is, where it is no element of an array.
    pub instant: String,
}

impl Default for CustomRows {
    fn default() -> Self {
        Self {
            table: TableName::new("custom_values"),
            membership_id: "membership_id".to_owned(),
            key: "key".to_owned(),
            text: "text".to_owned(),
            number: "number".to_owned(),
            number_whole: "number_whole".to_owned(),
            flag: "flag".to_owned(),
            instant: "instant".to_owned(),
        }
    }
}

/// A column with the custom fields of a membership as a JSON object, as records have them; NULL where there are none.
///
/// In PostgreSQL it is of type `jsonb`, or one that can be cast to that; elsewhere it is text, in DuckDB also `JSON`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct CustomJson {
    /// The column.
    pub column: String,
}

impl Default for CustomJson {
    fn default() -> Self {
        Self { column: "custom_fields".to_owned() }
    }
}

/// A column with a map from the keys of custom fields to their values; an absent key, and a NULL, is no value. In
/// PostgreSQL it is an `hstore`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct CustomMap {
    /// The column.
    pub column: String,
    /// What the values are.
    pub values: MapValues,
}

impl Default for CustomMap {
    fn default() -> Self {
        Self { column: "custom_fields".to_owned(), values: MapValues::Text }
    }
}

/// What the values of a map are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MapValues {
    /// Texts, as custom fields of CSV are.
    #[default]
    Text,
    /// JSON.
    Json,
}

/// The column of a custom field; NULL is no value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CustomColumn {
    /// Its type.
    #[serde(rename = "type")]
    pub of: CustomType,
    /// Its name, where that is not the key of the custom field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
}

impl CustomColumn {
    /// A column that has the key of the custom field as its name.
    #[must_use]
    pub fn new(of: CustomType) -> Self {
        Self { of, column: None }
    }

    /// That column under another name.
    #[must_use]
    pub fn named(self, column: impl Into<String>) -> Self {
        Self { column: Some(column.into()), ..self }
    }
}

/// The type of a custom field's column: what the values would be in a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CustomType {
    /// Texts.
    Text,
    /// Whole numbers of any type that holds them exactly.
    Integer,
    /// Numbers as 64-bit floats, none of them infinite or NaN.
    Double,
    /// True or false.
    Boolean,
    /// Instants, as [`SqlSchema`](super::SqlSchema)'s other times are. How each would be written as a text is not said, so
    /// only times are asked of it.
    Timestamp,
    /// Arrays of texts.
    TextList,
    /// Any value as JSON, in the types of [`CustomJson`].
    Json,
}

impl CustomType {
    /// Every type.
    pub const ALL: [Self; 7] =
        [Self::Text, Self::Integer, Self::Double, Self::Boolean, Self::Timestamp, Self::TextList, Self::Json];
}
