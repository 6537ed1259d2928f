//! What a segmentation service does: takes a filter from a request, hands problems on to its user, and asks contacts.
//!
//! Run it with `cargo run --package headcount --example service`.

use headcount::{Audience, Contact, Errors, EvalContext, Filter};
use serde::{Deserialize, Serialize};

/// A request as the service's own type; the filter is checked later, so that every problem has its place.
#[derive(Deserialize)]
struct Request {
    name: String,
    filter: serde_json::Value,
    source_lists: Vec<i64>,
}

/// A problem as the service tells it.
#[derive(Serialize)]
struct Told<'e> {
    code: &'e str,
    message: String,
    pointer: Option<&'e str>,
    suggestion: Option<&'e str>,
}

fn audience(request: &Request) -> Result<Audience, Errors> {
    let filter = Filter::from_json(&request.filter.to_string())?;
    let source_lists = request.source_lists.clone();
    Ok(Audience { name: Some(request.name.clone()), source_lists, ..Audience::of(filter) })
}

fn tell(errors: &Errors) -> Vec<Told<'_>> {
    let told = errors.iter().map(|problem| Told {
        code: problem.code().as_str(),
        message: problem.message(),
        pointer: problem.place().pointer.as_deref(),
        suggestion: problem.suggestion(),
    });
    told.collect()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
    let contact: Contact = serde_json::from_str(
        r#"{"phone_number": "+14155559876", "list_id": 101, "click_count": 3, "last_clicked_at": "2025-11-01T18:05:32"}"#,
    )?;
    for field in ["click_count", "clickcount"] {
        let request: Request = serde_json::from_str(&format!(
            r#"{{"name": "Clickers", "source_lists": [101], "filter": {{"operator": "AND", "conditions": [
                {{"condition_type": "count", "field": "{field}", "operator": "gte", "value": 3}}
            ]}}}}"#
        ))?;
        match audience(&request) {
            Ok(audience) => print!("{}", audience.explain(&contact, &cx)),
            Err(errors) => println!("{}", serde_json::to_string_pretty(&tell(&errors))?),
        }
    }
    Ok(())
}
