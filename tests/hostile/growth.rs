//! Nothing takes longer than its input is long: each of these took minutes where time grows with the square of a length.

use std::time::{Duration, Instant};

use headcount::{
    Audience, Contact, Errors, EvalContext, Filter, Semantics, Table, Warnings, error::Code, semantics::TextCase,
};

/// Optimised, inputs as long as they come; a debug build takes its time over every byte, and has a tenth.
const SCALE: usize = if cfg!(debug_assertions) { 1 } else { 10 };

/// Runs something that takes a second at most; debug builds and busy machines get some slack.
#[track_caller]
fn soon<T>(run: impl FnOnce() -> T) -> T {
    const PATIENCE: Duration = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 5 });
    let start = Instant::now();
    let done = run();
    assert!(start.elapsed() < PATIENCE, "took {:?}", start.elapsed());
    done
}

fn cx(text_case: TextCase) -> EvalContext {
    EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap()).with(Semantics { text_case, ..Semantics::default() })
}

fn filter(text: &str) -> Filter {
    text.parse().unwrap_or_else(|errors| panic!("{errors}"))
}

/// A contact with one membership, which has this value of the custom field `x`.
fn contact(x: &str) -> Contact {
    serde_json::from_str(&format!(r#"{{"phone_number": "+1", "list_id": 1, "custom_fields": {{"x": {x}}}}}"#)).unwrap()
}

/// Whether somebody is in, by every engine.
#[track_caller]
fn is_in(filter_text: &str, contact: &Contact, text_case: TextCase) -> bool {
    let (audience, cx) = (Audience::of(filter(filter_text)), cx(text_case));
    soon(|| {
        let matches = audience.matcher(&cx).matches(contact);
        assert_eq!(audience.contains(contact, &cx), matches, "{filter_text:.100}");
        let table: Table = [contact].into_iter().collect();
        assert_eq!(table.size(&audience, &cx).value, u64::from(matches), "{filter_text:.100}");
        matches
    })
}

#[test]
fn long_texts_under_long_patterns() {
    // Every place of the text begins as the pattern does, and none ends so.
    let value = "A".repeat(800_000 * SCALE);
    let contact = contact(&format!("\"{value}\""));
    let part = "a".repeat(60_000);
    for (text, expected) in [
        (format!("custom.x contains '{part}b'"), false),
        (format!("custom.x contains 'b{part}'"), false),
        (format!("custom.x contains '{part}'"), true),
        (format!("custom.x not contains '{part}b'"), true),
        (format!("custom.x starts_with '{part}b'"), false),
        (format!("custom.x ends_with 'b{part}'"), false),
        (format!("custom.x ends_with '{part}'"), true),
        (format!("custom.x in ['{part}', '{part}b']"), false),
    ] {
        assert_eq!(is_in(&text, &contact, TextCase::Insensitive), expected, "{text:.50}");
    }
    let contact = self::contact(&format!("\"{}\"", "É".repeat(200_000 * SCALE)));
    let part = "é".repeat(30_000);
    assert!(!is_in(&format!("custom.x contains '{part}b'"), &contact, TextCase::Insensitive));
    assert!(is_in(&format!("custom.x contains '{part}'"), &contact, TextCase::Insensitive));
}

#[test]
fn long_arrays_among_many_values() {
    let list = |values: &mut dyn Iterator<Item = String>| values.collect::<Vec<_>>().join(", ");
    let length = 100_000 * SCALE;
    let numbers = contact(&format!("[{}]", list(&mut (0..length).map(|n| n.to_string()))));
    let texts = contact(&format!("[{}]", list(&mut (0..length).map(|n| format!("\"T{n}\"")))));
    for text_case in [TextCase::Sensitive, TextCase::Insensitive] {
        let wanted = list(&mut (1..=10_000).map(|n| format!("-{n}")));
        assert!(!is_in(&format!("custom.x in [{wanted}]"), &numbers, text_case));
        assert!(!is_in(&format!("custom.x in [{wanted}]"), &texts, text_case));
        let wanted = list(&mut (1..=10_000).map(|n| format!("'u{n}'")));
        assert!(is_in(&format!("custom.x not in [{wanted}]"), &texts, text_case));
        assert!(!is_in(&format!("custom.x in [{wanted}, 't5']").replace("'u1', ", ""), &texts, TextCase::Sensitive));
    }
}

#[test]
fn many_conditions_on_one_value() {
    let values = |condition: &dyn Fn(usize) -> String, joint: &str| {
        let conditions: Vec<String> = (0..9_999).map(condition).collect();
        format!("{first}{joint}{}", conditions.join(joint), first = condition(9_999))
    };
    let contact = contact("\"c17\"");
    assert!(is_in(&values(&|n| format!("custom.x = 'c{n}'"), " or "), &contact, TextCase::Sensitive));
    assert!(!is_in(&values(&|n| format!("carrier = 'c{n}'"), " or "), &contact, TextCase::Insensitive));
    assert!(is_in(&values(&|n| format!("custom.x != '{n}'"), " and "), &contact, TextCase::Sensitive));
    assert!(!is_in(&values(&|n| format!("carrier in ['a', 'b{n}']"), " and "), &contact, TextCase::Sensitive));
    assert!(!is_in(&values(&|n| format!("click_count = {}", 2 * n + 1), " or "), &contact, TextCase::Sensitive));
}

/// The first code of a document's problems, which are drawn too.
#[track_caller]
fn problem(source: &str) -> Option<Code> {
    let drawn = |errors: Errors| (errors.first().code(), errors.report(source).to_string().len());
    soon(|| Audience::read_all(source).map_err(drawn)).err().map(|(code, _)| code)
}

#[test]
fn problems_on_many_lines_and_on_long_ones() {
    let many = 20_000 * SCALE;
    assert_eq!(problem(&"{}\n".repeat(many)), Some(Code::MissingKey));
    assert_eq!(problem(&"{}".repeat(many)), Some(Code::MissingKey));
    assert_eq!(problem(&format!("[{}{{}}]", "{}, ".repeat(many))), Some(Code::MissingKey));
    assert_eq!(problem(&format!("{}[", "{}\n".repeat(many))), Some(Code::MissingKey));
    // The problems that are told are all far to the right.
    let blank = "é ".repeat(200_000 * SCALE);
    assert_eq!(problem(&format!("[\"{blank}\", {}{{}}]", "{}, ".repeat(1_000))), Some(Code::WrongType));
    assert_eq!(
        problem(&format!("custom.x = 'é' {} and{}", blank.replace('é', " "), " x or".repeat(1_000))),
        Some(Code::UnknownField)
    );
}

#[test]
fn warnings_in_many_audiences() {
    let filter = r#"{"operator": "AND", "conditions": [{"conditionType": "time", "field": "last_sent_at", "operator": "within", "value": 1, "unit": "days"}]}"#;
    let many = 2_000 * SCALE;
    let array = format!("[{}{filter}]", format!("{filter}, ").repeat(many));
    for source in
        [format!("{filter}\n").repeat(many), filter.repeat(many), array.clone(), array.replace("}, {", "},\n{")]
    {
        let warnings = soon(|| {
            let warnings = Warnings::of(&source, &cx(TextCase::Sensitive)).unwrap();
            assert!(!warnings.report(&source).to_string().is_empty());
            warnings
        });
        let last = warnings.iter().last().unwrap().place();
        assert_eq!(last.span.as_ref().map(|span| &source[span.clone()]), Some(&filter[35..filter.len() - 2]));
        assert!(warnings.iter().count() >= many);
    }
}

/// The first of two conditions that ask the same is quoted; it may be as long as the limits allow.
#[test]
fn long_conditions_that_are_quoted_again_and_again() {
    let long = format!("custom.x in [{}1]", "1, ".repeat(9_999));
    let source = format!("{long}{}", " or custom.x in [1]".repeat(500 * SCALE));
    let warnings = soon(|| Warnings::of(&source, &cx(TextCase::Sensitive)).unwrap());
    let messages: Vec<String> = warnings.iter().map(|warning| warning.message()).collect();
    assert_eq!(messages.len(), 500 * SCALE);
    let cut = messages[0].strip_prefix("`custom_fields.x in [1]` asks the same as `custom_fields.x in [1, 1").unwrap();
    assert!(cut.ends_with("…` in its group") && cut.len() < 1_100, "{cut}");
}

#[test]
fn problems_whose_pointers_are_long() {
    let many = 20_000 * SCALE;
    let (key, longer) = ("k".repeat(many), "k".repeat(3 * many));
    for inside in [
        format!("[{}1]", "1, ".repeat(many)),
        format!("{}{}", "[".repeat(many), "]".repeat(many)),
        format!("{}1{}", "{\"k\": ".repeat(many), "}".repeat(many)),
    ] {
        let source = format!(r#"{{"operator": "AND", "{key}": {inside}, "{longer}": 1, "conditions": [0]}}"#);
        assert_eq!(soon(|| Filter::from_json(&source)).unwrap_err().iter().len(), 3, "{inside:.20}");
    }
}

#[test]
fn names_without_end_that_are_near_to_none() {
    let name = "click_count".repeat(50_000 * SCALE);
    assert_eq!(problem(&format!("{name} = 3")), Some(Code::StringTooLong));
    assert_eq!(problem(&format!("last_sent_at within 3 {name}")), Some(Code::InvalidUnit));
    assert_eq!(problem(&format!("click_count {name} 3")), Some(Code::InvalidOperator));
    let condition = |key: &str| {
        format!(r#"{{"operator": "AND", "conditions": [{{"conditionType": "count", "{key}": "{name}", "value": 1}}]}}"#)
    };
    assert!(problem(&condition("field")).is_some());
    assert!(problem(&condition("operator")).is_some());
    assert_eq!(problem(&format!(r#"{{"{name}": 1, "operator": "AND", "conditions": [0]}}"#)), Some(Code::UnknownKey));
}

#[test]
fn objects_with_many_keys() {
    let keys: String = (0..20_000 * SCALE).map(|n| format!("\"k{n}\": 1, ")).collect();
    let filter = r#""operator": "AND", "conditions": [{"conditionType": "dnc", "field": "on_dnc", "operator": "eq", "value": true}]"#;
    assert_eq!(problem(&format!("{{{keys}{filter}}}")), Some(Code::UnknownKey));
    assert_eq!(problem(&format!("{{\"name\": \"x\", {keys}\"filter\": {{{filter}}}}}")), None);
    let repeated = "\"id\": \"x\", ".repeat(20_000 * SCALE);
    assert_eq!(problem(&format!("{{{repeated}\"filter\": {{{filter}}}}}")), Some(Code::DuplicateKey));
}

#[test]
fn deep_groups_are_written_as_they_are_read() {
    let conditions: Vec<String> = (0..500 * SCALE).map(|n| format!("click_count = {n}")).collect();
    let deepest = filter(&format!("{}{}{}", "any(".repeat(63), conditions.join(", "), ")".repeat(63)));
    soon(|| {
        assert_eq!(filter(&deepest.to_text_lines()), deepest);
        assert_eq!(Filter::from_json(&deepest.to_json(headcount::filter::Spelling::Request)).as_ref(), Ok(&deepest));
        assert_eq!(deepest.complement().unwrap().complement().unwrap().fingerprint(), deepest.fingerprint());
    });
}

#[test]
fn many_audiences_with_one_name() {
    let many = 200 * SCALE;
    let audiences: Vec<Audience> = (0..many)
        .map(|n| Audience { name: Some("same".to_owned()), ..Audience::of(filter(&format!("click_count >= {n}"))) })
        .collect();
    let contacts: Vec<Contact> = (0..2 * many)
        .map(|n| serde_json::from_str(&format!(r#"{{"phone_number": "+{n}", "click_count": {n}}}"#)).unwrap())
        .collect();
    let table: Table = contacts.iter().collect();
    let cx = cx(TextCase::Sensitive);
    let overlap = soon(|| table.compare(&audiences, &cx));
    assert_eq!((overlap.in_any, overlap.in_all, overlap.patterns.len()), (2 * many as u64, many as u64 + 1, many));
}

#[test]
fn many_windows_in_one_filter() {
    let windows: Vec<String> = (0..300 * SCALE).map(|n| format!("last_clicked_at within {n} days")).collect();
    let audience = Audience::of(filter(&windows.join(" or ")));
    let contacts: Vec<Contact> = (0..1_000)
        .map(|n| {
            let record = format!(
                r#"{{"phone_number": "+{n}", "last_clicked_at": "2025-11-01T00:{:02}:{:02}Z"}}"#,
                n / 60,
                n % 60
            );
            serde_json::from_str(&record).unwrap()
        })
        .collect();
    let table: Table = contacts.iter().collect();
    let cx = cx(TextCase::Sensitive);
    soon(|| {
        assert_eq!(table.size(&audience, &cx).value, 1_000);
        assert_eq!(table.breakdown(&audience, &cx).size.value, 1_000);
        let until = "2025-12-15T08:30:00Z".parse().unwrap();
        assert_eq!(table.timeline(&audience, &cx, until).changes().count(), 0);
    });
}

#[test]
fn many_custom_fields_and_lists_are_described() {
    let many = 1_000 * SCALE;
    let contacts: Vec<Contact> = (0..many)
        .map(|n| {
            let text = format!("{n:0>200}/12/2025");
            let record = format!(
                r#"{{"phone_number": "({n}) 555", "list_id": {n}, "custom_fields": {{"k{n}": {n}, "all": "{text}"}}}}"#
            );
            serde_json::from_str(&record).unwrap()
        })
        .collect();
    let table: Table = contacts.iter().collect();
    let description = soon(|| table.describe());
    assert_eq!(description.lists.len(), many);
    assert_eq!(description.columns.iter().filter(|column| column.name.starts_with("custom_fields.k")).count(), many);
    assert_eq!(description.column("custom_fields.all").map(|column| column.distinct), Some(many as u64));
}
