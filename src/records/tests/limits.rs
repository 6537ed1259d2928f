use std::io::{self, Read};

use super::super::{Input, OnError, RecordReader};
use super::{in_chunks, outcome, outcome_of};

const TOO_LONG: &str = "the record is larger than 16 MiB";

/// Reads in several ways, each with chunks so large that it takes no time.
#[track_caller]
fn tells(input: &[u8], phone_numbers: &[&str], problems: &[&str]) {
    for (threads, chunk) in [(1, 1 << 20), (2, 3_333_333)] {
        let reader = in_chunks(RecordReader::new().on_error(OnError::Skip).threads(threads), chunk);
        let (contacts, report) = outcome(&reader, "c", input);
        let told = report.unwrap().problems.map(|errors| errors.to_string()).unwrap_or_default();
        let expected: Vec<String> = problems.iter().map(|problem| format!("invalid_record at c:{problem}")).collect();
        assert_eq!(told.lines().collect::<Vec<_>>(), expected, "{chunk} bytes at a time");
        assert_eq!(super::phone_numbers(&contacts), phone_numbers);
    }
}

/// A record of so many bytes.
fn record(length: usize) -> String {
    let (head, tail) = (r#"{"phone_number": "+9", "x": ""#, r#""}"#);
    format!("{head}{}{tail}", "x".repeat(length - head.len() - tail.len()))
}

#[test]
fn a_record_may_have_so_many_bytes_and_no_more() {
    let most = RecordReader::MAX_RECORD_BYTES;
    let good = r#"{"phone_number": "+1"}"#;
    let (fits, does_not) = (record(most), record(most + 1));
    tells(format!("{good}\n{fits}\n{good}\n").as_bytes(), &["+1", "+9", "+1"], &[]);
    tells(format!("{good}\n{does_not}\n{good}\n").as_bytes(), &["+1", "+1"], &[&format!("2:1: {TOO_LONG}")]);
    tells(format!("[{good},{fits},\n{good}]").as_bytes(), &["+1", "+9", "+1"], &[]);
    tells(format!("[{good},{does_not},\n{good}]").as_bytes(), &["+1", "+1"], &[&format!("1:25: {TOO_LONG}")]);
    let does_not = does_not.replacen('{', "{\n", 1);
    tells(format!("{does_not}{good}").as_bytes(), &["+1"], &[&format!("1:1: {TOO_LONG}")]);
    let page = format!(r#"{{"contacts": [{good}], "x": {}}}"#, record(most));
    tells(
        format!("{page}\n{good}").as_bytes(),
        &["+1", "+1"],
        &["1:1: what stands around the contacts of a page is larger than 16 MiB"],
    );
}

#[test]
fn a_row_may_have_so_many_bytes_and_no_more() {
    let most = RecordReader::MAX_RECORD_BYTES;
    let row = |length: usize| format!("+9,\"{}{}\"\n", "x\n".repeat(500), "x".repeat(length - 1_005));
    let (fits, does_not) = (row(most), row(most + 1));
    tells(format!("phone,x\n+1,\n{fits}+2,\n").as_bytes(), &["+1", "+9", "+2"], &[]);
    tells(format!("phone,x\n+1,\n{does_not}+2,\n").as_bytes(), &["+1", "+2"], &[&format!("3: {TOO_LONG}")]);
    tells(format!("phone,x\n{}+2,\n", ",".repeat(most)).as_bytes(), &[], &[&format!("2: {TOO_LONG}")]);
    let errors = outcome(&RecordReader::new(), "c", "x,".repeat(most / 2 + 1).as_bytes()).1.unwrap_err();
    assert_eq!(errors.to_string(), "invalid_record at c:1: the header is larger than 16 MiB");
}

#[test]
fn nesting_costs_no_stack() {
    let deep = 1_000_000;
    let brackets = "[".repeat(deep);
    tells(brackets.as_bytes(), &[], &["1:2: the document is never closed"]);
    tells("{\"a\":".repeat(deep).as_bytes(), &[], &["1:1: the document is never closed"]);
    let closed = format!("{brackets}{}", "]".repeat(deep));
    tells(
        format!("{{\"phone_number\": \"+1\", \"unknown\": {closed}}}\n{{\"contacts\": [], \"x\": {closed}}}")
            .as_bytes(),
        &["+1"],
        &[],
    );
}

#[test]
fn a_million_columns() {
    const MANY: usize = if cfg!(debug_assertions) { 200_000 } else { 1_000_000 };
    let columns: String = (0..MANY).map(|column| format!(",c{column}")).collect();
    let cells = ",".repeat(MANY);
    tells(
        format!("phone{columns}\n+1{cells}\n+2\n").as_bytes(),
        &["+1"],
        &[&format!("3: expected {} cells, as the header has, found 1", MANY + 1)],
    );
}

/// A file that is larger than anything a machine should hold.
struct Endless {
    head: &'static [u8],
    filling: u8,
    left: u64,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.head.is_empty() {
            return self.head.read(buffer);
        }
        let length = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        buffer[..length].fill(self.filling);
        self.left -= length as u64;
        Ok(length)
    }
}

#[test]
fn a_record_that_does_not_end() {
    for (head, filling, problem) in [
        ("{\"phone_number\": \"+1\"}\n{\"phone_number\": \"", b'1', "2:1: the record is larger than 16 MiB"),
        ("[{\"phone_number\": \"", b'1', "1:2: the document is never closed"),
        ("phone\n\"", b'1', "2: a quoted cell is never closed"),
        ("phone\n", b'1', "2: the record is larger than 16 MiB"),
        ("{\"phone_number\": \"+1\"}\n{\"contacts\": [], \"x\": \"", b'x', "2:1: the document is never closed"),
    ] {
        let input = Endless { head: head.as_bytes(), filling, left: 50_000_000 };
        let errors = outcome_of(&RecordReader::new(), Input::new("c", input)).1.unwrap_err();
        assert_eq!(errors.to_string(), format!("invalid_record at c:{problem}"));
    }
}

#[test]
fn what_is_packed_may_unpack_to_anything() {
    let mut packed = zstd::Encoder::new(Vec::new(), 1).unwrap();
    let record =
        Endless { head: b"{\"phone_number\": \"+1\"}\n{\"phone_number\": \"", filling: b'1', left: 100_000_000 };
    io::copy(&mut record.chain(&b"\"}\n{\"phone_number\": \"+2\"}"[..]), &mut packed).unwrap();
    tells(&packed.finish().unwrap(), &["+1", "+2"], &[&format!("2:1: {TOO_LONG}")]);
}
