//! Scripted runs against a server that accepts, refuses or loses retries, on a paused clock, and the look-up before
//! them.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clap::Parser as _;
use jiff::{SignedDuration, Timestamp};
use rstest::rstest;
use serde_json::Value;
use tempfile::TempDir;

use super::super::{Arguments, Common, Format};
use super::*;
use crate::action::{Agreed, LastRead, Planner};
use crate::delivery::{Attempt, CampaignId, DeliveryError, Message, MessageId, Status};
use crate::monitor::{ActionNews, Clock};
use crate::postman::scripted::{Fault, FaultTransport, ScriptedStep};
use crate::postman::{ApiKey, BaseUrl, Broken, Exchange, Explanation, NotSent, Request, Response, Transport, TransportFailure};
use crate::state::{ActionKind, ActionState, Intention, Journal, ReadFrom, RunId, Who};
use crate::store::AnswerKind;

/// A server of failed messages that records what it was asked, and when.
struct Server {
    clock: Clock,
    taken: Mutex<HashMap<String, Timestamp>>,
    /// How long after a retry its message still shows as failed.
    lag: SignedDuration,
    calls: Mutex<Vec<(Timestamp, String)>>,
}

impl Server {
    fn shown(&self, id: &str) -> String {
        let created = self.clock.now() - SignedDuration::from_hours(1);
        let is_taken = self.taken.lock().unwrap().get(id).is_some_and(|taken| self.clock.now() >= *taken + self.lag);
        let status = if is_taken { "created" } else { "failure" };
        let error = r#"{"type":"delivery_error","code":"routing_error"}"#;
        format!(
            r#"{{"id":"{id}","latestStatus":"{status}","createdAt":"{created}","attempts":[{{"status":"failure","createdAt":"2026-01-01T00:00:00Z","error":{error}}}]}}"#
        )
    }
}

impl Transport for Server {
    fn send<'a>(&'a self, request: Request, _: &'a ApiKey) -> Pin<Box<dyn Future<Output = Exchange> + Send + 'a>> {
        Box::pin(async move {
            let sent_at = self.clock.now();
            let id = request.address().split('/').find(|part| part.starts_with("message_")).unwrap_or_default().to_owned();
            let body = if request.is_write() {
                self.calls.lock().unwrap().push((sent_at, format!("POST {id}")));
                self.taken.lock().unwrap().insert(id.clone(), sent_at);
                format!(r#"{{"id":"{id}","latestStatus":"created"}}"#)
            } else {
                self.calls.lock().unwrap().push((sent_at, format!("GET {id}")));
                self.shown(&id)
            };
            let status = if request.is_write() { 201 } else { 200 };
            let response = Response { status, body: body.into_bytes().into(), ..Response::default() };
            Exchange { sent_at, received_at: self.clock.now(), result: Ok(response) }
        })
    }
}

/// The result of a run.
struct Ran {
    exit: Exit,
    /// Outcome and reason of each message.
    outcomes: Vec<(String, String)>,
    /// When each retry request that reached the server left, and for which message.
    posts: Vec<(Timestamp, String)>,
    took: Duration,
}

impl Ran {
    fn words(&self) -> Vec<&str> {
        self.outcomes.iter().map(|(outcome, _)| outcome.as_str()).collect()
    }
}

struct Stage {
    folder: TempDir,
    common: Common,
    clock: Clock,
    server: Arc<Server>,
    transport: Arc<dyn Transport>,
    /// How long ago the messages of the plan were read, in seconds.
    read_ago: i64,
}

impl Stage {
    /// `faults` decides about the n-th request to retry, from 1.
    fn new(lag: i64, faults: impl Fn(usize) -> Option<Fault> + Send + Sync + 'static) -> Self {
        Self::with_reads(lag, faults, || None)
    }

    /// The same, with what every reading meets.
    fn with_reads(
        lag: i64,
        faults: impl Fn(usize) -> Option<Fault> + Send + Sync + 'static,
        reads: impl Fn() -> Option<Fault> + Send + Sync + 'static,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let common = Arguments::parse_from(["postwatch", "-q", "--format", "ndjson", "--state", folder.path().to_str().unwrap()]).common;
        let clock = Clock::tokio(Timestamp::from_second(1_900_000_000).unwrap());
        let (taken, lag, calls) = (Mutex::default(), SignedDuration::from_secs(lag), Mutex::default());
        let server = Arc::new(Server { clock: clock.clone(), taken, lag, calls });
        let writes = AtomicUsize::new(0);
        let decide =
            move |_, request: &Request| if request.is_write() { faults(writes.fetch_add(1, Ordering::SeqCst) + 1) } else { reads() };
        let transport = Arc::new(FaultTransport::new(server.clone(), decide));
        Self { folder, common, clock, server, transport, read_ago: 0 }
    }

    async fn run(&self, messages: usize, prepare: impl FnOnce(&OpenJournal)) -> Ran {
        let context = CommandContext::of_test(&self.common, self.transport.clone(), self.clock.clone());
        let base = BaseUrl::parse("http://127.0.0.1:1/api/v2").unwrap();
        let campaign = ConfiguredCampaign::simulated("Clinic", "campaign_1", base, ApiKey::new(&"key_test_1".into()).unwrap());
        let now = self.clock.now();
        let messages: Vec<Message> = (1..=messages).map(|number| failed(number, now)).collect();
        let read_at = now - SignedDuration::from_secs(self.read_ago);
        let read = messages.iter().map(|message| (message, LastRead::new(read_at, AnswerKind::Single)));
        let agreed = Agreed::Run(Planner::default().plan(read, now).confirm(now));
        let open = OpenJournal::begin(&self.common, "Nothing").unwrap();
        prepare(&open);
        let mut out = Vec::new();
        let mut report = OutcomeReport::into(&mut out, Format::Ndjson);
        let (mut signals, begun) = (Signals::listen().unwrap(), Instant::now());
        let end = carry_out(agreed, &context, &campaign, open, &mut report, &mut signals).await.unwrap();
        let exit = end.and(report.exit());
        drop(report);
        let line = |line: &str| {
            let reported: Value = serde_json::from_str(line).unwrap();
            (reported["outcome"].as_str().unwrap().to_owned(), reported["reason"].as_str().unwrap_or_default().to_owned())
        };
        let outcomes = String::from_utf8(out).unwrap().lines().map(line).collect();
        let calls = self.server.calls.lock().unwrap().clone();
        let posts = calls.into_iter().filter(|(_, call)| call.starts_with("POST")).collect();
        Ran { exit, outcomes, posts, took: begun.elapsed() }
    }
}

fn failed(number: usize, now: Timestamp) -> Message {
    let attempt = Attempt {
        status: None,
        created_at: Some("2026-01-01T00:00:00Z".parse().unwrap()),
        updated_at: None,
        sent_at: None,
        delivered_at: None,
        error: Some(DeliveryError::new("delivery_error", "routing_error")),
    };
    Message {
        status: Some(Status::Failure),
        created_at: Some(now - SignedDuration::from_hours(1)),
        attempts: Some(vec![attempt]),
        ..Message::new(MessageId::new(format!("message_{number}")))
    }
}

fn reset() -> ScriptedStep {
    ScriptedStep::Fail(TransportFailure::Unknown(Broken::Reset))
}

fn each_once(ran: &Ran) {
    let distinct: HashSet<&String> = ran.posts.iter().map(|(_, post)| post).collect();
    assert_eq!(distinct.len(), ran.posts.len(), "sent twice: {:?}", ran.posts);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_paused_for_unknown_outcomes_goes_on_when_all_are_found_out() {
    // The answers to three are lost, and their messages show it only after a while.
    let stage = Stage::new(40, |number| (number <= 3).then(|| Fault::After(reset())));
    let ran = stage.run(7, |_| ()).await;
    assert_eq!((ran.exit, ran.words()), (Exit::Done, vec!["accepted"; 7]), "{:?}", ran.outcomes);
    each_once(&ran);
    let found = ran.posts[2].0 + SignedDuration::from_secs(40);
    assert!(ran.posts[3].0 >= found, "it waited until the last of them was known: {:?}", ran.posts);
    // And again, as often as needed.
    let every = Stage::new(5, |_| Some(Fault::After(reset())));
    let ran = every.run(10, |_| ()).await;
    assert_eq!((ran.exit, ran.words()), (Exit::Done, vec!["accepted"; 10]));
    each_once(&ran);
}

#[rstest]
#[case::the_first(1)]
#[case::the_second(2)]
#[case::the_last(3)]
#[tokio::test(start_paused = true)]
async fn one_that_stays_unknown_ends_it(#[case] lost: usize) {
    let faults = move |number| (number <= 3).then(|| if number == lost { Fault::Before(reset()) } else { Fault::After(reset()) });
    let stage = Stage::new(5, faults);
    let ran = stage.run(6, |_| ()).await;
    assert_eq!((ran.exit, ran.posts.len()), (Exit::SomeUnknown, 2), "{:?}", ran.outcomes);
    let mut words = ran.words();
    words.sort_unstable();
    assert_eq!(words, ["accepted", "accepted", "skipped", "skipped", "skipped", "unknown"]);
    let (_, why) = ran.outcomes.iter().find(|(outcome, _)| outcome == "skipped").unwrap();
    assert!(why.contains("stays unknown"), "{why}");
}

#[tokio::test(start_paused = true)]
async fn what_stayed_unknown_before_a_pause_does_not_make_it_last() {
    // The first stays unknown; later three others are lost and found.
    let faults = |number| match number {
        1 => Some(Fault::Before(reset())),
        5..=7 => Some(Fault::After(reset())),
        _ => None,
    };
    let stage = Stage::new(5, faults);
    let ran = stage.run(9, |_| ()).await;
    let count = |word| ran.words().into_iter().filter(|reported| *reported == word).count();
    assert_eq!((ran.exit, count("accepted"), count("unknown")), (Exit::SomeUnknown, 8, 1), "{:?}", ran.outcomes);
    each_once(&ran);
}

#[tokio::test(start_paused = true)]
async fn a_429_that_never_ends_ends_the_run_after_five_minutes() {
    let stage = Stage::new(0, |_| Some(Fault::Before(ScriptedStep::answer(429, "{}"))));
    let ran = stage.run(9, |_| ()).await;
    assert_eq!((ran.exit, ran.posts.len()), (Exit::SomeRefused, 0), "{:?}", ran.outcomes);
    assert!((295..=335).contains(&ran.took.as_secs()), "{:?}", ran.took);
    let last = ran.outcomes.last().unwrap();
    assert!(last.0 == "skipped" && last.1.contains("nothing got through for 5 minutes"), "{last:?}");
}

#[tokio::test(start_paused = true)]
async fn a_success_now_and_then_keeps_it_going() {
    // Three quarters of all calls are dropped.
    let stage = Stage::new(0, |number| (number % 4 != 0).then(|| Fault::Before(ScriptedStep::answer(429, "{}"))));
    let ran = stage.run(60, |_| ()).await;
    assert_eq!((ran.exit, ran.words()), (Exit::Done, vec!["accepted"; 60]));
    assert!(ran.took > LONGEST, "{:?}", ran.took);
    each_once(&ran);
}

const LONGEST: Duration = waiting::LONGEST_STALL;

#[tokio::test(start_paused = true)]
async fn without_a_network_it_ends_as_a_failure() {
    let stage = Stage::new(0, |_| Some(Fault::Before(ScriptedStep::Fail(TransportFailure::NotSent(NotSent::Unreachable)))));
    let ran = stage.run(6, |_| ()).await;
    assert_eq!((ran.exit, ran.words(), ran.posts.len()), (Exit::Failed, vec!["skipped"; 6], 0));
    assert!(ran.took < LONGEST, "{:?}", ran.took);
}

#[rstest]
#[case::before_the_first_request(0)]
#[case::in_the_middle(5)]
#[case::later(8)]
#[tokio::test(start_paused = true)]
async fn a_full_disk_is_this_sides_failure(#[case] writes: usize) {
    let stage = Stage::new(0, |_| None);
    let written = AtomicUsize::new(0);
    let ran = stage.run(6, |open| open.journal.set_gate(move || written.fetch_add(1, Ordering::SeqCst) < writes)).await;
    assert_eq!((ran.exit, ran.outcomes.len()), (Exit::Failed, 6), "each is told: {:?}", ran.outcomes);
    each_once(&ran);
    assert!(ran.posts.len() < 6 && ran.words().iter().filter(|word| **word == "accepted").count() == ran.posts.len());
    assert!(ran.outcomes.iter().all(|(outcome, why)| outcome == "accepted" || why.contains("journal")), "{:?}", ran.outcomes);
    assert!(stage.folder.path().exists());
}

fn answers(status: u16, body: &'static str) -> ScriptedStep {
    ScriptedStep::answer(status, body)
}

const API: &str =
    r#"{"error":{"code":"message_not_found_or_retry_message_not_in_failure_status","message":"m","type":"domain_error","id":"t"}}"#;
const IP: &str = r#"{"error":{"code":"invalid_ip_address_used","message":"m","type":"domain_error","id":"t"}}"#;
const HTML: &str = "<html><title>Sign in</title></html>";

/// The table of outcomes decides: 3 if this caller is refused, 4 for any other refusal, 5 if unknown.
#[rstest]
#[case::refused_in_words(answers(400, API), 4)]
#[case::kept_out_by_key(answers(401, HTML), 3)]
#[case::kept_out_by_right(answers(403, HTML), 3)]
#[case::not_found(answers(404, HTML), 4)]
#[case::method(answers(405, HTML), 4)]
#[case::proxy(answers(407, HTML), 4)]
#[case::too_large_a_request(answers(413, HTML), 4)]
#[case::media(answers(415, ""), 4)]
#[case::redirect_of_a_post(answers(307, ""), 4)]
#[case::redirect_for_good(answers(308, HTML), 4)]
#[case::another_redirect(answers(302, HTML), 5)]
#[case::moved(answers(301, ""), 5)]
#[case::refused_by_somebody(answers(400, HTML), 5)]
#[case::late(answers(408, ""), 5)]
#[case::broken(answers(500, API), 5)]
#[case::gateway(answers(502, HTML), 5)]
#[case::cloud(answers(520, HTML), 5)]
#[case::portal(answers(200, HTML), 5)]
#[case::null(answers(201, "null"), 5)]
#[case::another_message(answers(201, r#"{"id":"message_of_another","latestStatus":"created"}"#), 5)]
#[case::silence(ScriptedStep::Fail(TransportFailure::Unknown(Broken::Timeout)), 5)]
#[case::too_large_an_answer(ScriptedStep::Fail(TransportFailure::Unknown(Broken::BodyTooLarge)), 5)]
#[case::cut(ScriptedStep::Fail(TransportFailure::Unknown(Broken::Eof)), 5)]
#[case::no_network(ScriptedStep::Fail(TransportFailure::NotSent(NotSent::Dns)), 1)]
#[case::dropped(answers(429, ""), 4)]
#[tokio::test(start_paused = true)]
async fn what_a_request_met_decides_the_exit_code(#[case] step: ScriptedStep, #[case] code: u8) {
    let before = step.clone();
    let ran = Stage::new(0, move |_| Some(Fault::Before(before.clone()))).run(1, |_| ()).await;
    assert_eq!((ran.exit.code(), ran.posts.len()), (code, 0), "{:?}", ran.outcomes);
    if code == 5 {
        let ran = Stage::new(0, move |_| Some(Fault::After(step.clone()))).run(1, |_| ()).await;
        assert_eq!((ran.exit.code(), ran.words(), ran.posts.len()), (0, vec!["accepted"], 1), "what is found out is no longer unknown");
    }
}

/// The reading just before a retry, because its plan is too old: nothing is sent, and who refused decides the exit.
#[rstest]
#[case::redirect(answers(302, HTML), Exit::Failed)]
#[case::too_large(ScriptedStep::Fail(TransportFailure::Unknown(Broken::BodyTooLarge)), Exit::Failed)]
#[case::gone(answers(404, API), Exit::SomeRefused)]
#[case::key(answers(401, ""), Exit::Refused)]
#[case::list(answers(400, IP), Exit::Refused)]
#[case::portal(answers(200, HTML), Exit::Failed)]
#[case::broken(answers(500, ""), Exit::Failed)]
#[tokio::test(start_paused = true)]
async fn what_a_reading_before_it_met_decides_as_well(#[case] step: ScriptedStep, #[case] exit: Exit) {
    let stage = Stage { read_ago: 90, ..Stage::with_reads(0, |_| None, move || Some(Fault::Before(step.clone()))) };
    let ran = stage.run(2, |_| ()).await;
    assert_eq!((ran.exit, ran.words(), ran.posts.len()), (exit, vec!["skipped"; 2], 0), "{:?}", ran.outcomes);
    assert!(ran.took < Duration::from_secs(150), "it does not wait for what will not pass: {:?}", ran.took);
    let is_said_to_be_gone = ran.outcomes.iter().any(|(_, why)| why.contains("could not be found"));
    assert_eq!(is_said_to_be_gone, exit == Exit::SomeRefused, "{:?}", ran.outcomes);
}

/// A reading that meets only 429s keeps every request from leaving.
#[tokio::test(start_paused = true)]
async fn a_429_on_what_is_read_before_ends_it_as_well() {
    let stage = Stage { read_ago: 90, ..Stage::with_reads(0, |_| None, || Some(Fault::Before(answers(429, "")))) };
    let ran = stage.run(3, |_| ()).await;
    assert_eq!((ran.exit, ran.words(), ran.posts.len()), (Exit::SomeRefused, vec!["skipped"; 3], 0), "{:?}", ran.outcomes);
    assert!((290..=310).contains(&ran.took.as_secs()), "{:?}", ran.took);
}

/// Any mixture of what can happen to a request.
#[rstest]
#[tokio::test(start_paused = true)]
async fn whatever_happens_each_is_told_once_sent_once_and_five_means_unknown(#[values(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)] seed: usize) {
    const MESSAGES: usize = 14;
    let faults = move |number: usize| match (number * 7919 + seed * 104_729) % 23 % 11 {
        0 | 1 => Some(Fault::After(reset())),
        2 => Some(Fault::After(answers(502, HTML))),
        3 if seed.is_multiple_of(2) => Some(Fault::Before(reset())),
        4 => Some(Fault::Before(answers(429, ""))),
        5 => Some(Fault::Before(answers(400, API))),
        6 if seed.is_multiple_of(3) => Some(Fault::Before(answers(200, HTML))),
        7 => Some(Fault::Before(ScriptedStep::Fail(TransportFailure::NotSent(NotSent::Refused)))),
        _ => None,
    };
    let ran = Stage::new(i64::try_from(seed).unwrap() * 3, faults).run(MESSAGES, |_| ()).await;
    let count = |word| ran.words().into_iter().filter(|reported| *reported == word).count();
    assert_eq!(ran.outcomes.len(), MESSAGES, "{:?}", ran.outcomes);
    each_once(&ran);
    assert_eq!(count("accepted"), ran.posts.len(), "what was taken is told as taken: {:?}", ran.outcomes);
    assert_eq!(ran.exit == Exit::SomeUnknown, count("unknown") > 0, "{:?}", ran.outcomes);
    assert_eq!(ran.exit == Exit::Done, count("accepted") == MESSAGES, "{:?}", ran.outcomes);
    if count("skipped") > 0 {
        assert!(count("unknown") > 0 || ran.took >= LONGEST, "it ends early only for these: {:?}", ran.outcomes);
    }
}

fn stage(message: &str, look_up_at: Option<Timestamp>) -> News {
    let why = Explanation::new("", "", "");
    let stage = ActionStage::Unknown { why, look_up_at };
    let subject = Subject::Message(MessageId::new(message));
    News::Action(ActionNews { number: None, action: None, subject, created: None, stage, at: Timestamp::UNIX_EPOCH })
}

/// What the worker reports of these open actions; `true` for one that another process has.
fn open(actions: &[(&str, bool)]) -> News {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let run = journal.begin_run(RunId::new(Timestamp::UNIX_EPOCH, 1, 2), &Who::default(), Timestamp::UNIX_EPOCH).unwrap();
    let news = |(message, elsewhere): &(&str, bool)| {
        let kind = ActionKind::RetryMessage {
            message: MessageId::new(*message),
            attempts: None,
            newest_attempt: None,
            read_from: ReadFrom::Single,
        };
        let intention = Intention {
            read_at: None,
            run: run.id().clone(),
            base_url: String::new(),
            server: crate::state::Server::of(""),
            campaign: CampaignId::new("campaign_1"),
            action: kind.clone(),
            plan: String::new(),
            planned_at: Timestamp::UNIX_EPOCH,
        };
        OpenActionNews {
            action: journal.intend(&intention).unwrap(),
            kind,
            planned_at: Timestamp::UNIX_EPOCH,
            state: ActionState::Unknown,
            elsewhere: *elsewhere,
            look_up_at: (!elsewhere).then_some(Timestamp::UNIX_EPOCH),
        }
    };
    News::OpenActions(actions.iter().map(news).collect())
}

#[test]
fn one_reading_of_each_is_enough() {
    let soon = Some(Timestamp::UNIX_EPOCH);
    let mut looking = Looking::default();
    for (news, is_over) in [
        (stage("a", soon), false),
        (stage("b", soon), false),
        (open(&[("a", false), ("b", false), ("c", true)]), false),
        (stage("a", soon), false),
        // The other one was found to be accepted.
        (open(&[("a", false), ("c", true)]), true),
    ] {
        looking.take(&news);
        assert_eq!(looking.is_over(), is_over, "{news:?}");
    }
    assert_eq!(looking.open, 2);
}

#[test]
fn what_others_look_after_is_not_waited_for() {
    let mut looking = Looking::default();
    assert!(!looking.is_over(), "nothing was told yet");
    looking.take(&open(&[("c", true)]));
    assert!(looking.is_over());
}
