//! A service around live audiences: it takes updates, streams who enters and who leaves, and tells sizes that are always true.
//!
//! `docs/live.md` walks through it.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::response::sse::{self, KeepAlive, Sse};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::stream::{self, Stream};
use headcount::live::Events;
use headcount::records::{Input, Update, UpdateKind};
use headcount::{Errors, Live, RecordReader};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio::sync::broadcast::{self, Sender, error::RecvError};

/// The most bytes that a request may have.
pub const MAX_BODY: usize = 1 << 20;

/// How many events a subscriber may be behind before it misses some, and is told so.
pub const MOST_BEHIND: usize = 10_000;

/// How many contacts time touches before others have their turn: less than a millisecond's work.
const AT_A_TIME: usize = 500;

/// The audiences, and whoever listens.
pub struct Service {
    live: Mutex<Live>,
    events: Sender<Arc<str>>,
}

type Shared = State<Arc<Service>>;

/// The endpoints.
pub fn app(service: Arc<Service>) -> Router {
    Router::new()
        .route("/updates", post(take))
        .route("/events", get(events))
        .route("/sizes", get(sizes))
        .route("/contacts/{phone}/audiences", get(audiences_of))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(service)
}

/// Answers whoever comes, until there is nobody to ask for it.
pub async fn serve(listener: TcpListener, service: Arc<Service>) -> std::io::Result<()> {
    axum::serve(listener, app(service)).await
}

impl Service {
    /// One that keeps these audiences.
    pub fn of(live: Live) -> Self {
        Self { live: Mutex::new(live), events: broadcast::channel(MOST_BEHIND).0 }
    }

    fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Applies an update, and tells subscribers what it does. Nobody waits for all that time does on the way to it.
    fn apply(&self, Update { at, kind }: Update) -> Result<(), Errors> {
        loop {
            let mut live = self.live();
            if at <= live.now() {
                // What is late is applied now.
                let now = live.now();
                match kind {
                    UpdateKind::Record(record) => self.tell(live.apply(record, now)?),
                    UpdateKind::Removal(phone_number) => self.tell(live.remove(&phone_number, now)),
                    UpdateKind::Clock | UpdateKind::Sizes => {}
                }
                return Ok(());
            }
            self.tell(live.advance_some(at, AT_A_TIME)?);
        }
    }

    /// While the audiences are locked, so that events are sent in their order.
    fn tell(&self, events: Events<'_>) {
        for event in events {
            // It fails where nobody listens. Text always is JSON.
            let _ = self.events.send(json!(event).to_string().into());
        }
    }
}

/// Takes in lines of updates, each by itself: those that are invalid are told, and the others applied.
async fn take(State(service): Shared, body: Bytes) -> Json<Value> {
    let taken = tokio::task::spawn_blocking(move || {
        let (mut applied, mut problems) = (0, Vec::new());
        for update in RecordReader::new().updates(Input::new("body", &body[..])) {
            match update.and_then(|update| service.apply(update)) {
                Ok(()) => applied += 1,
                Err(errors) => problems.extend(errors),
            }
        }
        Json(json!({"applied": applied, "problems": problems}))
    });
    taken.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}

/// Everything that happens from now on, as server-sent events.
async fn events(State(service): Shared) -> Sse<impl Stream<Item = Result<sse::Event, Infallible>>> {
    let events = stream::unfold(service.events.subscribe(), |mut events| async {
        let event = match events.recv().await {
            Ok(event) => sse::Event::default().data(event),
            // Whoever is too slow must ask for sizes and members anew.
            Err(RecvError::Lagged(missed)) => sse::Event::default().event("missed").data(missed.to_string()),
            Err(RecvError::Closed) => return None,
        };
        Some((Ok(event), events))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

/// How many are in each audience, at the instant that the last update told.
async fn sizes(State(service): Shared) -> Json<Value> {
    let live = service.live();
    let sizes: Map<String, Value> = live.sizes().map(|(id, size)| (id.to_owned(), size.value.into())).collect();
    Json(json!({"at": live.now(), "sizes": sizes}))
}

/// The audiences that a contact is in; whoever is none of the contacts is in none.
async fn audiences_of(State(service): Shared, Path(phone): Path<String>) -> Json<Value> {
    Json(json!(service.live().audiences_of(&phone)))
}
