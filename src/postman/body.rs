//! The body of a request, and how much of it has left.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::sync::Notify;

/// How much of a metered body is handed over at a time, in bytes: it can be cut off between two of these.
const PIECE: usize = 64 * 1024;

/// The body of a request.
#[derive(Clone, Default)]
pub struct Body {
    parts: Vec<Bytes>,
    meter: Option<UploadMeter>,
}

/// How much of an upload has left, seen from outside while it leaves, and the way to cut it off. Clones are the same
/// meter.
#[derive(Clone, Default)]
pub struct UploadMeter(Arc<Metered>);

#[derive(Default)]
struct Metered {
    gauge: Mutex<Gauge>,
    /// Wakes whoever waits for the cut: on a connection that takes nothing no piece would ever meet it.
    cut: Notify,
}

#[derive(Debug, Default)]
struct Gauge {
    sent: u64,
    total: u64,
    is_cut: bool,
}

impl Body {
    /// A body of several parts, one behind the other, whose way out is seen on a meter.
    pub fn metered(parts: Vec<Bytes>, meter: UploadMeter) -> Self {
        Self { parts, meter: Some(meter) }
    }

    /// How many bytes it has.
    pub fn len(&self) -> usize {
        self.parts.iter().map(Bytes::len).sum()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its meter, where it has one.
    pub fn meter(&self) -> Option<&UploadMeter> {
        self.meter.as_ref()
    }

    /// All of it in one piece.
    pub fn whole(&self) -> Bytes {
        match self.parts.as_slice() {
            [] => Bytes::new(),
            [only] => only.clone(),
            parts => parts.concat().into(),
        }
    }
}

impl<B: Into<Bytes>> From<B> for Body {
    fn from(bytes: B) -> Self {
        Self { parts: vec![bytes.into()], meter: None }
    }
}

impl PartialEq for Body {
    fn eq(&self, other: &Self) -> bool {
        self.whole() == other.whole()
    }
}

impl Eq for Body {}

impl UploadMeter {
    /// How many bytes were handed to the system, of how many; 0 of 0 before the request begins.
    pub fn progress(&self) -> (u64, u64) {
        let gauge = self.gauge();
        (gauge.sent, gauge.total)
    }

    /// Cuts the upload off, unless its last byte has left. Returns whether it could: then the server has not seen all of
    /// it, though what it did with the part is its own business.
    pub fn cut(&self) -> bool {
        let mut gauge = self.gauge();
        let is_in_time = gauge.total == 0 || gauge.sent < gauge.total;
        gauge.is_cut |= is_in_time;
        drop(gauge);
        if is_in_time {
            self.0.cut.notify_one();
        }
        is_in_time
    }

    /// Waits until it is cut off.
    pub async fn is_cut_off(&self) {
        while !self.is_cut() {
            self.0.cut.notified().await;
        }
    }

    /// Waits until nothing has left for that long; or, once all of it has, until the answer is overdue.
    pub async fn stands_still(&self, limit: Duration, answer: Duration) {
        loop {
            let before @ (sent, total) = self.progress();
            let has_left = total > 0 && sent == total;
            tokio::time::sleep(if has_left { answer } else { limit }).await;
            if self.progress() == before {
                return;
            }
        }
    }

    /// Whether it was cut off.
    pub fn is_cut(&self) -> bool {
        self.gauge().is_cut
    }

    /// A try begins, with so many bytes to go.
    pub fn begin(&self, total: u64) {
        let mut gauge = self.gauge();
        (gauge.sent, gauge.total) = (0, total);
    }

    /// So many more bytes leave. Returns false where it was cut off: then they must not.
    pub fn leave(&self, bytes: usize) -> bool {
        let mut gauge = self.gauge();
        if !gauge.is_cut {
            gauge.sent += bytes as u64;
        }
        !gauge.is_cut
    }

    fn gauge(&self) -> MutexGuard<'_, Gauge> {
        // Only numbers are in it, so a thread that panicked left nothing half done.
        self.0.gauge.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for UploadMeter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sent, total) = self.progress();
        write!(out, "UploadMeter({sent} of {total})")
    }
}

impl PartialEq for UploadMeter {
    /// It plays no part in what a call is.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for UploadMeter {}

/// A metered body on its way out, in pieces.
pub(super) struct Leaving {
    parts: Vec<Bytes>,
    meter: UploadMeter,
}

impl Leaving {
    /// Begins with the first byte.
    pub fn new(body: Body, meter: UploadMeter) -> Self {
        meter.begin(body.len() as u64);
        let mut parts = body.parts;
        parts.reverse();
        Self { parts, meter }
    }

    fn left(&self) -> u64 {
        self.parts.iter().map(|part| part.len() as u64).sum()
    }
}

impl http_body::Body for Leaving {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = self.get_mut();
        while this.parts.last().is_some_and(Bytes::is_empty) {
            this.parts.pop();
        }
        let Some(part) = this.parts.last_mut() else { return Poll::Ready(None) };
        let piece = part.split_to(part.len().min(PIECE));
        if !this.meter.leave(piece.len()) {
            return Poll::Ready(Some(Err(io::Error::new(io::ErrorKind::Interrupted, "cut off"))));
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left() == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(body: &mut Leaving) -> Option<io::Result<usize>> {
        let mut context = Context::from_waker(std::task::Waker::noop());
        match http_body::Body::poll_frame(Pin::new(body), &mut context) {
            Poll::Ready(frame) => frame.map(|frame| frame.map(|frame| frame.into_data().unwrap().len())),
            Poll::Pending => panic!("it never waits"),
        }
    }

    #[test]
    fn a_body_leaves_in_pieces_and_the_meter_counts_them() {
        let meter = UploadMeter::default();
        let parts = vec![Bytes::from_static(b"head"), Bytes::from(vec![0; PIECE + 1]), Bytes::from_static(b"tail")];
        let body = Body::metered(parts, meter.clone());
        let total = body.len() as u64;
        let mut leaving = Leaving::new(body, meter.clone());
        assert_eq!(http_body::Body::size_hint(&leaving).exact(), Some(total));
        assert_eq!(meter.progress(), (0, total));
        let pieces: Vec<usize> = std::iter::from_fn(|| next(&mut leaving)).map(Result::unwrap).collect();
        assert_eq!(pieces, [4, PIECE, 1, 4]);
        assert_eq!(meter.progress(), (total, total));
        assert!(!meter.cut(), "its last byte has left");
        assert!(!meter.is_cut());
    }

    #[test]
    fn what_is_cut_off_ends_with_an_error_and_sends_nothing_more() {
        let meter = UploadMeter::default();
        let mut leaving = Leaving::new(Body::metered(vec![Bytes::from(vec![0; 3 * PIECE])], meter.clone()), meter.clone());
        assert!(next(&mut leaving).unwrap().is_ok());
        assert!(meter.cut());
        assert!(next(&mut leaving).unwrap().is_err());
        assert_eq!(meter.progress(), (PIECE as u64, 3 * PIECE as u64));
    }
}
