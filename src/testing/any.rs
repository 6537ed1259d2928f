//! proptest's `Arbitrary` for the types of the library, so that `any::<Filter>()` works.

use proptest::arbitrary::Arbitrary;
use proptest::strategy::BoxedStrategy;

use crate::audience::Audience;
use crate::contact::{Contact, Membership};
use crate::filter::{Condition, CustomKey, Filter};
use crate::number::Number;
use crate::population::Population;
use crate::semantics::{EvalContext, Semantics};
use crate::time::Span;
use crate::value::Value;

macro_rules! any {
    ($($type:ty = $strategy:expr;)+) => {$(
        impl Arbitrary for $type {
            type Parameters = ();
            type Strategy = BoxedStrategy<Self>;

            fn arbitrary_with((): ()) -> Self::Strategy {
                $strategy
            }
        }
    )+};
}

any! {
    Audience = super::audiences();
    Condition = super::conditions();
    Contact = super::contacts();
    CustomKey = super::custom_keys();
    EvalContext = super::evaluations();
    Filter = super::filters(1..=8);
    Membership = super::memberships();
    Number = super::numbers();
    Population = super::populations(0..12);
    Semantics = super::semantics();
    Span = super::spans();
    Value = super::values();
}
