//! Any filter is written in every form, and read back.
#![no_main]

libfuzzer_sys::fuzz_target!(|filter: headcount::Filter| headcount_fuzz::is_written(&filter));
