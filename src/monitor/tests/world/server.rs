//! The server's side: its state read behind the worker's back, and what others do.

use std::collections::HashMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Bench, World, simulated};
use crate::action::Draft;
use crate::delivery::{BatchId, CampaignId, MessageId, Status};
use crate::simulator::{Call, LoggedCall, World as Simulated};

/// How the screen differs from the world.
pub struct Differences {
    pub missing: usize,
    pub stale: usize,
}

impl Bench {
    /// The server is started again, with other messages of the same campaign.
    pub fn exchange_world(&mut self, world: &World) {
        *self.transport.world.lock().unwrap() = simulated(world, 8, self.clock.now());
    }

    fn with<R>(&self, ask: impl FnOnce(&mut Simulated) -> R) -> R {
        ask(&mut self.transport.world.lock().unwrap())
    }

    /// What the world's own API says about a message, without the worker's pace or log.
    pub fn truth(&self, message: &MessageId) -> Status {
        let now = self.transport.now();
        self.with(|world| Status::from_api(world.status(&self.campaign, message.as_str(), now).expect("a known message")))
    }

    pub fn message_ids(&self) -> Vec<MessageId> {
        let now = self.transport.now();
        self.with(|world| {
            world.advance(now);
            world.message_ids(&self.campaign).into_iter().map(|id| MessageId::new(id.to_string())).collect()
        })
    }

    pub fn recipient(&self, message: &MessageId) -> String {
        self.read_behind_its_back(&format!("/{message}"), None)["recipient"].as_str().unwrap().to_owned()
    }

    /// What the world's API gives of the campaign's messages.
    fn read_behind_its_back(&self, path: &str, query: Option<&str>) -> serde_json::Value {
        let (now, key) = (self.transport.now(), self.with(|world| world.campaigns()[0].key.clone()));
        let path = format!("/campaigns/{}/messages{path}", self.campaign);
        let authorization = format!("Bearer {key}");
        let call = Call { method: "GET", path: &path, query, authorization: Some(&authorization), content_type: None, body: b"" };
        let body = self.with(|world| world.answer(&call, now)).body;
        serde_json::from_slice(&body).unwrap()
    }

    pub fn retry_elsewhere(&self, message: &MessageId) {
        let (now, key) = (self.transport.now(), self.with(|world| world.campaigns()[0].key.clone()));
        let path = format!("/campaigns/{}/messages/{message}/retry", self.campaign);
        let authorization = format!("Bearer {key}");
        let call = Call { method: "POST", path: &path, query: None, authorization: Some(&authorization), content_type: None, body: b"" };
        assert_eq!(self.with(|world| world.answer(&call, now)).status, 201);
    }

    /// The variables of the campaign's template.
    pub fn variables(&self) -> Vec<String> {
        let newest = self.message_ids().pop().expect("the world has messages");
        let values = self.read_behind_its_back(&format!("/{newest}"), None)["values"].as_object().expect("it has values").clone();
        values.into_iter().map(|(name, _)| name).collect()
    }

    /// Someone else sends a message.
    pub fn send_one_elsewhere(&self, draft: &Draft) {
        let (now, key) = (self.transport.now(), self.key());
        let path = format!("/campaigns/{}/messages", self.campaign);
        let authorization = format!("Bearer {key}");
        let values: HashMap<&String, &String> = draft.values.iter().map(|(name, value)| (name, value)).collect();
        let body = serde_json::json!({ "recipient": draft.recipient, "language": draft.language, "values": values }).to_string();
        let content_type = Some("application/json");
        let call =
            Call { method: "POST", path: &path, query: None, authorization: Some(&authorization), content_type, body: body.as_bytes() };
        let answer = self.with(|world| world.answer(&call, now));
        assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
    }

    /// The messages to a recipient in the world.
    pub fn sent_to(&self, recipient: &str) -> Vec<MessageId> {
        let query = format!("limit=1000&search={recipient}");
        let found = self.read_behind_its_back("", Some(&query));
        let messages = found["data"].as_array().expect("a page").clone();
        messages.iter().map(|message| MessageId::new(message["id"].as_str().unwrap())).collect()
    }

    /// A file with so many rows.
    pub fn csv(&self, rows: usize) -> String {
        let names = self.variables();
        let header: String = names.iter().map(|name| format!(",{name}")).collect();
        let row = |n: usize| format!("65800{n:05},english{}", ",x".repeat(names.len()));
        format!("recipient,language{header}\r\n{}\r\n", (0..rows).map(row).collect::<Vec<_>>().join("\r\n"))
    }

    /// The batches that uploads have created in the world.
    pub fn uploaded(&self) -> Vec<BatchId> {
        let created = |call: &LoggedCall| call.path.ends_with("/batch/messages").then(|| call.batch.clone().map(BatchId::new)).flatten();
        self.with(|world| world.log().posts().iter().filter_map(created).collect())
    }

    /// Someone else uploads a batch.
    pub fn upload_elsewhere(&self, rows: usize) -> BatchId {
        self.upload_file_elsewhere("list.csv", rows)
    }

    /// Someone else uploads a file of this name.
    pub fn upload_file_elsewhere(&self, name: &str, rows: usize) -> BatchId {
        let csv = self.csv(rows);
        let body = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n{csv}\r\n--edge--\r\n"
        );
        let (now, key) = (self.transport.now(), self.with(|world| world.campaigns()[0].key.clone()));
        let path = format!("/campaigns/{}/batch/messages", self.campaign);
        let authorization = format!("Bearer {key}");
        let content_type = Some("multipart/form-data; boundary=edge");
        let call =
            Call { method: "POST", path: &path, query: None, authorization: Some(&authorization), content_type, body: body.as_bytes() };
        let answer = self.with(|world| world.answer(&call, now));
        let reported: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!((answer.status, &reported["isValid"]), (201, &true.into()), "{reported}");
        BatchId::new(reported["batchId"].as_str().unwrap())
    }

    /// The agency's own sender makes a call every so often, for a while. Returns when it was refused for the rate.
    pub async fn send_elsewhere(&mut self, every: Duration, time: Duration) -> Vec<Timestamp> {
        let (key, mut refused) = (self.with(|world| world.campaigns()[0].key.clone()), Vec::new());
        let path = format!("/campaigns/{}/messages/message_of_the_sender", self.campaign);
        let authorization = format!("Bearer {key}");
        let end = tokio::time::Instant::now() + time;
        while tokio::time::Instant::now() < end {
            let now = self.transport.now();
            let call = Call { method: "GET", path: &path, query: None, authorization: Some(&authorization), content_type: None, body: b"" };
            if self.with(|world| world.answer(&call, now)).status == 429 {
                refused.push(now);
            }
            self.run(every).await;
        }
        refused
    }

    /// All calls of the worker, by their path, and whether they write.
    pub fn calls(&self) -> Vec<(String, bool)> {
        self.transport.calls.lock().unwrap().clone()
    }

    /// The campaign's own key.
    pub fn key(&self) -> String {
        self.with(|world| world.campaigns()[0].key.clone())
    }

    /// The campaign.
    pub fn campaign_id(&self) -> CampaignId {
        CampaignId::new(self.campaign.as_str())
    }

    /// When the worker's page reads came in, including refused ones.
    pub fn reported_times(&self) -> Vec<Timestamp> {
        self.with(|world| world.log().recent_gets().filter(|call| call.message.is_none()).map(|call| call.at).collect())
    }

    /// When the worker's reads came in.
    pub fn get_times(&self) -> Vec<Timestamp> {
        self.with(|world| world.log().recent_gets().map(|call| call.at).collect())
    }

    /// When any calls came in, in order.
    pub fn call_times(&self) -> Vec<Timestamp> {
        let mut times = self.get_times();
        times.extend(self.with(|world| world.log().posts().iter().map(|call| call.at).collect::<Vec<_>>()));
        times.sort();
        times
    }

    /// How often, from then on, a message was read by itself before its retry came in.
    pub fn read_alone_before_their_posts(&self, since: Timestamp) -> usize {
        self.with(|world| {
            let posted = world.log().posts().iter().map(|call| (call.message.as_deref(), call.at));
            let posted: HashMap<Option<&str>, Timestamp> = posted.rev().collect();
            let is_before = |message: &str, at| posted.get(&Some(message)).is_none_or(|posted| at < *posted);
            let gets = world.log().recent_gets().filter(|call| call.at >= since);
            gets.filter(|call| call.message.as_deref().is_some_and(|message| is_before(message, call.at))).count()
        })
    }

    /// The retries that reached the world, as (message, status).
    pub fn posts(&self) -> Vec<(MessageId, u16)> {
        self.with(|world| {
            world.log().posts().iter().map(|call| (MessageId::new(call.message.clone().unwrap_or_default()), call.status)).collect()
        })
    }

    /// The retries of whole batches that reached the world, with their answers.
    pub fn batch_posts(&self) -> Vec<(String, u16)> {
        self.with(|world| {
            let posts = world.log().posts().iter();
            posts.filter(|call| call.message.is_none()).map(|call| (call.batch.clone().unwrap_or_default(), call.status)).collect()
        })
    }

    /// How often each message was accepted for a retry by the world.
    pub fn accepted(&self) -> HashMap<MessageId, usize> {
        let mut accepted = HashMap::new();
        for (message, status) in self.posts() {
            *accepted.entry(message).or_default() += usize::from(status == 201);
        }
        accepted
    }

    /// How the screen differs from the world as it was `ago`: later changes do not count.
    pub fn differences(&self, ago: Duration) -> Differences {
        let store = &self.seen.store;
        let then = self.transport.now() - SignedDuration::try_from(ago).unwrap();
        let (mut missing, mut stale) = (0, 0);
        for id in self.message_ids() {
            let changes = self.with(|world| world.changes(&self.campaign, id.as_str()));
            let (before, since): (Vec<_>, Vec<_>) = changes.into_iter().partition(|(at, _)| *at <= then);
            let Some((_, status)) = before.last() else { continue };
            match store.row(&id) {
                None => missing += 1,
                Some(row) => {
                    let shown = store.cells(row).status.map(Status::api_word);
                    stale += usize::from(shown != Some(*status) && !since.iter().any(|(_, later)| shown == Some(*later)));
                }
            }
        }
        Differences { missing, stale }
    }
}
