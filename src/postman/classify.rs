//! From what came over the wire to what it means for a read, and for a write.

use jiff::Timestamp;

use super::decode::{DecodeError, api_error, decode_message, decode_upload, foreign_body};
use super::{Call, CallError, CallErrorKind, Exchange, LONGEST_RETRY_AFTER, Response, TransportFailure, WriteOutcome};

/// The answer of a read whose status and body came whole.
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
        Some(reason) => Err(CallError::new(CallErrorKind::Broken(reason.clone()))),
        None => Ok(response),
    }
}

/// A success whose body tells nothing.
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

/// What became of a write. The table, from the top:
///
/// | seen | outcome |
/// |---|---|
/// | no connection (proved) | not sent |
/// | 429 | refused, dropped |
/// | 2xx, body readable or not | accepted |
/// | 401, 403, 404, 405, 407, 413, 415, 307, 308 | refused |
/// | 408 (it may be at work still) | unknown |
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
    if is_success(response.status) {
        let tells_a_message = matches!(call, Call::Send { .. } | Call::Retry { .. });
        return WriteOutcome::Accepted {
            rows: tells_a_message.then(|| decode_message(&response.body).ok()).flatten(),
            upload: matches!(call, Call::UploadBatch { .. }).then(|| decode_upload(&response.body)),
            asked_at: exchange.sent_at,
        };
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
        WriteOutcome::Refused { code, reason, trace_id, status, rate_limited: status == 429, retry_after }
    } else {
        WriteOutcome::Unknown { reason: error.to_string(), status: Some(status), trace_id, retry_after }
    }
}

/// A write that provably did not leave.
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
            CallErrorKind::Redirect { status, location: response.location.as_deref().map(without_query) }
        }
        Some(error) => CallErrorKind::Api { status, error },
        None => CallErrorKind::Foreign { status, body: foreign_body(&response.body) },
    };
    // A date is the server's, so the wait is counted by the server's clock where it told one.
    // Believed up to a limit, here and for everybody: a server that asks for a year is mistaken, and
    // an action must not wait that long for its turn.
    let retry_after = response.retry_after.map(|after| after.wait(response.date.unwrap_or(received_at)).min(LONGEST_RETRY_AFTER));
    CallError { kind, retry_after }
}

/// An address for a person: what follows `?` may hold a number or a ticket of a login.
fn without_query(location: &str) -> String {
    let end = location.find(['?', '#']).unwrap_or(location.len());
    crate::delivery::clean_line(&location[..end]).chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::MessageId;
    use crate::postman::{Broken, NotSent, RetryAfter};
    use bytes::Bytes;
    use std::time::Duration;

    const API_FIRST: &str = r#"{"error":{"code":"some_code","message":"some words","type":"t","id":"trace-1"}}"#;
    const API_SECOND: &str = r#"{"message":"some words","statusCode":400}"#;
    const BODIES: [&str; 8] =
        [API_FIRST, API_SECOND, "", "{}", "<html>x</html>", "error code: 1010", "{\"error\":{\"code\":\"cu", "\u{0}\u{1}"];

    fn exchange(result: Result<Response, TransportFailure>) -> Exchange {
        Exchange { sent_at: Timestamp::UNIX_EPOCH, received_at: Timestamp::UNIX_EPOCH, result }
    }

    fn answered(status: u16, body: &str) -> Exchange {
        exchange(Ok(Response { status, body: Bytes::copy_from_slice(body.as_bytes()), ..Response::default() }))
    }

    fn retried(exchange: &Exchange) -> WriteOutcome {
        write_outcome(&Call::Retry { message: MessageId::new("message_1") }, exchange)
    }

    fn word(outcome: &WriteOutcome) -> &'static str {
        match outcome {
            WriteOutcome::Accepted { .. } => "accepted",
            WriteOutcome::Refused { rate_limited: true, .. } => "dropped",
            WriteOutcome::Refused { .. } => "refused",
            WriteOutcome::NotSent { .. } => "not sent",
            WriteOutcome::Unknown { .. } => "unknown",
        }
    }

    #[test]
    fn every_status_and_body_has_its_outcome() {
        for status in 100..=999u16 {
            for body in BODIES {
                let in_words = body == API_FIRST || body == API_SECOND;
                let expected = match status {
                    200..=299 => "accepted",
                    429 => "dropped",
                    401 | 403 | 404 | 405 | 407 | 413 | 415 | 307 | 308 => "refused",
                    408 => "unknown",
                    400..=499 if in_words => "refused",
                    _ => "unknown",
                };
                assert_eq!(word(&retried(&answered(status, body))), expected, "{status} with {body:?}");
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
    fn a_success_counts_however_its_body_ends() {
        let response =
            Response { status: 201, body: Bytes::from_static(b"{\"id\":\"mess"), body_failure: Some(Broken::Eof), ..Response::default() };
        assert!(matches!(retried(&exchange(Ok(response))), WriteOutcome::Accepted { rows: None, .. }));
        let WriteOutcome::Accepted { rows: Some(rows), .. } = retried(&answered(201, r#"{"id":"message_1"}"#)) else { panic!() };
        assert_eq!(rows.get(0).unwrap().id(), "message_1");
    }

    #[test]
    fn a_refusal_keeps_the_apis_words() {
        let WriteOutcome::Refused { code, reason, trace_id, status, .. } = retried(&answered(400, API_FIRST)) else { panic!() };
        assert_eq!((code.as_deref(), &*reason, trace_id.as_deref(), status), (Some("some_code"), "some words", Some("trace-1"), 400));
    }

    #[test]
    fn an_uploads_answer_is_kept_whole() {
        let call = Call::UploadBatch { file_name: "a.csv".to_owned(), csv: Bytes::new() };
        let body = r#"{"isValid":false,"rowErrors":[{"row":2}]}"#;
        let WriteOutcome::Accepted { upload: Some(upload), rows: None, .. } = write_outcome(&call, &answered(201, body)) else { panic!() };
        assert_eq!((upload.is_valid, upload.batch, &*upload.body), (Some(false), None, body));
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
        assert!(error.is_refusal() && !error.is_retryable());
    }

    #[test]
    fn reads_go_again_on_a_rate_limit_and_on_the_servers_faults_only() {
        for status in [408, 425, 429, 500, 502, 503, 504, 520, 524] {
            let error = read_answer(&answered(status, "")).unwrap_err();
            assert!(error.is_retryable() && !error.is_refusal(), "{status}");
        }
        for status in [301, 307, 400, 401, 403, 404, 410, 422] {
            let error = read_answer(&answered(status, API_FIRST)).unwrap_err();
            assert!(!error.is_retryable() && error.is_refusal(), "{status}");
        }
        assert!(read_answer(&answered(401, "")).unwrap_err().is_unauthorised());
        assert!(read_answer(&answered(429, "")).unwrap_err().is_rate_limit());
    }
}
