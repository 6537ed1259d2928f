//! Parquet: a table written down, to be loaded again at once, or to be read by whatever reads Parquet.
//!
//! # The file
//!
//! Flat, a row a membership, columns named as in CSV. A contact's own fields stand in each of its rows.
//!
//! | column | type |
//! |---|---|
//! | `phone_number`, and other texts | STRING |
//! | `list_id`, counts | INT64; UINT64 for a count past its end |
//! | times | TIMESTAMP in microseconds, UTC |
//! | flags | BOOLEAN |
//! | amounts | DOUBLE where each is exactly one, else INT64, else STRING of JSON |
//! | `custom_fields.KEY` | STRING where all are texts; INT64, DOUBLE or BOOLEAN where all are such; else STRING of JSON |
//! | `is_membership` | BOOLEAN, and only where some contact has no membership: false in the one row of such a contact |
//!
//! Which columns are JSON, the file's metadata says under `headcount.json_columns`: an array of their names. Where somebody else
//! writes the file anew and drops that, they are texts, quotes and all, of which the note `unfit_value` tells.
//!
//! What a record leaves to be worked out (`has_revenue`, `avg_revenue`) is written out. Contacts on the same lists stand
//! together, in the order in which they were first seen, and so the order of the file is another than that of the records
//! it was made of. No contact stands in two row groups, and no list twice with a contact: the file's [metadata](metadata)
//! says so, and who reads it may rely on it.

pub(crate) mod metadata;
pub(crate) mod read;
mod schema;
mod write;

pub use self::write::{write_parquet, write_sample};
