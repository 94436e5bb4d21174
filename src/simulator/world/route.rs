//! Which of the seven calls a method and a path mean.

use percent_encoding::percent_decode_str;

use super::refusal::Refusal;

/// One of the seven calls, ids decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Task {
    Send,
    Retry(String),
    Read(String),
    List,
    SendBatch,
    RetryBatch(String),
    ListBatch(String),
}

/// A call and the campaign it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) campaign: String,
    pub(super) task: Task,
}

impl Route {
    pub(super) fn parse(method: &str, path: &str) -> Result<Self, Refusal> {
        let mut segments = Vec::new();
        // A trailing slash is another path, as in the API's own framework; the empty segment shows it.
        for segment in path.strip_prefix('/').unwrap_or(path).split('/') {
            let decoded = percent_decode_str(segment).decode_utf8();
            segments.push(decoded.map_err(|_| Refusal::no_route(method, path))?);
        }
        let segments: Vec<&str> = segments.iter().map(AsRef::as_ref).collect();
        let ["campaigns", campaign, rest @ ..] = segments.as_slice() else {
            return Err(Refusal::no_route(method, path));
        };
        let task = match (method, rest) {
            ("POST", ["messages"]) => Task::Send,
            ("POST", ["messages", id, "retry"]) => Task::Retry((*id).to_owned()),
            ("GET", ["messages", id]) => Task::Read((*id).to_owned()),
            ("GET", ["messages"]) => Task::List,
            ("POST", ["batch", "messages"]) => Task::SendBatch,
            ("POST", ["batch", id, "retry"]) => Task::RetryBatch((*id).to_owned()),
            ("GET", ["batch", id, "messages"]) => Task::ListBatch((*id).to_owned()),
            ("GET" | "POST", _) => return Err(Refusal::invalid_path()),
            _ => return Err(Refusal::no_route(method, path)),
        };
        Ok(Self { campaign: (*campaign).to_owned(), task })
    }
}

/// The parameters of a query, decoded as forms are: `+` is a space.
pub(super) fn parameters(query: &str) -> impl Iterator<Item = (String, String)> {
    let decode = |text: &str| {
        let spaced = text.replace('+', " ");
        percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
    };
    query.split('&').filter(|pair| !pair.is_empty()).map(move |pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(value))
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("POST", "/campaigns/c/messages", Task::Send)]
    #[case("POST", "/campaigns/c/messages/m/retry", Task::Retry("m".to_owned()))]
    #[case("GET", "/campaigns/c/messages/m", Task::Read("m".to_owned()))]
    #[case("GET", "/campaigns/c/messages", Task::List)]
    #[case("POST", "/campaigns/c/batch/messages", Task::SendBatch)]
    #[case("POST", "/campaigns/c/batch/b/retry", Task::RetryBatch("b".to_owned()))]
    #[case("GET", "/campaigns/c/batch/b%2Fx/messages", Task::ListBatch("b/x".to_owned()))]
    fn the_seven_calls(#[case] method: &str, #[case] path: &str, #[case] task: Task) {
        let expected = Route { campaign: "c".to_owned(), task };
        assert_eq!(Route::parse(method, path), Ok(expected));
    }

    #[rstest]
    #[case("GET", "/", None)]
    #[case("GET", "", None)]
    #[case("GET", "/campaigns", None)]
    #[case("GET", "/campaigns/c", Some("invalid_path"))]
    #[case("GET", "/campaigns/c/messages/", None)]
    #[case("GET", "/campaigns/c/batches", Some("invalid_path"))]
    #[case("POST", "/campaigns/c/messages/m", Some("invalid_path"))]
    #[case("DELETE", "/campaigns/c/messages/m", None)]
    #[case("GET", "/campaigns/%ff/messages", None)]
    fn other_paths_are_404(#[case] method: &str, #[case] path: &str, #[case] code: Option<&str>) {
        if path == "/campaigns/c/messages/" {
            // An empty id is an id that no message has: refused later.
            assert!(Route::parse(method, path).is_ok());
            return;
        }
        let refusal = Route::parse(method, path).unwrap_err();
        assert_eq!((refusal.status, refusal.code()), (404, code));
    }

    #[test]
    fn a_query_is_decoded_like_a_form() {
        let pairs: Vec<_> = parameters("limit=5&after=a%2Bb%3D&x=a+b&&flag").collect();
        let expected = [("limit", "5"), ("after", "a+b="), ("x", "a b"), ("flag", "")];
        assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}
