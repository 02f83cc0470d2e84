//! Pictures of 200 MB: what says so is refused before a byte of it is read, what does not, or lies, is cut off at the
//! limit, and neither leaves anything. No test holds so much: it is made while it is read.

use crate::console::staffed;
use crate::house::{House, Reply};
use crate::pictures;
use crate::uploads::{FORM, PARTS, Sender, counted, nothing_stored, stands_at};
use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use countersign_server::{Limits, serve};
use futures_util::{StreamExt, stream};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

const LENGTH: usize = 200_000_000;

/// What comes at once, in bytes.
const BIT: usize = 65_536;

const PICTURE_TOO_LARGE: &str =
    "The picture is larger than 15 MB. Take a new photo, or save it smaller as JPEG.";
const TOO_LARGE: &str = "More was sent than this page takes. Nothing was changed.";

async fn senders(house: &mut House) -> [Sender; 2] {
    [Sender::in_case(house, "ada").await, Sender::in_ticket(house, "eve").await]
}

/// A body of which not one byte ever comes: whoever answers has not waited for it.
fn silent() -> Body {
    Body::from_stream(stream::pending::<Result<Bytes, Infallible>>())
}

/// A body that begins like this and goes on for 200 MB, and how much of it was asked for.
fn flood(head: Vec<u8>) -> (Body, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let rest = std::iter::repeat_n(Bytes::from(vec![0xFF; BIT]), LENGTH.div_ceil(BIT));
    let bits = stream::iter(std::iter::once(Bytes::from(head)).chain(rest)).map(move |bit| {
        count.fetch_add(bit.len(), Ordering::SeqCst);
        Ok::<Bytes, Infallible>(bit)
    });
    (Body::from_stream(bits), asked)
}

fn is_too_large(reply: &Reply, sentence: &str) {
    assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", reply.text);
    assert!(reply.text.contains(sentence), "{}", reply.text);
}

/// Asserts that there is room for pictures afterwards.
async fn are_not_spoiled(house: &House, senders: [Sender; 2]) {
    for mut sender in senders {
        let to = sender.sent(house, &pictures::jpeg(480, 401)).await;
        assert_eq!(sender.browser.get(house, &to).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn what_says_that_it_is_too_long_is_refused_before_it_is_sent() {
    let mut house = staffed(House::new().await).await;
    let mut senders = senders(&mut house).await;
    for sender in &mut senders {
        for length in [15_000_001, LENGTH] {
            let refused = sender.begin(&house, &length.to_string()).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
            assert_eq!(refused.json["problem"], 7301);
            assert_eq!(refused.json["title"], PICTURE_TOO_LARGE);
        }
        for odd in ["", "-1", "+1000", "1e3", "0x10", "99999999999999999999"] {
            let refused = sender.begin(&house, odd).await;
            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{odd}: {}", refused.text);
        }
        let form = sender.asking_form().header("content-length", &LENGTH.to_string()).stream(silent());
        is_too_large(&sender.browser.ask(&house, form).await, PICTURE_TOO_LARGE);
        nothing_stored(&house, sender, "200 MB").await;

        let to = sender.begun(&house, 15_000_000).await;
        let piece = sender.asking_piece(&to, 0).header("content-length", &LENGTH.to_string());
        is_too_large(&sender.browser.ask(&house, piece.stream(silent())).await, TOO_LARGE);
        stands_at(&sender.offset(&house, &to).await, StatusCode::OK, 0);
        assert_eq!(sender.withdraw(&house, &to).await.status, StatusCode::NO_CONTENT);
        nothing_stored(&house, sender, "a piece of 200 MB").await;
    }
    are_not_spoiled(&house, senders).await;
}

#[tokio::test]
async fn what_does_not_say_how_long_it_is_is_cut_off_at_the_limit() {
    let mut house = staffed(House::new().await).await;
    let mut senders = senders(&mut house).await;
    for sender in &mut senders {
        let (body, asked) = flood(sender.form_head(b"photo.jpg"));
        let form = sender.asking_form().stream(body);
        is_too_large(&sender.browser.ask(&house, form).await, PICTURE_TOO_LARGE);
        let read = asked.load(Ordering::SeqCst);
        assert!(read <= 16_000_000 + BIT, "{read}");
        nothing_stored(&house, sender, "a form without an end").await;

        // So little was said to come.
        let to = sender.begun(&house, 1_000).await;
        let (body, asked) = flood(Vec::new());
        let piece = sender.asking_piece(&to, 0).stream(body);
        is_too_large(&sender.browser.ask(&house, piece).await, TOO_LARGE);
        let read = asked.load(Ordering::SeqCst);
        assert!(read <= 1_048_576 + BIT, "{read}");
        stands_at(&sender.offset(&house, &to).await, StatusCode::OK, 0);
        // A piece of a size that is taken, and longer than the whole.
        stands_at(&sender.piece(&house, &to, 0, &[0xFF; 1_001]).await, StatusCode::CONFLICT, 0);
        stands_at(&sender.piece(&house, &to, 0, &[0xFF; 600]).await, StatusCode::NO_CONTENT, 600);
        stands_at(&sender.piece(&house, &to, 600, &[0xFF; 401]).await, StatusCode::CONFLICT, 600);
        assert!(sender.taken(&house).await.is_empty());
        assert_eq!(counted(&house, PARTS).await, 1, "the 600 bytes that fit");
        assert_eq!(sender.withdraw(&house, &to).await.status, StatusCode::NO_CONTENT);
        nothing_stored(&house, sender, "a piece without an end").await;
    }
    are_not_spoiled(&house, senders).await;
}

/// The head of a form as it goes over a line; `body` says how its body comes.
fn head(sender: &Sender, body: &str) -> String {
    let cookies: Vec<String> =
        sender.browser.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let (path, cookies) = (&sender.path, cookies.join("; "));
    format!(
        "POST {path}/evidence HTTP/1.1\r\nHost: accounts.example\r\nConnection: close\r\nCookie: {cookies}\r\n\
         Content-Type: {FORM}\r\n{body}\r\n\r\n"
    )
}

/// A part of a body of unknown length (RFC 9112 section 7.1).
fn chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

/// Sends the first bytes to the real listener, then the next ones again and again until it takes no more, so often at
/// most; answers what it said and how often they went.
async fn over_a_line(house: &House, first: &[u8], next: &[u8], times: usize) -> (String, usize) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (_stop, stopped) = watch::channel(false);
    let exchange = async {
        let (mut reader, mut writer) = TcpStream::connect(address).await.unwrap().into_split();
        let sending = async {
            let (mut is_taken, mut sent) = (writer.write_all(first).await.is_ok(), 0);
            while is_taken && sent < times {
                is_taken = writer.write_all(next).await.is_ok();
                sent += usize::from(is_taken);
            }
            sent
        };
        let reading = async {
            let mut answer = Vec::new();
            // Whoever hangs up while more is coming ends the line with an error, behind the answer.
            let _ = reader.read_to_end(&mut answer).await;
            String::from_utf8(answer).unwrap()
        };
        tokio::join!(reading, sending)
    };
    tokio::select! {
        // The bound only ends a test that could never go on.
        said = tokio::time::timeout(Duration::from_secs(60), exchange) => said.unwrap(),
        ended = serve(listener, house.router.clone(), Limits::default(), stopped) => panic!("{ended:?}"),
    }
}

#[tokio::test]
async fn a_line_that_never_ends_is_cut_with_an_answer() {
    let mut house = staffed(House::new().await).await;
    let mut senders = senders(&mut house).await;
    for sender in &mut senders {
        let first = head(sender, "Transfer-Encoding: chunked").into_bytes();
        let first = [first, chunk(&sender.form_head(b"photo.jpg"))].concat();
        let (answer, sent) = over_a_line(&house, &first, &chunk(&[0xFF; BIT]), LENGTH / BIT).await;
        assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains(PICTURE_TOO_LARGE), "{answer}");
        // The kernel holds some of it for both sides, far from all.
        assert!(sent < LENGTH / BIT / 2, "{sent} of {}", LENGTH / BIT);
        nothing_stored(&house, sender, "a line without an end").await;
    }
    are_not_spoiled(&house, senders).await;
}

/// RFC 9110 section 10.1.1: who asks before sending is told no, and never to go on.
#[tokio::test]
async fn whoever_asks_before_sending_200_mb_is_told_no() {
    let mut house = staffed(House::new().await).await;
    for sender in senders(&mut house).await {
        let body = format!("Content-Length: {LENGTH}\r\nExpect: 100-continue");
        let (answer, _) = over_a_line(&house, head(&sender, &body).as_bytes(), b"", 0).await;
        assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains(PICTURE_TOO_LARGE), "{answer}");
        assert!(!answer.contains("100 Continue"), "{answer}");
        nothing_stored(&house, &sender, "200 MB that were asked about").await;
    }
}
