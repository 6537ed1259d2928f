//! Any text as a filter in JSON.
#![no_main]

libfuzzer_sys::fuzz_target!(|source: &str| headcount_fuzz::is_read(source, headcount::Filter::from_json));
