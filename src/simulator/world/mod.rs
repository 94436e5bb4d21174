//! The world: campaigns with their messages, and an answer to every call, as a function of the earlier
//! calls and of the given time.

mod campaign;
mod course;
mod dice;
mod gate;
mod history;
mod letters;
mod log;
mod multipart;
mod own_text;
mod page;
mod recipient;
mod refusal;
mod render;
mod reports;
mod retry;
mod route;
mod send;
#[cfg(test)]
mod tests;
mod texts;
mod upload;
mod wire;

use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{SignedDuration, Timestamp};

use self::campaign::{Batch, Campaign, Message};
use self::course::Course;
use self::dice::{Dice, For};
pub use self::log::{CallLog, LoggedCall};
pub use self::own_text::{TemplateExpected, template_text};
use self::page::List;
use self::refusal::Refusal;
use self::render::{Renderer, Shape};
use self::route::{Route, Task};
use self::texts::Texts;
use self::upload::Upload;
use self::wire::{id_text, write_string};
use super::options::{RetryAfter, WorldOptions};

const JSON: &str = "application/json; charset=utf-8";

/// A call as it arrives, before it is interpreted.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The HTTP method, in capitals.
    pub method: &'a str,
    /// The path below the base URL, still percent-encoded: `/campaigns/…`.
    pub path: &'a str,
    /// The query without its `?`, still percent-encoded.
    pub query: Option<&'a str>,
    /// The `Authorization` header.
    pub authorization: Option<&'a str>,
    /// The `Content-Type` header.
    pub content_type: Option<&'a str>,
    /// The whole body.
    pub body: &'a [u8],
}

/// What the API answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The `Content-Type` header; meaningless if the body is empty.
    pub content_type: &'static str,
    /// The `Retry-After` header.
    pub retry_after: Option<String>,
    /// The body; empty after the retry of a batch.
    pub body: Vec<u8>,
}

/// What a person needs to use a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignCard {
    /// Its id.
    pub id: String,
    /// Its API key.
    pub key: String,
    /// Its name, which the API never gives.
    pub name: String,
}

/// What a call did, for the log.
#[derive(Default)]
struct Effect {
    message: Option<String>,
    batch: Option<String>,
}

/// The API and everything behind it.
pub struct World {
    campaigns: Vec<Campaign>,
    dice: Dice,
    retries: u32,
    retry_after: RetryAfter,
    log: CallLog,
    calls: u64,
    latest: Timestamp,
}

impl World {
    /// The world at the start that `options` names. The same options give the same world.
    #[must_use]
    pub fn new(options: WorldOptions) -> Self {
        let dice = Dice::new(options.seed);
        let texts = Texts::new();
        let valid = options.speed.is_finite() && options.speed > 0.0;
        let speed = if valid { options.speed } else { 1.0 };
        let started = options.started_at.as_millisecond();
        let calls_per_second = options.calls_per_second;
        let campaigns = options
            .campaigns
            .into_iter()
            .zip(0..)
            .filter_map(|(campaign, index)| Campaign::new(campaign, dice, index, speed, calls_per_second, started, &texts));
        Self {
            campaigns: campaigns.collect(),
            dice,
            retries: options.retries,
            retry_after: options.retry_after,
            log: CallLog::default(),
            calls: 0,
            latest: options.started_at,
        }
    }

    /// Its campaigns, in the order of the options.
    #[must_use]
    pub fn campaigns(&self) -> Vec<CampaignCard> {
        let card = |campaign: &Campaign| CampaignCard { id: campaign.id.clone(), key: campaign.key.clone(), name: campaign.name.clone() };
        self.campaigns.iter().map(card).collect()
    }

    /// Every call so far.
    #[must_use]
    pub fn log(&self) -> &CallLog {
        &self.log
    }

    /// A share from 0 up to 1 that belongs to `n`: chance for a layer in front of the world.
    pub(super) fn chance(&self, n: u64) -> f64 {
        self.dice.share(For::Fault, n)
    }

    /// From `now` on, this share of the messages that would finish (0 to 1) get no report and stay with
    /// the telco, until another share is set: then their reports come within five seconds (divided by the
    /// speed). What earlier answers said stays true.
    pub fn withhold_reports(&mut self, share: f64, now: Timestamp) {
        self.latest = self.latest.max(now);
        // The moment of the latest answer is past.
        let moment = self.latest.as_millisecond().saturating_add(1);
        for campaign in &mut self.campaigns {
            campaign.withhold_reports(share, moment);
        }
    }

    /// Answers `call` at `now`. If an earlier call had a later `now`, that one counts.
    pub fn answer(&mut self, call: &Call<'_>, now: Timestamp) -> Answer {
        let now = now.max(self.latest);
        self.latest = now;
        self.calls += 1;
        let mut campaign = None;
        let mut effect = Effect::default();
        let outcome = self.route(call, now, &mut campaign, &mut effect);
        let (answer, code) = match outcome {
            Ok(answer) => (answer, None),
            Err(refusal) => (self.refuse(&refusal, now), refusal.code()),
        };
        self.log.add(LoggedCall {
            at: now,
            method: call.method.to_owned(),
            path: call.path.to_owned(),
            query: call.query.map(str::to_owned),
            campaign,
            message: effect.message,
            batch: effect.batch,
            status: answer.status,
            code,
        });
        answer
    }

    fn route(&mut self, call: &Call<'_>, now: Timestamp, campaign_id: &mut Option<String>, effect: &mut Effect) -> Result<Answer, Refusal> {
        let Route { campaign: id, task } = Route::parse(call.method, call.path)?;
        *campaign_id = Some(id.clone());
        match &task {
            Task::Retry(id) | Task::Read(id) => effect.message = Some(id.clone()),
            Task::RetryBatch(id) | Task::ListBatch(id) => effect.batch = Some(id.clone()),
            Task::Send | Task::List | Task::SendBatch => {}
        }
        let writes = call.method != "GET";
        let key = gate::bearer(call.authorization)?;
        let campaign = self.campaigns.iter_mut().find(|campaign| campaign.id == id);
        let campaign = gate::admit(campaign, key, writes, now.as_microsecond())?;
        let now = now.as_millisecond();
        campaign.advance(now);
        perform(campaign, task, call, self.retries, now, effect)
    }

    fn refuse(&self, refusal: &Refusal, now: Timestamp) -> Answer {
        let seconds = || Some("1".to_owned());
        let retry_after = match self.retry_after {
            _ if refusal.status != 429 => None,
            RetryAfter::Always => seconds(),
            RetryAfter::Sometimes if self.dice.below(For::RetryAfter, self.calls, 4) != 0 => seconds(),
            RetryAfter::Sometimes | RetryAfter::Never => None,
            // A date has whole seconds, so this is one to two seconds from now.
            RetryAfter::Date => DateTimePrinter::new().timestamp_to_rfc9110_string(&(now + SignedDuration::from_secs(2))).ok(),
        };
        Answer { status: refusal.status, content_type: JSON, retry_after, body: refusal.body(self.dice, self.calls) }
    }

    /// From now on the reports on refused files have addresses below this one.
    pub fn serve_reports_below(&mut self, base_url: &str) {
        for campaign in &mut self.campaigns {
            campaign.reports.serve_below(base_url);
        }
    }

    /// The report of this id on a refused file, as CSV.
    #[must_use]
    pub fn report(&self, campaign: &str, id: &str) -> Option<&[u8]> {
        self.campaign(campaign)?.reports.find(id)
    }
}

/// The true state, without key, pace and pages: for tests that compare it with what was shown.
impl World {
    fn campaign(&self, id: &str) -> Option<&Campaign> {
        self.campaigns.iter().find(|campaign| campaign.id == id)
    }

    /// Makes everything visible that is due at `now`, without a call.
    pub fn advance(&mut self, now: Timestamp) {
        self.latest = self.latest.max(now);
        for campaign in &mut self.campaigns {
            campaign.advance(self.latest.as_millisecond());
        }
    }

    /// The ids of the messages that had shown up at the latest call, newest first. Empty for an unknown campaign.
    #[must_use]
    pub fn message_ids(&self, campaign: &str) -> Vec<String> {
        let Some(campaign) = self.campaign(campaign) else {
            return Vec::new();
        };
        let id = |serial: &u32| id_text("message_", campaign.key(*serial).1);
        campaign.order().iter().rev().map(id).collect()
    }

    /// The ids of the batches, in the order in which they were made. Empty for an unknown campaign.
    #[must_use]
    pub fn batch_ids(&self, campaign: &str) -> Vec<String> {
        let batches = self.campaign(campaign).map_or(&[][..], Campaign::batches);
        batches.iter().map(Batch::id).collect()
    }

    /// Every change of a message as (time, status), oldest first, including future ones unless a retry
    /// intervenes. Empty for an unknown message.
    #[must_use]
    pub fn changes(&self, campaign: &str, message: &str) -> Vec<(Timestamp, &'static str)> {
        let Some(campaign) = self.campaign(campaign) else {
            return Vec::new();
        };
        let Some(serial) = campaign.find(message) else {
            return Vec::new();
        };
        let mut courses = Vec::new();
        campaign.attempts(serial, &mut courses);
        let changes = courses.iter().flat_map(Course::changes);
        changes.filter_map(|(at, status)| Some((Timestamp::from_millisecond(at).ok()?, status.as_str()))).collect()
    }

    /// The status of a message at `now`.
    #[must_use]
    pub fn status(&self, campaign: &str, message: &str, now: Timestamp) -> Option<&'static str> {
        let changes = self.changes(campaign, message);
        changes.iter().rev().find(|(at, _)| *at <= now).map(|(_, status)| *status)
    }
}

/// Carries out an admitted call.
fn perform(campaign: &mut Campaign, task: Task, call: &Call<'_>, retries: u32, now: i64, effect: &mut Effect) -> Result<Answer, Refusal> {
    let query = call.query.unwrap_or_default();
    match task {
        Task::Send => {
            let serial = send::send(campaign, call.content_type, call.body, now)?;
            effect.message = campaign.message(serial).map(Message::id);
            Ok(json(201, message(campaign, serial, Shape::Accepted, now)))
        }
        Task::Retry(id) => {
            let serial = retry::retry(campaign, &id, retries, now)?;
            Ok(json(201, message(campaign, serial, Shape::Accepted, now)))
        }
        Task::Read(id) => {
            let serial = campaign.find(&id).ok_or_else(Refusal::invalid_path)?;
            Ok(json(200, message(campaign, serial, Shape::One, now)))
        }
        Task::List => Ok(json(200, page::render(campaign, List::Campaign, query, now)?)),
        Task::SendBatch => match upload::upload(campaign, call.content_type, call.body, now)? {
            Upload::Invalid(body) => Ok(json(201, body)),
            Upload::Taken(batch) => {
                let id = campaign.batch(batch).map(Batch::id);
                let mut body = b"{\"isValid\":true,\"batchId\":".to_vec();
                write_string(&mut body, id.as_deref().unwrap_or_default());
                body.push(b'}');
                effect.batch = id;
                Ok(json(201, body))
            }
        },
        Task::RetryBatch(id) => {
            retry::retry_batch(campaign, &id, retries, now)?;
            Ok(json(201, Vec::new()))
        }
        Task::ListBatch(id) => {
            let batch = campaign.find_batch(&id).ok_or_else(Refusal::invalid_path)?;
            Ok(json(200, page::render(campaign, List::Batch(batch), query, now)?))
        }
    }
}

fn message(campaign: &Campaign, serial: u32, shape: Shape, now: i64) -> Vec<u8> {
    let mut body = Vec::new();
    Renderer::new(campaign, now).write(&mut body, serial, shape);
    body
}

fn json(status: u16, body: Vec<u8>) -> Answer {
    Answer { status, content_type: JSON, retry_after: None, body }
}
