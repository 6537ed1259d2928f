//! What JSON Schema cannot say.

use headcount::{Filter, error::Code};
use serde_json::json;

use super::{Agreed, check, group_of, on_dnc, validator};

/// The codes of the table in grammar.md.
fn codes_beyond() -> Vec<String> {
    let page = include_str!("../../../../grammar.md");
    let table = page.lines().skip_while(|line| !line.starts_with("| Beyond JSON Schema")).skip(2);
    let rows = table.take_while(|line| line.starts_with('|'));
    rows.map(|row| row.trim_end_matches(" |").rsplit("| ").next().unwrap().trim_matches('`').to_owned()).collect()
}

#[test]
fn what_is_beyond_json_schema_is_what_the_grammar_tells() {
    let validator = validator();
    let nested = |depth: usize| (0..depth).fold(on_dnc(), |inner, _| json!({"operator": "OR", "groups": [inner]}));
    let many = |count: usize| json!({"operator": "AND", "conditions": vec![on_dnc()["conditions"][0].clone(); count]});
    let time = |text: &str| {
        group_of(&json!({"conditionType": "time", "field": "signup_date", "operator": "after", "value": text}))
            .to_string()
    };
    let amount = |number: &str| {
        let amount = r#""conditionType": "revenue", "field": "revenue_total", "operator": "eq""#;
        format!(r#"{{"operator": "AND", "conditions": [{{{amount}, "value": {number}}}]}}"#)
    };
    let custom = |text: String| {
        group_of(&json!({"conditionType": "custom_field", "field": "n", "operator": "eq", "value": text})).to_string()
    };
    let rows = [
        // Each just inside what is allowed, and just past it.
        (Code::FilterTooDeep, nested(63).to_string(), nested(64).to_string()),
        (
            Code::TooManyConditions,
            json!({"operator": "AND", "groups": [many(5_000), many(5_000)]}).to_string(),
            json!({"operator": "AND", "groups": [many(5_000), many(5_001)]}).to_string(),
        ),
        (
            Code::FilterTooLarge,
            on_dnc().to_string() + &" ".repeat(8_000_000),
            on_dnc().to_string() + &" ".repeat(8 * 1024 * 1024),
        ),
        (Code::StringTooLong, custom("é".repeat(32_768)), custom("é".repeat(32_769))),
        (Code::DuplicateKey, on_dnc().to_string(), r#"{"operator": "AND", "#.to_owned() + &on_dnc().to_string()[1..]),
        (Code::InvalidValue, amount("9007199254740992"), amount("9007199254740992.0")),
        (Code::InvalidValue, time("0000-01-01T02:00+02:00"), time("0000-01-01T01:59+02:00")),
    ];
    for (code, inside, beyond) in &rows {
        assert_eq!(check(&validator, inside), Agreed::Accepted, "{code}");
        assert_eq!(check(&validator, beyond), Agreed::RefusedBeyond, "{code}");
        let errors = Filter::from_json(beyond).unwrap_err();
        assert!(errors.iter().all(|problem| problem.code() == *code), "{errors}");
    }
    assert_eq!(codes_beyond(), rows.map(|(code, ..)| code.as_str()));
}
