//! Strategies limited to what one's records have, and the test that a record answers as the contact that it stands for.

use std::fmt::Debug;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{TestError, TestRunner};

use super::{circumstances::evaluations, filters, records, values};
use crate::audience::Audience;
use crate::catalogue::{FIELDS, Field};
use crate::contact::{Contact, Membership};
use crate::filter::{Condition, CustomKey, Filter};
use crate::matcher::Record;

/// The fields, the custom fields and the lists that filters ask for and contacts have: by default all fields, and the custom fields
/// and lists of the other strategies.
///
/// ```
/// use headcount::filter::{CountField, CustomKey, TextField};
/// use headcount::testing::FieldScope;
/// use proptest::test_runner::TestRunner;
///
/// let scope = FieldScope::default()
///     .fields([CountField::ClickCount.into(), TextField::Carrier.into()])
///     .custom_keys([CustomKey::new("tier").unwrap()])
///     .lists([101, 102]);
/// TestRunner::default().run(&scope.contacts(), |contact| {
///     let mut keys = contact.memberships.iter().flat_map(|on| on.custom_fields.keys());
///     proptest::prop_assert!(keys.all(|key| key == "tier"));
///     Ok(())
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct FieldScope {
    fields: Vec<Field>,
    /// `None` is those of the other strategies.
    custom_keys: Option<Vec<CustomKey>>,
    lists: Option<Vec<i64>>,
}

impl Default for FieldScope {
    fn default() -> Self {
        Self { fields: FIELDS.iter().map(|row| row.field).collect(), custom_keys: None, lists: None }
    }
}

impl FieldScope {
    /// These fields alone.
    #[must_use]
    pub fn fields(self, fields: impl IntoIterator<Item = Field>) -> Self {
        Self { fields: fields.into_iter().collect(), ..self }
    }

    /// These custom fields alone; none where there are no keys.
    #[must_use]
    pub fn custom_keys(self, keys: impl IntoIterator<Item = CustomKey>) -> Self {
        Self { custom_keys: Some(keys.into_iter().collect()), ..self }
    }

    /// These lists alone; none where there are none.
    #[must_use]
    pub fn lists(self, lists: impl IntoIterator<Item = i64>) -> Self {
        Self { lists: Some(lists.into_iter().collect()), ..self }
    }

    pub(super) fn has(&self, field: impl Into<Field>) -> bool {
        self.fields.contains(&field.into())
    }

    /// Those of some fields that are in it.
    pub(super) fn among<F: Copy + Into<Field>>(&self, fields: &[F]) -> Vec<F> {
        fields.iter().copied().filter(|field| self.has(*field)).collect()
    }

    /// The keys of custom fields, if there are any.
    pub(super) fn keys(&self) -> Option<BoxedStrategy<CustomKey>> {
        match &self.custom_keys {
            None => Some(values::custom_keys()),
            Some(keys) if keys.is_empty() => None,
            Some(keys) => Some(select(keys.clone()).boxed()),
        }
    }

    /// The lists, if there are any.
    pub(super) fn list_ids(&self) -> Option<BoxedStrategy<i64>> {
        match &self.lists {
            None => Some(values::list_ids()),
            Some(lists) if lists.is_empty() => None,
            Some(lists) => Some(select(lists.clone()).boxed()),
        }
    }

    /// Conditions on what is in it.
    ///
    /// # Panics
    ///
    /// Where nothing is in it.
    pub fn conditions(&self) -> BoxedStrategy<Condition> {
        filters::conditions_in(self)
    }

    /// Filters of up to so many conditions on what is in it.
    ///
    /// # Panics
    ///
    /// Where nothing is in it, or the number of conditions may be 0.
    pub fn filters(&self, conditions: impl Into<proptest::collection::SizeRange>) -> BoxedStrategy<Filter> {
        filters::filters_of(self.conditions(), conditions.into())
    }

    /// Memberships that have no other values.
    pub fn memberships(&self) -> BoxedStrategy<Membership> {
        records::memberships_in(self)
    }

    /// Contacts that have no other values, with up to three memberships.
    pub fn contacts(&self) -> BoxedStrategy<Contact> {
        records::contacts_in(self)
    }

    /// Tests that a [`Record`] answers every filter on what is in this scope as the contact does that it stands for.
    ///
    /// # Panics
    ///
    /// Where it does not: with the filter, the record and what was expected.
    pub fn assert_record_agrees<R: Record + Debug>(
        &self,
        records: impl Strategy<Value = R>,
        contact: impl Fn(&R) -> Contact,
    ) {
        let keys: Vec<&str> = self.custom_keys.iter().flatten().map(CustomKey::as_str).collect();
        let source_lists = match self.list_ids() {
            Some(lists) => prop::collection::vec(lists, 0..3).boxed(),
            None => Just(Vec::new()).boxed(),
        };
        let cases = (records, self.filters(1..=6), source_lists, evaluations());
        let outcome = TestRunner::default().run(&cases, |(record, filter, source_lists, cx)| {
            let audience = Audience { source_lists, ..Audience::of(filter) };
            let contact = contact(&record);
            let expected = audience.matching_memberships(&contact, &cx).count();
            let matcher = audience.matcher(&cx);
            let filter = &audience.filter;
            prop_assert_eq!(matcher.matching_memberships(&record), expected, "{} of {:?}", filter, contact);
            let placed = matcher.with_custom_keys(&keys);
            prop_assert_eq!(placed.matching_memberships(&record), expected, "by place, {} of {:?}", filter, contact);
            Ok(())
        });
        match outcome {
            Ok(()) => {}
            Err(TestError::Fail(why, (record, filter, ..))) => {
                panic!("a record answers otherwise than its contact: {why}\nfilter: {filter}\nrecord: {record:?}")
            }
            Err(error) => panic!("{error}"),
        }
    }
}

/// Tests that a [`Record`] answers every filter as the contact does that it stands for; [`FieldScope::assert_record_agrees`] asks for
/// certain fields, custom fields and lists alone.
///
/// ```
/// use headcount::testing::{assert_record_agrees, counts, list_ids};
/// use headcount::{Contact, Membership, Record, filter::{CountField, TextField}};
/// use proptest::strategy::Strategy;
///
/// #[derive(Debug)]
/// struct Row { list: i64, clicks: u64 }
///
/// impl Record for Row {
///     fn list(&self, _: usize) -> Option<i64> { Some(self.list) }
///     fn text(&self, field: TextField, _: usize) -> Option<&str> { (field == TextField::PhoneNumber).then_some("+1") }
///     fn count(&self, field: CountField, _: usize) -> u64 { if field == CountField::ClickCount { self.clicks } else { 0 } }
/// }
///
/// let rows = (list_ids(), counts()).prop_map(|(list, clicks)| Row { list, clicks });
/// assert_record_agrees(rows, |row| {
///     let on = Membership { list_id: Some(row.list), click_count: row.clicks, ..Membership::default() };
///     Contact { phone_number: "+1".to_owned(), memberships: vec![on], ..Contact::default() }
/// });
/// ```
///
/// # Panics
///
/// As [`FieldScope::assert_record_agrees`].
pub fn assert_record_agrees<R: Record + Debug>(records: impl Strategy<Value = R>, contact: impl Fn(&R) -> Contact) {
    FieldScope::default().assert_record_agrees(records, contact);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::{FlagField, TextField};
    use crate::matcher::{CustomField, ValueRef};

    /// A contact's one membership, as a record that may be wrong about revenue.
    #[derive(Debug)]
    struct Row {
        contact: Contact,
        forgets_revenue: bool,
    }

    impl Record for Row {
        fn text(&self, field: TextField, membership: usize) -> Option<&str> {
            self.contact.text(field, membership)
        }

        fn memberships(&self) -> usize {
            self.contact.memberships()
        }

        fn list(&self, membership: usize) -> Option<i64> {
            self.contact.list(membership)
        }

        fn active(&self, membership: usize) -> bool {
            self.contact.active(membership)
        }

        fn count(&self, field: crate::filter::CountField, membership: usize) -> u64 {
            self.contact.count(field, membership)
        }

        fn flag(&self, field: FlagField, membership: usize) -> bool {
            !(self.forgets_revenue && field == FlagField::HasRevenue) && self.contact.flag(field, membership)
        }

        fn custom(&self, field: CustomField<'_>, membership: usize) -> Option<ValueRef<'_>> {
            self.contact.custom(field, membership)
        }
    }

    fn scope() -> FieldScope {
        let fields = [
            crate::filter::CountField::ClickCount.into(),
            crate::filter::CountField::ConversionCount.into(),
            FlagField::HasRevenue.into(),
        ];
        FieldScope::default().fields(fields).custom_keys(CustomKey::new("tier")).lists([7, 8])
    }

    fn rows(forgets_revenue: bool) -> impl Strategy<Value = Row> {
        scope().contacts().prop_map(move |contact| Row { contact, forgets_revenue })
    }

    #[test]
    fn a_record_that_agrees_does() {
        scope().assert_record_agrees(rows(false), |row| row.contact.clone());
    }

    #[test]
    #[should_panic(expected = "a record answers otherwise than its contact")]
    fn one_that_does_not_is_found() {
        scope().assert_record_agrees(rows(true), |row| row.contact.clone());
    }

    #[test]
    fn filters_ask_for_nothing_else() {
        let fields = scope().fields;
        let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
        let asked = TestRunner::new(config).run(&scope().filters(1..=6), |filter| {
            for (_, condition) in filter.conditions() {
                let field = condition.predicate().field();
                prop_assert!(field.is_none_or(|field| fields.contains(&field)), "{}", filter);
                prop_assert!(condition.list().is_none_or(|list| [7, 8].contains(&list)), "{}", filter);
            }
            Ok(())
        });
        assert_eq!(asked, Ok(()));
    }
}
