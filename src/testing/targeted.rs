//! Contacts that are aimed at one filter.

use std::collections::BTreeMap;
use std::fmt::Debug;

use proptest::collection::{SizeRange, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::records::{a_list_once, for_each, with_values};
use crate::cases::Collisions;
use crate::catalogue::{AmountField, CountField, FlagField, Owner, TextField, TimeField};
use crate::contact::{Contact, Membership};
use crate::filter::Filter;
use crate::population::Population;
use crate::semantics::EvalContext;

/// Records of contacts whose values stand on a filter's literals, just before and just behind, or are missing, so that
/// its conditions hold about half the time, whatever the filter. What it does not ask is left out.
///
/// ```
/// use headcount::testing::{contacts_for, noon};
/// use headcount::{EvalContext, Filter};
/// use proptest::strategy::{Strategy, ValueTree};
/// use proptest::test_runner::TestRunner;
///
/// let filter: Filter = "custom.plan = 'premium' and last_clicked_at within 45 days".parse()?;
/// let contacts = contacts_for(&filter, &EvalContext::at(noon()));
/// let mut runner = TestRunner::deterministic();
/// let plans = (0..100).flat_map(|_| contacts.new_tree(&mut runner).unwrap().current().memberships);
/// assert!(plans.filter(|on| on.custom_fields.get("plan") == Some(&"premium".into())).count() > 5);
/// # Ok::<(), headcount::Errors>(())
/// ```
pub fn contacts_for(filter: &Filter, cx: &EvalContext) -> BoxedStrategy<Contact> {
    let collisions = Collisions::of(filter, cx);
    // A record without a phone number is none.
    let phone_numbers = collisions.texts.get(&TextField::PhoneNumber).into_iter().flatten();
    let phone_numbers: Vec<String> = phone_numbers.filter(|text| !text.is_empty()).cloned().collect();
    let anybody = (0..8).prop_map(|n| format!("+{n}"));
    let phone_number =
        if phone_numbers.is_empty() { anybody.boxed() } else { prop_oneof![anybody, select(phone_numbers)].boxed() };
    let texts = texts_for(&collisions, Owner::Contact);
    let flags = flags(Owner::Contact);
    (phone_number, texts, flags, vec(membership_for(&collisions), 0..4))
        .prop_map(|(phone_number, texts, flags, memberships)| {
            let memberships = a_list_once(memberships);
            let mut contact = Contact { phone_number, memberships, ..Contact::default() };
            let nothing = &mut Membership::default();
            texts.into_iter().for_each(|(field, text)| field.set(&mut contact, nothing, text));
            flags.into_iter().for_each(|(field, flag)| field.set(&mut contact, nothing, flag));
            contact
        })
        .boxed()
}

/// The population of so many records that are [aimed at a filter](contacts_for).
pub fn populations_for(filter: &Filter, cx: &EvalContext, records: impl Into<SizeRange>) -> BoxedStrategy<Population> {
    vec(contacts_for(filter, cx), records).prop_map(Population::from_iter).boxed()
}

/// One of the values, or none; none where there are none.
fn one_of<T: Clone + Debug + 'static>(values: Option<&Vec<T>>) -> BoxedStrategy<Option<T>> {
    match values {
        None => Just(None).boxed(),
        Some(values) => option::weighted(0.85, select(values.clone())).boxed(),
    }
}

/// For each of some fields one of its values, or none.
fn one_of_each<F: Copy + Ord + Debug + 'static, T: Clone + Debug + 'static>(
    fields: impl IntoIterator<Item = F>,
    values: &BTreeMap<F, Vec<T>>,
) -> BoxedStrategy<Vec<(F, T)>> {
    let each: Vec<_> = fields
        .into_iter()
        .map(|field| one_of(values.get(&field)).prop_map(move |value| Some((field, value?))))
        .collect();
    each.prop_map(|drawn| drawn.into_iter().flatten().collect()).boxed()
}

fn texts_for(collisions: &Collisions, owner: Owner) -> BoxedStrategy<Vec<(TextField, String)>> {
    let of_owner = |field: &TextField| field.owner() == owner && *field != TextField::PhoneNumber;
    one_of_each(TextField::ALL.iter().copied().filter(of_owner), &collisions.texts)
}

fn flags(owner: Owner) -> BoxedStrategy<Vec<(FlagField, bool)>> {
    let fields: Vec<FlagField> = FlagField::ALL.iter().copied().filter(|field| field.owner() == owner).collect();
    for_each(fields, any::<bool>().boxed(), 0.4)
}

fn membership_for(collisions: &Collisions) -> BoxedStrategy<Membership> {
    let times = one_of_each(TimeField::ALL.iter().copied(), &collisions.times);
    let counts = one_of_each(CountField::ALL.iter().copied(), &collisions.counts);
    let amounts = one_of_each(AmountField::ALL.iter().copied(), &collisions.amounts);
    let texts = texts_for(collisions, Owner::Membership);
    let custom: Vec<_> =
        collisions.custom.iter().map(|(key, values)| (Just(key.clone()), one_of(Some(values)))).collect();
    let lists: Vec<i64> = collisions.lists.iter().copied().chain([1, 2]).collect();
    let list = option::weighted(0.9, select(lists));
    let inactive = prop::bool::weighted(0.2);
    (list, inactive, flags(Owner::Membership), times, counts, amounts, texts, custom)
        .prop_map(|(list_id, inactive, flags, times, counts, amounts, texts, custom)| {
            let custom_fields = custom.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
            let membership = Membership { list_id, active: !inactive, custom_fields, ..Membership::default() };
            with_values(membership, times, counts, amounts, (texts, flags))
        })
        .boxed()
}
