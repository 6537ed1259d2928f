//! Audiences asked of PostgreSQL through the driver `postgres`: a statement is a text, and its values are bound beside it.
//!
//! `examples/sql/run` starts a server and runs this against it. With a server of your own:
//! `cargo run --manifest-path examples/sql/Cargo.toml --bin postgres -- 'host=localhost user=postgres'`. All tables are
//! temporary.

use std::error::Error;

use headcount::sql::{Parameter, Statement};
use headcount_example_sql::{LOAD, Sample};
use postgres::types::private::BytesMut;
use postgres::types::{Format, IsNull, ToSql, Type};
use postgres::{Client, NoTls, Row};

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let server = std::env::args().nth(1).ok_or("expected a server, such as 'host=localhost user=postgres'")?;
    let sample = Sample::for_postgresql()?;
    let mut client = Client::connect(&server, NoTls)?;
    client.batch_execute(&sample.tables)?;
    client.execute(LOAD, &[&serde_json::to_string(sample.contacts.contacts())?])?;

    for audience in &sample.audiences {
        let rows = query(&mut client, &sample.sql.count(audience, &sample.cx)?)?;
        let size: i64 = rows.first().ok_or("a count has one row")?.try_get("size")?;
        let rows = query(&mut client, &sample.sql.members(audience, &sample.cx)?)?;
        let members: Vec<String> = rows.iter().map(|row| row.try_get("phone_number")).collect::<Result<_, _>>()?;
        sample.check(audience, size, &members)?;
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
