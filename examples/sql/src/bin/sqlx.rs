//! Audiences asked of PostgreSQL through `sqlx`: the parts of a statement are a query and its arguments.
//!
//! `examples/sql/run` starts a server and runs this against it. With a server of your own:
//! `cargo run --manifest-path examples/sql/Cargo.toml --bin sqlx -- postgres://postgres@localhost`. All tables are temporary.

use headcount::sql::{Parameter, Statement};
use headcount_example_sql::{LOAD, Sample};
use sqlx::encode::{Encode, IsNull};
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgArguments, PgTypeInfo, Postgres};
use sqlx::{Arguments, Connection, PgConnection, Type};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxDynError> {
    let server = std::env::args().nth(1).ok_or("expected a server, such as postgres://postgres@localhost")?;
    let sample = Sample::for_postgresql()?;
    let mut connection = PgConnection::connect(&server).await?;
    sqlx::raw_sql(&sample.tables).execute(&mut connection).await?;
    let contacts = serde_json::to_string(sample.contacts.contacts())?;
    sqlx::query(LOAD).bind(contacts).execute(&mut connection).await?;

    for audience in &sample.audiences {
        let (text, arguments) = bound(sample.sql.count(audience, &sample.cx)?)?;
        let size: i64 = sqlx::query_scalar_with(&text, arguments).fetch_one(&mut connection).await?;
        let (text, arguments) = bound(sample.sql.members(audience, &sample.cx)?)?;
        let members: Vec<String> = sqlx::query_scalar_with(&text, arguments).fetch_all(&mut connection).await?;
        sample.check(audience, size, &members)?;
    }
    Ok(())
}

/// A statement as `sqlx` takes it: each value goes with its type, since the server would otherwise take
/// `CAST($1 AS TIMESTAMPTZ)` for an instant that is bound, where it is a text to read one from.
fn bound(statement: Statement) -> Result<(String, PgArguments), BoxDynError> {
    let (text, parameters) = statement.into_parts();
    let mut arguments = PgArguments::default();
    for parameter in parameters {
        match parameter {
            Parameter::Text(text) => arguments.add(text)?,
            Parameter::Integer(number) => arguments.add(number)?,
            Parameter::Unsigned(number) => arguments.add(Numeric(number))?,
            Parameter::Double(number) => arguments.add(number)?,
            other => return Err(format!("no type of PostgreSQL is known for {other:?}").into()),
        }
    }
    Ok((text, arguments))
}

/// A number past the end of those of 64 bits: PostgreSQL has no unsigned ones, and the columns that are compared with one are
/// NUMERIC.
struct Numeric(u64);

impl Type<Postgres> for Numeric {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("NUMERIC")
    }
}

impl Encode<'_, Postgres> for Numeric {
    /// Four digits in each two bytes, behind how many such there are, the power of the first, and a sign and a scale of 0.
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        const BASE: u64 = 10_000;
        let fours = |number: &u64| Some(number / BASE).filter(|rest| *rest > 0);
        let mut digits: Vec<u64> = std::iter::successors(Some(self.0), fours).map(|rest| rest % BASE).collect();
        digits.reverse();
        let head = [digits.len() as u64, digits.len() as u64 - 1, 0, 0];
        for number in head.into_iter().chain(digits) {
            buffer.extend_from_slice(&(number as u16).to_be_bytes());
        }
        Ok(IsNull::No)
    }
}
