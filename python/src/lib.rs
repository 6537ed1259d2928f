//! The extension module of the package `headcount`: each class here holds one of the library's, and answers with it.
//!
//! There is nothing in it that a user of Rust lacks. Work runs without the interpreter's lock ([`work`]), what is wrong is
//! an exception ([`problems`]), and what a result holds beside its numbers is as it serializes ([`data`]).

#![deny(unsafe_code)]

mod arrow;
mod audience;
mod audience_set;
mod contact;
mod context;
mod data;
mod filter;
mod live;
mod members;
mod problems;
mod read;
mod results;
mod sample;
mod sql;
mod table;
mod work;

/// What Python imports.
#[pyo3::pymodule]
mod _headcount {
    #[pymodule_export]
    use crate::audience::Audience;
    #[pymodule_export]
    use crate::audience_set::AudienceSet;
    #[pymodule_export]
    use crate::contact::Contact;
    #[pymodule_export]
    use crate::context::{EvalContext, Semantics};
    #[pymodule_export]
    use crate::filter::{Filter, Limits};
    #[pymodule_export]
    use crate::live::{Event, Events, Live};
    #[pymodule_export]
    use crate::members::{MemberRows, Members, PhoneNumbers};
    #[pymodule_export]
    use crate::problems::{Note, Problem};
    #[pymodule_export]
    use crate::read::ReadReport;
    #[pymodule_export]
    use crate::results::{
        breakdown::Breakdown, description::Description, estimate::Estimate, explanation::Explanation, overlap::Overlap,
        reconciliation::Reconciliation, size::Size, timeline::Timeline,
    };
    #[pymodule_export]
    use crate::sample::Sample;
    #[pymodule_export]
    use crate::sql::Statement;
    #[pymodule_export]
    use crate::table::Table;
    #[pymodule_export]
    use crate::work::{_panic_at_length, _panic_briefly};

    /// The version of the library.
    #[allow(non_upper_case_globals, reason = "Python calls it so")]
    #[pymodule_export]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
