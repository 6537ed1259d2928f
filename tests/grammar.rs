//! grammar.md is true: its examples parse, what it says is refused is refused, and its tables are the library's own.

use std::collections::{BTreeMap, BTreeSet};

use headcount::{
    Contact, Errors, EvalContext, Filter, Limits, Membership, Warnings,
    error::{Code, WarningCode},
    filter::{AmountField, CountField, FlagField, Spelling, TextField, TimeField},
};
use serde_json::{Map, Value, json};

// The page.

const PAGE: &str = include_str!("../grammar.md");

/// What stands between two fences.
struct Block {
    info: &'static str,
    text: String,
}

fn blocks() -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = PAGE.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let text: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        blocks.push(Block { info, text: text.join("\n") });
    }
    blocks
}

fn blocks_of(info: &str) -> Vec<String> {
    let found: Vec<String> = blocks().into_iter().filter(|block| block.info == info).map(|block| block.text).collect();
    assert!(!found.is_empty(), "grammar.md has no block of {info}");
    found
}

/// The rows of the table whose header begins so.
fn table(header: &str) -> Vec<Vec<String>> {
    let rows: Vec<Vec<String>> = PAGE
        .lines()
        .skip_while(|line| !line.starts_with(header))
        .take_while(|line| line.starts_with('|'))
        .skip(2)
        .map(|line| {
            let line = line.trim_matches('|').replace("\\|", "\u{0}");
            line.split('|').map(|cell| cell.trim().replace('\u{0}', "|")).collect()
        })
        .collect();
    assert!(!rows.is_empty(), "grammar.md has no table {header}");
    rows
}

/// What stands between backticks.
fn code(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// The only text between backticks.
#[track_caller]
fn only_code(cell: &str) -> &str {
    let code = code(cell);
    assert_eq!(code.len(), 1, "{cell}");
    code[0]
}

// What the library says.

#[track_caller]
fn parsed(text: &str) -> Filter {
    text.parse().unwrap_or_else(|errors: Errors| panic!("{text}\n{}", errors.report(text)))
}

fn read(source: &str) -> Result<Filter, Errors> {
    if source.starts_with('{') { Filter::from_json(source) } else { source.parse() }
}

fn codes(errors: &Errors) -> BTreeSet<&'static str> {
    errors.iter().map(|problem| problem.code().as_str()).collect()
}

#[track_caller]
fn refused(source: &str) -> BTreeSet<&'static str> {
    match read(source) {
        Ok(filter) => panic!("{source} reads as {filter}"),
        Err(errors) => codes(&errors),
    }
}

/// A group with that one condition.
fn group_of(condition: &Value) -> String {
    json!({"operator": "AND", "conditions": [condition]}).to_string()
}

fn request_keys() -> BTreeMap<String, String> {
    let pair = |row: Vec<String>| (only_code(&row[0]).to_owned(), only_code(&row[1]).to_owned());
    table("| In responses").into_iter().map(pair).collect()
}

/// The same JSON as requests spell it.
fn as_request(value: &Value) -> Value {
    let keys = request_keys();
    match value {
        Value::Object(object) => Value::Object(
            object.iter().map(|(key, value)| (keys.get(key).unwrap_or(key).clone(), as_request(value))).collect(),
        ),
        Value::Array(values) => Value::Array(values.iter().map(as_request).collect()),
        other => other.clone(),
    }
}

/// A filter in text and the same in JSON, which is a group or one condition of it.
#[track_caller]
fn same_in_both_forms(text: &str, json: &str) {
    let filter = parsed(text);
    let value: Value = serde_json::from_str(json).expect(json);
    let group = if value.get("conditionType").is_some() { group_of(&value) } else { json.to_owned() };
    assert_eq!(Filter::from_json(&group).as_ref(), Ok(&filter), "{text}");
    let group: Value = serde_json::from_str(&group).expect(json);
    let request = as_request(&group).to_string();
    assert_eq!(Filter::from_json(&request).as_ref(), Ok(&filter), "{request}");
    let written = |spelling| serde_json::from_str::<Value>(&filter.to_json(spelling)).expect(text);
    assert_eq!(written(Spelling::Request), as_request(&written(Spelling::Response)), "{text}");
}

// Blocks.

#[test]
fn every_block_is_of_a_kind_that_is_tested() {
    for block in blocks() {
        let known = ["filter", "filter lines", "filter same", "filter written", "filter-error", "ebnf", "json"];
        assert!(known.contains(&block.info), "{}", block.info);
    }
}

#[test]
fn every_line_is_a_filter() {
    for block in blocks_of("filter") {
        for line in block.lines() {
            let filter = parsed(line);
            assert_eq!(parsed(&filter.to_string()), filter, "{line}");
            assert_eq!(parsed(&filter.to_text_lines()), filter, "{line}");
            assert_eq!(Filter::from_json(&filter.to_json(Spelling::Response)), Ok(filter), "{line}");
        }
    }
}

#[test]
fn every_block_of_lines_is_a_filter() {
    for block in blocks_of("filter lines") {
        parsed(&block);
    }
}

#[test]
fn the_lines_of_a_block_are_the_same_filter() {
    for block in blocks_of("filter same") {
        let mut filters = block.lines().map(parsed);
        let first = filters.next().expect("a block has lines");
        assert!(filters.all(|filter| filter == first), "{block}");
    }
}

#[test]
fn what_is_shown_as_written_is_written_so() {
    for block in blocks_of("filter written") {
        assert_eq!(parsed(&block).to_text_lines(), block);
    }
}

#[test]
fn what_is_shown_to_be_refused_is_refused_with_that_code() {
    for block in blocks_of("filter-error") {
        for line in block.lines() {
            let (filter, expected) = line.rsplit_once('#').expect(line);
            assert_eq!(refused(filter.trim()), expected.split_whitespace().collect(), "{line}");
        }
    }
}

#[test]
fn blocks_side_by_side_are_the_same_filter() {
    let blocks = blocks();
    let pairs: Vec<&[Block]> = blocks.windows(2).filter(|pair| pair[1].info == "json").collect();
    assert!(!pairs.is_empty());
    for pair in pairs {
        same_in_both_forms(&pair[0].text, &pair[1].text);
    }
}

#[test]
fn conditions_side_by_side_are_the_same_filter() {
    for row in table("| Text | JSON") {
        same_in_both_forms(only_code(&row[0]), only_code(&row[1]));
    }
}

// Rules.

/// The rules as `name := definition`, blanks squeezed.
fn rules() -> BTreeMap<String, String> {
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    blocks_of("ebnf")
        .iter()
        .flat_map(|block| block.lines())
        .map(|line| line.split_once(":=").expect(line))
        .map(|(name, definition)| (squeezed(name), squeezed(definition)))
        .collect()
}

#[test]
fn every_rule_has_an_example_that_parses() {
    let rows = table("| Rule");
    let shown: BTreeSet<&str> = rows.iter().map(|row| only_code(&row[0])).collect();
    assert_eq!(shown, rules().keys().map(String::as_str).collect());
    for row in &rows {
        parsed(only_code(&row[1]));
    }
}

#[test]
fn the_rules_are_those_that_the_parser_states() {
    let rules = rules();
    let mut stated = 0;
    for source in [
        include_str!("../src/text/parse.rs"),
        include_str!("../src/text/parse/condition.rs"),
        include_str!("../src/text/parse/operator.rs"),
        include_str!("../src/text/parse/operand.rs"),
        include_str!("../src/text/lex.rs"),
    ] {
        for line in source.lines() {
            let Some(comment) = line.trim_start().strip_prefix("/// `") else { continue };
            let Some((rule, _)) = comment.rsplit_once('`') else { continue };
            let Some((name, definition)) = rule.split_once(" := ") else { continue };
            assert_eq!(rules.get(name).map(String::as_str), Some(definition), "{name}");
            stated += 1;
        }
    }
    assert!(stated >= 14, "the parser states {stated} rules");
}

// Fields and operators.

struct FieldRow {
    name: String,
    kind: String,
    types: Vec<String>,
    owner: String,
}

/// The rows of fields with names of their own.
fn fields() -> Vec<FieldRow> {
    table("| Field")
        .into_iter()
        .filter(|row| !matches!(&*row[1], "custom" | "list"))
        .map(|row| FieldRow {
            name: only_code(&row[0]).to_owned(),
            kind: row[1].clone(),
            types: code(&row[2]).into_iter().map(str::to_owned).collect(),
            owner: row[3].clone(),
        })
        .collect()
}

fn condition_types() -> BTreeSet<String> {
    table("| Field").iter().flat_map(|row| code(&row[2]).into_iter().map(str::to_owned).collect::<Vec<_>>()).collect()
}

fn operators() -> Vec<String> {
    table("| Operator |").iter().map(|row| only_code(&row[0]).to_owned()).collect()
}

/// What may be asked of a kind of field: operators, each with what it may be given.
fn asked(kind: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut asked = BTreeMap::<String, BTreeSet<String>>::new();
    for row in table("| Kind | Operators").iter().filter(|row| row[0] == kind) {
        for operator in code(&row[1]) {
            let given = row[2].split(", ").flat_map(|value| value.split(" or ")).map(str::to_owned);
            asked.entry(operator.to_owned()).or_default().extend(given);
        }
    }
    assert!(!asked.is_empty(), "{kind}");
    asked
}

/// One of each of what an operator may be given: its name in the tables, in text, and in JSON.
fn operands() -> [(&'static str, &'static str, Value); 10] {
    [
        ("none", "", json!({})),
        ("duration", "7 days", json!({"value": 7, "unit": "days"})),
        ("time", "2025-11-01", json!({"value": "2025-11-01"})),
        ("whole number", "3", json!({"value": 3})),
        ("number", "-2.5", json!({"value": -2.5})),
        ("boolean", "true", json!({"value": true})),
        ("string", r#""gold""#, json!({"value": "gold"})),
        ("list of strings", r#"["gold", "silver"]"#, json!({"value": ["gold", "silver"]})),
        ("list of values", r#"["gold", -2.5, true]"#, json!({"value": ["gold", -2.5, true]})),
        ("list ids", "[101, 102]", json!({"listIds": [101, 102]})),
    ]
}

/// Whether what the tables name includes the operand.
fn includes(named: &str, operand: &str) -> bool {
    named == operand
        || matches!(
            (named, operand),
            ("number", "whole number") | ("string", "time") | ("list of values", "list of strings")
        )
}

#[test]
fn the_fields_are_those_of_the_library() {
    let kinds: BTreeMap<&str, &str> = [
        ("time", TimeField::ALL.iter().map(|field| field.name()).collect::<Vec<_>>()),
        ("count", CountField::ALL.iter().map(|field| field.name()).collect()),
        ("amount", AmountField::ALL.iter().map(|field| field.name()).collect()),
        ("flag", FlagField::ALL.iter().map(|field| field.name()).collect()),
        ("text", TextField::ALL.iter().map(|field| field.name()).collect()),
    ]
    .into_iter()
    .flat_map(|(kind, names)| names.into_iter().map(move |name| (name, kind)))
    .collect();
    let fields = fields();
    assert_eq!(fields.iter().map(|row| (&*row.name, &*row.kind)).collect::<BTreeMap<_, _>>(), kinds);
}

#[test]
fn every_field_is_read_under_its_types_and_written_under_the_first() {
    for field in fields() {
        let (operator, given) = asked(&field.kind).into_iter().next().expect("a kind has operators");
        let operand = operands().into_iter().find(|(name, ..)| given.contains(*name)).expect("an operand is known").2;
        for condition_type in condition_types() {
            let mut condition = json!({"conditionType": condition_type, "field": field.name, "operator": operator});
            object(&mut condition).extend(operand.as_object().cloned().unwrap_or_default());
            let source = group_of(&condition);
            if field.types.contains(&condition_type) {
                let written = Filter::from_json(&source).expect(&source).to_json(Spelling::Response);
                let written: Value = serde_json::from_str(&written).expect("a filter is JSON");
                assert_eq!(written["conditions"][0]["conditionType"], *field.types[0], "{source}");
            } else if condition_type == "list" {
                assert!(refused(&source).contains("unknown_key"), "{source}");
            } else if condition_type != "custom_field" {
                // A custom field may have any key, that of a field too.
                assert_eq!(refused(&source), ["unknown_field"].into(), "{source}");
            }
        }
    }
}

fn object(value: &mut Value) -> &mut Map<String, Value> {
    value.as_object_mut().expect("an object")
}

/// Asks everything of a field, and sees that just what the table has is taken, in both forms alike.
fn ask_everything(text: &str, condition: &Value, kind: &str) {
    let asked = asked(kind);
    for operator in operators() {
        for (operand, in_text, in_json) in operands() {
            let text = format!("{text} {operator} {in_text}");
            let mut condition = condition.clone();
            object(&mut condition).insert("operator".to_owned(), json!(operator));
            object(&mut condition).extend(in_json.as_object().cloned().unwrap_or_default());
            let json = group_of(&condition);
            let fits = asked.get(&operator).is_some_and(|given| given.iter().any(|named| includes(named, operand)));
            // In text, the brackets of list ids are those of values.
            let fits_in_text = fits
                || operand == "list ids" && asked.get(&operator).is_some_and(|given| given.contains("list of values"));
            assert_eq!(Filter::from_json(&json).is_ok(), fits, "{json}");
            assert_eq!(text.parse::<Filter>().is_ok(), fits_in_text, "{text}");
            if fits {
                assert_eq!(Filter::from_json(&json), text.parse(), "{text}");
            }
            if !asked.contains_key(&operator) {
                assert!(refused(&json).contains("invalid_operator"), "{json}");
                assert!(refused(&text).contains("invalid_operator"), "{text}");
            }
        }
    }
    // An operator that the table forgot would be offered here.
    let errors = format!("{text} quack").parse::<Filter>().expect_err("quack is no operator");
    let message = errors.first().message();
    let (_, offered) = message.split_once(": expected ").expect(&message);
    let offered: BTreeSet<&str> = offered.split(", ").flat_map(|name| name.split(" or ")).collect();
    assert_eq!(offered, asked.keys().map(String::as_str).collect(), "{text}");
}

#[test]
fn every_field_takes_its_operators_and_no_others() {
    for field in fields() {
        let condition = json!({"conditionType": field.types[0], "field": field.name});
        ask_everything(&field.name, &condition, &field.kind);
    }
}

#[test]
fn custom_fields_take_their_operators_and_no_others() {
    ask_everything("custom_fields.state", &json!({"conditionType": "custom_field", "field": "state"}), "custom");
}

#[test]
fn lists_take_their_operators_and_no_others() {
    let asked = asked("list");
    for operator in operators() {
        let text = format!("list {operator} [101, 102]");
        let json = group_of(&json!({"conditionType": "list", "operator": operator, "listIds": [101, 102]}));
        if asked.contains_key(&operator) {
            assert_eq!(Filter::from_json(&json), Ok(parsed(&text)), "{text}");
            continue;
        }
        assert_eq!(refused(&json), ["invalid_operator"].into(), "{json}");
        // `list = 101` is short for `list in [101]`, and `!=` for `not in`.
        assert_eq!(text.parse::<Filter>().is_ok(), ["eq", "neq"].contains(&&*operator), "{text}");
    }
}

#[test]
fn a_list_changes_nothing_where_the_field_belongs_to_the_contact() {
    let known = || Some("known".to_owned());
    let on_one_list = Contact {
        phone_number: "+1".to_owned(),
        carrier: known(),
        line_type: known(),
        timezone: known(),
        memberships: vec![Membership {
            list_id: Some(1),
            signup_method: known(),
            list_number: known(),
            ..Membership::default()
        }],
        ..Contact::default()
    };
    let asked = EvalContext::at("2025-11-15T08:30:00Z".parse().expect("a time"));
    for field in fields() {
        let name = &field.name;
        let has_a_value = match &*field.kind {
            "flag" => format!("{name}@2 = true or {name}@2 = false"),
            "count" | "amount" => format!("{name}@2 <= 0 or {name}@2 > 0"),
            _ => format!("{name}@2 exists"),
        };
        let holds = parsed(&has_a_value).matches(&on_one_list, &on_one_list.memberships[0], &asked);
        assert_eq!(holds, field.owner == "contact", "{has_a_value}");
    }
}

#[test]
fn operators_have_the_names_that_the_table_gives_them() {
    let asked = asked("custom");
    for row in table("| Operator |") {
        let operator = only_code(&row[0]);
        let (_, text, json) =
            operands().into_iter().find(|(name, ..)| asked[operator].contains(*name)).expect(operator);
        let in_text = |name: &str| format!("custom.x {name} {text}").parse::<Filter>();
        let in_json = |name: &str| {
            let mut condition = json!({"conditionType": "custom_field", "field": "x", "operator": name});
            object(&mut condition).extend(json.as_object().cloned().unwrap_or_default());
            Filter::from_json(&group_of(&condition))
        };
        let filter = in_text(operator).expect(operator);
        assert_eq!(in_text(&operator.to_uppercase()).as_ref(), Ok(&filter), "{operator}");
        assert_eq!(codes(&in_json(&operator.to_uppercase()).expect_err(operator)), ["invalid_operator"].into());
        for symbol in code(&row[1]) {
            assert_eq!(in_text(symbol).as_ref(), Ok(&filter), "{symbol}");
            assert_eq!(codes(&in_json(symbol).expect_err(symbol)), ["invalid_operator"].into(), "{symbol}");
        }
        for name in code(&row[2]).into_iter().chain([operator]) {
            assert_eq!(in_text(name).as_ref(), Ok(&filter), "{name}");
            assert_eq!(in_json(name).as_ref(), Ok(&filter), "{name}");
        }
        let written = format!("custom_fields.x {}", only_code(&row[3]));
        assert!(filter.to_string().starts_with(&written), "{filter}");
        assert_eq!(in_text(only_code(&row[3])).as_ref(), Ok(&filter), "{operator}");
    }
}

#[test]
fn condition_types_have_the_names_that_the_table_gives_them() {
    let other_keys = BTreeMap::from([
        ("custom_field", json!({"field": "x", "operator": "exists"})),
        ("list", json!({"operator": "in", "listId": 101})),
    ]);
    for row in table("| `conditionType` | Also") {
        let name = only_code(&row[0]);
        let named = |condition_type: &str| {
            let mut condition = other_keys[name].clone();
            object(&mut condition).insert("conditionType".to_owned(), json!(condition_type));
            Filter::from_json(&group_of(&condition))
        };
        let filter = named(name).expect(name);
        assert!(filter.to_json(Spelling::Response).contains(&format!(r#""conditionType":"{name}""#)), "{filter}");
        for alias in code(&row[1]) {
            assert_eq!(named(alias).as_ref(), Ok(&filter), "{alias}");
        }
    }
}

#[test]
fn units_have_the_names_that_the_table_gives_them() {
    for row in table("| Unit") {
        let unit = only_code(&row[0]);
        let in_text = |unit: &str| parsed(&format!("last_sent_at within 3{unit}"));
        let in_json = |unit: &str| {
            let duration = json!({"value": 3, "unit": unit, "operator": "within"});
            let mut condition = json!({"conditionType": "time", "field": "last_sent_at"});
            object(&mut condition).extend(duration.as_object().cloned().unwrap_or_default());
            Filter::from_json(&group_of(&condition))
        };
        let filter = in_json(unit).expect(unit);
        assert_eq!(filter.to_string(), format!("last_sent_at within 3 {unit}"));
        for name in code(&row[1]).into_iter().chain([unit]) {
            assert_eq!(in_text(name), filter, "{name}");
            assert_eq!(in_text(&name.to_uppercase()), filter, "{name}");
            assert_eq!(in_json(name).is_ok(), name == unit, "{name}");
        }
    }
}

#[test]
fn keys_have_the_two_names_that_the_table_gives_them() {
    let unknown =
        group_of(&json!({"conditionType": "dnc", "field": "on_dnc", "operator": "eq", "value": true, "quack": 1}));
    assert_eq!(refused(&unknown), ["unknown_key"].into());
    for (response, request) in request_keys() {
        let twice = |first: &str, second: &str| {
            format!(r#"{{"operator": "AND", "conditions": [{{"{first}": null, "{second}": null}}]}}"#)
        };
        assert!(refused(&twice(&response, &request)).contains("duplicate_key"), "{response} {request}");
        assert!(!refused(&twice(&response, "")).contains("duplicate_key"), "{response}");
    }
}

// Not.

#[test]
fn not_is_pushed_through_what_the_table_has_both_ways() {
    for row in table("| Behind `not`") {
        let (condition, opposite) = (only_code(&row[0]), only_code(&row[1]));
        assert_eq!(parsed(&format!("not ({condition})")), parsed(opposite), "{condition}");
        assert_eq!(parsed(&format!("not ({opposite})")), parsed(condition), "{opposite}");
    }
}

// Limits and problems.

#[test]
fn limits_are_those_that_the_table_gives() {
    let defaults = Limits::default();
    let deep = "on_dnc or (is_valid and (in_workflow or has_revenue))";
    for row in table("| Limit |") {
        let (default, limits, source) = match code(&row[0])[0] {
            "depth" => (defaults.depth, Limits { depth: 2, ..Limits::default() }, deep),
            "conditions" => (defaults.conditions, Limits { conditions: 3, ..Limits::default() }, deep),
            "values" => (defaults.values, Limits { values: 1, ..Limits::default() }, "list in [101, 102]"),
            "string_bytes" => {
                (defaults.string_bytes, Limits { string_bytes: 1, ..Limits::default() }, "carrier = 'it'")
            }
            "source_bytes" => (defaults.source_bytes, Limits { source_bytes: 9, ..Limits::default() }, deep),
            "problems" => (defaults.problems, Limits { problems: 1, ..Limits::default() }, "a or b"),
            other => panic!("{other} is no limit"),
        };
        assert_eq!(row[1].replace(',', ""), default.to_string(), "{}", row[0]);
        let errors = Filter::from_text_within(source, &limits).expect_err(&row[0]);
        match code(&row[2]).first() {
            Some(code) => {
                assert_eq!(codes(&errors), [*code].into(), "{}", row[0]);
                let json = parsed(source).to_json(Spelling::Response);
                assert_eq!(
                    codes(&Filter::from_json_within(&json, &limits).expect_err(&row[0])),
                    [*code].into(),
                    "{json}"
                );
            }
            None => assert_eq!(errors.omitted(), 1),
        }
    }
}

#[test]
fn every_warning_is_told() {
    let asked = EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap());
    let mut told = BTreeSet::new();
    for row in table("| Warning") {
        let (name, example) = (only_code(&row[0]).to_owned(), only_code(&row[1]));
        let warnings = Warnings::of(example, &asked).unwrap();
        let found: BTreeSet<&str> = warnings.iter().map(|warning| warning.code().as_str()).collect();
        assert_eq!(found, [&*name].into(), "{example}");
        told.insert(name);
    }
    let all: BTreeSet<String> = WarningCode::ALL.iter().map(|code| code.as_str().to_owned()).collect();
    assert_eq!(told, all);
}

#[test]
fn every_code_is_told() {
    let examples = table("| Code");
    for row in &examples {
        assert_eq!(refused(only_code(&row[1])), [only_code(&row[0])].into(), "{}", row[1]);
    }
    let limits = table("| Limit |");
    let told: BTreeSet<&str> = examples
        .iter()
        .map(|row| only_code(&row[0]))
        .chain(limits.iter().flat_map(|row| code(&row[2])))
        .chain(["invalid_record", "unreadable_input"])
        .collect();
    assert_eq!(told, Code::ALL.iter().map(|code| code.as_str()).collect());
}
