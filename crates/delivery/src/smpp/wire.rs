//! The socket under a session: what is to be written waits here until the socket takes it, and nothing more
//! is read while the other side takes nothing, which bounds the memory of a connection.

use std::io;
use std::time::Duration;
use tokio::io::Interest;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Unwritten octets beyond which nothing is read: answers to what would be read have no room.
const BACKLOG_OCTETS_MAX: usize = 1024 * 1024;
const READ_OCTETS: usize = 64 * 1024;
/// Reads in a row before other work gets its turn.
const READS_MAX: usize = 8;
/// How long a goodbye may take.
const LAST_WORDS: Duration = Duration::from_secs(1);

pub(super) struct Wire {
    stream: TcpStream,
    out: Vec<u8>,
    buffer: Box<[u8]>,
}

impl Wire {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self { stream, out: Vec::new(), buffer: vec![0; READ_OCTETS].into_boxed_slice() }
    }

    /// Adds to what is to be written.
    pub(super) fn queue(&mut self, octets: Option<Vec<u8>>) {
        match octets {
            Some(octets) if self.out.is_empty() => self.out = octets,
            Some(octets) => self.out.extend_from_slice(&octets),
            None => {}
        }
    }

    /// Waits until there is something to read or room to write what waits.
    pub(super) async fn ready(&self) -> io::Result<()> {
        let interest = match self.out.len() {
            0 => Interest::READABLE,
            1..=BACKLOG_OCTETS_MAX => Interest::READABLE.add(Interest::WRITABLE),
            _ => Interest::WRITABLE,
        };
        self.stream.ready(interest).await.map(drop)
    }

    /// Writes and reads what the socket allows now. An error means that the connection is gone.
    pub(super) fn exchange(&mut self, mut read: impl FnMut(&[u8])) -> io::Result<()> {
        self.write()?;
        for _ in 0..READS_MAX {
            if self.out.len() > BACKLOG_OCTETS_MAX {
                break;
            }
            match self.stream.try_read(&mut self.buffer) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => read(&self.buffer[..count]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn write(&mut self) -> io::Result<()> {
        let mut written = 0;
        let result = loop {
            if written == self.out.len() {
                break Ok(());
            }
            match self.stream.try_write(&self.out[written..]) {
                Ok(count) => written += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        self.out.drain(..written);
        result
    }

    /// Writes what is left, for a moment: an answer to unbind, a generic_nack. Then the connection is
    /// dropped.
    pub(super) async fn last_words(&mut self) {
        let _ = timeout(LAST_WORDS, async {
            while !self.out.is_empty() {
                self.stream.writable().await?;
                self.write()?;
            }
            io::Result::Ok(())
        })
        .await;
    }
}
