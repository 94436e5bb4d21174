//! Every status with every body for each of the four writing calls, against a table that shares no code with the
//! rules; and how reads treat statuses.

use std::time::Duration;

use bytes::Bytes;
use rstest::rstest;

use super::*;
use crate::delivery::{BatchId, MessageId};
use crate::postman::{NotSent, ProxyTrouble, RetryAfter};

const API_FIRST: &str = r#"{"error":{"code":"some_code","message":"some words","type":"t","id":"trace-1"}}"#;
const API_SECOND: &str = r#"{"message":"some words","statusCode":400}"#;

/// The four calls, in the order of the columns below.
fn calls() -> [Call; 4] {
    [
        Call::Retry { message: MessageId::new("message_1") },
        Call::RetryBatch { batch: BatchId::new("batch_1") },
        Call::Send { recipient: "6580001234".to_owned(), language: "english".to_owned(), values: Vec::new() },
        Call::UploadBatch { file_name: "a.csv".to_owned(), csv: Bytes::new() },
    ]
}

/// What a body is to each call: letters in the order of [`calls`]. `a` is the API's own answer to the call, `e` the
/// same with code 201 only, `i` the validator's no, `w` a refusal in the API's words, `.` none of these.
const BODIES: &[(&str, &str)] = &[
    // What each call answers.
    ("a...", r#"{"id":"message_1"}"#),
    ("a.a.", r#"{"id":"message_1","latestStatus":"created"}"#),
    ("a.a.", "\u{feff} {\"id\":\"message_1\",\"recipient\":\"6580001234\",\"error\":null,\"newField\":[{}]}\r\n"),
    ("a.a.", r#"{"id":"message_1","createdAt":"2026-11-22T14:00:00.000+08:00","error":"","errors":[]}"#),
    ("..a.", r#"{"id":"message_9","recipient":"+65 8000-1234","latestStatus":"created"}"#),
    (".e..", ""),
    (".a..", r#"[{"id":"message_1","latestStatus":"created"}]"#),
    (".a..", r#"{"messages":[{"id":"m","latestStatus":"created","batchId":"batch_1"}],"pageData":{"hasNextPage":false}}"#),
    (".a..", r#"{"data":[{"id":"m","recipient":"6580001234"},{"id":"n","recipient":"6580001235"}]}"#),
    ("...a", r#"{"isValid":true,"batchId":"batch_1"}"#),
    ("...i", r#"{"isValid":false}"#),
    ("...i", r#"{"isValid":false,"batchId":null,"reportURL":"https://files.example/r","numRows":3,"numErrors":1}"#),
    // Errors.
    ("wwww", API_FIRST),
    ("wwww", API_SECOND),
    ("wwww", r#"{"id":"message_1","latestStatus":"created","error":{"code":"some_code"},"isValid":true,"batchId":"batch_1"}"#),
    ("wwww", r#"{"id":"message_1","recipient":"6580001234","message":"no","statusCode":500}"#),
    ("....", r#"{"id":"message_1","latestStatus":"created","error":"bad","isValid":true,"batchId":"batch_1"}"#),
    ("....", r#"{"id":"message_1","latestStatus":"created","errors":["bad"],"isValid":true,"batchId":"batch_1"}"#),
    ("....", r#"{"id":"message_1","latestStatus":"created","success":false,"isValid":true,"batchId":"batch_1"}"#),
    ("....", r#"{"error":true,"messages":[{"id":"m","latestStatus":"created"}]}"#),
    ("....", r#"{"errors":[{"id":"m","latestStatus":"created"}]}"#),
    ("....", r#"{"success":false}"#),
    // No one's.
    ("....", "null"),
    ("....", "true"),
    ("....", "201"),
    ("....", r#""message_1""#),
    ("....", "{}"),
    ("....", "[]"),
    ("....", "[[]]"),
    ("....", "[null]"),
    ("....", " "),
    ("....", "\u{feff}"),
    ("....", "<html><title>Sign in</title></html>"),
    ("....", "<html>message_1 batch_1 isValid true</html>"),
    ("....", "error code: 1010"),
    ("....", "\u{0}\u{1}"),
    // Another's.
    ("....", r#"{"id":"message_2"}"#),
    ("....", r#"{"id":"Message_1"}"#),
    ("....", r#"{"id":"message_1 "}"#),
    ("....", r#"{"id":1,"latestStatus":"created"}"#),
    ("....", r#"{"id":["message_1"],"latestStatus":"created"}"#),
    ("....", r#"{"id":null,"latestStatus":"created"}"#),
    ("....", r#"{"id":"","latestStatus":"created"}"#),
    ("....", r#"{"ID":"message_1","latestStatus":"created"}"#),
    ("....", r#"{"messageId":"message_1","latestStatus":"created"}"#),
    ("....", r#"{"id":"message_2","id":"message_1","latestStatus":"created"}"#),
    ("....", r#"{"id":"message_1","id":"message_1","latestStatus":"created"}"#),
    ("....", r#"{"message":{"id":"message_1","latestStatus":"created"}}"#),
    ("....", r#"{"data":{"id":"message_1","latestStatus":"created"}}"#),
    ("a...", r#"{"id":"message_1","latestStatus":"created","recipient":"6580009999"}"#),
    ("....", r#"[{"id":"message_1"}]"#),
    ("....", r#"[{"id":"m","latestStatus":"created","batchId":"batch_2"}]"#),
    ("....", r#"[{"id":"m","latestStatus":"created"},{"latestStatus":"created"}]"#),
    ("....", r#"{"messages":[],"pageData":{"hasNextPage":false}}"#),
    ("....", r#"{"id":"batch_1","status":"messages_enqueued"}"#),
    // A file neither accepted nor refused.
    ("....", r#"{"isValid":true}"#),
    ("....", r#"{"isValid":true,"batchId":""}"#),
    ("....", r#"{"isValid":true,"batchId":7}"#),
    ("....", r#"{"isValid":"true","batchId":"batch_1"}"#),
    ("....", r#"{"isValid":"false"}"#),
    ("....", r#"{"isValid":null,"batchId":"batch_1"}"#),
    ("....", r#"{"batchId":"batch_1"}"#),
    ("....", r#"{"isValid":false,"batchId":"batch_1"}"#),
    ("....", r#"{"isValid":true,"isValid":false,"batchId":"batch_1"}"#),
    ("....", r#"{"data":{"isValid":false}}"#),
    // Cut, or more than one.
    ("....", r#"{"error":{"code":"cu"#),
    ("....", r#"{"id":"message_1","latestStatus":"created""#),
    ("....", r#"{"isValid":false"#),
    ("....", r#"{"id":"message_1","latestStatus":"created"}{"id":"message_1"}"#),
    ("....", r#"{"id":"message_1","latestStatus":"created"} <html>"#),
];

fn exchange(result: Result<Response, TransportFailure>) -> Exchange {
    Exchange { sent_at: Timestamp::UNIX_EPOCH, received_at: Timestamp::UNIX_EPOCH, result }
}

fn answer(status: u16, body: &[u8]) -> Response {
    Response { status, body: Bytes::copy_from_slice(body), ..Response::default() }
}

fn answered(status: u16, body: &str) -> Exchange {
    exchange(Ok(answer(status, body.as_bytes())))
}

fn retried(exchange: &Exchange) -> WriteOutcome {
    write_outcome(&calls()[0], exchange)
}

fn word(outcome: &WriteOutcome) -> &'static str {
    match outcome {
        WriteOutcome::Accepted { .. } => "accepted",
        WriteOutcome::Refused { rate_limited: true, .. } => "dropped",
        WriteOutcome::Refused { check: Some(_), .. } => "invalid",
        WriteOutcome::Refused { .. } => "refused",
        WriteOutcome::NotSent { .. } => "not sent",
        WriteOutcome::Unknown { .. } => "unknown",
    }
}

#[test]
fn every_status_and_body_has_its_outcome() {
    let calls = calls();
    for (marks, body) in BODIES {
        for (call, mark) in calls.iter().zip(marks.chars()) {
            for status in 100..=999u16 {
                let expected = match (status, mark) {
                    (429, _) => "dropped",
                    (200..=299 | 400..=499, 'i') => "invalid",
                    (200..=299, 'a') | (201, 'e') => "accepted",
                    (401 | 403 | 404 | 405 | 407 | 413 | 415 | 307 | 308, _) => "refused",
                    (408, _) => "unknown",
                    (400..=499, 'w') => "refused",
                    _ => "unknown",
                };
                assert_eq!(word(&write_outcome(call, &answered(status, body))), expected, "{call:?}: {status} with {body:?}");
            }
        }
    }
}

#[test]
fn only_a_proof_counts_as_not_sent() {
    for reason in [NotSent::Dns, NotSent::Refused, NotSent::Unreachable, NotSent::ConnectTimeout, NotSent::Tls("x".to_owned())] {
        assert_eq!(word(&retried(&exchange(Err(TransportFailure::NotSent(reason))))), "not sent");
    }
    for reason in [Broken::Timeout, Broken::Reset, Broken::Eof, Broken::BodyTooLarge, Broken::Other("x".to_owned())] {
        assert_eq!(word(&retried(&exchange(Err(TransportFailure::Unknown(reason))))), "unknown");
    }
}

#[test]
fn a_success_that_was_cut_proves_nothing() {
    for (_, body) in BODIES {
        for call in calls() {
            for reason in [Broken::Eof, Broken::Timeout, Broken::Garbled("gzip".to_owned()), Broken::BodyTooLarge] {
                let cut = Response { body_failure: Some(reason), ..answer(201, body.as_bytes()) };
                assert_eq!(word(&write_outcome(&call, &exchange(Ok(cut)))), "unknown", "{call:?} with {body:?}");
            }
        }
    }
}

#[test]
fn the_answers_beginning_proves_nothing() {
    let own = [
        r#"{"id":"message_1","latestStatus":"created"}"#,
        r#"[{"id":"m","latestStatus":"created"}]"#,
        r#"{"id":"m","latestStatus":"created"}"#,
        r#"{"isValid":true,"batchId":"batch_1"}"#,
    ];
    for (call, body) in calls().iter().zip(own) {
        // A batch's retry answers with nothing at all.
        let first = usize::from(matches!(call, Call::RetryBatch { .. }));
        for end in first..body.len() {
            assert_eq!(word(&write_outcome(call, &answered(201, &body[..end]))), "unknown", "{call:?} with {:?}", &body[..end]);
        }
        assert_eq!(word(&write_outcome(call, &answered(201, body))), "accepted", "{call:?}");
    }
}

#[test]
fn a_large_body_is_judged_like_a_small_one() {
    let many: String = (0..100_000).map(|number| format!(r#","field_{number}":[{number}]"#)).collect();
    assert_eq!(word(&retried(&answered(201, &format!(r#"{{"id":"message_1"{many}}}"#)))), "accepted");
    assert_eq!(word(&retried(&answered(201, &format!(r#"{{"x":1{many},"id":"message_2"}}"#)))), "unknown");
    let deep = format!(r#"{{"id":"message_1","x":{}1{}}}"#, "[".repeat(5000), "]".repeat(5000));
    assert_ne!(word(&retried(&answered(201, &deep))), "refused", "however deep, it is neither a refusal nor a panic");
}

#[test]
fn what_was_accepted_is_told() {
    let WriteOutcome::Accepted { rows: Some(rows), batch: None, .. } = retried(&answered(201, r#"{"id":"message_1"}"#)) else { panic!() };
    assert_eq!(rows.get(0).unwrap().id(), "message_1");
    let taken = write_outcome(&calls()[3], &answered(200, r#"{"isValid":true,"batchId":"batch_1"}"#));
    let WriteOutcome::Accepted { rows: None, batch: Some(batch), .. } = taken else { panic!() };
    assert_eq!(batch, BatchId::new("batch_1"));
}

#[test]
fn a_refusal_keeps_the_apis_words() {
    let WriteOutcome::Refused { code, reason, trace_id, status, .. } = retried(&answered(400, API_FIRST)) else { panic!() };
    assert_eq!((code.as_deref(), &*reason, trace_id.as_deref(), status), (Some("some_code"), "some words", Some("trace-1"), 400));
}

#[rstest]
#[case(201)]
#[case(400)]
fn what_is_wrong_with_a_file_is_kept_whole(#[case] status: u16) {
    let body = format!(r#"{{"isValid":false,"rowErrors":[{}{{"row":2}}]}}"#, r#"{"row":1},"#.repeat(1000));
    let outcome = write_outcome(&calls()[3], &answered(status, &body));
    assert!(outcome.explanation().unwrap().why.contains("no message"));
    let WriteOutcome::Refused { check: Some(check), reason, .. } = outcome else { panic!() };
    assert_eq!((check.as_str(), &*reason), (&*body, "the file has mistakes"));
    assert!(!format!("{check:?}").contains("row"), "it may contain numbers");
}

#[rstest]
#[case(200, "<html><title>Sign in</title></html>", "status 200 with an HTML page instead of the API's answer", None)]
#[case(202, "", "status 202 with an empty body instead of the API's answer", None)]
#[case(200, "null", "status 200 with plain text instead of the API's answer", None)]
#[case(200, r#"{"id":"message_2"}"#, "status 200 with JSON that does not answer this call", None)]
#[case(200, API_FIRST, "status 200 with an error: `some_code`", Some("trace-1"))]
fn an_unknown_says_what_was_seen(#[case] status: u16, #[case] body: &str, #[case] reported: &str, #[case] trace: Option<&str>) {
    let WriteOutcome::Unknown { reason, trace_id, status: seen, .. } = retried(&answered(status, body)) else { panic!() };
    assert_eq!((&*reason, trace_id.as_deref(), seen), (reported, trace, Some(status)));
}

#[test]
fn a_wait_until_a_date_is_counted_by_the_servers_clock() {
    let at = |second: i64| Timestamp::from_second(1_900_000_000 + second).unwrap();
    let response = Response { status: 429, date: Some(at(0)), retry_after: Some(RetryAfter::Until(at(20))), ..Response::default() };
    let mut exchange = exchange(Ok(response));
    exchange.received_at = at(-3600);
    assert_eq!(read_answer(&exchange).unwrap_err().retry_after, Some(Duration::from_secs(20)));
}

#[test]
fn a_redirect_is_told_without_its_query() {
    let response = Response { status: 302, location: Some("https://login.example/in?ticket=1".to_owned()), ..Response::default() };
    let error = read_answer(&exchange(Ok(response))).unwrap_err();
    assert_eq!(error.kind, CallErrorKind::Redirect { status: 302, location: Some("https://login.example/in".to_owned()) });
    assert!(!error.is_refusal() && !error.is_retryable(), "the API did not say it, and asking again would be pointless");
}

#[test]
fn reads_go_again_on_a_rate_limit_and_on_the_servers_faults_only() {
    for status in [408, 425, 429, 500, 502, 503, 504, 520, 524] {
        let error = read_answer(&answered(status, "")).unwrap_err();
        assert!(error.is_retryable() && !error.is_refusal(), "{status}");
    }
    for status in [400, 401, 403, 404, 410, 422] {
        let error = read_answer(&answered(status, API_FIRST)).unwrap_err();
        assert!(!error.is_retryable() && error.is_refusal(), "{status}");
    }
    assert!(read_answer(&answered(401, "")).unwrap_err().is_unauthorised());
    assert!(read_answer(&answered(429, "")).unwrap_err().is_rate_limit());
}

/// Every way in which a read fails, and what a status line says about it.
#[rstest]
#[case::no_server(Err(TransportFailure::NotSent(NotSent::Refused)), "no answer")]
#[case::reset(Err(TransportFailure::Unknown(Broken::Reset)), "no answer")]
#[case::no_http(Err(TransportFailure::Unknown(Broken::Garbled("invalid HTTP version parsed".to_owned()))), "unclear answer")]
#[case::own_fault(Err(TransportFailure::NotSent(NotSent::Local("no certificates".to_owned()))), "not sent")]
#[case::proxy(Err(TransportFailure::NotSent(NotSent::Proxy { proxy: "`http://p:1`".to_owned(), trouble: ProxyTrouble::Refused })), "proxy trouble")]
#[case::wants_password(Ok(answer(407, b"")), "proxy trouble")]
#[case::fault(Ok(answer(500, b"oops")), "answered 500")]
#[case::fault_in_words(Ok(answer(503, br#"{"message":"later","statusCode":503}"#)), "answered 503")]
#[case::bad_gateway(Ok(answer(502, b"<html><title>Bad gateway</title></html>")), "answered 502")]
#[case::redirect(Ok(answer(302, b"")), "answered 302")]
#[case::too_many(Ok(answer(429, b"")), "too many calls")]
#[case::key(Ok(answer(401, b"")), "refused")]
#[case::login_page(Ok(answer(200, b"<html>Log in</html>")), "unclear answer")]
#[case::broken_json(Ok(answer(200, br#"{"messages":[{"id":"#)), "unclear answer")]
#[case::nothing(Ok(answer(200, b"")), "unclear answer")]
#[case::cut(Ok(Response { body_failure: Some(Broken::Eof), ..answer(200, b"{") }), "answer cut off")]
#[case::reset_in_the_middle(Ok(Response { body_failure: Some(Broken::Reset), ..answer(200, b"{") }), "answer cut off")]
#[case::slow_in_the_middle(Ok(Response { body_failure: Some(Broken::Timeout), ..answer(200, b"{") }), "answer cut off")]
#[case::broken_gzip(Ok(Response { body_failure: Some(Broken::Garbled("corrupt".to_owned())), ..answer(200, b"") }), "unclear answer")]
#[case::endless(Ok(Response { body_failure: Some(Broken::BodyTooLarge), ..answer(200, b"") }), "answer too long")]
fn what_was_met_is_said_as_what_it_is(#[case] result: Result<Response, TransportFailure>, #[case] reported: &str) {
    let exchange = exchange(result);
    let error =
        read_answer(&exchange).map(|response| crate::postman::decode_page(&response.body).map_err(|error| body_error(response, &error)));
    let error = match error {
        Err(error) => error,
        Ok(decoded) => decoded.expect_err("a failure"),
    };
    assert_eq!(error.met().to_string(), reported, "{error}");
    assert!(reported.len() <= 15, "the campaigns pane has no room for more");
}
