//! Runs the service on port 3000, with the contacts of the files that are named: `headcount-service-example contacts.ndjson`.

use std::sync::Arc;

use headcount::Table;
use headcount_service_example::{Service, serve};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let files: Vec<_> = std::env::args_os().skip(1).map(std::path::PathBuf::from).collect();
    let service = Arc::new(Service::of(Table::read(files)?));
    service.keep_joined()?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 3000)).await?;
    println!("listening on {}", listener.local_addr()?);
    Ok(serve(listener, service).await?)
}
