//! A table that is shared: updates arrive while sizes are counted.
//!
//! Run it with `cargo run --package headcount --example live_table`.

use std::thread;

use headcount::{Audience, Contact, EvalContext, SharedTable, Table};

/// Updates as a queue delivers them: a record of a contact each, as JSON. The third is damaged.
const UPDATES: [&str; 3] = [
    r#"{"phone_number": "+14155550101", "list_id": 101, "click_count": 4}"#,
    r#"{"phone_number": "+13105550102", "lists": [{"list_id": 101, "click_count": 3}, {"list_id": 102}]}"#,
    r#"{"phone_number": "+12065550103", "list_id": 101, "click_count": "many"}"#,
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let contacts: Table = [r#"{"phone_number": "+14155550101", "list_id": 101, "click_count": 1}"#]
        .into_iter()
        .map(serde_json::from_str::<Contact>)
        .collect::<Result<_, _>>()?;
    let contacts = SharedTable::from(contacts);
    let audience = Audience::of("click_count >= 3".parse()?);
    // One instant for the whole run; a service takes the clock's for each request.
    let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
    let size = || contacts.snapshot().size(&audience, &cx).value;
    println!("before the updates: {}", size());

    thread::scope(|scope| {
        let updates = scope.spawn(|| {
            let mut refused = Vec::new();
            for update in UPDATES {
                match serde_json::from_str::<Contact>(update) {
                    Ok(record) => drop(contacts.merge(record)),
                    // One bad message must not stop the queue: it is kept, with the reason, for whoever sent it.
                    Err(error) => refused.push(format!("{error}: {update}")),
                }
            }
            refused
        });
        // Counting goes on meanwhile: a snapshot is the table before an update or after it, never in between.
        let counted = scope.spawn(size);
        if let Ok(size) = counted.join() {
            assert!(size <= 2);
        }
        for refusal in updates.join().unwrap_or_default() {
            println!("refused: {refusal}");
        }
    });
    println!("after the updates: {}", size());
    assert!(contacts.remove("+14155550101"));
    println!("after a removal: {}", size());
    Ok(())
}
