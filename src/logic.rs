//! AND and OR of anything: the one place where groups are flattened, and constants in them decide or say nothing.

use crate::filter::Junction;

/// Something that can be joined by AND and OR, and may be known to be true or false.
pub(crate) trait Logic: Sized {
    /// What is always true, or always false.
    fn constant(holds: bool) -> Self;

    /// Whether it is always true or always false, where it is either.
    fn as_constant(&self) -> Option<bool>;

    /// A group of at least two members.
    fn group(junction: Junction, members: Vec<Self>) -> Self;

    /// The members, if it is a group that is joined so; else itself.
    fn into_members(self, junction: Junction) -> Result<Vec<Self>, Self>;
}

/// Conditions joined by AND and OR, and nothing but that.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum LogicTree<C> {
    Constant(bool),
    Condition(C),
    Group(Junction, Vec<Self>),
}

impl<C> Logic for LogicTree<C> {
    fn constant(holds: bool) -> Self {
        Self::Constant(holds)
    }

    fn as_constant(&self) -> Option<bool> {
        match self {
            Self::Constant(holds) => Some(*holds),
            Self::Condition(_) | Self::Group(..) => None,
        }
    }

    fn group(junction: Junction, members: Vec<Self>) -> Self {
        Self::Group(junction, members)
    }

    fn into_members(self, junction: Junction) -> Result<Vec<Self>, Self> {
        match self {
            Self::Group(of, members) if of == junction => Ok(members),
            other => Err(other),
        }
    }
}

/// The members of a group with what says nothing left out, and groups of the same junction taken apart; `None` where one
/// member decides.
pub(crate) fn flat<T: Logic>(junction: Junction, members: impl IntoIterator<Item = T>) -> Option<Vec<T>> {
    let mut flat = Vec::new();
    for member in members {
        match member.as_constant() {
            Some(holds) if holds == junction.decisive() => return None,
            Some(_) => {}
            None => match member.into_members(junction) {
                Ok(inside) => flat.extend(inside),
                Err(member) => flat.push(member),
            },
        }
    }
    Some(flat)
}

/// The group of members that are [`flat`]: itself where there is one, and what a group of nothing says where there is
/// none.
pub(crate) fn grouped<T: Logic>(junction: Junction, mut members: Vec<T>) -> T {
    match members.len() {
        0 => T::constant(!junction.decisive()),
        1 => members.swap_remove(0),
        _ => T::group(junction, members),
    }
}

/// Any members, joined.
pub(crate) fn join<T: Logic>(junction: Junction, members: impl IntoIterator<Item = T>) -> T {
    match flat(junction, members) {
        Some(members) => grouped(junction, members),
        None => T::constant(junction.decisive()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_decide_or_say_nothing_and_groups_are_flat() {
        use Junction::{All, Any};
        use LogicTree::{Condition, Constant, Group};
        let [a, b, c] = ['a', 'b', 'c'].map(Condition);
        let row = |junction, members: &[LogicTree<char>], expected: LogicTree<char>| {
            assert_eq!(join(junction, members.iter().cloned()), expected, "{junction:?} of {members:?}");
        };
        row(All, &[], Constant(true));
        row(Any, &[], Constant(false));
        row(All, &[a.clone(), Constant(true)], a.clone());
        row(All, &[a.clone(), Constant(false)], Constant(false));
        row(Any, &[a.clone(), Constant(false)], a.clone());
        row(Any, &[a.clone(), Constant(true)], Constant(true));
        let all = Group(All, vec![a.clone(), b.clone()]);
        row(All, &[all.clone(), c.clone()], Group(All, vec![a, b, c.clone()]));
        row(Any, &[all.clone(), c.clone()], Group(Any, vec![all, c]));
    }
}
