use super::*;
use crate::contact::Membership;
use crate::number::Number;
use crate::semantics::{Semantics, Subscription, TextCase, Unit};
use crate::time::from_micros;
use crate::value::Value;

/// Everybody in columns of the same lists, in columns of mixed lists, and by themselves.
const LAYOUTS: [(usize, usize); 3] = [(1, 1), (usize::MAX, 1), (usize::MAX, usize::MAX)];

const SECOND: i64 = 1_000_000;
/// 2025-11-15T08:30:00Z.
const NOW: i64 = 1_763_195_400 * SECOND;

fn table(population: &Population, (same, mixed): (usize, usize)) -> Table {
    let mut builder = TableBuilder::default();
    let (first, rest) = population.contacts().split_at(population.contacts().len().min(1));
    first.iter().for_each(|contact| builder.push(contact));
    // Whoever is in stays in.
    let mut builder = builder.in_columns_from(same, mixed);
    rest.iter().for_each(|contact| builder.push(contact));
    builder.build()
}

/// The layouts in which contacts stand in columns.
fn in_columns(population: &Population) -> [Table; 2] {
    [LAYOUTS[0], LAYOUTS[1]].map(|layout| table(population, layout))
}

fn tables(population: &Population) -> [Table; 3] {
    LAYOUTS.map(|layout| table(population, layout))
}

/// When a message was sent to a contact of [`many`]: to two of them within a second, and then for a day to nobody.
fn sent(i: u64) -> i64 {
    (1_325_376_000 + (i / 2) as i64 * 100_003 + (i % 2) as i64) * SECOND
}

/// More contacts than a run has rows, with more values than a column has codes.
fn many() -> Population {
    let contact = |i: u64| {
        let score = match i % 3 {
            0 => Value::from(Number::from(i % 333)),
            1 => Value::from(&*format!("{}", i % 500)),
            _ => Value::from(&*format!("s{}", i % 700)),
        };
        Contact {
            phone_number: if i % 50 == 3 { format!("tel {i}") } else { format!("+1415555{i:04}") },
            carrier: Some(format!("C{:03}", i * 7 % 600)),
            line_type: ["mobile", "landline", "voip"].get((i % 4) as usize).map(|text| (*text).to_owned()),
            on_dnc: Some(i.is_multiple_of(5)),
            memberships: vec![Membership {
                list_id: Some(if i.is_multiple_of(40) { 9 } else { 7 }),
                active: i % 90 != 1,
                click_count: i * 37 % 1_009,
                send_count: i % 3,
                revenue_total: Number::from(i * 13 % 701),
                last_sent_at: Some(from_micros(sent(i))),
                last_clicked_at: (!i.is_multiple_of(4))
                    .then(|| from_micros(NOW - (i % 60 * 86_400 + i * 60) as i64 * SECOND)),
                custom_fields: [("score".to_owned(), score)].into(),
                ..Membership::default()
            }],
            ..Contact::default()
        }
    };
    (0..8_700).map(contact).collect()
}

/// Contacts on any of six lists, or on none.
fn few() -> Population {
    let contact = |i: u64| Contact {
        phone_number: format!("+1{i:04}"),
        carrier: ["Alpha", "alphabet", "Beta"].get((i % 4) as usize).map(|text| (*text).to_owned()),
        on_dnc: i.is_multiple_of(5).then_some(true),
        memberships: (1..=6_u64)
            .filter(|list| i >> (list - 1) & 1 == 1)
            .map(|list| Membership {
                list_id: Some(list as i64),
                active: !(i / 64 + list).is_multiple_of(4),
                click_count: i * list % 7,
                send_count: (i + list) % 3,
                conversion_count: i % 2,
                revenue_total: Number::from(i * list % 5),
                last_sent_at: (!i.is_multiple_of(7))
                    .then(|| from_micros(NOW - (i * list % 40 * 86_400) as i64 * SECOND)),
                last_clicked_at: (!(i + list).is_multiple_of(3))
                    .then(|| from_micros(NOW - (i * list % 50 * 43_200) as i64 * SECOND)),
                custom_fields: [("state".to_owned(), Value::from(["CA", "ca", "NY"][(i + list) as usize % 3]))].into(),
                ..Membership::default()
            })
            .collect(),
        ..Contact::default()
    };
    (0..256).map(contact).collect()
}

fn cx(unit: Unit, subscription: Subscription, text_case: TextCase) -> EvalContext {
    EvalContext::at(from_micros(NOW)).with(Semantics { unit, subscription, text_case, ..Semantics::default() })
}

fn audience(text: &str, lists: &[i64]) -> Audience {
    Audience { source_lists: lists.to_vec(), ..Audience::of(text.parse().unwrap()) }
}

/// Holds every layout against the definition.
#[track_caller]
fn agree(population: &Population, tables: &[Table], texts: &[&str], lists: &[i64], cx: &EvalContext) {
    let audiences: Vec<Audience> = texts.iter().map(|text| audience(text, lists)).collect();
    let members: Vec<Vec<&str>> = audiences
        .iter()
        .map(|audience| population.members(audience, cx).map(|contact| &*contact.phone_number).collect())
        .collect();
    let sizes: Vec<u64> = match cx.semantics.unit {
        Unit::Contacts => members.iter().map(|members| members.len() as u64).collect(),
        Unit::Memberships => audiences.iter().map(|audience| population.size(audience, cx).value).collect(),
    };
    for (layout, table) in tables.iter().enumerate() {
        let together: Vec<u64> = table.sizes(&audiences, cx).iter().map(|size| size.value).collect();
        assert_eq!(together, sizes, "layout {layout} of {lists:?}: {texts:?}");
        for ((audience, size), members) in audiences.iter().zip(&sizes).zip(&members) {
            let text = audience.filter.to_string();
            assert_eq!(table.size(audience, cx).value, *size, "layout {layout} of {lists:?}: {text}");
            let found = table.members(audience, cx);
            assert_eq!(found.len(), members.len(), "layout {layout}: {text}");
            assert_eq!(found.phone_numbers().collect::<Vec<_>>(), *members, "layout {layout} of {lists:?}: {text}");
        }
    }
}

#[test]
fn many_contacts_are_counted_as_the_definition_does() {
    let population = many();
    let tables = in_columns(&population);
    let contacts = cx(Unit::Contacts, Subscription::ActiveOnly, TextCase::Sensitive);
    agree(
        &population,
        &tables,
        &[
            "click_count >= 500",
            "click_count < 123 or click_count = 700",
            "click_count > 100 and click_count < 105",
            "not (click_count > 100 and click_count < 105)",
            "click_count = 77",
            "not click_count = 77",
            "carrier starts_with 'C12'",
            "carrier contains '7'",
            "line_type = 'voip'",
            "line_type not in ['voip', 'mobile']",
            "phone_number ends_with '7'",
            "phone_number starts_with 'tel'",
            "revenue_total > 300.5 and not on_dnc",
            "custom.score >= 17",
            "custom.score contains '1'",
            "custom.score in ['s5', '8']",
            "custom.score = 8",
            "list in [9]",
            "list not in [9]",
            "click_count@9 > 500",
            "send_count = 1 and (click_count > 900 or carrier ends_with '5')",
            "last_sent_at within 1000 days",
            "last_sent_at not within 1000 days",
        ],
        &[],
        &contacts,
    );
    let at = |i: u64| from_micros(sent(i)).format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let texts: Vec<String> = [1_000, 1_001, 4_000, 4_001]
        .iter()
        .flat_map(|i| ["before", "after"].map(|operator| format!("last_sent_at {operator} {}", at(*i))))
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    agree(&population, &tables, &texts, &[], &contacts);
    agree(
        &population,
        &tables,
        &["click_count >= 500", "carrier contains '7'", "carrier in ['c007', 'C014']", "custom.score in ['S5', '8']"],
        &[9, 11],
        &cx(Unit::Memberships, Subscription::Any, TextCase::Insensitive),
    );
}

#[test]
fn contacts_on_several_lists_are_counted_as_the_definition_does() {
    let population = few();
    let tables = tables(&population);
    for lists in [&[][..], &[2, 5], &[9]] {
        for cx in [
            cx(Unit::Contacts, Subscription::ActiveOnly, TextCase::Sensitive),
            cx(Unit::Memberships, Subscription::ActiveOnly, TextCase::Insensitive),
            cx(Unit::Contacts, Subscription::Any, TextCase::Insensitive),
        ] {
            agree(
                &population,
                &tables,
                &[
                    "on_dnc",
                    "not on_dnc and click_count > 3",
                    "on_dnc or click_count > 3",
                    "carrier = 'Alpha' and send_count = 1",
                    "carrier starts_with 'Alpha' or custom.state in ['NY']",
                    "custom.state in ['CA', 'x']",
                    "custom.state not in ['CA', 'x']",
                    "list in [1, 4]",
                    "list not in [1, 4]",
                    "list in [3] and (list not in [6] or click_count@6 > 2)",
                    "click_count@2 > 3 and not on_dnc",
                    "phone_number ends_with '7' and revenue_total > 2",
                    "last_sent_at within 20 days or avg_revenue > 1",
                ],
                lists,
                &cx,
            );
        }
    }
}

#[test]
fn members_are_who_the_definition_says() {
    let population = few();
    let cx = cx(Unit::Contacts, Subscription::ActiveOnly, TextCase::Sensitive);
    let audience = audience("click_count > 3 and not on_dnc", &[]);
    for mut table in tables(&population) {
        assert!(table.remove("+10063"));
        let members = table.members(&audience, &cx);
        for contact in population.contacts() {
            let expected = contact.phone_number != "+10063" && audience.contains(contact, &cx);
            assert_eq!(members.contains(&contact.phone_number), expected, "{}", contact.phone_number);
        }
        assert!(!members.contains("+19999") && !members.contains("nobody"));
    }
}

/// Holds timelines against the definition, day by day.
#[track_caller]
fn same_at_every_instant(population: &Population, tables: &[Table], text: &str, unit: Unit) {
    let audience = audience(text, &[]);
    let cx = cx(unit, Subscription::ActiveOnly, TextCase::Sensitive);
    let day = |days| cx.now + chrono::TimeDelta::days(days);
    let expected: Vec<Option<u64>> =
        (0..3).map(|days| Some(population.size(&audience, &EvalContext { now: day(days), ..cx }).value)).collect();
    for (layout, table) in tables.iter().enumerate() {
        let timeline = table.timeline(&audience, &cx, day(3));
        let found: Vec<Option<u64>> = (0..3).map(|days| timeline.at(day(days))).collect();
        assert_eq!(found, expected, "layout {layout}: {text}");
    }
}

#[test]
fn timelines_of_many_contacts_are_the_definition_at_every_instant() {
    let population = many();
    let tables = in_columns(&population);
    for text in [
        "(send_count = 1 and last_sent_at within 900 days) or (line_type = 'voip' and last_clicked_at within 30d)",
        // Of which some go who stand behind the first run.
        "last_clicked_at within 30d",
    ] {
        same_at_every_instant(&population, &tables, text, Unit::Contacts);
    }
}

#[test]
fn timelines_of_contacts_on_several_lists_are_the_definition_at_every_instant() {
    let population = few();
    let tables = tables(&population);
    for unit in [Unit::Contacts, Unit::Memberships] {
        for text in [
            "(send_count = 1 and last_sent_at within 20d) or (click_count > 3 and last_clicked_at within 10d)",
            "(last_clicked_at@2 within 10d and send_count > 0) or last_sent_at@5 not within 3d",
        ] {
            same_at_every_instant(&population, &tables, text, unit);
        }
    }
}

#[track_caller]
fn same_breakdowns(tables: &[Table], text: &str, unit: Unit) {
    let cx = cx(unit, Subscription::ActiveOnly, TextCase::Sensitive);
    let breakdowns: Vec<_> = tables.iter().map(|table| table.breakdown(&audience(text, &[]), &cx)).collect();
    for (layout, breakdown) in breakdowns.iter().enumerate() {
        assert_eq!(Some(breakdown), breakdowns.last(), "layout {layout}: {text}");
    }
}

#[test]
fn breakdowns_of_many_contacts_are_those_of_contacts_by_themselves() {
    let text = "click_count > 3 and (on_dnc or send_count = 1) and last_sent_at within 1000d";
    same_breakdowns(&tables(&many()), text, Unit::Contacts);
}

#[test]
fn breakdowns_of_contacts_on_several_lists_are_those_of_contacts_by_themselves() {
    let tables = tables(&few());
    for unit in [Unit::Contacts, Unit::Memberships] {
        for text in ["click_count > 3 and (on_dnc or send_count = 1)", "list in [2] or click_count@3 > 2"] {
            same_breakdowns(&tables, text, unit);
        }
    }
}

#[test]
fn every_record_comes_back_from_every_layout() {
    let everything = Membership {
        list_id: Some(3),
        list_number: Some("+9".into()),
        active: false,
        signup_date: Some(from_micros(1)),
        signup_method: Some("web".into()),
        custom_fields: [("a".to_owned(), Value::from(true)), ("b".to_owned(), Value::from("x"))].into(),
        send_count: 1,
        click_count: 2,
        conversion_count: 3,
        revenue_total: Number::from(7_u64),
        avg_revenue: Some(Number::from(2_u64)),
        has_revenue: Some(true),
        last_sent_at: Some(from_micros(2)),
        last_clicked_at: Some(from_micros(3)),
        last_revenue_at: Some(from_micros(4)),
        in_workflow: true,
    };
    let silent = Membership { list_id: Some(5), has_revenue: Some(false), ..Membership::default() };
    let contact = |phone_number: &str, carrier: Option<&str>, memberships: &[&Membership]| Contact {
        phone_number: phone_number.into(),
        carrier: carrier.map(str::to_owned),
        line_type: carrier.map(str::to_owned),
        timezone: carrier.map(str::to_owned),
        is_valid: Some(carrier.is_none()),
        on_dnc: Some(carrier.is_some()),
        memberships: memberships.iter().map(|membership| (*membership).clone()).collect(),
    };
    let population: Population = [
        contact("+1", Some("C"), &[&everything]),
        contact("+2", None, &[&silent]),
        contact("three", Some("D"), &[&everything, &silent]),
        contact("+4", Some("C"), &[]),
        contact("+5", None, &[]),
    ]
    .into_iter()
    .collect();
    for table in tables(&population) {
        for contact in population.contacts() {
            assert_eq!(table.get(&contact.phone_number).as_ref(), Some(contact));
        }
        assert_eq!((table.len(), table.memberships(), table.get("+6")), (5, 4, None));
    }
}

#[test]
fn whoever_has_no_membership_is_a_contact_and_in_no_audience() {
    let contact = |phone_number: &str, memberships: Vec<Membership>| Contact {
        phone_number: phone_number.into(),
        memberships,
        ..Contact::default()
    };
    let population = [contact("+1", vec![Membership::default()]), contact("+2", vec![])].into_iter().collect();
    let cx = cx(Unit::Contacts, Subscription::Any, TextCase::Sensitive);
    for table in tables(&population) {
        assert!(table.contacts().map(|contact| contact.phone_number).eq(["+1", "+2"]));
        for text in ["click_count >= 0", "not on_dnc", "custom.x not exists", "list not in [1]"] {
            assert!(table.members(&audience(text, &[]), &cx).phone_numbers().eq(["+1"]), "{text}");
        }
    }
}

#[test]
fn whoever_is_put_in_anew_keeps_the_place_and_whoever_is_new_comes_last() {
    let contact = |phone_number: &str| Contact {
        phone_number: phone_number.into(),
        memberships: vec![Membership::default()],
        ..Contact::default()
    };
    let cx = cx(Unit::Contacts, Subscription::ActiveOnly, TextCase::Sensitive);
    let everybody = audience("not on_dnc", &[]);
    for mut table in tables(&["+1", "+2", "+3", "+4"].map(contact).into_iter().collect()) {
        ["+9", "+2", "+8", "+7", "+9"].into_iter().for_each(|phone_number| table.replace(contact(phone_number)));
        assert!(table.remove("+1") && !table.remove("+1"));
        let members: Vec<String> = table.members(&everybody, &cx).phone_numbers().collect();
        assert_eq!(members, ["+2", "+3", "+4", "+9", "+8", "+7"]);
        assert_eq!((table.len(), table.memberships(), table.size(&everybody, &cx).value), (6, 6, 6));
    }
}

#[test]
fn places_in_the_order_are_not_used_up() {
    let contact = |i: u64| Contact {
        phone_number: format!("+{i}"),
        memberships: vec![Membership::default()],
        ..Contact::default()
    };
    let cx = cx(Unit::Contacts, Subscription::ActiveOnly, TextCase::Sensitive);
    let mut table = table(&(0..4).map(contact).collect(), LAYOUTS[0]);
    table.next_order = u64::from(u32::MAX) - 1;
    (4..9).rev().for_each(|i| _ = table.merge(contact(i)));
    let members =
        |table: &Table| -> Vec<String> { table.members(&audience("not on_dnc", &[]), &cx).phone_numbers().collect() };
    let expected = ["+0", "+1", "+2", "+3", "+8", "+7", "+6", "+5", "+4"];
    assert_eq!(members(&table), expected);
    table.compact();
    assert_eq!((members(&table), table.next_order), (expected.map(String::from).to_vec(), 9));
}

#[test]
fn however_many_changes_there_are_what_is_in_no_column_and_what_is_removed_is_bounded() {
    let population = few();
    let of = |i: u64| &population.contacts()[i as usize % population.contacts().len()];
    for mut table in in_columns(&population) {
        let most = table.layout.changed;
        for i in 0..400 {
            match i % 5 {
                0 => _ = table.remove(&of(i * 7).phone_number),
                1 => table.replace(Contact { phone_number: format!("+9{i}"), ..of(i).clone() }),
                _ => _ = table.merge(of(i * 3).clone()),
            }
            assert!(table.overflow.rows().len() < most, "{i}");
            assert!(table.levels().all(|level| level.rows() < most || level.rows() * 3 <= 4 * level.contacts()), "{i}");
            let contacts: Vec<usize> = table.levels().map(Level::contacts).collect();
            let more_than_all_newer = |at: usize| contacts[at] > contacts[at + 1..].iter().sum();
            assert!((0..contacts.len()).all(|at| at + 1 == contacts.len() || more_than_all_newer(at)), "{contacts:?}");
        }
        table.compact();
        assert_eq!((table.newer.len(), table.overflow.rows().len()), (0, 0));
        assert_eq!(table.base.rows(), table.len());
    }
}

/// As many changes as are left to others, and more than that.
#[test]
fn contacts_that_are_left_as_records_say_the_same_and_stand_in_few_levels() {
    let population = few();
    let of = |i: u64| &population.contacts()[i as usize % population.contacts().len()];
    let (mut table, mut in_columns) = (table(&population, LAYOUTS[1]), Table::from(&population));
    table.leave_work();
    let (mut of_records, mut has_been_joined) = (0, false);
    for i in 0..4_000 {
        let phone_number = format!("+9{}", i * 7 % 3_600);
        let later = Contact { phone_number: phone_number.clone(), ..of(i).clone() };
        assert_eq!(table.merge(later.clone()), in_columns.merge(later));
        if i % 9 == 0 {
            assert!(table.remove(&phone_number) && in_columns.remove(&phone_number));
        }
        of_records = of_records.max(table.newer.iter().filter(|level| level.is_of_records()).count());
        has_been_joined |= table.newer.iter().any(|level| !level.is_of_records() && level.contacts() > 3_000);
        assert!(table.newer.len() <= 18, "{i}");
    }
    assert!(of_records > 15 && has_been_joined, "{of_records}");
    assert!(table.contacts().eq(in_columns.contacts()));
    assert!((0..3_600).all(|i| table.get(&format!("+9{i}")) == in_columns.get(&format!("+9{i}"))));
}

#[test]
fn a_snapshot_shares_what_is_not_changed() {
    let before = table(&few(), LAYOUTS[0]);
    let mut after = before.clone();
    assert!(after.remove("+10003"));
    after.merge(Contact { phone_number: "+10005".into(), carrier: Some("Gamma".into()), ..Contact::default() });
    assert!(std::ptr::eq(before.base.segments(), after.base.segments()));
    assert_eq!((before.len(), after.len()), (256, 255));
    let carrier = |table: &Table| table.get("+10005").unwrap().carrier;
    assert_eq!((carrier(&before).as_deref(), carrier(&after).as_deref()), (Some("alphabet"), Some("Gamma")));
}

#[test]
fn single_contacts_stand_in_columns_where_they_are_let() {
    let contact = |(phone_number, list_id): (&str, i64)| Contact {
        phone_number: phone_number.into(),
        memberships: vec![Membership { list_id: Some(list_id), ..Membership::default() }],
        ..Contact::default()
    };
    let population: Population = [("+1", 1), ("+2", 2), ("+3", 2)].map(contact).into_iter().collect();
    let none = usize::MAX;
    for (layout, segments, overflow) in
        [((1, 1), 2, 0), ((2, none), 1, 1), ((none, 1), 1, 0), ((none, 4), 0, 3), ((none, none), 0, 3)]
    {
        let table = table(&population, layout);
        assert_eq!((table.base.segments().len(), table.base.overflow().len()), (segments, overflow), "{layout:?}");
    }
}

#[test]
fn whoever_is_on_more_lists_than_a_segment_has_slots_is_asked_by_themselves() {
    for (lists, segments, overflow) in [(16, 1, 0), (17, 0, 1)] {
        let membership = |list| Membership { list_id: Some(list), ..Membership::default() };
        let memberships = (0..lists).map(membership).collect();
        let population: Population =
            [Contact { phone_number: "+1".into(), memberships, ..Contact::default() }].into_iter().collect();
        for layout in [(1, 1), (usize::MAX, 1)] {
            let table = table(&population, layout);
            assert_eq!(
                (table.base.segments().len(), table.base.overflow().len()),
                (segments, overflow),
                "{lists}: {layout:?}"
            );
        }
    }
}

#[cfg(feature = "parquet")]
#[test]
fn what_was_taken_back_leaves_nothing_in_a_table() {
    use super::shard::Shard;

    let contact = |i: i64| Contact {
        phone_number: "+1".into(),
        carrier: Some(format!("C{i}")),
        memberships: vec![Membership {
            list_id: Some(i),
            click_count: i as u64,
            signup_method: Some(format!("by {i}")),
            custom_fields: [(format!("c{i}"), Value::from(&*format!("v{i}")))].into(),
            ..Membership::default()
        }],
        ..Contact::default()
    };
    let table = |taken_back: bool| {
        let mut shard = Shard::default();
        if taken_back {
            shard.push(&contact(2)).unwrap();
            shard.truncate(0, 0, 0..1);
        }
        shard.push(&contact(1)).unwrap();
        let mut shards = Shards::from(shard);
        assert_eq!(shards.custom_keys().collect::<Vec<_>>(), ["c1"]);
        shards.close();
        TableBuilder { shards, ..TableBuilder::default() }.in_columns_from(1, 1).build()
    };
    let (clean, other) = (table(false), table(true));
    assert_eq!(other.cells().columns(), clean.cells().columns());
    for ((id, column), (_, of_clean)) in other.base.columns().columns.iter().zip(&clean.base.columns().columns) {
        assert_eq!(column.domain.keys(), of_clean.domain.keys(), "{id:?}");
    }
    assert_eq!(other.get("+1"), clean.get("+1"));
}

#[cfg(feature = "records")]
#[test]
fn columns_are_appended_up_to_the_most_custom_fields() {
    let shards = |from: usize, keys: &[&str]| {
        let mut shards = Shards::default();
        for (at, key) in keys.iter().enumerate() {
            shards.push(&Contact {
                phone_number: format!("+{}", from + at),
                memberships: vec![Membership {
                    custom_fields: [((*key).to_owned(), Value::from(&*format!("{key} of {}", from + at)))].into(),
                    ..Membership::default()
                }],
                ..Contact::default()
            });
        }
        shards
    };
    let mut builder = TableBuilder::default().in_columns_from(1, 1);
    for (from, keys, taken) in [
        (10, &["a", "b", "a"][..], true),
        (20, &["b", "c"], true),
        (30, &["a", "d"], false),
        (40, &["c", "b", "a"], true),
        (50, &[], true),
    ] {
        assert_eq!(builder.append(shards(from, keys), 3), taken, "{keys:?}");
    }
    let table = builder.build();
    assert_eq!(table.len(), 8);
    for (phone_number, key) in [("+10", "a"), ("+11", "b"), ("+12", "a"), ("+20", "b"), ("+21", "c"), ("+42", "a")] {
        let contact = table.get(phone_number).unwrap();
        let value = Value::from(&*format!("{key} of {}", &phone_number[1..]));
        assert_eq!(contact.memberships[0].custom_fields, [(key.to_owned(), value)].into(), "{phone_number}");
    }
}
