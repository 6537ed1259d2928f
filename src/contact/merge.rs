//! Records of one contact, put together.

use std::collections::HashMap;

use crate::contact::{Contact, Membership};

/// How many memberships may come before it pays to index those that are there.
const FEW: usize = 4;

impl Contact {
    /// Takes in what a later record says of the same contact: fields of the contact that it gives, and memberships,
    /// which replace those on the same lists. Gives back how many were replaced.
    pub fn merge(&mut self, later: Contact) -> u64 {
        fn keep_last<T>(known: &mut Option<T>, later: Option<T>) {
            if later.is_some() {
                *known = later;
            }
        }
        // Without `..`: a field that is new is asked for here.
        let Contact { phone_number: _, carrier, line_type, timezone, is_valid, on_dnc, memberships } = later;
        keep_last(&mut self.carrier, carrier);
        keep_last(&mut self.line_type, line_type);
        keep_last(&mut self.timezone, timezone);
        keep_last(&mut self.is_valid, is_valid);
        keep_last(&mut self.on_dnc, on_dnc);
        if memberships.len() <= FEW { self.merge_few(memberships) } else { self.merge_many(memberships) }
    }

    fn merge_few(&mut self, later: Vec<Membership>) -> u64 {
        let mut replaced = 0;
        for membership in later {
            match self.memberships.iter_mut().find(|known| known.list_id == membership.list_id) {
                Some(known) => {
                    *known = membership;
                    replaced += 1;
                }
                None => self.memberships.push(membership),
            }
        }
        replaced
    }

    /// As [`Contact::merge_few`], in a time that does not grow with the product of the two numbers of memberships.
    fn merge_many(&mut self, later: Vec<Membership>) -> u64 {
        let mut places: HashMap<Option<i64>, usize> = HashMap::with_capacity(self.memberships.len() + later.len());
        for (at, known) in self.memberships.iter().enumerate() {
            // Of two on one list, which whoever made the contact may have put there, the first is replaced.
            places.entry(known.list_id).or_insert(at);
        }
        let mut replaced = 0;
        for membership in later {
            let next = self.memberships.len();
            let at = *places.entry(membership.list_id).or_insert(next);
            if at == next {
                self.memberships.push(membership);
            } else {
                self.memberships[at] = membership;
                replaced += 1;
            }
        }
        replaced
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            for merge in [Contact::merge_few, Contact::merge_many] {
                let mut contact = on(known.clone(), 1);
                let found = merge(&mut contact, on(later.clone(), 2).memberships);
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

    #[test]
    fn many_lists_are_merged_as_fast_as_they_are_long() {
        let begun = std::time::Instant::now();
        let mut contact = on(1..=200_000, 1);
        assert_eq!(contact.merge(on((1..=200_000).rev(), 2)), 200_000);
        assert!(contact.memberships.iter().all(|membership| membership.click_count == 2));
        // A look at each for each takes minutes.
        assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    }
}
