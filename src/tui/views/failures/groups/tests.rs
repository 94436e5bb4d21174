//! How failures are grouped, sorted and followed.

use super::*;
use crate::delivery::{AttemptFields, Reported, RowFields, Rows, RowsBuilder};
use crate::store::{AnswerKind, Reach};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_900_000_000 + second).unwrap()
}

/// Messages: id, status, error, number of attempts.
fn rows(messages: &[(&str, &str, &str, usize)]) -> Rows {
    let mut rows = RowsBuilder::default();
    for (index, (id, status, code, tried)) in (0..).zip(messages) {
        let attempt = |_| AttemptFields {
            status: Reported::Value(status),
            error_kind: Reported::Value("delivery_error"),
            error_code: if code.is_empty() { Reported::Null } else { Reported::Value(code) },
            ..AttemptFields::default()
        };
        rows.push(&RowFields {
            id,
            status: Reported::Value(status),
            created_at: Reported::Value(at(index)),
            attempts: Reported::Value((0..*tried).map(attempt).collect()),
            ..RowFields::default()
        });
    }
    rows.finish()
}

#[test]
fn failures_are_grouped_and_what_is_worth_a_retry_is_summed_below() {
    let mut store = Store::new();
    let reported = rows(&[
        ("a", "failure", "recipient_unavailable", 1),
        ("b", "failure", "routing_error", 4),
        ("c", "failure", "routing_error", 2),
        ("d", "success", "", 1),
        ("e", "failure", "", 1),
    ]);
    store.merge(&reported, &AnswerKind::List, at(9));
    store.set_reach(Reach { complete: true, ..Reach::default() });
    let mut failures = Failures::default();
    failures.look(&store, &HashSet::new());
    let seen: Vec<_> = failures.groups().iter().map(|group| (group.name(), group.count, group.newest, group.tried)).collect();
    assert_eq!(
        seen,
        [
            ("routing_error", 2, Some(at(2)), [0, 1, 1]),
            ("no reason given", 1, Some(at(4)), [1, 0, 0]),
            ("recipient_unavailable", 1, Some(at(0)), [1, 0, 0]),
            ("retry: yes", 1, Some(at(0)), [1, 0, 0]),
        ]
    );
    assert_eq!(failures.rows_of(&store, &HashSet::new(), &GroupKey::Error("routing_error".to_owned())).count(), 2);
    assert_eq!(failures.rows_of(&store, &HashSet::new(), &GroupKey::WorthRetry).count(), 1);
}

#[test]
fn what_the_api_refused_is_not_worth_a_retry() {
    let mut store = Store::new();
    let reported =
        rows(&[("a", "failure", "recipient_unavailable", 4), ("b", "failure", "recipient_unavailable", 1), ("c", "failure", "x", 4)]);
    store.merge(&reported, &AnswerKind::List, at(9));
    store.set_reach(Reach { complete: true, ..Reach::default() });
    let refused = |ids: &[&str]| ids.iter().map(|id| MessageId::new(*id)).collect::<HashSet<_>>();
    let mut failures = Failures::default();
    let mut seen = |used_up: &HashSet<MessageId>| {
        failures.look(&store, used_up);
        let worth_retry = failures.rows_of(&store, used_up, &GroupKey::WorthRetry).count();
        let groups: Vec<_> = failures.groups().iter().map(|group| (group.name().to_owned(), group.count, group.left())).collect();
        (worth_retry, groups)
    };
    let line = |name: &str, count, left| (name.to_owned(), count, left);
    let some = seen(&refused(&["a", "c"]));
    assert_eq!(some, (1, vec![line("recipient_unavailable", 2, 1), line("x", 1, 0), line("retry: yes", 1, 1)]));
    assert_eq!(seen(&refused(&["a", "b"])), (0, vec![line("recipient_unavailable", 2, 0), line("x", 1, 1)]));
}

#[test]
fn the_cursor_stays_on_its_error() {
    let mut store = Store::new();
    let merged = store.merge(&rows(&[("a", "failure", "routing_error", 1)]), &AnswerKind::List, at(9));
    store.set_reach(Reach { complete: true, ..Reach::default() });
    let mut failures = Failures::default();
    failures.look(&store, &HashSet::new());
    failures.apply(&store, &HashSet::new(), &merged, true);
    failures.go(9);
    assert_eq!(failures.selected().unwrap().name(), "routing_error");
    let more = rows(&[("b", "failure", "x", 1), ("c", "failure", "x", 1), ("d", "failure", "recipient_unavailable", 1)]);
    let merged = store.merge(&more, &AnswerKind::List, at(10));
    failures.apply(&store, &HashSet::new(), &merged, true);
    assert_eq!((failures.index(), failures.selected().unwrap().name()), (2, "routing_error"));
}

#[test]
fn one_error_needs_no_sum() {
    let mut store = Store::new();
    let reported = rows(&[("a", "failure", "recipient_unavailable", 1), ("b", "failure", "recipient_unavailable", 1)]);
    store.merge(&reported, &AnswerKind::List, at(9));
    store.set_reach(Reach { complete: true, ..Reach::default() });
    let mut failures = Failures::default();
    failures.look(&store, &HashSet::new());
    assert_eq!(failures.groups().iter().map(FailureGroup::name).collect::<Vec<_>>(), ["recipient_unavailable"]);
}

#[test]
fn the_newest_of_an_error_are_kept_the_newest_first() {
    let ids: Vec<String> = (0..20).map(|number| format!("m{number:02}")).collect();
    let all: Vec<_> = ids.iter().map(|id| (id.as_str(), "failure", "routing_error", 1)).collect();
    let mut store = Store::new();
    store.merge(&rows(&all), &AnswerKind::List, at(99));
    store.set_reach(Reach { complete: true, ..Reach::default() });
    let mut failures = Failures::default();
    failures.look(&store, &HashSet::new());
    let newest = &failures.groups()[0].newest_messages;
    let expected: Vec<_> = (12..20).rev().map(|number| (at(number), MessageId::new(format!("m{number:02}")))).collect();
    assert_eq!(newest, &expected);
}
