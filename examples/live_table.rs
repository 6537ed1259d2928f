//! A table behind a lock: updates arrive while sizes are counted.
//!
//! Run it with `cargo run --package headcount --example live_table`.

use std::sync::{PoisonError, RwLock};
use std::thread;

use headcount::{Audience, Contact, EvalContext, Table};

/// The contacts of a service, which many threads read and few change.
struct Contacts {
    table: RwLock<Table>,
}

impl Contacts {
    /// Puts a contact in, in place of the one with its phone number.
    fn update(&self, contact: Contact) {
        self.table.write().unwrap_or_else(PoisonError::into_inner).upsert(contact);
    }

    /// Takes a contact out; whether there was one.
    fn remove(&self, phone_number: &str) -> bool {
        self.table.write().unwrap_or_else(PoisonError::into_inner).remove(phone_number)
    }

    /// How many are in an audience. Other threads can count at the same time; updates wait.
    fn size(&self, audience: &Audience, cx: &EvalContext) -> u64 {
        self.table.read().unwrap_or_else(PoisonError::into_inner).size(audience, cx).value
    }
}

/// Updates as a queue delivers them: one contact, with all of its memberships, as JSON. The third is damaged.
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
    let contacts = Contacts { table: RwLock::new(contacts) };
    let audience = Audience::of("click_count >= 3".parse()?);
    // One instant for the whole run; a service takes the clock's for each request.
    let cx = EvalContext::at("2025-11-15T08:30:00Z".parse()?);
    println!("before the updates: {}", contacts.size(&audience, &cx));

    thread::scope(|scope| {
        let updates = scope.spawn(|| {
            let mut refused = Vec::new();
            for update in UPDATES {
                match serde_json::from_str(update) {
                    Ok(contact) => contacts.update(contact),
                    // One bad message must not stop the queue: it is kept, with the reason, for whoever sent it.
                    Err(error) => refused.push(format!("{error}: {update}")),
                }
            }
            refused
        });
        // Counting goes on meanwhile: it sees the table before an update or after it, never in between.
        let counted = scope.spawn(|| contacts.size(&audience, &cx));
        if let Ok(size) = counted.join() {
            assert!(size <= 2);
        }
        for refusal in updates.join().unwrap_or_default() {
            println!("refused: {refusal}");
        }
    });
    println!("after the updates: {}", contacts.size(&audience, &cx));
    assert!(contacts.remove("+14155550101"));
    println!("after a removal: {}", contacts.size(&audience, &cx));
    Ok(())
}
