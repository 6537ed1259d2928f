//! Spans for `tracing` (feature `tracing`): what takes time has one, in the target `headcount`.

/// Opens a span that lasts to the end of the block it is in.
macro_rules! span {
    ($name:literal) => {
        #[cfg(feature = "tracing")]
        let _span = tracing::debug_span!(target: "headcount", $name).entered();
    };
}

pub(crate) use span;

#[cfg(all(test, feature = "tracing"))]
mod tests {
    use std::sync::{Arc, Mutex, PoisonError};

    use tracing::span::{Attributes, Id, Record};
    use tracing::{Event, Metadata, Subscriber};

    use crate::{EvalContext, Filter, Limits};

    /// The names of the spans that were opened.
    #[derive(Clone, Default)]
    struct Names(Arc<Mutex<Vec<&'static str>>>);

    impl Subscriber for Names {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            metadata.target() == "headcount"
        }

        fn new_span(&self, span: &Attributes<'_>) -> Id {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(span.metadata().name());
            Id::from_u64(1)
        }

        fn record(&self, _: &Id, _: &Record<'_>) {}

        fn record_follows_from(&self, _: &Id, _: &Id) {}

        fn event(&self, _: &Event<'_>) {}

        fn enter(&self, _: &Id) {}

        fn exit(&self, _: &Id) {}
    }

    #[test]
    fn what_takes_time_has_a_span() {
        let names = Names::default();
        let cx = EvalContext::at("2025-11-15T08:30:00Z".parse().unwrap());
        tracing::subscriber::with_default(names.clone(), || {
            let checked = Filter::check("has_revenue", &Limits::default(), &cx).unwrap();
            #[cfg(feature = "table")]
            {
                let table = crate::Table::default();
                let _ = table.size(&checked.filter.clone().into(), &cx);
                let _ = table.breakdown(&checked.filter.into(), &cx);
            }
            #[cfg(not(feature = "table"))]
            drop(checked);
        });
        let names = names.0.lock().unwrap().clone();
        let expected: &[_] = if cfg!(feature = "table") { &["check", "count", "breakdown"] } else { &["check"] };
        assert!(names.starts_with(expected), "{names:?}");
    }
}
