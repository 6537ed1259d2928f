//! Hostile filters meet an error with a code: never a crash, a stack overflow, or minutes of work.

use std::fmt::Write;
use std::time::{Duration, Instant};

use headcount::{
    Audience, Errors, EvalContext, Filter, Limits,
    error::Code,
    filter::{Comparison, Condition, CountField, Group, Junction, NumberTest, Predicate, Spelling},
};

/// A million; in a debug build, which takes its time over every byte, enough to overflow a stack.
const MANY: usize = if cfg!(debug_assertions) { 50_000 } else { 1_000_000 };
const MORE: usize = 10 * MANY;
const MOST: usize = 100 * MANY;

/// Reads on a stack as small as threads get, and tells the first code.
#[track_caller]
fn code(read: impl FnOnce() -> Result<Filter, Errors> + Send) -> Option<Code> {
    // An answer within a second is the aim; debug builds and busy machines get some slack.
    const PATIENCE: Duration = Duration::from_secs(if cfg!(debug_assertions) { 30 } else { 3 });
    let start = Instant::now();
    let result = small_stack(read);
    assert!(start.elapsed() < PATIENCE, "took {:?}", start.elapsed());
    result.err().map(|errors| errors.first().code())
}

fn small_stack<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        std::thread::Builder::new().stack_size(2 * 1024 * 1024).spawn_scoped(scope, run).unwrap().join().unwrap()
    })
}

/// The code within limits that only the source's length does not bound.
#[track_caller]
fn json(source: &str, expected: impl Into<Option<Code>>) {
    let expected = expected.into();
    if source.len() > Limits::default().source_bytes {
        assert_eq!(code(|| Filter::from_json(source)), Some(Code::FilterTooLarge));
    }
    let limits = Limits { source_bytes: usize::MAX, ..Limits::default() };
    assert_eq!(code(|| Filter::from_json_within(source, &limits)), expected, "{:.100}", source);
}

#[track_caller]
fn text(source: &str, expected: impl Into<Option<Code>>) {
    let expected = expected.into();
    if source.len() > Limits::default().source_bytes {
        assert_eq!(code(|| source.parse()), Some(Code::FilterTooLarge));
    }
    let limits = Limits { source_bytes: usize::MAX, ..Limits::default() };
    assert_eq!(code(|| Filter::from_text_within(source, &limits)), expected, "{:.100}", source);
}

/// A group with one condition, of which the value is given.
fn custom(value: &str) -> String {
    format!(
        r#"{{"operator": "AND", "conditions": [{{"conditionType": "custom_field", "field": "x", "operator": "eq", "value": {value}}}]}}"#
    )
}

const TRUE: &str = r#"{"conditionType": "dnc", "field": "on_dnc", "operator": "eq", "value": true}"#;

/// Groups in groups, `depth` of them, with a condition in the innermost.
fn groups(depth: usize) -> String {
    let open = r#"{"operator": "AND", "groups": ["#.repeat(depth - 1);
    format!(r#"{open}{{"operator": "OR", "conditions": [{TRUE}]}}{}"#, "]}".repeat(depth - 1))
}

#[test]
fn json_nested_without_end() {
    json(&"[".repeat(MANY), Code::InvalidJson);
    json(&format!("{}{}", "[".repeat(MANY), "]".repeat(MANY)), Code::WrongType);
    json(&r#"{"operator":"#.repeat(MANY), Code::InvalidJson);
    json(&r#"{"groups":["#.repeat(MANY), Code::InvalidJson);
    json(&custom(&format!("{}{}", "[".repeat(MANY), "]".repeat(MANY))), Code::WrongType);
    json(&custom(&format!("{}1{}", r#"{"a":"#.repeat(MANY), "}".repeat(MANY))), Code::WrongType);
    json(&groups(MANY), Code::FilterTooDeep);
}

#[test]
fn text_nested_without_end() {
    text(&"(".repeat(MANY), Code::FilterTooDeep);
    text(&")".repeat(MANY), Code::Syntax);
    text(&"[".repeat(MANY), Code::Syntax);
    text(&"]".repeat(MANY), Code::Syntax);
    text(&format!("{}on_dnc{}", "(".repeat(MANY), ")".repeat(MANY)), Code::FilterTooDeep);
    text(&"all(".repeat(MANY), Code::FilterTooDeep);
    text(&format!("{}on_dnc{}", "any(".repeat(MANY), ")".repeat(MANY)), Code::FilterTooDeep);
    text(&"not (".repeat(MANY), Code::FilterTooDeep);
    text(&"not ".repeat(MANY), Code::Syntax);
    text(&format!("{}on_dnc", "not ".repeat(MANY)), None);
    text(&format!("custom.x in {}", "[".repeat(MANY)), Code::Syntax);
    text(&"on_dnc and (is_valid or (".repeat(MANY / 10), Code::FilterTooDeep);
}

#[test]
fn depth_is_allowed_up_to_the_limit() {
    json(&groups(64), None);
    json(&groups(65), Code::FilterTooDeep);
    text(&format!("{}on_dnc{}", "all(".repeat(64), ")".repeat(64)), None);
    text(&format!("{}on_dnc{}", "all(".repeat(65), ")".repeat(65)), Code::FilterTooDeep);
    text(&format!("{}on_dnc{}", "(".repeat(64), ")".repeat(64)), None);
    text(&format!("{}on_dnc{}", "(".repeat(65), ")".repeat(65)), Code::FilterTooDeep);
    // Side by side is not deep.
    text(&vec!["(on_dnc)"; 200].join(" or "), None);
    text(&vec!["all(on_dnc)"; 200].join(" or "), None);
}

/// How many audiences a document has, or its first problem.
fn document(source: &str) -> Result<usize, Code> {
    small_stack(|| Audience::read_all(source)).map(|read| read.len()).map_err(|errors| errors.first().code())
}

#[test]
fn documents_nested_without_end() {
    for (open, close, expected) in [
        ("[", "]", Code::WrongType),
        (r#"{"audiences":"#, "}", Code::WrongType),
        (r#"[{"audiences":"#, "}]", Code::MissingKey),
        (r#"{"audiences":["#, "]}", Code::MissingKey),
        (r#"{"filter":"#, "}", Code::MissingKey),
        (r#"{"name":"#, "}", Code::MissingKey),
    ] {
        assert_eq!(document(&open.repeat(MANY)), Err(Code::InvalidJson), "{open}");
        // As long as a filter or an audience may be by itself.
        let levels = MANY.min(Limits::default().source_bytes / (open.len() + close.len()) - 1);
        assert_eq!(document(&format!("{}1{}", open.repeat(levels), close.repeat(levels))), Err(expected), "{open}");
    }
}

/// What stands by itself is one filter, or one audience; an array of them may be longer.
#[test]
fn documents_of_one_filter_are_as_long_as_it_may_be() {
    let longest = Limits::default().source_bytes;
    let filter = groups(1);
    let long = |bytes: usize| filter.replacen('{', &format!("{{{}", " ".repeat(bytes - filter.len())), 1);
    assert_eq!(document(&long(longest)), Ok(1));
    assert_eq!(document(&long(longest + 1)), Err(Code::FilterTooLarge));
    assert_eq!(document(&format!("{}{filter}", long(longest))), Ok(2), "each by itself");
    assert_eq!(document(&format!("[{}, {filter}]", long(longest))), Ok(2));
}

/// A filter that one form allows, every form allows.
#[test]
fn text_is_no_way_round_the_depth_of_json() {
    let nested = |levels: usize| format!("{}on_dnc{}", "is_valid or is_valid and (".repeat(levels), ")".repeat(levels));
    for levels in 1..=64 {
        if let Ok(filter) = nested(levels).parse::<Filter>() {
            assert!(
                filter.root().depth() <= Limits::default().depth,
                "{levels} parentheses: {}",
                filter.root().depth()
            );
            assert_eq!(Filter::from_json(&filter.to_json(Spelling::Response)), Ok(filter));
        }
    }
}

#[test]
fn many_conditions() {
    let conditions =
        |count: usize| format!(r#"{{"operator": "AND", "conditions": [{}]}}"#, vec![TRUE; count].join(","));
    json(&conditions(10_000), None);
    json(&conditions(10_001), Code::TooManyConditions);
    json(&format!(r#"{{"operator": "AND", "conditions": [{}]}}"#, vec!["{}"; MORE].join(",")), Code::MissingKey);
    json(&format!(r#"{{"operator": "AND", "conditions": [{}]}}"#, vec!["0"; MORE].join(",")), Code::WrongType);
    json(&format!(r#"{{"operator": "AND", "groups": [{}]}}"#, vec!["{}"; MANY].join(",")), Code::MissingKey);
    text(&vec!["on_dnc"; 10_000].join(" and "), None);
    text(&vec!["on_dnc"; 10_001].join(" and "), Code::TooManyConditions);
    text(&vec!["on_dnc"; MORE].join("&&"), Code::TooManyConditions);
    text(&vec!["x"; MANY].join(" or "), Code::UnknownField);
    text(&vec!["all()"; MANY].join(" or "), Code::EmptyFilterGroup);
    text(&"and ".repeat(MANY), Code::Syntax);
    text(&"$".repeat(MANY), Code::Syntax);
    text(&",".repeat(MANY), Code::Syntax);
}

#[test]
fn the_count_is_of_the_whole_filter() {
    let half = format!(r#"{{"operator": "AND", "conditions": [{}]}}"#, [TRUE; 5_000].join(","));
    json(&format!(r#"{{"operator": "OR", "groups": [{half}, {half}]}}"#), None);
    json(
        &format!(r#"{{"operator": "OR", "conditions": [{TRUE}], "groups": [{half}, {half}]}}"#),
        Code::TooManyConditions,
    );
    let half = format!("({})", ["on_dnc"; 5_000].join(" and "));
    text(&format!("{half} or {half}"), None);
    text(&format!("{half} or {half} or on_dnc"), Code::TooManyConditions);
}

#[test]
fn ten_times_as_many_groups_as_conditions() {
    let limits = Limits { conditions: 1, ..Limits::default() };
    let nested = |groups: usize| format!("{}on_dnc{}", "all(".repeat(groups), ")".repeat(groups));
    for (groups, expected) in [(10, None), (11, Some(Code::TooManyConditions))] {
        assert_eq!(code(|| Filter::from_text_within(&nested(groups), &limits)), expected, "{groups}");
    }
}

#[test]
fn many_values() {
    let values = |count: usize| custom(&format!("[{}]", vec!["1"; count].join(","))).replace(r#""eq""#, r#""in""#);
    json(&values(10_000), None);
    json(&values(10_001), Code::TooManyValues);
    json(&values(MORE), Code::TooManyValues);
    let lists = |count: usize| {
        let lists = vec!["1"; count].join(",");
        format!(
            r#"{{"operator": "AND", "conditions": [{{"conditionType": "list", "operator": "in", "listIds": [{lists}]}}]}}"#
        )
    };
    json(&lists(10_000), None);
    json(&lists(10_001), Code::TooManyValues);
    for subject in ["custom.x", "list"] {
        let values = |count: usize| format!("{subject} in [{}]", vec!["1"; count].join(","));
        text(&values(10_000), None);
        text(&values(10_001), Code::TooManyValues);
        text(&values(MORE), Code::TooManyValues);
    }
}

#[test]
fn long_strings() {
    let longest = "x".repeat(64 * 1024);
    json(&custom(&format!("\"{longest}\"")), None);
    json(&custom(&format!("\"{longest}x\"")), Code::StringTooLong);
    json(&custom(&format!("\"{}\"", "x".repeat(MOST))), Code::StringTooLong);
    json(&custom(&format!("\"{}\"", r"\u0041".repeat(MORE))), Code::StringTooLong);
    json(&format!(r#"{{"{}": 1}}"#, "x".repeat(MORE)), Code::MissingKey);
    text(&format!("custom.x = '{longest}'"), None);
    text(&format!("custom.x = '{longest}x'"), Code::StringTooLong);
    text(&format!("custom.x = '{}'", "x".repeat(MOST)), Code::StringTooLong);
    text(&format!("custom.x = '{}", "x".repeat(MOST)), Code::Syntax);
    text(&"x".repeat(MOST), Code::StringTooLong);
    text(&"'".repeat(MANY), Code::Syntax);
    text(&format!("{}on_dnc", "# nothing\n".repeat(MANY)), None);
}

#[test]
fn a_key_as_long_as_allowed_is_allowed_in_every_form() {
    for key in ["x".repeat(64 * 1024), " ".repeat(64 * 1024), format!("custom_fields.{}", "x".repeat(64 * 1024 - 14))] {
        let source = format!("custom_fields.\"{key}\" exists");
        let filter: Filter = source.parse().unwrap_or_else(|errors| panic!("text: {errors}"));
        assert_eq!(filter.to_string().parse().as_ref(), Ok(&filter));
        assert_eq!(Filter::from_json(&filter.to_json(Spelling::Response)).as_ref(), Ok(&filter));
        assert!(Filter::from_json(&filter.to_json(Spelling::Request).replace(&key, &format!("{key}x"))).is_err());
        assert!(source.replace(&key, &format!("{key}x")).parse::<Filter>().is_err());
    }
}

#[test]
fn numbers_that_no_number_holds() {
    json(&custom("1e400"), Code::InvalidJson);
    json(&custom("1e308"), Code::InvalidValue);
    json(&custom(&"9".repeat(300)), Code::InvalidValue);
    json(&custom(&"9".repeat(MANY)), Code::InvalidJson);
    json(&custom(&format!("-{}", "9".repeat(30))), Code::InvalidValue);
    text("custom.x = 1e400", Code::InvalidValue);
    text("custom.x = -1e308", Code::InvalidValue);
    text(&format!("custom.x = {}", "9".repeat(300)), Code::InvalidValue);
    text(&format!("custom.x = {}", "9".repeat(MANY)), Code::InvalidValue);
    text(&format!("custom.x = 1e{}", "9".repeat(MANY)), Code::InvalidValue);
    text(&format!("custom.x = 0.{}1", "0".repeat(MANY)), Code::InvalidValue);
    text(&format!("click_count@{} = 1", "9".repeat(MANY)), Code::InvalidValue);
    text(&format!("last_sent_at within {} days", u64::MAX), None);
    text(&format!("last_sent_at before {}", "9999-99-99".repeat(100_000)), Code::InvalidValue);
}

#[test]
fn strange_characters() {
    json("\u{feff}{\"operator\": \"AND\"}", Code::InvalidJson);
    json(&custom(r#""\ud800""#), Code::InvalidJson);
    json(&custom(r#""\udc00\ud800""#), Code::InvalidJson);
    json(&custom("\"\0\""), Code::InvalidJson);
    json(&custom(r#""\u0000""#), None);
    json("\0", Code::InvalidJson);
    json(&groups(2).replace(": ", " :\r\n\t"), None);
    text("\u{feff}on_dnc", None);
    text("on_dnc\r\nand\r\n# comment\r\nis_valid\r\n", None);
    text("on_dnc\u{a0}and\u{2003}is_valid", None);
    text("custom.x = '\\ud800'", Code::Syntax);
    text("custom.x = '\0'", Code::Syntax);
    text("custom.x = '\\u0000'", None);
    text("on_dnc\0", Code::Syntax);
    text("on_dnc \u{202e}and is_valid", Code::Syntax);
    text("\u{1f600}", Code::Syntax);
    text(&"\u{1f600}".repeat(MANY), Code::Syntax);
    text(&"é".repeat(MANY), Code::StringTooLong);
}

#[test]
fn repeated_keys() {
    json(&format!("{{{}\"conditions\": [{TRUE}]}}", r#""operator": "AND","#.repeat(MANY / 10)), Code::DuplicateKey);
    let condition = format!("{{{}\"field\": \"on_dnc\"}}", r#""conditionType": "dnc","#.repeat(MANY / 10));
    json(&format!(r#"{{"operator": "AND", "conditions": [{condition}]}}"#), Code::DuplicateKey);
    let unknown = (0..MANY).fold(String::new(), |mut keys, i| {
        let _ = write!(keys, r#""k{i}": 1,"#);
        keys
    });
    json(&format!("{{{unknown}\"operator\": \"AND\", \"conditions\": [{TRUE}]}}"), Code::UnknownKey);
}

#[test]
fn problems_are_counted_past_the_limit() {
    let source = vec!["x = 1"; 5_000].join(" and ");
    let errors = source.parse::<Filter>().unwrap_err();
    assert_eq!((errors.iter().count(), errors.omitted()), (1_000, 4_000));
    let limits = Limits { problems: 0, ..Limits::default() };
    let errors = Filter::from_text_within(&source, &limits).unwrap_err();
    assert_eq!((errors.iter().count(), errors.omitted()), (1, 4_999), "the first is always told");
}

#[test]
fn no_limit_is_deeper_than_the_deepest() {
    let limits = Limits { depth: usize::MAX, conditions: usize::MAX, source_bytes: usize::MAX, ..Limits::default() };
    assert_eq!(code(|| Filter::from_json_within(&groups(Limits::MAX_DEPTH), &limits)), None);
    assert_eq!(code(|| Filter::from_json_within(&groups(Limits::MAX_DEPTH + 1), &limits)), Some(Code::FilterTooDeep));
    let calls = |depth: usize| format!("{}on_dnc{}", "all(".repeat(depth), ")".repeat(depth));
    assert_eq!(code(|| Filter::from_text_within(&calls(Limits::MAX_DEPTH), &limits)), None);
    assert_eq!(code(|| Filter::from_text_within(&calls(Limits::MAX_DEPTH + 1), &limits)), Some(Code::FilterTooDeep));
    assert_eq!(code(|| Filter::from_text_within(&calls(MANY), &limits)), Some(Code::FilterTooDeep));
    let chains = |depth: usize| format!("{}on_dnc{}", "on_dnc or on_dnc and (".repeat(depth), ")".repeat(depth));
    assert_ne!(code(|| Filter::from_text_within(&chains(Limits::MAX_DEPTH), &limits)), Some(Code::EmptyFilterGroup));
}

/// Everything that walks a filter walks the deepest one, on a small stack.
#[test]
fn groups_built_by_hand_are_bounded_too() {
    let condition =
        || Condition::new(Predicate::Count(CountField::ClickCount, NumberTest::Compare(Comparison::Gte, 3)));
    small_stack(|| {
        let mut group = Group::new(Junction::All, vec![condition()], vec![]).unwrap();
        for level in 2..=Limits::MAX_DEPTH {
            let junction = if level % 2 == 0 { Junction::Any } else { Junction::All };
            group = Group::new(junction, vec![condition()], vec![group]).unwrap();
            assert_eq!(group.depth(), level);
        }
        let too_deep = Group::new(Junction::All, vec![], vec![group.clone()]).unwrap_err();
        assert_eq!(too_deep.first().code(), Code::FilterTooDeep);

        let filter = Filter::new(group);
        let limits = Limits { depth: Limits::MAX_DEPTH, ..Limits::default() };
        assert_eq!(Filter::from_json_within(&filter.to_json(Spelling::Response), &limits).as_ref(), Ok(&filter));
        assert_eq!(Filter::from_text_within(&filter.to_string(), &limits).as_ref(), Ok(&filter));
        assert_eq!(Filter::from_text_within(&filter.to_text_lines(), &limits).as_ref(), Ok(&filter));
        let complement = filter.complement().unwrap();
        assert_ne!(complement.fingerprint(), filter.fingerprint());
        let contact = serde_json::from_str(r#"{"phone_number": "+1", "click_count": 3}"#).unwrap();
        let cx = EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap());
        assert!(Audience::of(filter.clone()).contains(&contact, &cx));
        assert!(!Audience::of(complement).contains(&contact, &cx));
        assert!(Audience::of(filter).explain(&contact, &cx).to_string().contains("yes"));
    });
    let empty = Group::new(Junction::Any, vec![], vec![]).unwrap_err();
    assert_eq!(empty.first().code(), Code::EmptyFilterGroup);
}
