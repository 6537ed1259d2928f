//! Memberships, contacts and whole populations.

use std::collections::BTreeMap;

use proptest::collection::{SizeRange, btree_map, vec};
use proptest::option;
use proptest::prelude::*;

use super::circumstances::instants;
use super::values::{counts, custom_keys, list_ids, numbers, texts, values};
use crate::contact::{Contact, Membership};
use crate::number::Number;
use crate::population::Population;

/// Any membership: on a list or on none, active or not, each of its values there or not.
pub fn memberships() -> BoxedStrategy<Membership> {
    let fields = btree_map(custom_keys().prop_map(|key| key.as_str().to_owned()), values(), 0..4);
    let counts = (counts(), counts(), counts());
    let amounts = (
        prop_oneof![Just(Number::default()), numbers()],
        option::weighted(0.3, numbers()),
        option::weighted(0.2, any::<bool>()),
    );
    let instants = || option::of(instants());
    let times = (instants(), instants(), instants(), instants());
    let texts = (option::of(texts()), option::of(texts()));
    // Shrinks to the active ones.
    let inactive = prop::bool::weighted(0.2);
    (option::weighted(0.9, list_ids()), any::<bool>(), inactive, fields, counts, amounts, times, texts)
        .prop_map(|(list_id, in_workflow, inactive, custom_fields, counts, amounts, times, texts)| Membership {
            list_id,
            active: !inactive,
            in_workflow,
            custom_fields,
            send_count: counts.0,
            click_count: counts.1,
            conversion_count: counts.2,
            revenue_total: amounts.0,
            avg_revenue: amounts.1,
            has_revenue: amounts.2,
            last_clicked_at: times.0,
            last_sent_at: times.1,
            signup_date: times.2,
            last_revenue_at: times.3,
            signup_method: texts.0,
            list_number: texts.1,
        })
        .boxed()
}

/// Any record of a contact with up to three memberships, of one of eight contacts most often.
pub fn contacts() -> BoxedStrategy<Contact> {
    let phone_numbers =
        prop_oneof![8 => (0..8).prop_map(|n| format!("+{n}")), 1 => texts().prop_map(|text| format!("+{text}"))];
    let described = (option::of(texts()), option::of(texts()), option::of(texts()));
    let flags = (option::of(any::<bool>()), option::of(any::<bool>()));
    (phone_numbers, described, flags, vec(memberships(), 0..4))
        .prop_map(|(phone_number, texts, flags, memberships)| Contact {
            phone_number,
            carrier: texts.0,
            line_type: texts.1,
            timezone: texts.2,
            is_valid: flags.0,
            on_dnc: flags.1,
            memberships: a_list_once(memberships),
        })
        .boxed()
}

/// The memberships, the last of each list: a record names a list once.
pub(super) fn a_list_once(memberships: Vec<Membership>) -> Vec<Membership> {
    let by_list: BTreeMap<_, _> = memberships.into_iter().map(|membership| (membership.list_id, membership)).collect();
    by_list.into_values().collect()
}

/// So many records, several of them of the same contacts and lists.
pub fn records(number: impl Into<SizeRange>) -> BoxedStrategy<Vec<Contact>> {
    vec(contacts(), number).boxed()
}

/// The population of so many [`records`]: those of one contact are one contact, on several lists.
///
/// ```
/// use headcount::strategies::{audiences, evaluations, populations};
/// use proptest::test_runner::TestRunner;
///
/// let cases = (audiences(), populations(0..12), evaluations());
/// TestRunner::default().run(&cases, |(audience, population, cx)| {
///     let matcher = audience.matcher(&cx);
///     for contact in population.contacts() {
///         proptest::prop_assert_eq!(matcher.matches(contact), audience.contains(contact, &cx));
///     }
///     Ok(())
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn populations(records: impl Into<SizeRange>) -> BoxedStrategy<Population> {
    self::records(records).prop_map(Population::from_iter).boxed()
}
