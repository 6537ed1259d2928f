//! Any text as a filter in the text form.
#![no_main]

libfuzzer_sys::fuzz_target!(|source: &str| headcount_fuzz::is_read(source, str::parse));
