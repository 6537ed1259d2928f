//! Updates: what stands on a line, what is wrong with one, and lines that come one by one.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, channel};

use chrono::{DateTime, Utc};

use super::*;
use crate::records::{Packing, Update, UpdateKind, UpdatePosition};

fn read(lines: &str) -> Vec<Result<Update, String>> {
    read_by(&RecordReader::new(), lines)
}

fn read_by(reader: &RecordReader, lines: &str) -> Vec<Result<Update, String>> {
    let updates = reader.updates(Input::new("queue", lines.as_bytes()));
    updates.map(|update| update.map_err(|errors| errors.to_string())).collect()
}

fn kind(line: &str) -> UpdateKind {
    let [update] = <[_; 1]>::try_from(read(line)).unwrap();
    update.unwrap().kind
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[test]
fn an_update_is_a_record_a_removal_a_question_or_the_clock() {
    let plain = r#"{"phone_number": "+1", "list_id": 7, "click_count": 3, "custom_fields": {"tier": "gold"}}"#;
    let record = Contact::from_json(plain).unwrap();
    for with_at in [
        plain.replacen('{', r#"{"at": "2025-11-15", "#, 1),
        plain[..plain.len() - 1].to_owned() + r#", "at": "2025-11-15"}"#,
    ] {
        let [update] = <[_; 1]>::try_from(read(&with_at)).unwrap();
        let expected = Update { at: at("2025-11-15T00:00:00Z"), kind: UpdateKind::Record(record.clone()) };
        assert_eq!(update, Ok(expected), "{with_at}");
    }
    assert_eq!(kind(r#"{"at": "2025-11-15", "remove": "+1"}"#), UpdateKind::Removal("+1".into()));
    assert_eq!(kind(r#"{"sizes": true, "at": "2025-11-15"}"#), UpdateKind::Sizes);
    assert_eq!(kind(r#"{"at": "2025-11-15T08:30:00.000001+01:00"}"#), UpdateKind::Clock);
    assert_eq!(read("\u{feff}{\"at\": \"2025-11-15\"}\r\n\n  \n{\"at\": \"2025-11-16\"}").len(), 2);
}

#[test]
fn what_is_wrong_with_an_update() {
    const INSTANT: &str = "expected an ISO 8601 date or time such as 2025-10-16T08:30:00Z";
    let cases = [
        ("{", "1:1: the document is never closed".to_owned()),
        ("[]", "1:2: expected an object, found an array".into()),
        ("nonsense", "1:2: expected ident".into()),
        (r#"{"at": "2025-11-15"} {}"#, "1:22: trailing characters".into()),
        (r#"{"phone_number": "+1"}"#, "1:22: an update needs the key `at`: the instant at which it is known".into()),
        ("{}", "1:2: an update needs the key `at`: the instant at which it is known".into()),
        (r#"{"at": null}"#, format!("1:12 (/at): key `at`: {INSTANT}, found null")),
        (
            r#"{"at": 5}"#,
            format!(
                "1:8 (/at): key `at`: {INSTANT}, found a number; `--epoch s`, `ms` or `us` says what a number counts since 1970"
            ),
        ),
        (r#"{"at": "11/15/2025"}"#, format!("1:19 (/at): key `at`: {INSTANT}, found `11/15/2025`")),
        (r#"{"at": "2025-11-15", "at": "2025-11-15"}"#, "1:25 (/at): key `at`: stands here twice".into()),
        (
            r#"{"at": "2025-11-15", "remove": 5}"#,
            "1:32 (/remove): key `remove`: expected a string, found a number".into(),
        ),
        (
            r#"{"at": "2025-11-15", "remove": null}"#,
            "1:36 (/remove): key `remove`: expected a string, found null".into(),
        ),
        (
            r#"{"at": "2025-11-15", "remove": ""}"#,
            "1:34 (/remove): key `remove`: expected a phone number, and this one is empty".into(),
        ),
        (r#"{"at": "2025-11-15", "sizes": false}"#, "1:36 (/sizes): key `sizes`: expected true, found false".into()),
        (
            r#"{"at": "2025-11-15", "sizes": 1}"#,
            "1:31 (/sizes): key `sizes`: expected a boolean, found a number".into(),
        ),
        (
            r#"{"at": "2025-11-15", "remove": "+1", "sizes": true}"#,
            "1:51 (/sizes): key `sizes`: cannot stand beside `remove`".into(),
        ),
        (
            r#"{"at": "2025-11-15", "remove": "+1", "msisdn": "+1"}"#,
            "1:52 (/msisdn): key `msisdn`: cannot stand beside `remove`".into(),
        ),
        (
            r#"{"at": "2025-11-15", "sizes": true, "click_count": 1}"#,
            "1:53 (/click_count): key `click_count`: cannot stand beside `sizes`".into(),
        ),
        (
            r#"{"at": "2025-11-15", "size": true}"#,
            "1:34 (/size): unknown key `size` in an update without a record, did you mean `sizes`?".into(),
        ),
        (
            r#"{"at": "2025-11-15", "remove": "+1", "reason": "asked"}"#,
            "1:55 (/reason): unknown key `reason` in an update without a record".into(),
        ),
        (r#"{"at": "2025-11-15", "click_count": 3}"#, "1:38: a record needs a `phone_number`".into()),
        (
            r#"{"at": "2025-11-15", "phone_number": "+1", "click_count": -1}"#,
            "1:60 (/click_count): key `click_count`: expected a whole number from 0, found -1".into(),
        ),
        (
            r#"{"at": "2025-11-15", "phone_number": "+1", "lists": [], "click_count": 1}"#,
            "1:73 (/click_count): key `click_count`: cannot stand beside `lists`, which holds the memberships".into(),
        ),
    ];
    let told = |line: &str| match <[_; 1]>::try_from(read(line)) {
        Ok([Err(told)]) => told.replace("invalid_record at queue:", ""),
        other => panic!("{line}: {other:?}"),
    };
    assert_eq!(cases.each_ref().map(|(line, _)| told(line)), cases.map(|(_, expected)| expected));
}

#[test]
fn an_invalid_update_costs_no_other() {
    let updates = read("{\"at\": \"2025-11-15\"}\n{\"at\": {\n\n{\"at\": \"2025-11-16\"}\nno");
    let told: Vec<_> =
        updates.iter().map(|update| update.as_ref().map(|update| update.at).map_err(|error| &**error)).collect();
    assert_eq!(
        told,
        [
            Ok(at("2025-11-15T00:00:00Z")),
            Err("invalid_record at queue:2:8 (/at): key `at`: expected an ISO 8601 date or time such as \
                 2025-10-16T08:30:00Z, found an object"),
            Ok(at("2025-11-16T00:00:00Z")),
            Err("invalid_record at queue:5:2: expected ident"),
        ]
    );
    let not_utf8 =
        RecordReader::new().updates(Input::new("queue", &b"{\"at\": \"2025\xff\"}\n{\"at\": \"2025-11-16\"}"[..]));
    assert_eq!(not_utf8.map(|update| update.is_ok()).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn a_line_that_is_too_long_is_one_error() {
    let mut lines = format!("{{\"at\": \"{}\"}}\n", "x".repeat(2 * RecordReader::MAX_RECORD_BYTES));
    let long = lines.len() as u64;
    lines.push_str("{\"at\": \"2025-11-16\"}\n");
    let mut updates = RecordReader::new().updates(Input::new("queue", lines.as_bytes()));
    let error = updates.next().unwrap().unwrap_err();
    assert_eq!(error.to_string(), "invalid_record at queue:1:1: the record is larger than 16 MiB");
    assert_eq!(updates.position(), UpdatePosition { bytes: long, lines: 1 });
    assert!(updates.next().unwrap().is_ok() && updates.next().is_none());
}

#[test]
fn records_are_read_as_the_reader_is_told() {
    let names = "Phone=phone_number,Clicks=click_count".parse().unwrap();
    let reader = RecordReader::new().names(names).epoch("s".parse().unwrap());
    let lines = r#"{"at": 1763195400, "Phone": "+1", "Clicks": 3, "last_sent_at": 1763195400}"#;
    let [update] = <[_; 1]>::try_from(read_by(&reader, lines)).unwrap();
    let update = update.unwrap();
    let UpdateKind::Record(contact) = update.kind else { panic!() };
    assert_eq!(update.at, at("2025-11-15T08:30:00Z"));
    assert_eq!((contact.memberships[0].click_count, contact.memberships[0].last_sent_at), (3, Some(update.at)));
}

#[cfg(feature = "phones")]
#[test]
fn phone_numbers_are_read_in_records_and_removals() {
    let reader = RecordReader::new().phones("US".parse().unwrap());
    let lines = r#"{"at": "2025-11-15", "phone": "(415) 555-0101"}
        {"at": "2025-11-15", "remove": "415.555.0101"}
        {"at": "2025-11-15", "remove": "call me"}"#;
    let [record, removal, wrong] = <[_; 3]>::try_from(read_by(&reader, lines)).unwrap();
    let UpdateKind::Record(contact) = record.unwrap().kind else { panic!() };
    assert_eq!(contact.phone_number, "+14155550101");
    assert_eq!(removal.unwrap().kind, UpdateKind::Removal("+14155550101".into()));
    assert_eq!(
        wrong.unwrap_err(),
        "invalid_record at queue:3:1: key `remove`: expected a phone number of US, or one with a country code, found `call me`"
    );
}

#[test]
fn keys_that_mean_nothing_are_noted() {
    let lines = r#"{"at": "2025-11-15", "phone": "+14155550101", "clicks": 3}
        {"at": "2025-11-15", "phone": "+14155550102", "clicks": 4}
        {"at": "2025-11-16"}"#;
    let mut updates = RecordReader::new().updates(Input::new("queue", lines.as_bytes()));
    assert_eq!(updates.by_ref().filter(Result::is_ok).count(), 3);
    let told =
        "note[column_not_read]: `clicks` is not read: it means nothing here, did you mean `click_count`? (queue)";
    assert_eq!(updates.notes().to_string(), told);
    assert_eq!(updates.notes().iter().next().unwrap().count, Some(2));
}

#[test]
fn what_nobody_will_find_is_noted() {
    let lines = r#"{"at": "2025-11-15", "phone": "+14155550101", "custom_fields": {"seen": "11/12/2025"}}
        {"at": "2025-11-15", "remove": "4155550102"}
        {"at": "2025-11-15", "phone": "4155550103"}
        {"at": "2025-11-15", "remove": 4}"#;
    let audience = crate::Audience::of("custom.seen within 3 days".parse().unwrap());
    let reader = RecordReader::new().for_audiences([&audience]);
    let mut updates = reader.updates(Input::new("queue", lines.as_bytes()));
    assert_eq!(updates.by_ref().filter(Result::is_ok).count(), 3);
    assert_eq!(
        updates.notes().to_string(),
        "note[skipped]: 1 record left out, for they are invalid (queue)\n\
         note[phone_form]: `4155550102` is not in the form E.164 (`+`, then 7 to 15 digits): it is nobody's who has another form (queue:2:1)\n\
         note[unfit_value]: the value `11/12/2025` of `custom_fields.seen` is no time (queue:1:1)"
    );
}

/// What somebody writes to a pipe, piece by piece; where there is none yet, whoever reads would wait.
struct Pipe(Receiver<&'static [u8]>);

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.try_recv() {
            Ok(piece) => {
                buffer[..piece.len()].copy_from_slice(piece);
                Ok(piece.len())
            }
            Err(_) => Err(io::ErrorKind::WouldBlock.into()),
        }
    }
}

#[test]
fn a_line_is_handed_on_once_it_is_whole() {
    let (sender, receiver) = channel();
    let write = |piece: &'static str| sender.send(piece.as_bytes()).unwrap();
    // The first bytes tell whether it is packed.
    write("{\"at");
    let mut updates = RecordReader::new().updates(Input::new("pipe", Pipe(receiver)));
    assert!(!updates.is_ready());
    write("\": \"2025-11-15\"}\n{\"at\": \"2025-");
    assert_eq!(updates.next().unwrap().unwrap().at, at("2025-11-15T00:00:00Z"));
    assert_eq!(updates.position(), UpdatePosition { bytes: 21, lines: 1 });
    assert!(!updates.is_ready(), "the next line is not whole");
    write("11-16\"}\n{\"at\": \"2025-11-17\"}\n");
    assert_eq!(updates.next().unwrap().unwrap().at, at("2025-11-16T00:00:00Z"));
    assert!(updates.is_ready());
    assert_eq!(updates.next().unwrap().unwrap().at, at("2025-11-17T00:00:00Z"));
    let errors = updates.next().unwrap().unwrap_err();
    assert!(errors.to_string().starts_with("unreadable_input at pipe: cannot be read"), "{errors}");
    assert!(updates.next().is_none(), "it is told once");
}

#[test]
fn inputs_that_are_no_updates() {
    let first = |reader: RecordReader, bytes: &[u8]| {
        let mut updates = reader.updates(Input::new("queue", bytes));
        let errors = updates.next().unwrap().unwrap_err().to_string();
        assert!(updates.next().is_none());
        errors
    };
    let zip = first(RecordReader::new(), b"PK\x03\x04 and more");
    assert!(zip.starts_with("unreadable_input at queue: cannot be read: it is a ZIP archive"), "{zip}");
    let gzip = first(RecordReader::new().packing(Packing::None), &[0x1f, 0x8b, 8, 0]);
    assert!(gzip.contains("expected data that is not packed, found gzip data"), "{gzip}");
    let nowhere = RecordReader::new().updates("nowhere.ndjson").next().unwrap().unwrap_err().to_string();
    assert!(nowhere.starts_with("unreadable_input at nowhere.ndjson: cannot be read"), "{nowhere}");
}

#[test]
fn reading_goes_on_where_it_was() {
    let lines = "{\"at\": \"2025-11-15\"}\n\nwrong\n{\"at\": \"2025-11-17\"}\n";
    let updates = || RecordReader::new().updates(Input::new("queue", lines.as_bytes()));
    let mut before = updates();
    for _ in 0..4 {
        let mut after = updates();
        after.skip_to(before.position()).unwrap();
        let mut rest = updates();
        rest.skip_to(before.position()).unwrap();
        assert!(after.eq(rest));
        before.next();
    }
    let beyond = UpdatePosition { bytes: 1_000, lines: 50 };
    let errors = updates().skip_to(beyond).unwrap_err();
    assert_eq!(
        errors.to_string(),
        "unreadable_input at queue: cannot be read: it has 49 bytes, and 1000 of it were read before"
    );
    assert!(RecordReader::new().updates("nowhere.ndjson").skip_to(beyond).is_err());
}
