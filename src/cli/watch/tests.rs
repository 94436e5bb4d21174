//! What counts as new, as on the way and as failed, and what ends a watch.

use rstest::rstest;

use super::*;
use crate::delivery::{AttemptFields, MessageId, Reported, RowFields, Rows, RowsBuilder, Status};
use crate::store::{AnswerKind, Reach};

const NOW: i64 = 1_900_000_000;

fn at(before_now: i64) -> Timestamp {
    Timestamp::from_second(NOW - before_now).unwrap()
}

/// Messages as id, status and age in seconds, newest first.
fn rows(reported: &[(&str, &str, i64)]) -> Rows {
    rows_to("6580001234", reported)
}

fn rows_to(recipient: &str, reported: &[(&str, &str, i64)]) -> Rows {
    let mut rows = RowsBuilder::default();
    for (id, status, age) in reported {
        let attempt = AttemptFields {
            created_at: Reported::Value(at(*age)),
            error_code: if *status == "failure" { Reported::Value("routing_error") } else { Reported::Null },
            ..AttemptFields::default()
        };
        rows.push(&RowFields {
            id,
            recipient: Reported::Value(recipient),
            status: Reported::Value(status),
            created_at: Reported::Value(at(*age)),
            attempts: Reported::Value(vec![attempt]),
            ..RowFields::default()
        });
    }
    rows.finish()
}

fn reach(age: i64, id: &str, complete: bool) -> Option<Reach> {
    Some(Reach { oldest: Some((at(age), MessageId::new(id))), complete, gap: None })
}

fn scope() -> Scope {
    Scope { batch: None, window: AttemptWindow { horizon: Some(at(3600)), ..AttemptWindow::default() } }
}

/// Answers arrive one after the other, a second apart.
struct Desk {
    board: Board,
    asked: i64,
}

impl Desk {
    fn new(scope: Scope) -> Self {
        Self { board: Board::new(scope), asked: 0 }
    }

    /// Merges an answer, and gives its changes as `id from>to`.
    #[track_caller]
    fn take(&mut self, rows: &Rows, reach: Option<Reach>) -> Vec<String> {
        self.asked += 1;
        let from = self.board.scope.batch.clone().map_or(AnswerKind::List, AnswerKind::Batch);
        let seen = self.board.take(rows, &from, at(-self.asked), reach, at(0));
        let word = |status: Option<&Status>| status.map_or("-", Status::api_word).to_owned();
        seen.iter().map(|seen| format!("{} {}>{}", seen.id, word(seen.from.as_ref()), seen.to.api_word())).collect()
    }
}

#[test]
fn what_was_there_at_the_start_is_not_new_and_what_comes_later_is() {
    let mut desk = Desk::new(scope());
    assert!(desk.take(&rows(&[("c", "created", 10), ("b", "success", 20)]), reach(20, "b", false)).is_empty());
    // History, read later, was there as well.
    assert!(desk.take(&rows(&[("a", "failure", 90), ("0", "sent", 4000)]), reach(4000, "0", true)).is_empty());
    let seen = desk.take(&rows(&[("e", "created", 1), ("d", "sent", 2), ("c", "success", 10)]), reach(4000, "0", true));
    assert_eq!(seen, ["c created>success", "d ->sent", "e ->created"]);
    assert_eq!(desk.take(&rows(&[("e", "created", 1)]), None), Vec::<String>::new(), "nothing twice");
    let figures = desk.board.figures(at(0));
    assert_eq!((figures.changes, figures.appeared, figures.finished, figures.loaded), (3, 2, 1, 6));
}

#[test]
fn a_message_that_is_recorded_late_is_new() {
    let mut desk = Desk::new(scope());
    desk.take(&rows(&[("c", "success", 10), ("a", "success", 30)]), reach(30, "a", false));
    assert_eq!(desk.take(&rows(&[("c", "success", 10), ("b", "created", 20)]), reach(30, "a", false)), ["b ->created"]);
}

#[test]
fn a_status_that_is_not_given_is_no_change_whenever_that_is() {
    let given = [("c", "created", 10), ("b", "failure", 20), ("a", "success", 30)];
    let missing = rows(&given.map(|(id, _, age)| (id, "", age)));
    // In the middle.
    let mut desk = Desk::new(scope());
    desk.take(&rows(&given), reach(30, "a", true));
    for answer in [&missing, &rows(&given), &missing, &missing, &rows(&given)] {
        assert_eq!(desk.take(answer, reach(30, "a", true)), Vec::<String>::new());
    }
    assert_eq!((desk.board.failures(), desk.board.figures(at(0)).open), (Some((0, 0)), 1));
    // In the first answer.
    let mut desk = Desk::new(scope());
    desk.take(&missing, reach(30, "a", true));
    assert_eq!(desk.take(&rows(&given), reach(30, "a", true)), Vec::<String>::new(), "it was there at the start");
    assert_eq!((desk.board.failures(), desk.board.figures(at(0)).open), (Some((0, 0)), 1));
    assert_eq!(desk.take(&rows(&[("c", "success", 10)]), None), ["c created>success"]);
    // In the first answer that shows a message.
    assert_eq!(desk.take(&rows(&[("d", "", 5)]), reach(30, "a", true)), Vec::<String>::new());
    assert_eq!(desk.take(&rows(&[("d", "sent", 5)]), None), ["d ->sent"]);
    assert_eq!(desk.take(&rows(&[("d", "", 5)]), None), Vec::<String>::new());
    assert_eq!(desk.take(&rows(&[("d", "failure", 5)]), None), ["d sent>failure"]);
    assert_eq!(desk.board.figures(at(0)).changes, 3);
}

#[test]
fn it_is_done_when_all_is_read_and_nothing_of_the_start_is_open() {
    let mut desk = Desk::new(scope());
    desk.take(&rows(&[("b", "created", 10)]), reach(10, "b", false));
    desk.take(&rows(&[("b", "success", 10)]), reach(10, "b", false));
    assert!(!desk.board.is_done(at(0)), "history may hold open ones");
    desk.take(&rows(&[("a", "sent", 900)]), reach(3700, "a", false));
    assert!(!desk.board.is_done(at(0)));
    // What appears meanwhile is not waited for.
    desk.take(&rows(&[("c", "created", 1), ("a", "failure", 900)]), reach(3700, "a", false));
    assert!(desk.board.is_done(at(0)));
    // A failure that is retried is on the way again.
    assert_eq!(desk.take(&rows(&[("a", "created", 900)]), None), ["a failure>created"]);
    assert!(!desk.board.is_done(at(0)));
}

#[test]
fn abroad_the_telco_is_the_end_and_silence_of_48_hours_is_one() {
    let mut desk = Desk::new(Scope { window: AttemptWindow::default(), ..scope() });
    desk.take(&rows_to("60123456789", &[("abroad", "sent_to_telco", 10)]), reach(10, "abroad", true));
    assert!(desk.board.is_done(at(0)));
    let hours = 3600;
    desk.board.start_over();
    desk.take(&rows(&[("silent", "sent_to_telco", 47 * hours)]), reach(47 * hours, "silent", true));
    assert!(!desk.board.is_done(at(0)));
    assert!(desk.board.is_done(at(-2 * hours)), "time alone ends it");
}

#[test]
fn failures_count_of_what_was_seen_to_end_or_of_all_that_was_named() {
    let start = [("d", "created", 10), ("c", "failure", 20), ("b", "success", 30), ("a", "success", 40)];
    let mut seen = Desk::new(scope());
    seen.take(&rows(&start), reach(40, "a", true));
    assert_eq!(seen.board.failures(), Some((0, 0)));
    seen.take(&rows(&[("d", "failure", 10)]), None);
    assert_eq!(seen.board.failures(), Some((1, 1)));
    seen.take(&rows(&[("d", "created", 10)]), None);
    assert_eq!(seen.board.failures(), Some((0, 0)), "a retry takes it back");

    let mut named = Desk::new(Scope { batch: None, window: AttemptWindow { since: Some(at(35)), until: None, horizon: Some(at(35)) } });
    assert_eq!(named.board.failures(), None, "nothing is read yet");
    named.take(&rows(&start), reach(40, "a", true));
    assert_eq!(named.board.failures(), Some((1, 2)), "what is older does not count");
    assert_eq!(named.take(&rows(&[("a", "failure", 40)]), None), Vec::<String>::new());
}

#[test]
fn a_batch_that_is_being_prepared_is_waited_for() {
    let mut desk = Desk::new(Scope { batch: Some(BatchId::new("batch_1")), window: AttemptWindow::default() });
    let nothing = Some(Reach { oldest: None, complete: true, gap: None });
    desk.take(&rows(&[]), nothing);
    assert!(!desk.board.is_done(at(0)) && desk.board.asks_for_total().is_none());
    let seen = desk.take(&rows(&[("b", "created", 10), ("a", "created", 10)]), reach(10, "a", true));
    assert_eq!(seen, ["a ->created", "b ->created"]);
    assert_eq!(desk.board.asks_for_total(), Some(MessageId::new("b")));
    assert!(!desk.board.is_done(at(0)), "its messages are waited for though they appeared later");
    let batch = crate::delivery::BatchFields { id: "batch_1", total: Reported::Value(3), ..crate::delivery::BatchFields::default() };
    let mut single = RowsBuilder::default();
    single.push(&RowFields { id: "b", batch: Reported::Value(batch), ..RowFields::default() });
    desk.board.take(&single.finish(), &AnswerKind::Single, at(-9), None, at(0));
    assert_eq!(desk.board.asks_for_total(), None);
    desk.asked = 10;
    desk.take(&rows(&[("b", "success", 10), ("a", "success", 10)]), reach(10, "a", true));
    assert!(!desk.board.is_done(at(0)), "one of three does not show yet");
    desk.take(&rows(&[("c", "success", 10)]), reach(10, "a", true));
    assert!(desk.board.is_done(at(0)));
}

#[rstest]
#[case("2%", Some(0.02))]
#[case("2", Some(0.02))]
#[case("0.5 %", Some(0.005))]
#[case("0", Some(0.0))]
#[case("100%", Some(1.0))]
#[case("101", None)]
#[case("-1", None)]
#[case("nan", None)]
#[case("%", None)]
fn shares(#[case] text: &str, #[case] expected: Option<f64>) {
    assert_eq!(share(text).ok(), expected.map(Share));
}

#[rstest]
#[case(49, 49, false)]
#[case(1, 50, false)]
#[case(2, 50, true)]
#[case(2, 100, false)]
#[case(3, 100, true)]
fn failures_count_from_fifty_on(#[case] failed: usize, #[case] finished: usize, #[case] exceeded: bool) {
    let limits = Limits { until_done: false, timeout: None, most_failures: Some(Share(0.02)) };
    assert_eq!(limits.is_exceeded(failed, finished), exceeded);
    assert!(!Limits { most_failures: None, ..limits }.is_exceeded(failed, finished));
}
