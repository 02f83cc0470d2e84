//! `kill -9` of the server at different moments of sending and checking codes, with real SMPP to the simulated
//! carriers as a process of their own: what was accepted is delivered, and no code works twice.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot go on should stop

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const BINARY: &str = env!("CARGO_BIN_EXE_countersign");
const PATIENCE: Duration = Duration::from_secs(60);

/// A child process that dies with the test.
struct Process(Child);

impl Process {
    fn kill_dash_9(&mut self) {
        self.0.kill().unwrap(); // SIGKILL
        self.0.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start_carriers() -> (Process, Value) {
    let any = "127.0.0.1:0";
    let mut child = Command::new(BINARY)
        .args(["carriers", "--smpp", any, "--handsets", any, "--smtp", any, "--mailbox", any])
        .args(["--system-id", "kill", "--password", "killpass"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (Process(child), serde_json::from_str(&line).unwrap())
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A server with one route to each SMSC, the first one preferred. Receipts are waited for as short as policy allows.
fn configuration(folder: &Path, port: u16, smpp: &[&str]) -> PathBuf {
    let file = folder.join("countersign.toml");
    let mut text = format!(
        "public_url = \"http://127.0.0.1:{port}\"\nlisten = \"127.0.0.1:{port}\"\nservice = \"Kill\"\nsupport = \"x\"\n\
         [storage]\nsqlite = {:?}\n[keys]\nmaster = [\"1:{}\"]\n\
         [policy]\nreceipt_wait_s_min = 3\nreceipt_wait_s_max = 5\nroute_explore_percent = 0\n",
        folder.join("kill.db"),
        "5c".repeat(32),
    );
    for (order, smsc) in smpp.iter().enumerate() {
        let (host, smpp_port) = smsc.rsplit_once(':').unwrap();
        text.push_str(&format!(
            "[[routes.smpp]]\nname = \"sim-{order}\"\nhost = {host:?}\nport = {smpp_port}\nsystem_id = \"kill\"\n\
             password = \"killpass\"\nsender = \"+447860000001\"\nreconnect_s_max = 1\ncarries = {{ order = {order} }}\n",
        ));
    }
    std::fs::write(&file, text).unwrap();
    file
}

/// When waiting for another process has taken too long: a bound on the test, not a measurement.
fn deadline() -> Instant {
    #[allow(clippy::disallowed_methods)] // other processes keep real time
    let now = Instant::now();
    now + PATIENCE
}

fn is_past(deadline: Instant) -> bool {
    deadline.checked_duration_since(self::deadline() - PATIENCE).is_none()
}

fn serve(file: &Path, port: u16) -> Process {
    let process = Process(Command::new(BINARY).arg("serve").arg("--config").arg(file).spawn().unwrap());
    let deadline = deadline();
    while request(port, "GET", "/livez", &[], "").is_none_or(|(status, _)| status != 200) {
        assert!(!is_past(deadline), "the server did not answer");
        std::thread::yield_now();
    }
    process
}

/// One request on a connection of its own; none if the server is not there or dies on the way.
fn request(
    port: u16,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Option<(u16, Value)> {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
    stream.write_all(text.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let status = answer.split(' ').nth(1)?.parse().ok()?;
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    Some((status, serde_json::from_str(body).unwrap_or(Value::Null)))
}

struct Api {
    port: u16,
    authorization: String,
}

impl Api {
    fn new(file: &Path, port: u16) -> Self {
        let made = Command::new(BINARY)
            .args(["admin", "--json", "--config"])
            .arg(file)
            .args(["key-add", "kill"])
            .output()
            .unwrap();
        let made: Value = serde_json::from_slice(&made.stdout).unwrap();
        Self { port, authorization: format!("Bearer {}", made["api_key"].as_str().unwrap()) }
    }

    fn look(&self, id: &str) -> Value {
        let headers = [("authorization", self.authorization.as_str())];
        request(self.port, "GET", &format!("/v1/verifications/{id}"), &headers, "").unwrap().1
    }

    fn post(&self, path: &str, idempotency_key: &str, body: &Value) -> Option<(u16, Value)> {
        let headers = [
            ("authorization", self.authorization.as_str()),
            ("content-type", "application/json"),
            ("idempotency-key", idempotency_key),
        ];
        request(self.port, "POST", path, &headers, &body.to_string())
    }
}

/// The codes that arrived at a number, newest first.
fn codes(handsets: u16, number: &str) -> Vec<String> {
    let path = format!("/api/messages?to=%2B{}", number.trim_start_matches('+'));
    let (_, list) = request(handsets, "GET", &path, &[], "").expect("the handsets answer");
    let text = |message: &Value| message["text"].as_str().unwrap().to_owned();
    list.as_array().unwrap().iter().map(text).map(|text| text[..6].to_owned()).collect()
}

fn wait_for_code(handsets: u16, number: &str) -> String {
    let deadline = deadline();
    loop {
        if let Some(code) = codes(handsets, number).into_iter().next() {
            return code;
        }
        assert!(!is_past(deadline), "a committed code was never delivered");
        std::thread::yield_now();
    }
}

#[test]
fn what_was_accepted_survives_kill_dash_9_and_no_code_works_twice() {
    let folder = std::env::temp_dir().join(format!("countersign-kill-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let (_carriers, network) = start_carriers();
    let handsets: u16 = network["handsets"].as_str().unwrap().rsplit_once(':').unwrap().1.parse().unwrap();
    let port = free_port();
    let file = configuration(&folder, port, &[network["smpp"].as_str().unwrap()]);
    let api = Api::new(&file, port);

    // Each round kills the server at another moment: at once after the commit, after some work, in the middle of a
    // check.
    for round in 0..6u32 {
        let mut server = serve(&file, port);
        let mut accepted = Vec::new();
        for index in 0..=round * 2 {
            let number = format!("+86130000{round:02}{index:03}");
            let new = json!({"to": number, "purpose": "bind"});
            let (status, view) = api.post("/v1/verifications", &number, &new).unwrap();
            assert_eq!(status, 201, "{view}");
            accepted.push((number, view["id"].as_str().unwrap().to_owned()));
        }
        server.kill_dash_9();

        let mut server = serve(&file, port);
        for (number, id) in &accepted {
            let code = wait_for_code(handsets, number);
            let check = format!("/v1/verifications/{id}/check");
            let killer = std::thread::scope(|scope| {
                let asked = scope.spawn(|| api.post(&check, "-", &json!({"code": code})));
                if round % 2 == 1 {
                    server.kill_dash_9();
                }
                asked.join().unwrap()
            });
            if round % 2 == 1 {
                server = serve(&file, port);
            }
            // The answer may have been lost with the server; the code was used up or it was not, and works once in all.
            let first =
                killer.is_some_and(|(status, answer)| status == 200 && answer["result"] == "approved");
            let (status, second) = api.post(&check, "-", &json!({"code": code})).unwrap();
            let again = status == 200 && second["result"] == "approved";
            assert!(!(first && again), "a code worked twice");
            let (_, third) = api.post(&check, "-", &json!({"code": code})).unwrap();
            assert_ne!(third["result"], "approved", "a code worked twice");
            let view = api.look(id);
            assert_eq!(view["status"], "approved", "a committed verification was lost");
        }
        server.kill_dash_9();
    }
    let _ = std::fs::remove_dir_all(&folder);
}

#[test]
fn what_a_killed_smsc_had_taken_arrives_over_the_other_one() {
    let folder = std::env::temp_dir().join(format!("countersign-kill-smsc-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let ((mut first, at_first), (_second, at_second)) = (start_carriers(), start_carriers());
    let smsc = |network: &Value| network["smpp"].as_str().unwrap().to_owned();
    let port = free_port();
    let file = configuration(&folder, port, &[&smsc(&at_first), &smsc(&at_second)]);
    let api = Api::new(&file, port);
    let _server = serve(&file, port);
    let ask = |index: u32| {
        let number = format!("+8613100000{index:03}");
        let new = json!({"to": number, "purpose": "bind"});
        let (status, view) = api.post("/v1/verifications", &number, &new).unwrap();
        assert_eq!(status, 201, "{view}");
        view["id"].as_str().unwrap().to_owned()
    };
    // Some are on their way, some are on the wire, some come when it is gone: it takes up to 1.5 s to deliver.
    let mut asked: Vec<String> = (0..10).map(ask).collect();
    first.kill_dash_9();
    asked.extend((10..20).map(ask));
    let deadline = deadline();
    for id in &asked {
        loop {
            let view = api.look(id);
            match view["delivery"].as_str().unwrap_or_default() {
                "delivered" => break,
                "queued" | "submitted" => assert!(!is_past(deadline), "never delivered: {view}"),
                other => panic!("given up as {other}: {view}"),
            }
            std::thread::yield_now();
        }
    }
    let handsets: u16 = at_second["handsets"].as_str().unwrap().rsplit_once(':').unwrap().1.parse().unwrap();
    let late = (10..20).filter(|index| !codes(handsets, &format!("+8613100000{index:03}")).is_empty());
    assert_eq!(late.count(), 10, "what came after the end went over the other one");
    let _ = std::fs::remove_dir_all(&folder);
}
