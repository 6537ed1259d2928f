//! A population is what the module's documentation says, to the byte where it says so.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    io,
    sync::LazyLock,
};

use serde_json::Value;

use crate::{Population, PopulationFormat, REFERENCE_INSTANT, audiences, population::Phones};

fn written(memberships: u64, seed: u64, format: PopulationFormat) -> String {
    let mut out = Vec::new();
    Population::new(memberships, seed).write(format, &mut out, &mut |_| {}).expect("a Vec takes everything");
    String::from_utf8(out).expect("everything written is UTF-8")
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// A population to measure, made once for all tests.
fn rows() -> &'static [Value] {
    static ROWS: LazyLock<Vec<Value>> =
        LazyLock::new(|| written(50_000, 1, PopulationFormat::Ndjson).lines().map(json).collect());
    &ROWS
}

/// The rows of each contact, by phone number.
fn contacts(rows: &[Value]) -> HashMap<&str, Vec<&Value>> {
    let mut contacts: HashMap<&str, Vec<&Value>> = HashMap::new();
    for row in rows {
        contacts.entry(text(row, "phone_number")).or_default().push(row);
    }
    contacts
}

fn text<'v>(row: &'v Value, key: &str) -> &'v str {
    row[key].as_str().unwrap_or_else(|| panic!("{key} is no text in {row}"))
}

fn number(row: &Value, key: &str) -> u64 {
    row[key].as_u64().unwrap_or_else(|| panic!("{key} is no whole number in {row}"))
}

fn share<T>(of: impl IntoIterator<Item = T>, holds: impl Fn(T) -> bool) -> f64 {
    let (mut all, mut held) = (0, 0);
    for item in of {
        all += 1;
        held += u32::from(holds(item));
    }
    f64::from(held) / f64::from(all)
}

/// Within a hundredth; chance alone moves a share of 50,000 by a few thousandths at most.
#[track_caller]
fn about(share: f64, expected: f64) {
    assert!((share - expected).abs() < 0.01, "{share}, not about {expected}");
}

#[track_caller]
fn only<'v>(values: impl IntoIterator<Item = &'v Value>, expected: &[&str]) {
    let found: HashSet<&str> = values.into_iter().filter_map(Value::as_str).collect();
    assert_eq!(found, expected.iter().copied().collect());
}

#[test]
fn exactly_as_many_memberships_as_asked_for() {
    for memberships in [0, 1, 2, 3, 5, 1_000, 12_345] {
        let lines = written(memberships, 3, PopulationFormat::Ndjson).lines().count();
        assert_eq!(lines as u64, memberships);
    }
}

#[test]
fn a_smaller_population_begins_a_larger_one() {
    for format in [PopulationFormat::Ndjson, PopulationFormat::Csv] {
        let larger = written(2_000, 3, format);
        for memberships in [0, 1, 2, 3, 4, 999] {
            assert!(larger.starts_with(&written(memberships, 3, format)));
        }
    }
    assert_ne!(written(10, 3, PopulationFormat::Ndjson), written(10, 4, PopulationFormat::Ndjson));
}

#[test]
fn contacts_are_on_one_to_four_different_lists_of_falling_sizes() {
    let rows = rows();
    let contacts = contacts(rows);
    for (lists, expected) in [(1, 0.60), (2, 0.24), (3, 0.12), (4, 0.04)] {
        about(share(contacts.values(), |rows| rows.len() == lists), expected);
    }
    for rows in contacts.values() {
        let lists: HashSet<u64> = rows.iter().map(|row| number(row, "list_id")).collect();
        assert_eq!(lists.len(), rows.len());
    }
    let mut sizes = BTreeMap::new();
    let mut numbers = HashSet::new();
    for row in rows {
        *sizes.entry(number(row, "list_id")).or_insert(0) += 1;
        numbers.insert((number(row, "list_id"), text(row, "list_number")));
    }
    assert_eq!(sizes.keys().copied().collect::<Vec<_>>(), [101, 102, 103, 104, 105, 106]);
    assert!(sizes.values().is_sorted_by(|a, b| a > b), "{sizes:?}");
    assert_eq!(numbers.len(), 6);
}

#[test]
fn a_contact_is_the_same_on_all_its_lists() {
    let rows = rows();
    for rows in contacts(rows).values() {
        for key in ["carrier", "line_type", "timezone", "is_valid", "on_dnc"] {
            assert!(rows.iter().all(|row| row[key] == rows[0][key] && !row[key].is_null()), "{key}");
        }
        assert!(rows.iter().all(|row| row["custom_fields"]["first_name"] == rows[0]["custom_fields"]["first_name"]));
    }
    let on_every_list = contacts(rows).into_values().filter(|rows| rows.len() > 1);
    let moved = share(on_every_list, |rows| {
        rows.iter().any(|row| row["custom_fields"]["state"] != rows[0]["custom_fields"]["state"])
    });
    assert!((0.03..0.12).contains(&moved), "{moved}");
    only(rows.iter().map(|row| &row["line_type"]), &["CELL PHONE", "LANDLINE", "VOIP"]);
}

#[test]
fn phones_are_distinct_and_ten_digits_long() {
    for seed in [0, 1, u64::MAX] {
        let phones = Phones::new(seed);
        // The far end too, where multiplication would overflow first.
        let contacts = (0..100_000).chain(Phones::ALL - 100_000..Phones::ALL);
        let numbers: HashSet<u64> = contacts.map(|contact| phones.number(contact)).collect();
        assert_eq!(numbers.len(), 200_000);
        assert!(
            numbers
                .iter()
                .all(|number| { (2_002_000_000..10_000_000_000).contains(number) && number / 1_000_000 % 10 >= 2 })
        );
        assert_eq!(phones.number(Phones::ALL), phones.number(0));
    }
    let rows = rows();
    assert!(rows.iter().all(|row| {
        let phone = text(row, "phone_number");
        phone.len() == 12 && phone.starts_with("+1") && phone[2..].bytes().all(|b| b.is_ascii_digit())
    }));
}

#[test]
fn flags_are_as_frequent_as_promised() {
    let rows = rows();
    about(share(rows, |row| row["active"] == false), 0.12);
    let contacts = contacts(rows);
    about(share(contacts.values(), |rows| rows[0]["on_dnc"] == true), 0.02);
    about(share(contacts.values(), |rows| rows[0]["is_valid"] == false), 0.03);
    assert!(rows.iter().all(|row| row["in_workflow"] == false || row["active"] == true));
}

#[test]
fn clicks_depend_on_sends() {
    let rows = rows();
    about(share(rows, |row| row["last_clicked_at"].is_null()), 0.55);
    for row in rows {
        let (sends, clicks) = (number(row, "send_count"), number(row, "click_count"));
        assert!(clicks <= sends, "{row}");
        assert_eq!(clicks > 0, !row["last_clicked_at"].is_null(), "{row}");
        assert_eq!(sends > 0, !row["last_sent_at"].is_null(), "{row}");
    }
}

#[test]
fn no_time_is_before_the_sign_up_or_after_the_reference() {
    let reference = REFERENCE_INSTANT.trim_end_matches('Z');
    for row in rows() {
        let signup = text(row, "signup_date");
        for key in ["signup_date", "last_sent_at", "last_clicked_at", "last_revenue_at"] {
            // ISO times of one form order as texts.
            if let Some(time) = row[key].as_str() {
                assert!(time.len() == 19 && signup <= time && time <= reference, "{key} of {row}");
            }
        }
        assert!(signup >= "2020-05-25T", "{row}");
    }
}

#[test]
fn recencies_are_exponential() {
    let rows = rows();
    // Of an exponential with a mean of 400 days, e^(−1/4) is more recent than 300 days before, and so on.
    for (since, older) in [("2025-01-19", 0.472), ("2024-01-25", 0.192), ("2023-01-30", 0.078)] {
        about(share(rows, |row| text(row, "signup_date") < since), older);
    }
    let sent: Vec<&str> = rows.iter().filter_map(|row| row["last_sent_at"].as_str()).collect();
    let week = share(&sent, |time| *time > "2025-11-08T08:30:00");
    assert!((0.38..0.50).contains(&week), "{week}");
}

#[test]
fn eight_in_a_hundred_have_revenue() {
    let rows = rows();
    about(share(rows, |row| !row["last_revenue_at"].is_null()), 0.08);
    for row in rows {
        let total = row["revenue_total"].as_f64().expect("a number");
        let conversions = number(row, "conversion_count");
        let cents = total * 100.0;
        assert!((cents - cents.round()).abs() < 1e-6, "{row}");
        assert_eq!(total > 0.0, !row["last_revenue_at"].is_null(), "{row}");
        assert_eq!(total > 0.0, conversions > 0, "{row}");
        assert!(conversions <= number(row, "click_count"), "{row}");
    }
}

#[test]
fn custom_fields_are_as_promised() {
    let rows = rows();
    let fields: Vec<&Value> = rows.iter().map(|row| &row["custom_fields"]).collect();
    let distinct = |key: &str| fields.iter().filter_map(|fields| fields[key].as_str()).collect::<HashSet<_>>();
    let absent = |key: &str| share(&fields, |fields| fields[key].is_null());

    assert_eq!(distinct("state").len(), 50);
    assert!(distinct("state").iter().all(|state| state.len() == 2));
    assert_eq!(distinct("source").len(), 20);
    assert!((1_800..=2_000).contains(&distinct("first_name").len()), "{}", distinct("first_name").len());
    assert_eq!(distinct("tier"), HashSet::from(["gold", "silver", "bronze"]));
    for (key, expected) in
        [("state", 0.0), ("source", 0.0), ("first_name", 0.0), ("tier", 0.4), ("ltv", 0.7), ("last_purchase", 0.8)]
    {
        about(absent(key), expected);
    }

    about(share(&fields, |fields| fields["state"] == "CA"), 0.121);
    let mut states: HashMap<&str, u32> = HashMap::new();
    for fields in &fields {
        *states.entry(text(fields, "state")).or_default() += 1;
    }
    assert_eq!(states.values().max(), states.get("CA"));

    let present: Vec<&Value> = fields.iter().map(|fields| &fields["ltv"]).filter(|ltv| !ltv.is_null()).collect();
    about(share(&present, |ltv| ltv.is_string()), 0.1);
    assert!(present.iter().all(|ltv| ltv.is_number() || json(ltv.as_str().expect("a text")).is_number()));

    for row in rows {
        assert_eq!(row["custom_fields"]["cohort"], text(row, "signup_date")[..7]);
        if let Some(date) = row["custom_fields"]["last_purchase"].as_str() {
            assert!(date.len() == 10 && date <= &REFERENCE_INSTANT[..10], "{row}");
        }
    }
}

#[test]
fn csv_says_the_same_as_ndjson() {
    let csv = written(3_000, 5, PopulationFormat::Csv);
    let mut lines = csv.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    assert!(!csv.contains('"'), "no cell needs quotes");
    let ndjson = written(3_000, 5, PopulationFormat::Ndjson);
    assert_eq!(lines.clone().count(), ndjson.lines().count());
    for (line, row) in lines.zip(ndjson.lines()) {
        let row = json(row);
        let cells: Vec<&str> = line.split(',').collect();
        assert_eq!(cells.len(), header.len(), "{line}");
        let mut filled = 0;
        for (column, cell) in header.iter().zip(cells) {
            let value = match column.strip_prefix("custom_fields.") {
                Some(key) => &row["custom_fields"][key],
                None => &row[*column],
            };
            match value {
                Value::Null => assert_eq!(cell, "", "{column} of {row}"),
                Value::String(text) => assert_eq!(cell, text, "{column} of {row}"),
                other => assert_eq!(&json(cell), other, "{column} of {row}"),
            }
            filled += usize::from(!value.is_null());
        }
        let keys = |value: &Value| value.as_object().map_or(0, serde_json::Map::len);
        assert_eq!(filled, keys(&row) - 1 + keys(&row["custom_fields"]), "no key is missing in CSV");
    }
}

#[test]
fn pages_hold_a_thousand_items_each() {
    for (memberships, sizes) in [(0, vec![0]), (1, vec![1]), (1_000, vec![1_000]), (2_500, vec![1_000, 1_000, 500])] {
        let text = written(memberships, 5, PopulationFormat::Pages);
        let pages: Vec<Value> = text.lines().map(json).collect();
        let items = |page: &Value| page["contacts"].as_array().cloned().unwrap_or_default();
        assert_eq!(pages.iter().map(|page| items(page).len()).collect::<Vec<_>>(), sizes);
        for (i, page) in pages.iter().enumerate() {
            let pagination = &page["pagination"];
            assert_eq!(number(pagination, "page"), i as u64 + 1);
            assert_eq!(number(pagination, "per_page"), 1_000);
            assert_eq!(number(pagination, "total"), memberships);
            assert_eq!(number(pagination, "total_pages"), memberships.div_ceil(1_000));
        }
        let lines: Vec<Value> = written(memberships, 5, PopulationFormat::Ndjson).lines().map(json).collect();
        assert_eq!(pages.iter().flat_map(items).collect::<Vec<_>>(), lines);
    }
}

#[test]
fn progress_rises_to_the_whole() {
    let mut told = Vec::new();
    Population::new(5_000, 1)
        .write(PopulationFormat::Ndjson, &mut io::sink(), &mut |so_far| told.push(so_far))
        .expect("a sink takes everything");
    assert!(told.len() > 2 && told.is_sorted(), "{told:?}");
    assert_eq!(told.last(), Some(&5_000));
}

#[test]
fn an_error_of_the_output_is_passed_on() {
    let mut full: &mut [u8] = &mut [0; 100];
    let error = Population::new(10, 1).write(PopulationFormat::Csv, &mut full, &mut |_| {}).expect_err("no room");
    assert_eq!(error.kind(), io::ErrorKind::WriteZero);
}

/// FNV-1a, 64 bits.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}

/// A change here breaks a promise: measurements and tests elsewhere rely on a seed's bytes.
#[test]
fn the_same_bytes_everywhere() {
    let population = |format| hash(written(2_500, 42, format).as_bytes());
    let audiences: Vec<String> = audiences(200, 42).collect();
    let hashes = [
        hash(b"a"),
        population(PopulationFormat::Ndjson),
        population(PopulationFormat::Csv),
        population(PopulationFormat::Pages),
        hash(audiences.concat().as_bytes()),
    ];
    // The first is the reference value of FNV-1a itself.
    assert_eq!(
        hashes.map(|hash| format!("{hash:016x}")),
        ["af63dc4c8601ec8c", "05be6cce869aa32b", "ba7cb51821b74f71", "354eded10b05ebb8", "5da5a8a9af1f3a4a"]
    );
}
