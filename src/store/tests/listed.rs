//! Lists compared with filtering and sorting from scratch.

use std::cmp::Reverse;

use jiff::Timestamp;
use proptest::prelude::*;

use super::counted::{began, class};
use super::model::{NOW, at, some_answers, some_reach};
use crate::delivery::{BatchId, Class, Message, RecipientQuery, Status};
use crate::store::{Direction, Filter, Order, Reach, RowNumber, SortBy, Store, View};

fn some_filter() -> impl Strategy<Value = Filter> {
    let statuses = prop::collection::vec(prop::sample::select(vec!["failure", "success", "sent_to_telco", "parked", "nowhere"]), 0..3);
    let errors = prop::collection::vec(prop::sample::select(vec!["routing_error", "message_expired", "nonsense", ""]), 0..2);
    let batches = prop_oneof![
        4 => Just(Vec::new()),
        1 => prop::collection::vec(prop::sample::select(vec!["batch_1", "batch_2", "batch_9"]), 1..3),
    ];
    let query = prop_oneof![3 => Just(""), 1 => Just("0012"), 1 => Just("s12"), 1 => Just("777")];
    let time = || prop::option::weighted(0.2, (0..80_i64).prop_map(|hours| at(NOW - hours * 3_600_000 - 7)));
    let classes = prop_oneof![
        2 => Just(Vec::new()),
        1 => prop::collection::vec(prop::sample::select(Class::ALL.to_vec()), 1..4),
    ];
    (statuses, classes, errors, batches, query, time(), time()).prop_map(|(statuses, classes, errors, batches, query, since, until)| {
        Filter {
            hidden_by: None,
            nothing: false,
            statuses: statuses.into_iter().map(Status::from_api).collect(),
            classes,
            errors: errors.into_iter().map(str::to_owned).collect(),
            batches: batches.into_iter().map(BatchId::new).collect(),
            query: RecipientQuery::parse(query).unwrap(),
            since,
            until,
        }
    })
}

fn is_shown(store: &Store, filter: &Filter, message: &Message, now: Timestamp) -> bool {
    let has_error = |wanted: &String| {
        message.status == Some(Status::Failure) && message.error().map(|error| error.code.to_string()).unwrap_or_default() == *wanted
    };
    // A message without a time is in no window.
    let minute = |time: Timestamp| time.as_millisecond().div_euclid(60_000);
    let began = began(message).map(minute);
    let in_status = message.status.as_ref().is_some_and(|status| filter.statuses.contains(status));
    let in_class = !filter.classes.is_empty() && filter.classes.contains(&class(message, now, store.patience(now)));
    ((filter.statuses.is_empty() && filter.classes.is_empty()) || in_status || in_class)
        && (filter.errors.is_empty() || filter.errors.iter().any(has_error))
        && (filter.batches.is_empty() || message.batch.as_ref().is_some_and(|batch| filter.batches.contains(&batch.id)))
        && (filter.query.is_empty() || message.recipient.as_ref().is_some_and(|it| filter.query.found_in(it.as_str()).is_some()))
        && filter.since.is_none_or(|since| began.is_some_and(|began| began >= minute(since)))
        && filter.until.is_none_or(|until| began.is_some_and(|began| began < minute(until)))
}

fn plain_list(store: &Store, filter: &Filter, now: Timestamp) -> Vec<RowNumber> {
    let mut all: Vec<(Message, RowNumber)> = store.rows().map(|row| (store.message(row), row)).collect();
    all.sort_by_key(|(message, _)| Reverse((message.created_at, message.id.clone())));
    all.into_iter().filter(|(message, _)| is_shown(store, filter, message, now)).map(|(_, row)| row).collect()
}

/// The sort key of a message in a column; `None` if it was not given.
fn plain_key(message: &Message, by: SortBy) -> Option<(i64, String)> {
    let text = |text: String| (0, text);
    match by {
        SortBy::Created => message.created_at.map(|at| (at.as_millisecond(), message.id.as_str().to_owned())),
        SortBy::Updated => message.updated_at.map(|at| (at.as_millisecond(), String::new())),
        // Unknown statuses are in the order in which they became known: here there is one.
        SortBy::Status => message.status.as_ref().map(|status| match status {
            Status::Failure => (-1, String::new()),
            other => (crate::store::status_index(Some(other)) as i64, String::new()),
        }),
        SortBy::Recipient => message.recipient.as_ref().map(|recipient| text(recipient.as_str().to_owned())),
        SortBy::Error => message.error().map(|error| text(error.code.to_string())),
        SortBy::Attempts => {
            let listed = message.attempts.as_ref().map(|attempts| attempts.len() as i64);
            listed.max(message.attempt_count.map(i64::from)).map(|tried| (tried, String::new()))
        }
        SortBy::Batch => message.batch.as_ref().map(|batch| text(batch.id.as_str().to_owned())),
    }
}

/// Rows given newest first, sorted the plain way.
fn plain_order(store: &Store, order: Order, rows: &mut [RowNumber]) {
    rows.sort_by(|left, right| match (plain_key(&store.message(*left), order.by), plain_key(&store.message(*right), order.by)) {
        (Some(left), Some(right)) if order.direction == Direction::Falling => right.cmp(&left),
        (Some(left), Some(right)) => left.cmp(&right),
        (None, None) if order == Order::rising(SortBy::Created) => store.id(*left).cmp(&store.id(*right)),
        (left, right) => left.is_none().cmp(&right.is_none()),
    });
}

/// What happens to a list while its rows are sorted.
#[derive(Debug, Clone)]
enum Step {
    Merge,
    Trim(usize),
    Move(Option<i64>, Option<i64>),
    Pin(usize),
}

fn some_step() -> impl Strategy<Value = Step> {
    let hours = || prop::option::of(0..80_i64);
    prop_oneof![
        3 => Just(Step::Merge),
        1 => (1..6_usize).prop_map(Step::Trim),
        1 => (hours(), hours()).prop_map(|(since, until)| Step::Move(since, until)),
        1 => (0..5_usize).prop_map(Step::Pin),
    ]
}

fn some_order() -> impl Strategy<Value = Order> {
    let direction = prop_oneof![Just(Direction::Rising), Just(Direction::Falling)];
    let order = (prop::sample::select(&SortBy::ALL[..]), direction).prop_map(|(by, direction)| Order { by, direction });
    prop_oneof![1 => Just(Order::NEWEST), 4 => order]
}

proptest! {
    #[test]
    fn a_filters_list_is_the_plain_one(answers in some_answers(), filter in some_filter()) {
        let store = super::model::merged(&answers);
        let mut view = View::new(filter.clone());
        view.refresh_at(&store, at(NOW));
        let plain = plain_list(&store, &filter, at(NOW));
        prop_assert_eq!(view.rows_from(0).collect::<Vec<_>>(), plain.clone());
        prop_assert_eq!(view.len(), plain.len());
        for (index, row) in plain.into_iter().enumerate() {
            prop_assert_eq!(view.row(index), Some(row));
            prop_assert_eq!(view.position(&store, row), Some(index));
        }
    }

    #[test]
    fn what_a_filter_shows_of_the_loaded_is_the_plain_count(
        answers in some_answers(), filter in some_filter(), reported in prop::collection::vec(some_reach(), 4),
    ) {
        let mut store = super::model::merged(&answers);
        let whole = Reach { complete: true, ..Reach::default() };
        for reach in reported.into_iter().chain([store.reach().clone(), whole]) {
            store.set_reach(reach);
            let plain = plain_list(&store, &filter, at(NOW)).into_iter().filter(|row| store.is_covered(*row));
            prop_assert_eq!(store.loaded_matching(&filter, at(NOW)), plain.count());
            let times = Filter { since: filter.since, until: filter.until, ..Filter::default() };
            let between = plain_list(&store, &times, at(NOW)).into_iter().filter(|row| store.is_covered(*row));
            prop_assert_eq!(store.loaded_between(filter.since, filter.until), between.count());
        }
    }

    /// A window that moves on, or is moved by hand, while answers come in.
    #[test]
    fn a_list_that_moves_in_time_is_the_list_built_anew(
        answers in some_answers(), filter in some_filter(), order in some_order(), kept in 0..5_usize, is_kept: bool,
        moves in prop::collection::vec((prop::option::of(0..80_i64), prop::option::of(0..80_i64)), 1..6),
    ) {
        let mut store = Store::new();
        let mut view = View::ordered(filter.clone(), order);
        view.refresh_at(&store, at(NOW));
        let mut answers = answers.into_iter();
        for (since, until) in moves {
            if let Some(answer) = answers.next() {
                let merged = store.merge(&answer.rows, &answer.kind, answer.asked_at);
                view.apply(&store, &merged);
                view.move_on(&store, at(NOW));
            }
            let pinned = view.row(kept).filter(|_| is_kept);
            view.pin(&store, pinned);
            let time = |hours: Option<i64>| hours.map(|hours| at(NOW - hours * 3_600_000 - 7));
            view.set_times(&store, time(since), time(until));
            let mut anew = View::ordered(Filter { since: time(since), until: time(until), ..filter.clone() }, order);
            anew.pin(&store, pinned);
            anew.refresh_at(&store, at(NOW));
            prop_assert_eq!(view.rows_from(0).collect::<Vec<_>>(), anew.rows_from(0).collect::<Vec<_>>());
        }
    }

    #[test]
    fn an_orders_list_is_the_plain_one(answers in some_answers(), order in some_order()) {
        let store = super::model::merged(&answers);
        let mut view = View::ordered(Filter::default(), order);
        view.refresh_at(&store, at(NOW));
        let mut plain = plain_list(&store, &Filter::default(), at(NOW));
        plain_order(&store, order, &mut plain);
        prop_assert_eq!(view.rows_from(0).collect::<Vec<_>>(), plain);
    }

    #[test]
    fn another_order_of_a_list_is_the_plain_one(answers in some_answers(), before in some_order(), order in some_order()) {
        let store = super::model::merged(&answers);
        let mut view = View::ordered(Filter::default(), before);
        view.refresh_at(&store, at(NOW));
        view.set_order(&store, order);
        let mut plain = plain_list(&store, &Filter::default(), at(NOW));
        plain_order(&store, order, &mut plain);
        prop_assert_eq!(view.order(), order);
        prop_assert_eq!(view.len(), plain.len());
        for (index, row) in plain.iter().enumerate() {
            prop_assert_eq!(view.row(index), Some(*row));
            prop_assert_eq!(view.position(&store, *row), Some(index));
        }
    }

    /// While rows are sorted on another thread, messages come and change, rows are dropped and used again for others,
    /// the window moves, and the cursor keeps a row. Until the answer is there, the list has its old order.
    #[test]
    fn a_list_that_was_sorted_meanwhile_is_the_list_built_anew(
        answers in some_answers(), filter in some_filter(), before in some_order(), order in some_order(),
        asked_after in 0..3_usize, steps in prop::collection::vec(some_step(), 0..8),
    ) {
        let mut store = Store::new();
        let mut view = View::ordered(filter.clone(), before);
        view.refresh_at(&store, at(NOW));
        let mut answers = answers.into_iter();
        let mut merge = |store: &mut Store, view: &mut View| {
            if let Some(answer) = answers.next() {
                let merged = store.merge(&answer.rows, &answer.kind, answer.asked_at);
                view.apply(store, &merged);
                view.move_on(store, at(NOW));
            }
        };
        (0..asked_after).for_each(|_| merge(&mut store, &mut view));
        let unsorted = view.start_sort(&store, order);
        let (mut times, mut pinned) = ((filter.since, filter.until), None);
        let anew = |store: &Store, order, times: (Option<Timestamp>, Option<Timestamp>), pinned| {
            let mut anew = View::ordered(Filter { since: times.0, until: times.1, ..filter.clone() }, order);
            anew.pin(store, pinned);
            anew.refresh_at(store, at(NOW));
            anew.rows_from(0).collect::<Vec<_>>()
        };
        for step in steps {
            match step {
                Step::Merge => merge(&mut store, &mut view),
                Step::Trim(keep) => {
                    let trimmed = store.trim(keep, |row| pinned == Some(row));
                    view.forget(&trimmed);
                }
                Step::Move(since, until) => {
                    let time = |hours: Option<i64>| hours.map(|hours| at(NOW - hours * 3_600_000 - 7));
                    times = (time(since), time(until));
                    view.set_times(&store, times.0, times.1);
                }
                Step::Pin(index) => {
                    pinned = view.row(index);
                    view.pin(&store, pinned);
                }
            }
            prop_assert_eq!(view.rows_from(0).collect::<Vec<_>>(), anew(&store, before, times, pinned), "not sorted yet");
        }
        view.finish_sort(&store, unsorted.sort());
        prop_assert_eq!(view.order(), order);
        prop_assert_eq!(view.rows_from(0).collect::<Vec<_>>(), anew(&store, order, times, pinned));
        merge(&mut store, &mut view);
        prop_assert_eq!(view.rows_from(0).collect::<Vec<_>>(), anew(&store, order, times, pinned), "it goes on");
    }

    #[test]
    fn a_list_that_follows_is_the_list_built_anew(answers in some_answers(), filter in some_filter(), order in some_order()) {
        let mut store = Store::new();
        let mut view = View::ordered(filter.clone(), order);
        view.refresh_at(&store, at(NOW));
        for answer in answers {
            let merged = store.merge(&answer.rows, &answer.kind, answer.asked_at);
            view.apply(&store, &merged);
            view.move_on(&store, at(NOW));
            let mut anew = View::ordered(filter.clone(), order);
            anew.refresh_at(&store, at(NOW));
            prop_assert_eq!(view.rows_from(0).collect::<Vec<_>>(), anew.rows_from(0).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_answer_to_a_list_that_was_built_again_is_dropped(answers in some_answers(), before in some_order(), order in some_order()) {
        let store = super::model::merged(&answers);
        let mut view = View::ordered(Filter::default(), before);
        let unsorted = view.start_sort(&store, order);
        view.refresh_at(&store, at(NOW));
        let rows: Vec<_> = view.rows_from(0).collect();
        view.finish_sort(&store, unsorted.sort());
        prop_assert_eq!((view.order(), view.rows_from(0).collect::<Vec<_>>()), (before, rows));
    }

    #[test]
    fn a_row_that_is_kept_stays_until_it_is_let_go(answers in some_answers(), filter in some_filter(), index in 0..5_usize) {
        let Some((first, rest)) = answers.split_first() else { return Ok(()) };
        let mut store = super::model::merged(std::slice::from_ref(first));
        let mut view = View::new(filter.clone());
        view.refresh_at(&store, at(NOW));
        let Some(row) = view.row(index) else { return Ok(()) };
        view.pin(&store, Some(row));
        for answer in rest {
            let merged = store.merge(&answer.rows, &answer.kind, answer.asked_at);
            view.apply(&store, &merged);
            view.move_on(&store, at(NOW));
            prop_assert!(view.position(&store, row).is_some());
        }
        view.pin(&store, None);
        prop_assert_eq!(view.rows_from(0).collect::<Vec<_>>(), plain_list(&store, &filter, at(NOW)));
    }
}
