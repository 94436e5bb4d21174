//! Tests of the world as a caller sees it: calls in, answers out.

mod any_call;
mod gate;
mod messages;
mod pages;
mod reports;
mod retries;
mod sends;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{Answer, Call, World};
use crate::simulator::options::{CampaignOptions, WorldOptions};

/// A caller with the key of the first campaign, and a clock that moves only when it is set.
struct Caller {
    world: World,
    now: Timestamp,
    campaign: String,
    key: String,
}

/// A caller of a world with one campaign and no rate limit.
#[must_use]
fn caller(campaign: CampaignOptions) -> Caller {
    let mut options = WorldOptions::new(11);
    options.campaigns = vec![campaign];
    options.calls_per_second = 0;
    caller_of(options)
}

#[must_use]
fn caller_of(options: WorldOptions) -> Caller {
    let now = options.started_at;
    let world = World::new(options);
    let card = world.campaigns().remove(0);
    Caller { world, now, campaign: card.id, key: card.key }
}

/// A campaign without messages, whose sends all go well.
#[must_use]
fn empty_campaign() -> CampaignOptions {
    CampaignOptions {
        template: Some("one_time_code".to_owned()),
        messages: 0,
        batches: 0,
        failure_rate: 0.0,
        stuck_rate: 0.0,
        ..CampaignOptions::new("Codes")
    }
}

impl Caller {
    fn wait(&mut self, milliseconds: i64) {
        self.now += SignedDuration::from_millis(milliseconds);
    }

    /// A call below the campaign, with its key.
    fn call(&mut self, method: &str, path: &str, content_type: Option<&str>, body: &[u8]) -> Answer {
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        let path = format!("/campaigns/{}{path}", self.campaign);
        let authorization = format!("Bearer {}", self.key);
        let call = Call { method, path: &path, query, authorization: Some(&authorization), content_type, body };
        self.world.answer(&call, self.now)
    }

    #[track_caller]
    fn get(&mut self, path: &str) -> Value {
        let answer = self.call("GET", path, None, b"");
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        serde_json::from_slice(&answer.body).unwrap()
    }

    /// A page below the campaign, its messages and its `pageData`.
    #[track_caller]
    fn page(&mut self, path: &str) -> (Vec<Value>, Value) {
        let mut page = self.get(path);
        let Value::Array(data) = page["data"].take() else { panic!("no list") };
        (data, page["pageData"].take())
    }

    #[track_caller]
    fn post(&mut self, path: &str, body: &Value) -> Value {
        let answer = self.call("POST", path, Some("application/json"), body.to_string().as_bytes());
        assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
        serde_json::from_slice(&answer.body).unwrap()
    }

    /// Sends to `recipient`; gives the id.
    #[track_caller]
    fn send(&mut self, recipient: &str) -> String {
        let message = self.post("/messages", &code_message(recipient));
        message["id"].as_str().unwrap().to_owned()
    }

    fn upload(&mut self, csv: &str) -> Answer {
        let body = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"list.csv\"\r\nContent-Type: text/csv\r\n\r\n{csv}\r\n--edge--\r\n"
        );
        self.call("POST", "/batch/messages", Some("multipart/form-data; boundary=edge"), body.as_bytes())
    }

    /// The status of a POST and the API's code in its body.
    fn outcome(&mut self, path: &str) -> (u16, String) {
        let answer = self.call("POST", path, None, b"");
        (answer.status, code_of(&answer))
    }
}

/// The body of a send with the text of [`empty_campaign`].
fn code_message(recipient: &str) -> Value {
    serde_json::json!({
        "recipient": recipient,
        "language": "english",
        "values": {"code": "123456", "service": "the Portal"},
    })
}

/// The API's code in a body; empty without one.
fn code_of(answer: &Answer) -> String {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    body["error"]["code"].as_str().unwrap_or_default().to_owned()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no text `{name}` in {value}"))
}
