//! How a worker on the bench reaches the simulator's world.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::monitor::Clock;
use crate::postman::{ApiKey, Body, Broken, Exchange, Method, Request, Response, RetryAfter, Transport, TransportFailure};
use crate::simulator::{Call, World as Simulated};

/// The world as a transport, a twentieth of a second away.
pub struct WorldTransport {
    pub world: Mutex<Simulated>,
    pub clock: Clock,
    /// How far the server's clock is ahead of the worker's.
    pub ahead: SignedDuration,
    /// How far its `Date` header deviates from that.
    pub date_off: SignedDuration,
    /// All calls, by their path, and whether they write.
    pub calls: Mutex<Vec<(String, bool)>>,
}

impl WorldTransport {
    /// The time at the server.
    pub fn now(&self) -> Timestamp {
        self.clock.now() + self.ahead
    }
}

/// How many pieces a file leaves in, and how long each takes.
const PIECES: u64 = 10;
const PIECE: Duration = Duration::from_millis(300);

/// A body leaves; a file slowly. Returns false where it was cut off.
async fn leaves(body: &Body) -> bool {
    let Some(meter) = body.meter() else { return true };
    let total = body.len() as u64;
    meter.begin(total);
    for piece in 0..PIECES {
        let bytes = total * (piece + 1) / PIECES - total * piece / PIECES;
        if !meter.leave(usize::try_from(bytes).unwrap()) {
            return false;
        }
        tokio::time::sleep(PIECE).await;
    }
    true
}

/// What an [`AlteredTransport`] does to the n-th page (from 1).
pub type Alter = dyn Fn(usize, &Request, &mut Value) + Send + Sync;

/// Changes the pages that another transport answers.
pub struct AlteredTransport {
    pub inner: Arc<dyn Transport>,
    pub alter: Box<Alter>,
    pub pages: AtomicUsize,
}

impl Transport for AlteredTransport {
    fn send<'a>(&'a self, request: Request, key: &'a ApiKey) -> Pin<Box<dyn Future<Output = Exchange> + Send + 'a>> {
        Box::pin(async move {
            let mut exchange = self.inner.send(request.clone(), key).await;
            if let Ok(response) = &mut exchange.result
                && let Ok(mut page) = serde_json::from_slice::<Value>(&response.body)
                && page["data"].is_array()
            {
                (self.alter)(self.pages.fetch_add(1, Ordering::SeqCst) + 1, &request, &mut page);
                response.body = page.to_string().into();
            }
            exchange
        })
    }
}

impl Transport for WorldTransport {
    fn send<'a>(&'a self, request: Request, key: &'a ApiKey) -> Pin<Box<dyn Future<Output = Exchange> + Send + 'a>> {
        Box::pin(async move {
            let sent_at = self.clock.now();
            tokio::time::sleep(Duration::from_millis(25)).await;
            if !leaves(&request.body).await {
                return Exchange { sent_at, received_at: self.clock.now(), result: Err(TransportFailure::Unknown(Broken::CutOff)) };
            }
            let authorization = format!("Bearer {}", key.expose());
            self.calls.lock().unwrap().push((request.address().to_owned(), request.is_write()));
            let address = request.address();
            let path = address.split_once("/api/v2").map_or(address, |(_, path)| path);
            let query = Some(request.query()).filter(|query| !query.is_empty());
            let call = Call {
                method: if request.method == Method::Get { "GET" } else { "POST" },
                path,
                query,
                authorization: Some(&authorization),
                content_type: request.content_type.as_deref(),
                body: &request.body.whole(),
            };
            let answer = self.world.lock().unwrap().answer(&call, self.now());
            tokio::time::sleep(Duration::from_millis(25)).await;
            let response = Response {
                status: answer.status,
                retry_after: answer.retry_after.as_deref().and_then(RetryAfter::parse),
                date: Some(self.now() + self.date_off),
                content_type: Some(answer.content_type.to_owned()),
                body: answer.body.into(),
                ..Response::default()
            };
            Exchange { sent_at, received_at: self.clock.now(), result: Ok(response) }
        })
    }
}

/// Counts the steps of a worker, and stops it at one of them.
pub struct Stops {
    /// How many steps are left; unlimited before it is armed.
    left: AtomicUsize,
}

impl Stops {
    pub fn new() -> Arc<Self> {
        Arc::new(Self { left: AtomicUsize::new(usize::MAX) })
    }

    /// From now on this many steps may be taken.
    pub fn arm(&self, steps: usize) {
        self.left.store(steps, Ordering::SeqCst);
    }

    pub fn is_dead(&self) -> bool {
        self.left.load(Ordering::SeqCst) == 0
    }

    /// Whether one more step is taken.
    pub fn step(&self) -> bool {
        let take = |left: usize| if left == usize::MAX { Some(left) } else { left.checked_sub(1) };
        self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_ok() && !self.is_dead()
    }
}

/// A transport that can die before and after every POST; once dead, it answers nothing.
pub struct StopTransport {
    pub inner: Arc<dyn Transport>,
    pub stops: Arc<Stops>,
}

impl Transport for StopTransport {
    fn send<'a>(&'a self, request: Request, key: &'a ApiKey) -> Pin<Box<dyn Future<Output = Exchange> + Send + 'a>> {
        Box::pin(async move {
            let write = request.is_write();
            if self.stops.is_dead() || (write && !self.stops.step()) {
                return std::future::pending().await;
            }
            let exchange = self.inner.send(request, key).await;
            if write && !self.stops.step() {
                return std::future::pending().await;
            }
            exchange
        })
    }
}
