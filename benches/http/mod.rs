//! The service on a socket, and a client of it that takes no time of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use headcount_service_example::{Service, serve};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

use crate::Outcome;

/// What every request says is now, as the question that it asks.
const AT: &str = "now=2025-11-15T08:30:00Z";

/// A service that listens as long as this is there.
pub(crate) struct Server {
    address: SocketAddr,
    _runtime: Runtime,
}

impl Server {
    pub(crate) fn start(service: Service) -> Outcome<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let service = Arc::new(service);
        service.keep_joined()?;
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0)))?;
        let address = listener.local_addr()?;
        runtime.spawn(serve(listener, service));
        Ok(Self { address, _runtime: runtime })
    }

    pub(crate) fn client(&self) -> Outcome<Client> {
        let stream = TcpStream::connect(self.address)?;
        stream.set_nodelay(true)?;
        Ok(Client { stream: BufReader::new(stream) })
    }
}

/// A client of HTTP/1.1 that knows no more of it than the service says.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    /// A response: its status and its body.
    pub(crate) fn ask(&mut self, method: &str, path: &str, body: &str) -> Outcome<(u16, String)> {
        let length = body.len();
        let request = format!(
            "{method} {path}?{AT} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n\r\n{body}"
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).ok_or("no status")?.parse()?;
        let mut length = 0;
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            match line.trim_end().split_once(": ") {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.parse()?,
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok((status, String::from_utf8(body)?))
    }

    /// What is there.
    pub(crate) fn get(&mut self, path: &str) -> Outcome<String> {
        match self.ask("GET", path, "")? {
            (200, body) => Ok(body),
            (status, body) => Err(format!("{path}: {status} {body}").into()),
        }
    }

    /// Sends the same request so many times; the status of the last response.
    pub(crate) fn send(&mut self, method: &str, path: &str, body: &str, times: u64) -> Outcome<u16> {
        let mut last = 0;
        for _ in 0..times {
            (last, _) = self.ask(method, path, body)?;
        }
        Ok(last)
    }
}
