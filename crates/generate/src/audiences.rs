//! Realistic audiences: which questions go together, and how they are grouped.

use std::iter::FusedIterator;

use crate::{
    calendar::{DAY, REFERENCE, date_time},
    distributions::{Draws, Purpose, slots},
    population::ListSet,
    questions::{Question, Subject, subjects},
    vocabulary::LIST_IDS,
};

/// So many realistic audiences, decided by the seed: each a JSON object on one line, as the
/// platform's responses spell it.
///
/// - Every filter is valid. It has 1 to 8 conditions out of a few hundred that marketers really ask,
///   so that audiences have questions in common; a third have OR groups inside.
/// - `source_lists` is empty (all lists) in a third, else it holds 1 to 3 of the lists 101 to 106.
/// - `cached_size` is null in 15% and made up in the others: it is nobody's count.
///   `cached_size_updated_at` is null with it.
/// - `id`s are distinct, `status` is `archived` in one of ten. Times are UTC, written without a zone,
///   and none is after [`REFERENCE_INSTANT`](crate::REFERENCE_INSTANT).
///
/// The same seed gives the same bytes everywhere, and fewer audiences are the first ones of more.
///
/// ```
/// use headcount_generate::audiences;
///
/// let two: Vec<String> = audiences(2, 42).collect();
/// assert!(two[0].starts_with(r#"{"id":""#));
/// assert!(two[0].contains(r#""filter":{"operator":"#));
/// assert_eq!(two, audiences(1_000, 42).take(2).collect::<Vec<_>>());
/// assert_eq!(audiences(1_000, 42).len(), 1_000);
/// ```
#[must_use]
pub fn audiences(count: usize, seed: u64) -> Audiences {
    Audiences { subjects: subjects(), seed, next: 0, count }
}

/// The audiences that [`audiences`] promises, one after the other.
#[derive(Clone, Debug)]
pub struct Audiences {
    subjects: Vec<Subject>,
    seed: u64,
    next: usize,
    count: usize,
}

impl Iterator for Audiences {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let number = self.next;
        (number < self.count).then(|| {
            self.next += 1;
            audience(&self.subjects, self.seed, number as u64)
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.count - self.next;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Audiences {}

impl FusedIterator for Audiences {}

fn audience(subjects: &[Subject], seed: u64, number: u64) -> String {
    let mut draws = Draws::new(seed, Purpose::Audience, number);
    let filter = FilterDraft { draws: &mut draws, subjects, asked: Vec::new() }.draw();
    let mut words = Vec::new();
    filter.words(&mut words);
    let name = format!("{} #{}", capitalized(&words[..words.len().min(2)].join(", ")), number + 1);
    let description = format!("Contacts who {}", filter.sentence());
    let source_lists = source_lists(&mut draws);
    let age = draws.exponential_up_to(120 * DAY, 900 * DAY);
    let created = REFERENCE - age;
    // As the platform's: the time of creation, and then what keeps ids apart. An odd factor takes no
    // two numbers to one.
    let id = format!("{created:08x}{:016x}", number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ seed);
    let (size, updated) = if draws.chance(150) {
        ("null".to_owned(), "null".to_owned())
    } else {
        let updated = REFERENCE - draws.exponential_up_to(DAY, age);
        (draws.exponential(40_000).to_string(), format!("\"{}\"", text(updated)))
    };
    let status = if draws.chance(100) { "archived" } else { "active" };
    let mut filter_json = String::new();
    filter.push_json(&mut filter_json);
    format!(
        concat!(
            r#"{{"id":"{}","name":"{}","description":"{}","source_lists":[{}],"filter":{},"#,
            r#""cached_size":{},"cached_size_updated_at":{},"status":"{}","created_at":"{}"}}"#,
        ),
        id,
        name,
        description,
        source_lists,
        filter_json,
        size,
        updated,
        status,
        text(created)
    )
}

fn source_lists(draws: &mut Draws) -> String {
    let wanted = if draws.chance(333) { 0 } else { 1 + draws.slot(&[0, 1, 2]) };
    let mut lists = ListSet::draw(draws, wanted);
    let ids: Vec<&str> = std::iter::from_fn(|| lists.take_first()).map(|list| LIST_IDS[list]).collect();
    ids.join(",")
}

fn text(time: u32) -> String {
    date_time(time).into_iter().map(char::from).collect()
}

fn capitalized(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect()
}

struct Group<'a> {
    any: bool,
    conditions: Vec<&'a Question>,
    groups: Vec<Group<'a>>,
}

impl<'a> Group<'a> {
    fn push_json(&self, out: &mut String) {
        out.push_str(r#"{"operator":""#);
        out.push_str(if self.any { "OR" } else { "AND" });
        out.push_str(r#"","conditions":["#);
        for (i, condition) in self.conditions.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            out.push_str(&condition.json);
        }
        out.push_str(r#"],"groups":["#);
        for (i, group) in self.groups.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            group.push_json(out);
        }
        out.push_str("]}");
    }

    /// Every condition in words, one by one.
    fn words(&self, out: &mut Vec<&'a str>) {
        out.extend(self.conditions.iter().map(|condition| condition.words.as_str()));
        for group in &self.groups {
            group.words(out);
        }
    }

    /// The whole group in words.
    fn sentence(&self) -> String {
        let conditions = self.conditions.iter().map(|condition| condition.words.clone());
        let groups = self.groups.iter().map(|group| format!("({})", group.sentence()));
        let parts: Vec<String> = conditions.chain(groups).collect();
        parts.join(if self.any { " or " } else { " and " })
    }
}

/// A filter in the making.
struct FilterDraft<'a, 'd> {
    draws: &'d mut Draws,
    subjects: &'a [Subject],
    /// Subject and question of each condition so far: no filter asks one question twice.
    asked: Vec<(usize, usize)>,
}

impl<'a> FilterDraft<'a, '_> {
    fn draw(mut self) -> Group<'a> {
        /// How often a filter has 1 to 8 conditions.
        static FLAT: [u8; 100] = slots([16, 28, 23, 14, 8, 5, 3, 3]);
        /// How often a filter with groups has 3 to 8.
        static NESTED: [u8; 100] = slots([26, 28, 20, 13, 8, 5]);

        if self.draws.chance(333) {
            let conditions = 3 + self.draws.slot(&NESTED);
            self.nested(conditions)
        } else {
            let conditions = 1 + self.draws.slot(&FLAT);
            let any = conditions > 1 && self.draws.chance(150);
            self.group(any, conditions)
        }
    }

    /// An AND with one or two ORs inside, of so many conditions together; sometimes one OR has
    /// an AND inside.
    fn nested(&mut self, conditions: usize) -> Group<'a> {
        let two = conditions >= 5 && self.draws.chance(400);
        let deep = conditions >= 6 && self.draws.chance(400);
        let inner = if two { 4 } else { 2 } + if deep { 2 } else { 0 };
        let mut top = self.group(false, conditions - inner);
        let mut either = self.group(true, 2);
        if deep {
            either.groups.push(self.group(false, 2));
        }
        top.groups.push(either);
        if two {
            top.groups.push(self.group(true, 2));
        }
        top
    }

    fn group(&mut self, any: bool, conditions: usize) -> Group<'a> {
        let first = self.asked.len();
        let conditions = (0..conditions).map(|_| self.question(any, first)).collect();
        Group { any, conditions, groups: Vec::new() }
    }

    /// A question that fits a group whose own questions are those from `first` on.
    fn question(&mut self, any: bool, first: usize) -> &'a Question {
        loop {
            let subject = self.subject();
            let Subject { nearly_all, ref questions, .. } = self.subjects[subject];
            let question = self.draws.below(questions.len() as u32) as usize;
            let idle = if any { nearly_all } else { self.asked[first..].iter().any(|&(asked, _)| asked == subject) };
            if !idle && !self.asked.contains(&(subject, question)) {
                self.asked.push((subject, question));
                return &questions[question];
            }
        }
    }

    fn subject(&mut self) -> usize {
        let all = self.subjects.iter().map(|subject| subject.weight).sum();
        let mut at = self.draws.below(all);
        // OK because a draw below the sum of all weights falls into one of them.
        self.subjects
            .iter()
            .position(|subject| match at.checked_sub(subject.weight) {
                Some(rest) => {
                    at = rest;
                    false
                }
                None => true,
            })
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::Value;

    use super::*;

    const AUDIENCES: usize = 3_000;

    fn parsed() -> Vec<Value> {
        audiences(AUDIENCES, 7).map(|line| serde_json::from_str(&line).expect("an audience is JSON")).collect()
    }

    fn items<'v>(value: &'v Value, key: &str) -> &'v [Value] {
        value[key].as_array().unwrap_or_else(|| panic!("{key} is no array in {value}"))
    }

    fn text_of<'v>(value: &'v Value, key: &str) -> &'v str {
        value[key].as_str().unwrap_or_else(|| panic!("{key} is no text in {value}"))
    }

    fn share(audiences: &[Value], holds: impl Fn(&Value) -> bool) -> f64 {
        let n = audiences.iter().filter(|audience| holds(audience)).count();
        f64::from(u32::try_from(n).expect("few")) / f64::from(u32::try_from(audiences.len()).expect("few"))
    }

    /// The table of what may be asked: which value this operator of this field wants.
    fn is_valid(condition: &Value) -> bool {
        const ORDER: [&str; 6] = ["eq", "neq", "gt", "gte", "lt", "lte"];
        const TEXT: [&str; 4] = ["contains", "not_contains", "starts_with", "ends_with"];
        let value = &condition["value"];
        let operator = text_of(condition, "operator");
        let is_time = || match operator {
            "exists" | "not_exists" => value.is_null() && condition["unit"].is_null(),
            "within" | "not_within" => is_window(condition),
            "before" | "after" => is_window(condition) || value.is_string() && condition["unit"].is_null(),
            _ => false,
        };
        let is_count = || ORDER.contains(&operator) && value.is_u64();
        let is_bool = || operator == "eq" && value.is_boolean();
        let texts = |value: &Value| {
            value.as_array().is_some_and(|texts| !texts.is_empty() && texts.iter().all(Value::is_string))
        };
        let kind = text_of(condition, "conditionType");
        if kind == "list" {
            let ids = items(condition, "listIds");
            return matches!(operator, "in" | "not_in") && !ids.is_empty() && ids.iter().all(Value::is_i64);
        }
        match (kind, text_of(condition, "field")) {
            ("time", "last_clicked_at" | "last_sent_at" | "signup_date")
            | ("revenue", "last_revenue_at")
            | ("custom_field", "last_purchase") => is_time(),
            ("count", "send_count" | "click_count") | ("revenue", "conversion_count") => is_count(),
            ("revenue", "has_revenue") | ("dnc", "on_dnc") | ("attribute", "is_valid" | "in_workflow") => is_bool(),
            ("revenue", "revenue_total" | "avg_revenue") => ORDER.contains(&operator) && value.is_number(),
            ("custom_field", _) => match operator {
                "in" | "not_in" => texts(value),
                "exists" | "not_exists" => value.is_null(),
                _ if TEXT.contains(&operator) => value.is_string(),
                _ => ORDER.contains(&operator) && (value.is_string() || value.is_number()),
            },
            ("attribute", "carrier" | "line_type" | "timezone" | "signup_method") => match operator {
                "in" | "not_in" => texts(value),
                "eq" | "neq" => value.is_string(),
                _ => TEXT.contains(&operator) && value.is_string(),
            },
            _ => false,
        }
    }

    fn is_window(condition: &Value) -> bool {
        condition["value"].is_u64() && matches!(condition["unit"].as_str(), Some("days" | "hours" | "minutes"))
    }

    /// The conditions of a group and of the groups in it, each group looked at.
    fn conditions(group: &Value) -> Vec<&Value> {
        assert!(matches!(text_of(group, "operator"), "AND" | "OR"));
        let mut all: Vec<&Value> = items(group, "conditions").iter().collect();
        all.extend(items(group, "groups").iter().flat_map(conditions));
        assert!(!all.is_empty(), "an empty group");
        all
    }

    #[test]
    fn there_are_a_few_hundred_questions_all_valid_and_distinct() {
        let subjects = subjects();
        let questions: Vec<&Question> = subjects.iter().flat_map(|subject| &subject.questions).collect();
        assert!((250..500).contains(&questions.len()), "{}", questions.len());
        for question in &questions {
            let condition = serde_json::from_str(&question.json).expect("a question is JSON");
            assert!(is_valid(&condition), "{condition}");
        }
        assert_eq!(questions.iter().map(|question| &question.json).collect::<HashSet<_>>().len(), questions.len());
        assert_eq!(questions.iter().map(|question| &question.words).collect::<HashSet<_>>().len(), questions.len());
    }

    #[test]
    fn every_filter_has_one_to_eight_valid_conditions() {
        let mut sizes = [0; 9];
        for audience in parsed() {
            let conditions = conditions(&audience["filter"]);
            sizes[conditions.len()] += 1;
            for condition in &conditions {
                assert!(is_valid(condition), "{condition}");
            }
            let distinct: HashSet<String> = conditions.iter().map(ToString::to_string).collect();
            assert_eq!(distinct.len(), conditions.len(), "one question twice in {audience}");
        }
        assert_eq!(sizes[0], 0);
        assert!(sizes[1..].iter().all(|&n| n > 0), "{sizes:?}");
    }

    #[test]
    fn shapes_come_as_often_as_promised() {
        let audiences = parsed();
        let nested = share(&audiences, |audience| !items(&audience["filter"], "groups").is_empty());
        assert!((0.30..0.37).contains(&nested), "{nested}");
        let everywhere = share(&audiences, |audience| items(audience, "source_lists").is_empty());
        assert!((0.30..0.37).contains(&everywhere), "{everywhere}");
        let never_sized = share(&audiences, |audience| audience["cached_size"].is_null());
        assert!((0.13..0.17).contains(&never_sized), "{never_sized}");
        let archived = share(&audiences, |audience| text_of(audience, "status") == "archived");
        assert!((0.08..0.12).contains(&archived), "{archived}");
    }

    #[test]
    fn every_key_holds_what_it_should() {
        let audiences = parsed();
        let ids: HashSet<&str> = audiences.iter().map(|audience| text_of(audience, "id")).collect();
        assert_eq!(ids.len(), AUDIENCES);
        assert!(ids.iter().all(|id| id.len() == 24 && id.bytes().all(|b| b.is_ascii_hexdigit())));
        for audience in &audiences {
            assert!(!text_of(audience, "name").is_empty() && !text_of(audience, "description").is_empty());
            assert!(matches!(text_of(audience, "status"), "active" | "archived"));
            let lists = items(audience, "source_lists");
            assert!(lists.len() <= 3);
            assert!(lists.iter().all(|list| (101..=106).contains(&list.as_u64().unwrap_or_default())));
            assert!(lists.windows(2).all(|two| two[0].as_u64() < two[1].as_u64()), "{audience}");
            let created = text_of(audience, "created_at");
            assert!(created <= crate::REFERENCE_INSTANT);
            if audience["cached_size"].is_null() {
                assert!(audience["cached_size_updated_at"].is_null());
            } else {
                assert!(audience["cached_size"].is_u64());
                let updated = text_of(audience, "cached_size_updated_at");
                assert!(created <= updated && updated <= crate::REFERENCE_INSTANT);
            }
        }
    }
}
