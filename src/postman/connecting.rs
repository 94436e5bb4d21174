//! How long a connection took, by the clocks that keep running while the machine sleeps. The library's own limit uses
//! a clock that stops then: a connection begun before a laptop was closed would be made in the morning, and the
//! request sent.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tower::BoxError;

/// A moment on both clocks.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClockReading {
    /// Since some moment before the program began, including suspend if the system has a clock for that.
    pub steady: Duration,
    pub wall: Timestamp,
}

/// Reads both clocks.
#[derive(Clone)]
pub(super) struct Clocks(pub Arc<dyn Fn() -> ClockReading + Send + Sync>);

impl Default for Clocks {
    fn default() -> Self {
        #[cfg(not(any(target_os = "linux", target_os = "android")))]
        let begun = std::time::Instant::now();
        Self(Arc::new(move || ClockReading {
            #[cfg(any(target_os = "linux", target_os = "android"))]
            steady: super::uptime(),
            #[cfg(not(any(target_os = "linux", target_os = "android")))]
            steady: begun.elapsed(),
            wall: Timestamp::now(),
        }))
    }
}

impl std::fmt::Debug for Clocks {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Clocks")
    }
}

impl Clocks {
    /// The time since a reading, by whichever clock shows more.
    fn since(&self, then: ClockReading) -> Duration {
        let now = (self.0)();
        let wall = Duration::try_from(now.wall.duration_since(then.wall)).unwrap_or_default();
        now.steady.saturating_sub(then.steady).max(wall)
    }
}

/// Fails a connection that took longer than `limit`, however short by the library's clock. Nothing was sent over it
/// yet.
pub(super) fn within<C, F>(limit: Duration, clocks: Clocks) -> impl Fn(F) -> Connecting<C> + Clone + Send + Sync + 'static
where
    C: Send + 'static,
    F: Future<Output = Result<C, BoxError>> + Send + 'static,
{
    move |connecting: F| {
        let (begun, clocks) = ((clocks.0)(), clocks.clone());
        Box::pin(async move {
            let connection = connecting.await?;
            if clocks.since(begun) > limit {
                return Err(io::Error::from(io::ErrorKind::TimedOut).into());
            }
            Ok(connection)
        })
    }
}

/// A connection being made.
type Connecting<C> = std::pin::Pin<Box<dyn Future<Output = Result<C, BoxError>> + Send>>;
