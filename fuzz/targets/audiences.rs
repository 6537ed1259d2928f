//! Any text as a file of audiences.
#![no_main]

libfuzzer_sys::fuzz_target!(|source: &str| headcount_fuzz::audiences_are_read(source));
