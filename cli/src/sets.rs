//! Audiences that others are narrowed by: set operations of contacts, whatever the scope of each.

use headcount::table::Members;
use headcount::{Audience, EvalContext, Table};

use crate::arguments;
use crate::failure::Failure;
use crate::inputs;

/// The audiences whose members are kept, and those whose members are left out.
pub(crate) struct Sets {
    pub(crate) and: Vec<Audience>,
    pub(crate) except: Vec<Audience>,
}

impl Sets {
    /// Reads the audiences.
    pub(crate) fn read(asked: &arguments::Sets) -> Result<Self, Failure> {
        Ok(Self {
            and: inputs::each(&asked.and, &asked.and_filter, "--and-filter")?,
            except: inputs::each(&asked.except, &asked.except_filter, "--except-filter")?,
        })
    }

    /// Every audience.
    pub(crate) fn audiences(&self) -> impl Iterator<Item = &Audience> {
        self.and.iter().chain(&self.except)
    }

    /// Whether nothing is narrowed.
    pub(crate) fn is_empty(&self) -> bool {
        self.audiences().next().is_none()
    }

    /// The members who are in each audience of the one kind, and in none of the other.
    pub(crate) fn narrow(&self, members: Members, table: &Table, cx: &EvalContext) -> Members {
        // OK because all members are of one table.
        let kept = self.and.iter().fold(members, |kept, audience| &kept & &table.members(audience, cx));
        self.except.iter().fold(kept, |kept, audience| &kept - &table.members(audience, cx))
    }
}
