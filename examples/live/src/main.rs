//! Runs the service on port 3000: `headcount-live-example audiences.json 2025-11-15T08:30:00Z contacts.ndjson …`.

use std::path::PathBuf;
use std::sync::Arc;

use headcount::{Audience, EvalContext, Live, Table};
use headcount_live_example::{Service, serve};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(audiences), Some(now)) = (arguments.next(), arguments.next()) else {
        return Err(
            "expected a file of audiences, the instant at which the records are as they are, and records".into()
        );
    };
    let audiences = Audience::read_all(&std::fs::read_to_string(audiences)?)?;
    let cx = EvalContext::at(now.to_string_lossy().parse()?);
    let contacts = Table::read(arguments.map(PathBuf::from))?;
    let service = Arc::new(Service::of(Live::new(contacts, audiences, &cx)?));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 3000)).await?;
    println!("listening on {}", listener.local_addr()?);
    Ok(serve(listener, service).await?)
}
