//! What holds of every filter, every population, every `now` and every reading.
//!
//! `PROPTEST_CASES` sets how many of each are tried.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod answer;
mod strategies;

use std::collections::{BTreeMap, BTreeSet};

use headcount::{
    Audience, Condition, Contact, Errors, Evaluation, FieldTest, Filter, Group, Junction, MissingNegation, OneOf,
    Population, Semantics, Span, SpanUnit, Spelling, Test, Unit,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{FileFailurePersistence, TestRunner};

use self::answer::{ENGINES, reference};
use self::strategies::{
    condition, contact, evaluation, filter, filter_with_complement, junction, noon, population, records, shuffled,
    source_lists,
};

fn config() -> ProptestConfig {
    let persistence = FileFailurePersistence::WithSource("regressions");
    let config = ProptestConfig { failure_persistence: Some(Box::new(persistence)), ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() { config } else { ProptestConfig { cases: 64, ..config } }
}

fn audience(filter: &Filter, source_lists: &[i64]) -> Audience {
    Audience { source_lists: source_lists.to_vec(), ..Audience::of(filter.clone()) }
}

/// The size in contacts, and in memberships.
fn sizes(filter: &Filter, source_lists: &[i64], population: &Population, asked: &Evaluation) -> (u64, u64) {
    let audience = audience(filter, source_lists);
    let size = |unit| population.size(&audience, &asked.with(Semantics { unit, ..asked.semantics })).value;
    (size(Unit::Contacts), size(Unit::Memberships))
}

fn both(junction: Junction, one: &Filter, other: &Filter) -> Filter {
    Filter::new(Group::new(junction, vec![], vec![one.root().clone(), other.root().clone()]).unwrap())
}

/// What is written of a filter is read back as that filter, and written again in the same way.
fn is_written(filter: &Filter) -> Result<(), TestCaseError> {
    for text in [filter.to_string(), filter.to_text_lines()] {
        prop_assert_eq!(text.parse(), Ok(filter.clone()), "{}", text);
    }
    for spelling in [Spelling::Response, Spelling::Request] {
        let json = filter.to_json(spelling);
        prop_assert_eq!(Filter::from_json(&json), Ok(filter.clone()), "{}", json);
    }
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn text_is_read_back(filter in filter()) {
        let text = filter.to_string();
        prop_assert_eq!(text.parse(), Ok(filter), "{}", text);
    }

    #[test]
    fn text_lines_are_read_back(filter in filter()) {
        let text = filter.to_text_lines();
        prop_assert_eq!(text.parse(), Ok(filter), "{}", text);
    }

    #[test]
    fn json_is_read_back_in_both_spellings(filter in filter()) {
        for spelling in [Spelling::Response, Spelling::Request] {
            for json in [filter.to_json(spelling), filter.to_json_pretty(spelling)] {
                prop_assert_eq!(Filter::from_json(&json), Ok(filter.clone()), "{}", json);
                prop_assert_eq!(&serde_json::from_str::<Filter>(&json).unwrap(), &filter, "{}", json);
            }
        }
    }

    #[test]
    fn printing_is_a_fixed_point(source in valid_text()) {
        let filter: Filter = source.parse().unwrap();
        let (text, lines) = (filter.to_string(), filter.to_text_lines());
        let (json, request) = (filter.to_json(Spelling::Response), filter.to_json(Spelling::Request));
        for source in [&text, &lines] {
            let again: Filter = source.parse().unwrap();
            prop_assert_eq!(&again.to_string(), &text);
            prop_assert_eq!(&again.to_text_lines(), &lines);
        }
        for source in [&json, &request] {
            let again = Filter::from_json(source).unwrap();
            prop_assert_eq!(&again.to_json(Spelling::Response), &json);
            prop_assert_eq!(&again.to_json(Spelling::Request), &request);
        }
    }

    #[test]
    fn count_is_the_number_of_members(
        filter in filter(), lists in source_lists(), population in population(), asked in evaluation(),
    ) {
        let audience = audience(&filter, &lists);
        let members: BTreeSet<&str> = population.members(&audience, &asked).map(|contact| &*contact.phone_number).collect();
        let satisfying = population.contacts().iter().map(|contact| audience.satisfying(contact, &asked).count() as u64);
        let memberships: u64 = satisfying.sum();
        prop_assert_eq!(sizes(&filter, &lists, &population, &asked), (members.len() as u64, memberships));
        prop_assert!(members.len() as u64 <= memberships);
        for contact in population.contacts() {
            prop_assert_eq!(members.contains(&*contact.phone_number), audience.contains(contact, &asked));
        }
    }

    #[test]
    fn every_engine_says_what_the_definition_says(
        filter in filter(), lists in source_lists(), population in population(), asked in evaluation(),
    ) {
        let audience = audience(&filter, &lists);
        let definition = reference(&audience, &population, &asked);
        for (engine, ask) in ENGINES {
            prop_assert_eq!(&ask(&audience, &population, &asked), &definition, "{}", engine);
        }
    }

    #[test]
    fn an_explanation_tells_of_every_membership(
        filter in filter(), lists in source_lists(), contact in contact(), asked in evaluation(),
    ) {
        let explanation = audience(&filter, &lists).explain(&contact, &asked);
        for (explained, membership) in explanation.memberships.iter().zip(&contact.memberships) {
            if let Some(node) = &explained.filter {
                prop_assert_eq!(node.holds(), filter.matches(&contact, membership, &asked), "{}", explanation);
            }
        }
        prop_assert_eq!(explanation.memberships.len(), contact.memberships.len());
        serde_json::to_string(&explanation).unwrap();
    }

    #[test]
    fn a_filter_and_its_complement_partition_the_scope(
        filter in filter_with_complement(), lists in source_lists(), population in population(), asked in evaluation(),
    ) {
        let asked = asked.with(Semantics { missing_negation: MissingNegation::Matches, ..asked.semantics });
        let complement = filter.complement().unwrap();
        let in_scope = |contact| audience(&filter, &lists).in_scope(contact, &asked).count() as u64;
        let scope: u64 = population.contacts().iter().map(in_scope).sum();
        let (_, one) = sizes(&filter, &lists, &population, &asked);
        let (_, other) = sizes(&complement, &lists, &population, &asked);
        prop_assert_eq!(one + other, scope, "{} and {}", filter, complement);
        prop_assert_eq!(complement.complement(), Some(filter));
    }

    #[test]
    fn and_is_at_most_each_part_or_is_at_least(
        one in filter(), other in filter(), lists in source_lists(), population in population(), asked in evaluation(),
    ) {
        let size = |filter: &Filter| sizes(filter, &lists, &population, &asked);
        let parts = [size(&one), size(&other)];
        let (and, or) = (size(&both(Junction::All, &one, &other)), size(&both(Junction::Any, &one, &other)));
        for part in parts {
            prop_assert!(and.0 <= part.0 && and.1 <= part.1, "{} and {}", one, other);
            prop_assert!(or.0 >= part.0 && or.1 >= part.1, "{} or {}", one, other);
        }
        // Memberships are in one, in the other, or in both; of contacts that holds of OR alone.
        prop_assert_eq!(and.1 + or.1, parts[0].1 + parts[1].1, "{} or {}", one, other);
        prop_assert!(or.0 <= parts[0].0 + parts[1].0, "{} or {}", one, other);
    }

    #[test]
    fn a_wider_scope_is_at_least_a_narrower(
        filter in filter(), lists in vec(1..5_i64, 1..4), more in vec(1..5_i64, 0..3), population in population(),
        asked in evaluation(),
    ) {
        let wider = [lists.clone(), more].concat();
        let sizes = [&lists[..], &wider, &[]].map(|lists| sizes(&filter, lists, &population, &asked));
        prop_assert!(sizes.is_sorted_by(|narrow, wide| narrow.0 <= wide.0 && narrow.1 <= wide.1), "{:?}", sizes);
    }

    #[test]
    fn everybody_takes_part_where_the_inactive_do(filter in list_free(), population in population(), asked in evaluation()) {
        use headcount::Subscription::{ActiveOnly, Any};
        let size = |subscription| sizes(&filter, &[], &population, &asked.with(Semantics { subscription, ..asked.semantics }));
        let (active, any) = (size(ActiveOnly), size(Any));
        prop_assert!(active.0 <= any.0 && active.1 <= any.1);
    }

    #[test]
    fn order_of_records_of_different_contacts_never_matters(
        filter in filter(), records in records(), seed in any::<u64>(), asked in evaluation(),
    ) {
        // The places of a contact's records change hands among them, so that they keep their order.
        let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (place, record) in shuffled(0..records.len(), seed).into_iter().zip(&records) {
            places.entry(&record.phone_number).or_default().push(place);
        }
        places.values_mut().for_each(|places| places.sort_unstable_by(|a, b| b.cmp(a)));
        let mut moved: Vec<(usize, Contact)> = records
            .iter()
            .map(|record| (places.get_mut(&*record.phone_number).unwrap().pop().unwrap(), record.clone()))
            .collect();
        moved.sort_by_key(|(place, _)| *place);

        let one = Population::from_iter(records.clone());
        let other = Population::from_iter(moved.into_iter().map(|(_, record)| record));
        prop_assert_eq!(one.replaced(), other.replaced());
        prop_assert_eq!(one.memberships(), other.memberships());
        for contact in one.contacts() {
            prop_assert_eq!(Some(contact), other.get(&contact.phone_number));
        }
        prop_assert_eq!(sizes(&filter, &[], &one, &asked), sizes(&filter, &[], &other, &asked));
    }

    #[test]
    fn counts_of_contacts_apart_add_up(
        filter in filter(), lists in source_lists(), population in population(), asked in evaluation(),
    ) {
        let whole = sizes(&filter, &lists, &population, &asked);
        let parts = population.contacts().iter().map(|contact| {
            sizes(&filter, &lists, &Population::from_iter([contact.clone()]), &asked)
        });
        prop_assert_eq!(parts.fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1)), whole);
    }

    #[test]
    fn contacts_are_read_back(contact in contact()) {
        let json = serde_json::to_string(&contact).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Contact>(&json).unwrap(), &contact, "{}", json);
    }

    #[test]
    fn any_bytes_give_a_value_or_errors(source in any_source()) {
        let read = [Filter::from_json(&source), source.parse()];
        for filter in read.iter().flatten() {
            is_written(filter)?;
        }
        for errors in read.iter().filter_map(|read| read.as_ref().err()) {
            are_placed(errors, &source)?;
        }
        match Audience::read_all(&source) {
            Ok(audiences) => audiences.iter().try_for_each(|audience| is_written(&audience.filter))?,
            Err(errors) => are_placed(&errors, &source)?,
        }
        if let Err(errors) = Audience::from_json(&source) {
            are_placed(&errors, &source)?;
        }
        let _ = serde_json::from_str::<Contact>(&source);
    }

    #[test]
    fn fingerprint_ignores_order_nesting_and_duplicates(filter in filter(), seed in any::<u64>()) {
        let other = Filter::new(disarranged(filter.root(), seed));
        prop_assert_eq!(other.fingerprint(), filter.fingerprint(), "{} and {}", filter, other);
    }

    #[test]
    fn what_the_fingerprint_ignores_changes_no_answer(
        filter in filter(), seed in any::<u64>(), population in population(), asked in evaluation(),
    ) {
        let other = Filter::new(disarranged(filter.root(), seed));
        prop_assert_eq!(sizes(&other, &[], &population, &asked), sizes(&filter, &[], &population, &asked));
    }

    #[test]
    fn equal_fingerprints_mean_equal_answers(
        filters in vec(tiny(), 2..20), population in population(), asked in evaluation(),
    ) {
        let mut seen = BTreeMap::new();
        for filter in filters {
            let size = sizes(&filter, &[], &population, &asked);
            let (other, known) = seen.entry(filter.fingerprint()).or_insert((filter.clone(), size));
            prop_assert_eq!(*known, size, "{} and {}", filter, other);
        }
    }
}

/// Filters that know of no list but the one in hand: who left another list is no news to them.
fn list_free() -> impl Strategy<Value = Filter> {
    fn freed(group: &Group) -> Group {
        let condition = |condition: &Condition| match condition {
            Condition::Field(FieldTest { test, .. }) => Condition::on(test.clone()),
            Condition::List(_) => Condition::on(Test::Flag(headcount::FlagField::InWorkflow, true)),
        };
        let conditions = group.conditions().iter().map(condition).collect();
        Group::new(group.junction(), conditions, group.groups().iter().map(freed).collect()).unwrap()
    }
    filter().prop_map(|filter| Filter::new(freed(filter.root())))
}

/// Filters from so small a space that equal ones meet.
fn tiny() -> impl Strategy<Value = Filter> {
    let condition = select(vec![
        "custom.n = 5",
        "custom.n = '5'",
        "custom.n = 5.5",
        "custom.n = '5.0'",
        "custom.n in [5]",
        "custom.n in ['5']",
        "custom.n != 5",
        "custom.n > 5",
        "custom.n > '5'",
        "custom.tags = true",
        "custom.tags = 'true'",
        "click_count > 1",
        "click_count >= 2",
        "click_count@1 > 1",
        "click_count@2 > 1",
        "send_count > 1",
        "signup_date within 24h",
        "signup_date within 1d",
        "signup_date before 1d",
        "last_sent_at within 1d",
        "list = 1",
        "list != 1",
        "on_dnc",
        "on_dnc@1",
        "has_revenue",
        "has_revenue@1",
        "custom.when within 1d",
        "custom.when exists",
    ]);
    (junction(), vec(condition, 1..3)).prop_map(|(junction, conditions)| {
        let conditions =
            conditions.iter().flat_map(|text| text.parse::<Filter>().unwrap().root().conditions().to_vec());
        Filter::new(Group::new(junction, conditions.collect(), vec![]).unwrap())
    })
}

/// The same question in another arrangement.
fn disarranged(group: &Group, seed: u64) -> Group {
    let next = seed.rotate_left(7).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut conditions: Vec<Condition> =
        group.conditions().iter().map(|condition| respelled(condition, next)).collect();
    let mut groups: Vec<Group> = group.groups().iter().map(|group| disarranged(group, next)).collect();
    if seed & 1 == 0 {
        conditions.extend(group.conditions().first().cloned());
        groups.extend(group.groups().last().cloned());
    }
    if seed & 2 == 0 && !conditions.is_empty() {
        let some = conditions.split_off(conditions.len() / 2);
        groups.push(Group::new(group.junction(), some, vec![]).unwrap());
    }
    if seed & 4 == 0 && !groups.is_empty() {
        let some = groups.split_off(groups.len() / 2);
        groups.push(Group::new(group.junction(), vec![], some).unwrap());
    }
    let same = Group::new(group.junction(), shuffled(conditions, seed), shuffled(groups, seed)).unwrap();
    match seed % 5 {
        0 => Group::new(Junction::All, vec![], vec![same]).unwrap(),
        1 => Group::new(Junction::Any, vec![], vec![same.clone(), same]).unwrap(),
        _ => same,
    }
}

/// The same condition, its values in another order and its days in hours.
fn respelled(condition: &Condition, seed: u64) -> Condition {
    use headcount::{Asked, CustomTest, ListTest, Moment, TextTest, TimeTest};

    fn again<T: Clone>(values: &OneOf<T>, seed: u64) -> OneOf<T> {
        let twice = [values.as_slice(), values.as_slice()].concat();
        OneOf::new(shuffled(twice, seed)).unwrap()
    }
    fn in_hours(span: Span) -> Span {
        match (span.unit, span.amount.checked_mul(24)) {
            (SpanUnit::Days, Some(amount)) => Span { amount, unit: SpanUnit::Hours },
            _ => span,
        }
    }
    fn time(test: &TimeTest) -> TimeTest {
        match test {
            TimeTest::Within(span) => TimeTest::Within(in_hours(*span)),
            TimeTest::NotWithin(span) => TimeTest::NotWithin(in_hours(*span)),
            TimeTest::Before(Moment::Ago(span)) => TimeTest::Before(Moment::Ago(in_hours(*span))),
            TimeTest::After(Moment::Ago(span)) => TimeTest::After(Moment::Ago(in_hours(*span))),
            other => other.clone(),
        }
    }
    let mut condition = condition.clone();
    match &mut condition {
        Condition::List(ListTest::In(lists) | ListTest::NotIn(lists)) => *lists = again(lists, seed),
        Condition::Field(FieldTest { test, .. }) => match test {
            Test::Time(_, Asked::Value(test)) => *test = time(test),
            Test::Text(_, Asked::Value(TextTest::In(texts) | TextTest::NotIn(texts))) => *texts = again(texts, seed),
            Test::Custom(_, Asked::Value(CustomTest::In(values) | CustomTest::NotIn(values))) => {
                *values = again(values, seed)
            }
            Test::Custom(_, Asked::Value(CustomTest::Time(test))) => *test = time(test),
            _ => {}
        },
    }
    condition
}

/// Every problem has its place inside the source.
fn are_placed(errors: &Errors, source: &str) -> Result<(), TestCaseError> {
    for problem in errors {
        let place = problem.place();
        if let Some(span) = &place.span {
            prop_assert!(source.get(span.clone()).is_some(), "{} has no {:?}", problem, span);
            prop_assert!(place.line.is_some() && place.column.is_some(), "{}", problem);
        }
    }
    prop_assert!(errors.report(source).to_string().lines().count() >= errors.iter().count());
    Ok(())
}

/// Texts as people write them: in either case, with blanks, comments, parentheses and `not`.
fn valid_text() -> impl Strategy<Value = String> {
    let leaf = (condition(), 0..4_u8).prop_map(|(condition, style)| match style {
        0 => format!("({condition})"),
        1 => format!("\n  {condition}\t# so it is\n"),
        2 => format!("all({condition})"),
        _ => condition.to_string(),
    });
    let nested = leaf.prop_recursive(3, 12, 3, |inner| {
        let joint = select(vec![" and ", " AND ", "&&", " or ", " Or\n", "||"]);
        (vec(inner, 1..4), joint, 0..3_u8).prop_map(|(operands, joint, style)| {
            let chain = operands.join(joint);
            match style {
                0 => format!("({chain})"),
                1 => format!("any({chain})"),
                _ => chain,
            }
        })
    });
    let negated = filter_with_complement().prop_map(|filter| format!("not ({filter})"));
    prop_oneof![4 => nested, 1 => negated]
}

/// Bytes of any kind, and valid sources with something wrong.
fn any_source() -> impl Strategy<Value = String> {
    let valid = prop_oneof![
        filter().prop_map(|filter| filter.to_json(Spelling::Response)),
        filter().prop_map(|filter| filter.to_json_pretty(Spelling::Request)),
        filter().prop_map(|filter| filter.to_string()),
        valid_text(),
        contact().prop_map(|contact| serde_json::to_string(&contact).unwrap()),
        filter().prop_map(|filter| format!(
            "{{\"filter\": {}, \"source_lists\": [1]}}",
            filter.to_json(Spelling::Response)
        )),
    ];
    let scraps = select(vec![
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "\"",
        "'",
        "\\",
        ",",
        ":",
        "null",
        "true",
        "-1",
        "1e400",
        "01",
        "\0",
        "é",
        "\u{feff}",
        " not ",
        " and ",
        "all(",
        "any()",
        "@",
        "custom.",
        "#",
        "\n",
        "\"operator\":",
        "\"listId\": 1,",
        "\"groups\": [{}],",
        "within",
        "30",
        "days",
        "2025-11-01",
        "$",
    ]);
    let edit = (any::<Index>(), any::<Index>(), 0..4_u8, scraps);
    prop_oneof![
        1 => vec(any::<u8>(), 0..200).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        1 => vec(any::<char>(), 0..60).prop_map(String::from_iter),
        8 => (valid, vec(edit, 0..4)).prop_map(|(source, edits)| {
            edits.into_iter().fold(source, |source, (at, length, kind, scrap)| {
                let chars: Vec<char> = source.chars().collect();
                let at = at.index(chars.len() + 1);
                let end = (at + length.index(12)).min(chars.len());
                let part = |range: std::ops::Range<usize>| chars[range].iter().collect::<String>();
                let (before, cut, after) = (part(0..at), part(at..end), part(end..chars.len()));
                match kind {
                    0 => before + &after,
                    1 => before + scrap + &after,
                    2 => before + &cut + &cut + &after,
                    _ => before + scrap + &cut + &after,
                }
            })
        }),
    ]
}

/// The laws say little of filters that nobody satisfies, or everybody.
#[test]
fn conditions_hold_about_half_the_time() {
    let mut runner = TestRunner::deterministic();
    let mut sample = |strategy: &BoxedStrategy<(Condition, Contact)>| strategy.new_tree(&mut runner).unwrap().current();
    let pairs = (condition(), contact()).boxed();
    let (mut asked, mut held) = (0, 0);
    for _ in 0..2_000 {
        let (condition, contact) = sample(&pairs);
        let filter = Filter::new(Group::new(Junction::All, vec![condition], vec![]).unwrap());
        for membership in &contact.memberships {
            asked += 1;
            held += u32::from(filter.matches(&contact, membership, &Evaluation::at(noon())));
        }
    }
    let share = f64::from(held) / f64::from(asked);
    assert!((0.35..0.65).contains(&share), "{share}");
}
