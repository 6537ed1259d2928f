//! Phone numbers as people write them, in every form of text.

use super::*;

#[test]
fn spellings_of_one_number_are_one_contact() {
    let reader = RecordReader::new().phones("US".parse().unwrap());
    for (name, input) in [
        ("a.csv", "phone,list_id\n+1 (415) 555-0101,1\n14155550101,2\n4155550101,3\n+14155550101,4\n".to_owned()),
        (
            "a.ndjson",
            ["+1 (415) 555-0101", "14155550101", "4155550101", "+14155550101"]
                .map(|phone| format!("{{\"phone_number\": \"{phone}\"}}\n"))
                .concat(),
        ),
    ] {
        let (contacts, report) = read_by(reader.clone(), name, input.as_bytes());
        assert_eq!(report.map(|report| report.records), Ok(4));
        assert_eq!(phone_numbers(&contacts), ["+14155550101"; 4]);
    }
}

#[test]
fn what_is_no_phone_number_makes_its_record_invalid() {
    let reader = RecordReader::new().phones("US".parse().unwrap()).on_error(OnError::Skip);
    let told = "key `phone_number`: expected a phone number of US, or one with a country code, found";
    for (name, input, expected) in [
        ("a.csv", "phone\n1.4155E+10\n4155550101\n", format!("invalid_record at a.csv:2: {told} `1.4155E+10`")),
        (
            "a.ndjson",
            "{\"phone_number\": \"Total\"}\n{\"phone_number\": \"4155550101\"}\n",
            format!("invalid_record at a.ndjson:1:1: {told} `Total`"),
        ),
    ] {
        let (contacts, report) = read_by(reader.clone(), name, input.as_bytes());
        assert_eq!(phone_numbers(&contacts), ["+14155550101"]);
        let problems = report.unwrap().problems.map(|problems| problems.to_string());
        assert_eq!(problems, Some(expected));
    }
}
