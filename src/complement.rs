//! The filter that holds exactly where another does not.

use crate::catalogue::{AmountField, Field};
use crate::filter::{
    Asked, Comparison, Condition, CustomTest, FieldTest, Filter, Group, Junction, ListTest, Test, TextTest, TimeTest,
};

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
    let junction = match of.junction() {
        Junction::All => Junction::Any,
        Junction::Any => Junction::All,
    };
    let conditions = of.conditions().iter().map(|condition| condition.complement().ok()).collect::<Option<_>>()?;
    let groups = of.groups().iter().map(group).collect::<Option<_>>()?;
    Group::new(junction, conditions, groups).ok()
}

/// Why a condition has no counterpart.
type Why = &'static str;

impl Condition {
    pub(crate) fn complement(&self) -> Result<Condition, Why> {
        match self {
            Self::List(ListTest::In(lists)) => Ok(Self::List(ListTest::NotIn(lists.clone()))),
            Self::List(ListTest::NotIn(lists)) => Ok(Self::List(ListTest::In(lists.clone()))),
            Self::Field(FieldTest { test, list }) => {
                let may_be_absent = list.is_some() && !test.field().is_some_and(Field::is_of_the_contact);
                let test = test.complement(may_be_absent)?;
                Ok(Self::Field(FieldTest { test, list: *list }))
            }
        }
    }
}

const NO_VALUE: Why = "without a value both it and its opposite are false";
const NO_OPERATOR: Why = "its operator has no opposite";

impl Test {
    /// `may_be_absent`: the test is asked on a list that the contact may not be on.
    fn complement(&self, may_be_absent: bool) -> Result<Test, Why> {
        Ok(match self {
            Self::Time(field, asked) => Self::Time(*field, asked.complement(TimeTest::complement)?),
            Self::Count(field, comparison, value) => Self::Count(*field, comparison.complement(may_be_absent)?, *value),
            Self::Amount(field, comparison, value) => {
                let may_be_absent = may_be_absent || *field == AmountField::AvgRevenue;
                Self::Amount(*field, comparison.complement(may_be_absent)?, *value)
            }
            Self::Flag(..) if may_be_absent => return Err(NO_VALUE),
            Self::Flag(field, value) => Self::Flag(*field, !value),
            Self::Text(field, asked) => Self::Text(*field, asked.complement(TextTest::complement)?),
            Self::Custom(key, asked) => Self::Custom(key.clone(), asked.complement(CustomTest::complement)?),
        })
    }
}

impl<T> Asked<T> {
    fn complement(&self, of_value: impl FnOnce(&T) -> Result<T, Why>) -> Result<Self, Why> {
        Ok(match self {
            Self::Exists => Self::NotExists,
            Self::NotExists => Self::Exists,
            Self::Value(test) => Self::Value(of_value(test)?),
        })
    }
}

impl Comparison {
    fn complement(self, may_be_absent: bool) -> Result<Self, Why> {
        match self {
            Self::Gt | Self::Lte | Self::Gte | Self::Lt if may_be_absent => Err(NO_VALUE),
            _ => Ok(self.opposite()),
        }
    }

    /// What holds of a value exactly where this does not.
    pub(crate) fn opposite(self) -> Self {
        match self {
            Self::Eq => Self::Neq,
            Self::Neq => Self::Eq,
            Self::Gt => Self::Lte,
            Self::Lte => Self::Gt,
            Self::Gte => Self::Lt,
            Self::Lt => Self::Gte,
        }
    }
}

impl TimeTest {
    fn complement(&self) -> Result<Self, Why> {
        match self {
            Self::Within(span) => Ok(Self::NotWithin(*span)),
            Self::NotWithin(span) => Ok(Self::Within(*span)),
            Self::Before(_) | Self::After(_) => Err(NO_VALUE),
        }
    }
}

impl TextTest {
    fn complement(&self) -> Result<Self, Why> {
        match self {
            Self::Eq(text) => Ok(Self::Neq(text.clone())),
            Self::Neq(text) => Ok(Self::Eq(text.clone())),
            Self::Contains(text) => Ok(Self::NotContains(text.clone())),
            Self::NotContains(text) => Ok(Self::Contains(text.clone())),
            Self::In(texts) => Ok(Self::NotIn(texts.clone())),
            Self::NotIn(texts) => Ok(Self::In(texts.clone())),
            Self::StartsWith(_) | Self::EndsWith(_) => Err(NO_OPERATOR),
        }
    }
}

impl CustomTest {
    fn complement(&self) -> Result<Self, Why> {
        match self {
            Self::Eq(value) => Ok(Self::Neq(value.clone())),
            Self::Neq(value) => Ok(Self::Eq(value.clone())),
            Self::Contains(text) => Ok(Self::NotContains(text.clone())),
            Self::NotContains(text) => Ok(Self::Contains(text.clone())),
            Self::In(values) => Ok(Self::NotIn(values.clone())),
            Self::NotIn(values) => Ok(Self::In(values.clone())),
            Self::Time(test) => test.complement().map(Self::Time),
            Self::Order(..) => Err(NO_VALUE),
            Self::StartsWith(_) | Self::EndsWith(_) => Err(NO_OPERATOR),
        }
    }
}
