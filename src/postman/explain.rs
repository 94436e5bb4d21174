//! Failures in sentences for a person: what happened, why, and what to do next.

use super::{ApiError, BodyKind, Broken, CallError, CallErrorKind, ForeignBody, NotSent, ProxyTrouble};
use crate::delivery::sentences;

/// A failure, explained to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What happened, a short sentence without a full stop.
    pub what: String,
    /// Why, as far as known; sentences.
    pub why: String,
    /// What to do next; sentences.
    pub next: String,
    /// The trace id that support asks for.
    pub trace_id: Option<String>,
}

impl Explanation {
    /// An explanation without a trace id. `what` is used in lines that continue: a full stop at its end is dropped.
    pub fn new(what: impl Into<String>, why: impl Into<String>, next: impl Into<String>) -> Self {
        let mut what = what.into();
        what.truncate(what.trim_end_matches('.').len());
        Self { what, why: why.into(), next: next.into(), trace_id: None }
    }

    /// What happened and why, in sentences.
    pub fn reason(&self) -> String {
        sentences([&*self.what, &*self.why])
    }

    /// All of it but the trace id, in sentences.
    pub fn in_full(&self) -> String {
        sentences([&*self.what, &*self.why, &*self.next])
    }

    /// The same with the trace id that the API gave, if any.
    #[must_use]
    pub fn with_trace(self, trace_id: Option<String>) -> Self {
        Self { trace_id, ..self }
    }
}

/// What, why and next, as in the tables below.
type Words = (&'static str, &'static str, &'static str);

/// For a program that keeps reading: what it does next without the user is part of it.
pub(super) fn explain(error: &CallError) -> Explanation {
    with(error, automatic(error).unwrap_or_default(), "")
}

/// For a command that exits with the error.
pub(super) fn explain_at_exit(error: &CallError) -> Explanation {
    let is_passing = error.is_retryable() || automatic(error).is_some();
    with(error, "", if is_passing { "Run the command again." } else { "" })
}

/// What a program that keeps reading does after a failure, if that may pass.
fn automatic(error: &CallError) -> Option<&'static str> {
    const AGAIN: &str = "Reading is tried again automatically.";
    const SLOWER: &str = "Nothing to do: Postwatch slows down and asks again in turn.";
    match &error.kind {
        CallErrorKind::NotSent(NotSent::Dns | NotSent::Refused | NotSent::Unreachable) => Some("Reading resumes as soon as it answers."),
        CallErrorKind::NotSent(NotSent::ConnectTimeout | NotSent::Proxy { .. }) => Some("Reading resumes automatically."),
        CallErrorKind::NotSent(_) | CallErrorKind::Broken(Broken::BodyTooLarge) => None,
        CallErrorKind::Broken(_) => Some(AGAIN),
        CallErrorKind::Foreign { body: ForeignBody { cloudflare: Some(BLOCKED), .. }, .. } => None,
        CallErrorKind::Api { status, .. } | CallErrorKind::Foreign { status, .. } => match (error.code(), status) {
            (Some(TOO_MANY), _) => Some(SLOWER),
            (Some(code), _) if by_code(code).is_some() => None,
            (_, 429) => Some(SLOWER),
            (_, 408 | 500..) => Some(AGAIN),
            _ => None,
        },
        _ => None,
    }
}

/// An explanation with what happens automatically, and with a last sentence on what to do.
fn with(error: &CallError, automatic: &str, last: &str) -> Explanation {
    let mut explanation = match &error.kind {
        CallErrorKind::AnotherKey { key, host } => Explanation::new(
            format!("The key was not sent to {host}"),
            format!("By its prefix it is a {key} key, and {host} is another environment."),
            "Put the campaign's key for this environment into the configuration, or correct `environment`.",
        ),
        CallErrorKind::NotSent(reason) => not_sent(reason),
        CallErrorKind::Broken(reason) => words(broken(reason)),
        CallErrorKind::Api { status, error } => api(*status, error),
        CallErrorKind::Foreign { status, body } => foreign(*status, body),
        CallErrorKind::Redirect { location, .. } => redirect(location.as_deref()),
        CallErrorKind::NotJson { body, .. } => not_json(body),
        CallErrorKind::NotUnderstood { reason } => Explanation::new(
            "Postman's answer was not understood",
            format!("The status was a success, but {reason}."),
            "If this happens again, the API may have changed: look for a newer version of Postwatch, or check the base URL.",
        ),
        CallErrorKind::NotARead => {
            words(("A writing call was requested as a read", "Nothing was sent. This is a bug in Postwatch.", "Please report it."))
        }
    };
    // What is wrong on the way may need a hand first; what Postman itself has trouble with rarely does.
    let next = std::mem::take(&mut explanation.next);
    let steps = if error.status().is_some() { [automatic, &*next] } else { [&*next, automatic] };
    let wait = error.retry_after.filter(|wait| !wait.is_zero()).map(|wait| format!("Postman asks to wait {} s.", wait.as_secs().max(1)));
    explanation.next = sentences(steps.into_iter().chain(wait.as_deref()).chain([last]));
    explanation
}

fn words((what, why, next): Words) -> Explanation {
    Explanation::new(what.to_owned(), why.to_owned(), next.to_owned())
}

fn not_sent(reason: &NotSent) -> Explanation {
    const NETWORK: &str = "Check the network, the VPN and the base URL.";
    match reason {
        NotSent::Dns => words(("The host's name was not found", "No name server knows it, or there is no network.", NETWORK)),
        NotSent::Refused => words((
            "The connection was refused",
            "Nothing is listening at this address and port.",
            "Check the base URL; if it is a simulator, start it.",
        )),
        NotSent::Unreachable => words(("The host cannot be reached", "There is no network, or no route to the host from here.", NETWORK)),
        NotSent::ConnectTimeout => words((
            "The host did not answer",
            "A firewall between this machine and the host may drop the connection, or the host is down.",
            "Check the network, the VPN, and whether a proxy is needed (`HTTPS_PROXY`).",
        )),
        NotSent::Proxy { proxy, trouble } => by_proxy(proxy, *trouble),
        NotSent::Tls(detail) => Explanation {
            why: format!(
                "The encrypted connection failed: {detail}. A proxy that inspects connections, a wrong clock, or missing root certificates can cause this."
            ),
            ..words((
                "No encrypted connection could be made",
                "",
                "Check this machine's clock, and have the proxy's root certificate installed in the system's store. Nothing was sent.",
            ))
        },
        NotSent::Connect(detail) => Explanation {
            why: format!("The connection failed: {detail}."),
            ..words((
                "No connection could be made",
                "",
                "Check the network and, if one is set, the proxy (`HTTPS_PROXY`). Nothing was sent.",
            ))
        },
        NotSent::Local(detail) => Explanation {
            why: format!("It was not sent: {detail}."),
            ..words((
                "The request could not be made",
                "",
                "Fix what is named there; if nothing is named, check the base URL, the key and the root certificates.",
            ))
        },
    }
}

/// Names the proxy, because the host behind it is not at fault.
fn by_proxy(proxy: &str, trouble: ProxyTrouble) -> Explanation {
    let (what, does, next) = match trouble {
        ProxyTrouble::NotFound => ("The proxy was not found", "no name server knows it", "Check its address in the environment."),
        ProxyTrouble::NotReached => {
            ("The proxy cannot be reached", "it accepts no connection", "Check its address in the environment, the network and the VPN.")
        }
        ProxyTrouble::WantsPassword => (
            "The proxy requires a name and a password",
            "it lets no one through without them",
            "Put them into its address in the environment: `http://NAME:PASSWORD@HOST:PORT`.",
        ),
        ProxyTrouble::Refused => (
            "The proxy did not let the call through",
            "it refused, or broke off, the connection to the host",
            "Ask its administrator to allow the host; if the host can be reached without it, add the host to `NO_PROXY`.",
        ),
        ProxyTrouble::TooSlow => (
            "The proxy did not connect to the host in time",
            "it, or the host behind it, does not answer",
            "Check the network and the proxy, or ask its administrator.",
        ),
    };
    Explanation::new(what.to_owned(), format!("{proxy} is between this machine and the host, and {does}. Nothing was sent."), next)
}

fn broken(reason: &Broken) -> Words {
    match reason {
        Broken::Timeout => ("No answer in time", "Postman or the network is slow.", ""),
        Broken::Reset => ("The connection was reset", "Postman, or something in between, closed it before the answer was complete.", ""),
        Broken::Eof => ("The answer was cut off", "The connection was closed before the answer was complete.", ""),
        Broken::CutOff => ("The upload was cut off", "It was stopped from here before its last byte had left.", ""),
        Broken::BodyTooLarge => (
            "The answer is too large",
            "It is larger than 64 MB; no page of messages is that large.",
            "Check the base URL: something else seems to answer there.",
        ),
        Broken::Garbled(_) => {
            ("The answer is garbled", "It is not HTTP, or its compression is broken.", "Check the base URL and the proxy.")
        }
        Broken::Other(_) => ("The connection broke", "It ended before the answer was complete.", ""),
    }
}

/// The API's codes, as its reference lists them.
fn by_code(code: &str) -> Option<Words> {
    Some(match code {
        "parameter_invalid" => (
            "Postman refused a value",
            "A value is not valid: the recipient, the language, the values of the template, or a file over 40 MB.",
            "Postman's own words say which one. Correct it and send again.",
        ),
        "message_not_found_or_retry_message_not_in_failure_status" => (
            "The message cannot be retried",
            "There is no such message in this campaign, or its status is not (or no longer) failed.",
            "Read the message again: someone may have retried it already.",
        ),
        "too_many_message_attempts_error" => (
            "The message has no attempts left",
            "The API accepts no further retry of it.",
            "It cannot be retried. Send a new message, or reach the person another way.",
        ),
        "batch_not_found_or_is_not_retryable" => (
            "The batch cannot be retried",
            "There is no such batch in this campaign, or its status does not allow a retry now.",
            "Read the batch again. Retry its messages one by one when its status allows that.",
        ),
        "unresolved_batch_messages" => (
            "The batch cannot be retried yet",
            "Some of its messages are still `created`. The request set the batch's status to `messages_enqueuing_failed`, which still allows a retry.",
            "Wait until no message of it is `created`, then retry it.",
        ),
        "no_failed_batch_messages_to_retry" => (
            "The batch has nothing to retry",
            "All its messages were delivered, or the failed ones have no attempts left.",
            "Nothing to do.",
        ),
        "invalid_ip_address_used" => (
            "This machine may not use the campaign",
            "Its public address is not on the campaign's allow list.",
            "In the Postman portal, under the campaign's settings, integrations, add this machine's static public address, or use a machine that is listed.",
        ),
        "authentication_required" => (
            "Postman received no key",
            "The key did not arrive; a proxy in between may have removed it.",
            "Check the campaign's key in the configuration, and the proxy.",
        ),
        "invalid_api_key_provided" => (
            "The key is not valid for this campaign",
            "It may be wrong, deleted, or another campaign's: Postman does not say which.",
            "Check the campaign's id and its key in the configuration. Keys are created in the Postman portal, under the campaign's settings.",
        ),
        "invalid_path" => NOT_FOUND,
        TOO_MANY => RATE_LIMIT,
        _ => return None,
    })
}

/// The code of the rate limit.
const TOO_MANY: &str = "too_many_requests";

/// Cloudflare's number for a program that it does not let through.
const BLOCKED: u16 = 1010;

const NOT_FOUND: Words = (
    "Postman answered: not found",
    "The campaign's id, the message's id or the base URL is wrong.",
    "Check the campaign's id and the base URL in the configuration (it ends in `/api/v2`).",
);

const RATE_LIMIT: Words = (
    "Too many calls in this second",
    "All callers of the campaign share its limit, the agency's own sender included. The call was dropped, not queued.",
    "",
);

const FORBIDDEN: Words = (
    "Postman refuses access",
    "The key lacks the permission for this call, or Postman's firewall blocked this machine.",
    "Check with the campaign's owner that the key may do this. If other calls fail as well, ask Postman's support and give them this machine's public address.",
);

/// By the status alone, if the code says nothing.
fn by_status(status: u16) -> Words {
    match status {
        401 => (
            "Postman does not accept the key",
            "It is missing, wrong, or for another campaign.",
            "Check the campaign's id and its key in the configuration.",
        ),
        403 => FORBIDDEN,
        404 => NOT_FOUND,
        405 | 415 => (
            "Something at this address does not know the call",
            "The base URL leads to another service, or to another version of the API.",
            "Check the base URL in the configuration (it ends in `/api/v2`).",
        ),
        407 => (
            "The proxy requires a name and a password",
            "A proxy is between this machine and Postman, and does not let the call through.",
            "Set `HTTPS_PROXY` with the name and password that the proxy expects.",
        ),
        408 => ("Postman stopped waiting", "The request took too long to arrive.", ""),
        413 => (
            "The request is too large",
            "Postman accepts files of up to 40 MB; something in front of it may accept less.",
            "Split the file into smaller ones.",
        ),
        429 => RATE_LIMIT,
        500.. => {
            ("Postman has a problem", "Postman, or something in front of it, could not answer.", "If it continues, ask Postman's support.")
        }
        400..=499 => (
            "Postman refused the call",
            "It gave a reason that Postwatch does not know.",
            "Postman's own words say more. If they are not enough, ask Postman's support.",
        ),
        _ => ("The answer is not from Postman", "The API has no such status.", "Check the base URL and the proxy."),
    }
}

fn api(status: u16, error: &ApiError) -> Explanation {
    let mut explanation = words(error.code.as_deref().and_then(by_code).unwrap_or_else(|| by_status(status)));
    if let Some(message) = error.message.as_deref().filter(|message| !message.is_empty()) {
        explanation.why = format!("{} Postman says: \"{message}\"", explanation.why);
    }
    explanation.trace_id.clone_from(&error.trace_id);
    if explanation.trace_id.is_some() && status >= 400 && !matches!(status, 429) {
        explanation.next = sentences([&*explanation.next, "Support will ask for the trace id."]);
    }
    explanation
}

fn foreign(status: u16, body: &ForeignBody) -> Explanation {
    let mut explanation = match body.cloudflare {
        Some(BLOCKED) => words((
            "Postman's firewall blocked this program",
            "Cloudflare's error 1010: it takes the program's signature for an unwanted one.",
            "Ask Postman's support to allow this program; give them this machine's public address and the time.",
        )),
        Some(number) => {
            Explanation { why: format!("Cloudflare, in front of Postman, answered with its error {number}."), ..words(by_status(status)) }
        }
        None => words(by_status(status)),
    };
    if !matches!(body.kind, BodyKind::Empty) {
        explanation.why.push_str(&format!(" The answer was {body}{}.", titled(body)));
    }
    explanation
}

fn titled(body: &ForeignBody) -> String {
    body.title.as_ref().map(|title| format!(" (\"{title}\")")).unwrap_or_default()
}

fn not_json(body: &ForeignBody) -> Explanation {
    Explanation {
        why: format!(
            "The status was a success, but the body is {body}{}. A login page, a proxy or another service does this.",
            titled(body)
        ),
        ..words((
            "Something other than Postman's API answered",
            "",
            "Check the base URL (it ends in `/api/v2`), and whether this network requires a login first.",
        ))
    }
}

fn redirect(location: Option<&str>) -> Explanation {
    let target = location.map(|location| format!(" to {location}")).unwrap_or_default();
    Explanation {
        why: format!("The answer redirects{target}. Redirects are not followed, because the key would go with them."),
        ..words((
            "The address redirects elsewhere",
            "",
            "Check the base URL (`https://…/api/v2`, without a slash at the end), and whether this network requires a login first.",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postman::Environment;
    use rstest::rstest;
    use std::time::Duration;

    fn of_api(status: u16, code: Option<&str>) -> Explanation {
        let error = ApiError {
            code: code.map(str::to_owned),
            message: Some("own words".to_owned()),
            kind: None,
            trace_id: Some("trace-1".to_owned()),
        };
        CallError::new(CallErrorKind::Api { status, error }).explanation()
    }

    fn of_foreign(status: u16, body: &str) -> Explanation {
        CallError::new(CallErrorKind::Foreign { status, body: crate::postman::decode::foreign_body(body.as_bytes()) }).explanation()
    }

    #[track_caller]
    fn check(explanation: &Explanation, what: &str, next: &str) {
        assert!(explanation.what.contains(what), "{explanation:?}");
        assert!(explanation.next.contains(next), "{explanation:?}");
        assert!(!explanation.why.is_empty() && explanation.why.ends_with(['.', '"', ')']), "{explanation:?}");
        assert!(!explanation.what.ends_with('.') && explanation.next.ends_with('.'), "{explanation:?}");
    }

    #[rstest]
    #[case(400, "parameter_invalid", "refused a value", "Correct it")]
    #[case(400, "message_not_found_or_retry_message_not_in_failure_status", "cannot be retried", "Read the message again")]
    #[case(400, "too_many_message_attempts_error", "no attempts left", "cannot be retried")]
    #[case(400, "batch_not_found_or_is_not_retryable", "batch cannot be retried", "one by one")]
    #[case(400, "unresolved_batch_messages", "not be retried yet", "Wait until")]
    #[case(400, "no_failed_batch_messages_to_retry", "nothing to retry", "Nothing to do")]
    #[case(400, "invalid_ip_address_used", "may not use the campaign", "static public address")]
    #[case(401, "authentication_required", "received no key", "Check the campaign's key")]
    #[case(401, "invalid_api_key_provided", "not valid for this campaign", "campaign's id and its key")]
    #[case(404, "invalid_path", "not found", "base URL")]
    #[case(429, "too_many_requests", "Too many calls", "slows down")]
    #[case(400, "moon_phase", "refused the call", "Postman's own words")]
    #[case(403, "moon_phase", "refuses access", "campaign's owner")]
    #[case(500, "moon_phase", "has a problem", "tried again")]
    fn the_apis_codes(#[case] status: u16, #[case] code: &str, #[case] what: &str, #[case] next: &str) {
        let explanation = of_api(status, Some(code)).clone();
        check(&explanation, what, next);
        assert!(explanation.why.contains("own words"));
        assert_eq!(explanation.trace_id.as_deref(), Some("trace-1"));
    }

    #[rstest]
    #[case(401, "", "does not accept the key", "its key")]
    #[case(403, "error code: 1010", "firewall blocked", "public address")]
    #[case(403, "<html><title>No</title></html>", "refuses access", "support")]
    #[case(404, "<html></html>", "not found", "base URL")]
    #[case(405, "", "does not know the call", "base URL")]
    #[case(407, "", "proxy requires", "HTTPS_PROXY")]
    #[case(413, "", "too large", "Split")]
    #[case(429, "", "Too many calls", "in turn")]
    #[case(500, "", "has a problem", "tried again")]
    #[case(502, "<html><title>Bad Gateway</title></html>", "has a problem", "tried again")]
    #[case(503, "", "has a problem", "tried again")]
    #[case(504, "", "has a problem", "tried again")]
    #[case(520, "error code: 1200", "has a problem", "tried again")]
    #[case(524, "", "has a problem", "tried again")]
    #[case(304, "", "not from Postman", "base URL")]
    fn statuses_without_the_apis_words(#[case] status: u16, #[case] body: &str, #[case] what: &str, #[case] next: &str) {
        check(&of_foreign(status, body), what, next);
    }

    #[rstest]
    #[case(CallErrorKind::NotSent(NotSent::Dns), "name was not found", "Check the network")]
    #[case(CallErrorKind::NotSent(NotSent::Refused), "was refused", "start it")]
    #[case(CallErrorKind::NotSent(NotSent::Unreachable), "cannot be reached", "Check the network")]
    #[case(CallErrorKind::NotSent(NotSent::ConnectTimeout), "did not answer", "proxy")]
    #[case(CallErrorKind::NotSent(NotSent::Tls("expired".to_owned())), "encrypted connection", "clock")]
    #[case(CallErrorKind::NotSent(NotSent::Connect("x".to_owned())), "No connection", "proxy")]
    #[case(CallErrorKind::NotSent(NotSent::Local("x".to_owned())), "could not be made", "base URL")]
    #[case(CallErrorKind::Broken(Broken::Timeout), "No answer in time", "tried again")]
    #[case(CallErrorKind::Broken(Broken::Reset), "reset", "tried again")]
    #[case(CallErrorKind::Broken(Broken::Eof), "cut off", "tried again")]
    #[case(CallErrorKind::Broken(Broken::BodyTooLarge), "too large", "base URL")]
    #[case(CallErrorKind::Broken(Broken::Garbled("x".to_owned())), "garbled", "tried again")]
    #[case(CallErrorKind::Broken(Broken::Other("x".to_owned())), "broke", "tried again")]
    #[case(CallErrorKind::Redirect { status: 302, location: Some("https://login.example/in".to_owned()) }, "redirects elsewhere", "base URL")]
    #[case(CallErrorKind::NotUnderstood { reason: "the body is not JSON".to_owned() }, "not understood", "newer version")]
    #[case(CallErrorKind::AnotherKey { key: Environment::Test, host: "postman.gov.sg".to_owned() }, "was not sent to postman.gov.sg", "environment")]
    #[case(CallErrorKind::NotARead, "requested as a read", "report")]
    #[case(
        CallErrorKind::NotJson { status: 200, body: ForeignBody { kind: BodyKind::Html, title: Some("Sign in".to_owned()), cloudflare: None } },
        "Something other than Postman's API", "login"
    )]
    fn failures_of_the_way(#[case] kind: CallErrorKind, #[case] what: &str, #[case] next: &str) {
        check(&CallError::new(kind).explanation(), what, next);
    }

    #[test]
    fn a_wish_to_wait_is_told() {
        let kind = CallErrorKind::Foreign { status: 503, body: crate::postman::decode::foreign_body(b"") };
        let error = CallError { kind, retry_after: Some(Duration::from_secs(7)) };
        assert!(error.explanation().next.ends_with("Postman asks to wait 7 s."));
    }

    #[rstest]
    #[case(408, "")]
    #[case(429, "")]
    #[case(502, "If it continues, ask Postman's support. ")]
    fn only_a_program_that_keeps_reading_tries_again(#[case] status: u16, #[case] person: &str) {
        let kind = CallErrorKind::Foreign { status, body: crate::postman::decode::foreign_body(b"") };
        let error = CallError { kind, retry_after: Some(Duration::from_secs(7)) };
        let (stays, exits) = (error.explanation(), error.explanation_at_exit());
        assert_eq!(exits.next, format!("{person}Postman asks to wait 7 s. Run the command again."));
        let automatic = stays.next.strip_suffix(&format!("{person}Postman asks to wait 7 s."));
        assert!(
            automatic.is_some_and(|automatic| automatic.ends_with("again automatically. ") || automatic.ends_with("again in turn. ")),
            "{stays:?}"
        );
        assert_eq!((stays.what, stays.why), (exits.what, exits.why));
    }

    #[test]
    fn errors_are_told_without_personal_words() {
        let error = ApiError { message: Some("6580001234 is wrong".to_owned()), ..ApiError::default() };
        let error = CallError::new(CallErrorKind::Api { status: 400, error });
        assert!(!format!("{error} {error:?}").contains("80001234"));
    }
}
