//! A contact on very many lists: a membership on a list is found by its list, not by looking at each.

use std::time::{Duration, Instant};

use headcount::{
    Audience, Contact, EvalContext, Membership, Population, Semantics, Table,
    analysis::{Confidence, SampleBuilder, SampleSize},
    semantics::Unit,
};

/// Optimised, as many as it took minutes for; a debug build takes its time over every membership, and has fewer.
const LISTS: usize = if cfg!(debug_assertions) { 2_000 } else { 100_000 };

#[track_caller]
fn soon<T>(run: impl FnOnce() -> T) -> T {
    const PATIENCE: Duration = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 5 });
    let start = Instant::now();
    let done = run();
    assert!(start.elapsed() < PATIENCE, "took {:?}", start.elapsed());
    done
}

fn contact() -> Contact {
    let membership = |list: usize| Membership {
        list_id: Some(list as i64),
        click_count: (list % 7) as u64,
        ..Membership::default()
    };
    Contact { phone_number: "+1".into(), memberships: (0..LISTS).map(membership).collect(), ..Contact::default() }
}

#[test]
fn somebody_on_many_lists_is_asked_soon() {
    let contact = contact();
    let at = EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap());
    let cx = at.with(Semantics { unit: Unit::Memberships, ..Semantics::default() });
    let population = Population::from_iter([contact.clone()]);
    let table: Table = [&contact].into_iter().collect();
    let mut sampled = SampleBuilder::new(SampleSize::Contacts(1), 1);
    sampled.push(contact.clone());
    let sample = sampled.build();
    for (text, expected) in [
        ("list = 5", LISTS),
        ("list = -5", 0),
        ("list not in [-5, -6]", LISTS),
        ("click_count@5 >= 5 and click_count@6 >= 6", LISTS),
        ("click_count@6 > 6 or click_count@-1 >= 0", 0),
    ] {
        let audience = Audience::of(text.parse().unwrap());
        let is_in = expected > 0;
        assert_eq!(soon(|| audience.contains(&contact, &cx)), is_in, "{text}");
        assert_eq!(soon(|| audience.matcher(&cx).matching_memberships(&contact)), expected, "{text}");
        assert_eq!(soon(|| population.size(&audience, &cx)).value, expected as u64, "{text}");
        assert_eq!(soon(|| table.size(&audience, &cx)).value, expected as u64, "{text}");
        assert_eq!(soon(|| table.sizes([&audience], &cx))[0].value, expected as u64, "{text}");
        assert_eq!(soon(|| table.members(&audience, &cx).len()), usize::from(is_in), "{text}");
        assert_eq!(soon(|| table.breakdown(&audience, &cx)).size.value, expected as u64, "{text}");
        assert_eq!(soon(|| sample.estimate(&audience, &cx, Confidence::default())).found, u64::from(is_in), "{text}");
        let explanation = soon(|| audience.explain(&contact, &cx).to_string());
        // One line a membership and condition, each as long as what was asked for.
        assert!(explanation.len() < 200 * LISTS, "{text}: {}", explanation.len());
    }
    let audience = Audience::of("last_clicked_at within 30 days or last_sent_at@5 within 7 days".parse().unwrap());
    let timeline = soon(|| table.timeline(&audience, &cx, cx.now + chrono::TimeDelta::days(7)));
    assert_eq!((timeline.first(), timeline.changes().len()), (0, 0));
}
