//! A browser of a few lines: keeps its cookie, sends the token of the last form it saw, follows nothing by
//! itself.

use std::net::SocketAddr;

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) location: String,
    pub(crate) policy: String,
    pub(crate) set_cookie: String,
    pub(crate) body: String,
}

impl Answer {
    /// The value of an attribute, by its name and an element's text before it.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.body.split_once(&format!("{name}=\""))?;
        rest.split_once('"').map(|(value, _)| value)
    }
}

pub(crate) struct Visitor {
    pub(crate) address: SocketAddr,
    pub(crate) cookie: String,
    pub(crate) token: String,
}

impl Visitor {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self { address, cookie: String::new(), token: String::new() }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], String::new()).await
    }

    /// A form of ours, as a browser sends it.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token.clone();
        let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("csrf", token.as_str())]).collect();
        let headers =
            [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
        self.send(Method::POST, path, &headers, encode(&fields)).await
    }

    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Answer {
        let mut request =
            Request::builder().method(method).uri(path).header("host", self.address.to_string());
        if !self.cookie.is_empty() {
            request = request.header("cookie", &self.cookie);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let stream = TcpStream::connect(self.address).await.expect("the exchange listens");
        let (mut sender, connection) =
            http1::handshake::<_, Full<Bytes>>(TokioIo::new(stream)).await.expect("HTTP");
        tokio::spawn(connection);
        let answer =
            sender.send_request(request.body(body.into()).expect("a request")).await.expect("an answer");
        let header = |name: &str| {
            answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
        };
        let (location, policy, set_cookie) =
            (header("location"), header("content-security-policy"), header("set-cookie"));
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.expect("a body").to_bytes();
        let answer = Answer {
            status,
            location,
            policy,
            set_cookie,
            body: String::from_utf8(body.to_vec()).expect("UTF-8"),
        };
        if let Some((cookie, _)) = answer.set_cookie.split_once(';') {
            self.cookie = cookie.to_owned();
        }
        if let Some((_, rest)) = answer.body.split_once("name=\"csrf\" value=\"") {
            self.token = rest.split('"').next().unwrap_or_default().to_owned();
        }
        answer
    }

    /// A balance as its page has it: balance and available.
    pub(crate) async fn balance(&mut self, asset: &str) -> (String, String) {
        let page = self.get("/").await.body;
        let (_, row) = page.split_once(&format!("data-asset=\"{asset}\"")).expect("a row of the asset");
        let value = |name: &str| {
            let (_, rest) = row.split_once(&format!("{name}=\"")).expect("an attribute");
            rest.split('"').next().unwrap_or_default().to_owned()
        };
        (value("data-balance"), value("data-available"))
    }
}

fn encode(fields: &[(&str, &str)]) -> String {
    let escape = |text: &str| -> String {
        let escaped = |byte: u8| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        };
        text.bytes().map(escaped).collect()
    };
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
    pairs.join("&")
}
