//! What is read: records, and audiences.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread;

use clap::Args;

use super::choices::OnError;

/// Which contacts are asked.
#[derive(Args)]
pub(crate) struct Records {
    /// Files of contact records, one population together: API pages, NDJSON, CSV, each also as .gz or .zst, and
    /// Parquet; `-` is standard input
    #[arg(id = "records", value_name = "RECORDS", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// What is done about a record that makes no sense
    #[arg(long, value_enum, default_value_t)]
    pub(crate) on_error: OnError,
    /// How many threads read and count; one for each core unless given
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

impl Records {
    /// How many threads are to read and to count.
    pub(crate) fn threads(&self) -> usize {
        let cores = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        self.threads.unwrap_or_else(cores).get()
    }
}

/// Which audiences are asked for.
#[derive(Args)]
#[group(required = true, multiple = true)]
pub(crate) struct Audiences {
    /// A file of audiences or of a filter, in JSON or text; `-` is standard input; may be given several times
    #[arg(id = "audience", long, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// A filter, in text or JSON; may be given several times
    #[arg(id = "filter", long, value_name = "TEXT")]
    pub(crate) filters: Vec<String>,
}

/// Which audience is asked for.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub(crate) struct OneAudience {
    /// A file of one audience or filter, in JSON or text; `-` is standard input
    #[arg(id = "audience", long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// A filter, in text or JSON
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Option<String>,
}
