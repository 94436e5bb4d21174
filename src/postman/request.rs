//! From a call to its request: pure, and without the key.

use std::fmt;

use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::ser::SerializeMap;

use super::{BaseUrl, Body, Call, PageRequest, Position, UploadMeter};
use crate::delivery::CampaignId;

/// Everything but the characters that are always allowed in an address, so that the `+ / =` of a cursor and any
/// character of an id arrive unchanged.
pub(super) const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The method of a request. The API knows two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads, and may be repeated.
    Get,
    /// Writes, and is never repeated unasked.
    Post,
}

/// A request without its key.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The address, including the query.
    pub url: String,
    /// The body's type; `None` without a body.
    pub content_type: Option<String>,
    /// The body.
    pub body: Body,
}

impl Request {
    /// Whether it changes anything on the server.
    pub fn is_write(&self) -> bool {
        self.method == Method::Post
    }

    /// The address without its query.
    pub fn address(&self) -> &str {
        self.url.split_once('?').map_or(&self.url, |(address, _)| address)
    }

    /// The query, still encoded; empty without one.
    pub fn query(&self) -> &str {
        self.url.split_once('?').map_or("", |(_, query)| query)
    }
}

impl fmt::Debug for Request {
    /// Without query and body: they contain recipients.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Request({:?} {}, {} bytes)", self.method, self.address(), self.body.len())
    }
}

/// The request for a call.
pub fn request(base: &BaseUrl, campaign: &CampaignId, call: &Call) -> Request {
    let campaign = format!("{}/campaigns/{}", base.as_str(), segment(campaign.as_str()));
    match call {
        Call::Send { recipient, language, values } => {
            let body = SendBody { recipient, language, values: Values(values) };
            // Strings can always become JSON.
            let body = serde_json::to_vec(&body).unwrap_or_default();
            post(format!("{campaign}/messages"), Some("application/json".to_owned()), body.into())
        }
        Call::Retry { message } => post(format!("{campaign}/messages/{}/retry", segment(message.as_str())), None, Body::default()),
        Call::Read { message } => get(format!("{campaign}/messages/{}", segment(message.as_str()))),
        Call::List { page } => get(format!("{campaign}/messages?{}", query(page))),
        Call::UploadBatch { file_name, csv, meter } => {
            let (content_type, body) = upload_body(file_name, csv, meter);
            post(format!("{campaign}/batch/messages"), Some(content_type), body)
        }
        Call::RetryBatch { batch } => post(format!("{campaign}/batch/{}/retry", segment(batch.as_str())), None, Body::default()),
        Call::ListBatch { batch, page } => get(format!("{campaign}/batch/{}/messages?{}", segment(batch.as_str()), query(page))),
    }
}

fn get(url: String) -> Request {
    Request { method: Method::Get, url, content_type: None, body: Body::default() }
}

fn post(url: String, content_type: Option<String>, body: Body) -> Request {
    Request { method: Method::Post, url, content_type, body }
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// An id as one segment of a path. Segments of only dots would be taken for "here" and "above" even when encoded
/// once, and lead to another call: encoded twice they are an id that the server does not know.
fn segment(id: &str) -> String {
    match id {
        "." | ".." => id.replace('.', "%252E"),
        id => encode(id),
    }
}

fn query(page: &PageRequest) -> String {
    let mut query = format!("limit={}", page.limit.clamp(1, PageRequest::LARGEST));
    if let Some(search) = page.search.as_ref().filter(|search| !search.is_empty()) {
        query.push_str("&search=");
        query.push_str(&encode(search.as_str()));
    }
    match &page.position {
        Position::Head => {}
        Position::After(cursor) => {
            query.push_str("&after=");
            query.push_str(&encode(cursor.as_str()));
        }
        Position::Before(cursor) => {
            query.push_str("&before=");
            query.push_str(&encode(cursor.as_str()));
        }
    }
    query
}

#[derive(Serialize)]
struct SendBody<'a> {
    recipient: &'a str,
    language: &'a str,
    values: Values<'a>,
}

/// The values as an object, in the order given.
struct Values<'a>(&'a [(String, String)]);

impl Serialize for Values<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// Content type and body of an upload: a multipart form (RFC 7578) with the one field that the API names, `file`. The
/// boundary depends only on the file, so that equal files make equal requests and a test can compare them.
fn upload_body(file_name: &str, csv: &Bytes, meter: &UploadMeter) -> (String, Body) {
    let boundary = boundary(csv);
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\nContent-Type: text/csv\r\n\r\n",
        quoted(file_name)
    );
    let tail = format!("\r\n--{boundary}--\r\n");
    let body = Body::metered(vec![head.into(), csv.clone(), tail.into()], meter.clone());
    (format!("multipart/form-data; boundary={boundary}"), body)
}

/// A line that does not occur in the file.
fn boundary(csv: &[u8]) -> String {
    let free = (0u64..).map(|number| format!("postwatch-{number:016x}")).find(|line| memchr::memmem::find(csv, line.as_bytes()).is_none());
    free.unwrap_or_default()
}

/// A file name for use inside quotes, as browsers write it: quotes and line breaks percent-encoded, without the
/// folder.
fn quoted(file_name: &str) -> String {
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    name.chars()
        .filter(|letter| !letter.is_control())
        .map(|letter| if letter == '"' { "%22".to_owned() } else { letter.to_string() })
        .collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::delivery::{BatchId, MessageId, RecipientQuery};
    use crate::postman::{Cursor, Environment};

    const BASE: &str = "https://test.postman.gov.sg/api/v2/campaigns/campaign_1";

    fn made(call: &Call) -> Request {
        request(&Environment::Test.base_url(), &CampaignId::new("campaign_1"), call)
    }

    fn page(limit: u16, search: &str, position: Position) -> PageRequest {
        PageRequest { limit, search: Some(RecipientQuery::parse(search).unwrap()), position }
    }

    #[test]
    fn a_send_carries_its_values_in_order() {
        let values = vec![("name".to_owned(), "Tan \"Ah\" Kow".to_owned()), ("place".to_owned(), "诊所\n2".to_owned())];
        let request = made(&Call::Send { recipient: "6580001234".to_owned(), language: "english".to_owned(), values });
        assert_eq!((request.method, request.url), (Method::Post, format!("{BASE}/messages")));
        assert_eq!(request.content_type.as_deref(), Some("application/json"));
        assert_eq!(
            request.body.whole(),
            r#"{"recipient":"6580001234","language":"english","values":{"name":"Tan \"Ah\" Kow","place":"诊所\n2"}}"#
        );
    }

    #[rstest]
    #[case(Call::Retry { message: MessageId::new("message_1") }, Method::Post, "/messages/message_1/retry")]
    #[case(Call::Read { message: MessageId::new("message_1") }, Method::Get, "/messages/message_1")]
    #[case(Call::RetryBatch { batch: BatchId::new("batch_1") }, Method::Post, "/batch/batch_1/retry")]
    #[case(Call::List { page: PageRequest::head(50) }, Method::Get, "/messages?limit=50")]
    #[case(Call::List { page: PageRequest::head(0) }, Method::Get, "/messages?limit=1")]
    #[case(Call::List { page: PageRequest::head(5000) }, Method::Get, "/messages?limit=1000")]
    #[case(
        Call::List { page: PageRequest::after(1000, Cursor::new("WyIy+/A==")) },
        Method::Get,
        "/messages?limit=1000&after=WyIy%2B%2FA%3D%3D"
    )]
    #[case(
        Call::ListBatch { batch: BatchId::new("batch_1"), page: page(7, "+65 8000", Position::Before(Cursor::new("a&b=c#d"))) },
        Method::Get,
        "/batch/batch_1/messages?limit=7&search=658000&before=a%26b%3Dc%23d"
    )]
    #[case(Call::List { page: page(7, "", Position::Head) }, Method::Get, "/messages?limit=7")]
    // Ids are opaque: none of them may lead to another call.
    #[case(Call::Read { message: MessageId::new("a/b?c=d%2F é") }, Method::Get, "/messages/a%2Fb%3Fc%3Dd%252F%20%C3%A9")]
    #[case(Call::Retry { message: MessageId::new("..") }, Method::Post, "/messages/%252E%252E/retry")]
    fn calls_become_requests(#[case] call: Call, #[case] method: Method, #[case] path: &str) {
        let request = made(&call);
        assert_eq!((request.method, request.url.clone()), (method, format!("{BASE}{path}")));
        assert_eq!((request.is_write(), request.body.len()), (call.is_write(), 0));
    }

    #[test]
    fn an_address_stays_as_it_was_built_when_it_is_parsed() {
        for id in ["..", ".", "a/../b", "%2e%2e", "\\..", "é 您"] {
            let url = made(&Call::Retry { message: MessageId::new(id) }).url;
            let parsed = url::Url::parse(&url).unwrap();
            assert_eq!(parsed.as_str(), url);
            assert_eq!(parsed.path_segments().unwrap().count(), 7, "{id}");
        }
    }

    #[test]
    fn nothing_personal_reaches_a_log() {
        let call = Call::List { page: page(7, "80001234", Position::Head) };
        assert!(!format!("{:?} {:?}", made(&call), call).contains("80001234"));
    }

    #[test]
    fn the_file_stands_in_the_one_field() {
        let (content_type, body) =
            upload_body("/home/someone/\"clinic\"\r\n.csv", &Bytes::from_static(b"recipient,language\n"), &UploadMeter::default());
        assert_eq!(content_type, "multipart/form-data; boundary=postwatch-0000000000000000");
        assert_eq!(
            body.whole(),
            "--postwatch-0000000000000000\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%22clinic%22.csv\"\r\n\
             Content-Type: text/csv\r\n\r\nrecipient,language\n\r\n--postwatch-0000000000000000--\r\n"
        );
    }

    #[test]
    fn a_file_that_holds_the_boundary_gets_another_one() {
        let (content_type, _) = upload_body("a.csv", &Bytes::from_static(b"--postwatch-0000000000000000--"), &UploadMeter::default());
        assert!(content_type.ends_with("postwatch-0000000000000001"));
    }
}
