//! Records of one contact, put together.

use std::collections::HashMap;

use crate::contact::{Contact, Membership};

impl Contact {
    /// Takes in what a later record says of the same contact: fields of the contact that it gives, and memberships,
    /// which replace those on the same lists. Gives back how many were replaced.
    pub fn merge(&mut self, later: Contact) -> u64 {
        ListIndex::default().merge(self, later)
    }
}

/// Where the memberships of a contact are, by list, once they are many: for whoever merges one record after another.
#[derive(Clone, Debug, Default)]
#[expect(clippy::box_collection, reason = "there is one beside each contact, and hardly any is made")]
pub(crate) struct ListIndex(Option<Box<HashMap<Option<i64>, usize>>>);

/// So many memberships are looked through as fast as they are looked up.
const FEW: usize = 32;

impl ListIndex {
    /// As [`Contact::merge`], of a contact whose memberships nobody else changes meanwhile.
    pub(crate) fn merge(&mut self, contact: &mut Contact, later: Contact) -> u64 {
        fn keep_last<T>(known: &mut Option<T>, later: Option<T>) {
            if later.is_some() {
                *known = later;
            }
        }
        // Without `..`: a field that is new is asked for here.
        let Contact { phone_number: _, carrier, line_type, timezone, is_valid, on_dnc, memberships } = later;
        keep_last(&mut contact.carrier, carrier);
        keep_last(&mut contact.line_type, line_type);
        keep_last(&mut contact.timezone, timezone);
        keep_last(&mut contact.is_valid, is_valid);
        keep_last(&mut contact.on_dnc, on_dnc);
        if contact.memberships.len() + memberships.len() <= FEW {
            merge_few(&mut contact.memberships, memberships)
        } else {
            self.merge_many(&mut contact.memberships, memberships)
        }
    }

    fn merge_many(&mut self, known: &mut Vec<Membership>, later: Vec<Membership>) -> u64 {
        let places = self.0.get_or_insert_with(|| {
            // Of two on one list, which whoever made the contact may have put there, the first is replaced.
            Box::new(known.iter().enumerate().rev().map(|(at, membership)| (membership.list_id, at)).collect())
        });
        let mut replaced = 0;
        for membership in later {
            let next = known.len();
            let at = *places.entry(membership.list_id).or_insert(next);
            if at == next {
                known.push(membership);
            } else {
                known[at] = membership;
                replaced += 1;
            }
        }
        replaced
    }
}

fn merge_few(known: &mut Vec<Membership>, later: Vec<Membership>) -> u64 {
    let mut replaced = 0;
    for membership in later {
        match known.iter_mut().find(|known| known.list_id == membership.list_id) {
            Some(known) => {
                *known = membership;
                replaced += 1;
            }
            None => known.push(membership),
        }
    }
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::Population;

    fn on(lists: impl IntoIterator<Item = i64>, click_count: u64) -> Contact {
        let on = |list: i64| Membership { list_id: (list != 0).then_some(list), click_count, ..Membership::default() };
        Contact { phone_number: "+1".into(), memberships: lists.into_iter().map(on).collect(), ..Contact::default() }
    }

    /// Each membership's list and clicks.
    fn told(contact: &Contact) -> Vec<(i64, u64)> {
        let told = |membership: &Membership| (membership.list_id.unwrap_or(0), membership.click_count);
        contact.memberships.iter().map(told).collect()
    }

    #[test]
    fn a_later_membership_replaces_the_one_on_its_list_where_that_stands() {
        for (known, later, expected, replaced) in [
            (vec![], vec![1, 1], vec![(1, 2)], 1),
            (vec![1, 2], vec![2], vec![(1, 1), (2, 2)], 1),
            (vec![1, 0], vec![0, 3], vec![(1, 1), (0, 2), (3, 2)], 1),
            (vec![1, 1], vec![1], vec![(1, 2), (1, 1)], 1),
            (vec![3], vec![5, 4, 3, 2, 1, 0], vec![(3, 2), (5, 2), (4, 2), (2, 2), (1, 2), (0, 2)], 1),
            (vec![1, 1], vec![7, 1, 6, 7, 1, 0], vec![(1, 2), (1, 1), (7, 2), (6, 2), (0, 2)], 3),
        ] {
            let many = |known: &mut Vec<Membership>, later| ListIndex::default().merge_many(known, later);
            for merge in [merge_few, many] {
                let mut contact = on(known.clone(), 1);
                let found = merge(&mut contact.memberships, on(later.clone(), 2).memberships);
                assert_eq!((told(&contact), found), (expected.clone(), replaced), "{later:?} into {known:?}");
            }
        }
    }

    #[test]
    fn what_a_later_record_gives_of_the_contact_counts() {
        let record = |json: &str| serde_json::from_str::<Contact>(json).unwrap();
        let mut contact =
            record(r#"{"phone_number": "+1", "lists": [], "carrier": "A", "timezone": "T", "on_dnc": true}"#);
        contact.merge(record(
            r#"{"phone_number": "+1", "lists": [], "carrier": "B", "line_type": "L", "is_valid": false, "on_dnc": false}"#,
        ));
        let expected = r#"{"phone_number": "+1", "lists": [], "carrier": "B", "line_type": "L", "timezone": "T",
            "is_valid": false, "on_dnc": false}"#;
        assert_eq!(contact, record(expected));
    }

    /// A look at each membership for each takes minutes.
    #[track_caller]
    fn takes_seconds(merge: impl FnOnce()) {
        let begun = std::time::Instant::now();
        merge();
        assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
    }

    #[test]
    fn many_lists_are_merged_in_a_time_that_grows_with_their_number() {
        const MANY: i64 = 200_000;
        takes_seconds(|| {
            let mut contact = on(1..=MANY, 1);
            assert_eq!(contact.merge(on((1..=MANY).rev(), 2)), MANY as u64);
            assert!(contact.memberships.iter().all(|membership| membership.click_count == 2));
        });
        takes_seconds(|| {
            let population: Population = (0..2 * MANY).map(|n| on([n % MANY], 1)).collect();
            assert_eq!((population.memberships(), population.replaced()), (MANY as u64, MANY as u64));
        });
    }
}
