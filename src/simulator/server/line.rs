//! Connections that the handler of a call can break, at once or after a number of bytes.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// A whole line: no limit.
const WHOLE: usize = usize::MAX;

/// The handler's end of a connection.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// Bytes that may still be written before the connection breaks.
    left: Arc<AtomicUsize>,
}

impl Line {
    /// Breaks the connection after `bytes` more have been written.
    pub(super) fn break_after(&self, bytes: usize) {
        self.left.store(bytes, Ordering::Relaxed);
    }
}

/// A listener whose connections can be broken.
pub(super) struct BreakableListener(pub(super) TcpListener);

impl Listener for BreakableListener {
    type Io = BreakableStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (BreakableStream, SocketAddr) {
        // Axum's own accept waits out the errors of a machine that has run out of descriptors.
        let (stream, address) = Listener::accept(&mut self.0).await;
        let line = Line { left: Arc::new(AtomicUsize::new(WHOLE)) };
        (BreakableStream { stream, line }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, BreakableListener>> for Line {
    fn connect_info(stream: IncomingStream<'_, BreakableListener>) -> Self {
        stream.io().line.clone()
    }
}

/// A connection and what may still be written to it.
pub(super) struct BreakableStream {
    stream: TcpStream,
    line: Line,
}

impl AsyncRead for BreakableStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for BreakableStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let left = this.line.left.load(Ordering::Relaxed);
        if left == WHOLE {
            return Pin::new(&mut this.stream).poll_write(cx, buf);
        }
        if left == 0 {
            // Without lingering the close is a reset, as from a proxy that gave up.
            let _ = this.stream.set_zero_linger();
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        let written = Pin::new(&mut this.stream).poll_write(cx, &buf[..buf.len().min(left)]);
        if let Poll::Ready(Ok(count)) = &written {
            this.line.left.store(left - count, Ordering::Relaxed);
        }
        written
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(self: Pin<&mut Self>, cx: &mut Context<'_>, bufs: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        if self.line.left.load(Ordering::Relaxed) == WHOLE {
            return Pin::new(&mut self.get_mut().stream).poll_write_vectored(cx, bufs);
        }
        let first = bufs.iter().find(|buf| !buf.is_empty());
        self.poll_write(cx, first.map_or(&[], |buf| buf))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
