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
mod tests;
