//! The list in other orders than newest first.

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::delivery::{Reported, RowFields, RowsBuilder};
use crate::store::{AnswerKind, Reach, SortBy};

const HEIGHT: usize = 5;

const BY_RECIPIENT: Order = Order::rising(SortBy::Recipient);

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_900_000_000 + second).unwrap()
}

/// Merges messages: number of the recipient, second of its creation, which is also its id.
fn reported(store: &mut Store, list: &mut List, messages: &[(u32, i64)]) {
    let mut rows = RowsBuilder::default();
    let texts: Vec<_> = messages.iter().map(|(number, second)| (format!("message_{second}"), format!("6580{number:06}"))).collect();
    for ((id, recipient), (_, second)) in texts.iter().zip(messages) {
        rows.push(&RowFields {
            id,
            recipient: Reported::Value(recipient),
            created_at: Reported::Value(at(*second)),
            ..RowFields::default()
        });
    }
    let merged = store.merge(&rows.finish(), &AnswerKind::List, at(900_000));
    store.set_reach(Reach { complete: true, ..Reach::default() });
    list.apply(store, &merged);
}

fn shown(store: &Store, list: &List) -> Vec<String> {
    let top = list.top(store, HEIGHT);
    let rows = (top..top + HEIGHT).map_while(|index| list.item(store, index));
    rows.map(|item| store.cells(item.row).recipient.unwrap_or_default().to_owned()).collect()
}

fn selected(store: &Store, list: &List) -> String {
    list.selected().and_then(|row| store.cells(row).recipient).unwrap_or_default().to_owned()
}

#[test]
fn a_list_that_nobody_moved_in_shows_the_new_order_from_its_top() {
    let (mut store, mut list) = (Store::new(), List::new());
    reported(&mut store, &mut list, &[(5, 1), (3, 2), (9, 3)]);
    list.set_order(&store, BY_RECIPIENT);
    assert_eq!(shown(&store, &list), ["6580000003", "6580000005", "6580000009"]);
    list.set_order(&store, BY_RECIPIENT.reversed());
    assert_eq!(selected(&store, &list), "6580000009");
    list.set_order(&store, Order::NEWEST);
    assert_eq!((list.cursor(), selected(&store, &list).as_str()), (ListCursor::Newest, "6580000009"));
    reported(&mut store, &mut list, &[(1, 4)]);
    assert_eq!(selected(&store, &list), "6580000001", "newest first it follows again");
}

#[test]
fn in_another_order_nothing_is_followed() {
    let (mut store, mut list) = (Store::new(), List::new());
    list.set_order(&store, BY_RECIPIENT);
    let first: Vec<_> = (5..15).map(|number| (number, i64::from(number))).collect();
    reported(&mut store, &mut list, &first);
    assert_eq!(selected(&store, &list), "6580000005");
    reported(&mut store, &mut list, &[(3, 30), (100, 40)]);
    assert_eq!(selected(&store, &list), "6580000005", "the row keeps the cursor");
    assert_eq!(shown(&store, &list)[..2], ["6580000005", "6580000006"], "and its line");
    list.follow(&store);
    assert_eq!(selected(&store, &list), "6580000003");
}

#[test]
fn another_order_is_shown_from_its_first_row() {
    let (mut store, mut list) = (Store::new(), List::new());
    let messages: Vec<_> = (0..40).map(|index| ((index * 17 % 40) as u32, i64::from(index))).collect();
    reported(&mut store, &mut list, &messages);
    for (order, first) in [(BY_RECIPIENT, "6580000000"), (BY_RECIPIENT.reversed(), "6580000039"), (Order::NEWEST, "6580000023")] {
        list.go(&store, 20, HEIGHT);
        list.set_order(&store, order);
        assert_eq!((selected(&store, &list).as_str(), list.index(&store), list.top(&store, HEIGHT)), (first, 0, 0));
    }
}

#[test]
fn a_filter_keeps_the_order() {
    let (mut store, mut list) = (Store::new(), List::new());
    reported(&mut store, &mut list, &[(5, 1), (3, 2), (59, 3)]);
    list.set_order(&store, BY_RECIPIENT);
    list.set_filter(&store, Filter { query: crate::delivery::RecipientQuery::parse("5").unwrap(), ..Filter::default() });
    assert_eq!(shown(&store, &list), ["6580000003", "6580000005", "6580000059"]);
    list.start_over();
    assert_eq!(list.order(), BY_RECIPIENT);
}

/// More messages than are sorted at once, the recipients in no order.
fn many() -> Vec<(u32, i64)> {
    let count = AT_ONCE as u32 + 1;
    (0..count).map(|index| (index * 7 % count, i64::from(index))).collect()
}

/// Sorts what is asked for.
fn answer(lists: Vec<Unsorted>) -> Vec<Sorted> {
    lists.into_iter().map(Unsorted::sort).collect()
}

#[test]
fn many_messages_keep_their_order_until_they_are_sorted() {
    let (mut store, mut list) = (Store::new(), List::new());
    reported(&mut store, &mut list, &many());
    list.go(&store, 20, HEIGHT);
    list.set_order(&store, BY_RECIPIENT);
    assert_eq!(list.index(&store), 0, "the first one, until the cursor is moved");
    list.go(&store, 20, HEIGHT);
    let (row, line) = (list.selected(), list.index(&store) - list.top(&store, HEIGHT));
    assert!(list.needs_sorting() && !list.is_sorted() && list.is_newest_first());
    assert_eq!(list.index(&store), 20);
    let lists = list.start_sort(&store, Generation(1));
    assert!(!list.needs_sorting(), "one request at a time");
    reported(&mut store, &mut list, &[(999_999, 900_000), (0, 900_001)]);
    assert_eq!(list.index(&store), 22, "it goes on as before");
    list.finish_sort(&store, Generation(1), answer(lists));
    assert!(list.is_sorted() && list.order() == BY_RECIPIENT);
    assert_eq!((list.selected(), list.index(&store) - list.top(&store, HEIGHT)), (row, line));
    let recipients: Vec<_> = list.listed().map(|row| store.cells(row).recipient.unwrap().to_owned()).collect();
    assert!(recipients.is_sorted() && recipients.len() == AT_ONCE + 3);
    list.set_order(&store, Order::NEWEST);
    assert!(list.is_sorted(), "the order by creation is the store's own");
}

#[test]
fn a_late_answer_is_dropped_where_another_order_is_wanted_by_now() {
    let (mut store, mut list) = (Store::new(), List::new());
    reported(&mut store, &mut list, &many());
    list.set_order(&store, BY_RECIPIENT);
    let lists = list.start_sort(&store, Generation(1));
    list.set_order(&store, BY_RECIPIENT.reversed());
    assert!(!list.needs_sorting(), "the first request is still under way");
    list.finish_sort(&store, Generation(1), answer(lists));
    assert!(list.is_newest_first() && list.needs_sorting());
    let lists = list.start_sort(&store, Generation(2));
    list.set_order(&store, Order::NEWEST);
    list.finish_sort(&store, Generation(2), answer(lists));
    assert!(list.is_newest_first() && list.is_sorted() && !list.needs_sorting());
}

#[test]
fn a_late_answer_is_dropped_where_the_rows_are_others_by_now() {
    let (mut store, mut list) = (Store::new(), List::new());
    reported(&mut store, &mut list, &many());
    list.set_order(&store, BY_RECIPIENT);
    let lists = list.start_sort(&store, Generation(1));
    // The server has other data: its rows have the same numbers.
    store = Store::new();
    list.start_over();
    reported(&mut store, &mut list, &[(5, 1), (3, 2), (9, 3)]);
    list.finish_sort(&store, Generation(1), answer(lists));
    assert_eq!(
        (list.order(), shown(&store, &list)),
        (BY_RECIPIENT, ["6580000003", "6580000005", "6580000009"].map(str::to_owned).to_vec())
    );
}

#[test]
fn another_filter_of_many_messages_shows_the_newest_first_until_they_are_sorted() {
    let (mut store, mut list) = (Store::new(), List::new());
    reported(&mut store, &mut list, &many());
    list.set_order(&store, BY_RECIPIENT);
    let lists = list.start_sort(&store, Generation(1));
    list.finish_sort(&store, Generation(1), answer(lists));
    let late = Filter { since: Some(at(0)), ..Filter::default() };
    list.set_filter(&store, late.clone());
    assert!(list.is_newest_first() && list.needs_sorting());
    let lists = list.start_sort(&store, Generation(2));
    let few = Filter { since: Some(at(49_990)), ..Filter::default() };
    list.set_filter(&store, few);
    assert!(list.is_sorted() && list.order() == BY_RECIPIENT, "few are sorted at once");
    let rows: Vec<_> = list.listed().collect();
    list.finish_sort(&store, Generation(2), answer(lists));
    assert!(list.listed().eq(rows), "the answer was to another filter");
}

/// Messages with these numbers, failed or delivered, reported at a second.
fn reported_with_status(store: &mut Store, list: &mut List, messages: &[(u32, bool)], second: i64) {
    let mut rows = RowsBuilder::default();
    for (number, failed) in messages {
        let (id, recipient) = (format!("message_{number}"), format!("6580{number:06}"));
        rows.push(&RowFields {
            id: &id,
            recipient: Reported::Value(&recipient),
            status: Reported::Value(if *failed { "failure" } else { "success" }),
            created_at: Reported::Value(at(i64::from(*number))),
            ..RowFields::default()
        });
    }
    let merged = store.merge(&rows.finish(), &AnswerKind::List, at(900_000 + second));
    list.apply(store, &merged);
}

proptest! {
    /// During a find: what the filter shows, then what it would hide, each row once, whatever changes.
    #[test]
    fn a_find_shows_what_the_filter_hides_below_what_it_keeps(
        pages in prop::collection::vec(prop::collection::vec((0..60u32, any::<bool>()), 1..20), 1..5),
        index in 0..40usize, since in 0..60i64, by_recipient in any::<bool>(),
    ) {
        let (mut store, mut list) = (Store::new(), List::new());
        list.set_order(&store, if by_recipient { BY_RECIPIENT } else { Order::NEWEST });
        let query = crate::delivery::RecipientQuery::parse("1").unwrap();
        let filter = Filter { statuses: vec![crate::delivery::Status::Failure], query: query.clone(), ..Filter::default() };
        list.set_filter(&store, filter.clone());
        let mut since_now = None;
        for (second, page) in (0..).zip(&pages) {
            let mut page = page.clone();
            page.sort_unstable();
            page.dedup_by_key(|(number, _)| *number);
            reported_with_status(&mut store, &mut list, &page, second);
            list.go(&store, index, HEIGHT);
            let selected = list.selected();
            // The time window moves on, too.
            since_now = Some(at(since + second));
            list.move_on(&store, (since_now, None), at(since + second));
            prop_assert_eq!(list.selected(), selected);
        }
        let now = store.newest_answer().unwrap();
        let keeps = |row: RowNumber| store.matches(&Filter { since: since_now, ..filter.clone() }, row, now);
        let finds = |row: RowNumber| store.matches(&Filter { query: query.clone(), ..Filter::default() }, row, now);
        let rows: Vec<RowNumber> = list.listed().collect();
        let (kept, hidden): (Vec<RowNumber>, Vec<RowNumber>) = store.rows().filter(|row| finds(*row)).partition(|row| keeps(*row));
        prop_assert_eq!((list.matching(&store), list.below()), (kept.len(), hidden.len()));
        prop_assert!(rows[..kept.len()].iter().all(|row| keeps(*row)) && rows[kept.len()..].iter().all(|row| !keeps(*row) && finds(*row)));
        for (index, row) in rows.iter().enumerate() {
            prop_assert_eq!(list.position(&store, *row), Some(index));
            prop_assert_eq!(list.item(&store, index), Some(Item { row: *row, left: !keeps(*row) }));
        }
    }
}
