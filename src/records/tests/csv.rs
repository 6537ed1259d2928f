use super::super::RecordReader;
use super::{OnError, outcome, phone_numbers, read, reads, refuses, tells};
use crate::contact::{Contact, Membership};

#[test]
fn every_column() {
    let source = "\
        phone_number,carrier,line_type,timezone,is_valid,on_dnc,list_id,list_number,active,signup_date,signup_method,\
        send_count,click_count,conversion_count,revenue_total,avg_revenue,has_revenue,\
        last_sent_at,last_clicked_at,last_revenue_at,in_workflow,custom_fields.state,custom_fields.ltv,whatever\n\
        +1,T-Mobile,CELL PHONE,America/New_York,false,true,7,+18005551234,false,2025-03-15T14:30:00,api,\
        12,3,2,47.50,23.75,true,2025-11-01,2025-11-02T00:00:00Z,2025-11-03 00:00,true,CA,12.50,?\n\
        +2,,,,,,,,,,,,,,,,,,,,,,,\n";
    let first: Contact = serde_json::from_str(
        r#"{"phone_number": "+1", "carrier": "T-Mobile", "line_type": "CELL PHONE", "timezone": "America/New_York",
        "is_valid": false, "on_dnc": true, "lists": [{"list_id": 7, "list_number": "+18005551234", "active": false,
        "signup_date": "2025-03-15T14:30:00Z", "signup_method": "api", "custom_fields": {"ltv": "12.50", "state": "CA"},
        "send_count": 12, "click_count": 3, "conversion_count": 2, "revenue_total": 47.5, "avg_revenue": 23.75,
        "has_revenue": true, "last_sent_at": "2025-11-01T00:00:00Z", "last_clicked_at": "2025-11-02T00:00:00Z",
        "last_revenue_at": "2025-11-03T00:00:00Z", "in_workflow": true}]}"#,
    )
    .unwrap();
    let second =
        Contact { phone_number: "+2".to_owned(), memberships: vec![Membership::default()], ..Contact::default() };
    let (contacts, report) = read("c.csv", source.as_bytes(), OnError::Fail);
    assert_eq!(contacts, [first, second]);
    assert_eq!(report.unwrap().records, 2);
}

#[test]
fn every_form_of_rows() {
    let both = &["+1", "+2"];
    for name in ["c.csv", "c", "c.txt"] {
        reads(name, "phone_number\n+1\n+2\n", both);
        reads(name, "phone\n+1\n+2", both);
        reads(name, "list_id,msisdn\n1,+1\n2,+2\n", both);
        reads(name, "phone_number,list_id\r\n+1,1\r\n+2,2\r\n", both);
        reads(name, "phone_number,list_id\r+1,1\r+2,2", both);
        reads(name, "\n\nphone_number,list_id\n\n\n+1,1\n\r\n+2,2\n\n", both);
        reads(name, "\u{feff}phone_number,list_id\n+1,1\n+2,2\n", both);
        reads(name, "\u{feff}\nphone_number\n+1\n+2", both);
        reads(name, "\u{feff}\"phone_number\",\"list_id\"\n\"+1\",\"1\"\n\"+2\",\"\"", both);
        reads(name, "carrier,phone_number\n\"A, \"\"B\"\"\n\r\nC\",+1\n5\" pipe,+2\n", both);
        reads(name, "carrier,phone_number\na\"b\"c,+1\n\"\",+2\n", both);
        reads(name, "phone_number,,\n+1,x,\n+2,,\n", both);
        reads(name, "phone_number,custom_fields.,custom_fields.x\n+1,x,\n+2,,\n", both);
        reads(name, "phone_number\n", &[]);
        reads(name, "phone_number\n\u{feff}+1\n\u{feff}+1\n", &["\u{feff}+1"; 2]);
    }
}

#[test]
fn cells_that_are_wrong() {
    #[track_caller]
    fn cell(column: &str, cell: &str, problem: &str) {
        let source = format!("phone_number,{column}\n+1,\n+9,{cell}\n+2,\n");
        tells("c.csv", source, &["+1", "+2"], &[&format!("3: key `{column}`: {problem}")]);
    }
    cell("click_count", "many", "expected a whole number from 0, found `many`");
    cell("click_count", "-1", "expected a whole number from 0, found -1");
    cell("click_count", "1.5", "expected a whole number from 0, found 1.5");
    cell(
        "send_count",
        "1e400",
        "beyond the numbers that can be compared exactly: 64-bit whole numbers, fractions below 2^53",
    );
    cell("conversion_count", "01", "expected a whole number from 0, found `01`");
    cell("revenue_total", "$5", "expected a number, found `$5`");
    cell("avg_revenue", "\"1,5\"", "expected a number, found `1,5`");
    cell("list_id", "x", "expected a whole number, found `x`");
    cell(
        "list_id",
        "18446744073709551615",
        "expected a whole number up to 9223372036854775807, found 18446744073709551615",
    );
    let flag = "expected true or false, yes or no, 1 or 0, found";
    cell("active", "perhaps", &format!("{flag} `perhaps`"));
    cell("in_workflow", "2", &format!("{flag} `2`"));
    cell("on_dnc", "X", &format!("{flag} `X`"));
    cell("signup_date", "tomorrow", "expected an ISO 8601 date or time such as 2025-10-16T08:30:00Z, found `tomorrow`");
    cell(
        "last_sent_at",
        "2025-02-30",
        "expected an ISO 8601 date or time such as 2025-10-16T08:30:00Z, found `2025-02-30`",
    );
    cell("custom_fields", "CA", "expected a JSON object, found `CA`: expected value");
    cell("custom_fields", "[1]", "expected a JSON object, found `[1]`: expected an object, found an array");
    cell(
        "custom_fields",
        "\"{\"\"a\"\":1,\"\"a\"\":2}\"",
        "expected a JSON object, found `{\"a\":1,\"a\":2}`: `a` stands here twice",
    );
    cell("lists", "[]", "expected an array, found a string");
}

#[test]
fn rows_that_are_wrong() {
    let header = "phone_number,list_id\n";
    tells(
        "c.csv",
        format!("{header}+1,1\n+9\n+2,2\n"),
        &["+1", "+2"],
        &["3: expected 2 cells, as the header has, found 1"],
    );
    tells("c.csv", format!("{header}+1,1\n\n+9,1,\n"), &["+1"], &["4: expected 2 cells, as the header has, found 3"]);
    tells("c.csv", format!("{header},1\n+2,2\n"), &["+2"], &["2: a record needs a `phone_number`"]);
    tells(
        "c.csv",
        format!("{header}\"+1\n\n\",1\r\n+9\r\n+2,2\r\n"),
        &["+1", "+2"],
        &["5: expected 2 cells, as the header has, found 1"],
    );
    tells("c.csv", format!("{header}+1,1\n+9,\"1\n+2,2\n"), &["+1", "+2"], &["3: a quoted cell is never closed"]);
    tells(
        "c.csv",
        b"phone_number,x\n+9,\xff\n+1,\n\"+9\n\n\xe2\x82\",\n+2,".as_slice(),
        &["+1", "+2"],
        &[
            "2: not valid UTF-8; if it is Latin-1, `iconv -f latin1 -t utf-8 FILE` makes UTF-8 of it",
            "6: not valid UTF-8; if it is Latin-1, `iconv -f latin1 -t utf-8 FILE` makes UTF-8 of it",
        ],
    );
}

#[test]
fn headers_that_are_wrong() {
    let none = "expected JSON, or CSV whose header has a column `phone_number`, `phone` or `msisdn`";
    refuses(
        "c.csv",
        "a,b\n1,2\n",
        &[&format!("invalid_record at c.csv:1: {none}; found the columns `a`, `b`, with commas between them")],
    );
    refuses(
        "c.csv",
        "Name;Clicks;1;2;3;4;5;6;7;8\n",
        &[&format!(
            "invalid_record at c.csv:1: {none}; found the columns `Name`, `Clicks`, `1`, `2`, `3`, `4`, `5`, `6`, 2 more, \
             with semicolons between them"
        )],
    );
    refuses(
        "c.csv",
        "Email,Mobile Number\na@b.c,+1",
        &[&format!(
            "invalid_record at c.csv:1: {none}; found the columns `Email`, `Mobile Number`, with commas between them; \
             `--map 'Mobile Number=phone_number'` says that `Mobile Number` is one"
        )],
    );
    refuses("c", "\n\nSorry", &[&format!("invalid_record at c:3: {none}; found the column `Sorry`")]);
    refuses(
        "c",
        "phone_number,list_id,list_id\n",
        &["invalid_record at c:1: key `list_id`: stands in the header twice"],
    );
    refuses("c", "phone_number,a,b,a\n", &["invalid_record at c:1: key `a`: stands in the header twice"]);
    refuses(
        "c",
        "phone,list_id,phone_number\n",
        &["invalid_record at c:1: key `phone_number`: stands in the header beside `phone`, and only one may"],
    );
    refuses(
        "c",
        "custom_fields.a,custom_fields.a\n",
        &[
            "invalid_record at c:1: key `custom_fields.a`: stands in the header twice",
            &format!(
                "invalid_record at c:1: {none}; found the columns `custom_fields.a`, `custom_fields.a`, with commas \
                 between them"
            ),
        ],
    );
    refuses(
        "c",
        b"phone_number,\xff\n".as_slice(),
        &[
            "invalid_record at c:1: not valid UTF-8; if it is Latin-1, `iconv -f latin1 -t utf-8 FILE` makes UTF-8 of it",
        ],
    );
    refuses("c", "phone_number,\"list_id\n+1,1\n", &["invalid_record at c:1: a quoted cell is never closed"]);
}

#[test]
fn rows_that_are_more_than_a_buffer_holds() {
    let numbers: Vec<String> = (0..5_000).map(|number| format!("+{number:018}")).collect();
    let source = format!("phone,carrier\n{}\n", numbers.join(",T-Mobile\n") + ",");
    let (contacts, report) = outcome(&RecordReader::new(), "c", source.as_bytes());
    assert_eq!(report.unwrap().records, 5_000);
    assert_eq!(phone_numbers(&contacts), numbers);
}

#[test]
fn names_and_flags_are_read_as_people_write_them() {
    let flag = |cell: &str| {
        let (contacts, report) =
            read("c.csv", format!("phone, on_dnc ,active\n+1,{cell},\n").as_bytes(), OnError::Fail);
        report.map(|_| contacts[0].on_dnc)
    };
    for cell in ["true", "TRUE", "True", "t", "T", "yes", "Yes", "y", "Y", "1", " true ", "\ttrue"] {
        assert_eq!(flag(cell), Ok(Some(true)), "{cell:?}");
    }
    for cell in ["false", "FALSE", "f", "no", "NO", "n", "0", " 0"] {
        assert_eq!(flag(cell), Ok(Some(false)), "{cell:?}");
    }
    assert_eq!(flag(""), Ok(None));
    let (contacts, _) =
        read("c.csv", b"phone, active, click_count, signup_date\n+1, false, 3, 2025-01-01\n", OnError::Fail);
    let membership = &contacts[0].memberships[0];
    assert!(!membership.active && membership.click_count == 3 && membership.signup_date.is_some(), "{membership:?}");
}

#[test]
fn any_usual_separator() {
    for (name, source) in [
        ("c.csv", "phone_number;click_count\n+1;5\n"),
        ("c.csv", "sep=;\nphone_number;click_count\n+1;5\n"),
        ("c.csv", "sep=|\r\nphone_number|click_count\r\n+1|5\r\n"),
        ("t.tsv", "phone_number\tclick_count\n+1\t5\n"),
        ("u.csv", "phone_number|click_count\n+1|5\n"),
        ("c.csv", "phone_number;carrier;click_count\n+1;\"a;b,c\";5\n"),
        ("c.csv", "\"phone_number\";\"click_count\"\n\"+1\";\"5\"\n"),
    ] {
        let (contacts, report) = read(name, source.as_bytes(), OnError::Fail);
        assert_eq!(report.map(|report| report.records), Ok(1), "{source:?}");
        assert_eq!(contacts[0].memberships[0].click_count, 5, "{source:?}");
    }
}

#[test]
fn a_quote_gone_wrong_costs_one_record() {
    let behind = "text stands behind the closing quote of a cell";
    let source = "phone_number,click_count,Note\n+1,5,\"6 pack\n+2,4,x\n+3,4,\"8 pack\n+4,4,y\n";
    let problems = [&*format!("2: {behind}"), "4: a quoted cell is never closed"];
    tells("c.csv", source, &["+2", "+4"], &problems);
    tells("c.csv", "phone,x\n+1,\"a\"b\n+2,c\n", &["+2"], &[&format!("2: {behind}")]);
    tells("c.csv", "phone,x\n+1,\"a\"\"b\n+2,c\n", &["+2"], &["2: a quoted cell is never closed"]);
    tells(
        "c.csv",
        "phone,x\n+1,\"a\nb\" c\n+2,d\n",
        &["+2"],
        &[&format!("2: {behind}"), "3: expected 2 cells, as the header has, found 1"],
    );
    tells("c.csv", "phone,x\n+1,\"", &[], &["2: a quoted cell is never closed"]);
    reads("c.csv", "phone,x\n+1,\"a\nb\"\n+2,\"c\"\"d\"\n", &["+1", "+2"]);
    reads("c.csv", "phone,x\n+1,a \"b\" c\n+2,12\"\n", &["+1", "+2"]);
}

#[test]
fn a_header_in_the_middle_is_no_record() {
    let source = "phone_number,carrier\n+1,T\nphone_number,carrier\n+2,V\n";
    tells("m.csv", source, &["+1", "+2"], &["3: the header stands here again"]);
}

#[test]
fn custom_fields_as_json_in_a_cell() {
    let source = "phone,custom_fields,custom_fields.tier\n+1,\"{\"\"state\"\": \"\"CA\"\", \"\"n\"\": 3}\",gold\n+2,,\n+3,null,\n";
    let (contacts, report) = read("j.csv", source.as_bytes(), OnError::Fail);
    assert_eq!(report.map(|report| report.records), Ok(3));
    let fields = &contacts[0].memberships[0].custom_fields;
    assert_eq!(fields.get("state"), Some(&"CA".into()));
    assert_eq!(fields.get("tier"), Some(&"gold".into()));
    assert_eq!(fields.len(), 3);
    tells(
        "j.csv",
        "phone,custom_fields,custom_fields.a\n+1,\"{\"\"a\"\": 1}\",2\n",
        &[],
        &["2: key `custom_fields`: the key `a` has a column of its own, too"],
    );
}
