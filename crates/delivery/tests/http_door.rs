//! The guarded HTTP client over real TCP and TLS: where it goes and where it does not, what it reads and when it
//! gives up (T26).

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot set itself up stops there

mod http_peer;

use countersign_delivery::http::{
    Answer, BODY_MAX, Destination, EgressPolicy, HttpClient, HttpError, Post, Resolver, Resolving,
    SystemResolver, Trust,
};
use http_peer::{Does, HttpPeer};
use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

const STRICT: EgressPolicy = EgressPolicy { allow_private: false };
const LOOSE: EgressPolicy = EgressPolicy { allow_private: true };

/// Answers each look-up with the next of these, and counts them.
#[derive(Default)]
struct Scripted {
    answers: Mutex<Vec<Vec<&'static str>>>,
    asked: AtomicUsize,
}

impl Scripted {
    fn new(answers: &[&[&'static str]]) -> Arc<Self> {
        let answers = answers.iter().rev().map(|addresses| addresses.to_vec()).collect();
        Arc::new(Self { answers: Mutex::new(answers), asked: AtomicUsize::new(0) })
    }
}

impl Resolver for Scripted {
    fn addresses<'a>(&'a self, _host: &'a str) -> Resolving<'a> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let answer = self.answers.lock().unwrap().pop();
        let read = |addresses: Vec<&str>| addresses.iter().map(|at| at.parse::<IpAddr>().unwrap()).collect();
        Box::pin(async move { answer.map(read).ok_or_else(|| io::Error::other("no such host")) })
    }
}

/// Never answers.
struct Silent;

impl Resolver for Silent {
    fn addresses<'a>(&'a self, _host: &'a str) -> Resolving<'a> {
        Box::pin(std::future::pending())
    }
}

fn client(policy: EgressPolicy, resolver: Arc<dyn Resolver>) -> HttpClient {
    HttpClient::with(policy, resolver, Trust::only([]))
}

async fn post(client: &HttpClient, url: &str) -> Result<Answer, HttpError> {
    post_within(client, url, Duration::from_secs(60)).await
}

async fn post_within(client: &HttpClient, url: &str, timeout: Duration) -> Result<Answer, HttpError> {
    let to = Destination::parse(url, client.policy()).unwrap();
    client.post(Post { to, headers: Vec::new(), body: "{\"a\":1}".to_owned(), timeout }).await
}

/// To the peer, by an address in the URL.
async fn post_to(peer: &HttpPeer) -> Result<Answer, HttpError> {
    let url = format!("http://127.0.0.1:{}/hooks?x=1", peer.port);
    post(&client(LOOSE, Arc::new(SystemResolver)), &url).await
}

#[tokio::test]
async fn a_request_is_one_whole_post_that_keeps_no_connection() {
    let peer = HttpPeer::start().await;
    peer.says("201 Created", "{\"id\":\"x\"}");
    let answer = post_to(&peer).await.unwrap();
    assert_eq!((answer.status, &*answer.body), (201, &b"{\"id\":\"x\"}"[..]));
    let [heard] = &peer.heard()[..] else { panic!("one request") };
    assert_eq!(heard.head[0], "POST /hooks?x=1 HTTP/1.1");
    assert_eq!(heard.header("host"), Some(&*format!("127.0.0.1:{}", peer.port)));
    assert_eq!(heard.header("content-type"), Some("application/json"));
    assert_eq!(heard.header("connection"), Some("close"));
    assert!(heard.header("user-agent").unwrap().starts_with("Countersign/"));
    assert_eq!(heard.body, "{\"a\":1}");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_nobody_goes_there() {
    let (peer, elsewhere) = (HttpPeer::start().await, HttpPeer::start().await);
    for status in [301, 302, 303, 307, 308] {
        let to = format!("http://127.0.0.1:{}/", elsewhere.port);
        peer.does(Does::Says(format!(
            "HTTP/1.1 {status} Moved\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n"
        )));
        assert_eq!(post_to(&peer).await.unwrap().status, status);
    }
    assert_eq!((peer.heard().len(), elsewhere.heard().len()), (5, 0));
}

#[tokio::test]
async fn a_body_is_read_to_its_cap_and_as_far_as_it_comes() {
    let peer = HttpPeer::start().await;
    for length in [BODY_MAX - 1, BODY_MAX, BODY_MAX + 1, 40 * BODY_MAX] {
        peer.says("200 OK", &"x".repeat(length));
        assert_eq!(post_to(&peer).await.unwrap().body.len(), length.min(BODY_MAX), "{length}");
    }
    let chunk = format!("8000\r\n{}\r\n", "y".repeat(0x8000));
    let endless = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{}", chunk.repeat(20));
    peer.does(Does::Says(endless));
    assert_eq!(post_to(&peer).await.unwrap().body, "y".repeat(BODY_MAX).into_bytes());
    // Cut off: the status was said, and what came is kept.
    peer.does(Does::Says("HTTP/1.1 500 Oops\r\ncontent-length: 100\r\n\r\nhalf".to_owned()));
    assert_eq!(post_to(&peer).await.unwrap(), Answer { status: 500, body: b"half".to_vec() });
}

#[tokio::test]
async fn what_is_no_answer_is_none() {
    let peer = HttpPeer::start().await;
    let head_without_end = format!("HTTP/1.1 200 OK\r\nx: {}", "x".repeat(1 << 20));
    let nonsense =
        ["SSH-2.0-OpenSSH_9.6\r\n", "HTTP/1.1 200", "HTTP/1.1 99999 OK\r\n\r\n", "", &head_without_end];
    for words in nonsense {
        peer.does(Does::Says(words.to_owned()));
        assert_eq!(post_to(&peer).await, Err(HttpError::NoAnswer), "{}", words.get(..20).unwrap_or(words));
    }
    peer.does(Does::HangsUp);
    assert_eq!(post_to(&peer).await, Err(HttpError::NoAnswer));
    assert!(HttpError::NoAnswer.begun());
}

#[tokio::test]
async fn whoever_keeps_quiet_is_given_up() {
    // Connections wait here and are never taken.
    let quiet = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let open = client(LOOSE, Arc::new(SystemResolver));
    let second = Duration::from_secs(1);
    let url = |scheme: &str, port: u16| format!("{scheme}://127.0.0.1:{port}/");
    let given_up = |begun| Err(HttpError::TimedOut { begun });
    let port = quiet.local_addr().unwrap().port();
    assert_eq!(post_within(&open, &url("http", port), second).await, given_up(true));
    assert_eq!(post_within(&open, &url("https", port), second).await, given_up(false));
    let silent = client(LOOSE, Arc::new(Silent));
    assert_eq!(post_within(&silent, "https://hooks.example/", second).await, given_up(false));
    // A body that never ends.
    let peer = HttpPeer::start().await;
    peer.does(Does::SaysNoMore("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf".to_owned()));
    assert_eq!(post_within(&open, &url("http", peer.port), second).await, given_up(true));
}

#[tokio::test]
async fn nothing_connects_to_an_address_out_of_reach() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    // The spellings that the system's resolver takes for 127.0.0.1.
    let names = ["localhost", "127.1", "0x7f.1", "2130706433", "017700000001", "0x7f000001"];
    for host in names {
        let strict = client(STRICT, Arc::new(SystemResolver));
        let outcome = post(&strict, &format!("https://{host}:{port}/")).await;
        assert_eq!(outcome, Err(HttpError::Forbidden), "{host}");
    }
    let hosts: [&[&str]; 4] =
        [&["127.0.0.1"], &["::1", "127.0.0.1"], &["::ffff:127.0.0.1"], &["10.0.0.1", "fd00::1"]];
    for addresses in hosts {
        let strict = client(STRICT, Scripted::new(&[addresses]));
        let outcome = post(&strict, &format!("https://hooks.example:{port}/")).await;
        assert_eq!(outcome, Err(HttpError::Forbidden), "{addresses:?}");
    }
    let metadata = client(LOOSE, Scripted::new(&[&["169.254.169.254"]]));
    assert_eq!(post(&metadata, "http://metadata.example/").await, Err(HttpError::Forbidden));
    let public = client(LOOSE, Scripted::new(&[&["1.1.1.1"]]));
    assert_eq!(post(&public, "http://hooks.example/").await, Err(HttpError::Forbidden), "not in the clear");
    // Nobody knocked: the next connection is the one made here.
    let own = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let (_, first) = listener.accept().await.unwrap();
    assert_eq!(first, own.local_addr().unwrap());
}

/// A name that answers differently the second time changes nothing: it is asked once, and what was judged is
/// what is connected to.
#[tokio::test]
async fn a_name_is_asked_once_for_each_request() {
    let peer = HttpPeer::start().await;
    let url = format!("http://hooks.example:{}/", peer.port);
    let rebinding = Scripted::new(&[&["127.0.0.1"], &["169.254.169.254"]]);
    let loose = client(LOOSE, rebinding.clone());
    assert_eq!(post(&loose, &url).await.unwrap().status, 200);
    assert_eq!((rebinding.asked.load(Ordering::SeqCst), peer.heard().len()), (1, 1));
    // Judged anew at the next request.
    assert_eq!(post(&loose, &url).await, Err(HttpError::Forbidden));
    assert_eq!(peer.heard()[0].header("host"), Some(&*format!("hooks.example:{}", peer.port)));

    let rebinding = Scripted::new(&[&["169.254.169.254"], &["127.0.0.1"]]);
    assert_eq!(post(&client(LOOSE, rebinding.clone()), &url).await, Err(HttpError::Forbidden));
    assert_eq!((rebinding.asked.load(Ordering::SeqCst), peer.heard().len()), (1, 1));
}

#[tokio::test]
async fn of_several_addresses_the_forbidden_are_passed_over_and_the_dead_cost_only_time() {
    let peer = HttpPeer::start().await;
    let url = format!("http://hooks.example:{}/", peer.port);
    // Nobody listens at 127.0.0.2.
    for addresses in [["169.254.169.254", "127.0.0.1"], ["127.0.0.2", "127.0.0.1"]] {
        let outcome = post(&client(LOOSE, Scripted::new(&[&addresses])), &url).await;
        assert_eq!(outcome.unwrap().status, 200, "{addresses:?}");
    }
    let nobody = client(LOOSE, Scripted::new(&[&["127.0.0.2", "169.254.169.254"]]));
    assert_eq!(post(&nobody, &url).await, Err(HttpError::NoConnection));
    let five = Scripted::new(&[&["127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5", "127.0.0.1"]]);
    assert_eq!(post(&client(LOOSE, five), &url).await, Err(HttpError::NoConnection), "four are tried");
    for nowhere in [Scripted::new(&[]), Scripted::new(&[&[]])] {
        assert_eq!(post(&client(LOOSE, nowhere), &url).await, Err(HttpError::UnknownHost));
    }
}

const AUTHORITY: &[u8] = include_bytes!("fixtures/tls/authority.der");

fn tls() -> TlsAcceptor {
    // Made with openssl for these tests and used by nothing else.
    let certificate = CertificateDer::from(include_bytes!("fixtures/tls/hooks.example.der").to_vec());
    let key = include_bytes!("fixtures/tls/hooks.example.key.der").to_vec();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], PrivateKeyDer::try_from(key).unwrap())
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

#[tokio::test]
async fn tls_proves_whose_host_it_is() {
    let peer = HttpPeer::listen(Some(tls())).await;
    let local: &[&'static str] = &["127.0.0.1"];
    let with = |trust: Trust| HttpClient::with(LOOSE, Scripted::new(&[local]), trust);
    let ours = || Trust::only([AUTHORITY.to_vec()]);
    let url = |host: &str| format!("https://{host}:{}/hooks", peer.port);

    let answer = post(&with(ours()), &url("hooks.example")).await;
    assert_eq!(answer.unwrap().status, 200);
    assert_eq!(peer.heard().len(), 1);
    for (trust, host) in [
        (ours(), "evil.example"),
        (ours(), "sub.hooks.example"),
        (ours(), "127.0.0.1"),
        (Trust::only([]), "hooks.example"),
        (Trust::system(), "hooks.example"),
    ] {
        assert_eq!(post(&with(trust), &url(host)).await, Err(HttpError::NotTrusted), "{host}");
    }
    assert_eq!(peer.heard().len(), 1, "no request was sent to whoever could not prove it");
    // Whoever speaks no TLS proves nothing.
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://hooks.example:{}/", plain.local_addr().unwrap().port());
    let says_no = async {
        let (mut stream, _) = plain.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        stream
    };
    let client = with(ours());
    let (outcome, _stream) = tokio::join!(post(&client, &url), says_no);
    assert_eq!(outcome, Err(HttpError::NotTrusted));
}
