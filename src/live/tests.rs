//! Order, partial advances and edits in the midst of an instant; that sizes and events are right is law 7.

use chrono::TimeDelta;

use super::*;
use crate::contact::{Contact, Membership};

const NOW: &str = "2025-11-15T12:00:00Z";

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn audience(name: &str, filter: &str) -> Audience {
    Audience { id: Some(name.to_owned()), ..Audience::of(filter.parse().unwrap()) }
}

fn clicked(phone_number: &str, at: &str) -> Contact {
    let membership = Membership { last_clicked_at: Some(instant(at)), click_count: 1, ..Membership::default() };
    Contact { phone_number: phone_number.to_owned(), memberships: vec![membership], ..Contact::default() }
}

fn live(contacts: impl IntoIterator<Item = Contact>, audiences: &[(&str, &str)]) -> Live {
    let audiences = audiences.iter().map(|(name, filter)| audience(name, filter));
    Live::new(contacts.into_iter().collect(), audiences, &EvalContext::at(instant(NOW))).unwrap()
}

/// Events as short lines: `at audience phone_number event cause`, the instant as the time since noon.
fn lines(events: impl Iterator<Item = Event>) -> Vec<String> {
    let line = |event: Event| {
        let Event { at, audience, phone_number, event, cause } = event;
        let since = (at - instant(NOW)).num_microseconds().unwrap();
        format!("{since} {audience} {phone_number} {event:?} {cause:?}")
    };
    events.map(line).collect()
}

#[test]
fn what_time_does_at_one_instant_is_told_by_audience_and_then_by_phone_number() {
    let at = "2025-11-15T11:00:00Z";
    let contacts = ["+2", "é", "+10", "a phone", "+1"].map(|phone_number| clicked(phone_number, at));
    let mut live =
        live(contacts, &[("b", "last_clicked_at within 2 hours"), ("a", "last_clicked_at before 2 hours ago")]);
    let events = lines(live.advance(instant("2025-11-16T00:00:00Z")).unwrap());
    let hour = 3_600_000_001_i64;
    let expected = |audience: &str, event: &str| {
        ["+1", "+10", "+2", "a phone", "é"].map(|phone| format!("{hour} {audience} {phone} {event} Time")).to_vec()
    };
    assert_eq!(events, [expected("b", "Left"), expected("a", "Entered")].concat());
    assert_eq!(live.now(), instant("2025-11-16T00:00:00Z"));
}

#[test]
fn events_that_are_not_taken_come_before_all_later_ones() {
    let mut live = live([clicked("+1", "2025-11-15T11:00:00Z")], &[("recent", "last_clicked_at within 2 hours")]);
    // The clock moves to the update; what time does on the way is told first.
    _ = live.apply(clicked("+2", "2025-11-15T13:00:00Z"), instant("2025-11-15T14:00:00Z")).unwrap();
    assert_eq!(live.size("recent").unwrap().value, 1);
    assert_eq!(live.events().next().unwrap().phone_number, "+1");
    let events = lines(live.remove("+2", instant(NOW)));
    let two_hours = 7_200_000_000_i64;
    assert_eq!(
        events,
        [
            format!("{two_hours} recent +2 Entered Update"),
            // What comes late is applied now.
            format!("{two_hours} recent +2 Left Update"),
        ]
    );
    assert_eq!(live.events().count(), 0);
}

/// A hundred contacts who all leave at one instant, half of whom are asked when something happens.
fn half_asked() -> Live {
    let contacts = (100..200).map(|number| clicked(&format!("+{number}"), "2025-11-15T11:00:00Z"));
    let mut live = live(contacts, &[("recent", "last_clicked_at within 2 hours"), ("all", "click_count > 0")]);
    assert_eq!(live.advance_some(instant("2025-11-16T00:00:00Z"), 50).unwrap().count(), 0);
    assert_eq!(live.now(), instant("2025-11-15T13:00:00Z"), "a microsecond before");
    assert_eq!(live.size("recent").unwrap().value, 100);
    live
}

#[test]
fn contacts_change_in_the_midst_of_an_instant() {
    let mut live = half_asked();
    let now = live.now();
    // Two who have been asked and two who have not: some stay longer, some go for another reason.
    for phone_number in ["+101", "+181"] {
        assert_eq!(live.apply(clicked(phone_number, "2025-11-15T11:30:00Z"), now).unwrap().count(), 0);
    }
    for phone_number in ["+102", "+182"] {
        assert_eq!(live.remove(phone_number, now).count(), 2);
    }
    // And two who come: one of whom would have been asked already.
    for phone_number in ["+100a", "+1009", "+300"] {
        assert_eq!(live.apply(clicked(phone_number, "2025-11-15T11:00:00Z"), now).unwrap().count(), 2);
    }
    assert_eq!(live.size("recent").unwrap().value, 101);
    let events = lines(live.advance(instant("2025-11-15T13:00:00.000001Z")).unwrap());
    let mut left: Vec<String> = (100..200).map(|number| format!("+{number}")).collect();
    left.retain(|phone| !["+101", "+181", "+102", "+182"].contains(&phone.as_str()));
    left.extend(["+100a", "+1009", "+300"].map(str::to_owned));
    left.sort();
    assert_eq!(events, left.iter().map(|phone| format!("3600000001 recent {phone} Left Time")).collect::<Vec<_>>());
    assert_eq!(live.size("recent").unwrap().value, 2);
    let events = lines(live.advance(instant("2025-11-16T00:00:00Z")).unwrap());
    assert_eq!(events, ["+101", "+181"].map(|phone| format!("5400000001 recent {phone} Left Time")));
}

#[test]
fn audiences_change_in_the_midst_of_an_instant() {
    let mut live = half_asked();
    assert_eq!(live.remove_audience("all").unwrap().count(), 100);
    assert_eq!(live.insert_audience(audience("old", "last_clicked_at before 2 hours ago")).unwrap().count(), 0);
    assert_eq!(live.replace_audience("recent", audience("_", "last_clicked_at within 1 hour")).unwrap().count(), 100);
    assert_eq!(live.audiences().map(|(name, _)| name).collect::<Vec<_>>(), ["recent", "old"]);
    let events = lines(live.advance(instant("2025-11-16T00:00:00Z")).unwrap());
    assert_eq!(events.len(), 100);
    assert_eq!(events[99], "3600000001 old +199 Entered Time");
}

#[test]
fn whoever_goes_back_in_time_or_names_nobody_changes_nothing() {
    let mut live = half_asked();
    let now = live.now();
    for (found, expected) in [
        (
            live.advance(now - TimeDelta::microseconds(1)).map(Iterator::count),
            "invalid_value at /at: expected an instant from 2025-11-15T13:00:00Z on, found 2025-11-15T12:59:59.999999Z",
        ),
        (
            live.apply(clicked("", NOW), instant("2025-12-01T00:00:00Z")).map(Iterator::count),
            "invalid_value at /phone_number: key `phone_number`: a record needs a `phone_number`, and this one is empty",
        ),
        (
            live.insert_audience(audience("all", "on_dnc")).map(Iterator::count),
            "duplicate_key at /id: two audiences have the name `all`: give each an `id` of its own",
        ),
        (
            live.replace_audience("al", audience("all", "on_dnc")).map(Iterator::count),
            "invalid_value at /audience: no audience has the name `al`, did you mean `all`?",
        ),
        (
            live.remove_audience("nobody").map(Iterator::count),
            "invalid_value at /audience: no audience has the name `nobody`",
        ),
    ] {
        assert_eq!(found.unwrap_err().to_string(), expected);
    }
    assert_eq!((live.now(), live.sizes().map(|(_, size)| size.value).collect::<Vec<_>>()), (now, vec![100, 100]));
    assert_eq!(live.events().count(), 0);
}

#[test]
fn audiences_without_id_and_name_go_by_their_place() {
    let named = Audience { name: Some("named".into()), ..audience("_", "on_dnc") };
    let unnamed = || Audience::of("click_count > 0".parse().unwrap());
    let audiences = [unnamed(), Audience { id: None, ..named }, unnamed()];
    let mut live = Live::new(Table::default(), audiences, &EvalContext::at(instant(NOW))).unwrap();
    let names = |live: &Live| live.sizes().map(|(name, _)| name.to_owned()).collect::<Vec<_>>();
    assert_eq!(names(&live), ["0", "named", "2"]);
    assert_eq!(live.remove_audience("named").unwrap().count(), 0);
    _ = live.insert_audience(unnamed()).unwrap();
    _ = live.insert_audience(unnamed()).unwrap();
    assert_eq!(names(&live), ["0", "1", "2", "3"]);
    assert_eq!(live.apply(clicked("+1", NOW), instant(NOW)).unwrap().count(), 4);
    assert_eq!((live.audiences_of("+1"), live.audiences_of("+2")), (vec!["0", "1", "2", "3"], vec![]));
}

/// A window that is longer than all before it looks at instants that nobody has looked at.
#[test]
fn a_longer_window_comes_later_and_goes() {
    let contacts = ["2025-11-10T00:00:00Z", "2025-11-14T13:00:00Z", "2025-11-15T11:00:00Z"];
    let contacts = contacts.iter().zip(["+1", "+2", "+3"]).map(|(at, phone)| clicked(phone, at));
    let mut live = live(contacts, &[("day", "last_clicked_at within 1 day")]);
    assert_eq!(live.insert_audience(audience("week", "last_clicked_at within 7 days")).unwrap().count(), 3);
    assert_eq!(live.advance(instant("2025-11-15T13:00:00.000001Z")).unwrap().count(), 1);
    _ = live.remove_audience("week").unwrap();
    assert_eq!(live.insert_audience(audience("week", "last_clicked_at within 7 days")).unwrap().count(), 3 + 3);
    let events = lines(live.advance(instant("2026-11-15T00:00:00Z")).unwrap());
    assert_eq!(events.len(), 4);
    assert_eq!(live.sizes().map(|(_, size)| size.value).collect::<Vec<_>>(), [0, 0]);
    assert_eq!(live.schedule.next(live.clock), None);
}

#[test]
fn a_field_that_nobody_asks_any_more_makes_place_for_another() {
    let mut live = live([clicked("+1", NOW)], &[("clicked", "last_clicked_at within 1 day")]);
    for key in 0..100 {
        let audience = audience("seen", &format!("custom.seen_{key} within 1 day or last_clicked_at within 1 day"));
        assert_eq!(live.insert_audience(audience).unwrap().count(), 1);
        assert_eq!(live.remove_audience("seen").unwrap().count(), 1);
    }
    assert_eq!(live.schedule.fields(), 2);
    assert_eq!(live.advance(instant("2025-11-17T00:00:00Z")).unwrap().count(), 1);
}

/// Instants that no audience has still to look at are forgotten, and those of whoever changes do not pile up.
#[test]
fn what_has_passed_takes_no_memory() {
    let contacts = (0..2_000).map(|number| clicked(&format!("+{number}"), "2025-11-01T00:00:00Z"));
    let mut live = live(contacts, &[("day", "last_clicked_at within 1 day")]);
    assert_eq!(live.schedule_bytes(), 0);
    let mut now = instant(NOW);
    for round in 0..20_000 {
        now += TimeDelta::seconds(1);
        let record = clicked(&format!("+{}", round % 500), &now.to_rfc3339());
        _ = live.apply(record, now).unwrap().count();
    }
    assert!(live.schedule_bytes() < 500 * 3 * 16 + 10_000, "{}", live.schedule_bytes());
    assert_eq!(live.advance(now + TimeDelta::days(2)).unwrap().count(), 500);
    assert!(live.schedule_bytes() < 10_000, "{}", live.schedule_bytes());
    // Each is sooner than the one before, and takes its place.
    for second in (0..20_000).rev() {
        let at = live.now() + TimeDelta::days(1) + TimeDelta::seconds(second);
        let now = live.now();
        _ = live.apply(clicked("+1", &at.to_rfc3339()), now).unwrap().count();
    }
    assert!(live.schedule.known_ahead() < 2_000, "{}", live.schedule.known_ahead());
}

#[test]
fn the_table_is_kept_up_beside_changes() {
    let mut live = live([], &[("often", "click_count > 0")]);
    assert!(live.begin_upkeep().is_none(), "there is nothing to do yet");
    let change = |live: &mut Live, numbers: std::ops::Range<usize>| {
        numbers.for_each(|number| _ = live.apply(clicked(&format!("+{number}"), NOW), instant(NOW)).unwrap().count());
    };
    change(&mut live, 0..5_000);
    let mut begun = live.begin_upkeep();
    assert!(begun.is_some());
    let mut rounds = 0;
    while let Some(mut upkeep) = begun {
        // Of those that were there, and of others; then of others alone.
        change(&mut live, 3_500 + 1_600 * rounds.min(1)..5_400);
        upkeep.work();
        begun = live.end_upkeep(upkeep);
        rounds += 1;
    }
    assert_eq!(rounds, 2);
    assert_eq!((live.table().len(), live.size("often").unwrap().value), (5_400, 5_400));
    assert_eq!(live.members("often").unwrap().len(), 5_400);
    change(&mut live, 5_400..7_000);
    let begun = live.begin_upkeep();
    assert!(begun.is_some() && live.begin_upkeep().is_none(), "one at a time");
    drop(begun);
    let begun = live.begin_upkeep().unwrap();
    let mut other = self::live([], &[]);
    assert!(other.end_upkeep(begun).is_none() && other.table().is_empty(), "it is none of the other's");
    let mut begun = live.begin_upkeep().unwrap();
    begun.work();
    change(&mut live, 7_000..7_001);
    assert!(live.end_upkeep(begun).is_none() && live.begin_upkeep().is_none());
    assert_eq!((live.table().len(), live.size("often").unwrap().value), (7_001, 7_001));
}
