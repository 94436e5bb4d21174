//! The program is killed at random moments while it retries, sends a message or sends a file, again and again. What reached the
//! server, by the simulator's own log, is compared with what the journal knows.
//!
//! Twenty kills of each; `POSTWATCH_KILLS=200` asks for more.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test's helpers fail the test")]

#[path = "cli/stage.rs"]
#[expect(dead_code, reason = "the tests of the commands use all of it")]
mod stage;

use std::collections::{BTreeMap, HashSet};
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use postwatch::config::{CampaignConfig, KeySource};
use postwatch::delivery::CampaignId;
use postwatch::monitor::{CampaignIndex, CampaignSettings, Clock, Monitor, MonitorOptions, News, OpenActionNews, Update};
use postwatch::postman::{Api, ApiKey, BaseUrl, HttpTransport};
use postwatch::simulator::{Fault, FaultKind, FaultyCalls, LoggedCall};
use postwatch::state::{ActionKind, ActionState, BudgetFile, Journal, JournalAccess, RunId, Who};
use serde_json::Value;
use stage::{CLINIC, Stage, still};

/// How many new messages each start retries; it names those of the start before once more.
const NEW: usize = 3;

/// Several stages run at once: each mostly waits for its budget.
const PLACES: usize = 4;

#[test]
fn killed_at_any_moment_it_never_retries_twice() {
    at_all_places(killed, 1);
}

#[test]
fn killed_at_any_moment_it_never_sends_twice() {
    // Many a kill comes while it only reads.
    at_all_places(killed_sending, 4);
}

#[test]
fn killed_at_any_moment_it_never_sends_a_file_twice() {
    at_all_places(killed_sending_files, 4);
}

/// Kills it on several stages at once. Of so many kills at least one must have come after a request left.
fn at_all_places(killed: fn(u64, usize) -> usize, of: usize) {
    let kills: usize = std::env::var("POSTWATCH_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(20);
    let each = kills.div_ceil(PLACES);
    std::thread::scope(|scope| {
        let places: Vec<_> = (0..PLACES).map(|place| scope.spawn(move || killed(place as u64, each))).collect();
        let posts: usize = places.into_iter().map(|place| place.join().unwrap()).sum();
        assert!(posts >= kills / of, "{posts} requests left in all: the kills came too early to prove anything");
    });
}

/// Some kills on their own stage; gives how many requests left.
fn killed(place: u64, kills: usize) -> usize {
    let stage = Stage::new(still(600 + 60 * kills as u64));
    let failed = stage.failed("recipient_unavailable", NEW * (kills + 1));
    let fault = |kind, share| Fault { kind, share, calls: FaultyCalls::Writes, times: None };
    stage.simulator.set_faults(vec![fault(FaultKind::Status(429), 0.2), fault(FaultKind::ResetAfter, 0.1)]);
    let near = far_away(&stage);
    let mut starts = failed.chunks(NEW);

    // One start that is not killed shows how long a whole one takes.
    let mut before: Vec<String> = starts.next().unwrap().to_vec();
    let begun = Instant::now();
    start(&stage, &before).wait().unwrap();
    let whole = begun.elapsed();
    check(&stage);

    let mut luck = Luck(0x9e37_79b9_7f4a_7c15 ^ place);
    for new in starts {
        let mut child = start(&stage, &[&before[..], new].concat());
        // It takes longer than the first one, with twice the messages; its beginning only reads.
        let moment = Instant::now() + whole.mul_f64(0.2 + 1.2 * luck.next());
        std::thread::sleep(moment.saturating_duration_since(Instant::now()));
        child.kill().unwrap();
        child.wait().unwrap();
        check(&stage);
        before = new.to_vec();
    }
    settle(&stage, &near);
    check(&stage);
    stage.posts().len()
}

/// The same where each start sends a message to a number of its own.
fn killed_sending(place: u64, kills: usize) -> usize {
    let stage = Stage::new(still(60));
    let fault = |kind, share| Fault { kind, share, calls: FaultyCalls::Writes, times: None };
    stage.simulator.set_faults(vec![fault(FaultKind::Status(429), 0.2), fault(FaultKind::ResetAfter, 0.2)]);
    let near = far_away(&stage);
    let number = |index: usize| format!("65801{place:02}{index:03}");
    let begun = Instant::now();
    send(&stage, &number(0)).wait().unwrap();
    let whole = begun.elapsed().min(Duration::from_secs(4));
    let mut luck = Luck(0x2545_f491_4f6c_dd1d ^ place);
    for index in 1..=kills {
        let mut child = send(&stage, &number(index));
        let moment = Instant::now() + whole.mul_f64(0.2 + 0.9 * luck.next());
        std::thread::sleep(moment.saturating_duration_since(Instant::now()));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    settle_sends(&stage, &near);
    let sent: Vec<Value> =
        (0..=kills).map(|index| stage.good(&["messages", CLINIC, "--search", &number(index)]).lines()).map(Value::Array).collect();
    let most = sent.iter().filter_map(Value::as_array).map(Vec::len).max();
    assert!(most <= Some(1), "one was sent twice: {sent:?}");
    stage.posts().len()
}

/// The same where each start sends a file of its own.
fn killed_sending_files(place: u64, kills: usize) -> usize {
    let mut options = still(60);
    options.campaigns[0].prepare = Duration::from_secs(1);
    let stage = Stage::new(options);
    let fault = |kind, share| Fault { kind, share, calls: FaultyCalls::Writes, times: None };
    stage.simulator.set_faults(vec![fault(FaultKind::Status(429), 0.2), fault(FaultKind::ResetAfter, 0.2)]);
    let near = far_away(&stage);
    let file = |index: usize| {
        let row = |row: usize| format!("65802{place:02}{index:02}{row},english,Tan Wei Ming,Bedok,1 Dec,10am,R1\n");
        let name = format!("file-{index}.csv");
        let csv = format!("recipient,language,name,clinic,date,time,reference\n{}", (0..3).map(row).collect::<String>());
        (name.clone(), stage.write_private(&name, &csv))
    };
    let begun = Instant::now();
    send_file(&stage, &file(0).1).wait().unwrap();
    let whole = begun.elapsed().min(Duration::from_secs(4));
    let mut luck = Luck(0x1f83_d9ab_fb41_bd6b ^ place);
    for index in 1..=kills {
        let mut child = send_file(&stage, &file(index).1);
        let moment = Instant::now() + whole.mul_f64(0.2 + 0.9 * luck.next());
        std::thread::sleep(moment.saturating_duration_since(Instant::now()));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    settle_sends(&stage, &near);
    let journal = Journal::open(&stage.state()).unwrap().all(usize::MAX).unwrap();
    let mut batches: Vec<_> = journal.iter().filter_map(|entry| entry.action.batch()).collect();
    let known = batches.len();
    batches.sort();
    batches.dedup();
    assert_eq!(batches.len(), known, "no batch is two files'");
    stage.posts().len()
}

/// Starts the sending of a file.
fn send_file(stage: &Stage, path: &std::path::Path) -> Child {
    let arguments = ["send-batch", CLINIC, path.to_str().unwrap(), "--yes"];
    stage.command(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Starts the sending of a message to a number.
fn send(stage: &Stage, number: &str) -> Child {
    let values = ["name=Tan Wei Ming", "clinic=Bedok", "date=1 Dec", "time=10am", "reference=R1"];
    let values = values.iter().flat_map(|value| ["--value", value]);
    let arguments: Vec<&str> = ["send", CLINIC, "--to", number, "--language", "english", "--yes"].into_iter().chain(values).collect();
    stage.command(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// As many lines of the journal say that a message was sent as the server has; what is open did not reach it.
fn settle_sends(stage: &Stage, near: &str) {
    stage.simulator.set_faults(Vec::new());
    let taken = stage.posts().iter().filter(|post| post.status == 201).count();
    let entries = || {
        let entries = Journal::open(&stage.state()).unwrap().all(usize::MAX).unwrap();
        assert!(entries.iter().all(|entry| matches!(entry.action, ActionKind::SendMessage { .. } | ActionKind::UploadBatch { .. })));
        entries
    };
    let accepted = || entries().iter().filter(|entry| matches!(entry.state, ActionState::Accepted | ActionState::ResolvedAccepted)).count();
    // The last kill may have come between the line and the request: the worker's start has to take such a line back.
    let is_one_left = || entries().iter().any(|entry| entry.state == ActionState::Intended);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (monitor, mut updates) = watch(stage, near);
        let settled = async { while (accepted() < taken || is_one_left()) && updates.recv().await.is_some() {} };
        tokio::time::timeout(Duration::from_secs(60), settled).await.expect("what was taken is found out within a minute");
        drop(monitor);
    });
    assert_eq!(accepted(), taken);
    assert!(!is_one_left(), "one was left as it was");
}

/// How long an answer takes to come back: long enough that many a kill falls between a request and
/// its answer.
const WAY_BACK: Duration = Duration::from_millis(80);

/// Puts a slow connection between the program and the simulator.
fn far_away(stage: &Stage) -> String {
    let server = stage.simulator.address();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let near = stage.simulator.base_url().replace(&server.to_string(), &listener.local_addr().unwrap().to_string());
    assert_ne!(near, stage.simulator.base_url());
    // It ends with the test's process; each connection ends with its two ends.
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let Ok(server) = TcpStream::connect(server) else { return };
            let (to_server, to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
            std::thread::spawn(move || carry(client, to_server, Duration::ZERO));
            std::thread::spawn(move || carry(server, to_client, WAY_BACK));
        }
    });
    let config = std::fs::read_to_string(stage.folder.path().join("config.toml")).unwrap();
    stage.write_config(&config.replace(&stage.simulator.base_url(), &near));
    near
}

/// Carries bytes from one end to the other, each piece after a while.
fn carry(mut from: TcpStream, mut to: TcpStream, after: Duration) {
    let mut piece = [0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut piece) {
        std::thread::sleep(after);
        if to.write_all(&piece[..length]).is_err() {
            break;
        }
    }
    // One direction has ended; the other learns it.
    let _ = to.shutdown(Shutdown::Write);
}

/// Starts a retry of these messages; killing it is SIGKILL, which it cannot notice.
fn start(stage: &Stage, messages: &[String]) -> Child {
    let named = messages.iter().flat_map(|message| ["--message", message]);
    let arguments: Vec<&str> = ["retry", CLINIC].into_iter().chain(named).chain(["--yes"]).collect();
    stage.command(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// What holds at every moment: no request without an earlier line on disk, and a second one for
/// the same message only where the one before was dropped for the rate.
fn check(stage: &Stage) {
    let mut posts: BTreeMap<String, Vec<LoggedCall>> = BTreeMap::new();
    for post in stage.posts() {
        posts.entry(post.message.clone().unwrap()).or_default().push(post);
    }
    let journal = Journal::open(&stage.state()).unwrap();
    let entries = journal.all(usize::MAX).unwrap();
    for (message, posts) in &posts {
        let told: Vec<u16> = posts.iter().map(|post| post.status).collect();
        assert!(told.iter().rev().skip(1).all(|status| *status == 429), "{message} was sent again after {told:?}");
        let of_message = entries.iter().filter(|entry| entry.action.message().is_some_and(|of| of.as_str() == message));
        let mut tries: Vec<_> = of_message.flat_map(|entry| journal.tries(entry.id).unwrap()).collect();
        tries.sort_by_key(|one| one.started_at);
        assert!(tries.len() >= posts.len(), "{message}: {} requests and {} lines", posts.len(), tries.len());
        for (post, line) in posts.iter().zip(&tries) {
            assert!(line.started_at <= post.at, "{message}: the request came before its line");
        }
    }
}

/// The next start looks up what became of everything, or leaves it to a person: closed actions are
/// true, and open ones did not reach the server.
fn settle(stage: &Stage, near: &str) {
    stage.simulator.set_faults(Vec::new());
    let taken: HashSet<String> = stage.posts().into_iter().filter(|post| post.status == 201).filter_map(|post| post.message).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let open = runtime.block_on(async {
        let (monitor, mut updates) = watch(stage, near);
        let is_left = |action: &OpenActionNews| action.kind.message().is_some_and(|message| !taken.contains(message.as_str()));
        let mut open = Vec::new();
        let settled = async {
            while let Some(Update { news, .. }) = updates.recv().await {
                if let News::OpenActions(told) = news {
                    open = told;
                    if open.iter().all(is_left) {
                        break;
                    }
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(60), settled).await.expect("what was taken is found out within a minute");
        drop(monitor);
        open
    });
    let journal = Journal::open(&stage.state()).unwrap();
    for entry in journal.all(usize::MAX).unwrap() {
        let message = entry.action.message().unwrap().as_str();
        match entry.state {
            ActionState::Accepted | ActionState::ResolvedAccepted => assert!(taken.contains(message), "{message} is not true"),
            ActionState::Unknown => assert!(open.iter().any(|open| open.action == entry.id), "{message} is forgotten"),
            ActionState::Intended => panic!("{message} was left as it was"),
            // An earlier or later action of the same message may have been accepted.
            _ => {}
        }
    }
    for message in &taken {
        let is_taken = |entry: &postwatch::state::JournalEntry| {
            entry.action.message().is_some_and(|of| of.as_str() == message)
                && matches!(entry.state, ActionState::Accepted | ActionState::ResolvedAccepted)
        };
        assert!(journal.all(usize::MAX).unwrap().iter().any(is_taken), "{message} was taken and nobody knows");
    }
}

/// A worker that only looks up what was left open, as the dashboard's does.
fn watch(stage: &Stage, near: &str) -> (Monitor, tokio::sync::mpsc::Receiver<Update>) {
    let card = stage.simulator.campaigns().remove(0);
    let journal = Journal::open(&stage.state()).unwrap();
    let now = jiff::Timestamp::now();
    let run = journal.begin_run(RunId::new(now, std::process::id(), 0xfeed), &Who::default(), now).unwrap();
    let key = ApiKey::new(&card.key.into()).unwrap();
    // Actions belong to an address: the one in the configuration.
    let base = BaseUrl::parse(near).unwrap();
    let config = CampaignConfig::usual(&card.name, CampaignId::new(card.id.clone()), KeySource::Env(String::new()));
    let settings = CampaignSettings {
        calls_per_second: 10.0,
        history: Duration::from_secs(3600),
        ..CampaignSettings::of(&config, &base, base.kind())
    };
    let (sender, updates) = tokio::sync::mpsc::channel(64);
    let options = MonitorOptions {
        campaign: CampaignIndex(0),
        api: Api::new(Arc::new(HttpTransport::new()), base, CampaignId::new(card.id), key),
        key_again: None,
        journal: JournalAccess::Writable(journal),
        run: Some(Arc::new(run)),
        budget: Some(Arc::new(BudgetFile::new(&stage.state()))),
        settings,
        away_rate: 10.0,
        reads: false,
        clock: Clock::system(),
        seed: 1,
    };
    (Monitor::spawn(options, sender), updates)
}

/// Random numbers from 0 to 1 (xorshift), the same in every run of the test; the machine's own
/// unevenness makes the moments differ.
struct Luck(u64);

impl Luck {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}
