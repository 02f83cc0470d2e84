//! Mail in by SMTP, out by JSON, page and stream.

use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::{get, get_json, network};

async fn deliver(smtp: std::net::SocketAddr, to: &str, mail: &str) {
    let mut stream = TcpStream::connect(smtp).await.expect("connects");
    let stuffed = mail.replace("\n.", "\n..");
    let talk = format!(
        "EHLO test\r\nMAIL FROM:<bounce@acme.example>\r\nRCPT TO:<{to}>\r\nDATA\r\n{stuffed}\r\n.\r\nQUIT\r\n"
    );
    stream.write_all(talk.as_bytes()).await.expect("writes");
    let mut replies = String::new();
    stream.read_to_string(&mut replies).await.expect("reads");
    assert!(replies.ends_with("250 2.0.0 Kept\r\n221 2.0.0 Goodbye\r\n"), "{replies}");
}

const MULTIPART: &str = include_str!("../fixtures/multipart.eml");

#[tokio::test]
async fn mails_come_out_newest_first_and_by_address() {
    let running = network(Vec::new()).await;
    deliver(running.smtp, "First@x.example", MULTIPART).await;
    deliver(
        running.smtp,
        "second+tag@x.example",
        "Subject: <b>&\r\n\r\n<script>alert(1)</script>\r\n.hidden",
    )
    .await;
    let all = get_json(running.mailbox, "/api/messages").await;
    let expected = json!([
        {
            "to": "second+tag@x.example",
            "from": "bounce@acme.example",
            "text": "<script>alert(1)</script>\n.hidden",
            "received_at": "2025-11-22T05:29:00.000Z",
            "subject": "<b>&",
        },
        {
            "to": "first@x.example",
            "from": "Acme Sécurité <no-reply@acme.example>",
            "text": "Plain 482913",
            "received_at": "2025-11-22T05:29:00.000Z",
            "subject": "Two ways",
        },
    ]);
    assert_eq!(all, expected);
    // A raw + in a query arrives as a space.
    for query in ["second+tag@x.example", "Second%2Btag@X.example"] {
        let one = get_json(running.mailbox, &format!("/api/messages?to={query}")).await;
        assert_eq!(one, json!([expected[0]]), "{query}");
    }
    assert_eq!(get_json(running.mailbox, "/api/messages?to=nobody@x.example").await, json!([]));
    let (_, page) = get(running.mailbox, "/").await;
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !page.contains("<script>"));
    let (above, live) = page.split_once("<div id=\"live\">").expect("a part that is refreshed");
    assert!(above.contains("name=\"to\"") && live.contains("482913"), "what is typed outlives a refresh");
    assert!(page.contains("<h3>&lt;b&gt;&amp;</h3>") && page.contains("data-copy=\"482913\""));
}

#[tokio::test]
async fn a_listener_hears_of_its_own_mail_only() {
    let running = network(Vec::new()).await;
    let mut stream = TcpStream::connect(running.mailbox).await.expect("connects");
    stream.write_all(b"GET /api/stream?to=b@x.example HTTP/1.1\r\nhost: test\r\n\r\n").await.expect("writes");
    let mut lines = BufReader::new(stream).lines();
    while lines.next_line().await.expect("reads").is_some_and(|line| !line.is_empty()) {}
    deliver(running.smtp, "a@x.example", "Subject: not this\r\n\r\nx").await;
    deliver(running.smtp, "b@x.example", "Subject: this\r\n\r\ny").await;
    let data = loop {
        let line = lines.next_line().await.expect("reads").expect("the stream goes on");
        if let Some(data) = line.strip_prefix("data: ") {
            break serde_json::from_str::<serde_json::Value>(data).expect("JSON");
        }
    };
    assert_eq!((&data["subject"], &data["text"]), (&json!("this"), &json!("y")));
}
