//! What the examples of SQL ask, and of whom: the sample audiences and contacts, of whom headcount knows who is in which.

use std::error::Error;

use headcount::sql::{Dialect, Sql, SqlSchema, ddl};
use headcount::{Audience, Contact, EvalContext, Population};

const AUDIENCES: &str = include_str!("../../audiences.json");
const CONTACTS: &str = include_str!("../../contacts.ndjson");

/// Custom fields are in a column of JSON, as the records have them.
const SCHEMA: &str = r#"{"custom_fields": {"json": {"column": "custom_fields"}}}"#;

/// Puts in a row for each membership, with the fields of its contact, of contacts as JSON; keys are named as columns are.
pub const LOAD: &str = "
    INSERT INTO memberships
    SELECT (jsonb_populate_record(NULL::memberships, record)).*
    FROM (
        SELECT contact - 'lists' || membership || jsonb_build_object('membership_id', row_number() OVER ()) AS record
        FROM jsonb_array_elements(CAST($1::text AS jsonb)) AS contact, jsonb_array_elements(contact -> 'lists') AS membership
    ) AS records";

/// What is asked, and of whom.
pub struct Sample {
    pub audiences: Vec<Audience>,
    pub contacts: Population,
    pub cx: EvalContext,
    /// What writes the statements.
    pub sql: Sql,
    /// Makes the table, in a schema that goes with the connection.
    pub tables: String,
}

impl Sample {
    pub fn for_postgresql() -> Result<Self, Box<dyn Error + Send + Sync>> {
        let schema: SqlSchema = serde_json::from_str(SCHEMA)?;
        Ok(Self {
            audiences: Audience::read_all(AUDIENCES)?,
            contacts: CONTACTS.lines().map(serde_json::from_str::<Contact>).collect::<Result<_, _>>()?,
            cx: EvalContext::at("2025-11-15T08:30:00Z".parse()?),
            tables: ddl(Dialect::PostgreSql, &schema)?
                .iter()
                .fold("SET search_path = pg_temp".to_owned(), |tables, table| tables + ";\n" + table.text()),
            sql: Sql::new(Dialect::PostgreSql).with_schema(schema),
        })
    }

    /// Prints what was found, which is to be what headcount finds.
    pub fn check(
        &self,
        audience: &Audience,
        size: i64,
        members: &[String],
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        println!("{}: {size}, {}", audience.name.as_deref().unwrap_or_default(), members.join(" "));
        let expected = self.contacts.size(audience, &self.cx).value;
        let is_member =
            |phone: &String| self.contacts.get(phone).is_some_and(|contact| audience.contains(contact, &self.cx));
        if size.try_into() != Ok(expected) || members.len() as u64 != expected || !members.iter().all(is_member) {
            return Err(format!("the engine finds {size}, expected {expected}").into());
        }
        Ok(())
    }
}
