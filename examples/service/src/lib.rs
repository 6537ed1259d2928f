//! A segmentation service: it checks filters, takes in contacts, and tells sizes, members, and why somebody is in an audience.
//!
//! `docs/service.md` walks through it, and says what to choose where.

mod answer;
mod subscriber;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use headcount::records::{Format, Input};
use headcount::sql::{Dialect, Sql, Statement};
use headcount::{
    Audience, Contact, Errors, EvalContext, Filter, Limits, Matcher, RecordReader, SharedTable, Size, Table,
};
use rayon::{ThreadPoolBuildError, ThreadPoolBuilder};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

pub use self::answer::Refused;
pub use self::subscriber::Subscriber;

/// The most bytes that a request may have.
pub const MAX_BODY: usize = 1 << 20;

/// What the service keeps.
#[derive(Default)]
pub struct Service {
    /// The contacts: whoever asks takes a snapshot, and waits for nobody.
    pub table: SharedTable,
    audiences: RwLock<BTreeMap<String, Arc<Saved>>>,
}

/// An audience, and the matcher that asks it of one contact.
struct Saved {
    audience: Audience,
    matcher: Matcher,
}

type Shared = State<Arc<Service>>;
type Context = Query<EvalContext>;
type Answer<T> = Result<Json<T>, Refused>;

/// The endpoints.
pub fn app(service: Arc<Service>) -> Router {
    Router::new()
        .route("/filters/check", post(check))
        .route("/contacts", post(take_contact))
        .route("/contacts/batch", post(take_batch))
        .route("/contacts/{phone}/audiences", get(audiences_of))
        .route("/subscribers/audiences", post(audiences_of_subscriber))
        .route("/audiences/{id}", put(save))
        .route("/audiences/{id}/size", get(size))
        .route("/audiences/{id}/members", get(members))
        .route("/audiences/{id}/contacts/{phone}", get(explain))
        .route("/audiences/{id}/sql/{dialect}", get(sql))
        .route("/sizes", get(sizes))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(service)
}

/// Answers whoever comes, until there is nobody to ask for it.
pub async fn serve(listener: TcpListener, service: Arc<Service>) -> std::io::Result<()> {
    axum::serve(listener, app(service)).await
}

/// Strangers write filters: these bounds are a good deal narrower than the library's own.
fn limits() -> Limits {
    Limits { depth: 16, conditions: 500, values: 1_000, source_bytes: MAX_BODY, problems: 50, ..Limits::default() }
}

impl Service {
    /// One that has contacts, and no audience yet.
    pub fn of(contacts: Table) -> Self {
        Self { table: contacts.into(), ..Self::default() }
    }

    /// Does what changes leave to be done, as long as there is the service: in a pool of its own, so that counts have theirs.
    pub fn keep_joined(self: &Arc<Self>) -> Result<(), ThreadPoolBuildError> {
        let service = Arc::downgrade(self);
        ThreadPoolBuilder::new().num_threads(1).build()?.spawn(move || {
            while let Some(service) = service.upgrade() {
                service.table.join_levels();
                drop(service);
                std::thread::sleep(Duration::from_millis(50));
            }
        });
        Ok(())
    }

    fn saved(&self, id: &str) -> Result<Arc<Saved>, Refused> {
        let audiences = self.audiences.read().unwrap_or_else(PoisonError::into_inner);
        audiences.get(id).map(Arc::clone).ok_or_else(|| Refused::not_found("audience", id))
    }

    fn all(&self) -> Vec<(String, Arc<Saved>)> {
        let audiences = self.audiences.read().unwrap_or_else(PoisonError::into_inner);
        audiences.iter().map(|(id, saved)| (id.clone(), Arc::clone(saved))).collect()
    }

    fn contact(&self, phone: &str) -> Result<Contact, Refused> {
        self.table.snapshot().get(phone).ok_or_else(|| Refused::not_found("contact", phone))
    }

    /// The audiences that a record is in.
    fn matching(&self, record: &impl headcount::Record, cx: &EvalContext) -> Vec<String> {
        let matches = |saved: &Saved| saved.matcher.at(cx.now).matches(record);
        self.all().into_iter().filter(|(_, saved)| matches(saved)).map(|(id, _)| id).collect()
    }
}

/// Does what takes milliseconds on a thread that may be blocked.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Refused> + Send + 'static) -> Result<T, Refused> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}

/// A filter in any form: what it is, and what is right in it and hardly meant.
async fn check(Query(cx): Context, source: String) -> Answer<Value> {
    let checked = Filter::check(&source, &limits(), &cx)?;
    Ok(Json(json!({
        "filter": checked.filter,
        "text": checked.filter.to_string(),
        "fingerprint": checked.filter.fingerprint(),
        "warnings": checked.warnings,
    })))
}

/// Saves an audience, if it asks for no list and no custom field that no contact has.
async fn save(
    State(service): Shared,
    Path(id): Path<String>,
    Query(cx): Context,
    source: String,
) -> Result<StatusCode, Refused> {
    blocking(move || {
        let audience = Audience::from_json_within(&source, &limits())?;
        service.table.snapshot().vocabulary().check_audience(&audience)?;
        let saved = Saved { matcher: audience.matcher(&cx), audience };
        service.audiences.write().unwrap_or_else(PoisonError::into_inner).insert(id, Arc::new(saved));
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

/// Takes in one record, with everything told that is wrong with it.
async fn take_contact(State(service): Shared, source: String) -> Result<StatusCode, Refused> {
    let contact = Contact::from_json_within(&source, &limits())?;
    // A change waits for others, and one in some hundred puts contacts into columns.
    blocking(move || {
        service.table.merge(contact);
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

/// Takes in lines of records: all of them, or none.
async fn take_batch(State(service): Shared, body: Bytes) -> Answer<Value> {
    blocking(move || {
        let reader = RecordReader::new().format(Format::Ndjson);
        let contacts = reader.contacts(Input::new("body", &body[..])).collect::<Result<Vec<_>, Errors>>()?;
        let taken = contacts.len();
        service.table.change(|table| {
            for contact in contacts {
                table.merge(contact);
            }
        });
        Ok(Json(json!({ "taken": taken })))
    })
    .await
}

async fn size(State(service): Shared, Path(id): Path<String>, Query(cx): Context) -> Answer<Size> {
    let saved = service.saved(&id)?;
    blocking(move || Ok(Json(service.table.snapshot().size(&saved.audience, &cx)))).await
}

/// The sizes of all audiences, in one pass over the table.
async fn sizes(State(service): Shared, Query(cx): Context) -> Answer<BTreeMap<String, Size>> {
    blocking(move || {
        let all = service.all();
        let sizes = service.table.snapshot().sizes(all.iter().map(|(_, saved)| &saved.audience), &cx);
        Ok(Json(all.into_iter().map(|(id, _)| id).zip(sizes).collect()))
    })
    .await
}

/// The phone numbers of an audience, one on each line, sent while they are found.
async fn members(State(service): Shared, Path(id): Path<String>, Query(cx): Context) -> Result<Response, Refused> {
    const CHUNK: usize = 16 * 1024;
    let saved = service.saved(&id)?;
    let snapshot = service.table.snapshot();
    // A client that reads slowly holds up the thread that sends, and memory stays small.
    let (sender, receiver) = mpsc::channel::<Bytes>(2);
    tokio::task::spawn_blocking(move || {
        let mut lines = String::with_capacity(CHUNK + 32);
        for phone_number in snapshot.members(&saved.audience, &cx).phone_numbers() {
            lines.push_str(&phone_number);
            lines.push('\n');
            if lines.len() >= CHUNK {
                // The client has left: nobody wants the rest.
                let Ok(()) = sender.blocking_send(Bytes::from(std::mem::take(&mut lines))) else { return };
            }
        }
        if !lines.is_empty() {
            let _ = sender.blocking_send(Bytes::from(lines));
        }
    });
    let chunks = futures_util::stream::unfold(receiver, |mut receiver| async {
        receiver.recv().await.map(|chunk| (Ok::<_, std::convert::Infallible>(chunk), receiver))
    });
    let text = (header::CONTENT_TYPE, "text/plain; charset=utf-8");
    Ok(([text], Body::from_stream(chunks)).into_response())
}

async fn audiences_of(State(service): Shared, Path(phone): Path<String>, Query(cx): Context) -> Answer<Vec<String>> {
    let contact = service.contact(&phone)?;
    Ok(Json(service.matching(&contact, &cx)))
}

/// The audiences that somebody is in who is no contact yet, as the service's own type has them.
async fn audiences_of_subscriber(
    State(service): Shared,
    Query(cx): Context,
    Json(subscriber): Json<Subscriber>,
) -> Json<Vec<String>> {
    Json(service.matching(&subscriber, &cx))
}

/// Why a contact is in an audience, or not.
async fn explain(
    State(service): Shared,
    Path((id, phone)): Path<(String, String)>,
    Query(cx): Context,
) -> Answer<Value> {
    let (saved, contact) = (service.saved(&id)?, service.contact(&phone)?);
    Ok(Json(json!(saved.audience.explain(&contact, &cx))))
}

/// The statement that asks a warehouse for the same size.
async fn sql(
    State(service): Shared,
    Path((id, dialect)): Path<(String, Dialect)>,
    Query(cx): Context,
) -> Answer<Statement> {
    let saved = service.saved(&id)?;
    Ok(Json(Sql::new(dialect).count(&saved.audience, &cx)?))
}
