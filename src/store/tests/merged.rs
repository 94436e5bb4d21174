//! What is known after any answers in any order.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::model::{Answer, IDS, NOW, at, expected, merged, rows, some_answers, some_row};
use crate::delivery::{AttemptFields, BadRow, Message, MessageId, Recipient, Reported, RowFields, RowsBuilder, Status, TemplateFields};
use crate::store::columns::TextHeld;
use crate::store::{AnswerKind, Store};

fn held(store: &Store) -> BTreeMap<String, Message> {
    store.rows().map(|row| (store.id(row).as_str().to_owned(), store.message(row))).collect()
}

#[test]
fn a_newer_answer_wins_and_what_it_leaves_out_stays() {
    let mut store = Store::new();
    let whole = RowFields {
        id: IDS[0],
        status: Reported::Value("sending"),
        recipient: Reported::Value("6580001234"),
        created_at: Reported::Value(at(NOW)),
        ..RowFields::default()
    };
    let answer = store.merge(&rows(std::slice::from_ref(&whole)), &AnswerKind::List, at(NOW + 1000));
    assert_eq!((answer.added.len(), answer.changes.len(), answer.touched.len()), (1, 0, 1));
    let partial = RowFields { id: IDS[0], status: Reported::Value("success"), ..RowFields::default() };
    let answer = store.merge(&rows(&[partial]), &AnswerKind::Single, at(NOW + 3000));
    let change = &answer.changes[0];
    assert_eq!((&change.from, &change.to, change.seen_at), (&Some(Status::Sending), &Status::Success, at(NOW + 3000)));
    // An older answer that arrives late changes nothing.
    let late = store.merge(&rows(&[whole]), &AnswerKind::List, at(NOW + 2000));
    assert!(late.is_empty());
    let row = store.row(&MessageId::new(IDS[0])).unwrap();
    let cells = store.cells(row);
    assert_eq!((cells.status, cells.recipient, cells.read_at), (Some(&Status::Success), Some("6580001234"), at(NOW + 3000)));
}

#[test]
fn null_clears_and_an_older_value_does_not_come_back() {
    let mut store = Store::new();
    let batch = |reported| RowFields { id: IDS[0], language: reported, ..RowFields::default() };
    store.merge(&rows(&[batch(Reported::Null)]), &AnswerKind::List, at(NOW + 2000));
    store.merge(&rows(&[batch(Reported::Value("tamil"))]), &AnswerKind::List, at(NOW + 1000));
    let row = store.row(&MessageId::new(IDS[0])).unwrap();
    assert_eq!(store.message(row).language, None);
}

#[test]
fn a_status_that_is_not_given_changes_nothing() {
    let mut store = Store::new();
    let row = |id, status| RowFields { id, status, created_at: Reported::Value(at(NOW)), ..RowFields::default() };
    store.merge(&rows(&[row(IDS[0], Reported::Value("sending")), row(IDS[1], Reported::Absent)]), &AnswerKind::List, at(NOW + 1000));
    for (second, reported) in [(2, Reported::Absent), (3, Reported::Null), (4, Reported::Value("")), (5, Reported::Value(" "))] {
        let answer = store.merge(&rows(&[row(IDS[0], reported), row(IDS[1], reported)]), &AnswerKind::List, at(NOW + second * 1000));
        assert!(answer.changes.is_empty(), "{reported:?}");
        let row = store.row(&MessageId::new(IDS[0])).unwrap();
        assert_eq!(store.status(row), Some(&Status::Sending), "{reported:?}");
    }
    let answer = store.merge(
        &rows(&IDS[..2].iter().map(|id| row(id, Reported::Value("sending"))).collect::<Vec<_>>()),
        &AnswerKind::List,
        at(NOW + 6000),
    );
    assert!(answer.changes.is_empty(), "the same as before, and one that is given for the first time: {:?}", answer.changes);
    let answer = store.merge(&rows(&[row(IDS[1], Reported::Value("success"))]), &AnswerKind::List, at(NOW + 7000));
    assert_eq!((answer.changes.len(), &answer.changes[0].from), (1, &Some(Status::Sending)));
}

#[test]
fn reading_one_message_keeps_the_times_that_a_page_told() {
    let mut store = Store::new();
    let page = AttemptFields {
        status: Reported::Value("sent_to_telco"),
        created_at: Reported::Value(at(NOW)),
        sent_at: Reported::Value(at(NOW + 500)),
        ..AttemptFields::default()
    };
    let single = AttemptFields { status: Reported::Value("success"), created_at: Reported::Value(at(NOW)), ..AttemptFields::default() };
    let row = |attempt| RowFields { id: IDS[0], attempts: Reported::Value(vec![attempt]), ..RowFields::default() };
    store.merge(&rows(&[row(page)]), &AnswerKind::List, at(NOW + 1000));
    store.merge(&rows(&[row(single)]), &AnswerKind::Single, at(NOW + 2000));
    assert_eq!(store.attempts_from(store.rows().next().unwrap()), AnswerKind::Single);
    let attempt = store.message(store.rows().next().unwrap()).attempts.unwrap().remove(0);
    assert_eq!((attempt.status, attempt.sent_at), (Some(Status::Success), Some(at(NOW + 500))));
}

#[test]
fn a_retrys_answer_that_names_the_template_keeps_its_text() {
    let mut store = Store::new();
    let whole = TemplateFields { id: Reported::Value("t1"), body: Reported::Value("Dear {{name}}"), ..TemplateFields::default() };
    let row = |template| RowFields { id: IDS[0], template: Reported::Value(template), ..RowFields::default() };
    store.merge(&rows(&[row(whole)]), &AnswerKind::List, at(NOW));
    store.merge(&rows(&[row(TemplateFields { body: Reported::Absent, ..whole })]), &AnswerKind::Action, at(NOW + 1000));
    assert_eq!(store.cells(store.rows().next().unwrap()).text(true), "Dear {{name}}");
}

#[test]
fn tried_again_with_the_same_end_is_a_change() {
    let mut store = Store::new();
    let attempt = |second: i64| AttemptFields {
        status: Reported::Value("failure"),
        created_at: Reported::Value(at(NOW + second * 1000)),
        updated_at: Reported::Null,
        error_code: Reported::Value("routing_error"),
        ..AttemptFields::default()
    };
    let row = |attempts| RowFields {
        id: IDS[0],
        status: Reported::Value("failure"),
        attempts: Reported::Value(attempts),
        ..RowFields::default()
    };
    store.merge(&rows(&[row(vec![attempt(0)])]), &AnswerKind::List, at(NOW + 1000));
    assert_eq!(store.attempts_from(store.rows().next().unwrap()), AnswerKind::List);
    let again = store.merge(&rows(&[row(vec![attempt(9), attempt(0)])]), &AnswerKind::List, at(NOW + 20_000));
    assert_eq!(again.changes.len(), 1);
    assert_eq!(again.changes[0].error.as_ref().map(|error| &*error.code), Some("routing_error"));
}

#[test]
fn the_text_is_masked_by_its_template() {
    let mut store = Store::new();
    let template = TemplateFields { body: Reported::Value("Dear {{name}}!"), ..TemplateFields::default() };
    let row = RowFields {
        id: IDS[0],
        template: Reported::Value(template),
        values: Reported::Value(vec![("name", "Tan")]),
        full_text: Reported::Value("Dear Tan!"),
        ..RowFields::default()
    };
    store.merge(&rows(&[row]), &AnswerKind::List, at(NOW));
    let cells = store.cells(store.rows().next().unwrap());
    assert_eq!((cells.text(true), cells.text(false)), ("Dear {{name}}!".to_owned(), "Dear Tan!".to_owned()));
}

/// The API puts a header and a footer around every text: kept with each message they would take more room than all else.
#[test]
fn what_surrounds_a_text_is_kept_once() {
    let mut store = Store::new();
    let template = TemplateFields { body: Reported::Value("Dear {{name}}!"), ..TemplateFields::default() };
    let framed = |name: &str, agency: &str| format!("{agency}\n\n---\n\nDear {name}!\n\n---\n\nDo not reply.");
    let (texts, names) = ([framed("Tan", "Clinic"), framed("Lim", "Clinic"), framed("Lim", "Library")], ["Tan", "Lim", "Lim"]);
    let row = |at: usize| RowFields {
        id: IDS[at],
        template: Reported::Value(template),
        values: Reported::Value(vec![("name", names[at])]),
        full_text: Reported::Value(&texts[at]),
        ..RowFields::default()
    };
    let all = rows(&[row(0), row(1), row(2)]);
    store.merge(&all, &AnswerKind::List, at(NOW));
    let told = |store: &Store| store.rows().map(|row| store.text(row, false).unwrap()).collect::<Vec<_>>();
    let by_id = |mut texts: Vec<String>| {
        texts.sort();
        texts
    };
    assert_eq!(by_id(told(&store)), by_id(texts.to_vec()));
    let held: Vec<_> = (0..3).map(|row| store.columns.content_parts(row).0).collect();
    assert!(held.iter().all(|held| matches!(held, TextHeld::Framed(0 | 1))), "{held:?}");
    assert!(store.merge(&all, &AnswerKind::List, at(NOW + 1000)).is_empty());

    // A value that comes alone does not change the text that was given.
    let value = RowFields { id: IDS[0], values: Reported::Value(vec![("name", "Ng")]), ..RowFields::default() };
    store.merge(&rows(&[value]), &AnswerKind::List, at(NOW + 2000));
    assert_eq!(by_id(told(&store)), by_id(texts.to_vec()));
}

#[test]
fn reading_the_same_again_takes_no_room() {
    let mut store = Store::new();
    let row = RowFields {
        id: IDS[0],
        values: Reported::Value(vec![("name", "Tan")]),
        full_text: Reported::Value("a text that no template gives"),
        attempts: Reported::Value(vec![AttemptFields {
            created_at: Reported::Value(at(NOW)),
            updated_at: Reported::Null,
            ..AttemptFields::default()
        }]),
        ..RowFields::default()
    };
    let all = rows(&[row]);
    assert_eq!(store.merge(&all, &AnswerKind::List, at(NOW)).touched.len(), 1);
    let before = store.columns.content[0];
    for second in 1..100 {
        assert!(store.merge(&all, &AnswerKind::List, at(NOW + second * 1000)).is_empty());
    }
    assert_eq!(store.columns.content[0], before);
    assert!(store.columns.asides.is_empty());
}

proptest! {
    #[test]
    fn any_order_of_answers_gives_what_the_newest_tell(answers in some_answers()) {
        prop_assert_eq!(held(&merged(&answers)), expected(&answers));
    }

    #[test]
    fn answers_may_be_repeated(answers in some_answers()) {
        let mut store = merged(&answers);
        let before = held(&store);
        for answer in answers.iter().rev().chain(&answers) {
            prop_assert!(store.merge(&answer.rows, &answer.kind, answer.asked_at).is_empty());
        }
        prop_assert_eq!(held(&store), before);
    }

    #[test]
    fn answers_of_one_moment_may_come_in_any_order(all in prop::collection::vec(some_row(), 0..6).prop_flat_map(|all| {
        (Just(all.clone()), Just(all).prop_shuffle())
    })) {
        let (one, other) = all;
        let answers = |all: Vec<RowFields<'static>>| -> Vec<Answer> {
            all.iter().map(|row| Answer { kind: AnswerKind::List, asked_at: at(NOW), rows: rows(std::slice::from_ref(row)) }).collect()
        };
        prop_assert_eq!(held(&merged(&answers(one))), held(&merged(&answers(other))));
    }

    #[test]
    fn cells_say_what_the_message_says(answers in some_answers()) {
        let store = merged(&answers);
        for row in store.rows() {
            let (cells, message) = (store.cells(row), store.message(row));
            prop_assert_eq!(cells.status, message.status.as_ref());
            prop_assert_eq!(cells.created_at, message.created_at);
            prop_assert_eq!(cells.recipient, message.recipient.as_ref().map(Recipient::as_str));
            prop_assert_eq!(cells.error.cloned(), message.error());
            prop_assert_eq!(cells.tried, message.tried());
            prop_assert_eq!(cells.last_change, message.last_change());
            prop_assert_eq!(cells.batch, message.batch.as_ref().map(|batch| batch.id.as_str()));
            prop_assert_eq!(cells.template_body, message.template.as_ref().and_then(|template| template.body.as_deref()));
            prop_assert_eq!(cells.text(false), message.text().unwrap_or_default());
            prop_assert_eq!(store.newest_attempt_at(row), message.newest_attempt().and_then(|attempt| attempt.created_at));
            for hours in [0, 47, 49, 200] {
                let now = at(NOW + hours * 3_600_000);
                prop_assert_eq!(store.progress(row, now), message.progress(now));
            }
        }
    }
}

#[test]
fn an_unreadable_row_counts_once_however_often_it_is_told() {
    let bad = |id: Option<&str>, index| BadRow { index, id: id.map(str::to_owned), reason: "no reason".to_owned() };
    let mut store = Store::new();
    for seconds in 0..3 {
        let mut reported = RowsBuilder::default();
        reported.push_bad(bad(None, 0));
        reported.push_bad(bad(Some("odd"), 1 + seconds));
        let answer = store.merge(&reported.finish(), &AnswerKind::List, at(NOW + 1000 * i64::try_from(seconds).unwrap()));
        assert_eq!(answer.bad, 2);
    }
    assert_eq!(store.coverage().bad_rows, 2);
}
