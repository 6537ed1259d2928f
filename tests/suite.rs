//! Runs the cases of `tests/suite`, whose README tells their format, through every path there is.

use std::collections::{BTreeMap, BTreeSet};

use headcount::{
    Audience, Contact, Errors, EvalContext, Filter, Limits, Population, Semantics,
    error::{Code, Problem},
    explain::Node,
    filter::Spelling,
    semantics::Unit,
};
use serde_json::{Value, json};

use crate::answer::{ENGINES, reference};
use crate::cases::{Case, cases, files};

macro_rules! files {
    ($($(#[$attribute:meta])* $name:ident,)+) => {
        const FILES: &[&str] = &[$(stringify!($name)),+];

        $($(#[$attribute])*
        #[test]
        fn $name() {
            run(stringify!($name));
        })+
    };
}

files! {
    aliases,
    attributes,
    count,
    custom_lists_and_objects,
    custom_numbers,
    custom_text,
    custom_time,
    errors_json,
    errors_text,
    flags,
    groups,
    lists,
    #[cfg(feature = "records")]
    records,
    revenue,
    semantics,
    size,
    spelling,
    text_syntax,
    time,
}

#[test]
fn every_file_is_run() {
    assert_eq!(files(), FILES);
}

// Cases.

impl Case {
    /// The filter, where it can be read.
    fn filter(&self) -> Filter {
        self.json()
            .map_or_else(|| self.text.as_ref().unwrap().parse().unwrap(), |json| Filter::from_json(&json).unwrap())
    }

    fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        for (key, value) in self.limits.iter().flatten() {
            *match key.as_str() {
                "depth" => &mut limits.depth,
                "conditions" => &mut limits.conditions,
                "values" => &mut limits.values,
                "string_bytes" => &mut limits.string_bytes,
                "source_bytes" => &mut limits.source_bytes,
                _ => panic!("{}: there is no limit {key}", self.name),
            } = *value;
        }
        limits
    }

    fn asked(&self) -> EvalContext {
        let known = ["missing_negation", "text_case", "subscription", "unit"];
        assert!(self.semantics.keys().all(|key| known.contains(&&**key)), "{}: semantics", self.name);
        let semantics: Semantics = serde_json::from_value(Value::Object(self.semantics.clone())).unwrap();
        EvalContext::at(self.now).with(semantics)
    }

    /// The populations that must all be the same.
    fn populations(&self) -> Vec<Population> {
        #[cfg(feature = "records")]
        if !self.records.is_empty() {
            return files::populations(self);
        }
        vec![self.of_contacts()]
    }

    /// The population of `contacts`, each record read from a value and from its source.
    fn of_contacts(&self) -> Population {
        let records = self.contacts.iter().map(|record| {
            let contact: Contact =
                serde_json::from_value(record.clone()).unwrap_or_else(|e| panic!("{}: {e}", self.name));
            assert_eq!(serde_json::from_str::<Contact>(&record.to_string()).unwrap(), contact, "{}", self.name);
            contact
        });
        records.collect()
    }
}

/// Checks every case of a file, and tells of all that fail.
fn run(file: &str) {
    let cases = cases(file);
    let failed: Vec<&str> = cases
        .iter()
        .filter(|case| std::panic::catch_unwind(|| check(case)).is_err())
        .map(|case| case.name.as_str())
        .collect();
    assert!(failed.is_empty(), "{} of {} cases failed:\n{}", failed.len(), cases.len(), failed.join("\n"));
}

/// Checks a case in every way there is.
#[track_caller]
fn check(case: &Case) {
    let of_records = !case.records.is_empty() && case.codes.is_some();
    assert!(of_records || case.json().is_some() || case.text.is_some(), "{}: no filter", case.name);
    assert!(case.members.is_some() != case.codes.is_some(), "{}: either members or codes", case.name);
    #[cfg(feature = "records")]
    if of_records {
        files::check(case);
    }
    if let Some(codes) = &case.codes {
        check_codes(case, codes);
    }
    if let Some(members) = &case.members {
        let filter = check_reading(case);
        check_writing(case, &filter);
        check_members(case, &filter, members);
    }
}

// Filters that can be read.

/// Every way to read a filter gives the same one.
#[track_caller]
fn check_reading(case: &Case) -> Filter {
    let name = &case.name;
    let mut read: Vec<(&str, Filter)> = Vec::new();
    if let Some(json) = case.json() {
        let value: Value = serde_json::from_str(&json).unwrap();
        let audience = json!({"filter": value, "source_lists": case.source_lists}).to_string();
        read.push(("JSON", Filter::from_json(&json).unwrap_or_else(|errors| panic!("{name}: {errors}"))));
        read.push(("serde", serde_json::from_str(&json).unwrap()));
        read.push(("a serde value", serde_json::from_value(value).unwrap()));
        read.push(("a stream", serde_json::from_reader(json.as_bytes()).unwrap()));
        read.push(("an audience", Audience::from_json(&audience).unwrap().filter));
        read.push(("a document", Audience::read_all(&json).unwrap().remove(0).filter));
    }
    if let Some(text) = &case.text {
        read.push(("text", text.parse().unwrap_or_else(|errors| panic!("{name}: {text}: {errors}"))));
        read.push(("a document of text", Audience::read_all(text).unwrap().remove(0).filter));
    }
    if let Some(text) = &case.same_as {
        read.push(("another text", text.parse().unwrap_or_else(|errors| panic!("{name}: {text}: {errors}"))));
    }
    let filter = read[0].1.clone();
    for (path, other) in read {
        assert_eq!(other, filter, "{name}: {path}");
        assert_eq!(other.fingerprint(), filter.fingerprint(), "{name}: fingerprint of {path}");
    }
    filter
}

/// Every form that is written is read back as the same filter, and written again in the same way.
#[track_caller]
fn check_writing(case: &Case, filter: &Filter) {
    let name = &case.name;
    for spelling in [Spelling::Response, Spelling::Request] {
        let json = filter.to_json(spelling);
        assert_eq!(Filter::from_json(&json).as_ref(), Ok(filter), "{name}: {json}");
        let pretty = filter.to_json_pretty(spelling);
        assert_eq!(Filter::from_json(&pretty).as_ref(), Ok(filter), "{name}: {pretty}");
        check_names(&serde_json::from_str(&json).unwrap(), spelling, name);
    }
    assert_eq!(serde_json::to_string(filter).unwrap(), filter.to_json(Spelling::Response), "{name}");
    for text in [filter.to_string(), filter.to_text_lines()] {
        assert_eq!(text.parse().as_ref(), Ok(filter), "{name}: {text}");
    }
    if let Some(written) = &case.written {
        let json: Value = serde_json::from_str(&filter.to_json(Spelling::Response)).unwrap();
        assert_eq!(json, *written, "{name}: written");
    }
}

/// Aliases are never written, and `conditions` and `groups` always are.
#[track_caller]
fn check_names(group: &Value, spelling: Spelling, name: &str) {
    let (condition_type, list, lists) = match spelling {
        Spelling::Response => ("conditionType", "listId", "listIds"),
        Spelling::Request => ("condition_type", "list_id", "list_ids"),
        other => panic!("{other:?}"),
    };
    assert!(["AND", "OR"].contains(&group["operator"].as_str().unwrap()), "{name}");
    assert_eq!(group.as_object().unwrap().len(), 3, "{name}: {group}");
    for condition in group["conditions"].as_array().unwrap() {
        let known = [condition_type, "field", "operator", "value", "unit", list, lists];
        let pair = (condition[condition_type].as_str().unwrap(), condition["operator"].as_str().unwrap());
        let row = TABLE.iter().find(|row| row.condition_type == pair.0 && row.operators.contains(&pair.1));
        assert!(row.is_some(), "{name}: {pair:?}");
        assert!(condition.as_object().unwrap().keys().all(|key| known.contains(&&**key)), "{name}: {condition}");
    }
    group["groups"].as_array().unwrap().iter().for_each(|group| check_names(group, spelling, name));
}

/// Every engine gives the members that are expected.
#[track_caller]
fn check_members(case: &Case, filter: &Filter, members: &[String]) {
    for population in case.populations() {
        check_population(case, filter, &population, members);
    }
}

#[track_caller]
fn check_population(case: &Case, filter: &Filter, population: &Population, members: &[String]) {
    let (name, asked) = (&case.name, case.asked());
    let audience = Audience { source_lists: case.source_lists.clone(), ..Audience::of(filter.clone()) };
    let expected: BTreeSet<String> = members.iter().cloned().collect();
    assert!(members.is_sorted(), "{name}: members are sorted");
    let definition = reference(&audience, population, &asked);
    for (engine, ask) in ENGINES {
        let answer = ask(&audience, population, &asked);
        assert_eq!(answer.members, expected, "{name}: members, {engine}");
        let memberships = case.memberships.unwrap_or(definition.memberships);
        assert_eq!(answer.memberships, memberships, "{name}: memberships, {engine}");
    }
    let size = match asked.semantics.unit {
        Unit::Contacts => expected.len() as u64,
        Unit::Memberships => definition.memberships,
        other => panic!("{other:?}"),
    };
    assert_eq!(population.size(&audience, &asked).value, size, "{name}: size");
    assert_eq!(size, case.size.unwrap_or(size), "{name}: size");
    assert_eq!(population.replaced(), case.replaced.unwrap_or(population.replaced()), "{name}: replaced");
}

// Filters that cannot be read.

#[track_caller]
fn check_codes(case: &Case, codes: &[String]) {
    let (name, limits) = (&case.name, case.limits());
    if let Some(json) = case.json() {
        let result = Filter::from_json_within(&json, &limits);
        assert_eq!(codes_of(&result), codes, "{name}: JSON: {result:?}");
        let Err(errors) = result else { return };
        check_places(&errors, &json, name);
        if let Some(pointers) = &case.pointers {
            assert_eq!(errors.iter().map(pointer_of).collect::<Vec<_>>(), *pointers, "{name}: {errors}");
        }
        if case.limits.is_none() {
            check_codes_inside(&json, &errors, name);
        }
    }
    if let Some(text) = &case.text {
        let result = Filter::from_text_within(text, &limits);
        assert_eq!(codes_of(&result), codes, "{name}: text {text}: {result:?}");
        if let Err(errors) = result {
            check_places(&errors, text, name);
            // Where the syntax is wrong, or too much of it was there to read, there is no tree to point into.
            let has_pointer = |problem: &Problem| problem.place().pointer.is_some();
            let is_read = errors.iter().all(|problem| problem.code() != Code::Syntax);
            assert!(errors.iter().all(|problem| !has_pointer(problem) || is_read), "{name}: {errors}");
        }
    }
}

/// As part of something larger, a filter has the same problems.
#[track_caller]
fn check_codes_inside(json: &str, errors: &Errors, name: &str) {
    let Ok(value) = serde_json::from_str::<Value>(json) else { return };
    let mut messages = vec![serde_json::from_str::<Filter>(json).unwrap_err().to_string()];
    // A value holds a key once.
    if errors.iter().all(|problem| problem.code() != Code::DuplicateKey) {
        messages.push(serde_json::from_value::<Filter>(value).unwrap_err().to_string());
    }
    for message in messages {
        assert!(errors.iter().all(|problem| message.contains(problem.code().as_str())), "{name}: {message}");
    }
    let wrapped = Audience::from_json(&format!("{{\"filter\": {json}}}")).unwrap_err();
    let inside: Vec<(Code, String)> = wrapped.iter().map(|problem| (problem.code(), pointer_of(problem))).collect();
    let expected = errors.iter().map(|problem| (problem.code(), format!("/filter{}", pointer_of(problem))));
    assert_eq!(inside, expected.collect::<Vec<_>>(), "{name}: an audience");
}

fn codes_of(result: &Result<Filter, Errors>) -> Vec<&'static str> {
    result.as_ref().err().into_iter().flatten().map(|problem| problem.code().as_str()).collect()
}

fn pointer_of(problem: &Problem) -> String {
    problem.place().pointer.clone().unwrap_or_else(|| panic!("no pointer: {problem}"))
}

/// Every problem is inside the source, and can be drawn over it.
#[track_caller]
fn check_places(errors: &Errors, source: &str, name: &str) {
    let drawing = errors.report(source).to_string();
    for problem in errors {
        assert!(drawing.contains(&problem.message()), "{name}: {drawing}");
        if problem.code() == Code::FilterTooLarge {
            continue; // it is the source itself
        }
        let place = problem.place();
        let span = place.span.clone().unwrap_or_else(|| panic!("{name}: no span: {problem}"));
        assert!(span.start <= span.end && source.get(span.clone()).is_some(), "{name}: {span:?}");
        let before = &source[..span.start];
        let line = before.matches('\n').count() as u64 + 1;
        let column = before.rsplit('\n').next().unwrap().chars().count() as u64 + 1;
        assert_eq!((place.line, place.column), (Some(line), Some(column)), "{name}: {problem}");
    }
}

// Files of records.

#[cfg(feature = "records")]
mod files {
    use std::io::{Read, Write};

    use headcount::records::Input;
    use headcount::{
        Errors, Population, RecordReader,
        records::{OnError, ReadReport},
    };

    use super::{Case, Code};

    /// The population of the files, read in every way there is.
    #[track_caller]
    pub(super) fn populations(case: &Case) -> Vec<Population> {
        let on_error = if case.skipped.is_some() { OnError::Skip } else { OnError::Fail };
        let each_way = read(case, on_error).into_iter().map(|(way, population, results)| {
            let skipped: u64 = results
                .iter()
                .map(|result| match result {
                    Ok(report) => report.skipped,
                    Err(errors) => panic!("{}: {way}: {errors}", case.name),
                })
                .sum();
            assert_eq!(skipped, case.skipped.unwrap_or(0), "{}: {way}", case.name);
            population
        });
        each_way.collect()
    }

    /// The problems of the files, which are the same when they are skipped.
    #[track_caller]
    pub(super) fn check(case: &Case) {
        let name = &case.name;
        for (way, _, results) in read(case, OnError::Fail) {
            let errors: Vec<Errors> = results.into_iter().filter_map(Result::err).collect();
            let codes: Vec<&str> = errors.iter().flatten().map(|problem| problem.code().as_str()).collect();
            assert_eq!(codes, *case.codes.as_ref().unwrap(), "{name}: {way}: {errors:?}");
            let lines: Vec<u64> = errors.iter().flatten().filter_map(|problem| problem.place().line).collect();
            assert_eq!(lines, *case.lines.as_ref().unwrap(), "{name}: {way}: {errors:?}");
            assert!(errors.iter().flatten().all(|problem| problem.place().file.is_some()), "{name}: {way}: {errors:?}");
        }
        for (way, _, results) in read(case, OnError::Skip) {
            let skipped: Option<u64> =
                results.iter().map(|result| result.as_ref().ok().map(|report| report.skipped)).sum();
            assert_eq!(skipped, case.skipped, "{name}: {way}: {results:?}");
            let problems = results.iter().flatten().filter_map(|report| report.problems.as_ref()).flatten();
            assert!(problems.clone().all(|problem| problem.code() == Code::InvalidRecord), "{name}: {way}");
            assert_eq!(problems.count() as u64, skipped.unwrap_or(0), "{name}: {way}");
        }
    }

    type Results = Vec<Result<ReadReport, Errors>>;

    /// By content alone and by name, plain and packed, at once and byte by byte, on one thread and on three.
    fn read(case: &Case, on_error: OnError) -> Vec<(String, Population, Results)> {
        let mut ways = Vec::new();
        for packing in ["", ".gz", ".zst"] {
            for named in [true, false] {
                for threads in [1, 3] {
                    let reader = RecordReader::new().on_error(on_error).threads(threads);
                    let mut population = Population::default();
                    let results = case.records.iter().map(|file| {
                        let name =
                            if named { format!("records.{}{packing}", file.format) } else { "records".to_owned() };
                        let bytes = packed(file.data.as_bytes(), packing);
                        let bytes = OneByOne { bytes: &bytes, slow: threads == 1 };
                        let mut contacts = reader.contacts(Input::new(name, bytes));
                        for contact in contacts.by_ref() {
                            population.insert(contact?);
                        }
                        Ok(contacts.report().clone())
                    });
                    let results = results.collect();
                    ways.push((format!("{packing} {named} {threads}"), population, results));
                }
            }
        }
        ways
    }

    fn packed(bytes: &[u8], packing: &str) -> Vec<u8> {
        match packing {
            ".gz" => {
                let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
                packer.write_all(bytes).unwrap();
                packer.finish().unwrap()
            }
            ".zst" => zstd::encode_all(bytes, 0).unwrap(),
            _ => bytes.to_vec(),
        }
    }

    /// Gives a byte at a time, as a slow pipe does.
    struct OneByOne<'b> {
        bytes: &'b [u8],
        slow: bool,
    }

    impl Read for OneByOne<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let most = if self.slow { 1 } else { buffer.len() };
            let count = most.min(buffer.len());
            self.bytes.read(&mut buffer[..count])
        }
    }
}

// What the cases must cover.

/// A row of the table of what a filter may say, with everything that may be asked of every field in it.
struct Row {
    condition_type: &'static str,
    fields: &'static [&'static str],
    operators: &'static [&'static str],
    /// Whether a membership that is there may be without a value.
    may_be_absent: bool,
}

const NUMERIC: &[&str] = &["eq", "neq", "gt", "gte", "lt", "lte"];
const TIME: &[&str] = &["within", "not_within", "before", "after", "exists", "not_exists"];
const TEXT: &[&str] = &[
    "eq",
    "neq",
    "contains",
    "not_contains",
    "starts_with",
    "not_starts_with",
    "ends_with",
    "not_ends_with",
    "in",
    "not_in",
    "exists",
    "not_exists",
];
const CUSTOM: &[&str] = &[
    "eq",
    "neq",
    "gt",
    "gte",
    "lt",
    "lte",
    "contains",
    "not_contains",
    "starts_with",
    "not_starts_with",
    "ends_with",
    "not_ends_with",
    "in",
    "not_in",
    "within",
    "not_within",
    "before",
    "after",
    "exists",
    "not_exists",
];

const fn row(
    condition_type: &'static str,
    fields: &'static [&'static str],
    operators: &'static [&'static str],
    may_be_absent: bool,
) -> Row {
    Row { condition_type, fields, operators, may_be_absent }
}

const TABLE: &[Row] = &[
    row("time", &["last_clicked_at", "last_sent_at", "signup_date"], TIME, true),
    row("count", &["send_count", "click_count"], NUMERIC, false),
    row("revenue", &["has_revenue"], &["eq"], false),
    row("revenue", &["revenue_total", "conversion_count"], NUMERIC, false),
    row("revenue", &["avg_revenue"], NUMERIC, true),
    row("revenue", &["last_revenue_at"], TIME, true),
    row("dnc", &["on_dnc"], &["eq"], false),
    row("custom_field", &["*"], CUSTOM, true),
    row("list", &["*"], &["in", "not_in"], false),
    row("attribute", &["carrier", "line_type", "timezone", "signup_method", "list_number"], TEXT, true),
    row("attribute", &["phone_number"], TEXT, false),
    row("attribute", &["is_valid", "in_workflow"], &["eq"], false),
];

/// How a condition is written that asks a field in a certain way: `before` and `after` have two.
type Asked = (String, String, String);

/// What was found: a value that passes, a value that does not, no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Found {
    Passing,
    Failing,
    Nothing,
}

#[test]
fn every_operator_of_every_field_has_a_value_that_passes_one_that_does_not_and_none() {
    let mut seen: BTreeMap<Asked, BTreeSet<Found>> = BTreeMap::new();
    for case in all_cases().filter(|case| case.members.is_some()) {
        let filter = case.filter();
        let ([condition], []) = (filter.root().conditions(), filter.root().groups()) else { continue };
        let scoped = condition.list().is_some();
        let audience = Audience { source_lists: case.source_lists.clone(), ..Audience::of(filter.clone()) };
        let found = seen.entry(asked(&filter)).or_default();
        for contact in case.of_contacts().contacts() {
            for membership in audience.explain(contact, &case.asked()).memberships {
                let Some(Node::Group { members, .. }) = membership.filter else { continue };
                let Node::Condition { holds, found: value, .. } = &members[0] else { panic!("{}", case.name) };
                match (value, holds) {
                    (Some(_), true) => found.insert(Found::Passing),
                    (Some(_), false) => found.insert(Found::Failing),
                    (None, _) => !scoped && found.insert(Found::Nothing),
                };
            }
        }
    }
    for row in TABLE {
        for (field, operator) in row.fields.iter().flat_map(|field| row.operators.iter().map(move |it| (field, it))) {
            let forms: &[&str] = if ["before", "after"].contains(operator) { &["relative", "absolute"] } else { &[""] };
            for form in forms {
                let asked = ((*field).to_owned(), format!("{} {operator}", row.condition_type), (*form).to_owned());
                let mut expected = BTreeSet::from([Found::Passing, Found::Failing]);
                match *operator {
                    "exists" => expected.remove(&Found::Failing),
                    "not_exists" => expected.remove(&Found::Passing),
                    _ => false,
                };
                if row.may_be_absent {
                    expected.insert(Found::Nothing);
                }
                assert_eq!(seen.get(&asked), Some(&expected), "{asked:?}");
            }
        }
    }
}

/// The field, the type with the operator, and the form of the only condition.
fn asked(filter: &Filter) -> Asked {
    let json: Value = serde_json::from_str(&filter.to_json(Spelling::Response)).unwrap();
    let condition = &json["conditions"][0];
    let part = |key: &str| condition[key].as_str().unwrap_or_default();
    let field = if ["custom_field", "list"].contains(&part("conditionType")) { "*" } else { part("field") };
    let form = match part("operator") {
        "before" | "after" if condition["unit"].is_string() => "relative",
        "before" | "after" => "absolute",
        _ => "",
    };
    (field.to_owned(), format!("{} {}", part("conditionType"), part("operator")), form.to_owned())
}

#[test]
fn every_negated_operator_is_asked_in_both_readings_of_no_value() {
    for operator in ["neq", "not_in", "not_contains", "not_starts_with", "not_ends_with", "not_within"] {
        for reading in ["matches", "fails"] {
            let is = |case: &Case| {
                let condition = case.condition.as_ref();
                let given = case.semantics.get("missing_negation").is_some_and(|given| given == reading);
                given && condition.is_some_and(|condition| condition["operator"] == operator)
            };
            assert!(cases("semantics").iter().any(is), "{operator} {reading}");
        }
    }
}

#[test]
fn every_alias_has_a_case() {
    let read: BTreeSet<(String, String)> =
        all_cases().filter_map(|case| case.json()).flat_map(|json| names(&json)).collect();
    for (key, aliases) in [
        (
            "operator",
            &[
                "ne",
                "not_eq",
                "not_equals",
                "equals",
                "greater_than",
                "less_than",
                "greater_than_or_equal",
                "less_than_or_equal",
                "nin",
                "is_set",
                "not_set",
                "and",
                "or",
            ][..],
        ),
        ("type", &["list_membership", "custom"]),
        ("key", &["conditionType", "condition_type", "listId", "list_id", "listIds", "list_ids"]),
        ("field", &["custom_fields.state"]),
        ("unit", &["days", "hours", "minutes"]),
    ] {
        for alias in aliases {
            assert!(read.contains(&(key.to_owned(), (*alias).to_owned())), "{key} {alias}");
        }
    }
    assert!(read.contains(&("count".to_owned(), "conversion_count".to_owned())), "conversion_count under count");
}

/// The names in a filter, by what they name.
fn names(json: &str) -> Vec<(String, String)> {
    fn walk(value: &Value, into: &mut Vec<(String, String)>) {
        match value {
            Value::Array(values) => values.iter().for_each(|value| walk(value, into)),
            Value::Object(object) => {
                let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
                let condition_type = text("conditionType") + &text("condition_type");
                into.extend(object.keys().map(|key| ("key".to_owned(), key.clone())));
                into.extend(["operator", "field", "unit"].map(|key| (key.to_owned(), text(key))));
                into.push(("type".to_owned(), condition_type.clone()));
                into.push((condition_type, text("field")));
                object.values().for_each(|value| walk(value, into));
            }
            _ => {}
        }
    }
    let mut names = Vec::new();
    serde_json::from_str::<Value>(json).iter().for_each(|value| walk(value, &mut names));
    names
}

#[test]
fn every_symbol_has_a_case() {
    let texts: Vec<String> = all_cases().filter_map(|case| case.text).collect();
    for symbol in [
        "=",
        "==",
        "eq",
        "!=",
        "<>",
        "neq",
        ">",
        "gt",
        ">=",
        "gte",
        "<",
        "lt",
        "<=",
        "lte",
        "in",
        "contains",
        "starts_with",
        "ends_with",
        "within",
        "before",
        "after",
        "exists",
        "not_in",
        "not_contains",
        "not_within",
        "not_exists",
        "not",
        "and",
        "or",
        "&&",
        "||",
        "ago",
        "AND",
        "OR",
        "NOT",
    ] {
        assert!(texts.iter().any(|text| text.split_whitespace().any(|word| word == symbol)), "{symbol}");
    }
}

#[test]
fn every_code_has_a_case() {
    // An input that cannot be read at all is no data.
    let cases: Vec<Case> = all_cases().collect();
    for code in Code::ALL.iter().filter(|code| **code != Code::UnreadableInput) {
        let has = |case: &&Case| case.codes.iter().flatten().any(|expected| expected == code.as_str());
        assert!(cases.iter().any(|case| has(&case)), "{code}");
    }
}

fn all_cases() -> impl Iterator<Item = Case> {
    FILES.iter().flat_map(|file| cases(file))
}
