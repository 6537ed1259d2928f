//! Memberships, contacts and whole populations.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use proptest::collection::{SizeRange, btree_map, vec};
use proptest::option;
use proptest::prelude::*;

use super::circumstances::instants;
use super::scope::FieldScope;
use super::values::{counts, numbers, texts, values};
use crate::catalogue::{AmountField, CountField, FlagField, Owner, TextField, TimeField};
use crate::contact::{Contact, Membership};
use crate::number::Number;
use crate::population::Population;

/// A value for each of some fields, or none.
pub(super) fn for_each<F: Copy + std::fmt::Debug + 'static, T: Clone + std::fmt::Debug + 'static>(
    fields: Vec<F>,
    values: BoxedStrategy<T>,
    weight: f64,
) -> BoxedStrategy<Drawn<F, T>> {
    let each: Vec<_> = fields
        .into_iter()
        .map(|field| option::weighted(weight, values.clone()).prop_map(move |value| Some((field, value?))))
        .collect();
    each.prop_map(|drawn| drawn.into_iter().flatten().collect()).boxed()
}

/// Some fields, each with a value.
pub(super) type Drawn<F, T> = Vec<(F, T)>;

/// The texts and flags of a contact, or of a membership.
fn described(owner: Owner, scope: &FieldScope) -> BoxedStrategy<(Drawn<TextField, String>, Drawn<FlagField, bool>)> {
    let of_owner = |field: &TextField| field.owner() == owner && *field != TextField::PhoneNumber;
    let text_fields = scope.among(TextField::ALL).into_iter().filter(of_owner).collect();
    let flag_fields = scope.among(FlagField::ALL).into_iter().filter(|field| field.owner() == owner).collect();
    (for_each(text_fields, texts(), 0.5), for_each(flag_fields, any::<bool>().boxed(), 0.4)).boxed()
}

/// A membership with these values.
pub(super) fn with_values(
    mut membership: Membership,
    times: Drawn<TimeField, DateTime<Utc>>,
    counts: Drawn<CountField, u64>,
    amounts: Drawn<AmountField, Number>,
    (texts, flags): (Drawn<TextField, String>, Drawn<FlagField, bool>),
) -> Membership {
    times.into_iter().for_each(|(field, instant)| field.set(&mut membership, instant));
    counts.into_iter().for_each(|(field, count)| field.set(&mut membership, count));
    amounts.into_iter().for_each(|(field, amount)| field.set(&mut membership, amount));
    let nobody = &mut Contact::default();
    texts.into_iter().for_each(|(field, text)| field.set(nobody, &mut membership, text));
    flags.into_iter().for_each(|(field, flag)| field.set(nobody, &mut membership, flag));
    membership
}

/// Any membership: on a list or on none, active or not, each of its values there or not.
pub fn memberships() -> BoxedStrategy<Membership> {
    memberships_in(&FieldScope::default())
}

/// Any membership that has no other values than a scope has.
pub(super) fn memberships_in(scope: &FieldScope) -> BoxedStrategy<Membership> {
    let fields = match scope.keys() {
        Some(keys) => btree_map(keys.prop_map(|key| key.as_str().to_owned()), values(), 0..4).boxed(),
        None => Just(BTreeMap::new()).boxed(),
    };
    let counts = for_each(scope.among(CountField::ALL), counts(), 0.9);
    let amounts = for_each(scope.among(AmountField::ALL), numbers(), 0.4);
    let times = for_each(scope.among(TimeField::ALL), instants(), 0.5);
    let list = match scope.list_ids() {
        Some(lists) => option::weighted(0.9, lists).boxed(),
        None => Just(None).boxed(),
    };
    // Shrinks to the active ones.
    let inactive = prop::bool::weighted(0.2);
    (list, inactive, fields, counts, amounts, times, described(Owner::Membership, scope))
        .prop_map(|(list_id, inactive, custom_fields, counts, amounts, times, (texts, flags))| {
            let membership = Membership { list_id, active: !inactive, custom_fields, ..Membership::default() };
            with_values(membership, times, counts, amounts, (texts, flags))
        })
        .boxed()
}

/// Any record of a contact with up to three memberships, of one of eight contacts most often.
pub fn contacts() -> BoxedStrategy<Contact> {
    contacts_in(&FieldScope::default())
}

/// Any record of a contact that has no other values than a scope has.
pub(super) fn contacts_in(scope: &FieldScope) -> BoxedStrategy<Contact> {
    let phone_numbers =
        prop_oneof![8 => (0..8).prop_map(|n| format!("+{n}")), 1 => texts().prop_map(|text| format!("+{text}"))];
    (phone_numbers, described(Owner::Contact, scope), vec(memberships_in(scope), 0..4))
        .prop_map(|(phone_number, (texts, flags), memberships)| {
            let memberships = a_list_once(memberships);
            let mut contact = Contact { phone_number, memberships, ..Contact::default() };
            let nothing = &mut Membership::default();
            texts.into_iter().for_each(|(field, text)| field.set(&mut contact, nothing, text));
            flags.into_iter().for_each(|(field, flag)| field.set(&mut contact, nothing, flag));
            contact
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
/// use headcount::testing::{audiences, evaluations, populations};
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
