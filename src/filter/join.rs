//! Filters joined into one.

use super::{Filter, Group, Junction};
use crate::error::Errors;

impl Filter {
    /// The filter that holds where both do.
    ///
    /// Of a filter that is an AND, or a single condition, the members are taken in; any other becomes a group.
    ///
    /// ```
    /// use headcount::Filter;
    ///
    /// let clicked: Filter = "last_clicked_at within 30 days and click_count >= 3".parse()?;
    /// let bought: Filter = "has_revenue or conversion_count > 0".parse()?;
    /// assert_eq!(
    ///     clicked.and(&"not on_dnc".parse()?)?.to_string(),
    ///     "last_clicked_at within 30 days and click_count >= 3 and on_dnc = false"
    /// );
    /// assert_eq!(
    ///     clicked.and(&bought)?.to_string(),
    ///     "last_clicked_at within 30 days and click_count >= 3 and (has_revenue = true or conversion_count > 0)"
    /// );
    /// # Ok::<(), headcount::Errors>(())
    /// ```
    ///
    /// # Errors
    ///
    /// `filter_too_deep`: the groups would nest deeper than [`Limits::MAX_DEPTH`](crate::Limits::MAX_DEPTH).
    pub fn and(&self, other: &Self) -> Result<Self, Errors> {
        self.joined(Junction::All, other)
    }

    /// The filter that holds where either does, or both.
    ///
    /// Of a filter that is an OR, or a single condition, the members are taken in; any other becomes a group.
    ///
    /// ```
    /// use headcount::Filter;
    ///
    /// let clicked: Filter = "click_count >= 3".parse()?;
    /// assert_eq!(clicked.or(&"has_revenue".parse()?)?.to_string(), "click_count >= 3 or has_revenue = true");
    /// # Ok::<(), headcount::Errors>(())
    /// ```
    ///
    /// # Errors
    ///
    /// `filter_too_deep`: the groups would nest deeper than [`Limits::MAX_DEPTH`](crate::Limits::MAX_DEPTH).
    pub fn or(&self, other: &Self) -> Result<Self, Errors> {
        self.joined(Junction::Any, other)
    }

    fn joined(&self, junction: Junction, other: &Self) -> Result<Self, Errors> {
        let (mut conditions, mut groups) = (Vec::new(), Vec::new());
        for root in [self.root(), other.root()] {
            if root.junction() == junction || is_one_condition(root) {
                conditions.extend_from_slice(root.conditions());
                groups.extend_from_slice(root.groups());
            } else {
                groups.push(root.clone());
            }
        }
        Group::new(junction, conditions, groups).map(Self::new)
    }
}

/// Whether it is no matter how the members are joined.
fn is_one_condition(group: &Group) -> bool {
    group.conditions().len() == 1 && group.groups().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn joined(one: &str, other: &str, and: &str, or: &str) {
        let [one, other] = [one, other].map(|text| text.parse::<Filter>().unwrap());
        assert_eq!(one.and(&other).unwrap().to_string(), and);
        assert_eq!(one.or(&other).unwrap().to_string(), or);
    }

    #[test]
    fn members_are_taken_in_where_that_loses_nothing() {
        let [a, b, c, d] = ["click_count = 1", "click_count = 2", "send_count = 3", "send_count = 4"];
        joined(a, b, &format!("{a} and {b}"), &format!("{a} or {b}"));
        let a_and_b = &format!("{a} and {b}");
        joined(a_and_b, c, &format!("{a} and {b} and {c}"), &format!("{c} or ({a} and {b})"));
        let (a_or_b, c_or_d) = (&format!("{a} or {b}"), &format!("{c} or {d}"));
        joined(a_or_b, c_or_d, &format!("({a} or {b}) and ({c} or {d})"), &format!("{a} or {b} or {c} or {d}"));
    }

    #[test]
    fn groups_nest_no_deeper_than_a_filter_may() {
        let mut filter: Filter = "has_revenue and on_dnc".parse().unwrap();
        let code = loop {
            let or = &"click_count = 1 or has_revenue".parse().unwrap();
            match filter.or(or).and_then(|filter| filter.and(or)) {
                Ok(deeper) => filter = deeper,
                Err(errors) => break errors.first().code(),
            }
        };
        assert_eq!(code, crate::error::Code::FilterTooDeep);
    }
}
