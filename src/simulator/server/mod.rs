//! A world behind a socket: a thin layer that reads a call, asks the world, and writes its answer.

mod fault;
mod line;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, Method, Response, StatusCode, header};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use self::fault::Faults;
pub use self::fault::{Fault, FaultExpected, FaultKind, FaultyCalls};
use self::line::{BreakableListener, Line};
use super::world::{Answer, Call, CampaignCard, World};

/// The reports on refused files are below this path. The original has them on a host of its own.
const REPORTS: &str = "/validation-reports/";
/// The API is below this path.
const PREFIX: &str = "/api/v2";
/// The largest body that is read: a file of more than 40 MB is refused by the API itself, so it must get that far.
const MAX_BODY_BYTES: usize = 256 * 1024 * 1024;

/// About the length of an answer's head: a cut answer keeps it and half of the body.
const HEAD_BYTES: usize = 120;
/// After this a late answer comes: longer than the 30 s that many clients wait.
const LATE: Duration = Duration::from_secs(40);
/// Time for calls under way to be answered after the stop.
const GRACE: Duration = Duration::from_secs(2);

/// Why a simulator could not be started.
#[derive(Debug, Error)]
pub enum ServeError {
    /// It has no transport security and prints its keys, so it must not be reachable from elsewhere.
    #[error("refusing to listen on `{0}`: the simulator listens on loopback only, for example on `127.0.0.1:0`")]
    NotLoopback(SocketAddr),
    /// The address is in use, or not of this machine.
    #[error("cannot listen on `{address}`")]
    Bind {
        /// The requested address.
        address: SocketAddr,
        /// What the operating system says.
        source: io::Error,
    },
}

/// A running simulator. Dropping it stops it.
pub struct Simulator {
    address: SocketAddr,
    shared: Shared,
    task: Option<JoinHandle<()>>,
}

/// What every handler sees.
#[derive(Clone)]
struct Shared {
    world: Arc<Mutex<World>>,
    faults: Arc<Mutex<Faults>>,
    stop: CancellationToken,
}

/// A panic while the lock was held leaves a world that still answers.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Puts `world` behind `listen`; port 0 takes a free one.
///
/// # Errors
/// When `listen` is not a loopback address, or cannot be listened on.
pub async fn serve(mut world: World, listen: SocketAddr) -> Result<Simulator, ServeError> {
    if !listen.ip().is_loopback() {
        return Err(ServeError::NotLoopback(listen));
    }
    let bind_error = |source| ServeError::Bind { address: listen, source };
    let listener = TcpListener::bind(listen).await.map_err(bind_error)?;
    let address = listener.local_addr().map_err(bind_error)?;
    world.serve_reports_below(&format!("http://{address}{}", REPORTS.trim_end_matches('/')));
    let shared = Shared { world: Arc::new(Mutex::new(world)), faults: Arc::default(), stop: CancellationToken::new() };
    let router = Router::new().fallback(answer).with_state(shared.clone());
    let stopped = shared.stop.clone().cancelled_owned();
    let task = tokio::spawn(async move {
        let service = router.into_make_service_with_connect_info::<Line>();
        // Accepting never fails for good: the listener waits errors out. So there is nothing to report.
        let _ = axum::serve(BreakableListener(listener), service).with_graceful_shutdown(stopped).await;
    });
    Ok(Simulator { address, shared, task: Some(task) })
}

impl Simulator {
    /// The address it listens on, with the port that was found.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base URL for a client, for example `http://127.0.0.1:8025/api/v2`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}{PREFIX}", self.address)
    }

    /// The campaigns of its world.
    #[must_use]
    pub fn campaigns(&self) -> Vec<CampaignCard> {
        self.with_world(|world| world.campaigns())
    }

    /// Reads or changes its world. Calls wait meanwhile.
    pub fn with_world<R>(&self, f: impl FnOnce(&mut World) -> R) -> R {
        f(&mut lock(&self.shared.world))
    }

    /// Replaces the faults that calls and reports meet from now on; none ends them all.
    pub fn set_faults(&self, faults: Vec<Fault>) {
        let late = lock(&self.shared.faults).set(faults);
        self.with_world(|world| world.withhold_reports(late, Timestamp::now()));
    }

    /// How many calls met a fault so far.
    #[must_use]
    pub fn faults_met(&self) -> u64 {
        lock(&self.shared.faults).struck()
    }

    /// Stops accepting calls and waits until those under way are answered, for two seconds at most: a
    /// client that never finishes its request must not delay the stop.
    pub async fn stop(mut self) {
        self.shared.stop.cancel();
        if let Some(mut task) = self.task.take() {
            // A panic of the task was reported when it happened.
            if tokio::time::timeout(GRACE, &mut task).await.is_err() {
                task.abort();
            }
        }
    }
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The world is large, and holds keys.
        f.debug_struct("Simulator").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.shared.stop.cancel();
    }
}

async fn answer(State(shared): State<Shared>, ConnectInfo(line): ConnectInfo<Line>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY_BYTES).await else {
        return plain(StatusCode::PAYLOAD_TOO_LARGE, r#"{"message":"Payload Too Large","statusCode":413}"#);
    };
    if let Some(report) = parts.uri.path().strip_prefix(REPORTS).filter(|_| parts.method == Method::GET) {
        return report_file(&lock(&shared.world), report);
    }
    let Some(path) = parts.uri.path().strip_prefix(PREFIX) else {
        return plain(StatusCode::NOT_FOUND, r#"{"message":"Not Found","statusCode":404}"#);
    };
    let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let call = Call {
        method: parts.method.as_str(),
        path,
        query: parts.uri.query(),
        authorization: text(header::AUTHORIZATION),
        content_type: text(header::CONTENT_TYPE),
        body: &body,
    };
    let perform = || lock(&shared.world).answer(&call, Timestamp::now());
    let (fault, number) = {
        let world = lock(&shared.world);
        lock(&shared.faults).strike(call.method == "GET", |number| world.chance(number))
    };
    match fault {
        // The world itself holds reports back.
        None | Some(FaultKind::ReportsLate) => response(perform()),
        Some(FaultKind::Status(429)) => plain(StatusCode::TOO_MANY_REQUESTS, r#"{"message":"Too Many Requests","statusCode":429}"#),
        Some(FaultKind::Status(status)) => {
            if number % 2 == 0 {
                perform();
            }
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            // Those that only a proxy gives have no name in HTTP.
            let message = status.canonical_reason().unwrap_or("Unknown Error");
            plain(status, format!(r#"{{"message":"{message}","statusCode":{}}}"#, status.as_u16()))
        }
        Some(FaultKind::Html) => html(StatusCode::BAD_GATEWAY, "<html><body><h1>502 Bad Gateway</h1></body></html>"),
        Some(FaultKind::Page) => html(StatusCode::OK, "<html><body><h1>Sign in to the network</h1></body></html>"),
        Some(FaultKind::Nonsense) => {
            perform();
            plain(StatusCode::OK, "{\"data\": [}, nonsense")
        }
        Some(FaultKind::Instead { status, body, performed }) => {
            if performed {
                perform();
            }
            plain(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), body)
        }
        Some(FaultKind::Cut) => {
            let answer = perform();
            line.break_after(HEAD_BYTES + answer.body.len() / 2);
            response(answer)
        }
        Some(FaultKind::Hang) => {
            shared.stop.cancelled().await;
            line.break_after(0);
            plain(StatusCode::SERVICE_UNAVAILABLE, "")
        }
        Some(FaultKind::Late) => {
            let answer = perform();
            tokio::select! {
                () = tokio::time::sleep(LATE) => response(answer),
                () = shared.stop.cancelled() => {
                    line.break_after(0);
                    response(answer)
                }
            }
        }
        Some(FaultKind::ResetBefore) => {
            line.break_after(0);
            plain(StatusCode::SERVICE_UNAVAILABLE, "")
        }
        Some(FaultKind::ResetAfter) => {
            line.break_after(0);
            response(perform())
        }
    }
}

/// The world's answer in HTTP.
fn response(answer: Answer) -> Response<Body> {
    let empty = answer.body.is_empty();
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if !empty {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    }
    if let Some(wait) = answer.retry_after.and_then(|wait| HeaderValue::from_str(&wait).ok()) {
        response.headers_mut().insert(header::RETRY_AFTER, wait);
    }
    response
}

/// The report on a refused file, without a key, as from a store of files.
fn report_file(world: &World, path: &str) -> Response<Body> {
    let report = path.split_once('/').and_then(|(campaign, id)| {
        let campaign = percent_decode_str(campaign).decode_utf8().ok()?;
        world.report(&campaign, id)
    });
    let Some(report) = report else { return plain(StatusCode::NOT_FOUND, r#"{"message":"Not Found","statusCode":404}"#) };
    let mut response = Response::new(Body::from(report.to_vec()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    response
}

/// A page of the proxy in front of the API, or of another one on the way.
fn html(status: StatusCode, body: &'static str) -> Response<Body> {
    let mut page = plain(status, body);
    page.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
    page
}

/// An answer of the proxy in front of the API.
fn plain(status: StatusCode, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
