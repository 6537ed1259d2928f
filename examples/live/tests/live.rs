//! The service, asked by a real client over a socket.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::net::SocketAddr;
use std::sync::Arc;

use headcount::{Audience, EvalContext, Live, Table};
use headcount_live_example::{MAX_BODY, Service, serve};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::handshake;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};

/// A service that listens, with the audiences `recent` and `often`, and no contact, from midnight of 2025-11-15 on.
async fn start() -> SocketAddr {
    let audience = |id: &str, filter: &str| Audience { id: Some(id.into()), ..Audience::of(filter.parse().unwrap()) };
    let audiences = [audience("recent", "last_clicked_at within 1 day"), audience("often", "click_count >= 5")];
    let cx = EvalContext::at("2025-11-15T00:00:00Z".parse().unwrap());
    let service = Service::of(Live::new(Table::default(), audiences, &cx).unwrap());
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(listener, Arc::new(service)));
    address
}

async fn send(address: SocketAddr, method: Method, path: &str, body: impl Into<Bytes>) -> Response<Incoming> {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut requests, connection) = handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = Request::builder().method(method).uri(path).header("host", "localhost");
    requests.send_request(request.body(Full::new(body.into())).unwrap()).await.unwrap()
}

async fn json_of(response: Response<Incoming>) -> Value {
    assert_eq!(response.status(), 200);
    serde_json::from_slice(&response.into_body().collect().await.unwrap().to_bytes()).unwrap()
}

async fn get(address: SocketAddr, path: &str) -> Value {
    json_of(send(address, Method::GET, path, "").await).await
}

async fn update(address: SocketAddr, lines: &str) -> Value {
    json_of(send(address, Method::POST, "/updates", lines.to_owned()).await).await
}

/// The next event of a stream.
async fn next(events: &mut Incoming) -> Value {
    let frame = events.frame().await.unwrap().unwrap().into_data().unwrap();
    let data = std::str::from_utf8(&frame).unwrap().strip_prefix("data: ").unwrap().trim_end();
    serde_json::from_str(data).unwrap()
}

const CLICKED: &str = r#"{"at": "2025-11-15T08:00:00Z", "phone_number": "+1", "click_count": 5, "last_clicked_at": "2025-11-15T08:00:00Z"}"#;

#[tokio::test]
async fn updates_are_told_to_subscribers() {
    let address = start().await;
    let mut first = send(address, Method::GET, "/events", "").await.into_body();
    let mut second = send(address, Method::GET, "/events", "").await.into_body();
    assert_eq!(update(address, CLICKED).await, json!({"applied": 1, "problems": []}));
    assert_eq!(update(address, r#"{"at": "2025-11-17"}"#).await["applied"], json!(1));
    for events in [&mut first, &mut second] {
        let event = |at: &str, audience: &str, event: &str, cause: &str| json!({"at": at, "audience": audience, "phone_number": "+1", "event": event, "cause": cause});
        assert_eq!(next(events).await, event("2025-11-15T08:00:00Z", "recent", "entered", "update"));
        assert_eq!(next(events).await, event("2025-11-15T08:00:00Z", "often", "entered", "update"));
        assert_eq!(next(events).await, event("2025-11-16T08:00:00.000001Z", "recent", "left", "time"));
    }
}

#[tokio::test]
async fn sizes_and_audiences_are_those_of_the_moment() {
    let address = start().await;
    assert_eq!(get(address, "/contacts/+1/audiences").await, json!([]));
    update(address, CLICKED).await;
    assert_eq!(get(address, "/contacts/+1/audiences").await, json!(["recent", "often"]));
    let sizes = json!({"at": "2025-11-15T08:00:00Z", "sizes": {"recent": 1, "often": 1}});
    assert_eq!(get(address, "/sizes").await, sizes);
    update(address, "{\"at\": \"2025-11-18\"}\n").await;
    assert_eq!(get(address, "/contacts/+1/audiences").await, json!(["often"]));
    update(address, r#"{"at": "2025-11-18", "remove": "+1"}"#).await;
    assert_eq!(get(address, "/sizes").await, json!({"at": "2025-11-18T00:00:00Z", "sizes": {"recent": 0, "often": 0}}));
}

#[tokio::test]
async fn an_invalid_update_costs_no_other() {
    let address = start().await;
    let answer = update(address, &format!("{{\"at\": \"soon\"}}\n{CLICKED}\nnonsense\n")).await;
    assert_eq!(answer["applied"], json!(1));
    let places: Vec<_> = answer["problems"].as_array().unwrap().iter().map(|problem| problem["line"].clone()).collect();
    assert_eq!(places, [json!(1), json!(3)]);
    assert_eq!(answer["problems"][0]["pointer"], json!("/at"));
    assert_eq!(get(address, "/contacts/+1/audiences").await, json!(["recent", "often"]));
    let large = send(address, Method::POST, "/updates", vec![b' '; MAX_BODY + 1]).await;
    assert_eq!(large.status(), 413);
}
