//! A full disk, a signal, a machine with little memory: nothing half-written is left, and nothing takes more than it says.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::{headcount, root};

/// The command, run by a shell that has set limits.
fn limited(limits: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{limits}; exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_headcount")]);
    command.args(arguments).current_dir(root());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn files_in(directory: &Path) -> usize {
    fs::read_dir(directory).unwrap().count()
}

/// A disk that has room for so much and no more.
#[test]
fn a_full_disk_leaves_no_file() {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("out");
    for arguments in ["generate --memberships 100000 -o", "import contacts.ndjson -o"] {
        let contacts = TempDir::new().unwrap();
        let records = contacts.path().join("contacts.ndjson");
        headcount("generate --memberships 50000 -o").with(records.to_str().unwrap()).prints("");
        let arguments = arguments.replace("contacts.ndjson", records.to_str().unwrap());
        let mut arguments: Vec<&str> = arguments.split(' ').collect();
        arguments.push(file.to_str().unwrap());
        // In blocks of 512 bytes. The signal that comes with it is ignored, as a full disk sends none.
        let output = limited("trap '' XFSZ; ulimit -f 200", &arguments).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("cannot be written"), "{arguments:?}: {said}");
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        assert_eq!(files_in(directory.path()), 0, "{arguments:?}");
    }
    headcount("size --filter is_valid examples/contacts.csv").stdout();
    let full = fs::File::create("/dev/full").unwrap();
    let output = headcount("size --filter is_valid examples/contacts.csv").command().stdout(full).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), said.contains("cannot be written")), (Some(1), true), "{said}");
}

/// Ends a command that is in the middle of reading or writing, as Control-C does.
#[track_caller]
fn is_interrupted(arguments: &str, directory: &Path, input: &[u8]) {
    // What runs in the background of a script does not hear Control-C, nor does what it starts.
    let mut env = Command::new("env");
    env.args(["--default-signal=INT", env!("CARGO_BIN_EXE_headcount")]).args(arguments.split(' '));
    let mut child = env.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // More than a pipe holds, so that the command is at work when it has all been written.
    let _ = stdin.write_all(&input.repeat(30_000));
    if input.is_empty() {
        std::thread::sleep(Duration::from_millis(500));
    }
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    let status = child.wait().unwrap();
    assert_eq!(status.signal(), Some(2), "{arguments}: {status}");
    assert_eq!(files_in(directory), 0, "{arguments}");
}

#[test]
fn an_interrupt_ends_it_and_leaves_no_file() {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("out").to_str().unwrap().to_owned();
    let record = b"{\"phone_number\": \"+1\", \"list_id\": 7}\n";
    is_interrupted(&format!("import - -o {file}"), directory.path(), record);
    is_interrupted("size --filter is_valid -", directory.path(), record);
    is_interrupted(&format!("generate --memberships 100000000 -o {file}"), directory.path(), b"");
}

/// In kibibytes of address space, of which threads and code take a part.
const LITTLE: &str = "ulimit -v 700000";

/// Input that is endless, or unpacks to something endless.
#[track_caller]
fn stays_small(name: &str, input: impl FnOnce(&mut dyn Write) + Send + 'static) {
    let mut child = limited(LITTLE, &["size", "--filter", "is_valid", "-"]).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input(&mut stdin));
    let mut first = String::new();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    stderr.read_line(&mut first).unwrap();
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    let status = child.wait().unwrap();
    writer.join().unwrap();
    assert!(first.contains("invalid_record"), "{name}: {first}{rest}");
    assert_eq!(status.code(), Some(1), "{name}: {first}{rest}");
}

/// As much as a gibibyte, or a thirty-second of it where code is not optimised.
const ENDLESS: usize = if cfg!(debug_assertions) { 32 << 20 } else { 1 << 30 };

fn fill(output: &mut dyn Write, head: &str, filling: &[u8]) {
    // Who has said what is wrong reads no further.
    let piece = filling.repeat((1 << 20) / filling.len());
    let _ = output.write_all(head.as_bytes());
    let _ = (0..ENDLESS / piece.len()).try_for_each(|_| output.write_all(&piece));
}

#[test]
fn memory_is_bounded_of_json_without_end() {
    let record = "{\"phone_number\": \"";
    stays_small("a record of a gibibyte", |out| fill(out, record, b"1"));
    stays_small("brackets without end", |out| fill(out, "[", b"["));
    stays_small("an array without end", |out| fill(out, "[", b"0,"));
    stays_small("invalid UTF-8 without end", |out| fill(out, record, b"\xff"));
}

#[test]
fn memory_is_bounded_of_csv_without_end() {
    stays_small("a cell of a gibibyte", |out| fill(out, "phone_number\n\"", b"1"));
    stays_small("a header of a gibibyte", |out| fill(out, "phone_number", b",x"));
}

#[test]
fn memory_is_bounded_of_what_unpacks_without_end() {
    for (name, head) in [("a bomb of one record", "{\"phone_number\": \""), ("a bomb of one cell", "phone_number\n")] {
        stays_small(name, |out| {
            let mut packed = flate2::write::GzEncoder::new(out, flate2::Compression::fast());
            fill(&mut packed, head, b"1");
        });
    }
}
