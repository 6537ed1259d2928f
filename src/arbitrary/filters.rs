//! Conditions, filters and audiences.

use arbitrary::{Arbitrary, Result, Unstructured};

use super::values::{count, instant, list, moment, text};
use crate::audience::{Audience, Status};
use crate::cases::{Step, tree};
use crate::catalogue::{AmountField, CountField, FlagField, TextField, TimeField};
use crate::filter::{
    Asked, Bound, Comparison, Condition, CustomTest, Filter, Junction, ListTest, Literal, NonEmpty, Order, Test,
    TextTest, TimeTest,
};

/// The most conditions of a filter.
const CONDITIONS: usize = 16;

impl<'a> Arbitrary<'a> for Filter {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let junction = junction(u)?;
        let mut steps = vec![step(u)?];
        while steps.len() < CONDITIONS && !u.is_empty() && u.ratio(3, 4)? {
            steps.push(step(u)?);
        }
        Ok(Self::new(tree(junction, steps)))
    }
}

fn step(u: &mut Unstructured<'_>) -> Result<Step> {
    let deeper = *u.choose(&[0, 0, 0, 0, 1, 1, 2, -1, -1, -2])?;
    Ok(Step { condition: u.arbitrary()?, deeper, junction: junction(u)? })
}

fn junction(u: &mut Unstructured<'_>) -> Result<Junction> {
    Ok(*u.choose(&[Junction::All, Junction::Any])?)
}

impl<'a> Arbitrary<'a> for Audience {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let some_text = |u: &mut Unstructured<'_>| u.arbitrary::<bool>()?.then(|| text(u)).transpose();
        let some_instant = |u: &mut Unstructured<'_>| u.arbitrary::<bool>()?.then(|| instant(u)).transpose();
        Ok(Self {
            source_lists: (0..u.int_in_range(0..=2)?).map(|_| list(u)).collect::<Result<_>>()?,
            filter: u.arbitrary()?,
            id: some_text(u)?,
            name: some_text(u)?,
            description: some_text(u)?,
            cached_size: u.arbitrary()?,
            cached_size_updated_at: some_instant(u)?,
            status: *u.choose(&Status::ALL)?,
            created_at: some_instant(u)?,
        })
    }
}

impl<'a> Arbitrary<'a> for Condition {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match u.int_in_range(0..=13)? {
            0..=8 => Self::on(u.arbitrary()?),
            9..=11 => Self::on_list(list(u)?, u.arbitrary()?),
            12 => Self::List(ListTest::In(one_of(u, list)?)),
            _ => Self::List(ListTest::NotIn(one_of(u, list)?)),
        })
    }
}

impl<'a> Arbitrary<'a> for Test {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match u.int_in_range(0..=18)? {
            0..=2 => Self::Count(*u.choose(CountField::ALL)?, comparison(u)?, count(u)?),
            3..=4 => Self::Flag(*u.choose(FlagField::ALL)?, u.arbitrary()?),
            5..=6 => Self::Amount(*u.choose(AmountField::ALL)?, comparison(u)?, u.arbitrary()?),
            7..=9 => Self::Time(*u.choose(TimeField::ALL)?, asked(u, time_test)?),
            10..=12 => Self::Text(*u.choose(TextField::ALL)?, asked(u, text_test)?),
            _ => Self::Custom(u.arbitrary()?, asked(u, custom_test)?),
        })
    }
}

/// Draws one thing.
type Draw<T> = fn(&mut Unstructured<'_>) -> Result<T>;

fn one_of<T>(u: &mut Unstructured<'_>, draw: Draw<T>) -> Result<NonEmpty<T>> {
    let values = (0..u.int_in_range(1..=3)?).map(|_| draw(u)).collect::<Result<_>>()?;
    NonEmpty::new(values).ok_or(arbitrary::Error::IncorrectFormat)
}

fn asked<T>(u: &mut Unstructured<'_>, draw: Draw<T>) -> Result<Asked<T>> {
    Ok(match u.int_in_range(0..=7)? {
        0 => Asked::Exists,
        1 => Asked::NotExists,
        _ => Asked::Value(draw(u)?),
    })
}

fn comparison(u: &mut Unstructured<'_>) -> Result<Comparison> {
    use Comparison::{Eq, Gt, Gte, Lt, Lte, Neq};
    Ok(*u.choose(&[Eq, Neq, Gt, Gte, Lt, Lte])?)
}

fn time_test(u: &mut Unstructured<'_>) -> Result<TimeTest> {
    Ok(match u.int_in_range(0..=3)? {
        0 => TimeTest::Within(u.arbitrary()?),
        1 => TimeTest::NotWithin(u.arbitrary()?),
        2 => TimeTest::Before(moment(u)?),
        _ => TimeTest::After(moment(u)?),
    })
}

fn text_test(u: &mut Unstructured<'_>) -> Result<TextTest> {
    Ok(match u.int_in_range(0..=7)? {
        0 => TextTest::Eq(text(u)?),
        1 => TextTest::Neq(text(u)?),
        2 => TextTest::Contains(text(u)?),
        3 => TextTest::NotContains(text(u)?),
        4 => TextTest::StartsWith(text(u)?),
        5 => TextTest::EndsWith(text(u)?),
        6 => TextTest::In(one_of(u, text)?),
        _ => TextTest::NotIn(one_of(u, text)?),
    })
}

fn literal(u: &mut Unstructured<'_>) -> Result<Literal> {
    Ok(match u.int_in_range(0..=6)? {
        0..=2 => Literal::Text(text(u)?),
        3..=5 => Literal::Number(u.arbitrary()?),
        _ => Literal::Bool(u.arbitrary()?),
    })
}

fn custom_test(u: &mut Unstructured<'_>) -> Result<CustomTest> {
    Ok(match u.int_in_range(0..=15)? {
        0 => CustomTest::Eq(literal(u)?),
        1 => CustomTest::Neq(literal(u)?),
        2..=5 => {
            let order = *u.choose(&[Order::Gt, Order::Gte, Order::Lt, Order::Lte])?;
            let bound = if u.arbitrary()? { Bound::Text(text(u)?) } else { Bound::Number(u.arbitrary()?) };
            CustomTest::Order(order, bound)
        }
        6 => CustomTest::Contains(text(u)?),
        7 => CustomTest::NotContains(text(u)?),
        8 => CustomTest::StartsWith(text(u)?),
        9 => CustomTest::EndsWith(text(u)?),
        10 => CustomTest::In(one_of(u, literal)?),
        11 => CustomTest::NotIn(one_of(u, literal)?),
        _ => CustomTest::Time(time_test(u)?),
    })
}
