//! Audiences asked of PostgreSQL through a driver: a statement is a text, and its values are bound beside it.
//!
//! `examples/sql/run` starts a server and runs this against it. With a server of your own:
//! `cargo run --manifest-path examples/sql/Cargo.toml -- 'host=localhost user=postgres'`. All tables are temporary.

use std::error::Error;

use headcount::sql::{Dialect, Parameter, Sql, SqlSchema, Statement, ddl};
use headcount::{Audience, Contact, EvalContext, Population};
use postgres::types::private::BytesMut;
use postgres::types::{Format, IsNull, ToSql, Type};
use postgres::{Client, NoTls, Row};

const AUDIENCES: &str = include_str!("../../audiences.json");
const CONTACTS: &str = include_str!("../../contacts.ndjson");

/// Custom fields are in a column of JSON, as the records have them.
const SCHEMA: &str = r#"{"custom_fields": {"json": {"column": "custom_fields"}}}"#;

/// A row for each membership, with the fields of its contact; keys are named as columns are.
const LOAD: &str = "
    INSERT INTO memberships
    SELECT (jsonb_populate_record(NULL::memberships, record)).*
    FROM (
        SELECT contact - 'lists' || membership || jsonb_build_object('membership_id', row_number() OVER ()) AS record
        FROM jsonb_array_elements(CAST($1::text AS jsonb)) AS contact, jsonb_array_elements(contact -> 'lists') AS membership
    ) AS records";

fn main() -> Result<(), Box<dyn Error>> {
    let server = std::env::args().nth(1).ok_or("expected a server, such as 'host=localhost user=postgres'")?;
    let mut client = Client::connect(&server, NoTls)?;
    let schema: SqlSchema = serde_json::from_str(SCHEMA)?;
    let contacts: Population = CONTACTS.lines().map(serde_json::from_str::<Contact>).collect::<Result<_, _>>()?;
    client.batch_execute("SET search_path = pg_temp")?;
    client.batch_execute(&ddl(Dialect::PostgreSql, &schema)?)?;
    client.execute(LOAD, &[&serde_json::to_string(contacts.contacts())?])?;

    let sql = Sql::new(Dialect::PostgreSql).with_schema(schema);
    let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
    for audience in Audience::read_all(AUDIENCES)? {
        let rows = query(&mut client, &sql.count(&audience, &cx)?)?;
        let size: i64 = rows.first().ok_or("a count has one row")?.try_get("size")?;
        let rows = query(&mut client, &sql.members(&audience, &cx)?)?;
        let members: Vec<&str> = rows.iter().map(|row| row.try_get("phone_number")).collect::<Result<_, _>>()?;
        println!("{}: {size}, {}", audience.name.as_deref().unwrap_or_default(), members.join(" "));

        let expected = contacts.size(&audience, &cx).value;
        let is_member = |phone: &&str| contacts.get(phone).is_some_and(|contact| audience.contains(contact, &cx));
        if size.try_into() != Ok(expected) || members.len() as u64 != expected || !members.iter().all(is_member) {
            return Err(format!("PostgreSQL finds {size}, expected {expected}").into());
        }
    }
    Ok(())
}

/// Asks a statement with its parameters bound.
fn query(client: &mut Client, statement: &Statement) -> Result<Vec<Row>, postgres::Error> {
    let parameters: Vec<Bound<'_>> = statement.parameters().iter().map(Bound).collect();
    // Each has the type of its value: the server would otherwise take `CAST($1 AS TIMESTAMPTZ)` for an instant that is
    // bound, where it is a text to read one from.
    let types: Vec<Type> = parameters.iter().map(Bound::of_type).collect();
    let prepared = client.prepare_typed(statement.text(), &types)?;
    let values: Vec<&(dyn ToSql + Sync)> = parameters.iter().map(|bound| bound as _).collect();
    client.query(&prepared, &values)
}

/// A parameter as the driver sends it.
#[derive(Debug)]
struct Bound<'s>(&'s Parameter);

impl Bound<'_> {
    fn of_type(&self) -> Type {
        match self.0 {
            Parameter::Text(_) => Type::TEXT,
            Parameter::Integer(_) => Type::INT8,
            Parameter::Double(_) => Type::FLOAT8,
            // PostgreSQL has no unsigned numbers, and the columns that are compared with one are NUMERIC.
            _ => Type::NUMERIC,
        }
    }
}

impl ToSql for Bound<'_> {
    fn to_sql(&self, of: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self.0 {
            Parameter::Text(text) => text.to_sql(of, out),
            Parameter::Integer(integer) => integer.to_sql(of, out),
            Parameter::Double(double) => double.to_sql(of, out),
            Parameter::Unsigned(number) => number.to_string().to_sql(&Type::TEXT, out),
            other => Err(format!("no type of PostgreSQL is known for {other:?}").into()),
        }
    }

    fn accepts(of: &Type) -> bool {
        [Type::TEXT, Type::INT8, Type::FLOAT8, Type::NUMERIC].contains(of)
    }

    /// What has a type of Rust's goes as bytes, and a NUMERIC as its digits.
    fn encode_format(&self, of: &Type) -> Format {
        if *of == Type::NUMERIC { Format::Text } else { Format::Binary }
    }

    postgres::types::to_sql_checked!();
}
