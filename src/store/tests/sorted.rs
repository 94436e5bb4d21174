//! Orders of many rows of every kind, sorted at once and on another thread.

use super::model::{NOW, at};
use crate::delivery::{Reported, RowFields, RowsBuilder};
use crate::store::{AnswerKind, Filter, Order, RowNumber, SortBy, Store, View};

const MANY: i64 = 50_000;

/// Messages with recipients and times made of a number that looks random.
fn many(recipient: impl Fn(u64) -> String, updated: impl Fn(u64) -> i64) -> Store {
    let mut rows = RowsBuilder::default();
    let mut random = 1_u64;
    for number in 0..MANY {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let id = format!("message_{number}");
        let recipient = recipient(random >> 20);
        rows.push(&RowFields {
            id: &id,
            recipient: if number % 50 == 0 { Reported::Null } else { Reported::Value(&recipient) },
            status: Reported::Value(["success", "failure", "sending"][(random >> 60) as usize % 3]),
            // Some at the same time, and not in the order of the rows.
            created_at: Reported::Value(at(NOW - number / 3 * 7 % 11_000)),
            updated_at: if number % 70 == 0 { Reported::Null } else { Reported::Value(at(updated(random >> 20))) },
            ..RowFields::default()
        });
    }
    let mut store = Store::new();
    store.merge(&rows.finish(), &AnswerKind::List, at(NOW));
    store
}

/// Checks that a list is the plain one, from whichever order it comes.
#[track_caller]
fn check(store: &Store, by: SortBy) {
    for order in [Order::rising(by), Order::falling(by)] {
        let mut plain: Vec<RowNumber> = store.rows().collect();
        plain.sort_by(|left, right| order.compare(store, *left, *right));
        for before in [Order::NEWEST, order.reversed(), order] {
            let mut view = View::ordered(Filter::default(), before);
            view.refresh(store);
            view.set_order(store, order);
            assert!(view.rows_from(0).eq(plain.iter().copied()), "{order:?} after {before:?}");
        }
    }
}

fn by_recipient(recipient: impl Fn(u64) -> String) {
    check(&many(recipient, |_| NOW), SortBy::Recipient);
}

fn by_update(updated: impl Fn(u64) -> i64) {
    check(&many(|_| "6580001234".to_owned(), updated), SortBy::Updated);
}

#[test]
fn many_numbers_of_one_country_are_sorted() {
    by_recipient(|random| format!("658{:07}", random % 100_000));
}

#[test]
fn many_numbers_that_differ_from_the_first_digit_to_the_last_are_sorted() {
    by_recipient(|random| format!("{:010}", random % 10_000_000_000));
    by_recipient(|random| format!("{:014}", random % 90_000 * 1_000_000_007));
}

#[test]
fn many_recipients_of_every_kind_are_sorted() {
    by_recipient(|random| match random % 16 {
        0 => format!("S{:07}A", random % 10_000_000),
        1 => format!("a recipient longer than {}", random % 1000),
        2 => format!("a recipient longe{}", random % 3),
        _ => format!("658{:07}", random % 10_000_000),
    });
    by_recipient(|random| "abcdefghijklmno"[..(random % 16) as usize].to_owned());
    by_recipient(|random| format!("a recipient {}", random % 1_000_000));
    by_recipient(|_| "6580001234".to_owned());
}

#[test]
fn many_times_are_sorted() {
    by_update(|random| NOW - (random % 100_000_000) as i64);
    // Nearly all within a second, a few over the years.
    by_update(|random| NOW - (random % if random % 1000 == 1 { 300_000_000_000 } else { 1000 }) as i64);
    by_update(|_| NOW);
}

#[test]
fn many_statuses_are_sorted() {
    check(&many(|_| String::new(), |_| NOW), SortBy::Status);
}
