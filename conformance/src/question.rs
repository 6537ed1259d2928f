//! A population and what is asked of it, before any engine has a say.

use headcount::{Audience, EvalContext, Population, semantics::Unit};

/// One of the cases that are counted: a filter, with its circumstances, of a population.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) audience: Audience,
    pub(crate) cx: EvalContext,
}

/// Questions about one population.
#[derive(Clone, Debug)]
pub(crate) struct Questions {
    /// What the suite calls it; nothing where it was drawn.
    pub(crate) name: Option<String>,
    pub(crate) population: Population,
    pub(crate) questions: Vec<Question>,
}

/// What the definition says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) size: u64,
    pub(crate) members: Vec<String>,
}

impl Question {
    pub(crate) fn expected(&self, population: &Population) -> Expected {
        let contacts = population.contacts().iter();
        let mut members: Vec<String> = contacts
            .clone()
            .filter(|contact| self.audience.contains(contact, &self.cx))
            .map(|contact| contact.phone_number.clone())
            .collect();
        members.sort_unstable();
        let size = match self.cx.semantics.unit {
            Unit::Contacts => members.len() as u64,
            Unit::Memberships => {
                contacts.map(|contact| self.audience.matching_memberships(contact, &self.cx).count() as u64).sum()
            }
            other => unreachable!("nobody asks for {other:?}"),
        };
        Expected { size, members }
    }
}
