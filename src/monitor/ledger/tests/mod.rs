//! The ledger against a small model of the server.

mod endless;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{FULL_PAGE, Fetch, Ledger, Outlook, PageSeen, SeenMessage, Stage};
use crate::delivery::MessageId;
use crate::postman::{Cursor, Position};

/// A server's list, newest first.
#[derive(Debug, Default)]
struct Server {
    messages: Vec<Listed>,
    made: usize,
}

#[derive(Debug, Clone)]
struct Listed {
    id: MessageId,
    created: Timestamp,
    open: bool,
    failed: bool,
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_900_000_000 + second).unwrap()
}

impl Server {
    /// A new message, recorded `late` seconds after its creation.
    fn add(&mut self, now: Timestamp, late: i64) {
        let created = now - SignedDuration::from_secs(late);
        let index = self.messages.partition_point(|listed| listed.created > created);
        self.made += 1;
        let id = MessageId::new(format!("message_{:05}", self.made));
        self.messages.insert(index, Listed { id, created, open: true, failed: false });
    }

    fn page(&self, fetch: &Fetch, asked_at: Timestamp) -> PageSeen {
        let start = match fetch.position() {
            Position::Head => 0,
            Position::After(cursor) => 1 + self.messages.iter().position(|listed| listed.id.as_str() == cursor.as_str()).unwrap(),
            Position::Before(_) => unreachable!("the ledger never asks for newer pages"),
        };
        let end = (start + usize::from(fetch.limit())).min(self.messages.len());
        let rows: Vec<SeenMessage> = self.messages[start..end]
            .iter()
            .map(|listed| SeenMessage {
                id: listed.id.clone(),
                created_at: Some(listed.created),
                open: listed.open.then_some(listed.created),
                stage: Stage::Sending,
                silent: false,
                failed: listed.failed.then_some(listed.created),
            })
            .collect();
        PageSeen { end: rows.last().map(|row| Cursor::new(row.id.as_str())), has_next: end < self.messages.len(), rows, asked_at }
    }

    fn ids(&self) -> Vec<MessageId> {
        self.messages.iter().map(|listed| listed.id.clone()).collect()
    }
}

const FAR: Outlook = Outlook { in_view: true, horizon: Timestamp::MIN, further: false, read_now: false, calls_per_second: 2.0 };

/// One call every half second, until nothing is worth one for a while.
fn read_all(ledger: &mut Ledger, server: &Server, mut now: Timestamp) -> Timestamp {
    for _ in 0..200 {
        now += SignedDuration::from_millis(500);
        if let Some(fetch) = ledger.next(now, &FAR) {
            ledger.apply(&fetch, &server.page(&fetch, now));
        }
    }
    now
}

/// Every message that the ledger's stretches cover, by asking for each of them.
fn covered(ledger: &Ledger, server: &Server) -> Vec<MessageId> {
    let mut ids = Vec::new();
    for stretch in &ledger.stretches {
        let fetch = match &stretch.opener {
            None => Fetch::Head { limit: u16::MAX },
            Some(after) => Fetch::Stretch { after: after.cursor.clone(), limit: u16::MAX },
        };
        let page = server.page(&fetch, at(0));
        let end = page.index(&stretch.last).expect("a stretch ends where it says");
        ids.extend(page.rows.into_iter().take(end + 1).map(|row| row.id));
    }
    ids
}

#[test]
fn an_empty_campaign_is_read_seldom_and_is_complete() {
    let (server, mut ledger) = (Server::default(), Ledger::default());
    let first = ledger.next(at(0), &FAR).unwrap();
    assert_eq!(first, Fetch::Head { limit: 1000 });
    ledger.apply(&first, &server.page(&first, at(0)));
    assert!(ledger.reach().complete);
    assert_eq!(ledger.next(at(1), &FAR), None);
    assert_eq!(ledger.ask_again(at(1), &FAR), at(10));
}

#[test]
fn the_head_alone_grows_and_its_rest_gets_the_cursor_that_came() {
    let (mut server, mut ledger) = (Server::default(), Ledger::default());
    for second in 0..2500 {
        server.add(at(second), 0);
    }
    let now = read_all(&mut ledger, &server, at(2500));
    assert_eq!(covered(&ledger, &server), server.ids());
    for second in 0..100 {
        server.add(now + SignedDuration::from_secs(second), 0);
    }
    read_all(&mut ledger, &server, now + SignedDuration::from_secs(100));
    assert_eq!(covered(&ledger, &server), server.ids());
    assert!(ledger.reach().complete && ledger.reach().gap.is_none());
}

#[test]
fn a_burst_leaves_a_gap_that_is_told_and_closed() {
    let (mut server, mut ledger) = (Server::default(), Ledger::default());
    for second in 0..20 {
        server.add(at(second), 0);
    }
    let now = read_all(&mut ledger, &server, at(20));
    for _ in 0..3000 {
        server.add(now, 0);
    }
    let head = ledger.next(now + SignedDuration::from_secs(60), &FAR).unwrap();
    ledger.apply(&head, &server.page(&head, now));
    assert!(ledger.reach().gap.is_some(), "the messages between are not read yet");
    read_all(&mut ledger, &server, now + SignedDuration::from_secs(60));
    assert!(ledger.reach().gap.is_none());
    assert_eq!(covered(&ledger, &server), server.ids());
}

#[test]
fn history_is_read_to_the_horizon_and_further_on_request() {
    let (mut server, mut ledger) = (Server::default(), Ledger::default());
    for second in 0..5000 {
        server.add(at(second), 0);
    }
    for listed in &mut server.messages {
        listed.open = false;
    }
    let near = Outlook { horizon: at(3500), ..FAR };
    let mut asked = 0;
    let mut now = at(5000);
    while let Some(fetch) = ledger.next(now, &near).filter(|_| asked < 20) {
        ledger.apply(&fetch, &server.page(&fetch, now));
        asked += 1;
        now += SignedDuration::from_millis(500);
    }
    assert_eq!(asked, 2, "the head and one page of history reach the horizon");
    assert!(matches!(ledger.next(now, &Outlook { further: true, ..near }), Some(Fetch::History { .. })));
}

#[test]
fn history_has_its_turn_beside_open_stretches() {
    let (mut server, mut ledger) = (Server::default(), Ledger::default());
    for second in 0..20_000 {
        server.add(at(second / 100), 0);
    }
    let mut now = at(200);
    let mut history = 0;
    for _ in 0..60 {
        now += SignedDuration::from_millis(500);
        if let Some(fetch) = ledger.next(now, &FAR) {
            history += usize::from(matches!(fetch, Fetch::History { .. }));
            ledger.apply(&fetch, &server.page(&fetch, now));
        }
    }
    assert!(history >= 12, "{history} pages of history in 60 calls");
}

#[test]
fn cursors_that_go_in_a_circle_end_the_history() {
    let mut ledger = Ledger::default();
    let page = |id: &str, end: &str| PageSeen {
        rows: vec![SeenMessage {
            id: MessageId::new(id),
            created_at: Some(at(0)),
            open: None,
            stage: Stage::Other,
            silent: false,
            failed: None,
        }],
        end: Some(Cursor::new(end)),
        has_next: true,
        asked_at: at(0),
    };
    ledger.apply(&Fetch::Head { limit: 1000 }, &page("a", "1"));
    ledger.apply(&Fetch::History { after: Cursor::new("1") }, &page("b", "2"));
    ledger.apply(&Fetch::History { after: Cursor::new("2") }, &page("c", "1"));
    assert!(ledger.is_circular() && !ledger.has_more() && !ledger.reach().complete);
}

#[test]
fn other_data_under_the_same_id_begin_anew() {
    let (mut server, mut ledger) = (Server::default(), Ledger::default());
    for second in 0..1500 {
        server.add(at(second), 0);
    }
    let now = read_all(&mut ledger, &server, at(1500));
    let mut other = Server { made: 90_000, ..Server::default() };
    for second in 0..30 {
        other.add(at(second), 0);
    }
    read_all(&mut ledger, &other, now + SignedDuration::from_secs(60));
    assert_eq!(covered(&ledger, &other), other.ids());
}

#[test]
fn an_old_open_message_does_not_draw_one_call_after_another() {
    let (mut server, mut ledger) = (Server::default(), Ledger::default());
    for second in 0..1200 {
        server.add(at(second), 0);
    }
    for (index, listed) in server.messages.iter_mut().enumerate() {
        listed.open = index == 1100;
    }
    let mut now = read_all(&mut ledger, &server, at(100_000));
    let mut calls = 0;
    for _ in 0..1200 {
        now += SignedDuration::from_millis(500);
        if let Some(fetch) = ledger.next(now, &FAR) {
            calls += usize::from(matches!(fetch, Fetch::Stretch { .. }));
            ledger.apply(&fetch, &server.page(&fetch, now));
        }
    }
    assert!((1..=2).contains(&calls), "{calls} calls in ten minutes");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// Whatever arrives, in bursts or late, and whatever finishes meanwhile: once things are quiet, the stretches
    /// cover every message once, and no message on the way is forgotten.
    #[test]
    fn no_message_is_lost(
        rounds in prop::collection::vec((0usize..1800, 0i64..25, 1i64..20, prop::bool::ANY), 1..12),
    ) {
        let (mut server, mut ledger) = (Server::default(), Ledger::default());
        // A campaign has a past: nothing is recorded late below its first message.
        server.add(at(-1000), 0);
        let mut now = at(0);
        for (burst, late, pause, ends) in rounds {
            for index in 0..burst {
                server.add(now, if index % 7 == 0 { late } else { 0 });
            }
            if ends {
                for listed in server.messages.iter_mut().skip(3) {
                    listed.open = false;
                }
            }
            for _ in 0..pause {
                now += SignedDuration::from_millis(500);
                if let Some(fetch) = ledger.next(now, &FAR) {
                    ledger.apply(&fetch, &server.page(&fetch, now));
                }
            }
        }
        let now = read_all(&mut ledger, &server, now);
        // A second time: late messages may have split a stretch.
        let now = read_all(&mut ledger, &server, now);
        // A single message on the way may not be worth a call for ten minutes.
        read_all(&mut ledger, &server, now + SignedDuration::from_mins(10));
        prop_assert!(ledger.reach().complete && ledger.reach().gap.is_none());
        let mut found = covered(&ledger, &server);
        prop_assert_eq!(found.len(), server.messages.len());
        found.sort();
        found.dedup();
        prop_assert_eq!(found.len(), server.messages.len());
        let open = server.messages.iter().filter(|listed| listed.open).count();
        prop_assert_eq!(ledger.open(), open);
    }
}

/// A campaign of 3000 whose messages are done, read to its end; its newest message is of `at(2999)`.
fn settled(failures: bool) -> (Server, Ledger, Timestamp) {
    let (mut server, mut ledger) = (Server::default(), Ledger::default());
    for second in 0..3000 {
        server.add(at(second), 0);
    }
    for listed in &mut server.messages {
        (listed.open, listed.failed) = (false, failures);
    }
    let now = read_all(&mut ledger, &server, at(3000));
    (server, ledger, now)
}

/// After how many seconds a message of 25 minutes ago that is recorded at `now` is read, within an hour.
fn found_after(server: &mut Server, ledger: &mut Ledger, now: Timestamp) -> Option<i64> {
    server.add(now, now.duration_since(at(1500)).as_secs());
    let id = MessageId::new(format!("message_{:05}", server.made));
    (0..7200).find_map(|half| {
        let then = now + SignedDuration::from_millis(500 * half);
        let fetch = ledger.next(then, &FAR)?;
        let page = server.page(&fetch, then);
        ledger.apply(&fetch, &page);
        page.index(&id).map(|_| half / 2)
    })
}

#[test]
fn what_is_recorded_very_late_among_young_messages_is_found_within_ten_minutes() {
    let (mut server, mut ledger, now) = settled(false);
    let found = found_after(&mut server, &mut ledger, now);
    assert!(found.is_some_and(|seconds| (30..=605).contains(&seconds)), "{found:?}");
}

#[test]
fn so_it_is_among_failures_of_the_last_two_days() {
    let (mut server, mut ledger, _) = settled(true);
    let later = read_all(&mut ledger, &server, at(24 * 3600));
    let found = found_after(&mut server, &mut ledger, later);
    assert!(found.is_some_and(|seconds| seconds <= 605), "{found:?}");
}

#[test]
fn among_old_messages_that_are_all_delivered_it_is_not_looked_for() {
    let (mut server, mut ledger, _) = settled(false);
    let later = read_all(&mut ledger, &server, at(2 * 3600));
    assert_eq!(found_after(&mut server, &mut ledger, later), None, "no call is spent on messages that never change again");
}

#[test]
fn after_a_day_of_messages_and_faults_the_ledger_is_small() {
    let (mut server, mut ledger) = (Server::default(), Ledger::default());
    let (mut calls, mut largest) = (0, 0);
    for second in 0..86_400_i64 {
        let now = at(second);
        if second % 8 == 0 {
            // One in fifty comes late, by more than the head reaches back.
            server.add(now, if second % 400 == 0 { 120 } else { 0 });
        }
        if second % 30 == 0 {
            let old = now - SignedDuration::from_secs(12);
            for listed in server.messages.iter_mut().take(60) {
                listed.open &= listed.created > old;
            }
        }
        if let Some(fetch) = ledger.next(now, &FAR) {
            calls += 1;
            // Every seventh page below the head cannot be read.
            if fetch.position() != Position::Head && calls % 7 == 0 {
                ledger.failed(&fetch, now);
            } else {
                ledger.apply(&fetch, &server.page(&fetch, now));
            }
        }
        largest = largest.max(ledger.stretches.len());
    }
    assert!(server.made > 10_000 && calls > 20_000, "{} messages, {calls} calls", server.made);
    assert_eq!(covered(&ledger, &server), server.ids());
    // 10,800 messages are eleven full pages; neighbours of less than a page together are one.
    assert!(largest <= 30, "{largest} stretches at most");
    assert!(ledger.troubled.len() <= 3, "{} pages in trouble", ledger.troubled.len());
    assert!(ledger.asked_below.len() <= 2 && ledger.asked_between.is_empty());
    let ids: usize = ledger.stretches.iter().map(|stretch| stretch.ids.len()).sum();
    assert!(ids <= FULL_PAGE, "ids are kept for the head only: {ids}");
    assert!(ledger.open() <= 20, "{} open messages", ledger.open());
}
