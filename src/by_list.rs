//! The memberships of a contact, found by list.

use crate::contact::Contact;

/// Where the memberships on each list are, so that none is found by looking at all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ByList(Box<[(i64, usize)]>);

impl ByList {
    /// Of a contact's memberships.
    pub(crate) fn of(contact: &Contact) -> Self {
        Self::new(contact.memberships.iter().map(|membership| membership.list_id))
    }

    /// Of memberships in their order, each with its list.
    pub(crate) fn new(lists: impl IntoIterator<Item = Option<i64>>) -> Self {
        let mut places: Vec<(i64, usize)> =
            lists.into_iter().enumerate().filter_map(|(at, list)| list.map(|list| (list, at))).collect();
        places.sort_unstable();
        Self(places.into())
    }

    /// How many bytes it takes.
    #[cfg(feature = "table")]
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&*self.0)
    }

    /// The memberships on a list, in their order.
    pub(crate) fn on(&self, list: i64) -> impl Iterator<Item = usize> {
        let first = self.0.partition_point(|(known, _)| *known < list);
        self.0[first..].iter().take_while(move |(known, _)| *known == list).map(|(_, at)| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memberships_are_found_in_their_order() {
        let by_list = ByList::new([Some(7), None, Some(-3), Some(7), Some(i64::MAX)]);
        for (list, expected) in [(7, &[0, 3][..]), (-3, &[2]), (i64::MAX, &[4]), (0, &[]), (i64::MIN, &[])] {
            assert_eq!(by_list.on(list).collect::<Vec<_>>(), expected, "{list}");
        }
        assert_eq!(ByList::new([]).on(7).next(), None);
    }
}
