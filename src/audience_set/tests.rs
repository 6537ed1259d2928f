//! Numbers, sharing, and what is left after many changes; that answers are right is law 3.

use super::*;
use crate::contact::{Contact, Membership};
use crate::filter::Filter;

fn cx() -> EvalContext {
    EvalContext::at("2025-11-15T12:00:00Z".parse().unwrap())
}

fn audience(filter: &str) -> Audience {
    Audience::of(filter.parse().unwrap())
}

fn set_of(filters: &[&str]) -> AudienceSet {
    let audiences: Vec<Audience> = filters.iter().map(|filter| audience(filter)).collect();
    AudienceSet::new(&audiences, &cx())
}

fn contact(click_count: u64) -> Contact {
    let membership = Membership { click_count, ..Membership::default() };
    Contact { phone_number: "+1".into(), memberships: vec![membership], ..Contact::default() }
}

#[track_caller]
fn assert_matching(set: &AudienceSet, contact: &Contact, expected: &[usize]) {
    assert_eq!(set.matching(contact).iter().collect::<Vec<_>>(), expected);
    let mut in_batch = Vec::new();
    set.matching_each([contact, contact], |matching| in_batch.push(matching.iter().collect::<Vec<_>>()));
    assert_eq!(in_batch, [expected, expected]);
}

#[test]
fn numbers_are_places_and_are_given_again() {
    let mut set = set_of(&["click_count > 0", "click_count > 0", "click_count > 5"]);
    assert_matching(&set, &contact(3), &[0, 1]);
    assert!(set.remove(0) && !set.remove(0) && !set.remove(3) && !set.contains(0));
    assert_eq!(set.len(), 2);
    assert_matching(&set, &contact(3), &[1]);
    assert!(!set.replace(0, &audience("is_valid")), "nobody has this number");
    assert!(set.replace(2, &audience("click_count < 5")));
    assert_matching(&set, &contact(3), &[1, 2]);
    assert_eq!(set.insert(&audience("click_count = 3")), 0);
    assert_eq!(set.insert(&audience("click_count = 4")), 3);
    assert_matching(&set, &contact(3), &[0, 1, 2]);
    assert_eq!((set.len(), set.is_empty()), (4, false));
}

#[test]
fn everybody_and_nobody_are_audiences() {
    let mut set = set_of(&["phone_number exists", "click_count < 0", "click_count >= 0 and click_count > 0"]);
    assert_matching(&set, &contact(0), &[0]);
    assert!(set.contains(1) && set.remove(1) && set.remove(0));
    assert_matching(&set, &contact(1), &[2]);
    let nobody_there = Contact { memberships: Vec::new(), ..contact(0) };
    assert_matching(&set_of(&["phone_number exists"]), &nobody_there, &[]);
    assert_matching(&AudienceSet::new([], &cx()), &contact(0), &[]);
}

/// Audiences that are equal but for the order of their conditions are one node, and those that begin alike share it.
#[test]
fn equal_parts_are_there_once() {
    let one = "on_dnc and carrier = 'a' and click_count > 3";
    let set = set_of(&[one, "click_count > 3 and on_dnc and carrier = 'a'", one]);
    let gates = |set: &AudienceSet| set.graph.gates();
    assert_eq!(gates(&set), 2);
    assert_eq!(set.predicates.len(), 3);
    assert_eq!(gates(&set_of(&[one, "on_dnc and carrier = 'a' and last_sent_at exists or in_workflow"])), 4);
}

#[test]
fn what_nobody_needs_any_more_goes_sometime() {
    let mut set = set_of(&["click_count > 3 and on_dnc"]);
    for round in 0..20_000_u64 {
        let number = set.insert(&audience(&format!("click_count = {round} and send_count = {round}")));
        assert_eq!(number, 1);
        assert!(set.remove(number));
    }
    assert!(set.graph.gates() < 5_000 && set.predicates.len() < 10_000, "{}", set.graph.gates());
    let on_dnc = Contact { on_dnc: Some(true), ..contact(4) };
    assert_matching(&set, &on_dnc, &[0]);
    assert_eq!(set.insert(&audience("click_count = 4 and on_dnc")), 1);
    assert_matching(&set, &on_dnc, &[0, 1]);
}

/// As many conditions as a filter may have, joined and nested in every way.
#[test]
fn long_and_deep_filters_are_asked() {
    let conditions: Vec<String> = (0..5_000).map(|n| format!("send_count != {n}")).collect();
    let all = conditions.join(" and ");
    let any = (0..5_000).map(|n| format!("(click_count = {n} and on_dnc)")).collect::<Vec<_>>().join(" or ");
    let mut deep = String::from("click_count > 3");
    for level in 0..60 {
        deep = format!("send_count = {level} {} ({deep})", if level % 2 == 0 { "or" } else { "and" });
    }
    let set = set_of(&[&all, &any, &deep]);
    let filters = [&all, &any, &deep].map(|filter| filter.parse::<Filter>().unwrap());
    for (clicks, sends, on_dnc) in [(0, 5_000, true), (4, 59, false), (4_999, 1, true), (5_000, 58, false)] {
        let mut contact = contact(clicks);
        contact.memberships[0].send_count = sends;
        contact.on_dnc = Some(on_dnc);
        let expected: Vec<usize> =
            (0..3).filter(|at| filters[*at].matches(&contact, &contact.memberships[0], &cx())).collect();
        assert_matching(&set, &contact, &expected);
        let nobody = Contact { memberships: Vec::new(), ..contact.clone() };
        assert_eq!(set.changes(&nobody, &contact).entered, expected);
        assert_eq!(set.changes(&contact, &nobody).left, expected);
    }
}

/// More audiences than are worked out at a time, with groups that some of them share, few of them or nobody; asked as is done at
/// first, and as is done of a set that was asked before.
#[test]
fn however_many_audiences_there_are_each_is_asked() {
    let filter = |i: usize| {
        let (clicks, sends) = (i % 50, i % 30);
        format!(
            "(click_count > {clicks} or send_count > {sends}) and (click_count < {i} or on_dnc or send_count = {clicks})"
        )
    };
    let filters: Vec<Filter> = (0..9_000).map(|i| filter(i).parse().unwrap()).collect();
    let audiences: Vec<Audience> = filters.iter().cloned().map(Audience::of).collect();
    let mut set = AudienceSet::new(&audiences, &cx());
    assert!(set.remove(4_100));
    let contacts: Vec<Contact> = [(0, 7, false), (40, 0, false), (4_500, 31, false), (3, 3, true)]
        .map(|(clicks, sends, on_dnc)| {
            let mut contact = contact(clicks);
            contact.memberships[0].send_count = sends;
            Contact { on_dnc: Some(on_dnc), ..contact }
        })
        .into();
    let expected: Vec<Vec<usize>> = contacts
        .iter()
        .map(|contact| {
            let matches = |at: &usize| *at != 4_100 && filters[*at].matches(contact, &contact.memberships[0], &cx());
            (0..9_000).filter(matches).collect()
        })
        .collect();
    for _ in 0..4 {
        for (contact, expected) in contacts.iter().zip(&expected) {
            assert!(set.matching(contact).iter().eq(expected.iter().copied()));
        }
        for (former, contact) in contacts.iter().zip(&contacts[1..]) {
            assert_eq!(set.changes(former, contact), set.matching(contact).changes_since(&set.matching(former)));
        }
    }
    let mut in_batch = Vec::new();
    set.matching_each(&contacts, |matching| in_batch.push(matching.iter().collect::<Vec<_>>()));
    assert_eq!(in_batch, expected);
}

/// More memberships than are asked at a time.
#[test]
fn somebody_on_many_lists_is_asked_in_a_batch_as_alone() {
    let set =
        set_of(&["click_count = 700", "list = 3", "click_count@699 = 699 and click_count = 1", "click_count > 999"]);
    let membership =
        |list: u64| Membership { list_id: Some(list.cast_signed()), click_count: list, ..Membership::default() };
    let contact = Contact { memberships: (0..1_000).map(membership).collect(), ..contact(0) };
    assert_matching(&set, &contact, &[0, 1, 2]);
    assert_eq!(set.matching_by_membership(&contact).len(), 1_000);
    let other = Contact { memberships: contact.memberships[..700].to_vec(), ..contact.clone() };
    let changes = set.changes(&contact, &other);
    assert_eq!((changes.entered, changes.left), (vec![], vec![0]));
}

#[test]
fn a_set_can_be_asked_by_several_threads() {
    let set = set_of(&["click_count > 3", "click_count > 5 and is_valid"]);
    std::thread::scope(|scope| {
        for clicks in 0..8 {
            let set = &set;
            scope.spawn(move || {
                let expected = usize::from(clicks > 3) + usize::from(clicks > 5);
                (0..1_000).for_each(|_| assert_eq!(set.matching(&contact(clicks)).len(), expected));
            });
        }
    });
}
