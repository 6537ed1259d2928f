use serde_json::{Value as Json, json};

use super::*;
use crate::contact::Contact;
use crate::value::ValueKind;

/// The description of the table of some records in JSON.
fn describe(records: &[Json]) -> Description {
    let contacts = records.iter().map(|record| serde_json::from_value::<Contact>(record.clone()).unwrap());
    contacts.collect::<Table>().describe()
}

/// A record on list 7 with a custom field `x`.
fn with_x(number: usize, x: Json) -> Json {
    json!({"phone_number": format!("+1415555{number:04}"), "list_id": 7, "custom_fields": {"x": x}})
}

/// The description of a custom field of which each membership has one of these values.
#[track_caller]
fn custom(values: &[Json]) -> Json {
    let records: Vec<Json> = values.iter().enumerate().map(|(number, value)| with_x(number, value.clone())).collect();
    serde_json::to_value(describe(&records).column("custom_fields.x").unwrap()).unwrap()
}

#[test]
fn a_custom_field_has_its_kinds_apart() {
    let values = [
        json!(true),
        json!(9),
        json!(10),
        json!(10),
        json!("9.5"),
        json!("b"),
        json!("a"),
        json!("a"),
        json!("2025-11-01T02:00+03:00"),
        json!("2025-11-01"),
        json!("2025-10-31T23:30"),
        json!([3, 1]),
        json!({"k": 1}),
    ];
    let described = custom(&values);
    assert_eq!((&described["values"], &described["of"], &described["distinct"]), (&json!(13), &json!(13), &json!(11)));
    assert_eq!(
        described["kinds"],
        json!([
            {"kind": "boolean", "values": 1, "distinct": 1, "least": true, "greatest": true},
            {"kind": "number", "values": 3, "distinct": 2, "least": 9, "greatest": 10},
            {"kind": "number_text", "values": 1, "distinct": 1, "least": "9.5", "greatest": "9.5"},
            {"kind": "text", "values": 3, "distinct": 2, "least": "a", "greatest": "b"},
            {"kind": "time_text", "values": 3, "distinct": 3, "least": "2025-11-01T02:00+03:00", "greatest": "2025-11-01"},
            {"kind": "array", "values": 1, "distinct": 1, "least": null, "greatest": null},
            {"kind": "object", "values": 1, "distinct": 1, "least": null, "greatest": null},
        ])
    );
    let frequent: Vec<(&Json, u64)> = described["most_frequent"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| (&found["value"], found["count"].as_u64().unwrap()))
        .take(3)
        .collect();
    assert_eq!(frequent, [(&json!(10), 2), (&json!("a"), 2), (&json!(true), 1)]);
}

#[test]
fn values_that_most_others_are_not_like_are_unfit() {
    for (values, expected) in [
        (vec![json!("2025-11-12"), json!("11/12/2025")], json!(["time", [["99/99/9999", 1, "11/12/2025"]]])),
        (
            vec![json!("11/12/2025"), json!("1/2/2025"), json!("1/2/2025"), json!("Nov 12, 2025")],
            json!([
                "time",
                [["9/9/9999", 2, "1/2/2025"], ["99/99/9999", 1, "11/12/2025"], ["Aaa 99, 9999", 1, "Nov 12, 2025"]]
            ]),
        ),
        (vec![json!(5), json!("7"), json!("$1,234.50")], json!(["number", [["$9,999.99", 1, "$1,234.50"]]])),
        (vec![json!(5), json!(7), json!("N/A"), json!(true)], Json::Null),
        (
            vec![json!(5), json!(6), json!(7), json!("N/A"), json!(true)],
            json!(["number", [["A/A", 1, "N/A"], ["aaaa", 1, true]]]),
        ),
        (vec![json!(5), json!("7")], Json::Null),
        (vec![json!("CA"), json!("NY"), json!("5")], Json::Null),
        (vec![json!("2025-11-12"), json!(["x"]), json!({})], Json::Null),
    ] {
        let unfit = &custom(&values)["unfit"];
        let forms = unfit["forms"].as_array().map(|forms| {
            forms.iter().map(|form| json!([form["shape"], form["values"], form["example"]])).collect::<Vec<_>>()
        });
        let found = forms.map_or(Json::Null, |forms| json!([unfit["meant_as"], forms]));
        assert_eq!(found, expected, "{values:?}");
    }
}

#[test]
fn fields_of_each_kind_are_described() {
    let description = describe(&[
        json!({"phone_number": "+14155550101", "carrier": "T", "list_id": 7, "click_count": 3, "revenue_total": 1.5,
            "signup_date": "2025-11-01", "on_dnc": true}),
        json!({"phone_number": "+14155550101", "list_id": 8, "active": false}),
        json!({"phone_number": "+14155550102", "carrier": "V", "list_id": 7, "signup_date": "2025-11-02T08:30:00.25Z"}),
    ]);
    for (name, read_as, values, of, distinct, kind, least, greatest) in [
        ("phone_number", "text", 2, 2, 2, "text", json!("+14155550101"), json!("+14155550102")),
        ("carrier", "text", 2, 2, 2, "text", json!("T"), json!("V")),
        ("on_dnc", "flag", 2, 2, 2, "boolean", json!(false), json!(true)),
        ("list_id", "list", 3, 3, 2, "number", json!(7), json!(8)),
        ("active", "flag", 3, 3, 2, "boolean", json!(false), json!(true)),
        ("click_count", "count", 3, 3, 2, "number", json!(0), json!(3)),
        ("revenue_total", "amount", 3, 3, 2, "number", json!(0), json!(1.5)),
        ("signup_date", "time", 2, 3, 2, "time", json!("2025-11-01T00:00:00Z"), json!("2025-11-02T08:30:00.250Z")),
    ] {
        let column = serde_json::to_value(description.column(name).unwrap()).unwrap();
        let expected =
            json!([{"kind": kind, "values": values, "distinct": distinct, "least": least, "greatest": greatest}]);
        assert_eq!((&column["read_as"], &column["kinds"]), (&json!(read_as), &expected), "{name}");
        assert_eq!(
            [&column["values"], &column["of"], &column["distinct"]],
            [&json!(values), &json!(of), &json!(distinct)]
        );
    }
    assert_eq!(description.column("timezone").map(|column| (column.values, column.kinds.len())), Some((0, 0)));
    assert_eq!(
        serde_json::to_value(&description.lists).unwrap(),
        json!([
            {"list_id": 7, "contacts": 2, "memberships": 2, "active": 2},
            {"list_id": 8, "contacts": 1, "memberships": 1, "active": 0},
        ])
    );
}

#[test]
fn names_that_serialize_are_those_of_code() {
    for read_as in
        [ReadAs::Text, ReadAs::Flag, ReadAs::Time, ReadAs::Count, ReadAs::Amount, ReadAs::List, ReadAs::CustomField]
    {
        assert_eq!(serde_json::to_value(read_as).unwrap(), read_as.as_str());
    }
    for kind in [
        ValueKind::Boolean,
        ValueKind::Number,
        ValueKind::NumberText,
        ValueKind::Text,
        ValueKind::TimeText,
        ValueKind::Time,
        ValueKind::Array,
        ValueKind::Object,
    ] {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
    }
    for meant_as in [MeantAs::Time, MeantAs::Number] {
        assert_eq!(serde_json::to_value(meant_as).unwrap(), meant_as.as_str());
    }
}

#[test]
fn phone_numbers_are_told_by_their_forms() {
    let phone_numbers = ["4155550103", "+14155550101", "(415) 555-0104", "4155550102", "Total", "12345678901234567890"];
    let records: Vec<Json> = phone_numbers.iter().map(|number| json!({"phone_number": number})).collect();
    let PhoneNumbers { e164, others } = describe(&records).phone_numbers;
    let forms: Vec<(&str, u64, &str)> = others.iter().map(|form| (&*form.shape, form.contacts, &*form.first)).collect();
    assert_eq!(e164, 1);
    assert_eq!(
        forms,
        [
            ("9999999999", 2, "4155550103"),
            ("(999) 999-9999", 1, "(415) 555-0104"),
            ("Aaaaa", 1, "Total"),
            ("99999999999999999999", 1, "12345678901234567890"),
        ]
    );
}

#[test]
fn a_description_is_of_those_who_are_there() {
    let mut table: Table =
        (0..3).map(|number| serde_json::from_value::<Contact>(with_x(number, json!(number))).unwrap()).collect();
    table.merge(serde_json::from_value(with_x(9, json!("late"))).unwrap());
    table.merge(serde_json::from_value(with_x(1, json!("late"))).unwrap());
    table.remove("+14155550002");
    let described = table.describe();
    let column = described.column("custom_fields.x").unwrap();
    assert_eq!((described.contacts, described.memberships, described.replaced), (3, 3, 1));
    assert_eq!((column.values, column.distinct, column.kinds.len()), (3, 2, 2));
    assert_eq!(described.column("phone_number").map(|column| column.values), Some(3));
    (0..10).for_each(|number| _ = table.remove(&format!("+1415555{number:04}")));
    assert_eq!(table.describe().column("custom_fields.x"), None);
    assert_eq!(Table::default().describe().contacts, 0);
}
