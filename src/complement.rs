//! The filter that holds exactly where another does not.

use chrono::{DateTime, Utc};

use crate::catalogue::AmountField;
use crate::filter::{
    Condition, CustomTest, Filter, Group, NonEmpty, NumberTest, OptionalField, OrderOp, Predicate, TimeTest,
};
use crate::time::{Moment, WRITABLE, from_micros};

impl Filter {
    /// The filter that holds exactly where this one does not, under the default [`Semantics`](crate::Semantics); `None`
    /// where some condition has no such counterpart.
    ///
    /// ```
    /// use headcount::Filter;
    ///
    /// let filter: Filter = "click_count > 5 or custom.state = 'CA'".parse()?;
    /// assert_eq!(filter.complement().unwrap().to_string(), r#"click_count <= 5 and custom_fields.state != "CA""#);
    ///
    /// let filter: Filter = "signup_date before 2025-01-01".parse()?;
    /// assert_eq!(filter.complement(), None);
    /// # Ok::<(), headcount::Errors>(())
    /// ```
    #[must_use]
    pub fn complement(&self) -> Option<Filter> {
        group(self.root()).map(Filter::new)
    }
}

fn group(of: &Group) -> Option<Group> {
    let conditions = of.conditions().iter().map(|condition| condition.complement().ok()).collect::<Option<_>>()?;
    let groups = of.groups().iter().map(group).collect::<Option<_>>()?;
    Group::new(of.junction().opposite(), conditions, groups).ok()
}

/// Why a condition has no counterpart.
type Why = &'static str;

const NO_VALUE: Why = "without a value both it and its opposite are false";

impl Condition {
    /// The condition that holds exactly where this one does not: negated where this is not, or the opposite ordering or
    /// flag where there always is a value.
    pub(crate) fn complement(&self) -> Result<Condition, Why> {
        let predicate = self.predicate();
        if predicate.can_be_negated() {
            return Ok(self.with(predicate.clone(), !self.is_negated()));
        }
        let always_has_value = self.list_that_matters().is_none()
            && match predicate {
                Predicate::Count(..) | Predicate::Flag(..) | Predicate::OnList(_) => true,
                Predicate::Amount(field, _) => *field == AmountField::RevenueTotal,
                Predicate::Exists(_) | Predicate::Time(..) | Predicate::Text(..) | Predicate::Custom(..) => false,
            };
        let opposite = if always_has_value { predicate.opposite() } else { None };
        opposite.map(|opposite| self.with(opposite, false)).ok_or(NO_VALUE)
    }
}

impl Condition {
    /// The two conditions that hold, either of them, where this one does not: the opposite ordering, and that there is no
    /// value; of those conditions that have no [`Condition::complement`].
    pub(crate) fn complement_in_two(&self) -> Option<[Condition; 2]> {
        let opposite = self.with(self.predicate().opposite()?, false);
        let absent = match self.predicate() {
            Predicate::Time(field, _) => self.with(Predicate::Exists(OptionalField::Time(*field)), true),
            Predicate::Custom(key, _) => self.with(Predicate::Exists(OptionalField::Custom(key.clone())), true),
            Predicate::Count(..) | Predicate::Flag(..) | Predicate::Amount(AmountField::RevenueTotal, _) => {
                Condition::not(Predicate::OnList(NonEmpty::new(vec![self.list_that_matters()?])?)).ok()?
            }
            Predicate::Amount(..) | Predicate::OnList(_) | Predicate::Exists(_) | Predicate::Text(..) => return None,
        };
        Some([opposite, absent])
    }
}

impl Predicate {
    /// The predicate that holds of a value exactly where this one does not, without a negation.
    fn opposite(&self) -> Option<Self> {
        match self {
            Self::Count(field, test) => Some(Self::Count(*field, test.opposite()?)),
            Self::Amount(field, test) => Some(Self::Amount(*field, test.opposite()?)),
            Self::Flag(field, value) => Some(Self::Flag(*field, !value)),
            Self::Time(field, test) => Some(Self::Time(*field, test.opposite()?)),
            Self::Custom(key, test) => Some(Self::Custom(key.clone(), test.opposite()?)),
            Self::OnList(_) | Self::Exists(_) | Self::Text(..) => None,
        }
    }
}

impl TimeTest {
    /// Of an instant of the calendar only: no length of time is a microsecond shorter.
    fn opposite(&self) -> Option<Self> {
        let beside = |instant: &DateTime<Utc>, step: i64| {
            let micros = instant.timestamp_micros().checked_add(step)?;
            WRITABLE.contains(&micros).then(|| Moment::At(from_micros(micros)))
        };
        match self {
            Self::After(Moment::At(instant)) => Some(Self::Before(beside(instant, 1)?)),
            Self::Before(Moment::At(instant)) => Some(Self::After(beside(instant, -1)?)),
            Self::Within(_) | Self::After(Moment::Ago(_)) | Self::Before(Moment::Ago(_)) => None,
        }
    }
}

impl CustomTest {
    fn opposite(&self) -> Option<Self> {
        match self {
            Self::Order(order, literal) => Some(Self::Order(order.opposite(), literal.clone())),
            Self::Time(test) => test.opposite().map(Self::Time),
            Self::Eq(_) | Self::Has(..) | Self::In(_) => None,
        }
    }
}

impl OrderOp {
    fn opposite(self) -> Self {
        match self {
            Self::Gt => Self::Lte,
            Self::Gte => Self::Lt,
            Self::Lt => Self::Gte,
            Self::Lte => Self::Gt,
        }
    }
}

impl<N: Copy> NumberTest<N> {
    fn opposite(&self) -> Option<Self> {
        match self {
            Self::Compare(comparison, number) => Some(Self::Compare(comparison.opposite()?, *number)),
        }
    }
}
