use super::super::cursor::Position;
use super::super::parse::json;
use super::super::{OnError, ReadOptions};
use super::{read, reads, tells};

/// Two records that only differ in form, and what each should give.
const CONTACT: &str = r#"{"phone_number": "+1", "lists": [{"list_id": 1}, {"list_id": 2}]}"#;
const MEMBERSHIP: &str = r#"{"phone_number": "+2", "list_id": 1, "custom_fields": {"a": [1, {"b": "]}"}]}}"#;

fn pretty(json: &str) -> String {
    serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(json).unwrap()).unwrap()
}

#[test]
fn every_form_of_documents() {
    let both = &["+1", "+2"];
    let array = format!("[{CONTACT}, {MEMBERSHIP}]");
    let page = format!(r#"{{"contacts": {array}, "pagination": {{"page": 1, "next": [null, "}}]"]}}}}"#);
    let page_first = format!(r#"{{"pagination": {{"contacts": [1]}}, "contacts":{array}}}"#);
    for name in ["contacts.json", "contacts.ndjson", "contacts", "contacts.csv"] {
        reads(name, CONTACT, &["+1"]);
        reads(name, pretty(CONTACT), &["+1"]);
        reads(name, format!("{CONTACT}\n{MEMBERSHIP}\n"), both);
        reads(name, format!("{CONTACT}\n{MEMBERSHIP}"), both);
        reads(name, format!("\n\n  {CONTACT}  \n\n \t\n{MEMBERSHIP}\n\n"), both);
        reads(name, format!("{CONTACT}{MEMBERSHIP} {CONTACT}"), &["+1", "+2", "+1"]);
        reads(name, format!("{}\n{}", pretty(CONTACT), pretty(MEMBERSHIP)), both);
        reads(name, &array, both);
        reads(name, pretty(&array), both);
        reads(name, format!("{array}\n{array}\n[]\n{MEMBERSHIP}"), &["+1", "+2", "+1", "+2", "+2"]);
        reads(name, &page, both);
        reads(name, &page_first, both);
        reads(name, pretty(&page), both);
        reads(name, pretty(&page_first), both);
        reads(name, format!("{page}\n{page_first}\n{CONTACT}\n"), &["+1", "+2", "+1", "+2", "+1"]);
        reads(name, format!("{}\n{}\n", pretty(&page), pretty(&page_first)), &["+1", "+2", "+1", "+2"]);
        reads(name, format!("[{page},{CONTACT},{page_first}]"), &["+1", "+2", "+1", "+1", "+2"]);
        reads(name, pretty(&format!("[{page},{CONTACT},{page_first}]")), &["+1", "+2", "+1", "+1", "+2"]);
        reads(name, "[]", &[]);
        reads(name, "[]\n[\n  {\"phone_number\": \"+1\"}\n]\n", &["+1"]);
        reads(name, r#"{"contacts": []}"#, &[]);
    }
}

#[test]
fn nothing_is_in_nothing() {
    for name in ["contacts.json", "contacts.ndjson", "contacts.csv", "contacts"] {
        reads(name, "", &[]);
        reads(name, "\n", &[]);
        reads(name, " \r\n\t\n", &[]);
        reads(name, "\u{feff}", &[]);
        reads(name, "\u{feff}\n", &[]);
        reads(name, "\u{feff} \n[]", &[]);
    }
}

#[test]
fn marks_and_line_ends() {
    reads("c", format!("\u{feff}{CONTACT}\r\n{MEMBERSHIP}\r\n"), &["+1", "+2"]);
    reads("c", format!("\u{feff}[{CONTACT},\r\n{MEMBERSHIP}\r\n]\r\n"), &["+1", "+2"]);
    reads("c", pretty(&format!("[{CONTACT},{MEMBERSHIP}]")).replace('\n', "\r\n"), &["+1", "+2"]);
    tells(
        "c",
        "\u{feff}{\"phone_number\": 1}\r\n{\"phone_number\": 2}\r\n",
        &[],
        &[
            "1:18 (/phone_number): key `phone_number`: expected a string, found a number",
            "2:18 (/phone_number): key `phone_number`: expected a string, found a number",
        ],
    );
}

#[test]
fn strings_may_hold_anything() {
    let tricky = r#"{"phone_number": "}]\"{[\\", "a\\": "\\\\\"", "custom_fields": {"contacts": [{"x": "\","}]}, "b": "\"contacts\": ["}"#;
    let phone_number = "}]\"{[\\";
    reads("c", tricky, &[phone_number]);
    reads("c", format!("{tricky}\n{tricky}\n"), &[phone_number; 2]);
    reads("c", format!("[{tricky},{tricky}]"), &[phone_number; 2]);
    reads(
        "c",
        format!(r#"{{"a": "contacts", "b\"contacts": [1], "contacts": [{tricky}], "c": "]}}"}}"#),
        &[phone_number],
    );
    reads("c", r#"{"phone_number": "+1", "contacts": {"contacts": [{"phone_number": "+2"}]}}"#, &["+1"]);
    reads("c", "{\"phone_number\": \"\u{e9}\u{1f600}\"}", &["\u{e9}\u{1f600}"]);
}

#[test]
fn a_broken_line_loses_that_line() {
    let good = r#"{"phone_number": "+1"}"#;
    for (broken, problem) in [
        (r#"{"phone_number": "+9""#, ":21: the document is never closed"),
        (r#"{"phone_number": "+9"#, ":20: the document is never closed"),
        (r#"{"phone_number": "+9}"#, ":21: the document is never closed"),
        (r#"{"phone_number": "+9", "lists": [{"list_id": 4}"#, ":47: the document is never closed"),
        (r#"{"phone_number": "+9"} x"#, ":24: trailing characters"),
        (r#"{"phone_number": "+9"}}"#, ":23: trailing characters"),
        (r#"{"phone_number": "+9"]"#, ":22: expected `,` or `}`"),
        (r#"{"phone_number" "+9"}"#, ":17 (/phone_number): key `phone_number`: expected `:`"),
        (r#"{"phone_number": 9}"#, ":18 (/phone_number): key `phone_number`: expected a string, found a number"),
        ("{}", ":2: a record needs a `phone_number`"),
        (r#"{"error": "rate limited"}"#, ":25: a record needs a `phone_number`"),
        ("null", ":4: expected an object, found null"),
        ("7", ":1: expected an object, found a number"),
        (r#""+9""#, ":4: expected an object, found a string"),
        ("garbage", ":1: expected value"),
        ("]", ":1: expected value"),
    ] {
        tells("c", format!("{good}\n{broken}\n{good}\n"), &["+1", "+1"], &[&format!("2{problem}")]);
        tells("c", format!("{good}\r\n\r\n{broken}\r\n{good}"), &["+1", "+1"], &[&format!("3{problem}")]);
        tells("c", format!("{good}\n{good}\n{broken}"), &["+1", "+1"], &[&format!("3{problem}")]);
    }
}

#[test]
fn a_broken_line_with_a_page_loses_the_rest_of_that_line() {
    let good = r#"{"contacts": [{"phone_number": "+1"}]}"#;
    tells(
        "c",
        format!("{good}\n{{\"contacts\": [{{\"phone_number\": \"+2\"}}, {{\"phone_num\n{good}\n"),
        &["+1", "+2", "+1"],
        &["2:39: the document is never closed"],
    );
    tells(
        "c",
        format!("{good}\n[{{\"phone_number\": \"+2\"}}, \n{good}\n"),
        &["+1", "+2", "+1"],
        &["2:1: the document is never closed"],
    );
    tells(
        "c",
        format!("{good}\n{{\"contacts\": [{{\"phone_number\": \"+2\"}}], \"x\": {{\n{good}\n"),
        &["+1", "+2", "+1"],
        &["2:1: the document is never closed"],
    );
    tells("c", format!("{good}\n{good} x\n{good}\n"), &["+1", "+1", "+1"], &["2:40: expected value"]);
}

/// Also where it is read without the lines around it.
#[test]
fn an_array_that_its_line_does_not_close_keeps_its_whole_elements() {
    let good = r#"{"phone_number": "+1"}"#;
    let never_closed = "21:1: the document is never closed";
    for (line, found, problems) in [
        (r#"[{"phone_number": "+2"}"#, &["+2"][..], &[never_closed][..]),
        (r#"{"contacts": [{"phone_number": "+2"}, {"phone_number": "+3"}"#, &["+2", "+3"], &[never_closed]),
        (r#"[{"contacts": [{"phone_number": "+2"}]}"#, &["+2"], &[never_closed]),
        (
            r#"[{"contacts": [{"phone_number": "+2"}]} x"#,
            &["+2"],
            &["21:40: expected `,` or `]` after a page", never_closed],
        ),
        (r#"[{"phone_number": "+2"}, nil"#, &["+2"], &["21:27: expected ident", never_closed]),
        (r#"[unknown": 1}"#, &[], &["21:2: the document is never closed"]),
        (r#"[unknown"#, &[], &["21:2: expected value", never_closed]),
        (r#"[{"phone_number": "+2"}, {"phone_number": ["+3""#, &["+2"], &["21:26: the document is never closed"]),
        ("[", &[], &[never_closed]),
    ] {
        // So many before it that lines are read as lines.
        let before = format!("{good}\n").repeat(20);
        let found = |behind| [vec!["+1"; 20], found.to_vec(), vec!["+1"; behind]].concat();
        tells("c", format!("{before}{line}"), &found(0), problems);
        tells("c", format!("{before}{line}\n{good}\n"), &found(1), problems);
    }
    let broken = [b"[".as_slice(), b"unknown \xff : 1".as_slice()].concat();
    let bytes = [format!("{good}\n").repeat(20).as_bytes(), &broken, format!("\n{good}").as_bytes()].concat();
    tells(
        "c",
        bytes,
        &["+1"; 21],
        &["21:10: not valid UTF-8; if it is Latin-1, `iconv -f latin1 -t utf-8 FILE` makes UTF-8 of it", never_closed],
    );
}

#[test]
fn a_broken_first_line() {
    let good = r#"{"phone_number": "+1"}"#;
    let rest = format!("\n{good}\n{good}\n");
    let both = &["+1", "+1"];
    tells("c", format!("{{\"phone_number\": \"+9{rest}"), both, &["1:20: the document is never closed"]);
    tells("c", format!("{{\"phone_number\": \"+9\"{rest}"), both, &["1:1: the document is never closed"]);
    tells("c", format!("{{\"phone_number\": \"+9\",{rest}"), both, &["1:1: the document is never closed"]);
    tells("c.ndjson", format!("{{\"phone_number\":{rest}"), both, &["1:16: the document is never closed"]);
    tells("c.ndjson.gz", format!("{{\"phone_number\":{rest}"), both, &["1:16: the document is never closed"]);
    tells("c.json", format!("garbage{rest}"), both, &["1:1: expected value"]);
    tells("c", format!("{good} garbage{rest}"), &["+1"; 3], &["1:24: expected value"]);
}

#[test]
fn a_broken_element_loses_that_element() {
    for (broken, problem) in [
        (r#"{"phone_number": 9}"#, "18 (/phone_number): key `phone_number`: expected a string, found a number"),
        (r#"{"phone_number": "+9" x}"#, "23: expected `,` or `}`"),
        (r#"{"phone_number": "+9"} x"#, "24: trailing characters"),
        (r#"{"phone_number": "+9"} {"phone_number": "+9"}"#, "24: trailing characters"),
        ("{}", "2: a record needs a `phone_number`"),
        (r#"[{"phone_number": "+9"}]"#, "1: expected an object, found an array"),
        ("null", "4: expected an object, found null"),
        ("nil", "2: expected ident"),
        ("}", "1: expected value"),
    ] {
        let (at, what) = problem.split_once([':', ' ']).unwrap();
        let problem = |line: u64, shift: u64| {
            let separator = &problem[at.len()..=at.len()];
            format!("{line}:{}{separator}{what}", at.parse::<u64>().unwrap() + shift)
        };
        let good = r#"{"phone_number": "+1"}"#;
        tells("c", format!("[\n{good},\n{broken},\n{good}\n]"), &["+1", "+1"], &[&problem(3, 0)]);
        tells("c", format!("[{good},{broken},{good}]"), &["+1", "+1"], &[&problem(1, 24)]);
        tells("c", format!("{{\"\u{e9}\": 1, \"contacts\": [{broken},{good}]}}"), &["+1"], &[&problem(1, 22)]);
        tells("c", format!("{{\n\"contacts\":\n[{good}, {broken}]}}"), &["+1"], &[&problem(3, 25)]);
    }
}

#[test]
fn a_place_inside_a_record_of_many_lines() {
    let source = "{\n  \"contacts\": [\n    {\n      \"phone_number\": \"+1\",\n      \"custom_fields\": {\"\u{e9}\": \"\u{e9}\"}, \"click_count\": \"many\"\n    }\n  ]\n}";
    tells(
        "page.json",
        source,
        &[],
        &["5:56 (/click_count): key `click_count`: expected a whole number from 0, found a string"],
    );
    let source = "[\n  {\"phone_number\": \"+1\", \"lists\": [\n    {\"list_id\": 1},\n    {\"list_id\": 1.5}]}]";
    tells("array.json", source, &[], &["4:19 (/lists/1/list_id): key `list_id`: expected a whole number, found 1.5"]);
}

#[test]
fn a_place_is_told_in_characters_of_its_line() {
    for (record, line, column) in [
        (r#"{"phone_number": 1}"#, 3, 22),
        (r#"{"é": 1, "phone_number": 1}"#, 3, 30),
        ("{\"phone_number\":\n1}", 4, 1),
        ("{\n\"click_count\": \"é\"}", 4, 18),
        ("{\n\n\n\"é\": 1, \"click_count\": \"é\"}", 6, 26),
    ] {
        let at = Position { line: 3, column: Some(5) };
        let invalid = json(record.as_bytes(), at, &ReadOptions::default()).unwrap_err();
        assert_eq!(invalid.at, Position { line, column: Some(column) }, "{record}: {invalid:?}");
    }
}

#[test]
fn commas_without_elements() {
    let good = r#"{"phone_number": "+1"}"#;
    tells("c", format!("[{good},]"), &["+1"], &["1:25: expected a record, found `]`"]);
    tells("c", format!("[,{good}]"), &["+1"], &["1:2: expected a record, found `,`"]);
    tells("c", format!("[{good},, ,\n{good}]"), &["+1", "+1"], &["1:25: expected a record, found `,`"]);
    tells("c", format!("[{good}\n{good}]"), &[], &["2:1: trailing characters"]);
    tells("c", format!("[{{\"contacts\": [{good}]}} {good}]"), &["+1"], &["1:40: expected `,` or `]` after a page"]);
    tells("c", format!("{good},\n{good},\n"), &["+1", "+1"], &["1:23: expected value", "2:23: expected value"]);
}

#[test]
fn documents_that_are_never_closed() {
    let good = r#"{"phone_number": "+1"}"#;
    tells("c", "[", &[], &["1:1: the document is never closed"]);
    tells("c", "{", &[], &["1:1: the document is never closed"]);
    tells("c", format!(" \n [{good}"), &["+1"], &["2:2: the document is never closed"]);
    tells("c", format!("[{good},"), &["+1"], &["1:1: the document is never closed"]);
    tells("c", format!("[{good},\n {{\"phone_number\": \"+"), &["+1"], &["2:2: the document is never closed"]);
    tells("c", format!("{{\"contacts\":\n[{good}"), &["+1"], &["1:1: the document is never closed"]);
    tells("c", format!("{{\"contacts\": [{good}]"), &["+1"], &["1:1: the document is never closed"]);
    tells("c", format!("{{\"contacts\": [{good}], \"x\": \""), &["+1"], &["1:1: the document is never closed"]);
    tells("c", "{\n \"phone_number\": \"+1\",\n", &[], &["1:1: the document is never closed"]);
}

#[test]
fn a_record_without_its_end_costs_no_other() {
    let good = "{\n \"phone_number\": \"+1\"\n}";
    tells(
        "c",
        format!("{{\n \"phone_number\": \"+9\"\n{good}\n{good}"),
        &["+1", "+1"],
        &["1:1: the document is never closed"],
    );
    tells(
        "c",
        format!("{good}\n{{\n \"a\": {{}},\n{good}\n{good}"),
        &["+1"; 3],
        &["4:1: the document is never closed"],
    );
    tells(
        "c",
        "[\n {\"phone_number\": \"+9\", \"x\": {\"y\": 1},\n {\"phone_number\": \"+1\"}\n]",
        &["+1"],
        &["2:2: the document is never closed"],
    );
    tells(
        "c",
        "{\"contacts\": [{\"phone_number\": \"+9\", {\"phone_number\": \"+1\"}], \"page\": 1}",
        &["+1"],
        &["1:15: the document is never closed"],
    );
}

#[test]
fn a_string_without_its_end_ends_with_its_line() {
    tells(
        "c",
        "[\n  {\"carrier\": \"T-Mobile,\n   \"phone_number\": \"+9\"},\n  {\"phone_number\": \"+1\"}\n]",
        &["+1"],
        &["3:1 (/carrier): key `carrier`: control character (\\u0000-\\u001F) found while parsing a string"],
    );
}

#[test]
fn what_stands_around_the_contacts_of_a_page() {
    let page = |before: &str, after: &str| format!("{{{before}\"contacts\": [{{\"phone_number\": \"+1\"}}\n]{after}");
    tells("c", page("", ", x}"), &["+1"], &["2: a page that is no valid JSON: key must be a string"]);
    tells("c", page("", ",\n x}"), &["+1"], &["3:2: a page that is no valid JSON: key must be a string"]);
    tells("c", page("x, ", "}"), &["+1"], &["1:2: a page that is no valid JSON: key must be a string"]);
    tells(
        "c",
        page("", ", \"contacts\": [{}]}"),
        &["+1"],
        &["2: a page that is no valid JSON: duplicate field `contacts`"],
    );
    tells(
        "c",
        page("\"phone_number\": \"+9\", ", "}"),
        &["+1"],
        &["1:1: a record with a `phone_number` cannot have `contacts`: is it a contact or a page?"],
    );
    tells(
        "c",
        [page("", ", \"a\": \"").as_bytes(), b"\xff\"}"].concat(),
        &["+1"],
        &["2: not valid UTF-8; if it is Latin-1, `iconv -f latin1 -t utf-8 FILE` makes UTF-8 of it"],
    );
    tells("c", "{\"contacts\": null}", &[], &["1:18: a record needs a `phone_number`"]);
}

#[test]
fn the_contacts_of_a_page_stand_right_behind_their_key() {
    let array = r#"[{"phone_number": "+9"}]"#;
    tells("c", format!("{{\"contacts\": 1, {array}}}"), &[], &["1:17: key must be a string"]);
    tells("c", format!("{{\"contacts\": {{}} {array}}}"), &[], &["1:17: expected `,` or `}`"]);
    tells("c", format!("{{\"contacts\" []: {array}}}"), &[], &["1:13: expected `:`"]);
}

#[test]
fn invalid_utf_8() {
    let line = b"{\"phone_number\": \"+9\", \"unknown\": \"\xc3\xa9\xff\"}\n".as_slice();
    let good = b"{\"phone_number\": \"+1\"}\n".as_slice();
    tells(
        "c",
        [good, line, good].concat(),
        &["+1", "+1"],
        &["2:37: not valid UTF-8; if it is Latin-1, `iconv -f latin1 -t utf-8 FILE` makes UTF-8 of it"],
    );
    tells(
        "c",
        [b"[", good, b",", line, b"]"].concat(),
        &["+1"],
        &["2:38: not valid UTF-8; if it is Latin-1, `iconv -f latin1 -t utf-8 FILE` makes UTF-8 of it"],
    );
    tells(
        "c.json",
        [b"\xff\n", good, good].concat(),
        &["+1", "+1"],
        &["1:1: not valid UTF-8; if it is Latin-1, `iconv -f latin1 -t utf-8 FILE` makes UTF-8 of it"],
    );
}

#[test]
fn what_programs_write_by_mistake_is_told_by_name() {
    let null = "is no value of JSON, where it is `null`";
    for (record, column, expected) in [
        (r#"{"phone_number": "+1", "carrier": NaN}"#, 35, format!("key `carrier`: `NaN` {null}")),
        (
            r#"{"phone_number": "+1", "revenue_total": -Infinity}"#,
            42,
            format!("key `revenue_total`: `-Infinity` {null}"),
        ),
        (r#"{"phone_number": "+1", "x": Infinity}"#, 29, format!("`Infinity` {null}")),
        (r#"{"phone_number": "+1",}"#, 23, "a comma too many: nothing follows it".to_owned()),
    ] {
        let (_, report) = read("c.ndjson", format!("{record}\n").as_bytes(), OnError::Fail);
        let told = report.unwrap_err().to_string();
        assert!(told.contains(&format!("c.ndjson:1:{column}")) && told.ends_with(&expected), "{told}");
    }
}

#[test]
fn contacts_that_are_wrapped_are_told_where_they_are_read_from() {
    for (input, path) in [
        (r#"{"data": [{"phone_number": "+1"}, {"phone_number": "+2"}], "total": 2}"#, ".data"),
        (r#"{"result": {"items": [{"phone": "+1"}]}}"#, ".result.items"),
    ] {
        let reason =
            "a record needs a `phone_number`; contacts are read from `contacts`, from an array or one by one, and";
        let (_, report) = read("c.json", input.as_bytes(), OnError::Fail);
        let told = report.unwrap_err().to_string();
        let expected = format!("{reason} `jq '{path}[]' FILE | headcount … -` hands on those that stand here");
        assert!(told.ends_with(&expected), "{told}");
    }
}
