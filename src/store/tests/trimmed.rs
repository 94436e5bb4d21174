//! Trims compared with a plain choice of what is dropped.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::counted::{Floor, check_counts};
use super::model::{IDS, NOW, at, expected, rows, some_answers, some_reach};
use crate::delivery::{Message, MessageId, Progress, Reported, RowFields};
use crate::store::{AnswerKind, Filter, Order, Reach, RowNumber, SortBy, Store, View};

proptest! {
    #[test]
    fn the_oldest_leave_and_all_else_stays_right(
        answers in some_answers(),
        reaches in prop::collection::vec(some_reach(), 8),
        keeps in prop::collection::vec(0..6_usize, 8),
        guarded in prop::sample::subsequence(&IDS[..], 0..3),
        by in prop::sample::select(&SortBy::ALL[..]),
    ) {
        let is_guarded = |id: &MessageId| guarded.contains(&id.as_str());
        let (mut store, mut floor, mut gone) = (Store::new(), Floor::None, BTreeSet::new());
        let mut views = [View::new(Filter::default()), View::ordered(Filter::default(), Order::rising(by))];
        let mut dropped = 0;
        for ((answer, reach), keep) in answers.iter().zip(reaches).zip(keeps) {
            let merged = store.merge(&answer.rows, &answer.kind, answer.asked_at);
            views.iter_mut().for_each(|view| view.apply(&store, &merged));
            gone.extend(answer.rows.iter().map(|row| MessageId::new(row.id())).filter(|id| store.row(id).is_none()));
            store.set_reach(reach);

            let now = store.newest_answer().unwrap();
            let is_over = |row: &RowNumber| store.message(*row).progress(now) != Progress::Open && !is_guarded(&store.id(*row));
            let leaving: Vec<RowNumber> = store.rows().rev().filter(is_over).take(store.len().saturating_sub(keep)).collect();
            let newest = leaving.iter().rev().find(|row| store.is_covered(**row)).map(|row| store.message(*row));
            floor = newest.map(|message| (message.created_at, message.id)).or(floor);
            let left = leaving.iter().map(|row| store.id(*row)).collect::<BTreeSet<_>>();
            let staying: Vec<MessageId> = store.rows().map(|row| store.id(row)).filter(|id| !left.contains(id)).collect();
            dropped += left.len();

            let guarded_rows: Vec<RowNumber> = guarded.iter().filter_map(|id| store_row(&store, id)).collect();
            let trimmed = store.trim(keep, |row| guarded_rows.contains(&row));
            prop_assert_eq!((trimmed.len(), leaving.iter().all(|row| trimmed.contains(*row))), (left.len(), true));
            views.iter_mut().for_each(|view| view.forget(&trimmed));
            prop_assert_eq!(store.rows().map(|row| store.id(row)).collect::<Vec<_>>(), staying);
            gone.extend(left);
            check_counts(&store, &floor);
            prop_assert_eq!(store.coverage().dropped, dropped);
            for view in &views {
                let mut anew = View::ordered(Filter::default(), view.order());
                anew.refresh(&store);
                prop_assert_eq!(view.rows_from(0).collect::<Vec<_>>(), anew.rows_from(0).collect::<Vec<_>>());
            }
        }
        // Messages that were never dropped are the same as without a trim.
        for (id, message) in expected(&answers).into_iter().filter(|(_, message)| !gone.contains(&message.id)) {
            // What a batch's other messages said about it may be gone with them.
            let plain = |message: Message| (message.batch.as_ref().map(|batch| batch.id.clone()), Message { batch: None, ..message });
            prop_assert_eq!(store_row(&store, &id).map(|row| plain(store.message(row))), Some(plain(message)));
        }
    }
}

fn store_row(store: &Store, id: &str) -> Option<RowNumber> {
    store.row(&MessageId::new(id))
}

/// A page of delivered messages, `first` being the oldest.
fn page(first: i64, len: i64) -> crate::delivery::Rows {
    let ids: Vec<String> = (first..first + len).map(|number| format!("message_{number:06}")).collect();
    let all: Vec<RowFields<'_>> = (first..)
        .zip(&ids)
        .map(|(number, id)| RowFields {
            id,
            created_at: Reported::Value(at(NOW + number)),
            status: Reported::Value("success"),
            recipient: Reported::Value("a recipient longer than a number"),
            full_text: Reported::Value("a text that no template gives"),
            ..RowFields::default()
        })
        .collect();
    rows(&all)
}

#[test]
fn the_rooms_of_those_who_left_are_used_again() {
    let mut store = Store::new();
    for round in 0..50 {
        store.merge(&page(round * 100, 100), &AnswerKind::List, at(NOW + round * 1000));
        store.set_reach(Reach { complete: true, ..Reach::default() });
        store.trim(200, |_| false);
    }
    let coverage = store.coverage();
    assert_eq!((store.len(), coverage.loaded, coverage.dropped, coverage.complete), (198, 198, 4802, false));
    assert_eq!((coverage.newest, coverage.oldest), (Some(at(NOW + 4999)), Some(at(NOW + 4801))));
    let highest = store.rows().map(RowNumber::index).max();
    assert!(highest < Some(300), "{highest:?}");
}

#[test]
fn a_page_of_what_left_brings_nothing_back_but_a_question_does() {
    let mut store = Store::new();
    store.merge(&page(0, 100), &AnswerKind::List, at(NOW));
    store.set_reach(Reach { complete: true, ..Reach::default() });
    store.trim(50, |row| row.index() == 3);
    assert_eq!((store.len(), store.coverage().loaded), (50, 49), "the one that was kept is outside of the stretch");
    let again = store.merge(&page(0, 100), &AnswerKind::List, at(NOW + 1000));
    assert_eq!((store.len(), again.added.len()), (50, 0));
    store.merge(&page(7, 1), &AnswerKind::Search, at(NOW + 2000));
    assert_eq!((store.len(), store.coverage().islands), (51, 2));
    // It was retried elsewhere, so it is on the way.
    let moving = [RowFields {
        id: "message_000009",
        created_at: Reported::Value(at(NOW + 9)),
        status: Reported::Value("created"),
        ..RowFields::default()
    }];
    store.merge(&rows(&moving), &AnswerKind::List, at(NOW + 3000));
    assert_eq!(store.len(), 52);
}
