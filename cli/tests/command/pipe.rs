//! Readers that have read enough.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::headcount;

/// Reads one line, as `head -1` does, and goes.
#[track_caller]
fn ends_in_silence(arguments: &str) {
    let mut child = headcount(arguments).command().stdin(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::with_capacity(16, child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(!line.is_empty());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{arguments}");
    assert_eq!(output.status.code(), Some(0), "{arguments}");
}

#[test]
fn a_broken_pipe_is_silent() {
    let directory = tempfile::TempDir::new().unwrap();
    let contacts = directory.path().join("contacts.csv").to_str().unwrap().to_owned();
    let audiences = directory.path().join("audiences.ndjson").to_str().unwrap().to_owned();
    headcount("generate --memberships 20000 --format csv -o").with(&contacts).prints("");
    headcount("generate --audiences 2000 -o").with(&audiences).prints("");

    ends_in_silence("generate --memberships 1000000 --format ndjson");
    ends_in_silence("generate --memberships 1000000 --format csv");
    ends_in_silence("generate --audiences 20000");
    ends_in_silence(&format!("convert {audiences} --to text"));
    for format in ["plain", "csv", "ndjson"] {
        ends_in_silence(&format!("members --filter is_valid {contacts} --format {format}"));
    }
}
