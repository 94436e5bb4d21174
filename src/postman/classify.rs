//! What an exchange means for a read, and for a write.

use jiff::Timestamp;
use url::{Host, Url};

use super::decode::{
    DecodeError, FileVerdict, api_error, decode_message, file_verdict, foreign_body, is_created_message, is_message, is_message_list,
    shown_body,
};
use super::secrets::{beginning, reported};
use super::{
    BodyKind, Broken, Call, CallError, CallErrorKind, Exchange, FileCheck, LONGEST_RETRY_AFTER, Response, TransportFailure, WriteOutcome,
};

/// How much of an address is shown, in bytes.
const LONGEST_ADDRESS: usize = 200;

/// The answer of a read with a 2xx and a complete body.
///
/// # Errors
/// Anything but a 2xx with its whole body.
pub(super) fn read_answer(exchange: &Exchange) -> Result<&Response, CallError> {
    let response = match &exchange.result {
        Ok(response) => response,
        Err(TransportFailure::NotSent(reason)) => return Err(CallError::new(CallErrorKind::NotSent(reason.clone()))),
        Err(TransportFailure::Unknown(reason)) => return Err(CallError::new(CallErrorKind::Broken(reason.clone()))),
    };
    if !is_success(response.status) {
        return Err(status_error(response, exchange.received_at));
    }
    match &response.body_failure {
        // Its head arrived, so it was answered, however the body broke off.
        Some(Broken::Timeout | Broken::Reset | Broken::Other(_)) => Err(CallError::new(CallErrorKind::Broken(Broken::Eof))),
        Some(reason) => Err(CallError::new(CallErrorKind::Broken(reason.clone()))),
        None => Ok(response),
    }
}

/// A success whose body is unusable.
pub(super) fn body_error(response: &Response, error: &DecodeError) -> CallError {
    let status = response.status;
    let foreign = foreign_body(&response.body);
    let kind = match (error, api_error(&response.body)) {
        (_, Some(error)) => CallErrorKind::Api { status, error },
        (DecodeError::NotJson, None) => CallErrorKind::NotJson { status, body: foreign },
        (reason, None) => CallErrorKind::NotUnderstood { reason: reason.to_string() },
    };
    CallError::new(kind)
}

/// The outcome of a write. The table, from the top:
///
/// | seen | outcome |
/// |---|---|
/// | no connection (proved) | not sent |
/// | 429 | refused, dropped |
/// | 2xx or 4xx to an upload, `isValid: false` | refused |
/// | 2xx with the API's own answer to this call, whole | accepted |
/// | every other 2xx: a page of a proxy, `null`, an error, another id, a cut body | unknown |
/// | 401, 403, 404, 405, 407, 413, 415, 307, 308 | refused |
/// | 408 (it may still be working on it) | unknown |
/// | other 4xx with the API's error body | refused |
/// | everything else | unknown |
pub(super) fn write_outcome(call: &Call, exchange: &Exchange) -> WriteOutcome {
    let response = match &exchange.result {
        Ok(response) => response,
        Err(TransportFailure::NotSent(reason)) => return not_sent(CallError::new(CallErrorKind::NotSent(reason.clone()))),
        Err(TransportFailure::Unknown(reason)) => {
            return WriteOutcome::Unknown { reason: reason.to_string(), status: None, trace_id: None, retry_after: None };
        }
    };
    if matches!(call, Call::UploadBatch { .. }) && is_refused_file(response) {
        return WriteOutcome::Refused {
            code: None,
            reason: "the file has mistakes".to_owned(),
            check: Some(FileCheck::new(shown_body(&response.body))),
            trace_id: None,
            status: response.status,
            rate_limited: false,
            retry_after: None,
        };
    }
    if is_success(response.status) {
        return accepted(call, response, exchange.sent_at).unwrap_or_else(|| unproved(response));
    }
    let error = status_error(response, exchange.received_at);
    let in_the_apis_words = matches!(error.kind, CallErrorKind::Api { .. });
    let (retry_after, trace_id) = (error.retry_after, error.trace_id().map(str::to_owned));
    let status = response.status;
    let refused = match status {
        429 | 401 | 403 | 404 | 405 | 407 | 413 | 415 | 307 | 308 => true,
        408 => false,
        400..=499 => in_the_apis_words,
        _ => false,
    };
    if refused {
        let code = error.code().map(str::to_owned);
        let reason = match &error.kind {
            CallErrorKind::Api { error, .. } if error.message.is_some() => error.message.clone().unwrap_or_default(),
            _ => error.to_string(),
        };
        WriteOutcome::Refused { code, reason, check: None, trace_id, status, rate_limited: status == 429, retry_after }
    } else {
        WriteOutcome::Unknown { reason: error.to_string(), status: Some(status), trace_id, retry_after }
    }
}

/// Whether the validator says, completely and clearly, that the file is not valid. A 429 comes from a layer before
/// it.
fn is_refused_file(response: &Response) -> bool {
    let can_be = is_success(response.status) || ((400..500).contains(&response.status) && response.status != 429);
    can_be && response.body_failure.is_none() && file_verdict(&response.body) == FileVerdict::Invalid
}

/// The outcome, if a success is the API's own answer to this call.
fn accepted(call: &Call, response: &Response, asked_at: Timestamp) -> Option<WriteOutcome> {
    if response.body_failure.is_some() {
        return None;
    }
    let body = &response.body;
    let accepted = |rows, batch| WriteOutcome::Accepted { rows, batch, asked_at };
    let message = || decode_message(body).ok().map(Some);
    match call {
        Call::Retry { message: id } if is_message(body, id.as_str()) => Some(accepted(message()?, None)),
        Call::Send { recipient, .. } if is_created_message(body, recipient) => Some(accepted(message()?, None)),
        Call::RetryBatch { .. } if body.is_empty() && response.status == 201 => Some(accepted(None, None)),
        Call::RetryBatch { batch } if is_message_list(body, batch.as_str()) => Some(accepted(None, None)),
        Call::UploadBatch { .. } => match file_verdict(body) {
            FileVerdict::Taken(batch) => Some(accepted(None, Some(batch))),
            FileVerdict::Invalid | FileVerdict::Unclear => None,
        },
        _ => None,
    }
}

/// A success that proves nothing: something in front may have answered instead of the API, or the answer was lost on
/// the way.
fn unproved(response: &Response) -> WriteOutcome {
    let status = response.status;
    let foreign = foreign_body(&response.body);
    let (reason, trace_id) = match (&response.body_failure, api_error(&response.body)) {
        (Some(failure), _) => (format!("status {status}, and then {failure}"), None),
        (None, Some(error)) => (format!("status {status} with an error: {error}"), error.trace_id),
        (None, None) if foreign.kind == BodyKind::Json => (format!("status {status} with JSON that does not answer this call"), None),
        (None, None) => (format!("status {status} with {foreign} instead of the API's answer"), None),
    };
    WriteOutcome::Unknown { reason, status: Some(status), trace_id, retry_after: None }
}

/// A write that provably was not sent.
pub(super) fn not_sent(error: CallError) -> WriteOutcome {
    WriteOutcome::NotSent { reason: error.to_string(), error }
}

fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

fn status_error(response: &Response, received_at: Timestamp) -> CallError {
    let status = response.status;
    let kind = match api_error(&response.body) {
        _ if matches!(status, 301 | 302 | 303 | 307 | 308) => {
            CallErrorKind::Redirect { status, location: response.location.as_deref().map(shown_address) }
        }
        Some(error) => CallErrorKind::Api { status, error },
        None => CallErrorKind::Foreign { status, body: foreign_body(&response.body) },
    };
    // A date is the server's, so the wait is counted by the server's clock if it gave one. It is capped here for all
    // callers: a server that asks for a year is mistaken, and an action must not wait that long for its turn.
    let retry_after = response.retry_after.map(|after| after.wait(response.date.unwrap_or(received_at)).min(LONGEST_RETRY_AFTER));
    CallError { kind, retry_after }
}

/// An address for a person: the part after `?` may contain a number or a login ticket. The digits of an IP address
/// are not a person's number.
fn shown_address(location: &str) -> String {
    let plain = &location[..location.find(['?', '#']).unwrap_or(location.len())];
    let whole = match Url::parse(plain) {
        Ok(url) if matches!(url.host(), Some(Host::Ipv4(_) | Host::Ipv6(_))) => {
            format!("{}{}", url.origin().ascii_serialization(), reported(url.path()))
        }
        _ => reported(plain),
    };
    beginning(&whole, LONGEST_ADDRESS).to_owned()
}

#[cfg(test)]
mod tests {
    //! Every status with every body for each of the four writing calls, against a table that shares no code with the
    //! rules; and how reads treat statuses.

    use std::time::Duration;

    use bytes::Bytes;
    use rstest::rstest;

    use super::*;
    use crate::delivery::{BatchId, MessageId};
    use crate::postman::{NotSent, ProxyTrouble, RetryAfter, UploadMeter};

    const API_FIRST: &str = r#"{"error":{"code":"some_code","message":"some words","type":"t","id":"trace-1"}}"#;
    const API_SECOND: &str = r#"{"message":"some words","statusCode":400}"#;

    /// The four calls, in the order of the columns below.
    fn calls() -> [Call; 4] {
        [
            Call::Retry { message: MessageId::new("message_1") },
            Call::RetryBatch { batch: BatchId::new("batch_1") },
            Call::Send { recipient: "6580001234".to_owned(), language: "english".to_owned(), values: Vec::new() },
            Call::UploadBatch { file_name: "a.csv".to_owned(), csv: Bytes::new(), meter: UploadMeter::default() },
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
        let WriteOutcome::Accepted { rows: Some(rows), batch: None, .. } = retried(&answered(201, r#"{"id":"message_1"}"#)) else {
            panic!()
        };
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
    #[case::key(Ok(answer(401, b"")), "key refused")]
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
        let error = read_answer(&exchange)
            .map(|response| crate::postman::decode_page(&response.body).map_err(|error| body_error(response, &error)));
        let error = match error {
            Err(error) => error,
            Ok(decoded) => decoded.expect_err("a failure"),
        };
        assert_eq!(error.met().to_string(), reported, "{error}");
        assert!(reported.len() <= 15, "the campaigns pane has no room for more");
    }
}
