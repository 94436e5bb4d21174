//! Lists that never end, lead in a circle or leave rows out.

use super::*;

/// The n-th of three rows that a page of this server holds, ten seconds apart.
fn row(n: i64) -> SeenMessage {
    SeenMessage {
        id: MessageId::new(format!("message_{n:05}")),
        created_at: Some(at(-10 * n)),
        open: None,
        stage: Stage::Other,
        silent: false,
        failed: None,
    }
}

fn page(rows: impl IntoIterator<Item = i64>, end: String, asked_at: Timestamp) -> PageSeen {
    PageSeen { rows: rows.into_iter().map(row).collect(), end: Some(Cursor::new(end)), has_next: true, asked_at }
}

/// What was requested in this many seconds, two calls a second.
fn ask(ledger: &mut Ledger, from: Timestamp, seconds: i64, mut answer: impl FnMut(usize, &Fetch, Timestamp) -> PageSeen) -> Vec<Fetch> {
    let mut asked = Vec::new();
    for half in 0..seconds * 2 {
        let now = from + SignedDuration::from_millis(500 * half);
        if let Some(fetch) = ledger.next(now, &FAR) {
            asked.push(fetch.clone());
            let page = answer(asked.len(), &fetch, now);
            ledger.apply(&fetch, &page);
        }
    }
    asked
}

fn below_the_head(asked: &[Fetch]) -> usize {
    asked.iter().filter(|fetch| matches!(fetch, Fetch::Gap { .. } | Fetch::History { .. })).count()
}

/// A history whose pages after the first three are all alike, each with a cursor not seen before.
fn assert_ends(below: impl Fn(i64) -> Vec<i64>) -> Ledger {
    let mut ledger = Ledger::default();
    let answer = |n: usize, fetch: &Fetch, now| match fetch {
        Fetch::Head { .. } => page(0..3, "head".to_owned(), now),
        // Whatever was read below the head is no longer there.
        Fetch::Stretch { .. } => page([], "gone".to_owned(), now),
        _ => page(below(i64::try_from(n).unwrap()), format!("below {n}"), now),
    };
    let first = ask(&mut ledger, at(0), 300, answer);
    assert!((10..=100).contains(&below_the_head(&first)), "{} calls below the head", below_the_head(&first));
    assert!(ledger.is_circular() && !ledger.has_more() && !ledger.reach().complete, "it is reported, and no end is claimed");
    let later = ask(&mut ledger, at(300), 600, |_, fetch, now| match fetch {
        Fetch::Head { .. } => page(0..3, "head".to_owned(), now),
        _ => page([], "gone".to_owned(), now),
    });
    assert!(below_the_head(&later) == 0 && later.len() <= 65, "{} calls in ten calm minutes", later.len());
    ledger
}

#[test]
fn a_last_page_that_comes_for_ever_with_new_cursors_ends_the_history() {
    let ledger = assert_ends(|_| vec![3, 4, 5]);
    assert_eq!(ledger.reach().oldest, Some((at(-50), MessageId::new("message_00005"))));
    assert_eq!(ledger.stretches.len(), 2, "the same page is not remembered again and again");
}

#[test]
fn pages_that_take_turns_with_new_cursors_end_the_history() {
    let ledger = assert_ends(|n| if n % 2 == 0 { vec![3, 4, 5] } else { vec![6, 7, 8] });
    assert_eq!(ledger.reach().oldest, Some((at(-80), MessageId::new("message_00008"))));
}

#[test]
fn empty_pages_that_come_for_ever_end_the_history() {
    let ledger = assert_ends(|_| Vec::new());
    assert_eq!(ledger.reach().oldest, Some((at(-20), MessageId::new("message_00002"))));
}

#[test]
fn an_empty_page_is_asked_again_before_what_it_left_out_counts_as_read() {
    let (mut server, mut ledger) = (Server::default(), Ledger::default());
    for second in 0..3000 {
        server.add(at(second), 0);
    }
    let mut emptied = 0;
    // Each history page comes empty the first time, with the cursor behind the rows it should hold.
    let mut known = std::collections::HashSet::new();
    ask(&mut ledger, at(3000), 60, |_, fetch, now| {
        let mut page = server.page(fetch, now);
        if let Fetch::History { after } = fetch
            && known.insert(after.clone())
        {
            page.rows.clear();
            page.has_next = true;
            emptied += 1;
        }
        page
    });
    assert_eq!(emptied, 2);
    assert!(ledger.reach().complete);
    assert_eq!(covered(&ledger, &server), server.ids(), "all that is claimed was seen");
}

#[test]
fn an_empty_page_that_stays_empty_is_gone_past() {
    let (mut server, mut ledger) = (Server::default(), Ledger::default());
    for second in 0..1500 {
        server.add(at(second), 0);
    }
    let asked = ask(&mut ledger, at(1500), 60, |_, fetch, now| match fetch {
        // There is an empty page between the first and the second.
        Fetch::History { after } if after.as_str() != "between" => page([], "between".to_owned(), now),
        Fetch::Head { .. } => server.page(fetch, now),
        _ => server.page(&Fetch::History { after: Cursor::new("message_00501") }, now),
    });
    assert!(ledger.reach().complete);
    assert_eq!(below_the_head(&asked), 4, "three times the empty one, once the page behind it");
}

/// A gap whose pages are all alike.
fn assert_gap_stays(below: impl Fn(usize) -> (Vec<i64>, String)) {
    let mut ledger = Ledger::default();
    ask(&mut ledger, at(0), 2, |_, _, now| PageSeen { has_next: false, ..page(1000..1003, "end".to_owned(), now) });
    let answer = |n: usize, fetch: &Fetch, now| match fetch {
        Fetch::Head { .. } => page(0..3, "gap".to_owned(), now),
        Fetch::Stretch { .. } => page([], "gone".to_owned(), now),
        _ => {
            let (rows, end) = below(n);
            page(rows, end, now)
        }
    };
    let first = ask(&mut ledger, at(60), 120, answer);
    assert!((1..=100).contains(&below_the_head(&first)), "{} calls into the gap", below_the_head(&first));
    assert!(ledger.reach().gap.is_some() && ledger.is_circular(), "the unseen part is reported");
    assert!(ledger.stretches.len() <= 5, "{} stretches", ledger.stretches.len());
    let later = ask(&mut ledger, at(180), 600, answer);
    assert!(below_the_head(&later) == 0 && later.len() <= 70, "{} calls in ten calm minutes", later.len());
}

#[test]
fn a_stretch_whose_cursor_opens_another_is_asked_ever_more_seldom() {
    let (mut server, mut ledger) = (Server::default(), Ledger::default());
    for second in 0..2500 {
        server.add(at(second), 0);
    }
    let now = read_all(&mut ledger, &server, at(2500));
    let before = ledger.stretches.len();
    // Whatever is requested, the newest page comes.
    let asked = ask(&mut ledger, now, 600, |n, fetch, now| {
        let head = server.page(&Fetch::Head { limit: fetch.limit() }, now);
        PageSeen { end: Some(Cursor::new(format!("new {n}"))), ..head }
    });
    let stretches = asked.iter().filter(|fetch| matches!(fetch, Fetch::Stretch { .. })).count();
    assert!((2..=120).contains(&stretches), "{stretches} calls for two stretches in ten minutes");
    // Only the head splits, once: it is no longer read to its end when nothing changes there.
    assert!(ledger.stretches.len() <= before + 1, "{} stretches of {before}", ledger.stretches.len());
}

#[test]
fn a_gap_whose_cursors_lead_in_a_circle_stays_open_and_draws_no_calls() {
    assert_gap_stays(|n| if n % 2 == 0 { (vec![3, 4, 5], "one".to_owned()) } else { (vec![6, 7, 8], "other".to_owned()) });
}

#[test]
fn a_gap_whose_page_comes_for_ever_with_new_cursors_stays_open_and_draws_no_calls() {
    assert_gap_stays(|n| (vec![3, 4, 5], format!("new {n}")));
}

#[test]
fn a_gap_of_empty_pages_stays_open_and_draws_no_calls() {
    assert_gap_stays(|n| (Vec::new(), format!("new {n}")));
}
