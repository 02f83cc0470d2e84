//! A fresh server: how long until it answers, and how much memory it holds at rest.

use super::report::Footprint;
use crate::world::Stopwatch;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;

/// Longest wait for the server to answer.
const START_MAX: Duration = Duration::from_secs(20);

/// Starts this program as `serve` on an empty database, and looks at it.
pub(crate) async fn measure(folder: &Path) -> Result<Footprint, String> {
    let text = |error: std::io::Error| format!("a server to look at could not start: {error}");
    // A free port, given back before the server takes it.
    let free = TcpListener::bind("127.0.0.1:0").await.map_err(text)?.local_addr().map_err(text)?;
    let file = folder.join("footprint.toml");
    let database = folder.join("footprint.db");
    let config = format!(
        "public_url = \"http://{free}\"\nlisten = \"{free}\"\nservice = \"Bench\"\nsupport = \"nobody\"\n\
         [storage]\nsqlite = {database:?}\n[keys]\nmaster = [\"1:{}\"]\n",
        "0b".repeat(32)
    );
    std::fs::write(&file, config).map_err(text)?;
    let program = std::env::current_exe().map_err(text)?;
    let watch = Stopwatch::start();
    let mut child = Command::new(program)
        .arg("serve")
        .arg("--config")
        .arg(&file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(text)?;
    while !answers(free).await {
        if watch.elapsed() > START_MAX {
            return Err("a server to look at did not answer".to_owned());
        }
        let _ = tokio::time::timeout(Duration::from_millis(5), std::future::pending::<()>()).await;
    }
    let start = watch.elapsed();
    // A few ordinary requests first, so that what is measured is a server that has been used.
    for _ in 0..50 {
        answers(free).await;
    }
    let idle_memory_kib = child.id().and_then(resident_kib);
    let _ = child.kill().await;
    Ok(Footprint { start, idle_memory_kib })
}

async fn answers(address: std::net::SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect(address).await else { return false };
    let request = b"GET /signin HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n";
    if stream.write_all(request).await.is_err() {
        return false;
    }
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.is_ok() && answer.starts_with(b"HTTP/1.1 200")
}

/// Resident memory of a process, where the system says it (Linux).
fn resident_kib(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
