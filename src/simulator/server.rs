//! A world behind a socket: a thin shell that reads a call, asks the world, and writes its answer.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Response, StatusCode, header};
use jiff::Timestamp;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::world::{Call, CampaignCard, World};

/// Below this path lies the API.
const PREFIX: &str = "/api/v2";
/// The largest body that is read: a file of 40 MB is refused by the API itself, so it must get that far.
const MAX_BODY_BYTES: usize = 48 * 1024 * 1024;

/// Time for calls under way to be answered after the stop.
const GRACE: Duration = Duration::from_secs(2);

/// Why a simulator could not be started.
#[derive(Debug, Error)]
pub enum ServeError {
    /// It has no transport security and prints its keys, so it must not be reachable from elsewhere.
    #[error(
        "refusing to listen on `{0}`: the simulator listens on loopback only, for example on `127.0.0.1:0`"
    )]
    NotLoopback(SocketAddr),
    /// The address is taken or not ours.
    #[error("cannot listen on `{address}`")]
    Bind {
        /// What was asked for.
        address: SocketAddr,
        /// What the operating system says.
        source: io::Error,
    },
}

/// A running simulator. Dropping it stops it.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    world: SharedWorld,
    stop: CancellationToken,
    task: Option<JoinHandle<()>>,
}

#[derive(Clone)]
struct SharedWorld(Arc<Mutex<World>>);

impl std::fmt::Debug for SharedWorld {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SharedWorld")
    }
}

impl SharedWorld {
    fn lock(&self) -> MutexGuard<'_, World> {
        // A panic while the lock was held leaves a world that still answers.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Puts `world` behind `listen`; port 0 takes a free one.
///
/// # Errors
/// When `listen` is not a loopback address, or cannot be listened on.
pub async fn serve(world: World, listen: SocketAddr) -> Result<Simulator, ServeError> {
    if !listen.ip().is_loopback() {
        return Err(ServeError::NotLoopback(listen));
    }
    let bind_error = |source| ServeError::Bind {
        address: listen,
        source,
    };
    let listener = TcpListener::bind(listen).await.map_err(bind_error)?;
    let address = listener.local_addr().map_err(bind_error)?;
    let world = SharedWorld(Arc::new(Mutex::new(world)));
    let router = Router::new().fallback(answer).with_state(world.clone());
    let stop = CancellationToken::new();
    let stopped = stop.clone().cancelled_owned();
    let task = tokio::spawn(async move {
        // The error is that of a failing accept, which axum itself waits out: there is none to report.
        let _ = axum::serve(listener, router)
            .with_graceful_shutdown(stopped)
            .await;
    });
    Ok(Simulator {
        address,
        world,
        stop,
        task: Some(task),
    })
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

    /// Looks at its world, or changes it. Calls wait meanwhile.
    pub fn with_world<R>(&self, f: impl FnOnce(&mut World) -> R) -> R {
        f(&mut self.world.lock())
    }

    /// Stops taking calls and waits until those under way are answered, for two seconds at most: a
    /// client that never ends its request must not hold up the end.
    pub async fn stop(mut self) {
        self.stop.cancel();
        if let Some(mut task) = self.task.take() {
            // A panic of the task was reported when it happened.
            if tokio::time::timeout(GRACE, &mut task).await.is_err() {
                task.abort();
            }
        }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn answer(State(world): State<SharedWorld>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY_BYTES).await else {
        return plain(
            StatusCode::PAYLOAD_TOO_LARGE,
            r#"{"message":"Payload Too Large","statusCode":413}"#,
        );
    };
    let Some(path) = parts.uri.path().strip_prefix(PREFIX) else {
        return plain(
            StatusCode::NOT_FOUND,
            r#"{"message":"Not Found","statusCode":404}"#,
        );
    };
    let text = |name| {
        parts
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let call = Call {
        method: parts.method.as_str(),
        path,
        query: parts.uri.query(),
        authorization: text(header::AUTHORIZATION),
        content_type: text(header::CONTENT_TYPE),
        body: &body,
    };
    let answer = world.lock().answer(&call, Timestamp::now());
    let empty = answer.body.is_empty();
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if !empty {
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(answer.content_type),
        );
    }
    if let Some(seconds) = answer.retry_after {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// An answer of the front, before the API.
fn plain(status: StatusCode, body: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    response
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::*;
    use crate::simulator::options::{CampaignOptions, RetryAfter, WorldOptions};

    fn world() -> World {
        let mut options = WorldOptions::new(4);
        options.campaigns = vec![
            CampaignOptions::new("Clinics"),
            CampaignOptions::new("Codes"),
        ];
        options.retry_after = RetryAfter::Always;
        options.started_at = Timestamp::now();
        World::new(options)
    }

    async fn started() -> Simulator {
        serve(world(), SocketAddr::from(([127, 0, 0, 1], 0)))
            .await
            .unwrap()
    }

    /// Head and body of the answer to one request of a campaign, over a connection of its own.
    async fn exchange(
        simulator: &Simulator,
        campaign: usize,
        call: &str,
        headers: &str,
        body: &str,
    ) -> (String, String) {
        let card = simulator.campaigns().remove(campaign);
        let (method, path) = call.split_once(' ').unwrap();
        let request = format!(
            "{method} /api/v2/campaigns/{}{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Authorization: Bearer {}\r\nContent-Length: {}\r\n{headers}\r\n{body}",
            card.id,
            card.key,
            body.len()
        );
        send(simulator.address(), &request).await
    }

    async fn send(address: SocketAddr, request: &str) -> (String, String) {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_ascii_lowercase(), body.to_owned())
    }

    #[tokio::test]
    async fn a_page_comes_over_http() {
        let simulator = started().await;
        let (head, body) = exchange(&simulator, 0, "GET /messages?limit=1000", "", "").await;
        assert!(head.starts_with("http/1.1 200"), "{head}");
        assert!(
            head.contains("\r\ndate: ") && head.contains("\r\ncontent-type: application/json"),
            "{head}"
        );
        let page: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(page["data"].as_array().unwrap().len(), 1000);
        simulator.with_world(|world| assert_eq!(world.log().get_count(), 1));
        simulator.stop().await;
    }

    #[tokio::test]
    async fn an_upload_comes_over_http() {
        let simulator = started().await;
        let form = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n\
                    recipient,language,code,service\n6580001234,english,1,x\n\r\n--edge--\r\n";
        let headers = "Content-Type: multipart/form-data; boundary=edge\r\n";
        let (head, body) = exchange(&simulator, 1, "POST /batch/messages", headers, form).await;
        assert!(head.starts_with("http/1.1 201"), "{head}");
        let body: Value = serde_json::from_str(&body).unwrap();
        let batch = body["batchId"].as_str().unwrap();
        let (head, body) =
            exchange(&simulator, 1, &format!("POST /batch/{batch}/retry"), "", "").await;
        assert!(
            head.starts_with("http/1.1 400") && body.contains("batch_not_found"),
            "{head} {body}"
        );
    }

    #[tokio::test]
    async fn the_limit_of_calls_is_told_with_retry_after() {
        let simulator = started().await;
        loop {
            let (head, _) = exchange(&simulator, 0, "GET /messages?limit=1", "", "").await;
            if head.starts_with("http/1.1 429") {
                assert!(head.contains("\r\nretry-after: 1"), "{head}");
                return;
            }
        }
    }

    #[tokio::test]
    async fn outside_the_prefix_there_is_nothing() {
        let simulator = started().await;
        for path in ["/", "/api/v1/campaigns", "/api/v2"] {
            let request =
                format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            let (head, body) = send(simulator.address(), &request).await;
            assert!(head.starts_with("http/1.1 404"), "{head}");
            assert_eq!(
                serde_json::from_str::<Value>(&body).unwrap()["statusCode"],
                404
            );
        }
    }

    #[tokio::test]
    async fn only_loopback_is_listened_on() {
        for address in ["0.0.0.0:0", "192.0.2.1:80", "[::]:0"] {
            let error = serve(world(), address.parse().unwrap()).await.unwrap_err();
            assert!(matches!(error, ServeError::NotLoopback(_)), "{error}");
            assert!(error.to_string().contains(address), "{error}");
        }
    }

    #[tokio::test]
    async fn a_taken_address_is_an_error() {
        let simulator = started().await;
        let error = serve(world(), simulator.address()).await.unwrap_err();
        assert!(matches!(error, ServeError::Bind { .. }));
    }

    #[tokio::test]
    async fn after_stop_and_drop_nobody_listens() {
        let simulator = started().await;
        let address = simulator.address();
        simulator.stop().await;
        assert!(TcpStream::connect(address).await.is_err());

        let simulator = started().await;
        let address = simulator.address();
        drop(simulator);
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    }
}
