//! Any bytes as CSV.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| drop(headcount_fuzz::records_are_read("contacts.csv", bytes)));
