//! Tests over real sockets, with requests written by hand.

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;
use crate::simulator::options::{CampaignOptions, RetryAfter, WorldOptions};

fn world() -> World {
    let mut options = WorldOptions::new(4);
    options.campaigns = vec![CampaignOptions::new("Clinics"), CampaignOptions::new("Codes")];
    options.retry_after = RetryAfter::Always;
    options.started_at = Timestamp::now();
    World::new(options)
}

async fn started() -> Simulator {
    serve(world(), SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap()
}

/// Head and body of the answer to one request of a campaign, over a connection of its own.
async fn exchange(simulator: &Simulator, campaign: usize, call: &str, headers: &str, body: &str) -> (String, String) {
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
    assert!(head.contains("\r\ndate: ") && head.contains("\r\ncontent-type: application/json"), "{head}");
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
    let (head, body) = exchange(&simulator, 1, &format!("POST /batch/{batch}/retry"), "", "").await;
    assert!(head.starts_with("http/1.1 400") && body.contains("batch_not_found"), "{head} {body}");
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
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let (head, body) = send(simulator.address(), &request).await;
        assert!(head.starts_with("http/1.1 404"), "{head}");
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["statusCode"], 404);
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

/// What a caller sees of one call under a fault: the status line, and whether the body is whole.
async fn under(fault: &str) -> (Simulator, String, String) {
    let simulator = started().await;
    simulator.set_faults(vec![fault.parse().unwrap()]);
    let card = simulator.campaigns().remove(0);
    let request = format!(
        "GET /api/v2/campaigns/{}/messages?limit=100 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\r\n",
        card.id, card.key
    );
    let mut stream = TcpStream::connect(simulator.address()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A broken connection shows as an error or as an early end: a client must handle both.
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let seen = (head.to_ascii_lowercase(), body.to_owned());
    assert_eq!(simulator.faults_met(), 1);
    (simulator, seen.0, seen.1)
}

fn performed(simulator: &Simulator) -> u64 {
    simulator.with_world(|world| world.log().get_count())
}

#[tokio::test]
async fn faults_answer_in_the_place_of_the_api() {
    for (fault, status) in
        [("429=1", "429"), ("500=1", "500"), ("524=1", "524"), ("html=1", "502"), ("page=1", "200"), ("nonsense=1", "200")]
    {
        let (simulator, head, body) = under(fault).await;
        assert!(head.starts_with(&format!("http/1.1 {status}")), "{fault}: {head}");
        assert_eq!(head.contains("text/html"), ["html=1", "page=1"].contains(&fault));
        let json = serde_json::from_str::<Value>(&body).ok();
        assert_eq!(json.is_some(), !["html=1", "page=1", "nonsense=1"].contains(&fault), "{fault}: {body}");
        assert!(json.is_none_or(|json| json["statusCode"].as_u64() == status.parse().ok()), "{fault}: {body}");
        assert_eq!(performed(&simulator), u64::from(fault == "nonsense=1"), "{fault}");
    }
}

#[tokio::test]
async fn broken_connections_give_no_whole_answer() {
    for (fault, done) in [("reset-before=1", 0), ("reset-after=1", 1), ("cut=1", 1)] {
        let (simulator, head, body) = under(fault).await;
        assert_eq!(performed(&simulator), done, "{fault}");
        if fault == "cut=1" {
            assert!(head.starts_with("http/1.1 200") && !body.is_empty(), "{head}");
            serde_json::from_str::<Value>(&body).unwrap_err();
        } else {
            assert_eq!((head.as_str(), body.as_str()), ("", ""), "{fault}");
        }
    }
}

#[tokio::test]
async fn a_hanging_call_ends_with_the_simulator() {
    let simulator = started().await;
    simulator.set_faults(vec!["hang=1".parse().unwrap()]);
    let mut stream = TcpStream::connect(simulator.address()).await.unwrap();
    stream.write_all(b"GET /api/v2/campaigns/c/messages HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    while simulator.faults_met() == 0 {
        tokio::task::yield_now().await;
    }
    let mut byte = [0];
    assert!(stream.try_read(&mut byte).is_err(), "nothing came");
    simulator.stop().await;
    assert!(matches!(stream.read(&mut byte).await, Ok(0) | Err(_)));
}

#[tokio::test]
async fn a_late_call_is_performed_before_its_answer() {
    let simulator = started().await;
    simulator.set_faults(vec!["late=1".parse().unwrap()]);
    let card = simulator.campaigns().remove(0);
    let mut stream = TcpStream::connect(simulator.address()).await.unwrap();
    let request = format!("GET /api/v2/campaigns/{}/messages HTTP/1.1\r\nHost: l\r\nAuthorization: Bearer {}\r\n\r\n", card.id, card.key);
    stream.write_all(request.as_bytes()).await.unwrap();
    while performed(&simulator) == 0 {
        tokio::task::yield_now().await;
    }
    let mut byte = [0];
    assert!(stream.try_read(&mut byte).is_err(), "nothing came");
    simulator.stop().await;
    assert!(matches!(stream.read(&mut byte).await, Ok(0) | Err(_)));
}

#[tokio::test]
async fn a_report_is_served_without_a_key_where_the_answer_says() {
    let simulator = started().await;
    let form = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n\
                recipient,language,code,service\n80001234,english,1,x\n\r\n--edge--\r\n";
    let headers = "Content-Type: multipart/form-data; boundary=edge\r\n";
    let (head, body) = exchange(&simulator, 1, "POST /batch/messages", headers, form).await;
    assert!(head.starts_with("http/1.1 201"), "{head}");
    let body: Value = serde_json::from_str(&body).unwrap();
    let path = body["reportURL"].as_str().unwrap().strip_prefix(&format!("http://{}", simulator.address())).unwrap();
    let ask = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let (head, report) = send(simulator.address(), &ask(path)).await;
    assert!(head.starts_with("http/1.1 200") && head.contains("text/csv"), "{head}");
    assert!(report.starts_with("recipient,language,code,service,Error Reason\n80001234,english,1,x,\"Invalid recipient"), "{report}");
    for other in ["/validation-reports/x", "/validation-reports/x/y", &format!("{path}0")] {
        let (head, _) = send(simulator.address(), &ask(other)).await;
        assert!(head.starts_with("http/1.1 404"), "{other}: {head}");
    }
}

#[tokio::test]
async fn without_faults_all_is_well_again() {
    let (simulator, ..) = under("503=1").await;
    simulator.set_faults(Vec::new());
    let (head, _) = exchange(&simulator, 0, "GET /messages?limit=1", "", "").await;
    assert!(head.starts_with("http/1.1 200"), "{head}");
}
