//! Records of which some part is as large as it gets.

use headcount::RecordReader;

use super::{Form, refuses, takes};

#[test]
fn phone_numbers_that_are_empty_or_a_megabyte() {
    let long = "7".repeat(1 << 20);
    for form in Form::JSON {
        refuses(form, "", r#"{"phone_number": ""}"#, "phone_number");
        refuses(form, "", r#"{"phone_number": null}"#, "phone_number");
        refuses(form, "", r#"{"carrier": "x"}"#, "phone_number");
        // It is no number that anybody can call, but a text like any other.
        takes_somebody(form, "", format!(r#"{{"phone_number": "+{long}"}}"#));
    }
    refuses(Form::Rows, "phone_number,carrier", ",x", "phone_number");
    takes_somebody(Form::Rows, "phone_number", format!("+{long}"));
}

/// The second of three records is one, whoever it is of.
#[track_caller]
fn takes_somebody(form: Form, header: &str, record: String) {
    let (bytes, _) = form.file(header, record);
    super::every_way(&bytes, |(phones, report), _, way| {
        assert_eq!(report.as_ref().map(|report| (report.records, report.skipped)), Ok((3, 0)), "{form:?}, {way}");
        assert_eq!(phones.len(), 3, "{form:?}, {way}");
    });
}

#[test]
fn keys_that_are_repeated() {
    for form in Form::JSON {
        refuses(form, "", r#"{"phone_number": "+2", "phone_number": "+4"}"#, "phone_number");
        refuses(form, "", r#"{"phone_number": "+2", "click_count": 1, "click_count": 2}"#, "click_count");
        refuses(form, "", r#"{"phone_number": "+2", "lists": [], "lists": []}"#, "lists");
    }
}

#[test]
fn custom_fields_without_number() {
    let fields = |count: usize| {
        let fields: Vec<String> = (0..count).map(|n| format!("\"k{n}\": {n}")).collect();
        format!(r#"{{"phone_number": "+2", "custom_fields": {{{}}}}}"#, fields.join(", "))
    };
    takes(Form::Lines, "", fields(RecordReader::MAX_CUSTOM_FIELDS));
    refuses(Form::Lines, "", fields(RecordReader::MAX_CUSTOM_FIELDS + 1), "10,000 different ones");
}
