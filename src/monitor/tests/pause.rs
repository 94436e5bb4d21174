//! A pause in the middle of everything: no request is sent after it is reported, and everything goes on afterwards.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rstest::rstest;

use super::world::{Bench, Seen, World, demo_world, run_command};
use crate::delivery::RecipientQuery;
use crate::monitor::{Command, Connection, Generation};
use crate::postman::Request;
use crate::postman::scripted::FaultTransport;

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Asked {
    Search,
    Message,
    Retry,
    Page,
}

fn asked(request: &Request) -> Asked {
    match request {
        write if write.is_write() => Asked::Retry,
        search if search.query().contains("search=") => Asked::Search,
        single if single.address().contains("/messages/") => Asked::Message,
        _ => Asked::Page,
    }
}

/// A worker, and the requests it has sent so far.
struct Watched {
    bench: Bench,
    left: Arc<Mutex<Vec<Asked>>>,
}

impl Watched {
    async fn new() -> Self {
        let left = Arc::new(Mutex::new(Vec::new()));
        let requests = left.clone();
        let world = World { failure_rate: 0.2, ..demo_world(300, 0.5) };
        let bench = Bench::with_faults(world, |inner| {
            FaultTransport::new(inner, move |_, request| {
                requests.lock().unwrap().push(asked(request));
                None
            })
        });
        let mut watched = Self { bench, left };
        watched.bench.ask(Command::InView(true));
        watched.bench.until("the whole campaign is read", |seen| seen.store.coverage().complete).await;
        watched.bench.run(Duration::from_secs(200)).await;
        watched
    }

    /// A search is shown, a message is looked at, and a run goes on.
    fn begin_all(&self) {
        let bench = &self.bench;
        let chosen = bench.failures(20);
        bench.ask(Command::Search { generation: Generation(1), query: RecipientQuery::parse("658").unwrap() });
        bench.ask(Command::Open { generation: Generation(2), message: chosen[0].clone() });
        bench.ask(run_command(bench.all_confirmed(&chosen)));
    }

    fn left(&self) -> usize {
        self.left.lock().unwrap().len()
    }

    /// Lets time pass until such a request was sent and is not answered yet.
    async fn until_under_way(&mut self, wanted: Asked) {
        for _ in 0..60_000 {
            let before = self.left();
            self.bench.run(Duration::from_millis(1)).await;
            if self.left.lock().unwrap()[before..].contains(&wanted) {
                return;
            }
        }
        panic!("no such request in a minute: {wanted:?}");
    }

    async fn pause(&mut self) {
        self.bench.ask(Command::Pause);
        self.bench.until("it is paused", |seen| seen.connection == Connection::Paused).await;
    }

    async fn assert_silent(&mut self, time: Duration) {
        let reported = self.left();
        self.bench.run(time).await;
        let later = self.left.lock().unwrap()[reported..].to_vec();
        assert_eq!(later, [], "after the pause was reported");
        assert_eq!(self.bench.seen.connection, Connection::Paused);
    }
}

#[rstest]
#[case(Asked::Search)]
#[case(Asked::Message)]
#[case(Asked::Retry)]
#[case(Asked::Page)]
#[tokio::test(start_paused = true)]
async fn a_pause_while_a_call_is_under_way_lets_no_other_leave(#[case] under_way: Asked) {
    let mut watched = Watched::new().await;
    watched.begin_all();
    watched.until_under_way(under_way).await;
    watched.pause().await;
    // Not longer than a yes holds: the run goes on afterwards.
    watched.assert_silent(Duration::from_secs(240)).await;
    let opened = watched.bench.seen.opened.len();
    watched.bench.ask(Command::Resume);
    watched.bench.until("the run is over", Seen::run_is_over).await;
    assert_eq!(watched.bench.posts().len(), 20, "each of the run's messages once");
    assert!(!watched.bench.until_search(Generation(1)).await.is_empty());
    watched.bench.run(Duration::from_secs(10)).await;
    assert!(watched.bench.seen.opened.len() > opened || opened > 0);
    assert_eq!(watched.bench.seen.connection, Connection::Live);
    assert_eq!(watched.bench.differences(Duration::from_secs(10)).missing, 0);
}

#[tokio::test(start_paused = true)]
async fn whenever_a_pause_comes_not_one_request_leaves_after_it_is_told() {
    let mut watched = Watched::new().await;
    watched.begin_all();
    for moment in 0..40 {
        watched.bench.run(Duration::from_millis(37 * moment)).await;
        watched.pause().await;
        watched.assert_silent(Duration::from_secs(5)).await;
        watched.bench.ask(Command::Resume);
        watched.bench.until("it goes on", |seen| seen.connection == Connection::Live).await;
    }
    watched.bench.until("the run is over", Seen::run_is_over).await;
    assert_eq!(watched.bench.posts().len(), 20);
}

#[tokio::test(start_paused = true)]
async fn a_pause_makes_no_call_however_long_and_whatever_is_wished_meanwhile() {
    let mut watched = Watched::new().await;
    watched.pause().await;
    watched.assert_silent(Duration::from_secs(600)).await;
    watched.bench.ask(Command::ReadNow);
    watched.bench.ask(Command::ReadFurther);
    watched.begin_all();
    watched.assert_silent(Duration::from_secs(3600)).await;
    let before = watched.left();
    watched.bench.ask(Command::Resume);
    watched.bench.run(Duration::from_secs(5)).await;
    assert!(watched.left() > before);
}
