use super::super::batch::{Batches, Cut, Memory};
use super::super::cursor::Position;
use super::super::report::Stop;
use super::super::slice::{Invalid, RecordSlice};

/// All at once.
const ALL: usize = 1 << 20;

fn at(Position { line, column }: Position) -> String {
    column.map_or_else(|| line.to_string(), |column| format!("{line}:{column}"))
}

/// A record and its place, or what is wrong and where.
fn told(bytes: &[u8], piece: &RecordSlice) -> Option<String> {
    Some(match piece {
        RecordSlice::Record { bytes: record, at: place } => {
            format!("{} {}", at(*place), String::from_utf8_lossy(&bytes[record.clone()]))
        }
        RecordSlice::Invalid(invalid) => {
            let Invalid { at: place, reason, .. } = &**invalid;
            format!("{}! {reason}", at(*place))
        }
        RecordSlice::Page(_) => return None,
    })
}

/// The batches of an input.
fn batches(name: &str, chunk: usize, input: &[u8], mut each: impl FnMut(&[u8], &Cut)) {
    let mut batches = Batches::new(name, None, chunk, input, &super::super::ReadOptions::default());
    loop {
        match batches.next(Memory::default()) {
            Ok(Some(batch)) => each(batch.bytes(), &batch.cut),
            Ok(None) => return,
            Err(Stop::Unreadable(reason)) => panic!("{reason}"),
            Err(Stop::Header(wrong)) => panic!("{wrong:?}"),
        }
    }
}

/// What an input is cut into, with lines cut as well.
fn pieces(name: &str, chunk: usize, input: &[u8]) -> Vec<String> {
    let mut all = Vec::new();
    batches(name, chunk, input, |bytes, cut| match cut {
        Cut::Records(pieces) => all.extend(pieces.iter().filter_map(|piece| told(bytes, piece))),
        Cut::Lines(lines) => {
            let mut pieces = Vec::new();
            lines.documents().scan(bytes, true, &mut pieces);
            all.extend(pieces.iter().filter_map(|piece| told(bytes, piece)));
        }
    });
    all
}

#[test]
fn documents_are_cut_at_the_same_places_however_they_arrive() {
    for (name, input, expected) in [
        (
            "c",
            r#"[{"contacts": [{"a": 1}]},{"a": 2}, {"a": 3}]"#,
            &[r#"1:16 {"a": 1}"#, r#"1:27 {"a": 2}"#, r#"1:37 {"a": 3}"#][..],
        ),
        // Never closed.
        ("c", "{", &["1:1! the document is never closed"]),
        ("c", "[", &["1:1! the document is never closed"]),
        ("c", r#"{"contacts": [{"a": 1}"#, &[r#"1:15 {"a": 1}"#, "1:1! the document is never closed"]),
        ("c", r#"{"contacts": [{"a": 1}]"#, &[r#"1:15 {"a": 1}"#, "1:1! the document is never closed"]),
        ("c.json", "garbage", &["1:1 garbage"]),
        // Every line is a document, also one that is broken, and also behind lines without anything.
        ("c", "{\"a\": 1}\n{\"a\": 2\n{\"a\": 3}\n", &["1:1 {\"a\": 1}", "2:1 {\"a\": 2", "3:1 {\"a\": 3}"]),
        ("c", "\n{\"a\": 1}\n{\"a\": 2\n{\"a\": 3}\n", &["2:1 {\"a\": 1}", "3:1 {\"a\": 2", "4:1 {\"a\": 3}"]),
        (
            "c",
            "{\"a\": 1}\n{\"a\": \"contacts\"} ]\n{\"a\": 3}",
            &["1:1 {\"a\": 1}", "2:1 {\"a\": \"contacts\"} ]", "3:1 {\"a\": 3}"],
        ),
        ("c", "{\"a\": 1}\n{\"a\": \"contacts\"", &["1:1 {\"a\": 1}", "2:1 {\"a\": \"contacts\""]),
        ("c", "{\"a\": 1}\n{\"contacts\": [{\"a\": 2", &["1:1 {\"a\": 1}", "2:15! the document is never closed"]),
        (
            "c",
            "{\"a\": 1}\n{\"contacts\": [{\"a\": 2},\n{\"a\": 3\n{\"a\": 4}\n",
            &[
                "1:1 {\"a\": 1}",
                "2:15 {\"a\": 2}",
                "2:1! the document is never closed",
                "3:1 {\"a\": 3",
                "4:1 {\"a\": 4}",
            ],
        ),
        // A document that was none says nothing of the lines behind it.
        (
            "c",
            "{\n \"a\": 1\n{\"a\": 2}\n{\"a\": 3\n{\"a\": 4}\n",
            &["1:1! the document is never closed", "3:1 {\"a\": 2}", "4:1 {\"a\": 3", "5:1 {\"a\": 4}"],
        ),
        // Where the name says that lines are documents, one still may go on where no document ends.
        (
            "c.ndjson",
            "{\"contacts\": [{\"a\": 1}],\n \"b\": 1}\n{\n\"a\": 2}",
            &["1:15 {\"a\": 1}", "3:1 {\n\"a\": 2}"],
        ),
        (
            "c.ndjson",
            "{\"contacts\": [{\"a\": 1}]\n{\"a\": 2\n{\"a\": 3}",
            &["1:15 {\"a\": 1}", "1:1! the document is never closed", "2:1 {\"a\": 2", "3:1 {\"a\": 3}"],
        ),
        // Around the contacts of a page.
        ("c", r#"[{x, "contacts": []}]"#, &["1:3! a page that is no valid JSON: key must be a string"]),
        (
            "c",
            "{\n\"contacts\": [{\"a\": 1}\n\n\n],\n x}",
            &["2:14 {\"a\": 1}", "6:2! a page that is no valid JSON: key must be a string"],
        ),
        (
            "c",
            "{\"contacts\": [{\"a\": 1}], \"b\": \"x\n}\n{\"a\": 2}",
            &[
                "1:15 {\"a\": 1}",
                "1! a page that is no valid JSON: control character (\\u0000-\\u001F) found while parsing a string",
                "3:1 {\"a\": 2}",
            ],
        ),
    ] {
        for chunk in [ALL, 1, 3, 16] {
            assert_eq!(pieces(name, chunk, input.as_bytes()), expected, "{input}, {chunk} bytes at a time");
        }
    }
}

/// Whoever parses lines cuts them: on many threads, where cutting is on one.
#[test]
fn lines_that_are_documents_are_handed_on_whole_unless_they_are_longer_than_what_is_read_at_a_time() {
    let long = "x".repeat(40);
    let (first, fits) = ("{\"a\": \"first\"}\n\n", "{\"a\": \"as large\"");
    assert_eq!((first.len(), fits.len()), (16, 16));
    for (chunk, input, expected) in [
        (
            16,
            "{\"a\": 1}\n{\"a\": 2}\n{\"a\": 3}\n{\"a\": 4}\n{\"a\": 5}".to_owned(),
            &["1:1 {\"a\": 1}", "from 2: {\"a\": 2}\n{\"a\": 3}\n", "from 4: {\"a\": 4}\n{\"a\": 5}"][..],
        ),
        (
            16,
            "{\"a\": 1}\n{\"a\": 2}\n{\"a\": 3}\n\n{\"a\": 4}\n{\"a\": 5}\n".to_owned(),
            &["1:1 {\"a\": 1}", "from 2: {\"a\": 2}\n{\"a\": 3}\n\n", "from 5: {\"a\": 4}\n{\"a\": 5}\n"],
        ),
        (
            8,
            "{\"a\": 1}\n{\"a\": 2}\n{\"a\": 3}\n".to_owned(),
            &["1:1 {\"a\": 1}", "from 2: {\"a\": 2}\n", "from 3: {\"a\": 3}\n"],
        ),
        (
            16,
            format!("{first}{fits}}}\n{{\"a\": 3}}\n"),
            &["1:1 {\"a\": \"first\"}", "from 3: {\"a\": \"as large\"}\n{\"a\": 3}\n"],
        ),
        (
            16,
            format!("{{\"a\": 1}}\n{{\"a\": \"{long}\"}}\n{{\"a\": 3}}\n{{\"a\": 4}}\n"),
            &["1:1 {\"a\": 1}", &*format!("2:1 {{\"a\": \"{long}\"}}"), "from 3: {\"a\": 3}\n{\"a\": 4}\n"],
        ),
        (16, "[{\"a\": 1},\n{\"a\": 2}]\n".to_owned(), &["1:2 {\"a\": 1}", "2:1 {\"a\": 2}"]),
    ] {
        let mut all = Vec::new();
        batches("c", chunk, input.as_bytes(), |bytes, cut| match cut {
            Cut::Records(pieces) => all.extend(pieces.iter().filter_map(|piece| told(bytes, piece))),
            Cut::Lines(_) if bytes.is_empty() => {}
            Cut::Lines(lines) => all.push(format!("from {}: {}", lines.first, String::from_utf8_lossy(bytes))),
        });
        assert_eq!(all, expected, "{chunk} bytes at a time");
    }
}

#[test]
fn a_mebibyte_of_white_space_is_waited_for_before_it_is_taken_for_json() {
    let rows = |blank: usize| pieces("c", ALL, format!("{}phone\n+1\n", "\n".repeat(blank)).as_bytes());
    assert_eq!(rows(ALL - 1), ["1048577 +1"]);
    assert_eq!(rows(ALL), ["1048577:1 phone", "1048578:1 +1"]);
}
