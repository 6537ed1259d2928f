//! The service, asked by a real client over a socket.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use headcount::filter::{CountField, CustomKey, TextField};
use headcount::testing::{FieldScope, counts, list_ids};
use headcount::{Contact, Membership, Value};
use headcount_service_example::{MAX_BODY, Service, Subscriber, serve};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use proptest::strategy::Strategy;
use serde_json::json;
use tokio::net::TcpSocket;

const AT: &str = "now=2025-11-15T08:30:00Z";

const SOCKET_BYTES: u32 = 16 * 1024;

/// A service that listens, and the address at which it does.
struct Server {
    service: Arc<Service>,
    address: std::net::SocketAddr,
}

impl Server {
    async fn start() -> Self {
        Self::of(Service::default()).await
    }

    /// Its sockets hold little, so that a client that does not read is soon felt.
    async fn of(service: Service) -> Self {
        let service = Arc::new(service);
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_send_buffer_size(SOCKET_BYTES).unwrap();
        socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
        let listener = socket.listen(64).unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(serve(listener, Arc::clone(&service)));
        Self { service, address }
    }

    /// One with contacts, and an audience of those who clicked three times.
    async fn with_clickers() -> Self {
        let server = Self::start().await;
        server.batch(0..20).await;
        server.save_clickers().await;
        server
    }

    async fn save_clickers(&self) {
        let audience = r#"{"filter": {"operator": "AND", "conditions": [
            {"conditionType": "count", "field": "click_count", "operator": "gte", "value": 3}]}}"#;
        let saved = self.client().await.send(Method::PUT, &format!("/audiences/clickers?{AT}"), audience).await;
        assert_eq!(saved, (204, String::new()));
    }

    async fn client(&self) -> Client {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(SOCKET_BYTES).unwrap();
        let stream = socket.connect(self.address).await.unwrap();
        let (requests, connection) = handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        Client { requests }
    }

    /// Takes in contacts, each of whom clicked as often as their number says.
    async fn batch(&self, numbers: std::ops::Range<u64>) {
        let count = numbers.end - numbers.start;
        let lines: String = numbers
            .map(|number| format!("{{\"phone_number\": \"+{number}\", \"list_id\": 7, \"click_count\": {number}}}\n"))
            .collect();
        let taken = self.client().await.send(Method::POST, "/contacts/batch", lines).await;
        assert_eq!(taken, (200, json!({"taken": count}).to_string()));
    }

    async fn size(&self) -> u64 {
        let (status, body) = self.client().await.get(&format!("/audiences/clickers/size?{AT}")).await;
        assert_eq!(status, 200, "{body}");
        serde_json::from_str::<headcount::Size>(&body).unwrap().value
    }
}

struct Client {
    requests: SendRequest<Full<Bytes>>,
}

impl Client {
    async fn response(&mut self, method: Method, path: &str, body: impl Into<Bytes>) -> Response<Incoming> {
        let request = Request::builder().method(method).uri(path).header("host", "localhost");
        let request = request.header("content-type", "application/json").body(Full::new(body.into())).unwrap();
        self.requests.send_request(request).await.unwrap()
    }

    async fn send(&mut self, method: Method, path: &str, body: impl Into<Bytes>) -> (u16, String) {
        let response = self.response(method, path, body).await;
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.into()).unwrap())
    }

    async fn get(&mut self, path: &str) -> (u16, String) {
        self.send(Method::GET, path, "").await
    }

    /// The codes that a refusal tells.
    async fn refused(&mut self, method: Method, path: &str, body: impl Into<Bytes>, status: u16, codes: &[&str]) {
        let (found, body) = self.send(method, path, body).await;
        let told: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
        let errors = told["errors"].as_array().cloned().unwrap_or_default();
        let told: Vec<_> = errors.iter().filter_map(|error| error["code"].as_str()).collect();
        assert_eq!((found, &*told), (status, codes), "{path}: {body}");
    }
}

#[tokio::test]
async fn what_a_service_answers() {
    let server = Server::with_clickers().await;
    let mut client = server.client().await;
    let (status, body) = client.send(Method::POST, &format!("/filters/check?{AT}"), "last_sent_at within 1 day").await;
    let told: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, &told["warnings"][0]["code"]), (200, &json!("rolling_day")));

    assert_eq!(server.size().await, 17);
    let (_, sizes) = client.get(&format!("/sizes?{AT}&unit=memberships")).await;
    assert_eq!(serde_json::from_str::<serde_json::Value>(&sizes).unwrap()["clickers"]["value"], 17);
    let (_, members) = client.get(&format!("/audiences/clickers/members?{AT}")).await;
    assert_eq!(members.lines().count(), 17);

    assert_eq!(client.get(&format!("/contacts/+3/audiences?{AT}")).await.1, r#"["clickers"]"#);
    assert_eq!(client.get(&format!("/contacts/+2/audiences?{AT}")).await.1, "[]");
    let subscriber = r#"{"phone": "+1", "list": 7, "clicks": 5}"#;
    let path = format!("/subscribers/audiences?{AT}");
    assert_eq!(client.send(Method::POST, &path, subscriber).await.1, r#"["clickers"]"#);

    let (status, why) = client.get(&format!("/audiences/clickers/contacts/+2?{AT}")).await;
    assert!(status == 200 && why.contains("click_count >= 3"), "{why}");
    let (status, statement) = client.get(&format!("/audiences/clickers/sql/postgresql?{AT}")).await;
    assert!(status == 200 && statement.contains("count(DISTINCT"), "{statement}");
}

#[tokio::test]
async fn bad_bodies_are_told_what_is_wrong() {
    let server = Server::with_clickers().await;
    let mut client = server.client().await;
    let (check, save) = (format!("/filters/check?{AT}"), format!("/audiences/a?{AT}"));
    client.refused(Method::POST, &check, "clicks > 3 and list = 'x'", 422, &["unknown_field", "wrong_type"]).await;
    client.refused(Method::POST, &check, "{", 400, &["invalid_json"]).await;
    client.refused(Method::POST, &check, "[".repeat(100_000), 400, &["invalid_json"]).await;
    client.refused(Method::PUT, &save, "{}", 422, &["missing_key"]).await;
    let unknown_list = r#"{"source_lists": [8], "filter": {"operator": "AND", "conditions": [
        {"conditionType": "custom_field", "field": "x", "operator": "exists"}]}}"#;
    client.refused(Method::PUT, &save, unknown_list, 422, &["invalid_value", "unknown_field"]).await;
    let record = r#"{"phone_number": 1, "click_count": -1}"#;
    client.refused(Method::POST, "/contacts", record, 422, &["wrong_type", "invalid_value"]).await;
    client.refused(Method::POST, "/contacts", r#"{"contacts": []}"#, 422, &["missing_key"]).await;
    let lines = "{\"phone_number\": \"+77\"}\n{\"contacts\": [{\"phone_number\": \"+78\"}]}\n";
    client.refused(Method::POST, "/contacts/batch", lines, 422, &["invalid_record"]).await;
    client.refused(Method::GET, &format!("/contacts/+77/audiences?{AT}"), "", 404, &["not_found"]).await;
    client.refused(Method::GET, &format!("/audiences/a/size?{AT}"), "", 404, &["not_found"]).await;
    assert_eq!(client.get("/sizes?now=today").await.0, 400);
    assert_eq!(client.get(&format!("/sizes?{AT}&units=contacts")).await.0, 400);
}

#[tokio::test]
async fn a_bomb_is_not_unpacked() {
    let server = Server::start().await;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..64 {
        packer.write_all(&[b' '; 1 << 20]).unwrap();
    }
    let bomb = packer.finish().unwrap();
    assert!(bomb.len() < MAX_BODY);
    let mut client = server.client().await;
    client.refused(Method::POST, "/contacts/batch", bomb, 400, &["unreadable_input"]).await;
    let long = client.send(Method::POST, "/contacts", vec![b' '; MAX_BODY + 1]).await;
    assert_eq!(long.0, 413);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn four_writers_beside_readers() {
    const EACH: u64 = 50;
    let server = Arc::new(Server::with_clickers().await);
    let before = server.size().await;
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let server = Arc::clone(&server);
            tokio::spawn(async move {
                for at in 0..EACH {
                    let first = 1_000 * (writer + 1) + at;
                    server.batch(first..first + 1).await;
                }
            })
        })
        .collect();
    let readers: Vec<_> = (0..2)
        .map(|_| {
            let server = Arc::clone(&server);
            tokio::spawn(async move {
                let mut last = before;
                while last < before + 4 * EACH {
                    let size = server.size().await;
                    assert!(size >= last, "a change is never taken back: {size} after {last}");
                    last = size;
                }
            })
        })
        .collect();
    for task in writers.into_iter().chain(readers) {
        task.await.unwrap();
    }
    assert_eq!(server.size().await, before + 4 * EACH);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_leaves_in_the_middle_of_members_leaves_nothing_behind() {
    let contacts = (0..100_000).map(|number| {
        let on = Membership { list_id: Some(7), click_count: 9, ..Membership::default() };
        Contact { phone_number: format!("+1415{number:07}"), memberships: vec![on], ..Contact::default() }
    });
    let server = Server::of(Service::of(contacts.collect())).await;
    server.save_clickers().await;
    let mut client = server.client().await;
    let mut response = client.response(Method::GET, &format!("/audiences/clickers/members?{AT}"), "").await;
    let first = response.frame().await.unwrap().unwrap().into_data().unwrap();
    assert!(first.starts_with(b"+"), "{first:?}");
    let snapshot = server.service.table.snapshot();
    // The service, whoever sends members, and this test.
    assert_eq!(Arc::strong_count(&snapshot), 3);
    drop((response, client));
    for _ in 0..500 {
        if Arc::strong_count(&snapshot) == 2 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("somebody still sends members to a client that has left");
}

#[test]
fn what_changes_leave_is_done_in_the_background() {
    let service = Arc::new(Service::default());
    let merge = |number: u64| {
        let on = Membership { list_id: Some(7), ..Membership::default() };
        let phone_number = format!("+{number}");
        service.table.merge(Contact { phone_number, memberships: vec![on], ..Contact::default() });
    };
    // Of the last some stand in no column yet.
    (0..5_000).for_each(merge);
    assert!(service.table.snapshot().memory().overflow > 0);
    service.keep_joined().unwrap();
    let is_done = || service.table.snapshot().memory().overflow == 0;
    let waited = (0..1_000).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        is_done()
    });
    assert!(waited && service.table.snapshot().len() == 5_000);
}

#[test]
fn a_subscriber_answers_as_the_contact_does() {
    let scope = FieldScope::default()
        .fields([CountField::ClickCount.into(), TextField::PhoneNumber.into()])
        .custom_keys(CustomKey::new("tier"));
    let tiers = proptest::sample::select(vec![None, Some("gold"), Some("silver")]);
    let subscribers = (0..9, list_ids(), counts(), tiers).prop_map(|(phone, list, clicks, tier)| Subscriber {
        phone: format!("+{phone}"),
        list,
        clicks,
        tier: tier.map(str::to_owned),
    });
    scope.assert_record_agrees(subscribers, |Subscriber { phone, list, clicks, tier }| {
        let custom_fields = tier.iter().map(|tier| ("tier".to_owned(), Value::from(tier.as_str()))).collect();
        let on = Membership { list_id: Some(*list), click_count: *clicks, custom_fields, ..Membership::default() };
        Contact { phone_number: phone.clone(), memberships: vec![on], ..Contact::default() }
    });
}
