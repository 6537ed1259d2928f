//! Contacts that are aimed at one filter.

use proptest::collection::{SizeRange, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::records::a_list_once;
use crate::cases::Collisions;
use crate::catalogue::{AmountField, CountField, TextField, TimeField};
use crate::contact::{Contact, Membership};
use crate::filter::Filter;
use crate::population::Population;
use crate::semantics::EvalContext;

/// Records of contacts whose values stand on a filter's literals, just before and just behind, or are missing, so that
/// its conditions hold about half the time, whatever the filter. What it does not ask is left out.
///
/// ```
/// use headcount::strategies::{contacts_for, noon};
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
    let texts = [TextField::Carrier, TextField::LineType, TextField::Timezone]
        .map(|field| one_of(collisions.texts.get(&field)));
    let flags = (option::of(any::<bool>()), option::of(any::<bool>()));
    (phone_number, texts, flags, vec(membership_for(&collisions), 0..4))
        .prop_map(|(phone_number, [carrier, line_type, timezone], (is_valid, on_dnc), memberships)| Contact {
            phone_number,
            carrier,
            line_type,
            timezone,
            is_valid,
            on_dnc,
            memberships: a_list_once(memberships),
        })
        .boxed()
}

/// The population of so many records that are [aimed at a filter](contacts_for).
pub fn populations_for(filter: &Filter, cx: &EvalContext, records: impl Into<SizeRange>) -> BoxedStrategy<Population> {
    vec(contacts_for(filter, cx), records).prop_map(Population::from_iter).boxed()
}

/// One of the values, or none; none where there are none.
fn one_of<T: Clone + std::fmt::Debug + 'static>(values: Option<&Vec<T>>) -> BoxedStrategy<Option<T>> {
    match values {
        None => Just(None).boxed(),
        Some(values) => option::weighted(0.85, select(values.clone())).boxed(),
    }
}

fn membership_for(collisions: &Collisions) -> BoxedStrategy<Membership> {
    let times = [TimeField::LastClickedAt, TimeField::LastSentAt, TimeField::SignupDate, TimeField::LastRevenueAt]
        .map(|field| one_of(collisions.times.get(&field)));
    let counts = [CountField::SendCount, CountField::ClickCount, CountField::ConversionCount]
        .map(|field| one_of(collisions.counts.get(&field)));
    let amounts =
        [AmountField::RevenueTotal, AmountField::AvgRevenue].map(|field| one_of(collisions.amounts.get(&field)));
    let texts = [TextField::SignupMethod, TextField::ListNumber].map(|field| one_of(collisions.texts.get(&field)));
    let custom: Vec<_> =
        collisions.custom.iter().map(|(key, values)| (Just(key.clone()), one_of(Some(values)))).collect();
    let lists: Vec<i64> = collisions.lists.iter().copied().chain([1, 2]).collect();
    let list = option::weighted(0.9, select(lists));
    let flags = (prop::bool::weighted(0.2), any::<bool>(), option::weighted(0.2, any::<bool>()));
    (list, flags, times, counts, amounts, texts, custom)
        .prop_map(|(list_id, (inactive, in_workflow, has_revenue), times, counts, amounts, texts, custom)| {
            let [last_clicked_at, last_sent_at, signup_date, last_revenue_at] = times;
            let [send_count, click_count, conversion_count] = counts.map(Option::unwrap_or_default);
            let [revenue_total, avg_revenue] = amounts;
            let [signup_method, list_number] = texts;
            Membership {
                list_id,
                list_number,
                active: !inactive,
                signup_date,
                signup_method,
                custom_fields: custom.into_iter().filter_map(|(key, value)| Some((key, value?))).collect(),
                send_count,
                click_count,
                conversion_count,
                revenue_total: revenue_total.unwrap_or_default(),
                avg_revenue,
                has_revenue,
                last_sent_at,
                last_clicked_at,
                last_revenue_at,
                in_workflow,
            }
        })
        .boxed()
}
