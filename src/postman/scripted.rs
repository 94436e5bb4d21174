//! Transports for tests: one that follows a script, and one that puts faults in front of another.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};

use super::{ApiKey, Exchange, NotSent, Request, Response, Transport, TransportFailure};

/// What a scripted transport does with a request.
#[derive(Debug, Clone)]
pub enum ScriptedStep {
    /// Answers.
    Answer(Response),
    /// Fails.
    Fail(TransportFailure),
    /// Never answers.
    Hang,
}

impl ScriptedStep {
    /// An answer with a body.
    pub fn answer(status: u16, body: &str) -> ScriptedStep {
        ScriptedStep::Answer(Response { status, body: Bytes::copy_from_slice(body.as_bytes()), ..Response::default() })
    }

    async fn take(self) -> Result<Response, TransportFailure> {
        match self {
            ScriptedStep::Answer(response) => Ok(response),
            ScriptedStep::Fail(failure) => Err(failure),
            ScriptedStep::Hang => std::future::pending().await,
        }
    }
}

/// Answers one request after another from a script, and remembers the requests. A request beyond the script's end
/// fails as not sent, with a message that a test will not miss.
#[derive(Debug)]
pub struct ScriptedTransport {
    steps: Mutex<VecDeque<ScriptedStep>>,
    requests: Mutex<Vec<Request>>,
}

impl ScriptedTransport {
    /// A script.
    pub fn new(steps: impl IntoIterator<Item = ScriptedStep>) -> Self {
        Self { steps: Mutex::new(steps.into_iter().collect()), requests: Mutex::default() }
    }

    /// Adds a step at the end.
    pub fn push(&self, step: ScriptedStep) {
        held(&self.steps).push_back(step);
    }

    /// The requests, in order.
    pub fn requests(&self) -> Vec<Request> {
        held(&self.requests).clone()
    }
}

impl Transport for ScriptedTransport {
    fn send<'a>(&'a self, request: Request, _: &'a ApiKey) -> Pin<Box<dyn Future<Output = Exchange> + Send + 'a>> {
        let index = {
            let mut requests = held(&self.requests);
            requests.push(request);
            requests.len()
        };
        let step = held(&self.steps).pop_front();
        let step = step.unwrap_or_else(|| ScriptedStep::Fail(TransportFailure::NotSent(NotSent::Local("the script has ended".to_owned()))));
        Box::pin(async move {
            let sent_at = scripted_time(index);
            Exchange { sent_at, received_at: sent_at + SignedDuration::from_millis(100), result: step.take().await }
        })
    }
}

/// When the n-th request of a script was sent (from 1): a second apart, so that times show the order of answers.
pub fn scripted_time(index: usize) -> Timestamp {
    let seconds = i64::try_from(index).unwrap_or(0);
    // 2027-01-15; far from the limits of a timestamp.
    Timestamp::from_second(1_800_000_000 + seconds).unwrap_or_default()
}

/// What goes wrong with a request.
#[derive(Debug, Clone)]
pub enum Fault {
    /// The request never arrives; this comes instead.
    Before(ScriptedStep),
    /// The request is carried out and its answer lost; this comes instead.
    After(ScriptedStep),
}

/// Decides about the n-th request (from 1).
type Decide = dyn Fn(usize, &Request) -> Option<Fault> + Send + Sync;

/// Puts faults in front of another transport.
pub struct FaultTransport {
    inner: Arc<dyn Transport>,
    decide: Box<Decide>,
    requests: Mutex<Vec<Request>>,
}

impl FaultTransport {
    /// Faults where `decide`, given the number of the request (from 1) and the request, says so.
    pub fn new(inner: Arc<dyn Transport>, decide: impl Fn(usize, &Request) -> Option<Fault> + Send + Sync + 'static) -> Self {
        Self { inner, decide: Box::new(decide), requests: Mutex::default() }
    }

    /// The requests, in order.
    pub fn requests(&self) -> Vec<Request> {
        held(&self.requests).clone()
    }
}

impl fmt::Debug for FaultTransport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "FaultTransport({} requests)", held(&self.requests).len())
    }
}

impl Transport for FaultTransport {
    fn send<'a>(&'a self, request: Request, key: &'a ApiKey) -> Pin<Box<dyn Future<Output = Exchange> + Send + 'a>> {
        let index = {
            let mut requests = held(&self.requests);
            requests.push(request.clone());
            requests.len()
        };
        let fault = (self.decide)(index, &request);
        Box::pin(async move {
            match fault {
                None => self.inner.send(request, key).await,
                Some(Fault::Before(step)) => {
                    let now = Timestamp::now();
                    Exchange { sent_at: now, received_at: now, result: step.take().await }
                }
                Some(Fault::After(step)) => {
                    let exchange = self.inner.send(request, key).await;
                    Exchange { result: step.take().await, ..exchange }
                }
            }
        })
    }
}

/// A lock that a panicking test does not poison for the others.
fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
