//! The stream under a session, encrypted or not: what is to be written waits here until the stream takes it, and
//! nothing more is read while the other side takes nothing, which bounds the memory of a connection.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::timeout;

/// Unwritten octets beyond which nothing is read: answers to what would be read have no room.
const BACKLOG_OCTETS_MAX: usize = 1024 * 1024;
const READ_OCTETS: usize = 64 * 1024;
/// Reads in a row before other work gets its turn.
const READS_MAX: usize = 8;
/// How long a goodbye may take.
const LAST_WORDS: Duration = Duration::from_secs(1);

pub(super) struct Wire<S> {
    stream: S,
    out: Vec<u8>,
    /// How much of `out` the stream has taken.
    written: usize,
    /// Taken by the stream, but perhaps still in a buffer of its own.
    unflushed: bool,
    buffer: Box<[u8]>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    pub(super) fn new(stream: S) -> Self {
        let buffer = vec![0; READ_OCTETS].into_boxed_slice();
        Self { stream, out: Vec::new(), written: 0, unflushed: false, buffer }
    }

    /// What is to be written, to add to.
    pub(super) fn out(&mut self) -> &mut Vec<u8> {
        if self.written > 0 {
            self.out.drain(..self.written);
            self.written = 0;
        }
        &mut self.out
    }

    /// Writes and reads what the stream allows, until something was read. An error means that the connection is gone.
    /// Nothing is lost when this is dropped before its end.
    pub(super) async fn exchange(&mut self, mut read: impl FnMut(&[u8])) -> io::Result<()> {
        poll_fn(|context| self.poll_exchange(context, &mut read)).await
    }

    fn poll_exchange(
        &mut self,
        context: &mut Context<'_>,
        read: &mut impl FnMut(&[u8]),
    ) -> Poll<io::Result<()>> {
        if let Poll::Ready(Err(error)) = self.poll_write(context) {
            return Poll::Ready(Err(error));
        }
        let mut has_read = false;
        for _ in 0..READS_MAX {
            if self.out.len() - self.written > BACKLOG_OCTETS_MAX {
                break;
            }
            let mut buffer = ReadBuf::new(&mut self.buffer);
            match Pin::new(&mut self.stream).poll_read(context, &mut buffer) {
                Poll::Ready(Ok(())) if buffer.filled().is_empty() => {
                    return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
                }
                Poll::Ready(Ok(())) => read(buffer.filled()),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => break,
            }
            has_read = true;
        }
        if has_read { Poll::Ready(Ok(())) } else { Poll::Pending }
    }

    fn poll_write(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.written < self.out.len() {
            let rest = &self.out[self.written..];
            match Pin::new(&mut self.stream).poll_write(context, rest) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(count)) => self.written += count,
                other => return other.map_ok(drop),
            }
            self.unflushed = true;
        }
        self.out.clear();
        self.written = 0;
        if self.unflushed {
            match Pin::new(&mut self.stream).poll_flush(context) {
                Poll::Ready(Ok(())) => self.unflushed = false,
                other => return other,
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Writes what is left and closes the stream, for a moment: an answer to unbind, a generic_nack. Then the
    /// connection is dropped.
    pub(super) async fn last_words(&mut self) {
        let _ = timeout(LAST_WORDS, async {
            poll_fn(|context| self.poll_write(context)).await?;
            poll_fn(|context| Pin::new(&mut self.stream).poll_shutdown(context)).await
        })
        .await;
    }
}
