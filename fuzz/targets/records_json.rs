//! Any bytes as NDJSON, as API pages and as documents of JSON; the first byte chooses the name.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Some((first, bytes)) = bytes.split_first() {
        let names = ["contacts.ndjson", "contacts.json", "contacts"];
        headcount_fuzz::records_are_read(names[usize::from(*first) % names.len()], bytes);
    }
});
