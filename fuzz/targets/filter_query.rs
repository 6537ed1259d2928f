//! Any text as a query of react-querybuilder.
#![no_main]

libfuzzer_sys::fuzz_target!(|source: &str| headcount_fuzz::is_read(source, headcount::Filter::from_react_querybuilder));
