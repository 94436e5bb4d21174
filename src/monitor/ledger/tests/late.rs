//! Messages that are recorded long after they were created.

use super::*;

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
