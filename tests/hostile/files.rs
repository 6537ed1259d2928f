//! Files that are not there, or change while they are read.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Once};

use headcount::records::write_parquet;
use headcount::{Contact, Errors, Membership, RecordReader, TableBuilder, error::Code};

use super::{gzip, zstd};

/// Records of about a kilobyte, more than are read ahead.
const MANY: usize = 30_000;

/// Rows of Parquet, which are read by so many thousands that these are more.
const MANY_ROWS: usize = 400_000;

/// What does not pack well.
fn noise(n: usize) -> String {
    let random = |place: usize| ((n * 32 + place) as u64 | 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    (0..64).map(|place| format!("{:x}", random(place).wrapping_mul(0xff51_afd7_ed55_8ccd))).collect()
}

// Each is made once: it is read several times over.
static LINES: LazyLock<Vec<u8>> = LazyLock::new(lines);
static ROWS: LazyLock<Vec<u8>> = LazyLock::new(rows);
static COLUMNS: LazyLock<Vec<u8>> = LazyLock::new(columns);

fn lines() -> Vec<u8> {
    let line = |n| format!("{{\"phone_number\": \"+{n}\", \"carrier\": \"{}\"}}\n", noise(n)).into_bytes();
    (0..MANY).flat_map(line).collect()
}

fn rows() -> Vec<u8> {
    let rows = (0..MANY).flat_map(|n| format!("+{n},{}\n", noise(n)).into_bytes());
    b"phone_number,carrier\n".iter().copied().chain(rows).collect()
}

fn columns() -> Vec<u8> {
    let contact = |n: usize| Contact {
        phone_number: format!("+{n}"),
        memberships: vec![Membership::default()],
        ..Contact::default()
    };
    let mut file = Vec::new();
    write_parquet(&(0..MANY_ROWS).map(contact).collect(), &mut file, &mut |_| {}).unwrap();
    file
}

/// Reads a file, to which something happens as soon as some of it was read.
fn read_while(bytes: &[u8], name: &str, happens: fn(&Path)) -> (u64, Result<u64, Errors>) {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join(name);
    File::create(&path).unwrap().write_all(bytes).unwrap();
    let mut builder = TableBuilder::default();
    let happened = Arc::new(Once::new());
    let (once, changing) = (Arc::clone(&happened), path.clone());
    let reader = RecordReader::new().threads(2).progress(move |_| once.call_once(|| happens(&changing)));
    let report = reader.read_into(&path, &mut builder);
    assert!(happened.is_completed(), "{name}");
    (builder.build().len() as u64, report.map(|report| report.records))
}

#[test]
fn a_file_that_shrinks_is_not_taken_for_a_short_one() {
    let shrinks = |path: &Path| {
        let file = OpenOptions::new().write(true).open(path).unwrap();
        file.set_len(file.metadata().unwrap().len() / 2).unwrap();
    };
    for (bytes, name, reason) in [
        (LINES.clone(), "c.ndjson", "it became shorter while it was read"),
        (ROWS.clone(), "c.csv", "it became shorter while it was read"),
        (gzip(&LINES), "c.ndjson.gz", "the gzip data is cut short"),
        (zstd(&LINES), "c.ndjson.zst", "the zstd data is cut short"),
        (COLUMNS.clone(), "c.parquet", "it became shorter while it was read"),
    ] {
        let (contacts, read) = read_while(&bytes, name, shrinks);
        let errors = read.expect_err(name);
        assert_eq!((contacts, errors.first().code()), (0, Code::UnreadableInput), "{errors}");
        assert!(errors.first().message().contains(reason), "{name}: {errors}");
    }
}

#[test]
#[cfg(unix)]
fn a_file_that_vanishes_is_read_to_its_end() {
    for (bytes, name, many) in
        [(LINES.clone(), "c.ndjson", MANY), (zstd(&ROWS), "c.csv.zst", MANY), (COLUMNS.clone(), "c.parquet", MANY_ROWS)]
    {
        let (contacts, read) = read_while(&bytes, name, |path| fs::remove_file(path).unwrap());
        assert_eq!((contacts, read), (many as u64, Ok(many as u64)), "{name}");
    }
}

#[test]
fn a_file_that_is_not_there_is_told_with_its_name() {
    for name in ["c.ndjson", "c.csv.gz", "c.parquet"] {
        let path = tempfile::tempdir().unwrap().path().join(name);
        let errors = RecordReader::new().contacts(&path).find_map(Result::err).unwrap();
        assert_eq!(errors.first().code(), Code::UnreadableInput);
        assert_eq!(errors.first().place().file.as_deref(), path.to_str(), "{errors}");
    }
}
