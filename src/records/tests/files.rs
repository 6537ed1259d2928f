use std::fs;
use std::io::{self, Read, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use super::super::form;
use super::super::input::{Bytes, OpenInput, Opened};
use super::super::report::ReadTally;
use super::super::{Contacts, Input, OnError, ReadReport, RecordReader};
use super::{in_chunks, outcome, outcome_of, reads, refuses, tells};
use crate::error::Code;

const LINES: &str = "{\"phone_number\": \"+1\"}\n{\"phone_number\": \"+2\"}\n";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    // With a checksum, as the command line's files have one.
    let mut packed = zstd::Encoder::new(Vec::new(), 1).unwrap();
    packed.include_checksum(true).unwrap();
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

#[test]
fn packed_files_are_known_by_their_first_bytes() {
    let both = &["+1", "+2"];
    for pack in [gzip, zstd] {
        for name in ["c", "c.json", "c.ndjson.gz", "c.zst", "c.csv.GZ"] {
            reads(name, pack(LINES.as_bytes()), both);
            reads(name, pack(b""), &[]);
            let (first, second) = LINES.as_bytes().split_at(30);
            reads(name, [pack(first), pack(b""), pack(second)].concat(), both);
        }
        for name in ["c", "c.gz", "c.csv.GZ", "c.zst"] {
            reads(name, pack("\u{feff}phone\r\n+1\r\n+2\r\n".as_bytes()), both);
        }
    }
    let skippable = [&[0x5a, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, b'x', b'y'], zstd(LINES.as_bytes()).as_slice()].concat();
    reads("c", skippable, both);
    reads("c.gz", LINES, both);
    reads("c.zst", "phone\n+1\n+2\n", both);
}

#[test]
fn packed_files_that_are_cut_short() {
    for (name, packed) in [("gzip", gzip(LINES.as_bytes())), ("zstd", zstd(LINES.as_bytes()))] {
        let problem = format!("unreadable_input at c: cannot be read: the {name} data is cut short");
        for length in 4..packed.len() {
            refuses("c", &packed[..length], &[&problem]);
            refuses("c", [&packed, &packed[..length]].concat(), &[&problem]);
        }
        for extension in ["gz", "zst"].iter().filter(|extension| name.starts_with(&extension[..1])) {
            let file = format!("c.{extension}");
            for length in 0..4 {
                refuses(&file, &packed[..length], &[&problem.replace("at c:", &format!("at {file}:"))]);
            }
        }
    }
}

#[test]
fn packed_files_that_are_damaged() {
    for packed in [gzip(LINES.as_bytes()), zstd(LINES.as_bytes())] {
        let at = packed.len() - 3;
        let mut damaged = packed.clone();
        damaged[at] ^= 0x55;
        let garbage = [packed.as_slice(), b"garbage, and not little"].concat();
        for (damaged, said) in [(damaged, " data is damaged: "), (garbage, "there are bytes behind the ")] {
            for on_error in [OnError::Fail, OnError::Skip] {
                let (_, report) = outcome(&RecordReader::new().on_error(on_error), "c", &damaged);
                let errors = report.unwrap_err();
                assert_eq!(errors.first().code(), Code::UnreadableInput);
                assert!(errors.first().message().contains(said), "{errors}");
            }
        }
    }
}

#[test]
fn what_is_read_before_the_damage_is_told_after_it() {
    let packed = gzip("{\"phone_number\": 1}\n".repeat(3).as_bytes());
    let input = [packed.as_slice(), &packed[..20]].concat();
    let errors = outcome(&RecordReader::new(), "c", &input).1.unwrap_err();
    let codes: Vec<_> = errors.iter().map(|problem| problem.code()).collect();
    assert_eq!(codes, [Code::UnreadableInput, Code::InvalidRecord, Code::InvalidRecord, Code::InvalidRecord]);
}

#[test]
fn other_encodings_are_told() {
    let utf_16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let problem =
        "unreadable_input at c: cannot be read: it is UTF-16; `iconv -f UTF-16 -t UTF-8 FILE` makes UTF-8 of it";
    refuses("c", utf_16("\u{feff}phone\n+1\n"), &[problem]);
    refuses("c", utf_16("\u{feff}"), &[problem]);
}

#[test]
fn paths() {
    let folder = std::env::temp_dir().join(format!("headcount-records-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("c.ndjson");
    fs::write(&file, LINES).unwrap();
    let read = |path: &std::path::Path| {
        let last = Arc::new(AtomicU64::new(0));
        let told = Arc::clone(&last);
        let reader = RecordReader::new().progress(move |bytes| told.store(bytes, Ordering::Relaxed));
        let (contacts, report) = outcome_of(&reader, Input::from(path));
        let report = report.map_err(|errors| errors.to_string())?;
        Ok::<_, String>((report.records, contacts.len(), last.load(Ordering::Relaxed)))
    };
    assert_eq!(read(&file), Ok((2, 2, LINES.len() as u64)));
    let nowhere = folder.join("nowhere.ndjson");
    let problem = |path: &std::path::Path, reason: &str| {
        Err(format!("unreadable_input at {}: cannot be read: {reason}", path.display()))
    };
    #[cfg(unix)]
    {
        assert_eq!(read(&nowhere), problem(&nowhere, "No such file or directory (os error 2)"));
        assert_eq!(read(&folder), problem(&folder, "it is a folder, and only the files in it can be read"));
    }
    fs::remove_dir_all(&folder).unwrap();
}

/// An input that fails after a while.
struct Failing<'b>(&'b [u8]);

impl Read for Failing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer) {
            Ok(0) => Err(io::Error::other("the cable was pulled")),
            read => read,
        }
    }
}

#[test]
fn an_input_that_fails() {
    let packed = [gzip(LINES.as_bytes()), zstd(LINES.as_bytes())];
    for threads in 1..3 {
        let reader = RecordReader::new().on_error(OnError::Skip).threads(threads);
        // The packed ones are not damaged by that.
        for input in [LINES.as_bytes(), &packed[0][..20], &packed[1][..20]] {
            let errors = outcome_of(&reader, Input::new("c", Failing(input))).1.unwrap_err();
            assert_eq!(errors.to_string(), "unreadable_input at c: cannot be read: the cable was pulled");
        }
    }
}

/// An input that is interrupted before each read, by a signal for example.
struct Interrupted<'b> {
    input: &'b [u8],
    now: bool,
}

impl Read for Interrupted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.now = !self.now;
        if self.now {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let few = buffer.len().min(10);
        self.input.read(&mut buffer[..few])
    }
}

#[test]
fn an_input_that_is_interrupted_goes_on() {
    for (name, packed) in
        [("plain", LINES.as_bytes().to_vec()), ("gzip", gzip(LINES.as_bytes())), ("zstd", zstd(LINES.as_bytes()))]
    {
        let read = |input: &[u8]| {
            let report = outcome_of(&RecordReader::new(), Input::new("c", Interrupted { input, now: false })).1;
            report.map(|report| report.records).map_err(|errors| errors.to_string())
        };
        assert_eq!(read(&packed), Ok(2), "{name}");
        if name != "plain" {
            let problem = format!("unreadable_input at c: cannot be read: the {name} data is cut short");
            assert_eq!(read(&packed[..packed.len() - 3]), Err(problem));
        }
    }
}

#[test]
fn names_tell_what_is_packed_only_where_the_first_bytes_cannot() {
    for (name, input, expected) in [
        ("c", "", Ok(0)),
        ("c.csv", "", Ok(0)),
        ("c.gz", "", Err("unreadable_input at c.gz: cannot be read: the gzip data is cut short")),
        ("c.zst", "", Err("unreadable_input at c.zst: cannot be read: the zstd data is cut short")),
        ("c.gz", LINES, Ok(2)),
        ("c.zst", LINES, Ok(2)),
        ("c.gz", "phone\n+1\n", Ok(1)),
    ] {
        let report = outcome(&RecordReader::new(), name, input.as_bytes()).1;
        let read = report.map(|report| report.records).map_err(|errors| errors.to_string());
        assert_eq!(read, expected.map_err(str::to_owned), "{name}, {} bytes", input.len());
    }
}

#[cfg(feature = "parquet")]
#[test]
fn what_will_be_asked_of_several_files_leaves_columns_out_and_nobody() {
    use crate::records::write_parquet;
    use crate::{Audience, EvalContext};

    let csv = b"phone_number,list_id,carrier\n+1,7,Verizon\n+2,8,Sprint\n";
    let table = RecordReader::new().table([Input::new("c.csv", &csv[..])]).unwrap();
    let mut file = Vec::new();
    write_parquet(&table, &mut file, &mut |_| {}).unwrap();

    let audience = Audience::of("list = 7".parse().unwrap());
    let cx = EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap());
    let carriers = |reader: RecordReader| {
        let (contacts, report) = outcome(&reader, "c.parquet", &file);
        assert_eq!(report.unwrap().totals, None);
        contacts.into_iter().map(|contact| contact.carrier).collect::<Vec<_>>()
    };
    assert_eq!(carriers(RecordReader::new()), [Some("Verizon".to_owned()), Some("Sprint".to_owned())]);
    assert_eq!(carriers(RecordReader::new().for_plans_among_files([audience.plan(&cx)])), [None, None]);
}

#[test]
fn a_file_that_became_shorter() {
    let RecordReader { on_error, reading } = RecordReader::new();
    let input =
        OpenInput { name: "c".to_owned(), length: Some(1_000), bytes: Bytes::Stream(Box::new(LINES.as_bytes())) };
    let batches = form::open(Opened::Bytes(input), &reading).unwrap().contacts();
    let errors =
        Contacts::new("c".to_owned(), on_error, ReadTally::default(), Ok(batches)).find_map(Result::err).unwrap();
    assert_eq!(errors.to_string(), "unreadable_input at c: cannot be read: it became shorter while it was read");
}

#[test]
fn progress_ends_with_the_length_of_the_file() {
    let packed = gzip(LINES.repeat(1_000).as_bytes());
    for threads in 1..3 {
        let reader = in_chunks(RecordReader::new().threads(threads), 500);
        let told = Arc::new(Mutex::new(Vec::new()));
        let telling = Arc::clone(&told);
        let reader = reader.progress(move |bytes| telling.lock().unwrap().push(bytes));
        outcome(&reader, "c", &packed).1.unwrap();
        let told = told.lock().unwrap();
        assert!(told.is_sorted());
        assert_eq!(told.last(), Some(&(packed.len() as u64)));
    }
}

#[test]
fn the_first_hundred_problems_are_described() {
    let source = "{\"phone_number\": \"\"}\n".repeat(250) + LINES;
    for threads in 1..4 {
        let reader = in_chunks(RecordReader::new().threads(threads), 333);
        let report = outcome(&reader.clone().on_error(OnError::Skip), "c", source.as_bytes()).1.unwrap();
        assert_eq!((report.records, report.skipped), (2, 250));
        let problems = report.problems.unwrap();
        assert_eq!((problems.iter().len(), problems.omitted()), (100, 150));
        let lines: Vec<_> = problems.iter().map(|problem| problem.place().line).collect();
        assert_eq!(lines, (1..=100).map(Some).collect::<Vec<_>>());
        assert_eq!(outcome(&reader, "c", source.as_bytes()).1, Err(problems));
    }
    tells(
        "c",
        "{\"phone_number\": \"\"}",
        &[],
        &["1:20 (/phone_number): key `phone_number`: a record needs a `phone_number`, and this one is empty"],
    );
}

#[test]
fn who_has_enough_reads_no_further() {
    let source = LINES.repeat(10_000);
    for threads in [1, 3] {
        let mut contacts =
            in_chunks(RecordReader::new().threads(threads), 50).contacts(Input::new("c", source.as_bytes()));
        assert!(contacts.next().unwrap().is_ok());
        assert_eq!(contacts.report(), &ReadReport::default(), "nothing is told before the end");
    }
}
