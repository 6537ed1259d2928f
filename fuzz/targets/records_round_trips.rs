//! Any contacts are written as NDJSON and as a page, and read back.
#![no_main]

use headcount::Contact;

libfuzzer_sys::fuzz_target!(|contacts: Vec<Contact>| {
    let lines: Vec<String> =
        contacts.iter().map(|contact| serde_json::to_string(contact).expect("a contact is JSON")).collect();
    assert_eq!(headcount_fuzz::records_are_read("contacts.ndjson", lines.join("\n").as_bytes()), contacts);
    let page = format!("{{\"contacts\": [{}], \"has_more\": false}}", lines.join(","));
    assert_eq!(headcount_fuzz::records_are_read("contacts.json", page.as_bytes()), contacts);
});
