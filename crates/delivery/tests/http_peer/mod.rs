//! A web server that does what a test tells it to, and remembers what it was asked.

#![allow(dead_code)] // no test file uses all of it

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// What is done with the next requests.
#[derive(Clone)]
pub(crate) enum Does {
    /// Exactly this goes out, then the connection ends.
    Says(String),
    /// As [`Does::Says`], but the connection stays open.
    SaysNoMore(String),
    /// The connection ends at once.
    HangsUp,
    /// Nothing, for ever.
    KeepsQuiet,
}

/// One request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heard {
    /// Request line and headers.
    pub(crate) head: Vec<String>,
    pub(crate) body: String,
}

impl Heard {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.head.iter().filter_map(|line| line.split_once(": "));
        headers.find(|(at, _)| at.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

#[derive(Clone)]
pub(crate) struct HttpPeer {
    pub(crate) port: u16,
    does: Arc<Mutex<Does>>,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl HttpPeer {
    pub(crate) async fn start() -> Self {
        Self::listen(None).await
    }

    /// On 127.0.0.1; with TLS, if it is given.
    pub(crate) async fn listen(tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let does = Arc::new(Mutex::new(Does::Says(answer("200 OK", "{}"))));
        let peer = Self { port, does, heard: Arc::default() };
        let serving = peer.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (peer, tls) = (serving.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        Some(tls) => peer.serve(tls.accept(stream).await.ok()?).await,
                        None => peer.serve(stream).await,
                    }
                });
            }
        });
        peer
    }

    pub(crate) fn does(&self, does: Does) {
        *self.does.lock().unwrap() = does;
    }

    pub(crate) fn says(&self, status: &str, body: &str) {
        self.does(Does::Says(answer(status, body)));
    }

    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    async fn serve(&self, stream: impl AsyncRead + AsyncWrite + Unpin) -> Option<()> {
        let mut stream = BufReader::new(stream);
        let mut heard = Heard::default();
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await.ok().filter(|octets| *octets > 0)?;
            match line.trim_end() {
                "" => break,
                line => heard.head.push(line.to_owned()),
            }
        }
        let mut body = vec![0; heard.header("content-length").map_or(0, |length| length.parse().unwrap())];
        stream.read_exact(&mut body).await.ok()?;
        heard.body = String::from_utf8(body).unwrap();
        self.heard.lock().unwrap().push(heard);
        let does = self.does.lock().unwrap().clone();
        match does {
            Does::Says(words) => {
                stream.write_all(words.as_bytes()).await.ok()?;
                stream.shutdown().await.ok()
            }
            Does::SaysNoMore(words) => {
                stream.write_all(words.as_bytes()).await.ok()?;
                stream.flush().await.ok()?;
                std::future::pending().await
            }
            Does::HangsUp => None,
            Does::KeepsQuiet => std::future::pending().await,
        }
    }
}

/// A whole answer.
pub(crate) fn answer(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}
