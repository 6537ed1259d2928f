//! What marketers ask: the conditions that audiences are made of, each as JSON and in words.

use crate::vocabulary::{CARRIERS, LIST_IDS, NAME_BEGINNINGS, SOURCES, STATES, TIERS, TIMEZONES};

/// One condition of a filter.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// The condition as responses of the platform spell it.
    pub(crate) json: String,
    /// The end of a sentence that begins with "Contacts who".
    pub(crate) words: String,
}

/// Questions of which a group that wants all of its conditions asks one at most: two windows on one
/// field would contradict each other, or one would be idle.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    /// How often the subject comes up, against the others' weights.
    pub(crate) weight: u32,
    /// Whether nearly everyone satisfies the questions, so that they make sense beside an AND alone.
    pub(crate) nearly_all: bool,
    pub(crate) questions: Vec<Question>,
}

pub(crate) fn subjects() -> Vec<Subject> {
    let subject = |weight, questions| Subject { weight, nearly_all: false, questions };
    vec![
        subject(26, clicked()),
        subject(16, sent()),
        subject(9, signed_up()),
        subject(14, counts("count", "click_count", "clicks", &[1, 2, 3, 5, 10, 20])),
        subject(8, counts("count", "send_count", "messages received", &[1, 3, 5, 10, 25, 50])),
        subject(5, counts("revenue", "conversion_count", "orders", &[1, 2, 3, 5])),
        subject(8, revenue()),
        subject(5, bought()),
        subject(10, states()),
        subject(6, texts("tier", "tier", &TIERS)),
        subject(6, texts("source", "source", &SOURCES)),
        subject(4, cohorts()),
        subject(5, lifetime_values()),
        subject(3, times("custom_field", "last_purchase", "purchased", "did not purchase")),
        subject(2, first_names()),
        subject(5, lists()),
        subject(4, counts_on_one_list()),
        subject(4, attributes()),
        Subject { weight: 12, nearly_all: true, questions: reachable() },
    ]
}

fn clicked() -> Vec<Question> {
    let mut questions = times("time", "last_clicked_at", "clicked", "did not click");
    for (hours, unit) in [(12, "hours"), (24, "hours"), (48, "hours"), (90, "minutes")] {
        questions.push(window("time", "last_clicked_at", "within", hours, unit, "clicked within"));
    }
    questions.push(condition("time", "last_clicked_at", "exists", "", "ever clicked"));
    questions.push(condition("time", "last_clicked_at", "not_exists", "", "never clicked"));
    questions
}

fn sent() -> Vec<Question> {
    let mut questions = times("time", "last_sent_at", "were sent something", "were sent nothing");
    questions.push(window("time", "last_sent_at", "not_within", 24, "hours", "were sent nothing within"));
    questions.push(window("time", "last_sent_at", "before", 30, "days", "were last sent something more than"));
    questions.push(condition("time", "last_sent_at", "not_exists", "", "were never sent anything"));
    questions
}

fn signed_up() -> Vec<Question> {
    let mut questions = times("time", "signup_date", "signed up", "did not sign up");
    for days in [365, 730] {
        questions.push(window("time", "signup_date", "before", days, "days", "signed up more than"));
    }
    for date in ["2024-01-01", "2024-11-29", "2025-01-01", "2025-07-01"] {
        let words = format!("signed up after {date}");
        questions.push(condition("time", "signup_date", "after", &quoted(date), &words));
    }
    questions
}

fn revenue() -> Vec<Question> {
    let mut questions = vec![
        condition("revenue", "has_revenue", "eq", "true", "bought something"),
        condition("revenue", "has_revenue", "eq", "false", "bought nothing"),
    ];
    for (operator, sign) in [("gt", ">"), ("gte", "≥")] {
        for dollars in ["25", "50", "99.99", "100", "250"] {
            for (field, what) in [("revenue_total", "revenue"), ("avg_revenue", "revenue an order")] {
                let words = format!("have {what} {sign} ${dollars}");
                questions.push(condition("revenue", field, operator, dollars, &words));
            }
        }
    }
    questions
}

fn bought() -> Vec<Question> {
    times("revenue", "last_revenue_at", "ordered", "did not order")
}

fn states() -> Vec<Question> {
    let mut questions = Vec::new();
    for state in &STATES[..15] {
        questions.push(custom("state", "eq", &quoted(state), &format!("live in {state}")));
    }
    let regions: [(&str, &[&str]); 10] = [
        ("the four largest states", &["CA", "TX", "FL", "NY"]),
        ("the West Coast", &["CA", "OR", "WA"]),
        ("New England", &["CT", "MA", "ME", "NH", "RI", "VT"]),
        ("the Northeast", &["NY", "NJ", "PA", "CT", "MA"]),
        ("the Southeast", &["FL", "GA", "NC", "SC", "AL", "TN"]),
        ("the Southwest", &["TX", "AZ", "NM", "OK"]),
        ("the Midwest", &["IL", "OH", "MI", "IN", "WI", "MN", "IA", "MO"]),
        ("the mountains", &["CO", "UT", "ID", "MT", "WY", "NV"]),
        ("the Great Lakes", &["IL", "OH", "MI", "WI", "NY"]),
        ("Texas and Florida", &["TX", "FL"]),
    ];
    for (name, codes) in regions {
        let codes = array(codes.iter().map(|code| quoted(code)));
        questions.push(custom("state", "in", &codes, &format!("live in {name}")));
        questions.push(custom("state", "not_in", &codes, &format!("do not live in {name}")));
    }
    questions
}

/// Each word alone, not each word, and each with the word after it.
fn texts(field: &str, what: &str, words: &[&str]) -> Vec<Question> {
    let mut questions = Vec::new();
    for (i, word) in words.iter().enumerate() {
        let next = words[(i + 1) % words.len()];
        let is = format!("have {what} {word}");
        questions.push(custom(field, "eq", &quoted(word), &is));
        let is_not = format!("have a {what} other than {word}, or none");
        questions.push(custom(field, "neq", &quoted(word), &is_not));
        let either = format!("have {what} {word} or {next}");
        questions.push(custom(field, "in", &array([quoted(word), quoted(next)]), &either));
    }
    questions
}

fn cohorts() -> Vec<Question> {
    let mut questions = Vec::new();
    for year in [2023, 2024, 2025] {
        for month in [1, 4, 7, 10] {
            let cohort = format!("{year}-{month:02}");
            let words = format!("are of the cohort {cohort} or a later one");
            questions.push(custom("cohort", "gte", &quoted(&cohort), &words));
            let words = format!("are of the cohort {cohort}");
            questions.push(custom("cohort", "eq", &quoted(&cohort), &words));
        }
    }
    questions
}

fn lifetime_values() -> Vec<Question> {
    let mut questions = Vec::new();
    for dollars in [50, 100, 200, 250, 500, 750, 1_000] {
        let value = dollars.to_string();
        questions.push(custom("ltv", "gt", &value, &format!("are worth more than ${value}")));
        questions.push(custom("ltv", "lte", &value, &format!("are worth ${value} or less")));
    }
    questions.push(custom("ltv", "exists", "", "have a lifetime value"));
    questions
}

fn first_names() -> Vec<Question> {
    NAME_BEGINNINGS[..20]
        .iter()
        .map(|beginning| {
            let words = format!("have a first name in {beginning}…");
            custom("first_name", "starts_with", &quoted(beginning), &words)
        })
        .collect()
}

fn lists() -> Vec<Question> {
    let question = |operator, verb: &str, ids: &[&str]| {
        let words = format!("{verb} list {}", ids.join(" or "));
        let ids = array(ids.iter().map(ToString::to_string));
        let json = format!(r#"{{"conditionType":"list","operator":"{operator}","listIds":{ids}}}"#);
        Question { json, words }
    };
    let mut questions = Vec::new();
    for (i, id) in LIST_IDS.into_iter().enumerate() {
        questions.push(question("in", "are on", &[id]));
        questions.push(question("not_in", "are not on", &[id]));
        let next = LIST_IDS[(i + 1) % LIST_IDS.len()];
        questions.push(question("in", "are on", &[id, next]));
    }
    questions
}

fn counts_on_one_list() -> Vec<Question> {
    let mut questions = Vec::new();
    for id in LIST_IDS {
        for (field, what) in [("click_count", "clicks"), ("send_count", "messages received")] {
            for least in [1, 3, 5] {
                let Question { json, words } =
                    condition("count", field, "gte", &least.to_string(), &format!("have ≥ {least} {what}"));
                let json = json.replacen('}', &format!(r#","listId":{id}}}"#), 1);
                questions.push(Question { json, words: format!("{words} on list {id}") });
            }
        }
    }
    questions
}

fn attributes() -> Vec<Question> {
    let mut questions = Vec::new();
    for (field, what, words) in [("carrier", "carrier", &CARRIERS[..5]), ("timezone", "time zone", &TIMEZONES[..5])] {
        for (i, word) in words.iter().enumerate() {
            let next = words[(i + 1) % words.len()];
            let is = format!("have {what} {word}");
            questions.push(condition("attribute", field, "eq", &quoted(word), &is));
            let either = format!("have {what} {word} or {next}");
            let both = array([quoted(word), quoted(next)]);
            questions.push(condition("attribute", field, "in", &both, &either));
        }
    }
    questions.push(condition("attribute", "line_type", "neq", &quoted("CELL PHONE"), "have no cell phone"));
    questions.push(condition("attribute", "signup_method", "eq", &quoted("keyword"), "joined by keyword"));
    questions
}

fn reachable() -> Vec<Question> {
    vec![
        condition("dnc", "on_dnc", "eq", "false", "may be called"),
        condition("attribute", "is_valid", "eq", "true", "have a valid number"),
        condition("attribute", "line_type", "eq", &quoted("CELL PHONE"), "have a cell phone"),
    ]
}

/// Within and not within each of the windows that marketers think in.
fn times(kind: &str, field: &str, did: &str, did_not: &str) -> Vec<Question> {
    let mut questions = Vec::new();
    for days in [7, 14, 30, 60, 90, 180] {
        questions.push(window(kind, field, "within", days, "days", &format!("{did} within")));
        questions.push(window(kind, field, "not_within", days, "days", &format!("{did_not} within")));
    }
    questions
}

fn counts(kind: &str, field: &str, what: &str, thresholds: &[u32]) -> Vec<Question> {
    let mut questions = Vec::new();
    for (operator, sign) in [("gte", "≥"), ("gt", ">"), ("lt", "<")] {
        for &threshold in thresholds {
            if operator == "lt" && threshold == 1 {
                // The same as `eq 0`, which is how people ask it.
                continue;
            }
            let words = format!("have {sign} {threshold} {what}");
            questions.push(condition(kind, field, operator, &threshold.to_string(), &words));
        }
    }
    questions.push(condition(kind, field, "eq", "0", &format!("have no {what}")));
    questions
}

fn window(kind: &str, field: &str, operator: &str, n: u32, unit: &str, words: &str) -> Question {
    // The unit is a key of its own, after the value.
    let value = format!(r#"{n},"unit":"{unit}""#);
    let ago = if operator == "before" { " ago" } else { "" };
    condition(kind, field, operator, &value, &format!("{words} {n} {unit}{ago}"))
}

fn custom(field: &str, operator: &str, value: &str, words: &str) -> Question {
    condition("custom_field", field, operator, value, words)
}

/// A condition with this JSON as its value, or with none.
fn condition(kind: &str, field: &str, operator: &str, value: &str, words: &str) -> Question {
    let value = if value.is_empty() { String::new() } else { format!(r#","value":{value}"#) };
    let json = format!(r#"{{"conditionType":"{kind}","field":"{field}","operator":"{operator}"{value}}}"#);
    Question { json, words: words.to_owned() }
}

/// A JSON string; none of the vocabulary's words needs an escape.
fn quoted(word: &str) -> String {
    format!("\"{word}\"")
}

fn array(items: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", items.into_iter().collect::<Vec<_>>().join(","))
}
