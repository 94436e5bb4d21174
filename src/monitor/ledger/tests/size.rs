//! A whole day: memory stays in proportion to the number of messages.

use super::*;

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
