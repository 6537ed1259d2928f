//! Where things are: the names of tables and columns.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::layout::{CustomFields, CustomRows};
use crate::catalogue::{AmountField, Field};

/// Where contacts, memberships and custom fields are in a database.
///
/// [`ddl`](super::ddl) describes its tables. The default is one table of memberships, with the fields of the
/// contact in each, and a table of the values of custom fields.
///
/// ```
/// use headcount::sql::{Dialect, Sql, SqlSchema};
/// use headcount::{Audience, EvalContext};
///
/// let schema: SqlSchema = serde_json::from_str(r#"{"memberships": ["crm", "subscribers"], "columns": {"click_count": "clicks"}}"#)?;
/// let audience = Audience::of("click_count >= 3".parse()?);
/// let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
/// let statement = Sql::new(Dialect::DuckDb).with_schema(schema).inlined().count(&audience, &cx)?;
/// assert!(statement.text().contains(r#"FROM "crm"."subscribers""#));
/// assert!(statement.text().contains(r#""clicks" >= 3"#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SqlSchema {
    /// The table with a row for each membership, at most one for each contact and list.
    pub memberships: TableName,
    /// The table with a row for each contact, joined by phone number; `None` where the fields of the contact are in
    /// each of its memberships.
    pub contacts: Option<TableName>,
    /// The column that tells memberships apart, never NULL; only values of custom fields ask for it, where they are not each
    /// in a column of its type.
    pub membership_id: String,
    /// The column that is false in rows that are no membership, as the Parquet of this library has them.
    pub is_membership: Option<String>,
    /// The column of the list, NULL where there is none.
    pub list_id: String,
    /// The column that says whether the contact is subscribed; NULL is true.
    pub active: String,
    /// The columns of fields; a field that is not here has its own name. `phone_number` is never NULL.
    #[serde(with = "by_name")]
    pub columns: BTreeMap<Field, String>,
    /// Beside the double of an amount, the column with the same number where it is whole and past 2^53, of a type that
    /// holds it exactly. Without one, the double is the amount.
    #[serde(with = "by_name")]
    pub wholes: BTreeMap<AmountField, String>,
    /// Where custom fields are.
    pub custom_fields: CustomFields,
    /// The view of the values of custom fields that [`ddl`](super::ddl) makes, where they are not in a table of their own:
    /// statements ask it, where they would else each work out what is in JSON, in a map or in a text.
    pub values_view: Option<TableName>,
}

impl Default for SqlSchema {
    fn default() -> Self {
        let whole = |field: &AmountField| (*field, format!("{}_whole", field.name()));
        Self {
            memberships: TableName::new("memberships"),
            contacts: None,
            membership_id: "membership_id".to_owned(),
            is_membership: None,
            list_id: "list_id".to_owned(),
            active: "active".to_owned(),
            columns: BTreeMap::new(),
            wholes: AmountField::ALL.iter().map(whole).collect(),
            custom_fields: CustomFields::Rows(CustomRows::default()),
            values_view: None,
        }
    }
}

impl SqlSchema {
    /// The column of a field.
    #[must_use]
    pub fn column(&self, field: impl Into<Field>) -> &str {
        let field = field.into();
        self.columns.get(&field).map_or(field.name(), String::as_str)
    }
}

/// The name of a table, with those of its schema and catalogue in front of it if there are any.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct TableName {
    path: Vec<String>,
}

impl TableName {
    /// A table by its name alone.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { path: vec![name.into()] }
    }

    /// The table of that name in this schema, or this catalogue.
    ///
    /// ```
    /// use headcount::sql::TableName;
    ///
    /// assert_eq!(TableName::new("crm").then("memberships").path(), ["crm", "memberships"]);
    /// ```
    #[must_use]
    pub fn then(mut self, name: impl Into<String>) -> Self {
        self.path.push(name.into());
        self
    }

    /// The names, from the outside to the inside.
    #[must_use]
    pub fn path(&self) -> &[String] {
        &self.path
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "expected the name of a table, or an array of names")]
enum Written {
    Name(String),
    Path(Vec<String>),
}

impl TryFrom<Written> for TableName {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        match written {
            Written::Name(name) => Ok(Self::new(name)),
            Written::Path(path) if path.is_empty() => Err("expected the name of a table, found an empty array"),
            Written::Path(path) => Ok(Self { path }),
        }
    }
}

impl From<TableName> for Written {
    fn from(table: TableName) -> Self {
        Self::Path(table.path)
    }
}

/// Fields as keys of JSON, by name.
mod by_name {
    use super::*;

    pub(super) fn serialize<F: Copy + Into<Field>, S: Serializer>(
        columns: &BTreeMap<F, String>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_map(columns.iter().map(|(field, column)| ((*field).into().name(), column)))
    }

    pub(super) fn deserialize<'de, F: TryFrom<Field> + Ord, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<F, String>, D::Error> {
        let columns = BTreeMap::<String, String>::deserialize(deserializer)?;
        let field = |(name, column): (String, String)| {
            let field = Field::from_name(&name).and_then(|row| F::try_from(row.field).ok());
            field.map(|field| (field, column)).ok_or(NoField(name))
        };
        columns.into_iter().map(field).collect::<Result<_, _>>().map_err(serde::de::Error::custom)
    }
}

struct NoField(String);

impl fmt::Display for NoField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown field `{}`", self.0)
    }
}

impl TryFrom<Field> for AmountField {
    type Error = ();

    fn try_from(field: Field) -> Result<Self, ()> {
        match field {
            Field::Amount(field) => Ok(field),
            _ => Err(()),
        }
    }
}
