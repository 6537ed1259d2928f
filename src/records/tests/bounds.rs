//! What may be so large and no larger, at the one place that bounds it.

use super::super::cursor::Position;
use super::super::documents::Documents;
use super::super::envelope::Envelope;
use super::super::parse::json;
use super::super::rows::CsvSplitter;
use super::super::slice::{Invalid, RecordSlice};
use super::super::{Input, NameMap, OnError, ReadOptions, RecordReader};
use super::outcome;
use crate::limits::TOO_MANY_CUSTOM_FIELDS;

const MOST: usize = RecordReader::MAX_RECORD_BYTES;

const BEGINNING: Position = Position { line: 1, column: Some(1) };

fn reason(invalid: &Invalid) -> &str {
    &invalid.reason
}

#[test]
fn a_row_is_kept_up_to_16_mib_whether_or_not_its_end_is_there() {
    const HEADER: &str = "phone\n";
    for (length, fits) in [(MOST, true), (MOST + 1, false)] {
        let bytes = [HEADER.as_bytes(), &vec![b'x'; length], b"\n"].concat();
        let end = HEADER.len() + length;
        for arrives in [bytes.len(), end] {
            let (mut rows, mut pieces) = (CsvSplitter::new(NameMap::default(), None), Vec::new());
            let done = rows.scan(&bytes[..arrives], false, &mut pieces).unwrap();
            if arrives == end {
                assert!(pieces.is_empty());
                // One byte more than nothing, to see whether a quote follows a comma.
                assert_eq!(end - done, if fits { length } else { 1 });
                rows.scan(&bytes[done..], false, &mut pieces).unwrap();
            }
            match &*pieces {
                [RecordSlice::Record { bytes, .. }] => assert!(fits && bytes.len() == length, "{length} bytes"),
                [RecordSlice::Invalid(invalid)] => {
                    assert!(!fits, "{length} bytes");
                    assert_eq!(reason(invalid), "the record is larger than 16 MiB");
                }
                _ => panic!("{} pieces", pieces.len()),
            }
        }
    }
}

#[test]
fn what_stands_around_the_contacts_of_a_page_is_kept_up_to_16_mib() {
    // What is wrong at its beginning is only looked at in one that was kept.
    let head = b"\xff{\"contacts\": [";
    let rest = vec![b' '; MOST - head.len()];
    for (more, expected) in [
        (&b""[..], "not valid UTF-8; if it is Latin-1, `iconv -f latin1 -t utf-8 FILE` makes UTF-8 of it"),
        (b" ", "what stands around the contacts of a page is larger than 16 MiB"),
        (b"  ", "what stands around the contacts of a page is larger than 16 MiB"),
    ] {
        let mut envelope = Envelope::new(BEGINNING, head, 1);
        envelope.extend(&rest);
        envelope.extend(more);
        envelope.extend(b"");
        assert_eq!(reason(&envelope.check().unwrap_err()), expected);
        assert_eq!(envelope.bytes().len(), MOST, "nothing more is kept");
    }
}

#[test]
fn a_first_line_that_is_too_long_ends_with_itself_where_lines_are_documents() {
    let line = [b"{\"x\": \"", &*vec![b'x'; MOST], b"\",\n{\"a\": 1}\n"].concat();
    let mut pieces = Vec::new();
    Documents::new(true, usize::MAX).scan(&line, true, &mut pieces);
    match &*pieces {
        [RecordSlice::Invalid(invalid), RecordSlice::Record { bytes, at }] => {
            assert_eq!((invalid.at, reason(invalid)), (BEGINNING, "the record is larger than 16 MiB"));
            assert_eq!((&line[bytes.clone()], at.line), (&b"{\"a\": 1}"[..], 2));
        }
        _ => panic!("{} pieces", pieces.len()),
    }
}

/// Custom fields with these numbers in their names.
fn fields(numbers: std::ops::Range<usize>) -> String {
    numbers.map(|number| format!("\"k{number}\":1")).collect::<Vec<_>>().join(",")
}

#[test]
fn a_record_may_have_10_000_different_custom_fields() {
    const MOST: usize = RecordReader::MAX_CUSTOM_FIELDS;
    let lists = |first: usize, second: std::ops::Range<usize>| {
        let (first, second) = (fields(0..first), fields(second));
        format!(
            r#"{{"phone_number": "+1", "lists": [{{"custom_fields": {{{first}}}}}, {{"custom_fields": {{{second}}}}}]}}"#
        )
    };
    for (record, fits) in [
        (lists(MOST, 0..0), true),
        (lists(MOST + 1, 0..0), false),
        (lists(MOST - 1, MOST..MOST + 1), true),
        (lists(MOST, MOST..MOST + 1), false),
        // The same in both.
        (lists(MOST, 7..8), true),
        (lists(6_000, 0..6_000), true),
    ] {
        let read =
            json(record.as_bytes(), BEGINNING, &ReadOptions::default()).map(|record| record.contact.memberships.len());
        let key = Some("custom_fields".to_owned());
        let expected =
            if fits { Ok(2) } else { Err(Invalid { key, ..Invalid::new(BEGINNING, TOO_MANY_CUSTOM_FIELDS) }) };
        assert_eq!(read, expected);
    }
}

#[test]
fn a_header_may_have_10_000_columns_of_custom_fields() {
    let read = |count: usize| {
        let columns: String = (0..count).map(|column| format!(",custom_fields.k{column}")).collect();
        let (contacts, report) = outcome(&RecordReader::new(), "c", format!("phone{columns}\n").as_bytes());
        assert!(contacts.is_empty());
        report.map(|report| report.records).map_err(|errors| errors.to_string())
    };
    let problem = format!("invalid_record at c:1: key `custom_fields`: {TOO_MANY_CUSTOM_FIELDS}");
    assert_eq!(read(RecordReader::MAX_CUSTOM_FIELDS), Ok(0));
    assert_eq!(read(RecordReader::MAX_CUSTOM_FIELDS + 1), Err(problem));
}

#[test]
fn the_first_hundred_problems_of_a_header_are_described() {
    let columns = ["a"; 105].join(",");
    let errors = outcome(&RecordReader::new().on_error(OnError::Skip), "c", columns.as_bytes()).1.unwrap_err();
    // 104 stand there again, and there is no phone number.
    assert_eq!((errors.iter().len(), errors.omitted()), (100, 5));
}

/// Half of the columns of a shard may be of records that were taken back.
#[cfg(feature = "table")]
#[test]
fn a_table_takes_10_000_custom_fields_beside_those_of_invalid_records() {
    use crate::table::TableBuilder;

    const MOST: usize = RecordReader::MAX_CUSTOM_FIELDS;
    let record = |number: usize, fields: &str, more: &str| {
        format!(r#"{{"phone_number":"+{number}","custom_fields":{{{fields}}}{more}}}"#)
    };
    let first = record(0, "", "");
    let read = |source: &str| {
        let mut builder = TableBuilder::default();
        let reader = RecordReader::new().on_error(OnError::Skip);
        let report = reader.read_into(Input::new("c", source.as_bytes()), &mut builder);
        (report.map(|report| (report.records, report.skipped)).map_err(|errors| errors.to_string()), builder.build())
    };
    let invalid = record(9, &fields(0..MOST), ",\"list_id\":\"x\"");
    let valid = record(1, &fields(MOST..2 * MOST), "");
    let last = record(2, "", "");
    for source in [
        format!("{first}\n{invalid}\n{valid}\n{last}\n"),
        format!("[{first},{invalid},{valid},{last}]"),
        format!("[{invalid},{first},{valid},{last}]"),
    ] {
        let (report, table) = read(&source);
        assert_eq!((report, table.len()), (Ok((3, 1)), 3));
    }
    let one_more = record(2, &fields(0..1), "");
    let (report, table) = read(&format!("{first}\n{valid}\n{one_more}\n"));
    let problem = "unreadable_input at c: cannot be read: its records have more than 10,000 different custom fields";
    assert_eq!((report, table.len()), (Err(problem.to_owned()), 0));
}

/// No more is put into columns once they are too many.
#[cfg(feature = "table")]
#[test]
fn a_shard_has_hardly_more_than_twice_as_many_columns_as_a_table() {
    let record = |number: usize| {
        format!(
            r#"{{"phone_number":"+{number}","custom_fields":{{{}}}}}"#,
            fields(number * 7_000..(number + 1) * 7_000)
        )
    };
    let records: Vec<String> = (0..5).map(record).collect();
    for source in [format!("{{\"phone_number\":\"+9\"}}\n{}\n", records.join("\n")), format!("[{}]", records.join(","))]
    {
        let (contacts, _) = super::loaded(&RecordReader::new(), "c", source.as_bytes());
        let expected: &[&str] = if source.starts_with('[') { &["+0", "+1", "+2"] } else { &["+9", "+0", "+1", "+2"] };
        assert_eq!(super::phone_numbers(&contacts), expected);
    }
}
