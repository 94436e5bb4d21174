//! Lists against filtering and sorting anew.

use std::cmp::Reverse;

use jiff::Timestamp;
use proptest::prelude::*;

use super::model::{NOW, at, some_answers};
use crate::delivery::{BatchId, Message, Progress, RecipientQuery, Status};
use crate::store::{Filter, Order, RowNumber, Store, View};

fn some_filter() -> impl Strategy<Value = Filter> {
    let statuses = prop::collection::vec(prop::sample::select(vec!["failure", "success", "sent_to_telco", "parked", "nowhere"]), 0..3);
    let errors = prop::collection::vec(prop::sample::select(vec!["routing_error", "message_expired", "nonsense", ""]), 0..2);
    let batch = prop::option::weighted(0.2, prop::sample::select(vec!["batch_1", "batch_9"]));
    let query = prop_oneof![3 => Just(""), 1 => Just("0012"), 1 => Just("s12"), 1 => Just("long")];
    let time = || prop::option::weighted(0.2, (0..80_i64).prop_map(|hours| at(NOW - hours * 3_600_000 - 7)));
    (statuses, prop::bool::weighted(0.2), errors, batch, query, time(), time()).prop_map(
        |(statuses, open_only, errors, batch, query, since, until)| Filter {
            statuses: statuses.into_iter().map(Status::from_api).collect(),
            open_only,
            errors: errors.into_iter().map(str::to_owned).collect(),
            batch: batch.map(BatchId::new),
            query: RecipientQuery::new(query),
            since,
            until,
        },
    )
}

fn is_shown(filter: &Filter, message: &Message, now: Timestamp) -> bool {
    let has_error = |wanted: &String| {
        message.status == Some(Status::Failure) && message.error().map(|error| error.code.to_string()).unwrap_or_default() == *wanted
    };
    // A message without a time lies before all times.
    let created = message.created_at.unwrap_or(Timestamp::MIN);
    (filter.statuses.is_empty() || message.status.as_ref().is_some_and(|status| filter.statuses.contains(status)))
        && (!filter.open_only || message.progress(now) == Progress::Open)
        && (filter.errors.is_empty() || filter.errors.iter().any(has_error))
        && filter.batch.as_ref().is_none_or(|id| message.batch.as_ref().is_some_and(|batch| batch.id == *id))
        && (filter.query.is_empty() || message.recipient.as_ref().is_some_and(|it| filter.query.found_in(it.as_str()).is_some()))
        && filter.since.is_none_or(|since| created >= since)
        && filter.until.is_none_or(|until| created < until)
}

fn plain_list(store: &Store, filter: &Filter, now: Timestamp) -> Vec<RowNumber> {
    let mut all: Vec<(Message, RowNumber)> = store.rows().map(|row| (store.message(row), row)).collect();
    all.sort_by_key(|(message, _)| Reverse((message.created_at, message.id.clone())));
    all.into_iter().filter(|(message, _)| is_shown(filter, message, now)).map(|(_, row)| row).collect()
}

/// By what a message sorts in an order, before its age.
fn plain_key(message: &Message, order: Order) -> (u8, String) {
    let text_or_last = |text: Option<String>| (u8::from(text.is_none()), text.unwrap_or_default());
    match order {
        Order::Newest => (0, String::new()),
        Order::Status if message.status == Some(Status::Failure) => (0, String::new()),
        // Unknown statuses stand in the order in which they became known: here there is one.
        Order::Status => (
            1 + crate::store::status_place(message.status.as_ref()) as u8,
            text_or_last(message.status.as_ref().map(|_| String::new())).0.to_string(),
        ),
        Order::Recipient => text_or_last(message.recipient.as_ref().map(|recipient| recipient.as_str().to_owned())),
        Order::Error => text_or_last(message.error().map(|error| error.code.to_string())),
    }
}

fn some_order() -> impl Strategy<Value = Order> {
    prop_oneof![3 => Just(Order::Newest), 1 => Just(Order::Status), 1 => Just(Order::Recipient), 1 => Just(Order::Error)]
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
        for (place, row) in plain.into_iter().enumerate() {
            prop_assert_eq!(view.row(place), Some(row));
            prop_assert_eq!(view.position(&store, row), Some(place));
        }
    }

    #[test]
    fn an_orders_list_is_the_plain_one(answers in some_answers(), order in some_order()) {
        let store = super::model::merged(&answers);
        let mut view = View::ordered(Filter::default(), order);
        view.refresh_at(&store, at(NOW));
        let mut plain = plain_list(&store, &Filter::default(), at(NOW));
        plain.sort_by_cached_key(|row| plain_key(&store.message(*row), order));
        prop_assert_eq!(view.rows_from(0).collect::<Vec<_>>(), plain);
    }

    #[test]
    fn a_list_that_follows_is_the_list_built_anew(answers in some_answers(), filter in some_filter(), order in some_order()) {
        let mut store = Store::new();
        let mut view = View::ordered(filter.clone(), order);
        view.refresh_at(&store, at(NOW));
        for answer in answers {
            let merged = store.merge(&answer.rows, &answer.kind, answer.asked_at);
            view.apply(&store, &merged);
            let mut anew = View::ordered(filter.clone(), order);
            anew.refresh_at(&store, at(NOW));
            prop_assert_eq!(view.rows_from(0).collect::<Vec<_>>(), anew.rows_from(0).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_row_that_is_kept_stays_until_it_is_let_go(answers in some_answers(), filter in some_filter(), place in 0..5_usize) {
        let Some((first, rest)) = answers.split_first() else { return Ok(()) };
        let mut store = super::model::merged(std::slice::from_ref(first));
        let mut view = View::new(filter.clone());
        view.refresh_at(&store, at(NOW));
        let Some(row) = view.row(place) else { return Ok(()) };
        view.pin(&store, Some(row));
        for answer in rest {
            let merged = store.merge(&answer.rows, &answer.kind, answer.asked_at);
            view.apply(&store, &merged);
            prop_assert!(view.position(&store, row).is_some());
        }
        view.pin(&store, None);
        prop_assert_eq!(view.rows_from(0).collect::<Vec<_>>(), plain_list(&store, &filter, at(NOW)));
    }
}
